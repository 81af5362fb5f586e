/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "event/limits.h"

#include <stdio.h>
#include <stdlib.h>

#include "event/field_int.h"

#define FILE_BYTES_MAX ((size_t)1 << 30)
#define CELL_BYTES_MAX 512 /* the compact form of an event carries some of them */

enum {
    COL_CODE,
    COL_NAME,
    COL_SEX,
    COL_AGE_MIN,
    COL_AGE_MAX,
    COL_LAST /* use or chronic */,
    COL_INGREDIENT,
    COL_WATCH,
    COL_LIST_PRICE,
    COLUMNS
};
static const char *const item_columns[COLUMNS] = {
    "code", "name", "sex", "age_min", "age_max", "use", "ingredient", "watch", "list_price"};
static const char *const diagnosis_columns[COL_LAST + 1] = {"code",    "name",    "sex",
                                                            "age_min", "age_max", "chronic"};

/* A quoted cell may hold line ends; messages give the line on which the row begins. */
static void count_lines(struct xz_csv_file *file, struct xz_str row)
{
    file->line = file->next_line++;
    for (uint32_t i = 0; i < row.len; i++) {
        file->next_line += row.ptr[i] == '\n';
    }
}

static enum xz_rc check_row(const struct xz_csv_file *file, struct xz_str row, struct xz_err *err)
{
    if (!xz_utf8_valid(row) || memchr(row.ptr, 0, row.len) != NULL) {
        return xz_err_config(err, file->name, file->line, "not UTF-8 text: save the file as UTF-8");
    }
    for (size_t i = 0; i < file->row.count; i++) {
        if (file->row.cells[i].len > CELL_BYTES_MAX) {
            return xz_err_config(err, file->name, file->line, "a cell of more than %d bytes",
                                 CELL_BYTES_MAX);
        }
    }
    if (xz_csv_cell(file, 0).len == 0) {
        return xz_err_config(err, file->name, file->line, "the first column is empty");
    }
    if (xz_csv_cell(file, 0).len > XZ_ID_MAX) {
        return xz_err_config(err, file->name, file->line, "a code of more than %d bytes",
                             XZ_ID_MAX);
    }
    return XZ_OK;
}

static enum xz_rc read_header(struct xz_csv_file *file, const char *const columns[], size_t count,
                              struct xz_err *err)
{
    struct xz_str row;

    file->column_count = count;
    for (size_t i = 0; i < count; i++) {
        file->column[i] = -1;
    }
    file->line = file->next_line = 1;
    if (!xz_csv_next(&file->rest, &row)) {
        return xz_err_config(err, file->name, 1, "empty: a header is wanted, with at least %s",
                             columns[0]);
    }
    if (xz_csv_split(row, ',', &file->scratch, &file->row, NULL) != XZ_OK) {
        return xz_err_config(err, file->name, 1, "the header is not comma separated values");
    }
    count_lines(file, row);
    for (size_t cell = 0; cell < file->row.count; cell++) {
        for (size_t i = 0; i < count; i++) {
            if (!xz_str_eq(file->row.cells[cell], xz_str_from(columns[i]))) {
                continue;
            }
            if (file->column[i] >= 0) {
                return xz_err_config(err, file->name, 1, "column \"%s\" stands twice", columns[i]);
            }
            file->column[i] = (int)cell;
        }
    }
    if (file->column[0] < 0) {
        return xz_err_config(err, file->name, 1, "the header has no column \"%s\"", columns[0]);
    }
    return XZ_OK;
}

enum xz_rc xz_csv_open_text(struct xz_csv_file *file, const char *name, struct xz_str text,
                            const char *const columns[], size_t count, struct xz_err *err)
{
    enum xz_rc rc;

    memset(file, 0, sizeof(*file));
    file->name = name;
    file->rest = text;
    xz_arena_init(&file->scratch, (size_t)1 << 24);
    file->rows_max = 1;
    for (uint32_t i = 0; i < text.len; i++) {
        file->rows_max += text.ptr[i] == '\n';
    }
    rc = read_header(file, columns, count, err);
    if (rc != XZ_OK) {
        xz_csv_close(file);
    }
    return rc;
}

enum xz_rc xz_csv_open(struct xz_csv_file *file, const char *name, const char *const columns[],
                       size_t count, struct xz_err *err)
{
    char *bytes;
    size_t len;
    enum xz_rc rc = xz_file_read(name, FILE_BYTES_MAX, &bytes, &len, err);

    if (rc != XZ_OK) {
        return rc;
    }
    rc = xz_csv_open_text(file, name, (struct xz_str){bytes, (uint32_t)len}, columns, count, err);
    if (rc == XZ_OK) {
        file->bytes = bytes;
    } else {
        free(bytes);
    }
    return rc;
}

void xz_csv_close(struct xz_csv_file *file)
{
    free(file->bytes);
    file->bytes = NULL;
    xz_arena_fini(&file->scratch);
}

struct xz_str xz_csv_cell(const struct xz_csv_file *file, size_t column)
{
    const int at = file->column[column];

    return at < 0 || (size_t)at >= file->row.count ? XZ_STR_NONE : file->row.cells[at];
}

