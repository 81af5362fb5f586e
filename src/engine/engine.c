/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The engine of one partition: which patterns judge which kind of entity, and where an observation
 * goes. */
#include "base/hash.h"
#include <stdlib.h>

#include "base/mem.h"
#include "engine/engine_int.h"

const struct xz_pack_schema *xz_engine_schema(void)
{
    static struct xz_pack_schema schema;

    if (schema.event_scope == NULL) {
        schema.kinds = xz_evidence_kinds(&schema.kind_count);
        schema.history_scope = xz_history_scope();
        schema.event_scope = xz_event_scope();
        schema.record_names = xz_record_kind_names;
        schema.record_name_count = XZ_RECORD_KINDS;
    }
    return &schema;
}

enum xz_entity_kind xz_subject_entity(enum xz_subject subject, enum xz_pattern_scope scope)
{
    if (scope == XZ_SCOPE_EVENT) {
        return XZ_ENTITY_PERSON; /* judged at the gate, kept with the person */
    }
    switch (subject) {
    case XZ_SUBJECT_INSTITUTION:
        return XZ_ENTITY_INSTITUTION;
    case XZ_SUBJECT_OPERATOR:
        return XZ_ENTITY_OPERATOR;
    case XZ_SUBJECT_DEVICE:
        return XZ_ENTITY_DEVICE;
    case XZ_SUBJECT_GIVER:
        return XZ_ENTITY_GIVER;
    case XZ_SUBJECT_PROXY:
        return XZ_ENTITY_PROXY;
    case XZ_SUBJECT_TRACE:
        return XZ_ENTITY_TRACE;
    default:
        return XZ_ENTITY_PERSON;
    }
}

static void plan_free(struct xz_judge_plan *plan)
{
    for (size_t k = 0; k < XZ_ENTITY_COUNT; k++) {
        free(plan->kinds[k].patterns);
    }
    free(plan->gate);
    memset(plan, 0, sizeof(*plan));
}

static void plan_make(struct xz_judge_plan *plan, const struct xz_pack *pack)
{
    size_t count;
    const struct xz_pattern *patterns = xz_pack_patterns(pack, &count);

    memset(plan, 0, sizeof(*plan));
    plan->pack = pack;
    plan->gate = xz_calloc(count + 1, sizeof(plan->gate[0]));
    for (size_t k = 0; k < XZ_ENTITY_COUNT; k++) {
        plan->kinds[k].patterns = xz_calloc(count + 1, sizeof(plan->kinds[k].patterns[0]));
    }
    for (size_t i = 0; i < count; i++) {
        const enum xz_entity_kind kind = xz_subject_entity(patterns[i].subject, patterns[i].scope);
        struct xz_judge_kind *judge = &plan->kinds[kind];

        judge->patterns[judge->count++] = &patterns[i];
        plan->derive |= XZ_KINDS_MASK(kind);
        if (patterns[i].scope == XZ_SCOPE_EVENT) {
            plan->gate[plan->gate_count++] = &patterns[i];
        }
    }
}

struct xz_pattern_counts *xz_engine_pattern_count(struct xz_engine *engine, const char *id)
{
    for (size_t i = 0; i < engine->pattern_count; i++) {
        if (strcmp(engine->pattern_counts[i].id, id) == 0) {
            return &engine->pattern_counts[i];
        }
    }
    engine->pattern_counts = xz_realloc(
        engine->pattern_counts, (engine->pattern_count + 1) * sizeof(engine->pattern_counts[0]));
    engine->pattern_counts[engine->pattern_count] = (struct xz_pattern_counts){
        .id = xz_strdup(id), /* packs come and go; counts stay */
    };
    return &engine->pattern_counts[engine->pattern_count++];
}

bool xz_cost_is_timed(struct xz_engine *engine, uint64_t *at_ns)
{
    if (engine->now_ns == NULL || engine->turns++ % XZ_COST_EVERY != 0) {
        return false;
    }
    *at_ns = engine->now_ns();
    return true;
}

void xz_cost_add(struct xz_engine *engine, const struct xz_pattern *pattern, uint64_t *at_ns)
{
    const uint64_t now_ns = engine->now_ns();

    xz_engine_pattern_count(engine, pattern->id)->cost_ns += (now_ns - *at_ns) * XZ_COST_EVERY;
    *at_ns = now_ns;
}

struct xz_engine *xz_engine_new(const struct xz_engine_setup *setup)
{
    struct xz_engine *engine = xz_calloc(1, sizeof(*engine));

    engine->cache = setup->cache;
    engine->sinks = setup->sinks;
    engine->keep_history = setup->keep_history;
    engine->now_ns = setup->now_ns;
    xz_pass_init(&engine->pass);
    engine->pass.sinks = &engine->sinks;
    plan_make(&engine->plan, setup->pack);
    return engine;
}

