/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * cases/csv.h - lists of view.h as tables for a spreadsheet: RFC 4180, UTF-8 with its mark, a row
 * of names first. A text that a spreadsheet would take for a formula gets an apostrophe before it.
 *
 * Rows are read a batch at a time, each in a transaction of its own: what changes its place in the
 * order meanwhile may stand twice or be missed. Each table that was made is an audit record.
 */
#ifndef XZ_CASES_CSV_H
#define XZ_CASES_CSV_H
#include "cases/view.h"

#define XZ_CSV_ROWS_MAX 100000

struct xz_csv_report {
    size_t rows;
    bool cut; /* there were more than XZ_CSV_ROWS_MAX */
};

/* Append to out; nothing, unless XZ_OK. Needs XZ_MAY_EXPORT (of the audit XZ_MAY_READ_AUDIT), which
 * the caller asks for. */
XZ_MUST enum xz_rc xz_csv_cases(const struct xz_desk_view *view,
                                const struct xz_case_filter *filter, struct xz_buf *out,
                                struct xz_csv_report *report, struct xz_err *err);
XZ_MUST enum xz_rc xz_csv_alerts(const struct xz_desk_view *view,
                                 const struct xz_alert_filter *filter, struct xz_buf *out,
                                 struct xz_csv_report *report, struct xz_err *err);
XZ_MUST enum xz_rc xz_csv_audit(const struct xz_desk_view *view,
                                const struct xz_audit_filter *filter, struct xz_buf *out,
                                struct xz_csv_report *report, struct xz_err *err);

#endif
