/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What db.h promises, on SQLite and on PostgreSQL alike. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "cases/migrate.h"
#include "cases/row.h"
#include "databases.h"

#define WAIT_MS 2000

#define THINGS                                                                                     \
    {                                                                                              \
        "0001_things", "CREATE TABLE thing (id BIGINT PRIMARY KEY, name TEXT UNIQUE, "             \
                       "share DOUBLE PRECISION, body BLOB);"                                       \
    }
#define MORE                                                                                       \
    {                                                                                              \
        "0002_more", "CREATE TABLE more (id BIGINT); INSERT INTO more (id) VALUES (7);"            \
    }
static const struct xz_migration things[] = {
    THINGS,
    {NULL, NULL},
};

static struct xz_db *opened(const char *url, size_t connections)
{
    struct xz_db *db = NULL;
    struct xz_err err = {0};

    assert_int_equal(xz_db_open(url, connections, &db, &err), XZ_OK);
    assert_int_equal(xz_db_migrate(db, things, &err), XZ_OK);
    return db;
}

static struct xz_db_conn *taken(struct xz_db *db)
{
    struct xz_db_conn *conn = NULL;
    struct xz_err err = {0};

    assert_int_equal(xz_db_take(db, WAIT_MS, &conn, &err), XZ_OK);
    return conn;
}

static bool take_int(void *arg, const struct xz_db_row *row)
{
    *(int64_t *)arg = xz_db_int(row, 0);
    return true;
}

static int64_t count_of(struct xz_db_conn *conn)
{
    struct xz_err err = {0};
    int64_t count = -1;

    assert_int_equal(
        xz_db_query(conn, "SELECT COUNT(*) FROM thing", XZ_DB_NO_ARGS, take_int, &count, &err),
        XZ_OK);
    return count;
}

static enum xz_rc insert(struct xz_db_conn *conn, int64_t id, const char *name, struct xz_err *err)
{
    return xz_db_exec(conn, "INSERT INTO thing (id, name) VALUES (?1, ?2)",
                      XZ_DB_ARGS(XZ_DB_INT(id), XZ_DB_CSTR(name)), NULL, err);
}

/* ---- values ---- */

struct thing {
    int64_t id;
    char name[64];
    double share;
    unsigned char body[300];
    uint32_t body_len;
    bool name_null, share_null, body_null;
    int rows;
};

static bool take_thing(void *arg, const struct xz_db_row *row)
{
    struct thing *thing = arg;
    const struct xz_str name = xz_db_text(row, 1), body = xz_db_blob(row, 3);

    thing->id = xz_db_int(row, 0);
    (void)snprintf(thing->name, sizeof(thing->name), XZ_STR_FMT, XZ_STR_ARG(name));
    thing->share = xz_db_double(row, 2);
    thing->body_len = body.len;
    assert_true(body.len <= sizeof(thing->body));
    if (body.len > 0) {
        memcpy(thing->body, body.ptr, body.len);
    }
    thing->name_null = xz_db_is_null(row, 1);
    thing->share_null = xz_db_is_null(row, 2);
    thing->body_null = xz_db_is_null(row, 3);
    thing->rows++;
    return true;
}

static struct thing through(struct xz_db_conn *conn, struct xz_db_value id, struct xz_db_value name,
                            struct xz_db_value share, struct xz_db_value body)
{
    struct thing thing = {0};
    struct xz_err err = {0};
    int64_t changed = 0;

    assert_int_equal(xz_db_exec(conn,
                                "INSERT INTO thing (id, name, share, body) VALUES (?1, ?2, ?3, ?4)",
                                XZ_DB_ARGS(id, name, share, body), &changed, &err),
                     XZ_OK);
    assert_int_equal(changed, 1);
    assert_int_equal(xz_db_query(conn, "SELECT id, name, share, body FROM thing WHERE id = ?1",
                                 XZ_DB_ARGS(id), take_thing, &thing, &err),
                     XZ_OK);
    assert_int_equal(thing.rows, 1);
    return thing;
}

