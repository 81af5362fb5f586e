/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/fit_table.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "stats/calibration.h"
#include "stats/evalue.h"
#include "stats/fit.h"
#include "stats/polya.h"

#define SHRINK        400.0 /* a cell of so many samples stands half on its own feet */
#define CELL_SUBJECTS 60    /* fewer, and the cell is its parent */
#define CELL_SAMPLES  300
#define OFF_BY        1.5
#define CAP_MIN       0.2
#define CAP_MAX       100.0

struct sample {
    uint32_t segment; /* index into segments; 0 is the root */
    uint32_t subject; /* counted in the order of coming */
    int32_t block;
    float exposure;
    double value;
};

struct segment {
    char name[XZ_SEGMENT_MAX];
};

struct column { /* one piece of evidence */
    const struct xz_evidence_spec *spec;
    struct sample *samples;
    size_t count, cap;
    struct segment *segments;
    size_t segment_count, segment_cap;
    struct xz_calibration calibration;
    bool calibrated; /* there were enough held-out samples to tell */
    double mean_e;   /* of counts: mean e-value of held-out blocks, at most 1 if all is well */
    bool refuted;
};

struct subject {
    bool held_out;
    double days; /* known for */
};

struct xz_fit_table {
    const struct xz_pack *pack;
    int64_t newest_ms;
    double trim;
    struct column *columns;
    size_t column_count;
    struct subject *subjects;
    size_t subject_count, subject_cap;
};

struct xz_fit_table *xz_fit_table_new(const struct xz_pack *pack, int64_t newest_ms, double trim)
{
    struct xz_fit_table *table = xz_calloc(1, sizeof(*table));
    size_t count;
    const struct xz_pattern *patterns = xz_pack_patterns(pack, &count);

    table->pack = pack;
    table->newest_ms = newest_ms;
    table->trim = trim;
    table->columns = xz_calloc(count * XZ_EVIDENCE_MAX + 1, sizeof(table->columns[0]));
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < patterns[i].evidence_count; k++) {
            struct column *column = &table->columns[table->column_count++];

            column->spec = &patterns[i].evidence[k];
            xz_array_reserve((void **)&column->segments, &column->segment_cap, 1,
                             sizeof(column->segments[0]));
            column->segments[column->segment_count++].name[0] = '\0';
        }
    }
    return table;
}

void xz_fit_table_free(struct xz_fit_table *table)
{
    if (table == NULL) {
        return;
    }
    for (size_t i = 0; i < table->column_count; i++) {
        free(table->columns[i].samples);
        free(table->columns[i].segments);
    }
    free(table->columns);
    free(table->subjects);
    free(table);
}

void xz_fit_table_subject(struct xz_fit_table *table, const struct xz_entity *entity)
{
    const int64_t since_ms = entity->count > 0 ? entity->records[0]->at_ms : table->newest_ms;
    struct subject *subject;

    xz_array_reserve((void **)&table->subjects, &table->subject_cap, table->subject_count + 1,
                     sizeof(table->subjects[0]));
    subject = &table->subjects[table->subject_count++];
    subject->held_out = (xz_hash64(&entity->hash, sizeof(entity->hash), 7) & 3) == 0;
    subject->days = fmax(1.0, (double)(table->newest_ms - since_ms) / (double)XZ_DAY_MS);
}

static uint32_t segment_of(struct column *column, const char *name)
{
    for (size_t i = 0; i < column->segment_count; i++) {
        if (strcmp(column->segments[i].name, name) == 0) {
            return (uint32_t)i;
        }
    }
    xz_array_reserve((void **)&column->segments, &column->segment_cap, column->segment_count + 1,
                     sizeof(column->segments[0]));
    (void)snprintf(column->segments[column->segment_count].name, XZ_SEGMENT_MAX, "%s", name);
    return (uint32_t)column->segment_count++;
}

void xz_fit_table_add(void *table_ptr, const struct xz_sample *sample)
{
    struct xz_fit_table *table = table_ptr;
    struct column *column = table->columns;

    while (column->spec != sample->spec) {
        column++;
    }
    xz_array_reserve((void **)&column->samples, &column->cap, column->count + 1,
                     sizeof(column->samples[0]));
    column->samples[column->count++] =
        (struct sample){segment_of(column, sample->segment), (uint32_t)(table->subject_count - 1),
                        sample->block, (float)sample->exposure, sample->statistic};
}

/* ---- quantiles ---- */

static uint32_t distinct_subjects(const struct column *column, uint32_t segment)
{
    uint32_t count = 0, last = UINT32_MAX;

    for (size_t i = 0; i < column->count; i++) {
        if (segment == 0 || column->samples[i].segment == segment) {
            count += column->samples[i].subject != last;
            last = column->samples[i].subject;
        }
    }
    return count;
}

