/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cases/counter.h - numbers that count up without gaps: a rolled back transaction gives its back.
 */
#ifndef XZ_CASES_COUNTER_H
#define XZ_CASES_COUNTER_H
#include "cases/db.h"

/* The next number of `name`, from 1. In the caller's write transaction, which holds it until its
 * end: others that want one wait. */
XZ_MUST enum xz_rc xz_counter_next(struct xz_db_conn *conn, const char *name, int64_t *next,
                                   struct xz_err *err);

/* A total that grows by more than one, and what it is (0 when nothing was added yet). */
XZ_MUST enum xz_rc xz_counter_add(struct xz_db_conn *conn, const char *name, int64_t more,
                                  struct xz_err *err);
XZ_MUST enum xz_rc xz_counter_get(struct xz_db_conn *conn, const char *name, int64_t *total,
                                  struct xz_err *err);

#endif
