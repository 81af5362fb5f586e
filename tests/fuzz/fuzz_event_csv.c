/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as a table: by hand row for row, and as a file with a header of known columns. The
 * first byte is the separator. */
#include "fuzz.h"

#include "event/limits.h"

static void by_hand(struct xz_str text, char separator)
{
    static struct xz_csv_row cells; /* large for a stack under the sanitizer */
    struct xz_str row, rest = text;
    struct xz_arena arena;
    struct xz_err err = {0};

    xz_arena_init(&arena, (size_t)16 << 20);
    while (xz_csv_next(&rest, &row)) {
        MUST(row.len == 0 || (row.ptr >= text.ptr && row.ptr + row.len <= text.ptr + text.len));
        if (xz_csv_split(row, separator, &arena, &cells, &err) != XZ_OK) {
            MUST(err.rc == XZ_REJECT && err.msg[0] != '\0');
            continue;
        }
        MUST(cells.count >= 1 && cells.count <= XZ_CSV_CELLS_MAX);
        for (size_t i = 0; i < cells.count; i++) {
            MUST(cells.cells[i].len <= row.len);
        }
    }
    xz_arena_fini(&arena);
}

static void as_file(struct xz_str text)
{
    static const char *const columns[] = {"code", "name", "sex", "age_min"};
    static struct xz_csv_file file;
    struct xz_err err = {0};
    bool more = true;

    if (xz_csv_open_text(&file, "fuzz.csv", text, columns, 4, &err) != XZ_OK) {
        MUST(err.rc == XZ_CONFIG && err.msg[0] != '\0');
        return;
    }
    for (size_t rows = 0; more; rows++) {
        int64_t number = 3;

        if (xz_csv_row(&file, &more, &err) != XZ_OK) {
            MUST(err.rc == XZ_CONFIG && err.msg[0] != '\0');
            break;
        }
        MUST(!more || (rows < file.rows_max && xz_csv_cell(&file, 0).len > 0));
        if (more && xz_csv_int(&file, 2, -1, 9, &number, &err) == XZ_OK) {
            MUST(number >= -1 && number <= 9);
        }
    }
    xz_csv_close(&file);
}

static void as_limits(struct xz_str text, bool items)
{
    static struct xz_csv_file file;
    struct xz_limits limits;
    struct xz_arena arena;
    struct xz_str code;
    struct xz_err err = {0};
    bool more = true;

    if (xz_limits_open_text(&file, "fuzz.csv", text, items, &err) != XZ_OK) {
        return;
    }
    xz_arena_init(&arena, (size_t)16 << 20);
    while (more && xz_csv_row(&file, &more, &err) == XZ_OK && more) {
        if (xz_limits_read(&file, items, &arena, &code, &limits, &err) == XZ_OK) {
            MUST(limits.known == 1 && limits.sex >= 0 && limits.sex <= 2);
            MUST(limits.age_min >= -1 && limits.age_max >= -1);
        } else {
            MUST(err.rc == XZ_CONFIG && err.msg[0] != '\0');
        }
    }
    xz_arena_fini(&arena);
    xz_csv_close(&file);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct xz_str text;

    if (size == 0 || data[0] == '"' || data[0] == '\n' || data[0] == '\r') {
        return 0;
    }
    text = input_of(data + 1, size - 1);
    by_hand(text, (char)data[0]);
    as_file(text);
    as_limits(text, true);
    as_limits(text, false);
    return 0;
}
