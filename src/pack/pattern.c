/* SPDX-License-Identifier: GPL-3.0-or-later */
/* patterns/: one pattern a file. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/time.h"
#include "pack/pack_int.h"

#define QUIET_DEFAULT_MS (30 * XZ_DAY_MS)
#define STEPS_DEFAULT    31.0
#define VERSION_MAX      1000000
#define PER_MAX          1e12
#define TEXT_MAX         4096
#define ALL_BODIES       ((1u << XZ_BODY_COUNT) - 2) /* without "none" */

static const char *const pattern_keys[] = {
    "id",     "name",    "version",        "title", "subject",  "result",
    "stage",  "when",    "evidence",       "alarm", "severity", "legal",
    "action", "explain", "counterfactual", "quiet", "shadow"};
#define PATTERN_KEYS (sizeof(pattern_keys) / sizeof(pattern_keys[0]))
static const char *const result_names[] = {"conclusive", "suspicious"};
static const char *const stage_names[] = {"before", "during", "after"};

/* ---- plain values ---- */

static const char *read_word(struct xz_loader *loader, const struct xz_yaml *root, const char *key,
                             uint32_t len_max, bool upper, const char *example)
{
    const struct xz_yaml *node = xz_loader_need(loader, root, key);
    struct xz_str text = XZ_STR_NONE;
    struct xz_err err;
    bool good;

    if (node == NULL || !xz_loader_ok(loader, xz_yaml_str(node, &text, &err), &err)) {
        return "";
    }
    good = text.len > 0 && text.len <= len_max;
    for (uint32_t i = 0; good && i < text.len; i++) {
        const char c = text.ptr[i];
        const bool letter = upper ? c >= 'A' && c <= 'Z' : c >= 'a' && c <= 'z';

        good = letter || (i > 0 && ((c >= '0' && c <= '9') || c == '_'));
    }
    if (!good) {
        xz_mistake_at(loader->mistakes, node->file, node->line,
                      "\"" XZ_STR_FMT "\" is no %s; write one like %s, of at most %u letters",
                      XZ_STR_ARG(text), key, example, len_max);
    }
    return xz_loader_keep(loader, text);
}

static int read_enum(struct xz_loader *loader, const struct xz_yaml *root, const char *key,
                     const char *const names[], size_t count)
{
    const struct xz_yaml *node = xz_loader_need(loader, root, key);
    struct xz_err err;
    int index = 0;

    if (node != NULL) {
        (void)xz_loader_ok(loader, xz_yaml_enum(node, names, count, &index, &err), &err);
    }
    return index;
}

/* ---- sentences ---- */

/* {name} with a name that the alert part fills in; nothing else in braces. */
static void check_fills(struct xz_loader *loader, const struct xz_yaml *node)
{
    const struct xz_str text = node->text;
    uint32_t open = 0;
    bool inside = false;

    for (uint32_t i = 0; i < text.len; i++) {
        const char c = text.ptr[i];

        if (c == '{' && !inside) {
            inside = true;
            open = i + 1;
        } else if (c == '}' && inside) {
            const struct xz_str name = {text.ptr + open, i - open};
            const char *nearest = xz_str_nearest(name, xz_pack_fills, XZ_PACK_FILLS);

            if (nearest == NULL || !xz_str_eq(name, xz_str_from(nearest))) {
                xz_mistake_at(loader->mistakes, node->file, node->line,
                              "nothing is filled in for {" XZ_STR_FMT "}; %s%s", XZ_STR_ARG(name),
                              nearest != NULL ? "did you mean " : "see models/README.md",
                              nearest != NULL ? nearest : "");
            }
            inside = false;
        } else if (c == '{' || c == '}') {
            xz_mistake_at(loader->mistakes, node->file, node->line,
                          "a { and its } belong together, around one name");
            return;
        }
    }
    if (inside) {
        xz_mistake_at(loader->mistakes, node->file, node->line,
                      "a { and its } belong together, around one name");
    }
}

