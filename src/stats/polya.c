/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stats/polya.h"

#include <assert.h>
#include <math.h>
#include <stdbool.h>

#define LN_2       0.69314718055994530942
#define EVEN_FIFTH (-1.60943791243410037460) /* ln(1/5) */

const struct xz_mixture xz_mixture_default = {
    .count = 5,
    .m = {2.0, 4.0, 8.0, 16.0, 32.0},
    .log_m = {LN_2, 2.0 * LN_2, 3.0 * LN_2, 4.0 * LN_2, 5.0 * LN_2},
    .log_weight = {EVEN_FIFTH, EVEN_FIFTH, EVEN_FIFTH, EVEN_FIFTH, EVEN_FIFTH},
};

void xz_mixture_init(struct xz_mixture *mixture, const double *m, const double *weight,
                     size_t count)
{
    double total = 0.0;

    assert(count >= 1 && count <= XZ_MIXTURE_MAX);
    for (size_t i = 0; i < count; i++) {
        assert(m[i] > 0.0 && isfinite(m[i]));
        assert(weight == NULL || (weight[i] >= 0.0 && isfinite(weight[i])));
        total += weight != NULL ? weight[i] : 1.0;
    }
    assert(total > 0.0);
    *mixture = (struct xz_mixture){.count = (uint32_t)count};
    for (size_t i = 0; i < count; i++) {
        mixture->m[i] = m[i];
        mixture->log_m[i] = log(m[i]);
        mixture->log_weight[i] = log((weight != NULL ? weight[i] : 1.0) / total);
    }
}

static bool in_domain(struct xz_polya polya, double exposure)
{
    return polya.shape > 0.0 && polya.rate > 0.0 && exposure >= 0.0 &&
           isfinite(polya.shape + polya.rate + exposure);
}

struct xz_polya xz_polya_posterior(struct xz_polya prior, double count, double exposure, double cap)
{
    struct xz_polya polya = {prior.shape + count, prior.rate + exposure};

    if (cap > 0.0 && polya.shape > cap) {
        polya.rate *= cap / polya.shape;
        polya.shape = cap;
    }
    return polya;
}

/* (rate + L) / (rate + m L) = 1 / (1 + (m - 1) u) with u = L / (rate + L): the logarithm stays
 * exact for small exposures. */
static double log_ratio(double shape_k, double share, uint32_t k, double m, double log_m)
{
    return (double)k * log_m - shape_k * log1p((m - 1.0) * share);
}

double xz_polya_log_ratio(struct xz_polya polya, uint32_t k, double exposure, double m)
{
    if (!in_domain(polya, exposure) || !(m > 0.0) || isinf(m)) {
        return 0.0;
    }
    return log_ratio(polya.shape + (double)k, exposure / (polya.rate + exposure), k, m, log(m));
}

double xz_polya_log_e_over(struct xz_polya polya, uint32_t k, double exposure,
                           const struct xz_mixture *mixture)
{
    const double share = exposure / (polya.rate + exposure);
    double each[XZ_MIXTURE_MAX], top = -INFINITY, sum = 0.0;

    if (!in_domain(polya, exposure)) {
        return 0.0;
    }
    for (uint32_t i = 0; i < mixture->count; i++) {
        each[i] = mixture->log_weight[i] +
                  log_ratio(polya.shape + (double)k, share, k, mixture->m[i], mixture->log_m[i]);
        top = each[i] > top ? each[i] : top;
    }
    for (uint32_t i = 0; i < mixture->count; i++) {
        sum += exp(each[i] - top);
    }
    return top + log(sum);
}

double xz_polya_log_e(struct xz_polya polya, uint32_t k, double exposure)
{
    return xz_polya_log_e_over(polya, k, exposure, &xz_mixture_default);
}
