/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * stats/fit.h - baselines from samples in which a few may be guilty.
 *
 * Robust by trimming: fit, leave out what the fit itself finds incredible (upper tail below 0.1/n:
 * one such in ten innocent sets of this size), at most a share `trim` of all, and fit again until
 * the set stays the same. trim 0 trusts all. Deterministic; samples are not changed. Failures are
 * XZ_CONFIG: too little data for this cell, take its parent.
 */
#ifndef XZ_STATS_FIT_H
#define XZ_STATS_FIT_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "stats/distrib.h"
#include "stats/polya.h"

struct xz_fit_report {
    size_t used, trimmed;
    uint32_t rounds;
    bool bounded; /* the optimum lies at an edge: no over-dispersion was seen, or no end of it */
};

/* Counts with exposures > 0: maximum likelihood of the negative binomial, started from moments.
 * Without over-dispersion the shape is XZ_FIT_SHAPE_MAX; with no event at all it is 0.5 with the
 * total exposure as rate (Jeffreys). Needs 2 samples. report may be NULL, here and below. */
#define XZ_FIT_SHAPE_MAX 1e4
XZ_MUST enum xz_rc xz_fit_polya(const uint32_t *counts, const double *exposures, size_t count,
                                double trim, struct xz_polya *fitted, struct xz_fit_report *report,
                                struct xz_err *err);

/* hits[i] of trials[i], trials > 0: beta-binomial, moments then maximum likelihood. */
struct xz_beta {
    double a, b;
};
XZ_MUST enum xz_rc xz_fit_beta_binomial(const uint32_t *hits, const uint32_t *trials, size_t count,
                                        double trim, struct xz_beta *fitted,
                                        struct xz_fit_report *report, struct xz_err *err);

/* Shares in [0, 1] by moments after trimming the highest `trim`; values at the ends are drawn in by
 * 0.5 / count (Smithson and Verkuilen 2006), since a beta has no atoms. */
XZ_MUST enum xz_rc xz_fit_beta(const double *shares, size_t count, double trim,
                               struct xz_beta *fitted, struct xz_err *err);

/* Amounts > 0: median and MAD of the logarithms, as the posterior that `count` of them would leave,
 * but never surer than `certainty_max` samples. */
struct xz_nig { /* normal-inverse-gamma, as xz_log_normal_log_tail takes it */
    double location, kappa, alpha, beta;
};
XZ_MUST enum xz_rc xz_fit_log_normal(const double *amounts, size_t count, double certainty_max,
                                     struct xz_nig *fitted, struct xz_err *err);

/* Values >= 0: quantiles at xz_tail_grid as far as XZ_FIT_TAIL_MIN samples lie beyond, each reached
 * by at most its share of the samples; the index by Hill in 1 + x over the highest 5 % (0.5 % of
 * many), held within 0.5 and 6. The guilty sit at the top, so with trim > 0 the grid ends at four
 * times that share, the index looks at twenty times, and the samples above it count there only as
 * lying above it: the tail is drawn over them and not from them. Where fewer than XZ_FIT_TAIL_MIN
 * of those the index looks at lie above the lowest of them (an atom, or no spread at all), k of
 * them, the grid ends at the least p of (k + 1) / (count + 1) or more, and the tail falls slowly
 * from there; with none, from one above the atom. fit_value.c derives it. Needs 50 samples. */
#define XZ_FIT_TAIL_MIN 10
struct xz_fit_quantiles {
    double index;
    size_t count;
    double quantile[XZ_TAIL_GRID];
};
XZ_MUST enum xz_rc xz_fit_quantiles(const double *values, size_t count, double trim,
                                    struct xz_fit_quantiles *fitted, struct xz_err *err);
static inline struct xz_quantiles xz_fit_quantiles_view(const struct xz_fit_quantiles *fitted)
{
    return (struct xz_quantiles){fitted->index, fitted->quantile, fitted->count};
}

/*
 * Empirical Bayes: a cell goes toward its parent. Weight of the cell n / (n + prior_n), where
 * prior_n = variance within / variance between (Buhlmann and Straub 1970).
 */
double xz_shrink_weight(double n, double prior_n); /* 0 for n = 0; 1 for prior_n = 0 */

/* From cells of one parent: their means, variances within and sizes. INFINITY when the cells differ
 * no more than chance makes them (then take the parent), and for fewer than 2 cells. */
double xz_shrink_prior_n(const double *means, const double *variances, const double *sizes,
                         size_t cells);

/* weight is the cell's. Means and spreads are drawn together on their natural scale (logarithm,
 * logit), so that no half-way cell leaves its domain. */
struct xz_polya xz_shrink_polya(struct xz_polya cell, struct xz_polya parent, double weight);
struct xz_beta xz_shrink_beta(struct xz_beta cell, struct xz_beta parent, double weight);
struct xz_nig xz_shrink_nig(struct xz_nig cell, struct xz_nig parent, double weight);
/* The parent gives the points of the grid that the cell has not. */
void xz_shrink_quantiles(const struct xz_fit_quantiles *cell, const struct xz_fit_quantiles *parent,
                         double weight, struct xz_fit_quantiles *shrunk);

#endif
