/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cases/rank.h"

#define OWN_WEIGHT 20.0 /* cases, which an alert's own word counts as */

double xz_rank_probability(bool conclusive, double score, int64_t confirmed, int64_t refuted)
{
    const double bounded = score < 0.05 ? 0.05 : score > 0.95 ? 0.95 : score;
    const double own = conclusive ? 0.9 : bounded;

    return (OWN_WEIGHT * own + (double)confirmed) /
           (OWN_WEIGHT + (double)confirmed + (double)refuted);
}

double xz_rank_severity(enum xz_case_severity severity)
{
    static const double factors[] = {1.0, 1.5, 2.0, 3.0};

    return factors[severity];
}

double xz_rank_clock(enum xz_case_clock clock)
{
    static const double factors[] = {1.0, 2.0, 3.0};

    return factors[clock];
}

double xz_rank_escalation(bool escalated) { return escalated ? 2.0 : 1.0; }

double xz_rank(double probability, int64_t amount_fen, enum xz_case_severity severity,
               enum xz_case_clock clock, bool escalated)
{
    const int64_t money_fen =
        amount_fen > XZ_RANK_MONEY_MIN_FEN ? amount_fen : XZ_RANK_MONEY_MIN_FEN;

    return probability * (double)money_fen / 100 * xz_rank_severity(severity) *
           xz_rank_clock(clock) * xz_rank_escalation(escalated);
}