static void test_values_come_back_as_they_went(void **state)
{
    static const char hostile[] = "a'); DROP TABLE thing; -- ?1 $1 \\ 医保 %s";
    struct xz_db *db = opened(*state, 1);
    struct xz_db_conn *conn = taken(db);
    char bytes[256];
    struct thing thing;

    for (size_t i = 0; i < sizeof(bytes); i++) {
        bytes[i] = (char)i;
    }
    thing = through(conn, XZ_DB_INT(INT64_MAX), XZ_DB_CSTR(hostile), XZ_DB_DOUBLE(0.1),
                    XZ_DB_BLOB(((struct xz_str){bytes, sizeof(bytes)})));
    assert_true(thing.id == INT64_MAX && thing.share == 0.1);
    assert_string_equal(thing.name, hostile);
    assert_int_equal(thing.body_len, sizeof(bytes));
    assert_memory_equal(thing.body, bytes, sizeof(bytes));
    thing = through(conn, XZ_DB_INT(INT64_MIN), XZ_DB_NULL, XZ_DB_NULL, XZ_DB_NULL);
    assert_true(thing.id == INT64_MIN && thing.name_null && thing.share_null && thing.body_null);
    thing =
        through(conn, XZ_DB_INT(0), XZ_DB_CSTR(""), XZ_DB_DOUBLE(-1e-300), XZ_DB_BLOB(XZ_STR_NONE));
    assert_true(!thing.name_null && !thing.body_null && thing.body_len == 0);
    assert_true(thing.share == -1e-300);
    assert_int_equal(count_of(conn), 3);
    xz_db_give(conn);
    xz_db_close(db);
}

/* ---- transactions and errors ---- */

static void test_rolled_back_is_gone(void **state)
{
    struct xz_db *db = opened(*state, 1);
    struct xz_db_conn *conn = taken(db);
    struct xz_err err = {0};

    assert_int_equal(xz_db_begin(conn, true, &err), XZ_OK);
    assert_int_equal(insert(conn, 1, "one", &err), XZ_OK);
    xz_db_rollback(conn);
    assert_int_equal(count_of(conn), 0);
    assert_int_equal(xz_db_begin(conn, true, &err), XZ_OK);
    assert_int_equal(insert(conn, 2, "two", &err), XZ_OK);
    xz_db_give(conn); /* whoever gives up gives nothing half */
    conn = taken(db);
    assert_int_equal(count_of(conn), 0);
    assert_int_equal(xz_db_begin(conn, true, &err), XZ_OK);
    assert_int_equal(insert(conn, 3, "three", &err), XZ_OK);
    assert_int_equal(xz_db_commit(conn, &err), XZ_OK);
    assert_int_equal(count_of(conn), 1);
    xz_db_give(conn);
    xz_db_close(db);
}

static void test_conflict_is_a_reject_without_values(void **state)
{
    struct xz_db *db = opened(*state, 1);
    struct xz_db_conn *conn = taken(db);
    struct xz_err err = {0};

    assert_int_equal(insert(conn, 1, "secret-name", &err), XZ_OK);
    assert_int_equal(insert(conn, 2, "secret-name", &err), XZ_REJECT);
    assert_string_equal(err.reason, "conflict");
    assert_null(strstr(err.msg, "secret-name"));
    assert_int_equal(xz_db_begin(conn, true, &err), XZ_OK);
    assert_int_equal(insert(conn, 3, "other", &err), XZ_OK);
    assert_int_equal(insert(conn, 4, "other", &err), XZ_REJECT);
    xz_db_rollback(conn);
    assert_int_equal(count_of(conn), 1);
    assert_int_equal(xz_db_exec(conn, "SELECT nothing FROM nowhere", XZ_DB_NO_ARGS, NULL, &err),
                     XZ_FATAL);
    assert_int_equal(count_of(conn), 1); /* the connection goes on */
    xz_db_give(conn);
    xz_db_close(db);
}

/* PostgreSQL refuses what SQLite makes a number of another kind. */
static void test_what_cannot_be_held_is_a_reject(void **state)
{
    struct xz_db *db = opened(*state, 1);
    struct xz_db_conn *conn = taken(db);
    struct xz_err err = {0};
    const enum xz_rc rc = xz_db_exec(conn, "SELECT 9223372036854775807 + CAST(?1 AS BIGINT)",
                                     XZ_DB_ARGS(XZ_DB_INT(1)), NULL, &err);

    assert_int_equal(rc, xz_db_is_sqlite(db) ? XZ_OK : XZ_REJECT);
    assert_string_equal(err.reason, xz_db_is_sqlite(db) ? "" : "range");
    assert_int_equal(count_of(conn), 0); /* the connection goes on */
    xz_db_give(conn);
    xz_db_close(db);
}

