/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stats/distrib.h"

#include <gsl/gsl_errno.h>

#include "stats/tail_int.h"

/* Up to here the direct sums below are cheaper than special functions, and as exact. */
#define SMALL_K           64
#define BETA_BINOMIAL_MAX 100000
#define SHARE_GRAIN       1e-3  /* accounts are emptied to the last fen; a beta has no atom at 1 */
#define STUDENT_T_MAX     1e150 /* its square must not overflow; further out p only looks larger */

const double xz_tail_grid[XZ_TAIL_GRID] = {0.5,  0.2,  0.1,  5e-2, 2e-2, 1e-2, 5e-3, 2e-3,
                                           1e-3, 5e-4, 2e-4, 1e-4, 5e-5, 2e-5, 1e-5};

void xz_stats_init(void) { (void)gsl_set_error_handler_off(); }

/* P(N < k) from the terms 0 .. k-1, each by its ratio to the one before. */
static double negbin_log_tail_low(double a, double q, double log_none, uint32_t k)
{
    double term = exp(log_none), below = 0.0;

    for (uint32_t i = 0; i < k; i++) {
        below += term;
        term *= (a + (double)i) / ((double)i + 1.0) * q;
    }
    return below < 0.9 ? log1p(-below) : NAN; /* 1 - below would have lost its digits */
}

/* P(N >= k) from the terms k, k+1 .., whose ratios all lie below `ratio` < 1. */
static double negbin_log_tail_high(double a, double q, double log_none, uint32_t k, double ratio)
{
    double product = 1.0, log_first = log_none, term = 1.0, sum = 1.0;

    for (uint32_t i = 0; i < k; i++) {
        product *= (a + (double)i) / ((double)i + 1.0) * q;
        if (product < 1e-280) {
            log_first += log(product);
            product = 1.0;
        }
    }
    log_first += log(product);
    if (ratio > 0.6) {
        return log_first + log(xz_beta_fraction(q, (double)k, a));
    }
    for (double at = (double)k; term * ratio > 1e-14 * sum * (1.0 - ratio); at += 1.0) {
        term *= (a + at) / (at + 1.0) * q;
        sum += term;
    }
    return log_first + log(sum + term * ratio / (1.0 - ratio)); /* the rest: at most geometric */
}

double xz_negbin_log_tail(double a, double b, double exposure, uint32_t k)
{
    const double q = exposure / (b + exposure), none = b / (b + exposure);
    double log_none, ratio, log_p = NAN;

    if (!(a > 0.0) || !(b > 0.0) || !(exposure >= 0.0) || isinf(a + b + exposure) || k == 0) {
        return 0.0;
    }
    if (q <= 0.0) {
        return -INFINITY;
    }
    if (k <= SMALL_K) {
        log_none = q < 0.5 ? a * log1p(-q) : a * log(none);
        ratio = fmax((a + (double)k) / ((double)k + 1.0), 1.0) * q;
        log_p = (double)k * none <= a * q + 1.0 ? negbin_log_tail_low(a, q, log_none, k)
                                                : negbin_log_tail_high(a, q, log_none, k, ratio);
    }
    return xz_tail_clamp(isnan(log_p) ? xz_log_beta_inc(q, none, (double)k, a) : log_p);
}

double xz_poisson_log_tail(double mean, uint32_t k)
{
    if (k == 0 || !(mean >= 0.0) || isinf(mean)) {
        return 0.0;
    }
    return xz_tail_clamp(xz_log_gamma_p((double)k, mean));
}

double xz_binomial_log_tail(uint32_t n, double q, uint32_t k)
{
    if (k == 0 || !(q >= 0.0) || q >= 1.0) {
        return k > n && q >= 1.0 ? -INFINITY : 0.0;
    }
    if (k > n || q <= 0.0) {
        return -INFINITY;
    }
    return xz_tail_clamp(xz_log_beta_inc(q, 1.0 - q, (double)k, (double)(n - k) + 1.0));
}

/* Many trials: P(K >= k) <= P(share >= s) + P(Binomial(n, s) >= k) for every s; with s eight
 * standard deviations below k / n the second is no more than about 1e-15. */
static double beta_binomial_bound(double n, double a, double b, double k)
{
    const double share = k / n, s = share - 8.0 * sqrt(share * (1.0 - share) / n) - 32.0 / n;

    if (s <= 0.0) {
        return 0.0;
    }
    return xz_log_add(xz_beta_log_tail(a, b, s), xz_log_beta_inc(s, 1.0 - s, k, n - k + 1.0));
}

