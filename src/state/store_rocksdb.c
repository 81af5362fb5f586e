/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A store on RocksDB: one database a partition, one write batch a checkpoint, WAL and sync.
 *
 * After a write that failed (a full disk) RocksDB takes no more writes until it is opened again,
 * and its C interface knows no other way; so the next write does that. What the failed batch left
 * in the WAL is whole or is dropped by recovery, and the batch can be written again as it was.
 *
 * A write may be under way in one thread while another reads (but not while another writes).
 */
#include <rocksdb/c.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "state/store_int.h"

#define WRITE_BUFFER_BYTES   ((size_t)16 << 20) /* small, so that reopening after a kill is short */
#define CACHE_BYTES          ((size_t)8 << 20)  /* without a budget */
#define BLOCK_BYTES          ((size_t)16 << 10)
#define BLOOM_BITS           10   /* one first-seen id in a hundred costs a read */
#define MEMTABLE_BLOOM_SHARE 0.05 /* of the write buffer */
#define OPEN_FILES           256
#define LOG_BYTES            ((size_t)1 << 20)
#define LOG_ERRORS           3 /* rocksdb's InfoLogLevel ERROR_LEVEL */

struct xz_store_budget {
    rocksdb_cache_t *cache;
    size_t write_buffer_bytes;
};

struct rocks_store {
    struct xz_store store;
    char *dir;
    rocksdb_options_t *options;
    rocksdb_readoptions_t *read;
    rocksdb_writeoptions_t *write;
    rocksdb_t *db; /* NULL: to be opened again at the next call */
    bool broken;   /* the last write failed; the writer's */
};

struct xz_store_budget *xz_store_budget_new(size_t cache_bytes, size_t write_buffer_bytes)
{
    struct xz_store_budget *budget = xz_calloc(1, sizeof(*budget));

    budget->cache = rocksdb_cache_create_lru(cache_bytes);
    budget->write_buffer_bytes = write_buffer_bytes > 0 ? write_buffer_bytes : WRITE_BUFFER_BYTES;
    return budget;
}

void xz_store_budget_free(struct xz_store_budget *budget)
{
    if (budget != NULL) {
        rocksdb_cache_destroy(budget->cache);
        free(budget);
    }
}

/* ---- errors ---- */

static enum xz_rc class_of(const char *message, bool opening)
{
    if (strncmp(message, "Corruption", 10) == 0 || strstr(message, "corrupt") != NULL) {
        return XZ_FATAL;
    }
    if (!opening) {
        return XZ_RETRY;
    }
    return strstr(message, "No space left") != NULL || strstr(message, "File too large") != NULL ||
                   strstr(message, "Too many open files") != NULL
               ? XZ_RETRY
               : XZ_CONFIG;
}

/* Takes the message. */
static enum xz_rc rocks_error(char *message, bool opening, const char *doing, const char *dir,
                              struct xz_err *err)
{
    const enum xz_rc rc = class_of(message, opening);
    const char *hint = "";

    if (opening && strstr(message, "LOCK: Resource temporarily unavailable") != NULL) {
        hint = "; another process has it open";
    } else if (opening && rc == XZ_FATAL) {
        hint = "; delete the folder so that it is built again from the log";
    }
    message[strcspn(message, "\n")] = '\0';
    (void)xz_err_set(err, rc, "store %s: %s: %s%s", dir, doing, message, hint);
    rocksdb_free(message);
    return rc;
}

/* ---- opening ---- */

static rocksdb_block_based_table_options_t *table_options(const struct xz_store_budget *budget)
{
    rocksdb_block_based_table_options_t *table = rocksdb_block_based_options_create();
    rocksdb_cache_t *cache = budget != NULL ? budget->cache : rocksdb_cache_create_lru(CACHE_BYTES);

    rocksdb_block_based_options_set_block_cache(table, cache);
    rocksdb_block_based_options_set_filter_policy(/* takes it */
                                                  table, rocksdb_filterpolicy_create_bloom_full(
                                                             BLOOM_BITS));
    rocksdb_block_based_options_set_block_size(table, BLOCK_BYTES);
    rocksdb_block_based_options_set_format_version(table, 5);
    /* in the cache, so that its limit holds for them too */
    rocksdb_block_based_options_set_cache_index_and_filter_blocks(table, 1);
    rocksdb_block_based_options_set_pin_l0_filter_and_index_blocks_in_cache(table, 1);
    if (budget == NULL) {
        rocksdb_cache_destroy(cache); /* our handle; the table keeps the cache itself */
    }
    return table;
}

