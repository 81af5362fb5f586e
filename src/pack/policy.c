/* SPDX-License-Identifier: GPL-3.0-or-later */
/* regions/: what differs by place. A file says only what is different there; the rest is that of
 * the file it extends, in the end of default.yaml, and below that of the contract. */
#include <assert.h>
#include <stddef.h>
#include <stdlib.h>

#include "base/mem.h"
#include "pack/pack_int.h"

#define LIST_MAX 1000

enum check { CHECK_RELATION, CHECK_PURPOSE, CHECK_PAIR, CHECK_REASON, CHECK_CODE };

struct set_key {
    const char *key;
    size_t offset; /* of the set in struct xz_policy */
    enum check check;
    const char *contract[11]; /* the contract's default */
};

#define KEY(name) #name, offsetof(struct xz_policy, name)
#define CLOSE_RELATIVES                                                                            \
    "spouse", "parent", "child", "sibling", "grandparent", "maternal_grandparent", "grandchild",   \
        "maternal_grandchild"
static const struct set_key set_keys[] = {
    {KEY(relations), CHECK_RELATION, {CLOSE_RELATIVES}},
    {KEY(national_relations), CHECK_RELATION, {CLOSE_RELATIVES}},
    {KEY(receiver_schemes), CHECK_CODE, {"310", "390"}},
    {KEY(long_link_schemes), CHECK_CODE, {"310", "390"}},
    {KEY(cross_province), CHECK_PAIR, {NULL}},
    {KEY(allowed_purposes),
     CHECK_PURPOSE,
     {"outpatient", "inpatient", "pharmacy", "device", "consumable", "premium", "vaccine",
      "checkup", "commercial_insurance", "long_term_care"}},
    {KEY(forbidden_purposes),
     CHECK_PURPOSE,
     {"cosmetic", "orthodontics", "whitening", "weight_loss", "fitness"}},
    {KEY(withdraw_reasons), CHECK_REASON, {"1", "2", "3", "4", "5", "6"}},
    {KEY(emergency_med_types), CHECK_CODE, {"13", "24"}},
};
#define SET_KEYS (sizeof(set_keys) / sizeof(set_keys[0]))

static const char *const region_keys[] = {"admdvs",
                                          "extends",
                                          "relations",
                                          "national_relations",
                                          "receiver_schemes",
                                          "long_link_schemes",
                                          "cross_province",
                                          "allowed_purposes",
                                          "forbidden_purposes",
                                          "withdraw_reasons",
                                          "emergency_med_types",
                                          "fund_includes_account",
                                          "reject_unbalanced",
                                          "three_segments",
                                          "deductible_active",
                                          "deductible_retired",
                                          "temporary_link_uses"};
#define REGION_KEYS (sizeof(region_keys) / sizeof(region_keys[0]))

static const struct xz_set **set_of(struct xz_policy *policy, const struct set_key *key)
{
    return (const struct xz_set **)(void *)((unsigned char *)policy + key->offset);
}

static void contract_policy(struct xz_loader *loader, struct xz_policy *policy)
{
    *policy = (struct xz_policy){.admdvs_prefix = "",
                                 .deductible_active_fen = -1,
                                 .deductible_retired_fen = -1,
                                 .temporary_link_uses = 1};
    for (size_t i = 0; i < SET_KEYS; i++) {
        struct xz_str words[11];
        size_t count = 0;

        while (count < 11 && set_keys[i].contract[count] != NULL) {
            words[count] = xz_str_from(set_keys[i].contract[count]);
            count++;
        }
        *set_of(policy, &set_keys[i]) = xz_loader_set(loader, words, count);
    }
}

static bool digits(struct xz_str text)
{
    for (uint32_t i = 0; i < text.len; i++) {
        if (text.ptr[i] < '0' || text.ptr[i] > '9') {
            return false;
        }
    }
    return text.len > 0;
}

