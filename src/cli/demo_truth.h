/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cli/demo_truth.h - which schemes of a simulated region were found: its truth against alerts. */
#ifndef XZ_CLI_DEMO_TRUTH_H
#define XZ_CLI_DEMO_TRUTH_H
#include <stdio.h>

#include "simulate/simulate.h"

struct xz_demo_truth;

struct xz_demo_truth *xz_demo_truth_new(void);
void xz_demo_truth_free(struct xz_demo_truth *truth);
void xz_demo_truth_add(void *truth, const struct xz_simulation_truth *row); /* as it is told */

/* An alert of this pattern lists this event; or is about this subject. Returns whether any scheme,
 * of whatever pattern, holds the event: an alert without any such event is a false one. */
bool xz_demo_truth_alert_event(struct xz_demo_truth *truth, const char *pattern, const char *msgid);
void xz_demo_truth_alert_subject(struct xz_demo_truth *truth, const char *pattern, const char *kind,
                                 const char *id);

/* A line a pattern: found of how many, by intensity; then what was not found. */
void xz_demo_truth_report(const struct xz_demo_truth *truth, FILE *out);

#endif