void xz_engine_free(struct xz_engine *engine)
{
    if (engine == NULL) {
        return;
    }
    plan_free(&engine->plan);
    xz_pass_fini(&engine->pass);
    xz_buf_fini(&engine->codes);
    xz_buf_fini(&engine->debits);
    xz_buf_fini(&engine->breaches);
    for (size_t i = 0; i < engine->pattern_count; i++) {
        free((char *)engine->pattern_counts[i].id);
    }
    free(engine->pattern_counts);
    free(engine->touched);
    free(engine->before);
    free(engine);
}

void xz_engine_set_pack(struct xz_engine *engine, const struct xz_pack *pack)
{
    plan_free(&engine->plan);
    plan_make(&engine->plan, pack);
    xz_cache_drop_scratch(engine->cache);
}

/* ---- fold ---- */

static struct xz_touched *touched_of(struct xz_engine *engine, const struct xz_entity *entity)
{
    for (size_t i = engine->touched_count; i-- > 0;) {
        if (engine->touched[i].entity == entity) {
            return &engine->touched[i];
        }
    }
    return NULL;
}

static void touch(struct xz_engine *engine, struct xz_entity *entity, uint32_t at, bool tail)
{
    struct xz_touched *touched = touched_of(engine, entity);

    if (touched == NULL) {
        xz_array_reserve((void **)&engine->touched, &engine->touched_cap, engine->touched_count + 1,
                         sizeof(engine->touched[0]));
        touched = &engine->touched[engine->touched_count++];
        *touched = (struct xz_touched){entity, engine->late, true, at};
    }
    touched->tail_only = touched->tail_only && tail;
    touched->first = at < touched->first ? at : touched->first;
}

static bool judged_by_frame(enum xz_entity_kind kind)
{
    return kind == XZ_ENTITY_INSTITUTION || kind == XZ_ENTITY_DEVICE;
}

/* A record is in its place, or changed: judge now, or when the frame ends. */
static void moved(struct xz_engine *engine, struct xz_entity *entity, uint32_t at, bool tail)
{
    xz_cache_dirty(engine->cache, entity);
    if (judged_by_frame(entity->kind)) {
        touch(engine, entity, at, tail);
        return;
    }
    xz_judge(engine, entity, at, tail);
    xz_history_trim(engine, entity);
}

/* Exact whatever the order of arrival, within what the history holds. */
void xz_engine_count_month(struct xz_engine *engine, const struct xz_entity *entity, uint32_t at)
{
    const int32_t month = xz_month_of(entity->records[at]->at_ms);
    const bool before = at > 0 && xz_month_of(entity->records[at - 1]->at_ms) == month;
    const bool after =
        at + 1 < entity->count && xz_month_of(entity->records[at + 1]->at_ms) == month;

    engine->counts.subject_months[entity->kind] += !before && !after;
}

static void fold_add(struct xz_engine *engine, struct xz_entity *entity, struct xz_record *record)
{
    const uint32_t at = xz_entity_insert(entity, record);

    xz_engine_count_month(engine, entity, at);
    moved(engine, entity, at, at + 1 == entity->count);
}

static void fold_derived(struct xz_engine *engine, struct xz_entity *entity,
                         struct xz_observation *observation)
{
    int64_t at;

    if (observation->op == XZ_OBSERVATION_ADD) {
        at = xz_entity_find(entity, observation->record->key);
        if (at >= 0 && observation->record->kind == XZ_RECORD_REFUND &&
            (entity->records[at]->flags & XZ_RECORD_UNDONE) != 0) {
            entity->records[at]->flags &= (uint16_t)~XZ_RECORD_UNDONE; /* undone after all, again */
            xz_entity_touch(entity, (uint32_t)at);
            moved(engine, entity, (uint32_t)at, false);
            return;
        }
        if (at >= 0) {
            engine->counts.duplicates++;
            return;
        }
        fold_add(engine, entity, observation->record);
        observation->record = NULL;
        return;
    }
    at = xz_entity_find(entity, observation->key);
    if (at < 0) {
        return; /* older than the history */
    }
    if (observation->op == XZ_OBSERVATION_UNDO) {
        entity->records[at]->flags |= XZ_RECORD_UNDONE;
    } else {
        entity->records[at]->flags &= (uint16_t)~XZ_RECORD_UNDONE;
    }
    xz_entity_touch(entity, (uint32_t)at);
    moved(engine, entity, (uint32_t)at, false);
}

/* A scan that names no person goes straight to its code, which then is the gate. */
static void fold_scan(struct xz_engine *engine, struct xz_entity *entity,
                      const struct xz_observation *observation)
{
    struct xz_record_draft draft;

    xz_record_of_event(observation->event, observation, &engine->codes, &engine->debits, &draft);
    if (xz_entity_find(entity, draft.head.key) >= 0) {
        engine->counts.duplicates++;
        return;
    }
    engine->counts.events++;
    fold_add(engine, entity, xz_record_build(&draft));
}

