/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * state/store.h - where entities live when they are not in memory: an ordered map of bytes with
 * atomic batches. Two of them: RocksDB for the service, and plain memory for `score` and tests.
 *
 * One store a partition, used by that partition's thread alone, but that a write may be under way
 * in another one while this one reads. RocksDB makes threads of its own: never fork after opening
 * one.
 */
#ifndef XZ_STATE_STORE_H
#define XZ_STATE_STORE_H
#include "base/buf.h"
#include "base/err.h"

struct xz_store;
struct xz_batch;

/* What all RocksDB stores of a process share: one block cache of cache_bytes, and the size of a
 * write buffer (0: 16 MiB). A store has at most two of these, so memory is cache_bytes +
 * 2 * stores * write_buffer_bytes + the batch that is being written. */
struct xz_store_budget;
struct xz_store_budget *xz_store_budget_new(size_t cache_bytes, size_t write_buffer_bytes);
void xz_store_budget_free(struct xz_store_budget *budget);

/* Opens or makes the database in dir, whose parent must be there. The budget outlives the store;
 * NULL: an 8 MiB cache of its own. XZ_CONFIG when dir is no place for it or in use. */
XZ_MUST enum xz_rc xz_store_open(const char *dir, struct xz_store_budget *budget,
                                 struct xz_store **store, struct xz_err *err);
struct xz_store *xz_store_memory(void);
void xz_store_close(struct xz_store *store); /* NULL is fine */

/* value->len 0 and *found false when the key is not there. The bytes are appended to *value. */
XZ_MUST enum xz_rc xz_store_get(struct xz_store *store, struct xz_str key, struct xz_buf *value,
                                bool *found, struct xz_err *err);
/* Every pair whose key starts with prefix, in key order; stops when visit returns false. */
typedef bool (*xz_store_visit)(void *arg, struct xz_str key, struct xz_str value);
XZ_MUST enum xz_rc xz_store_scan(struct xz_store *store, struct xz_str prefix, xz_store_visit visit,
                                 void *arg, struct xz_err *err);

struct xz_batch *xz_batch_new(void);
void xz_batch_free(struct xz_batch *batch); /* NULL is fine */
void xz_batch_clear(struct xz_batch *batch);
void xz_batch_put(struct xz_batch *batch, struct xz_str key, struct xz_str value);
void xz_batch_delete(struct xz_batch *batch, struct xz_str key);
size_t xz_batch_bytes(const struct xz_batch *batch);
size_t xz_batch_count(const struct xz_batch *batch); /* operations */
/* Every operation in order, value absent for a delete; for the changelog. */
void xz_batch_each(const struct xz_batch *batch,
                   void (*visit)(void *arg, struct xz_str key, struct xz_str value, bool deleted),
                   void *arg);

/* All or nothing, durable on return (WAL and sync). XZ_RETRY when the disk is full: the same batch
 * may be written again, and the store recovers first if it has to. */
XZ_MUST enum xz_rc xz_store_write(struct xz_store *store, const struct xz_batch *batch,
                                  struct xz_err *err);
uint64_t xz_store_disk_bytes(const struct xz_store *store); /* an estimate; 0 in memory */
uint64_t xz_store_keys(const struct xz_store *store);       /* an estimate */

#endif
