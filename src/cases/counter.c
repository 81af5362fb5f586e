/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cases/counter.h"

static bool take(void *arg, const struct xz_db_row *row)
{
    *(int64_t *)arg = xz_db_int(row, 0);
    return true;
}

enum xz_rc xz_counter_next(struct xz_db_conn *conn, const char *name, int64_t *next,
                           struct xz_err *err)
{
    return xz_db_query(conn,
                       "INSERT INTO counter (name, next) VALUES (?1, 1) "
                       "ON CONFLICT (name) DO UPDATE SET next = counter.next + 1 RETURNING next",
                       XZ_DB_ARGS(XZ_DB_CSTR(name)), take, next, err);
}

enum xz_rc xz_counter_add(struct xz_db_conn *conn, const char *name, int64_t more,
                          struct xz_err *err)
{
    return xz_db_exec(conn,
                      "INSERT INTO counter (name, next) VALUES (?1, ?2) "
                      "ON CONFLICT (name) DO UPDATE SET next = counter.next + ?2",
                      XZ_DB_ARGS(XZ_DB_CSTR(name), XZ_DB_INT(more)), NULL, err);
}

enum xz_rc xz_counter_get(struct xz_db_conn *conn, const char *name, int64_t *total,
                          struct xz_err *err)
{
    *total = 0;
    return xz_db_query(conn, "SELECT next FROM counter WHERE name = ?1",
                       XZ_DB_ARGS(XZ_DB_CSTR(name)), take, total, err);
}
