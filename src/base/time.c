/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Civil dates by arithmetic alone (Hinnant, "chrono-Compatible Low-Level Date Algorithms"): no
 * time zone database, no locale, and fast enough for every event. */
#include "base/time.h"

#include <stdio.h>

#define YEAR_MIN 1900
#define YEAR_MAX 2200

int32_t xz_day_of_date(int year, int month, int day)
{
    const int y = month <= 2 ? year - 1 : year;
    const int era = (y >= 0 ? y : y - 399) / 400;
    const int yoe = y - era * 400;
    const int doy = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    const int doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;

    return era * 146097 + doe - 719468;
}

static void date_of_day(int32_t day, int *year, int *month, int *mday)
{
    const int32_t z = day + 719468;
    const int32_t era = (z >= 0 ? z : z - 146096) / 146097;
    const int32_t doe = z - era * 146097;
    const int32_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    const int32_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    const int32_t mp = (5 * doy + 2) / 153;

    *mday = doy - (153 * mp + 2) / 5 + 1;
    *month = mp < 10 ? mp + 3 : mp - 9;
    *year = yoe + era * 400 + (*month <= 2);
}

static int64_t floor_div(int64_t value, int64_t by)
{
    const int64_t quotient = value / by;

    return value % by < 0 ? quotient - 1 : quotient;
}

int64_t xz_day_start_ms(int32_t day) { return (int64_t)day * XZ_DAY_MS - XZ_LOCAL_OFFSET_MS; }

int32_t xz_day_of(int64_t time_ms)
{
    return (int32_t)floor_div(time_ms + XZ_LOCAL_OFFSET_MS, XZ_DAY_MS);
}

struct xz_civil xz_civil_of(int64_t time_ms)
{
    const int64_t local_ms = time_ms + XZ_LOCAL_OFFSET_MS;
    const int64_t day = floor_div(local_ms, XZ_DAY_MS);
    const int of_day_ms = (int)(local_ms - day * XZ_DAY_MS);
    struct xz_civil civil;

    date_of_day((int32_t)day, &civil.year, &civil.month, &civil.day);
    civil.hour = of_day_ms / (int)XZ_HOUR_MS;
    civil.minute = of_day_ms / (int)XZ_MINUTE_MS % 60;
    civil.second = of_day_ms / 1000 % 60;
    civil.ms = of_day_ms % 1000;
    civil.weekday = (int)(((day + 3) % 7 + 7) % 7); /* 1970-01-01 was a Thursday */
    return civil;
}

int32_t xz_month_of(int64_t time_ms)
{
    int year, month, day;

    date_of_day(xz_day_of(time_ms), &year, &month, &day);
    return year * 12 + month - 1;
}

int64_t xz_month_start_ms(int32_t month)
{
    return xz_day_start_ms(xz_day_of_date(month / 12, month % 12 + 1, 1));
}

int xz_hour_of_week(int64_t time_ms)
{
    const struct xz_civil civil = xz_civil_of(time_ms);

    return civil.weekday * 24 + civil.hour;
}

int xz_age_years(int32_t birth_day, int64_t at_ms)
{
    int year, month, day, birth_year, birth_month, birth_mday;

    date_of_day(xz_day_of(at_ms), &year, &month, &day);
    date_of_day(birth_day, &birth_year, &birth_month, &birth_mday);
    return year - birth_year - (month < birth_month || (month == birth_month && day < birth_mday));
}

/* ---- reading ---- */

struct cursor {
    const char *at, *end;
};

static bool digits(struct cursor *cursor, int count, int *value)
{
    int sum = 0;

    if (cursor->end - cursor->at < count) {
        return false;
    }
    for (int i = 0; i < count; i++) {
        const unsigned digit = (unsigned)(unsigned char)cursor->at[i] - '0';

        if (digit > 9) {
            return false;
        }
        sum = sum * 10 + (int)digit;
    }
    cursor->at += count;
    *value = sum;
    return true;
}

static bool letter(struct cursor *cursor, char want)
{
    if (cursor->at == cursor->end || *cursor->at != want) {
        return false;
    }
    cursor->at++;
    return true;
}

