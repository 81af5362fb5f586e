/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cases/db.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/log.h"
#include "base/mem.h"
#include "cases/db_int.h"

#define TURN_MS 10000 /* as long as another process is waited for */

struct xz_db_conn {
    struct xz_db *db;
    void *session; /* NULL: not connected */
    bool taken, in_transaction, writes, has_turn, allowed;
};

struct xz_db {
    const struct xz_db_driver *driver;
    char *url;
    struct xz_db_shared shared;
    pthread_mutex_t lock;
    pthread_cond_t given, turned;
    bool writing; /* somebody has the turn to write; of a driver that has one */
    size_t count;
    struct xz_db_conn conns[XZ_DB_CONNECTIONS_MAX];
};

enum xz_rc xz_db_open(const char *url, size_t connections, struct xz_db **out, struct xz_err *err)
{
    const size_t prefix = sizeof(XZ_DB_SQLITE_PREFIX) - 1;
    const bool sqlite = strncmp(url, XZ_DB_SQLITE_PREFIX, prefix) == 0;
    struct xz_db *db = xz_calloc(1, sizeof(*db));
    pthread_condattr_t attributes;
    enum xz_rc rc;

    assert(connections >= 1 && connections <= XZ_DB_CONNECTIONS_MAX);
    db->driver = sqlite ? &xz_db_sqlite : &xz_db_postgres;
    db->url = xz_strdup(sqlite ? url + prefix : url);
    db->count = connections;
    (void)pthread_mutex_init(&db->lock, NULL);
    (void)pthread_condattr_init(&attributes);
    (void)pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&db->given, &attributes);
    (void)pthread_cond_init(&db->turned, &attributes);
    (void)pthread_condattr_destroy(&attributes);
    for (size_t i = 0; i < connections; i++) {
        db->conns[i].db = db;
    }
    rc = db->driver->open(db->url, &db->shared, &db->conns[0].session, err);
    if (rc != XZ_OK) {
        xz_db_close(db);
        return rc;
    }
    *out = db;
    return XZ_OK;
}

void xz_db_close(struct xz_db *db)
{
    if (db == NULL) {
        return;
    }
    for (size_t i = 0; i < db->count; i++) {
        assert(!db->conns[i].taken);
        if (db->conns[i].session != NULL) {
            db->driver->close(db->conns[i].session);
        }
    }
    (void)pthread_cond_destroy(&db->given);
    (void)pthread_cond_destroy(&db->turned);
    (void)pthread_mutex_destroy(&db->lock);
    free(db->url);
    free(db);
}

bool xz_db_is_sqlite(const struct xz_db *db) { return db->driver == &xz_db_sqlite; }

void xz_db_hurry(struct xz_db *db) { db->shared.ending = true; }

static int64_t now_s(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec + 1; /* never 0 */
}

void xz_db_is_away(struct xz_db_shared *shared, const char *why)
{
    int64_t there = 0;

    if (atomic_compare_exchange_strong(&shared->away_since_s, &there, now_s())) {
        xz_log(XZ_LOG_WARN, "database", "away", "error=\"%s\"", why);
    }
}

/* Not what was read: a database that is read-only for now, or full, can be read all the time. */
static void is_back(struct xz_db_shared *shared)
{
    const int64_t since_s = atomic_exchange(&shared->away_since_s, 0);

    if (since_s != 0) {
        xz_log(XZ_LOG_WARN, "database", "back", "away_s=%" PRId64, now_s() - since_s);
    }
}

/* One that is connected rather than one that is not. */
static struct xz_db_conn *find_free(struct xz_db *db)
{
    struct xz_db_conn *found = NULL;

    for (size_t i = 0; i < db->count; i++) {
        struct xz_db_conn *conn = &db->conns[i];

        if (!conn->taken && (found == NULL || (found->session == NULL && conn->session != NULL))) {
            found = conn;
        }
    }
    return found;
}

static struct timespec deadline_in(int wait_ms)
{
    struct timespec at;

    (void)clock_gettime(CLOCK_MONOTONIC, &at);
    at.tv_sec += wait_ms / 1000;
    at.tv_nsec += (long)(wait_ms % 1000) * 1000000;
    if (at.tv_nsec >= 1000000000) {
        at.tv_sec++;
        at.tv_nsec -= 1000000000;
    }
    return at;
}

/* The database could be opened once: whatever is wrong with it now may pass. */
static enum xz_rc connect_again(struct xz_db_conn *conn, struct xz_err *err)
{
    struct xz_db *db = conn->db;
    enum xz_rc rc = XZ_OK;

    if (conn->session != NULL && !db->driver->is_usable(conn->session)) {
        db->driver->close(conn->session);
        conn->session = NULL;
    }
    if (conn->session == NULL) {
        rc = db->shared.ending
                 ? xz_err_set(err, XZ_RETRY, "database: no connection is made any more")
                 : db->driver->open(db->url, &db->shared, &conn->session, err);
    }
    if (rc == XZ_CONFIG) {
        xz_db_is_away(&db->shared, err->msg);
        err->rc = rc = XZ_RETRY;
    }
    return rc;
}

enum xz_rc xz_db_take(struct xz_db *db, int wait_ms, struct xz_db_conn **out, struct xz_err *err)
{
    const struct timespec until = deadline_in(wait_ms);
    struct xz_db_conn *conn;
    int waited = 0;
    enum xz_rc rc;

