/* SPDX-License-Identifier: GPL-3.0-or-later */
/* stats/fit_int.h - what the fits share; private to stats/. */
#ifndef XZ_STATS_FIT_INT_H
#define XZ_STATS_FIT_INT_H
#include "stats/fit.h"

#define XZ_FIT_ROUNDS_MAX 8

/* A sorted copy; the caller frees it. */
double *xz_fit_sorted(const double *values, size_t count);

/*
 * Which samples the next round takes, given the ln p of all under the last one. In the first round
 * the highest `trim` go without asking, lest the guilty hide each other; after that only who is
 * incredible. Returns whether the choice changed.
 */
bool xz_fit_choose(const double *log_p, size_t count, double trim, bool first, bool *keep,
                   struct xz_fit_report *report);

#endif