/* ---- what comes too late opens nothing: what there was before it is noted first ---- */

static void forget_alarms(struct xz_engine *engine, const struct xz_entity *entity)
{
    size_t kept = 0;

    for (size_t i = 0; i < engine->before_count; i++) {
        if (engine->before[i].entity != entity) {
            engine->before[kept++] = engine->before[i];
        }
    }
    engine->before_count = kept;
}

static void judge_touched(struct xz_engine *engine, const struct xz_touched *touched)
{
    engine->late = touched->late;
    xz_history_settle(engine, touched->entity);
    xz_judge(engine, touched->entity, touched->first, touched->tail_only);
    xz_history_trim(engine, touched->entity);
    if (engine->late) {
        forget_alarms(engine, touched->entity);
    }
    engine->late = false;
}

/* Of an entity that waits for the frame's end, what was in time is judged before what was not. */
static void begin_fold(struct xz_engine *engine, struct xz_entity *entity, bool late)
{
    struct xz_touched *touched = judged_by_frame(entity->kind) ? touched_of(engine, entity) : NULL;

    if (touched != NULL && touched->late != late) {
        judge_touched(engine, touched);
        *touched = engine->touched[--engine->touched_count];
        touched = NULL;
    }
    if (late && touched == NULL) {
        xz_judge_note(engine, entity);
    }
    engine->late = late;
}

static enum xz_rc fold(struct xz_engine *engine, struct xz_observation *observation,
                       struct xz_err *err)
{
    struct xz_entity *entity = NULL;
    enum xz_rc rc = xz_cache_get(engine->cache, observation->kind, observation->id, &entity, err);

    if (rc != XZ_OK) {
        return rc;
    }
    if (observation->op == XZ_OBSERVATION_EVENT) {
        observation->late = observation->behind_ms > xz_pack_lateness_ms(engine->plan.pack);
    }
    engine->counts.observations++;
    begin_fold(engine, entity, observation->late);
    if (observation->op != XZ_OBSERVATION_EVENT) {
        fold_derived(engine, entity, observation);
    } else if (observation->kind == XZ_ENTITY_PERSON) {
        rc = xz_gate_fold(engine, entity, observation, err);
    } else {
        fold_scan(engine, entity, observation);
    }
    if (engine->late && !judged_by_frame(entity->kind)) {
        forget_alarms(engine, entity);
    }
    engine->late = false;
    return rc;
}

enum xz_rc xz_engine_fold(struct xz_engine *engine, struct xz_observation *observation,
                          struct xz_err *err)
{
    const enum xz_rc rc = fold(engine, observation, err);

    xz_record_free(observation->record); /* unless a history took it */
    observation->record = NULL;
    return rc;
}

enum xz_rc xz_engine_frame_end(struct xz_engine *engine, struct xz_err *err)
{
    (void)err;
    for (size_t i = 0; i < engine->touched_count; i++) {
        judge_touched(engine, &engine->touched[i]);
    }
    engine->touched_count = 0;
    return XZ_OK;
}

/* ---- fitting ---- */

struct collect {
    uint8_t *matches; /* 0 not asked, 1 no, 2 yes */
};

static bool collect_matches(const struct xz_view *view, uint32_t index)
{
    const struct collect *collect = view->ctx;

    if (collect->matches[index] == 0) {
        collect->matches[index] =
            xz_matches(view->pack, view->pattern, view->entity, index) ? 2 : 1;
    }
    return collect->matches[index] == 2;
}

void xz_engine_collect(const struct xz_pack *pack, const struct xz_entity *entity,
                       xz_sample_fn sample, void *arg)
{
    size_t count;
    const struct xz_pattern *patterns = xz_pack_patterns(pack, &count);
    struct collect collect = {xz_malloc(entity->count + 1)};
    struct xz_view view = {entity, pack, NULL, collect_matches, &collect};

    for (size_t i = 0; i < count; i++) {
        view.pattern = &patterns[i];
        if (patterns[i].result != XZ_RESULT_SUSPICIOUS ||
            xz_subject_entity(patterns[i].subject, patterns[i].scope) != entity->kind) {
            continue;
        }
        memset(collect.matches, 0, entity->count + 1);
        for (size_t k = 0; k < patterns[i].evidence_count; k++) {
            xz_evidence_collect(&patterns[i].evidence[k], &view, sample, arg);
        }
    }
    free(collect.matches);
}

struct xz_engine_counts xz_engine_counts(const struct xz_engine *engine) { return engine->counts; }

const struct xz_pattern_counts *xz_engine_pattern_counts(const struct xz_engine *engine,
                                                         size_t *count)
{
    *count = engine->pattern_count;
    return engine->pattern_counts;
}
