/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cases/alert_facts.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/time.h"
#include "cases/alert_shape.h"

const char *const xz_case_severity_names[4] = {"low", "medium", "high", "critical"};

static enum xz_rc bad(struct xz_err *err, const char *path)
{
    return xz_err_reject(err, "invalid", path, "the alert's %s is not as the contract says", path);
}

static const char *text_of(const json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

static int64_t int_of(const json_t *object, const char *key)
{
    return json_integer_value(json_object_get(object, key));
}

/* 0 for none, which no alert comes from. */
static int64_t time_of(const json_t *object, const char *key)
{
    int64_t time_ms = 0;

    return xz_time_parse(xz_str_from(text_of(object, key)), &time_ms, NULL) == XZ_OK ? time_ms : 0;
}

static enum xz_case_severity severity_of(const char *text)
{
    int at = 3;

    while (at > 0 && strcmp(text, xz_case_severity_names[at]) != 0) {
        at--;
    }
    return (enum xz_case_severity)at;
}

/* ---- exhibits ---- */

static int64_t money_of(const json_t *exhibit)
{
    static const char *const parts[] = {"account_fen", "mulaid_fen", "fund_fen"};
    int64_t sum = 0;

    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        const int64_t fen = int_of(exhibit, parts[i]);

        sum += fen > 0 ? fen : 0;
    }
    return sum;
}

static enum xz_rc read_exhibits(const json_t *exhibits, struct xz_alert_facts *facts,
                                struct xz_err *err)
{
    const json_t *exhibit;
    int64_t listed = 0;
    size_t i;

    json_array_foreach(exhibits, i, exhibit)
    {
        const char *institution = text_of(exhibit, "institution");
        const json_t *place = json_object_get(exhibit, "place");

        xz_money_add(&facts->money, xz_str_from(text_of(exhibit, "msgid")), money_of(exhibit));
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
    return listed <= XZ_ALERT_FEN_MAX ? XZ_OK : bad(err, "exhibits");
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
        const char *segment = text_of(json_object_get(item, "baseline"), "segment");
        const size_t len = segment != NULL ? strcspn(segment, "|") : 0;

        if (facts->age_group[0] == '\0' && len > 0 && is_age_group(segment, len)) {
            (void)snprintf(facts->age_group, sizeof(facts->age_group), "%.*s", (int)len, segment);
        }
    }
}

/* ---- the whole ---- */

enum xz_rc xz_alert_facts_read(const json_t *alert, struct xz_alert_facts *facts,
                               struct xz_err *err)
{
    const json_t *pattern = json_object_get(alert, "pattern");
    const json_t *subject = json_object_get(alert, "subject");
    const json_t *window = json_object_get(alert, "window");

    *facts = (struct xz_alert_facts){
        .id = text_of(alert, "alert_id"),
        .pattern = text_of(pattern, "id"),
        .status = text_of(alert, "status"),
        .subject_kind = text_of(subject, "kind"),
        .subject = text_of(subject, "id"),
        .conclusive = strcmp(text_of(alert, "result_type"), "conclusive") == 0,
        .severity = severity_of(text_of(alert, "severity")),
        .rev = int_of(alert, "rev"),
        .pattern_version = int_of(pattern, "version"),
        .events = int_of(alert, "event_count"),
        .amount_fen = int_of(alert, "amount_fen"),
        .started_ms = time_of(window, "start"),
        .ended_ms = time_of(window, "end"),
        .score = json_number_value(json_object_get(alert, "score")),
    };
    facts->is_withdrawn = strcmp(facts->status, "withdrawn") == 0;
    (void)snprintf(facts->region, sizeof(facts->region), "%s", text_of(alert, "region"));
    if (strcmp(facts->subject_kind, "institution") == 0) {
        (void)snprintf(facts->institution, sizeof(facts->institution), "%s", facts->subject);
    }
    read_age_group(json_object_get(alert, "evidence"), facts);
    return facts->ended_ms >= facts->started_ms
               ? read_exhibits(json_object_get(alert, "exhibits"), facts, err)
               : bad(err, "window");
}

void xz_alert_facts_fini(struct xz_alert_facts *facts) { xz_money_fini(&facts->money); }
