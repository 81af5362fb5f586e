/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cases/case_row.h - a case as it stands in the database: read whole, written whole, with the sums
 * that follow from it. */
#ifndef XZ_CASES_CASE_ROW_H
#define XZ_CASES_CASE_ROW_H
#include "cases/db.h"
#include "cases/life.h"
#include "cases/rank.h"

#define XZ_REF_MAX       200 /* bytes of an id of a subject or of one involved */
#define XZ_PATTERNS_TEXT 256

struct xz_case_row {
    struct xz_case life;
    char region[8];
    char subject_kind[16], subject[XZ_REF_MAX + 1];
    char patterns[XZ_PATTERNS_TEXT]; /* "T09,T01", of alerts that stand */
    bool conclusive, is_control;     /* is_control: of the control sample, without alerts */
    enum xz_case_severity severity;
    int64_t alerts, withdrawn, amount_fen;
    double probability;
    int64_t updated_ms, news_ms;
};

/* XZ_REJECT "not_found". */
XZ_MUST enum xz_rc xz_case_load(struct xz_db_conn *conn, int64_t id, struct xz_case_row *row,
                                struct xz_err *err);
/* Writes what `after` is, new when before is NULL, and its rank and sums. In a write. */
XZ_MUST enum xz_rc xz_case_save(struct xz_db_conn *conn, const struct xz_case_row *before,
                                const struct xz_case_row *after, struct xz_err *err);
/* One more thing that happened. undo: what xz_case_undo needs, "" when it cannot be taken back. */
struct xz_case_event {
    int64_t case_id, at_ms;
    const struct xz_actor *actor; /* NULL: the program */
    const char *what;
    struct xz_str text;
    const char *detail, *undo; /* JSON or "" */
};
XZ_MUST enum xz_rc xz_case_event(struct xz_db_conn *conn, const struct xz_case_event *event,
                                 struct xz_err *err);

#endif
