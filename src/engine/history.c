/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Lets what is older than the horizon go. Judgement begins at a base, which moves by whole calendar
 * months (of an institution: by days), so that no block of a detector is ever cut; one more month
 * (day) stays behind it as context for windows. What goes leaves its mark in the background.
 */
#include <stdlib.h>

#include "base/hash.h"
#include "base/mem.h"
#include "engine/engine_int.h"

static bool stands(const struct xz_record *record) { return !(record->flags & XZ_RECORD_UNDONE); }

static void fold_status(struct xz_entity *entity, const struct xz_record *record)
{
    struct xz_background *before = &entity->before;

    switch (record->detail) {
    case XZ_STATUS_DEATH:
        before->death_ms = before->death_ms == XZ_TIME_NONE ? record->at_ms : before->death_ms;
        break;
    case XZ_STATUS_INSURED:
        before->paused_ms = XZ_TIME_NONE;
        before->terminated_ms = XZ_TIME_NONE;
        break;
    case XZ_STATUS_PAUSED:
        before->paused_ms = before->paused_ms == XZ_TIME_NONE ? record->at_ms : before->paused_ms;
        break;
    case XZ_STATUS_TERMINATED:
        before->terminated_ms =
            before->terminated_ms == XZ_TIME_NONE ? record->at_ms : before->terminated_ms;
        break;
    case XZ_STATUS_SUSPENDED:
        before->suspended_ms = record->at_ms;
        before->suspended_until_ms = record->ref_ms;
        break;
    case XZ_STATUS_RESUMED:
        before->suspended_ms = XZ_TIME_NONE;
        break;
    case XZ_STATUS_ADMITTED:
        before->admitted_ms = record->at_ms;
        xz_entity_set_admitted_at(entity, xz_record_text(record, XZ_TEXT_INSTITUTION));
        break;
    case XZ_STATUS_DISCHARGED:
        before->admitted_ms = XZ_TIME_NONE;
        break;
    default:
        break;
    }
}

static void fold_settlement(struct xz_entity *entity, const struct xz_record *record)
{
    struct xz_background *before = &entity->before;
    const int year = xz_civil_of(record->at_ms).year;

    if (record->deductible_fen != XZ_FEN_NONE) {
        if (before->deductible_year != year) {
            before->deductible_year = year;
            before->deductible_fen = 0;
        }
        before->deductible_fen += record->deductible_fen;
    }
    if (record->account_fen != XZ_FEN_NONE && record->account_fen > 0) {
        before->last_ms = record->at_ms;
    }
    before->balance_fen =
        record->balance_fen != XZ_FEN_NONE ? record->balance_fen : before->balance_fen;
}

static void fold_away(struct xz_entity *entity, const struct xz_record *record)
{
    struct xz_background *before = &entity->before;

    if (!stands(record)) {
        return;
    }
    if (before->first_ms == XZ_TIME_NONE || record->at_ms < before->first_ms) {
        before->first_ms = record->at_ms;
    }
    if (record->flags & XZ_RECORD_CHRONIC) {
        before->chronic_ms = record->at_ms;
    }
    if (record->kind == XZ_RECORD_STATUS) {
        fold_status(entity, record);
    } else if (record->kind == XZ_RECORD_SETTLEMENT) {
        fold_settlement(entity, record);
    } else if (record->kind == XZ_RECORD_MOVEMENT) {
        if (record->detail == XZ_MOVEMENT_WITHDRAW_CLOSE && before->closed_ms == XZ_TIME_NONE) {
            before->closed_ms = record->at_ms;
        }
        before->balance_fen =
            record->balance_fen != XZ_FEN_NONE ? record->balance_fen : before->balance_fen;
    }
}

/* ---- an institution's day, kept as a pane when its records go ---- */

struct amount_of {
    int64_t amount_fen;
    uint64_t person;
};

static int by_amount(const void *left_ptr, const void *right_ptr)
{
    const struct amount_of *left = left_ptr, *right = right_ptr;

    if (left->amount_fen != right->amount_fen) {
        return left->amount_fen < right->amount_fen ? -1 : 1;
    }
    return (left->person > right->person) - (left->person < right->person);
}

static int by_person(const void *left_ptr, const void *right_ptr)
{
    const struct amount_of *left = left_ptr, *right = right_ptr;

    return (left->person > right->person) - (left->person < right->person);
}