static const char *read_language(struct xz_loader *loader, const struct xz_yaml *map,
                                 const char *language, bool fills)
{
    const struct xz_yaml *node = xz_loader_need(loader, map, language);
    struct xz_str text = XZ_STR_NONE;
    struct xz_err err;

    if (node == NULL || !xz_loader_ok(loader, xz_yaml_str(node, &text, &err), &err)) {
        return "";
    }
    while (text.len > 0 && (text.ptr[text.len - 1] == '\n' || text.ptr[text.len - 1] == ' ')) {
        text.len--;
    }
    if (text.len == 0 || text.len > TEXT_MAX) {
        xz_mistake_at(loader->mistakes, node->file, node->line,
                      "a text of 1 to %d bytes is wanted in %s", TEXT_MAX, language);
    }
    if (fills) {
        check_fills(loader, node);
    }
    return xz_loader_keep(loader, text);
}

static struct xz_text read_text(struct xz_loader *loader, const struct xz_yaml *root,
                                const char *key, bool fills)
{
    static const char *const languages[] = {"zh-CN", "en"};
    const struct xz_yaml *map = xz_loader_need(loader, root, key);
    struct xz_text text = {"", ""};

    if (map == NULL) {
        return text;
    }
    if (map->type != XZ_YAML_MAP) {
        xz_mistake_at(loader->mistakes, map->file, map->line,
                      "%s is in two languages: {zh-CN: \"..\", en: \"..\"}", key);
        return text;
    }
    xz_loader_keys(loader, map, languages, 2);
    text.zh = read_language(loader, map, "zh-CN", fills);
    text.en = read_language(loader, map, "en", fills);
    return text;
}

/* ---- legal and action ---- */

static void read_legal(struct xz_loader *loader, const struct xz_yaml *root,
                       struct xz_pattern *pattern)
{
    const struct xz_yaml *list = xz_loader_need(loader, root, "legal");

    if (list == NULL) {
        return;
    }
    if (list->type != XZ_YAML_LIST || list->count == 0 || list->count > 8) {
        xz_mistake_at(loader->mistakes, list->file, list->line,
                      "legal is a list of 1 to 8 articles, as in [条例-17, 条例-41]");
        return;
    }
    for (size_t i = 0; i < list->count; i++) {
        struct xz_str article = XZ_STR_NONE;
        struct xz_err err;

        if (!xz_loader_ok(loader, xz_yaml_str(&list->items[i], &article, &err), &err)) {
            continue;
        }
        if (article.len == 0) {
            xz_mistake_at(loader->mistakes, list->items[i].file, list->items[i].line,
                          "an article is wanted here, as in 条例-17");
            continue;
        }
        pattern->legal[pattern->legal_count++] = xz_loader_keep(loader, article);
    }
}

static void read_actions(struct xz_loader *loader, const struct xz_yaml *root,
                         struct xz_pattern *pattern)
{
    static const char *const names[] = {"A1", "A2", "A3", "A4", "A5", "A6"};
    const struct xz_yaml *list = xz_loader_need(loader, root, "action");

    if (list == NULL) {
        return;
    }
    if (list->type != XZ_YAML_LIST || list->count == 0) {
        xz_mistake_at(loader->mistakes, list->file, list->line,
                      "action is a list of grades from A1 to A6, as in [A1, A3]");
        return;
    }
    for (size_t i = 0; i < list->count; i++) {
        struct xz_err err;
        int grade = 0;

        if (xz_loader_ok(loader, xz_yaml_enum(&list->items[i], names, 6, &grade, &err), &err)) {
            if ((pattern->actions & 1u << grade) != 0) {
                xz_mistake_at(loader->mistakes, list->items[i].file, list->items[i].line,
                              "%s stands twice", names[grade]);
            }
            pattern->actions |= (uint8_t)(1u << grade);
        }
    }
}

/* ---- alarm ---- */

