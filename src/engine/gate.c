/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The person's gate: the one place where duplicates are dropped, reversals find what they undo and
 * an event is held against the rules of law that need nothing but itself. Only what passes here
 * goes on to counters, givers, proxies and codes.
 *
 * Whether a record is undone is a function of the set of reversals known, not of their order: it is
 * undone if a reversal that is not itself reversed names it. So before it, after it, twice and
 * reinstated all come out the same.
 */
#include "base/hash.h"
#include "base/mem.h"
#include "engine/engine_int.h"
#include "event/balance.h"

#define UNDO_DEPTH_MAX 8

/* A retry's message is dropped, but its sender may know it by no other name: the entity's aliases
 * hold the keys of the two, the retry's and that of the record it repeats. */
struct alias {
    uint64_t key, record_key;
};

static void alias_add(struct xz_entity *entity, uint64_t key, uint64_t record_key)
{
    const struct alias alias = {key, record_key};
    const struct xz_str bytes = {(const char *)&alias, sizeof(alias)};

    if (!xz_entity_alias_has(entity, bytes)) {
        xz_entity_alias_add(entity, bytes);
    }
}

static uint64_t note_target_key(const struct xz_entity *entity, const struct xz_pending_undo *note)
{
    const uint64_t key = note->msgid.len ? xz_hash_str(note->msgid) : 0;
    struct alias alias;

    for (uint32_t i = 0; i < entity->alias_count; i++) {
        if (entity->aliases[i].len == sizeof(alias)) {
            memcpy(&alias, entity->aliases[i].ptr, sizeof(alias));
            if (alias.key == key) {
                return alias.record_key;
            }
        }
    }
    return key;
}

static bool is_known(const struct xz_entity *entity, uint64_t key)
{
    for (uint32_t i = 0; i < entity->pending_count; i++) {
        if (entity->pending[i].key == key) {
            return true;
        }
    }
    return xz_entity_find(entity, key) >= 0;
}

/* By msgid if that is known, else by setl_id; both must agree. */
static bool note_names(const struct xz_entity *entity, const struct xz_pending_undo *note,
                       const struct xz_record *record)
{
    const bool by_setl = note->setl_id.len > 0 && record->kind == XZ_RECORD_SETTLEMENT &&
                         xz_str_eq(note->setl_id, xz_record_text(record, XZ_TEXT_SETL_ID));
    uint64_t key;

    if (note->msgid.len == 0) {
        return by_setl;
    }
    if (note->setl_id.len > 0 && !by_setl) {
        return false;
    }
    key = note_target_key(entity, note);
    return key == record->key || (by_setl && !is_known(entity, key));
}

/* Not reversed itself, by what was told until then. */
static bool note_active(const struct xz_entity *entity, const struct xz_pending_undo *note,
                        int64_t until_ms, int depth)
{
    if (depth >= UNDO_DEPTH_MAX) {
        return true;
    }
    for (uint32_t i = 0; i < entity->pending_count; i++) {
        const struct xz_pending_undo *other = &entity->pending[i];

        if (other != note && other->at_ms <= until_ms && other->msgid.len > 0 &&
            note_target_key(entity, other) == note->key &&
            note_active(entity, other, until_ms, depth + 1)) {
            return false;
        }
    }
    return true;
}

static bool is_reversed(const struct xz_entity *entity, const struct xz_record *record,
                        int64_t until_ms, int64_t *at_ms)
{
    bool reversed = false;

    for (uint32_t i = 0; i < entity->pending_count; i++) {
        const struct xz_pending_undo *note = &entity->pending[i];

        if (note->at_ms <= until_ms && note_names(entity, note, record) &&
            note_active(entity, note, until_ms, 0) && (!reversed || note->at_ms < *at_ms)) {
            *at_ms = note->at_ms;
            reversed = true;
        }
    }
    return reversed;
}

static bool refunds(const struct xz_record *refund, const struct xz_record *record)
{
    return refund->kind == XZ_RECORD_REFUND && record->kind == XZ_RECORD_SETTLEMENT &&
           xz_record_text(record, XZ_TEXT_SETL_ID).len > 0 &&
           xz_str_eq(xz_record_text(refund, XZ_TEXT_PARTNER),
                     xz_record_text(record, XZ_TEXT_SETL_ID));
}

/* A settlement whose refund lines (refd_setl_flag 1, negative) take all of it back is undone too,
 * by the one that takes the last of it. */
