/* SPDX-License-Identifier: GPL-3.0-or-later */
/* stats/quality.h - how good a ranking is, and how sure a measured share or rate. */
#ifndef XZ_STATS_QUALITY_H
#define XZ_STATS_QUALITY_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct xz_interval {
    double low, high;
};

/* Of k among n, at confidence 1 - alpha, 0 < alpha < 1. {0, 1} for n = 0 or k > n. */
struct xz_interval xz_clopper_pearson(uint64_t k, uint64_t n, double alpha); /* 1934; exact */
struct xz_interval xz_wilson(uint64_t k, uint64_t n, double alpha);          /* 1927; shorter */

/* Of a Poisson rate after k events in exposure > 0 (Garwood 1936; exact). {0, INFINITY} outside. */
struct xz_interval xz_poisson_interval(uint64_t k, double exposure, double alpha);

/* Scores in any order, guilty[i] the truth; ties are met fairly. NaN scores rank lowest. Both are
 * NaN without at least one guilty and, for the area, one innocent. Allocate scratch; not for the
 * hot path. */
double xz_auc(const double *score, const bool *guilty, size_t count); /* Mann and Whitney 1947 */
double xz_average_precision(const double *score, const bool *guilty, size_t count);

#endif
