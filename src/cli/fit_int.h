/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * cli/fit_int.h - what the files of `fit` share: samples by evidence and segment, and what a family
 * of baselines does with them. Private to fit_*.c.
 */
#ifndef XZ_CLI_FIT_INT_H
#define XZ_CLI_FIT_INT_H
#include <stdio.h>

#include "cli/fit_table.h"
#include "stats/calibration.h"

#define XZ_FIT_SHRINK        400.0 /* a cell of so many samples stands half on its own feet */
#define XZ_FIT_CELL_SUBJECTS 60    /* fewer, and the cell is its parent */
#define XZ_FIT_CELL_SAMPLES  300
#define XZ_FIT_OFF_BY        1.5 /* a mean e-value held out beyond this refutes */

struct xz_fit_sample {
    uint32_t segment; /* index into segments; 0 is the root */
    uint32_t subject; /* counted in the order of coming */
    int32_t block;
    float exposure;
    double value;
};

struct xz_fit_segment {
    char name[XZ_SEGMENT_MAX];
};

struct xz_fit_column { /* one piece of evidence; samples of a subject stand together, in time */
    const struct xz_evidence_spec *spec;
    const struct xz_fit_family *family;
    struct xz_fit_sample *samples;
    size_t count, cap;
    struct xz_fit_segment *segments;
    size_t segment_count, segment_cap;
    struct xz_calibration calibration;
    bool calibrated; /* there were enough held-out samples to tell */
    double mean_e;   /* of counts: mean e-value of held-out blocks, at most 1 if all is well */
    size_t blocks;   /* how many blocks that is the mean of */
    bool refuted;
};

struct xz_fit_subject {
    bool held_out;
    double days; /* known for */
};

struct xz_fit_table {
    const struct xz_pack *pack;
    int64_t newest_ms;
    double trim;
    struct xz_fit_column *columns;
    size_t column_count;
    struct xz_fit_subject *subjects;
    size_t subject_count, subject_cap;
};

/* Whose samples: of those who are not held out, of the others, or of all. */
enum xz_fit_whom { XZ_FIT_LEARN, XZ_FIT_HELD, XZ_FIT_BOTH };

static inline bool xz_fit_is_of(const struct xz_fit_table *table,
                                const struct xz_fit_sample *sample, enum xz_fit_whom whom)
{
    return whom == XZ_FIT_BOTH ||
           (whom == XZ_FIT_HELD) == table->subjects[sample->subject].held_out;
}

/* One past the last sample of the subject that sample `first` is of. */
size_t xz_fit_subject_end(const struct xz_fit_column *column, size_t first);
uint32_t xz_fit_subjects(const struct xz_fit_column *column, uint32_t segment);
/* Values of a segment's samples (0: of all) into values; returns how many. */
size_t xz_fit_values(const struct xz_fit_table *table, const struct xz_fit_column *column,
                     uint32_t segment, enum xz_fit_whom whom, double *values);

/* p-values of held-out samples into the column's calibration. */
void xz_fit_calibrate(struct xz_fit_column *column, const double *log_p, size_t count);

struct xz_fit_family {
    /* Fits those that are not held out and holds the others against it; sets calibration and
     * refuted. */
    void (*check)(const struct xz_fit_table *table, struct xz_fit_column *column);
    /* Fits all, and writes rows of baselines.csv: the root's, then the cells' that have one. */
    void (*write)(const struct xz_fit_table *table, const struct xz_fit_column *column, FILE *out);
    /* Alarms go by a likelihood ratio, whose mean is what refutes; p-values are shown and bound. */
    bool by_ratio;
};
extern const struct xz_fit_family xz_fit_polya_family, xz_fit_quantiles_family,
    xz_fit_log_normal_family;

#endif