/* "1 per 100000 insured-months": returns the unit, or NULL when it does not read so. */
static const char *split_rate(const char *text, double *alarms, double *per)
{
    static const char between[] = " per ";
    char *rest = NULL;
    const char *second;

    *alarms = strtod(text, &rest);
    if (rest == text || strncmp(rest, between, sizeof(between) - 1) != 0) {
        return NULL;
    }
    second = rest + sizeof(between) - 1;
    *per = strtod(second, &rest);
    return rest != second && *rest == ' ' && strchr(rest + 1, ' ') == NULL ? rest + 1 : NULL;
}

static void read_rate(struct xz_loader *loader, const struct xz_yaml *node,
                      struct xz_pattern *pattern)
{
    const char *subject = xz_subject_names[pattern->subject];
    double alarms = 0.0, per = 0.0;
    const char *unit;
    char wanted[32];
    struct xz_str text = XZ_STR_NONE;
    struct xz_err err;

    if (!xz_loader_ok(loader, xz_yaml_str(node, &text, &err), &err)) {
        return;
    }
    (void)snprintf(wanted, sizeof(wanted), "%s-months", subject);
    unit = text.len == 0 ? NULL : split_rate(text.ptr, &alarms, &per);
    if (unit == NULL || !(alarms > 0.0 && alarms <= PER_MAX) || !(per >= 1.0 && per <= PER_MAX)) {
        xz_mistake_at(loader->mistakes, node->file, node->line,
                      "\"" XZ_STR_FMT "\" is no rate; write false_alarms: 1 per 100000 %s",
                      XZ_STR_ARG(text), wanted);
        return;
    }
    if (strcmp(unit, wanted) != 0 &&
        !(strncmp(unit, wanted, strlen(wanted) - 1) == 0 && unit[strlen(wanted) - 1] == '\0')) {
        xz_mistake_at(loader->mistakes, node->file, node->line,
                      "the subject is %s, so the rate is in %s, not %s", subject, wanted, unit);
        return;
    }
    pattern->false_alarms = alarms;
    pattern->alarm_per_month = alarms / per;
    if (!(pattern->alarm_per_month <= 1.0)) {
        xz_mistake_at(loader->mistakes, node->file, node->line,
                      "more than one false alarm a month and %s is no bound", subject);
    }
}

static void read_alarm(struct xz_loader *loader, const struct xz_yaml *root,
                       struct xz_pattern *pattern)
{
    static const char *const keys[] = {"false_alarms"};
    const struct xz_yaml *alarm = xz_yaml_get(root, "alarm");
    const struct xz_yaml *rate;

    if (pattern->result == XZ_RESULT_CONCLUSIVE) {
        if (alarm != NULL) {
            xz_mistake_at(loader->mistakes, alarm->file, alarm->line,
                          "a conclusive pattern is a breach by itself and has no alarm; remove it, "
                          "or write result: suspicious");
        }
        return;
    }
    if (alarm == NULL) {
        xz_mistake_at(loader->mistakes, root->file, root->line,
                      "a suspicious pattern needs alarm: {false_alarms: 1 per 100000 %s-months}",
                      xz_subject_names[pattern->subject]);
        return;
    }
    if (alarm->type != XZ_YAML_MAP) {
        xz_mistake_at(loader->mistakes, alarm->file, alarm->line,
                      "write alarm: {false_alarms: 1 per 100000 %s-months}",
                      xz_subject_names[pattern->subject]);
        return;
    }
    xz_loader_keys(loader, alarm, keys, 1);
    rate = xz_loader_need(loader, alarm, "false_alarms");
    if (rate != NULL) {
        read_rate(loader, rate, pattern);
    }
}

static void read_quiet(struct xz_loader *loader, const struct xz_yaml *root,
                       struct xz_pattern *pattern)
{
    const struct xz_yaml *node = xz_yaml_get(root, "quiet");
    struct xz_err err;

    pattern->quiet_ms = QUIET_DEFAULT_MS;
    if (node != NULL &&
        xz_loader_ok(loader, xz_yaml_duration(node, &pattern->quiet_ms, &err), &err) &&
        pattern->quiet_ms <= 0) {
        xz_mistake_at(loader->mistakes, node->file, node->line,
                      "quiet is how long an episode lasts after its last alarm; write 7d");
    }
}

