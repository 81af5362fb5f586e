/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Collecting mistakes, and the readers that every part of the loader uses. */
#include <stdarg.h>
#include <stdio.h>

#include "base/mem.h"
#include "pack/pack_int.h"

void xz_mistake(struct xz_mistakes *mistakes, const struct xz_err *err)
{
    mistakes->count++;
    if (mistakes->count == 1) {
        if (mistakes->err != NULL) {
            *mistakes->err = *err;
            mistakes->err->rc = XZ_CONFIG;
        }
    } else if (mistakes->report != NULL && mistakes->count <= XZ_MISTAKES_MAX) {
        mistakes->report(mistakes->arg, err);
    }
}

void xz_mistake_at(struct xz_mistakes *mistakes, const char *file, int line, const char *format,
                   ...)
{
    struct xz_err err;
    char msg[sizeof(err.msg)];
    va_list args;

    va_start(args, format);
    (void)vsnprintf(msg, sizeof(msg), format, args);
    va_end(args);
    (void)xz_err_config(&err, file, line, "%s", msg);
    xz_mistake(mistakes, &err);
}

bool xz_loader_ok(struct xz_loader *loader, enum xz_rc rc, const struct xz_err *err)
{
    if (rc != XZ_OK) {
        xz_mistake(loader->mistakes, err);
    }
    return rc == XZ_OK;
}

void xz_loader_keys(struct xz_loader *loader, const struct xz_yaml *map, const char *const names[],
                    size_t count)
{
    for (size_t i = 0; i < map->count; i++) {
        struct xz_yaml one = *map; /* one member at a time: each is told */
        struct xz_err err;

        one.items = &map->items[i];
        one.count = 1;
        (void)xz_loader_ok(loader, xz_yaml_only(&one, names, count, &err), &err);
    }
}

const struct xz_yaml *xz_loader_need(struct xz_loader *loader, const struct xz_yaml *map,
                                     const char *key)
{
    const struct xz_yaml *node = NULL;
    struct xz_err err;

    return xz_loader_ok(loader, xz_yaml_need(map, key, &node, &err), &err) ? node : NULL;
}

struct xz_yaml_doc *xz_loader_yaml(struct xz_loader *loader, const struct xz_pack_file *file)
{
    struct xz_yaml_doc *doc = NULL;
    struct xz_err err;

    if (!xz_loader_ok(loader, xz_yaml_parse(file->shown, file->bytes, &doc, &err), &err)) {
        return NULL;
    }
    if (xz_yaml_root(doc)->type != XZ_YAML_MAP) {
        xz_mistake_at(loader->mistakes, file->shown, xz_yaml_root(doc)->line,
                      "keys with values are wanted here, as in `name: value`");
        xz_yaml_free(doc);
        return NULL;
    }
    return doc;
}

void xz_loader_columns(struct xz_loader *loader, const struct xz_csv_file *csv,
                       const char *const columns[], size_t count)
{
    for (size_t i = 0; i < csv->row.count; i++) {
        const struct xz_str cell = csv->row.cells[i];
        const char *nearest;
        bool known = false;

        for (size_t k = 0; k < count && !known; k++) {
            known = xz_str_eq(cell, xz_str_from(columns[k]));
        }
        if (known) {
            continue;
        }
        nearest = xz_str_nearest(cell, columns, count);
        xz_mistake_at(loader->mistakes, csv->name, 1, "unknown column \"" XZ_STR_FMT "\"%s%s%s",
                      XZ_STR_ARG(cell), nearest != NULL ? "; did you mean \"" : "; leave it out",
                      nearest != NULL ? nearest : "", nearest != NULL ? "\"?" : "");
    }
}

bool xz_loader_csv(struct xz_loader *loader, const struct xz_pack_file *file,
                   struct xz_csv_file *csv, const char *const columns[], size_t count)
{
    struct xz_err err;

    if (!xz_loader_ok(loader, xz_csv_open_text(csv, file->shown, file->bytes, columns, count, &err),
                      &err)) {
        xz_csv_close(csv);
        return false;
    }
    xz_loader_columns(loader, csv, columns, count);
    return true;
}

const char *xz_loader_keep(struct xz_loader *loader, struct xz_str text)
{
    const struct xz_str kept = xz_arena_str(&loader->pack->arena, text);

    return kept.len > 0 ? kept.ptr : "";
}

struct xz_set *xz_loader_set(struct xz_loader *loader, const struct xz_str texts[], size_t count)
{
    struct xz_pack *pack = loader->pack;

    xz_array_reserve((void **)&pack->sets, &pack->set_cap, pack->set_count + 1,
                     sizeof(*pack->sets));
    pack->sets[pack->set_count] = xz_set_new(texts, count);
    return pack->sets[pack->set_count++];
}
