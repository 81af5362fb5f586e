/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/yaml.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <yaml.h>

#include "base/arena.h"
#include "base/mem.h"
#include "base/time.h"

#define DEPTH_MAX   32
#define NODES_MAX   100000
#define BYTES_MAX   ((size_t)4 << 20)
#define NAMES_SHOWN 8

struct xz_yaml_doc {
    struct xz_arena arena;
    const char *file;
    struct xz_yaml root;
};

struct builder {
    struct xz_yaml_doc *doc;
    yaml_parser_t parser;
    struct xz_err *err;
    int nodes;
};

static enum xz_rc fail(const struct xz_yaml *at, struct xz_err *err, const char *text)
{
    return xz_err_config(err, at->file, at->line, "%s", text);
}

static enum xz_rc parser_error(struct builder *builder)
{
    const yaml_parser_t *parser = &builder->parser;

    return xz_err_config(builder->err, builder->doc->file, (int)parser->problem_mark.line + 1,
                         "not YAML: %s%s%s", parser->problem ? parser->problem : "cannot be read",
                         parser->context ? " " : "", parser->context ? parser->context : "");
}

static enum xz_rc next_event(struct builder *builder, yaml_event_t *event)
{
    return yaml_parser_parse(&builder->parser, event) ? XZ_OK : parser_error(builder);
}

static enum xz_rc build(struct builder *builder, yaml_event_t *event, int depth,
                        struct xz_yaml *node);

static enum xz_rc add_item(struct builder *builder, yaml_event_t *event, int depth,
                           struct xz_yaml **items, size_t *count, size_t *cap, struct xz_str key)
{
    xz_array_reserve((void **)items, cap, *count + 1, sizeof(**items));
    memset(&(*items)[*count], 0, sizeof(**items));
    (*items)[*count].key = key;
    return build(builder, event, depth + 1, &(*items)[(*count)++]);
}

static enum xz_rc map_key(struct builder *builder, const yaml_event_t *event,
                          const struct xz_yaml *items, size_t count, struct xz_str *key)
{
    const int line = (int)event->start_mark.line + 1;

    if (event->type != YAML_SCALAR_EVENT) {
        return xz_err_config(builder->err, builder->doc->file, line, "a key must be a plain word");
    }
    *key =
        xz_arena_str(&builder->doc->arena, (struct xz_str){(const char *)event->data.scalar.value,
                                                           (uint32_t)event->data.scalar.length});
    for (size_t i = 0; i < count; i++) {
        if (xz_str_eq(items[i].key, *key)) {
            return xz_err_config(builder->err, builder->doc->file, line,
                                 "\"" XZ_STR_FMT "\" stands twice; it is also on line %d",
                                 XZ_STR_ARG(*key), items[i].line);
        }
    }
    return XZ_OK;
}

static enum xz_rc build_items(struct builder *builder, bool map, int depth, struct xz_yaml *node)
{
    struct xz_yaml *items = NULL;
    size_t count = 0, cap = 0;
    enum xz_rc rc;
    yaml_event_t event;

    while ((rc = next_event(builder, &event)) == XZ_OK) {
        struct xz_str key = XZ_STR_NONE;

        if (event.type == (map ? YAML_MAPPING_END_EVENT : YAML_SEQUENCE_END_EVENT)) {
            yaml_event_delete(&event);
            break;
        }
        if (map) {
            rc = map_key(builder, &event, items, count, &key);
            yaml_event_delete(&event);
            if (rc != XZ_OK || (rc = next_event(builder, &event)) != XZ_OK) {
                break;
            }
        }
        rc = add_item(builder, &event, depth, &items, &count, &cap, key);
        yaml_event_delete(&event);
        if (rc != XZ_OK) {
            break;
        }
    }
    if (rc == XZ_OK && count > 0) {
        struct xz_yaml *kept = xz_arena_alloc(&builder->doc->arena, count * sizeof(*items));

        memcpy(kept, items, count * sizeof(*items));
        node->items = kept;
        node->count = count;
    }
    free(items);
    return rc;
}

static enum xz_rc build(struct builder *builder, yaml_event_t *event, int depth,
                        struct xz_yaml *node)
{
    node->line = (int)event->start_mark.line + 1;
    node->file = builder->doc->file;
    if (depth > DEPTH_MAX || ++builder->nodes > NODES_MAX) {
        return fail(node, builder->err, "too deep or too large for a configuration file");
    }
    switch (event->type) {
    case YAML_SCALAR_EVENT:
        if (event->data.scalar.anchor != NULL || event->data.scalar.tag != NULL) {
            return fail(node, builder->err, "anchors and tags are not used here: write it out");
        }
        node->type = XZ_YAML_SCALAR;
        node->quoted = event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
        node->text = xz_arena_str(&builder->doc->arena,
                                  (struct xz_str){(const char *)event->data.scalar.value,
                                                  (uint32_t)event->data.scalar.length});
        return XZ_OK;
    case YAML_SEQUENCE_START_EVENT:
        if (event->data.sequence_start.anchor != NULL || event->data.sequence_start.tag != NULL) {
            return fail(node, builder->err, "anchors and tags are not used here: write it out");
        }
        node->type = XZ_YAML_LIST;
        return build_items(builder, false, depth, node);
    case YAML_MAPPING_START_EVENT:
        if (event->data.mapping_start.anchor != NULL || event->data.mapping_start.tag != NULL) {
            return fail(node, builder->err, "anchors and tags are not used here: write it out");
        }
        node->type = XZ_YAML_MAP;
        return build_items(builder, true, depth, node);
    default:
        return fail(node, builder->err, "aliases are not used here: write it out");
    }
}

