/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Family polya: rates of a segment's subjects, and how much one subject's blocks vary about its
 * own. */
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "cli/fit_int.h"
#include "evidence/evidence.h"
#include "stats/distrib.h"
#include "stats/fit.h"
#include "stats/polya.h"

#define CAP_MIN 0.2
#define CAP_MAX 100.0

struct counted { /* one subject of a segment */
    double sum, days;
};

struct within {
    double squares, means, squared_means, degrees;
};

static void add_subject(const struct xz_fit_table *table, const struct xz_fit_sample *samples,
                        size_t count, struct counted *counted, struct within *within)
{
    const double days = table->subjects[samples[0].subject].days;
    const double blocks = fmax((double)count, floor(days / (double)samples[0].exposure));
    double sum = 0.0, squares = 0.0, mean;

    for (size_t i = 0; i < count; i++) {
        sum += samples[i].value;
        squares += samples[i].value * samples[i].value;
    }
    *counted = (struct counted){sum, days};
    mean = sum / blocks;
    if (blocks >= 2.0) {
        within->squares += squares - blocks * mean * mean;
        within->means += mean * (blocks - 1.0);
        within->squared_means += mean * mean * (blocks - 1.0);
        within->degrees += blocks - 1.0;
    }
}

/* Subjects of a segment, told by the segment of their last sample. */
static size_t gather_counts(const struct xz_fit_table *table, const struct xz_fit_column *column,
                            uint32_t segment, enum xz_fit_whom whom, uint32_t *sums, double *days,
                            struct within *within)
{
    size_t subjects = 0;

    for (size_t i = 0, end; i < column->count; i = end) {
        end = xz_fit_subject_end(column, i);
        if ((segment == 0 || column->samples[end - 1].segment == segment) &&
            xz_fit_is_of(table, &column->samples[i], whom)) {
            struct counted counted;

            add_subject(table, &column->samples[i], end - i, &counted, within);
            sums[subjects] = (uint32_t)counted.sum;
            days[subjects++] = counted.days;
        }
    }
    return subjects;
}

/* Shape of one subject's blocks about its own mean, by moments over all subjects: Var = mean +
 * mean^2 / cap. */
static double cap_of(const struct within *within)
{
    const double extra = within->squares - within->means;

    return extra > 0.0 ? fmin(fmax(within->squared_means / extra, CAP_MIN), CAP_MAX) : CAP_MAX;
}

struct counts_fit {
    struct xz_polya polya;
    double cap;
    uint32_t subjects;
};

static bool fit_counts(const struct xz_fit_table *table, const struct xz_fit_column *column,
                       uint32_t segment, enum xz_fit_whom whom, struct counts_fit *fit)
{
    uint32_t *sums = xz_calloc(column->count + 1, sizeof(*sums));
    double *days = xz_calloc(column->count + 1, sizeof(*days));
    struct within within = {0};
    const size_t count = gather_counts(table, column, segment, whom, sums, days, &within);
    bool fitted = false;

    if (count >= (segment == 0 ? 2 : XZ_FIT_CELL_SUBJECTS)) {
        fitted = xz_fit_polya(sums, days, count, table->trim, &fit->polya, NULL, NULL) == XZ_OK;
        fit->cap = cap_of(&within);
        fit->subjects = (uint32_t)count;
    }
    free(sums);
    free(days);
    return fitted;
}

struct held { /* what held-out blocks came to */
    double *log_p;
    size_t count;
    double e_sum, blocks;
};

static double e_of(const struct counts_fit *fit, double sum, double days, double exposure,
                   double value)
{
    const struct xz_polya polya =
        xz_polya_posterior(fit->polya, sum, fmax(0.0, days - exposure), fit->cap);

    const double log_p = xz_negbin_log_tail(polya.shape, polya.rate, exposure, (uint32_t)value);

    return exp(xz_count_log_e(polya, (uint32_t)value, exposure, log_p));
}

/* Each block of a subject against what its other blocks and the segment say; blocks without a
 * sample count too, since a detector takes them as well. */
static void check_subject(const struct counts_fit *fits, const struct xz_fit_sample *samples,
                          size_t count, double days, struct held *held)
{
    const struct counts_fit *fit = &fits[samples[count - 1].segment];
    const double exposure = (double)samples[0].exposure;
    const double blocks = fmax((double)count, floor(days / exposure));
    double sum = 0.0;

    for (size_t i = 0; i < count; i++) {
        sum += samples[i].value;
    }
    for (size_t i = 0; i < count; i++) {
        const struct xz_polya polya =
            xz_polya_posterior(fit->polya, sum - samples[i].value,
                               fmax(0.0, days - (double)samples[i].exposure), fit->cap);

        held->log_p[held->count++] = xz_negbin_log_tail(
            polya.shape, polya.rate, (double)samples[i].exposure, (uint32_t)samples[i].value);
        held->e_sum +=
            e_of(fit, sum - samples[i].value, days, (double)samples[i].exposure, samples[i].value);
    }
    for (double empty = blocks - (double)count; empty >= 1.0; empty -= 1.0) {
        held->log_p[held->count++] = 0.0;
        held->e_sum += e_of(fit, sum, days, exposure, 0.0);
    }
    held->blocks += blocks;
}

static size_t blocks_of(const struct xz_fit_table *table, const struct xz_fit_column *column)
{
    size_t blocks = column->count;

    for (size_t i = 0; i < table->subject_count && column->count > 0; i++) {
        blocks += (size_t)(table->subjects[i].days / (double)column->samples[0].exposure) + 1;
    }
    return blocks;
}

static void check_counts(const struct xz_fit_table *table, struct xz_fit_column *column)
{
    struct counts_fit *fits = xz_calloc(column->segment_count, sizeof(*fits));
    struct held held = {.log_p = xz_calloc(blocks_of(table, column) + 1, sizeof(double))};

    if (fit_counts(table, column, 0, XZ_FIT_LEARN, &fits[0])) {
        for (uint32_t s = 1; s < column->segment_count; s++) {
            if (!fit_counts(table, column, s, XZ_FIT_LEARN, &fits[s])) {
                fits[s] = fits[0];
            }
        }
        for (size_t i = 0, end; i < column->count; i = end) {
            end = xz_fit_subject_end(column, i);
            if (xz_fit_is_of(table, &column->samples[i], XZ_FIT_HELD)) {
                check_subject(fits, &column->samples[i], end - i,
                              table->subjects[column->samples[i].subject].days, &held);
            }
        }
    }
    column->mean_e = held.blocks > 0.0 ? held.e_sum / held.blocks : 0.0;
    column->blocks = (size_t)held.blocks;
    xz_fit_calibrate(column, held.log_p, held.count);
    column->refuted = column->mean_e > XZ_FIT_OFF_BY;
    free(fits);
    free(held.log_p);
}

static void write_counts(const struct xz_fit_table *table, const struct xz_fit_column *column,
                         FILE *out)
{
    struct counts_fit fit;

    for (uint32_t s = 0; s < column->segment_count; s++) {
        if (fit_counts(table, column, s, XZ_FIT_BOTH, &fit)) {
            (void)fprintf(out, "%s,%s,polya,%u,%.6g %.6g %.6g\n", column->spec->key,
                          column->segments[s].name, fit.subjects, fit.polya.shape, fit.polya.rate,
                          fit.cap);
        }
    }
}

const struct xz_fit_family xz_fit_polya_family = {
    .check = check_counts, .write = write_counts, .by_ratio = true};
