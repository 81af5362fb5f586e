/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * stats/edetector.h - a Shiryaev-Roberts e-detector (Shin, Ramdas and Rinaldo 2024): one e-value E
 * a block, M <- (M + 1) * E, alarm at M >= 1/alpha. If each E has mean <= 1 given the past, the
 * mean number of blocks to a false alarm is at least 1/alpha, however the blocks depend on each
 * other.
 *
 * A block need not close before an alarm: its running e-value, when it is valid at any stopping
 * time (as a likelihood ratio is), may be folded in for a look without being kept.
 */
#ifndef XZ_STATS_EDETECTOR_H
#define XZ_STATS_EDETECTOR_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct xz_edetector {
    double log_m;   /* -INFINITY at first */
    uint32_t steps; /* blocks folded; saturates */
    uint32_t start; /* the block (counted from 0) at which what M shows seems to begin */
};

void xz_edetector_init(struct xz_edetector *detector);

/* Folds a closed block's e-value. NaN is taken as e = 1: nothing learnt. `start` moves to this
 * block when the past weighs less than a fresh beginning (M < 1): the change point that maximises
 * the likelihood does the same (Page 1954). */
void xz_edetector_fold(struct xz_edetector *detector, double log_e);

/* ln M if the running block ended now with this e-value; pure. */
double xz_edetector_peek(const struct xz_edetector *detector, double log_e);

/* The block at which the cause seems to begin if the running block counts, beside _peek. */
uint32_t xz_edetector_peek_start(const struct xz_edetector *detector);

/* alpha in (0, 1], asserted: one false alarm in 1/alpha blocks at most. */
double xz_edetector_threshold(double alpha); /* ln(1/alpha) */
static inline bool xz_edetector_alarm(double log_m, double threshold) { return log_m >= threshold; }

/* ln of the mean of several detectors' M: again an e-detector, under any dependence between them,
 * if their blocks are the same. */
double xz_edetector_mean(const double *log_m, size_t count);

#endif