static bool refunded_whole(const struct xz_entity *entity, const struct xz_record *record,
                           int64_t until_ms, int64_t *at_ms)
{
    int64_t left_fen = record->amount_fen;
    int64_t unused_ms;

    for (uint32_t i = 0; i < entity->count && left_fen > 0; i++) {
        const struct xz_record *refund = entity->records[i];

        if (refund->at_ms <= until_ms && refunds(refund, record) &&
            refund->amount_fen != XZ_FEN_NONE &&
            !is_reversed(entity, refund, until_ms, &unused_ms)) {
            left_fen += refund->amount_fen;
            *at_ms = refund->at_ms;
            if (left_fen <= 0) {
                return true;
            }
        }
    }
    return false;
}

static const struct xz_record *settlement_of(const struct xz_entity *entity, struct xz_str setl)
{
    for (uint32_t i = entity->count; i-- > 0;) {
        if (entity->records[i]->kind == XZ_RECORD_SETTLEMENT &&
            xz_str_eq(xz_record_text(entity->records[i], XZ_TEXT_SETL_ID), setl)) {
            return entity->records[i];
        }
    }
    return NULL;
}

static bool names_settlement(const struct xz_record *record)
{
    return record->kind == XZ_RECORD_SCAN && record->detail == XZ_SCAN_SALE &&
           xz_record_text(record, XZ_TEXT_SETL_ID).len > 0;
}

/* Of a settlement that is not here. */
static bool setl_is_reversed(const struct xz_entity *entity, struct xz_str setl)
{
    for (uint32_t i = 0; i < entity->pending_count; i++) {
        const struct xz_pending_undo *note = &entity->pending[i];

        if (xz_str_eq(note->setl_id, setl) &&
            (note->msgid.len == 0 || !is_known(entity, note_target_key(entity, note))) &&
            note_active(entity, note, INT64_MAX, 0)) {
            return true;
        }
    }
    return false;
}

/* By what was told until then. *at_ms: the first time that did it. */
static bool is_undone(const struct xz_entity *entity, const struct xz_record *record,
                      int64_t until_ms, int64_t *at_ms)
{
    int64_t refund_ms = INT64_MAX;
    const bool reversed = is_reversed(entity, record, until_ms, at_ms);

    if (record->kind != XZ_RECORD_SETTLEMENT ||
        !refunded_whole(entity, record, until_ms, &refund_ms)) {
        return reversed;
    }
    *at_ms = reversed && *at_ms < refund_ms ? *at_ms : refund_ms;
    return true;
}

/* True when anything about it changed. What is fresh has not been derived yet, and will be as it is
 * then: to those who never heard of it there is nothing to take back. */
static bool set_undone(struct xz_engine *engine, struct xz_record *record, bool fresh, bool undone,
                       int64_t at_ms)
{
    const bool was = (record->flags & XZ_RECORD_UNDONE) != 0;
    const bool timed = record->kind == XZ_RECORD_SETTLEMENT;
    const int64_t was_ms = record->ref_ms;

    if (undone == was && !(undone && timed && was_ms != at_ms)) {
        return false;
    }
    record->flags =
        (uint16_t)(undone ? record->flags | XZ_RECORD_UNDONE : record->flags & ~XZ_RECORD_UNDONE);
    if (timed) {
        record->ref_ms = undone ? at_ms : XZ_TIME_NONE;
        xz_derive_undo_time(engine, record, was ? was_ms : XZ_TIME_NONE, record->ref_ms);
    }
    if (undone != was) {
        engine->counts.reversals_applied += undone && !names_settlement(record);
        engine->counts.reinstated += !undone && !names_settlement(record);
        if (!fresh) {
            xz_derive_undo(engine, record, undone, at_ms);
        }
    }
    return true;
}

/* Counters keep days, not months, and sum them up: what was told long after a settlement changes
 * nothing there, whether or not they happen to remember it. */
static bool set_undone_soon(struct xz_engine *engine, const struct xz_entity *entity,
                            struct xz_record *record, bool fresh)
{
    const bool was = (record->flags & XZ_RECORD_UNDONE_SOON) != 0;
    int64_t at_ms = record->at_ms;
    bool undone;

    if (record->kind != XZ_RECORD_SETTLEMENT) {
        return false;
    }
    undone = is_undone(entity, record, record->at_ms + XZ_UNDO_SOON_MS, &at_ms);
    if (undone == was) {
        return false;
    }
    record->flags = (uint16_t)(undone ? record->flags | XZ_RECORD_UNDONE_SOON
                                      : record->flags & ~XZ_RECORD_UNDONE_SOON);
    if (!fresh) {
        xz_derive_undo_counters(engine, record, undone, at_ms);
    }
    return true;
}

