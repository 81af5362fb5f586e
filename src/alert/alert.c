/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A judgement as the JSON of the contract, section 3: member for member in its order, so that the
 * same judgement gives the same bytes. */
#include <math.h>
#include <stdio.h>

#include "alert/alert_int.h"
#include "base/jsonw.h"
#include "base/time.h"

static const char *const status_words[] = {"", "open", "closed", "withdrawn"};

const char *xz_alert_status_word(enum xz_episode_status status) { return status_words[status]; }

/* e and p are shown with four digits: what stands behind them is an estimate. */
double xz_alert_shown(double log_value)
{
    char text[32];
    double value;

    if (isnan(log_value)) {
        return NAN;
    }
    value = exp(fmin(log_value, 700.0));
    (void)snprintf(text, sizeof(text), "%.3e", value);
    return strtod(text, NULL);
}

double xz_alert_rounded(double value)
{
    char text[32];

    (void)snprintf(text, sizeof(text), "%.6g", value);
    return strtod(text, NULL);
}

const char *xz_alert_event_word(const struct xz_record *record)
{
    switch (record->kind) {
    case XZ_RECORD_MOVEMENT:
        return "account_movement";
    case XZ_RECORD_CREDENTIAL:
        return "credential";
    case XZ_RECORD_STATUS:
        return "person_status";
    case XZ_RECORD_SCAN:
        return xz_record_text(record, XZ_TEXT_MED_TYPE).len > 0 ? "settlement" : "trace_scan";
    case XZ_RECORD_LINK:
        return "mulaid_link";
    default:
        return "settlement";
    }
}

/* ---- who is involved ---- */

struct involved_list {
    struct xz_involved items[XZ_INVOLVED_MAX];
    uint32_t count;
    const struct xz_judgement *judgement;
};

static void involve(struct involved_list *list, const char *kind, struct xz_str head,
                    struct xz_str tail, const char *role)
{
    struct xz_involved *item;

    if (head.len == 0 || list->count == XZ_INVOLVED_MAX) {
        return;
    }
    if (tail.len == 0 && xz_str_eq(head, list->judgement->subject_id) &&
        strcmp(kind, xz_subject_names[list->judgement->subject_kind]) == 0) {
        return; /* the subject stands for itself */
    }
    for (uint32_t i = 0; i < list->count; i++) {
        if (list->items[i].kind == kind && list->items[i].role == role &&
            xz_str_eq(list->items[i].head, head) && xz_str_eq(list->items[i].tail, tail)) {
            return;
        }
    }
    item = &list->items[list->count++];
    *item = (struct xz_involved){kind, role, head, tail};
}

static void involve_record(struct involved_list *list, const struct xz_record *record)
{
    const struct xz_str institution = xz_record_text(record, XZ_TEXT_INSTITUTION);
    const struct xz_str operator_id = xz_record_text(record, XZ_TEXT_OPERATOR);
    const struct xz_str device = xz_record_text(record, XZ_TEXT_DEVICE);
    const struct xz_str person = xz_record_text(record, XZ_TEXT_PERSON);
    const struct xz_str partner = xz_record_text(record, XZ_TEXT_PARTNER);

    if (record->kind == XZ_RECORD_LINK) {
        involve(list, "giver", person, XZ_STR_NONE, "giver");
        involve(list, "insured", partner, XZ_STR_NONE, "receiver");
        return;
    }
    if (record->kind == XZ_RECORD_DEBIT) {
        involve(list, "insured", partner, XZ_STR_NONE, "receiver");
    }
    involve(list, "insured", person, XZ_STR_NONE, "card");
    involve(list, "institution", institution, XZ_STR_NONE, "counter");
    if (operator_id.len > 0) {
        involve(list, "operator", institution, operator_id, "operator");
    }
    if (device.len > 0) {
        involve(list, "device", institution, device, "device");
    }
    involve(list, "proxy", xz_record_text(record, XZ_TEXT_PROXY), XZ_STR_NONE, "proxy");
}

