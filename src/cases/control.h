/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * cases/control.h - the control sample: subjects of whom no alert speaks, drawn at random by the
 * caller, become cases that are labelled as such and looked at like others. What is found there is
 * what the patterns miss, with an interval (xz_view_verdicts); no pattern's precision has a part in
 * it, and no alert joins such a case.
 *
 * Such a case is worth little, the same for all (XZ_CONTROL_PROBABILITY of the least money), and
 * stands low in the queue. It is worked all the same: xz_work_take_next gives it out before all
 * others once its clock is about to break, so that a sample is drawn and closed, not drawn and
 * forgotten, at the price of one case a working day at most.
 */
#ifndef XZ_CASES_CONTROL_H
#define XZ_CASES_CONTROL_H
#include "cases/desk.h"

#define XZ_CONTROL_QUIET_DAYS  90 /* without an alert or a case, in any role */
#define XZ_CONTROL_PROBABILITY 0.05
#define XZ_CONTROL_TOPIC_MAX   255 /* bytes; no topic's name is as long */

struct xz_control_draw {
    struct xz_str subject_kind, subject; /* as in an alert; the raw id of a person */
    struct xz_str region;                /* of insurance; "" when not known */
    struct xz_str institution, institution_region;
    struct xz_str topic; /* where the event stands by which it was drawn */
    int32_t partition;
    int64_t offset, at_ms;
};

/* *opened: a case was made; not when the subject had an alert or a case within the quiet days, or
 * the month has had desk->control_per_month. XZ_REJECT "invalid" for a draw that is none. */
XZ_MUST enum xz_rc xz_control_draw(const struct xz_desk *desk, const struct xz_control_draw *draw,
                                   int64_t now_ms, bool *opened, struct xz_err *err);

/* How many were drawn in the month of now_ms. */
XZ_MUST enum xz_rc xz_control_drawn(const struct xz_desk *desk, int64_t now_ms, int64_t *drawn,
                                    struct xz_err *err);

/* Where in the log the event stands by which a case was drawn. */
struct xz_control_place {
    char topic[XZ_CONTROL_TOPIC_MAX + 1];
    int32_t partition;
    int64_t offset;
};
/* XZ_REJECT "not_found" for a case that was not drawn, and for one that the actor does not see. */
XZ_MUST enum xz_rc xz_control_place(const struct xz_desk *desk, const struct xz_actor *actor,
                                    int64_t case_id, struct xz_control_place *place,
                                    struct xz_err *err);

#endif
