/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A mapping from its YAML: everything that can be wrong is said here, before the first row. */
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "event/mapping_int.h"

struct loader {
    struct xz_mapping *mapping;
    size_t source_cap;
    struct xz_err *err;
};

static enum xz_rc fail(const struct loader *loader, const struct xz_yaml *node, const char *what)
{
    return xz_err_config(loader->err, node->file, node->line, "%s", what);
}

/* ---- one field ---- */

static enum xz_rc not_a_field(const struct loader *loader, const struct xz_yaml *node,
                              const enum xz_field_group *groups, size_t count)
{
    const char *names[192], *nearest;
    size_t found = 0;

    for (size_t i = 0; i < count; i++) {
        const struct xz_field_range *range = &xz_group_fields[groups[i]];

        for (const struct xz_field *field = range->first; field < range->end; field++) {
            if (!(field->flags & XZ_FIELD_ENRICHED) && found < sizeof(names) / sizeof(names[0])) {
                names[found++] = field->name;
            }
        }
    }
    nearest = xz_str_nearest(node->key, names, found);
    return xz_err_config(loader->err, node->file, node->line,
                         "\"" XZ_STR_FMT "\" is no field of this body or of the envelope%s%s%s",
                         XZ_STR_ARG(node->key), nearest ? "; did you mean \"" : "",
                         nearest ? nearest : "", nearest ? "\"?" : "");
}

/* A name of the body wins over one of the envelope; "envelope.channel" says which is meant. */
static enum xz_rc find_field(const struct loader *loader, const struct xz_yaml *node, bool in_line,
                             const struct xz_field **field)
{
    const enum xz_field_group groups[] = {xz_group_of_body(loader->mapping->body),
                                          XZ_GROUP_ENVELOPE, XZ_GROUP_AGNTERINFO};
    static const enum xz_field_group line_groups[] = {XZ_GROUP_LINE};
    const enum xz_field_group *from = in_line ? line_groups : groups;
    const size_t count = in_line ? 1 : loader->mapping->body == XZ_BODY_SETTLEMENT ? 3 : 2;
    const struct xz_str envelope = XZ_STR("envelope.");
    struct xz_str name = node->key;
    size_t first = 0;

    if (!in_line && xz_str_starts(name, envelope)) {
        name.ptr += envelope.len;
        name.len -= envelope.len;
        first = 1;
    }
    *field = NULL;
    for (size_t i = first; i < count && *field == NULL; i++) {
        *field = xz_field_find(from[i], name);
    }
    if (*field == NULL) {
        return not_a_field(loader, node, from, count);
    }
    if ((*field)->type == XZ_FIELD_LINES || (*field)->type == XZ_FIELD_DEBITS) {
        return fail(loader, node,
                    "a list is not mapped as one field; lines have a key of their own");
    }
    return XZ_OK;
}

static enum xz_rc read_columns(const struct loader *loader, const struct xz_yaml *map,
                               struct xz_mapping_source *source)
{
    const struct xz_yaml *one = xz_yaml_get(map, "column"), *many = xz_yaml_get(map, "columns");
    const struct xz_yaml *constant = xz_yaml_get(map, "const");

    if ((one != NULL) + (many != NULL) + (constant != NULL) != 1) {
        return fail(loader, map, "write one of: column, columns, const");
    }
    if (constant != NULL) {
        return xz_yaml_str(constant, &source->constant, loader->err);
    }
    if (many != NULL &&
        (many->type != XZ_YAML_LIST || many->count == 0 || many->count > XZ_MAPPING_JOINED_MAX)) {
        return fail(loader, many, "columns is a list of one to four names");
    }
    source->column_count = many != NULL ? many->count : 1;
    for (size_t i = 0; i < source->column_count; i++) {
        const struct xz_yaml *node = many != NULL ? &many->items[i] : one;
        struct xz_mapping_column *column = &source->columns[i];

        *column = (struct xz_mapping_column){XZ_STR_NONE, node->line, -1};
        if (xz_yaml_str(node, &column->name, loader->err) != XZ_OK) {
            return XZ_CONFIG;
        }
    }
    return XZ_OK;
}

