/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pack/map.h"

#include <stdlib.h>

#include "base/hash.h"
#include "base/mem.h"

static struct xz_map_slot *find(const struct xz_map *map, struct xz_str key, uint64_t hash)
{
    const uint32_t tag = (uint32_t)(hash >> 32);

    for (size_t at = hash & map->mask;; at = (at + 1) & map->mask) {
        struct xz_map_slot *slot = &map->slots[at];

        if (!slot->used || (slot->tag == tag && slot->len == key.len &&
                            (key.len == 0 || memcmp(slot->ptr, key.ptr, key.len) == 0))) {
            return slot;
        }
    }
}

static void grow(struct xz_map *map)
{
    const size_t room = map->slots == NULL ? 8 : 2 * (map->mask + 1);
    struct xz_map grown = {xz_calloc(room, sizeof(*map->slots)), room - 1, map->count};

    for (size_t i = 0; map->slots != NULL && i <= map->mask; i++) {
        if (map->slots[i].used) {
            const struct xz_str key = {map->slots[i].ptr, map->slots[i].len};

            *find(&grown, key, xz_hash_str(key)) = map->slots[i];
        }
    }
    free(map->slots);
    *map = grown;
}

void xz_map_fini(struct xz_map *map)
{
    free(map->slots);
    *map = (struct xz_map){NULL, 0, 0};
}

uint32_t xz_map_put(struct xz_map *map, struct xz_str key, uint32_t value)
{
    const uint64_t hash = xz_hash_str(key);
    struct xz_map_slot *slot;

    if (map->slots == NULL || 2 * (map->count + 1) > map->mask + 1) {
        grow(map);
    }
    slot = find(map, key, hash);
    if (!slot->used) {
        *slot = (struct xz_map_slot){key.ptr, key.len, (uint32_t)(hash >> 32), value, true};
        map->count++;
    }
    return slot->value;
}

uint32_t xz_map_get(const struct xz_map *map, struct xz_str key)
{
    const struct xz_map_slot *slot;

    if (map->slots == NULL) {
        return XZ_MAP_NONE;
    }
    slot = find(map, key, xz_hash_str(key));
    return slot->used ? slot->value : XZ_MAP_NONE;
}
