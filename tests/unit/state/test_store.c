/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What every store promises, on both kinds; and for RocksDB what holds when the process is killed
 * or the disk is full. Children open their database themselves: nobody forks with one open. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/rng.h"
#include "state/store.h"

static char dir[64]; /* of the test that runs */

static int remove_one(const char *path, const struct stat *stat, int type, struct FTW *at)
{
    (void)stat;
    (void)type;
    (void)at;
    return remove(path);
}

static int make_dir(void **state)
{
    (void)state;
    (void)snprintf(dir, sizeof(dir), "/tmp/xz-store-XXXXXX");
    return mkdtemp(dir) == NULL ? -1 : 0;
}

static int remove_dir(void **state)
{
    (void)state;
    return nftw(dir, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static struct xz_store *open_store(void)
{
    struct xz_store *store = NULL;
    struct xz_err err = {0};

    if (xz_store_open(dir, NULL, &store, &err) != XZ_OK) {
        fail_msg("%s", err.msg);
    }
    return store;
}

/* ---- the contract, on both ---- */

static void put(struct xz_store *store, struct xz_str key, struct xz_str value)
{
    struct xz_batch *batch = xz_batch_new();

    xz_batch_put(batch, key, value);
    assert_int_equal(xz_store_write(store, batch, NULL), XZ_OK);
    xz_batch_free(batch);
}

static bool has(struct xz_store *store, struct xz_str key, struct xz_str value)
{
    struct xz_buf read = {0};
    bool found = false, same;

    xz_buf_u8(&read, '>');
    assert_int_equal(xz_store_get(store, key, &read, &found, NULL), XZ_OK);
    assert_int_equal(read.data[0], '>'); /* appended */
    same = found && read.len == (size_t)value.len + 1 &&
           (value.len == 0 || memcmp(read.data + 1, value.ptr, value.len) == 0);
    xz_buf_fini(&read);
    return same;
}

static bool has_none(struct xz_store *store, struct xz_str key)
{
    struct xz_buf read = {0};
    bool found = true;

    assert_int_equal(xz_store_get(store, key, &read, &found, NULL), XZ_OK);
    assert_int_equal(read.len, 0);
    return !found;
}

struct seen {
    char keys[64];
    uint32_t left;
};

static bool note(void *arg, struct xz_str key, struct xz_str value)
{
    struct seen *seen = arg;
    const size_t len = strlen(seen->keys);

    assert_int_equal(value.len, 1);
    (void)snprintf(seen->keys + len, sizeof(seen->keys) - len, XZ_STR_FMT " ", XZ_STR_ARG(key));
    return --seen->left > 0;
}

static void scan_gives(struct xz_store *store, struct xz_str prefix, uint32_t most,
                       const char *expected)
{
    struct seen seen = {"", most};

    assert_int_equal(xz_store_scan(store, prefix, note, &seen, NULL), XZ_OK);
    assert_string_equal(seen.keys, expected);
}

static void holds_contract(struct xz_store *store)
{
    struct xz_batch *batch = xz_batch_new();

    assert_true(has_none(store, XZ_STR("a")));
    put(store, XZ_STR("a"), XZ_STR("1"));
    put(store, XZ_STR("a"), XZ_STR("2")); /* the last one counts */
    put(store, XZ_STR("empty"), XZ_STR_NONE);
    put(store, XZ_STR("n\0l"), XZ_STR("\0"));
    assert_true(has(store, XZ_STR("a"), XZ_STR("2")));
    assert_true(has(store, XZ_STR("empty"), XZ_STR_NONE));
    assert_true(has(store, XZ_STR("n\0l"), XZ_STR("\0")));
    assert_true(has_none(store, XZ_STR("n")));

    xz_batch_put(batch, XZ_STR("x"), XZ_STR("1"));
    xz_batch_delete(batch, XZ_STR("x")); /* in order */
    xz_batch_delete(batch, XZ_STR("empty"));
    xz_batch_delete(batch, XZ_STR("n\0l"));
    xz_batch_delete(batch, XZ_STR("never"));
    xz_batch_put(batch, XZ_STR("ab"), XZ_STR("1"));
    xz_batch_put(batch, XZ_STR("b"), XZ_STR("1"));
    xz_batch_put(batch, XZ_STR("a\377"), XZ_STR("1"));
    xz_batch_put(batch, XZ_STR("a\377\377"), XZ_STR("1"));
    xz_batch_put(batch, XZ_STR("aa"), XZ_STR("1"));
    assert_int_equal(xz_batch_count(batch), 10);
    assert_int_equal(xz_store_write(store, batch, NULL), XZ_OK);
    assert_true(has_none(store, XZ_STR("x")) && has_none(store, XZ_STR("empty")));
    scan_gives(store, XZ_STR("a"), 10, "a aa ab a\377 a\377\377 ");
    scan_gives(store, XZ_STR("a\377"), 10, "a\377 a\377\377 ");
    scan_gives(store, XZ_STR("a"), 2, "a aa ");
    scan_gives(store, XZ_STR_NONE, 10, "a aa ab a\377 a\377\377 b ");
    scan_gives(store, XZ_STR("c"), 10, "");
    put(store, XZ_STR("\377\377"), XZ_STR("1"));
    scan_gives(store, XZ_STR("\377"), 10, "\377\377 ");

    xz_batch_clear(batch);
    assert_int_equal(xz_batch_bytes(batch), 0);
    assert_int_equal(xz_store_write(store, batch, NULL), XZ_OK);
    xz_batch_free(batch);
}

static void test_memory_holds_the_contract(void **state)
{
    struct xz_store *store = xz_store_memory();

    (void)state;
    holds_contract(store);
    assert_int_equal(xz_store_keys(store), 7);
    assert_int_equal(xz_store_disk_bytes(store), 0);
    xz_store_close(store);
    xz_store_close(NULL);
}

static void test_rocksdb_holds_the_contract(void **state)
{
    struct xz_store *store = open_store();

    (void)state;
    holds_contract(store);
    assert_true(xz_store_keys(store) >= 7);
    assert_true(xz_store_disk_bytes(store) > 0);
    xz_store_close(store);
    store = open_store(); /* and it is still there */
    scan_gives(store, XZ_STR("a"), 10, "a aa ab a\377 a\377\377 ");
    xz_store_close(store);
}

/* Random batches against each other: whatever one says, the other does. */
static void test_both_say_the_same(void **state)
{
    struct xz_store_budget *budget = xz_store_budget_new(1 << 20, 1 << 16); /* so small: flushes */
    struct xz_store *memory = xz_store_memory(), *disk = NULL;
    struct xz_batch *batch = xz_batch_new();
    struct xz_rng rng;
    char key[24], value[600];

    (void)state;
    xz_rng_init(&rng, 1, 1);
    assert_int_equal(xz_store_open(dir, budget, &disk, NULL), XZ_OK);
    for (int turn = 0; turn < 60; turn++) {
        xz_batch_clear(batch);
        for (uint32_t i = xz_rng_below(&rng, 50); i > 0; i--) {
            (void)snprintf(key, sizeof(key), "k%u", xz_rng_below(&rng, 400));
            memset(value, (int)xz_rng_below(&rng, 256), sizeof(value));
            if (xz_rng_below(&rng, 4) == 0) {
                xz_batch_delete(batch, xz_str_from(key));
            } else {
                xz_batch_put(batch, xz_str_from(key),
                             (struct xz_str){value, xz_rng_below(&rng, sizeof(value))});
            }
        }
        assert_int_equal(xz_store_write(memory, batch, NULL), XZ_OK);
        assert_int_equal(xz_store_write(disk, batch, NULL), XZ_OK);
    }
    for (int i = 0; i < 400; i++) {
        struct xz_buf left = {0}, right = {0};
        bool in_left = false, in_right = false;

        (void)snprintf(key, sizeof(key), "k%d", i);
        assert_int_equal(xz_store_get(memory, xz_str_from(key), &left, &in_left, NULL), XZ_OK);
        assert_int_equal(xz_store_get(disk, xz_str_from(key), &right, &in_right, NULL), XZ_OK);
        assert_int_equal(in_left, in_right);
        assert_true(xz_str_eq(xz_buf_view(&left), xz_buf_view(&right)));
        xz_buf_fini(&left);
        xz_buf_fini(&right);
    }
    xz_batch_free(batch);
    xz_store_close(memory);
    xz_store_close(disk);
    xz_store_budget_free(budget);
}

/* ---- errors of opening ---- */

static void test_no_place_for_a_store_is_config(void **state)
{
    struct xz_store *store = NULL;
    struct xz_err err = {0};

    (void)state;
    assert_int_equal(xz_store_open("/dev/null/store", NULL, &store, &err), XZ_CONFIG);
    assert_null(store);
    assert_non_null(strstr(err.msg, "/dev/null/store"));
}

static void test_a_second_opener_is_told(void **state)
{
    struct xz_store *store = open_store(), *second = NULL;
    struct xz_err err = {0};

    (void)state;
    assert_int_equal(xz_store_open(dir, NULL, &second, &err), XZ_CONFIG);
    assert_null(second);
    assert_int_equal(err.rc, XZ_CONFIG);
    xz_store_close(store);
}

/* ---- killed ---- */

#define KEYS 200

/* Batch n sets every key to n. */
static void fill(struct xz_batch *batch, uint32_t n)
{
    char key[16], value[256];

    xz_batch_clear(batch);
    for (int i = 0; i < KEYS; i++) {
        (void)snprintf(key, sizeof(key), "k%03d", i);
        memset(value, (int)(n + (uint32_t)i), sizeof(value));
        (void)snprintf(value, sizeof(value), "%u", n);
        xz_batch_put(batch, xz_str_from(key), (struct xz_str){value, sizeof(value)});
    }
}

/* Writes batch after batch, telling each one's number when it is durable, until it is killed. */
static void child_writes(int out, uint32_t next)
{
    struct xz_store_budget *budget = xz_store_budget_new(1 << 20, 1 << 18); /* flushes often */
    struct xz_batch *batch = xz_batch_new();
    struct xz_store *store = NULL;

    if (xz_store_open(dir, budget, &store, NULL) != XZ_OK) {
        _exit(1);
    }
    for (;; next++) {
        fill(batch, next);
        if (xz_store_write(store, batch, NULL) != XZ_OK ||
            write(out, &next, sizeof(next)) != (ssize_t)sizeof(next)) {
            _exit(2);
        }
    }
}

/* What a key says, or WRONG. Asserts nothing: it runs in children too. */
#define WRONG UINT32_MAX
static uint32_t value_of(struct xz_store *store, int index)
{
    struct xz_buf read = {0};
    char key[16];
    bool found = false;
    uint32_t n = 0;

    (void)snprintf(key, sizeof(key), "k%03d", index);
    if (xz_store_get(store, xz_str_from(key), &read, &found, NULL) != XZ_OK) {
        n = WRONG;
    } else if (found) {
        n = read.len == 256 ? (uint32_t)strtoul((const char *)read.data, NULL, 10) : WRONG;
        n = n != WRONG && read.data[255] == (unsigned char)(n + (uint32_t)index) ? n : WRONG;
    }
    xz_buf_fini(&read);
    return n;
}

static int64_t now_us(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * INT64_C(1000000) + now.tv_nsec / 1000;
}

/* What a child that opens the database again finds. */
static int child_reads(uint32_t durable)
{
    struct xz_store *store = NULL;
    const int64_t begin_us = now_us();
    int64_t took_us;
    uint32_t whole;

    if (xz_store_open(dir, NULL, &store, NULL) != XZ_OK) {
        return 1;
    }
    took_us = now_us() - begin_us;
    whole = value_of(store, 0);
    for (int i = 1; i < KEYS; i++) {
        if (value_of(store, i) != whole) {
            return 2; /* torn */
        }
    }
    xz_store_close(store);
    if (whole < durable || whole > durable + 1) {
        return 3; /* lost, or never written */
    }
    (void)fprintf(stderr, "batch %u of %u, opened in %d us\n", whole, durable, (int)took_us);
    return took_us < 5000000 ? 0 : 4;
}

/* The child's exit status, or -1 when it did not end by itself. */
static int status_of(pid_t child)
{
    int status = -1;

    assert_true(child > 0);
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* A child is killed after some number of durable batches and a random moment; what it said was
 * durable is there, and the last batch is whole. */
static void test_a_kill_leaves_whole_batches(void **state)
{
    struct xz_rng rng;
    uint32_t durable = 0;

    (void)state;
    xz_rng_init(&rng, (uint64_t)getpid(), 1);
    print_message("seed %d\n", (int)getpid());
    for (int turn = 0; turn < 12; turn++) {
        const uint32_t until = durable + 1 + xz_rng_below(&rng, 20);
        int ends[2];
        pid_t child;

        assert_int_equal(pipe(ends), 0);
        child = fork();
        if (child == 0) {
            close(ends[0]);
            child_writes(ends[1], durable + 1);
        }
        close(ends[1]);
        while (durable < until) {
            assert_int_equal(read(ends[0], &durable, sizeof(durable)), sizeof(durable));
        }
        for (const int64_t end_us = now_us() + xz_rng_below(&rng, 3000); now_us() < end_us;) {
        }
        assert_int_equal(kill(child, SIGKILL), 0);
        assert_int_equal(status_of(child), -1);
        while (read(ends[0], &durable, sizeof(durable)) == (ssize_t)sizeof(durable)) {
        }
        close(ends[0]);

        child = fork(); /* reading in a child too, since this process forks once more */
        if (child == 0) {
            _exit(child_reads(durable));
        }
        assert_int_equal(status_of(child), 0);
        durable++; /* may be there, though it was not said: the next number is new */
    }
}

/* ---- a full disk ---- */

/* No file may grow past the limit: the kernel says so as it would say that the disk is full. */
static int child_fills_disk(void)
{
    const struct rlimit tight = {200000, RLIM_INFINITY}, loose = {RLIM_INFINITY, RLIM_INFINITY};
    struct xz_batch *batch = xz_batch_new();
    struct xz_store *store = NULL;
    struct xz_err err = {0};
    enum xz_rc rc = XZ_OK;
    uint32_t n = 0;

    (void)signal(SIGXFSZ, SIG_IGN);
    if (xz_store_open(dir, NULL, &store, &err) != XZ_OK || setrlimit(RLIMIT_FSIZE, &tight) != 0) {
        return 1;
    }
    while (rc == XZ_OK && n < 100) {
        fill(batch, ++n);
        rc = xz_store_write(store, batch, &err);
    }
    if (rc != XZ_RETRY || err.rc != XZ_RETRY || n < 2 || n == 100) {
        return 2;
    }
    rc = xz_store_write(store, batch, &err); /* no room yet, unless in a new file */
    if (rc != XZ_RETRY && rc != XZ_OK) {
        return 3;
    }
    if (setrlimit(RLIMIT_FSIZE, &loose) != 0 || xz_store_write(store, batch, &err) != XZ_OK) {
        return 4; /* with room again the same batch goes through */
    }
    for (int i = 0; i < KEYS; i++) {
        if (value_of(store, i) != n) {
            return 5;
        }
    }
    xz_store_close(store);
    xz_batch_free(batch);
    return 0;
}

static void test_a_full_disk_is_retry_and_passes(void **state)
{
    const pid_t child = fork();

    (void)state;
    if (child == 0) {
        _exit(child_fills_disk());
    }
    assert_int_equal(status_of(child), 0);
}

#define ON_DISK(test) cmocka_unit_test_setup_teardown(test, make_dir, remove_dir)

int main(void)
{
    const struct CMUnitTest tests[] = {
        /* those that fork first: RocksDB's threads live on in a process that had one open */
        ON_DISK(test_a_kill_leaves_whole_batches),
        ON_DISK(test_a_full_disk_is_retry_and_passes),
        cmocka_unit_test(test_memory_holds_the_contract),
        ON_DISK(test_rocksdb_holds_the_contract),
        ON_DISK(test_both_say_the_same),
        cmocka_unit_test(test_no_place_for_a_store_is_config),
        ON_DISK(test_a_second_opener_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