/* "+08:00", "-05:00" or "Z". */
static enum xz_rc read_zone(const struct loader *loader, const struct xz_yaml *node,
                            int64_t *zone_ms)
{
    struct xz_str text = XZ_STR_NONE;
    char stamp[48];
    int64_t time_ms;

    *zone_ms = XZ_LOCAL_OFFSET_MS;
    if (node == NULL) {
        return XZ_OK;
    }
    if (xz_yaml_str(node, &text, loader->err) != XZ_OK) {
        return XZ_CONFIG;
    }
    (void)snprintf(stamp, sizeof(stamp), "2000-01-01T00:00:00%.8s", text.len ? text.ptr : "?");
    if (text.len > 6 || xz_time_parse(xz_str_from(stamp), &time_ms, NULL) != XZ_OK) {
        return fail(loader, node, "zone is Z or an offset like +08:00");
    }
    *zone_ms = xz_day_of_date(2000, 1, 1) * XZ_DAY_MS - time_ms;
    return XZ_OK;
}

static enum xz_rc read_format(const struct loader *loader, const struct xz_yaml *node,
                              struct xz_mapping_source *source)
{
    bool year = false, month = false, day = false;

    if (node == NULL) {
        return XZ_OK;
    }
    if (xz_yaml_str(node, &source->format, loader->err) != XZ_OK) {
        return XZ_CONFIG;
    }
    for (uint32_t i = 0; i < source->format.len; i++) {
        if (source->format.ptr[i] != '%') {
            continue;
        }
        i++;
        if (i == source->format.len || strchr("YmdHMSf%", source->format.ptr[i]) == NULL) {
            return fail(loader, node, "format knows %Y %m %d %H %M %S %f and %%");
        }
        year = year || source->format.ptr[i] == 'Y';
        month = month || source->format.ptr[i] == 'm';
        day = day || source->format.ptr[i] == 'd';
    }
    return year && month && day ? XZ_OK : fail(loader, node, "format needs %Y, %m and %d");
}

static enum xz_rc read_unit(const struct loader *loader, const struct xz_yaml *map,
                            struct xz_mapping_source *source)
{
    static const char *const units[] = {"yuan", "fen", "cent", "s", "ms"};
    static const uint8_t meaning[] = {XZ_UNIT_YUAN, XZ_UNIT_FEN, XZ_UNIT_FEN, XZ_UNIT_S,
                                      XZ_UNIT_MS};
    const struct xz_yaml *unit = xz_yaml_get(map, "unit"), *scale = xz_yaml_get(map, "scale");
    const uint8_t type = source->field->type;
    struct xz_str text = XZ_STR_NONE;
    int index = -1;

    if (xz_yaml_enum(unit, units, 5, &index, loader->err) != XZ_OK ||
        xz_yaml_str(scale, &text, loader->err) != XZ_OK) {
        return XZ_CONFIG;
    }
    source->unit = index < 0 ? XZ_UNIT_NONE : meaning[index];
    if ((source->unit == XZ_UNIT_YUAN || source->unit == XZ_UNIT_FEN) && type != XZ_FIELD_FEN) {
        return fail(loader, unit, "yuan, fen and cent are units of money");
    }
    if ((source->unit == XZ_UNIT_S || source->unit == XZ_UNIT_MS) && type != XZ_FIELD_TIME) {
        return fail(loader, unit, "s and ms are units of a time");
    }
    if (scale == NULL) {
        return XZ_OK;
    }
    if (type != XZ_FIELD_FEN && type != XZ_FIELD_E4 && type != XZ_FIELD_E6) {
        return fail(loader, scale, "only amounts, counts and prices can be scaled");
    }
    if (xz_decimal_parse(text, 6, INT64_C(1000000000000), &source->scale_e6, source->field, NULL) !=
            XZ_OK ||
        source->scale_e6 == 0) {
        return fail(loader, scale, "scale is a number other than 0 with at most six decimals");
    }
    return XZ_OK;
}

