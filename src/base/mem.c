/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *checked(void *ptr, size_t size)
{
    if (ptr == NULL && size > 0) {
        (void)fprintf(stderr, "xiezhi: out of memory (%zu bytes)\n", size);
        abort();
    }
    return ptr;
}

void *xz_malloc(size_t size) { return checked(malloc(size), size); }

void *xz_calloc(size_t count, size_t size) { return checked(calloc(count, size), count * size); }

void *xz_realloc(void *ptr, size_t size) { return checked(realloc(ptr, size), size); }

char *xz_strndup(const char *text, size_t len)
{
    char *copy = xz_malloc(len + 1);

    if (len > 0) {
        memcpy(copy, text, len);
    }
    copy[len] = '\0';
    return copy;
}

char *xz_strdup(const char *text) { return xz_strndup(text, strlen(text)); }

void xz_array_reserve(void **array, size_t *cap, size_t want, size_t size)
{
    size_t grown = *cap < 8 ? 8 : *cap;

    if (want <= *cap) {
        return;
    }
    while (grown < want) {
        grown *= 2;
    }
    *array = xz_realloc(*array, grown * size);
    *cap = grown;
}
