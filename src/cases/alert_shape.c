/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The contract as tables, and one reader of them. */
#include "cases/alert_shape.h"

#include <stdio.h>
#include <string.h>

#include "base/time.h"
#include "cases/case_row.h"
#include "cases/identity.h"
#include "cases/mask.h"
#include "event/event.h"

#define TEXT_MAX     500 /* bytes of a name, a measure, a law's article */
#define SENTENCE_MAX 16384
#define COUNT_MAX    UINT32_MAX /* as in protobuf */

enum form {
    TEXT,   /* up to max bytes */
    ID,     /* 1 .. max bytes */
    PLAIN,  /* an id of letters, digits and what ids are made of besides */
    WORD,   /* one of words */
    REGION, /* an area code; anything else is nobody's, and empty */
    TIME,   /* up to max bytes */
    INT,    /* min .. max */
    NUMBER, /* min .. max; any when min is INT64_MIN */
    BOOL,
    OBJECT, /* with the members of `of` */
    LIST    /* up to max of what `of` tells */
};
enum when_absent { LEFT_OUT, NEEDED, EMPTY };

struct member {
    const char *key; /* NULL ends a table */
    enum form form;
    enum when_absent absent;
    int64_t min, max;
    const char *const *words; /* NULL ends them */
    const struct member *of;
    bool may_be_null;
};

static const char *const statuses[] = {"open", "closed", "withdrawn", NULL};
static const char *const results[] = {"conclusive", "suspicious", NULL};
static const char *const severities[] = {"low", "medium", "high", "critical", NULL};
static const char *const actions[] = {"A1", "A2", "A3", "A4", "A5", "A6", NULL};
static const char *const kinds[] = {"insured", "institution", "operator", "device",
                                    "doctor",  "giver",       "proxy",    "trace",
                                    "group",   "region",      NULL};
static const char *const roles[] = {"card",     "giver",  "receiver", "proxy",  "counter",
                                    "operator", "device", "doctor",   "member", NULL};
static const char *const events[] = {"settlement",       "reversal",   "mulaid_link",
                                     "account_movement", "credential", "person_status",
                                     "trace_scan",       NULL};

#define END                                                                                        \
    {                                                                                              \
        .key = NULL                                                                                \
    }

static const struct member pattern_of[] = {{"id", PLAIN, NEEDED, .max = 16},
                                           {"name", TEXT, EMPTY, .max = TEXT_MAX},
                                           {"version", INT, NEEDED, .max = COUNT_MAX},
                                           END};
static const struct member subject_of[] = {
    {"kind", WORD, NEEDED, .words = kinds}, {"id", ID, NEEDED, .max = XZ_REF_MAX}, END};
static const struct member party_of[] = {{"kind", WORD, NEEDED, .words = kinds},
                                         {"id", ID, NEEDED, .max = XZ_REF_MAX},
                                         {"role", WORD, NEEDED, .words = roles},
                                         END};
static const struct member window_of[] = {{"start", TIME, NEEDED, .max = XZ_TIME_TEXT_MAX},
                                          {"end", TIME, NEEDED, .max = XZ_TIME_TEXT_MAX},
                                          END};
static const struct member both_of[] = {
    {"zh-CN", TEXT, EMPTY, .max = SENTENCE_MAX}, {"en", TEXT, EMPTY, .max = SENTENCE_MAX}, END};
static const struct member pack_of[] = {{"name", TEXT, EMPTY, .max = TEXT_MAX},
                                        {"version", TEXT, EMPTY, .max = TEXT_MAX},
                                        {"sha256", TEXT, EMPTY, .max = 64},
                                        END};
static const struct member place_of[] = {{"admdvs", TEXT, LEFT_OUT, .max = XZ_ID_MAX},
                                         {"lat", NUMBER, LEFT_OUT, .min = -90, .max = 90},
                                         {"lon", NUMBER, LEFT_OUT, .min = -180, .max = 180},
                                         END};
static const struct member source_of[] = {{"topic", ID, NEEDED, .max = 249},
                                          {"partition", INT, NEEDED, .max = INT32_MAX},
                                          {"offset", INT, NEEDED, .max = INT64_MAX},
                                          END};

#define FEN(key)                                                                                   \
    {                                                                                              \
        key, INT, LEFT_OUT, .min = -XZ_ALERT_FEN_MAX, .max = XZ_ALERT_FEN_MAX                      \
    }

static const struct member exhibit_of[] = {{"msgid", ID, NEEDED, .max = XZ_REF_MAX},
                                           {"at", TIME, NEEDED, .max = XZ_TIME_TEXT_MAX},
                                           {"event", WORD, NEEDED, .words = events},
                                           {"settled_at", TIME, LEFT_OUT, .max = XZ_TIME_TEXT_MAX},
                                           {"insured", ID, LEFT_OUT, .max = XZ_PERSON_ID_MAX},
                                           {"institution", ID, LEFT_OUT, .max = XZ_REF_MAX},
                                           {"operator", ID, LEFT_OUT, .max = XZ_REF_MAX},
                                           {"device", ID, LEFT_OUT, .max = XZ_REF_MAX},
                                           {"place", OBJECT, LEFT_OUT, .of = place_of},
                                           {"credential", TEXT, LEFT_OUT, .max = XZ_ID_MAX},
                                           FEN("amount_fen"),
                                           FEN("account_fen"),
                                           FEN("mulaid_fen"),
                                           FEN("fund_fen"),
                                           FEN("balance_fen"),
                                           {"reversed", BOOL, LEFT_OUT, .max = true},
                                           {"weight", NUMBER, LEFT_OUT, .max = 1},
                                           {"source", OBJECT, LEFT_OUT, .of = source_of},
                                           END};