/* Samples of a segment (0: all); held: those of held-out subjects, the others, or both. */
enum whom { LEARN, HELD, BOTH };
static size_t gather(const struct xz_fit_table *table, const struct column *column,
                     uint32_t segment, enum whom whom, double *values)
{
    size_t count = 0;

    for (size_t i = 0; i < column->count; i++) {
        const struct sample *sample = &column->samples[i];
        const bool held = table->subjects[sample->subject].held_out;

        if ((segment == 0 || sample->segment == segment) &&
            (whom == BOTH || (whom == HELD) == held)) {
            values[count++] = sample->value;
        }
    }
    return count;
}

/* A cell, drawn toward its parent; the root if parent is NULL. False: too little for a cell. */
static bool fit_tail(const struct xz_fit_table *table, const struct column *column,
                     uint32_t segment, enum whom whom, const struct xz_fit_quantiles *parent,
                     struct xz_fit_quantiles *fitted)
{
    double *values = xz_calloc(column->count + 1, sizeof(*values));
    const size_t count = gather(table, column, segment, whom, values);
    struct xz_fit_quantiles own;
    bool done = false;

    if (parent == NULL || count >= CELL_SAMPLES) {
        done = xz_fit_quantiles(values, count, 0.0, &own, NULL) == XZ_OK;
    }
    if (done && parent != NULL) {
        xz_shrink_quantiles(&own, parent, xz_shrink_weight((double)count, SHRINK), fitted);
    } else if (done) {
        *fitted = own;
    }
    free(values);
    return done;
}

static void calibrate(struct column *column, const double *log_p, size_t count)
{
    column->calibrated = xz_calibration_fit(log_p, count, &column->calibration, NULL) == XZ_OK;
}

static void check_tails(const struct xz_fit_table *table, struct column *column)
{
    double *log_p = xz_calloc(column->count + 1, sizeof(*log_p));
    struct xz_fit_quantiles *tails = xz_calloc(column->segment_count, sizeof(*tails));
    size_t count = 0;

    if (fit_tail(table, column, 0, LEARN, NULL, &tails[0])) {
        for (uint32_t s = 1; s < column->segment_count; s++) {
            if (!fit_tail(table, column, s, LEARN, &tails[0], &tails[s])) {
                tails[s] = tails[0];
            }
        }
        for (size_t i = 0; i < column->count; i++) {
            const struct sample *sample = &column->samples[i];
            const struct xz_quantiles view = xz_fit_quantiles_view(&tails[sample->segment]);

            if (table->subjects[sample->subject].held_out) {
                log_p[count++] = xz_quantiles_log_tail(&view, sample->value);
            }
        }
    }
    calibrate(column, log_p, count);
    free(tails);
    free(log_p);
}

/* ---- counts ---- */

struct counted { /* one subject of a segment */
    double sum, days;
};

struct within {
    double squares, means, squared_means, degrees;
};

