/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * cases/verdict.h - what a closed case says of the patterns that led to it, and the dispositions
 * that tell the detector so. A disposition leaves only after the time in which a decision can be
 * taken back.
 *
 * "right to ask" is told as inconclusive: nothing was found, but the pattern did see something.
 */
#ifndef XZ_CASES_VERDICT_H
#define XZ_CASES_VERDICT_H
#include "cases/case_row.h"
#include "cases/desk.h"

#define XZ_SAMPLE_PER_MILLE 50 /* of closed cases, for a second look */

/* By a keyed hash of its number: as good as random to who does not have the keys, and the same
 * whenever it is asked. */
bool xz_verdict_is_sampled(const struct xz_keys *keys, int64_t case_id);

/* row is closed: writes verdicts and dispositions, in the place of earlier ones. In a write. */
XZ_MUST enum xz_rc xz_verdict_put(struct xz_db_conn *conn, const struct xz_case_row *row,
                                  const struct xz_actor *actor, struct xz_str note, int64_t now_ms,
                                  struct xz_err *err);
/* It is not closed after all. A second look that was done stays. */
XZ_MUST enum xz_rc xz_verdict_drop(struct xz_db_conn *conn, int64_t case_id, struct xz_err *err);

/* One on its way. */
struct xz_disposition {
    int64_t id;
    char alert_id[65];
    struct xz_buf value; /* the contract's JSON */
};
void xz_disposition_fini(struct xz_disposition *item);

/* Of several processes one sends, for so long after it took something last; then another may. */
#define XZ_OUTBOX_HOLD_MS 60000

/* Reads up to max that may leave, oldest first, one of an alert: their sender holds the outbox from
 * now_ms on. *count is 0 when there are none, or another holder sends. Each is the caller's to
 * end. They stay until they are dropped: what a holder sent before a crash, the next one sends
 * again. holder: a random number that a process keeps. */
XZ_MUST enum xz_rc xz_disposition_take(const struct xz_desk *desk, int64_t holder, int64_t now_ms,
                                       size_t max, struct xz_disposition *items, size_t *count,
                                       struct xz_err *err);
/* The log has them for sure. */
XZ_MUST enum xz_rc xz_disposition_drop(const struct xz_desk *desk, const int64_t *ids, size_t count,
                                       struct xz_err *err);
/* Nothing of holder's is on its way any more: another may send at once. */
XZ_MUST enum xz_rc xz_disposition_leave(const struct xz_desk *desk, int64_t holder,
                                        struct xz_err *err);

#endif
