/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One field from the text that a sender wrote: exact decimals, never a double. */
#include "event/field_int.h"

#include <assert.h>
#include <stdio.h>

static int shown(struct xz_str text) { return (int)(text.len > 40 ? 40 : text.len); }

/* "e+2" behind a number; *at moves past it. */
static bool read_exponent(struct xz_str text, uint32_t *at, int *exponent)
{
    const uint32_t sign = ++*at;
    const bool down = sign < text.len && text.ptr[sign] == '-';
    uint32_t first;

    if (sign < text.len && (text.ptr[sign] == '-' || text.ptr[sign] == '+')) {
        ++*at;
    }
    *exponent = 0;
    for (first = *at; *at < text.len && text.ptr[*at] >= '0' && text.ptr[*at] <= '9'; ++*at) {
        if (*at - first > 2) {
            return false;
        }
        *exponent = *exponent * 10 + (text.ptr[*at] - '0');
    }
    *exponent = down ? -*exponent : *exponent;
    return *at > first;
}

/* The size of a number as digits * 10^power; false when it is none or has too many digits. */
static bool read_decimal(struct xz_str text, int64_t *digits, int *power)
{
    uint32_t at = text.len > 0 && (text.ptr[0] == '-' || text.ptr[0] == '+'), count = 0;
    bool point = false;
    int scale = 0, exponent = 0;

    *digits = 0;
    for (; at < text.len; at++) {
        const char c = text.ptr[at];

        if (c == '.' && !point) {
            point = true;
            continue;
        }
        if (c < '0' || c > '9') {
            break;
        }
        if (*digits > (INT64_MAX - 9) / 10) {
            return false;
        }
        *digits = *digits * 10 + (c - '0');
        scale += point;
        count++;
    }
    if (at < text.len && (text.ptr[at] == 'e' || text.ptr[at] == 'E') &&
        !read_exponent(text, &at, &exponent)) {
        return false;
    }
    *power = exponent - scale;
    return count > 0 && at == text.len;
}

enum xz_rc xz_decimal_parse(struct xz_str text, int decimals, int64_t max, int64_t *value,
                            const struct xz_field *field, struct xz_err *err)
{
    const char *reason = field->type == XZ_FIELD_FEN ? "bad_money" : "bad_value";
    int64_t number = 0;
    int shift = 0;
    bool fits = read_decimal(text, &number, &shift);

    for (shift += decimals; fits && shift < 0 && number != 0; shift++) {
        if (number % 10 != 0) {
            return xz_err_reject(err, reason, field->name, "%s \"%.*s\" has more than %d decimals",
                                 field->name, shown(text), text.ptr, decimals);
        }
        number /= 10;
    }
    for (; fits && shift > 0 && number != 0; shift--) {
        fits = number <= max / 10;
        number *= fits ? 10 : 1;
    }
    if (!fits || number > max) {
        return xz_err_reject(err, reason, field->name, "%s \"%.*s\" is not a number that fits",
                             field->name, shown(text), text.len ? text.ptr : "");
    }
    *value = text.ptr[0] == '-' ? -number : number;
    return XZ_OK;
}

/* The place of text in a closed list; 0 when it is not there. */
static uint8_t index_of(const struct xz_field *field, struct xz_str text)
{
    for (uint8_t i = 1; field->names[i] != NULL; i++) {
        if (xz_str_eq(text, xz_str_from(field->names[i]))) {
            return i;
        }
    }
    return 0;
}

static enum xz_rc not_listed(const struct xz_field *field, struct xz_str text, struct xz_err *err)
{
    char list[320] = "";
    size_t len = 0;

    for (uint8_t i = 1; field->names[i] != NULL; i++) {
        const int more = snprintf(list + len, sizeof(list) - len, " %s", field->names[i]);

        len += (size_t)more;
        assert(len < sizeof(list));
    }
    return xz_err_reject(err, "bad_value", field->name, "%s \"%.*s\" is none of:%s", field->name,
                         shown(text), text.ptr, list);
}

static enum xz_rc set_enum(const struct xz_field *field, unsigned char *at, struct xz_str text,
                           struct xz_err *err)
{
    const uint8_t index = index_of(field, text);

    if (index == 0 && field->group != XZ_GROUP_ENVELOPE) {
        return not_listed(field, text, err);
    }
    *at = index; /* a channel of the envelope other than "load" says nothing that is needed */
    return XZ_OK;
}

static enum xz_rc set_flag(const struct xz_field *field, unsigned char *at, struct xz_str text,
                           struct xz_err *err)
{
    if (xz_str_eq(text, XZ_STR("1")) || xz_str_eq(text, XZ_STR("true"))) {
        *(int8_t *)at = 1;
    } else if (xz_str_eq(text, XZ_STR("0")) || xz_str_eq(text, XZ_STR("false"))) {
        *(int8_t *)at = 0;
    } else {
        return xz_err_reject(err, "bad_value", field->name, "%s \"%.*s\" is not 0 or 1",
                             field->name, shown(text), text.ptr);
    }
    return XZ_OK;
}

