/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "event/csv.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"

static enum xz_rc unquote(struct xz_str raw, struct xz_arena *arena, struct xz_str *cell,
                          struct xz_err *err)
{
    char *out;
    uint32_t len = 0;

    if (raw.len == 0 || memchr(raw.ptr, '"', raw.len) == NULL) {
        *cell = raw.len ? raw : XZ_STR_NONE;
        return XZ_OK;
    }
    out = xz_arena_alloc(arena, raw.len);
    if (out == NULL) {
        return xz_err_reject(err, "too_large", "", "the row does not fit the batch's memory");
    }
    for (uint32_t i = 0; i < raw.len; i++) {
        out[len++] = raw.ptr[i];
        i += raw.ptr[i] == '"' && i + 1 < raw.len && raw.ptr[i + 1] == '"';
    }
    *cell = (struct xz_str){out, len};
    return XZ_OK;
}

enum xz_rc xz_csv_split(struct xz_str row, char separator, struct xz_arena *arena,
                        struct xz_csv_row *out, struct xz_err *err)
{
    const char *at = row.ptr, *end = row.ptr + row.len;

    out->count = 0;
    for (;;) {
        const char *first = at;
        const bool quoted = at < end && *at == '"';
        struct xz_str raw;
        enum xz_rc rc;

        if (out->count == XZ_CSV_CELLS_MAX) {
            return xz_err_reject(err, "malformed", "", "more than %d cells", XZ_CSV_CELLS_MAX);
        }
        if (quoted) {
            first = ++at;
            while (at < end && (*at != '"' || (at + 1 < end && at[1] == '"'))) {
                at += *at == '"' ? 2 : 1;
            }
            if (at >= end) {
                return xz_err_reject(err, "malformed", "", "a quote is never closed");
            }
        } else {
            while (at < end && *at != separator) {
                at++;
            }
        }
        raw = (struct xz_str){first, (uint32_t)(at - first)};
        at += quoted;
        rc = quoted ? unquote(raw, arena, &out->cells[out->count], err) : XZ_OK;
        if (!quoted) {
            out->cells[out->count] = raw.len ? raw : XZ_STR_NONE;
        }
        out->count++;
        if (rc != XZ_OK || at >= end) {
            return rc;
        }
        if (*at != separator) {
            return xz_err_reject(err, "malformed", "", "letters follow a closing quote");
        }
        at++;
    }
}

bool xz_csv_next(struct xz_str *text, struct xz_str *row)
{
    bool quoted = false;
    uint32_t at = 0;

    if (text->len >= 3 && memcmp(text->ptr, "\xef\xbb\xbf", 3) == 0) {
        text->ptr += 3;
        text->len -= 3;
    }
    if (text->len == 0) {
        return false;
    }
    while (at < text->len && (quoted || text->ptr[at] != '\n')) {
        quoted = text->ptr[at] == '"' ? !quoted : quoted;
        at++;
    }
    *row = (struct xz_str){text->ptr, at};
    if (row->len > 0 && row->ptr[row->len - 1] == '\r') {
        row->len--;
    }
    at += at < text->len;
    text->ptr += at;
    text->len -= at;
    return true;
}

enum xz_rc xz_file_read(const char *file, size_t max, char **bytes, size_t *len, struct xz_err *err)
{
    FILE *in = fopen(file, "rb");
    size_t cap = (size_t)64 * 1024, used = 0;
    char *data;
    enum xz_rc rc = XZ_OK;

    if (in == NULL) {
        return xz_err_config(err, file, 0, "cannot be opened: %s", strerror(errno));
    }
    data = xz_malloc(cap);
    for (;;) {
        const size_t got = fread(data + used, 1, cap - used, in);

        used += got;
        if (got == 0) {
            break;
        }
        if (used > max) {
            rc = xz_err_config(err, file, 0, "larger than %zu bytes", max);
            break;
        }
        if (used == cap) {
            cap *= 2;
            data = xz_realloc(data, cap);
        }
    }
    if (rc == XZ_OK && ferror(in)) {
        rc = xz_err_config(err, file, 0, "cannot be read: %s", strerror(errno));
    }
    (void)fclose(in);
    if (rc != XZ_OK) {
        free(data);
        return rc;
    }
    *bytes = data;
    *len = used;
    return XZ_OK;
}
