/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cases/migrate.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/hash.h"
#include "cases/db_int.h"

#define WAIT_MS 10000

struct applied {
    const struct xz_migration *migrations;
    size_t count;
    struct xz_err *err;
    enum xz_rc rc;
};

static void hash_of(const struct xz_migration *migration, char text[static 65])
{
    unsigned char digest[32];

    xz_sha256(migration->sql, strlen(migration->sql), digest);
    xz_hex(digest, sizeof(digest), text);
}

/* Rows come in the order of names, as the migrations do: place by place they are the same. */
static bool check_applied(void *arg, const struct xz_db_row *row)
{
    struct applied *applied = arg;
    const struct xz_migration *migration = &applied->migrations[applied->count];
    const struct xz_str name = xz_db_text(row, 0);
    char hash[65];

    if (migration->name == NULL) {
        applied->rc = xz_err_set(applied->err, XZ_CONFIG,
                                 "the database was brought to " XZ_STR_FMT
                                 " by a newer program: use that, or another database",
                                 XZ_STR_ARG(name));
        return false;
    }
    hash_of(migration, hash);
    if (!xz_str_eq(name, xz_str_from(migration->name)) ||
        !xz_str_eq(xz_db_text(row, 1), xz_str_from(hash))) {
        applied->rc =
            xz_err_set(applied->err, XZ_CONFIG,
                       "migration " XZ_STR_FMT " of the database is not this program's %s",
                       XZ_STR_ARG(name), migration->name);
        return false;
    }
    applied->count++;
    return true;
}

/* "BLOB" is called BYTEA by PostgreSQL: the one word in which the two differ. */
static void put_sql(const struct xz_db *db, const char *sql, struct xz_buf *out)
{
    for (const char *at = sql; *at != '\0';) {
        const bool begins = at == sql || (isalnum((unsigned char)at[-1]) == 0 && at[-1] != '_');

        if (!xz_db_is_sqlite(db) && begins && strncmp(at, "BLOB", 4) == 0 &&
            isalnum((unsigned char)at[4]) == 0 && at[4] != '_') {
            xz_buf_bytes(out, "BYTEA", 5);
            at += 4;
        } else {
            xz_buf_u8(out, (uint8_t)*at++);
        }
    }
    xz_buf_u8(out, 0);
}

static enum xz_rc apply(struct xz_db *db, struct xz_db_conn *conn,
                        const struct xz_migration *migration, struct xz_err *err)
{
    struct xz_buf sql = {0};
    char hash[65];
    enum xz_rc rc;

    hash_of(migration, hash);
    put_sql(db, migration->sql, &sql);
    rc = xz_db_script(conn, (const char *)sql.data, err);
    if (rc == XZ_OK) {
        rc = xz_db_exec(conn, "INSERT INTO migration (name, hash) VALUES (?1, ?2)",
                        XZ_DB_ARGS(XZ_DB_CSTR(migration->name), XZ_DB_CSTR(hash)), NULL, err);
    }
    xz_buf_fini(&sql);
    return rc == XZ_OK ? XZ_OK : xz_err_add(err, "migration %s", migration->name);
}

/* All in one transaction, under a lock: who comes second finds the work done. */
static enum xz_rc bring_up(struct xz_db *db, struct xz_db_conn *conn,
                           const struct xz_migration *migrations, struct xz_err *err)
{
    struct applied applied = {migrations, 0, err, XZ_OK};
    enum xz_rc rc = XZ_OK;

    if (!xz_db_is_sqlite(db)) {
        rc = xz_db_script(conn, "SELECT pg_advisory_xact_lock(7838)", err);
    }
    rc = rc == XZ_OK ? xz_db_script(conn,
                                    "CREATE TABLE IF NOT EXISTS migration (name TEXT PRIMARY KEY, "
                                    "hash TEXT NOT NULL)",
                                    err)
                     : rc;
    rc = rc == XZ_OK ? xz_db_query(conn, "SELECT name, hash FROM migration ORDER BY name",
                                   XZ_DB_NO_ARGS, check_applied, &applied, err)
                     : rc;
    rc = rc == XZ_OK ? applied.rc : rc;
    for (size_t i = applied.count; rc == XZ_OK && migrations[i].name != NULL; i++) {
        rc = apply(db, conn, &migrations[i], err);
    }
    return rc;
}

enum xz_rc xz_db_migrate(struct xz_db *db, const struct xz_migration *migrations,
                         struct xz_err *err)
{
    struct xz_db_conn *conn = NULL;
    enum xz_rc rc = xz_db_take(db, WAIT_MS, &conn, err);

    rc = rc == XZ_OK ? xz_db_allow(conn, XZ_DB_LONG_MS, err) : rc;
    rc = rc == XZ_OK ? xz_db_begin(conn, true, err) : rc;
    rc = rc == XZ_OK ? bring_up(db, conn, migrations, err) : rc;
    rc = rc == XZ_OK ? xz_db_commit(conn, err) : rc;
    xz_db_give(conn);
    return rc;
}

/* ---- one that is there ---- */

static bool take_found(void *arg, const struct xz_db_row *row)
{
    *(bool *)arg = xz_db_int(row, 0) != 0;
    return false;
}

static enum xz_rc has_tables(struct xz_db *db, bool *has, struct xz_err *err)
{
    struct xz_db_conn *conn = NULL;
    enum xz_rc rc = xz_db_take(db, WAIT_MS, &conn, err);

    rc = rc == XZ_OK
             ? xz_db_query(conn,
                           xz_db_is_sqlite(db)
                               ? "SELECT COUNT(*) FROM sqlite_master WHERE name = 'migration'"
                               : "SELECT CASE WHEN to_regclass('migration') IS NULL "
                                 "THEN 0 ELSE 1 END",
                           XZ_DB_NO_ARGS, take_found, has, err)
             : rc;
    xz_db_give(conn);
    return rc;
}

enum xz_rc xz_db_open_store(const char *url, size_t connections, struct xz_db **out,
                            struct xz_err *err)
{
    const size_t prefix = sizeof(XZ_DB_SQLITE_PREFIX) - 1;
    const bool is_file = strncmp(url, XZ_DB_SQLITE_PREFIX, prefix) == 0;
    struct xz_db *db = NULL;
    bool there = !is_file || access(url + prefix, F_OK) == 0 || errno != ENOENT;
    enum xz_rc rc = XZ_OK;

    if (there) {
        rc = xz_db_open(url, connections, &db, err);
        rc = rc == XZ_OK ? has_tables(db, &there, err) : rc;
    }
    if (rc == XZ_OK && !there) {
        /* An address may hold a password, and is not told. */
        rc = xz_err_config(err, is_file ? url + prefix : "console.database", 0,
                           "there is no store yet: name the service's own by console.database, or "
                           "its folder by state.dir");
    }
    if (rc != XZ_OK) {
        xz_db_close(db);
        return rc;
    }
    *out = db;
    return XZ_OK;
}