/* Skips the stream's and the document's start; an empty document is an empty map. */
static enum xz_rc build_document(struct builder *builder)
{
    yaml_event_t event;
    enum xz_rc rc;

    builder->doc->root =
        (struct xz_yaml){.type = XZ_YAML_MAP, .line = 1, .file = builder->doc->file};
    while ((rc = next_event(builder, &event)) == XZ_OK) {
        const yaml_event_type_t type = event.type;

        if (type == YAML_STREAM_END_EVENT) {
            yaml_event_delete(&event);
            break;
        }
        if (type != YAML_STREAM_START_EVENT && type != YAML_DOCUMENT_START_EVENT &&
            type != YAML_DOCUMENT_END_EVENT) {
            if (builder->nodes > 0) {
                rc = fail(&builder->doc->root, builder->err, "one document a file");
            } else {
                rc = build(builder, &event, 0, &builder->doc->root);
            }
        }
        yaml_event_delete(&event);
        if (rc != XZ_OK) {
            break;
        }
    }
    return rc;
}

enum xz_rc xz_yaml_parse(const char *name, struct xz_str text, struct xz_yaml_doc **doc_out,
                         struct xz_err *err)
{
    struct xz_yaml_doc *doc;
    struct builder builder = {.err = err};
    enum xz_rc rc;

    if (text.len > BYTES_MAX) {
        return xz_err_config(err, name, 0, "larger than 4 MiB");
    }
    doc = xz_calloc(1, sizeof(*doc));
    xz_arena_init(&doc->arena, (size_t)256 << 20);
    doc->file = xz_arena_str(&doc->arena, xz_str_from(name)).ptr;
    builder.doc = doc;
    if (!yaml_parser_initialize(&builder.parser)) {
        rc = xz_err_set(err, XZ_RETRY, "yaml: out of memory");
        goto out;
    }
    yaml_parser_set_input_string(&builder.parser, (const unsigned char *)(text.len ? text.ptr : ""),
                                 text.len);
    rc = build_document(&builder);
    yaml_parser_delete(&builder.parser);
out:
    if (rc == XZ_OK) {
        *doc_out = doc;
    } else {
        xz_yaml_free(doc);
    }
    return rc;
}

enum xz_rc xz_yaml_load(const char *file, struct xz_yaml_doc **doc, struct xz_err *err)
{
    FILE *in = fopen(file, "rb");
    char *bytes = NULL;
    size_t len = 0;
    enum xz_rc rc;

    if (in == NULL) {
        return xz_err_config(err, file, 0, "cannot be opened: %s", strerror(errno));
    }
    bytes = xz_malloc(BYTES_MAX + 2);
    len = fread(bytes, 1, BYTES_MAX + 1, in);
    if (ferror(in)) {
        rc = xz_err_config(err, file, 0, "cannot be read: %s", strerror(errno));
    } else {
        rc = xz_yaml_parse(file, (struct xz_str){bytes, (uint32_t)len}, doc, err);
    }
    free(bytes);
    (void)fclose(in);
    return rc;
}

const struct xz_yaml *xz_yaml_root(const struct xz_yaml_doc *doc) { return &doc->root; }

void xz_yaml_free(struct xz_yaml_doc *doc)
{
    if (doc != NULL) {
        xz_arena_fini(&doc->arena);
        free(doc);
    }
}

const struct xz_yaml *xz_yaml_get(const struct xz_yaml *map, const char *key)
{
    const struct xz_str want = xz_str_from(key);

    if (map == NULL || map->type != XZ_YAML_MAP) {
        return NULL;
    }
    for (size_t i = 0; i < map->count; i++) {
        if (xz_str_eq(map->items[i].key, want)) {
            return &map->items[i];
        }
    }
    return NULL;
}

/* "a, b, c" of the names, a few of them. */
static void list_names(const char *const names[], size_t count, char *text, size_t cap)
{
    size_t len = 0;

    text[0] = '\0';
    for (size_t i = 0; i < count && len < cap; i++) {
        if (i == NAMES_SHOWN && count > NAMES_SHOWN + 2) {
            (void)snprintf(text + len, cap - len, " ..");
            return;
        }
        len += (size_t)snprintf(text + len, cap - len, "%s%s", i ? ", " : "", names[i]);
    }
}

static enum xz_rc unknown_name(const struct xz_yaml *at, struct xz_str text,
                               const char *const names[], size_t count, const char *what,
                               struct xz_err *err)
{
    const char *nearest = xz_str_nearest(text, names, count);
    char list[240];

