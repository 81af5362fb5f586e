/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Entities in memory. A table of hashes finds them (open addressing: what is not there is found out
 * without looking at any entity, and most drug codes are not there); clean ones stand in a list
 * from newest to oldest, dirty ones in an array beside it, so that neither eviction nor a
 * checkpoint looks at what is not its business.
 *
 * A hit only sets a flag in the entity: moving it in the list would touch two neighbours, which
 * are rarely in the processor's cache. Eviction, on meeting an entity that was used since it took
 * its place, gives it a new place instead (second chance).
 */
#include "state/cache.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "state/codec.h"

#define ENTITY_GUESS_BYTES 2048 /* sizes the table for a cap; it grows when the guess was high */
#define SLOTS_FIRST_MAX    ((size_t)1 << 18)
#define SLOTS_MIN          1024u

struct slot {
    uint64_t hash;
    struct xz_entity *entity; /* NULL: free */
};

struct xz_cache {
    struct xz_store *store;
    struct slot *slots;
    size_t slot_count; /* a power of two */
    struct xz_entity *newest, *oldest;
    struct xz_entity **dirty;
    size_t dirty_cap, cap_bytes;
    struct xz_entity **taken; /* by the checkpoint that is on its way */
    size_t taken_count, taken_cap;
    struct xz_cache_counts counts;
};

struct xz_cache *xz_cache_new(struct xz_store *store, size_t cap_bytes)
{
    struct xz_cache *cache = xz_calloc(1, sizeof(*cache));

    cache->store = store;
    cache->cap_bytes = cap_bytes;
    cache->slot_count = SLOTS_MIN;
    while (cache->slot_count < cap_bytes / ENTITY_GUESS_BYTES &&
           cache->slot_count < SLOTS_FIRST_MAX) { /* it doubles when it has to */
        cache->slot_count *= 2;
    }
    cache->slots = xz_calloc(cache->slot_count, sizeof(cache->slots[0]));
    return cache;
}

void xz_cache_free(struct xz_cache *cache)
{
    if (cache == NULL) {
        return;
    }
    for (size_t i = 0; i < cache->slot_count; i++) {
        xz_entity_free(cache->slots[i].entity);
    }
    free(cache->slots);
    free(cache->dirty);
    free(cache->taken);
    free(cache);
}

/* ---- the list of clean entities ---- */

static void list_push(struct xz_cache *cache, struct xz_entity *entity)
{
    entity->newer = NULL;
    entity->older = cache->newest;
    entity->used = false;
    if (cache->newest != NULL) {
        cache->newest->newer = entity;
    } else {
        cache->oldest = entity;
    }
    cache->newest = entity;
}

static void list_unlink(struct xz_cache *cache, struct xz_entity *entity)
{
    if (entity->newer != NULL) {
        entity->newer->older = entity->older;
    } else {
        cache->newest = entity->older;
    }
    if (entity->older != NULL) {
        entity->older->newer = entity->newer;
    } else {
        cache->oldest = entity->newer;
    }
    entity->newer = NULL;
    entity->older = NULL;
}

/* ---- the table ---- */

/* The slot of the entity, or the free one where it would stand. */
static struct slot *slot_of(const struct xz_cache *cache, enum xz_entity_kind kind,
                            struct xz_str id, uint64_t hash)
{
    const size_t wrap = cache->slot_count - 1;
    struct slot *slot = &cache->slots[hash & wrap];

    while (slot->entity != NULL &&
           !(slot->hash == hash && slot->entity->kind == kind && xz_str_eq(slot->entity->id, id))) {
        slot = &cache->slots[(size_t)(slot - cache->slots + 1) & wrap];
    }
    return slot;
}

static struct slot *free_slot(const struct xz_cache *cache, uint64_t hash)
{
    size_t at = hash & (cache->slot_count - 1);

    while (cache->slots[at].entity != NULL) {
        at = (at + 1) & (cache->slot_count - 1);
    }
    return &cache->slots[at];
}

static void table_grow(struct xz_cache *cache)
{
    struct slot *old = cache->slots;
    const size_t old_count = cache->slot_count;

    cache->slot_count *= 2;
    cache->slots = xz_calloc(cache->slot_count, sizeof(cache->slots[0]));
    for (size_t i = 0; i < old_count; i++) {
        if (old[i].entity != NULL) {
            *free_slot(cache, old[i].hash) = old[i];
        }
    }
    free(old);
}

/* Moves later ones of the run back, so that no run is broken. */
static void table_remove(struct xz_cache *cache, struct slot *slot)
{
    const size_t wrap = cache->slot_count - 1;
    size_t hole = (size_t)(slot - cache->slots);

    for (size_t at = (hole + 1) & wrap; cache->slots[at].entity != NULL; at = (at + 1) & wrap) {
        const size_t home = cache->slots[at].hash & wrap;

        if (((at - home) & wrap) >= ((at - hole) & wrap)) {
            cache->slots[hole] = cache->slots[at];
            hole = at;
        }
    }
    cache->slots[hole].entity = NULL;
}

