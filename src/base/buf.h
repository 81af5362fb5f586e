/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * base/buf.h - a growable byte buffer, and a reader that cannot run past its end.
 *
 * Integers are varints (LEB128; signed ones zigzag), so that state and frames stay small. A read
 * past the end or a malformed varint sets `bad` and yields zeros from then on: a decoder checks
 * once, at the end.
 */
#ifndef XZ_BASE_BUF_H
#define XZ_BASE_BUF_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

struct xz_buf {
    unsigned char *data;
    size_t len, cap;
};

void xz_buf_fini(struct xz_buf *buf);
void xz_buf_reserve(struct xz_buf *buf, size_t more);
void xz_buf_bytes(struct xz_buf *buf, const void *data, size_t len);
void xz_buf_u8(struct xz_buf *buf, uint8_t value);
void xz_buf_uvar(struct xz_buf *buf, uint64_t value);
void xz_buf_svar(struct xz_buf *buf, int64_t value);
void xz_buf_u32(struct xz_buf *buf, uint32_t value);     /* little endian */
void xz_buf_u64(struct xz_buf *buf, uint64_t value);     /* little endian */
void xz_buf_f64(struct xz_buf *buf, double value);       /* the bits, little endian */
void xz_buf_str(struct xz_buf *buf, struct xz_str text); /* length, then bytes */
void xz_buf_printf(struct xz_buf *buf, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static inline void xz_buf_clear(struct xz_buf *buf) { buf->len = 0; }
static inline struct xz_str xz_buf_view(const struct xz_buf *buf)
{
    return (struct xz_str){(const char *)buf->data, (uint32_t)buf->len};
}

struct xz_reader {
    const unsigned char *at, *end;
    bool bad;
};

static inline struct xz_reader xz_reader_of(const void *data, size_t len)
{
    const unsigned char *at = (const unsigned char *)data;

    return (struct xz_reader){at, len > 0 ? at + len : at, false}; /* NULL has no end to add to */
}
uint8_t xz_read_u8(struct xz_reader *reader);
uint64_t xz_read_uvar(struct xz_reader *reader);
int64_t xz_read_svar(struct xz_reader *reader);
uint32_t xz_read_u32(struct xz_reader *reader);
uint64_t xz_read_u64(struct xz_reader *reader);
double xz_read_f64(struct xz_reader *reader);
struct xz_str xz_read_str(struct xz_reader *reader); /* borrowed from the buffer that is read */
struct xz_str xz_read_bytes(struct xz_reader *reader, size_t len); /* borrowed likewise */
static inline size_t xz_reader_left(const struct xz_reader *reader)
{
    return (size_t)(reader->end - reader->at);
}

#endif
