/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cases/mask.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "cases/identity.h"
#include "cases/names.h"
#include "event/field.h"

/* Bytes: a shorter id may be part of any word or number. Codes have no spaces to tell where one
 * ends. */
#define IN_SENTENCES_MIN 4
#define IN_CODES_MIN     8
#define DEPTH_MAX        16

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

static json_t *token_of(int64_t number)
{
    struct xz_buf text = {0};
    json_t *made;

    xz_identity_token(number, &text);
    made = json_stringn((const char *)text.data, text.len);
    xz_buf_fini(&text);
    return made;
}

/* ---- alerts ---- */

void xz_people_fini(struct xz_people *people)
{
    for (size_t i = 0; i < people->count; i++) {
        free(people->ids[i]);
    }
    free(people->ids);
    *people = (struct xz_people){0};
}

struct naming {
    struct xz_people *people;
    struct xz_names names;
};

/* The person whose id stands under key, if there is one, becomes a token. */
static void name_person(struct naming *naming, json_t *object, const char *key)
{
    struct xz_people *people = naming->people;
    const char *id = json_string_value(json_object_get(object, key));
    const struct xz_name *known = id != NULL ? xz_names_find(&naming->names, id) : NULL;
    json_t *token;

    if (id == NULL) {
        return;
    }
    if (known != NULL) {
        token = json_string(known->token);
    } else {
        token = token_of((int64_t)people->count);
        xz_names_add(&naming->names, id, json_string_value(token));
        xz_array_reserve((void **)&people->ids, &people->cap, people->count + 1,
                         sizeof(*people->ids));
        people->ids[people->count++] = xz_strdup(id);
    }
    (void)json_object_set_new(object, key, token);
}

static void name_party(struct naming *naming, json_t *party)
{
    const char *kind = json_string_value(json_object_get(party, "kind"));

    if (xz_kind_is_person(xz_str_from(kind))) {
        name_person(naming, party, "id");
    }
}

static void replace_under(const struct xz_names *names, json_t *object, const char *key, size_t min)
{
    const char *text = json_string_value(json_object_get(object, key));
    json_t *made = text != NULL ? xz_names_replace(names, text, XZ_NAMES_WORDS, min) : NULL;

    if (made != NULL) {
        (void)json_object_set_new(object, key, made);
    }
}

static void replace_sentences(const struct xz_names *names, json_t *both)
{
    replace_under(names, both, "zh-CN", IN_SENTENCES_MIN);
    replace_under(names, both, "en", IN_SENTENCES_MIN);
}

/* A gateway may make the id of an event of that of a person. */
static void replace_events(const struct xz_names *names, json_t *alert)
{
    json_t *ids = json_object_get(alert, "event_ids"), *item;
    size_t i;

    json_array_foreach(ids, i, item)
    {
        json_t *made =
            xz_names_replace(names, json_string_value(item), XZ_NAMES_WORDS, IN_CODES_MIN);

        if (made != NULL) {
            (void)json_array_set_new(ids, i, made);
        }
    }
    json_array_foreach(json_object_get(alert, "exhibits"), i, item)
    {
        replace_under(names, item, "msgid", IN_CODES_MIN);
    }
}

void xz_alert_mask(json_t *alert, struct xz_people *people)
{
    struct naming naming = {people, {0}};
    json_t *item;
    size_t i;

    name_party(&naming, json_object_get(alert, "subject"));
    json_array_foreach(json_object_get(alert, "involved"), i, item) { name_party(&naming, item); }
    json_array_foreach(json_object_get(alert, "exhibits"), i, item)
    {
        name_person(&naming, item, "insured");
    }
    xz_names_sort(&naming.names);
    replace_events(&naming.names, alert);
    replace_sentences(&naming.names, json_object_get(alert, "explanation"));
    replace_sentences(&naming.names, json_object_get(alert, "counterfactual"));
    xz_names_fini(&naming.names);
}

/* A text whose tokens are of places, with those of the numbers; NULL when it has none. */
static json_t *text_numbered(const char *text, const int64_t *numbers, size_t count)
{
    struct xz_str rest = xz_str_from(text);
    struct xz_buf out = {0};
    json_t *made = NULL;
    bool changed = false;

    while (rest.len > 0) {
        int64_t place = 0;
        const uint32_t len = xz_identity_token_at(rest, &place);

        if (len > 0 && (size_t)place < count) {
            xz_identity_token(numbers[place], &out);
            changed = true;
        } else {
            xz_buf_u8(&out, (uint8_t)*rest.ptr);
        }
        rest = (struct xz_str){rest.ptr + (len > 0 ? len : 1), rest.len - (len > 0 ? len : 1)};
    }
    if (changed) {
        made = json_stringn((const char *)out.data, out.len);
    }
    xz_buf_fini(&out);
    return made;
}

