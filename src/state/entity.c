/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The history of an entity and what hangs on it. Every change of memory goes through
 * weigh, so that the cache can hold its bound.
 */
#include "state/entity.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "state/codec.h"
#include "state/entity_int.h"

#define ALIASES_MAX 64
#define INDEX_FROM  48 /* records; below it a scan is as fast and takes no memory */

const char *const xz_entity_kind_names[XZ_ENTITY_COUNT] = {
    [0] = "none",
    [XZ_ENTITY_PERSON] = "person",
    [XZ_ENTITY_INSTITUTION] = "institution",
    [XZ_ENTITY_OPERATOR] = "operator",
    [XZ_ENTITY_DEVICE] = "device",
    [XZ_ENTITY_DOCTOR] = "doctor",
    [XZ_ENTITY_GIVER] = "giver",
    [XZ_ENTITY_PROXY] = "proxy",
    [XZ_ENTITY_TRACE] = "trace",
};

uint64_t xz_entity_hash(enum xz_entity_kind kind, struct xz_str id)
{
    return xz_hash64(id.ptr, id.len, (uint64_t)kind);
}

/* Adds to what the entity weighs, and to the total it counts toward. May be negative. */
static void weigh(struct xz_entity *entity, int64_t bytes)
{
    entity->bytes += (size_t)bytes; /* modulo the word size: a negative weight takes away */
    if (entity->total != NULL) {
        *entity->total += (size_t)bytes;
    }
}

/* Room for one more element in an array of the entity: doubles, and weighs what it adds. */
static void array_grow(struct xz_entity *entity, void **array, uint32_t count, uint32_t *cap,
                       size_t size)
{
    size_t room = *cap;

    if (count < *cap) {
        return;
    }
    assert(count < UINT32_MAX / 2);
    room = room < 2 ? 2 : room * 2; /* most entities are met once or twice */
    *array = xz_realloc(*array, room * size);
    weigh(entity, (int64_t)((room - *cap) * size));
    *cap = (uint32_t)room;
}

void xz_entity_scratch_weighs(struct xz_entity *entity, size_t bytes)
{
    weigh(entity, (int64_t)bytes - (int64_t)entity->scratch_bytes);
    entity->scratch_bytes = bytes;
}

void xz_entity_scratch_drop(struct xz_entity *entity)
{
    if (entity->scratch != NULL && entity->scratch_free != NULL) {
        entity->scratch_free(entity->scratch);
    }
    entity->scratch = NULL;
    weigh(entity, -(int64_t)entity->scratch_bytes);
    entity->scratch_bytes = 0;
}

static size_t own_bytes(struct xz_str text)
{
    return text.len > 0 ? (size_t)text.len + XZ_ENTITY_ALLOC_BYTES : 0;
}

size_t xz_entity_recount(const struct xz_entity *entity)
{
    size_t bytes = sizeof(*entity) + entity->id.len + XZ_ENTITY_ALLOC_BYTES;

    for (uint32_t i = 0; i < entity->count; i++) {
        bytes += entity->records[i]->size + XZ_ENTITY_ALLOC_BYTES;
    }
    for (uint32_t i = 0; i < entity->pending_count; i++) {
        bytes += own_bytes(entity->pending[i].setl_id) + own_bytes(entity->pending[i].institution) +
                 own_bytes(entity->pending[i].msgid);
    }
    for (uint32_t i = 0; i < entity->alias_count; i++) {
        bytes += own_bytes(entity->aliases[i]);
    }
    bytes += own_bytes(entity->before.admitted_at) + entity->scratch_bytes;
    bytes += entity->cap * sizeof(*entity->records) + entity->index_cap * sizeof(*entity->index);
    bytes += entity->pane_cap * sizeof(*entity->panes);
    bytes += entity->pattern_cap * sizeof(*entity->patterns);
    bytes += entity->episode_cap * sizeof(*entity->episodes);
    bytes += entity->pending_cap * sizeof(*entity->pending);
    bytes += entity->alias_cap * sizeof(*entity->aliases);
    bytes += entity->dirty_part_cap * sizeof(*entity->dirty_parts);
    return bytes;
}

static struct xz_str own(struct xz_entity *entity, struct xz_str text)
{
    if (text.len == 0) {
        return XZ_STR_NONE;
    }
    weigh(entity, (int64_t)own_bytes(text));
    return (struct xz_str){xz_strndup(text.ptr, text.len), text.len};
}

static void disown(struct xz_entity *entity, struct xz_str *text)
{
    if (text->len > 0) {
        weigh(entity, -(int64_t)own_bytes(*text));
        free((char *)text->ptr);
    }
    *text = XZ_STR_NONE;
}

