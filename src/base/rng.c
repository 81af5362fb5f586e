/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/rng.h"

#include <math.h>

static uint64_t splitmix64(uint64_t *state)
{
    uint64_t z = (*state += UINT64_C(0x9e3779b97f4a7c15));

    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

void xz_rng_init(struct xz_rng *rng, uint64_t seed, uint64_t stream)
{
    uint64_t state = seed;
    uint64_t other = stream ^ UINT64_C(0xd1342543de82ef95);

    for (int i = 0; i < 4; i++) {
        rng->s[i] = splitmix64(&state) ^ splitmix64(&other);
    }
}

static uint64_t rotl(uint64_t x, int k) { return x << k | x >> (64 - k); }

uint64_t xz_rng_u64(struct xz_rng *rng)
{
    uint64_t *s = rng->s;
    const uint64_t result = rotl(s[1] * 5, 7) * 9;
    const uint64_t t = s[1] << 17;

    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotl(s[3], 45);
    return result;
}

double xz_rng_unit(struct xz_rng *rng) { return (double)(xz_rng_u64(rng) >> 11) * 0x1.0p-53; }

uint32_t xz_rng_below(struct xz_rng *rng, uint32_t bound)
{
    const uint32_t reject = -bound % bound; /* Lemire 2019 */
    uint64_t product;

    do {
        product = (xz_rng_u64(rng) >> 32) * bound;
    } while ((uint32_t)product < reject);
    return (uint32_t)(product >> 32);
}

double xz_rng_normal(struct xz_rng *rng)
{
    double u, v, s;

    do { /* Marsaglia's polar method; the second value is let go, so that no state hides here */
        u = 2.0 * xz_rng_unit(rng) - 1.0;
        v = 2.0 * xz_rng_unit(rng) - 1.0;
        s = u * u + v * v;
    } while (s >= 1.0 || s <= 0.0);
    return u * sqrt(-2.0 * log(s) / s);
}

double xz_rng_exponential(struct xz_rng *rng) { return -log1p(-xz_rng_unit(rng)); }

double xz_rng_gamma(struct xz_rng *rng, double shape)
{
    const double d = (shape < 1.0 ? shape + 1.0 : shape) - 1.0 / 3.0;
    const double c = 1.0 / sqrt(9.0 * d);

    for (;;) {
        const double x = xz_rng_normal(rng);
        const double v = (1.0 + c * x) * (1.0 + c * x) * (1.0 + c * x);
        const double u = 1.0 - xz_rng_unit(rng);

        if (v > 0.0 && log(u) < 0.5 * x * x + d - d * v + d * log(v)) {
            const double boost = shape < 1.0 ? pow(1.0 - xz_rng_unit(rng), 1.0 / shape) : 1.0;
            return d * v * boost;
        }
    }
}

uint32_t xz_rng_poisson(struct xz_rng *rng, double mean)
{
    uint32_t count = 0;

    while (mean >
           30.0) { /* halves of a Poisson process: binomial splitting by gamma (Ahrens, Dieter) */
        const double m = floor(mean * 0.875);
        const double x = xz_rng_gamma(rng, m);

        if (x > mean) {
            const uint32_t n = (uint32_t)m - 1;
            for (uint32_t i = 0; i < n; i++) {
                count += xz_rng_unit(rng) < mean / x;
            }
            return count;
        }
        count += (uint32_t)m;
        mean -= x;
    }
    for (double limit = exp(-mean), product = xz_rng_unit(rng); product > limit;
         product *= xz_rng_unit(rng)) {
        count++;
    }
    return count;
}
