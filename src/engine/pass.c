/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One pattern over one history, in event-time order: where it alarms, what belongs to the alarm,
 * and what the evidence came to. A pure function of the records and of the detectors at the base,
 * whatever the order in which the records arrived.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "engine/engine_int.h"
#include "stats/evalue.h"

#define PASS_BYTES_MAX ((size_t)256 << 20)

struct walk {
    struct xz_pass *pass;
    const struct xz_pattern *pattern;
    struct xz_entity *entity;
    struct xz_view view;
    uint8_t *matches; /* by index: 0 not asked, 1 no, 2 yes */
    struct xz_detector detectors[XZ_EVIDENCE_MAX];
    struct xz_step steps[XZ_EVIDENCE_MAX]; /* of those there are, as of the last record */
    bool alarmed[XZ_EVIDENCE_MAX];         /* in its open block: what follows that starts afresh */
    struct xz_day_marks *marks;            /* of a counter, or NULL */
    struct xz_found *open;
    uint32_t taken_upto; /* records before it belong to an earlier episode */
};

void xz_pass_init(struct xz_pass *pass)
{
    memset(pass, 0, sizeof(*pass));
    xz_arena_init(&pass->arena, PASS_BYTES_MAX);
}

void xz_pass_fini(struct xz_pass *pass)
{
    xz_arena_fini(&pass->arena);
    free(pass->found);
    pass->found = NULL;
    free(pass->alarms);
    pass->alarms = NULL;
}

const struct xz_policy *xz_record_policy(const struct xz_pack *pack, const struct xz_record *record)
{
    const struct xz_str home = xz_record_text(record, XZ_TEXT_INSURED_ADMDVS);

    return xz_pack_policy(pack, home.len ? home : xz_record_text(record, XZ_TEXT_PLACE_ADMDVS));
}

static bool in_list(struct xz_str list, const char *id)
{
    const size_t len = strlen(id);

    for (uint32_t at = 0; list.ptr != NULL && at + len <= list.len;) {
        const char *comma = memchr(list.ptr + at, ',', list.len - at);
        const uint32_t end = comma ? (uint32_t)(comma - list.ptr) : list.len;

        if (end - at == len && memcmp(list.ptr + at, id, len) == 0) {
            return true;
        }
        at = end + 1;
    }
    return false;
}

bool xz_matches(const struct xz_pack *pack, const struct xz_pattern *pattern,
                const struct xz_entity *entity, uint32_t index)
{
    const struct xz_record *record = entity->records[index];
    struct xz_history_scope_ctx ctx = {entity, index, pack};

    if (record->flags & (XZ_RECORD_UNDONE | XZ_RECORD_LOAD)) {
        return false;
    }
    if (pattern->scope == XZ_SCOPE_EVENT) {
        return in_list(xz_record_text(record, XZ_TEXT_BREACHES), pattern->id);
    }
    return (pattern->records & 1u << record->kind) && xz_expr_true(pattern->when, &ctx);
}

static bool walk_matches(const struct xz_view *view, uint32_t index)
{
    struct walk *walk = view->ctx;

    if (walk->matches[index] == 0) {
        walk->matches[index] = xz_matches(view->pack, view->pattern, view->entity, index) ? 2 : 1;
    }
    return walk->matches[index] == 2;
}

static bool tail_matches(const struct xz_view *view, uint32_t index)
{
    return xz_matches(view->pack, view->pattern, view->entity, index);
}

static struct xz_found *open_episode(struct walk *walk, uint32_t index)
{
    struct xz_pass *pass = walk->pass;
    struct xz_found *found;
    size_t cap = pass->found_cap;

    xz_array_reserve((void **)&pass->found, &cap, pass->found_count + 1, sizeof(pass->found[0]));
    pass->found_cap = (uint32_t)cap;
    found = &pass->found[pass->found_count++];
    memset(found, 0, sizeof(*found));
    found->weight = xz_arena_calloc(&pass->arena, walk->entity->count, sizeof(float));
    found->first_index = index;
    found->opened_ms = walk->entity->records[index]->at_ms;
    found->log_e = -INFINITY;
    return found;
}