static bool date(struct cursor *cursor, int32_t *day)
{
    static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int year, month, mday;
    bool leap;

    if (!digits(cursor, 4, &year) || !letter(cursor, '-') || !digits(cursor, 2, &month) ||
        !letter(cursor, '-') || !digits(cursor, 2, &mday)) {
        return false;
    }
    leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    if (year < YEAR_MIN || year > YEAR_MAX || month < 1 || month > 12 || mday < 1 ||
        mday > lengths[month - 1] + (month == 2 && leap)) {
        return false;
    }
    *day = xz_day_of_date(year, month, mday);
    return true;
}

static bool fraction(struct cursor *cursor, int *ms)
{
    int scale = 100, seen = 0;

    *ms = 0;
    if (!letter(cursor, '.')) {
        return true;
    }
    while (cursor->at < cursor->end && *cursor->at >= '0' && *cursor->at <= '9' && seen < 9) {
        *ms += (*cursor->at++ - '0') * scale;
        scale /= 10;
        seen++;
    }
    return seen > 0;
}

/* Of UTC+8, in which it will be written again: a zone may have carried it into another year. */
bool xz_time_is_written(int64_t time_ms)
{
    return time_ms >= xz_day_start_ms(xz_day_of_date(YEAR_MIN, 1, 1)) &&
           time_ms < xz_day_start_ms(xz_day_of_date(YEAR_MAX + 1, 1, 1));
}

/* "Z", "+08:00", or nothing: UTC+8. RFC 3339 wants one after a "T"; without, local is meant. */
static bool zone(struct cursor *cursor, int64_t *offset_ms)
{
    int hours, minutes, sign;

    *offset_ms = XZ_LOCAL_OFFSET_MS;
    if (cursor->at == cursor->end) {
        return true;
    }
    if (letter(cursor, 'Z') || letter(cursor, 'z')) {
        *offset_ms = 0;
        return cursor->at == cursor->end;
    }
    sign = *cursor->at == '-' ? -1 : 1;
    if (!letter(cursor, '+') && !letter(cursor, '-')) {
        return false;
    }
    if (!digits(cursor, 2, &hours) || !letter(cursor, ':') || !digits(cursor, 2, &minutes) ||
        hours > 23 || minutes > 59) {
        return false;
    }
    *offset_ms = sign * (hours * XZ_HOUR_MS + minutes * XZ_MINUTE_MS);
    return cursor->at == cursor->end;
}

static bool timestamp(struct cursor *cursor, int64_t *time_ms)
{
    int32_t day;
    int hour, minute, second, ms;
    int64_t offset_ms, value;

    if (!date(cursor, &day)) {
        return false;
    }
    if (cursor->at == cursor->end) {
        *time_ms = xz_day_start_ms(day);
        return true;
    }
    if (!letter(cursor, ' ') && !letter(cursor, 'T') && !letter(cursor, 't')) {
        return false;
    }
    if (!digits(cursor, 2, &hour) || !letter(cursor, ':') || !digits(cursor, 2, &minute) ||
        !letter(cursor, ':') || !digits(cursor, 2, &second) || !fraction(cursor, &ms) ||
        hour > 23 || minute > 59 || second > 59 || !zone(cursor, &offset_ms)) {
        return false;
    }
    value = (int64_t)day * XZ_DAY_MS + hour * XZ_HOUR_MS + minute * XZ_MINUTE_MS +
            second * XZ_SECOND_MS + ms - offset_ms;
    if (!xz_time_is_written(value)) {
        return false;
    }
    *time_ms = value;
    return true;
}

static bool milliseconds(struct cursor *cursor, int64_t *time_ms)
{
    int64_t value = 0;
    const bool negative = letter(cursor, '-');

    if (cursor->at == cursor->end || cursor->end - cursor->at > 15) {
        return false;
    }
    for (; cursor->at < cursor->end; cursor->at++) {
        if (*cursor->at < '0' || *cursor->at > '9') {
            return false;
        }
        value = value * 10 + (*cursor->at - '0');
    }
    value = negative ? -value : value;
    if (!xz_time_is_written(value)) {
        return false;
    }
    *time_ms = value;
    return true;
}