static void count_persons(struct xz_pane *pane, struct amount_of *list, uint32_t count)
{
    uint32_t same = 0;

    qsort(list, count, sizeof(list[0]), by_amount);
    for (uint32_t i = 0; i < count; i++) {
        if (i == 0 || list[i].amount_fen != list[i - 1].amount_fen) {
            same = 1;
        } else {
            same += list[i].person != list[i - 1].person;
        }
        if (same > pane->top_count) {
            pane->top_count = same;
            pane->top_amount_fen = list[i].amount_fen;
        }
    }
    qsort(list, count, sizeof(list[0]), by_person);
    for (uint32_t i = 0; i < count; i++) {
        pane->persons += i == 0 || list[i].person != list[i - 1].person;
    }
}

static int64_t or_zero(int64_t fen) { return fen == XZ_FEN_NONE ? 0 : fen; }

static void make_pane(struct xz_entity *entity, uint32_t first, uint32_t end)
{
    const int32_t day = xz_day_of(entity->records[first]->at_ms);
    struct xz_pane *pane = xz_entity_pane(entity, day);
    struct amount_of *list = xz_calloc(end - first, sizeof(list[0]));
    uint32_t count = 0;

    *pane = (struct xz_pane){.day = day};
    for (uint32_t i = first; i < end; i++) {
        const struct xz_record *record = entity->records[i];

        if (record->kind != XZ_RECORD_SETTLEMENT || !stands(record) ||
            (record->flags & XZ_RECORD_LOAD)) {
            continue;
        }
        pane->count++;
        pane->amount_fen += or_zero(record->amount_fen);
        pane->account_fen += or_zero(record->account_fen) + or_zero(record->mulaid_fen);
        pane->fund_fen += or_zero(record->fund_fen);
        pane->by_hour[xz_civil_of(record->at_ms).hour]++;
        list[count++] = (struct amount_of){
            or_zero(record->amount_fen),
            xz_hash_str(xz_record_text(record, XZ_TEXT_PERSON)),
        };
    }
    count_persons(pane, list, count);
    free(list);
}

static void make_panes(struct xz_entity *entity, int64_t since_ms, int64_t until_ms)
{
    uint32_t first = since_ms == XZ_TIME_NONE ? 0 : xz_entity_lower(entity, since_ms);
    const uint32_t end = xz_entity_lower(entity, until_ms);

    for (uint32_t i = first + 1; i <= end; i++) {
        if (i == end ||
            xz_day_of(entity->records[i]->at_ms) != xz_day_of(entity->records[first]->at_ms)) {
            make_pane(entity, first, i);
            first = i;
        }
    }
}

#define PANE_DAYS 91 /* that panes look back, and more */

static int64_t newest_of(const struct xz_entity *entity)
{
    return entity->records[entity->count - 1]->at_ms;
}

/* before.last_ms is how far panes are made. What comes later than that is in none. */
void xz_history_settle(struct xz_engine *engine, struct xz_entity *entity)
{
    int32_t day;

    if (entity->kind != XZ_ENTITY_INSTITUTION || entity->count == 0) {
        return;
    }
    day = xz_day_of(newest_of(entity)) - xz_pane_age_days(engine->plan.pack);
    if (xz_day_start_ms(day) > entity->before.last_ms) {
        make_panes(entity, entity->before.last_ms, xz_day_start_ms(day));
        entity->before.last_ms = xz_day_start_ms(day);
        if (!engine->keep_history) {
            xz_entity_panes_forget(entity, day - PANE_DAYS);
        }
    }
}

/* ---- the base ---- */

static const struct xz_pattern *pattern_of(const struct xz_engine *engine,
                                           const struct xz_entity *entity,
                                           const struct xz_episode *episode)
{
    const struct xz_judge_kind *kind = &engine->plan.kinds[entity->kind];

    for (uint32_t p = 0; p < kind->count; p++) {
        if (strcmp(kind->patterns[p]->id, episode->pattern) == 0) {
            return kind->patterns[p];
        }
    }
    return NULL;
}

static int64_t block_start(const struct xz_entity *entity, int64_t at_ms)
{
    return xz_keeps_days(entity->kind) ? xz_day_start_ms(xz_day_of(at_ms))
                                       : xz_month_start_ms(xz_month_of(at_ms));
}

/* An episode that goes on, or may go on, across the base stays whole: or it would begin anew there,
 * as another alert. */
static int64_t before_episodes(const struct xz_engine *engine, const struct xz_entity *entity,
                               int64_t base_ms)
{
    for (uint32_t i = 0; i < entity->episode_count; i++) {
        const struct xz_episode *episode = &entity->episodes[i];
        const struct xz_pattern *pattern = pattern_of(engine, entity, episode);

        if (pattern != NULL && episode->rev > 0 && episode->status != XZ_EPISODE_WITHDRAWN &&
            episode->first_ms < base_ms && episode->last_ms + pattern->quiet_ms >= base_ms) {
            base_ms = block_start(entity, episode->first_ms);
            i = UINT32_MAX; /* from the first again */
        }
    }
    return base_ms;
}

