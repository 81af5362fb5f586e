/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cases/row.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/time.h"

struct first {
    int64_t *number;
    struct xz_buf *bytes;
    bool is_blob, found;
};

static bool take_first(void *arg, const struct xz_db_row *row)
{
    struct first *first = arg;

    first->found = true;
    if (first->number != NULL) {
        *first->number = xz_db_int(row, 0);
    } else {
        const struct xz_str bytes = first->is_blob ? xz_db_blob(row, 0) : xz_db_text(row, 0);

        xz_buf_bytes(first->bytes, bytes.ptr, bytes.len);
    }
    return false;
}

static enum xz_rc read_first(struct xz_db_conn *conn, const char *sql,
                             const struct xz_db_value *args, size_t count, struct first *first,
                             bool *found, struct xz_err *err)
{
    const enum xz_rc rc = xz_db_query(conn, sql, args, count, take_first, first, err);

    if (found != NULL) {
        *found = first->found;
    }
    return rc;
}

enum xz_rc xz_row_int(struct xz_db_conn *conn, const char *sql, const struct xz_db_value *args,
                      size_t count, int64_t *value, bool *found, struct xz_err *err)
{
    struct first first = {.is_blob = false};

    first.number = value;
    return read_first(conn, sql, args, count, &first, found, err);
}

enum xz_rc xz_row_text(struct xz_db_conn *conn, const char *sql, const struct xz_db_value *args,
                       size_t count, struct xz_buf *value, bool *found, struct xz_err *err)
{
    struct first first = {.bytes = value};

    return read_first(conn, sql, args, count, &first, found, err);
}

enum xz_rc xz_row_blob(struct xz_db_conn *conn, const char *sql, const struct xz_db_value *args,
                       size_t count, struct xz_buf *value, bool *found, struct xz_err *err)
{
    struct first first = {.bytes = value, .is_blob = true};

    return read_first(conn, sql, args, count, &first, found, err);
}

/* ---- JSON ---- */

json_t *xz_json_time(int64_t time_ms)
{
    char text[XZ_TIME_TEXT_MAX];

    if (time_ms == 0) {
        return json_null();
    }
    xz_time_format(time_ms, text);
    return json_string(text);
}

json_t *xz_json_text(struct xz_str text)
{
    json_t *made = json_stringn(text.len > 0 ? text.ptr : "", text.len);

    return made != NULL ? made : json_string("");
}

json_t *xz_json_words(struct xz_str words)
{
    json_t *list = json_array();

    while (words.len > 0) {
        const char *comma = memchr(words.ptr, ',', words.len);
        const uint32_t len = comma != NULL ? (uint32_t)(comma - words.ptr) : words.len;
        const uint32_t step = comma != NULL ? len + 1 : len;

        (void)json_array_append_new(list, xz_json_text((struct xz_str){words.ptr, len}));
        words = (struct xz_str){words.ptr + step, words.len - step};
    }
    return list;
}

json_t *xz_json_day(int64_t day)
{
    char text[16];

    xz_date_format((int32_t)day, text);
    return json_string(text);
}

static json_t *json_of_text(struct xz_str text)
{
    json_t *value = json_loadb(text.len > 0 ? text.ptr : "", text.len, JSON_DECODE_ANY, NULL);

    return value != NULL ? value : json_null();
}

static json_t *json_hex(struct xz_str bytes)
{
    static const char digits[] = "0123456789abcdef";
    struct xz_buf text = {0};
    json_t *made;

    for (uint32_t i = 0; i < bytes.len; i++) {
        const unsigned char byte = (unsigned char)bytes.ptr[i];

        xz_buf_u8(&text, (uint8_t)digits[byte >> 4]);
        xz_buf_u8(&text, (uint8_t)digits[byte & 15]);
    }
    made = xz_json_text(xz_buf_view(&text));
    xz_buf_fini(&text);
    return made;
}

static json_t *json_of(const struct xz_db_row *row, int at, enum xz_column_kind kind)
{
    switch (kind) {
    case XZ_COLUMN_INT:
        return json_integer(xz_db_int(row, at));
    case XZ_COLUMN_DOUBLE:
        return json_real(xz_db_double(row, at));
    case XZ_COLUMN_TEXT:
        return xz_json_text(xz_db_text(row, at));
    case XZ_COLUMN_BOOL:
        return json_boolean(xz_db_int(row, at) != 0);
    case XZ_COLUMN_TIME:
        return xz_json_time(xz_db_int(row, at));
    case XZ_COLUMN_DAY:
        return xz_json_day(xz_db_int(row, at));
    case XZ_COLUMN_ID:
        return xz_db_int(row, at) != 0 ? json_integer(xz_db_int(row, at)) : json_null();
    case XZ_COLUMN_JSON:
        return json_of_text(xz_db_text(row, at));
    case XZ_COLUMN_HEX:
        return json_hex(xz_db_blob(row, at));
    case XZ_COLUMN_WORDS:
        return xz_json_words(xz_db_text(row, at));
    }
    return json_null();
}

json_t *xz_row_json(const struct xz_db_row *row, const struct xz_column *columns, size_t count)
{
    json_t *object = json_object();

    for (size_t i = 0; i < count; i++) {
        (void)json_object_set_new(object, columns[i].key, json_of(row, (int)i, columns[i].kind));
    }
    return object;
}

struct rows {
    const struct xz_column *columns;
    size_t count;
    json_t *list;
};

static bool take_row(void *arg, const struct xz_db_row *row)
{
    struct rows *rows = arg;

    (void)json_array_append_new(rows->list, xz_row_json(row, rows->columns, rows->count));
    return true;
}

enum xz_rc xz_rows_json(struct xz_db_conn *conn, const struct xz_column *columns,
                        size_t column_count, const char *sql, const struct xz_db_value *args,
                        size_t count, json_t *list, struct xz_err *err)
{
    struct rows rows = {columns, column_count, list};

    return xz_db_query(conn, sql, args, count, take_row, &rows, err);
}
