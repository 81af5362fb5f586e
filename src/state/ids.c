/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The two long identifiers of a record in few bytes: its message id and its trace codes. */
#include <string.h>

#include "base/time.h"
#include "state/record.h"
#include "state/text_int.h"

/* ---- the message id: institution, yyyymmddHHMMSS of a time nearby, and a tail ---- */

#define STAMP             14
#define MSGID_STAMPED     1u /* else a text as any other */
#define MSGID_OTHER_TIME  2u
#define MSGID_TAIL_DIGITS 4u
#define MSGID_TAIL_SHIFT  3
#define MSGID_TAIL_MAX    31u

static const int64_t year_1900_s = INT64_C(-2208988800), year_2200_s = INT64_C(7258118400);

static void decimal(char *text, int digits, int value)
{
    for (int i = digits; i-- > 0; value /= 10) {
        text[i] = (char)('0' + value % 10);
    }
}

/* False when the time is none that a stamp can say. */
static bool stamp_write(int64_t time_s, char stamp[static STAMP])
{
    struct xz_civil civil;

    if (time_s < year_1900_s || time_s >= year_2200_s) {
        return false;
    }
    civil = xz_civil_of(time_s * 1000);
    decimal(stamp, 4, civil.year);
    decimal(stamp + 4, 2, civil.month);
    decimal(stamp + 6, 2, civil.day);
    decimal(stamp + 8, 2, civil.hour);
    decimal(stamp + 10, 2, civil.minute);
    decimal(stamp + 12, 2, civil.second);
    return true;
}

static int number(const char *text, int digits)
{
    int value = 0;

    for (int i = 0; i < digits; i++) {
        value = value * 10 + (text[i] - '0');
    }
    return value;
}

/* The time of a stamp; false unless stamp_write gives it back. */
static bool stamp_read(const char stamp[static STAMP], int64_t *time_s)
{
    char again[STAMP];
    int32_t day;

    if (!xz_digits_only((struct xz_str){stamp, STAMP})) {
        return false;
    }
    day = xz_day_of_date(number(stamp, 4), number(stamp + 4, 2), number(stamp + 6, 2));
    *time_s = xz_day_start_ms(day) / 1000 + number(stamp + 8, 2) * 3600 +
              number(stamp + 10, 2) * 60 + number(stamp + 12, 2);
    return stamp_write(*time_s, again) && memcmp(stamp, again, STAMP) == 0;
}

/* Differences and sums modulo 2^64: times from outside may be anything. */
static int64_t minus(int64_t left, int64_t right)
{
    return (int64_t)((uint64_t)left - (uint64_t)right);
}

static int64_t plus(int64_t left, int64_t right)
{
    return (int64_t)((uint64_t)left + (uint64_t)right);
}

static int64_t floor_s(int64_t at_ms) { return at_ms / 1000 - (at_ms % 1000 < 0); }

void xz_msgid_put(struct xz_str msgid, struct xz_str institution, int64_t at_ms, struct xz_str like,
                  struct xz_buf *out)
{
    const int64_t at_s = floor_s(at_ms);
    const uint32_t front = institution.len + STAMP;
    struct xz_str tail;
    int64_t time_s = at_s;
    char stamp[STAMP];
    uint32_t head = MSGID_STAMPED;

    if (institution.len == 0 || msgid.len < front || msgid.len - front > MSGID_TAIL_MAX ||
        !xz_str_starts(msgid, institution)) {
        goto plain;
    }
    if (!stamp_write(at_s, stamp) || memcmp(stamp, msgid.ptr + institution.len, STAMP) != 0) {
        if (!stamp_read(msgid.ptr + institution.len, &time_s)) {
            goto plain;
        }
        head |= MSGID_OTHER_TIME;
    }
    tail = (struct xz_str){msgid.ptr + front, msgid.len - front};
    head |= tail.len << MSGID_TAIL_SHIFT;
    head |= xz_digits_only(tail) ? MSGID_TAIL_DIGITS : 0;
    xz_buf_u8(out, (uint8_t)head);
    if (head & MSGID_OTHER_TIME) {
        xz_buf_svar(out, minus(time_s, at_s));
    }
    if (head & MSGID_TAIL_DIGITS) {
        xz_digits_put(tail, out);
    } else {
        xz_buf_bytes(out, tail.ptr, tail.len);
    }
    return;
plain:
    xz_buf_u8(out, 0);
    xz_text_put(msgid, like, out);
}