static rocksdb_options_t *database_options(const struct xz_store_budget *budget)
{
    rocksdb_options_t *options = rocksdb_options_create();
    rocksdb_block_based_table_options_t *table = table_options(budget);

    rocksdb_options_set_create_if_missing(options, 1);
    rocksdb_options_set_block_based_table_factory(options, table);
    rocksdb_options_set_write_buffer_size(options, budget != NULL ? budget->write_buffer_bytes
                                                                  : WRITE_BUFFER_BYTES);
    rocksdb_options_set_max_write_buffer_number(options, 2);
    /* One writer: its skip list need not expect others. Most ids looked for are new. */
    rocksdb_options_set_allow_concurrent_memtable_write(options, 0);
    rocksdb_options_set_memtable_prefix_bloom_size_ratio(options, MEMTABLE_BLOOM_SHARE);
    rocksdb_options_set_memtable_whole_key_filtering(options, 1);
    rocksdb_options_set_compression(options, rocksdb_lz4_compression);
    rocksdb_options_set_bottommost_compression(options, rocksdb_zstd_compression);
    rocksdb_options_set_level_compaction_dynamic_level_bytes(options, 1);
    rocksdb_options_set_max_open_files(options, OPEN_FILES);
    rocksdb_options_set_bytes_per_sync(options, (uint64_t)1 << 20);
    rocksdb_options_set_info_log_level(options, LOG_ERRORS);
    rocksdb_options_set_max_log_file_size(options, LOG_BYTES);
    rocksdb_options_set_keep_log_file_num(options, 2);
    rocksdb_options_set_stats_dump_period_sec(options, 0);
    rocksdb_block_based_options_destroy(table);
    return options;
}

static enum xz_rc ensure_open(struct rocks_store *store, bool again, struct xz_err *err)
{
    char *message = NULL;
    enum xz_rc rc;

    if (store->db != NULL) {
        return XZ_OK;
    }
    store->db = rocksdb_open(store->options, store->dir, &message);
    if (message == NULL) {
        return XZ_OK;
    }
    store->db = NULL;
    rc = rocks_error(message, true, again ? "opening again" : "opening", store->dir, err);
    if (again && rc == XZ_CONFIG) { /* it was open before: what is wrong now may pass */
        rc = XZ_RETRY;
        if (err != NULL) {
            err->rc = rc;
        }
    }
    return rc;
}

static void rocks_close(struct xz_store *base)
{
    struct rocks_store *store = (struct rocks_store *)base;

    if (store->db != NULL) {
        rocksdb_close(store->db);
    }
    rocksdb_readoptions_destroy(store->read);
    rocksdb_writeoptions_destroy(store->write);
    rocksdb_options_destroy(store->options);
    free(store->dir);
    free(store);
}

/* ---- reading and writing ---- */

static enum xz_rc rocks_get(struct xz_store *base, struct xz_str key, struct xz_buf *value,
                            bool *found, struct xz_err *err)
{
    struct rocks_store *store = (struct rocks_store *)base;
    char *message = NULL;
    rocksdb_pinnableslice_t *slice;
    enum xz_rc rc = ensure_open(store, true, err);

    if (rc != XZ_OK) {
        return rc;
    }
    slice = rocksdb_get_pinned(store->db, store->read, key.ptr, key.len, &message);
    if (message != NULL) {
        return rocks_error(message, false, "reading", store->dir, err);
    }
    *found = slice != NULL;
    if (slice != NULL) {
        size_t len = 0;
        const char *bytes = rocksdb_pinnableslice_value(slice, &len);

        xz_buf_bytes(value, bytes, len);
        rocksdb_pinnableslice_destroy(slice);
    }
    return XZ_OK;
}

/* The least key behind every key with this prefix; empty when there is none. */
static void prefix_end(struct xz_str prefix, struct xz_buf *end)
{
    xz_buf_bytes(end, prefix.ptr, prefix.len);
    while (end->len > 0 && end->data[end->len - 1] == 0xff) {
        end->len--;
    }
    if (end->len > 0) {
        end->data[end->len - 1]++;
    }
}

static enum xz_rc rocks_scan(struct xz_store *base, struct xz_str prefix, xz_store_visit visit,
                             void *arg, struct xz_err *err)
{
    struct rocks_store *store = (struct rocks_store *)base;
    rocksdb_readoptions_t *read = NULL;
    rocksdb_iterator_t *iterator = NULL;
    struct xz_buf end = {0};
    char *message = NULL;
    enum xz_rc rc = ensure_open(store, true, err);

    if (rc != XZ_OK) {
        return rc;
    }
    read = rocksdb_readoptions_create();
    prefix_end(prefix, &end);
    if (end.len > 0) {
        rocksdb_readoptions_set_iterate_upper_bound(read, (const char *)end.data, end.len);
    }
    iterator = rocksdb_create_iterator(store->db, read);
    for (rocksdb_iter_seek(iterator, prefix.len > 0 ? prefix.ptr : "", prefix.len);
         rocksdb_iter_valid(iterator); rocksdb_iter_next(iterator)) {
        size_t key_len = 0, value_len = 0;
        const char *key = rocksdb_iter_key(iterator, &key_len);
        const char *value = rocksdb_iter_value(iterator, &value_len);

        if (!visit(arg, (struct xz_str){key, (uint32_t)key_len},
                   (struct xz_str){value, (uint32_t)value_len})) {
            break;
        }
    }
    rocksdb_iter_get_error(iterator, &message);
    if (message != NULL) {
        rc = rocks_error(message, false, "scanning", store->dir, err);
    }
    rocksdb_iter_destroy(iterator);
    rocksdb_readoptions_destroy(read);
    xz_buf_fini(&end);
    return rc;
}