enum xz_rc xz_time_parse(struct xz_str text, int64_t *time_ms, struct xz_err *err)
{
    struct cursor cursor = {text.ptr, text.ptr + text.len};
    const bool dashed = text.len > 4 && text.ptr[4] == '-';

    if (text.len > 0 && (dashed ? timestamp(&cursor, time_ms) : milliseconds(&cursor, time_ms))) {
        return XZ_OK;
    }
    return xz_err_reject(err, "bad_time", "",
                         "\"" XZ_STR_FMT "\" is not a time: write YYYY-MM-DD HH:MM:SS, RFC 3339, "
                         "or milliseconds since 1970, between %d and %d",
                         (int)(text.len > 40 ? 40 : text.len), text.len ? text.ptr : "", YEAR_MIN,
                         YEAR_MAX);
}

enum xz_rc xz_date_parse(struct xz_str text, int32_t *day, struct xz_err *err)
{
    struct cursor cursor = {text.ptr, text.ptr + text.len};
    int32_t value;

    if (text.len > 0 && date(&cursor, &value) && cursor.at == cursor.end) {
        *day = value;
        return XZ_OK;
    }
    return xz_err_reject(err, "bad_date", "", "\"" XZ_STR_FMT "\" is not a date: write YYYY-MM-DD",
                         (int)(text.len > 40 ? 40 : text.len), text.len ? text.ptr : "");
}

void xz_time_format(int64_t time_ms, char text[static XZ_TIME_TEXT_MAX])
{
    const struct xz_civil civil = xz_civil_of(time_ms);
    int len = snprintf(text, XZ_TIME_TEXT_MAX, "%04d-%02d-%02dT%02d:%02d:%02d", civil.year % 10000,
                       civil.month, civil.day, civil.hour, civil.minute, civil.second);

    if (civil.ms != 0) {
        len += snprintf(text + len, XZ_TIME_TEXT_MAX - (size_t)len, ".%03d", civil.ms);
    }
    (void)snprintf(text + len, XZ_TIME_TEXT_MAX - (size_t)len, "+08:00");
}

void xz_date_format(int32_t day, char text[static 16])
{
    int year, month, mday;

    date_of_day(day, &year, &month, &mday);
    (void)snprintf(text, 16, "%04d-%02d-%02d", year % 10000, month, mday);
}

enum xz_rc xz_duration_parse(struct xz_str text, int64_t *duration_ms, struct xz_err *err)
{
    int64_t sum_ms = 0;
    uint32_t at = 0;

    while (at < text.len) {
        int64_t number = 0;
        int64_t unit_ms = 0;
        const uint32_t start = at;

        while (at < text.len && text.ptr[at] >= '0' && text.ptr[at] <= '9' && at - start < 9) {
            number = number * 10 + (text.ptr[at++] - '0');
        }
        if (at == start || at == text.len) {
            break;
        }
        switch (text.ptr[at]) {
        case 'w':
            unit_ms = 7 * XZ_DAY_MS;
            break;
        case 'd':
            unit_ms = XZ_DAY_MS;
            break;
        case 'h':
            unit_ms = XZ_HOUR_MS;
            break;
        case 'm':
            unit_ms = at + 1 < text.len && text.ptr[at + 1] == 's' ? 1 : XZ_MINUTE_MS;
            break;
        case 's':
            unit_ms = XZ_SECOND_MS;
            break;
        default:
            break;
        }
        if (unit_ms == 0 || number > 100 * 366 * XZ_DAY_MS / unit_ms) {
            break;
        }
        at += unit_ms == 1 ? 2 : 1;
        sum_ms += number * unit_ms;
        if (at == text.len) {
            *duration_ms = sum_ms;
            return XZ_OK;
        }
    }
    return xz_err_set(err, XZ_CONFIG,
                      "\"" XZ_STR_FMT "\" is not a duration: write a number and w, d, h, m, s or "
                      "ms, like 7d or 1h30m",
                      XZ_STR_ARG(text));
}
