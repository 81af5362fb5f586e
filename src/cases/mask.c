/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cases/mask.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "cases/identity.h"
#include "event/field.h"

/* Bytes: a shorter id may be part of any word or number. An event has no sentences, but codes and
 * sums. */
#define IN_SENTENCES_MIN 4
#define IN_CODES_MIN     8
#define DEPTH_MAX        16

struct name {
    char *id, *token;
    size_t len;
};

struct names {
    struct name *items;
    size_t count, cap, inside_min; /* bytes of one that is replaced inside a text */
};

struct masking {
    struct xz_db_conn *conn;
    const struct xz_keys *keys;
    struct names names;
    struct xz_err *err;
};

/* Those of the contract that are people; a group is a hash of its members. */
bool xz_kind_is_person(struct xz_str kind)
{
    static const char *const people[] = {"insured", "giver", "receiver", "proxy", "doctor"};

    for (size_t i = 0; i < sizeof(people) / sizeof(people[0]); i++) {
        if (xz_str_eq(kind, xz_str_from(people[i]))) {
            return true;
        }
    }
    return false;
}

static enum xz_rc note_person(struct masking *masking, const char *id)
{
    struct names *names = &masking->names;
    struct xz_buf token = {0};
    int64_t person = 0;
    enum xz_rc rc;

    for (size_t i = 0; i < names->count; i++) {
        if (strcmp(names->items[i].id, id) == 0) {
            return XZ_OK;
        }
    }
    if (names->count == XZ_ALERT_PEOPLE_MAX) {
        return xz_err_reject(masking->err, "too_large", "involved", "more than %d people",
                             XZ_ALERT_PEOPLE_MAX);
    }
    rc = xz_identity_of(masking->conn, masking->keys, xz_str_from(id), &person, masking->err);
    if (rc != XZ_OK) {
        return rc;
    }
    xz_identity_token(person, &token);
    xz_array_reserve((void **)&names->items, &names->cap, names->count + 1, sizeof(*names->items));
    names->items[names->count++] = (struct name){
        .id = xz_strdup(id),
        .token = xz_strndup((const char *)token.data, token.len),
        .len = strlen(id),
    };
    xz_buf_fini(&token);
    return XZ_OK;
}

/* {"kind":"insured","id":"..."}: of a subject, of one involved. */
static enum xz_rc note_party(struct masking *masking, const json_t *party)
{
    const char *kind = json_string_value(json_object_get(party, "kind"));
    const char *id = json_string_value(json_object_get(party, "id"));

    if (kind == NULL || id == NULL) {
        return xz_err_reject(masking->err, "invalid", "subject", "a party has a kind and an id");
    }
    return xz_kind_is_person(xz_str_from(kind)) ? note_person(masking, id) : XZ_OK;
}

static enum xz_rc note_exhibit(struct masking *masking, const json_t *exhibit)
{
    static const char *const members[] = {"insured", "giver", "receiver", "proxy", "doctor"};
    enum xz_rc rc = XZ_OK;

    for (size_t i = 0; rc == XZ_OK && i < sizeof(members) / sizeof(members[0]); i++) {
        const char *id = json_string_value(json_object_get(exhibit, members[i]));

        rc = id != NULL && id[0] != '\0' ? note_person(masking, id) : XZ_OK;
    }
    return rc;
}

static enum xz_rc note_all(struct masking *masking, const json_t *alert)
{
    const json_t *item;
    size_t i;
    enum xz_rc rc = note_party(masking, json_object_get(alert, "subject"));

    json_array_foreach(json_object_get(alert, "involved"), i, item)
    {
        rc = rc == XZ_OK ? note_party(masking, item) : rc;
    }
    json_array_foreach(json_object_get(alert, "exhibits"), i, item)
    {
        rc = rc == XZ_OK ? note_exhibit(masking, item) : rc;
    }
    return rc;
}

/* The longest first: one id may be the beginning of another. */
static int longest_first(const void *left, const void *right)
{
    const size_t a = ((const struct name *)left)->len, b = ((const struct name *)right)->len;

    return (a < b) - (a > b);
}

