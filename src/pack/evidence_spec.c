/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The `evidence` list of a pattern, checked against what the engine says of its kinds. */
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/time.h"
#include "pack/pack_int.h"

#define OWN_KEYS 4
#define KEYS_MAX 32
static const char *const own_keys[OWN_KEYS] = {"measure", "window", "baseline", "independent"};

/* "distinct(institution)" into its name and argument; the argument is absent without brackets. */
static bool split_measure(struct xz_str measure, struct xz_str *name, struct xz_str *argument)
{
    const char *open = measure.len > 0 ? memchr(measure.ptr, '(', measure.len) : NULL;

    *name = measure;
    *argument = XZ_STR_NONE;
    if (open == NULL) {
        return measure.len > 0;
    }
    name->len = (uint32_t)(open - measure.ptr);
    *argument = (struct xz_str){open + 1, measure.len - name->len - 1};
    if (argument->len < 2 || argument->ptr[argument->len - 1] != ')') {
        return false;
    }
    argument->len--;
    return name->len > 0;
}

static const struct xz_evidence_schema *find_kind(struct xz_loader *loader,
                                                  const struct xz_yaml *node, struct xz_str name)
{
    const struct xz_pack_schema *schema = loader->schema;
    const char **names = xz_malloc((schema->kind_count + 1) * sizeof(*names));
    const struct xz_evidence_schema *found = NULL;
    struct xz_buf list = {NULL, 0, 0};

    for (size_t i = 0; i < schema->kind_count; i++) {
        names[i] = schema->kinds[i]->name;
        xz_buf_printf(&list, "%s%s", i ? ", " : "", names[i]);
        if (xz_str_eq(name, xz_str_from(names[i]))) {
            found = schema->kinds[i];
        }
    }
    xz_buf_u8(&list, '\0');
    if (found == NULL) {
        const char *nearest = xz_str_nearest(name, names, schema->kind_count);

        xz_mistake_at(loader->mistakes, node->file, node->line,
                      "there is no measure \"" XZ_STR_FMT "\"; %s%.300s", XZ_STR_ARG(name),
                      nearest != NULL ? "did you mean " : "use one of: ",
                      nearest != NULL ? nearest : (const char *)list.data);
    }
    xz_buf_fini(&list);
    free(names);
    return found;
}

static void check_argument(struct xz_loader *loader, const struct xz_yaml *node,
                           const struct xz_evidence_schema *kind, struct xz_str argument)
{
    struct xz_buf list = {NULL, 0, 0};
    bool found = false;

    if (kind->arguments == NULL) {
        if (argument.len > 0) {
            xz_mistake_at(loader->mistakes, node->file, node->line,
                          "%s takes nothing in brackets; write measure: %s", kind->name,
                          kind->name);
        }
        return;
    }
    for (size_t i = 0; kind->arguments[i] != NULL; i++) {
        found = found || xz_str_eq(argument, xz_str_from(kind->arguments[i]));
        xz_buf_printf(&list, "%s%s(%s)", i ? ", " : "", kind->name, kind->arguments[i]);
    }
    xz_buf_u8(&list, '\0');
    if (!found) {
        xz_mistake_at(loader->mistakes, node->file, node->line, "write one of: %.300s",
                      (const char *)list.data);
    }
    xz_buf_fini(&list);
}

static void check_subject(struct xz_loader *loader, const struct xz_yaml *node,
                          const struct xz_evidence_schema *kind, enum xz_subject subject)
{
    struct xz_buf list = {NULL, 0, 0};

    if ((kind->subjects & 1u << subject) != 0) {
        return;
    }
    for (int i = 0; i < XZ_SUBJECT_COUNT; i++) {
        if ((kind->subjects & 1u << i) != 0) {
            xz_buf_printf(&list, "%s%s", list.len ? ", " : "", xz_subject_names[i]);
        }
    }
    xz_buf_u8(&list, '\0');
    xz_mistake_at(loader->mistakes, node->file, node->line,
                  "%s says nothing of subject %s; it is for: %s", kind->name,
                  xz_subject_names[subject], (const char *)list.data);
    xz_buf_fini(&list);
}

static void read_window(struct xz_loader *loader, const struct xz_yaml *node,
                        struct xz_evidence_spec *spec)
{
    int64_t window_ms = 0;
    struct xz_err err;

