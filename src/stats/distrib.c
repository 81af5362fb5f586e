/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stats/distrib.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_errno.h>
#include <gsl/gsl_sf_gamma.h>
#include <math.h>
#include <stdbool.h>

#define TERMS_MAX 100000
#define TINY 1e-17

const double xz_tail_grid[XZ_TAIL_GRID] = {0.5,  0.2,  0.1,  5e-2, 2e-2, 1e-2, 5e-3, 2e-3,
                                           1e-3, 5e-4, 2e-4, 1e-4, 5e-5, 2e-5, 1e-5};

void xz_stats_init(void) { (void)gsl_set_error_handler_off(); }

static double log_gamma(double x)
{
    gsl_sf_result result;

    return gsl_sf_lngamma_e(x, &result) == GSL_SUCCESS ? result.val : NAN;
}

static double clamp(double log_p) { return isnan(log_p) || log_p > 0.0 ? 0.0 : log_p; }

/* Sums the tail's terms upward from k by their ratio: what is far out in the tail has no need of a
 * special function, and one below the mode is taken by the complement. */
double xz_negbin_log_tail(double a, double b, double exposure, uint32_t k)
{
    const double q = exposure / (b + exposure);
    double log_first, term = 1.0, sum = 1.0, below = 0.0;

    if (!(a > 0.0) || !(b > 0.0) || !(exposure >= 0.0) || k == 0) {
        return 0.0;
    }
    if (q <= 0.0) {
        return -INFINITY;
    }
    if ((double)k <= a * exposure / b + 1.0) { /* 1 - P(N < k) is exact enough here */
        double log_pmf = a * log1p(-q);

        for (uint32_t i = 0; i < k; i++) {
            below += exp(log_pmf);
            log_pmf += log((a + (double)i) / ((double)i + 1.0)) + log(q);
        }
        return clamp(log1p(-fmin(below, 1.0 - 1e-16)));
    }
    log_first = log_gamma(a + (double)k) - log_gamma(a) - log_gamma((double)k + 1.0) +
                a * log1p(-q) + (double)k * log(q);
    for (uint32_t i = 0; i < TERMS_MAX && term > TINY * sum; i++) {
        term *= (a + (double)k + (double)i) / ((double)k + (double)i + 1.0) * q;
        sum += term;
    }
    return clamp(log_first + log(sum));
}

double xz_poisson_log_tail(double mean, uint32_t k)
{
    double log_first, term = 1.0, sum = 1.0;

    if (!(mean > 0.0) || k == 0) {
        return k == 0 ? 0.0 : -INFINITY;
    }
    if ((double)k <= mean + 1.0) {
        return clamp(log(gsl_cdf_poisson_Q(k - 1, mean)));
    }
    log_first = (double)k * log(mean) - mean - log_gamma((double)k + 1.0);
    for (uint32_t i = 1; i < TERMS_MAX && term > TINY * sum; i++) {
        term *= mean / ((double)k + (double)i);
        sum += term;
    }
    return clamp(log_first + log(sum));
}

double xz_binomial_log_tail(uint32_t n, double q, uint32_t k)
{
    double log_first, term = 1.0, sum = 1.0;

    if (k == 0 || !(q >= 0.0)) {
        return 0.0;
    }
    if (k > n || q <= 0.0) {
        return -INFINITY;
    }
    if (q >= 1.0) {
        return 0.0;
    }
    if ((double)k <= (double)n * q + 1.0) {
        return clamp(log(gsl_cdf_binomial_Q(k - 1, q, n)));
    }
    log_first = log_gamma((double)n + 1.0) - log_gamma((double)k + 1.0) -
                log_gamma((double)(n - k) + 1.0) + (double)k * log(q) + (double)(n - k) * log1p(-q);
    for (uint32_t i = k; i < n && term > TINY * sum; i++) {
        term *= (double)(n - i) / ((double)i + 1.0) * q / (1.0 - q);
        sum += term;
    }
    return clamp(log_first + log(sum));
}

static double log_beta(double a, double b) { return log_gamma(a) + log_gamma(b) - log_gamma(a + b); }

double xz_beta_binomial_log_tail(uint32_t n, double a, double b, uint32_t k)
{
    double log_first, term = 1.0, sum = 1.0;

    if (k == 0 || !(a > 0.0) || !(b > 0.0)) {
        return 0.0;
    }
    if (k > n) {
        return -INFINITY;
    }
    log_first = log_gamma((double)n + 1.0) - log_gamma((double)k + 1.0) -
                log_gamma((double)(n - k) + 1.0) +
                log_beta((double)k + a, (double)(n - k) + b) - log_beta(a, b);
    for (uint32_t i = k; i < n; i++) {
        term *= (double)(n - i) / ((double)i + 1.0) * ((double)i + a) /
                ((double)(n - i) - 1.0 + b);
        sum += term;
    }
    return clamp(log_first + log(sum));
}

double xz_log_normal_log_tail(double m, double kappa, double alpha, double beta, double x)
{
    double scale, p;

    if (!(kappa > 0.0) || !(alpha > 0.0) || !(beta > 0.0) || !(x > 0.0)) {
        return 0.0;
    }
    scale = sqrt(beta * (kappa + 1.0) / (alpha * kappa));
    p = gsl_cdf_tdist_Q((log(x) - m) / scale, 2.0 * alpha);
    return clamp(p > 0.0 ? log(p) : -745.0);
}

double xz_quantiles_log_tail(const struct xz_quantiles *quantiles, double x)
{
    const double *quantile = quantiles->quantile;
    const size_t last = quantiles->count - 1;
    size_t at = 0;

    if (quantiles->count == 0 || !(x >= 0.0) || x < quantile[0]) {
        return 0.0; /* below the median all is ordinary */
    }
    if (x >= quantile[last]) {
        const double beyond = log1p(x) - log1p(quantile[last]);

        return clamp(log(xz_tail_grid[last]) - quantiles->index * beyond);
    }
    while (x >= quantile[at + 1]) {
        at++;
    }
    const double low = log1p(quantile[at]), high = log1p(quantile[at + 1]);
    const double part = high > low ? (log1p(x) - low) / (high - low) : 0.0;

    return clamp(log(xz_tail_grid[at]) +
                 part * (log(xz_tail_grid[at + 1]) - log(xz_tail_grid[at])));
}

double xz_quantiles_value(const struct xz_quantiles *quantiles, double p)
{
    for (size_t i = 0; i < quantiles->count; i++) {
        if (xz_tail_grid[i] <= p) {
            return quantiles->quantile[i];
        }
    }
    return quantiles->count > 0 ? quantiles->quantile[quantiles->count - 1] : 0.0;
}
