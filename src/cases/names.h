/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * cases/names.h - ids of people and what is written in their place. To find them costs a text its
 * length, however many there are.
 */
#ifndef XZ_CASES_NAMES_H
#define XZ_CASES_NAMES_H
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

struct xz_name {
    char *id, *token;
    size_t len;    /* bytes of the id */
    size_t inside; /* the longest other id that this one begins with, XZ_NAMES_NONE: none does */
};
#define XZ_NAMES_NONE ((size_t)-1)

struct xz_names {
    struct xz_name *items; /* as they were added, until xz_names_sort */
    size_t count, cap;
};

const struct xz_name *xz_names_find(const struct xz_names *names, const char *id);
/* An id that is not there yet. Both are copied. */
void xz_names_add(struct xz_names *names, const char *id, const char *token);
/* After the last was added, before anything is replaced. */
void xz_names_sort(struct xz_names *names);
void xz_names_fini(struct xz_names *names);

enum xz_names_where {
    XZ_NAMES_WORDS,   /* where an id stands as a word: no letter or digit goes on before or after */
    XZ_NAMES_ANYWHERE /* also inside a word */
};
/* A new string when text has ids of at least min bytes in it, NULL when it has none. */
json_t *xz_names_replace(const struct xz_names *names, const char *text, enum xz_names_where where,
                         size_t min);

#endif
