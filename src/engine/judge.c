/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What changed in an entity is judged, held against what was published of it, and the difference
 * is handed over: a new episode, a revision, an end, or a withdrawal.
 *
 * Every change of what a reader sees is a revision: none is held back, since what would have to
 * send it later is another event or a clock, and then what is said would depend on when it is said.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/hash.h"
#include "base/mem.h"
#include "engine/engine_int.h"

/* ---- the matter of an alert ---- */

struct draft { /* a judgement and what it points to */
    struct xz_judgement judgement;
    struct xz_member *members;
    uint32_t count;
    char subject[160];
};

static int by_weight(const void *left_ptr, const void *right_ptr)
{
    const struct xz_member *left = left_ptr, *right = right_ptr;

    if (left->weight > right->weight || left->weight < right->weight) {
        return left->weight > right->weight ? -1 : 1;
    }
    return xz_record_order(left->record, right->record);
}

static int64_t money(const struct xz_record *record)
{
    const int64_t parts[] = {record->account_fen, record->mulaid_fen, record->fund_fen};
    int64_t sum_fen = 0;

    for (size_t i = 0; i < 3; i++) {
        sum_fen += parts[i] == XZ_FEN_NONE ? 0 : parts[i];
    }
    if (record->kind == XZ_RECORD_MOVEMENT && record->amount_fen != XZ_FEN_NONE) {
        sum_fen += record->amount_fen;
    }
    return sum_fen < 0 ? -sum_fen : sum_fen;
}

static int compare_hash(const void *left_ptr, const void *right_ptr)
{
    const uint64_t left = *(const uint64_t *)left_ptr, right = *(const uint64_t *)right_ptr;

    return (left > right) - (left < right);
}

static uint32_t distinct_persons(const struct xz_member *members, uint32_t count,
                                 struct xz_arena *arena)
{
    uint64_t *hashes = xz_arena_alloc(arena, count * sizeof(*hashes));
    uint32_t distinct = 0;

    for (uint32_t i = 0; i < count; i++) {
        hashes[i] = xz_hash_str(xz_record_text(members[i].record, XZ_TEXT_PERSON));
    }
    qsort(hashes, count, sizeof(*hashes), compare_hash);
    for (uint32_t i = 0; i < count; i++) {
        distinct += i == 0 || hashes[i] != hashes[i - 1];
    }
    return distinct;
}

/* 0..1, for ranking only: log-odds from the evidence, the severity and the money at risk. The
 * weights are a stated prior until dispositions teach better ones (design, section 5). */
static double rank_score(const struct xz_pattern *pattern, double log_e, int64_t amount_fen)
{
    const double evidence = pattern->result == XZ_RESULT_CONCLUSIVE ? 24.0 : fmin(log_e, 40.0);
    const double yuan = (double)amount_fen / 100.0;
    const double log_odds =
        -4.0 + 0.22 * evidence + 0.6 * (double)pattern->severity + 0.25 * log10(1.0 + yuan);

    return 1.0 / (1.0 + exp(-log_odds));
}

static void name_subject(struct draft *draft, const struct xz_pattern *pattern,
                         const struct xz_entity *entity, const struct xz_record *first)
{
    struct xz_str id = entity->id;
    enum xz_subject kind = pattern->subject;

    if (pattern->scope == XZ_SCOPE_EVENT && kind == XZ_SUBJECT_GIVER &&
        first->kind == XZ_RECORD_LINK) {
        id = xz_record_text(first, XZ_TEXT_PERSON);
    }
    if (kind == XZ_SUBJECT_OPERATOR && memchr(id.ptr, '/', id.len) == NULL) {
        kind = XZ_SUBJECT_INSTITUTION; /* no operator was named: the counter answers as a whole */
    }
    draft->judgement.subject_kind = kind;
    draft->judgement.subject_id = id;
}

