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

struct xz_disposition {
    struct xz_str alert_id, value; /* the contract's JSON */
};

/* Dispositions that may leave, oldest first, up to max at once: when give returns XZ_OK for them,
 * they are dropped. What give did before a crash it is asked to do again. *sent: how many. */
typedef enum xz_rc (*xz_disposition_fn)(void *arg, const struct xz_disposition *items, size_t count,
                                        struct xz_err *err);
XZ_MUST enum xz_rc xz_disposition_send(const struct xz_desk *desk, int64_t now_ms, size_t max,
                                       xz_disposition_fn give, void *arg, size_t *sent,
                                       struct xz_err *err);

#endif
