/* SPDX-License-Identifier: GPL-3.0-or-later */
/* baselines/: what `fit` wrote. Cells of each evidence, steps of each pattern's detector, and the
 * calibration of p-values. */
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "pack/pack_int.h"

#define AGAIN "; remove the old baselines and fit again"

static const char *const cell_columns[] = {"key", "segment", "family", "subjects", "params"};
static const char *const step_columns[] = {"pattern", "steps_per_month"};
static const char *const calibration_columns[] = {"key", "log_p", "log_p_calibrated"};

struct point { /* of a calibration */
    uint32_t spec;
    int line;
    double log_p, calibrated;
};

struct reading { /* while loading */
    struct xz_baseline *cells;
    uint32_t *specs; /* beside cells: whose they are */
    size_t *params_at;
    size_t cell_count, cell_cap, spec_cap, at_cap;
    double *params;
    size_t param_count, param_cap;
    struct point *points;
    size_t point_count, point_cap;
};

static bool next_row(struct xz_loader *loader, struct xz_csv_file *csv)
{
    for (;;) {
        struct xz_err err;
        bool more;

        if (xz_loader_ok(loader, xz_csv_row(csv, &more, &err), &err)) {
            return more;
        }
    }
}

/* The evidence of a key; XZ_MAP_NONE after a mistake, here or in a pattern. */
static uint32_t spec_of(struct xz_loader *loader, const struct xz_csv_file *csv)
{
    const struct xz_pack *pack = loader->pack;
    const struct xz_str key = xz_csv_cell(csv, 0);
    const uint32_t index = xz_map_get(&pack->spec_keys, key);

    if (index == XZ_MAP_NONE && !loader->patterns_bad) {
        const char **names = xz_malloc((pack->spec_count + 1) * sizeof(*names));
        const char *nearest;

        for (size_t i = 0; i < pack->spec_count; i++) {
            names[i] = pack->specs[i].key;
        }
        nearest = xz_str_nearest(key, names, pack->spec_count);
        xz_mistake_at(loader->mistakes, csv->name, csv->line,
                      "no pattern has the evidence \"" XZ_STR_FMT "\"; %s%s", XZ_STR_ARG(key),
                      nearest != NULL ? "the nearest is "
                                      : "remove the old baselines and "
                                        "fit again",
                      nearest != NULL ? nearest : "");
        free(names);
    }
    return index;
}

/* One finite number of a cell; a mistake otherwise. */
static bool read_number(struct xz_loader *loader, const struct xz_csv_file *csv, struct xz_str text,
                        double *number)
{
    char copy[64], *end = copy;

    if (text.len > 0 && text.len < sizeof(copy)) {
        memcpy(copy, text.ptr, text.len);
        copy[text.len] = '\0';
        *number = strtod(copy, &end);
        if (*end == '\0' && isfinite(*number)) {
            return true;
        }
    }
    xz_mistake_at(loader->mistakes, csv->name, csv->line, "\"" XZ_STR_FMT "\" is not a number",
                  XZ_STR_ARG(text));
    return false;
}

static uint32_t parts_of(struct xz_str segment)
{
    uint32_t parts = segment.len > 0;

    for (uint32_t i = 0; i < segment.len; i++) {
        parts += segment.ptr[i] == '|';
    }
    return parts;
}

/* Numbers parted by single spaces, to the end of reading->params. Returns how many, 0 after a
 * mistake. */
static uint32_t read_params(struct xz_loader *loader, const struct xz_csv_file *csv,
                            struct reading *reading)
{
    struct xz_str rest = xz_csv_cell(csv, 4);
    uint32_t count = 0;

    while (rest.len > 0) {
        const char *space = memchr(rest.ptr, ' ', rest.len);
        struct xz_str part = rest;
        double number;

        part.len = space != NULL ? (uint32_t)(space - rest.ptr) : rest.len;
        if (!read_number(loader, csv, part, &number)) {
            return 0;
        }
        if (++count > XZ_PACK_PARAMS_MAX) {
            xz_mistake_at(loader->mistakes, csv->name, csv->line, "at most %d params",
                          XZ_PACK_PARAMS_MAX);
            return 0;
        }
        xz_array_reserve((void **)&reading->params, &reading->param_cap,
                         reading->param_count + count, sizeof(*reading->params));
        reading->params[reading->param_count + count - 1] = number;
        part.len += space != NULL;
        rest.ptr += part.len;
        rest.len -= part.len;
    }
    if (count == 0) {
        xz_mistake_at(loader->mistakes, csv->name, csv->line, "params are missing");
    }
    return count;
}

