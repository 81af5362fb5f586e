/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "event/json_reader.h"

#include "event/field_int.h"

struct xz_json_reader xz_json_reader_of(struct xz_str bytes, struct xz_arena *arena)
{
    return (struct xz_json_reader){
        .start = bytes.ptr, .at = bytes.ptr, .end = bytes.ptr + bytes.len, .arena = arena};
}

static enum xz_rc bad(const struct xz_json_reader *reader, const char *what, struct xz_err *err)
{
    return xz_err_reject(err, "malformed", "", "not JSON at byte %lld: %s",
                         (long long)(reader->at - reader->start), what);
}

static void skip_space(struct xz_json_reader *reader)
{
    while (reader->at < reader->end && (*reader->at == ' ' || *reader->at == '\t' ||
                                        *reader->at == '\n' || *reader->at == '\r')) {
        reader->at++;
    }
}

static int hex4(const char *at)
{
    int value = 0;

    for (int i = 0; i < 4; i++) {
        const char c = at[i];

        value <<= 4;
        if (c >= '0' && c <= '9') {
            value |= c - '0';
        } else if (c >= 'a' && c <= 'f') {
            value |= c - 'a' + 10;
        } else if (c >= 'A' && c <= 'F') {
            value |= c - 'A' + 10;
        } else {
            return -1;
        }
    }
    return value;
}

static char *put_utf8(char *out, unsigned code)
{
    if (code < 0x80) {
        *out++ = (char)code;
    } else if (code < 0x800) {
        *out++ = (char)(0xc0 | code >> 6);
        *out++ = (char)(0x80 | (code & 0x3f));
    } else if (code < 0x10000) {
        *out++ = (char)(0xe0 | code >> 12);
        *out++ = (char)(0x80 | (code >> 6 & 0x3f));
        *out++ = (char)(0x80 | (code & 0x3f));
    } else {
        *out++ = (char)(0xf0 | code >> 18);
        *out++ = (char)(0x80 | (code >> 12 & 0x3f));
        *out++ = (char)(0x80 | (code >> 6 & 0x3f));
        *out++ = (char)(0x80 | (code & 0x3f));
    }
    return out;
}

/* \uXXXX at at (behind the u), a pair of surrogates as one letter; NULL when it is neither. */
static const char *read_unicode(const char *at, const char *end, unsigned *code)
{
    int high, low;

    if (end - at < 4 || (high = hex4(at)) < 0) {
        return NULL;
    }
    at += 4;
    if (high >= 0xdc00 && high <= 0xdfff) {
        return NULL;
    }
    if (high < 0xd800 || high > 0xdbff) {
        *code = (unsigned)high;
        return at;
    }
    if (end - at < 6 || at[0] != '\\' || at[1] != 'u' || (low = hex4(at + 2)) < 0xdc00 ||
        low > 0xdfff) {
        return NULL;
    }
    *code = 0x10000 + (((unsigned)high - 0xd800) << 10) + ((unsigned)low - 0xdc00);
    return at + 6;
}

static enum xz_rc unescape(struct xz_json_reader *reader, struct xz_str raw, struct xz_err *err)
{
    char *out = xz_arena_alloc(reader->arena, (size_t)raw.len + 1);
    char *const first = out;
    const char *at = raw.ptr, *end = raw.ptr + raw.len;

    if (out == NULL) {
        return xz_err_reject(err, "too_large", "", "the event does not fit the batch's memory");
    }
    while (at < end) {
        static const char from[] = "\"\\/bfnrt";
        static const char to[] = "\"\\/\b\f\n\r\t";
        const char *which;
        unsigned code;

        if (*at != '\\') {
            *out++ = *at++;
            continue;
        }
        at++; /* the reader has seen to it that a letter follows */
        if (*at == 'u') {
            at = read_unicode(at + 1, end, &code);
            if (at == NULL) {
                return bad(reader, "a \\u escape that is no letter", err);
            }
            if (code == 0) { /* it would end the text for every reader written in C */
                return xz_err_reject(err, "bad_value", "", "a string holds \\u0000");
            }
            out = put_utf8(out, code);
            continue;
        }
        which = memchr(from, *at, sizeof(from) - 1);
        if (which == NULL) {
            return bad(reader, "an escape that JSON does not have", err);
        }
        *out++ = to[which - from];
        at++;
    }
    *out = '\0';
    reader->text = (struct xz_str){first, (uint32_t)(out - first)};
    return XZ_OK;
}

/* The opening quote was read. */
static enum xz_rc read_string(struct xz_json_reader *reader, struct xz_err *err)
{
    const char *first = reader->at;
    bool escaped = false, high = false;
    struct xz_str raw;

    while (reader->at < reader->end && *reader->at != '"') {
        const unsigned char c = (unsigned char)*reader->at;

        if (c < 0x20) {
            return bad(reader, "a control character within a string", err);
        }
        high = high || c >= 0x80;
        if (c == '\\') {
            escaped = true;
            reader->at++;
            if (reader->at == reader->end) {
                break;
            }
        }
        reader->at++;
    }
    if (reader->at >= reader->end) {
        reader->at = reader->end;
        return bad(reader, "a string is never closed", err);
    }
    raw = (struct xz_str){first, (uint32_t)(reader->at - first)};
    reader->at++;
    if (high && !xz_utf8_valid(raw)) {
        return xz_err_reject(err, "bad_utf8", "", "a string at byte %lld is not UTF-8",
                             (long long)(first - reader->start));
    }
    if (escaped) {
        return unescape(reader, raw, err);
    }
    reader->text = raw.len ? raw : XZ_STR_NONE;
    return XZ_OK;
}

