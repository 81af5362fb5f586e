/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rows of a mapped table to checked events. */
#include "event/mapping.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "event/decode_int.h"
#include "event/mapping_int.h"

struct row {
    const struct xz_mapping *mapping;
    const struct xz_csv_row *cells;
    struct xz_arena *arena;
    struct xz_err *err;
};

/* ---- columns ---- */

static enum xz_rc bind(struct xz_mapping_column *column, const struct xz_mapping *mapping,
                       const struct xz_csv_row *header, struct xz_err *err)
{
    const char *names[XZ_CSV_CELLS_MAX], *nearest;
    char copies[XZ_CSV_CELLS_MAX][48];

    column->at = -1;
    for (size_t i = 0; i < header->count; i++) {
        if (xz_str_eq(header->cells[i], column->name)) {
            if (column->at >= 0) {
                return xz_err_config(err, xz_yaml_root(mapping->doc)->file, column->line,
                                     "column \"" XZ_STR_FMT "\" stands twice in the header",
                                     XZ_STR_ARG(column->name));
            }
            column->at = (int)i;
        }
    }
    if (column->at >= 0) {
        return XZ_OK;
    }
    for (size_t i = 0; i < header->count; i++) {
        (void)snprintf(copies[i], sizeof(copies[i]), XZ_STR_FMT, XZ_STR_ARG(header->cells[i]));
        names[i] = copies[i];
    }
    nearest = xz_str_nearest(column->name, names, header->count);
    return xz_err_config(err, xz_yaml_root(mapping->doc)->file, column->line,
                         "the table has no column \"" XZ_STR_FMT "\"%s%s%s",
                         XZ_STR_ARG(column->name), nearest ? "; did you mean \"" : "",
                         nearest ? nearest : "", nearest ? "\"?" : "");
}

enum xz_rc xz_mapping_header(struct xz_mapping *mapping, struct xz_str header_row,
                             struct xz_err *err)
{
    struct xz_csv_row header;
    struct xz_arena arena;
    enum xz_rc rc;

    mapping->width = 0;
    xz_arena_init(&arena, (size_t)1 << 20);
    if (xz_str_starts(header_row, XZ_STR("\xef\xbb\xbf"))) {
        header_row.ptr += 3;
        header_row.len -= 3;
    }
    rc = xz_csv_split(header_row, mapping->separator, &arena, &header, NULL);
    if (rc != XZ_OK) {
        rc = xz_err_config(err, xz_yaml_root(mapping->doc)->file, 0,
                           "the table's first row is no header of separated values");
        goto out;
    }
    for (size_t i = 0; i < mapping->source_count && rc == XZ_OK; i++) {
        struct xz_mapping_source *source = &mapping->sources[i];

        for (size_t k = 0; k < source->column_count && rc == XZ_OK; k++) {
            rc = bind(&source->columns[k], mapping, &header, err);
        }
    }
    if (rc == XZ_OK && mapping->label.name.len > 0) {
        rc = bind(&mapping->label, mapping, &header, err);
    }
    mapping->width = rc == XZ_OK ? header.count : 0;
out:
    xz_arena_fini(&arena);
    return rc;
}

/* ---- cells ---- */

static struct xz_str cell_at(const struct row *row, int at)
{
    struct xz_str cell = XZ_STR_NONE;

    if (at >= 0 && (size_t)at < row->cells->count) {
        cell = row->cells->cells[at];
    }
    while (cell.len > 0 && cell.ptr[0] == ' ') {
        cell.ptr++;
        cell.len--;
    }
    while (cell.len > 0 && cell.ptr[cell.len - 1] == ' ') {
        cell.len--;
    }
    for (size_t i = 0; row->mapping->nulls != NULL && i < row->mapping->nulls->count; i++) {
        if (xz_str_eq(cell, row->mapping->nulls->items[i].text)) {
            return XZ_STR_NONE;
        }
    }
    return cell.len > 0 ? cell : XZ_STR_NONE;
}

/* Prefix and the cells with the join between them, in the arena when there is more than one part.
 * Absent when any of the cells is: half of a composed id would be another's. */
static enum xz_rc gather(const struct row *row, const struct xz_mapping_source *source,
                         struct xz_str *text)
{
    struct xz_str cells[XZ_MAPPING_JOINED_MAX];
    size_t len = source->prefix.len;
    char *at;