struct member_arg {
    struct walk *walk;
    double scale;
};

static void add_member(void *arg_ptr, uint32_t index, double weight)
{
    const struct member_arg *arg = arg_ptr;
    struct xz_found *found = arg->walk->open;

    if (index < arg->walk->taken_upto || index >= arg->walk->entity->count || !(weight > 0.0)) {
        return;
    }
    if (found->weight[index] == 0.0f) {
        found->member_count++;
        found->first_index = index < found->first_index ? index : found->first_index;
        found->last_index = index > found->last_index ? index : found->last_index;
    }
    weight *= arg->scale;
    found->weight[index] =
        (float)weight > found->weight[index] ? (float)weight : found->weight[index];
}

static void keep_evidence(struct walk *walk, size_t k)
{
    const struct xz_evidence_spec *spec = &walk->pattern->evidence[k];
    const struct xz_step *step = &walk->steps[k];
    struct xz_found *found = walk->open;
    struct xz_judged_evidence *row = NULL;
    uint32_t at = 0;

    while (at < found->evidence_count && found->evidence[at].spec != spec) {
        at++;
    }
    row = &found->evidence[at];
    if (at < found->evidence_count && step->log_e < row->log_e) {
        return; /* the strongest so far stands */
    }
    found->evidence_count += at == found->evidence_count;
    memcpy(found->segments[at], step->segment, sizeof(found->segments[at]));
    *row = (struct xz_judged_evidence){
        .spec = spec,
        .measure = spec->measure,
        .unit = xz_evidence_kind_of(spec)->unit,
        .observed = step->observed,
        .expected = step->expected,
        .log_p = step->log_p,
        .log_e = step->log_e,
        .segment = found->segments[at],
        .subjects = step->baseline != NULL ? step->baseline->subjects : 0,
    };
}

/* The records behind the evidence at this step join the episode. */
static void take_members(struct walk *walk, uint32_t index, void *const *cursors)
{
    struct member_arg arg = {walk, 1.0};

    add_member(&arg, index, 1e-6); /* whatever the kinds say, a record that carries is part of it */
    for (size_t k = 0; k < walk->pattern->evidence_count; k++) {
        const struct xz_evidence_spec *spec = &walk->pattern->evidence[k];
        const struct xz_evidence_kind *kind = xz_evidence_kind_of(spec);

        if (!walk->steps[k].evaluated) {
            continue;
        }
        keep_evidence(walk, k);
        if (walk->steps[k].carries && walk->steps[k].log_e > 0.0 && kind->members != NULL) {
            arg.scale = walk->steps[k].log_e;
            kind->members(spec, &walk->view, index, cursors[k], add_member, &arg);
        }
    }
    walk->open->last_ms = walk->entity->records[index]->at_ms;
}

/* The open episode has not been quiet for too long, and may last until then. */
static bool goes_on(const struct walk *walk, int64_t at_ms)
{
    return walk->open != NULL && at_ms - walk->open->last_ms <= walk->pattern->quiet_ms &&
           at_ms - walk->open->opened_ms <= xz_episode_max_ms(walk->entity->kind);
}

static void note_alarm(struct xz_pass *pass, const struct xz_record *record)
{
    xz_array_reserve((void **)&pass->alarms, &pass->alarm_cap, pass->alarm_count + 1,
                     sizeof(pass->alarms[0]));
    pass->alarms[pass->alarm_count++] = record->key;
}

/* The other half of "sold twice": the last that came in time, if one did, or what comes too late
 * would change where an episode begins. What may have left the history already is not looked for:
 * what is said must not depend on when it is. */
static int64_t sale_before(const struct walk *walk, uint32_t index)
{
    struct xz_record *const *records = walk->entity->records;
    const int64_t since_ms =
        records[index]->at_ms - xz_horizon_ms(walk->view.pack, walk->entity->kind);
    const int64_t last = xz_context_sale_before(walk->entity, index);

    for (int64_t i = last; i >= 0 && records[i]->at_ms >= since_ms;) {
        if (!(records[i]->flags & XZ_RECORD_LATE)) {
            return i;
        }
        i = xz_context_sale_before(walk->entity, (uint32_t)i);
    }
    return last >= 0 && records[last]->at_ms >= since_ms ? last : -1;
}