static void admit(struct xz_cache *cache, struct xz_entity *entity, bool stored)
{
    if ((cache->counts.entities + 1) * 2 > cache->slot_count) {
        table_grow(cache);
    }
    *free_slot(cache, entity->hash) = (struct slot){entity->hash, entity};
    entity->dirty = false;
    entity->stored = stored;
    entity->total = &cache->counts.bytes;
    cache->counts.bytes += entity->bytes;
    cache->counts.entities++;
    list_push(cache, entity);
}

static void evict(struct xz_cache *cache, struct xz_entity *entity)
{
    struct slot *slot = slot_of(cache, entity->kind, entity->id, entity->hash);

    assert(!entity->dirty && slot->entity == entity);
    table_remove(cache, slot);
    list_unlink(cache, entity);
    cache->counts.bytes -= entity->bytes;
    cache->counts.entities--;
    cache->counts.evictions++;
    entity->total = NULL;
    xz_entity_free(entity);
}

/* ---- look-ups ---- */

/* *entity NULL when neither memory nor store has it. */
static enum xz_rc look_up(struct xz_cache *cache, enum xz_entity_kind kind, struct xz_str id,
                          struct xz_entity **entity, struct xz_err *err)
{
    struct xz_entity *found = slot_of(cache, kind, id, xz_entity_hash(kind, id))->entity;
    enum xz_rc rc = XZ_OK;

    if (found != NULL) {
        found->used = true;
        cache->counts.hits++;
        *entity = found;
        return XZ_OK;
    }
    rc = xz_entity_load(cache->store, kind, id, &found, err);
    if (rc != XZ_OK) {
        return rc;
    }
    if (found != NULL) {
        cache->counts.loads++;
        admit(cache, found, true);
    } else {
        cache->counts.misses++;
    }
    *entity = found;
    return XZ_OK;
}

enum xz_rc xz_cache_get(struct xz_cache *cache, enum xz_entity_kind kind, struct xz_str id,
                        struct xz_entity **entity, struct xz_err *err)
{
    struct xz_entity *found = NULL;
    const enum xz_rc rc = look_up(cache, kind, id, &found, err);

    if (rc != XZ_OK) {
        return rc;
    }
    if (found == NULL) {
        found = xz_entity_new(kind, id);
        admit(cache, found, false);
    }
    *entity = found;
    return XZ_OK;
}

/* An entity in memory that was made by a get and never changed does not count as being there:
 * whether it is still in memory depends on the cap. */
enum xz_rc xz_cache_peek(struct xz_cache *cache, enum xz_entity_kind kind, struct xz_str id,
                         struct xz_entity **entity, struct xz_err *err)
{
    struct xz_entity *found = NULL;
    const enum xz_rc rc = look_up(cache, kind, id, &found, err);

    if (rc != XZ_OK) {
        return rc;
    }
    *entity = found != NULL && (found->dirty || found->taken || found->stored) ? found : NULL;
    return XZ_OK;
}

void xz_cache_dirty(struct xz_cache *cache, struct xz_entity *entity)
{
    if (entity->dirty) {
        return;
    }
    xz_array_reserve((void **)&cache->dirty, &cache->dirty_cap, cache->counts.dirty + 1,
                     sizeof(struct xz_entity *));
    if (!entity->taken) {
        list_unlink(cache, entity);
    }
    entity->dirty = true;
    cache->dirty[cache->counts.dirty++] = entity;
}

void xz_cache_settle(struct xz_cache *cache)
{
    while (cache->counts.bytes > cache->cap_bytes && cache->oldest != NULL) {
        struct xz_entity *entity = cache->oldest;

        if (entity->used) {
            list_unlink(cache, entity);
            list_push(cache, entity);
        } else {
            evict(cache, entity);
        }
    }
}

bool xz_cache_full(const struct xz_cache *cache)
{
    return cache->counts.bytes > cache->cap_bytes && cache->oldest == NULL;
}

/* ---- checkpoints ---- */

struct order {
    uint64_t hash;
    struct xz_entity *entity;
};

static int id_order(const struct xz_entity *left, const struct xz_entity *right)
{
    if (left->kind != right->kind) {
        return left->kind < right->kind ? -1 : 1;
    }
    return xz_str_cmp(left->id, right->id);
}

static int order_cmp(const void *left_ptr, const void *right_ptr)
{
    const struct order *left = left_ptr, *right = right_ptr;

    if (left->hash != right->hash) {
        return left->hash < right->hash ? -1 : 1;
    }
    return id_order(left->entity, right->entity);
}

static void take_dirty(struct xz_cache *cache)
{
    struct xz_entity **const list = cache->taken;
    const size_t cap = cache->taken_cap;

    assert(cache->taken_count == 0);
    for (size_t i = 0; i < cache->counts.dirty; i++) {
        cache->dirty[i]->dirty = false;
        cache->dirty[i]->taken = true;
        xz_entity_clean(cache->dirty[i]);
    }
    cache->taken = cache->dirty;
    cache->taken_cap = cache->dirty_cap;
    cache->taken_count = cache->counts.dirty;
    cache->dirty = list;
    cache->dirty_cap = cap;
    cache->counts.dirty = 0;
}

