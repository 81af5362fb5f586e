/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * stats/fit.h - baselines from samples, robust to a few guilty among them. Samples may be sorted in
 * place. What a fit comes to is plain numbers, in the order in which packs keep them.
 */
#ifndef XZ_STATS_FIT_H
#define XZ_STATS_FIT_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "stats/distrib.h"

/* Gamma-Poisson by moments over subjects: sums[i] events in exposures[i] days; the highest `trim`
 * share of rates is left out. Needs 30 subjects. within: variance-to-mean of the same subject's
 * blocks, from which the cap of the posterior's shape follows (see polya.h). */
struct xz_gamma_fit {
    double shape, rate, cap;
};
bool xz_fit_gamma_poisson(const double *sums, const double *exposures, size_t count, double trim,
                          struct xz_gamma_fit *fit);

/* Shape of a negative binomial for one subject's block counts about their own mean, by moments over
 * all subjects: sum of squared deviations, sum of means, of squared means, of degrees of freedom. */
double xz_fit_cap(double squares, double means, double squared_means, double degrees);

/* Upper-tail quantiles at xz_tail_grid, with Hill's index over the highest of the samples. Samples
 * are sorted. The grid ends where fewer than ten samples lie beyond it; the guilty, if any, sit
 * there. index is held within [1.2, 6]. Returns how many quantiles, 0 with under 50 samples. */
size_t xz_fit_quantiles(double *samples, size_t count, double *quantile, double *index);

/* Empirical-Bayes weight of a cell against its parent: n / (n + prior). */
double xz_fit_weight(size_t count, double prior);

/* How p-values of held-out innocents came out: at each u the share with p <= u, and its exact 95 %
 * interval (Clopper and Pearson 1934). */
struct xz_calibration_row {
    double stated, realised, low, high;
    size_t hits, count;
};
#define XZ_CALIBRATION_ROWS 4 /* 1e-2 1e-3 1e-4 1e-5 */
void xz_fit_calibration(double *log_p, size_t count,
                        struct xz_calibration_row rows[static XZ_CALIBRATION_ROWS]);

/* A map ln p -> ln p' through the points where held-out p-values came out too small, so that p' is
 * valid on them; points[i] = {ln p, ln p'}, decreasing. Returns how many points (0: none needed). */
#define XZ_CALIBRATION_POINTS 6
size_t xz_fit_calibration_map(double *log_p, size_t count,
                              double points[static XZ_CALIBRATION_POINTS][2]);

/* Exact two-sided 95 % intervals. */
void xz_interval_binomial(size_t hits, size_t count, double *low, double *high);
void xz_interval_poisson(size_t hits, double exposure, double *low, double *high);

#endif
