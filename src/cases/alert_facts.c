/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cases/alert_facts.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/time.h"

const char *const xz_case_severity_names[4] = {"low", "medium", "high", "critical"};

static enum xz_rc bad(struct xz_err *err, const char *path)
{
    return xz_err_reject(err, "invalid", path, "the alert's %s is not as the contract says", path);
}

/* A text of 1 .. max bytes. */
static const char *text_of(const json_t *object, const char *key, size_t max)
{
    const json_t *value = json_object_get(object, key);
    const size_t len = json_string_length(value);

    return len >= 1 && len <= max && strlen(json_string_value(value)) == len
               ? json_string_value(value)
               : NULL;
}

static bool read_time(const json_t *object, const char *key, int64_t *time_ms)
{
    const char *text = text_of(object, key, XZ_TIME_TEXT_MAX);

    return text != NULL && xz_time_parse(xz_str_from(text), time_ms, NULL) == XZ_OK;
}

static bool read_int(const json_t *object, const char *key, int64_t *value)
{
    const json_t *member = json_object_get(object, key);

    *value = json_integer_value(member);
    return json_is_integer(member) && *value >= 0 && *value < INT64_MAX / 1000;
}

static bool read_severity(const char *text, enum xz_case_severity *severity)
{
    for (int i = 0; text != NULL && i < 4; i++) {
        if (strcmp(text, xz_case_severity_names[i]) == 0) {
            *severity = (enum xz_case_severity)i;
            return true;
        }
    }
    return false;
}

static void read_region(const char *text, char region[static 8])
{
    size_t len = text != NULL ? strlen(text) : 0;

    for (size_t i = 0; i < len; i++) {
        if (!isdigit((unsigned char)text[i])) {
            len = 0;
        }
    }
    (void)snprintf(region, 8, "%s", len >= 2 && len <= 6 ? text : "");
}

/* ---- exhibits ---- */

static int64_t money_of(const json_t *exhibit)
{
    static const char *const parts[] = {"account_fen", "mulaid_fen", "fund_fen"};
    int64_t sum = 0;

    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        int64_t fen;

        sum += read_int(exhibit, parts[i], &fen) && fen < INT64_C(1000000000000) ? fen : 0;
    }
    return sum;
}

static void read_exhibits(const json_t *exhibits, struct xz_alert_facts *facts)
{
    const json_t *exhibit;
    int64_t listed = 0;
    size_t i;

    json_array_foreach(exhibits, i, exhibit)
    {
        const char *msgid = text_of(exhibit, "msgid", 512);
        const char *institution = text_of(exhibit, "institution", XZ_REF_MAX);
        const json_t *place = json_object_get(exhibit, "place");

        if (msgid != NULL) {
            xz_money_add(&facts->money, xz_str_from(msgid), money_of(exhibit));
        }
        if (facts->institution[0] == '\0' && institution != NULL) {
            (void)snprintf(facts->institution, sizeof(facts->institution), "%s", institution);
        }
        if (facts->lat == 0 && institution != NULL &&
            strcmp(institution, facts->institution) == 0) {
            facts->lat = json_number_value(json_object_get(place, "lat"));
            facts->lon = json_number_value(json_object_get(place, "lon"));
        }
    }
    listed = xz_money_total_fen(&facts->money);
    facts->money.rest_fen = facts->amount_fen > listed ? facts->amount_fen - listed : 0;
}

/* "60-69" or "80+", standing first in a segment. */
static bool is_age_group(const char *segment, size_t len)
{
    size_t digits = 0;

    while (digits < len && isdigit((unsigned char)segment[digits])) {
        digits++;
    }
    return digits >= 1 && digits < len && (segment[digits] == '-' || segment[digits] == '+') &&
           strspn(segment, "0123456789-+") >= len && len <= 7;
}

static void read_age_group(const json_t *evidence, struct xz_alert_facts *facts)
{
    const json_t *item;
    size_t i;

    json_array_foreach(evidence, i, item)
    {
        const char *segment = text_of(json_object_get(item, "baseline"), "segment", 200);
        const size_t len = segment != NULL ? strcspn(segment, "|") : 0;

        if (facts->age_group[0] == '\0' && len > 0 && is_age_group(segment, len)) {
            (void)snprintf(facts->age_group, sizeof(facts->age_group), "%.*s", (int)len, segment);
        }
    }
}