struct xz_entity *xz_entity_new(enum xz_entity_kind kind, struct xz_str id)
{
    struct xz_entity *entity = xz_calloc(1, sizeof(*entity) + id.len);
    struct xz_background *before = &entity->before;

    if (id.len > 0) {
        memcpy(entity + 1, id.ptr, id.len);
        entity->id = (struct xz_str){(const char *)(entity + 1), id.len};
    }
    entity->kind = kind;
    entity->hash = xz_entity_hash(kind, id);
    entity->bytes = sizeof(*entity) + id.len + XZ_ENTITY_ALLOC_BYTES;
    before->base_ms = XZ_TIME_NONE;
    before->death_ms = XZ_TIME_NONE;
    before->closed_ms = XZ_TIME_NONE;
    before->suspended_ms = XZ_TIME_NONE;
    before->suspended_until_ms = XZ_TIME_NONE;
    before->paused_ms = XZ_TIME_NONE;
    before->terminated_ms = XZ_TIME_NONE;
    before->admitted_ms = XZ_TIME_NONE;
    before->first_ms = XZ_TIME_NONE;
    before->last_ms = XZ_TIME_NONE;
    before->chronic_ms = XZ_TIME_NONE;
    before->balance_fen = XZ_FEN_NONE;
    return entity;
}

static void pending_drop(struct xz_entity *entity, struct xz_pending_undo *undo)
{
    disown(entity, &undo->setl_id);
    disown(entity, &undo->institution);
    disown(entity, &undo->msgid);
}

void xz_entity_free(struct xz_entity *entity)
{
    if (entity == NULL) {
        return;
    }
    xz_entity_scratch_drop(entity);
    for (uint32_t i = 0; i < entity->count; i++) {
        xz_record_free(entity->records[i]);
    }
    for (uint32_t i = 0; i < entity->pending_count; i++) {
        pending_drop(entity, &entity->pending[i]);
    }
    for (uint32_t i = 0; i < entity->alias_count; i++) {
        disown(entity, &entity->aliases[i]);
    }
    disown(entity, &entity->before.admitted_at);
    free(entity->records != NULL ? entity->records - entity->lead : NULL);
    free(entity->index);
    free(entity->panes);
    free(entity->patterns);
    free(entity->episodes);
    free(entity->pending);
    free(entity->aliases);
    free(entity->dirty_parts);
    free(entity);
}

/* ---- the index by key ---- */

/* Most keys looked for are not there; one word tells so of all but the longer histories. */
static uint64_t key_bit(uint64_t key) { return 1ull << (key >> 58); }

static void index_put(struct xz_entity *entity, struct xz_record *record)
{
    const uint32_t wrap = entity->index_cap - 1;
    uint32_t slot = (uint32_t)record->key & wrap;

    while (entity->index[slot] != NULL) {
        slot = (slot + 1) & wrap;
    }
    entity->index[slot] = record;
}

static void index_rebuild(struct xz_entity *entity)
{
    uint32_t cap = 128;

    while (cap < entity->count * 2) {
        cap *= 2;
    }
    free(entity->index);
    weigh(entity, ((int64_t)cap - entity->index_cap) * (int64_t)sizeof(*entity->index));
    entity->index = xz_calloc(cap, sizeof(*entity->index));
    entity->index_cap = cap;
    for (uint32_t i = 0; i < entity->count; i++) {
        index_put(entity, entity->records[i]);
    }
}

static void index_add(struct xz_entity *entity, struct xz_record *record)
{
    if (entity->count <= INDEX_FROM && entity->index_cap == 0) {
        return;
    }
    if (entity->count > entity->index_cap / 4 * 3) {
        index_rebuild(entity);
    } else {
        index_put(entity, record);
    }
}

/* Takes the record out and moves later ones of its run back, so that no run is broken. */
static void index_remove(struct xz_entity *entity, const struct xz_record *record)
{
    const uint32_t wrap = entity->index_cap - 1;
    uint32_t hole;

    if (entity->index_cap == 0) {
        return;
    }
    hole = (uint32_t)record->key & wrap;
    while (entity->index[hole] != record) {
        assert(entity->index[hole] != NULL);
        hole = (hole + 1) & wrap;
    }
    for (uint32_t at = (hole + 1) & wrap; entity->index[at] != NULL; at = (at + 1) & wrap) {
        const uint32_t home = (uint32_t)entity->index[at]->key & wrap;

        if (((at - home) & wrap) >= ((at - hole) & wrap)) {
            entity->index[hole] = entity->index[at];
            hole = at;
        }
    }
    entity->index[hole] = NULL;
}

/* ---- records ---- */