static bool skip_digits(struct xz_json_reader *reader)
{
    const char *first = reader->at;

    while (reader->at < reader->end && *reader->at >= '0' && *reader->at <= '9') {
        reader->at++;
    }
    return reader->at > first;
}

static enum xz_rc read_number(struct xz_json_reader *reader, struct xz_err *err)
{
    const char *first = reader->at;

    if (*reader->at == '-') {
        reader->at++;
    }
    if (reader->at < reader->end && *reader->at == '0') {
        reader->at++;
    } else if (!skip_digits(reader)) {
        return bad(reader, "a value was expected", err);
    }
    if (reader->at < reader->end && *reader->at == '.') {
        reader->at++;
        if (!skip_digits(reader)) {
            return bad(reader, "digits must follow the point", err);
        }
    }
    if (reader->at < reader->end && (*reader->at == 'e' || *reader->at == 'E')) {
        reader->at++;
        if (reader->at < reader->end && (*reader->at == '+' || *reader->at == '-')) {
            reader->at++;
        }
        if (!skip_digits(reader)) {
            return bad(reader, "digits must follow the exponent", err);
        }
    }
    reader->text = (struct xz_str){first, (uint32_t)(reader->at - first)};
    return XZ_OK;
}

static enum xz_rc read_word(struct xz_json_reader *reader, const char *word, struct xz_err *err)
{
    const size_t len = strlen(word);

    if ((size_t)(reader->end - reader->at) < len || memcmp(reader->at, word, len) != 0) {
        return bad(reader, "a value was expected", err);
    }
    reader->at += len;
    return XZ_OK;
}

static enum xz_rc open_level(struct xz_json_reader *reader, bool object, struct xz_err *err)
{
    if (reader->depth == XZ_JSON_DEPTH_MAX) {
        return xz_err_reject(err, "too_deep", "", "nested deeper than %d", XZ_JSON_DEPTH_MAX);
    }
    reader->at++;
    reader->depth++;
    reader->in_object = object ? reader->in_object | 1u << reader->depth
                               : reader->in_object & ~(1u << reader->depth);
    reader->some &= ~(1u << reader->depth);
    return XZ_OK;
}

static enum xz_rc read_value(struct xz_json_reader *reader, enum xz_json_token *token,
                             struct xz_err *err)
{
    enum xz_rc rc;

    reader->expect_value = false;
    switch (*reader->at) {
    case '{':
        *token = XZ_JSON_OBJECT;
        return open_level(reader, true, err);
    case '[':
        *token = XZ_JSON_ARRAY;
        return open_level(reader, false, err);
    case '"':
        *token = XZ_JSON_STRING;
        reader->at++;
        rc = read_string(reader, err);
        break;
    case 't':
        *token = XZ_JSON_TRUE;
        rc = read_word(reader, "true", err);
        break;
    case 'f':
        *token = XZ_JSON_FALSE;
        rc = read_word(reader, "false", err);
        break;
    case 'n':
        *token = XZ_JSON_NULL;
        rc = read_word(reader, "null", err);
        break;
    default:
        *token = XZ_JSON_NUMBER;
        rc = read_number(reader, err);
        break;
    }
    reader->done = rc == XZ_OK && reader->depth == 0;
    return rc;
}

static enum xz_rc read_key(struct xz_json_reader *reader, struct xz_err *err)
{
    enum xz_rc rc;

    if (*reader->at != '"') {
        return bad(reader, "a key in quotes was expected", err);
    }
    reader->at++;
    rc = read_string(reader, err);
    if (rc != XZ_OK) {
        return rc;
    }
    skip_space(reader);
    if (reader->at == reader->end || *reader->at != ':') {
        return bad(reader, "a colon was expected", err);
    }
    reader->at++;
    reader->expect_value = true;
    return XZ_OK;
}

enum xz_rc xz_json_next(struct xz_json_reader *reader, enum xz_json_token *token,
                        struct xz_err *err)
{
    const unsigned bit = 1u << reader->depth;
    const bool object = reader->depth > 0 && (reader->in_object & bit);

    skip_space(reader);
    if (reader->at == reader->end) {
        *token = XZ_JSON_END;
        return reader->done ? XZ_OK : bad(reader, "cut short", err);
    }
    if (reader->done) {
        return bad(reader, "something follows the value", err);
    }
    if (reader->depth == 0 || reader->expect_value) {
        return read_value(reader, token, err);
    }
    if (*reader->at == (object ? '}' : ']')) {
        *token = object ? XZ_JSON_END_OBJECT : XZ_JSON_END_ARRAY;
        reader->at++;
        reader->depth--;
        reader->done = reader->depth == 0;
        return XZ_OK;
    }
    if (reader->some & bit) {
        if (*reader->at != ',') {
            return bad(reader, "a comma was expected", err);
        }
        reader->at++;
        skip_space(reader);
        if (reader->at == reader->end) {
            return bad(reader, "cut short", err);
        }
    }
    reader->some |= bit;
    if (object) {
        *token = XZ_JSON_KEY;
        return read_key(reader, err);
    }
    return read_value(reader, token, err);
}

enum xz_rc xz_json_skip(struct xz_json_reader *reader, enum xz_json_token token, struct xz_err *err)
{
    const int depth = reader->depth;

    if (token != XZ_JSON_OBJECT && token != XZ_JSON_ARRAY) {
        return XZ_OK;
    }
    while (reader->depth >= depth) {
        const enum xz_rc rc = xz_json_next(reader, &token, err);

        if (rc != XZ_OK) {
            return rc;
        }
    }
    return XZ_OK;
}
