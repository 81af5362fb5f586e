/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * stats/edetector.h - a Shiryaev-Roberts e-detector (Shin, Ramdas and Rinaldo 2024): one e-value E
 * a block, M <- (M + 1) * E, alarm at M >= 1/alpha. If each E has mean <= 1 given the past, the
 * mean number of blocks to a false alarm is at least 1/alpha, however the blocks depend on each
 * other. A mean of several detectors' M (xz_evalue_mean) is a detector again, if their blocks are
 * the same.
 *
 * A block need not close before an alarm: its running e-value, when it is valid at any stopping
 * time (as a likelihood ratio is), may be stepped with for a look without being kept. Where blocks
 * begin and end, and what is kept of them, is the caller's (engine/detector.c).
 */
#ifndef XZ_STATS_EDETECTOR_H
#define XZ_STATS_EDETECTOR_H
#include <math.h>

#define XZ_EDETECTOR_START (-INFINITY) /* ln M before the first block */

/* ln M after a block of this ln E. NaN is taken as e = 1: nothing learnt; -INFINITY refutes the
 * cause whatever M was. Pure. */
double xz_edetector_step(double log_m, double log_e);

#endif