static bool good_word(struct xz_loader *loader, const struct xz_yaml *node, enum check check)
{
    const struct xz_str text = node->text;
    struct xz_err err;
    int index = 0;
    const char *wanted = NULL;

    switch (check) {
    case CHECK_RELATION:
        return xz_loader_ok(
            loader, xz_yaml_enum(node, xz_relation_words, XZ_RELATION_WORDS, &index, &err), &err);
    case CHECK_PURPOSE:
        return xz_loader_ok(
            loader, xz_yaml_enum(node, xz_purpose_words, XZ_PURPOSE_WORDS, &index, &err), &err);
    case CHECK_PAIR:
        if (text.len != 5 || text.ptr[2] != '-' || !digits((struct xz_str){text.ptr, 2}) ||
            !digits((struct xz_str){text.ptr + 3, 2})) {
            wanted = "two provinces, as \"21-22\"";
        }
        break;
    case CHECK_REASON:
        if (text.len != 1 || text.ptr[0] < '1' || text.ptr[0] > '6') {
            wanted = "a reason from \"1\" to \"6\"";
        }
        break;
    default:
        if (text.len == 0 || text.len > XZ_ID_MAX) {
            wanted = "a code";
        }
        break;
    }
    if (wanted != NULL) {
        xz_mistake_at(loader->mistakes, node->file, node->line, "\"" XZ_STR_FMT "\" is not %s",
                      XZ_STR_ARG(text), wanted);
    }
    return wanted == NULL;
}

static void read_set(struct xz_loader *loader, const struct xz_yaml *node,
                     const struct set_key *key, struct xz_policy *policy)
{
    struct xz_str *words;
    size_t count = 0;

    if (node == NULL) {
        return;
    }
    if (node->type != XZ_YAML_LIST || node->count > LIST_MAX) {
        xz_mistake_at(loader->mistakes, node->file, node->line,
                      "%s is a list of at most %d words, as in [a, b]", key->key, LIST_MAX);
        return;
    }
    words = xz_malloc((2 * node->count + 1) * sizeof(*words));
    for (size_t i = 0; i < node->count; i++) {
        const struct xz_yaml *item = &node->items[i];
        struct xz_err err;
        struct xz_str word = XZ_STR_NONE;

        if (!xz_loader_ok(loader, xz_yaml_str(item, &word, &err), &err) ||
            !good_word(loader, item, key->check)) {
            continue;
        }
        words[count++] = word;
        if (key->check == CHECK_PAIR) { /* "21-22" opens "22-21" too */
            char *other = xz_arena_alloc(&loader->pack->arena, 5);

            memcpy(other, word.ptr + 3, 2);
            other[2] = '-';
            memcpy(other + 3, word.ptr, 2);
            words[count++] = (struct xz_str){other, 5};
        }
    }
    *set_of(policy, key) = xz_loader_set(loader, words, count);
    free(words);
}

static void read_flag(struct xz_loader *loader, const struct xz_yaml *root, const char *key,
                      bool *flag)
{
    struct xz_err err;

    (void)xz_loader_ok(loader, xz_yaml_bool(xz_yaml_get(root, key), flag, &err), &err);
}

static void read_yuan(struct xz_loader *loader, const struct xz_yaml *root, const char *key,
                      int64_t *fen)
{
    const struct xz_yaml *node = xz_yaml_get(root, key);
    double yuan = 0.0;
    struct xz_err err;

    if (node != NULL && xz_loader_ok(loader, xz_yaml_double(node, 0.0, 1e6, &yuan, &err), &err)) {
        *fen = (int64_t)(yuan * 100.0 + 0.5);
    }
}

/* 0, 2, 4 or 6 digits. */
static void read_prefix(struct xz_loader *loader, const struct xz_yaml *root,
                        struct xz_region *region)
{
    const struct xz_yaml *node = xz_loader_need(loader, root, "admdvs");
    const bool is_default = xz_str_eq(region->stem, XZ_STR("default"));
    struct xz_str prefix = XZ_STR_NONE;
    struct xz_err err;

    region->policy.admdvs_prefix = "";
    if (node == NULL || !xz_loader_ok(loader, xz_yaml_str(node, &prefix, &err), &err)) {
        return;
    }
    if (is_default ? prefix.len != 0 : !digits(prefix) || prefix.len > 6 || prefix.len % 2 != 0) {
        xz_mistake_at(loader->mistakes, node->file, node->line, "\"" XZ_STR_FMT "\": %s",
                      XZ_STR_ARG(prefix),
                      is_default ? "default.yaml is for every place: write admdvs: \"\""
                                 : "the place is a division's first 2, 4 or 6 digits, as \"31\"; "
                                   "what holds everywhere is in default.yaml");
        return;
    }
    region->policy.admdvs_prefix = xz_loader_keep(loader, prefix);
}

static void read_region(struct xz_loader *loader, const struct xz_yaml *root,
                        struct xz_region *region)
{
    struct xz_policy *policy = &region->policy;
    struct xz_err err;

