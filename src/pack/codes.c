/* SPDX-License-Identifier: GPL-3.0-or-later */
/* codes/: lists for expressions, and what the pack says of items, diagnoses and relations. */
#include <stdlib.h>

#include "base/mem.h"
#include "pack/pack_int.h"

static const char *const list_columns[] = {"code", "name"};
static const char *const relation_columns[] = {"code", "relation", "name"};
static const char *const item_columns[] = {"code",  "name",      "kind",    "ingredient",
                                           "sex",   "age_min",   "age_max", "use",
                                           "watch", "list_price"};
static const char *const diagnosis_columns[] = {"code",    "name",    "sex",
                                                "age_min", "age_max", "chronic"};

/* True when one more code fits; a mistake otherwise. */
static bool room(struct xz_loader *loader, const struct xz_csv_file *csv)
{
    if (++loader->pack->code_count <= XZ_PACK_CODES_MAX) {
        return true;
    }
    xz_mistake_at(loader->mistakes, csv->name, csv->line, "a pack has at most %d codes",
                  XZ_PACK_CODES_MAX);
    return false;
}

static bool good_code(struct xz_loader *loader, const struct xz_csv_file *csv, struct xz_str code)
{
    if (code.len > XZ_ID_MAX) {
        xz_mistake_at(loader->mistakes, csv->name, csv->line, "a code has at most %d bytes",
                      XZ_ID_MAX);
        return false;
    }
    if (code.ptr[0] == ' ' || code.ptr[code.len - 1] == ' ') {
        xz_mistake_at(loader->mistakes, csv->name, csv->line,
                      "remove the spaces around \"" XZ_STR_FMT "\"", XZ_STR_ARG(code));
        return false;
    }
    return true;
}

/* The next row, past rows that are mistakes; false at the end. */
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

static bool good_list_name(struct xz_str name)
{
    for (uint32_t i = 0; i < name.len; i++) {
        const char c = name.ptr[i];

        if (!((c >= 'a' && c <= 'z') || c == '_' || (c >= '0' && c <= '9' && i > 0))) {
            return false;
        }
    }
    return name.len > 0;
}

static void load_list(struct xz_loader *loader, const struct xz_pack_file *file)
{
    struct xz_pack *pack = loader->pack;
    const struct xz_str stem = xz_file_stem(file);
    struct xz_str *codes = NULL;
    size_t count = 0, cap = 0;
    struct xz_csv_file csv;
    bool opened;

    if (!good_list_name(stem)) {
        xz_mistake_at(loader->mistakes, file->shown, 0,
                      "expressions know this list as codes.%.*s: use a-z, 0-9 and _ only",
                      XZ_STR_ARG(stem));
        return;
    }
    if (pack->list_count == XZ_PACK_LISTS_MAX) {
        xz_mistake_at(loader->mistakes, file->shown, 0, "a pack has at most %d code lists",
                      XZ_PACK_LISTS_MAX);
        return;
    }
    opened = xz_loader_csv(loader, file, &csv, list_columns, 2);
    while (opened && next_row(loader, &csv)) {
        const struct xz_str code = xz_csv_cell(&csv, 0);

        if (good_code(loader, &csv, code)) {
            if (!room(loader, &csv)) {
                break;
            }
            xz_array_reserve((void **)&codes, &cap, count + 1, sizeof(*codes));
            codes[count++] = xz_arena_str(&pack->arena, code); /* the cell dies with the row */
        }
    }
    /* Even a list that is one mistake has its name, so that who refers to it makes none. */
    xz_array_reserve((void **)&pack->lists, &pack->list_cap, pack->list_count + 1,
                     sizeof(*pack->lists));
    pack->lists[pack->list_count++] =
        (struct xz_code_list){xz_loader_keep(loader, stem), xz_set_new(codes, count)};
    free(codes);
    if (opened) {
        xz_csv_close(&csv);
    }
}

static void load_limits(struct xz_loader *loader, const struct xz_pack_file *file, bool items,
                        struct xz_limits_table *table)
{
    const char *const *columns = items ? item_columns : diagnosis_columns;
    const size_t count = items ? 10 : 6;
    struct xz_csv_file csv;
    struct xz_err err;

    if (!xz_loader_ok(loader, xz_limits_open_text(&csv, file->shown, file->bytes, items, &err),
                      &err)) {
        xz_csv_close(&csv);
        return;
    }
    xz_loader_columns(loader, &csv, columns, count);
    while (next_row(loader, &csv)) {
        struct xz_limits limits;
        struct xz_str code;

        if (!good_code(loader, &csv, xz_csv_cell(&csv, 0)) ||
            !xz_loader_ok(loader,
                          xz_limits_read(&csv, items, &loader->pack->arena, &code, &limits, &err),
                          &err)) {
            continue;
        }
        if (!room(loader, &csv)) {
            break;
        }
        if (xz_map_put(&table->map, code, (uint32_t)table->count) != table->count) {
            xz_mistake_at(loader->mistakes, csv.name, csv.line, "\"" XZ_STR_FMT "\" stands twice",
                          XZ_STR_ARG(code));
            continue;
        }
        xz_array_reserve((void **)&table->rows, &table->cap, table->count + 1,
                         sizeof(*table->rows));
        table->rows[table->count++] = limits;
        table->len_max = code.len > table->len_max ? code.len : table->len_max;
    }
    xz_csv_close(&csv);
}

