/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Shares: beta-binomial by maximum likelihood (Nelder and Mead's simplex), beta by moments. */
#include <gsl/gsl_errno.h>
#include <gsl/gsl_multimin.h>
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "stats/fit_int.h"
#include "stats/tail_int.h"

#define CONCENTRATION_MIN 1e-2
#define CONCENTRATION_MAX 1e6
#define SIMPLEX_ROUNDS    400

struct pair {
    uint32_t hits, trials;
    double times;
};

struct problem {
    struct pair *pairs;
    size_t count;
};

static int by_pair(const void *left_ptr, const void *right_ptr)
{
    const struct pair *left = left_ptr, *right = right_ptr;

    if (left->trials != right->trials) {
        return left->trials < right->trials ? -1 : 1;
    }
    return (left->hits > right->hits) - (left->hits < right->hits);
}

static void prepare(struct problem *problem, const uint32_t *hits, const uint32_t *trials,
                    const bool *keep, size_t count)
{
    size_t taken = 0, last = 0;

    for (size_t i = 0; i < count; i++) {
        if (keep[i]) {
            problem->pairs[taken++] = (struct pair){hits[i], trials[i], 1.0};
        }
    }
    qsort(problem->pairs, taken, sizeof(problem->pairs[0]), by_pair);
    for (size_t i = 1; i < taken; i++) {
        if (by_pair(&problem->pairs[last], &problem->pairs[i]) == 0) {
            problem->pairs[last].times += 1.0;
        } else {
            problem->pairs[++last] = problem->pairs[i];
        }
    }
    problem->count = taken > 0 ? last + 1 : 0;
}

static struct xz_beta beta_of(double logit, double log_concentration)
{
    const double bounded =
        fmin(fmax(log_concentration, log(CONCENTRATION_MIN)), log(CONCENTRATION_MAX));
    const double share = 1.0 / (1.0 + exp(-fmin(fmax(logit, -30.0), 30.0)));

    return (struct xz_beta){exp(bounded) * share, exp(bounded) * (1.0 - share)};
}

static double minus_log_likelihood(const gsl_vector *at, void *problem_ptr)
{
    const struct problem *problem = problem_ptr;
    const struct xz_beta beta = beta_of(gsl_vector_get(at, 0), gsl_vector_get(at, 1));
    const double whole = xz_log_beta(beta.a, beta.b);
    double sum = 0.0;

    for (size_t i = 0; i < problem->count; i++) {
        const struct pair *pair = &problem->pairs[i];

        sum += pair->times * (xz_log_beta((double)pair->hits + beta.a,
                                          (double)(pair->trials - pair->hits) + beta.b) -
                              whole);
    }
    return isnan(sum) ? 1e300 : -sum;
}

/* Kleinman (1973): the concentration from how far the shares lie apart. */
static struct xz_beta moments(const struct problem *problem)
{
    double hits = 0.0, trials = 0.0, apart = 0.0, chance = 0.0, all = 0.0, share, rho;

    for (size_t i = 0; i < problem->count; i++) {
        hits += problem->pairs[i].times * (double)problem->pairs[i].hits;
        trials += problem->pairs[i].times * (double)problem->pairs[i].trials;
    }
    share = (hits + 0.5) / (trials + 1.0);
    for (size_t i = 0; i < problem->count; i++) {
        const double n = (double)problem->pairs[i].trials;
        const double off = (double)problem->pairs[i].hits - n * share;

        apart += problem->pairs[i].times * off * off;
        chance += problem->pairs[i].times * n * share * (1.0 - share);
        all += problem->pairs[i].times * n * (n - 1.0) * share * (1.0 - share);
    }
    rho = all > 0.0 ? fmin(fmax((apart - chance) / all, 1e-4), 0.9) : 0.01;
    return (struct xz_beta){share * (1.0 / rho - 1.0), (1.0 - share) * (1.0 / rho - 1.0)};
}

static struct xz_beta most_likely(struct problem *problem, bool *bounded)
{
    const struct xz_beta start = moments(problem);
    gsl_multimin_function function = {minus_log_likelihood, 2, problem};
    gsl_multimin_fminimizer *simplex =
        gsl_multimin_fminimizer_alloc(gsl_multimin_fminimizer_nmsimplex2, 2);
    gsl_vector *at = gsl_vector_alloc(2), *step = gsl_vector_alloc(2);
    struct xz_beta beta = start;
    double both;

    if (simplex == NULL || at == NULL || step == NULL) {
        abort(); /* as base/mem.h does */
    }
    gsl_vector_set(at, 0, log(start.a / start.b));
    gsl_vector_set(at, 1, log(start.a + start.b));
    gsl_vector_set_all(step, 0.5);
    if (gsl_multimin_fminimizer_set(simplex, &function, at, step) == GSL_SUCCESS) {
        for (int i = 0; i < SIMPLEX_ROUNDS; i++) {
            if (gsl_multimin_fminimizer_iterate(simplex) != GSL_SUCCESS ||
                gsl_multimin_test_size(gsl_multimin_fminimizer_size(simplex), 1e-6) ==
                    GSL_SUCCESS) {
                break;
            }
        }
        beta = beta_of(gsl_vector_get(simplex->x, 0), gsl_vector_get(simplex->x, 1));
    }
    gsl_vector_free(step);
    gsl_vector_free(at);
    gsl_multimin_fminimizer_free(simplex);
    both = beta.a + beta.b;
    *bounded = both > 0.999 * CONCENTRATION_MAX || both < 1.001 * CONCENTRATION_MIN;
    return beta;
}

static void rounds(struct problem *problem, const uint32_t *hits, const uint32_t *trials,
                   size_t count, double trim, struct xz_beta *beta, struct xz_fit_report *report)
{
    double *log_p = xz_calloc(count, sizeof(*log_p));
    bool *keep = xz_calloc(count, sizeof(*keep));
    bool again = true;

    for (size_t i = 0; i < count; i++) {
        keep[i] = true;
    }
    while (again && report->rounds < XZ_FIT_ROUNDS_MAX) {
        prepare(problem, hits, trials, keep, count);
        report->rounds++;
        *beta = most_likely(problem, &report->bounded);
        if (!(trim > 0.0)) {
            break;
        }
        for (size_t i = 0; i < count; i++) {
            log_p[i] = xz_beta_binomial_log_tail(trials[i], beta->a, beta->b, hits[i]);
        }
        if (report->rounds < XZ_FIT_ROUNDS_MAX) {
            again = xz_fit_choose(log_p, count, trim, report->rounds == 1, keep, report);
        }
    }
    free(keep);
    free(log_p);
}

enum xz_rc xz_fit_beta_binomial(const uint32_t *hits, const uint32_t *trials, size_t count,
                                double trim, struct xz_beta *fitted, struct xz_fit_report *report,
                                struct xz_err *err)
{
    struct xz_fit_report own = {.used = count};
    struct problem problem = {0};
    struct xz_beta beta = {0.5, 0.5};

    if (count < 2) {
        return xz_err_set(err, XZ_CONFIG, "%zu shares are too few to fit", count);
    }
    for (size_t i = 0; i < count; i++) {
        if (trials[i] == 0 || hits[i] > trials[i]) {
            return xz_err_set(err, XZ_CONFIG, "share %zu is %u of %u", i, hits[i], trials[i]);
        }
    }
    problem.pairs = xz_calloc(count, sizeof(*problem.pairs));
    rounds(&problem, hits, trials, count, trim, &beta, &own);
    free(problem.pairs);
    *fitted = beta;
    if (report != NULL) {
        *report = own;
    }
    return XZ_OK;
}

enum xz_rc xz_fit_beta(const double *shares, size_t count, double trim, struct xz_beta *fitted,
                       struct xz_err *err)
{
    const size_t used = count - (size_t)(fmin(fmax(trim, 0.0), 0.5) * (double)count);
    const double n = (double)used;
    double *sorted, mean = 0.0, variance = 0.0, both;

    if (count < 10) {
        return xz_err_set(err, XZ_CONFIG, "%zu shares are too few to fit, 10 needed", count);
    }
    for (size_t i = 0; i < count; i++) {
        if (!(shares[i] >= 0.0 && shares[i] <= 1.0)) {
            return xz_err_set(err, XZ_CONFIG, "share %zu is not from 0 to 1", i);
        }
    }
    sorted = xz_fit_sorted(shares, count);
    for (size_t i = 0; i < used; i++) {
        sorted[i] = (sorted[i] * (n - 1.0) + 0.5) / n;
        mean += sorted[i] / n;
    }
    for (size_t i = 0; i < used; i++) {
        variance += (sorted[i] - mean) * (sorted[i] - mean) / (n - 1.0);
    }
    free(sorted);
    both = variance > 0.0 ? mean * (1.0 - mean) / variance - 1.0 : CONCENTRATION_MAX;
    both = fmin(fmax(both, CONCENTRATION_MIN), CONCENTRATION_MAX);
    *fitted = (struct xz_beta){both * mean, both * (1.0 - mean)};
    return XZ_OK;
}