/* Boxes come back once: either their settlement is undone, or a refund of a part returns them. */
static void net_refunds(struct xz_engine *engine, struct xz_entity *entity,
                        const struct xz_record *fresh)
{
    for (uint32_t i = 0; i < entity->count; i++) {
        struct xz_record *refund = entity->records[i];
        const bool was = (refund->flags & XZ_RECORD_NETTED) != 0;
        bool netted = false;

        for (uint32_t k = 0; k < entity->count && refund->kind == XZ_RECORD_REFUND; k++) {
            netted = netted || (refunds(refund, entity->records[k]) &&
                                (entity->records[k]->flags & XZ_RECORD_UNDONE) != 0);
        }
        netted = netted || (refund->kind == XZ_RECORD_REFUND && refund->flags & XZ_RECORD_UNDONE);
        if (netted != was) {
            refund->flags = (uint16_t)(netted ? refund->flags | XZ_RECORD_NETTED
                                              : refund->flags & ~XZ_RECORD_NETTED);
            xz_entity_touch(entity, i);
            if (refund != fresh) {
                xz_derive_undo_boxes(engine, refund, netted);
            }
        }
    }
}

/* A scan repeats the sale of its settlement, and goes the way of it: a settlement need not list its
 * codes itself. */
static bool is_scan_undone(const struct xz_entity *entity, const struct xz_record *scan)
{
    const struct xz_str setl = xz_record_text(scan, XZ_TEXT_SETL_ID);
    const struct xz_record *settlement = settlement_of(entity, setl);
    int64_t unused_ms = 0;

    if (is_reversed(entity, scan, INT64_MAX, &unused_ms)) {
        return true;
    }
    return settlement != NULL ? is_undone(entity, settlement, INT64_MAX, &unused_ms)
                              : setl_is_reversed(entity, setl);
}

uint32_t xz_gate_apply_undos(struct xz_engine *engine, struct xz_entity *entity,
                             const struct xz_record *fresh)
{
    uint32_t first = UINT32_MAX;
    bool refund = false;

    for (uint32_t i = 0; i < entity->count; i++) {
        struct xz_record *record = entity->records[i];
        int64_t at_ms = record->at_ms;
        const bool undone = names_settlement(record) ? is_scan_undone(entity, record)
                                                     : is_undone(entity, record, INT64_MAX, &at_ms);

        refund = refund || record->kind == XZ_RECORD_REFUND;
        if (set_undone_soon(engine, entity, record, record == fresh)) {
            xz_entity_touch(entity, i);
        }
        if (set_undone(engine, record, record == fresh, undone, at_ms)) {
            xz_entity_touch(entity, i);
            first = first == UINT32_MAX ? i : first;
        }
    }
    if (refund) {
        net_refunds(engine, entity, fresh);
    }
    return first;
}

static bool seen_before(struct xz_engine *engine, struct xz_entity *entity,
                        const struct xz_event *event)
{
    const uint64_t key = xz_hash_str(event->msgid);
    const int64_t at = xz_entity_find(entity, key);

    if (at >= 0) {
        if (entity->records[at]->content_hash == event->content_hash) {
            engine->counts.duplicates++;
        } else {
            engine->counts.content_conflicts++;
        }
        return true;
    }
    for (uint32_t i = 0; i < entity->pending_count; i++) {
        if (entity->pending[i].key == key) {
            engine->counts.duplicates++;
            return true;
        }
    }
    if (event->body != XZ_BODY_SETTLEMENT || event->settlement.setl_id.len == 0) {
        return false;
    }
    for (uint32_t i = entity->count; i-- > 0;) {
        const struct xz_record *record = entity->records[i];

        if ((record->kind == XZ_RECORD_SETTLEMENT || record->kind == XZ_RECORD_REFUND) &&
            xz_str_eq(xz_record_text(record, XZ_TEXT_SETL_ID), event->settlement.setl_id) &&
            xz_str_eq(xz_record_text(record, XZ_TEXT_INSTITUTION), event->fixmedins_code)) {
            engine->counts.retries++;
            alias_add(entity, key, record->key);
            xz_cache_dirty(engine->cache, entity);
            if (xz_gate_apply_undos(engine, entity, NULL) != UINT32_MAX) {
                xz_judge(engine, entity, 0, false); /* a reversal had named the retry */
            }
            return true;
        }
    }
    return false;
}

