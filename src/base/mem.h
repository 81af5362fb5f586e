/* SPDX-License-Identifier: GPL-3.0-or-later */
/* base/mem.h - the one place that calls malloc. Start-up and caches use these: they abort when
 * memory is gone, since a detector that half starts is worse than one that restarts. */
#ifndef XZ_BASE_MEM_H
#define XZ_BASE_MEM_H
#include <stddef.h>

void *xz_malloc(size_t size);
void *xz_calloc(size_t count, size_t size);
void *xz_realloc(void *ptr, size_t size);
char *xz_strdup(const char *text);
char *xz_strndup(const char *text, size_t len); /* terminated */

/* Grows *array so that it holds at least `want` elements of `size` bytes; doubles, so that
 * appending is linear. *cap is in elements. */
void xz_array_reserve(void **array, size_t *cap, size_t want, size_t size);

#endif
