/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Family quantiles: empirical tails, a cell's drawn toward the root's. */
#include <stdlib.h>

#include "base/mem.h"
#include "cli/fit_int.h"
#include "stats/fit.h"

/* A cell, drawn toward its parent; the root if parent is NULL. False: too little for a cell. */
static bool fit_tail(const struct xz_fit_table *table, const struct xz_fit_column *column,
                     uint32_t segment, enum xz_fit_whom whom, const struct xz_fit_quantiles *parent,
                     struct xz_fit_quantiles *fitted)
{
    double *values = xz_calloc(column->count + 1, sizeof(*values));
    const size_t count = xz_fit_values(table, column, segment, whom, values);
    struct xz_fit_quantiles own;
    bool done = false;

    if (parent == NULL || count >= XZ_FIT_CELL_SAMPLES) {
        done = xz_fit_quantiles(values, count, 0.0, &own, NULL) == XZ_OK;
    }
    if (done && parent != NULL) {
        xz_shrink_quantiles(&own, parent, xz_shrink_weight((double)count, XZ_FIT_SHRINK), fitted);
    } else if (done) {
        *fitted = own;
    }
    free(values);
    return done;
}

static void check_tails(const struct xz_fit_table *table, struct xz_fit_column *column)
{
    double *log_p = xz_calloc(column->count + 1, sizeof(*log_p));
    struct xz_fit_quantiles *tails = xz_calloc(column->segment_count, sizeof(*tails));
    size_t count = 0;

    if (fit_tail(table, column, 0, XZ_FIT_LEARN, NULL, &tails[0])) {
        for (uint32_t s = 1; s < column->segment_count; s++) {
            if (!fit_tail(table, column, s, XZ_FIT_LEARN, &tails[0], &tails[s])) {
                tails[s] = tails[0];
            }
        }
        for (size_t i = 0; i < column->count; i++) {
            const struct xz_fit_sample *sample = &column->samples[i];
            const struct xz_quantiles view = xz_fit_quantiles_view(&tails[sample->segment]);

            if (xz_fit_is_of(table, sample, XZ_FIT_HELD)) {
                log_p[count++] = xz_quantiles_log_tail(&view, sample->value);
            }
        }
    }
    xz_fit_calibrate(column, log_p, count);
    free(tails);
    free(log_p);
}

static void put_tail(FILE *out, const struct xz_fit_column *column, uint32_t segment,
                     const struct xz_fit_quantiles *tail)
{
    (void)fprintf(out, "%s,%s,quantiles,%u,%.6g", column->spec->key, column->segments[segment].name,
                  xz_fit_subjects(column, segment), tail->index);
    for (size_t i = 0; i < tail->count; i++) {
        (void)fprintf(out, " %.6g", tail->quantile[i]);
    }
    (void)fputc('\n', out);
}

static void write_tails(const struct xz_fit_table *table, const struct xz_fit_column *column,
                        FILE *out)
{
    struct xz_fit_quantiles root, cell;

    if (!fit_tail(table, column, 0, XZ_FIT_BOTH, NULL, &root)) {
        return;
    }
    put_tail(out, column, 0, &root);
    for (uint32_t s = 1; s < column->segment_count; s++) {
        if (fit_tail(table, column, s, XZ_FIT_BOTH, &root, &cell)) {
            put_tail(out, column, s, &cell);
        }
    }
}

const struct xz_fit_family xz_fit_quantiles_family = {.check = check_tails, .write = write_tails};
