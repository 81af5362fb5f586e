/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stats/precision.h"

#include <assert.h>
#include <math.h>

#include "stats/tail_int.h"

#define ROUNDS_MAX 1000

void xz_precision_age(struct xz_precision *precision, double keep)
{
    assert(keep > 0.0 && keep <= 1.0);
    precision->confirmed *= keep;
    precision->dismissed *= keep;
}

void xz_precision_add(struct xz_precision *precision, bool confirmed)
{
    if (confirmed) {
        precision->confirmed += 1.0;
    } else {
        precision->dismissed += 1.0;
    }
}

double xz_precision_mean(const struct xz_precision *precision)
{
    const double yes = precision->a + precision->confirmed;

    return yes / (yes + precision->b + precision->dismissed);
}

struct xz_interval xz_precision_interval(const struct xz_precision *precision, double alpha)
{
    const double yes = precision->a + precision->confirmed;
    const double no = precision->b + precision->dismissed;
    const struct xz_interval interval = {xz_beta_quantile(yes, no, 0.5 * alpha),
                                         1.0 - xz_beta_quantile(no, yes, 0.5 * alpha)};

    return isnan(interval.low + interval.high) ? (struct xz_interval){0.0, 1.0} : interval;
}

double xz_precision_mean_delayed(const struct xz_precision *precision, const double *pending_age,
                                 size_t pending, double delay_confirmed, double delay_dismissed)
{
    const double yes = precision->a + precision->confirmed;
    const double all = yes + precision->b + precision->dismissed + (double)pending;
    double share = xz_precision_mean(precision), before;

    assert(delay_confirmed > 0.0 && delay_dismissed > 0.0);
    for (int round = 0; round < ROUNDS_MAX; round++) {
        double guilty = yes;

        for (size_t i = 0; i < pending; i++) {
            const double age = fmax(pending_age[i], 0.0);
            /* odds of dismissal to confirmation, both not yet told */
            const double odds =
                (1.0 - share) / share * exp(age / delay_confirmed - age / delay_dismissed);

            guilty += 1.0 / (1.0 + odds);
        }
        before = share;
        share = guilty / all;
        if (fabs(share - before) < 1e-12) {
            break;
        }
    }
    return share;
}