static void add_subject(const struct xz_fit_table *table, const struct sample *samples,
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
static size_t gather_counts(const struct xz_fit_table *table, const struct column *column,
                            uint32_t segment, enum whom whom, uint32_t *sums, double *days,
                            struct within *within)
{
    size_t subjects = 0;

    for (size_t i = 0; i < column->count;) {
        const struct sample *first = &column->samples[i];
        const bool held = table->subjects[first->subject].held_out;
        size_t end = i + 1;

        while (end < column->count && column->samples[end].subject == first->subject) {
            end++;
        }
        if ((segment == 0 || column->samples[end - 1].segment == segment) &&
            (whom == BOTH || (whom == HELD) == held)) {
            struct counted counted;

            add_subject(table, first, end - i, &counted, within);
            sums[subjects] = (uint32_t)counted.sum;
            days[subjects++] = counted.days;
        }
        i = end;
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

static bool fit_counts(const struct xz_fit_table *table, const struct column *column,
                       uint32_t segment, enum whom whom, struct counts_fit *fit)
{
    uint32_t *sums = xz_calloc(column->count + 1, sizeof(*sums));
    double *days = xz_calloc(column->count + 1, sizeof(*days));
    struct within within = {0};
    const size_t count = gather_counts(table, column, segment, whom, sums, days, &within);
    bool fitted = false;

    if (count >= (segment == 0 ? 2 : CELL_SUBJECTS)) {
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
static void check_subject(const struct counts_fit *fits, const struct sample *samples, size_t count,
                          double days, struct held *held)
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

static size_t blocks_of(const struct xz_fit_table *table, const struct column *column)
{
    size_t blocks = column->count;

    for (size_t i = 0; i < table->subject_count && column->count > 0; i++) {
        blocks += (size_t)(table->subjects[i].days / (double)column->samples[0].exposure) + 1;
    }
    return blocks;
}

static void check_counts(const struct xz_fit_table *table, struct column *column)
{
    struct counts_fit *fits = xz_calloc(column->segment_count, sizeof(*fits));
    struct held held = {.log_p = xz_calloc(blocks_of(table, column) + 1, sizeof(double))};

    if (fit_counts(table, column, 0, LEARN, &fits[0])) {
        for (uint32_t s = 1; s < column->segment_count; s++) {
            if (!fit_counts(table, column, s, LEARN, &fits[s])) {
                fits[s] = fits[0];
            }
        }
        for (size_t i = 0, end; i < column->count; i = end) {
            const struct subject *subject = &table->subjects[column->samples[i].subject];

            end = i + 1;
            while (end < column->count &&
                   column->samples[end].subject == column->samples[i].subject) {
                end++;
            }
            if (subject->held_out) {
                check_subject(fits, &column->samples[i], end - i, subject->days, &held);
            }
        }
    }
    column->mean_e = held.blocks > 0.0 ? held.e_sum / held.blocks : 0.0;
    calibrate(column, held.log_p, held.count);
    free(fits);
    free(held.log_p);
}

/* ---- writing ---- */

static void put_tail(FILE *out, const struct column *column, uint32_t segment,
                     const struct xz_fit_quantiles *tail)
{
    (void)fprintf(out, "%s,%s,quantiles,%u,%.6g", column->spec->key, column->segments[segment].name,
                  distinct_subjects(column, segment), tail->index);
    for (size_t i = 0; i < tail->count; i++) {
        (void)fprintf(out, " %.6g", tail->quantile[i]);
    }
    (void)fputc('\n', out);
}

static void write_tails(const struct xz_fit_table *table, const struct column *column, FILE *out)
{
    struct xz_fit_quantiles root, cell;

    if (!fit_tail(table, column, 0, BOTH, NULL, &root)) {
        return;
    }
    put_tail(out, column, 0, &root);
    for (uint32_t s = 1; s < column->segment_count; s++) {
        if (fit_tail(table, column, s, BOTH, &root, &cell)) {
            put_tail(out, column, s, &cell);
        }
    }
}

static void write_counts(const struct xz_fit_table *table, const struct column *column, FILE *out)
{
    struct counts_fit fit;

    for (uint32_t s = 0; s < column->segment_count; s++) {
        if (fit_counts(table, column, s, BOTH, &fit)) {
            (void)fprintf(out, "%s,%s,polya,%u,%.6g %.6g %.6g\n", column->spec->key,
                          column->segments[s].name, fit.subjects, fit.polya.shape, fit.polya.rate,
                          fit.cap);
        }
    }
}

static bool is_polya(const struct column *column)
{
    return column->spec->family == XZ_FAMILY_POLYA;
}

static void report(const struct column *column, FILE *out)
{
    const struct xz_calibration *calibration = &column->calibration;

    for (size_t r = 0; column->calibrated && r < XZ_CALIBRATION_LEVELS; r++) {
        const struct xz_calibration_row *row = &calibration->before[r];
        const struct xz_calibration_row *after = &calibration->after[r];

        (void)fprintf(out, "%s,%g,%.3g,%.3g,%.3g,%zu,%zu,%.3g,%s\n", column->spec->key, row->stated,
                      row->realised, row->low, row->high, row->hits, calibration->count,
                      after->realised, xz_calibration_verdict_name(calibration->verdict));
    }
}

static void say(const struct column *column)
{
    const struct xz_calibration *calibration = &column->calibration;

    (void)fprintf(stderr, "%-28s samples=%zu", column->spec->key, column->count);
    if (column->calibrated) {
        (void)fprintf(stderr, " held-out=%zu p<=0.01: %.4f p<=0.001: %.5f %s", calibration->count,
                      calibration->before[0].realised, calibration->before[1].realised,
                      xz_calibration_verdict_name(calibration->verdict));
    }
    if (is_polya(column)) {
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
            const struct column *column = &table->columns[c];
            uint32_t last = UINT32_MAX;
            double own = 0.0;

            if (column->spec < patterns[i].evidence ||
                column->spec >= patterns[i].evidence + patterns[i].evidence_count ||
                is_polya(column)) {
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
        "key,log_p,log_p_calibrated\n", "key,stated,realised,low,high,hits,count,mapped,verdict\n",
        ""};
    FILE *out = open_out(dir, names[which], headers[which], err);
    char until[16];
    bool failed;

    if (out == NULL) {
        return XZ_CONFIG;
    }
    for (size_t c = 0; c < table->column_count && which != 1; c++) {
        const struct column *column = &table->columns[c];

        if (which == 0 && is_polya(column)) {
            write_counts(table, column, out);
        } else if (which == 0) {
            write_tails(table, column, out);
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
        struct column *column = &table->columns[c];

        if (is_polya(column)) {
            check_counts(table, column);
        } else {
            check_tails(table, column);
        }
        /* What a map can mend is mended; an e-value whose mean is off by half cannot be. */
        column->refuted = is_polya(column) ? column->mean_e > OFF_BY
                                           : column->calibrated && column->calibration.verdict ==
                                                                       XZ_CALIBRATION_REFUSED;
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
