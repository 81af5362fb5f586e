/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stats/profile.h"

#include <assert.h>
#include <math.h>

#include "base/time.h"

#define HOURS_A_DAY 24.0
#define WEEK_MS     (7 * XZ_DAY_MS)
#define MONDAY_MS   (4 * XZ_DAY_MS) /* 1970-01-05 */

void xz_profile_init(struct xz_profile *profile, const double weight[XZ_PROFILE_HOURS])
{
    double total = 0.0;

    for (int i = 0; i < XZ_PROFILE_HOURS; i++) {
        assert(weight[i] >= 0.0 && isfinite(weight[i]));
        total += weight[i];
    }
    assert(total > 0.0 && isfinite(total));
    profile->before[0] = 0.0;
    for (int i = 0; i < XZ_PROFILE_HOURS; i++) {
        profile->weight[i] = weight[i] * (XZ_PROFILE_HOURS / total);
        profile->before[i + 1] = profile->before[i] + profile->weight[i] / HOURS_A_DAY;
    }
    profile->before[XZ_PROFILE_HOURS] = XZ_PROFILE_HOURS / HOURS_A_DAY;
}

void xz_profile_flat(struct xz_profile *profile)
{
    double weight[XZ_PROFILE_HOURS];

    for (int i = 0; i < XZ_PROFILE_HOURS; i++) {
        weight[i] = 1.0;
    }
    xz_profile_init(profile, weight);
}

void xz_profile_fit(struct xz_profile *profile, const uint64_t count[XZ_PROFILE_HOURS],
                    double strength)
{
    double weight[XZ_PROFILE_HOURS], total = 0.0;

    assert(strength >= 0.0 && isfinite(strength));
    for (int i = 0; i < XZ_PROFILE_HOURS; i++) {
        weight[i] = (double)count[i] + strength;
        total += weight[i];
    }
    if (total > 0.0) {
        xz_profile_init(profile, weight);
    } else {
        xz_profile_flat(profile);
    }
}

/* The week's number and what of it has gone, in days of exposure. */
static double days_into_week(const struct xz_profile *profile, int64_t at_ms, int64_t *week)
{
    const int64_t since_ms = at_ms + XZ_LOCAL_OFFSET_MS - MONDAY_MS;
    int64_t into_ms = since_ms % WEEK_MS, hour;

    *week = since_ms / WEEK_MS;
    if (into_ms < 0) {
        into_ms += WEEK_MS;
        (*week)--;
    }
    hour = into_ms / XZ_HOUR_MS;
    return profile->before[hour] +
           profile->weight[hour] * (double)(into_ms % XZ_HOUR_MS) / (double)XZ_DAY_MS;
}

double xz_profile_integral(const struct xz_profile *profile, int64_t t0_ms, int64_t t1_ms)
{
    const int64_t far_ms = INT64_MAX / 2; /* unknown times are far away; they must not overflow */
    int64_t week0, week1;
    double into0, into1;

    if (t1_ms <= t0_ms || t0_ms < -far_ms || t1_ms > far_ms) {
        return 0.0;
    }
    into0 = days_into_week(profile, t0_ms, &week0);
    into1 = days_into_week(profile, t1_ms, &week1);
    return fmax(7.0 * (double)(week1 - week0) + (into1 - into0), 0.0);
}
