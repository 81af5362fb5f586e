/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * event/json_reader.h - a pull reader of JSON (RFC 8259) that keeps numbers as their digits.
 *
 * Why not a library: ids arrive as numbers of twenty and more digits and money as decimals; every
 * packaged parser turns both into a double or an int64 and the digits are gone. Strict: UTF-8 is
 * checked, depth is bounded, nothing may follow the value. Strings without an escape borrow the
 * input; the others are unescaped into the arena.
 */
#ifndef XZ_EVENT_JSON_READER_H
#define XZ_EVENT_JSON_READER_H
#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

#define XZ_JSON_DEPTH_MAX 16

enum xz_json_token {
    XZ_JSON_OBJECT,     /* { */
    XZ_JSON_END_OBJECT, /* } */
    XZ_JSON_ARRAY,      /* [ */
    XZ_JSON_END_ARRAY,  /* ] */
    XZ_JSON_KEY,        /* text: the name; its colon is read */
    XZ_JSON_STRING,     /* text */
    XZ_JSON_NUMBER,     /* text: as written */
    XZ_JSON_TRUE,
    XZ_JSON_FALSE,
    XZ_JSON_NULL,
    XZ_JSON_END /* of the input */
};

struct xz_json_reader {
    const char *start, *at, *end;
    struct xz_arena *arena;
    struct xz_str text;
    int depth;
    unsigned in_object; /* bit d: depth d is an object */
    unsigned some;      /* bit d: a member or element stands before */
    bool expect_value;  /* after a key */
    bool done;
};

struct xz_json_reader xz_json_reader_of(struct xz_str bytes, struct xz_arena *arena);

/* XZ_REJECT malformed, too_deep, bad_utf8 or too_large, with the byte offset in the message. */
XZ_MUST enum xz_rc xz_json_next(struct xz_json_reader *reader, enum xz_json_token *token,
                                struct xz_err *err);

/* Skips the value whose first token was just read. */
XZ_MUST enum xz_rc xz_json_skip(struct xz_json_reader *reader, enum xz_json_token token,
                                struct xz_err *err);

#endif