static void sum_up(struct draft *draft, struct xz_arena *arena, uint32_t event_count)
{
    struct xz_judgement *judgement = &draft->judgement;
    double sum = 0.0;

    judgement->event_count = event_count;
    judgement->start_ms = INT64_MAX;
    judgement->end_ms = INT64_MIN;
    for (uint32_t i = 0; i < draft->count; i++) {
        const struct xz_record *record = draft->members[i].record;

        sum += draft->members[i].weight;
        judgement->start_ms =
            record->at_ms < judgement->start_ms ? record->at_ms : judgement->start_ms;
        if (record->at_ms >= judgement->end_ms) {
            const struct xz_str place = xz_record_text(record, XZ_TEXT_PLACE_ADMDVS);

            judgement->end_ms = record->at_ms;
            judgement->region = place.len ? place : xz_record_text(record, XZ_TEXT_INSURED_ADMDVS);
        }
        judgement->amount_fen += money(record);
    }
    judgement->persons = distinct_persons(draft->members, draft->count, arena);
    for (uint32_t i = 0; i < draft->count; i++) {
        draft->members[i].weight = sum > 0.0 ? draft->members[i].weight / sum : 0.0;
    }
    qsort(draft->members, draft->count, sizeof(draft->members[0]), by_weight);
    judgement->members = draft->members;
    judgement->member_count = draft->count < XZ_MEMBERS_MAX ? draft->count : XZ_MEMBERS_MAX;
}

static const struct xz_judged_evidence the_breach = {
    .spec = NULL, .measure = "breach", .unit = "events", .observed = 0.0, .expected = 0.0};

static void draft_found(struct xz_engine *engine, const struct xz_entity *entity,
                        const struct xz_pattern *pattern, struct xz_found *found,
                        struct draft *draft)
{
    struct xz_arena *arena = &engine->pass.arena;
    struct xz_judgement *judgement = &draft->judgement;

    memset(draft, 0, sizeof(*draft));
    draft->members = xz_arena_alloc(arena, (found->member_count + 1) * sizeof(draft->members[0]));
    for (uint32_t i = found->first_index; i <= found->last_index; i++) {
        if (found->weight[i] > 0.0f) {
            draft->members[draft->count++] =
                (struct xz_member){entity->records[i], (double)found->weight[i]};
        }
    }
    judgement->pattern = pattern;
    judgement->pack = engine->plan.pack;
    name_subject(draft, pattern, entity, entity->records[found->first_index]);
    sum_up(draft, arena, found->member_count);
    if (pattern->result == XZ_RESULT_CONCLUSIVE) {
        found->evidence[0] = the_breach;
        found->evidence[0].observed = (double)found->member_count;
        found->evidence[0].log_p = NAN;
        found->evidence[0].log_e = NAN;
        found->evidence_count = 1;
        judgement->log_e = NAN;
    } else {
        judgement->log_e = found->log_e;
        for (uint32_t k = 0; k < found->evidence_count; k++) {
            found->evidence[k].segment = found->segments[k]; /* the array may have moved */
        }
    }
    judgement->evidence = found->evidence;
    judgement->evidence_count = found->evidence_count;
    judgement->score = rank_score(pattern, found->log_e, judgement->amount_fen);
}

static void alert_id_of(const struct xz_judgement *judgement, const struct xz_record *first,
                        char id[static 27])
{
    unsigned char digest[32];
    struct xz_buf buf = {0};

    xz_buf_str(&buf, xz_str_from(judgement->pattern->id));
    xz_buf_str(&buf, xz_str_from(xz_subject_names[judgement->subject_kind]));
    xz_buf_str(&buf, judgement->subject_id);
    xz_buf_str(&buf, xz_record_text(first, XZ_TEXT_MSGID));
    xz_sha256(buf.data, buf.len, digest);
    xz_base32_id(digest, id);
    xz_buf_fini(&buf);
}

