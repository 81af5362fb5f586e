/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "event/reference.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/hash.h"
#include "base/mem.h"
#include "event/csv.h"
#include "event/limits.h"

#define FILE_BYTES_MAX ((size_t)1 << 30)

struct slot {
    struct xz_str code;
    uint32_t at; /* index into rows + 1; 0: free */
};

struct index {
    struct slot *slots;
    size_t cap; /* a power of two */
};

struct xz_reference {
    struct xz_arena arena;
    struct xz_place *places;
    struct xz_limits *items, *diagnoses;
    size_t place_count, item_count, diagnosis_count;
    struct index place_index, item_index, diagnosis_index;
};

static void index_make(struct index *index, size_t count)
{
    index->cap = 16;
    while (index->cap < count * 2 + 1) {
        index->cap *= 2;
    }
    index->slots = xz_calloc(index->cap, sizeof(index->slots[0]));
}

static struct slot *index_slot(const struct index *index, struct xz_str code)
{
    size_t at = xz_hash_str(code) & (index->cap - 1);

    while (index->slots[at].at != 0 && !xz_str_eq(index->slots[at].code, code)) {
        at = (at + 1) & (index->cap - 1);
    }
    return &index->slots[at];
}

/* ---- rows ---- */

enum {
    PLACE_CODE,
    PLACE_NAME,
    PLACE_KIND,
    PLACE_HOSP_LV,
    PLACE_ADMDVS,
    PLACE_LAT,
    PLACE_LON,
    PLACE_BEDS,
    PLACE_OPEN,
    PLACE_CLOSE,
    PLACE_COLUMNS
};
static const char *const place_columns[PLACE_COLUMNS] = {
    "fixmedins_code", "name", "kind", "hosp_lv", "admdvs", "lat", "lon", "beds", "open", "close"};

static const char *const kinds[] = {
    "",         "hospital",       "clinic", "village_clinic", "nursing_home", "internet_hospital",
    "pharmacy", "online_pharmacy"};

static enum xz_rc degrees(const struct xz_csv_file *file, struct xz_str text, double limit,
                          int32_t *e6, struct xz_err *err)
{
    char copy[32], *end;
    double value;

    *e6 = INT32_MIN;
    if (text.len == 0) {
        return XZ_OK;
    }
    (void)snprintf(copy, sizeof(copy), XZ_STR_FMT, XZ_STR_ARG(text));
    value = strtod(copy, &end);
    if (*end != '\0' || !(value >= -limit && value <= limit)) {
        return xz_err_config(err, file->name, file->line,
                             "\"%s\" is not degrees from -%.0f to %.0f", copy, limit, limit);
    }
    *e6 = (int32_t)(value * 1e6 + (value < 0 ? -0.5 : 0.5));
    return XZ_OK;
}

static enum xz_rc clock_minutes(const struct xz_csv_file *file, struct xz_str text, int16_t *minute,
                                struct xz_err *err)
{
    int value[5] = {0};

    *minute = -1;
    if (text.len == 0) {
        return XZ_OK;
    }
    for (uint32_t i = 0; i < 5 && text.len == 5; i++) {
        value[i] = text.ptr[i] - '0';
        if (i == 2 ? text.ptr[i] != ':' : value[i] < 0 || value[i] > 9) {
            text.len = 0;
        }
    }
    *minute = (int16_t)(value[0] * 600 + value[1] * 60 + value[3] * 10 + value[4]);
    if (text.len != 5 || value[3] > 5 || *minute >= 24 * 60) {
        return xz_err_config(err, file->name, file->line,
                             "an hour is not a time of day: write HH:MM, 00:00 to 23:59");
    }
    return XZ_OK;
}

static enum xz_rc read_place(struct xz_reference *reference, const struct xz_csv_file *file,
                             struct xz_str *code, struct xz_err *err)
{
    struct xz_place *place = &reference->places[reference->place_count];
    const struct xz_str kind = xz_csv_cell(file, PLACE_KIND);
    int64_t beds = -1;
    enum xz_rc rc;

