/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A table with open addressing, at most half full, in one allocation with its strings. */
#include "pack/set.h"

#include <assert.h>
#include <stdlib.h>

#include "base/hash.h"
#include "base/mem.h"

struct slot {
    const char *ptr; /* NULL: free */
    uint32_t len;
    uint32_t tag; /* the upper half of the hash, so that few misses touch the string */
};

struct xz_set {
    size_t count;
    size_t mask;
    uint32_t len_min, len_max;
    char *bytes;
    struct slot slots[];
};

static struct slot *find(const struct slot *slots, size_t mask, struct xz_str text)
{
    const uint64_t hash = xz_hash_str(text);
    const uint32_t tag = (uint32_t)(hash >> 32);

    for (size_t at = hash & mask;; at = (at + 1) & mask) {
        const struct slot *slot = &slots[at];

        if (slot->ptr == NULL || (slot->tag == tag && slot->len == text.len &&
                                  memcmp(slot->ptr, text.ptr, text.len) == 0)) {
            return (struct slot *)slot;
        }
    }
}

struct xz_set *xz_set_new(const struct xz_str texts[], size_t count)
{
    struct xz_set *set;
    size_t room = 4, bytes = 0, used = 0;

    assert(count <= (size_t)1 << 30);
    while (room < 2 * count) {
        room *= 2;
    }
    set = xz_calloc(1, sizeof(*set) + room * sizeof(set->slots[0]));
    set->mask = room - 1;
    set->len_min = UINT32_MAX;
    for (size_t i = 0; i < count; i++) {
        bytes += texts[i].len;
    }
    set->bytes = xz_malloc(bytes + 1);
    for (size_t i = 0; i < count; i++) {
        struct slot *slot;

        if (texts[i].len == 0) {
            continue;
        }
        slot = find(set->slots, set->mask, texts[i]);
        if (slot->ptr != NULL) {
            continue;
        }
        memcpy(set->bytes + used, texts[i].ptr, texts[i].len);
        *slot =
            (struct slot){set->bytes + used, texts[i].len, (uint32_t)(xz_hash_str(texts[i]) >> 32)};
        used += texts[i].len;
        set->count++;
        set->len_min = texts[i].len < set->len_min ? texts[i].len : set->len_min;
        set->len_max = texts[i].len > set->len_max ? texts[i].len : set->len_max;
    }
    return set;
}

void xz_set_free(struct xz_set *set)
{
    if (set != NULL) {
        free(set->bytes);
        free(set);
    }
}

bool xz_set_has(const struct xz_set *set, struct xz_str text)
{
    return text.len >= set->len_min && text.len <= set->len_max &&
           find(set->slots, set->mask, text)->ptr != NULL;
}

size_t xz_set_size(const struct xz_set *set) { return set->count; }

void xz_set_each(const struct xz_set *set, void (*visit)(void *arg, struct xz_str text), void *arg)
{
    for (size_t i = 0; i <= set->mask; i++) {
        if (set->slots[i].ptr != NULL) {
            visit(arg, (struct xz_str){set->slots[i].ptr, set->slots[i].len});
        }
    }
}
