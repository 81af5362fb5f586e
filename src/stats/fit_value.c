/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Values: log-normal by median and MAD, empirical quantiles with a Pareto tail. */
#include <math.h>
#include <stdlib.h>

#include "stats/fit_int.h"

#define AMOUNTS_MIN  10
#define MAD_TO_SIGMA 1.4826022185056018
#define SIGMA_MIN    0.05
/* What a median and a MAD are worth against mean and variance, if logs are normal. */
#define MEDIAN_WORTH 0.637
#define MAD_WORTH    0.367

#define VALUES_MIN       50
#define INDEX_MIN        0.5
#define INDEX_MAX        6.0
#define INDEX_UNSEEN     1.0
#define STEP_UNSEEN      1.0
#define TRIM_TIMES       4.0  /* beyond the last quantile, the guilty are at most a quarter */
#define TRIM_TIMES_INDEX 20.0 /* and of what the index rests on, a twentieth */

static double median_of(const double *sorted, size_t count)
{
    return 0.5 * (sorted[(count - 1) / 2] + sorted[count / 2]);
}

enum xz_rc xz_fit_log_normal(const double *amounts, size_t count, double certainty_max,
                             struct xz_nig *fitted, struct xz_err *err)
{
    const double n = fmin((double)count, fmax(certainty_max, 2.0));
    double *logs, *apart, median, sigma;

    if (count < AMOUNTS_MIN) {
        return xz_err_set(err, XZ_CONFIG, "%zu amounts are too few to fit, %d needed", count,
                          AMOUNTS_MIN);
    }
    for (size_t i = 0; i < count; i++) {
        if (!(amounts[i] > 0.0) || isinf(amounts[i])) {
            return xz_err_set(err, XZ_CONFIG, "amount %zu is not a positive number", i);
        }
    }
    logs = xz_fit_sorted(amounts, count);
    for (size_t i = 0; i < count; i++) {
        logs[i] = log(logs[i]);
    }
    median = median_of(logs, count);
    for (size_t i = 0; i < count; i++) {
        logs[i] = fabs(logs[i] - median);
    }
    apart = xz_fit_sorted(logs, count);
    sigma = fmax(MAD_TO_SIGMA * median_of(apart, count), SIGMA_MIN);
    free(apart);
    free(logs);
    *fitted = (struct xz_nig){.location = median,
                              .kappa = MEDIAN_WORTH * n,
                              .alpha = 0.5 * MAD_WORTH * n,
                              .beta = 0.5 * MAD_WORTH * n * sigma * sigma};
    return XZ_OK;
}

/*
 * Hill's index of 1 + x over the highest `top` of the samples, where those above the trimmed share
 * are only known to be that high (censored: the guilty, if any, are there). 0: they are all equal,
 * and nothing was seen of how the tail falls. What can be said then:
 * - The next sample is higher than all n before it with probability at most 1 / (n + 1): in n + 1
 *   exchangeable samples each is as likely as another to be the highest alone. So p is 1 / (n + 1)
 *   from the first value above. That value is taken as STEP_UNSEEN above: exact for counts, and on
 *   the safe side for values that come closer (up to there they are as common as the atom).
 * - No sample tells how much higher. INDEX_UNSEEN 1 lets p fall as 1 / (1 + x) from there, which is
 *   no more than a p-value owes: scores come here as 1 / chance - 1 (xz_of_score), and a chance is
 *   below u in a share u of cases at most. It is the heaviest tail short of an infinite mean.
 */
static double hill(const double *sorted, size_t count, size_t top, size_t censored)
{
    const double base = log1p(sorted[count - top - 1]);
    const double limit = sorted[count - 1 - censored];
    double excess = 0.0;

    for (size_t i = count - top; i < count; i++) {
        excess += log1p(fmin(sorted[i], limit)) - base;
    }
    if (!(excess > 0.0)) {
        return 0.0;
    }
    return fmin(fmax((double)(top - censored) / excess, INDEX_MIN), INDEX_MAX);
}

/* The least value reached by no more than p of the samples. An atom at the top may be reached by
 * more: then it lies beyond, on the tail that begins there (index 0: the next value). */
static double quantile_of(const double *sorted, size_t count, double p, double index)
{
    const double most = sorted[count - 1];
    size_t at = count - (size_t)floor(p * (double)count + 1e-9);
    size_t atom = count - 1;

    while (at < count && at > 0 && !(sorted[at] > sorted[at - 1])) {
        at++;
    }
    if (at < count) {
        return sorted[at];
    }
    if (!(index > 0.0)) {
        return most + STEP_UNSEEN;
    }
    while (atom > 0 && !(sorted[atom - 1] < most)) {
        atom--;
    }
    return expm1(log1p(most) + log((double)(count - atom) / ((double)count * p)) / index);
}

enum xz_rc xz_fit_quantiles(const double *values, size_t count, double trim,
                            struct xz_fit_quantiles *fitted, struct xz_err *err)
{
    const double n = (double)count, share = fmin(fmax(trim, 0.0), 0.5);
    struct xz_fit_quantiles made = {0};
    double *sorted, beyond, index;
    size_t top, censored;

    if (count < VALUES_MIN) {
        return xz_err_set(err, XZ_CONFIG, "%zu values are too few for quantiles, %d needed", count,
                          VALUES_MIN);
    }
    for (size_t i = 0; i < count; i++) {
        if (!(values[i] >= 0.0) || isinf(values[i])) {
            return xz_err_set(err, XZ_CONFIG, "value %zu is negative or no number", i);
        }
    }
    sorted = xz_fit_sorted(values, count);
    top = (size_t)fmax(fmin(0.05 * n, fmax(100.0, n / 200.0)),
                       fmin(TRIM_TIMES_INDEX * share * n, 0.25 * n));
    top = top > XZ_FIT_TAIL_MIN ? top : XZ_FIT_TAIL_MIN;
    censored = (size_t)(share * n);
    index = hill(sorted, count, top, censored < top ? censored : top - 1);
    beyond = fmax(index > 0.0 ? XZ_FIT_TAIL_MIN : n / (n + 1.0), TRIM_TIMES * share * n);
    while (made.count < XZ_TAIL_GRID &&
           (made.count == 0 || xz_tail_grid[made.count] * n >= beyond)) {
        made.quantile[made.count] = quantile_of(sorted, count, xz_tail_grid[made.count], index);
        made.count++;
    }
    made.index = index > 0.0 ? index : INDEX_UNSEEN;
    free(sorted);
    *fitted = made;
    return XZ_OK;
}