    *out = NULL;
    (void)pthread_mutex_lock(&db->lock);
    while ((conn = find_free(db)) == NULL && waited != ETIMEDOUT) {
        waited = pthread_cond_timedwait(&db->given, &db->lock, &until);
    }
    if (conn != NULL) {
        conn->taken = true;
    }
    (void)pthread_mutex_unlock(&db->lock);
    if (conn == NULL) {
        return xz_err_set(err, XZ_RETRY, "all %zu connections to the database are in use",
                          db->count);
    }
    rc = connect_again(conn, err);
    if (rc != XZ_OK) {
        xz_db_give(conn);
        return rc;
    }
    *out = conn;
    return XZ_OK;
}

void xz_db_give(struct xz_db_conn *conn)
{
    if (conn == NULL) {
        return;
    }
    if (conn->in_transaction) {
        xz_db_rollback(conn);
    }
    if (conn->allowed) {
        struct xz_err ignored = {0}; /* then it is not usable, and is closed */

        (void)conn->db->driver->allow(conn->session, XZ_DB_LIMIT_MS, &ignored);
        conn->allowed = false;
    }
    (void)pthread_mutex_lock(&conn->db->lock);
    conn->taken = false;
    (void)pthread_cond_signal(&conn->db->given);
    (void)pthread_mutex_unlock(&conn->db->lock);
}

enum xz_rc xz_db_allow(struct xz_db_conn *conn, int limit_ms, struct xz_err *err)
{
    assert(!conn->in_transaction);
    conn->allowed = conn->db->driver->allow != NULL;
    return conn->allowed ? conn->db->driver->allow(conn->session, limit_ms, err) : XZ_OK;
}

/* ---- transactions ---- */

/* SQLite has one writer, and whoever finds it busy sleeps and looks again, longer each time. Within
 * a process they wait for each other here instead, and the next is woken at once. */
static enum xz_rc take_turn(struct xz_db_conn *conn, struct xz_err *err)
{
    const struct timespec until = deadline_in(TURN_MS);
    struct xz_db *db = conn->db;
    int waited = 0;

    (void)pthread_mutex_lock(&db->lock);
    while (db->writing && waited != ETIMEDOUT) {
        waited = pthread_cond_timedwait(&db->turned, &db->lock, &until);
    }
    conn->has_turn = !db->writing;
    db->writing = true;
    (void)pthread_mutex_unlock(&db->lock);
    return conn->has_turn ? XZ_OK : xz_err_set(err, XZ_RETRY, "another transaction goes on");
}

static void give_turn(struct xz_db_conn *conn)
{
    struct xz_db *db = conn->db;

    if (conn->has_turn) {
        (void)pthread_mutex_lock(&db->lock);
        db->writing = conn->has_turn = false;
        (void)pthread_cond_signal(&db->turned);
        (void)pthread_mutex_unlock(&db->lock);
    }
}

enum xz_rc xz_db_begin(struct xz_db_conn *conn, bool write, struct xz_err *err)
{
    enum xz_rc rc = XZ_OK;

    assert(!conn->in_transaction);
    if (write && conn->db->driver->one_writer) {
        rc = take_turn(conn, err);
    }
    rc = rc == XZ_OK ? conn->db->driver->begin(conn->session, write, err) : rc;
    conn->in_transaction = rc == XZ_OK;
    conn->writes = write;
    if (rc != XZ_OK) {
        give_turn(conn);
    }
    return rc;
}

enum xz_rc xz_db_commit(struct xz_db_conn *conn, struct xz_err *err)
{
    enum xz_rc rc;

    assert(conn->in_transaction);
    rc = conn->db->driver->commit(conn->session, err);
    if (rc != XZ_OK) {
        xz_db_rollback(conn);
    } else if (conn->writes) {
        is_back(&conn->db->shared);
    }
    conn->in_transaction = false;
    give_turn(conn);
    return rc;
}

void xz_db_rollback(struct xz_db_conn *conn)
{
    if (conn->in_transaction) {
        conn->db->driver->rollback(conn->session);
        conn->in_transaction = false;
        give_turn(conn);
    }
}

enum xz_rc xz_db_exec(struct xz_db_conn *conn, const char *sql, const struct xz_db_value *args,
                      size_t count, int64_t *changed, struct xz_err *err)
{
    int64_t ignored;

    assert(count <= XZ_DB_ARGS_MAX);
    return conn->db->driver->run(conn->session, sql, args, count, NULL, NULL,
                                 changed != NULL ? changed : &ignored, err);
}

enum xz_rc xz_db_query(struct xz_db_conn *conn, const char *sql, const struct xz_db_value *args,
                       size_t count, xz_db_row_fn visit, void *arg, struct xz_err *err)
{
    int64_t ignored;

    assert(count <= XZ_DB_ARGS_MAX);
    return conn->db->driver->run(conn->session, sql, args, count, visit, arg, &ignored, err);
}

enum xz_rc xz_db_script(struct xz_db_conn *conn, const char *sql, struct xz_err *err)
{
    return conn->db->driver->script(conn->session, sql, err);
}

bool xz_db_is_null(const struct xz_db_row *row, int column)
{
    return row->driver->kind(row, column) == XZ_DB_KIND_NULL;
}

enum xz_db_kind xz_db_kind(const struct xz_db_row *row, int column)
{
    return row->driver->kind(row, column);
}

int64_t xz_db_int(const struct xz_db_row *row, int column)
{
    return row->driver->integer(row, column);
}

double xz_db_double(const struct xz_db_row *row, int column)
{
    return row->driver->real(row, column);
}

struct xz_str xz_db_text(const struct xz_db_row *row, int column)
{
    return row->driver->text(row, column);
}

struct xz_str xz_db_blob(const struct xz_db_row *row, int column)
{
    return row->driver->blob(row, column);
}