static bool check_cell(struct xz_loader *loader, const struct xz_csv_file *csv,
                       const struct xz_evidence_spec *spec)
{
    const struct xz_str segment = xz_csv_cell(csv, 1), family = xz_csv_cell(csv, 2);

    if (loader->patterns_bad) {
        return true; /* what the evidence says of itself may be the mistake */
    }
    if (!xz_str_eq(family, xz_str_from(xz_family_names[spec->family]))) {
        xz_mistake_at(loader->mistakes, csv->name, csv->line,
                      "%s has family %s, not \"" XZ_STR_FMT "\"" AGAIN, spec->key,
                      xz_family_names[spec->family], XZ_STR_ARG(family));
        return false;
    }
    if (parts_of(segment) > spec->by_count) {
        xz_mistake_at(loader->mistakes, csv->name, csv->line,
                      "%s has %d dimensions, and \"" XZ_STR_FMT "\" has more" AGAIN, spec->key,
                      spec->by_count, XZ_STR_ARG(segment));
        return false;
    }
    return true;
}

static void read_cell(struct xz_loader *loader, const struct xz_csv_file *csv,
                      struct reading *reading)
{
    const uint32_t index = spec_of(loader, csv);
    struct xz_baseline cell = {.segment = NULL};
    const size_t at = reading->param_count;
    int64_t subjects = 0;
    struct xz_err err;

    if (index == XZ_MAP_NONE || !check_cell(loader, csv, &loader->pack->specs[index]) ||
        !xz_loader_ok(loader, xz_csv_int(csv, 3, 0, UINT32_MAX, &subjects, &err), &err)) {
        return;
    }
    cell.segment = xz_loader_keep(loader, xz_csv_cell(csv, 1));
    cell.subjects = (uint32_t)subjects;
    cell.param_count = read_params(loader, csv, reading);
    if (cell.param_count == 0) {
        return;
    }
    if (xz_map_put(&loader->pack->tables[index].cells, xz_str_from(cell.segment),
                   (uint32_t)reading->cell_count) != reading->cell_count) {
        xz_mistake_at(loader->mistakes, csv->name, csv->line, "%s stands twice for \"%s\"",
                      loader->pack->specs[index].key, cell.segment);
        return;
    }
    reading->param_count += cell.param_count;
    xz_array_reserve((void **)&reading->cells, &reading->cell_cap, reading->cell_count + 1,
                     sizeof(*reading->cells));
    xz_array_reserve((void **)&reading->specs, &reading->spec_cap, reading->cell_count + 1,
                     sizeof(*reading->specs));
    xz_array_reserve((void **)&reading->params_at, &reading->at_cap, reading->cell_count + 1,
                     sizeof(*reading->params_at));
    reading->cells[reading->cell_count] = cell;
    reading->specs[reading->cell_count] = index;
    reading->params_at[reading->cell_count++] = at;
}

static void read_cells(struct xz_loader *loader, const struct xz_pack_file *file,
                       struct reading *reading)
{
    struct xz_csv_file csv;

    if (!xz_loader_csv(loader, file, &csv, cell_columns, 5)) {
        return;
    }
    while (next_row(loader, &csv)) {
        if (reading->cell_count == XZ_PACK_BASELINES_MAX) {
            xz_mistake_at(loader->mistakes, csv.name, csv.line, "a pack has at most %d baselines",
                          XZ_PACK_BASELINES_MAX);
            break;
        }
        read_cell(loader, &csv, reading);
    }
    xz_csv_close(&csv);
}

static void read_steps(struct xz_loader *loader, const struct xz_pack_file *file)
{
    struct xz_pack *pack = loader->pack;
    struct xz_csv_file csv;

    if (!xz_loader_csv(loader, file, &csv, step_columns, 2)) {
        return;
    }
    while (next_row(loader, &csv)) {
        const struct xz_str id = xz_csv_cell(&csv, 0);
        const uint32_t index = xz_map_get(&pack->pattern_ids, id);
        double steps;

        if (index == XZ_MAP_NONE && loader->patterns_bad) {
            continue;
        }
        if (index == XZ_MAP_NONE) {
            xz_mistake_at(loader->mistakes, csv.name, csv.line,
                          "there is no pattern \"" XZ_STR_FMT "\"" AGAIN, XZ_STR_ARG(id));
        } else if (read_number(loader, &csv, xz_csv_cell(&csv, 1), &steps)) {
            if (!(steps > 0.0 && steps < 1e9)) {
                xz_mistake_at(loader->mistakes, csv.name, csv.line,
                              "steps_per_month is more than 0");
            } else {
                pack->patterns[index].steps_per_month = steps;
            }
        }
    }
    xz_csv_close(&csv);
}