static void part_dirty(struct xz_entity *entity, int64_t at_ms)
{
    const int64_t part = xz_entity_part(entity->kind, at_ms);
    uint32_t at = entity->dirty_part_count;

    if (entity->kind != XZ_ENTITY_INSTITUTION) {
        return;
    }
    while (at > 0 && entity->dirty_parts[at - 1] > part) {
        at--;
    }
    if (at > 0 && entity->dirty_parts[at - 1] == part) {
        return;
    }
    array_grow(entity, (void **)&entity->dirty_parts, entity->dirty_part_count,
               &entity->dirty_part_cap, sizeof(*entity->dirty_parts));
    memmove(&entity->dirty_parts[at + 1], &entity->dirty_parts[at],
            (entity->dirty_part_count - at) * sizeof(*entity->dirty_parts));
    entity->dirty_parts[at] = part;
    entity->dirty_part_count++;
}

void xz_entity_clean(struct xz_entity *entity) { entity->dirty_part_count = 0; }

/* Room for one more at the end: what removals left free in front is used before memory grows. */
static void records_reserve(struct xz_entity *entity)
{
    struct xz_record **base = entity->records != NULL ? entity->records - entity->lead : NULL;

    if (entity->lead + entity->count < entity->cap) {
        return;
    }
    if (base != NULL && entity->lead > 0 && entity->lead >= entity->cap / 4) {
        memmove(base, entity->records, entity->count * sizeof(*base));
        entity->lead = 0;
    } else {
        array_grow(entity, (void **)&base, entity->cap, &entity->cap, sizeof(*base));
    }
    entity->records = base + entity->lead;
}

uint32_t xz_entity_insert(struct xz_entity *entity, struct xz_record *record)
{
    uint32_t at = entity->count;

    records_reserve(entity);
    if (at > 0 && xz_record_order(entity->records[at - 1], record) > 0) {
        uint32_t low = 0;

        while (low < at) {
            const uint32_t middle = low + (at - low) / 2;

            if (xz_record_order(entity->records[middle], record) <= 0) {
                low = middle + 1;
            } else {
                at = middle;
            }
        }
        memmove(&entity->records[at + 1], &entity->records[at],
                (entity->count - at) * sizeof(*entity->records));
    }
    entity->records[at] = record;
    entity->count++;
    entity->key_bits |= key_bit(record->key);
    weigh(entity, (int64_t)record->size + XZ_ENTITY_ALLOC_BYTES);
    index_add(entity, record);
    part_dirty(entity, record->at_ms);
    return at;
}