static enum xz_rc read_values(const struct loader *loader, const struct xz_yaml *node,
                              struct xz_mapping_source *source)
{
    source->values = node;
    if (node == NULL) {
        return XZ_OK;
    }
    if (node->type != XZ_YAML_MAP) {
        return fail(loader, node, "values maps what a cell says to what the field takes");
    }
    for (size_t i = 0; i < node->count; i++) {
        if (node->items[i].type != XZ_YAML_SCALAR) {
            return fail(loader, &node->items[i], "one value is wanted here");
        }
    }
    return XZ_OK;
}

static enum xz_rc check_constant(const struct loader *loader, const struct xz_yaml *map,
                                 const struct xz_mapping_source *source)
{
    struct xz_line line;
    struct xz_event event;
    struct xz_err why = {0};

    if (source->column_count > 0) {
        return XZ_OK;
    }
    if (map->count != 1) {
        return fail(loader, map, "const stands alone");
    }
    xz_line_init(&line);
    xz_event_init(&event);
    if (xz_field_set_text(source->field,
                          source->field->group == XZ_GROUP_LINE ? (void *)&line : (void *)&event,
                          source->constant, &why) != XZ_OK) {
        return fail(loader, map, why.msg);
    }
    return XZ_OK;
}

static enum xz_rc read_source(struct loader *loader, const struct xz_yaml *node, bool in_line)
{
    static const char *const keys[] = {"column", "columns", "const",  "join",  "prefix", "default",
                                       "values", "unit",    "format", "scale", "zone"};
    struct xz_mapping *mapping = loader->mapping;
    struct xz_mapping_source source = {.zone_ms = XZ_LOCAL_OFFSET_MS};
    const struct xz_yaml *format = xz_yaml_get(node, "format");
    enum xz_rc rc;

    rc = xz_yaml_only(node, keys, sizeof(keys) / sizeof(keys[0]), loader->err);
    rc = rc == XZ_OK ? find_field(loader, node, in_line, &source.field) : rc;
    rc = rc == XZ_OK ? read_columns(loader, node, &source) : rc;
    rc = rc == XZ_OK ? xz_yaml_str(xz_yaml_get(node, "join"), &source.join, loader->err) : rc;
    rc = rc == XZ_OK ? xz_yaml_str(xz_yaml_get(node, "prefix"), &source.prefix, loader->err) : rc;
    rc =
        rc == XZ_OK ? xz_yaml_str(xz_yaml_get(node, "default"), &source.fallback, loader->err) : rc;
    rc = rc == XZ_OK ? read_values(loader, xz_yaml_get(node, "values"), &source) : rc;
    rc = rc == XZ_OK ? read_unit(loader, node, &source) : rc;
    rc = rc == XZ_OK ? read_zone(loader, xz_yaml_get(node, "zone"), &source.zone_ms) : rc;
    rc = rc == XZ_OK ? read_format(loader, format, &source) : rc;
    rc = rc == XZ_OK ? check_constant(loader, node, &source) : rc;
    if (rc != XZ_OK) {
        return rc;
    }
    if (format != NULL && source.field->type != XZ_FIELD_TIME &&
        source.field->type != XZ_FIELD_DATE) {
        return fail(loader, format, "format is for times and dates");
    }
    for (size_t i = mapping->line_count > 0 ? mapping->line_end[mapping->line_count - 1] : 0;
         i < mapping->source_count; i++) {
        if (mapping->sources[i].field == source.field && source.field->type != XZ_FIELD_STRS) {
            return fail(loader, node, "the field is mapped twice");
        }
    }
    if (mapping->source_count == XZ_MAPPING_SOURCES_MAX) {
        return fail(loader, node, "too many fields");
    }
    xz_array_reserve((void **)&mapping->sources, &loader->source_cap, mapping->source_count + 1,
                     sizeof(source));
    mapping->sources[mapping->source_count++] = source;
    return XZ_OK;
}