static void read_calibration(struct xz_loader *loader, const struct xz_pack_file *file,
                             struct reading *reading)
{
    struct xz_csv_file csv;

    if (!xz_loader_csv(loader, file, &csv, calibration_columns, 3)) {
        return;
    }
    while (next_row(loader, &csv)) {
        struct point point = {.spec = spec_of(loader, &csv), .line = csv.line};

        if (point.spec == XZ_MAP_NONE ||
            !read_number(loader, &csv, xz_csv_cell(&csv, 1), &point.log_p) ||
            !read_number(loader, &csv, xz_csv_cell(&csv, 2), &point.calibrated)) {
            continue;
        }
        if (!(point.log_p <= 0.0) || !(point.calibrated <= 0.0)) {
            xz_mistake_at(loader->mistakes, csv.name, csv.line,
                          "logarithms of p-values are at most 0");
            continue;
        }
        if (!(point.log_p < 0.0)) {
            continue; /* (0, 0) goes without saying */
        }
        if (reading->point_count == XZ_PACK_BASELINES_MAX) {
            xz_mistake_at(loader->mistakes, csv.name, csv.line, "too many rows");
            break;
        }
        xz_array_reserve((void **)&reading->points, &reading->point_cap, reading->point_count + 1,
                         sizeof(*reading->points));
        reading->points[reading->point_count++] = point;
    }
    xz_csv_close(&csv);
}

static int by_spec_and_p(const void *left, const void *right)
{
    const struct point *a = left, *b = right;

    if (a->spec != b->spec) {
        return (a->spec > b->spec) - (a->spec < b->spec);
    }
    return (a->log_p > b->log_p) - (a->log_p < b->log_p);
}

/* The points of each evidence, from the most extreme; a calibration must not turn order around. */
static void keep_calibration(struct xz_loader *loader, struct reading *reading, double *at)
{
    struct xz_pack *pack = loader->pack;
    double *calibrated = at + reading->point_count;

    qsort(reading->points, reading->point_count, sizeof(*reading->points), by_spec_and_p);
    for (size_t i = 0; i < reading->point_count; i++) {
        const struct point *point = &reading->points[i];
        struct xz_baseline_table *table = &pack->tables[point->spec];

        at[i] = point->log_p;
        calibrated[i] = point->calibrated;
        if (table->calibration_count == 0) {
            table->log_p = at + i;
            table->log_p_calibrated = calibrated + i;
        } else if (!(at[i - 1] < at[i]) || !(calibrated[i - 1] <= calibrated[i])) {
            xz_mistake_at(loader->mistakes, "baselines/calibration.csv", point->line,
                          "the calibration of %s is not rising" AGAIN,
                          pack->specs[point->spec].key);
        }
        table->calibration_count++;
    }
}

/* Everything into the pack, where nothing moves any more. */
static void keep_all(struct xz_loader *loader, struct reading *reading)
{
    struct xz_pack *pack = loader->pack;

    pack->params =
        xz_malloc((reading->param_count + 2 * reading->point_count + 1) * sizeof(*pack->params));
    if (reading->param_count > 0) {
        memcpy(pack->params, reading->params, reading->param_count * sizeof(*pack->params));
    }
    pack->baselines = reading->cells;
    for (size_t i = 0; i < reading->cell_count; i++) {
        pack->baselines[i].params = pack->params + reading->params_at[i];
        if (pack->baselines[i].segment[0] == '\0') {
            pack->tables[reading->specs[i]].root = (uint32_t)i;
        }
    }
    for (size_t i = 0; i < pack->spec_count; i++) {
        if (pack->tables[i].cells.count > 0 && pack->tables[i].root == XZ_MAP_NONE) {
            xz_mistake_at(loader->mistakes, "baselines", 0,
                          "%s has cells but no root, the row with an empty segment" AGAIN,
                          pack->specs[i].key);
        }
    }
    if (reading->point_count > 0) {
        keep_calibration(loader, reading, pack->params + reading->param_count);
    }
}

static void set_thresholds(struct xz_loader *loader)
{
    struct xz_pack *pack = loader->pack;

    for (size_t i = 0; i < pack->pattern_count; i++) {
        struct xz_pattern *pattern = &pack->patterns[i];

        if (!(pattern->alarm_per_month > 0.0)) {
            continue;
        }
        pattern->log_threshold = log(pattern->steps_per_month / pattern->alarm_per_month);
        if (!(pattern->log_threshold > 0.0)) {
            xz_mistake_at(loader->mistakes, pattern->file, 0,
                          "%g false alarms a month cannot be held with %g steps a month; declare "
                          "fewer",
                          pattern->alarm_per_month, pattern->steps_per_month);
        }
    }
}