/* ---- the pool ---- */

#define THREADS 6
#define EACH    25

struct worker {
    struct xz_db *db;
    int64_t first;
    int done, wrong;
};

static void *work(void *arg)
{
    struct worker *worker = arg;

    for (int i = 0; i < EACH; i++) {
        struct xz_db_conn *conn = NULL;
        struct xz_err err = {0};
        int64_t value = -1;
        enum xz_rc rc = xz_db_take(worker->db, 30000, &conn, &err);

        rc = rc == XZ_OK ? xz_db_begin(conn, true, &err) : rc;
        rc = rc == XZ_OK
                 ? xz_db_query(conn, "UPDATE thing SET id = id + 1 WHERE name = ?1 RETURNING id",
                               XZ_DB_ARGS(XZ_DB_CSTR("sum")), take_int, &value, &err)
                 : rc;
        rc = rc == XZ_OK ? xz_db_commit(conn, &err) : rc;
        xz_db_give(conn);
        worker->done += rc == XZ_OK && value > 0;
        worker->wrong += rc != XZ_OK && rc != XZ_RETRY;
    }
    return NULL;
}

static void test_threads_share_connections(void **state)
{
    struct xz_db *db = opened(*state, 3);
    struct xz_db_conn *conn = taken(db);
    struct worker workers[THREADS];
    pthread_t threads[THREADS];
    struct xz_err err = {0};
    int64_t value = -1;
    int done = 0;

    assert_int_equal(insert(conn, 0, "sum", &err), XZ_OK);
    xz_db_give(conn);
    for (int i = 0; i < THREADS; i++) {
        workers[i] = (struct worker){.db = db};
        assert_int_equal(pthread_create(&threads[i], NULL, work, &workers[i]), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
        assert_int_equal(workers[i].wrong, 0);
        done += workers[i].done;
    }
    conn = taken(db);
    assert_int_equal(
        xz_db_query(conn, "SELECT id FROM thing", XZ_DB_NO_ARGS, take_int, &value, &err), XZ_OK);
    assert_true(done > 0 && value == done); /* what was acknowledged, each once */
    xz_db_give(conn);
    xz_db_close(db);
}

static void test_a_full_pool_says_so(void **state)
{
    struct xz_db *db = opened(*state, 1);
    struct xz_db_conn *conn = taken(db), *second = NULL;
    struct xz_err err = {0};

    assert_int_equal(xz_db_take(db, 20, &second, &err), XZ_RETRY);
    assert_null(second);
    xz_db_give(conn);
    assert_int_equal(xz_db_take(db, 20, &second, &err), XZ_OK);
    xz_db_give(second);
    xz_db_close(db);
}

/* ---- crashes ---- */

/* In a child that is killed: one transaction committed, one not. */
static void die_writing(const char *url)
{
    struct xz_db *db = NULL;
    struct xz_db_conn *conn = NULL;
    struct xz_err err = {0};
    enum xz_rc rc = xz_db_open(url, 1, &db, &err);

    rc = rc == XZ_OK ? xz_db_take(db, WAIT_MS, &conn, &err) : rc;
    rc = rc == XZ_OK ? xz_db_begin(conn, true, &err) : rc;
    rc = rc == XZ_OK ? insert(conn, 1, "kept", &err) : rc;
    rc = rc == XZ_OK ? xz_db_commit(conn, &err) : rc;
    rc = rc == XZ_OK ? xz_db_begin(conn, true, &err) : rc;
    rc = rc == XZ_OK ? insert(conn, 2, "lost", &err) : rc;
    (void)kill(getpid(), rc == XZ_OK ? SIGKILL : SIGABRT);
}

static void test_killed_writer_leaves_nothing_half(void **state)
{
    struct xz_db *db;
    struct xz_db_conn *conn;
    int status = 0;
    pid_t child;

    xz_db_close(opened(*state, 1)); /* the table is there */
    child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        die_writing(*state);
        _exit(1);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGKILL);
    db = opened(*state, 1);
    conn = taken(db);
    assert_int_equal(count_of(conn), 1);
    xz_db_give(conn);
    xz_db_close(db);
}

