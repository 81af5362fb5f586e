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

#endif