static void judge_conclusive(struct walk *walk, uint32_t index)
{
    const struct xz_record *record = walk->entity->records[index];
    struct member_arg arg = {walk, 1.0};

    if (record->flags & XZ_RECORD_LATE) {
        return;
    }
    note_alarm(walk->pass, record);
    if (!goes_on(walk, record->at_ms)) {
        const int64_t before = sale_before(walk, index);

        if (xz_judge_is_muted(walk->entity, walk->pattern, record->key)) {
            return;
        }
        walk->open = open_episode(walk, index);
        if (before >= 0) {
            add_member(&arg, (uint32_t)before, 1.0);
        }
    }
    add_member(&arg, index, 1.0);
    walk->open->last_ms = record->at_ms;
}

/* Each detector takes a step a block; per block M grows by one under the null. Divided by its
 * blocks a month, all of a pattern's grow by one a month, and may be averaged. */
static double blocks_per_month(const struct xz_pattern *pattern, size_t evidence)
{
    const struct xz_evidence_spec *spec = &pattern->evidence[evidence];

    if (xz_evidence_kind_of(spec)->block != XZ_BLOCK_PERIOD) {
        return pattern->steps_per_month;
    }
    if (spec->window_ms > 0 && spec->window_ms <= XZ_DAY_MS) {
        return 30.4375;
    }
    return spec->window_ms > 0 && spec->window_ms <= 10 * XZ_DAY_MS ? 4.0 : 1.0;
}

static double threshold_per_month(const struct xz_pattern *pattern)
{
    return -log(pattern->alarm_per_month);
}

/* Folds one record into every piece of evidence; true when the pattern's detector alarms. */
static bool step_all(struct walk *walk, uint32_t index, void *const *cursors, double *log_m,
                     bool *stirring)
{
    double each[XZ_EVIDENCE_MAX];
    const size_t count = walk->pattern->evidence_count;

    *stirring = false;
    for (size_t k = 0; k < count; k++) {
        const struct xz_evidence_spec *spec = &walk->pattern->evidence[k];
        struct xz_step *step = &walk->steps[k];

        memset(step, 0, sizeof(*step));
        xz_evidence_kind_of(spec)->step(spec, &walk->view, index, cursors[k], step);
        if (!step->evaluated) {
            walk->pass->not_evaluated += step->why_not != NULL;
            each[k] = walk->detectors[k].log_m;
            continue;
        }
        walk->pass->evaluated++;
        if (walk->pass->sinks != NULL && walk->pass->sinks->stepped != NULL) {
            walk->pass->sinks->stepped(walk->pass->sinks->arg, spec, walk->entity,
                                       walk->entity->records[index], step);
        }
        *stirring = *stirring || (step->carries && step->log_e > 0.0);
        each[k] = xz_detector_fold(&walk->detectors[k], spec, &walk->view, index, step,
                                   &walk->alarmed[k]);
    }
    for (size_t k = 0; k < count; k++) {
        each[k] -= log(blocks_per_month(walk->pattern, k));
    }
    *log_m = xz_evalue_mean(each, count); /* of their M: the pattern's own e-detector */
    return *stirring && *log_m >= threshold_per_month(walk->pattern);
}

/* An alarm in a block that is still open is kept with its detector: the next pass may begin after
 * it. */
#define ALARMED 0x80000000u

static void unpack_detector(struct walk *walk, size_t k, const struct xz_detector *detector)
{
    walk->detectors[k] = *detector;
    walk->alarmed[k] = (detector->steps & ALARMED) != 0;
    walk->detectors[k].steps &= ~ALARMED;
}

static struct xz_detector packed_detector(const struct walk *walk, size_t k)
{
    struct xz_detector detector = walk->detectors[k];

    detector.steps |= walk->alarmed[k] ? ALARMED : 0;
    return detector;
}

