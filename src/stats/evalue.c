/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stats/evalue.h"

#include <assert.h>
#include <math.h>

#include "stats/tail_int.h"

#define SERIES_BELOW 0.3

static double known(double log_e) { return isnan(log_e) ? -INFINITY : log_e; }

double xz_calibrate_power(double log_p, double kappa)
{
    assert(kappa > 0.0 && kappa < 1.0);
    return log(kappa) + (kappa - 1.0) * xz_tail_clamp(log_p);
}

double xz_calibrate_mixture(double log_p)
{
    const double l = xz_tail_clamp(log_p);
    double sum = 0.0, factor = 0.5; /* l^(n-2) / n!, from n = 2 */

    if (isinf(l)) {
        return INFINITY;
    }
    if (l < -SERIES_BELOW) {
        return log(1.0 - exp(l) * (1.0 - l)) - l - 2.0 * log(-l);
    }
    /* (1 - p + p ln p) / (ln p)^2 cancels near p = 1: sum of (n - 1) l^(n-2) / n! instead. */
    for (int n = 2; n < 16; n++) {
        sum += (double)(n - 1) * factor;
        factor *= l / (double)(n + 1);
    }
    return log(sum) - l;
}

double xz_calibrate(double log_p)
{
    const double pair[2] = {xz_calibrate_power(log_p, 0.05), xz_calibrate_power(log_p, 0.3)};

    return xz_evalue_mean(pair, 2);
}

double xz_evalue_mean(const double *log_e, size_t count)
{
    double top = -INFINITY, sum = 0.0;

    for (size_t i = 0; i < count; i++) {
        top = known(log_e[i]) > top ? log_e[i] : top;
    }
    if (isinf(top)) {
        return top;
    }
    for (size_t i = 0; i < count; i++) {
        sum += exp(known(log_e[i]) - top);
    }
    return top + log(sum / (double)count);
}

double xz_evalue_product(const double *log_e, size_t count)
{
    double sum = 0.0;

    for (size_t i = 0; i < count; i++) {
        if (isinf(known(log_e[i])) && known(log_e[i]) < 0.0) {
            return -INFINITY;
        }
        sum += log_e[i];
    }
    return sum;
}

/* A heap with the smallest on top, so that the result falls in descending order. */
static void sift(const double *log_e, size_t *order, size_t root, size_t count)
{
    for (;;) {
        size_t child = 2 * root + 1;
        size_t held;

        if (child >= count) {
            return;
        }
        if (child + 1 < count && known(log_e[order[child + 1]]) < known(log_e[order[child]])) {
            child++;
        }
        if (known(log_e[order[root]]) <= known(log_e[order[child]])) {
            return;
        }
        held = order[root];
        order[root] = order[child];
        order[child] = held;
        root = child;
    }
}

size_t xz_ebh(const double *log_e, size_t count, double q, size_t *order, bool *keep)
{
    size_t kept = 0;

    assert(q > 0.0 && q <= 1.0);
    for (size_t i = 0; i < count; i++) {
        order[i] = i;
        keep[i] = false;
    }
    for (size_t i = count / 2; i-- > 0;) {
        sift(log_e, order, i, count);
    }
    for (size_t end = count; end > 1; end--) {
        const size_t held = order[0];

        order[0] = order[end - 1];
        order[end - 1] = held;
        sift(log_e, order, 0, end - 1);
    }
    for (size_t k = 1; k <= count; k++) {
        if (known(log_e[order[k - 1]]) >= log((double)count / (q * (double)k))) {
            kept = k;
        }
    }
    for (size_t i = 0; i < kept; i++) {
        keep[order[i]] = true;
    }
    return kept;
}
