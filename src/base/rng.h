/* SPDX-License-Identifier: GPL-3.0-or-later */
/* base/rng.h - deterministic random numbers (xoshiro256**, Blackman and Vigna 2018), seeded by the
 * caller. Only simulation, tests and sampling use it; nothing between an event and an alert does.
 */
#ifndef XZ_BASE_RNG_H
#define XZ_BASE_RNG_H
#include <stdint.h>

struct xz_rng {
    uint64_t s[4];
};

void xz_rng_init(struct xz_rng *rng, uint64_t seed, uint64_t stream); /* splitmix64 of both */
uint64_t xz_rng_u64(struct xz_rng *rng);
double xz_rng_unit(struct xz_rng *rng);                    /* [0, 1) with 53 bits */
uint32_t xz_rng_below(struct xz_rng *rng, uint32_t bound); /* bound > 0; unbiased */
double xz_rng_normal(struct xz_rng *rng);
double xz_rng_exponential(struct xz_rng *rng);         /* mean 1 */
double xz_rng_gamma(struct xz_rng *rng, double shape); /* scale 1; Marsaglia and Tsang 2000 */
uint32_t xz_rng_poisson(struct xz_rng *rng, double mean);

#endif