/* ---- the document ---- */

static enum xz_rc read_fields(struct loader *loader, const struct xz_yaml *fields, bool in_line)
{
    if (fields->type != XZ_YAML_MAP || fields->count == 0) {
        return fail(loader, fields, "fields with their columns are wanted here");
    }
    for (size_t i = 0; i < fields->count; i++) {
        const enum xz_rc rc = read_source(loader, &fields->items[i], in_line);

        if (rc != XZ_OK) {
            return rc;
        }
    }
    return XZ_OK;
}

static enum xz_rc read_lines(struct loader *loader, const struct xz_yaml *lines)
{
    struct xz_mapping *mapping = loader->mapping;

    mapping->event_count = mapping->source_count;
    if (lines == NULL) {
        return XZ_OK;
    }
    if (mapping->body != XZ_BODY_SETTLEMENT) {
        return fail(loader, lines, "only a settlement has lines");
    }
    if (lines->type != XZ_YAML_LIST || lines->count > XZ_MAPPING_LINES_MAX) {
        return fail(loader, lines, "lines is a list of at most 64");
    }
    for (size_t i = 0; i < lines->count; i++) {
        const size_t first = mapping->source_count;
        enum xz_rc rc;

        mapping->line_end[i] = first;
        mapping->line_count = i + 1;
        rc = read_fields(loader, &lines->items[i], true);
        if (rc != XZ_OK) {
            return rc;
        }
        mapping->line_end[i] = mapping->source_count;
    }
    return XZ_OK;
}

static enum xz_rc check_required(const struct loader *loader, const struct xz_yaml *fields)
{
    const struct xz_mapping *mapping = loader->mapping;
    const enum xz_field_group groups[] = {XZ_GROUP_ENVELOPE, xz_group_of_body(mapping->body)};

    for (size_t g = 0; g < 2; g++) {
        const struct xz_field_range *range = &xz_group_fields[groups[g]];

        for (const struct xz_field *field = range->first; field < range->end; field++) {
            bool found = (field->flags & XZ_FIELD_REQUIRED) == 0;

            for (size_t i = 0; i < mapping->event_count && !found; i++) {
                found = mapping->sources[i].field == field;
            }
            if (!found) {
                return xz_err_config(loader->err, fields->file, fields->line,
                                     "%s is required of every event and is not mapped: name its "
                                     "column, or a const",
                                     field->name);
            }
        }
    }
    return XZ_OK;
}

static enum xz_rc read_label(const struct loader *loader, const struct xz_yaml *label)
{
    static const char *const keys[] = {"column", "positive"};
    struct xz_mapping *mapping = loader->mapping;
    const struct xz_yaml *column, *positive;
    enum xz_rc rc;

    mapping->label.at = -1;
    if (label == NULL) {
        return XZ_OK;
    }
    rc = xz_yaml_only(label, keys, 2, loader->err);
    rc = rc == XZ_OK ? xz_yaml_need(label, "column", &column, loader->err) : rc;
    rc = rc == XZ_OK ? xz_yaml_need(label, "positive", &positive, loader->err) : rc;
    rc = rc == XZ_OK ? xz_yaml_str(column, &mapping->label.name, loader->err) : rc;
    rc = rc == XZ_OK ? xz_yaml_str(positive, &mapping->positive, loader->err) : rc;
    mapping->label.line = label->line;
    return rc;
}

static enum xz_rc read_table(const struct loader *loader, const struct xz_yaml *root)
{
    struct xz_mapping *mapping = loader->mapping;
    const struct xz_yaml *separator = xz_yaml_get(root, "separator");
    struct xz_str text = XZ_STR(",");