    *text = XZ_STR_NONE;
    for (size_t i = 0; i < source->column_count; i++) {
        cells[i] = cell_at(row, source->columns[i].at);
        if (cells[i].len == 0) {
            return XZ_OK;
        }
        len += cells[i].len + (i > 0 ? source->join.len : 0);
    }
    for (size_t i = 0; source->values != NULL && i < source->values->count; i++) {
        if (source->column_count == 1 && xz_str_eq(cells[0], source->values->items[i].key)) {
            *text = source->values->items[i].text;
            return XZ_OK;
        }
    }
    if (source->column_count == 1 && source->prefix.len == 0) {
        *text = cells[0];
        return XZ_OK;
    }
    at = xz_arena_alloc(row->arena, len + 1);
    if (at == NULL) {
        return xz_decode_full(row->err);
    }
    *text = (struct xz_str){at, (uint32_t)len};
    memcpy(at, source->prefix.ptr != NULL ? source->prefix.ptr : "", source->prefix.len);
    at += source->prefix.len;
    for (size_t i = 0; i < source->column_count; i++) {
        if (i > 0 && source->join.len > 0) {
            memcpy(at, source->join.ptr, source->join.len);
            at += source->join.len;
        }
        memcpy(at, cells[i].ptr, cells[i].len);
        at += cells[i].len;
    }
    *at = '\0';
    return XZ_OK;
}

/* ---- times ---- */

struct clock {
    int year, month, day, hour, minute, second, ms;
};

static bool number_at(struct xz_str text, uint32_t *at, uint32_t digits, int *value)
{
    const uint32_t first = *at;

    *value = 0;
    while (*at < text.len && *at - first < digits && text.ptr[*at] >= '0' && text.ptr[*at] <= '9') {
        *value = *value * 10 + (text.ptr[(*at)++] - '0');
    }
    return *at > first;
}

static bool fraction_at(struct xz_str text, uint32_t *at, int *ms)
{
    const uint32_t first = *at;

    *ms = 0;
    for (int unit = 100; *at < text.len && text.ptr[*at] >= '0' && text.ptr[*at] <= '9'; (*at)++) {
        *ms += (text.ptr[*at] - '0') * unit;
        unit /= 10;
    }
    return *at > first && *at - first <= 9;
}

static bool scan_clock(struct xz_str text, struct xz_str format, struct clock *clock)
{
    uint32_t at = 0;

    *clock = (struct clock){0};
    for (uint32_t i = 0; i < format.len; i++) {
        bool good;

        if (format.ptr[i] != '%' || format.ptr[i + 1] == '%') {
            i += format.ptr[i] == '%';
            if (at == text.len || text.ptr[at++] != format.ptr[i]) {
                return false;
            }
            continue;
        }
        switch (format.ptr[++i]) {
        case 'Y':
            good = number_at(text, &at, 4, &clock->year);
            break;
        case 'm':
            good = number_at(text, &at, 2, &clock->month);
            break;
        case 'd':
            good = number_at(text, &at, 2, &clock->day);
            break;
        case 'H':
            good = number_at(text, &at, 2, &clock->hour);
            break;
        case 'M':
            good = number_at(text, &at, 2, &clock->minute);
            break;
        case 'S':
            good = number_at(text, &at, 2, &clock->second);
            break;
        default:
            good = fraction_at(text, &at, &clock->ms);
            break;
        }
        if (!good) {
            return false;
        }
    }
    return at == text.len;
}

/* By the mapping's format to the form that every sender may use, whose reader knows which dates
 * exist. */
static enum xz_rc set_formatted(const struct row *row, const struct xz_mapping_source *source,
                                void *base, struct xz_str text)
{
    const bool date = source->field->type == XZ_FIELD_DATE;
    const int64_t zone_min = source->zone_ms / XZ_MINUTE_MS;
    struct clock clock;
    char stamp[96];

    if (!scan_clock(text, source->format, &clock)) {
        return xz_err_reject(row->err, date ? "bad_date" : "bad_time", source->field->name,
                             "\"" XZ_STR_FMT "\" is not written as " XZ_STR_FMT,
                             (int)(text.len > 40 ? 40 : text.len), text.ptr,
                             XZ_STR_ARG(source->format));
    }
    if (date) {
        (void)snprintf(stamp, sizeof(stamp), "%04d-%02d-%02d", clock.year, clock.month, clock.day);
    } else {
        (void)snprintf(stamp, sizeof(stamp), "%04d-%02d-%02dT%02d:%02d:%02d.%03d%c%02d:%02d",
                       clock.year, clock.month, clock.day, clock.hour, clock.minute, clock.second,
                       clock.ms, zone_min < 0 ? '-' : '+', (int)(llabs(zone_min) / 60),
                       (int)(llabs(zone_min) % 60));
    }
    return xz_field_set_text(source->field, base, xz_str_from(stamp), row->err);
}

