/* SPDX-License-Identifier: GPL-3.0-or-later */
/* stats/evalue.h - from p-values to e-values, and what may be done with e-values. In logarithms. */
#ifndef XZ_STATS_EVALUE_H
#define XZ_STATS_EVALUE_H
#include <stdbool.h>
#include <stddef.h>

/* kappa p^(kappa-1), an admissible calibrator for 0 < kappa < 1 (Vovk and Wang 2021, eq. 1). */
double xz_calibrate_power(double log_p, double kappa);

/* The mean of two of them, kappa 0.05 and 0.3: sharp for what is rare, and no spendthrift for what
 * comes in many small steps. Used wherever no likelihood ratio exists. */
double xz_calibrate(double log_p);

/* ln of the mean of e-values: an e-value under any dependence (Vovk and Wang 2021, section 3). */
double xz_evalue_mean(const double *log_e, size_t count);

/* e-BH at level q (Wang and Ramdas 2022): keep[i] for the largest k with the k-th largest e-value at
 * least n / (q k). Returns k. `order` is scratch of count elements. */
size_t xz_ebh(const double *log_e, size_t count, double q, size_t *order, bool *keep);

#endif
