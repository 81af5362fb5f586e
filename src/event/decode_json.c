/* SPDX-License-Identifier: GPL-3.0-or-later */
/* JSON to an event, by the table of fields. */
#include "event/decode_int.h"
#include "event/json_reader.h"

#define SEEN_WORDS 4 /* bits for the fields of one object, to catch a name that stands twice */

struct decoder {
    struct xz_json_reader reader;
    struct xz_arena *arena;
    struct xz_event *event;
    struct xz_err *err;
};

static enum xz_rc next(struct decoder *decoder, enum xz_json_token *token)
{
    return xz_json_next(&decoder->reader, token, decoder->err);
}

static enum xz_rc wrong_shape(struct decoder *decoder, const char *name, const char *what)
{
    return xz_err_reject(decoder->err, "bad_value", name, "%s", what);
}

/* Empty text means absent, also where a list or an object belongs. */
static bool is_absent(const struct decoder *decoder, enum xz_json_token token)
{
    return token == XZ_JSON_NULL || (token == XZ_JSON_STRING && decoder->reader.text.len == 0);
}

static enum xz_rc set_scalar(struct decoder *decoder, const struct xz_field *field, void *base,
                             enum xz_json_token token)
{
    struct xz_str text = decoder->reader.text;

    switch (token) {
    case XZ_JSON_NULL:
        return XZ_OK;
    case XZ_JSON_TRUE:
        text = XZ_STR("true");
        break;
    case XZ_JSON_FALSE:
        text = XZ_STR("false");
        break;
    case XZ_JSON_STRING:
    case XZ_JSON_NUMBER:
        break;
    default:
        return wrong_shape(decoder, field->name, "a plain value must stand here");
    }
    if (field->type == XZ_FIELD_STR && (token == XZ_JSON_TRUE || token == XZ_JSON_FALSE)) {
        return wrong_shape(decoder, field->name, "text or a number must stand here");
    }
    return xz_field_set_text(field, base, text, decoder->err);
}

/* A name twice in one object is how something is hidden from one of two readers. */
static enum xz_rc mark_seen(struct decoder *decoder, const struct xz_field *field,
                            uint64_t seen[static SEEN_WORDS])
{
    const size_t at = (size_t)(field - xz_fields);
    const uint64_t bit = UINT64_C(1) << (at % 64);

    if (seen[at / 64] & bit) {
        return xz_err_reject(decoder->err, "malformed", field->name, "%s stands twice",
                             field->name);
    }
    seen[at / 64] |= bit;
    return XZ_OK;
}

static enum xz_rc read_other(struct decoder *decoder, enum xz_field_group group, struct xz_str name,
                             enum xz_json_token token);

typedef enum xz_rc (*member_fn)(struct decoder *decoder, const struct xz_field *field, void *base,
                                enum xz_json_token token);

/* Members of an object up to its end: known ones to set, unknown ones skipped and counted. */
static enum xz_rc read_object(struct decoder *decoder, enum xz_field_group group, void *base,
                              member_fn set)
{
    uint64_t seen[SEEN_WORDS] = {0};
    enum xz_json_token token;
    enum xz_rc rc;

    while ((rc = next(decoder, &token)) == XZ_OK && token != XZ_JSON_END_OBJECT) {
        const struct xz_field *field = xz_field_find(group, decoder->reader.text);
        const struct xz_str name = decoder->reader.text;

        rc = next(decoder, &token);
        if (rc != XZ_OK) {
            return field != NULL ? xz_path_inside(rc, decoder->err, field->name, -1) : rc;
        }
        if (field == NULL) {
            rc = read_other(decoder, group, name, token);
        } else {
            rc = mark_seen(decoder, field, seen);
            rc = rc == XZ_OK ? set(decoder, field, base, token) : rc;
        }
        if (rc != XZ_OK) {
            break;
        }
    }
    return rc;
}

struct codes {
    struct xz_str *list;
    uint32_t count, cap;
};

static enum xz_rc add_code(struct decoder *decoder, struct codes *codes, enum xz_json_token token)
{
    const struct xz_str code = decoder->reader.text;

