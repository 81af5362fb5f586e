/* SPDX-License-Identifier: GPL-3.0-or-later */
/* event/csv.h - comma separated values (RFC 4180): rows of cells, in place. */
#ifndef XZ_EVENT_CSV_H
#define XZ_EVENT_CSV_H
#include <stddef.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

#define XZ_CSV_CELLS_MAX 256

struct xz_csv_row {
    struct xz_str cells[XZ_CSV_CELLS_MAX];
    size_t count;
};

/* One row without its line end. Cells borrow from it; those with doubled quotes are unescaped into
 * the arena. XZ_REJECT malformed when a quote is never closed or there are too many cells. */
XZ_MUST enum xz_rc xz_csv_split(struct xz_str row, char separator, struct xz_arena *arena,
                                struct xz_csv_row *out, struct xz_err *err);

/* Takes the next row off *text: up to a line end outside quotes. False when text is empty. A byte
 * order mark and "\r" before "\n" are dropped. */
bool xz_csv_next(struct xz_str *text, struct xz_str *row);

/* A whole file into memory; XZ_CONFIG when it cannot be read. Frees with free(). */
XZ_MUST enum xz_rc xz_file_read(const char *file, size_t max, char **bytes, size_t *len,
                                struct xz_err *err);

#endif
