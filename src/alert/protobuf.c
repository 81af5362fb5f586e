/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A judgement as the protobuf of proto/xiezhi.proto: the same members as the JSON. */
#include <math.h>
#include <stdio.h>

#include "alert/alert_int.h"
#include "base/arena.h"
#include "proto/xiezhi.pb-c.h"

#define ARENA_BYTES ((size_t)16 << 20)

static char *text_of(struct xz_arena *arena, struct xz_str text)
{
    return text.len > 0 ? (char *)xz_arena_str(arena, text).ptr : NULL;
}

/* An element of a list of texts, which cannot be absent. */
static char *element_of(struct xz_arena *arena, struct xz_str text)
{
    char *element = text_of(arena, text);

    return element != NULL ? element : xz_arena_calloc(arena, 1, 1);
}

static char *word_of(struct xz_arena *arena, const char *word)
{
    return text_of(arena, xz_str_from(word));
}

static char *joined(struct xz_arena *arena, struct xz_str head, struct xz_str tail)
{
    char *text;

    if (head.len == 0 || tail.len == 0) {
        return text_of(arena, head);
    }
    text = xz_arena_alloc(arena, (size_t)head.len + tail.len + 2);
    (void)snprintf(text, (size_t)head.len + tail.len + 2, XZ_STR_FMT "/" XZ_STR_FMT,
                   XZ_STR_ARG(head), XZ_STR_ARG(tail));
    return text;
}

static void put_involved(const struct xz_judgement *judgement, struct xz_arena *arena,
                         Xiezhi__Alert *alert)
{
    struct xz_involved items[XZ_INVOLVED_MAX];
    const uint32_t count = xz_alert_involved(judgement, items);

    alert->involved = xz_arena_calloc(arena, count + 1, sizeof(alert->involved[0]));
    for (uint32_t i = 0; i < count; i++) {
        Xiezhi__Involved *item = xz_arena_alloc(arena, sizeof(*item));
        xiezhi__involved__init(item);
        item->kind = word_of(arena, items[i].kind);
        item->id = joined(arena, items[i].head, items[i].tail);
        item->role = word_of(arena, items[i].role);
        alert->involved[alert->n_involved++] = item;
    }
}

static void put_fen(int64_t fen, protobuf_c_boolean *has, int64_t *to)
{
    *has = fen != XZ_FEN_NONE;
    *to = *has ? fen : 0;
}

static void put_place(const struct xz_record *record, struct xz_arena *arena,
                      Xiezhi__Exhibit *exhibit)
{
    const struct xz_str admdvs = xz_record_text(record, XZ_TEXT_PLACE_ADMDVS);

    if (admdvs.len == 0 && !(record->flags & XZ_RECORD_PLACED)) {
        return;
    }
    exhibit->place = xz_arena_alloc(arena, sizeof(*exhibit->place));
    xiezhi__place__init(exhibit->place);
    exhibit->place->admdvs = text_of(arena, admdvs);
    if (record->flags & XZ_RECORD_PLACED) {
        exhibit->place->has_lat = exhibit->place->has_lon = 1;
        exhibit->place->lat = (double)record->lat_e6 / 1e6;
        exhibit->place->lon = (double)record->lon_e6 / 1e6;
    }
}