/* The name that stands at text, alone or (in_sentence) anywhere; NULL: none. */
static const struct name *name_at(const struct names *names, const char *text, bool in_sentence)
{
    for (size_t i = 0; i < names->count; i++) {
        const struct name *name = &names->items[i];

        if (strncmp(text, name->id, name->len) == 0 &&
            (in_sentence ? name->len >= names->inside_min : text[name->len] == '\0')) {
            return name;
        }
    }
    return NULL;
}

/* A new string when something in text is a name, NULL when nothing is. */
static json_t *masked(const struct names *names, const char *text)
{
    const struct name *whole = name_at(names, text, false);
    struct xz_buf out = {0};
    json_t *made = NULL;
    bool changed = false;

    if (whole != NULL) {
        return json_string(whole->token);
    }
    while (*text != '\0') {
        const struct name *name = name_at(names, text, true);

        changed |= name != NULL;
        if (name != NULL) {
            xz_buf_bytes(&out, name->token, strlen(name->token));
            text += name->len;
        } else {
            xz_buf_u8(&out, (uint8_t)*text++);
        }
    }
    if (changed) {
        made = json_stringn((const char *)out.data, out.len);
    }
    xz_buf_fini(&out);
    return made;
}

/* False when something stands too deep to be looked at. */
static bool replace_in(const struct names *names, json_t *value, int depth);

/* Members in which no person stands: where a part of a code that looks like somebody's short id
 * must stay what it is. */
static bool is_never_a_name(const char *key)
{
    static const char *const keys[] = {
        "alert_id", "status", "pattern", "result_type", "severity", "action", "region", "window",
        "legal",    "pack",   "kind",    "role",        "at",       "event",  "place",  "source"};

    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        if (strcmp(key, keys[i]) == 0) {
            return true;
        }
    }
    return false;
}

static bool replace_in_object(const struct names *names, json_t *object, int depth)
{
    const char *key;
    json_t *value;
    void *next;
    bool all = true;

    json_object_foreach_safe(object, next, key, value)
    {
        json_t *made = NULL;

        if (is_never_a_name(key)) {
            continue;
        }
        made = json_is_string(value) ? masked(names, json_string_value(value)) : NULL;
        if (made != NULL) {
            (void)json_object_set_new(object, key, made);
        } else {
            all &= replace_in(names, value, depth);
        }
    }
    return all;
}

static bool replace_in(const struct names *names, json_t *value, int depth)
{
    bool all = depth < DEPTH_MAX;

    if (all && json_is_object(value)) {
        all = replace_in_object(names, value, depth + 1);
    }
    for (size_t i = 0; all && i < json_array_size(value); i++) {
        json_t *item = json_array_get(value, i);
        json_t *made = json_is_string(item) ? masked(names, json_string_value(item)) : NULL;

        if (made != NULL) {
            (void)json_array_set_new(value, i, made);
        } else {
            all = replace_in(names, item, depth + 1);
        }
    }
    return all;
}

/* With rc, that of noting: puts tokens for all that was noted, and forgets it. */
static enum xz_rc replace_all(struct masking *masking, json_t *value, enum xz_rc rc)
{
    struct names *names = &masking->names;

    if (rc == XZ_OK && names->count > 0) {
        qsort(names->items, names->count, sizeof(*names->items), longest_first);
        rc = replace_in(names, value, 0)
                 ? XZ_OK
                 : xz_err_reject(masking->err, "too_deep", "", "nested deeper than %d", DEPTH_MAX);
    }
    for (size_t i = 0; i < names->count; i++) {
        free(names->items[i].id);
        free(names->items[i].token);
    }
    free(names->items);
    return rc;
}

enum xz_rc xz_alert_mask(struct xz_db_conn *conn, const struct xz_keys *keys, json_t *alert,
                         struct xz_err *err)
{
    struct masking masking = {
        .conn = conn, .keys = keys, .names = {.inside_min = IN_SENTENCES_MIN}, .err = err};
    const enum xz_rc rc = json_is_object(alert)
                              ? note_all(&masking, alert)
                              : xz_err_reject(err, "invalid", "", "an alert is a JSON object");

    return replace_all(&masking, alert, rc);
}

/* ---- events ---- */

static bool is_person_field(const char *name)
{
    static const char *const fields[] = {"psn_no",      "cert_psn_no",   "giver_psn_no",
                                         "recv_psn_no", "agnter_certno", "bilg_dr_codg",
                                         "maker",       "checker"};

    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
        if (strcmp(name, fields[i]) == 0) {
            return true;
        }
    }
    return false;
}

