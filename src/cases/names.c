/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cases/names.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"

const struct xz_name *xz_names_find(const struct xz_names *names, const char *id)
{
    for (size_t i = 0; i < names->count; i++) {
        if (strcmp(names->items[i].id, id) == 0) {
            return &names->items[i];
        }
    }
    return NULL;
}

void xz_names_add(struct xz_names *names, const char *id, const char *token)
{
    xz_array_reserve((void **)&names->items, &names->cap, names->count + 1, sizeof(*names->items));
    names->items[names->count++] = (struct xz_name){
        .id = xz_strdup(id), .token = xz_strdup(token), .len = strlen(id), .inside = XZ_NAMES_NONE};
}

void xz_names_fini(struct xz_names *names)
{
    for (size_t i = 0; i < names->count; i++) {
        free(names->items[i].id);
        free(names->items[i].token);
    }
    free(names->items);
    *names = (struct xz_names){0};
}

static int by_id(const void *left, const void *right)
{
    return strcmp(((const struct xz_name *)left)->id, ((const struct xz_name *)right)->id);
}

/* The longest name at or up from `at` that text begins with. */
static size_t up_from(const struct xz_names *names, size_t at, const char *text)
{
    while (at != XZ_NAMES_NONE && strncmp(text, names->items[at].id, names->items[at].len) != 0) {
        at = names->items[at].inside;
    }
    return at;
}

/* In the order of bytes, what begins with an id follows it: the last that is not above a text is
 * the longest that the text begins with, or has that one up from it. */
void xz_names_sort(struct xz_names *names)
{
    if (names->count > 0) {
        qsort(names->items, names->count, sizeof(*names->items), by_id);
    }
    for (size_t i = 1; i < names->count; i++) {
        names->items[i].inside = up_from(names, i - 1, names->items[i].id);
    }
}

static size_t longest_at(const struct xz_names *names, const char *text)
{
    size_t low = 0, high = names->count; /* below low: not above the text */

    while (low < high) {
        const size_t middle = low + (high - low) / 2;

        if (strcmp(names->items[middle].id, text) <= 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low > 0 ? up_from(names, low - 1, text) : XZ_NAMES_NONE;
}

/* Letters of other scripts are no part of a word here: ids are not made of them, and sentences in
 * Chinese have no spaces. */
static bool is_word(char letter)
{
    return (letter >= '0' && letter <= '9') || (letter >= 'A' && letter <= 'Z') ||
           (letter >= 'a' && letter <= 'z');
}

/* The name to be replaced at `at` of text. */
static const struct xz_name *name_at(const struct xz_names *names, const char *text, const char *at,
                                     enum xz_names_where where, size_t min)
{
    const bool words = where == XZ_NAMES_WORDS;
    size_t found;

    if (words && at > text && is_word(at[-1]) && is_word(*at)) {
        return NULL;
    }
    found = longest_at(names, at);
    while (found != XZ_NAMES_NONE) {
        const struct xz_name *name = &names->items[found];

        if (name->len < min) {
            return NULL;
        }
        if (!words || !is_word(at[name->len - 1]) || !is_word(at[name->len])) {
            return name;
        }
        found = name->inside;
    }
    return NULL;
}

json_t *xz_names_replace(const struct xz_names *names, const char *text, enum xz_names_where where,
                         size_t min)
{
    const char *at = text;
    struct xz_buf out = {0};
    json_t *made = NULL;
    bool changed = false;

    while (*at != '\0') {
        const struct xz_name *name = name_at(names, text, at, where, min);

        changed |= name != NULL;
        if (name != NULL) {
            xz_buf_bytes(&out, name->token, strlen(name->token));
            at += name->len;
        } else {
            xz_buf_u8(&out, (uint8_t)*at++);
        }
    }
    if (changed) {
        made = json_stringn((const char *)out.data, out.len);
    }
    xz_buf_fini(&out);
    return made;
}