void xz_cache_checkpoint(struct xz_cache *cache, struct xz_batch *batch)
{
    const size_t count = cache->counts.dirty;
    struct order *order;

    if (count == 0) {
        return;
    }
    order = xz_calloc(count, sizeof(*order));
    for (size_t i = 0; i < count; i++) {
        order[i] = (struct order){cache->dirty[i]->hash, cache->dirty[i]};
    }
    qsort(order, count, sizeof(*order), order_cmp);
    for (size_t i = 0; i < count; i++) {
        xz_entity_save(order[i].entity, batch);
    }
    free(order);
    take_dirty(cache);
}

void xz_cache_clean(struct xz_cache *cache)
{
    for (size_t i = 0; i < cache->taken_count; i++) {
        struct xz_entity *entity = cache->taken[i];

        entity->taken = false;
        entity->stored = true;
        if (!entity->dirty) {
            list_push(cache, entity);
        }
    }
    cache->taken_count = 0;
}

void xz_cache_drop_scratch(struct xz_cache *cache)
{
    for (size_t i = 0; i < cache->slot_count; i++) {
        if (cache->slots[i].entity != NULL) {
            xz_entity_scratch_drop(cache->slots[i].entity);
        }
    }
}

struct xz_cache_counts xz_cache_counts(const struct xz_cache *cache) { return cache->counts; }

/* ---- every entity ---- */

/* Keys, noted before the first visit: a visitor may make and change entities. */
struct key_list {
    struct xz_buf bytes; /* key after key, as xz_buf_str writes them */
    size_t count;
};

static bool note_stored(void *arg, struct xz_str key, struct xz_str value)
{
    struct key_list *list = arg;
    enum xz_entity_kind kind;

    (void)value;
    if (xz_entity_key_parse(key, &kind, NULL)) {
        xz_buf_str(&list->bytes, key);
        list->count++;
    }
    return true;
}

static void note_unstored(struct xz_entity *const *entities, size_t count, bool taken,
                          struct key_list *list)
{
    struct xz_buf key = {0};

    for (size_t i = 0; i < count; i++) {
        if (!entities[i]->stored && entities[i]->taken == taken) {
            xz_buf_clear(&key);
            xz_entity_key(entities[i]->kind, entities[i]->id, &key);
            xz_buf_str(&list->bytes, xz_buf_view(&key));
            list->count++;
        }
    }
    xz_buf_fini(&key);
}

static int key_cmp(const void *left, const void *right)
{
    return xz_str_cmp(*(const struct xz_str *)left, *(const struct xz_str *)right);
}

static struct xz_str *keys_sorted(const struct key_list *list)
{
    struct xz_str *keys = xz_calloc(list->count + 1, sizeof(*keys));
    struct xz_reader reader = xz_reader_of(list->bytes.data, list->bytes.len);

    for (size_t i = 0; i < list->count; i++) {
        keys[i] = xz_read_str(&reader);
    }
    qsort(keys, list->count, sizeof(*keys), key_cmp);
    return keys;
}

static enum xz_rc visit_key(struct xz_cache *cache, struct xz_str key,
                            enum xz_rc (*visit)(void *arg, struct xz_entity *entity,
                                                struct xz_err *err),
                            void *arg, struct xz_err *err)
{
    struct xz_entity *entity = NULL;
    enum xz_entity_kind kind;
    struct xz_buf id = {0};
    enum xz_rc rc = XZ_OK;

    if (xz_entity_key_parse(key, &kind, &id)) {
        rc = xz_cache_peek(cache, kind, xz_buf_view(&id), &entity, err);
    }
    if (rc == XZ_OK && entity != NULL) {
        rc = visit(arg, entity, err);
        xz_cache_settle(cache);
    }
    xz_buf_fini(&id);
    return rc;
}

enum xz_rc xz_cache_each(struct xz_cache *cache,
                         enum xz_rc (*visit)(void *arg, struct xz_entity *entity,
                                             struct xz_err *err),
                         void *arg, struct xz_err *err)
{
    struct key_list list = {0};
    struct xz_str *keys = NULL;
    enum xz_rc rc = xz_store_scan(cache->store, XZ_STR("e"), note_stored, &list, err);

    if (rc != XZ_OK) {
        goto out;
    }
    note_unstored(cache->dirty, cache->counts.dirty, false, &list);
    note_unstored(cache->taken, cache->taken_count, true, &list);
    keys = keys_sorted(&list);
    for (size_t i = 0; rc == XZ_OK && i < list.count; i++) {
        rc = visit_key(cache, keys[i], visit, arg, err);
    }
out:
    free(keys);
    xz_buf_fini(&list.bytes);
    return rc;
}
