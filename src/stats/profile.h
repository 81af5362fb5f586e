/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * stats/profile.h - how a week's hours weigh: exposure that runs faster in busy hours. An integral
 * over any span costs the same, by a table of running sums.
 */
#ifndef XZ_STATS_PROFILE_H
#define XZ_STATS_PROFILE_H
#include <stdint.h>

#define XZ_PROFILE_HOURS 168 /* as base/time.h counts them: 0 is Monday 00:00, UTC+8 */

struct xz_profile {
    double weight[XZ_PROFILE_HOURS];     /* mean 1 */
    double before[XZ_PROFILE_HOURS + 1]; /* days of exposure from Monday to the hour's start */
};

/* Any weights >= 0, not all 0 (asserted); they are scaled to mean 1. */
void xz_profile_init(struct xz_profile *profile, const double weight[XZ_PROFILE_HOURS]);
void xz_profile_flat(struct xz_profile *profile);

/* Smoothed from counts by hour of week: each hour borrows `strength` counts spread evenly. */
void xz_profile_fit(struct xz_profile *profile, const uint64_t count[XZ_PROFILE_HOURS],
                    double strength);

/* Days of exposure from t0 to t1; 0 when t1 <= t0. A whole week is 7. */
double xz_profile_integral(const struct xz_profile *profile, int64_t t0_ms, int64_t t1_ms);

#endif
