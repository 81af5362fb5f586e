/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cases/work_int.h - what the files of work.h share. */
#ifndef XZ_CASES_WORK_INT_H
#define XZ_CASES_WORK_INT_H
#include "cases/case_row.h"
#include "cases/work.h"

/* The case, if the actor sees it and it has the version that is asked for. */
XZ_MUST enum xz_rc xz_work_load(struct xz_db_conn *conn, const struct xz_on_case *on,
                                struct xz_case_row *row, struct xz_err *err);
/* History, audit and those who listen. detail and undo: JSON, or "". */
XZ_MUST enum xz_rc xz_work_tell(struct xz_db_conn *conn, const struct xz_on_case *on,
                                const struct xz_case_row *row, const char *what, struct xz_str text,
                                const char *detail, const char *undo, struct xz_err *err);

/* Did account ever do something to it that decides (xz_verb_decides)? Looked for where it matters,
 * under appeal; else false. */
XZ_MUST enum xz_rc xz_work_has_part(struct xz_db_conn *conn, const struct xz_case *life,
                                    int64_t account, bool *has_part, struct xz_err *err);

/* Something came to the case that who proposed or approved did not see: it goes back to them, the
 * program's own doing. Nothing when neither was done. In a write. */
XZ_MUST enum xz_rc xz_work_unsettle(struct xz_db_conn *conn, int64_t case_id, int64_t now_ms,
                                    struct xz_err *err);

/* Until when actor may take the last command on the case back, and the case as it was before it.
 * *until_ms 0: there is nothing to take back. */
XZ_MUST enum xz_rc xz_work_undoable(struct xz_db_conn *conn, const struct xz_case *life,
                                    const struct xz_actor *actor, int64_t now_ms, int64_t *until_ms,
                                    struct xz_case *as_it_was, struct xz_err *err);

#endif
