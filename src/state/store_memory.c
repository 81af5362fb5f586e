/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A store in plain memory: a skip list (Pugh 1990), whose levels come from the key's hash instead
 * of a random number, so that the same writes give the same list.
 */
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "state/store_int.h"

#define LEVELS     14 /* 4^14 keys before the top level is more than a few long */
#define LEVEL_SEED 0x786965u

struct node {
    unsigned char *value;
    uint32_t value_len, key_len;
    uint32_t level;
    struct node *next[]; /* one per level, then the key's bytes */
};

struct memory_store {
    struct xz_store store;
    struct node *head[LEVELS];
    uint64_t count;
};

static uint32_t level_of(struct xz_str key)
{
    uint64_t bits = xz_hash64(key.ptr, key.len, LEVEL_SEED);
    uint32_t level = 1;

    while (level < LEVELS && (bits & 3) == 0) { /* a quarter of each level is on the next */
        level++;
        bits >>= 2;
    }
    return level;
}

static struct xz_str key_of(const struct node *node)
{
    return (struct xz_str){(const char *)(node->next + node->level), node->key_len};
}

static void node_free(struct node *node)
{
    free(node->value);
    free(node);
}

/* The first node at or behind key. links[i] is where level i points past everything before key. */
static struct node *seek(struct memory_store *store, struct xz_str key, struct node **links[LEVELS])
{
    struct node **from = store->head;

    for (int level = LEVELS - 1; level >= 0; level--) {
        while (from[level] != NULL && xz_str_cmp(key_of(from[level]), key) < 0) {
            from = from[level]->next;
        }
        if (links != NULL) {
            links[level] = &from[level];
        }
    }
    return from[0];
}

static void value_set(struct node *node, struct xz_str value)
{
    free(node->value);
    node->value = (unsigned char *)xz_strndup(value.ptr, value.len);
    node->value_len = value.len;
}

static void put_or_delete(void *arg, struct xz_str key, struct xz_str value, bool deleted)
{
    struct memory_store *store = arg;
    struct node **links[LEVELS];
    struct node *node = seek(store, key, links);
    const bool found = node != NULL && xz_str_eq(key_of(node), key);
    uint32_t level;

    if (deleted && found) {
        for (uint32_t i = 0; i < node->level; i++) {
            *links[i] = node->next[i];
        }
        node_free(node);
        store->count--;
        return;
    }
    if (deleted || found) {
        if (found) {
            value_set(node, value);
        }
        return;
    }
    level = level_of(key);
    node = xz_calloc(1, sizeof(*node) + level * sizeof(struct node *) + key.len);
    node->level = level;
    node->key_len = key.len;
    if (key.len > 0) {
        memcpy(node->next + level, key.ptr, key.len);
    }
    value_set(node, value);
    for (uint32_t i = 0; i < level; i++) {
        node->next[i] = *links[i];
        *links[i] = node;
    }
    store->count++;
}

static void memory_close(struct xz_store *base)
{
    struct memory_store *store = (struct memory_store *)base;
    struct node *node = store->head[0];

    while (node != NULL) {
        struct node *next = node->next[0];

        node_free(node);
        node = next;
    }
    free(store);
}

static enum xz_rc memory_get(struct xz_store *base, struct xz_str key, struct xz_buf *value,
                             bool *found, struct xz_err *err)
{
    const struct node *node = seek((struct memory_store *)base, key, NULL);

    (void)err;
    *found = node != NULL && xz_str_eq(key_of(node), key);
    if (*found) {
        xz_buf_bytes(value, node->value, node->value_len);
    }
    return XZ_OK;
}

static enum xz_rc memory_scan(struct xz_store *base, struct xz_str prefix, xz_store_visit visit,
                              void *arg, struct xz_err *err)
{
    (void)err;
    for (const struct node *node = seek((struct memory_store *)base, prefix, NULL);
         node != NULL && xz_str_starts(key_of(node), prefix); node = node->next[0]) {
        const struct xz_str value = {(const char *)node->value, node->value_len};

        if (!visit(arg, key_of(node), value)) {
            break;
        }
    }
    return XZ_OK;
}

static enum xz_rc memory_write(struct xz_store *base, const struct xz_batch *batch,
                               struct xz_err *err)
{
    (void)err;
    xz_batch_each(batch, put_or_delete, base);
    return XZ_OK;
}

static uint64_t memory_disk_bytes(const struct xz_store *base)
{
    (void)base;
    return 0;
}

static uint64_t memory_keys(const struct xz_store *base)
{
    return ((const struct memory_store *)base)->count;
}

struct xz_store *xz_store_memory(void)
{
    static const struct xz_store_ops ops = {
        .close = memory_close,
        .get = memory_get,
        .scan = memory_scan,
        .write = memory_write,
        .disk_bytes = memory_disk_bytes,
        .keys = memory_keys,
    };
    struct memory_store *store = xz_calloc(1, sizeof(*store));

    store->store.ops = &ops;
    return &store->store;
}