uint32_t xz_alert_involved(const struct xz_judgement *judgement,
                           struct xz_involved items[static XZ_INVOLVED_MAX])
{
    struct involved_list list = {.count = 0, .judgement = judgement};

    for (uint32_t i = 0; i < judgement->member_count; i++) {
        involve_record(&list, judgement->members[i].record);
    }
    memcpy(items, list.items, list.count * sizeof(items[0]));
    return list.count;
}

/* ---- JSON ---- */

static void put_time(struct xz_jsonw *json, const char *key, int64_t time_ms)
{
    char text[XZ_TIME_TEXT_MAX];

    xz_time_format(time_ms, text);
    xz_jsonw_member_str(json, key, xz_str_from(text));
}

static void put_joined(struct xz_jsonw *json, const char *key, struct xz_str head,
                       struct xz_str tail)
{
    char text[2 * XZ_ID_MAX + 2];

    if (head.len == 0) {
        return;
    }
    (void)snprintf(text, sizeof(text), XZ_STR_FMT "%s" XZ_STR_FMT, XZ_STR_ARG(head),
                   tail.len ? "/" : "", XZ_STR_ARG(tail));
    xz_jsonw_member_str(json, key, xz_str_from(text));
}

static void put_head(struct xz_jsonw *json, const struct xz_judgement *judgement)
{
    const struct xz_pattern *pattern = judgement->pattern;

    xz_jsonw_member_str(json, "alert_id", xz_str_from(judgement->alert_id));
    xz_jsonw_member_int(json, "rev", judgement->rev);
    xz_jsonw_member_str(json, "status", xz_str_from(status_words[judgement->status]));
    xz_jsonw_key(json, "pattern");
    xz_jsonw_object(json);
    xz_jsonw_member_str(json, "id", xz_str_from(pattern->id));
    xz_jsonw_member_str(json, "name", xz_str_from(pattern->name));
    xz_jsonw_member_int(json, "version", pattern->version);
    xz_jsonw_end_object(json);
    xz_jsonw_member_str(json, "result_type",
                        pattern->result == XZ_RESULT_CONCLUSIVE ? XZ_STR("conclusive")
                                                                : XZ_STR("suspicious"));
    xz_jsonw_member_str(json, "severity", xz_str_from(xz_severity_names[pattern->severity]));
    xz_jsonw_key(json, "action");
    xz_jsonw_array(json);
    for (int i = 0; i < 6; i++) {
        const char name[3] = {'A', (char)('1' + i), '\0'};

        if (pattern->actions & (1u << i)) {
            xz_jsonw_str(json, xz_str_from(name));
        }
    }
    xz_jsonw_end_array(json);
    xz_jsonw_member_str(json, "region", judgement->region);
    xz_jsonw_key(json, "subject");
    xz_jsonw_object(json);
    xz_jsonw_member_str(json, "kind", xz_str_from(xz_subject_names[judgement->subject_kind]));
    xz_jsonw_member_str(json, "id", judgement->subject_id);
    xz_jsonw_end_object(json);
}

static void put_involved(struct xz_jsonw *json, const struct xz_judgement *judgement)
{
    struct xz_involved items[XZ_INVOLVED_MAX];
    const uint32_t count = xz_alert_involved(judgement, items);

    xz_jsonw_key(json, "involved");
    xz_jsonw_array(json);
    for (uint32_t i = 0; i < count; i++) {
        xz_jsonw_object(json);
        xz_jsonw_member_str(json, "kind", xz_str_from(items[i].kind));
        put_joined(json, "id", items[i].head, items[i].tail);
        xz_jsonw_member_str(json, "role", xz_str_from(items[i].role));
        xz_jsonw_end_object(json);
    }
    xz_jsonw_end_array(json);
}

static void put_fen(struct xz_jsonw *json, const char *key, int64_t fen)
{
    if (fen != XZ_FEN_NONE) {
        xz_jsonw_member_int(json, key, fen);
    }
}