/* ---- numbers ---- */

static enum xz_rc set_number(void *base, const struct xz_field *field, int64_t number)
{
    memcpy((unsigned char *)base + field->offset, &number, sizeof(number));
    return XZ_OK;
}

/* "85.64999999999999", as programs print a double: digits past the sixth decimal are cut off. They
 * never decide how hundredths round. Anything but digits there is left for the parser to refuse. */
static struct xz_str six_decimals(struct xz_str text)
{
    const char *point = memchr(text.ptr, '.', text.len);
    const uint32_t keep = point != NULL ? (uint32_t)(point - text.ptr) + 7 : text.len;

    for (uint32_t i = keep; i < text.len; i++) {
        if (text.ptr[i] < '0' || text.ptr[i] > '9') {
            return text;
        }
    }
    return text.len > keep ? (struct xz_str){text.ptr, keep} : text;
}

/* number * scale, rounded half away from zero: a scaled amount is a conversion, never exact. */
static enum xz_rc set_scaled(const struct row *row, const struct xz_mapping_source *source,
                             void *base, struct xz_str text)
{
    const struct xz_field *field = source->field;
    const int decimals = field->type == XZ_FIELD_E6    ? 6
                         : field->type == XZ_FIELD_E4  ? 4
                         : source->unit == XZ_UNIT_FEN ? 0
                                                       : 2;
    const int64_t max = field->type == XZ_FIELD_FEN ? XZ_MONEY_MAX_FEN : INT64_C(1) << 52;
    int64_t number_e6 = 0;
    __int128 unit = XZ_MAPPING_SCALE_ONE, product;
    enum xz_rc rc;

    rc = xz_decimal_parse(six_decimals(text), 6, INT64_C(1) << 60, &number_e6, field, row->err);
    if (rc != XZ_OK) {
        return rc;
    }
    for (int i = decimals; i < 6; i++) {
        unit *= 10;
    }
    product = (__int128)number_e6 * source->scale_e6;
    product = (product + (product < 0 ? -unit / 2 : unit / 2)) / unit;
    if (product > max || product < -(__int128)max) {
        return xz_err_reject(row->err, field->type == XZ_FIELD_FEN ? "bad_money" : "bad_value",
                             field->name, "%s does not fit once it is scaled", field->name);
    }
    return set_number(base, field, (int64_t)product);
}

static enum xz_rc set_unit(const struct row *row, const struct xz_mapping_source *source,
                           void *base, struct xz_str text)
{
    int64_t number = 0;
    enum xz_rc rc;

    if (source->unit == XZ_UNIT_FEN) {
        rc = xz_decimal_parse(text, 0, XZ_MONEY_MAX_FEN, &number, source->field, row->err);
        return rc == XZ_OK ? set_number(base, source->field, number) : rc;
    }
    rc = xz_decimal_parse(text, source->unit == XZ_UNIT_S ? 3 : 0, INT64_C(1) << 52, &number,
                          source->field, row->err);
    if (rc == XZ_OK) { /* the reader of times knows their bounds */
        char stamp[32];

        (void)snprintf(stamp, sizeof(stamp), "%" PRId64, number);
        rc = xz_field_set_text(source->field, base, xz_str_from(stamp), row->err);
    }
    return rc;
}

/* ---- fields ---- */

static enum xz_rc set_code(const struct row *row, const struct xz_field *field, void *base,
                           struct xz_str text)
{
    struct xz_str *code = xz_arena_alloc(row->arena, sizeof(*code));
    struct xz_line *line = base;

    if (code == NULL) {
        return xz_decode_full(row->err);
    }
    if (text.len > XZ_ID_MAX) {
        return xz_err_reject(row->err, "too_long", field->name,
                             "a code has %u bytes, at most %d are kept", text.len, XZ_ID_MAX);
    }
    *code = text;
    line->drug_trac_codg = code;
    line->drug_trac_count = 1;
    return XZ_OK;
}

