/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cases/case_sum.h - what a case is worth, from the alerts it has now. */
#ifndef XZ_CASES_CASE_SUM_H
#define XZ_CASES_CASE_SUM_H
#include "cases/case_row.h"

/* Reads the alerts of a case and writes what follows from them: patterns, severity, money,
 * probability, rank; of an open one the subject, when of that no alert stands any more and of
 * another one does; and that there is news. An alert more (is_new), or a case that became worth a
 * fifth more, ends its snooze. In a write. */
XZ_MUST enum xz_rc xz_case_recount(struct xz_db_conn *conn, int64_t case_id, bool is_new,
                                   int64_t now_ms, struct xz_err *err);

#endif