/* ---- the whole ---- */

/* Letters, digits, and what ids are made of besides. */
static bool is_plain(const char *text)
{
    return strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.:") ==
           strlen(text);
}

static enum xz_rc read_names(const json_t *alert, struct xz_alert_facts *facts, struct xz_err *err)
{
    static const char *const statuses[] = {"open", "closed", "withdrawn"};
    const json_t *pattern = json_object_get(alert, "pattern");
    const json_t *subject = json_object_get(alert, "subject");
    bool known = false;

    facts->id = text_of(alert, "alert_id", 64);
    facts->status = text_of(alert, "status", 16);
    facts->pattern = text_of(pattern, "id", 16);
    facts->subject_kind = text_of(subject, "kind", 15);
    facts->subject = text_of(subject, "id", XZ_REF_MAX);
    for (size_t i = 0; facts->status != NULL && i < sizeof(statuses) / sizeof(statuses[0]); i++) {
        known |= strcmp(facts->status, statuses[i]) == 0;
    }
    if (facts->id == NULL || !is_plain(facts->id)) {
        return bad(err, "alert_id");
    }
    if (!known) {
        return bad(err, "status");
    }
    if (facts->pattern == NULL || !is_plain(facts->pattern) ||
        !read_int(pattern, "version", &facts->pattern_version)) {
        return bad(err, "pattern");
    }
    facts->is_withdrawn = strcmp(facts->status, "withdrawn") == 0;
    return facts->subject_kind != NULL && facts->subject != NULL ? XZ_OK : bad(err, "subject");
}

static enum xz_rc read_numbers(const json_t *alert, struct xz_alert_facts *facts,
                               struct xz_err *err)
{
    const json_t *window = json_object_get(alert, "window");
    const json_t *score = json_object_get(alert, "score");
    const char *result = text_of(alert, "result_type", 16);

    if (result == NULL ||
        (strcmp(result, "conclusive") != 0 && strcmp(result, "suspicious") != 0)) {
        return bad(err, "result_type");
    }
    facts->conclusive = strcmp(result, "conclusive") == 0;
    if (!read_severity(text_of(alert, "severity", 16), &facts->severity)) {
        return bad(err, "severity");
    }
    if (!read_time(window, "start", &facts->started_ms) ||
        !read_time(window, "end", &facts->ended_ms) || facts->ended_ms < facts->started_ms) {
        return bad(err, "window");
    }
    if (!read_int(alert, "rev", &facts->rev) || facts->rev == 0) {
        return bad(err, "rev");
    }
    if (!read_int(alert, "event_count", &facts->events) ||
        !read_int(alert, "amount_fen", &facts->amount_fen)) {
        return bad(err, "amount_fen");
    }
    facts->score = json_number_value(score);
    return json_is_number(score) && facts->score >= 0 && facts->score <= 1 ? XZ_OK
                                                                           : bad(err, "score");
}

enum xz_rc xz_alert_facts_read(const json_t *alert, struct xz_alert_facts *facts,
                               struct xz_err *err)
{
    enum xz_rc rc;

    *facts = (struct xz_alert_facts){0};
    rc = json_is_object(alert) ? read_names(alert, facts, err) : bad(err, "alert");
    rc = rc == XZ_OK ? read_numbers(alert, facts, err) : rc;
    if (rc != XZ_OK) {
        return rc;
    }
    read_region(json_string_value(json_object_get(alert, "region")), facts->region);
    if (strcmp(facts->subject_kind, "institution") == 0) {
        (void)snprintf(facts->institution, sizeof(facts->institution), "%s", facts->subject);
    }
    read_exhibits(json_object_get(alert, "exhibits"), facts);
    read_age_group(json_object_get(alert, "evidence"), facts);
    return XZ_OK;
}

void xz_alert_facts_fini(struct xz_alert_facts *facts) { xz_money_fini(&facts->money); }
