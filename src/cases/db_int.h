/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cases/db_int.h - what a back end of db.h provides. Each function has the contract of its public
 * name; a session is one connection. */
#ifndef XZ_CASES_DB_INT_H
#define XZ_CASES_DB_INT_H
#include "cases/db.h"

/* What the sessions of a pool share. @thread any */
struct xz_db_shared {
    _Atomic bool ending; /* xz_db_hurry */
    _Atomic int64_t
        away_since_s; /* of the monotonic clock; 0: it is there, as it was logged last */
};
/* Logs it, once until something was written again. */
void xz_db_is_away(struct xz_db_shared *shared, const char *why);

struct xz_db_driver {
    bool one_writer; /* transactions that write wait for each other, whatever they write */
    enum xz_rc (*open)(const char *url, struct xz_db_shared *shared, void **session,
                       struct xz_err *err);
    /* How long a statement may take, in milliseconds; NULL: as long as it takes. */
    enum xz_rc (*allow)(void *session, int limit_ms, struct xz_err *err);
    void (*close)(void *session);
    bool (*is_usable)(void *session); /* false: close it, and open another */
    enum xz_rc (*begin)(void *session, bool write, struct xz_err *err);
    enum xz_rc (*commit)(void *session, struct xz_err *err);
    void (*rollback)(void *session);
    enum xz_rc (*run)(void *session, const char *sql, const struct xz_db_value *args, size_t count,
                      xz_db_row_fn visit, void *arg, int64_t *changed, struct xz_err *err);
    enum xz_rc (*script)(void *session, const char *sql, struct xz_err *err);
    enum xz_db_kind (*kind)(const struct xz_db_row *row, int column);
    int64_t (*integer)(const struct xz_db_row *row, int column);
    double (*real)(const struct xz_db_row *row, int column);
    struct xz_str (*text)(const struct xz_db_row *row, int column);
    struct xz_str (*blob)(const struct xz_db_row *row, int column);
};

extern const struct xz_db_driver xz_db_sqlite, xz_db_postgres;

struct xz_db_row {
    const struct xz_db_driver *driver;
    void *of; /* the driver's */
};

#define XZ_DB_SQLITE_PREFIX "sqlite:"
#define XZ_DB_STATEMENTS    512 /* prepared and kept, of a session */

#endif
