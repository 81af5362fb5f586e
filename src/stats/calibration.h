/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * stats/calibration.h - do p-values keep their word on innocent samples that were held out? If not,
 * a map that makes them, or a refusal.
 */
#ifndef XZ_STATS_CALIBRATION_H
#define XZ_STATS_CALIBRATION_H
#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

#define XZ_CALIBRATION_LEVELS 4
extern const double xz_calibration_levels[XZ_CALIBRATION_LEVELS]; /* 1e-2 1e-3 1e-4 1e-5 */

struct xz_calibration_row {
    double stated;
    size_t hits;      /* samples with p <= stated */
    double realised;  /* hits / count */
    double low, high; /* Clopper-Pearson, 95 % */
    bool tested;      /* one hit or more was to be expected */
    bool off;         /* realised > 1.5 stated and low > stated: more than chance can excuse */
};

/* ln p in, in any order. */
void xz_calibration_table(const double *log_p, size_t count,
                          struct xz_calibration_row rows[XZ_CALIBRATION_LEVELS]);

/* ln p to ln p', piecewise linear in logarithms, not decreasing, never below ln p: it can make a
 * p-value larger only. No knots: identity. Beyond the last knot it goes on by the slope of the last
 * two decades, but never by more than 1. */
#define XZ_CALIBRATION_KNOTS 16
struct xz_calibration_map {
    size_t count;
    double log_p[XZ_CALIBRATION_KNOTS]; /* falling, from 0 */
    double log_q[XZ_CALIBRATION_KNOTS];
};
double xz_calibration_apply(const struct xz_calibration_map *map, double log_p);

/* A knot at each p of the grid that 20 samples or more are beyond; ordinates are upper estimates
 * (hits + 1) / (count + 1). */
void xz_calibration_map_fit(const double *log_p, size_t count, struct xz_calibration_map *map);

enum xz_calibration_verdict {
    XZ_CALIBRATION_KEPT,   /* no level is off: use as it is */
    XZ_CALIBRATION_MAPPED, /* off, but the map mends it on samples it was not fitted on */
    XZ_CALIBRATION_REFUSED /* off by more than half even so: do not use this baseline */
};
struct xz_calibration {
    enum xz_calibration_verdict verdict;
    size_t count;
    struct xz_calibration_row before[XZ_CALIBRATION_LEVELS];
    struct xz_calibration_row after[XZ_CALIBRATION_LEVELS]; /* cross-fitted; as before when kept */
    struct xz_calibration_map map;                          /* on all samples; empty when kept */
};

/* The cross-fit takes every second sample, so hand them over in an order that has no meaning (by
 * subject's hash), those of one subject together. XZ_CONFIG for fewer than 100 samples. */
XZ_MUST enum xz_rc xz_calibration_fit(const double *log_p, size_t count,
                                      struct xz_calibration *calibration, struct xz_err *err);

const char *xz_calibration_verdict_name(enum xz_calibration_verdict verdict);

#endif