void xz_load_baselines(struct xz_loader *loader)
{
    struct xz_pack *pack = loader->pack;
    struct reading reading = {.cell_count = 0};

    pack->tables = xz_calloc(pack->spec_count + 1, sizeof(*pack->tables));
    for (size_t i = 0; i < pack->spec_count; i++) {
        pack->tables[i].root = XZ_MAP_NONE;
    }
    for (size_t i = 0; i < loader->files->count; i++) {
        const struct xz_pack_file *file = &loader->files->files[i];
        const char *dot = strrchr(file->path, '.');

        if (file->place != XZ_PLACE_BASELINE) {
            continue;
        }
        if (strcmp(dot, ".yaml") == 0) { /* for people: read only to be sure that they can */
            if (strcmp(file->path, "baselines/fitted.yaml") != 0) {
                xz_mistake_at(loader->mistakes, file->shown, 0,
                              "nothing reads this file; what was fitted is told in fitted.yaml");
            }
            xz_yaml_free(xz_loader_yaml(loader, file));
        } else if (strcmp(file->path, "baselines/calibration_report.csv") == 0) {
            continue; /* for people */
        } else if (strcmp(file->path, "baselines/steps.csv") == 0) {
            read_steps(loader, file);
        } else if (strcmp(file->path, "baselines/calibration.csv") == 0) {
            read_calibration(loader, file, &reading);
        } else {
            read_cells(loader, file, &reading);
        }
    }
    keep_all(loader, &reading);
    set_thresholds(loader);
    free(reading.specs);
    free(reading.params_at);
    free(reading.params);
    free(reading.points);
}

/* A spec of the pack is found by its place; a copy of one by its key. */
static const struct xz_baseline_table *table_of(const struct xz_evidence_spec *spec)
{
    const struct xz_pack *pack = spec->pack;
    const uintptr_t first = (uintptr_t)pack->specs, at = (uintptr_t)spec;
    uint32_t index;

    if (at >= first && at < (uintptr_t)(pack->specs + pack->spec_count)) {
        return &pack->tables[(at - first) / sizeof(*spec)];
    }
    index = xz_map_get(&pack->spec_keys, xz_str_from(spec->key));
    return index == XZ_MAP_NONE ? NULL : &pack->tables[index];
}

const struct xz_baseline *xz_pack_baseline(const struct xz_evidence_spec *spec,
                                           struct xz_str segment)
{
    const struct xz_baseline_table *table = table_of(spec);

    if (table == NULL || table->root == XZ_MAP_NONE) {
        return NULL;
    }
    while (segment.len > 0 && table->cells.count > 1) {
        const uint32_t index = xz_map_get(&table->cells, segment);

        if (index != XZ_MAP_NONE) {
            return &spec->pack->baselines[index];
        }
        do {
            segment.len--;
        } while (segment.len > 0 && segment.ptr[segment.len] != '|');
    }
    return &spec->pack->baselines[table->root];
}

/*
 * Straight lines between the points, and from the mildest to (0, 0). Beyond the most extreme point
 * nothing was measured: the last line goes on, but never steeper than 1.
 */
static double interpolate(const struct xz_baseline_table *table, double log_p)
{
    const double *x = table->log_p, *y = table->log_p_calibrated;
    uint32_t low = 0, high;
    double slope, x1, y1;

    high = table->calibration_count; /* the first point at or above log_p; the last + 1 is (0, 0) */
    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;

        if (x[middle] < log_p) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    if (high == 0) {
        x1 = table->calibration_count > 1 ? x[1] : 0.0;
        y1 = table->calibration_count > 1 ? y[1] : 0.0;
        slope = (y1 - y[0]) / (x1 - x[0]);
        return y[0] - (slope < 1.0 ? slope : 1.0) * (x[0] - log_p);
    }
    x1 = high < table->calibration_count ? x[high] : 0.0;
    y1 = high < table->calibration_count ? y[high] : 0.0;
    return y1 - (y1 - y[high - 1]) / (x1 - x[high - 1]) * (x1 - log_p);
}

/* Calibration can make a p-value larger only: an improbable thing is not made more so. */
double xz_pack_calibrate(const struct xz_evidence_spec *spec, double log_p)
{
    const struct xz_baseline_table *table = table_of(spec);
    double calibrated;

    if (table == NULL || table->calibration_count == 0 || !(log_p < 0.0) || isinf(log_p)) {
        return log_p;
    }
    calibrated = interpolate(table, log_p);
    return calibrated > log_p ? calibrated : log_p;
}
