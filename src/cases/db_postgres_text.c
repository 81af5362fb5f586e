/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cases/db_postgres_text.h"

#include <ctype.h>
#include <string.h>

void xz_pg_translate(const char *sql, struct xz_buf *out)
{
    bool quoted = false;

    for (; *sql != '\0'; sql++) {
        quoted ^= *sql == '\'';
        if (*sql != '+' || quoted || isalpha((unsigned char)sql[1]) == 0) {
            xz_buf_u8(out, (uint8_t)(*sql == '?' && !quoted ? '$' : *sql));
        }
    }
    xz_buf_u8(out, 0);
}

bool xz_pg_put_value(struct xz_buf *out, const struct xz_db_value *value)
{
    switch (value->kind) {
    case XZ_DB_KIND_INT:
        xz_buf_printf(out, "%lld", (long long)value->integer);
        break;
    case XZ_DB_KIND_DOUBLE:
        xz_buf_printf(out, "%.17g", value->real);
        break;
    case XZ_DB_KIND_TEXT:
        if (value->bytes.len > 0 && memchr(value->bytes.ptr, '\0', value->bytes.len) != NULL) {
            return false;
        }
        xz_buf_bytes(out, value->bytes.ptr, value->bytes.len);
        break;
    case XZ_DB_KIND_BLOB:
        xz_buf_printf(out, "\\x");
        for (uint32_t i = 0; i < value->bytes.len; i++) {
            xz_buf_printf(out, "%02x", (unsigned char)value->bytes.ptr[i]);
        }
        break;
    case XZ_DB_KIND_NULL:
        break;
    }
    xz_buf_u8(out, 0);
    return true;
}