/* Estimates: any number, or none. */
#define ESTIMATE(key)                                                                              \
    {                                                                                              \
        key, NUMBER, EMPTY, .min = INT64_MIN, .may_be_null = true                                  \
    }

static const struct member baseline_of[] = {
    {"segment", TEXT, EMPTY, .max = TEXT_MAX}, {"subjects", INT, NEEDED, .max = COUNT_MAX}, END};
static const struct member evidence_of[] = {{"measure", TEXT, NEEDED, .max = TEXT_MAX},
                                            ESTIMATE("observed"),
                                            ESTIMATE("expected"),
                                            {"unit", TEXT, EMPTY, .max = TEXT_MAX},
                                            ESTIMATE("p_value"),
                                            ESTIMATE("e_value"),
                                            {"baseline", OBJECT, LEFT_OUT, .of = baseline_of},
                                            END};

static const struct member an_action = {.form = WORD, .words = actions};
static const struct member an_article = {.form = TEXT, .max = TEXT_MAX};
static const struct member an_event = {.form = ID, .max = XZ_REF_MAX};
static const struct member a_party = {.form = OBJECT, .of = party_of};
static const struct member an_exhibit = {.form = OBJECT, .of = exhibit_of};
static const struct member a_row = {.form = OBJECT, .of = evidence_of};

static const struct member alert_of[] = {
    {"alert_id", PLAIN, NEEDED, .max = 64},
    {"rev", INT, NEEDED, .min = 1, .max = COUNT_MAX},
    {"status", WORD, NEEDED, .words = statuses},
    {"pattern", OBJECT, NEEDED, .of = pattern_of},
    {"result_type", WORD, NEEDED, .words = results},
    {"severity", WORD, NEEDED, .words = severities},
    {"action", LIST, EMPTY, .max = 6, .of = &an_action},
    {"region", REGION, EMPTY, .max = XZ_ID_MAX},
    {"subject", OBJECT, NEEDED, .of = subject_of},
    {"involved", LIST, EMPTY, .max = 64, .of = &a_party},
    {"window", OBJECT, NEEDED, .of = window_of},
    {"event_ids", LIST, EMPTY, .max = XZ_ALERT_EVENTS_MAX, .of = &an_event},
    {"event_count", INT, NEEDED, .max = COUNT_MAX},
    {"exhibits", LIST, EMPTY, .max = XZ_ALERT_EVENTS_MAX, .of = &an_exhibit},
    {"evidence", LIST, EMPTY, .max = 32, .of = &a_row},
    {"score", NUMBER, NEEDED, .max = 1},
    ESTIMATE("e_value"),
    {"amount_fen", INT, NEEDED, .max = XZ_ALERT_FEN_MAX},
    {"legal", LIST, EMPTY, .max = 64, .of = &an_article},
    {"explanation", OBJECT, EMPTY, .of = both_of},
    {"counterfactual", OBJECT, EMPTY, .of = both_of},
    {"pack", OBJECT, EMPTY, .of = pack_of},
    END};

/* ---- values ---- */

/* Where reading stands, from the outermost member to the one that does not fit. */
struct path {
    char text[96];
};

static void put_before(struct path *path, const char *key)
{
    char rest[sizeof(path->text)];

    memcpy(rest, path->text, sizeof(rest));
    (void)snprintf(path->text, sizeof(path->text), "%.30s%s%.60s", key, rest[0] != '\0' ? "." : "",
                   rest);
}

/* A person's token, or the beginning of one that another text may complete. */
static bool has_token(const char *text)
{
    for (const char *at = strstr(text, "~P"); at != NULL; at = strstr(at + 1, "~P")) {
        if (at[2] >= '0' && at[2] <= '9') {
            return true;
        }
    }
    return false;
}

static json_t *time_of(const char *text)
{
    char shown[XZ_TIME_TEXT_MAX];
    int64_t time_ms;

    if (xz_time_parse(xz_str_from(text), &time_ms, NULL) != XZ_OK) {
        return NULL;
    }
    xz_time_format(time_ms, shown);
    return json_string(shown);
}

static bool is_area_code(const char *text)
{
    const size_t len = strlen(text);

    return len >= 2 && len <= 6 && strspn(text, "0123456789") == len;
}

static bool is_plain(const char *text)
{
    return strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.:") ==
           strlen(text);
}

static bool is_one_of(const char *text, const char *const *words)
{
    while (*words != NULL && strcmp(*words, text) != 0) {
        words++;
    }
    return *words != NULL;
}

