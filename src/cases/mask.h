/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * cases/mask.h - an alert or an event without names: every id of a person in it becomes its token,
 * also inside sentences. Institutions, operators, devices, drug codes and regions are no people and
 * stay.
 */
#ifndef XZ_CASES_MASK_H
#define XZ_CASES_MASK_H
#include <jansson.h>

#include "cases/db.h"
#include "cases/keys.h"

/* Is a subject or one involved of this kind a person? */
bool xz_kind_is_person(struct xz_str kind);

/* The people of one alert in the order in which it names them. Zeroed before its first use. */
struct xz_people {
    char **ids;
    size_t count, cap;
};
void xz_people_fini(struct xz_people *people);

/*
 * In two steps, since the first takes as long as the alert is and needs no database: every person
 * becomes the token of its place in *people, ~P0~ the first; and then, in the caller's write
 * transaction, that of its number, which is made when it is new. The alert is one that
 * xz_alert_shape gave: it has no tokens of its own, and people stand where the contract says.
 */
void xz_alert_mask(json_t *alert, struct xz_people *people);
/* *made: a copy with the numbers; the caller's. */
XZ_MUST enum xz_rc xz_alert_number(struct xz_db_conn *conn, const struct xz_keys *keys,
                                   const json_t *alert, const struct xz_people *people,
                                   json_t **made, struct xz_err *err);

#define XZ_EVENT_PEOPLE_MAX 1024 /* different people of one event; more are an XZ_REJECT */

/* Changes an event (contract section 2) in place, in the caller's write transaction: who is new
 * gets a number. What the contract does not name is taken away: nobody knows what stands in it.
 * XZ_REJECT when it is no such object; it may be half changed then. xz_fields_init was called. */
XZ_MUST enum xz_rc xz_event_mask(struct xz_db_conn *conn, const struct xz_keys *keys, json_t *event,
                                 struct xz_err *err);

#endif
