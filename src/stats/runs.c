/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stats/runs.h"

#include "stats/polya.h"
#include "stats/tail_int.h"

/* Tills write whole seconds, so a span may be shorter on paper by up to one. */
#define GRAIN_S 1.0
#define KAPPAS  5

static double corrected(double log_p, double trials)
{
    return xz_tail_clamp(log_p + (trials > 1.0 ? log(trials) : 0.0));
}

static bool is_run(const struct xz_run *run)
{
    return run->events >= 2 && run->duration_s >= 0.0 && !isnan(run->trials);
}

struct xz_run_result xz_run_by_count(double shape, double rate_s, const struct xz_run *run)
{
    const struct xz_polya pace = {shape, rate_s};
    const double span_s = run->duration_s + GRAIN_S;
    struct xz_run_result result = {.observed = (double)run->events, .expected = 1.0};

    if (!is_run(run) || !(shape > 0.0) || !(rate_s > 0.0)) {
        return result;
    }
    result.expected = 1.0 + xz_polya_mean(pace, run->duration_s);
    result.log_p =
        corrected(xz_negbin_log_tail(shape, rate_s, span_s, run->events - 1), run->trials);
    result.log_e = xz_polya_log_e(pace, run->events - 1, span_s);
    return result;
}

double xz_gap_log_p(const struct xz_gaps *gaps, double gap_s, double resolution_s)
{
    const double gap = gap_s > resolution_s ? gap_s : resolution_s;

    if (!(gap_s >= 0.0) || !(gap > 0.0) || !(gaps->scale_s > 0.0)) {
        return 0.0;
    }
    return xz_quantiles_log_tail(&gaps->haste, gaps->scale_s / gap);
}

struct xz_run_result xz_run_by_gaps(const struct xz_gaps *gaps, struct xz_gap_sum sum,
                                    const struct xz_run *run)
{
    static const double kappa[KAPPAS] = {0.7, 0.5, 0.3, 0.2, 0.1};
    const double count = (double)sum.gaps;
    struct xz_run_result result = {.observed = (double)run->events, .expected = 1.0};
    double log_e = -INFINITY;

    if (!is_run(run) || sum.gaps == 0 || !(sum.log_p <= 0.0) || !(gaps->scale_s > 0.0)) {
        return result;
    }
    result.expected = 1.0 + run->duration_s / gaps->scale_s;
    result.log_p =
        corrected(isinf(sum.log_p) ? sum.log_p : xz_log_gamma_q(count, -sum.log_p), run->trials);
    for (int i = 0; i < KAPPAS; i++) {
        log_e = xz_log_add(log_e, count * log(kappa[i]) + (kappa[i] - 1.0) * sum.log_p);
    }
    result.log_e = log_e - log((double)KAPPAS);
    return result;
}