static void test_server_that_comes_back(void **state)
{
    struct xz_db *db = opened(*state, 2);
    struct xz_db_conn *conn = taken(db);
    struct xz_err err = {0};

    assert_int_equal(insert(conn, 1, "one", &err), XZ_OK);
    assert_int_equal(databases_run("stop", "--kill"), 0);
    assert_int_equal(insert(conn, 2, "two", &err), XZ_RETRY);
    xz_db_give(conn);
    assert_int_equal(xz_db_take(db, 20, &conn, &err), XZ_RETRY);
    assert_int_equal(databases_run("start", NULL), 0);
    conn = taken(db);
    assert_int_equal(count_of(conn), 1);
    xz_db_give(conn);
    xz_db_close(db);
}

/* ---- a database that cannot be written, or does not answer ---- */

/* As a transaction, since a statement by itself may have been done although nobody heard of it. */
static enum xz_rc insert_safely(struct xz_db_conn *conn, int64_t id, struct xz_err *err)
{
    char name[24];
    enum xz_rc rc = xz_db_begin(conn, true, err);

    (void)snprintf(name, sizeof(name), "n%d", (int)id);
    rc = rc == XZ_OK ? insert(conn, id, name, err) : rc;
    rc = rc == XZ_OK ? xz_db_commit(conn, err) : rc;
    xz_db_rollback(conn);
    return rc;
}

static void test_a_frozen_server_is_given_up(void **state)
{
    struct xz_db *db = opened(*state, 2);
    struct xz_db_conn *conn = taken(db), *second = taken(db), *none = NULL;
    struct xz_err err = {0};

    assert_int_equal(insert_safely(conn, 1, &err), XZ_OK);
    assert_int_equal(xz_db_allow(conn, 500, &err), XZ_OK);
    databases_signal(SIGSTOP);
    assert_int_equal(insert_safely(conn, 2, &err), XZ_RETRY);
    assert_non_null(strstr(err.msg, "no answer in time"));
    assert_int_equal(insert_safely(conn, 2, &err), XZ_RETRY); /* at once: it is not tried again */
    xz_db_give(conn);
    assert_int_equal(xz_db_take(db, 20, &none, &err), XZ_RETRY);
    xz_db_hurry(db); /* then nobody waits for the ten seconds that the other has */
    assert_int_equal(insert_safely(second, 3, &err), XZ_RETRY);
    xz_db_give(second);
    assert_int_equal(xz_db_take(db, 20, &none, &err), XZ_RETRY);
    databases_signal(SIGCONT);
    xz_db_close(db);
    db = opened(*state, 1);
    conn = taken(db);
    assert_int_equal(count_of(conn), 1);
    xz_db_give(conn);
    xz_db_close(db);
}

static void test_a_statement_that_takes_too_long_ends(void **state)
{
    struct xz_db *db = opened(*state, 1);
    struct xz_db_conn *conn = taken(db);
    struct xz_err err = {0};

    assert_int_equal(xz_db_allow(conn, 100, &err), XZ_OK);
    assert_int_equal(xz_db_script(conn, "SELECT pg_sleep(60)", &err), XZ_RETRY);
    assert_non_null(strstr(err.msg, "57014"));
    assert_int_equal(insert_safely(conn, 1, &err), XZ_OK); /* the connection is as good as before */
    xz_db_give(conn);
    conn = taken(db);
    assert_int_equal(xz_db_script(conn, "SELECT pg_sleep(0.3)", &err),
                     XZ_OK); /* of that one alone */
    xz_db_give(conn);
    xz_db_close(db);
}

/* What the next connection finds right was wrong with the last one alone. */
static void breaks_for_now(const char *url, const char *sql, enum xz_rc broken)
{
    struct xz_db *db = opened(url, 1);
    struct xz_db_conn *conn = taken(db);
    struct xz_err err = {0};

    assert_int_equal(xz_db_script(conn, sql, &err), broken);
    assert_int_equal(insert_safely(conn, 1, &err), XZ_RETRY);
    xz_db_give(conn);
    conn = taken(db);
    assert_int_equal(insert_safely(conn, 1, &err), XZ_OK);
    xz_db_give(conn);
    xz_db_close(db);
}

static void test_a_server_that_only_reads_is_tried_again(void **state)
{
    breaks_for_now(*state, "SET default_transaction_read_only = on", XZ_OK);
}

static void test_a_server_that_ends_a_session_is_tried_again(void **state)
{
    breaks_for_now(*state, "SELECT pg_terminate_backend(pg_backend_pid())", XZ_RETRY);
}