/* ---- when ---- */

static const struct xz_set *find_code_list(const void *ctx, struct xz_str name)
{
    return xz_pack_codes(ctx, name);
}

static void each_code_list(const void *ctx, void (*visit)(void *arg, const char *name), void *arg)
{
    const struct xz_pack *pack = ctx;

    for (size_t i = 0; i < pack->list_count; i++) {
        visit(arg, pack->lists[i].name);
    }
}

/* A pattern with evidence, or one that names what only a history knows, is judged there. */
static void choose_scope(struct xz_loader *loader, struct xz_str when, bool evidence,
                         struct xz_pattern *pattern, char *why, size_t why_cap)
{
    const struct xz_pack_schema *schema = loader->schema;
    struct xz_str name = XZ_STR_NONE;

    why[0] = '\0';
    pattern->scope = XZ_SCOPE_EVENT;
    if (evidence) {
        pattern->scope = XZ_SCOPE_HISTORY;
        (void)snprintf(why, why_cap,
                       " (a pattern with evidence sees one record of its subject's "
                       "history, not the whole event)");
    } else if (xz_expr_mentions(when, schema->history_scope, schema->event_scope, &name)) {
        pattern->scope = XZ_SCOPE_HISTORY;
        (void)snprintf(why, why_cap,
                       " (a pattern that asks " XZ_STR_FMT " sees one record of its "
                       "subject's history, not the whole event)",
                       (int)(name.len < 40 ? name.len : 40), name.ptr);
    }
}

static void read_when(struct xz_loader *loader, const struct xz_yaml *root,
                      struct xz_pattern *pattern)
{
    const struct xz_expr_names names = {loader->pack, find_code_list, each_code_list};
    const struct xz_yaml *node = xz_loader_need(loader, root, "when");
    struct xz_str text = XZ_STR_NONE;
    struct xz_err err;
    char why[200];

    if (node == NULL || !xz_loader_ok(loader, xz_yaml_str(node, &text, &err), &err)) {
        return;
    }
    choose_scope(loader, text, xz_yaml_get(root, "evidence") != NULL, pattern, why, sizeof(why));
    if (!xz_loader_ok(loader,
                      xz_expr_compile_why(text, node->file, node->line,
                                          pattern->scope == XZ_SCOPE_EVENT
                                              ? loader->schema->event_scope
                                              : loader->schema->history_scope,
                                          why, &names, XZ_TYPE_BOOL, &pattern->when, &err),
                      &err)) {
        return;
    }
    pattern->records = xz_expr_possible(pattern->when, loader->schema->record_names,
                                        loader->schema->record_name_count);
    pattern->bodies = xz_expr_possible(pattern->when, xz_body_names, XZ_BODY_COUNT) & ALL_BODIES;
    if (pattern->bodies == 0) {
        xz_mistake_at(loader->mistakes, node->file, node->line,
                      "this can be true of no event: an event is one of settlement, reversal, "
                      "mulaid_link .., never two");
    }
}

/* ---- the pattern ---- */

static void read_evidence(struct xz_loader *loader, const struct xz_yaml *root,
                          struct xz_pattern *pattern)
{
    const struct xz_yaml *list = xz_yaml_get(root, "evidence");
    const size_t before = loader->pack->spec_count;

    if (pattern->result == XZ_RESULT_CONCLUSIVE) {
        if (list != NULL) {
            xz_mistake_at(loader->mistakes, list->file, list->line,
                          "a conclusive pattern is a breach by itself and has no evidence; remove "
                          "it, or write result: suspicious");
        }
        return;
    }
    if (list == NULL) {
        xz_mistake_at(loader->mistakes, root->file, root->line,
                      "a suspicious pattern needs evidence: a list of measures");
        return;
    }
    xz_load_evidence(loader, list, pattern);
    pattern->evidence_count = loader->pack->spec_count - before;
}

