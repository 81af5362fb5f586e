/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A pack from its files: pack.yaml here, each folder in a file of its own, in the order in which
 * they refer to each other. */
#include "pack/pack.h"

#include <stdlib.h>

#include "base/hash.h"
#include "base/mem.h"
#include "base/time.h"
#include "pack/pack_int.h"

#define STRINGS_MAX ((size_t)512 << 20)

static const char *read_line(struct xz_loader *loader, const struct xz_yaml *root, const char *key)
{
    const struct xz_yaml *node = xz_loader_need(loader, root, key);
    struct xz_str text = XZ_STR_NONE;
    struct xz_err err;

    if (node != NULL && xz_loader_ok(loader, xz_yaml_str(node, &text, &err), &err) &&
        (text.len == 0 || text.len > XZ_ID_MAX || memchr(text.ptr, '\n', text.len) != NULL)) {
        xz_mistake_at(loader->mistakes, node->file, node->line, "%s is one line of 1 to %d bytes",
                      key, XZ_ID_MAX);
    }
    return xz_loader_keep(loader, text);
}

static void read_span(struct xz_loader *loader, const struct xz_yaml *root, const char *key,
                      int64_t min_days, int64_t max_days, int64_t *span_ms)
{
    const struct xz_yaml *node = xz_yaml_get(root, key);
    struct xz_err err;

    if (node != NULL && xz_loader_ok(loader, xz_yaml_duration(node, span_ms, &err), &err) &&
        (*span_ms < min_days * XZ_DAY_MS || *span_ms > max_days * XZ_DAY_MS)) {
        xz_mistake_at(loader->mistakes, node->file, node->line, "%s is from %lldd to %lldd", key,
                      (long long)min_days, (long long)max_days);
    }
}

static void load_head(struct xz_loader *loader)
{
    static const char *const keys[] = {"name", "version", "lateness", "horizon", "history_max"};
    struct xz_pack *pack = loader->pack;
    struct xz_yaml_doc *doc = NULL;
    const struct xz_yaml *root;
    int64_t history_max = pack->history_max;
    struct xz_err err;
    bool found = false;

    for (size_t i = 0; i < loader->files->count; i++) {
        if (loader->files->files[i].place == XZ_PLACE_PACK) {
            found = true;
            doc = xz_loader_yaml(loader, &loader->files->files[i]);
        }
    }
    if (doc == NULL) {
        if (!found) {
            xz_mistake_at(loader->mistakes, "pack.yaml", 0,
                          "is missing; a pack begins with its name and version there");
        }
        return;
    }
    root = xz_yaml_root(doc);
    xz_loader_keys(loader, root, keys, sizeof(keys) / sizeof(keys[0]));
    pack->name = read_line(loader, root, "name");
    pack->version = read_line(loader, root, "version");
    read_span(loader, root, "lateness", 0, 90, &pack->lateness_ms);
    read_span(loader, root, "horizon", 1, 730, &pack->horizon_ms);
    (void)xz_loader_ok(
        loader, xz_yaml_int(xz_yaml_get(root, "history_max"), 16, 65536, &history_max, &err), &err);
    pack->history_max = (uint32_t)history_max;
    if (pack->lateness_ms > pack->horizon_ms) {
        xz_mistake_at(loader->mistakes, root->file, root->line,
                      "lateness is longer than horizon: what comes that late finds no history");
    }
    xz_yaml_free(doc);
}

static struct xz_pack *pack_new(void)
{
    struct xz_pack *pack = xz_calloc(1, sizeof(*pack));

    xz_arena_init(&pack->arena, STRINGS_MAX);
    pack->name = pack->version = "";
    pack->lateness_ms = 7 * XZ_DAY_MS;
    pack->horizon_ms = 90 * XZ_DAY_MS;
    pack->history_max = 512;
    return pack;
}

static enum xz_rc load_files(const struct xz_pack_files *files, const struct xz_pack_schema *schema,
                             struct xz_mistakes *mistakes, struct xz_pack **out)
{
    struct xz_pack *pack = pack_new();
    struct xz_loader loader = {pack, schema, files, mistakes, false};
    struct xz_buf plain = {NULL, 0, 0};
    unsigned char digest[32];
    size_t before;

