/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "stats/fit_int.h"

#define INCREDIBLE 0.1 /* so many such samples are to be expected among the innocent */

static int ascending(const void *left_ptr, const void *right_ptr)
{
    const double left = *(const double *)left_ptr, right = *(const double *)right_ptr;

    return (left > right) - (left < right);
}

double *xz_fit_sorted(const double *values, size_t count)
{
    double *sorted = xz_calloc(count + 1, sizeof(*sorted));

    for (size_t i = 0; i < count; i++) {
        sorted[i] = values[i];
    }
    qsort(sorted, count, sizeof(*sorted), ascending);
    return sorted;
}

bool xz_fit_choose(const double *log_p, size_t count, double trim, bool first, bool *keep,
                   struct xz_fit_report *report)
{
    const size_t most = (size_t)(fmin(fmax(trim, 0.0), 0.5) * (double)count);
    double limit = first ? 0.0 : log(INCREDIBLE / (double)count);
    double *sorted = xz_fit_sorted(log_p, count);
    bool changed = false;

    if (sorted[most] < limit) {
        limit = sorted[most]; /* those strictly below it are `most` or fewer */
    }
    free(sorted);
    report->used = 0;
    for (size_t i = 0; i < count; i++) {
        const bool now = !(log_p[i] < limit);

        changed = changed || now != keep[i];
        keep[i] = now;
        report->used += now;
    }
    report->trimmed = count - report->used;
    return changed;
}

/* ---- empirical Bayes ---- */

double xz_shrink_weight(double n, double prior_n)
{
    if (!(n > 0.0)) {
        return 0.0;
    }
    return isinf(prior_n) ? 0.0 : n / (n + fmax(prior_n, 0.0));
}

double xz_shrink_prior_n(const double *means, const double *variances, const double *sizes,
                         size_t cells)
{
    double total = 0.0, squares = 0.0, mean = 0.0, within = 0.0, spread = 0.0, degrees = 0.0;
    double between;

    for (size_t i = 0; i < cells; i++) {
        total += sizes[i];
        squares += sizes[i] * sizes[i];
        mean += sizes[i] * means[i];
        within += fmax(sizes[i] - 1.0, 0.0) * variances[i];
        degrees += fmax(sizes[i] - 1.0, 0.0);
    }
    if (cells < 2 || !(degrees > 0.0) || !(total > 0.0)) {
        return INFINITY;
    }
    mean /= total;
    within /= degrees;
    for (size_t i = 0; i < cells; i++) {
        spread += sizes[i] * (means[i] - mean) * (means[i] - mean);
    }
    between = (spread - ((double)cells - 1.0) * within) / (total - squares / total);
    return between > 0.0 ? within / between : INFINITY;
}

static double mix(double cell, double parent, double weight)
{
    return weight * cell + (1.0 - weight) * parent;
}

static double mix_log(double cell, double parent, double weight)
{
    return exp(mix(log(cell), log(parent), weight));
}

struct xz_polya xz_shrink_polya(struct xz_polya cell, struct xz_polya parent, double weight)
{
    const double shape = mix_log(cell.shape, parent.shape, weight);

    return (struct xz_polya){
        shape, shape / mix_log(cell.shape / cell.rate, parent.shape / parent.rate, weight)};
}

struct xz_beta xz_shrink_beta(struct xz_beta cell, struct xz_beta parent, double weight)
{
    const double odds = mix_log(cell.a / cell.b, parent.a / parent.b, weight);
    const double both = mix_log(cell.a + cell.b, parent.a + parent.b, weight);

    return (struct xz_beta){both * odds / (1.0 + odds), both / (1.0 + odds)};
}

struct xz_nig xz_shrink_nig(struct xz_nig cell, struct xz_nig parent, double weight)
{
    const double alpha = mix_log(cell.alpha, parent.alpha, weight);

    return (struct xz_nig){
        .location = mix(cell.location, parent.location, weight),
        .kappa = mix_log(cell.kappa, parent.kappa, weight),
        .alpha = alpha,
        .beta = alpha * mix_log(cell.beta / cell.alpha, parent.beta / parent.alpha, weight),
    };
}

void xz_shrink_quantiles(const struct xz_fit_quantiles *cell, const struct xz_fit_quantiles *parent,
                         double weight, struct xz_fit_quantiles *shrunk)
{
    const size_t shared = cell->count < parent->count ? cell->count : parent->count;
    struct xz_fit_quantiles made = {.count =
                                        cell->count > parent->count ? cell->count : parent->count};

    /* 1 / index is the mean excess, which may be averaged */
    made.index = 1.0 / mix(1.0 / cell->index, 1.0 / parent->index, weight);
    for (size_t i = 0; i < made.count; i++) {
        const struct xz_fit_quantiles *longer = i < cell->count ? cell : parent;
        double level;

        if (i < shared) {
            level = mix(log1p(cell->quantile[i]), log1p(parent->quantile[i]), weight);
        } else if (i == 0) {
            level = log1p(longer->quantile[0]);
        } else { /* only one goes on: by its steps, from where both had come to */
            level = log1p(made.quantile[i - 1]) + log1p(longer->quantile[i]) -
                    log1p(longer->quantile[i - 1]);
        }
        made.quantile[i] = expm1(level);
        if (i > 0 && made.quantile[i] < made.quantile[i - 1]) {
            made.quantile[i] = made.quantile[i - 1];
        }
    }
    *shrunk = made;
}