/* Where the record stands. Of equal places (same time and key) it may be any. */
static uint32_t place_of(const struct xz_entity *entity, const struct xz_record *record)
{
    uint32_t low = 0, high = entity->count;

    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;

        if (xz_record_order(entity->records[middle], record) <= 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    assert(low > 0);
    return low - 1;
}

int64_t xz_entity_find(const struct xz_entity *entity, uint64_t key)
{
    const struct xz_record *newest = NULL;
    const uint32_t wrap = entity->index_cap - 1;

    if (!(entity->key_bits & key_bit(key))) {
        return -1;
    }
    if (entity->index_cap == 0) {
        for (uint32_t i = entity->count; i-- > 0;) {
            if (entity->records[i]->key == key) {
                return i;
            }
        }
        return -1;
    }
    for (uint32_t at = (uint32_t)key & wrap; entity->index[at] != NULL; at = (at + 1) & wrap) {
        const struct xz_record *record = entity->index[at];

        if (record->key == key && (newest == NULL || record->at_ms > newest->at_ms)) {
            newest = record;
        }
    }
    return newest != NULL ? (int64_t)place_of(entity, newest) : -1;
}

uint32_t xz_entity_lower(const struct xz_entity *entity, int64_t time_ms)
{
    uint32_t low = 0, high = entity->count;

    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;

        if (entity->records[middle]->at_ms < time_ms) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

void xz_entity_remove_first(struct xz_entity *entity)
{
    struct xz_record *record;

    assert(entity->count > 0);
    record = entity->records[0];
    index_remove(entity, record);
    part_dirty(entity, record->at_ms);
    weigh(entity, -((int64_t)record->size + XZ_ENTITY_ALLOC_BYTES));
    entity->records++;
    entity->lead++;
    entity->count--;
    xz_record_free(record);
}

void xz_entity_touch(struct xz_entity *entity, uint32_t index)
{
    assert(index < entity->count);
    part_dirty(entity, entity->records[index]->at_ms);
}

/* ---- detectors, episodes, undos, aliases, panes ---- */

const struct xz_entity_pattern *xz_entity_pattern_find(const struct xz_entity *entity,
                                                       const char *id)
{
    for (uint32_t i = 0; i < entity->pattern_count; i++) {
        if (strncmp(entity->patterns[i].id, id, sizeof(entity->patterns[i].id)) == 0) {
            return &entity->patterns[i];
        }
    }
    return NULL;
}

uint32_t xz_entity_pattern_index(struct xz_entity *entity, const char *id)
{
    static const struct xz_detector start = {
        .log_m = -INFINITY, .block_log_e = 0.0f, .block = INT32_MIN, .steps = 0};
    struct xz_entity_pattern *pattern;
    char name[sizeof(pattern->id)] = {0};
    const size_t len = strlen(id);

    assert(len < sizeof(name));
    memcpy(name, id, len);
    for (uint32_t i = 0; i < entity->pattern_count; i++) {
        if (memcmp(entity->patterns[i].id, name, sizeof(name)) == 0) {
            return i;
        }
    }
    array_grow(entity, (void **)&entity->patterns, entity->pattern_count, &entity->pattern_cap,
               sizeof(*entity->patterns));
    pattern = &entity->patterns[entity->pattern_count];
    memcpy(pattern->id, name, sizeof(name));
    pattern->base = start;
    pattern->tip = start;
    pattern->left = 0;
    return entity->pattern_count++;
}

struct xz_episode *xz_entity_episode_add(struct xz_entity *entity)
{
    struct xz_episode *episode;

    array_grow(entity, (void **)&entity->episodes, entity->episode_count, &entity->episode_cap,
               sizeof(*entity->episodes));
    episode = &entity->episodes[entity->episode_count++];
    memset(episode, 0, sizeof(*episode));
    return episode;
}

void xz_entity_episode_remove(struct xz_entity *entity, uint32_t index)
{
    assert(index < entity->episode_count);
    entity->episode_count--;
    memmove(&entity->episodes[index], &entity->episodes[index + 1],
            (entity->episode_count - index) * sizeof(*entity->episodes));
}

void xz_entity_pending_add(struct xz_entity *entity, const struct xz_pending_undo *undo)
{
    struct xz_pending_undo copy = *undo;

    array_grow(entity, (void **)&entity->pending, entity->pending_count, &entity->pending_cap,
               sizeof(*entity->pending));
    copy.setl_id = own(entity, undo->setl_id);
    copy.institution = own(entity, undo->institution);
    copy.msgid = own(entity, undo->msgid);
    entity->pending[entity->pending_count++] = copy;
}

void xz_entity_pending_remove(struct xz_entity *entity, uint32_t index)
{
    assert(index < entity->pending_count);
    pending_drop(entity, &entity->pending[index]);
    entity->pending_count--;
    memmove(&entity->pending[index], &entity->pending[index + 1],
            (entity->pending_count - index) * sizeof(*entity->pending));
}

bool xz_entity_alias_has(const struct xz_entity *entity, struct xz_str msgid)
{
    for (uint32_t i = entity->alias_count; i-- > 0;) {
        if (xz_str_eq(entity->aliases[i], msgid)) {
            return true;
        }
    }
    return false;
}

void xz_entity_alias_add(struct xz_entity *entity, struct xz_str msgid)
{
    if (entity->alias_count == ALIASES_MAX) {
        disown(entity, &entity->aliases[0]);
        entity->alias_count--;
        memmove(&entity->aliases[0], &entity->aliases[1],
                entity->alias_count * sizeof(*entity->aliases));
    }
    array_grow(entity, (void **)&entity->aliases, entity->alias_count, &entity->alias_cap,
               sizeof(*entity->aliases));
    entity->aliases[entity->alias_count++] = own(entity, msgid);
}

struct xz_pane *xz_entity_pane(struct xz_entity *entity, int32_t day)
{
    uint32_t at = entity->pane_count;
    struct xz_pane *pane;

    while (at > 0 && entity->panes[at - 1].day > day) {
        at--;
    }
    if (at > 0 && entity->panes[at - 1].day == day) {
        return &entity->panes[at - 1];
    }
    array_grow(entity, (void **)&entity->panes, entity->pane_count, &entity->pane_cap,
               sizeof(*entity->panes));
    memmove(&entity->panes[at + 1], &entity->panes[at],
            (entity->pane_count - at) * sizeof(*entity->panes));
    pane = &entity->panes[at];
    memset(pane, 0, sizeof(*pane));
    pane->day = day;
    entity->pane_count++;
    return pane;
}

void xz_entity_panes_forget(struct xz_entity *entity, int32_t before_day)
{
    uint32_t gone = 0;

    while (gone < entity->pane_count && entity->panes[gone].day < before_day) {
        gone++;
    }
    if (gone > 0) {
        entity->pane_count -= gone;
        memmove(entity->panes, entity->panes + gone, entity->pane_count * sizeof(*entity->panes));
    }
}

void xz_entity_set_admitted_at(struct xz_entity *entity, struct xz_str institution)
{
    const struct xz_str copy = own(entity, institution); /* before: it may be the old one */

    disown(entity, &entity->before.admitted_at);
    entity->before.admitted_at = copy;
}
