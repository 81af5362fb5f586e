/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * cases/migrate.h - brings a database's tables to what this program needs: the numbered files of
 * cases/migrations, each once, each in a transaction with its entry in the table `migration`.
 */
#ifndef XZ_CASES_MIGRATE_H
#define XZ_CASES_MIGRATE_H
#include "cases/db.h"

struct xz_migration {
    const char *name; /* "0001_base": applied in the order of names */
    const char *sql;
};
extern const struct xz_migration xz_migrations[]; /* generated; ends with a NULL name */

/* XZ_CONFIG when the database was made by a newer program, or an applied migration is no longer
 * what it was. Several processes may do it at once: one does, the others find it done. */
XZ_MUST enum xz_rc xz_db_migrate(struct xz_db *db, const struct xz_migration *migrations,
                                 struct xz_err *err);

/* As xz_db_open, of a store that is there: nothing is made where there is none, XZ_CONFIG. */
XZ_MUST enum xz_rc xz_db_open_store(const char *url, size_t connections, struct xz_db **db,
                                    struct xz_err *err);

#endif
