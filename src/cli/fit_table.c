/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/fit_table.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "cli/fit_int.h"

static const struct xz_fit_family *family_of(const struct xz_evidence_spec *spec)
{
    switch (spec->family) {
    case XZ_FAMILY_POLYA:
        return &xz_fit_polya_family;
    case XZ_FAMILY_LOG_NORMAL:
        return &xz_fit_log_normal_family;
    case XZ_FAMILY_QUANTILES:
        return &xz_fit_quantiles_family;
    default:
        return NULL; /* no kind of evidence has one of the others */
    }
}

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
            struct xz_fit_column *column = &table->columns[table->column_count++];

            column->spec = &patterns[i].evidence[k];
            column->family = family_of(column->spec);
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
    struct xz_fit_subject *subject;

    xz_array_reserve((void **)&table->subjects, &table->subject_cap, table->subject_count + 1,
                     sizeof(table->subjects[0]));
    subject = &table->subjects[table->subject_count++];
    subject->held_out = (xz_hash64(&entity->hash, sizeof(entity->hash), 7) & 3) == 0;
    subject->days = fmax(1.0, (double)(table->newest_ms - since_ms) / (double)XZ_DAY_MS);
}

static uint32_t segment_of(struct xz_fit_column *column, const char *name)
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
    struct xz_fit_column *column = table->columns;

    while (column->spec != sample->spec) {
        column++;
    }
    xz_array_reserve((void **)&column->samples, &column->cap, column->count + 1,
                     sizeof(column->samples[0]));
    column->samples[column->count++] = (struct xz_fit_sample){
        segment_of(column, sample->segment), (uint32_t)(table->subject_count - 1), sample->block,
        (float)sample->exposure, sample->statistic};
}

size_t xz_fit_subject_end(const struct xz_fit_column *column, size_t first)
{
    size_t end = first + 1;

    while (end < column->count && column->samples[end].subject == column->samples[first].subject) {
        end++;
    }
    return end;
}

uint32_t xz_fit_subjects(const struct xz_fit_column *column, uint32_t segment)
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

size_t xz_fit_values(const struct xz_fit_table *table, const struct xz_fit_column *column,
                     uint32_t segment, enum xz_fit_whom whom, double *values)
{
    size_t count = 0;

    for (size_t i = 0; i < column->count; i++) {
        const struct xz_fit_sample *sample = &column->samples[i];

        if ((segment == 0 || sample->segment == segment) && xz_fit_is_of(table, sample, whom)) {
            values[count++] = sample->value;
        }
    }
    return count;
}

void xz_fit_calibrate(struct xz_fit_column *column, const double *log_p, size_t count)
{
    column->calibrated = xz_calibration_fit(log_p, count, &column->calibration, NULL) == XZ_OK;
    column->refuted = column->calibrated && column->calibration.verdict == XZ_CALIBRATION_REFUSED;
}
