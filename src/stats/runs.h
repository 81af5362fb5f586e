/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * stats/runs.h - a run of different cards at a counter: is it too many in too short a time?
 *
 * Two nulls. By count: the counter's pace is Gamma, its events a Polya process. By gaps: each gap
 * comes from the counter's own gap distribution, which is a power law with a cut-off and not
 * exponential, so that ordinary bursts are ordinary. No allocation.
 */
#ifndef XZ_STATS_RUNS_H
#define XZ_STATS_RUNS_H
#include <stdint.h>

#include "stats/distrib.h"

struct xz_run {
    uint32_t events;   /* in the run, the first included */
    double duration_s; /* from the first to the last */
    double trials;     /* how many runs were looked at: starts times lengths; < 1 counts as 1 */
};

struct xz_run_result {
    double observed; /* events */
    double expected; /* events in such a span that begins with one: 1 + pace * duration */
    double log_p;    /* corrected for the trials by Bonferroni */
    double log_e;    /* of this run alone: valid for a run chosen before it was seen */
};

/* Pace ~ Gamma(shape, rate in seconds). For each start and length the time until so many events
 * have come has a continuous distribution, so P(N(duration) >= events - 1) is exactly uniform; the
 * trials make up for having taken the best. */
struct xz_run_result xz_run_by_count(double shape, double rate_s, const struct xz_run *run);

/* A counter's gaps: `haste` is the empirical tail of scale_s / gap: short gaps are large. */
struct xz_gaps {
    double scale_s; /* the counter's typical (median) gap */
    struct xz_quantiles haste;
};

/* ln P(gap <= gap_s). A gap of 0 is taken for resolution_s, the clock's grain. */
double xz_gap_log_p(const struct xz_gaps *gaps, double gap_s, double resolution_s);

/* Sum of the run's xz_gap_log_p as it grows; start from {0}. */
struct xz_gap_sum {
    double log_p;
    uint32_t gaps;
};
static inline void xz_gap_sum_add(struct xz_gap_sum *sum, double gap_log_p)
{
    sum->log_p += gap_log_p;
    sum->gaps++;
}

/* ln p of the sum by Fisher's method (1925), then the trials; log_e is the likelihood ratio of
 * gaps that are hastier by Lehmann's alternative, density kappa p^(kappa-1), over a grid of kappa:
 * an e-process in the number of gaps. `expected` is the number of events that fit into the run's
 * duration at the typical gap. */
struct xz_run_result xz_run_by_gaps(const struct xz_gaps *gaps, struct xz_gap_sum sum,
                                    const struct xz_run *run);

#endif