/* Is it the name, in snake or in camel case? */
static bool is_named(const char *key, const char *name)
{
    while (*name != '\0') {
        name += *name == '_';
        if (tolower((unsigned char)*key) != *name) {
            return false;
        }
        key += 1 + (key[1] == '_' && name[1] == '_');
        name++;
    }
    return *key == '\0';
}

/* The group of an object that stands under key in an object of group; XZ_GROUP_COUNT: none does. */
static enum xz_field_group group_under(enum xz_field_group group, const char *key)
{
    if (group == XZ_GROUP_SETTLEMENT) {
        return is_named(key, "agnterinfo")      ? XZ_GROUP_AGNTERINFO
               : is_named(key, "lines")         ? XZ_GROUP_LINE
               : is_named(key, "mulaid_debits") ? XZ_GROUP_DEBIT
                                                : XZ_GROUP_COUNT;
    }
    for (int body = XZ_BODY_NONE + 1; group == XZ_GROUP_ENVELOPE && body < XZ_BODY_COUNT; body++) {
        if (is_named(key, xz_body_names[body])) {
            return (enum xz_field_group)(XZ_GROUP_SETTLEMENT + body - XZ_BODY_SETTLEMENT);
        }
    }
    return XZ_GROUP_COUNT;
}

static enum xz_rc note_event(struct masking *masking, enum xz_field_group group, json_t *object);

static enum xz_rc note_under(struct masking *masking, enum xz_field_group group, json_t *value)
{
    json_t *item;
    size_t i;
    enum xz_rc rc = json_is_object(value) ? note_event(masking, group, value) : XZ_OK;

    json_array_foreach(value, i, item)
    {
        rc = rc == XZ_OK && json_is_object(item) ? note_event(masking, group, item) : rc;
    }
    return rc;
}

/* One value, or a list of texts where the contract has one. */
static bool has_shape(const struct xz_field *field, const json_t *value)
{
    const json_t *item;
    size_t i;
    bool right = !json_is_object(value) && (!json_is_array(value) || field->type == XZ_FIELD_STRS);

    json_array_foreach(value, i, item) { right &= json_is_string(item); }
    return right && (!is_person_field(field->name) || !json_is_real(value));
}

/* Codes may come as numbers. */
static enum xz_rc note_field(struct masking *masking, json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    const char *id = json_string_value(value);
    char digits[24];

    if (json_is_integer(value)) {
        (void)snprintf(digits, sizeof(digits), "%lld", json_integer_value(value));
        (void)json_object_set_new(object, key, json_string(digits));
        id = digits;
    }
    return id != NULL && id[0] != '\0' ? note_person(masking, id) : XZ_OK;
}

/* Notes who stands in it, takes away what the contract does not name. */
static enum xz_rc note_event(struct masking *masking, enum xz_field_group group, json_t *object)
{
    const char *key;
    json_t *value;
    void *next;
    enum xz_rc rc = XZ_OK;

    json_object_foreach_safe(object, next, key, value)
    {
        const enum xz_field_group under = group_under(group, key);
        const struct xz_field *field = xz_field_find(group, xz_str_from(key));

        if (rc != XZ_OK) {
            break;
        }
        if (under != XZ_GROUP_COUNT && (json_is_object(value) || json_is_array(value))) {
            rc = note_under(masking, under, value);
        } else if (field == NULL || !has_shape(field, value)) {
            (void)json_object_del(object, key);
        } else if (is_person_field(field->name)) {
            rc = note_field(masking, object, key);
        }
    }
    return rc;
}

enum xz_rc xz_event_mask(struct xz_db_conn *conn, const struct xz_keys *keys, json_t *event,
                         struct xz_err *err)
{
    struct masking masking = {
        .conn = conn, .keys = keys, .names = {.inside_min = IN_CODES_MIN}, .err = err};
    const enum xz_rc rc = json_is_object(event)
                              ? note_event(&masking, XZ_GROUP_ENVELOPE, event)
                              : xz_err_reject(err, "invalid", "", "an event is a JSON object");

    return replace_all(&masking, event, rc);
}