    load_head(&loader);
    xz_load_codes(&loader);
    xz_load_regions(&loader);
    before = mistakes->count;
    xz_load_patterns(&loader);
    loader.patterns_bad = mistakes->count > before;
    xz_load_baselines(&loader);
    if (pack->pattern_count == 0 && mistakes->count == 0) {
        xz_mistake_at(mistakes, "patterns", 0, "a pack has at least one pattern");
    }
    if (mistakes->count > 0) {
        xz_pack_free(pack);
        return XZ_CONFIG;
    }
    xz_files_serialise(files, &plain);
    xz_sha256(plain.data, plain.len, digest);
    xz_hex(digest, sizeof(digest), pack->sha256);
    xz_buf_fini(&plain);
    *out = pack;
    return XZ_OK;
}

enum xz_rc xz_pack_load(const char *dir, const struct xz_pack_schema *schema, xz_report_fn report,
                        void *arg, struct xz_pack **pack, struct xz_err *err)
{
    struct xz_mistakes mistakes = {.report = report, .arg = arg, .err = err};
    struct xz_pack_files files = {NULL, 0, 0, 0};
    enum xz_rc rc;

    xz_files_read(&files, dir, &mistakes);
    rc = files.count == 0 && mistakes.count > 0 ? XZ_CONFIG
                                                : load_files(&files, schema, &mistakes, pack);
    xz_files_fini(&files);
    return rc;
}

enum xz_rc xz_pack_load_archive(struct xz_str archive, const struct xz_pack_schema *schema,
                                xz_report_fn report, void *arg, struct xz_pack **pack,
                                struct xz_err *err)
{
    struct xz_mistakes mistakes = {.report = report, .arg = arg, .err = err};
    struct xz_pack_files files = {NULL, 0, 0, 0};
    struct xz_buf plain = {NULL, 0, 0};
    enum xz_rc rc = xz_archive_expand(archive, &plain, err);

    if (rc != XZ_OK) {
        goto out;
    }
    xz_files_deserialise(&files, xz_buf_view(&plain), &mistakes);
    rc = mistakes.count > 0 ? XZ_CONFIG : load_files(&files, schema, &mistakes, pack);
out:
    xz_files_fini(&files);
    xz_buf_fini(&plain);
    return rc;
}

void xz_pack_free(struct xz_pack *pack)
{
    if (pack == NULL) {
        return;
    }
    for (size_t i = 0; i < pack->pattern_count; i++) {
        xz_expr_free(pack->patterns[i].when);
    }
    for (size_t i = 0; i < pack->spec_count; i++) {
        if (pack->specs[i].conf != NULL && pack->specs[i].kind->conf_free != NULL) {
            pack->specs[i].kind->conf_free(pack->specs[i].conf);
        }
        if (pack->tables != NULL) {
            xz_map_fini(&pack->tables[i].cells);
        }
    }
    for (size_t i = 0; i < pack->list_count; i++) {
        xz_set_free(pack->lists[i].set);
    }
    for (size_t i = 0; i < pack->set_count; i++) {
        xz_set_free(pack->sets[i]);
    }
    xz_set_free(pack->med_types);
    xz_map_fini(&pack->pattern_ids);
    xz_map_fini(&pack->spec_keys);
    xz_map_fini(&pack->relations);
    xz_map_fini(&pack->items.map);
    xz_map_fini(&pack->diagnoses.map);
    free(pack->patterns);
    free(pack->specs);
    free(pack->tables);
    free(pack->baselines);
    free(pack->params);
    free(pack->lists);
    free(pack->items.rows);
    free(pack->diagnoses.rows);
    free(pack->regions);
    free(pack->sets);
    xz_arena_fini(&pack->arena);
    free(pack);
}

const char *xz_pack_name(const struct xz_pack *pack) { return pack->name; }
const char *xz_pack_version(const struct xz_pack *pack) { return pack->version; }
const char *xz_pack_sha256(const struct xz_pack *pack) { return pack->sha256; }
int64_t xz_pack_lateness_ms(const struct xz_pack *pack) { return pack->lateness_ms; }
int64_t xz_pack_horizon_ms(const struct xz_pack *pack) { return pack->horizon_ms; }
uint32_t xz_pack_history_max(const struct xz_pack *pack) { return pack->history_max; }

const struct xz_pattern *xz_pack_patterns(const struct xz_pack *pack, size_t *count)
{
    *count = pack->pattern_count;
    return pack->patterns;
}

const struct xz_pattern *xz_pack_pattern(const struct xz_pack *pack, struct xz_str id)
{
    const uint32_t index = xz_map_get(&pack->pattern_ids, id);

    return index == XZ_MAP_NONE ? NULL : &pack->patterns[index];
}
