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
 * The tail beyond the samples: Hill's index of 1 + x over the highest `top` of them, where those
 * above the trimmed share are only known to be that high (censored: the guilty, if any, are there).
 * It counts those above the base only: an atom that reaches up among the highest tells nothing of
 * how the tail above it falls. With fewer than XZ_FIT_TAIL_MIN of them:
 * - By rank: the next sample is among the highest k + 1 of n + 1 exchangeable ones with probability
 *   (k + 1) / (n + 1), so that is what the first value above the atom has after k of n were there;
 *   where k is 0 it is taken to be STEP_UNSEEN above, which is exact for counts.
 * - The index is 1 before anything is seen: p falls as 1 / (1 + x), which is no more than a p-value
 *   owes, since scores come here as 1 / chance - 1 (xz_of_score). Those that are seen are added to
 *   one that lies e times as high, which is what a tail of index 1 has on average; and the tail may
 *   not fall below 1 / (n + 1) at the highest that was seen.
 */
struct beyond {
    size_t seen;     /* above the base; the trimmed share not counted */
    double index;    /* by those; not yet bounded by the highest */
    double left_min; /* the grid ends where no fewer samples than this lie beyond */
    double log_most; /* ln (1 + the highest, the trimmed share not counted) */
};

static struct beyond beyond_of(const double *sorted, size_t count, size_t top, size_t censored)
{
    const double n = (double)count, base = log1p(sorted[count - top - 1]);
    const double limit = sorted[count - 1 - censored];
    struct beyond beyond = {.log_most = log1p(limit)};
    double excess = 0.0, seen;
    size_t above = 0;

    for (size_t i = count - top; i < count; i++) {
        excess += log1p(fmin(sorted[i], limit)) - base;
        above += sorted[i] > sorted[count - top - 1];
    }
    beyond.seen = above > censored ? above - censored : 0;
    seen = (double)beyond.seen;
    if (beyond.seen < XZ_FIT_TAIL_MIN) {
        beyond.index = fmin((seen + 1.0) / (excess + 1.0), INDEX_MAX);
        beyond.left_min = (seen + 1.0) * n / (n + 1.0);
    } else {
        beyond.index = fmin(fmax(seen / excess, INDEX_MIN), INDEX_MAX);
        beyond.left_min = XZ_FIT_TAIL_MIN;
    }
    return beyond;
}

/* The least value reached by no more than p of the samples. An atom at the top may be reached by
 * more: then it lies beyond, on the tail that begins there, or one step above where few are seen.
 */
static double quantile_of(const double *sorted, size_t count, double p, const struct beyond *beyond)
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
    if (beyond->seen < XZ_FIT_TAIL_MIN) {
        return most + STEP_UNSEEN;
    }
    while (atom > 0 && !(sorted[atom - 1] < most)) {
        atom--;
    }
    return expm1(log1p(most) + log((double)(count - atom) / ((double)count * p)) / beyond->index);
}

/* Over an atom that few leave, several points of the grid stand at the next value that was seen,
 * and all below it would have p = 1: the rarest of those points keeps it, and the others stand one
 * step above the atom, where no more than their share is either. */
static void step_off_atoms(const double *sorted, size_t count, struct xz_fit_quantiles *made)
{
    for (size_t i = 0, at = 0; i + 1 < made->count; i++) {
        if (made->quantile[i + 1] > made->quantile[i]) {
            continue;
        }
        while (at < count && sorted[at] < made->quantile[i]) {
            at++;
        }
        if (at > 0) {
            made->quantile[i] = fmin(made->quantile[i], sorted[at - 1] + STEP_UNSEEN);
        }
    }
}

enum xz_rc xz_fit_quantiles(const double *values, size_t count, double trim,
                            struct xz_fit_quantiles *fitted, struct xz_err *err)
{
    const double n = (double)count, share = fmin(fmax(trim, 0.0), 0.5);
    struct xz_fit_quantiles made = {0};
    struct beyond beyond;
    double *sorted, left_min, gap;
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
    beyond = beyond_of(sorted, count, top, censored < top ? censored : top - 1);
    left_min = fmax(beyond.left_min, TRIM_TIMES * share * n);
    while (made.count < XZ_TAIL_GRID &&
           (made.count == 0 || xz_tail_grid[made.count] * n >= left_min)) {
        made.quantile[made.count] = quantile_of(sorted, count, xz_tail_grid[made.count], &beyond);
        made.count++;
    }
    step_off_atoms(sorted, count, &made);
    made.index = beyond.index;
    gap = beyond.log_most - log1p(made.quantile[made.count - 1]);
    if (beyond.seen < XZ_FIT_TAIL_MIN && gap > 0.0) {
        made.index = fmin(made.index, log(xz_tail_grid[made.count - 1] * (n + 1.0)) / gap);
    }
    free(sorted);
    *fitted = made;
    return XZ_OK;
}