    xz_loader_keys(loader, root, region_keys, REGION_KEYS);
    read_prefix(loader, root, region);
    for (size_t i = 0; i < SET_KEYS; i++) {
        read_set(loader, xz_yaml_get(root, set_keys[i].key), &set_keys[i], policy);
    }
    read_flag(loader, root, "fund_includes_account", &policy->fund_includes_account);
    read_flag(loader, root, "reject_unbalanced", &policy->reject_unbalanced);
    read_flag(loader, root, "three_segments", &policy->three_segments);
    read_yuan(loader, root, "deductible_active", &policy->deductible_active_fen);
    read_yuan(loader, root, "deductible_retired", &policy->deductible_retired_fen);
    (void)xz_loader_ok(loader,
                       xz_yaml_int(xz_yaml_get(root, "temporary_link_uses"), 1, 1000,
                                   &policy->temporary_link_uses, &err),
                       &err);
}

struct region_files { /* while loading */
    struct xz_yaml_doc *docs[XZ_PACK_REGIONS_MAX];
    struct xz_region regions[XZ_PACK_REGIONS_MAX];
    size_t count;
};

static struct xz_region *find_region(struct region_files *files, struct xz_str stem)
{
    for (size_t i = 0; i < files->count; i++) {
        if (xz_str_eq(files->regions[i].stem, stem)) {
            return &files->regions[i];
        }
    }
    return NULL;
}

/* The region that `extends` names, or default.yaml, or NULL for the contract. */
static struct xz_region *base_of(struct xz_loader *loader, struct region_files *files,
                                 const struct xz_yaml *root, const struct xz_region *region)
{
    const struct xz_yaml *node = xz_yaml_get(root, "extends");
    struct xz_str stem = XZ_STR("default");
    struct xz_region *base;
    struct xz_err err;

    if (!xz_loader_ok(loader, xz_yaml_str(node, &stem, &err), &err)) {
        return NULL;
    }
    if (node == NULL && xz_str_eq(region->stem, stem)) {
        return NULL;
    }
    base = find_region(files, stem);
    if (base == NULL && node != NULL && !xz_str_eq(stem, XZ_STR("default"))) {
        const char *names[XZ_PACK_REGIONS_MAX];
        const char *nearest;

        for (size_t i = 0; i < files->count; i++) {
            names[i] = xz_loader_keep(loader, files->regions[i].stem);
        }
        nearest = xz_str_nearest(stem, names, files->count);
        xz_mistake_at(loader->mistakes, node->file, node->line,
                      "there is no regions/" XZ_STR_FMT ".yaml; %s%s", XZ_STR_ARG(stem),
                      nearest != NULL ? "did you mean " : "write default, or leave extends out",
                      nearest != NULL ? nearest : "");
    }
    return base;
}

static void resolve(struct xz_loader *loader, struct region_files *files, struct xz_region *region)
{
    const struct xz_yaml *root = xz_yaml_root(files->docs[region - files->regions]);
    struct xz_region *base;

    if (region->state == 2) {
        return;
    }
    region->state = 1;
    base = base_of(loader, files, root, region);
    if (base != NULL && base->state == 1) {
        xz_mistake_at(loader->mistakes, region->file, region->line,
                      "this file extends itself, through " XZ_STR_FMT ".yaml",
                      XZ_STR_ARG(base->stem));
        base = NULL;
    }
    if (base != NULL) {
        resolve(loader, files, base); /* at most as deep as there are files */
        region->policy = base->policy;
    } else {
        contract_policy(loader, &region->policy);
    }
    read_region(loader, root, region);
    region->state = 2;
}

static int province_of(const char *prefix)
{
    return prefix[0] == '\0' ? 100 : (prefix[0] - '0') * 10 + (prefix[1] - '0');
}

/* By province, the longest prefix first; the default last. */
static int by_place(const void *left, const void *right)
{
    const char *a = ((const struct xz_region *)left)->policy.admdvs_prefix;
    const char *b = ((const struct xz_region *)right)->policy.admdvs_prefix;
    const size_t a_len = strlen(a), b_len = strlen(b);

    if (province_of(a) != province_of(b)) {
        return province_of(a) - province_of(b);
    }
    return a_len != b_len ? (a_len < b_len) - (a_len > b_len) : strcmp(a, b);
}

