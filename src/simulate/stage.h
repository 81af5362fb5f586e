/* SPDX-License-Identifier: GPL-3.0-or-later */
/* simulate/stage.h - what the authors of schemes work with. A scheme puts intents into the queue
 * before the first day. */
#ifndef XZ_SIMULATE_STAGE_H
#define XZ_SIMULATE_STAGE_H
#include "simulate/sim.h"

struct xz_sim_stage { /* what a scheme's author works with */
    struct xz_simulation *sim;
    struct xz_rng *rng;
    uint32_t scheme; /* index */
    enum xz_intensity intensity;
    int32_t begin, end; /* the days of the run that are its own; end is the first that is not */
    int32_t day;        /* of the run: where it begins */
    int32_t span;       /* days from there to the end of its own, at least 1 */
};
/* Someone not yet cast who has an account with at least so much in it; XZ_SIM_NONE if none. */
uint32_t xz_sim_cast(struct xz_sim_stage *stage, int64_t balance_min_fen);
uint32_t xz_sim_cast_member(struct xz_sim_stage *stage,
                            bool (*fits)(const struct xz_simulation *sim, uint32_t person));
/* Nobody of the household shares an account. */
bool xz_sim_unlinked(const struct xz_simulation *sim, uint32_t person);
void xz_sim_subject_person(struct xz_sim_stage *stage, uint32_t person);
void xz_sim_subject_text(struct xz_sim_stage *stage, const char *text);
struct xz_sim_intent xz_sim_act(const struct xz_sim_stage *stage, enum xz_sim_kind kind,
                                uint32_t person, uint32_t site, int64_t at_ms);
int64_t xz_sim_stage_time(const struct xz_sim_stage *stage, int32_t day, uint32_t hour,
                          uint32_t minute); /* seconds are drawn */
uint32_t xz_sim_stage_shop(struct xz_sim_stage *stage, uint32_t county);
typedef void (*xz_sim_scheme_fn)(struct xz_sim_stage *stage);
void xz_sim_t01(struct xz_sim_stage *stage);
void xz_sim_t02(struct xz_sim_stage *stage);
void xz_sim_t03(struct xz_sim_stage *stage);
void xz_sim_t04(struct xz_sim_stage *stage);
void xz_sim_t05(struct xz_sim_stage *stage);
void xz_sim_t09(struct xz_sim_stage *stage);
void xz_sim_t11(struct xz_sim_stage *stage);
void xz_sim_t12(struct xz_sim_stage *stage);
void xz_sim_t13(struct xz_sim_stage *stage);
void xz_sim_t16(struct xz_sim_stage *stage);
void xz_sim_link_rule(struct xz_sim_stage *stage); /* R1-R7 */
void xz_sim_use_rule(struct xz_sim_stage *stage);  /* R8-R12, R15, R24-R26 */
void xz_sim_r13(struct xz_sim_stage *stage);
void xz_sim_movement_rule(struct xz_sim_stage *stage); /* R14, R16, R17, R20 */

#endif
