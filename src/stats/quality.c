/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stats/quality.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "stats/tail_int.h"

struct xz_interval xz_clopper_pearson(uint64_t k, uint64_t n, double alpha)
{
    const double hits = (double)k, misses = n >= k ? (double)(n - k) : 0.0;
    struct xz_interval interval = {0.0, 1.0};

    if (n == 0 || k > n || !(alpha > 0.0 && alpha < 1.0)) {
        return interval;
    }
    if (k > 0) {
        interval.low = xz_beta_quantile(hits, misses + 1.0, 0.5 * alpha);
    }
    if (k < n) { /* by the mirror image, so that a rare event keeps its digits */
        interval.high = 1.0 - xz_beta_quantile(misses, hits + 1.0, 0.5 * alpha);
    }
    return interval;
}

struct xz_interval xz_wilson(uint64_t k, uint64_t n, double alpha)
{
    struct xz_interval interval = {0.0, 1.0};
    double z, trials, share, middle, half;

    if (n == 0 || k > n || !(alpha > 0.0 && alpha < 1.0)) {
        return interval;
    }
    z = gsl_cdf_ugaussian_Qinv(0.5 * alpha);
    trials = (double)n;
    share = (double)k / trials;
    middle = share + z * z / (2.0 * trials);
    half = z * sqrt(share * (1.0 - share) / trials + z * z / (4.0 * trials * trials));
    interval.low = k == 0 ? 0.0 : fmax((middle - half) / (1.0 + z * z / trials), 0.0);
    interval.high = k == n ? 1.0 : fmin((middle + half) / (1.0 + z * z / trials), 1.0);
    return interval;
}

struct xz_interval xz_poisson_interval(uint64_t k, double exposure, double alpha)
{
    struct xz_interval interval = {0.0, INFINITY};

    if (!(exposure > 0.0) || isinf(exposure) || !(alpha > 0.0 && alpha < 1.0)) {
        return interval;
    }
    if (k > 0) {
        interval.low = gsl_cdf_gamma_Pinv(0.5 * alpha, (double)k, 1.0) / exposure;
    }
    interval.high = gsl_cdf_gamma_Qinv(0.5 * alpha, (double)k + 1.0, 1.0) / exposure;
    return interval;
}

struct ranked {
    double score;
    bool guilty;
};

static int descending(const void *left_ptr, const void *right_ptr)
{
    const struct ranked *left = left_ptr, *right = right_ptr;

    return (left->score < right->score) - (left->score > right->score);
}

static struct ranked *rank(const double *score, const bool *guilty, size_t count)
{
    struct ranked *items = xz_calloc(count + 1, sizeof(*items));

    for (size_t i = 0; i < count; i++) {
        items[i] = (struct ranked){isnan(score[i]) ? -INFINITY : score[i], guilty[i]};
    }
    qsort(items, count, sizeof(*items), descending);
    return items;
}

/* The end of the items that share the score of items[from]. */
static size_t tie_end(const struct ranked *items, size_t count, size_t from, double *guilty)
{
    size_t end = from;

    for (*guilty = 0.0; end < count && !(items[end].score < items[from].score); end++) {
        *guilty += items[end].guilty ? 1.0 : 0.0;
    }
    return end;
}

double xz_auc(const double *score, const bool *guilty, size_t count)
{
    struct ranked *items = rank(score, guilty, count);
    double above = 0.0, pairs = 0.0, here;

    for (size_t i = 0, end; i < count; i = end) {
        end = tie_end(items, count, i, &here);
        pairs += ((double)(end - i) - here) * (above + 0.5 * here);
        above += here;
    }
    free(items);
    return above > 0.0 && above < (double)count ? pairs / (above * ((double)count - above))
                                                : (double)NAN;
}

double xz_average_precision(const double *score, const bool *guilty, size_t count)
{
    struct ranked *items = rank(score, guilty, count);
    double found = 0.0, sum = 0.0, here;

    for (size_t i = 0, end; i < count; i = end) {
        end = tie_end(items, count, i, &here);
        found += here;
        sum += here * found / (double)end;
    }
    free(items);
    return found > 0.0 ? sum / found : (double)NAN;
}