static void reject(struct xz_engine *engine, const struct xz_observation *observation,
                   struct xz_err *why)
{
    if (engine->sinks.rejected != NULL) {
        engine->sinks.rejected(engine->sinks.arg, observation, why);
    }
}

/* setl_id and omsgid, both given, of two different settlements: nobody can tell what is meant. */
static bool disagrees(const struct xz_entity *entity, const struct xz_pending_undo *note)
{
    const int64_t at = note->msgid.len ? xz_entity_find(entity, note_target_key(entity, note)) : -1;

    return at >= 0 && note->setl_id.len > 0 &&
           !xz_str_eq(xz_record_text(entity->records[at], XZ_TEXT_SETL_ID), note->setl_id);
}

/* A reversal that changed nothing: of what has not come yet, or a second one. */
static void count_idle_reversal(struct xz_engine *engine, const struct xz_entity *entity,
                                const struct xz_pending_undo *note)
{
    for (uint32_t i = 0; i < entity->count; i++) {
        if (note_names(entity, note, entity->records[i])) {
            engine->counts.reversals_repeated++;
            return;
        }
    }
    engine->counts.reversals_pending++;
}

static void fold_reversal(struct xz_engine *engine, struct xz_entity *entity,
                          const struct xz_observation *observation)
{
    const struct xz_event *event = observation->event;
    const struct xz_pending_undo note = {
        .setl_id = event->reversal.setl_id,
        .institution = event->fixmedins_code,
        .msgid = event->reversal.omsgid,
        .key = xz_hash_str(event->msgid),
        .at_ms = event->at_ms,
    };
    uint32_t first;

    if (disagrees(entity, &note)) {
        struct xz_err why = {0};

        (void)xz_err_reject(&why, "disagree", "reversal",
                            "setl_id and omsgid name different settlements");
        reject(engine, observation, &why);
        return;
    }
    xz_entity_pending_add(entity, &note);
    first = xz_gate_apply_undos(engine, entity, NULL);
    if (first == UINT32_MAX) {
        count_idle_reversal(engine, entity, &note);
        return;
    }
    xz_judge(engine, entity, first, false);
}

/* What the pack's own lists know, where no reference file has a row. */
static void enrich_from_pack(const struct xz_pack *pack, struct xz_event *event)
{
    struct xz_settlement *settlement = &event->settlement;
    const struct xz_limits *limits;

    if (!settlement->diagnosis.known && settlement->dise_codg.len > 0) {
        limits = xz_pack_diagnosis(pack, settlement->dise_codg);
        settlement->diagnosis = limits != NULL ? *limits : settlement->diagnosis;
    }
    for (uint32_t i = 0; i < settlement->line_count; i++) {
        struct xz_line *line =
            (struct xz_line *)&settlement->lines[i]; /* the arena's, ours to fill */

        if (line->item.known) {
            continue;
        }
        limits = line->med_list_codg.len ? xz_pack_item(pack, line->med_list_codg) : NULL;
        if (limits == NULL && line->hilist_code.len > 0) {
            limits = xz_pack_item(pack, line->hilist_code);
        }
        line->item = limits != NULL ? *limits : line->item;
    }
}

/* Where a region's fund_pay_sumamt contains the account's money, what the record keeps is the
 * fund's own: the account bars nobody, and no yuan is at risk twice. */
static void part_fund_from_account(const struct xz_engine *engine, const struct xz_event *event,
                                   struct xz_record *head)
{
    const struct xz_policy *policy =
        xz_pack_policy(engine->plan.pack, xz_event_policy_region(event));

    if (policy->fund_includes_account && head->fund_fen != XZ_FEN_NONE &&
        head->account_fen != XZ_FEN_NONE) {
        head->fund_fen -= head->account_fen;
    }
}

/* Money that does not add up is counted; where the region's policy says so, it is a reject. */
static bool is_refused(struct xz_engine *engine, const struct xz_observation *observation)
{
    const struct xz_event *event = observation->event;
    const struct xz_policy *policy =
        xz_pack_policy(engine->plan.pack, xz_event_policy_region(event));
    struct xz_err why = {0};

    if (xz_event_balance(event, policy->fund_includes_account) == 0) {
        return false;
    }
    engine->counts.unbalanced++;
    if (policy->reject_unbalanced) {
        (void)!xz_err_reject(&why, "unbalanced", "settlement",
                             "the amounts do not add up, and the region's policy refuses that");
        reject(engine, observation, &why);
    }
    return policy->reject_unbalanced;
}

