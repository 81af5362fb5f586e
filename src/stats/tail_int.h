/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * stats/tail_int.h - incomplete beta and gamma functions as logarithms; private to stats/.
 *
 * Why not GSL's own: it returns them as such, and they underflow at 1e-308, where a strong run of
 * cards is only half as strong as it may get. NaN where they do not converge or for NaN.
 */
#ifndef XZ_STATS_TAIL_INT_H
#define XZ_STATS_TAIL_INT_H
#include <math.h>
#include <stdbool.h>

/* No evidence from a number that is none. */
static inline double xz_tail_clamp(double log_p)
{
    return log_p < 0.0 ? log_p : 0.0; /* NaN and -0 too */
}

/* ln(1 - e^x) for x <= 0; Maechler 2012. */
static inline double xz_log_1m_exp(double x)
{
    return x > -0.6931471805599453 ? log(-expm1(x)) : log1p(-exp(x));
}

/* ln(e^x + e^y). */
static inline double xz_log_add(double x, double y)
{
    const double high = x > y ? x : y, low = x > y ? y : x;

    return isinf(high) || !(low > -INFINITY) ? high : high + log1p(exp(low - high));
}

double xz_log_gamma(double x);
double xz_log_beta(double a, double b);

/* The continued fraction of I_x(a, b) (DLMF 8.17.22): I = x^a y^b / (a B(a, b)) * this. Converges
 * fast for x < (a + 1) / (a + b + 2). */
double xz_beta_fraction(double x, double a, double b);

/* ln I_x(a, b) for a, b > 0; y = 1 - x comes apart, so that neither loses its digits. */
double xz_log_beta_inc(double x, double y, double a, double b);

/* ln P(s, x) and ln Q(s, x), the regularised incomplete gamma functions (DLMF 8.7.1, 8.9.2);
 * s > 0, x >= 0. */
double xz_log_gamma_p(double s, double x);
double xz_log_gamma_q(double s, double x);

/* x with I_x(a, b) = p, by bisection: slow and sure. NaN outside the domain. */
double xz_beta_quantile(double a, double b, double p);

#endif