static void check_new(struct xz_loader *loader, const struct xz_yaml *root,
                      const struct xz_pattern *pattern)
{
    struct xz_pack *pack = loader->pack;

    for (size_t i = 0; i < pack->pattern_count; i++) {
        if (pattern->name[0] != '\0' && strcmp(pack->patterns[i].name, pattern->name) == 0) {
            xz_mistake_at(loader->mistakes, root->file, root->line,
                          "the name %s is used already, by %s", pattern->name,
                          pack->patterns[i].file);
        }
    }
    if (pattern->id[0] != '\0' &&
        xz_map_put(&pack->pattern_ids, xz_str_from(pattern->id), (uint32_t)pack->pattern_count) !=
            pack->pattern_count) {
        xz_mistake_at(
            loader->mistakes, root->file, root->line, "the id %s is used already, by %s",
            pattern->id,
            pack->patterns[xz_map_get(&pack->pattern_ids, xz_str_from(pattern->id))].file);
    }
}

static void load_pattern(struct xz_loader *loader, const struct xz_pack_file *file,
                         const struct xz_yaml *root)
{
    struct xz_pack *pack = loader->pack;
    struct xz_pattern pattern = {.steps_per_month = STEPS_DEFAULT};
    const struct xz_yaml *version;
    int64_t number = 0;
    struct xz_err err;

    xz_loader_keys(loader, root, pattern_keys, PATTERN_KEYS);
    pattern.file = xz_loader_keep(loader, xz_str_from(file->path));
    pattern.id = read_word(loader, root, "id", 16, true, "T02");
    pattern.name = read_word(loader, root, "name", 48, false, "card_velocity");
    version = xz_loader_need(loader, root, "version");
    (void)xz_loader_ok(loader, xz_yaml_int(version, 1, VERSION_MAX, &number, &err), &err);
    pattern.version = (int)number;
    pattern.title = read_text(loader, root, "title", false);
    pattern.subject = read_enum(loader, root, "subject", xz_subject_names, XZ_SUBJECT_COUNT);
    pattern.result = read_enum(loader, root, "result", result_names, 2);
    pattern.stage = read_enum(loader, root, "stage", stage_names, 3);
    pattern.severity = read_enum(loader, root, "severity", xz_severity_names, 4);
    (void)xz_loader_ok(loader, xz_yaml_bool(xz_yaml_get(root, "shadow"), &pattern.shadow, &err),
                       &err);
    read_when(loader, root, &pattern);
    read_evidence(loader, root, &pattern);
    read_alarm(loader, root, &pattern);
    read_quiet(loader, root, &pattern);
    read_legal(loader, root, &pattern);
    read_actions(loader, root, &pattern);
    pattern.explain = read_text(loader, root, "explain", true);
    pattern.counterfactual = read_text(loader, root, "counterfactual", true);
    check_new(loader, root, &pattern);
    xz_array_reserve((void **)&pack->patterns, &pack->pattern_cap, pack->pattern_count + 1,
                     sizeof(*pack->patterns));
    pack->patterns[pack->pattern_count++] = pattern;
}

void xz_load_patterns(struct xz_loader *loader)
{
    struct xz_pack *pack = loader->pack;
    size_t at = 0;

    for (size_t i = 0; i < loader->files->count; i++) {
        const struct xz_pack_file *file = &loader->files->files[i];
        struct xz_yaml_doc *doc;

        if (file->place != XZ_PLACE_PATTERN) {
            continue;
        }
        if (pack->pattern_count == XZ_PACK_PATTERNS_MAX) {
            xz_mistake_at(loader->mistakes, file->shown, 0, "a pack has at most %d patterns",
                          XZ_PACK_PATTERNS_MAX);
            break;
        }
        doc = xz_loader_yaml(loader, file);
        if (doc != NULL) {
            load_pattern(loader, file, xz_yaml_root(doc));
            xz_yaml_free(doc);
        }
    }
    for (size_t i = 0; i < pack->pattern_count; i++) { /* specs stand still from here on */
        pack->patterns[i].evidence = pack->specs != NULL ? pack->specs + at : NULL;
        at += pack->patterns[i].evidence_count;
    }
}
