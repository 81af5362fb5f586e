/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pack/map.h - a table from strings to numbers, filled at load and then only read. */
#ifndef XZ_PACK_MAP_H
#define XZ_PACK_MAP_H
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

#define XZ_MAP_NONE UINT32_MAX

struct xz_map_slot {
    const char *ptr; /* borrowed; NULL and `used` false: free */
    uint32_t len;
    uint32_t tag;
    uint32_t value;
    bool used;
};

struct xz_map { /* all zero is an empty one */
    struct xz_map_slot *slots;
    size_t mask, count;
};

void xz_map_fini(struct xz_map *map);
/* key is borrowed for the map's life. Returns what is kept under key: value, or what was there. */
uint32_t xz_map_put(struct xz_map *map, struct xz_str key, uint32_t value);
uint32_t xz_map_get(const struct xz_map *map, struct xz_str key); /* or XZ_MAP_NONE */

#endif
