/* SPDX-License-Identifier: GPL-3.0-or-later */
/* event/limits.h - CSV files with a header, by column name; and the rows of items and diagnoses,
 * which reference files and packs share. */
#ifndef XZ_EVENT_LIMITS_H
#define XZ_EVENT_LIMITS_H
#include "event/csv.h"
#include "event/event.h"

#define XZ_CSV_COLUMNS_MAX 16

struct xz_csv_file {
    const char *name;
    int line; /* on which the current row begins, from 1 */
    int next_line;
    char *bytes; /* owned; NULL when the text is borrowed */
    struct xz_str rest;
    struct xz_arena scratch;
    struct xz_csv_row row;
    int column[XZ_CSV_COLUMNS_MAX]; /* where each wanted column stands, or -1 */
    size_t column_count;
    size_t rows_max; /* an upper bound of the rows, to allocate by */
};

/* Reads the header. The first of `columns` must be there, the others may be missing. A file that
 * failed to open needs no closing. */
XZ_MUST enum xz_rc xz_csv_open(struct xz_csv_file *file, const char *name,
                               const char *const columns[], size_t count, struct xz_err *err);
XZ_MUST enum xz_rc xz_csv_open_text(struct xz_csv_file *file, const char *name, struct xz_str text,
                                    const char *const columns[], size_t count, struct xz_err *err);
void xz_csv_close(struct xz_csv_file *file);
/* The next row that is not empty; *more false at the end. A row without its first column fails. */
XZ_MUST enum xz_rc xz_csv_row(struct xz_csv_file *file, bool *more, struct xz_err *err);
struct xz_str xz_csv_cell(const struct xz_csv_file *file, size_t column);
/* An empty cell leaves *value. */
XZ_MUST enum xz_rc xz_csv_int(const struct xz_csv_file *file, size_t column, int64_t min,
                              int64_t max, int64_t *value, struct xz_err *err);

XZ_MUST enum xz_rc xz_limits_open(struct xz_csv_file *file, const char *name, bool items,
                                  struct xz_err *err);
XZ_MUST enum xz_rc xz_limits_open_text(struct xz_csv_file *file, const char *name,
                                       struct xz_str text, bool items, struct xz_err *err);
/* The row that was just read; strings are copied into arena. */
XZ_MUST enum xz_rc xz_limits_read(const struct xz_csv_file *file, bool items,
                                  struct xz_arena *arena, struct xz_str *code,
                                  struct xz_limits *limits, struct xz_err *err);

#endif