    if (token != XZ_JSON_STRING && token != XZ_JSON_NUMBER) {
        return wrong_shape(decoder, "drug_trac_codg", "a code must be text or a number");
    }
    if (code.len == 0) {
        return XZ_OK;
    }
    if (code.len > XZ_ID_MAX) {
        return xz_err_reject(decoder->err, "too_long", "drug_trac_codg",
                             "a code has %u bytes, at most %d are kept", code.len, XZ_ID_MAX);
    }
    if (codes->count == XZ_CODES_MAX) {
        return xz_err_reject(decoder->err, "too_many", "drug_trac_codg", "more than %d codes",
                             XZ_CODES_MAX);
    }
    codes->list = xz_decode_grow(decoder->arena, codes->list, codes->count, &codes->cap,
                                 sizeof(*codes->list));
    if (codes->list == NULL) {
        return xz_decode_full(decoder->err);
    }
    codes->list[codes->count++] = code;
    return XZ_OK;
}

/* A list; one code without its brackets is taken for a list of one. */
static enum xz_rc read_codes(struct decoder *decoder, struct xz_line *line,
                             enum xz_json_token token)
{
    struct codes codes = {NULL, 0, 0};
    enum xz_rc rc = XZ_OK;

    if (is_absent(decoder, token)) {
        return XZ_OK;
    }
    if (token != XZ_JSON_ARRAY) {
        rc = add_code(decoder, &codes, token);
    } else {
        while ((rc = next(decoder, &token)) == XZ_OK && token != XZ_JSON_END_ARRAY) {
            rc = token == XZ_JSON_NULL ? XZ_OK : add_code(decoder, &codes, token);
            if (rc != XZ_OK) {
                break;
            }
        }
    }
    line->drug_trac_codg = codes.list;
    line->drug_trac_count = codes.count;
    return rc;
}

static enum xz_rc set_line(struct decoder *decoder, const struct xz_field *field, void *base,
                           enum xz_json_token token)
{
    return field->type == XZ_FIELD_STRS ? read_codes(decoder, base, token)
                                        : set_scalar(decoder, field, base, token);
}

static enum xz_rc read_lines(struct decoder *decoder, enum xz_json_token token)
{
    struct xz_line *lines = NULL;
    uint32_t count = 0, cap = 0;
    enum xz_rc rc;

    if (is_absent(decoder, token)) {
        return XZ_OK;
    }
    if (token != XZ_JSON_ARRAY) {
        return wrong_shape(decoder, "lines", "lines must be a list");
    }
    while ((rc = next(decoder, &token)) == XZ_OK && token != XZ_JSON_END_ARRAY) {
        if (token != XZ_JSON_OBJECT) {
            return xz_path_inside(wrong_shape(decoder, "", "a line must be an object"),
                                  decoder->err, "lines", (int)count);
        }
        if (count == XZ_LINES_MAX) {
            return xz_err_reject(decoder->err, "too_many", "lines", "more than %d lines",
                                 XZ_LINES_MAX);
        }
        lines = xz_decode_grow(decoder->arena, lines, count, &cap, sizeof(*lines));
        if (lines == NULL) {
            return xz_decode_full(decoder->err);
        }
        xz_line_init(&lines[count]);
        rc = read_object(decoder, XZ_GROUP_LINE, &lines[count], set_line);
        if (rc != XZ_OK) {
            return xz_path_inside(rc, decoder->err, "lines", (int)count);
        }
        count++;
    }
    decoder->event->settlement.lines = lines;
    decoder->event->settlement.line_count = count;
    return rc;
}

static enum xz_rc read_debits(struct decoder *decoder, enum xz_json_token token)
{
    struct xz_debit *debits = NULL;
    uint32_t count = 0, cap = 0;
    enum xz_rc rc;

