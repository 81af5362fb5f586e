/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SQLite: write-ahead log, so that readers and the one writer do not wait for each other; every
 * commit is synced, since an acknowledged action may not be lost. */
#include <fcntl.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/mem.h"
#include "cases/db_int.h"

#define BUSY_MS      5000
#define LOG_RETRY_MS 20

struct statement {
    uint64_t hash; /* of its text; 0: none here */
    sqlite3_stmt *prepared;
};

struct session {
    sqlite3 *handle;
    struct xz_db_shared *shared;
    struct statement statements[XZ_DB_STATEMENTS]; /* open addressing */
    size_t statement_count;
};

static enum xz_rc failed(const struct session *session, const char *what, struct xz_err *err)
{
    const int code = sqlite3_extended_errcode(session->handle);

    switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_NOMEM:
        (void)xz_err_set(err, XZ_RETRY, "database: %s: %s", what, sqlite3_errstr(code));
        return XZ_RETRY;
    case SQLITE_FULL:
    case SQLITE_IOERR:
    case SQLITE_READONLY: /* a file system that is mounted so after an error */
    case SQLITE_CANTOPEN: /* of a journal, with the same causes */
        (void)xz_err_set(err, XZ_RETRY, "database: %s: %s", what, sqlite3_errstr(code));
        xz_db_is_away(session->shared, err->msg);
        return XZ_RETRY;
    case SQLITE_CONSTRAINT:
        (void)xz_err_reject(err, "conflict", "", "database: %s", sqlite3_errmsg(session->handle));
        return XZ_REJECT;
    case SQLITE_TOOBIG:
    case SQLITE_MISMATCH:
        return xz_err_reject(err, "range", "", "database: %s: %s", what, sqlite3_errstr(code));
    case SQLITE_PERM:
    case SQLITE_AUTH:
    case SQLITE_NOTADB:
    case SQLITE_CORRUPT:
        (void)xz_err_set(err, XZ_CONFIG, "database: %s: %s", what, sqlite3_errstr(code));
        return XZ_CONFIG;
    default:
        (void)xz_err_set(err, XZ_FATAL, "database: %s: %s", what, sqlite3_errmsg(session->handle));
        return XZ_FATAL;
    }
}

static void forget_statements(struct session *session)
{
    for (size_t i = 0; i < XZ_DB_STATEMENTS; i++) {
        (void)sqlite3_finalize(session->statements[i].prepared);
        session->statements[i] = (struct statement){0, NULL};
    }
    session->statement_count = 0;
}

static void close_session(void *arg)
{
    struct session *session = arg;

    forget_statements(session);
    (void)sqlite3_close_v2(session->handle);
    free(session);
}

static enum xz_rc run_script(void *arg, const char *sql, struct xz_err *err)
{
    struct session *session = arg;

    return sqlite3_exec(session->handle, sql, NULL, NULL, NULL) == SQLITE_OK
               ? XZ_OK
               : failed(session, "script", err);
}

/* Of a new file, by several processes at once, the change to the log is refused without the wait
 * that busy_timeout asks for. */
static enum xz_rc use_log(struct session *session, struct xz_err *err)
{
    enum xz_rc rc = run_script(session, "PRAGMA journal_mode = WAL", err);

    for (int waited = 0; rc == XZ_RETRY && waited < BUSY_MS; waited += LOG_RETRY_MS) {
        (void)sqlite3_sleep(LOG_RETRY_MS);
        rc = run_script(session, "PRAGMA journal_mode = WAL", err);
    }
    return rc;
}

static enum xz_rc open_session(const char *path, struct xz_db_shared *shared, void **out,
                               struct xz_err *err)
{
    const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
    struct session *session = xz_calloc(1, sizeof(*session));
    /* Nobody else's to read. Only a file that is new: closing one that is there would drop the
     * locks of all this process's connections, and another process would take itself for the last.
     */
    const int made = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    const int opened = sqlite3_open_v2(path, &session->handle, flags, NULL);
    enum xz_rc rc = XZ_OK;

    session->shared = shared;
    if (made >= 0) {
        (void)close(made);
    }
    if (opened != SQLITE_OK) {
        rc = xz_err_set(err, XZ_CONFIG, "database %s: %s; does its folder exist?", path,
                        sqlite3_errstr(opened));
    }
    if (rc == XZ_OK) {
        (void)sqlite3_busy_timeout(session->handle, BUSY_MS);
        (void)sqlite3_extended_result_codes(session->handle, 1);
        (void)sqlite3_db_config(session->handle, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
        rc = use_log(session, err);
    }
    if (rc == XZ_OK) {
        rc = run_script(session,
                        "PRAGMA synchronous = FULL;"
                        "PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF;"
                        "PRAGMA cache_size = -32768;" /* KiB: what is in use of years of cases */,
                        err);
        if (sqlite3_db_readonly(session->handle, "main") == 1) {
            rc = xz_err_set(err, XZ_CONFIG, "database %s: it can only be read", path);
        }
    }
    if (rc != XZ_OK) {
        close_session(session);
        return rc;
    }
    *out = session;
    return XZ_OK;
}

static bool is_usable(void *arg)
{
    (void)arg;
    return true;
}

static enum xz_rc prepare(struct session *session, const char *sql, sqlite3_stmt **prepared,
                          struct xz_err *err)
{
    const uint64_t hash = xz_hash64(sql, strlen(sql), 0) | 1;
    size_t at = hash % XZ_DB_STATEMENTS;

