/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * stats/polya.h - counts in time that vary between people and within them: a mixed Poisson (Polya)
 * process (Lundberg 1940; Grandell, Mixed Poisson Processes, 1997, chapter 4). theta ~ Gamma(shape,
 * rate); given theta, events come at rate theta per unit of exposure. Exposure is time, or time
 * weighted by a profile (stats/profile.h). No allocation.
 *
 * Outside its domain (shape, rate > 0; exposure >= 0; finite) a ratio is 0: no evidence.
 */
#ifndef XZ_STATS_POLYA_H
#define XZ_STATS_POLYA_H
#include <stddef.h>
#include <stdint.h>

struct xz_polya {
    double shape, rate; /* rate in units of exposure (days) */
};

/* What is believed of one subject after `count` events in `exposure`: conjugate. The shape is then
 * held under `cap` (0: no cap), the mean kept: nobody's days are as even as a Poisson process,
 * however long they have been known. */
struct xz_polya xz_polya_posterior(struct xz_polya prior, double count, double exposure,
                                   double cap);

/* The intensity (shape + k) / (rate + L) of the next event, given k events in exposure L. */
static inline double xz_polya_intensity(struct xz_polya polya, uint32_t k, double exposure)
{
    return (polya.shape + (double)k) / (polya.rate + exposure);
}

/* ln of the likelihood ratio of "rate times m" against "rate", after k events in exposure L:
 *   k ln m + (shape + k) ln((rate + L) / (rate + m L))
 * by integrating theta out of both (the normalising terms cancel). A martingale under the null. */
double xz_polya_log_ratio(struct xz_polya polya, uint32_t k, double exposure, double m);

/* The same over a mixture of m: still an e-process, at any stopping time. */
#define XZ_MIXTURE_MAX 8
struct xz_mixture {
    uint32_t count; /* 1 .. XZ_MIXTURE_MAX */
    double m[XZ_MIXTURE_MAX], log_m[XZ_MIXTURE_MAX];
    double log_weight[XZ_MIXTURE_MAX];
};
extern const struct xz_mixture xz_mixture_default; /* 2, 4, 8, 16, 32, even weights */

/* weight NULL: even. Weights need not sum to 1, they are made to. Asserts 1 <= count <= max, m > 0,
 * weight >= 0, not all 0. */
void xz_mixture_init(struct xz_mixture *mixture, const double *m, const double *weight,
                     size_t count);

double xz_polya_log_e_over(struct xz_polya polya, uint32_t k, double exposure,
                           const struct xz_mixture *mixture);
double xz_polya_log_e(struct xz_polya polya, uint32_t k, double exposure); /* the default one */

static inline double xz_polya_mean(struct xz_polya polya, double exposure)
{
    return polya.shape / polya.rate * exposure;
}

#endif