static void load_detectors(struct walk *walk, bool tip)
{
    for (size_t k = 0; k < walk->pattern->evidence_count; k++) {
        const uint32_t at = xz_engine_detector_slot(walk->entity, walk->pattern, k);
        const struct xz_entity_pattern *slot = &walk->entity->patterns[at];

        unpack_detector(walk, k, tip ? &slot->tip : &slot->base);
    }
}

static void save_detectors(struct walk *walk, bool base)
{
    for (size_t k = 0; k < walk->pattern->evidence_count; k++) {
        const uint32_t at = xz_engine_detector_slot(walk->entity, walk->pattern, k);
        struct xz_entity_pattern *slot = &walk->entity->patterns[at];

        *(base ? &slot->base : &slot->tip) = packed_detector(walk, k);
    }
}

static void mark_day(struct walk *walk, uint32_t index)
{
    struct xz_detector now[XZ_EVIDENCE_MAX];

    if (walk->marks == NULL) {
        return;
    }
    for (size_t k = 0; k < walk->pattern->evidence_count; k++) {
        now[k] = packed_detector(walk, k);
    }
    xz_day_marks_put(walk->marks, xz_day_of(walk->entity->records[index]->at_ms), now,
                     walk->pattern->evidence_count);
}

static void judge_suspicious(struct walk *walk, uint32_t index, void *const *cursors)
{
    const struct xz_record *record = walk->entity->records[index];
    double log_m = 0.0;
    bool stirring = false, alarm;
    const bool within = goes_on(walk, record->at_ms);

    mark_day(walk, index);
    alarm = step_all(walk, index, cursors, &log_m, &stirring);
    for (size_t k = 0; alarm && k < walk->pattern->evidence_count; k++) {
        walk->alarmed[k] = true;
    }
    if (record->flags & XZ_RECORD_LATE) {
        return;
    }
    if (alarm) {
        note_alarm(walk->pass, record);
    }
    if (alarm && !within) {
        if (xz_judge_is_muted(walk->entity, walk->pattern, record->key)) {
            return;
        }
        walk->taken_upto = walk->open != NULL ? walk->open->last_index + 1 : 0;
        walk->open = open_episode(walk, index);
    }
    if (alarm || (within && stirring)) {
        walk->open->log_e = log_m > walk->open->log_e ? log_m : walk->open->log_e;
        take_members(walk, index, cursors);
    }
}

uint32_t xz_engine_detector_slot(struct xz_entity *entity, const struct xz_pattern *pattern,
                                 size_t evidence)
{
    char id[8];

    xz_evidence_slot(pattern, &pattern->evidence[evidence], id);
    return xz_entity_pattern_index(entity, id);
}

/* Cursors of a pass: the entity's own, to go on from later, or throw-away ones. */
static void cursors_begin(struct walk *walk, bool keep, void **cursors)
{
    for (size_t k = 0; k < walk->pattern->evidence_count; k++) {
        const struct xz_evidence_spec *spec = &walk->pattern->evidence[k];
        const struct xz_evidence_kind *kind = xz_evidence_kind_of(spec);

        cursors[k] = NULL;
        if (kind->cursor_size == 0) {
            continue;
        }
        if (keep) {
            struct xz_cursor_cell *cell = xz_scratch_cell(walk->entity, spec);

            if (kind->end != NULL) {
                kind->end(cell->cursor);
            }
            memset(cell->cursor, 0, kind->cursor_size);
            cell->upto = walk->entity->count;
            cursors[k] = cell->cursor;
        } else {
            cursors[k] = xz_calloc(1, kind->cursor_size);
        }
        if (kind->begin != NULL) {
            kind->begin(cursors[k]);
        }
    }
}

static void cursors_drop(struct walk *walk, void **cursors)
{
    for (size_t k = 0; k < walk->pattern->evidence_count; k++) {
        const struct xz_evidence_kind *kind = xz_evidence_kind_of(&walk->pattern->evidence[k]);

        if (cursors[k] != NULL && kind->end != NULL) {
            kind->end(cursors[k]);
        }
        free(cursors[k]);
    }
}

