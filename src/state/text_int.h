/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * state/text_int.h - short strings in few bytes: runs of digits as numbers, a beginning that
 * another string has too as its length. Lossless for every string.
 *
 * Layout: uvar(length << 2 | form), then by form
 *   0 raw bytes; 1 digits, packed;
 *   2 a byte (beginning << 3 | rest), the rest: 0 raw, 1 digits, 2 one byte and then digits;
 *   3 length is a distance: the same string as so many records before (the caller's business).
 */
#ifndef XZ_STATE_TEXT_INT_H
#define XZ_STATE_TEXT_INT_H
#include "base/buf.h"

/* Digits in groups of up to 19, each a little endian number in the fewest bytes that always fit. */
void xz_digits_put(struct xz_str digits, struct xz_buf *out);
/* Appends count digits to out; sets reader->bad when they are none. */
void xz_digits_get(struct xz_reader *reader, size_t count, struct xz_buf *out);
bool xz_digits_only(struct xz_str text);

void xz_text_put(struct xz_str text, struct xz_str like, struct xz_buf *out);
void xz_text_put_back(uint32_t distance, struct xz_buf *out);
/* Appends the string to out, which must not hold `like`. Returns 0, or the distance when the same
 * string stands in an earlier record (out is then left as it is). limit bounds out->len. */
uint64_t xz_text_get(struct xz_reader *reader, struct xz_str like, size_t limit,
                     struct xz_buf *out);

/* A message id: its institution, yyyymmddHHMMSS (UTC+8) of a time near at_ms and a tail; any other
 * is written as a text. */
void xz_msgid_put(struct xz_str msgid, struct xz_str institution, int64_t at_ms, struct xz_str like,
                  struct xz_buf *out);
/* Appends the message id to out. Where institution stands in out itself, out must have room for it
 * and 64 bytes more; like must not stand there. */
void xz_msgid_get(struct xz_reader *reader, struct xz_str institution, int64_t at_ms,
                  struct xz_str like, struct xz_buf *out);

/* A list as xz_codes_pack makes it, or any other bytes. */
void xz_codes_put(struct xz_str list, struct xz_buf *out);
void xz_codes_get(struct xz_reader *reader, struct xz_buf *out); /* appends */

#endif