static void index_regions(struct xz_loader *loader)
{
    struct xz_pack *pack = loader->pack;
    size_t at = 0;

    qsort(pack->regions, pack->region_count, sizeof(*pack->regions), by_place);
    for (size_t i = 1; i < pack->region_count; i++) {
        if (pack->regions[i].policy.admdvs_prefix[0] != '\0' &&
            by_place(&pack->regions[i - 1], &pack->regions[i]) == 0) {
            xz_mistake_at(loader->mistakes, pack->regions[i].file, pack->regions[i].line,
                          "another file is for \"%s\" too: %s",
                          pack->regions[i].policy.admdvs_prefix, pack->regions[i - 1].file);
        }
    }
    for (int province = 0; province <= 100; province++) {
        while (at < pack->region_count &&
               province_of(pack->regions[at].policy.admdvs_prefix) < province) {
            at++;
        }
        pack->province_first[province] = (uint16_t)at;
    }
}

/* What med_type a policy names stays whole; see xz_pack_med_type. */
struct med_types {
    struct xz_str *texts;
    size_t count, cap;
};

static void keep_med_type(void *arg, struct xz_str text)
{
    struct med_types *types = arg;

    if (text.len >= 4 && digits(text)) {
        xz_array_reserve((void **)&types->texts, &types->cap, types->count + 1,
                         sizeof(*types->texts));
        types->texts[types->count++] = text;
    }
}

static void collect_med_types(struct xz_pack *pack)
{
    struct med_types types = {NULL, 0, 0};

    for (size_t i = 0; i < pack->list_count; i++) {
        xz_set_each(pack->lists[i].set, keep_med_type, &types);
    }
    for (size_t i = 0; i < pack->region_count; i++) {
        xz_set_each(pack->regions[i].policy.emergency_med_types, keep_med_type, &types);
    }
    pack->med_types = xz_set_new(types.texts, types.count);
    free(types.texts);
}

void xz_load_regions(struct xz_loader *loader)
{
    struct xz_pack *pack = loader->pack;
    struct region_files *files = xz_calloc(1, sizeof(*files));
    bool has_default;

    for (size_t i = 0; i < loader->files->count; i++) {
        const struct xz_pack_file *file = &loader->files->files[i];
        struct xz_yaml_doc *doc;

        if (file->place != XZ_PLACE_REGION) {
            continue;
        }
        if (files->count == XZ_PACK_REGIONS_MAX) {
            xz_mistake_at(loader->mistakes, file->shown, 0, "a pack has at most %d regions",
                          XZ_PACK_REGIONS_MAX);
            break;
        }
        doc = xz_loader_yaml(loader, file);
        if (doc != NULL) {
            files->regions[files->count] =
                (struct xz_region){.stem = xz_file_stem(file), .file = file->shown, .line = 1};
            files->docs[files->count++] = doc;
        }
    }
    for (size_t i = 0; i < files->count; i++) {
        resolve(loader, files, &files->regions[i]);
    }
    has_default = find_region(files, XZ_STR("default")) != NULL;
    pack->region_count = files->count + !has_default;
    pack->regions = xz_calloc(pack->region_count, sizeof(*pack->regions));
    memcpy(pack->regions, files->regions, files->count * sizeof(*pack->regions));
    if (!has_default) {
        contract_policy(loader, &pack->regions[files->count].policy);
    }
    index_regions(loader);
    collect_med_types(pack);
    for (size_t i = 0; i < files->count; i++) {
        xz_yaml_free(files->docs[i]);
    }
    for (size_t i = 0; i < pack->region_count; i++) { /* what they point to ends with the files */
        pack->regions[i].stem = XZ_STR_NONE;
        pack->regions[i].file = NULL;
    }
    free(files);
}

const struct xz_policy *xz_pack_policy(const struct xz_pack *pack, struct xz_str admdvs)
{
    if (admdvs.len >= 2 && digits((struct xz_str){admdvs.ptr, 2})) {
        const int province = (admdvs.ptr[0] - '0') * 10 + (admdvs.ptr[1] - '0');

        for (size_t i = pack->province_first[province]; i < pack->province_first[province + 1];
             i++) {
            const struct xz_policy *policy = &pack->regions[i].policy;

            if (xz_str_starts(admdvs, xz_str_from(policy->admdvs_prefix))) {
                return policy;
            }
        }
    }
    return &pack->regions[pack->region_count - 1].policy;
}
