/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How much disk the entities of each kind take: opens the stores of a service that has ended,
 * compacts them (or what was overwritten counts too, until RocksDB gets round to it), and prints
 * kind, entities and bytes.
 *
 *   store_sizes STATE_DIR/p0 STATE_DIR/p1 ...
 */
#include <inttypes.h>
#include <stdio.h>

#include <rocksdb/c.h>

#include "state/codec.h"

struct size {
    uint64_t entities, bytes;
};

static int fail(char *message)
{
    (void)fprintf(stderr, "store_sizes: %s\n", message);
    rocksdb_free(message);
    return 1;
}

static rocksdb_t *open_store(const char *dir, char **message)
{
    rocksdb_options_t *options = rocksdb_options_create();
    rocksdb_t *db = NULL;

    rocksdb_options_set_compression(options, rocksdb_lz4_compression);
    rocksdb_options_set_bottommost_compression(options,
                                               rocksdb_zstd_compression); /* as state/ does */
    db = rocksdb_open(options, dir, message);
    rocksdb_options_destroy(options);
    return db;
}

/* Keys of a kind share a prefix; the least key of the next kind ends them. */
static void measure(rocksdb_t *db, enum xz_entity_kind kind, struct size *size, char **message)
{
    struct xz_buf first = {0}, end = {0};
    const char *from, *to;
    size_t from_len, to_len;
    uint64_t bytes = 0;

    xz_entity_key(kind, XZ_STR_NONE, &first);
    xz_entity_key(kind + 1, XZ_STR_NONE, &end);
    from = (const char *)first.data;
    from_len = first.len;
    to = (const char *)end.data;
    to_len = end.len;
    rocksdb_approximate_sizes(db, 1, &from, &from_len, &to, &to_len, &bytes, message);
    size->bytes += bytes;
    xz_buf_fini(&first);
    xz_buf_fini(&end);
}

static void count(rocksdb_t *db, struct size sizes[static XZ_ENTITY_COUNT])
{
    rocksdb_readoptions_t *read = rocksdb_readoptions_create();
    rocksdb_iterator_t *at = rocksdb_create_iterator(db, read);

    for (rocksdb_iter_seek_to_first(at); rocksdb_iter_valid(at); rocksdb_iter_next(at)) {
        size_t len = 0;
        const char *key = rocksdb_iter_key(at, &len);
        enum xz_entity_kind kind;

        if (xz_entity_key_parse((struct xz_str){key, (uint32_t)len}, &kind, NULL)) {
            sizes[kind].entities++;
        }
    }
    rocksdb_iter_destroy(at);
    rocksdb_readoptions_destroy(read);
}

int main(int argc, char **argv)
{
    struct size sizes[XZ_ENTITY_COUNT] = {{0, 0}};

    for (int i = 1; i < argc; i++) {
        char *message = NULL;
        rocksdb_t *db = open_store(argv[i], &message);

        if (message != NULL) {
            return fail(message);
        }
        rocksdb_compact_range(db, NULL, 0, NULL, 0);
        count(db, sizes);
        for (int kind = 1; kind < XZ_ENTITY_COUNT && message == NULL; kind++) {
            measure(db, (enum xz_entity_kind)kind, &sizes[kind], &message);
        }
        rocksdb_close(db);
        if (message != NULL) {
            return fail(message);
        }
    }
    for (int kind = 1; kind < XZ_ENTITY_COUNT; kind++) {
        if (sizes[kind].entities > 0) {
            (void)printf("%s %" PRIu64 " %" PRIu64 "\n", xz_entity_kind_names[kind],
                         sizes[kind].entities, sizes[kind].bytes);
        }
    }
    return 0;
}
