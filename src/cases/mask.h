/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * cases/mask.h - an alert or an event without names: every id of a person in it becomes its token,
 * wherever it stands, also inside sentences. Institutions, operators, devices, drug codes and
 * regions are no people and stay.
 */
#ifndef XZ_CASES_MASK_H
#define XZ_CASES_MASK_H
#include <jansson.h>

#include "cases/db.h"
#include "cases/keys.h"

#define XZ_ALERT_PEOPLE_MAX 1024 /* different people of one alert; more are an XZ_REJECT */

/* Is a subject or one involved of this kind a person? */
bool xz_kind_is_person(struct xz_str kind);

/* Changes alert (contract section 3) in place. In the caller's write transaction: who is new gets a
 * number. XZ_REJECT when the alert is not such an object; it may be half changed then. */
XZ_MUST enum xz_rc xz_alert_mask(struct xz_db_conn *conn, const struct xz_keys *keys, json_t *alert,
                                 struct xz_err *err);

/* The same of an event (contract section 2). What the contract does not name is taken away: nobody
 * knows what stands in it. xz_fields_init was called. */
XZ_MUST enum xz_rc xz_event_mask(struct xz_db_conn *conn, const struct xz_keys *keys, json_t *event,
                                 struct xz_err *err);

#endif
