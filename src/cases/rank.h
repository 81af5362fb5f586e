/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * cases/rank.h - in which order cases are worth working on: what an hour of work is expected to be
 * worth. Pure.
 *
 *   rank = probability x money x urgency,  urgency = severity x clock x escalation
 */
#ifndef XZ_CASES_RANK_H
#define XZ_CASES_RANK_H
#include <stdbool.h>
#include <stdint.h>

#include "cases/life.h"

enum xz_case_severity {
    XZ_CASE_SEVERITY_LOW,
    XZ_CASE_SEVERITY_MEDIUM,
    XZ_CASE_SEVERITY_HIGH,
    XZ_CASE_SEVERITY_CRITICAL
};

/* That an alert will be confirmed: what it says of itself (0.9 when a rule was broken, else its
 * score, 0.05 .. 0.95), weighed as twenty cases, together with its pattern's closed ones: the mean
 * of a Beta posterior. confirmed, refuted >= 0. */
double xz_rank_probability(bool conclusive, double score, int64_t confirmed, int64_t refuted);

#define XZ_RANK_MONEY_MIN_FEN                                                                      \
    10000 /* a case without money counts as 100 yuan: it has victims too */

double xz_rank_severity(enum xz_case_severity severity); /* 1, 1.5, 2, 3 */
double xz_rank_clock(enum xz_case_clock clock);          /* 1, 2, 3 */
double xz_rank_escalation(bool escalated);               /* 1, 2 */

/* In yuan. */
double xz_rank(double probability, int64_t amount_fen, enum xz_case_severity severity,
               enum xz_case_clock clock, bool escalated);

#endif