static int64_t base_for(const struct xz_engine *engine, const struct xz_entity *entity)
{
    const struct xz_pack *pack = engine->plan.pack;
    const int64_t newest_ms = newest_of(entity);

    if (xz_keeps_days(entity->kind)) {
        return xz_day_start_ms(xz_day_of(newest_ms) - xz_pane_age_days(pack) + 1);
    }
    return xz_month_start_ms(xz_month_of(newest_ms - xz_horizon_ms(pack, entity->kind)));
}

/* One block behind the base stays, for windows that reach back. */
static int64_t keep_for(const struct xz_entity *entity, int64_t base_ms)
{
    return block_start(entity, base_ms - 1);
}

static void drop_first(struct xz_engine *engine, struct xz_entity *entity, uint32_t count)
{
    const struct xz_judge_kind *kind = &engine->plan.kinds[entity->kind];

    for (uint32_t p = 0; p < kind->count && count > 0; p++) {
        xz_pass_leave(engine->plan.pack, kind->patterns[p], entity, count);
    }
    for (uint32_t i = 0; i < count && !xz_keeps_days(entity->kind); i++) {
        fold_away(entity, entity->records[i]);
    }
    if (entity->kind == XZ_ENTITY_TRACE && count > 0) {
        xz_boxes_leave(entity, count);
        xz_scratch_invalidate(entity);
        return;
    }
    for (uint32_t i = 0; i < count; i++) {
        xz_entity_remove_first(entity);
    }
    xz_scratch_left(entity, count);
}

static void drop_until(struct xz_engine *engine, struct xz_entity *entity, int64_t keep_ms)
{
    drop_first(engine, entity, xz_entity_lower(entity, keep_ms));
    for (uint32_t i = entity->pending_count; i-- > 0;) {
        if (entity->pending[i].at_ms < keep_ms) {
            xz_entity_pending_remove(entity, i);
        }
    }
    for (uint32_t i = entity->episode_count; i-- > 0;) {
        if (entity->episodes[i].last_ms < keep_ms) {
            xz_entity_episode_remove(entity, i);
        }
    }
}

/* An episode that goes on may hold so many times more: cut, it would begin anew as another alert.
 */
#define EPISODE_TIMES 16

/* More records than a history may hold: the oldest eighth goes, and the evidence can tell. */
static void drop_by_count(struct xz_engine *engine, struct xz_entity *entity)
{
    const uint32_t max = xz_pack_history_max(engine->plan.pack);
    uint32_t drop;

    if (entity->count <= max || xz_keeps_days(entity->kind)) {
        return;
    }
    drop = entity->count - max + max / 8;
    if (entity->count <= max * EPISODE_TIMES) {
        const int64_t base_ms = entity->records[drop]->at_ms;
        const int64_t held_ms = before_episodes(engine, entity, base_ms);

        drop = held_ms < base_ms ? xz_entity_lower(entity, held_ms) : drop;
    }
    if (drop == 0) {
        return;
    }
    if (entity->records[drop]->at_ms > entity->before.base_ms) {
        entity->before.base_ms = entity->records[drop]->at_ms;
    }
    entity->before.evicted += drop;
    engine->counts.evicted_by_count += drop;
    drop_first(engine, entity, drop);
    xz_scratch_invalidate(entity);
}

static void move_base(struct xz_engine *engine, struct xz_entity *entity, int64_t base_ms)
{
    const struct xz_judge_kind *kind = &engine->plan.kinds[entity->kind];

    for (uint32_t p = 0; p < kind->count; p++) {
        if (kind->patterns[p]->result == XZ_RESULT_SUSPICIOUS) {
            xz_pass_base(&engine->pass, engine->plan.pack, kind->patterns[p], entity, base_ms);
        }
    }
    entity->before.base_ms = base_ms;
    drop_until(engine, entity, keep_for(entity, base_ms));
    xz_judge_left(engine, entity);
}

void xz_history_trim(struct xz_engine *engine, struct xz_entity *entity)
{
    int64_t base_ms;

    if (entity->count == 0 || engine->keep_history) {
        return;
    }
    base_ms = base_for(engine, entity);
    if (entity->before.base_ms == XZ_TIME_NONE) {
        entity->before.base_ms = base_ms;
    } else if (base_ms > entity->before.base_ms) {
        base_ms = before_episodes(engine, entity, base_ms);
        if (base_ms > entity->before.base_ms) {
            move_base(engine, entity, base_ms);
        }
    }
    drop_by_count(engine, entity);
}
