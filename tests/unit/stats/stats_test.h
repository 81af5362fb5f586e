/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tests/unit/stats/stats_test.h - what these tests share: closeness, and draws from a null. */
#ifndef XZ_TESTS_UNIT_STATS_H
#define XZ_TESTS_UNIT_STATS_H
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdbool.h>

#include "base/rng.h"
#include "stats/distrib.h"

/* Relative, or absolute near 0. */
static inline void assert_close(double got, double want, double tolerance)
{
    const double size = fabs(want) > 1.0 ? fabs(want) : 1.0;

    if (!(fabs(got - want) <= tolerance * size)) {
        fail_msg("got %.17g, want %.17g within %g", got, want, tolerance);
    }
}

static inline void assert_between(double got, double low, double high)
{
    if (!(got >= low && got <= high)) {
        fail_msg("got %.17g, want %.17g .. %.17g", got, low, high);
    }
}

/* The share of p <= u may exceed u by chance only: four standard errors. */
static inline void assert_super_uniform(const double *log_p, size_t count, double slack)
{
    static const double levels[] = {0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 0.002};

    for (size_t level = 0; level < sizeof(levels) / sizeof(levels[0]); level++) {
        const double u = levels[level];
        double hits = 0.0;

        for (size_t i = 0; i < count; i++) {
            hits += log_p[i] <= log(u) ? 1.0 : 0.0;
        }
        if (hits / (double)count > slack * u + 4.0 * sqrt(u / (double)count)) {
            fail_msg("p <= %g came %g of %zu times", u, hits, count);
        }
    }
}

/* Its mean may exceed 1 by chance only: four standard errors of the sample itself. */
static inline void assert_mean_at_most_one(const double *e, size_t count)
{
    double sum = 0.0, squares = 0.0;

    for (size_t i = 0; i < count; i++) {
        sum += e[i];
        squares += e[i] * e[i];
    }
    const double n = (double)count, mean = sum / n;
    const double error = sqrt(fmax(squares / n - mean * mean, 0.0) / n);

    if (mean > 1.0 + 4.0 * error) {
        fail_msg("mean e %g, standard error %g", mean, error);
    }
}

static inline uint32_t draw_negbin(struct xz_rng *rng, double shape, double rate, double exposure)
{
    return xz_rng_poisson(rng, xz_rng_gamma(rng, shape) / rate * exposure);
}

#endif