static struct xz_str breaches_of(struct xz_engine *engine, const struct xz_event *event)
{
    const struct xz_event_scope_ctx ctx = {
        .event = event,
        .pack = engine->plan.pack,
        .policy = xz_pack_policy(engine->plan.pack, xz_event_policy_region(event)),
    };
    uint64_t at_ns = 0;
    const bool timed = xz_cost_is_timed(engine, &at_ns);

    xz_buf_clear(&engine->breaches);
    if (event->body == XZ_BODY_SETTLEMENT && event->settlement.refd_setl_flag == 1) {
        return XZ_STR_NONE; /* taking back is no second use */
    }
    for (uint32_t i = 0; i < engine->plan.gate_count; i++) {
        const struct xz_pattern *pattern = engine->plan.gate[i];
        const bool breached =
            (pattern->bodies & (1u << event->body)) != 0 && xz_expr_true(pattern->when, &ctx);

        if (timed) {
            xz_cost_add(engine, pattern, &at_ns);
        }
        if (!breached) {
            continue;
        }
        if (engine->breaches.len > 0) {
            xz_buf_u8(&engine->breaches, ',');
        }
        xz_buf_bytes(&engine->breaches, pattern->id, strlen(pattern->id));
    }
    return xz_buf_view(&engine->breaches);
}

/* A refund, now or waiting in the history for what it takes back, which is never later than itself.
 */
static bool may_be_refunded(const struct xz_entity *entity, const struct xz_record *record)
{
    uint32_t first = xz_entity_lower(entity, record->at_ms);

    if (record->kind != XZ_RECORD_SETTLEMENT && !names_settlement(record)) {
        return record->kind == XZ_RECORD_REFUND;
    }
    first = record->kind == XZ_RECORD_SETTLEMENT ? first : 0;
    for (uint32_t i = first; i < entity->count; i++) {
        if (entity->records[i]->kind == XZ_RECORD_REFUND) {
            return true;
        }
    }
    return false;
}

/* Nothing may have moved but the tail for the quick judgement: no stay whose days reach back, no
 * status that colours what came before it, no undo. */
static bool is_plain_tail(const struct xz_entity *entity, uint32_t at, uint32_t undone_first)
{
    const struct xz_record *record = entity->records[at];

    return at + 1 == entity->count && undone_first == UINT32_MAX &&
           record->kind != XZ_RECORD_STATUS && record->begin_day == XZ_DAY_NONE;
}

enum xz_rc xz_gate_fold(struct xz_engine *engine, struct xz_entity *entity,
                        const struct xz_observation *observation, struct xz_err *err)
{
    struct xz_event *event = observation->event;
    struct xz_record_draft draft;
    struct xz_record *record;
    uint32_t at, undone_first = UINT32_MAX;

    (void)err;
    if (seen_before(engine, entity, event)) {
        return XZ_OK;
    }
    if (event->body == XZ_BODY_SETTLEMENT && is_refused(engine, observation)) {
        return XZ_OK;
    }
    engine->counts.events++;
    engine->counts.late += observation->late;
    engine->counts.load += event->channel == XZ_CHANNEL_LOAD;
    xz_cache_dirty(engine->cache, entity);
    if (event->body == XZ_BODY_REVERSAL) {
        fold_reversal(engine, entity, observation);
        return XZ_OK;
    }
    if (event->body == XZ_BODY_SETTLEMENT) {
        enrich_from_pack(engine->plan.pack, event);
    }
    xz_record_of_event(event, observation, &engine->codes, &engine->debits, &draft);
    if (event->body == XZ_BODY_SETTLEMENT) {
        part_fund_from_account(engine, event, &draft.head);
    }
    draft.text[XZ_TEXT_BREACHES] = breaches_of(engine, event);
    record = xz_record_build(&draft);
    at = xz_entity_insert(entity, record);
    xz_engine_count_month(engine, entity, at);
    if (entity->pending_count > 0 || may_be_refunded(entity, record)) {
        undone_first = xz_gate_apply_undos(engine, entity, record);
    }
    xz_derive_add(engine, record);
    if (is_plain_tail(entity, at, undone_first)) {
        xz_judge(engine, entity, at, true);
    } else {
        xz_judge(engine, entity, at < undone_first ? at : undone_first, false);
    }
    xz_history_trim(engine, entity);
    return XZ_OK;
}
