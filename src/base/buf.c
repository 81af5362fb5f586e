/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"

void xz_buf_fini(struct xz_buf *buf)
{
    free(buf->data);
    *buf = (struct xz_buf){NULL, 0, 0};
}

void xz_buf_reserve(struct xz_buf *buf, size_t more)
{
    size_t cap = buf->cap;

    if (buf->cap - buf->len >= more) {
        return;
    }
    cap = cap < 256 ? 256 : cap;
    while (cap - buf->len < more) {
        cap *= 2;
    }
    buf->data = xz_realloc(buf->data, cap);
    buf->cap = cap;
}

void xz_buf_bytes(struct xz_buf *buf, const void *data, size_t len)
{
    if (len == 0) {
        return;
    }
    xz_buf_reserve(buf, len);
    memcpy(buf->data + buf->len, data, len);
    buf->len += len;
}

void xz_buf_u8(struct xz_buf *buf, uint8_t value)
{
    xz_buf_reserve(buf, 1);
    buf->data[buf->len++] = value;
}

void xz_buf_uvar(struct xz_buf *buf, uint64_t value)
{
    xz_buf_reserve(buf, 10);
    while (value >= 0x80) {
        buf->data[buf->len++] = (unsigned char)(value | 0x80);
        value >>= 7;
    }
    buf->data[buf->len++] = (unsigned char)value;
}

void xz_buf_svar(struct xz_buf *buf, int64_t value)
{
    xz_buf_uvar(buf, ((uint64_t)value << 1) ^ (uint64_t)(value >> 63));
}

void xz_buf_u32(struct xz_buf *buf, uint32_t value)
{
    unsigned char bytes[4];

    for (int i = 0; i < 4; i++) {
        bytes[i] = (unsigned char)(value >> (8 * i));
    }
    xz_buf_bytes(buf, bytes, sizeof(bytes));
}

void xz_buf_u64(struct xz_buf *buf, uint64_t value)
{
    unsigned char bytes[8];

    for (int i = 0; i < 8; i++) {
        bytes[i] = (unsigned char)(value >> (8 * i));
    }
    xz_buf_bytes(buf, bytes, sizeof(bytes));
}

void xz_buf_f64(struct xz_buf *buf, double value)
{
    uint64_t bits;

    memcpy(&bits, &value, sizeof(bits));
    xz_buf_u64(buf, bits);
}

void xz_buf_str(struct xz_buf *buf, struct xz_str text)
{
    xz_buf_uvar(buf, text.len);
    xz_buf_bytes(buf, text.ptr, text.len);
}

void xz_buf_printf(struct xz_buf *buf, const char *format, ...)
{
    va_list args;
    int len;

    va_start(args, format);
    len = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (len <= 0) {
        return;
    }
    xz_buf_reserve(buf, (size_t)len + 1);
    va_start(args, format);
    (void)vsnprintf((char *)buf->data + buf->len, (size_t)len + 1, format, args);
    va_end(args);
    buf->len += (size_t)len;
}

static bool take(struct xz_reader *reader, size_t len)
{
    if (reader->bad || (size_t)(reader->end - reader->at) < len) {
        reader->bad = true;
        return false;
    }
    return true;
}

uint8_t xz_read_u8(struct xz_reader *reader) { return take(reader, 1) ? *reader->at++ : 0; }

uint64_t xz_read_uvar(struct xz_reader *reader)
{
    uint64_t value = 0;

    for (unsigned shift = 0; shift < 64; shift += 7) {
        const uint8_t byte = xz_read_u8(reader);

        if (reader->bad || (shift == 63 && byte > 1)) {
            break;
        }
        value |= (uint64_t)(byte & 0x7f) << shift;
        if ((byte & 0x80) == 0) {
            return value;
        }
    }
    reader->bad = true;
    return 0;
}

int64_t xz_read_svar(struct xz_reader *reader)
{
    const uint64_t value = xz_read_uvar(reader);

    return (int64_t)(value >> 1) ^ -(int64_t)(value & 1);
}

uint32_t xz_read_u32(struct xz_reader *reader)
{
    uint32_t value = 0;

    if (take(reader, 4)) {
        for (int i = 0; i < 4; i++) {
            value |= (uint32_t)reader->at[i] << (8 * i);
        }
        reader->at += 4;
    }
    return value;
}

uint64_t xz_read_u64(struct xz_reader *reader)
{
    uint64_t value = 0;

    if (take(reader, 8)) {
        for (int i = 0; i < 8; i++) {
            value |= (uint64_t)reader->at[i] << (8 * i);
        }
        reader->at += 8;
    }
    return value;
}

double xz_read_f64(struct xz_reader *reader)
{
    const uint64_t bits = xz_read_u64(reader);
    double value;

    memcpy(&value, &bits, sizeof(value));
    return value;
}

struct xz_str xz_read_bytes(struct xz_reader *reader, size_t len)
{
    struct xz_str text = XZ_STR_NONE;

    if (len > UINT32_MAX || !take(reader, len)) {
        reader->bad = true;
        return text;
    }
    if (len > 0) {
        text = (struct xz_str){(const char *)reader->at, (uint32_t)len};
        reader->at += len;
    }
    return text;
}

struct xz_str xz_read_str(struct xz_reader *reader)
{
    const uint64_t len = xz_read_uvar(reader);

    return xz_read_bytes(reader, len > UINT32_MAX ? SIZE_MAX : (size_t)len);
}