static enum xz_rc set_source(const struct row *row, const struct xz_mapping_source *source,
                             void *base, bool *any)
{
    struct xz_str text = source->constant;
    enum xz_rc rc = source->column_count > 0 ? gather(row, source, &text) : XZ_OK;
    bool known = text.len > 0;

    if (rc == XZ_OK && !known) {
        text = source->fallback;
    }
    if (rc != XZ_OK || text.len == 0) {
        return rc;
    }
    *any = *any || (known && source->column_count > 0);
    if (source->field->type == XZ_FIELD_STRS) {
        return set_code(row, source->field, base, text);
    }
    if (source->scale_e6 != 0) {
        return set_scaled(row, source, base, text);
    }
    if (source->unit == XZ_UNIT_FEN || source->unit == XZ_UNIT_S) {
        return set_unit(row, source, base, text);
    }
    return source->format.len > 0 ? set_formatted(row, source, base, text)
                                  : xz_field_set_text(source->field, base, text, row->err);
}

/* A line is there when one of its mapped cells is. */
static enum xz_rc set_lines(const struct row *row, struct xz_settlement *settlement)
{
    const struct xz_mapping *mapping = row->mapping;
    struct xz_line *lines;
    size_t at = mapping->event_count;

    if (mapping->line_count == 0) {
        return XZ_OK;
    }
    lines = xz_arena_alloc(row->arena, mapping->line_count * sizeof(*lines));
    if (lines == NULL) {
        return xz_decode_full(row->err);
    }
    settlement->lines = lines;
    for (size_t i = 0; i < mapping->line_count; i++) {
        bool any = false;

        xz_line_init(&lines[settlement->line_count]);
        for (; at < mapping->line_end[i]; at++) {
            const enum xz_rc rc =
                set_source(row, &mapping->sources[at], &lines[settlement->line_count], &any);

            if (rc != XZ_OK) {
                return xz_path_inside(rc, row->err, "lines", (int)i);
            }
        }
        settlement->line_count += any;
    }
    return XZ_OK;
}

static enum xz_rc set_event(const struct row *row, struct xz_event *event)
{
    const struct xz_mapping *mapping = row->mapping;
    const char *body = xz_body_names[mapping->body];
    enum xz_rc rc;

    xz_event_init(event);
    xz_event_set_body(event, (enum xz_body)mapping->body);
    for (size_t i = 0; i < mapping->event_count; i++) {
        const struct xz_mapping_source *source = &mapping->sources[i];
        bool any = false;

        rc = set_source(row, source, event, &any);
        if (rc != XZ_OK) {
            return source->field->group == XZ_GROUP_ENVELOPE
                       ? rc
                       : xz_path_inside(rc, row->err, body, -1);
        }
        if (source->field->group == XZ_GROUP_AGNTERINFO && (any || source->column_count == 0)) {
            event->settlement.agnter_present = true;
        }
    }
    rc = set_lines(row, &event->settlement);
    return rc == XZ_OK ? XZ_OK : xz_path_inside(rc, row->err, body, -1);
}

enum xz_rc xz_mapping_event(const struct xz_mapping *mapping, struct xz_str row_text,
                            const struct xz_decode_limits *limits, struct xz_arena *arena,
                            struct xz_event *event, struct xz_str *label, struct xz_err *err)
{
    struct xz_csv_row cells;
    const struct row row = {mapping, &cells, arena, err};
    struct xz_event decoded;
    enum xz_rc rc;

    assert(mapping->width > 0);
    if (row_text.len > limits->event_bytes_max) {
        return xz_err_reject(err, "too_large", "", "%u bytes, at most %zu are read", row_text.len,
                             limits->event_bytes_max);
    }
    if (!xz_utf8_valid(row_text)) {
        return xz_err_reject(err, "bad_utf8", "", "the row is not UTF-8");
    }
    if (row_text.len > 0 && memchr(row_text.ptr, 0, row_text.len) != NULL) {
        return xz_err_reject(err, "malformed", "", "the row holds a NUL");
    }
    rc = xz_csv_split(row_text, mapping->separator, arena, &cells, err);
    if (rc == XZ_OK && cells.count != mapping->width) {
        rc = xz_err_reject(err, "malformed", "", "the row has %zu cells, the header %zu",
                           cells.count, mapping->width);
    }
    rc = rc == XZ_OK ? set_event(&row, &decoded) : rc;
    rc = rc == XZ_OK ? xz_event_check(&decoded, limits, err) : rc;
    if (rc == XZ_OK) {
        *event = decoded;
        *label = cell_at(&row, mapping->label.at);
    }
    return rc;
}

bool xz_mapping_label_positive(const struct xz_mapping *mapping, struct xz_str label)
{
    return mapping->positive.len > 0 && xz_str_eq(label, mapping->positive);
}
