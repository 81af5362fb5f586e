/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * stats/polya.h - counts in time that vary between people and within them: a mixed Poisson (Polya)
 * process. theta ~ Gamma(shape, rate); given theta, events come at rate theta.
 */
#ifndef XZ_STATS_POLYA_H
#define XZ_STATS_POLYA_H
#include <stdint.h>

struct xz_polya {
    double shape, rate; /* rate in units of exposure (days) */
};

/* What is believed of one subject after `count` events in `exposure`: conjugate. The shape is then
 * held under `cap`, the mean kept: nobody's days are as even as a Poisson process, however long
 * they have been known. */
struct xz_polya xz_polya_posterior(struct xz_polya prior, double count, double exposure, double cap);

/* ln of the likelihood ratio of "rate times m" against "rate", after k events in exposure L:
 *   k ln m + (shape + k) ln((rate + L) / (rate + m L))
 * by integrating theta out of both (the normalising terms cancel). A martingale under the null. */
double xz_polya_log_ratio(struct xz_polya polya, uint32_t k, double exposure, double m);

/* The same over a fixed mixture of m = 2, 4, 8, 16, 32: still an e-process. */
double xz_polya_log_e(struct xz_polya polya, uint32_t k, double exposure);

static inline double xz_polya_mean(struct xz_polya polya, double exposure)
{
    return polya.shape / polya.rate * exposure;
}

#endif