static Xiezhi__Exhibit *exhibit_of(const struct xz_member *member, struct xz_arena *arena,
                                   const struct xz_alert_context *context)
{
    const struct xz_record *record = member->record;
    const struct xz_str institution = xz_record_text(record, XZ_TEXT_INSTITUTION);
    const struct xz_str operator_id = xz_record_text(record, XZ_TEXT_OPERATOR);
    const struct xz_str device = xz_record_text(record, XZ_TEXT_DEVICE);
    const char *topic = context->topic_name != NULL
                            ? context->topic_name(context->arg, record->source.topic)
                            : NULL;
    Xiezhi__Exhibit *exhibit = xz_arena_alloc(arena, sizeof(*exhibit));

    xiezhi__exhibit__init(exhibit);
    exhibit->msgid = text_of(arena, xz_record_text(record, XZ_TEXT_MSGID));
    exhibit->has_at = 1;
    exhibit->at = record->at_ms;
    exhibit->event = word_of(arena, xz_alert_event_word(record));
    exhibit->insured = text_of(arena, xz_record_text(record, XZ_TEXT_PERSON));
    exhibit->institution = text_of(arena, institution);
    exhibit->operator_ = operator_id.len ? joined(arena, institution, operator_id) : NULL;
    exhibit->device = device.len ? joined(arena, institution, device) : NULL;
    exhibit->credential = text_of(arena, xz_record_text(record, XZ_TEXT_CREDENTIAL));
    put_fen(record->amount_fen, &exhibit->has_amount_fen, &exhibit->amount_fen);
    put_fen(record->account_fen, &exhibit->has_account_fen, &exhibit->account_fen);
    put_fen(record->mulaid_fen, &exhibit->has_mulaid_fen, &exhibit->mulaid_fen);
    put_fen(record->fund_fen, &exhibit->has_fund_fen, &exhibit->fund_fen);
    put_fen(record->balance_fen, &exhibit->has_balance_fen, &exhibit->balance_fen);
    exhibit->has_weight = 1;
    exhibit->weight = xz_alert_rounded(member->weight);
    if (record->kind == XZ_RECORD_REFUND && record->ref_ms != XZ_TIME_NONE) {
        exhibit->has_settled_at = 1;
        exhibit->settled_at = record->ref_ms;
    }
    if (record->flags & XZ_RECORD_UNDONE) {
        exhibit->has_reversed = 1;
        exhibit->reversed = 1;
    }
    put_place(record, arena, exhibit);
    if (topic != NULL && record->source.offset >= 0) {
        exhibit->source = xz_arena_alloc(arena, sizeof(*exhibit->source));
        xiezhi__source__init(exhibit->source);
        exhibit->source->topic = word_of(arena, topic);
        exhibit->source->has_partition = exhibit->source->has_offset = 1;
        exhibit->source->partition = record->source.partition;
        exhibit->source->offset = record->source.offset;
    }
    return exhibit;
}

static void put_events(const struct xz_judgement *judgement, struct xz_arena *arena,
                       const struct xz_alert_context *context, Xiezhi__Alert *alert)
{
    alert->window = xz_arena_alloc(arena, sizeof(*alert->window));
    xiezhi__window__init(alert->window);
    alert->window->has_start = alert->window->has_end = 1;
    alert->window->start = judgement->start_ms;
    alert->window->end = judgement->end_ms;
    alert->event_ids = xz_arena_calloc(arena, judgement->member_count + 1, sizeof(char *));
    alert->exhibits =
        xz_arena_calloc(arena, judgement->member_count + 1, sizeof(alert->exhibits[0]));
    for (uint32_t i = 0; i < judgement->member_count; i++) {
        alert->event_ids[alert->n_event_ids++] =
            element_of(arena, xz_record_text(judgement->members[i].record, XZ_TEXT_MSGID));
        alert->exhibits[alert->n_exhibits++] = exhibit_of(&judgement->members[i], arena, context);
    }
    alert->has_event_count = 1;
    alert->event_count = judgement->event_count;
}

static void put_shown(double log_value, protobuf_c_boolean *has, double *to)
{
    *has = !isnan(log_value);
    *to = *has ? xz_alert_shown(log_value) : 0.0;
}

static void put_evidence(const struct xz_judgement *judgement, struct xz_arena *arena,
                         Xiezhi__Alert *alert)
{
    alert->evidence =
        xz_arena_calloc(arena, judgement->evidence_count + 1, sizeof(alert->evidence[0]));
    for (uint32_t i = 0; i < judgement->evidence_count; i++) {
        const struct xz_judged_evidence *row = &judgement->evidence[i];
        Xiezhi__Evidence *evidence = xz_arena_alloc(arena, sizeof(*evidence));

        xiezhi__evidence__init(evidence);
        evidence->measure = word_of(arena, row->measure);
        evidence->unit = word_of(arena, row->unit);
        evidence->has_observed = evidence->has_expected = 1;
        evidence->observed = xz_alert_rounded(row->observed);
        evidence->expected = xz_alert_rounded(row->expected);
        put_shown(row->log_p, &evidence->has_p_value, &evidence->p_value);
        put_shown(row->log_e, &evidence->has_e_value, &evidence->e_value);
        if (row->segment != NULL && row->subjects > 0) {
            evidence->baseline = xz_arena_alloc(arena, sizeof(*evidence->baseline));
            xiezhi__baseline__init(evidence->baseline);
            evidence->baseline->segment = word_of(arena, row->segment);
            evidence->baseline->has_subjects = 1;
            evidence->baseline->subjects = row->subjects;
        }
        alert->evidence[alert->n_evidence++] = evidence;
    }
}