/* Writes in order of their keys: the memtable, a skip list, then goes on where it stands instead of
 * looking for each key's place (half of a checkpoint's processor time otherwise). */
struct op {
    struct xz_str key, value;
    size_t at; /* in the batch: of one key the last one holds */
    bool deleted;
};

struct ops {
    struct op *list;
    size_t count;
};

static void note_op(void *arg, struct xz_str key, struct xz_str value, bool deleted)
{
    struct ops *ops = arg;

    ops->list[ops->count] = (struct op){key, value, ops->count, deleted};
    ops->count++;
}

static int by_key(const void *left_ptr, const void *right_ptr)
{
    const struct op *left = left_ptr, *right = right_ptr;
    const int order = xz_str_cmp(left->key, right->key);

    return order != 0 ? order : (left->at > right->at) - (left->at < right->at);
}

static rocksdb_writebatch_t *writes_of(const struct xz_batch *batch)
{
    rocksdb_writebatch_t *writes = rocksdb_writebatch_create();
    struct ops ops = {xz_calloc(xz_batch_count(batch) + 1, sizeof(ops.list[0])), 0};

    xz_batch_each(batch, note_op, &ops);
    qsort(ops.list, ops.count, sizeof(ops.list[0]), by_key);
    for (size_t i = 0; i < ops.count; i++) {
        const struct op *op = &ops.list[i];

        if (op->deleted) {
            rocksdb_writebatch_delete(writes, op->key.ptr, op->key.len);
        } else {
            rocksdb_writebatch_put(writes, op->key.ptr, op->key.len,
                                   op->value.len > 0 ? op->value.ptr : "", op->value.len);
        }
    }
    free(ops.list);
    return writes;
}

static enum xz_rc rocks_write(struct xz_store *base, const struct xz_batch *batch,
                              struct xz_err *err)
{
    struct rocks_store *store = (struct rocks_store *)base;
    rocksdb_writebatch_t *writes;
    char *message = NULL;
    enum xz_rc rc;

    if (store->broken) {
        rocksdb_close(store->db);
        store->db = NULL;
        store->broken = false;
    }
    rc = ensure_open(store, true, err);
    if (rc != XZ_OK) {
        return rc;
    }
    writes = writes_of(batch);
    rocksdb_write(store->db, store->write, writes, &message);
    rocksdb_writebatch_destroy(writes);
    if (message != NULL) {
        rc = rocks_error(message, false, "writing", store->dir, err);
        store->broken = true;
    }
    return rc;
}

static uint64_t property(const struct xz_store *base, const char *name)
{
    const struct rocks_store *store = (const struct rocks_store *)base;
    uint64_t value = 0;

    if (store->db == NULL || rocksdb_property_int(store->db, name, &value) != 0) {
        return 0;
    }
    return value;
}

/* Tables, and for the WAL what is in memory and not in tables yet. */
static uint64_t rocks_disk_bytes(const struct xz_store *base)
{
    return property(base, "rocksdb.total-sst-files-size") +
           property(base, "rocksdb.cur-size-all-mem-tables");
}

static uint64_t rocks_keys(const struct xz_store *base)
{
    return property(base, "rocksdb.estimate-num-keys");
}

enum xz_rc xz_store_open(const char *dir, struct xz_store_budget *budget, struct xz_store **store,
                         struct xz_err *err)
{
    static const struct xz_store_ops ops = {
        .close = rocks_close,
        .get = rocks_get,
        .scan = rocks_scan,
        .write = rocks_write,
        .disk_bytes = rocks_disk_bytes,
        .keys = rocks_keys,
    };
    struct rocks_store *made = xz_calloc(1, sizeof(*made));
    enum xz_rc rc;

    made->store.ops = &ops;
    made->dir = xz_strdup(dir);
    made->options = database_options(budget);
    made->read = rocksdb_readoptions_create();
    made->write = rocksdb_writeoptions_create();
    rocksdb_writeoptions_set_sync(made->write, 1);
    rc = ensure_open(made, false, err);
    if (rc != XZ_OK) {
        rocks_close(&made->store);
        return rc;
    }
    *store = &made->store;
    return XZ_OK;
}