/* Of what a reader sees, but the revision number: equal digests need no publication. */
static uint64_t digest_of(const struct draft *draft)
{
    const struct xz_judgement *judgement = &draft->judgement;
    const double peak = isnan(judgement->log_e) ? 0.0 : judgement->log_e;
    uint64_t hash = xz_hash64(&judgement->amount_fen, sizeof(judgement->amount_fen), 1);

    hash = xz_hash64(&peak, sizeof(peak), hash);

    for (uint32_t i = 0; i < draft->count; i++) {
        hash = xz_hash64(&draft->members[i].record->key, sizeof(uint64_t), hash);
    }
    for (uint32_t i = 0; i < judgement->evidence_count; i++) {
        const struct xz_judged_evidence *row = &judgement->evidence[i];
        const double numbers[] = {row->observed, row->expected,
                                  isnan(row->log_e) ? 0.0 : row->log_e};

        hash = xz_hash64(numbers, sizeof(numbers), hash);
        if (row->segment != NULL) {
            hash = xz_hash64(row->segment, strlen(row->segment), hash);
        }
    }
    return xz_hash64(judgement->pattern->id, strlen(judgement->pattern->id), hash);
}

/* ---- what changed ---- */

static void publish(struct xz_engine *engine, struct xz_episode *episode, struct draft *draft,
                    enum xz_episode_status status, int64_t at_ms)
{
    struct xz_judgement *judgement = &draft->judgement;
    struct xz_pattern_counts *counts = xz_engine_pattern_count(engine, judgement->pattern->id);
    const bool first = episode->rev == 0;

    episode->rev++;
    episode->status = (uint8_t)status;
    episode->count = judgement->event_count;
    judgement->alert_id = episode->alert_id;
    judgement->rev = episode->rev;
    judgement->status = status;
    judgement->at_ms = at_ms;
    if (judgement->pattern->shadow) {
        counts->shadow_opened += first;
        return;
    }
    counts->opened += first;
    counts->closed += !first && status == XZ_EPISODE_CLOSED;
    counts->withdrawn += status == XZ_EPISODE_WITHDRAWN;
    counts->revised += !first && status == XZ_EPISODE_OPEN;
    engine->sinks.judged(engine->sinks.arg, judgement);
}

static struct xz_episode *episode_of(struct xz_entity *entity, const struct xz_pattern *pattern,
                                     uint64_t first_key)
{
    for (uint32_t i = 0; i < entity->episode_count; i++) {
        struct xz_episode *episode = &entity->episodes[i];

        if (!episode->opened_late && episode->first_key == first_key &&
            strcmp(episode->pattern, pattern->id) == 0) {
            return episode;
        }
    }
    return NULL;
}

/* ---- what came too late ---- */

bool xz_judge_is_muted(const struct xz_entity *entity, const struct xz_pattern *pattern,
                       uint64_t key)
{
    for (uint32_t i = 0; i < entity->episode_count; i++) {
        const struct xz_episode *mute = &entity->episodes[i];

        if (mute->opened_late && mute->first_key == key &&
            strcmp(mute->pattern, pattern->id) == 0) {
            return true;
        }
    }
    return false;
}

void xz_judge_note(struct xz_engine *engine, struct xz_entity *entity)
{
    const struct xz_judge_kind *kind = &engine->plan.kinds[entity->kind];
    struct xz_pass *pass = &engine->pass;

    for (uint32_t p = 0; p < kind->count && entity->count > 0; p++) {
        xz_pass_run(pass, engine->plan.pack, kind->patterns[p], entity, XZ_TIME_NONE);
        for (size_t i = 0; i < pass->alarm_count; i++) {
            xz_array_reserve((void **)&engine->before, &engine->before_cap,
                             engine->before_count + 1, sizeof(engine->before[0]));
            engine->before[engine->before_count++] =
                (struct xz_alarm){entity, kind->patterns[p], pass->alarms[i]};
        }
    }
    pass->evaluated = pass->not_evaluated = 0; /* counted when they came */
}

static bool alarmed_before(const struct xz_engine *engine, const struct xz_entity *entity,
                           const struct xz_pattern *pattern, uint64_t key)
{
    for (size_t i = 0; i < engine->before_count; i++) {
        const struct xz_alarm *alarm = &engine->before[i];

        if (alarm->key == key && alarm->pattern == pattern && alarm->entity == entity) {
            return true;
        }
    }
    return false;
}

