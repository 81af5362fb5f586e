/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * stats/distrib.h - upper tails, as natural logarithms: ln P(X >= x). All are super-uniform under
 * their null: P(ln p <= ln u) <= u, and keep their relative accuracy far below 1e-300. No
 * allocation; NaN and arguments outside a domain give 0 (p = 1), so that a fault never accuses.
 */
#ifndef XZ_STATS_DISTRIB_H
#define XZ_STATS_DISTRIB_H
#include <math.h>
#include <stddef.h>
#include <stdint.h>

/* Before anything numerical: GSL must return errors, not abort. Idempotent. */
void xz_stats_init(void);

/* For showing; below about -745 it is 0, so compare logarithms. */
static inline double xz_p_of_log(double log_p) { return exp(log_p); }

/* N | theta ~ Poisson(theta * exposure), theta ~ Gamma(shape a, rate b): negative binomial with
 * mean a * exposure / b. */
double xz_negbin_log_tail(double a, double b, double exposure, uint32_t k);
static inline double xz_negbin_mean(double a, double b, double exposure)
{
    return a * exposure / b;
}
double xz_poisson_log_tail(double mean, uint32_t k);
double xz_binomial_log_tail(uint32_t n, double q, uint32_t k);
double xz_beta_binomial_log_tail(uint32_t n, double a, double b, uint32_t k);

/* X ~ Beta(a, b). Shares above 0.999 count as 0.999: real ones pile up at 1. */
double xz_beta_log_tail(double a, double b, double x);
double xz_student_log_tail(double nu, double t); /* nu > 0 degrees of freedom */
double xz_gamma_log_tail(double shape, double rate, double x);

/* Student-t predictive of ln x under a normal-inverse-gamma posterior (location m, kappa, shape
 * alpha, scale beta): Gelman et al., BDA 3, section 3.3. */
double xz_log_normal_log_tail(double m, double kappa, double alpha, double beta, double x);

/* An empirical upper tail: quantile[i] is reached with probability at most xz_tail_grid[i],
 * i < count; at and beyond the last one a Pareto tail with index `index` goes on (Hill 1975), in
 * 1 + x. Between the grid's points ln p is linear in ln(1 + x), where x >= 0; at equal quantiles
 * the last one counts. Below the first p is 1. */
#define XZ_TAIL_GRID 15
extern const double xz_tail_grid[XZ_TAIL_GRID]; /* 0.5, 0.2, 0.1, .. 1e-5 */
struct xz_quantiles {
    double index;           /* > 0; anything else ends the tail: p stays at the last point's */
    const double *quantile; /* not decreasing */
    size_t count;           /* 0 .. XZ_TAIL_GRID; 0 makes p 1 everywhere */
};
double xz_quantiles_log_tail(const struct xz_quantiles *quantiles, double x);
/* The value that is reached with probability p (>= the last grid point). */
double xz_quantiles_value(const struct xz_quantiles *quantiles, double p);

/* Categories: X falls into i with probability alpha[i] / sum(alpha), the predictive of a Dirichlet.
 * ln of the probability of a category that is no more probable than `index`: a p-value of surprise
 * (ties count, so it is super-uniform). alpha[i] > 0. */
double xz_category_log_p(const double *alpha, size_t count, size_t index);

/* ln of the Dirichlet-multinomial probability of these counts; the surprise is its negative. Not a
 * p-value. NaN outside the domain. */
double xz_dirichlet_multinomial_log_pmf(const double *alpha, const uint32_t *counts, size_t count);

#endif
