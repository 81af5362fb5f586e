/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * cases/db.h - SQLite or PostgreSQL behind one interface: a pool of connections, transactions,
 * prepared statements, typed values.
 *
 * SQL is written once, in what both understand: parameters are ?1 .. ?99, types are BIGINT, TEXT,
 * BLOB and DOUBLE PRECISION, changes use INSERT .. ON CONFLICT, RETURNING and window functions.
 * Values are always parameters, never text of a statement. A plus at a column, `+is_open = 1`,
 * keeps SQLite from an index of that column where nearly every row has the value; PostgreSQL knows
 * how many have, and does not see it.
 *
 * Errors: XZ_RETRY when the database is busy or away, for now read-only, or its disk is full
 * (nothing of the transaction is there: begin again; of a commit that got no answer, all or
 * nothing), XZ_CONFIG when it cannot be used as it is (no rights, a newer schema), XZ_REJECT with
 * the reason "conflict" when a constraint refuses a change and "range" when a value is none that it
 * can hold or reckon with, XZ_FATAL for a mistake in a statement. No message holds a value.
 *
 * A statement that has no answer within XZ_DB_LIMIT_MS ends, on PostgreSQL even if the server is
 * frozen or the network silent. That the database is away is logged once, and once that it is back.
 */
#ifndef XZ_CASES_DB_H
#define XZ_CASES_DB_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"

struct xz_db;      /* the pool; @thread any */
struct xz_db_conn; /* taken by one thread at a time */
struct xz_db_row;  /* of the query that is being read */

#define XZ_DB_CONNECTIONS_MAX 32
#define XZ_DB_ARGS_MAX        48
#define XZ_DB_LIMIT_MS        10000   /* for a statement, and for its turn on the server */
#define XZ_DB_LONG_MS         3600000 /* for those that rewrite tables: see xz_db_allow */

/* "sqlite:PATH" (made when it is not there, readable by its owner alone), or what libpq takes:
 * "postgresql://..." or "host=... dbname=...". Opens one connection to see that it works; up to
 * `connections` (1 .. XZ_DB_CONNECTIONS_MAX) follow as they are needed. */
XZ_MUST enum xz_rc xz_db_open(const char *url, size_t connections, struct xz_db **db,
                              struct xz_err *err);
void xz_db_close(struct xz_db *db); /* NULL is fine; every connection was given back */
bool xz_db_is_sqlite(const struct xz_db *db);
/* The process is ending: who waits for a server gets XZ_RETRY within two seconds, and no new
 * connection is made. */
void xz_db_hurry(struct xz_db *db);

/* Waits up to wait_ms for a free one: XZ_RETRY when none becomes free, or the database that could
 * be opened once cannot be now. */
XZ_MUST enum xz_rc xz_db_take(struct xz_db *db, int wait_ms, struct xz_db_conn **conn,
                              struct xz_err *err);
void xz_db_give(struct xz_db_conn *conn); /* rolls back what is open; NULL is fine */
/* Statements of conn may take so long from here on, until it is given back. In no transaction. */
XZ_MUST enum xz_rc xz_db_allow(struct xz_db_conn *conn, int limit_ms, struct xz_err *err);

enum xz_db_kind {
    XZ_DB_KIND_NULL,
    XZ_DB_KIND_INT,
    XZ_DB_KIND_DOUBLE,
    XZ_DB_KIND_TEXT,
    XZ_DB_KIND_BLOB
};
struct xz_db_value {
    enum xz_db_kind kind;
    union {
        int64_t integer;
        double real;
        struct xz_str bytes; /* borrowed for the call */
    };
};
#define XZ_DB_NULL      ((struct xz_db_value){.kind = XZ_DB_KIND_NULL})
#define XZ_DB_INT(v)    ((struct xz_db_value){.kind = XZ_DB_KIND_INT, .integer = (v)})
#define XZ_DB_DOUBLE(v) ((struct xz_db_value){.kind = XZ_DB_KIND_DOUBLE, .real = (v)})
#define XZ_DB_TEXT(v)   ((struct xz_db_value){.kind = XZ_DB_KIND_TEXT, .bytes = (v)})
#define XZ_DB_CSTR(v)   XZ_DB_TEXT(xz_str_from(v))
#define XZ_DB_BLOB(v)   ((struct xz_db_value){.kind = XZ_DB_KIND_BLOB, .bytes = (v)})
#define XZ_DB_ARGS(...)                                                                            \
    (const struct xz_db_value[]){__VA_ARGS__},                                                     \
        sizeof((const struct xz_db_value[]){__VA_ARGS__}) / sizeof(struct xz_db_value)
#define XZ_DB_NO_ARGS NULL, 0

/* A transaction. `write` takes the right to write at once: of two writers on SQLite the second
 * waits at its beginning and not in the middle. Not nested. */
XZ_MUST enum xz_rc xz_db_begin(struct xz_db_conn *conn, bool write, struct xz_err *err);
XZ_MUST enum xz_rc xz_db_commit(struct xz_db_conn *conn, struct xz_err *err); /* durable */
void xz_db_rollback(struct xz_db_conn *conn);

/* A statement without a result. *changed (NULL is fine): rows inserted, updated or deleted. */
XZ_MUST enum xz_rc xz_db_exec(struct xz_db_conn *conn, const char *sql,
                              const struct xz_db_value *args, size_t count, int64_t *changed,
                              struct xz_err *err);
/* Calls visit for each row until it returns false. What a row gives is borrowed until visit
 * returns. No other statement may be run on conn meanwhile. */
typedef bool (*xz_db_row_fn)(void *arg, const struct xz_db_row *row);
XZ_MUST enum xz_rc xz_db_query(struct xz_db_conn *conn, const char *sql,
                               const struct xz_db_value *args, size_t count, xz_db_row_fn visit,
                               void *arg, struct xz_err *err);
/* Statements separated by ';', for migrations; no parameters. */
XZ_MUST enum xz_rc xz_db_script(struct xz_db_conn *conn, const char *sql, struct xz_err *err);

bool xz_db_is_null(const struct xz_db_row *row, int column);
/* What is stored there, which in SQLite need not be what the column is for. */
enum xz_db_kind xz_db_kind(const struct xz_db_row *row, int column);
int64_t xz_db_int(const struct xz_db_row *row, int column); /* 0 when null */
double xz_db_double(const struct xz_db_row *row, int column);
struct xz_str xz_db_text(const struct xz_db_row *row, int column);
struct xz_str xz_db_blob(const struct xz_db_row *row, int column);

#endif