static enum xz_rc set_str(const struct xz_field *field, unsigned char *at, struct xz_str text,
                          struct xz_err *err)
{
    if (text.len > XZ_ID_MAX) {
        return xz_err_reject(err, "too_long", field->name, "%s has %u bytes, at most %d are kept",
                             field->name, text.len, XZ_ID_MAX);
    }
    if (field->names != NULL && index_of(field, text) == 0) {
        return not_listed(field, text, err);
    }
    memcpy(at, &text, sizeof(text));
    return XZ_OK;
}

static enum xz_rc with_path(enum xz_rc rc, const struct xz_field *field, struct xz_err *err)
{
    return xz_path_inside(rc, err, field->name, -1);
}

enum xz_rc xz_path_inside(enum xz_rc rc, struct xz_err *err, const char *name, int at)
{
    if (rc == XZ_REJECT && err != NULL) {
        char index[16] = "", path[sizeof(err->path)];

        memcpy(path, err->path, sizeof(path));
        if (at >= 0) {
            (void)snprintf(index, sizeof(index), "[%d]", at);
        }
        (void)snprintf(err->path, sizeof(err->path), "%.30s%s%s%.44s", name, index,
                       path[0] != '\0' && path[0] != '[' ? "." : "", path);
    }
    return rc;
}

/* A date as it often comes, with a time of day behind it, which must be one. */
static enum xz_rc parse_date(struct xz_str text, int32_t *day, struct xz_err *err)
{
    int64_t time_ms;

    if (text.len > 10 && (text.ptr[10] == ' ' || text.ptr[10] == 'T') &&
        xz_time_parse(text, &time_ms, NULL) == XZ_OK) {
        text.len = 10;
    }
    return xz_date_parse(text, day, err);
}

enum xz_rc xz_field_set_text(const struct xz_field *field, void *base, struct xz_str text,
                             struct xz_err *err)
{
    unsigned char *at = (unsigned char *)base + field->offset;
    int64_t number = XZ_NUM_NONE;
    int32_t day = XZ_DAY_NONE;
    enum xz_rc rc = XZ_OK;

    if (text.len == 0) {
        return XZ_OK;
    }
    switch (field->type) {
    case XZ_FIELD_STR:
        return set_str(field, at, text, err);
    case XZ_FIELD_ENUM:
        return set_enum(field, at, text, err);
    case XZ_FIELD_FLAG:
        return set_flag(field, at, text, err);
    case XZ_FIELD_DATE:
        rc = with_path(parse_date(text, &day, err), field, err);
        memcpy(at, &day, sizeof(day));
        return rc;
    case XZ_FIELD_TIME:
        rc = with_path(xz_time_parse(text, &number, err), field, err);
        break;
    case XZ_FIELD_FEN:
        rc = xz_decimal_parse(text, 2, XZ_MONEY_MAX_FEN, &number, field, err);
        break;
    case XZ_FIELD_E4:
        rc = xz_decimal_parse(text, 4, INT64_C(1) << 52, &number, field, err);
        break;
    case XZ_FIELD_E6:
        rc = xz_decimal_parse(text, 6, INT64_C(1) << 52, &number, field, err);
        break;
    case XZ_FIELD_INT:
        rc = xz_decimal_parse(text, 0, INT64_C(1) << 52, &number, field, err);
        break;
    default:
        return xz_err_reject(err, "bad_value", field->name, "%s cannot be a plain value",
                             field->name);
    }
    memcpy(at, &number, sizeof(number));
    return rc;
}

bool xz_utf8_valid(struct xz_str text)
{
    const unsigned char *at = (const unsigned char *)text.ptr;
    const unsigned char *end = at + text.len;

    while (at < end) {
        const size_t left = (size_t)(end - at);
        const unsigned char c = *at;
        uint64_t eight;

        if (left >= sizeof(eight)) {
            memcpy(&eight, at, sizeof(eight));
            if ((eight & UINT64_C(0x8080808080808080)) == 0) {
                at += sizeof(eight);
                continue;
            }
        }

        if (c < 0x80) {
            at++;
        } else if (c >= 0xc2 && c <= 0xdf && left >= 2 && (at[1] & 0xc0) == 0x80) {
            at += 2;
        } else if (c >= 0xe0 && c <= 0xef && left >= 3 && (at[1] & 0xc0) == 0x80 &&
                   (at[2] & 0xc0) == 0x80 && !(c == 0xe0 && at[1] < 0xa0) &&
                   !(c == 0xed && at[1] > 0x9f)) {
            at += 3;
        } else if (c >= 0xf0 && c <= 0xf4 && left >= 4 && (at[1] & 0xc0) == 0x80 &&
                   (at[2] & 0xc0) == 0x80 && (at[3] & 0xc0) == 0x80 &&
                   !(c == 0xf0 && at[1] < 0x90) && !(c == 0xf4 && at[1] > 0x8f)) {
            at += 4;
        } else {
            return false;
        }
    }
    return true;
}