    if (node == NULL) {
        return;
    }
    if (node->type == XZ_YAML_SCALAR && xz_str_eq(node->text, XZ_STR("month"))) {
        spec->window_ms = XZ_WINDOW_MONTH;
        window_ms = 31 * XZ_DAY_MS;
    } else if (!xz_loader_ok(loader, xz_yaml_duration(node, &window_ms, &err), &err)) {
        return;
    } else if (window_ms <= 0) {
        xz_mistake_at(loader->mistakes, node->file, node->line,
                      "a window is longer than nothing; leave it out for the measure's own");
        return;
    } else {
        spec->window_ms = window_ms;
    }
    if (window_ms > loader->pack->horizon_ms) {
        xz_mistake_at(loader->mistakes, node->file, node->line,
                      "the window is longer than the history: shorten it, or raise horizon in "
                      "pack.yaml");
    }
    if (spec->kind->whole_days && window_ms % XZ_DAY_MS != 0) {
        xz_mistake_at(loader->mistakes, node->file, node->line,
                      "%s looks at whole days; write 1d, 7d, month ..", spec->kind->name);
    }
}

static void read_by(struct xz_loader *loader, const struct xz_yaml *by,
                    struct xz_evidence_spec *spec)
{
    if (by == NULL) {
        return;
    }
    if (by->type != XZ_YAML_LIST || by->count > XZ_SEGMENT_DIMS_MAX) {
        xz_mistake_at(loader->mistakes, by->file, by->line,
                      "by is a list of at most %d dimensions, as in [age_band, region]",
                      XZ_SEGMENT_DIMS_MAX);
        return;
    }
    for (size_t i = 0; i < by->count; i++) {
        struct xz_err err;
        int dim = 0;

        if (!xz_loader_ok(loader,
                          xz_yaml_enum(&by->items[i], xz_segment_dims, XZ_DIM_COUNT, &dim, &err),
                          &err)) {
            continue;
        }
        for (int k = 0; k < spec->by_count; k++) {
            if (spec->by[k] == dim) {
                xz_mistake_at(loader->mistakes, by->items[i].file, by->items[i].line,
                              "%s stands twice", xz_segment_dims[dim]);
            }
        }
        spec->by[spec->by_count++] = (uint8_t)dim;
    }
}

static void read_baseline(struct xz_loader *loader, const struct xz_yaml *evidence,
                          struct xz_evidence_spec *spec)
{
    static const char *const keys[] = {"family", "by"};
    const struct xz_yaml *node = xz_yaml_get(evidence, "baseline");
    const struct xz_yaml *family_node;
    struct xz_buf list = {NULL, 0, 0};
    struct xz_err err;
    int family = XZ_FAMILY_NONE;

    if (node != NULL && node->type != XZ_YAML_MAP) {
        xz_mistake_at(loader->mistakes, node->file, node->line,
                      "write baseline: {family: polya, by: [age_band, region]}");
        return;
    }
    if (node != NULL) {
        xz_loader_keys(loader, node, keys, 2);
        read_by(loader, xz_yaml_get(node, "by"), spec);
        family_node = xz_loader_need(loader, node, "family");
        if (family_node == NULL || !xz_loader_ok(loader,
                                                 xz_yaml_enum(family_node, xz_family_names,
                                                              XZ_FAMILY_BETA + 1, &family, &err),
                                                 &err)) {
            return;
        }
    }
    spec->family = (enum xz_family)family;
    if ((spec->kind->families & 1u << family) != 0) {
        return;
    }
    for (int i = 0; i <= XZ_FAMILY_BETA; i++) {
        if ((spec->kind->families & 1u << i) != 0) {
            xz_buf_printf(&list, "%s%s", list.len ? ", " : "", xz_family_names[i]);
        }
    }
    xz_buf_u8(&list, '\0');
    xz_mistake_at(loader->mistakes, node != NULL ? node->file : evidence->file,
                  node != NULL ? node->line : evidence->line,
                  node != NULL ? "%s has no baseline of family %s; write family: %s"
                               : "%s needs a baseline, not %s; write baseline: {family: %s}",
                  spec->kind->name, xz_family_names[family], (const char *)list.data);
    xz_buf_fini(&list);
}