    list_names(names, count, list, sizeof(list));
    if (nearest != NULL) {
        return xz_err_config(err, at->file, at->line,
                             "unknown %s \"" XZ_STR_FMT "\"; did you mean \"%s\"?", what,
                             XZ_STR_ARG(text), nearest);
    }
    return xz_err_config(err, at->file, at->line, "unknown %s \"" XZ_STR_FMT "\"; use one of: %s",
                         what, XZ_STR_ARG(text), list);
}

enum xz_rc xz_yaml_only(const struct xz_yaml *map, const char *const names[], size_t count,
                        struct xz_err *err)
{
    if (map->type != XZ_YAML_MAP) {
        return fail(map, err, "keys with values are wanted here");
    }
    for (size_t i = 0; i < map->count; i++) {
        bool found = false;

        for (size_t k = 0; k < count && !found; k++) {
            found = xz_str_eq(map->items[i].key, xz_str_from(names[k]));
        }
        if (!found) {
            return unknown_name(&map->items[i], map->items[i].key, names, count, "key", err);
        }
    }
    return XZ_OK;
}

static enum xz_rc scalar(const struct xz_yaml *node, struct xz_err *err)
{
    return node->type == XZ_YAML_SCALAR ? XZ_OK : fail(node, err, "one value is wanted here");
}

enum xz_rc xz_yaml_str(const struct xz_yaml *node, struct xz_str *value, struct xz_err *err)
{
    if (node == NULL) {
        return XZ_OK;
    }
    if (scalar(node, err) != XZ_OK) {
        return XZ_CONFIG;
    }
    *value = node->text;
    return XZ_OK;
}

enum xz_rc xz_yaml_int(const struct xz_yaml *node, int64_t min, int64_t max, int64_t *value,
                       struct xz_err *err)
{
    char *end = NULL;
    long long number;

    if (node == NULL) {
        return XZ_OK;
    }
    if (scalar(node, err) != XZ_OK) {
        return XZ_CONFIG;
    }
    errno = 0;
    number = strtoll(node->text.len ? node->text.ptr : "", &end, 10);
    if (node->text.len == 0 || *end != '\0' || errno != 0 || number < min || number > max) {
        return xz_err_config(err, node->file, node->line,
                             "\"" XZ_STR_FMT "\" is not a whole number from %lld to %lld",
                             XZ_STR_ARG(node->text), (long long)min, (long long)max);
    }
    *value = number;
    return XZ_OK;
}

enum xz_rc xz_yaml_double(const struct xz_yaml *node, double min, double max, double *value,
                          struct xz_err *err)
{
    char *end = NULL;
    double number;

    if (node == NULL) {
        return XZ_OK;
    }
    if (scalar(node, err) != XZ_OK) {
        return XZ_CONFIG;
    }
    number = strtod(node->text.len ? node->text.ptr : "", &end);
    if (node->text.len == 0 || *end != '\0' || !(number >= min && number <= max)) {
        return xz_err_config(err, node->file, node->line,
                             "\"" XZ_STR_FMT "\" is not a number from %g to %g",
                             XZ_STR_ARG(node->text), min, max);
    }
    *value = number;
    return XZ_OK;
}

enum xz_rc xz_yaml_bool(const struct xz_yaml *node, bool *value, struct xz_err *err)
{
    if (node == NULL) {
        return XZ_OK;
    }
    if (scalar(node, err) != XZ_OK) {
        return XZ_CONFIG;
    }
    if (!xz_str_eq(node->text, XZ_STR("true")) && !xz_str_eq(node->text, XZ_STR("false"))) {
        return xz_err_config(err, node->file, node->line, "\"" XZ_STR_FMT "\" is not true or false",
                             XZ_STR_ARG(node->text));
    }
    *value = xz_str_eq(node->text, XZ_STR("true"));
    return XZ_OK;
}

enum xz_rc xz_yaml_duration(const struct xz_yaml *node, int64_t *value_ms, struct xz_err *err)
{
    struct xz_err why;

    if (node == NULL) {
        return XZ_OK;
    }
    if (scalar(node, err) != XZ_OK) {
        return XZ_CONFIG;
    }
    if (xz_duration_parse(node->text, value_ms, &why) != XZ_OK) {
        return xz_err_config(err, node->file, node->line, "%s", why.msg);
    }
    return XZ_OK;
}

enum xz_rc xz_yaml_enum(const struct xz_yaml *node, const char *const names[], size_t count,
                        int *index, struct xz_err *err)
{
    if (node == NULL) {
        return XZ_OK;
    }
    if (scalar(node, err) != XZ_OK) {
        return XZ_CONFIG;
    }
    for (size_t i = 0; i < count; i++) {
        if (xz_str_eq(node->text, xz_str_from(names[i]))) {
            *index = (int)i;
            return XZ_OK;
        }
    }
    return unknown_name(node, node->text, names, count, "word", err);
}

enum xz_rc xz_yaml_need(const struct xz_yaml *map, const char *key, const struct xz_yaml **node,
                        struct xz_err *err)
{
    *node = xz_yaml_get(map, key);
    return *node != NULL ? XZ_OK
                         : xz_err_config(err, map->file, map->line, "%s is required here", key);
}