double xz_beta_binomial_log_tail(uint32_t n, double a, double b, uint32_t k)
{
    const double trials = (double)n, hits = (double)k;
    double log_scale, term = 1.0, sum = 1.0;

    if (k == 0 || !(a > 0.0) || !(b > 0.0) || isinf(a + b)) {
        return 0.0;
    }
    if (k > n) {
        return -INFINITY;
    }
    if (n > BETA_BINOMIAL_MAX) {
        return xz_tail_clamp(beta_binomial_bound(trials, a, b, hits));
    }
    log_scale = -log(trials + 1.0) - xz_log_beta(hits + 1.0, trials - hits + 1.0) +
                xz_log_beta(hits + a, trials - hits + b) - xz_log_beta(a, b);
    for (double i = hits; i < trials; i += 1.0) {
        const double ratio = (trials - i) / (i + 1.0) * (i + a) / (trials - i - 1.0 + b);

        term *= ratio;
        sum += term;
        if (sum > 1e250) {
            log_scale += log(sum);
            term /= sum;
            sum = 1.0;
        } /* ratios fall all the way only when a and b are at least 1 */
        if (a >= 1.0 && b >= 1.0 && ratio < 1.0 && term * ratio < 1e-15 * sum * (1.0 - ratio)) {
            break;
        }
    }
    return xz_tail_clamp(log_scale + log(sum));
}

double xz_beta_log_tail(double a, double b, double x)
{
    if (!(x > 0.0)) {
        return 0.0;
    }
    if (x > 1.0) {
        return 0.0;
    }
    x = fmin(x, 1.0 - SHARE_GRAIN);
    return xz_tail_clamp(xz_log_beta_inc(1.0 - x, x, b, a));
}

double xz_student_log_tail(double nu, double t)
{
    const double size = fmin(fabs(t), STUDENT_T_MAX), square = size * size;
    double both;

    if (!(nu > 0.0) || isinf(nu) || isnan(t)) {
        return 0.0;
    }
    both = xz_log_beta_inc(nu / (nu + square), square / (nu + square), 0.5 * nu, 0.5);
    both -= 0.6931471805599453;
    return xz_tail_clamp(t > 0.0 ? both : xz_log_1m_exp(both));
}

double xz_gamma_log_tail(double shape, double rate, double x)
{
    if (!(rate > 0.0) || !(x > 0.0)) {
        return 0.0;
    }
    return xz_tail_clamp(xz_log_gamma_q(shape, rate * x));
}

double xz_log_normal_log_tail(double m, double kappa, double alpha, double beta, double x)
{
    double scale;

    if (!(kappa > 0.0) || !(alpha > 0.0) || !(beta > 0.0) || !(x > 0.0) || !isfinite(m)) {
        return 0.0;
    }
    scale = sqrt(beta / alpha * ((kappa + 1.0) / kappa));
    return xz_student_log_tail(2.0 * alpha, (log(x) - m) / scale);
}

double xz_quantiles_log_tail(const struct xz_quantiles *quantiles, double x)
{
    const double *quantile = quantiles->quantile;
    const size_t last = quantiles->count - 1; /* read only when there is one */
    size_t at = 0;

    if (quantiles->count == 0 || !(x >= 0.0) || x < quantile[0]) {
        return 0.0; /* below the median all is ordinary */
    }
    if (x >= quantile[last]) {
        const double beyond = log1p(x) - log1p(quantile[last]);
        const double index = quantiles->index > 0.0 ? quantiles->index : 0.0;

        return xz_tail_clamp(log(xz_tail_grid[last]) - (beyond > 0.0 ? index * beyond : 0.0));
    }
    while (x >= quantile[at + 1]) {
        at++;
    }
    const double low = log1p(quantile[at]), high = log1p(quantile[at + 1]);
    const double part = high > low ? (log1p(x) - low) / (high - low) : 0.0;

    return xz_tail_clamp(log(xz_tail_grid[at]) +
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

double xz_category_log_p(const double *alpha, size_t count, size_t index)
{
    double total = 0.0, rare = 0.0;

    for (size_t i = 0; i < count; i++) {
        total += alpha[i];
        rare += index < count && alpha[i] <= alpha[index] * (1.0 + 1e-12) ? alpha[i] : 0.0;
    }
    return rare > 0.0 && isfinite(total) ? xz_tail_clamp(log(rare / total)) : 0.0;
}

double xz_dirichlet_multinomial_log_pmf(const double *alpha, const uint32_t *counts, size_t count)
{
    double total = 0.0, seen = 0.0, log_pmf = 0.0;

    for (size_t i = 0; i < count; i++) {
        if (!(alpha[i] > 0.0) || isinf(alpha[i])) {
            return NAN;
        }
        total += alpha[i];
        if (counts[i] > 0) { /* Gamma(n + a) / (Gamma(a) n!) = 1 / (n B(n, a)) */
            seen += (double)counts[i];
            log_pmf -= log((double)counts[i]) + xz_log_beta((double)counts[i], alpha[i]);
        }
    }
    return seen > 0.0 ? log_pmf + log(seen) + xz_log_beta(seen, total) : 0.0;
}
