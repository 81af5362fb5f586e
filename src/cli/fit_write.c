/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What was fitted, as the files of baselines/, and how it came out. */
#include <errno.h>
#include <string.h>

#include "base/time.h"
#include "cli/fit_int.h"

/* Of a likelihood ratio, p-values are shown and bound it, but what it is judged by is its mean: the
 * verdict on its p-values says only whether those that are shown keep their word. */
static const char *verdict_on_p(const struct xz_fit_column *column)
{
    const enum xz_calibration_verdict verdict = column->calibration.verdict;

    return column->family->by_ratio && verdict == XZ_CALIBRATION_REFUSED
               ? "off"
               : xz_calibration_verdict_name(verdict);
}

static void report(const struct xz_fit_column *column, FILE *out)
{
    const struct xz_calibration *calibration = &column->calibration;

    for (size_t r = 0; column->calibrated && r < XZ_CALIBRATION_LEVELS; r++) {
        const struct xz_calibration_row *row = &calibration->before[r];
        const struct xz_calibration_row *after = &calibration->after[r];

        (void)fprintf(out, "%s,p,%g,%.3g,%.3g,%.3g,%zu,%zu,%.3g,%s\n", column->spec->key,
                      row->stated, row->realised, row->low, row->high, row->hits,
                      calibration->count, after->realised, verdict_on_p(column));
    }
    if (column->family->by_ratio && column->blocks > 0) {
        (void)fprintf(out, "%s,mean e,1,%.3g,,,,%zu,,%s\n", column->spec->key, column->mean_e,
                      column->blocks, column->refuted ? "refused" : "kept");
    }
}

static void say(const struct xz_fit_column *column)
{
    const struct xz_calibration *calibration = &column->calibration;

    (void)fprintf(stderr, "%-28s samples=%zu", column->spec->key, column->count);
    if (column->calibrated) {
        (void)fprintf(stderr, " held-out=%zu p<=0.01: %.4f p<=0.001: %.5f %s", calibration->count,
                      calibration->before[0].realised, calibration->before[1].realised,
                      verdict_on_p(column));
    }
    if (column->family->by_ratio) {
        (void)fprintf(stderr, " mean e=%.3f", column->mean_e);
    }
    (void)fprintf(stderr, "%s\n", column->refuted ? "  REFUTED" : "");
}

/* Steps of detectors that count steps: blocks with a sample, a subject-month of those that have
 * any. */
static void write_steps(const struct xz_fit_table *table, FILE *out)
{
    size_t count;
    const struct xz_pattern *patterns = xz_pack_patterns(table->pack, &count);

    for (size_t i = 0; i < count; i++) {
        double steps = 0.0, months = 0.0;

        for (size_t c = 0; c < table->column_count; c++) {
            const struct xz_fit_column *column = &table->columns[c];
            uint32_t last = UINT32_MAX;
            double own = 0.0;

            if (column->spec < patterns[i].evidence ||
                column->spec >= patterns[i].evidence + patterns[i].evidence_count ||
                column->family->by_ratio) {
                continue;
            }
            for (size_t k = 0; k < column->count; k++) {
                if (column->samples[k].subject != last) {
                    last = column->samples[k].subject;
                    own += table->subjects[last].days / 30.4375;
                }
            }
            if ((double)column->count > steps) {
                steps = (double)column->count;
                months = own;
            }
        }
        if (months > 0.0) {
            (void)fprintf(out, "%s,%.4g\n", patterns[i].id, steps / months);
        }
    }
}

static FILE *open_out(const char *dir, const char *name, const char *header, struct xz_err *err)
{
    char file[4200];
    FILE *out;

    (void)snprintf(file, sizeof(file), "%s/%s", dir, name);
    out = fopen(file, "wb");
    if (out == NULL) {
        (void)xz_err_config(err, file, 0, "cannot be written: %s", strerror(errno));
    } else {
        (void)fputs(header, out);
    }
    return out;
}

static enum xz_rc write_one(const struct xz_fit_table *table, const char *dir, int which,
                            const char *note, struct xz_err *err)
{
    static const char *const names[] = {"baselines.csv", "steps.csv", "calibration.csv",
                                        "calibration_report.csv", "fitted.yaml"};
    static const char *const headers[] = {
        "key,segment,family,subjects,params\n", "pattern,steps_per_month\n",
        "key,log_p,log_p_calibrated\n",
        "key,of,stated,realised,low,high,hits,count,mapped,verdict\n", ""};
    FILE *out = open_out(dir, names[which], headers[which], err);
    char until[16];
    bool failed;

    if (out == NULL) {
        return XZ_CONFIG;
    }
    for (size_t c = 0; c < table->column_count && which != 1; c++) {
        const struct xz_fit_column *column = &table->columns[c];

        if (which == 0) {
            column->family->write(table, column, out);
        } else if (which == 2) {
            const struct xz_calibration_map *map = &column->calibration.map;

            for (size_t i = 0; column->calibrated && i < map->count; i++) {
                (void)fprintf(out, "%s,%.6g,%.6g\n", column->spec->key, map->log_p[i],
                              map->log_q[i]);
            }
        } else if (which == 3) {
            report(column, out);
        }
    }
    if (which == 1) {
        write_steps(table, out);
    } else if (which == 4) {
        xz_date_format(xz_day_of(table->newest_ms), until);
        (void)fprintf(out, "fitted_on: \"%s\"\nuntil: %s\nsubjects: %zu\ntrim: %g\n", note, until,
                      table->subject_count, table->trim);
    }
    failed = ferror(out) != 0;
    if (fclose(out) != 0 || failed) {
        return xz_err_config(err, names[which], 0, "cannot be written");
    }
    return XZ_OK;
}

enum xz_rc xz_fit_table_write(struct xz_fit_table *table, const char *dir, const char *note,
                              bool force, struct xz_err *err)
{
    const char *refuted = NULL;
    enum xz_rc rc = XZ_OK;

    for (size_t c = 0; c < table->column_count; c++) {
        struct xz_fit_column *column = &table->columns[c];

        if (column->family == NULL) {
            return xz_err_config(err, column->spec->key, 0,
                                 "family %s is not fitted; take quantiles",
                                 xz_family_names[column->spec->family]);
        }
        column->family->check(table, column);
        refuted = column->refuted ? column->spec->key : refuted;
        say(column);
    }
    if (refuted != NULL && !force) {
        return xz_err_config(err, refuted, 0,
                             "held-out people refute this baseline by more than half: fit on more "
                             "history, use finer segments, or --force");
    }
    for (int which = 0; rc == XZ_OK && which < 5; which++) {
        rc = write_one(table, dir, which, note, err);
    }
    return rc;
}
