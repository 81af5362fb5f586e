/* SPDX-License-Identifier: GPL-3.0-or-later */
/* base/str.h - a borrowed byte string with its length. It owns nothing and is not terminated. */
#ifndef XZ_BASE_STR_H
#define XZ_BASE_STR_H
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

struct xz_str {
    const char
        *ptr; /* NULL only when len is 0: the string is absent or empty, which are the same */
    uint32_t len;
};

#define XZ_STR(literal) ((struct xz_str){(literal), (uint32_t)sizeof(literal) - 1})
#define XZ_STR_NONE     ((struct xz_str){NULL, 0})
#define XZ_STR_FMT      "%.*s"
#define XZ_STR_ARG(str) (int)(str).len, (str).len ? (str).ptr : ""

static inline struct xz_str xz_str_from(const char *text) /* NULL gives the absent string */
{
    return (struct xz_str){text, text ? (uint32_t)strlen(text) : 0};
}

static inline bool xz_str_eq(struct xz_str left, struct xz_str right)
{
    return left.len == right.len && (left.len == 0 || memcmp(left.ptr, right.ptr, left.len) == 0);
}

static inline bool xz_str_starts(struct xz_str text, struct xz_str prefix)
{
    return text.len >= prefix.len &&
           (prefix.len == 0 || memcmp(text.ptr, prefix.ptr, prefix.len) == 0);
}

/* Takes one letter off a text that is UTF-8; 0 at its end. A byte that is none stands for itself.
 */
uint32_t xz_str_take_letter(struct xz_str *text);
/* Nothing to be seen in it: white space of any script, and letters without width. */
bool xz_str_is_blank(struct xz_str text);
bool xz_letter_is_blank(uint32_t letter);

/* Byte order, shorter first when one is a prefix of the other; for qsort and binary search. */
int xz_str_cmp(struct xz_str left, struct xz_str right);

/* The name of `count` that is nearest to `text` by edit distance, or NULL when none is near
 * enough to be what a person meant (more than a third of the letters differ). */
const char *xz_str_nearest(struct xz_str text, const char *const names[], size_t count);

#endif