typedef void (*sentence_fn)(const struct xz_judgement *judgement, bool chinese, struct xz_buf *out);

static Xiezhi__Bilingual *sentences(const struct xz_judgement *judgement, struct xz_arena *arena,
                                    sentence_fn say)
{
    struct xz_buf text = {0};
    Xiezhi__Bilingual *both = xz_arena_alloc(arena, sizeof(*both));

    xiezhi__bilingual__init(both);
    say(judgement, true, &text);
    both->zh_cn = text_of(arena, xz_buf_view(&text));
    xz_buf_clear(&text);
    say(judgement, false, &text);
    both->en = text_of(arena, xz_buf_view(&text));
    xz_buf_fini(&text);
    return both;
}

static void put_head(const struct xz_judgement *judgement, struct xz_arena *arena,
                     Xiezhi__Alert *alert)
{
    const struct xz_pattern *pattern = judgement->pattern;

    alert->alert_id = word_of(arena, judgement->alert_id);
    alert->has_rev = 1;
    alert->rev = judgement->rev;
    alert->status = word_of(arena, xz_alert_status_word(judgement->status));
    alert->pattern = xz_arena_alloc(arena, sizeof(*alert->pattern));
    xiezhi__pattern_ref__init(alert->pattern);
    alert->pattern->id = word_of(arena, pattern->id);
    alert->pattern->name = word_of(arena, pattern->name);
    alert->pattern->has_version = 1;
    alert->pattern->version = pattern->version;
    alert->result_type =
        word_of(arena, pattern->result == XZ_RESULT_CONCLUSIVE ? "conclusive" : "suspicious");
    alert->severity = word_of(arena, xz_severity_names[pattern->severity]);
    alert->action = xz_arena_calloc(arena, 6, sizeof(char *));
    for (int i = 0; i < 6; i++) {
        const char name[3] = {'A', (char)('1' + i), '\0'};

        if (pattern->actions & (1u << i)) {
            alert->action[alert->n_action++] = word_of(arena, name);
        }
    }
    alert->region = text_of(arena, judgement->region);
    alert->subject = xz_arena_alloc(arena, sizeof(*alert->subject));
    xiezhi__subject__init(alert->subject);
    alert->subject->kind = word_of(arena, xz_subject_names[judgement->subject_kind]);
    alert->subject->id = text_of(arena, judgement->subject_id);
    alert->legal = xz_arena_calloc(arena, pattern->legal_count + 1, sizeof(char *));
    for (size_t i = 0; i < pattern->legal_count; i++) {
        alert->legal[alert->n_legal++] = element_of(arena, xz_str_from(pattern->legal[i]));
    }
}

void xz_alert_to_protobuf(const struct xz_judgement *judgement,
                          const struct xz_alert_context *context, struct xz_buf *out)
{
    Xiezhi__Alert alert = XIEZHI__ALERT__INIT;
    struct xz_arena arena;
    size_t size;

    xz_arena_init(&arena, ARENA_BYTES);
    put_head(judgement, &arena, &alert);
    put_involved(judgement, &arena, &alert);
    put_events(judgement, &arena, context, &alert);
    put_evidence(judgement, &arena, &alert);
    alert.has_score = alert.has_amount_fen = 1;
    alert.score = xz_alert_rounded(judgement->score);
    alert.amount_fen = judgement->amount_fen;
    put_shown(judgement->log_e, &alert.has_e_value, &alert.e_value);
    alert.explanation = sentences(judgement, &arena, xz_alert_explanation);
    alert.counterfactual = sentences(judgement, &arena, xz_alert_counterfactual);
    alert.pack = xz_arena_alloc(&arena, sizeof(*alert.pack));
    xiezhi__pack_ref__init(alert.pack);
    alert.pack->name = word_of(&arena, xz_pack_name(judgement->pack));
    alert.pack->version = word_of(&arena, xz_pack_version(judgement->pack));
    alert.pack->sha256 = word_of(&arena, xz_pack_sha256(judgement->pack));
    size = xiezhi__alert__get_packed_size(&alert);
    xz_buf_reserve(out, size);
    (void)xiezhi__alert__pack(&alert, out->data + out->len);
    out->len += size;
    xz_arena_fini(&arena);
}
