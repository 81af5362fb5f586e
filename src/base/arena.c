/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/arena.h"

#include <stdalign.h>
#include <stdlib.h>

#include "base/mem.h"

#define CHUNK_BYTES ((size_t)64 * 1024)

struct xz_arena_chunk {
    struct xz_arena_chunk *next;
    size_t used, cap;
    alignas(max_align_t) unsigned char bytes[];
};

void xz_arena_init(struct xz_arena *arena, size_t cap_bytes)
{
    *arena = (struct xz_arena){NULL, NULL, 0, cap_bytes};
}

static void free_from(struct xz_arena_chunk *chunk)
{
    while (chunk != NULL) {
        struct xz_arena_chunk *next = chunk->next;

        free(chunk);
        chunk = next;
    }
}

void xz_arena_fini(struct xz_arena *arena)
{
    free_from(arena->first);
    arena->first = arena->last = NULL;
    arena->used_bytes = 0;
}

void xz_arena_reset(struct xz_arena *arena)
{
    if (arena->first != NULL) {
        free_from(arena->first->next);
        arena->first->next = NULL;
        arena->first->used = 0;
        arena->last = arena->first;
    }
    arena->used_bytes = 0;
}

static struct xz_arena_chunk *grow(struct xz_arena *arena, size_t size)
{
    const size_t cap = size > CHUNK_BYTES ? size : CHUNK_BYTES;
    struct xz_arena_chunk *chunk = xz_malloc(sizeof(*chunk) + cap);

    chunk->next = NULL;
    chunk->used = 0;
    chunk->cap = cap;
    if (arena->last != NULL) {
        arena->last->next = chunk;
    } else {
        arena->first = chunk;
    }
    arena->last = chunk;
    return chunk;
}

void *xz_arena_alloc(struct xz_arena *arena, size_t size)
{
    const size_t align = alignof(max_align_t);
    struct xz_arena_chunk *chunk = arena->last;
    void *at;

    if (size > arena->cap_bytes) {
        return NULL;
    }
    size = (size + align - 1) & ~(align - 1);
    if (arena->used_bytes + size > arena->cap_bytes) {
        return NULL;
    }
    if (chunk == NULL || chunk->cap - chunk->used < size) {
        chunk = grow(arena, size);
    }
    at = chunk->bytes + chunk->used;
    chunk->used += size;
    arena->used_bytes += size;
    return at;
}

void *xz_arena_calloc(struct xz_arena *arena, size_t count, size_t size)
{
    void *at;

    if (size > 0 && count > arena->cap_bytes / size) {
        return NULL;
    }
    at = xz_arena_alloc(arena, count * size);
    return at == NULL ? NULL : memset(at, 0, count * size);
}

struct xz_str xz_arena_str(struct xz_arena *arena, struct xz_str text)
{
    char *copy;

    if (text.len == 0) {
        return XZ_STR_NONE;
    }
    copy = xz_arena_alloc(arena, (size_t)text.len + 1);
    if (copy == NULL) {
        return XZ_STR_NONE;
    }
    memcpy(copy, text.ptr, text.len);
    copy[text.len] = '\0';
    return (struct xz_str){copy, text.len};
}