    if (session->statement_count == XZ_DB_STATEMENTS - 1) {
        forget_statements(session); /* lists by filters are of many forms: begin again */
    }
    while (session->statements[at].hash != 0 && session->statements[at].hash != hash) {
        at = (at + 1) % XZ_DB_STATEMENTS;
    }
    if (session->statements[at].hash == 0) {
        if (sqlite3_prepare_v3(session->handle, sql, -1, SQLITE_PREPARE_PERSISTENT, prepared,
                               NULL) != SQLITE_OK) {
            return failed(session, "statement", err);
        }
        session->statements[at] = (struct statement){hash, *prepared};
        session->statement_count++;
    }
    *prepared = session->statements[at].prepared;
    return XZ_OK;
}

static int bind(sqlite3_stmt *prepared, int at, const struct xz_db_value *value)
{
    switch (value->kind) {
    case XZ_DB_KIND_INT:
        return sqlite3_bind_int64(prepared, at, value->integer);
    case XZ_DB_KIND_DOUBLE:
        return sqlite3_bind_double(prepared, at, value->real);
    case XZ_DB_KIND_TEXT:
        return sqlite3_bind_text(prepared, at, value->bytes.len > 0 ? value->bytes.ptr : "",
                                 (int)value->bytes.len, SQLITE_STATIC);
    case XZ_DB_KIND_BLOB:
        return value->bytes.len > 0 ? sqlite3_bind_blob(prepared, at, value->bytes.ptr,
                                                        (int)value->bytes.len, SQLITE_STATIC)
                                    : sqlite3_bind_zeroblob(prepared, at, 0);
    case XZ_DB_KIND_NULL:
        break;
    }
    return sqlite3_bind_null(prepared, at);
}

static enum xz_rc run(void *arg, const char *sql, const struct xz_db_value *args, size_t count,
                      xz_db_row_fn visit, void *visit_arg, int64_t *changed, struct xz_err *err)
{
    struct session *session = arg;
    sqlite3_stmt *prepared = NULL;
    enum xz_rc rc = prepare(session, sql, &prepared, err);
    struct xz_db_row row;
    bool more = true;
    int code = SQLITE_DONE;

    if (rc != XZ_OK) {
        return rc;
    }
    for (size_t i = 0; i < count; i++) {
        if (bind(prepared, (int)i + 1, &args[i]) != SQLITE_OK) {
            rc = failed(session, "parameter", err);
            goto out;
        }
    }
    row = (struct xz_db_row){&xz_db_sqlite, prepared};
    while (more && (code = sqlite3_step(prepared)) == SQLITE_ROW) {
        more = visit == NULL || visit(visit_arg, &row);
    }
    if (code != SQLITE_DONE && code != SQLITE_ROW) {
        rc = failed(session, "statement", err);
    }
    *changed = sqlite3_changes64(session->handle);
out:
    (void)sqlite3_reset(prepared);
    (void)sqlite3_clear_bindings(prepared);
    return rc;
}

static enum xz_rc begin(void *session, bool write, struct xz_err *err)
{
    return run_script(session, write ? "BEGIN IMMEDIATE" : "BEGIN", err);
}

static enum xz_rc commit(void *session, struct xz_err *err)
{
    return run_script(session, "COMMIT", err);
}

static void rollback(void *arg)
{
    struct session *session = arg;

    if (sqlite3_get_autocommit(session->handle) == 0) { /* some errors have done it already */
        (void)sqlite3_exec(session->handle, "ROLLBACK", NULL, NULL, NULL);
    }
}

static enum xz_db_kind column_kind(const struct xz_db_row *row, int column)
{
    switch (sqlite3_column_type(row->of, column)) {
    case SQLITE_INTEGER:
        return XZ_DB_KIND_INT;
    case SQLITE_FLOAT:
        return XZ_DB_KIND_DOUBLE;
    case SQLITE_TEXT:
        return XZ_DB_KIND_TEXT;
    case SQLITE_BLOB:
        return XZ_DB_KIND_BLOB;
    default:
        return XZ_DB_KIND_NULL;
    }
}

static int64_t column_integer(const struct xz_db_row *row, int column)
{
    return sqlite3_column_int64(row->of, column);
}

static double column_real(const struct xz_db_row *row, int column)
{
    return sqlite3_column_double(row->of, column);
}

static struct xz_str column_bytes(const struct xz_db_row *row, int column)
{
    const void *bytes = sqlite3_column_blob(row->of, column);

    return (struct xz_str){bytes, (uint32_t)sqlite3_column_bytes(row->of, column)};
}

const struct xz_db_driver xz_db_sqlite = {
    .one_writer = true,
    .open = open_session,
    .close = close_session,
    .is_usable = is_usable,
    .begin = begin,
    .commit = commit,
    .rollback = rollback,
    .run = run,
    .script = run_script,
    .kind = column_kind,
    .integer = column_integer,
    .real = column_real,
    .text = column_bytes,
    .blob = column_bytes,
};