static void test_writing_in_what_only_reads_is_a_mistake(void **state)
{
    struct xz_db *db = opened(*state, 1);
    struct xz_db_conn *conn = taken(db);
    struct xz_err err = {0};

    assert_int_equal(xz_db_begin(conn, false, &err), XZ_OK);
    assert_int_equal(insert(conn, 1, "one", &err), XZ_FATAL);
    xz_db_give(conn);
    xz_db_close(db);
}

static void test_an_address_that_is_none_is_told_at_once(void **state)
{
    struct xz_db *db = NULL;
    struct xz_err err = {0};

    (void)state;
    assert_int_equal(xz_db_open("desk.db", 1, &db, &err), XZ_CONFIG);
    assert_int_equal(xz_db_open("host=/tmp nonsense=1", 1, &db, &err), XZ_CONFIG);
}

static void test_a_file_that_cannot_be_written_is_tried_again(void **state)
{
    static const char full[] = "INSERT INTO thing (id, body) VALUES (?1, zeroblob(10000000))";
    struct xz_db *db = opened(*state, 1);
    struct xz_db_conn *conn = taken(db);
    struct xz_err err = {0};

    assert_int_equal(xz_db_script(conn, "PRAGMA query_only = 1", &err), XZ_OK);
    assert_int_equal(insert_safely(conn, 1, &err), XZ_RETRY);
    assert_int_equal(count_of(conn), 0); /* what is there can be read */
    assert_int_equal(xz_db_script(conn, "PRAGMA query_only = 0; PRAGMA max_page_count = 100", &err),
                     XZ_OK);
    assert_int_equal(xz_db_exec(conn, full, XZ_DB_ARGS(XZ_DB_INT(1)), NULL, &err), XZ_RETRY);
    assert_int_equal(insert_safely(conn, 1, &err), XZ_OK);
    xz_db_give(conn);
    xz_db_close(db);
}

/* ---- migrations ---- */

static void test_migrations_are_applied_once(void **state)
{
    static const struct xz_migration more[] = {THINGS, MORE, {NULL, NULL}};
    static const struct xz_migration changed[] = {
        {"0001_things", "CREATE TABLE thing (id BIGINT);"},
        {NULL, NULL},
    };
    static const struct xz_migration broken[] = {
        THINGS,
        MORE,
        {"0003_broken", "CREATE TABLE third (id BIGINT); CREATE NONSENSE;"},
        {NULL, NULL},
    };
    struct xz_db *db = opened(*state, 1);
    struct xz_db_conn *conn;
    struct xz_err err = {0};
    int64_t value = 0;

    assert_int_equal(xz_db_migrate(db, things, &err), XZ_OK);
    assert_int_equal(xz_db_migrate(db, more, &err), XZ_OK);
    assert_int_equal(xz_db_migrate(db, things, &err), XZ_CONFIG); /* it is newer now */
    assert_non_null(strstr(err.msg, "newer"));
    assert_int_equal(xz_db_migrate(db, changed, &err), XZ_CONFIG);
    assert_int_equal(xz_db_migrate(db, broken, &err), XZ_FATAL);
    assert_non_null(strstr(err.msg, "0003_broken"));
    conn = taken(db);
    assert_int_equal(
        xz_db_query(conn, "SELECT SUM(id) FROM more", XZ_DB_NO_ARGS, take_int, &value, &err),
        XZ_OK);
    assert_int_equal(value, 7);
    assert_int_equal(xz_db_exec(conn, "SELECT id FROM third", XZ_DB_NO_ARGS, NULL, &err), XZ_FATAL);
    xz_db_give(conn);
    xz_db_close(db);
}

static void test_the_program_s_own_migrations(void **state)
{
    struct xz_db *db = NULL;
    struct xz_err err = {0};

    assert_int_equal(xz_db_open(*state, 1, &db, &err), XZ_OK);
    assert_int_equal(xz_db_migrate(db, xz_migrations, &err), XZ_OK);
    assert_int_equal(xz_db_migrate(db, xz_migrations, &err), XZ_OK);
    xz_db_close(db);
}

static int64_t number(struct xz_db_conn *conn, const char *sql)
{
    struct xz_err err = {0};
    int64_t value = -1;

    if (xz_row_int(conn, sql, XZ_DB_NO_ARGS, &value, NULL, &err) != XZ_OK) {
        fail_msg("%s: %s", sql, err.msg);
    }
    return value;
}