static void walk_init(struct walk *walk, const struct xz_pack *pack,
                      const struct xz_pattern *pattern, struct xz_entity *entity)
{
    walk->pass = NULL;
    walk->pattern = pattern;
    walk->entity = entity;
    walk->view = (struct xz_view){entity, pack, pattern, walk_matches, NULL};
    walk->matches = NULL;
    memset(walk->detectors, 0, sizeof(walk->detectors));
    memset(walk->alarmed, 0, sizeof(walk->alarmed));
    walk->marks = NULL;
    walk->open = NULL;
    walk->taken_upto = 0;
}

void xz_pass_leave(const struct xz_pack *pack, const struct xz_pattern *pattern,
                   struct xz_entity *entity, uint32_t upto)
{
    struct walk walk;

    walk_init(&walk, pack, pattern, entity);
    walk.view.matches = tail_matches;
    for (size_t k = 0; k < pattern->evidence_count; k++) {
        const struct xz_evidence_spec *spec = &pattern->evidence[k];

        if (xz_evidence_kind_of(spec)->leaving != NULL) {
            const uint32_t left = xz_evidence_kind_of(spec)->leaving(spec, &walk.view, upto);

            entity->patterns[xz_engine_detector_slot(entity, pattern, k)].left += left;
        }
    }
}

static void walk_on(struct walk *walk, uint32_t from, int64_t until_ms, void *const *cursors)
{
    const struct xz_entity *entity = walk->entity;

    for (uint32_t i = from; i < entity->count && entity->records[i]->at_ms < until_ms; i++) {
        if (!walk_matches(&walk->view, i)) {
            continue;
        }
        if (walk->pattern->result == XZ_RESULT_CONCLUSIVE) {
            judge_conclusive(walk, i);
        } else {
            judge_suspicious(walk, i, cursors);
        }
    }
}

static uint32_t index_of_base(const struct xz_entity *entity)
{
    return entity->before.base_ms == XZ_TIME_NONE ? 0
                                                  : xz_entity_lower(entity, entity->before.base_ms);
}

static void pass_begin(struct walk *walk, struct xz_pass *pass, const struct xz_pack *pack,
                       const struct xz_pattern *pattern, struct xz_entity *entity)
{
    xz_arena_reset(&pass->arena);
    pass->found_count = 0;
    pass->alarm_count = 0;
    walk_init(walk, pack, pattern, entity);
    walk->view.ctx = walk;
    walk->pass = pass;
    walk->matches = xz_arena_calloc(&pass->arena, entity->count + 1, 1);
}

/* Where the walk begins, with the detectors of that place. */
static uint32_t detectors_begin(struct walk *walk, int64_t since_ms)
{
    const struct xz_day_mark *mark = NULL;

    walk->marks = xz_scratch_day_marks(walk->entity, walk->pattern);
    if (walk->marks != NULL && since_ms != XZ_TIME_NONE) {
        mark = xz_day_marks_back_to(walk->marks, xz_day_of(since_ms));
    }
    if (mark != NULL) {
        for (size_t k = 0; k < walk->pattern->evidence_count; k++) {
            unpack_detector(walk, k, &mark->detectors[k]);
        }
        return xz_entity_lower(walk->entity, xz_day_start_ms(mark->day));
    }
    if (walk->marks != NULL) {
        xz_day_marks_clear(walk->marks);
    }
    load_detectors(walk, false);
    return index_of_base(walk->entity);
}

void xz_pass_run(struct xz_pass *pass, const struct xz_pack *pack, const struct xz_pattern *pattern,
                 struct xz_entity *entity, int64_t since_ms)
{
    struct walk walk;
    void *cursors[XZ_EVIDENCE_MAX] = {NULL};
    uint32_t from;

    pass_begin(&walk, pass, pack, pattern, entity);
    if (pattern->result == XZ_RESULT_CONCLUSIVE) {
        walk_on(&walk, index_of_base(entity), INT64_MAX, cursors);
        return;
    }
    from = detectors_begin(&walk, since_ms);
    cursors_begin(&walk, true, cursors);
    walk_on(&walk, from, INT64_MAX, cursors);
    save_detectors(&walk, false);
}

