/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The negative binomial with exposures, by maximum likelihood: for each shape the best rate is the
 * root of a decreasing function, and the shape is a minimum in one dimension (Brent).
 */
#include <gsl/gsl_errno.h>
#include <gsl/gsl_min.h>
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "stats/fit_int.h"
#include "stats/tail_int.h"

#define SHAPE_MIN 1e-3
#define STEP      1.5 /* in ln shape, while looking for a bracket */

struct same_count {
    uint32_t k;
    double times;
};

struct problem {
    const uint32_t *counts;
    const double *exposures;
    const bool *keep;
    size_t count;
    struct same_count *same; /* kept samples by count: the gamma functions are the dear part */
    size_t same_count;
    double samples, events, exposure;
    double log_rate; /* of the last evaluation: where the next one starts */
};

static int by_count(const void *left_ptr, const void *right_ptr)
{
    const uint32_t left = *(const uint32_t *)left_ptr, right = *(const uint32_t *)right_ptr;

    return (left > right) - (left < right);
}

static void prepare(struct problem *problem)
{
    uint32_t *kept = xz_calloc(problem->count + 1, sizeof(*kept));
    size_t taken = 0;

    problem->samples = problem->events = problem->exposure = 0.0;
    for (size_t i = 0; i < problem->count; i++) {
        if (problem->keep[i]) {
            kept[taken++] = problem->counts[i];
            problem->events += (double)problem->counts[i];
            problem->exposure += problem->exposures[i];
        }
    }
    problem->samples = (double)taken;
    qsort(kept, taken, sizeof(*kept), by_count);
    problem->same_count = 0;
    for (size_t i = 0; i < taken; i++) {
        if (i == 0 || kept[i] != kept[i - 1]) {
            problem->same[problem->same_count++] = (struct same_count){kept[i], 0.0};
        }
        problem->same[problem->same_count - 1].times += 1.0;
    }
    free(kept);
}

/* The root of n a - sum (a + k) b / (b + L) in ln b: safeguarded Newton. */
static double best_log_rate(const struct problem *problem, double shape)
{
    double low = -700.0, high = 700.0, at = problem->log_rate;

    for (int round = 0; round < 200; round++) {
        const double rate = exp(at);
        double value = problem->samples * shape, slope = 0.0, next;

        for (size_t i = 0; i < problem->count; i++) {
            if (problem->keep[i]) {
                const double share = rate / (rate + problem->exposures[i]);
                const double part = (shape + (double)problem->counts[i]) * share;

                value -= part;
                slope -= part * (1.0 - share);
            }
        }
        if (value > 0.0) {
            low = at;
        } else {
            high = at;
        }
        next = at - value / slope;
        if (!(next > low && next < high)) {
            next = 0.5 * (low + high);
        }
        if (fabs(next - at) < 1e-11) {
            return next;
        }
        at = next;
    }
    return at;
}

static double minus_log_likelihood(double log_shape, void *problem_ptr)
{
    struct problem *problem = problem_ptr;
    const double shape = exp(log_shape);
    double rate, sum = 0.0;

    problem->log_rate = best_log_rate(problem, shape);
    rate = exp(problem->log_rate);
    for (size_t i = 0; i < problem->same_count; i++) {
        const double k = (double)problem->same[i].k;

        if (k > 0.0) { /* Gamma(a + k) / Gamma(a) = Gamma(k) / B(a, k), without cancelling */
            sum += problem->same[i].times * (xz_log_gamma(k) - xz_log_beta(shape, k));
        }
    }
    for (size_t i = 0; i < problem->count; i++) {
        if (problem->keep[i]) {
            const double k = (double)problem->counts[i], exposure = problem->exposures[i];

            sum -= shape * log1p(exposure / rate) + k * log(rate + exposure);
        }
    }
    return -sum;
}

static double moments_shape(const struct problem *problem)
{
    const double mean = problem->events / problem->exposure;
    double extra = 0.0, squares = 0.0;

    for (size_t i = 0; i < problem->count; i++) {
        if (problem->keep[i]) {
            const double expected = mean * problem->exposures[i];
            const double off = (double)problem->counts[i] - expected;

            extra += off * off - expected;
            squares += expected * expected;
        }
    }
    return extra > 0.0 ? fmin(fmax(squares / extra, 10.0 * SHAPE_MIN), 0.1 * XZ_FIT_SHAPE_MAX)
                       : 0.1 * XZ_FIT_SHAPE_MAX;
}

