/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * stats/distrib.h - upper tails, as natural logarithms: ln P(X >= x). All are super-uniform under
 * their null: P(ln p <= ln u) <= u. No allocation; arguments outside a domain give 0 (p = 1), so
 * that a fault never accuses.
 */
#ifndef XZ_STATS_DISTRIB_H
#define XZ_STATS_DISTRIB_H
#include <stddef.h>
#include <stdint.h>

/* Before anything numerical: GSL must return errors, not abort. Idempotent. */
void xz_stats_init(void);

/* N | theta ~ Poisson(theta * exposure), theta ~ Gamma(shape a, rate b): negative binomial with
 * mean a * exposure / b. */
double xz_negbin_log_tail(double a, double b, double exposure, uint32_t k);
double xz_poisson_log_tail(double mean, uint32_t k);
double xz_binomial_log_tail(uint32_t n, double q, uint32_t k);
double xz_beta_binomial_log_tail(uint32_t n, double a, double b, uint32_t k);

/* Student-t predictive of ln x under a normal-inverse-gamma posterior (location m, kappa, shape
 * alpha, scale beta): Gelman et al., BDA 3, section 3.3. */
double xz_log_normal_log_tail(double m, double kappa, double alpha, double beta, double x);

/* An empirical upper tail: quantile[i] is exceeded with probability xz_tail_grid[i], i < count; at
 * and beyond the last one a Pareto tail with index `index` goes on (Hill 1975). Between the grid's
 * points ln p is linear in ln(1 + x), where x >= 0. */
#define XZ_TAIL_GRID 15
extern const double xz_tail_grid[XZ_TAIL_GRID]; /* 0.5, 0.2, 0.1, .. 1e-5 */
struct xz_quantiles {
    double index;
    const double *quantile; /* not decreasing */
    size_t count;           /* 1 .. XZ_TAIL_GRID */
};
double xz_quantiles_log_tail(const struct xz_quantiles *quantiles, double x);
/* The value that is reached with probability p (>= the last grid point). */
double xz_quantiles_value(const struct xz_quantiles *quantiles, double p);

#endif
