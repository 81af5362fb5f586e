/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stats/tail_int.h"

#include <gsl/gsl_errno.h>
#include <gsl/gsl_sf_gamma.h>
#include <stdint.h>

/* Near the mode a fraction or series takes some multiples of the root of its largest argument: with
 * arguments up to 2^32 this is ample. */
#define TERMS_MAX 2000000
#define EPSILON   1e-15
#define TINY      1e-290 /* stands for 0 in Lentz's algorithm */

double xz_log_gamma(double x)
{
    gsl_sf_result result;

    return gsl_sf_lngamma_e(x, &result) == GSL_SUCCESS ? result.val : NAN;
}

double xz_log_beta(double a, double b)
{
    gsl_sf_result result;

    return gsl_sf_lnbeta_e(a, b, &result) == GSL_SUCCESS ? result.val : NAN;
}

static double not_zero(double x) { return fabs(x) < TINY ? TINY : x; }

/* Lentz's algorithm as Thompson and Barnett (1986) mended it. */
double xz_beta_fraction(double x, double a, double b)
{
    double c = 1.0, d = 1.0 / not_zero(1.0 - (a + b) * x / (a + 1.0)), value = d;

    for (int i = 1; i < TERMS_MAX; i++) {
        const double m = (double)i, even = a + 2.0 * m;
        double step = m * (b - m) * x / ((even - 1.0) * even), factor;

        d = 1.0 / not_zero(1.0 + step * d);
        c = not_zero(1.0 + step / c);
        value *= d * c;
        step = -(a + m) * (a + b + m) * x / (even * (even + 1.0));
        d = 1.0 / not_zero(1.0 + step * d);
        c = not_zero(1.0 + step / c);
        factor = d * c;
        value *= factor;
        if (fabs(factor - 1.0) < EPSILON) {
            return value;
        }
    }
    return NAN;
}

static double log_near_one(double x, double y) { return x > 0.5 ? log1p(-y) : log(x); }

static double log_beta_side(double x, double y, double a, double b)
{
    return a * log_near_one(x, y) + b * log_near_one(y, x) - log(a) - xz_log_beta(a, b) +
           log(xz_beta_fraction(x, a, b));
}

double xz_log_beta_inc(double x, double y, double a, double b)
{
    if (!(a > 0.0) || !(b > 0.0) || isinf(a) || isinf(b) || isnan(x) || isnan(y)) {
        return NAN;
    }
    if (x <= 0.0) {
        return -INFINITY;
    }
    if (y <= 0.0) {
        return 0.0;
    }
    if (x * (a + b + 2.0) <= a + 1.0) {
        return log_beta_side(x, y, a, b);
    }
    return xz_log_1m_exp(log_beta_side(y, x, b, a));
}

static double log_gamma_series(double s, double x)
{
    double term = 1.0, sum = 1.0;

    for (int i = 1; i < TERMS_MAX; i++) {
        term *= x / (s + (double)i);
        sum += term;
        if (term < EPSILON * sum) {
            return s * log(x) - x - xz_log_gamma(s + 1.0) + log(sum);
        }
    }
    return NAN;
}

static double log_gamma_fraction(double s, double x)
{
    double b = x + 1.0 - s, c = 1.0 / TINY, d = 1.0 / not_zero(b), value = d;

    for (int i = 1; i < TERMS_MAX; i++) {
        const double step = (double)i * (s - (double)i);
        double factor;

        b += 2.0;
        d = 1.0 / not_zero(step * d + b);
        c = not_zero(b + step / c);
        factor = d * c;
        value *= factor;
        if (fabs(factor - 1.0) < EPSILON) {
            return s * log(x) - x - xz_log_gamma(s) + log(value);
        }
    }
    return NAN;
}

static bool gamma_domain(double s, double x) { return s > 0.0 && x >= 0.0 && !isinf(s); }

double xz_log_gamma_p(double s, double x)
{
    if (!gamma_domain(s, x)) {
        return NAN;
    }
    if (x <= 0.0 || isinf(x)) {
        return x > 0.0 ? 0.0 : -INFINITY;
    }
    return x < s + 1.0 ? log_gamma_series(s, x) : xz_log_1m_exp(log_gamma_fraction(s, x));
}

double xz_log_gamma_q(double s, double x)
{
    if (!gamma_domain(s, x)) {
        return NAN;
    }
    if (x <= 0.0 || isinf(x)) {
        return x > 0.0 ? -INFINITY : 0.0;
    }
    return x < s + 1.0 ? xz_log_1m_exp(log_gamma_series(s, x)) : log_gamma_fraction(s, x);
}

double xz_beta_quantile(double a, double b, double p)
{
    double low = 0.0, high = 1.0;

    if (!(a > 0.0) || !(b > 0.0) || !(p >= 0.0 && p <= 1.0) || isinf(a) || isinf(b)) {
        return NAN;
    }
    for (int i = 0; i < 1100 && low < high; i++) { /* down to the smallest double if need be */
        const double middle = low + 0.5 * (high - low);

        if (middle <= low || middle >= high) {
            break;
        }
        if (xz_log_beta_inc(middle, 1.0 - middle, a, b) < log(p)) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return p > 0.0 ? high : 0.0;
}
