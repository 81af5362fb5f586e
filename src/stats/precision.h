/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * stats/precision.h - the share of a pattern's alerts that are confirmed, when the answers come
 * weeks late and may come later for one answer than for the other.
 */
#ifndef XZ_STATS_PRECISION_H
#define XZ_STATS_PRECISION_H
#include <stddef.h>

#include "stats/quality.h"

struct xz_precision {
    double a, b;                 /* beta prior: a confirmed and b dismissed, as if seen before */
    double confirmed, dismissed; /* dispositions so far; may be aged, hence not whole */
};

/* Old answers fade: both counts times keep, 0 < keep <= 1. */
void xz_precision_age(struct xz_precision *precision, double keep);
void xz_precision_add(struct xz_precision *precision, bool confirmed);

double xz_precision_mean(const struct xz_precision *precision);
struct xz_interval xz_precision_interval(const struct xz_precision *precision, double alpha);

/* Alerts without an answer also tell something if confirming takes longer than dismissing. With
 * exponential delays of these means and the ages of the pending alerts, the mean that explains both
 * (expectation-maximisation). Equal delays give xz_precision_mean. Ages and delays in one unit;
 * delays > 0. */
double xz_precision_mean_delayed(const struct xz_precision *precision, const double *pending_age,
                                 size_t pending, double delay_confirmed, double delay_dismissed);

#endif