static void put_place(struct xz_jsonw *json, const struct xz_record *record)
{
    const struct xz_str admdvs = xz_record_text(record, XZ_TEXT_PLACE_ADMDVS);

    if (admdvs.len == 0 && !(record->flags & XZ_RECORD_PLACED)) {
        return;
    }
    xz_jsonw_key(json, "place");
    xz_jsonw_object(json);
    xz_jsonw_member_str(json, "admdvs", admdvs);
    if (record->flags & XZ_RECORD_PLACED) {
        xz_jsonw_member_double(json, "lat", (double)record->lat_e6 / 1e6);
        xz_jsonw_member_double(json, "lon", (double)record->lon_e6 / 1e6);
    }
    xz_jsonw_end_object(json);
}

static void put_exhibit(struct xz_jsonw *json, const struct xz_member *member,
                        const struct xz_alert_context *context)
{
    const struct xz_record *record = member->record;
    const struct xz_str institution = xz_record_text(record, XZ_TEXT_INSTITUTION);
    const struct xz_str operator_id = xz_record_text(record, XZ_TEXT_OPERATOR);
    const struct xz_str device = xz_record_text(record, XZ_TEXT_DEVICE);
    const char *topic = context->topic_name != NULL
                            ? context->topic_name(context->arg, record->source.topic)
                            : NULL;

    xz_jsonw_object(json);
    xz_jsonw_member_str(json, "msgid", xz_record_text(record, XZ_TEXT_MSGID));
    put_time(json, "at", record->at_ms);
    xz_jsonw_member_str(json, "event", xz_str_from(xz_alert_event_word(record)));
    if (record->kind == XZ_RECORD_REFUND && record->ref_ms != XZ_TIME_NONE) {
        put_time(json, "settled_at", record->ref_ms);
    }
    xz_jsonw_member_str(json, "insured", xz_record_text(record, XZ_TEXT_PERSON));
    xz_jsonw_member_str(json, "institution", institution);
    if (operator_id.len > 0) {
        put_joined(json, "operator", institution, operator_id);
    }
    if (device.len > 0) {
        put_joined(json, "device", institution, device);
    }
    put_place(json, record);
    xz_jsonw_member_str(json, "credential", xz_record_text(record, XZ_TEXT_CREDENTIAL));
    put_fen(json, "amount_fen", record->amount_fen);
    put_fen(json, "account_fen", record->account_fen);
    put_fen(json, "mulaid_fen", record->mulaid_fen);
    put_fen(json, "fund_fen", record->fund_fen);
    put_fen(json, "balance_fen", record->balance_fen);
    if (record->flags & XZ_RECORD_UNDONE) {
        xz_jsonw_key(json, "reversed");
        xz_jsonw_bool(json, true);
    }
    xz_jsonw_member_double(json, "weight", xz_alert_rounded(member->weight));
    if (topic != NULL && record->source.offset >= 0) {
        xz_jsonw_key(json, "source");
        xz_jsonw_object(json);
        xz_jsonw_member_str(json, "topic", xz_str_from(topic));
        xz_jsonw_member_int(json, "partition", record->source.partition);
        xz_jsonw_member_int(json, "offset", record->source.offset);
        xz_jsonw_end_object(json);
    }
    xz_jsonw_end_object(json);
}

static void put_events(struct xz_jsonw *json, const struct xz_judgement *judgement,
                       const struct xz_alert_context *context)
{
    xz_jsonw_key(json, "window");
    xz_jsonw_object(json);
    put_time(json, "start", judgement->start_ms);
    put_time(json, "end", judgement->end_ms);
    xz_jsonw_end_object(json);
    xz_jsonw_key(json, "event_ids");
    xz_jsonw_array(json);
    for (uint32_t i = 0; i < judgement->member_count; i++) {
        xz_jsonw_str(json, xz_record_text(judgement->members[i].record, XZ_TEXT_MSGID));
    }
    xz_jsonw_end_array(json);
    xz_jsonw_member_int(json, "event_count", judgement->event_count);
    xz_jsonw_key(json, "exhibits");
    xz_jsonw_array(json);
    for (uint32_t i = 0; i < judgement->member_count; i++) {
        put_exhibit(json, &judgement->members[i], context);
    }
    xz_jsonw_end_array(json);
}