static json_t *text_of(const struct member *member, const json_t *value)
{
    const char *text = json_string_value(value);
    const size_t len = json_string_length(value);

    if (text == NULL || strlen(text) != len || has_token(text)) {
        return NULL;
    }
    if (member->form == WORD) {
        return is_one_of(text, member->words) ? json_string(text) : NULL;
    }
    if (len > (uint64_t)member->max) {
        return NULL;
    }
    switch (member->form) {
    case TIME:
        return time_of(text);
    case ID:
        return len > 0 ? json_string(text) : NULL;
    case PLAIN:
        return len > 0 && is_plain(text) ? json_string(text) : NULL;
    case REGION:
        return json_string(is_area_code(text) ? text : "");
    default:
        return json_string(text);
    }
}

static json_t *number_of(const struct member *member, const json_t *value)
{
    const double number = json_number_value(value);
    const bool any = member->min == INT64_MIN;

    return json_is_number(value) &&
                   (any || (number >= (double)member->min && number <= (double)member->max))
               ? json_deep_copy(value)
               : NULL;
}

static json_t *int_of(const struct member *member, const json_t *value)
{
    const int64_t number = json_integer_value(value);

    return json_is_integer(value) && number >= member->min && number <= member->max
               ? json_integer(number)
               : NULL;
}

/* NULL, and the path below the member: it does not fit. */
static json_t *value_of(const struct member *member, const json_t *value, struct path *path);

static json_t *list_of(const struct member *member, const json_t *value, struct path *path)
{
    json_t *list = json_array(), *item;
    bool fits = json_is_array(value) && json_array_size(value) <= (uint64_t)member->max;
    size_t i;

    json_array_foreach(value, i, item)
    {
        json_t *made = fits ? value_of(member->of, item, path) : NULL;

        fits = fits && made != NULL;
        if (made != NULL) {
            (void)json_array_append_new(list, made);
        }
    }
    if (!fits) {
        json_decref(list);
    }
    return fits ? list : NULL;
}

/* What stands for a member that is not there: of an object, one of empty members. */
static json_t *empty_of(const struct member *member)
{
    json_t *made;

    switch (member->form) {
    case LIST:
        return json_array();
    case OBJECT:
        made = json_object();
        for (const struct member *part = member->of; part->key != NULL; part++) {
            (void)json_object_set_new(made, part->key, empty_of(part));
        }
        return made;
    case NUMBER:
        return json_null();
    default:
        return json_string("");
    }
}

static json_t *object_of(const struct member *member, const json_t *value, struct path *path)
{
    json_t *made = json_is_object(value) ? json_object() : NULL;

    for (const struct member *part = member->of; made != NULL && part->key != NULL; part++) {
        const json_t *given = json_object_get(value, part->key);
        const bool is_there =
            given != NULL && (part->absent != LEFT_OUT || json_string_length(given) > 0 ||
                              !json_is_string(given)); /* an empty text says as little as none */
        json_t *of_part = is_there                ? value_of(part, given, path)
                          : part->absent == EMPTY ? empty_of(part)
                                                  : NULL;

        if (of_part != NULL) {
            (void)json_object_set_new(made, part->key, of_part);
        } else if (is_there || part->absent == NEEDED) {
            put_before(path, part->key);
            json_decref(made);
            made = NULL;
        }
    }
    return made;
}

static json_t *value_of(const struct member *member, const json_t *value, struct path *path)
{
    if (member->may_be_null && json_is_null(value)) {
        return json_null();
    }
    switch (member->form) {
    case INT:
        return int_of(member, value);
    case NUMBER:
        return number_of(member, value);
    case BOOL:
        return json_is_boolean(value) ? json_boolean(json_is_true(value)) : NULL;
    case OBJECT:
        return object_of(member, value, path);
    case LIST:
        return list_of(member, value, path);
    default:
        return text_of(member, value);
    }
}

/* ---- the whole ---- */

/* An id of a person is shorter than others may be. */
static bool party_fits(const json_t *party)
{
    return json_string_length(json_object_get(party, "id")) <= XZ_PERSON_ID_MAX ||
           !xz_kind_is_person(xz_str_from(json_string_value(json_object_get(party, "kind"))));
}

enum xz_rc xz_alert_shape(const json_t *alert, json_t **shaped, struct xz_err *err)
{
    static const struct member whole = {.form = OBJECT, .of = alert_of};
    struct path path = {""};
    const json_t *party;
    size_t i;

    *shaped = value_of(&whole, alert, &path);
    if (*shaped != NULL && !party_fits(json_object_get(*shaped, "subject"))) {
        put_before(&path, "subject");
    }
    json_array_foreach(json_object_get(*shaped, "involved"), i, party)
    {
        if (path.text[0] == '\0' && !party_fits(party)) {
            put_before(&path, "involved");
        }
    }
    if (*shaped != NULL && path.text[0] == '\0') {
        return XZ_OK;
    }
    json_decref(*shaped);
    *shaped = NULL;
    return xz_err_reject(err, "invalid", path.text, "the alert%s%s is not as the contract says",
                         path.text[0] != '\0' ? "'s " : "", path.text);
}
