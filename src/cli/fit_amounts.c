/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Family log_normal: the belief about ln amount before a subject's own tickets are known, as a
 * normal-inverse-gamma; a subject's tickets are added to it where it is used (evidence/amounts.c).
 *
 * How many tickets the belief is worth follows from how much subjects differ: variance within over
 * variance between their means (Buhlmann and Straub 1970). Where they differ much, a subject's own
 * past soon says more.
 */
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "cli/fit_int.h"
#include "stats/distrib.h"
#include "stats/fit.h"

#define WORTH_MIN 2.0

struct past { /* of a subject: count, mean and sum of squared deviations of ln amount */
    double count, mean, squares;
};

static void add(struct past *past, double amount)
{
    const double gap = log(amount) - past->mean;

    past->count += 1.0;
    past->mean += gap / past->count;
    past->squares += gap * (log(amount) - past->mean);
}

/* How many tickets the belief of a segment is worth. */
static double worth_of(const struct xz_fit_table *table, const struct xz_fit_column *column,
                       uint32_t segment, enum xz_fit_whom whom)
{
    double *means = xz_calloc(column->count + 1, sizeof(*means));
    double *variances = xz_calloc(column->count + 1, sizeof(*variances));
    double *sizes = xz_calloc(column->count + 1, sizeof(*sizes));
    size_t subjects = 0;
    double worth;

    for (size_t i = 0, end; i < column->count; i = end) {
        struct past past = {0};

        end = xz_fit_subject_end(column, i);
        for (size_t k = i; k < end; k++) {
            const struct xz_fit_sample *sample = &column->samples[k];

            if ((segment == 0 || sample->segment == segment) && xz_fit_is_of(table, sample, whom)) {
                add(&past, sample->value);
            }
        }
        if (past.count > 0.0) {
            means[subjects] = past.mean;
            variances[subjects] = past.squares / fmax(past.count - 1.0, 1.0);
            sizes[subjects++] = past.count;
        }
    }
    worth = xz_shrink_prior_n(means, variances, sizes, subjects);
    free(sizes);
    free(variances);
    free(means);
    return fmin(fmax(worth, WORTH_MIN), XZ_FIT_SHRINK);
}

/* A cell, drawn toward its parent; the root if parent is NULL. False: too little for a cell. */
static bool fit_amounts(const struct xz_fit_table *table, const struct xz_fit_column *column,
                        uint32_t segment, enum xz_fit_whom whom, const struct xz_nig *parent,
                        struct xz_nig *fitted)
{
    double *values = xz_calloc(column->count + 1, sizeof(*values));
    const size_t count = xz_fit_values(table, column, segment, whom, values);
    struct xz_nig own;
    bool done = false;

    if (parent == NULL || count >= XZ_FIT_CELL_SAMPLES) {
        done = xz_fit_log_normal(values, count, worth_of(table, column, segment, whom), &own,
                                 NULL) == XZ_OK;
    }
    if (done) {
        *fitted = parent == NULL
                      ? own
                      : xz_shrink_nig(own, *parent, xz_shrink_weight((double)count, XZ_FIT_SHRINK));
    }
    free(values);
    return done;
}

/* ln p of an amount, as evidence/amounts.c takes it (Gelman et al. 2013, 3.3). */
static double log_p_of(const struct xz_nig *belief, const struct past *past, double amount)
{
    const double kappa = belief->kappa + past->count, gap = past->mean - belief->location;

    return xz_log_normal_log_tail((belief->kappa * belief->location + past->count * past->mean) /
                                      kappa,
                                  kappa, belief->alpha + 0.5 * past->count,
                                  belief->beta + 0.5 * past->squares +
                                      belief->kappa * past->count * gap * gap / (2.0 * kappa),
                                  amount);
}

static void check_amounts(const struct xz_fit_table *table, struct xz_fit_column *column)
{
    double *log_p = xz_calloc(column->count + 1, sizeof(*log_p));
    struct xz_nig *beliefs = xz_calloc(column->segment_count, sizeof(*beliefs));
    size_t count = 0;

    if (fit_amounts(table, column, 0, XZ_FIT_LEARN, NULL, &beliefs[0])) {
        for (uint32_t s = 1; s < column->segment_count; s++) {
            if (!fit_amounts(table, column, s, XZ_FIT_LEARN, &beliefs[0], &beliefs[s])) {
                beliefs[s] = beliefs[0];
            }
        }
        for (size_t i = 0, end; i < column->count; i = end) {
            struct past past = {0};

            end = xz_fit_subject_end(column, i);
            for (size_t k = i; k < end && xz_fit_is_of(table, &column->samples[k], XZ_FIT_HELD);
                 k++) {
                const struct xz_fit_sample *sample = &column->samples[k];

                log_p[count++] = log_p_of(&beliefs[sample->segment], &past, sample->value);
                add(&past, sample->value);
            }
        }
    }
    xz_fit_calibrate(column, log_p, count);
    free(beliefs);
    free(log_p);
}

static void put(FILE *out, const struct xz_fit_column *column, uint32_t segment,
                const struct xz_nig *belief)
{
    (void)fprintf(out, "%s,%s,log_normal,%u,%.6g %.6g %.6g %.6g\n", column->spec->key,
                  column->segments[segment].name, xz_fit_subjects(column, segment),
                  belief->location, belief->kappa, belief->alpha, belief->beta);
}

static void write_amounts(const struct xz_fit_table *table, const struct xz_fit_column *column,
                          FILE *out)
{
    struct xz_nig root, cell;

    if (!fit_amounts(table, column, 0, XZ_FIT_BOTH, NULL, &root)) {
        return;
    }
    put(out, column, 0, &root);
    for (uint32_t s = 1; s < column->segment_count; s++) {
        if (fit_amounts(table, column, s, XZ_FIT_BOTH, &root, &cell)) {
            put(out, column, s, &cell);
        }
    }
}

const struct xz_fit_family xz_fit_log_normal_family = {.check = check_amounts,
                                                       .write = write_amounts};
