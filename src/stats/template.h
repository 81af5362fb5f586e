/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * stats/template.h - the same amount to the fen, again and again: how probable is it that `top` of
 * `settled` settlements by distinct persons agree, given how common the amount is? No allocation.
 */
#ifndef XZ_STATS_TEMPLATE_H
#define XZ_STATS_TEMPLATE_H
#include <stdint.h>

/* The share of an amount that was seen `seen` times in `total`, smoothed by a Dirichlet prior of
 * `strength` counts of which this amount has `base_share` (1 / number of prices it might be). */
double xz_template_share(double seen, double total, double strength, double base_share);

struct xz_template {
    uint32_t settled;     /* by distinct persons, at this counter on this day */
    uint32_t top;         /* of them with this amount */
    double share;         /* of this amount among all, in (0, 1]; smoothed */
    double concentration; /* total + strength of the prior: how well the share is known; INFINITY:
                             exactly (binomial), else beta-binomial */
};

/* ln p, corrected for having taken the most striking of `amounts`, by Bonferroni. `amounts` is the
 * number that could have been striking: the distinct prices of the mix. NOT the distinct amounts of
 * the day, which get few just when one amount takes all. */
double xz_template_log_p(const struct xz_template *same, double amounts);

/* The same, with the correction shared out by how common an amount is (each has `share` of the
 * error): no count of prices is needed, and a price nobody ever saw is no free hit. Two of two at a
 * price of share s have p = s, as the birthday bound says. */
double xz_template_log_p_weighted(const struct xz_template *same);

double xz_template_expected(const struct xz_template *same);

#endif