    *place = (struct xz_place){.known = 1};
    *code = xz_arena_str(&reference->arena, xz_csv_cell(file, PLACE_CODE));
    for (size_t i = 1; kind.len > 0 && i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        place->kind = xz_str_eq(kind, xz_str_from(kinds[i])) ? (uint8_t)i : place->kind;
    }
    if (kind.len > 0 && place->kind == XZ_INSTITUTION_UNKNOWN) {
        return xz_err_config(err, file->name, file->line,
                             "kind \"" XZ_STR_FMT "\" is none of: hospital clinic village_clinic "
                             "nursing_home internet_hospital pharmacy online_pharmacy",
                             XZ_STR_ARG(kind));
    }
    place->hosp_lv = xz_arena_str(&reference->arena, xz_csv_cell(file, PLACE_HOSP_LV));
    place->admdvs = xz_arena_str(&reference->arena, xz_csv_cell(file, PLACE_ADMDVS));
    rc = degrees(file, xz_csv_cell(file, PLACE_LAT), 90.0, &place->lat_e6, err);
    rc = rc == XZ_OK ? degrees(file, xz_csv_cell(file, PLACE_LON), 180.0, &place->lon_e6, err) : rc;
    rc = rc == XZ_OK ? clock_minutes(file, xz_csv_cell(file, PLACE_OPEN), &place->open_min, err)
                     : rc;
    rc = rc == XZ_OK ? clock_minutes(file, xz_csv_cell(file, PLACE_CLOSE), &place->close_min, err)
                     : rc;
    rc = rc == XZ_OK ? xz_csv_int(file, PLACE_BEDS, 0, 1000000, &beds, err) : rc;
    place->beds = (int32_t)beds;
    reference->place_count += rc == XZ_OK;
    return rc;
}

/* ---- files ---- */

/* Text that is absent is read from the file `name`. */
static enum xz_rc load_places(struct xz_reference *reference, const char *name, struct xz_str text,
                              struct xz_err *err)
{
    struct xz_csv_file file;
    enum xz_rc rc = text.ptr == NULL
                        ? xz_csv_open(&file, name, place_columns, PLACE_COLUMNS, err)
                        : xz_csv_open_text(&file, name, text, place_columns, PLACE_COLUMNS, err);
    bool more;

    if (rc != XZ_OK) {
        return rc;
    }
    reference->places = xz_calloc(file.rows_max, sizeof(reference->places[0]));
    index_make(&reference->place_index, file.rows_max);
    while ((rc = xz_csv_row(&file, &more, err)) == XZ_OK && more) {
        struct xz_str code;
        struct slot *slot;

        rc = read_place(reference, &file, &code, err);
        if (rc != XZ_OK) {
            break;
        }
        slot = index_slot(&reference->place_index, code);
        *slot = (struct slot){code, (uint32_t)reference->place_count};
    }
    xz_csv_close(&file);
    return rc;
}

static enum xz_rc load_limits(struct xz_reference *reference, const char *name, struct xz_str text,
                              bool items, struct xz_err *err)
{
    struct xz_limits **rows = items ? &reference->items : &reference->diagnoses;
    size_t *count = items ? &reference->item_count : &reference->diagnosis_count;
    struct index *index = items ? &reference->item_index : &reference->diagnosis_index;
    struct xz_csv_file file;
    enum xz_rc rc = text.ptr == NULL ? xz_limits_open(&file, name, items, err)
                                     : xz_limits_open_text(&file, name, text, items, err);
    bool more;

    if (rc != XZ_OK) {
        return rc;
    }
    *rows = xz_calloc(file.rows_max, sizeof(**rows));
    index_make(index, file.rows_max);
    while ((rc = xz_csv_row(&file, &more, err)) == XZ_OK && more) {
        struct xz_str code;

        rc = xz_limits_read(&file, items, &reference->arena, &code, &(*rows)[*count], err);
        if (rc != XZ_OK) {
            break;
        }
        *index_slot(index, code) = (struct slot){code, (uint32_t)++ * count};
    }
    xz_csv_close(&file);
    return rc;
}

enum xz_rc xz_reference_load(const char *dir, struct xz_reference **out, struct xz_err *err)
{
    struct xz_reference *reference = xz_calloc(1, sizeof(*reference));
    char name[4096];
    enum xz_rc rc = XZ_OK;

