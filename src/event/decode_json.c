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

static enum xz_rc wrong_shape(struct decoder *decoder, const char *name, const char *want)
{
    return xz_err_reject(decoder->err, "bad_value", name, "%s must be %s", name, want);
}

/* "lines[3]." before the path of an error inside. */
static enum xz_rc inside(struct decoder *decoder, enum xz_rc rc, const char *name, uint32_t at)
{
    if (rc == XZ_REJECT && decoder->err != NULL) {
        char path[sizeof(decoder->err->path)];

        (void)snprintf(path, sizeof(path), "%s[%u].%.60s", name, at, decoder->err->path);
        memcpy(decoder->err->path, path, sizeof(path));
    }
    return rc;
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
        return wrong_shape(decoder, field->name, "a plain value");
    }
    if (field->type == XZ_FIELD_STR && (token == XZ_JSON_TRUE || token == XZ_JSON_FALSE)) {
        return wrong_shape(decoder, field->name, "text or a number");
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
        if (rc == XZ_OK && field == NULL) {
            rc = xz_decode_json_other(decoder, group, name, token);
        } else if (rc == XZ_OK) {
            rc = mark_seen(decoder, field, seen);
            rc = rc == XZ_OK ? set(decoder, field, base, token) : rc;
        }
        if (rc != XZ_OK) {
            break;
        }
    }
    return rc;
}

static enum xz_rc read_codes(struct decoder *decoder, struct xz_line *line,
                             enum xz_json_token token)
{
    struct xz_str *codes = NULL;
    uint32_t count = 0, cap = 0;
    enum xz_rc rc = XZ_OK;

    if (token == XZ_JSON_NULL) {
        return XZ_OK;
    }
    if (token == XZ_JSON_STRING || token == XZ_JSON_NUMBER) { /* one code without its brackets */
        codes = xz_arena_alloc(decoder->arena, sizeof(*codes));
        if (codes == NULL) {
            return xz_decode_full(decoder->err);
        }
        codes[0] = decoder->reader.text;
        line->drug_trac_codg = codes;
        line->drug_trac_count = codes[0].len > 0;
        return codes[0].len <= XZ_ID_MAX ? XZ_OK
                                         : xz_err_reject(decoder->err, "too_long", "drug_trac_codg",
                                                         "a code has more than %d bytes", XZ_ID_MAX);
    }
    if (token != XZ_JSON_ARRAY) {
        return wrong_shape(decoder, "drug_trac_codg", "a list of codes");
    }
    while ((rc = next(decoder, &token)) == XZ_OK && token != XZ_JSON_END_ARRAY) {
        if (token != XZ_JSON_STRING && token != XZ_JSON_NUMBER) {
            return wrong_shape(decoder, "drug_trac_codg", "a list of codes");
        }
        if (decoder->reader.text.len > XZ_ID_MAX) {
            return xz_err_reject(decoder->err, "too_long", "drug_trac_codg",
                                 "a code has more than %d bytes", XZ_ID_MAX);
        }
        if (decoder->reader.text.len == 0) {
            continue;
        }
        if (count == XZ_CODES_MAX) {
            return xz_err_reject(decoder->err, "too_many", "drug_trac_codg",
                                 "more than %d codes", XZ_CODES_MAX);
        }
        codes = xz_decode_grow(decoder->arena, codes, count, &cap, sizeof(*codes));
        if (codes == NULL) {
            return xz_decode_full(decoder->err);
        }
        codes[count++] = decoder->reader.text;
    }
    line->drug_trac_codg = codes;
    line->drug_trac_count = count;
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

    if (token == XZ_JSON_NULL) {
        return XZ_OK;
    }
    if (token != XZ_JSON_ARRAY) {
        return wrong_shape(decoder, "lines", "a list");
    }
    while ((rc = next(decoder, &token)) == XZ_OK && token != XZ_JSON_END_ARRAY) {
        if (token != XZ_JSON_OBJECT) {
            return wrong_shape(decoder, "lines", "a list of objects");
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
            return inside(decoder, rc, "lines", count);
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

    if (token == XZ_JSON_NULL) {
        return XZ_OK;
    }
    if (token != XZ_JSON_ARRAY) {
        return wrong_shape(decoder, "mulaid_debits", "a list");
    }
    while ((rc = next(decoder, &token)) == XZ_OK && token != XZ_JSON_END_ARRAY) {
        if (token != XZ_JSON_OBJECT) {
            return wrong_shape(decoder, "mulaid_debits", "a list of objects");
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
            return inside(decoder, rc, "mulaid_debits", count);
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

static int body_named(struct xz_str name)
{
    for (int body = XZ_BODY_SETTLEMENT; body < XZ_BODY_COUNT; body++) {
        if (xz_str_eq(name, xz_str_from(xz_body_names[body]))) {
            return body;
        }
    }
    return XZ_BODY_NONE;
}

/* A name that the table does not have: a body of the envelope, the proxy block, or unknown. */
enum xz_rc xz_decode_json_other(struct decoder *decoder, enum xz_field_group group,
                                struct xz_str name, enum xz_json_token token)
{
    const int body = group == XZ_GROUP_ENVELOPE ? body_named(name) : XZ_BODY_NONE;

    if (body != XZ_BODY_NONE && token != XZ_JSON_NULL) {
        if (token != XZ_JSON_OBJECT) {
            return wrong_shape(decoder, xz_body_names[body], "an object");
        }
        if (decoder->event->body != XZ_BODY_NONE) {
            return xz_err_reject(decoder->err, "several_bodies", xz_body_names[body],
                                 "an event has one body; %s stands here too",
                                 xz_body_names[decoder->event->body]);
        }
        xz_event_set_body(decoder->event, (enum xz_body)body);
        return read_object(decoder,
                           (enum xz_field_group)(XZ_GROUP_SETTLEMENT + body - XZ_BODY_SETTLEMENT),
                           decoder->event, set_body);
    }
    if (group == XZ_GROUP_SETTLEMENT && token == XZ_JSON_OBJECT &&
        xz_str_eq(name, XZ_STR("agnterinfo"))) {
        if (decoder->event->settlement.agnter_present) {
            return xz_err_reject(decoder->err, "malformed", "agnterinfo", "agnterinfo stands twice");
        }
        decoder->event->settlement.agnter_present = true;
        return read_object(decoder, XZ_GROUP_AGNTERINFO, decoder->event, set_scalar);
    }
    decoder->event->unknown_fields += body == XZ_BODY_NONE;
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
