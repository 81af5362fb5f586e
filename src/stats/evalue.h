/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * stats/evalue.h - from p-values to e-values, and what may be done with e-values. In logarithms:
 * -INFINITY is e = 0; a NaN for e counts as 0, a NaN for p as 1. No allocation.
 */
#ifndef XZ_STATS_EVALUE_H
#define XZ_STATS_EVALUE_H
#include <stdbool.h>
#include <stddef.h>

/* kappa p^(kappa-1), an admissible calibrator for 0 < kappa < 1 (Vovk and Wang 2021, eq. 1). */
double xz_calibrate_power(double log_p, double kappa);

/* (1 - p + p ln p) / (p (ln p)^2), the integral of the former over kappa in (0, 1) (Vovk and Wang
 * 2021, eq. 2): needs no choice, costs about 2 ln(-ln p) against the best. */
double xz_calibrate_mixture(double log_p);

/* The mean of two of the first, kappa 0.05 and 0.3: sharp for what is rare, and no spendthrift for
 * what comes in many small steps. Used wherever no likelihood ratio exists. */
double xz_calibrate(double log_p);

/* e to p: min(1, 1 / e), the only admissible way back (Vovk and Wang 2021, section 2). */
static inline double xz_evalue_log_p(double log_e) { return log_e > 0.0 ? -log_e : 0.0; }

/* ln of the mean of e-values: an e-value under any dependence (Vovk and Wang 2021, section 3).
 * -INFINITY for count 0. */
double xz_evalue_mean(const double *log_e, size_t count);

/* ln of the product: an e-value if each is one given those before it. 0 for count 0. An e-value of
 * 0 makes the product 0, whatever the others are. */
double xz_evalue_product(const double *log_e, size_t count);

/* e-BH at level q (Wang and Ramdas 2022): keep[i] for the largest k with the k-th largest e-value
 * at least n / (q k). Returns k. `order` is scratch of count elements. Asserts 0 < q <= 1. */
size_t xz_ebh(const double *log_e, size_t count, double q, size_t *order, bool *keep);

#endif
