/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The store's interface, and the batch that every kind of store takes. */
#include "state/store.h"

#include <stdlib.h>

#include "base/mem.h"
#include "state/store_int.h"

enum { BATCH_PUT = 1, BATCH_DELETE };

struct xz_batch {
    struct xz_buf ops; /* u8 what, key, and for a put the value */
    size_t count;
};

struct xz_batch *xz_batch_new(void) { return xz_calloc(1, sizeof(struct xz_batch)); }

void xz_batch_free(struct xz_batch *batch)
{
    if (batch != NULL) {
        xz_buf_fini(&batch->ops);
        free(batch);
    }
}

void xz_batch_clear(struct xz_batch *batch)
{
    xz_buf_clear(&batch->ops);
    batch->count = 0;
}

void xz_batch_put(struct xz_batch *batch, struct xz_str key, struct xz_str value)
{
    xz_buf_u8(&batch->ops, BATCH_PUT);
    xz_buf_str(&batch->ops, key);
    xz_buf_str(&batch->ops, value);
    batch->count++;
}

void xz_batch_delete(struct xz_batch *batch, struct xz_str key)
{
    xz_buf_u8(&batch->ops, BATCH_DELETE);
    xz_buf_str(&batch->ops, key);
    batch->count++;
}

size_t xz_batch_bytes(const struct xz_batch *batch) { return batch->ops.len; }

size_t xz_batch_count(const struct xz_batch *batch) { return batch->count; }

void xz_batch_each(const struct xz_batch *batch,
                   void (*visit)(void *arg, struct xz_str key, struct xz_str value, bool deleted),
                   void *arg)
{
    struct xz_reader reader = xz_reader_of(batch->ops.data, batch->ops.len);

    while (xz_reader_left(&reader) > 0) {
        const bool deleted = xz_read_u8(&reader) == BATCH_DELETE;
        const struct xz_str key = xz_read_str(&reader);
        const struct xz_str value = deleted ? XZ_STR_NONE : xz_read_str(&reader);

        visit(arg, key, value, deleted);
    }
}

void xz_store_close(struct xz_store *store)
{
    if (store != NULL) {
        store->ops->close(store);
    }
}

enum xz_rc xz_store_get(struct xz_store *store, struct xz_str key, struct xz_buf *value,
                        bool *found, struct xz_err *err)
{
    return store->ops->get(store, key, value, found, err);
}

enum xz_rc xz_store_scan(struct xz_store *store, struct xz_str prefix, xz_store_visit visit,
                         void *arg, struct xz_err *err)
{
    return store->ops->scan(store, prefix, visit, arg, err);
}

enum xz_rc xz_store_write(struct xz_store *store, const struct xz_batch *batch, struct xz_err *err)
{
    return store->ops->write(store, batch, err);
}

uint64_t xz_store_disk_bytes(const struct xz_store *store) { return store->ops->disk_bytes(store); }

uint64_t xz_store_keys(const struct xz_store *store) { return store->ops->keys(store); }
