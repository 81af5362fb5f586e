/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * cases/join.h - which case an alert belongs to. It joins an open case
 *
 *   - of the same subject; or
 *   - in which its subject is involved, or whose subject is involved in it, when the windows are at
 *     most a day apart.
 *
 * Of several, that of the same subject, then the newest; it is linked to the others. An institution
 * joins as a subject only: at a hospital's counter everybody meets. Cases of another pool of
 * insurance are not looked at: other people supervise them. A case of the control sample is
 * joined by none: it measures what is found where no alert speaks. Nor is one under appeal: what is
 * heard there is the decision on what there was.
 */
#ifndef XZ_CASES_JOIN_H
#define XZ_CASES_JOIN_H
#include <jansson.h>

#include "cases/alert_facts.h"

#define XZ_CASE_ALERTS_MAX 500 /* more go on in a new case, linked to it */
#define XZ_JOIN_MAX        8   /* cases found that one alert may link */

/* The pool of a region: its first four digits, fewer when it has fewer; of none, the empty one. */
struct xz_str xz_pool_of(const char *region);

struct xz_join {
    int64_t cases[XZ_JOIN_MAX]; /* the first is to be joined, unless it is full */
    size_t count;
    bool first_is_full;
};

XZ_MUST enum xz_rc xz_join_find(struct xz_db_conn *conn, const json_t *alert,
                                const struct xz_alert_facts *facts, struct xz_join *join,
                                struct xz_err *err);
/* Writes the parties of an alert to its case. */
XZ_MUST enum xz_rc xz_join_parties(struct xz_db_conn *conn, const json_t *alert,
                                   const struct xz_alert_facts *facts, int64_t case_id,
                                   struct xz_err *err);
XZ_MUST enum xz_rc xz_case_link(struct xz_db_conn *conn, int64_t one, int64_t other,
                                struct xz_str reason, struct xz_err *err);

#endif