void xz_pass_base(struct xz_pass *pass, const struct xz_pack *pack,
                  const struct xz_pattern *pattern, struct xz_entity *entity, int64_t base_ms)
{
    struct walk walk;
    void *cursors[XZ_EVIDENCE_MAX] = {NULL};
    struct xz_day_marks *marks = xz_scratch_day_marks(entity, pattern);

    pass_begin(&walk, pass, pack, pattern, entity);
    if (marks != NULL && marks->whole) {
        const struct xz_day_mark *mark = xz_day_marks_from(marks, xz_day_of(base_ms));

        load_detectors(&walk, true); /* nothing came since: the tip is the base */
        for (size_t k = 0; mark != NULL && k < pattern->evidence_count; k++) {
            unpack_detector(&walk, k, &mark->detectors[k]);
        }
    } else {
        load_detectors(&walk, false);
        cursors_begin(&walk, false, cursors);
        walk_on(&walk, index_of_base(entity), base_ms, cursors);
        cursors_drop(&walk, cursors);
    }
    save_detectors(&walk, true);
}

/* The record at the tail comes so late after the open episode's last that this one has ended; or it
 * is a code's, where a return tells what an earlier sale was. */
static bool touches_episode(const struct xz_entity *entity, const struct xz_pattern *pattern,
                            int64_t at_ms)
{
    for (uint32_t i = 0; i < entity->episode_count; i++) {
        const struct xz_episode *episode = &entity->episodes[i];

        if (episode->status == XZ_EPISODE_OPEN &&
            (at_ms - episode->last_ms > pattern->quiet_ms || entity->kind == XZ_ENTITY_TRACE) &&
            strcmp(episode->pattern, pattern->id) == 0) {
            return true;
        }
    }
    return false;
}

static bool has_open_episode(const struct xz_entity *entity, const struct xz_pattern *pattern)
{
    for (uint32_t i = 0; i < entity->episode_count; i++) {
        if (entity->episodes[i].status == XZ_EPISODE_OPEN &&
            strcmp(entity->episodes[i].pattern, pattern->id) == 0) {
            return true;
        }
    }
    return false;
}

/* The entity's own cursors, if they stand right before the tail; false: a pass must make them. */
static bool tail_cursors(struct walk *walk, uint32_t index, void **cursors)
{
    for (size_t k = 0; k < walk->pattern->evidence_count; k++) {
        const struct xz_evidence_spec *spec = &walk->pattern->evidence[k];

        cursors[k] = NULL;
        if (xz_evidence_kind_of(spec)->cursor_size > 0) {
            struct xz_cursor_cell *cell = xz_scratch_cell(walk->entity, spec);

            if (cell->upto != index) {
                return false;
            }
            cell->upto = index + 1;
            cursors[k] = cell->cursor;
        }
    }
    return true;
}

bool xz_pass_tail(struct xz_engine *engine, const struct xz_pattern *pattern,
                  struct xz_entity *entity, uint32_t index)
{
    struct walk walk;
    void *cursors[XZ_EVIDENCE_MAX] = {NULL};
    double log_m;
    bool stirring, alarm;

    if (touches_episode(entity, pattern, entity->records[index]->at_ms)) {
        return true;
    }
    if (pattern->result == XZ_RESULT_CONCLUSIVE) {
        return xz_matches(engine->plan.pack, pattern, entity, index);
    }
    walk_init(&walk, engine->plan.pack, pattern, entity);
    walk.view.matches = tail_matches;
    walk.pass = &engine->pass;
    if (!tail_cursors(&walk, index, cursors)) {
        return true;
    }
    if (!tail_matches(&walk.view, index)) {
        return false;
    }
    load_detectors(&walk, true);
    walk.marks = xz_scratch_day_marks(entity, pattern);
    mark_day(&walk, index);
    alarm = step_all(&walk, index, cursors, &log_m, &stirring);
    if (alarm || (stirring && has_open_episode(entity, pattern))) {
        return true; /* the pass steps over it again, from the base */
    }
    save_detectors(&walk, false);
    return false;
}
