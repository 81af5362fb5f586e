/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * state/cache.h - the entities in memory: bounded by bytes, least recently used go first, and only
 * clean ones go (a dirty one waits for the checkpoint, and one that a checkpoint has taken until
 * that is durable). When none of those are left, xz_cache_full says that a checkpoint is due.
 */
#ifndef XZ_STATE_CACHE_H
#define XZ_STATE_CACHE_H
#include "state/entity.h"
#include "state/store.h"

struct xz_cache;

struct xz_cache_counts {
    uint64_t hits, loads, misses, evictions;
    size_t bytes, entities, dirty; /* as of now */
};

struct xz_cache *xz_cache_new(struct xz_store *store, size_t cap_bytes); /* borrows the store */
void xz_cache_free(struct xz_cache *cache); /* NULL is fine; what is dirty is lost */

/* The entity, from memory, from the store, or new. The pointer holds until xz_cache_settle or the
 * next checkpoint. XZ_FATAL when stored bytes do not decode. */
XZ_MUST enum xz_rc xz_cache_get(struct xz_cache *cache, enum xz_entity_kind kind, struct xz_str id,
                                struct xz_entity **entity, struct xz_err *err);
/* Without making one: *entity NULL when there is none. */
XZ_MUST enum xz_rc xz_cache_peek(struct xz_cache *cache, enum xz_entity_kind kind, struct xz_str id,
                                 struct xz_entity **entity, struct xz_err *err);
/* Marks it changed: it will be in the next checkpoint. */
void xz_cache_dirty(struct xz_cache *cache, struct xz_entity *entity);
/* Between frames: brings memory back under the cap as far as clean entities allow. */
void xz_cache_settle(struct xz_cache *cache);
bool xz_cache_full(const struct xz_cache *cache);

/* Takes every dirty entity into batch, by hash and key (so that the same state gives the same
 * bytes; a hash is compared in a nanosecond, ids of one region share long prefixes). What changes
 * after that is dirty again, for the next one; there is one at a time. */
void xz_cache_checkpoint(struct xz_cache *cache, struct xz_batch *batch);
/* The batch is durable, in the store. When it cannot be, the cache has to be given up. */
void xz_cache_clean(struct xz_cache *cache);
/* Forgets what the engine computed beside the entities in memory: another pack was set. */
void xz_cache_drop_scratch(struct xz_cache *cache);
struct xz_cache_counts xz_cache_counts(const struct xz_cache *cache);

/* Visits every entity that is in the store or dirty (for the end of `score` and for tests), in key
 * order; the visitor may change it and say xz_cache_dirty. Its pointer holds for the visit, other
 * entities' do not. Stops at the first error. */
XZ_MUST enum xz_rc xz_cache_each(struct xz_cache *cache,
                                 enum xz_rc (*visit)(void *arg, struct xz_entity *entity,
                                                     struct xz_err *err),
                                 void *arg, struct xz_err *err);

#endif