    if (is_absent(decoder, token)) {
        return XZ_OK;
    }
    if (token != XZ_JSON_ARRAY) {
        return wrong_shape(decoder, "mulaid_debits", "mulaid_debits must be a list");
    }
    while ((rc = next(decoder, &token)) == XZ_OK && token != XZ_JSON_END_ARRAY) {
        if (token != XZ_JSON_OBJECT) {
            return xz_path_inside(wrong_shape(decoder, "", "a debit must be an object"),
                                  decoder->err, "mulaid_debits", (int)count);
        }
        if (count == XZ_DEBITS_MAX) {
            return xz_err_reject(decoder->err, "too_many", "mulaid_debits", "more than %d debits",
                                 XZ_DEBITS_MAX);
        }
        debits = xz_decode_grow(decoder->arena, debits, count, &cap, sizeof(*debits));
        if (debits == NULL) {
            return xz_decode_full(decoder->err);
        }
        debits[count] = (struct xz_debit){XZ_STR_NONE, XZ_NUM_NONE, XZ_FEN_NONE, XZ_FEN_NONE};
        rc = read_object(decoder, XZ_GROUP_DEBIT, &debits[count], set_scalar);
        if (rc != XZ_OK) {
            return xz_path_inside(rc, decoder->err, "mulaid_debits", (int)count);
        }
        count++;
    }
    decoder->event->settlement.mulaid_debits = debits;
    decoder->event->settlement.debit_count = count;
    return rc;
}

static enum xz_rc set_body(struct decoder *decoder, const struct xz_field *field, void *base,
                           enum xz_json_token token)
{
    if (field->type == XZ_FIELD_LINES) {
        return read_lines(decoder, token);
    }
    if (field->type == XZ_FIELD_DEBITS) {
        return read_debits(decoder, token);
    }
    return set_scalar(decoder, field, base, token);
}

static enum xz_rc read_body(struct decoder *decoder, enum xz_body body, enum xz_json_token token)
{
    const char *name = xz_body_names[body];

    if (is_absent(decoder, token)) {
        return XZ_OK;
    }
    if (token != XZ_JSON_OBJECT) {
        return wrong_shape(decoder, name, "a body must be an object");
    }
    if (decoder->event->body != XZ_BODY_NONE) {
        return xz_err_reject(decoder->err, "several_bodies", name,
                             "an event has one body; %s stands here too",
                             xz_body_names[decoder->event->body]);
    }
    xz_event_set_body(decoder->event, body);
    return xz_path_inside(read_object(decoder, xz_group_of_body(body), decoder->event, set_body),
                          decoder->err, name, -1);
}

static enum xz_rc read_proxy(struct decoder *decoder, enum xz_json_token token)
{
    struct xz_settlement *settlement = &decoder->event->settlement;

    if (is_absent(decoder, token)) {
        return XZ_OK;
    }
    if (token != XZ_JSON_OBJECT) {
        return wrong_shape(decoder, "agnterinfo", "agnterinfo must be an object");
    }
    if (settlement->agnter_present) {
        return xz_err_reject(decoder->err, "malformed", "agnterinfo", "agnterinfo stands twice");
    }
    settlement->agnter_present = true;
    return xz_path_inside(read_object(decoder, XZ_GROUP_AGNTERINFO, decoder->event, set_scalar),
                          decoder->err, "agnterinfo", -1);
}

/* A name that the table does not have: a body of the envelope, the proxy block, or unknown. */
static enum xz_rc read_other(struct decoder *decoder, enum xz_field_group group, struct xz_str name,
                             enum xz_json_token token)
{
    if (group == XZ_GROUP_ENVELOPE) {
        const enum xz_body body = xz_body_find(name);

        if (body != XZ_BODY_NONE) {
            return read_body(decoder, body, token);
        }
    } else if (group == XZ_GROUP_SETTLEMENT && xz_str_eq(name, XZ_STR("agnterinfo"))) {
        return read_proxy(decoder, token);
    }
    decoder->event->unknown_fields++;
    return xz_json_skip(&decoder->reader, token, decoder->err);
}

enum xz_rc xz_decode_json(struct xz_str bytes, struct xz_arena *arena, struct xz_event *event,
                          struct xz_err *err)
{
    struct decoder decoder = {xz_json_reader_of(bytes, arena), arena, event, err};
    enum xz_json_token token;
    enum xz_rc rc = next(&decoder, &token);

    if (rc != XZ_OK) {
        return rc;
    }
    if (token != XZ_JSON_OBJECT) {
        return xz_err_reject(err, "malformed", "", "an event is a JSON object");
    }
    rc = read_object(&decoder, XZ_GROUP_ENVELOPE, event, set_scalar);
    return rc == XZ_OK ? next(&decoder, &token) : rc;
}