/* The alarms of the last pass that only what came too late has raised. True: there are any. */
static bool mute_new(struct xz_engine *engine, struct xz_entity *entity,
                     const struct xz_pattern *pattern)
{
    bool any = false;

    for (size_t i = 0; i < engine->pass.alarm_count; i++) {
        const uint64_t key = engine->pass.alarms[i];
        struct xz_episode *mute;

        if (alarmed_before(engine, entity, pattern, key) ||
            xz_judge_is_muted(entity, pattern, key)) {
            continue;
        }
        mute = xz_entity_episode_add(entity);
        (void)snprintf(mute->pattern, sizeof(mute->pattern), "%s", pattern->id);
        mute->status = XZ_EPISODE_CLOSED;
        mute->opened_late = true;
        mute->first_key = key;
        mute->first_ms = mute->last_ms = entity->records[xz_entity_find(entity, key)]->at_ms;
        xz_engine_pattern_count(engine, pattern->id)->suppressed_late++;
        any = true;
    }
    return any;
}

/* ---- held against what was published ---- */

static void settle_found(struct xz_engine *engine, struct xz_entity *entity,
                         const struct xz_pattern *pattern, struct xz_found *found, int64_t now_ms)
{
    const bool is_last = found == &engine->pass.found[engine->pass.found_count - 1];
    const struct xz_record *first = entity->records[found->first_index];
    struct xz_episode *episode = episode_of(entity, pattern, first->key);
    const enum xz_episode_status status = !is_last || now_ms - found->last_ms > pattern->quiet_ms
                                              ? XZ_EPISODE_CLOSED
                                              : XZ_EPISODE_OPEN;
    struct draft draft;
    uint64_t digest;

    draft_found(engine, entity, pattern, found, &draft);
    digest = digest_of(&draft);
    if (episode == NULL) {
        episode = xz_entity_episode_add(entity);
        (void)snprintf(episode->pattern, sizeof(episode->pattern), "%s", pattern->id);
        episode->first_key = first->key;
        episode->first_ms = first->at_ms;
        alert_id_of(&draft.judgement, first, episode->alert_id);
    }
    episode->last_ms = found->last_ms;
    episode->scratch = 1;
    if (episode->rev > 0 && episode->status == (uint8_t)status && episode->digest == digest) {
        return;
    }
    episode->digest = digest;
    publish(engine, episode, &draft, status, now_ms);
}

/* Grounds that are gone: the alert says so, with the events that it was about. */
static void settle_lost(struct xz_engine *engine, struct xz_entity *entity,
                        const struct xz_pattern *pattern, struct xz_episode *episode,
                        int64_t now_ms)
{
    const int64_t at = xz_entity_find(entity, episode->first_key);
    struct draft draft;
    struct xz_member member;

    memset(&draft, 0, sizeof(draft));
    if (at < 0) {
        return; /* older than the history: what was said of it stands */
    }
    member = (struct xz_member){entity->records[at], 1.0};
    draft.members = &member;
    draft.count = 1;
    draft.judgement.pattern = pattern;
    draft.judgement.pack = engine->plan.pack;
    draft.judgement.log_e = pattern->result == XZ_RESULT_CONCLUSIVE ? NAN : 0.0;
    name_subject(&draft, pattern, entity, entity->records[at]);
    sum_up(&draft, &engine->pass.arena, 1);
    episode->digest = 0;
    publish(engine, episode, &draft, XZ_EPISODE_WITHDRAWN, now_ms);
}

static int64_t newest_of(const struct xz_entity *entity)
{
    return entity->count > 0 ? entity->records[entity->count - 1]->at_ms : INT64_MIN;
}

static bool has_episodes(const struct xz_entity *entity, const struct xz_pattern *pattern)
{
    for (uint32_t i = 0; i < entity->episode_count; i++) {
        if (strcmp(entity->episodes[i].pattern, pattern->id) == 0) {
            return true;
        }
    }
    return false;
}

