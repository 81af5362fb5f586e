/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * cases/review.h - blind second looks: a sample of closed cases (verdict.h) is looked at again by
 * somebody who had no part in them and is not told what came of them. What the second says changes
 * nothing of the case: it is how far the desk agrees with itself (xz_view_verdicts).
 *
 * A look waits from the end of the time in which the decision can be taken back. It is offered to
 * nobody who was assignee, proposer, approver or closer, wrote in the case's history, or has opened
 * the case, a file of it or its evidence pack since something was proposed or decided: who tries is
 * told so, XZ_REJECT "second_person_needed". Where the case is in other regions, or no look waits,
 * it is "not_found". Who has read what led to a case may not open it until a look was given.
 *
 * What it cannot know: what people saw in lists, tables, links of other cases, or heard.
 */
#ifndef XZ_CASES_REVIEW_H
#define XZ_CASES_REVIEW_H
#include "cases/life.h"
#include "cases/view.h"

#define XZ_REVIEWS_MAX       200  /* shown at once, those that wait longest */
#define XZ_REVIEW_REASON_MAX 1000 /* bytes */

/* {"items":[{"case","asked","patterns","region","amount_fen","severity"}],"as_of"}. "forbidden"
 * without XZ_MAY_WORK, as the others. */
XZ_MUST enum xz_rc xz_review_list(const struct xz_desk_view *view, struct xz_buf *out,
                                  struct xz_err *err);
/* {"case","bodies","bodies_left","parties","control","as_of"}: what led to the case, nothing of
 * what became of it; an audited reading. */
XZ_MUST enum xz_rc xz_review_read(const struct xz_desk_view *view, int64_t case_id,
                                  struct xz_buf *out, struct xz_err *err);
/* Refuses ("conflict") what would tell actor what came of a case at which he is looking again. */
XZ_MUST enum xz_rc xz_review_keep_blind(struct xz_db_conn *conn, const struct xz_actor *actor,
                                        const struct xz_case *life, struct xz_err *err);
/* Once for a case; *agreed: with the first. The history says that it was done, not what was said.
 */
XZ_MUST enum xz_rc xz_review_give(const struct xz_desk *desk, const struct xz_actor *actor,
                                  int64_t case_id, enum xz_case_outcome outcome,
                                  struct xz_str reason, int64_t now_ms, bool *agreed,
                                  struct xz_err *err);

#endif
