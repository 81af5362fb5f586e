/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cases/db_postgres_text.h - statements and values as PostgreSQL reads them; of db_postgres.c. */
#ifndef XZ_CASES_DB_POSTGRES_TEXT_H
#define XZ_CASES_DB_POSTGRES_TEXT_H
#include "base/buf.h"
#include "cases/db.h"

/* Outside quotes ?N becomes $N, and the plus of db.h goes. Ends with a NUL. */
void xz_pg_translate(const char *sql, struct xz_buf *out);
/* Appends a value as the server reads it, with a NUL; false when it has one inside. */
bool xz_pg_put_value(struct xz_buf *out, const struct xz_db_value *value);

#endif