static double brent(struct problem *problem, double low, double middle, double high)
{
    gsl_function function = {minus_log_likelihood, problem};
    gsl_min_fminimizer *minimizer = gsl_min_fminimizer_alloc(gsl_min_fminimizer_brent);
    double at = middle;

    if (minimizer == NULL) {
        abort(); /* as base/mem.h does */
    }
    if (gsl_min_fminimizer_set(minimizer, &function, middle, low, high) == GSL_SUCCESS) {
        for (int i = 0; i < 60; i++) {
            if (gsl_min_fminimizer_iterate(minimizer) != GSL_SUCCESS ||
                gsl_min_test_interval(gsl_min_fminimizer_x_lower(minimizer),
                                      gsl_min_fminimizer_x_upper(minimizer), 1e-6,
                                      0.0) == GSL_SUCCESS) {
                break;
            }
        }
        at = gsl_min_fminimizer_x_minimum(minimizer);
    }
    gsl_min_fminimizer_free(minimizer);
    return at;
}

/* Walks downhill from the moments' shape until the minimum is between two steps. */
static struct xz_polya most_likely(struct problem *problem, bool *bounded)
{
    const double least = log(SHAPE_MIN), most = log(XZ_FIT_SHAPE_MAX);
    double middle = log(moments_shape(problem)), low, high, here, step = STEP;

    problem->log_rate = middle + log(problem->exposure / problem->events);
    here = minus_log_likelihood(middle, problem);
    if (minus_log_likelihood(middle + step, problem) > here) {
        step = -step; /* toward a smaller shape */
    }
    *bounded = false;
    for (;;) {
        double next = fmin(fmax(middle + step, least), most), there;

        there = minus_log_likelihood(next, problem);
        if (!(there < here)) {
            break;
        }
        middle = next;
        here = there;
        if (next <= least || next >= most) {
            *bounded = true;
            break;
        }
    }
    if (!*bounded) {
        low = fmax(middle - STEP, least);
        high = fmin(middle + STEP, most);
        middle = brent(problem, low, middle, high);
    }
    (void)minus_log_likelihood(middle, problem);
    return (struct xz_polya){exp(middle), exp(problem->log_rate)};
}

static enum xz_rc check(const double *exposures, size_t count, struct xz_err *err)
{
    if (count < 2) {
        return xz_err_set(err, XZ_CONFIG, "%zu counts are too few to fit a rate to", count);
    }
    for (size_t i = 0; i < count; i++) {
        if (!(exposures[i] > 0.0) || isinf(exposures[i])) {
            return xz_err_set(err, XZ_CONFIG, "exposure %zu is not a positive number", i);
        }
    }
    return XZ_OK;
}

static void rounds(struct problem *problem, double trim, bool *keep, struct xz_polya *polya,
                   struct xz_fit_report *report)
{
    double *log_p = xz_calloc(problem->count, sizeof(*log_p));
    bool again = true;

    while (again && report->rounds < XZ_FIT_ROUNDS_MAX) {
        prepare(problem);
        report->rounds++;
        if (!(problem->events > 0.0)) {
            *polya = (struct xz_polya){0.5, problem->exposure};
            report->bounded = true;
            break;
        }
        *polya = most_likely(problem, &report->bounded);
        if (!(trim > 0.0)) {
            break;
        }
        for (size_t i = 0; i < problem->count; i++) {
            log_p[i] = xz_negbin_log_tail(polya->shape, polya->rate, problem->exposures[i],
                                          problem->counts[i]);
        }
        if (report->rounds < XZ_FIT_ROUNDS_MAX) { /* the report must tell what the fit rests on */
            again = xz_fit_choose(log_p, problem->count, trim, report->rounds == 1, keep, report);
        }
    }
    free(log_p);
}

enum xz_rc xz_fit_polya(const uint32_t *counts, const double *exposures, size_t count, double trim,
                        struct xz_polya *fitted, struct xz_fit_report *report, struct xz_err *err)
{
    struct xz_fit_report own = {.used = count};
    struct xz_polya polya = {0.5, 1.0};
    struct problem problem = {.counts = counts, .exposures = exposures, .count = count};
    bool *keep;

    if (check(exposures, count, err) != XZ_OK) {
        return XZ_CONFIG;
    }
    keep = xz_calloc(count, sizeof(*keep));
    for (size_t i = 0; i < count; i++) {
        keep[i] = true;
    }
    problem.keep = keep;
    problem.same = xz_calloc(count, sizeof(*problem.same));
    rounds(&problem, trim, keep, &polya, &own);
    free(problem.same);
    free(keep);
    if (!isfinite(polya.shape) || !isfinite(polya.rate) || !(polya.rate > 0.0)) {
        return xz_err_set(err, XZ_CONFIG, "no rate fits these %zu counts", count);
    }
    *fitted = polya;
    if (report != NULL) {
        *report = own;
    }
    return XZ_OK;
}
