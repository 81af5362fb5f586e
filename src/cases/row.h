/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cases/row.h - rows of a query as values or as JSON objects, so that a view is its SQL and a list
 * of columns. */
#ifndef XZ_CASES_ROW_H
#define XZ_CASES_ROW_H
#include <jansson.h>

#include "base/buf.h"
#include "cases/db.h"

/* The first column of the first row; *found (NULL is fine) tells whether there was one, and *value
 * stays as it was when there was none. */
XZ_MUST enum xz_rc xz_row_int(struct xz_db_conn *conn, const char *sql,
                              const struct xz_db_value *args, size_t count, int64_t *value,
                              bool *found, struct xz_err *err);
/* Appends the text, or the blob, likewise. */
XZ_MUST enum xz_rc xz_row_text(struct xz_db_conn *conn, const char *sql,
                               const struct xz_db_value *args, size_t count, struct xz_buf *value,
                               bool *found, struct xz_err *err);
XZ_MUST enum xz_rc xz_row_blob(struct xz_db_conn *conn, const char *sql,
                               const struct xz_db_value *args, size_t count, struct xz_buf *value,
                               bool *found, struct xz_err *err);

enum xz_column_kind {
    XZ_COLUMN_INT,
    XZ_COLUMN_DOUBLE,
    XZ_COLUMN_TEXT,
    XZ_COLUMN_BOOL, /* of an integer */
    XZ_COLUMN_TIME, /* of milliseconds: RFC 3339, null for 0 */
    XZ_COLUMN_DAY,  /* of a day's number: "2026-03-01" */
    XZ_COLUMN_ID,   /* of an integer: null for 0 */
    XZ_COLUMN_JSON, /* of a text that holds JSON; null when it does not */
    XZ_COLUMN_HEX,  /* of a blob */
    XZ_COLUMN_WORDS /* of a text with commas: a list */
};
struct xz_column {
    const char *key;
    enum xz_column_kind kind;
};
#define XZ_COLUMNS(columns) (columns), sizeof(columns) / sizeof((columns)[0])

/* One row as an object; owned by the caller. */
json_t *xz_row_json(const struct xz_db_row *row, const struct xz_column *columns, size_t count);
/* Appends an object for each row to rows (an array). */
XZ_MUST enum xz_rc xz_rows_json(struct xz_db_conn *conn, const struct xz_column *columns,
                                size_t column_count, const char *sql,
                                const struct xz_db_value *args, size_t count, json_t *rows,
                                struct xz_err *err);

json_t *xz_json_time(int64_t time_ms);      /* RFC 3339, or null for 0 */
json_t *xz_json_day(int64_t day);           /* of a day's number: "2026-03-01" */
json_t *xz_json_text(struct xz_str text);   /* bytes that are no UTF-8: an empty string */
json_t *xz_json_words(struct xz_str words); /* "a,b" -> ["a","b"]; "" -> [] */

#endif
