/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stats/evalue.h"

#include <math.h>
#include <stdint.h>

double xz_calibrate_power(double log_p, double kappa)
{
    return log(kappa) + (kappa - 1.0) * fmin(log_p, 0.0);
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
        top = log_e[i] > top ? log_e[i] : top;
    }
    if (top == -INFINITY || top == INFINITY) {
        return top;
    }
    for (size_t i = 0; i < count; i++) {
        sum += exp(log_e[i] - top);
    }
    return top + log(sum / (double)count);
}

static void sift(const double *log_e, size_t *order, size_t root, size_t count)
{
    for (;;) { /* a heap with the smallest on top, so that the result falls in descending order */
        size_t child = 2 * root + 1;
        size_t held;

        if (child >= count) {
            return;
        }
        if (child + 1 < count && log_e[order[child + 1]] < log_e[order[child]]) {
            child++;
        }
        if (log_e[order[root]] <= log_e[order[child]]) {
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
        if (log_e[order[k - 1]] >= log((double)count / (q * (double)k))) {
            kept = k;
        }
    }
    for (size_t i = 0; i < kept; i++) {
        keep[order[i]] = true;
    }
    return kept;
}
