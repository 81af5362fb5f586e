/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * cases/audit_scope.h - where a record of the audit chain belongs. One about a case, a second look
 * at it or an alert: to its region. One about an account: to that account's regions. Any other: to
 * the regions of the account that left it. Whoever sees some regions is shown what lies within
 * them.
 */
#ifndef XZ_CASES_AUDIT_SCOPE_H
#define XZ_CASES_AUDIT_SCOPE_H
#include "base/buf.h"
#include "cases/access.h"
#include "cases/audit.h"

/* The number of the record's scope; 0: everywhere's alone. In the caller's write transaction. */
XZ_MUST enum xz_rc xz_audit_scope(struct xz_db_conn *conn, const struct xz_audit_record *record,
                                  int64_t *scope, struct xz_err *err);
/* Appends the numbers of the scopes that lie within the actor's regions: ",3,17,". */
XZ_MUST enum xz_rc xz_audit_scopes(struct xz_db_conn *conn, const struct xz_actor *actor,
                                   struct xz_buf *numbers, struct xz_err *err);

#endif