static size_t word_index(struct xz_str word)
{
    size_t i = 0;

    while (i < XZ_RELATION_WORDS && !xz_str_eq(word, xz_str_from(xz_relation_words[i]))) {
        i++;
    }
    return i;
}

static void load_relations(struct xz_loader *loader, const struct xz_pack_file *file)
{
    struct xz_csv_file csv;

    if (!xz_loader_csv(loader, file, &csv, relation_columns, 3)) {
        return;
    }
    while (next_row(loader, &csv)) {
        const struct xz_str code = xz_csv_cell(&csv, 0), word = xz_csv_cell(&csv, 1);
        const size_t index = word_index(word);

        if (!good_code(loader, &csv, code)) {
            continue;
        }
        if (index == XZ_RELATION_WORDS) {
            const char *nearest = xz_str_nearest(word, xz_relation_words, XZ_RELATION_WORDS);

            xz_mistake_at(loader->mistakes, csv.name, csv.line,
                          "there is no relation \"" XZ_STR_FMT "\"; %s%s", XZ_STR_ARG(word),
                          nearest != NULL ? "did you mean "
                                          : "see rlts in the contract: spouse, "
                                            "parent, child ..",
                          nearest != NULL ? nearest : "");
            continue;
        }
        if (!room(loader, &csv)) {
            break;
        }
        if (xz_map_put(&loader->pack->relations, xz_arena_str(&loader->pack->arena, code),
                       (uint32_t)index) != index) {
            xz_mistake_at(loader->mistakes, csv.name, csv.line,
                          "\"" XZ_STR_FMT "\" means another relation already", XZ_STR_ARG(code));
        }
    }
    xz_csv_close(&csv);
}

void xz_load_codes(struct xz_loader *loader)
{
    struct xz_pack *pack = loader->pack;

    for (uint32_t i = 0; i < XZ_RELATION_WORDS; i++) {
        (void)xz_map_put(&pack->relations, xz_str_from(xz_relation_words[i]), i);
    }
    for (size_t i = 0; i < loader->files->count; i++) {
        const struct xz_pack_file *file = &loader->files->files[i];
        const struct xz_str stem = xz_file_stem(file);

        if (file->place != XZ_PLACE_CODES) {
            continue;
        }
        if (xz_str_eq(stem, XZ_STR("items"))) {
            load_limits(loader, file, true, &pack->items);
        } else if (xz_str_eq(stem, XZ_STR("diagnoses"))) {
            load_limits(loader, file, false, &pack->diagnoses);
        } else if (xz_str_eq(stem, XZ_STR("relations"))) {
            load_relations(loader, file);
        } else {
            load_list(loader, file);
        }
    }
}

struct xz_str xz_pack_relation(const struct xz_pack *pack, struct xz_str rlts)
{
    const uint32_t index = rlts.len > 0 ? xz_map_get(&pack->relations, rlts) : XZ_MAP_NONE;

    return index == XZ_MAP_NONE ? XZ_STR_NONE : xz_str_from(xz_relation_words[index]);
}

static const struct xz_limits *find_limits(const struct xz_limits_table *table, struct xz_str code)
{
    const uint32_t index = code.len > 0 ? xz_map_get(&table->map, code) : XZ_MAP_NONE;

    return index == XZ_MAP_NONE ? NULL : &table->rows[index];
}

const struct xz_limits *xz_pack_item(const struct xz_pack *pack, struct xz_str code)
{
    return find_limits(&pack->items, code);
}

const struct xz_limits *xz_pack_diagnosis(const struct xz_pack *pack, struct xz_str code)
{
    const struct xz_limits *found = NULL;

    code.len = code.len < pack->diagnoses.len_max ? code.len : pack->diagnoses.len_max;
    for (; code.len > 0 && found == NULL; code.len--) {
        found = find_limits(&pack->diagnoses, code);
    }
    return found;
}

const struct xz_set *xz_pack_codes(const struct xz_pack *pack, struct xz_str list)
{
    for (size_t i = 0; i < pack->list_count; i++) {
        if (xz_str_eq(list, xz_str_from(pack->lists[i].name))) {
            return pack->lists[i].set;
        }
    }
    return NULL;
}

struct xz_str xz_pack_med_type(const struct xz_pack *pack, struct xz_str med_type)
{
    if (med_type.len >= 4 && !xz_set_has(pack->med_types, med_type)) {
        med_type.len = 2;
    }
    return med_type;
}
