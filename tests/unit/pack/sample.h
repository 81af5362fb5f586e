/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A small world for the tests of packs: two scopes and three kinds of evidence, in the shapes that
 * the engine's have. */
#ifndef XZ_TEST_PACK_SAMPLE_H
#define XZ_TEST_PACK_SAMPLE_H
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/time.h"
#include "pack/pack.h"
#include "pack/set.h"

struct sample_tag {
    struct xz_str word;
};

struct sample_line {
    struct xz_str code;
    int64_t cost_fen; /* or INT64_MIN */
    int sex;          /* 0: not known */
    struct sample_tag tags[3];
    uint32_t tag_count;
};

struct sample_event {
    enum xz_body body;
    struct xz_str med_type, psn_type, name;
    int64_t acct_pay_fen, medfee_fen; /* or INT64_MIN */
    int64_t age;                      /* or INT64_MIN */
    int64_t count_e4;
    double share; /* NAN: not known */
    int64_t at_ms, before_ms;
    int online;   /* -1: not known */
    int flags[3]; /* p, q, r: -1 not known */
    bool dead;
    const struct xz_set *relations;
    struct sample_line lines[4];
    uint32_t line_count;
    bool lines_unknown;
};

enum {
    S_SETTLEMENT,
    S_MOVEMENT,
    S_LINK,
    S_MED_TYPE,
    S_PSN_TYPE,
    S_NAME,
    S_ACCT_PAY,
    S_MEDFEE,
    S_AGE,
    S_COUNT,
    S_SHARE,
    S_AT,
    S_BEFORE,
    S_GAP,
    S_ONLINE,
    S_P,
    S_Q,
    S_R,
    S_DEAD,
    S_RELATIONS,
    S_LINES
};

static inline void sample_int(int64_t number, struct xz_value *value)
{
    value->known = number != INT64_MIN;
    value->integer = number;
}

static inline void sample_str(struct xz_str text, struct xz_value *value)
{
    value->known = text.len > 0;
    value->text = text;
}

static inline void sample_flag(int flag, struct xz_value *value)
{
    value->known = flag >= 0;
    value->boolean = flag > 0;
}

static void sample_tag_load(const void *ctx, uint16_t slot, struct xz_value *value)
{
    (void)slot;
    sample_str(((const struct sample_tag *)ctx)->word, value);
}
static const struct xz_var sample_tag_vars[] = {{"word", XZ_TYPE_STR, 0, 1, NULL}};
static const struct xz_scope sample_tag_scope = {"tag", sample_tag_vars, 1, sample_tag_load};

static void sample_line_load(const void *ctx, uint16_t slot, struct xz_value *value)
{
    const struct sample_line *line = ctx;

    switch (slot) {
    case 0:
        sample_str(line->code, value);
        break;
    case 1:
        sample_int(line->cost_fen, value);
        break;
    case 2:
        value->known = line->sex != 0;
        value->integer = line->sex;
        break;
    default:
        value->known = true;
        value->items.first = line->tags;
        value->items.count = line->tag_count;
        value->items.stride = sizeof(line->tags[0]);
        break;
    }
}
static const struct xz_var sample_line_vars[] = {
    {"code", XZ_TYPE_STR, 0, 1, NULL},
    {"cost", XZ_TYPE_INT, 1, 100, NULL},
    {"item.sex", XZ_TYPE_INT, 2, 1, NULL},
    {"tags", XZ_TYPE_ITEMS, 3, 1, &sample_tag_scope},
};
static const struct xz_scope sample_line_scope = {"line", sample_line_vars, 4, sample_line_load};

static void sample_load(const void *ctx, uint16_t slot, struct xz_value *value)
{
    const struct sample_event *event = ctx;
    static const uint8_t bodies[] = {XZ_BODY_SETTLEMENT, XZ_BODY_ACCOUNT_MOVEMENT,
                                     XZ_BODY_MULAID_LINK};

    switch (slot) {
    case S_SETTLEMENT:
    case S_MOVEMENT:
    case S_LINK:
        sample_flag(event->body == bodies[slot - S_SETTLEMENT], value);
        break;
    case S_MED_TYPE:
        sample_str(event->med_type, value);
        break;
    case S_PSN_TYPE:
        sample_str(event->psn_type, value);
        break;
    case S_NAME:
        sample_str(event->name, value);
        break;
    case S_ACCT_PAY:
        sample_int(event->acct_pay_fen, value);
        break;
    case S_MEDFEE:
        sample_int(event->medfee_fen, value);
        break;
    case S_AGE:
        sample_int(event->age, value);
        break;
    case S_COUNT:
        sample_int(event->count_e4, value);
        break;
    case S_SHARE:
        value->known = !isnan(event->share);
        value->number = event->share;
        break;
    case S_AT:
        sample_int(event->at_ms, value);
        break;
    case S_BEFORE:
        sample_int(event->before_ms, value);
        break;
    case S_GAP:
        value->known = true;
        value->integer = event->at_ms - event->before_ms;
        break;
    case S_ONLINE:
        sample_flag(event->online, value);
        break;
    case S_P:
    case S_Q:
    case S_R:
        sample_flag(event->flags[slot - S_P], value);
        break;
    case S_DEAD:
        sample_flag(event->dead, value);
        break;
    case S_RELATIONS:
        value->known = event->relations != NULL;
        value->set = event->relations;
        break;
    case S_LINES:
        value->known = !event->lines_unknown;
        value->items.first = event->lines;
        value->items.count = event->line_count;
        value->items.stride = sizeof(event->lines[0]);
        break;
    default:
        value->known = false;
        break;
    }
}

