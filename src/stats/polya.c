/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stats/polya.h"

#include <math.h>

#define MIXTURE 5

static const double multiples[MIXTURE] = {2.0, 4.0, 8.0, 16.0, 32.0};

struct xz_polya xz_polya_posterior(struct xz_polya prior, double count, double exposure, double cap)
{
    struct xz_polya polya = {prior.shape + count, prior.rate + exposure};

    if (cap > 0.0 && polya.shape > cap) {
        polya.rate *= cap / polya.shape;
        polya.shape = cap;
    }
    return polya;
}

double xz_polya_log_ratio(struct xz_polya polya, uint32_t k, double exposure, double m)
{
    return (double)k * log(m) + (polya.shape + (double)k) *
                                    log((polya.rate + exposure) / (polya.rate + m * exposure));
}

double xz_polya_log_e(struct xz_polya polya, uint32_t k, double exposure)
{
    double each[MIXTURE], top = -INFINITY, sum = 0.0;

    for (int i = 0; i < MIXTURE; i++) {
        each[i] = xz_polya_log_ratio(polya, k, exposure, multiples[i]);
        top = each[i] > top ? each[i] : top;
    }
    for (int i = 0; i < MIXTURE; i++) {
        sum += exp(each[i] - top);
    }
    return top + log(sum / MIXTURE);
}