void xz_msgid_get(struct xz_reader *reader, struct xz_str institution, int64_t at_ms,
                  struct xz_str like, struct xz_buf *out)
{
    const uint8_t head = xz_read_u8(reader);
    const size_t tail = head >> MSGID_TAIL_SHIFT;
    int64_t time_s = floor_s(at_ms);
    char stamp[STAMP];

    if (!(head & MSGID_STAMPED)) {
        reader->bad |= head != 0;
        reader->bad |= xz_text_get(reader, like, XZ_RECORD_TEXT_MAX, out) != 0;
        return;
    }
    if (head & MSGID_OTHER_TIME) {
        time_s = plus(time_s, xz_read_svar(reader));
    }
    if (!stamp_write(time_s, stamp)) {
        reader->bad = true;
        return;
    }
    xz_buf_bytes(out, institution.ptr, institution.len);
    xz_buf_bytes(out, stamp, STAMP);
    if (head & MSGID_TAIL_DIGITS) {
        xz_digits_get(reader, tail, out);
    } else {
        const struct xz_str bytes = xz_read_bytes(reader, tail);

        xz_buf_bytes(out, bytes.ptr, bytes.len);
    }
}

/* ---- trace codes: neighbours in a batch differ in their last digits ---- */

enum { CODES_RAW, CODES_WHOLE, CODES_SPLIT };

static size_t uvar_bytes(uint64_t value)
{
    size_t bytes = 1;

    while (value >= 0x80) {
        value >>= 7;
        bytes++;
    }
    return bytes;
}

/* Count of codes when the list is as xz_codes_pack writes it and all are split alike, else 0. */
static uint64_t codes_count(struct xz_str list, bool *all_split)
{
    struct xz_reader reader = xz_reader_of(list.ptr, list.len);
    struct xz_str code;
    uint64_t count = 0;
    size_t bytes = 0;
    bool split = false;

    while (xz_codes_next(&reader, &code, &split)) {
        if (count > 0 && split != *all_split) {
            return 0;
        }
        *all_split = split;
        bytes += uvar_bytes((uint64_t)code.len << 1 | split) + code.len;
        count++;
    }
    return bytes == list.len ? count : 0;
}

void xz_codes_put(struct xz_str list, struct xz_buf *out)
{
    struct xz_reader reader = xz_reader_of(list.ptr, list.len);
    struct xz_str code, last = XZ_STR_NONE;
    bool split = false;
    const uint64_t count = codes_count(list, &split);

    if (count == 0) {
        xz_buf_uvar(out, (uint64_t)list.len << 2 | CODES_RAW);
        xz_buf_bytes(out, list.ptr, list.len);
        return;
    }
    xz_buf_uvar(out, count << 2 | (split ? CODES_SPLIT : CODES_WHOLE));
    while (xz_codes_next(&reader, &code, &split)) {
        xz_text_put(code, last, out);
        last = code;
    }
}

void xz_codes_get(struct xz_reader *reader, struct xz_buf *out)
{
    const uint64_t head = xz_read_uvar(reader);
    const bool split = (head & 3) == CODES_SPLIT;
    struct xz_buf code = {0}, last = {0};

    if ((head & 3) == CODES_RAW) {
        const struct xz_str bytes = xz_read_bytes(reader, head >> 2);

        xz_buf_bytes(out, bytes.ptr, bytes.len);
        return;
    }
    reader->bad |= (head & 3) > CODES_SPLIT;
    for (uint64_t i = 0; i < head >> 2 && !reader->bad; i++) {
        struct xz_buf swap = last;

        xz_buf_clear(&code);
        reader->bad |= xz_text_get(reader, xz_buf_view(&last), XZ_RECORD_TEXT_MAX, &code) != 0;
        reader->bad |= out->len + code.len > XZ_RECORD_TEXT_MAX;
        xz_buf_uvar(out, (uint64_t)code.len << 1 | split);
        xz_buf_bytes(out, code.data, code.len);
        last = code;
        code = swap;
    }
    xz_buf_fini(&code);
    xz_buf_fini(&last);
}