/* What was there before the seventh has the sums of days that it would have had from the start. */
static void test_days_of_institutions_are_made_up_for(void **state)
{
    static const char old[] =
        "INSERT INTO sum_institution (institution, region, lat, lon, alerts, amount_fen) "
        "VALUES ('P1', '210102', 41.8, 123.4, 2, 300);"
        "INSERT INTO sum_alert (day, pattern, region, result_type, alerts, amount_fen) VALUES "
        "(20453, 'T02', '210102', 'suspicious', 1, 5), (20453, 'T09', '210102', 'suspicious', 2, "
        "7);"
        "INSERT INTO alert SELECT n, 'A' || n, current, 1, 'T02', 1, status, 'suspicious', 1, 0.5, "
        "fen, '210102', 'insured', 'x', 0, ended, 1, 0, 0, '', 0, n, institution, '', '', 1, "
        "'', '' FROM things;";
    /* 1767196799999 is the last of a UTC+8 day, 20453 */
    static const char things_of[] =
        "CREATE TABLE things (n BIGINT, current BIGINT, status TEXT, fen BIGINT, ended BIGINT, "
        "institution TEXT);"
        "INSERT INTO things (n, current, status, fen, ended, institution) VALUES "
        "(1, 1, 'open', 100, 1767196799999, 'P1'), (2, 1, 'open', 200, 1767196800000, 'P1'),"
        "(3, 0, 'open', 400, 1767196800000, 'P1'), (4, 1, 'open', 900, 1767196800000, ''),"
        "(5, 1, 'withdrawn', 800, 1767196800000, 'P1');";
    struct xz_migration before[7] = {{NULL, NULL}};
    struct xz_db *db = NULL;
    struct xz_db_conn *conn;
    struct xz_err err = {0};

    memcpy(before, xz_migrations, 6 * sizeof(before[0]));
    assert_int_equal(xz_db_open(*state, 1, &db, &err), XZ_OK);
    assert_int_equal(xz_db_migrate(db, before, &err), XZ_OK);
    conn = taken(db);
    assert_int_equal(xz_db_script(conn, things_of, &err), XZ_OK);
    if (xz_db_script(conn, old, &err) != XZ_OK) {
        fail_msg("%s", err.msg);
    }
    xz_db_give(conn);
    assert_int_equal(xz_db_migrate(db, xz_migrations, &err), XZ_OK);
    conn = taken(db);
    assert_int_equal(number(conn, "SELECT COUNT(*) FROM sum_institution_day"), 2);
    assert_int_equal(number(conn,
                            "SELECT SUM(amount_fen) FROM sum_institution_day WHERE day = 20453 "
                            "AND alerts = 1 AND institution = 'P1'"),
                     100);
    assert_int_equal(number(conn,
                            "SELECT SUM(amount_fen) FROM sum_institution_day WHERE day = 20454 "
                            "AND alerts = 1 AND institution = 'P1'"),
                     200);
    assert_int_equal(number(conn, "SELECT COUNT(*) FROM sum_institution"), 1);
    assert_int_equal(number(conn, "SELECT amount_fen FROM sum_region_day WHERE day = 20453 "
                                  "AND alerts = 3 AND region = '210102'"),
                     12);
    xz_db_give(conn);
    xz_db_close(db);
}