static void check_keys(struct xz_loader *loader, const struct xz_yaml *node,
                       const struct xz_evidence_schema *kind)
{
    const char *keys[KEYS_MAX];
    size_t count = OWN_KEYS;

    memcpy(keys, own_keys, sizeof(own_keys));
    for (size_t i = 0; kind->params != NULL && kind->params[i] != NULL && count < KEYS_MAX; i++) {
        keys[count++] = kind->params[i];
    }
    xz_loader_keys(loader, node, keys, count);
}

/* "T02.distinct(institution).7d" */
static void name_key(struct xz_loader *loader, const struct xz_yaml *node,
                     const struct xz_pattern *pattern, struct xz_evidence_spec *spec)
{
    const struct xz_yaml *window = xz_yaml_get(node, "window");
    struct xz_pack *pack = loader->pack;
    struct xz_buf key = {NULL, 0, 0};

    xz_buf_printf(&key, "%s.%s", pattern->id, spec->measure);
    if (window != NULL && window->type == XZ_YAML_SCALAR) {
        xz_buf_printf(&key, "." XZ_STR_FMT, XZ_STR_ARG(window->text));
    }
    spec->key = xz_loader_keep(loader, xz_buf_view(&key));
    xz_buf_fini(&key);
    if (xz_map_put(&pack->spec_keys, xz_str_from(spec->key), (uint32_t)pack->spec_count) !=
        pack->spec_count) {
        xz_mistake_at(loader->mistakes, node->file, node->line, "%s stands twice", spec->key);
    }
}

static void load_one(struct xz_loader *loader, const struct xz_yaml *node,
                     const struct xz_pattern *pattern)
{
    struct xz_evidence_spec spec = {.window_ms = 0, .pack = loader->pack};
    struct xz_pack *pack = loader->pack;
    const struct xz_yaml *measure;
    struct xz_str text = XZ_STR_NONE, name, argument;
    struct xz_err err;

    if (node->type != XZ_YAML_MAP) {
        xz_mistake_at(loader->mistakes, node->file, node->line,
                      "write {measure: .., window: 1d, baseline: {..}}");
        return;
    }
    measure = xz_loader_need(loader, node, "measure");
    if (measure == NULL || !xz_loader_ok(loader, xz_yaml_str(measure, &text, &err), &err)) {
        return;
    }
    if (!split_measure(text, &name, &argument)) {
        xz_mistake_at(loader->mistakes, measure->file, measure->line,
                      "\"" XZ_STR_FMT "\" is no measure; write a name, or name(argument)",
                      XZ_STR_ARG(text));
        return;
    }
    spec.kind = find_kind(loader, measure, name);
    if (spec.kind == NULL) {
        return;
    }
    spec.measure = xz_loader_keep(loader, text);
    check_keys(loader, node, spec.kind);
    check_argument(loader, measure, spec.kind, argument);
    check_subject(loader, measure, spec.kind, pattern->subject);
    read_window(loader, xz_yaml_get(node, "window"), &spec);
    read_baseline(loader, node, &spec);
    (void)xz_loader_ok(
        loader, xz_yaml_bool(xz_yaml_get(node, "independent"), &spec.independent, &err), &err);
    if (spec.kind->configure != NULL) {
        (void)xz_loader_ok(loader, spec.kind->configure(node, &spec.conf, &err), &err);
    }
    name_key(loader, node, pattern, &spec);
    xz_array_reserve((void **)&pack->specs, &pack->spec_cap, pack->spec_count + 1,
                     sizeof(*pack->specs));
    pack->specs[pack->spec_count++] = spec;
}

void xz_load_evidence(struct xz_loader *loader, const struct xz_yaml *list,
                      const struct xz_pattern *pattern)
{
    if (list->type != XZ_YAML_LIST || list->count == 0 || list->count > XZ_EVIDENCE_MAX) {
        xz_mistake_at(loader->mistakes, list->file, list->line,
                      "evidence is a list of 1 to %d, each begins with \"- measure:\"",
                      XZ_EVIDENCE_MAX);
        return;
    }
    for (size_t i = 0; i < list->count; i++) {
        load_one(loader, &list->items[i], pattern);
    }
}