#define SAMPLE_SHARED                                                                              \
    {"settlement", XZ_TYPE_BOOL, S_SETTLEMENT, 1, NULL},                                           \
        {"account_movement", XZ_TYPE_BOOL, S_MOVEMENT, 1, NULL},                                   \
        {"mulaid_link", XZ_TYPE_BOOL, S_LINK, 1, NULL},                                            \
        {"med_type", XZ_TYPE_STR, S_MED_TYPE, 1, NULL},                                            \
        {"psn_type", XZ_TYPE_STR, S_PSN_TYPE, 1, NULL},                                            \
        {"acct_pay", XZ_TYPE_INT, S_ACCT_PAY, 100, NULL},                                          \
        {"medfee_sumamt", XZ_TYPE_INT, S_MEDFEE, 100, NULL}, {"age", XZ_TYPE_INT, S_AGE, 1, NULL}, \
        {"share", XZ_TYPE_DOUBLE, S_SHARE, 1, NULL},                                               \
    {                                                                                              \
        "policy.relations", XZ_TYPE_SET, S_RELATIONS, 1, NULL                                      \
    }

static const struct xz_var sample_event_vars[] = {
    SAMPLE_SHARED,
    {"name", XZ_TYPE_STR, S_NAME, 1, NULL},
    {"count", XZ_TYPE_INT, S_COUNT, 10000, NULL},
    {"at", XZ_TYPE_TIME, S_AT, 1, NULL},
    {"before", XZ_TYPE_TIME, S_BEFORE, 1, NULL},
    {"gap", XZ_TYPE_DURATION, S_GAP, 1, NULL},
    {"online", XZ_TYPE_BOOL, S_ONLINE, 1, NULL},
    {"p", XZ_TYPE_BOOL, S_P, 1, NULL},
    {"q", XZ_TYPE_BOOL, S_Q, 1, NULL},
    {"r", XZ_TYPE_BOOL, S_R, 1, NULL},
    {"lines", XZ_TYPE_ITEMS, S_LINES, 1, &sample_line_scope},
};
static const struct xz_var sample_history_vars[] = {
    SAMPLE_SHARED,
    {"person.dead", XZ_TYPE_BOOL, S_DEAD, 1, NULL},
    {"refund", XZ_TYPE_BOOL, S_R, 1, NULL},
};
static const struct xz_scope sample_event_scope = {
    "event", sample_event_vars, sizeof(sample_event_vars) / sizeof(sample_event_vars[0]),
    sample_load};
static const struct xz_scope sample_history_scope = {
    "history", sample_history_vars, sizeof(sample_history_vars) / sizeof(sample_history_vars[0]),
    sample_load};

/* An ordinary purchase. */
static inline struct sample_event sample_purchase(void)
{
    return (struct sample_event){
        .body = XZ_BODY_SETTLEMENT,
        .med_type = XZ_STR("41"),
        .psn_type = XZ_STR("1101"),
        .name = XZ_STR("大药房2"),
        .acct_pay_fen = 1250,
        .medfee_fen = 5000,
        .age = 60,
        .count_e4 = 25000,
        .share = 0.25,
        .at_ms = 10 * XZ_DAY_MS,
        .before_ms = 3 * XZ_DAY_MS,
        .online = -1,
        .flags = {1, 0, -1},
        .lines = {{XZ_STR("A1"), 1000, 0, {{XZ_STR("cold")}, {XZ_STR("child")}}, 2},
                  {XZ_STR("B2"), 4000, 2, {{XZ_STR("heart")}}, 1}},
        .line_count = 2};
}

/* ---- evidence ---- */

static int sample_conf_live; /* configurations that are not yet freed */

static inline enum xz_rc sample_configure(const struct xz_yaml *node, void **conf,
                                          struct xz_err *err)
{
    int64_t gap_ms = XZ_MINUTE_MS;

    if (xz_yaml_duration(xz_yaml_get(node, "gap"), &gap_ms, err) != XZ_OK) {
        return XZ_CONFIG;
    }
    *conf = xz_malloc(sizeof(int64_t));
    *(int64_t *)*conf = gap_ms;
    sample_conf_live++;
    return XZ_OK;
}

static inline void sample_conf_free(void *conf)
{
    sample_conf_live -= conf != NULL;
    free(conf);
}

static const char *const sample_distinct_args[] = {"institution", "device", NULL};
static const char *const sample_runs_params[] = {"gap", NULL};
static const struct xz_evidence_schema sample_count = {
    .name = "count", .subjects = UINT32_MAX, .families = 1u << XZ_FAMILY_POLYA | 1u};
static const struct xz_evidence_schema sample_distinct = {.name = "distinct",
                                                          .arguments = sample_distinct_args,
                                                          .subjects = UINT32_MAX,
                                                          .families = 1u << XZ_FAMILY_QUANTILES,
                                                          .whole_days = true};
static const struct xz_evidence_schema sample_runs = {.name = "runs",
                                                      .subjects = 1u << XZ_SUBJECT_INSTITUTION,
                                                      .families = 1u << XZ_FAMILY_QUANTILES,
                                                      .params = sample_runs_params,
                                                      .configure = sample_configure,
                                                      .conf_free = sample_conf_free};
static const struct xz_evidence_schema *const sample_kinds[] = {&sample_count, &sample_distinct,
                                                                &sample_runs};
static const struct xz_pack_schema sample_schema = {.event_scope = &sample_event_scope,
                                                    .history_scope = &sample_history_scope,
                                                    .kinds = sample_kinds,
                                                    .kind_count = 3};

#endif