/* since_ms: nothing before it changed. */
static void judge_whole(struct xz_engine *engine, struct xz_entity *entity,
                        const struct xz_pattern *pattern, int64_t since_ms, int64_t now_ms)
{
    const int64_t base_ms = entity->before.base_ms;
    const bool quiet = !engine->late && !has_episodes(entity, pattern);

    xz_pass_run(&engine->pass, engine->plan.pack, pattern, entity, quiet ? since_ms : XZ_TIME_NONE);
    if (engine->late && mute_new(engine, entity, pattern)) {
        xz_pass_run(&engine->pass, engine->plan.pack, pattern, entity, XZ_TIME_NONE);
    }
    for (uint32_t i = 0; i < entity->episode_count; i++) {
        entity->episodes[i].scratch = 0;
    }
    for (uint32_t i = 0; i < engine->pass.found_count; i++) {
        settle_found(engine, entity, pattern, &engine->pass.found[i], now_ms);
    }
    for (uint32_t i = 0; i < entity->episode_count; i++) {
        struct xz_episode *episode = &entity->episodes[i];

        if (episode->scratch == 0 && episode->status != XZ_EPISODE_WITHDRAWN &&
            strcmp(episode->pattern, pattern->id) == 0 && episode->rev > 0 &&
            (base_ms == XZ_TIME_NONE || episode->last_ms >= base_ms)) {
            settle_lost(engine, entity, pattern, episode, now_ms);
        }
    }
}

static void count_steps(struct xz_engine *engine)
{
    engine->counts.evaluated += engine->pass.evaluated;
    engine->counts.not_evaluated += engine->pass.not_evaluated;
    engine->pass.evaluated = engine->pass.not_evaluated = 0;
}

/* What was said must follow from what is left, or it would depend on when it was said. Where
 * nothing was said nothing can be now: with its block's detectors at the base and the background
 * folded, a record tells the same as before, or less. */
void xz_judge_left(struct xz_engine *engine, struct xz_entity *entity)
{
    const struct xz_judge_kind *kind = &engine->plan.kinds[entity->kind];

    for (uint32_t p = 0; p < kind->count && entity->episode_count > 0; p++) {
        if (has_episodes(entity, kind->patterns[p])) {
            judge_whole(engine, entity, kind->patterns[p], XZ_TIME_NONE, newest_of(entity));
        }
    }
    count_steps(engine);
}

/* Whether any record may match at all: to walk a history for each rule that none of it is about
 * takes longer than to judge it. */
struct there {
    uint32_t kinds; /* bit: kind of record */
    bool breached;  /* by some record, at the gate */
};

static struct there what_is_there(const struct xz_entity *entity)
{
    struct there there = {0};

    for (uint32_t i = 0; i < entity->count; i++) {
        there.kinds |= 1u << entity->records[i]->kind;
        there.breached =
            there.breached || xz_record_text(entity->records[i], XZ_TEXT_BREACHES).len > 0;
    }
    return there;
}

static bool may_match(const struct xz_pattern *pattern, struct there there)
{
    return pattern->scope == XZ_SCOPE_EVENT ? there.breached
                                            : (pattern->records & there.kinds) != 0;
}

void xz_judge(struct xz_engine *engine, struct xz_entity *entity, uint32_t first, bool tail_only)
{
    const struct xz_judge_kind *kind = &engine->plan.kinds[entity->kind];
    const int64_t now_ms = newest_of(entity);
    const int64_t since_ms = first < entity->count ? entity->records[first]->at_ms : XZ_TIME_NONE;
    struct there there = {UINT32_MAX, true};
    uint64_t at_ns = 0;
    bool timed;

    if (entity->count == 0) {
        return;
    }
    timed = xz_cost_is_timed(engine, &at_ns);
    if (!tail_only) {
        xz_scratch_invalidate(entity);
        there = what_is_there(entity);
    }
    for (uint32_t p = 0; p < kind->count; p++) {
        bool whole = !tail_only;

        if (whole && kind->patterns[p]->result == XZ_RESULT_CONCLUSIVE &&
            !may_match(kind->patterns[p], there) && !has_episodes(entity, kind->patterns[p])) {
            continue;
        }
        for (uint32_t i = first; !whole && i < entity->count; i++) {
            whole = xz_pass_tail(engine, kind->patterns[p], entity, i);
        }
        if (whole) {
            judge_whole(engine, entity, kind->patterns[p], since_ms, now_ms);
        }
        if (timed) {
            xz_cost_add(engine, kind->patterns[p], &at_ns);
        }
    }
    xz_scratch_weigh(entity);
    count_steps(engine);
}