    xz_arena_init(&reference->arena, (size_t)4 << 30);
    if (dir != NULL && dir[0] != '\0') {
        if (access(dir, R_OK | X_OK) != 0) {
            rc = xz_err_config(err, dir, 0, "is not a folder that can be read");
        }
        (void)snprintf(name, sizeof(name), "%s/institutions.csv", dir);
        if (rc == XZ_OK && access(name, F_OK) == 0) {
            rc = load_places(reference, name, XZ_STR_NONE, err);
        }
        (void)snprintf(name, sizeof(name), "%s/items.csv", dir);
        if (rc == XZ_OK && access(name, F_OK) == 0) {
            rc = load_limits(reference, name, XZ_STR_NONE, true, err);
        }
        (void)snprintf(name, sizeof(name), "%s/diagnoses.csv", dir);
        if (rc == XZ_OK && access(name, F_OK) == 0) {
            rc = load_limits(reference, name, XZ_STR_NONE, false, err);
        }
    }
    if (rc == XZ_OK) {
        *out = reference;
    } else {
        xz_reference_free(reference);
    }
    return rc;
}

enum xz_rc xz_reference_parse(struct xz_str institutions, struct xz_str items,
                              struct xz_str diagnoses, struct xz_reference **out,
                              struct xz_err *err)
{
    struct xz_reference *reference = xz_calloc(1, sizeof(*reference));
    enum xz_rc rc = XZ_OK;

    xz_arena_init(&reference->arena, (size_t)4 << 30);
    if (institutions.ptr != NULL) {
        rc = load_places(reference, "institutions.csv", institutions, err);
    }
    if (rc == XZ_OK && items.ptr != NULL) {
        rc = load_limits(reference, "items.csv", items, true, err);
    }
    if (rc == XZ_OK && diagnoses.ptr != NULL) {
        rc = load_limits(reference, "diagnoses.csv", diagnoses, false, err);
    }
    if (rc == XZ_OK) {
        *out = reference;
    } else {
        xz_reference_free(reference);
    }
    return rc;
}

void xz_reference_free(struct xz_reference *reference)
{
    if (reference == NULL) {
        return;
    }
    xz_arena_fini(&reference->arena);
    free(reference->places);
    free(reference->items);
    free(reference->diagnoses);
    free(reference->place_index.slots);
    free(reference->item_index.slots);
    free(reference->diagnosis_index.slots);
    free(reference);
}

static uint32_t look_up(const struct index *index, struct xz_str code)
{
    return index->slots == NULL || code.len == 0 ? 0 : index_slot(index, code)->at;
}

const struct xz_place *xz_reference_place(const struct xz_reference *reference, struct xz_str code)
{
    const uint32_t at = look_up(&reference->place_index, code);

    return at ? &reference->places[at - 1] : NULL;
}

const struct xz_limits *xz_reference_item(const struct xz_reference *reference, struct xz_str code)
{
    const uint32_t at = look_up(&reference->item_index, code);

    return at ? &reference->items[at - 1] : NULL;
}

const struct xz_limits *xz_reference_diagnosis(const struct xz_reference *reference,
                                               struct xz_str code)
{
    for (; code.len > 0; code.len--) {
        const uint32_t at = look_up(&reference->diagnosis_index, code);

        if (at) {
            return &reference->diagnoses[at - 1];
        }
    }
    return NULL;
}

static void enrich_line(struct xz_line *line, const struct xz_reference *reference,
                        struct xz_enrich_counts *counts)
{
    const struct xz_limits *item = xz_reference_item(reference, line->med_list_codg);

    item = item != NULL ? item : xz_reference_item(reference, line->hilist_code);
    if (item != NULL) {
        line->item = *item;
    } else if (line->med_list_codg.len > 0 || line->hilist_code.len > 0) {
        counts->items_unknown++;
    }
}

void xz_event_enrich(struct xz_event *event, const struct xz_reference *reference,
                     struct xz_enrich_counts *counts)
{
    const struct xz_place *place = xz_reference_place(reference, event->fixmedins_code);

    if (place != NULL) {
        event->place = *place;
    } else {
        counts->institutions_unknown += event->fixmedins_code.len > 0;
    }
    if (event->body != XZ_BODY_SETTLEMENT) {
        return;
    }
    if (event->settlement.dise_codg.len > 0) {
        const struct xz_limits *diagnosis =
            xz_reference_diagnosis(reference, event->settlement.dise_codg);

        if (diagnosis != NULL) {
            event->settlement.diagnosis = *diagnosis;
        } else {
            counts->diagnoses_unknown++;
        }
    }
    for (uint32_t i = 0; i < event->settlement.line_count; i++) {
        enrich_line((struct xz_line *)&event->settlement.lines[i], reference, counts);
    }
}