static void put_shown(struct xz_jsonw *json, const char *key, double log_value)
{
    xz_jsonw_member_double(json, key, xz_alert_shown(log_value)); /* NaN becomes null */
}

static void put_evidence(struct xz_jsonw *json, const struct xz_judgement *judgement)
{
    xz_jsonw_key(json, "evidence");
    xz_jsonw_array(json);
    for (uint32_t i = 0; i < judgement->evidence_count; i++) {
        const struct xz_judged_evidence *row = &judgement->evidence[i];

        xz_jsonw_object(json);
        xz_jsonw_member_str(json, "measure", xz_str_from(row->measure));
        xz_jsonw_member_double(json, "observed", xz_alert_rounded(row->observed));
        xz_jsonw_member_double(json, "expected", xz_alert_rounded(row->expected));
        xz_jsonw_member_str(json, "unit", xz_str_from(row->unit));
        put_shown(json, "p_value", row->log_p);
        put_shown(json, "e_value", row->log_e);
        if (row->segment != NULL && row->subjects > 0) {
            xz_jsonw_key(json, "baseline");
            xz_jsonw_object(json);
            xz_jsonw_key(json, "segment");
            xz_jsonw_str(json, xz_str_from(row->segment));
            xz_jsonw_member_int(json, "subjects", row->subjects);
            xz_jsonw_end_object(json);
        }
        xz_jsonw_end_object(json);
    }
    xz_jsonw_end_array(json);
}

typedef void (*sentence_fn)(const struct xz_judgement *judgement, bool chinese, struct xz_buf *out);

static void put_sentences(struct xz_jsonw *json, const char *key,
                          const struct xz_judgement *judgement, sentence_fn say)
{
    struct xz_buf text = {0};

    xz_jsonw_key(json, key);
    xz_jsonw_object(json);
    say(judgement, true, &text);
    xz_jsonw_member_str(json, "zh-CN", xz_buf_view(&text));
    xz_buf_clear(&text);
    say(judgement, false, &text);
    xz_jsonw_member_str(json, "en", xz_buf_view(&text));
    xz_jsonw_end_object(json);
    xz_buf_fini(&text);
}

static void put_tail(struct xz_jsonw *json, const struct xz_judgement *judgement)
{
    const struct xz_pattern *pattern = judgement->pattern;

    xz_jsonw_member_double(json, "score", xz_alert_rounded(judgement->score));
    put_shown(json, "e_value", judgement->log_e);
    xz_jsonw_member_int(json, "amount_fen", judgement->amount_fen);
    xz_jsonw_key(json, "legal");
    xz_jsonw_array(json);
    for (size_t i = 0; i < pattern->legal_count; i++) {
        xz_jsonw_str(json, xz_str_from(pattern->legal[i]));
    }
    xz_jsonw_end_array(json);
    put_sentences(json, "explanation", judgement, xz_alert_explanation);
    put_sentences(json, "counterfactual", judgement, xz_alert_counterfactual);
    xz_jsonw_key(json, "pack");
    xz_jsonw_object(json);
    xz_jsonw_member_str(json, "name", xz_str_from(xz_pack_name(judgement->pack)));
    xz_jsonw_member_str(json, "version", xz_str_from(xz_pack_version(judgement->pack)));
    xz_jsonw_member_str(json, "sha256", xz_str_from(xz_pack_sha256(judgement->pack)));
    xz_jsonw_end_object(json);
}

void xz_alert_to_json(const struct xz_judgement *judgement, const struct xz_alert_context *context,
                      struct xz_buf *out)
{
    struct xz_jsonw json = xz_jsonw_of(out);

    xz_jsonw_object(&json);
    put_head(&json, judgement);
    put_involved(&json, judgement);
    put_events(&json, judgement, context);
    put_evidence(&json, judgement);
    put_tail(&json, judgement);
    xz_jsonw_end_object(&json);
}