    if (xz_yaml_str(separator, &text, loader->err) != XZ_OK) {
        return XZ_CONFIG;
    }
    if (text.len != 1 || text.ptr[0] == '"' || text.ptr[0] == '\n' || text.ptr[0] == '\r') {
        return fail(loader, separator, "separator is one letter: \",\", \";\", \"|\" or \"\\t\"");
    }
    mapping->separator = text.ptr[0];
    mapping->nulls = xz_yaml_get(root, "nulls");
    if (mapping->nulls != NULL && mapping->nulls->type != XZ_YAML_LIST) {
        return fail(loader, mapping->nulls, "nulls is a list of what a cell says when it is empty");
    }
    for (size_t i = 0; mapping->nulls != NULL && i < mapping->nulls->count; i++) {
        if (mapping->nulls->items[i].type != XZ_YAML_SCALAR) {
            return fail(loader, &mapping->nulls->items[i], "one value is wanted here");
        }
    }
    return XZ_OK;
}

static enum xz_rc read_root(struct loader *loader, const struct xz_yaml *root)
{
    static const char *const keys[] = {"body", "separator", "nulls", "fields", "lines", "label"};
    const struct xz_yaml *body, *fields = NULL;
    int index = 0;
    enum xz_rc rc;

    rc = xz_yaml_only(root, keys, sizeof(keys) / sizeof(keys[0]), loader->err);
    rc = rc == XZ_OK ? xz_yaml_need(root, "body", &body, loader->err) : rc;
    rc = rc == XZ_OK ? xz_yaml_need(root, "fields", &fields, loader->err) : rc;
    rc = rc == XZ_OK ? xz_yaml_enum(body, xz_body_names + XZ_BODY_SETTLEMENT,
                                    XZ_BODY_COUNT - XZ_BODY_SETTLEMENT, &index, loader->err)
                     : rc;
    loader->mapping->body = (uint8_t)(index + (int)XZ_BODY_SETTLEMENT);
    rc = rc == XZ_OK ? read_table(loader, root) : rc;
    rc = rc == XZ_OK ? read_fields(loader, fields, false) : rc;
    rc = rc == XZ_OK ? read_lines(loader, xz_yaml_get(root, "lines")) : rc;
    rc = rc == XZ_OK ? check_required(loader, fields) : rc;
    return rc == XZ_OK ? read_label(loader, xz_yaml_get(root, "label")) : rc;
}

static enum xz_rc take_doc(struct xz_yaml_doc *doc, struct xz_mapping **out, struct xz_err *err)
{
    struct xz_mapping *mapping = xz_calloc(1, sizeof(*mapping));
    struct loader loader = {mapping, 0, err};
    enum xz_rc rc;

    xz_fields_init();
    mapping->doc = doc;
    rc = read_root(&loader, xz_yaml_root(doc));
    if (rc == XZ_OK) {
        *out = mapping;
    } else {
        xz_mapping_free(mapping);
    }
    return rc;
}

enum xz_rc xz_mapping_load(const char *file, struct xz_mapping **mapping, struct xz_err *err)
{
    struct xz_yaml_doc *doc;
    const enum xz_rc rc = xz_yaml_load(file, &doc, err);

    return rc == XZ_OK ? take_doc(doc, mapping, err) : rc;
}

enum xz_rc xz_mapping_parse(const char *name, struct xz_str text, struct xz_mapping **mapping,
                            struct xz_err *err)
{
    struct xz_yaml_doc *doc;
    const enum xz_rc rc = xz_yaml_parse(name, text, &doc, err);

    return rc == XZ_OK ? take_doc(doc, mapping, err) : rc;
}

void xz_mapping_free(struct xz_mapping *mapping)
{
    if (mapping == NULL) {
        return;
    }
    xz_yaml_free(mapping->doc);
    free(mapping->sources);
    free(mapping);
}
