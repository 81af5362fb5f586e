/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cases/alert_store.h - alerts in the database: the newest revision of each, with the sums that
 * follow from it. */
#ifndef XZ_CASES_ALERT_STORE_H
#define XZ_CASES_ALERT_STORE_H
#include <jansson.h>

#include "cases/alert_facts.h"
#include "cases/db.h"

/* What the store has of an alert. */
struct xz_alert_known {
    bool found, counted; /* counted: in the sums; a withdrawn one is not */
    bool case_is_closed; /* or under appeal: what was decided on stays as it is */
    bool conclusive;
    int64_t seq, rev, case_id, events, amount_fen, ended_ms;
    char pattern[17], region[8], institution[XZ_REF_MAX + 1];
};
XZ_MUST enum xz_rc xz_alert_find(struct xz_db_conn *conn, const char *id,
                                 struct xz_alert_known *known, struct xz_err *err);

struct xz_alert_put {
    const json_t *alert; /* masked */
    const struct xz_alert_facts *facts;
    const struct xz_alert_known *known;    /* of the row to change; not found or NULL: a new row */
    const struct xz_alert_known *replaced; /* of the row that stays as it is in a closed case */
    const char *topic;
    int32_t partition;
    int64_t offset, case_id, now_ms;
};
XZ_MUST enum xz_rc xz_alert_put(struct xz_db_conn *conn, const struct xz_alert_put *put,
                                struct xz_err *err);
/* Notes a revision of which nothing else is kept. */
XZ_MUST enum xz_rc xz_alert_seen(struct xz_db_conn *conn, const struct xz_alert_known *known,
                                 int64_t rev, struct xz_err *err);

/* Bytes of a stored body when it is read; 0: it cannot be. */
size_t xz_alert_body_bytes(struct xz_str stored);
/* The stored body as JSON, people as tokens. NULL: it cannot be read. The caller's. */
json_t *xz_alert_body(struct xz_str stored);

#endif