enum xz_rc xz_csv_row(struct xz_csv_file *file, bool *more, struct xz_err *err)
{
    struct xz_str row;

    *more = false;
    do {
        if (!xz_csv_next(&file->rest, &row)) {
            return XZ_OK;
        }
        count_lines(file, row);
    } while (row.len == 0);
    xz_arena_reset(&file->scratch);
    if (xz_csv_split(row, ',', &file->scratch, &file->row, NULL) != XZ_OK) {
        return xz_err_config(err, file->name, file->line, "not a row of comma separated values");
    }
    if (check_row(file, row, err) != XZ_OK) {
        return XZ_CONFIG;
    }
    *more = true;
    return XZ_OK;
}

enum xz_rc xz_csv_int(const struct xz_csv_file *file, size_t column, int64_t min, int64_t max,
                      int64_t *value, struct xz_err *err)
{
    const struct xz_str text = xz_csv_cell(file, column);
    char copy[24], *end;
    long long number;

    if (text.len == 0) {
        return XZ_OK;
    }
    (void)snprintf(copy, sizeof(copy), XZ_STR_FMT, XZ_STR_ARG(text));
    number = strtoll(copy, &end, 10);
    if (text.len >= sizeof(copy) || *end != '\0' || number < min || number > max) {
        return xz_err_config(err, file->name, file->line,
                             "\"%s\" is not a whole number from %lld to %lld", copy, (long long)min,
                             (long long)max);
    }
    *value = number;
    return XZ_OK;
}

enum xz_rc xz_limits_open(struct xz_csv_file *file, const char *name, bool items,
                          struct xz_err *err)
{
    return xz_csv_open(file, name, items ? item_columns : diagnosis_columns,
                       items ? COLUMNS : COL_LAST + 1, err);
}

enum xz_rc xz_limits_open_text(struct xz_csv_file *file, const char *name, struct xz_str text,
                               bool items, struct xz_err *err)
{
    return xz_csv_open_text(file, name, text, items ? item_columns : diagnosis_columns,
                            items ? COLUMNS : COL_LAST + 1, err);
}

static enum xz_rc read_item(const struct xz_csv_file *file, struct xz_arena *arena,
                            struct xz_limits *limits, struct xz_err *err)
{
    const struct xz_str use = xz_csv_cell(file, COL_LAST);
    const struct xz_str price = xz_csv_cell(file, COL_LIST_PRICE);
    int64_t watch = -1;

    limits->ingredient = xz_arena_str(arena, xz_csv_cell(file, COL_INGREDIENT));
    if (xz_str_eq(use, XZ_STR("allowed"))) {
        limits->use = XZ_USE_ALLOWED;
    } else if (xz_str_eq(use, XZ_STR("forbidden"))) {
        limits->use = XZ_USE_FORBIDDEN;
    } else if (use.len > 0) {
        return xz_err_config(err, file->name, file->line,
                             "use \"" XZ_STR_FMT "\" is neither allowed nor forbidden",
                             XZ_STR_ARG(use));
    }
    if (price.len > 0) {
        static const struct xz_field money = {.type = XZ_FIELD_FEN, .name = "list_price"};

        if (xz_decimal_parse(price, 2, XZ_MONEY_MAX_FEN, &limits->list_price_fen, &money, NULL) !=
                XZ_OK ||
            limits->list_price_fen < 0) {
            return xz_err_config(err, file->name, file->line,
                                 "list_price \"" XZ_STR_FMT "\" is no price: write yuan with at "
                                 "most two decimals",
                                 XZ_STR_ARG(price));
        }
    }
    if (xz_csv_int(file, COL_WATCH, 0, 1, &watch, err) != XZ_OK) {
        return XZ_CONFIG;
    }
    limits->watch = (int8_t)watch;
    return XZ_OK;
}

enum xz_rc xz_limits_read(const struct xz_csv_file *file, bool items, struct xz_arena *arena,
                          struct xz_str *code, struct xz_limits *limits, struct xz_err *err)
{
    int64_t sex = 0, age_min = -1, age_max = -1, chronic = -1;

    *limits =
        (struct xz_limits){.known = 1, .chronic = -1, .watch = -1, .list_price_fen = XZ_FEN_NONE};
    *code = xz_arena_str(arena, xz_csv_cell(file, COL_CODE));
    limits->name = xz_arena_str(arena, xz_csv_cell(file, COL_NAME));
    if (xz_csv_int(file, COL_SEX, 0, 2, &sex, err) != XZ_OK ||
        xz_csv_int(file, COL_AGE_MIN, 0, 200, &age_min, err) != XZ_OK ||
        xz_csv_int(file, COL_AGE_MAX, 0, 200, &age_max, err) != XZ_OK) {
        return XZ_CONFIG;
    }
    limits->sex = (int8_t)sex;
    limits->age_min = (int16_t)age_min;
    limits->age_max = (int16_t)age_max;
    if (items) {
        return read_item(file, arena, limits, err);
    }
    if (xz_csv_int(file, COL_LAST, 0, 1, &chronic, err) != XZ_OK) {
        return XZ_CONFIG;
    }
    limits->chronic = (int8_t)chronic;
    return XZ_OK;
}