/* Records that were there before the eighth belong where they would belong now. */
static void test_records_belong_to_regions_since_ever(void **state)
{
    static const char old[] =
        "INSERT INTO account VALUES (1, 'li', '', 1, '', 1, 0, 0, 0), "
        "(4, 'wang', '', 1, '2101,3101', 1, 0, 0, 0);"
        "INSERT INTO desk_case SELECT 17, 1, 'new', '', 0, 1, '210102', '', '', '', '', 1, 1, 0, "
        "0, "
        "0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, '', 0, 'alert';"
        "INSERT INTO alert SELECT 1, 'A1', 1, 1, 'T02', 1, 'open', 'suspicious', 1, 0.5, 0, "
        "'110101', "
        "'', '', 0, 0, 1, 0, 0, '', 0, 0, '', '', '', 17, '', '';"
        "INSERT INTO audit (seq, at_ms, actor, action, object, purpose, detail, hash) VALUES "
        "(1, 0, 'li', 'x', 'case/17', '', '', ''), (2, 0, 'li', 'x', 'case/17/3', '', '', ''), "
        "(3, 0, 'li', 'x', 'review/17', '', '', ''), (4, 0, 'wang', 'x', 'alert/A1', '', '', ''), "
        "(5, 0, 'li', 'x', 'account/4', '', '', ''), (6, 0, 'wang', 'x', 'filter/9', '', '', ''), "
        "(7, 0, 'li', 'x', 'filter/9', '', '', ''), (8, 0, 'wang', 'x', 'case/99', '', '', ''), "
        "(9, 0, 'system', 'x', 'case/', '', '', ''), (10, 0, 'li', 'x', 'case/x/17', '', '', '');";
    static const char *const regions[] = {"210102",    "210102", "210102", "110101", "2101,3101",
                                          "2101,3101", "",       "",       "",       ""};
    struct xz_migration before[8] = {{NULL, NULL}};
    struct xz_db *db = NULL;
    struct xz_db_conn *conn;
    struct xz_err err = {0};

    memcpy(before, xz_migrations, 7 * sizeof(before[0]));
    assert_int_equal(xz_db_open(*state, 1, &db, &err), XZ_OK);
    assert_int_equal(xz_db_migrate(db, before, &err), XZ_OK);
    conn = taken(db);
    if (xz_db_script(conn, old, &err) != XZ_OK) {
        fail_msg("%s", err.msg);
    }
    xz_db_give(conn);
    if (xz_db_migrate(db, xz_migrations, &err) != XZ_OK) {
        fail_msg("%s", err.msg);
    }
    conn = taken(db);
    for (int seq = 1; seq <= 10; seq++) {
        char sql[160];

        (void)snprintf(sql, sizeof(sql),
                       "SELECT COUNT(*) FROM audit a LEFT JOIN audit_scope s ON s.id = a.scope "
                       "WHERE a.seq = %d AND COALESCE(s.regions, '') = '%s'",
                       seq, regions[seq - 1]);
        assert_int_equal(number(conn, sql), 1);
    }
    assert_int_equal(number(conn, "SELECT next FROM counter WHERE name = 'audit_scope'"), 3);
    assert_int_equal(number(conn, "SELECT COUNT(*) FROM audit_scope WHERE id BETWEEN 1 AND 3"), 3);
    xz_db_give(conn);
    xz_db_close(db);
}

static void test_a_file_nobody_else_may_read(void **state)
{
    struct stat stat_of;
    const char *path = (const char *)*state + strlen("sqlite:");
    struct xz_db *db = opened(*state, 1);
    struct xz_err err = {0};

    assert_int_equal(stat(path, &stat_of), 0);
    assert_int_equal(stat_of.st_mode & 0777, 0600);
    xz_db_close(db);
    assert_int_equal(xz_db_open("sqlite:/nowhere/at/all.db", 1, &db, &err), XZ_CONFIG);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH(test_values_come_back_as_they_went),
        ON_BOTH(test_rolled_back_is_gone),
        ON_BOTH(test_conflict_is_a_reject_without_values),
        ON_BOTH(test_what_cannot_be_held_is_a_reject),
        ON_BOTH(test_threads_share_connections),
        ON_BOTH(test_a_full_pool_says_so),
        ON_BOTH(test_killed_writer_leaves_nothing_half),
        ON_BOTH(test_migrations_are_applied_once),
        ON_BOTH(test_the_program_s_own_migrations),
        ON_BOTH(test_records_belong_to_regions_since_ever),
        ON_BOTH(test_days_of_institutions_are_made_up_for),
        ON_SQLITE(test_a_file_nobody_else_may_read),
        ON_SQLITE(test_a_file_that_cannot_be_written_is_tried_again),
        ON_POSTGRES(test_server_that_comes_back),
        ON_POSTGRES(test_a_frozen_server_is_given_up),
        ON_POSTGRES(test_a_statement_that_takes_too_long_ends),
        ON_POSTGRES(test_a_server_that_only_reads_is_tried_again),
        ON_POSTGRES(test_a_server_that_ends_a_session_is_tried_again),
        ON_POSTGRES(test_writing_in_what_only_reads_is_a_mistake),
        ON_POSTGRES(test_an_address_that_is_none_is_told_at_once),
    };

    return cmocka_run_group_tests(tests, databases_start, databases_stop);
}
