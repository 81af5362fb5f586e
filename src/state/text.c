/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "state/text_int.h"

#include <string.h>

enum form { FORM_RAW, FORM_DIGITS, FORM_LIKE, FORM_BACK };
enum rest { REST_RAW, REST_DIGITS, REST_LETTER };

#define GROUP    19 /* the most digits that a u64 always holds */
#define LIKE_MIN 3
#define LIKE_MAX 31

/* Bytes that hold every number of n digits: ceil(n * log2(10) / 8). */
static const uint8_t group_bytes[GROUP + 1] = {0, 1, 1, 2, 2, 3, 3, 3, 4, 4,
                                               5, 5, 5, 6, 6, 7, 7, 8, 8, 8};

bool xz_digits_only(struct xz_str text)
{
    for (uint32_t i = 0; i < text.len; i++) {
        if (text.ptr[i] < '0' || text.ptr[i] > '9') {
            return false;
        }
    }
    return true;
}

void xz_digits_put(struct xz_str digits, struct xz_buf *out)
{
    const char *at = digits.ptr;
    size_t left = digits.len;

    while (left > 0) {
        const size_t count = left < GROUP ? left : GROUP;
        unsigned char bytes[8];
        uint64_t value = 0;

        for (size_t i = 0; i < count; i++) {
            value = value * 10 + (uint64_t)(at[i] - '0');
        }
        for (unsigned i = 0; i < sizeof(bytes); i++) {
            bytes[i] = (unsigned char)(value >> (8 * i));
        }
        xz_buf_bytes(out, bytes, group_bytes[count]);
        at += count;
        left -= count;
    }
}

void xz_digits_get(struct xz_reader *reader, size_t count, struct xz_buf *out)
{
    if (count / GROUP * 8 > xz_reader_left(reader)) { /* before memory is asked for */
        reader->bad = true;
        return;
    }
    xz_buf_reserve(out, count);
    while (count > 0 && !reader->bad) {
        const size_t some = count < GROUP ? count : GROUP;
        const struct xz_str bytes = xz_read_bytes(reader, group_bytes[some]);
        uint64_t value = 0;

        for (unsigned i = 0; i < bytes.len; i++) {
            value |= (uint64_t)(unsigned char)bytes.ptr[i] << (8 * i);
        }
        for (size_t i = some; i-- > 0;) {
            out->data[out->len + i] = (unsigned char)('0' + value % 10);
            value /= 10;
        }
        reader->bad |= value != 0;
        out->len += some;
        count -= some;
    }
}

static uint32_t common(struct xz_str left, struct xz_str right)
{
    uint32_t most = left.len < right.len ? left.len : right.len;
    uint32_t i = 0;

    most = most < LIKE_MAX ? most : LIKE_MAX;
    while (i < most && left.ptr[i] == right.ptr[i]) {
        i++;
    }
    return i < LIKE_MIN ? 0 : i;
}

void xz_text_put(struct xz_str text, struct xz_str like, struct xz_buf *out)
{
    const uint32_t same = common(text, like);
    struct xz_str left = {same > 0 ? text.ptr + same : text.ptr, text.len - same};
    enum rest rest = REST_RAW;

    if (left.len >= 2 && xz_digits_only(left)) {
        rest = REST_DIGITS;
    } else if (left.len >= 4 && xz_digits_only((struct xz_str){left.ptr + 1, left.len - 1})) {
        rest = REST_LETTER;
    }
    if (same == 0 && rest != REST_LETTER) {
        const enum form form = rest == REST_DIGITS ? FORM_DIGITS : FORM_RAW;

        xz_buf_uvar(out, ((uint64_t)left.len << 2) | form);
    } else {
        xz_buf_uvar(out, ((uint64_t)left.len << 2) | FORM_LIKE);
        xz_buf_u8(out, (uint8_t)(same << 3 | rest));
    }
    if (rest == REST_LETTER) {
        xz_buf_u8(out, (uint8_t)left.ptr[0]);
        left = (struct xz_str){left.ptr + 1, left.len - 1};
    }
    if (rest == REST_RAW) {
        xz_buf_bytes(out, left.ptr, left.len);
    } else {
        xz_digits_put(left, out);
    }
}

void xz_text_put_back(uint32_t distance, struct xz_buf *out)
{
    xz_buf_uvar(out, ((uint64_t)distance << 2) | FORM_BACK);
}

uint64_t xz_text_get(struct xz_reader *reader, struct xz_str like, size_t limit, struct xz_buf *out)
{
    const uint64_t tag = xz_read_uvar(reader);
    const enum form form = (enum form)(tag & 3);
    uint64_t len = tag >> 2;
    enum rest rest = form == FORM_DIGITS ? REST_DIGITS : REST_RAW;

    if (form == FORM_BACK) {
        reader->bad |= len == 0;
        return len;
    }
    if (len > limit || out->len > limit - len) {
        reader->bad = true;
        return 0;
    }
    if (form == FORM_LIKE) {
        const uint8_t head = xz_read_u8(reader);
        const uint32_t same = head >> 3;

        if (same > like.len || (head & 7) > REST_LETTER || same > limit - len - out->len) {
            reader->bad = true;
            return 0;
        }
        xz_buf_bytes(out, like.ptr, same);
        rest = (enum rest)(head & 7);
    }
    if (rest == REST_LETTER && len > 0) {
        xz_buf_u8(out, xz_read_u8(reader));
        len--;
    }
    if (rest == REST_RAW) {
        const struct xz_str bytes = xz_read_bytes(reader, len);

        xz_buf_bytes(out, bytes.ptr, bytes.len);
    } else {
        xz_digits_get(reader, len, out);
    }
    return 0;
}
