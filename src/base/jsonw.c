/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/jsonw.h"

#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define DEPTH_MAX 16

static void before_value(struct xz_jsonw *json)
{
    if (json->comma & (1u << json->depth)) {
        xz_buf_u8(json->out, ',');
    }
    json->comma |= 1u << json->depth;
}

static void open_with(struct xz_jsonw *json, char bracket)
{
    before_value(json);
    xz_buf_u8(json->out, (uint8_t)bracket);
    json->depth++;
    assert(json->depth < DEPTH_MAX);
    json->comma &= ~(1u << json->depth);
}

static void close_with(struct xz_jsonw *json, char bracket)
{
    assert(json->depth > 0);
    json->depth--;
    xz_buf_u8(json->out, (uint8_t)bracket);
}

void xz_jsonw_object(struct xz_jsonw *json) { open_with(json, '{'); }
void xz_jsonw_array(struct xz_jsonw *json) { open_with(json, '['); }
void xz_jsonw_end_object(struct xz_jsonw *json) { close_with(json, '}'); }
void xz_jsonw_end_array(struct xz_jsonw *json) { close_with(json, ']'); }

/* Bytes of the UTF-8 sequence at `at`, or 0 when there is none (overlong, surrogate, cut short). */
static size_t utf8_len(const unsigned char *at, size_t left)
{
    const unsigned char c = at[0];

    if (c < 0x80) {
        return 1;
    }
    if (c >= 0xc2 && c <= 0xdf && left >= 2 && (at[1] & 0xc0) == 0x80) {
        return 2;
    }
    if (c >= 0xe0 && c <= 0xef && left >= 3 && (at[1] & 0xc0) == 0x80 && (at[2] & 0xc0) == 0x80 &&
        !(c == 0xe0 && at[1] < 0xa0) && !(c == 0xed && at[1] > 0x9f)) {
        return 3;
    }
    if (c >= 0xf0 && c <= 0xf4 && left >= 4 && (at[1] & 0xc0) == 0x80 && (at[2] & 0xc0) == 0x80 &&
        (at[3] & 0xc0) == 0x80 && !(c == 0xf0 && at[1] < 0x90) && !(c == 0xf4 && at[1] > 0x8f)) {
        return 4;
    }
    return 0;
}

static void escaped(struct xz_buf *out, unsigned char c)
{
    static const char *const shorts[] = {
        ['\b'] = "\\b", ['\t'] = "\\t", ['\n'] = "\\n", ['\f'] = "\\f", ['\r'] = "\\r"};

    if (c == '"' || c == '\\') {
        xz_buf_u8(out, '\\');
        xz_buf_u8(out, c);
    } else if (c < sizeof(shorts) / sizeof(shorts[0]) && shorts[c] != NULL) {
        xz_buf_bytes(out, shorts[c], 2);
    } else {
        xz_buf_printf(out, "\\u%04x", c);
    }
}

static void quoted(struct xz_buf *out, struct xz_str text)
{
    const unsigned char *at = (const unsigned char *)text.ptr;
    const unsigned char *end = text.len > 0 ? at + text.len : at; /* NULL has no end to add to */

    xz_buf_u8(out, '"');
    while (at < end) {
        const size_t len = utf8_len(at, (size_t)(end - at));

        if (len == 0) {
            xz_buf_bytes(out, "\xef\xbf\xbd", 3);
            at++;
        } else if (len == 1 && (*at < 0x20 || *at == '"' || *at == '\\')) {
            escaped(out, *at++);
        } else {
            xz_buf_bytes(out, at, len);
            at += len;
        }
    }
    xz_buf_u8(out, '"');
}

void xz_jsonw_key(struct xz_jsonw *json, const char *key)
{
    before_value(json);
    quoted(json->out, xz_str_from(key));
    xz_buf_u8(json->out, ':');
    json->comma &= ~(1u << json->depth);
}

void xz_jsonw_str(struct xz_jsonw *json, struct xz_str text)
{
    before_value(json);
    quoted(json->out, text);
}

void xz_jsonw_int(struct xz_jsonw *json, int64_t value)
{
    before_value(json);
    xz_buf_printf(json->out, "%" PRId64, value);
}

void xz_jsonw_double(struct xz_jsonw *json, double value)
{
    char text[40];

    if (!isfinite(value)) {
        xz_jsonw_null(json);
        return;
    }
    before_value(json);
    if (value == floor(value) && fabs(value) < 9007199254740992.0) {
        (void)snprintf(text, sizeof(text), "%.0f", value + 0.0);
    } else {
        for (int digits = 15; digits <= 17; digits++) {
            (void)snprintf(text, sizeof(text), "%.*g", digits, value);
            if (strtod(text, NULL) == value) {
                break;
            }
        }
    }
    xz_buf_bytes(json->out, text, strlen(text));
}

void xz_jsonw_bool(struct xz_jsonw *json, bool value)
{
    before_value(json);
    xz_buf_bytes(json->out, value ? "true" : "false", value ? 4 : 5);
}

void xz_jsonw_null(struct xz_jsonw *json)
{
    before_value(json);
    xz_buf_bytes(json->out, "null", 4);
}

void xz_jsonw_member_str(struct xz_jsonw *json, const char *key, struct xz_str text)
{
    if (text.len > 0) {
        xz_jsonw_key(json, key);
        xz_jsonw_str(json, text);
    }
}

void xz_jsonw_member_int(struct xz_jsonw *json, const char *key, int64_t value)
{
    xz_jsonw_key(json, key);
    xz_jsonw_int(json, value);
}

void xz_jsonw_member_double(struct xz_jsonw *json, const char *key, double value)
{
    xz_jsonw_key(json, key);
    xz_jsonw_double(json, value);
}