/* As deep as the contract is. */
static json_t *numbered(const json_t *value, const int64_t *numbers, size_t count)
{
    json_t *made, *item;
    const char *key;
    size_t i;

    if (json_is_object(value)) {
        made = json_object();
        json_object_foreach((json_t *)(uintptr_t)value, key, item)
        {
            (void)json_object_set_new(made, key, numbered(item, numbers, count));
        }
        return made;
    }
    if (json_is_array(value)) {
        made = json_array();
        json_array_foreach(value, i, item)
        {
            (void)json_array_append_new(made, numbered(item, numbers, count));
        }
        return made;
    }
    made = json_is_string(value) ? text_numbered(json_string_value(value), numbers, count) : NULL;
    return made != NULL ? made : json_deep_copy(value);
}

enum xz_rc xz_alert_number(struct xz_db_conn *conn, const struct xz_keys *keys, const json_t *alert,
                           const struct xz_people *people, json_t **made, struct xz_err *err)
{
    int64_t *numbers = xz_calloc(people->count + 1, sizeof(*numbers));
    enum xz_rc rc = XZ_OK;

    *made = NULL;
    for (size_t i = 0; rc == XZ_OK && i < people->count; i++) {
        rc = xz_identity_of(conn, keys, xz_str_from(people->ids[i]), &numbers[i], err);
    }
    if (rc == XZ_OK) {
        *made = numbered(alert, numbers, people->count);
    }
    free(numbers);
    return rc;
}

/* ---- events ---- */

struct masking {
    struct xz_db_conn *conn;
    const struct xz_keys *keys;
    struct xz_names names;
    struct xz_err *err;
};

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
    json_t *value = json_object_get(object, key), *token;
    const char *id = json_string_value(value);
    const struct xz_name *known;
    int64_t person = 0;
    char digits[24];
    enum xz_rc rc;

    if (json_is_integer(value)) {
        (void)snprintf(digits, sizeof(digits), "%lld", json_integer_value(value));
        id = digits;
    }
    if (id == NULL || id[0] == '\0') {
        return XZ_OK;
    }
    known = xz_names_find(&masking->names, id);
    if (known != NULL) {
        (void)json_object_set_new(object, key, json_string(known->token));
        return XZ_OK;
    }
    if (masking->names.count == XZ_EVENT_PEOPLE_MAX) {
        return xz_err_reject(masking->err, "too_large", "", "more than %d people",
                             XZ_EVENT_PEOPLE_MAX);
    }
    rc = xz_identity_of(masking->conn, masking->keys, xz_str_from(id), &person, masking->err);
    if (rc == XZ_OK) {
        token = token_of(person);
        xz_names_add(&masking->names, id, json_string_value(token));
        (void)json_object_set_new(object, key, token);
    }
    return rc;
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

static json_t *code_of(const struct xz_names *names, const json_t *value)
{
    const char *text = json_string_value(value);

    return text != NULL ? xz_names_replace(names, text, XZ_NAMES_ANYWHERE, IN_CODES_MIN) : NULL;
}

/* False when something stands too deep to be looked at. */
static bool replace_in(const struct xz_names *names, json_t *value, int depth)
{
    bool all = depth < DEPTH_MAX;
    json_t *item, *made;
    const char *key;
    void *next;
    size_t i;

    if (!all) {
        return false;
    }
    json_object_foreach_safe(value, next, key, item)
    {
        made = code_of(names, item);
        all = (made != NULL ? json_object_set_new(value, key, made) == 0
                            : replace_in(names, item, depth + 1)) &&
              all;
    }
    json_array_foreach(value, i, item)
    {
        made = code_of(names, item);
        all = (made != NULL ? json_array_set_new(value, i, made) == 0
                            : replace_in(names, item, depth + 1)) &&
              all;
    }
    return all;
}

enum xz_rc xz_event_mask(struct xz_db_conn *conn, const struct xz_keys *keys, json_t *event,
                         struct xz_err *err)
{
    struct masking masking = {.conn = conn, .keys = keys, .err = err};
    enum xz_rc rc = json_is_object(event)
                        ? note_event(&masking, XZ_GROUP_ENVELOPE, event)
                        : xz_err_reject(err, "invalid", "", "an event is a JSON object");

    if (rc == XZ_OK && masking.names.count > 0) {
        xz_names_sort(&masking.names);
        rc = replace_in(&masking.names, event, 0)
                 ? XZ_OK
                 : xz_err_reject(err, "too_deep", "", "nested deeper than %d", DEPTH_MAX);
    }
    xz_names_fini(&masking.names);
    return rc;
}
