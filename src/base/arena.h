/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * base/arena.h - memory for one batch: allocated by moving a pointer, freed all at once.
 *
 * It grows by chunks up to a cap; past the cap, allocation returns NULL and the caller rejects the
 * input that asked for so much. Nothing from an arena may enter state: copy.
 */
#ifndef XZ_BASE_ARENA_H
#define XZ_BASE_ARENA_H
#include <stddef.h>

#include "base/str.h"

struct xz_arena_chunk;

struct xz_arena {
    struct xz_arena_chunk *first, *last;
    size_t used_bytes; /* over all chunks, since the last reset */
    size_t cap_bytes;
};

void xz_arena_init(struct xz_arena *arena, size_t cap_bytes);
void xz_arena_fini(struct xz_arena *arena);
void xz_arena_reset(struct xz_arena *arena); /* keeps the first chunk for the next batch */

void *xz_arena_alloc(struct xz_arena *arena, size_t size); /* aligned for any type; not zeroed */
void *xz_arena_calloc(struct xz_arena *arena, size_t count, size_t size); /* zeroed */

/* Copies; the copy is terminated by a NUL that len does not count. ptr is NULL on lack of memory
 * when text is not empty. */
struct xz_str xz_arena_str(struct xz_arena *arena, struct xz_str text);

#endif
