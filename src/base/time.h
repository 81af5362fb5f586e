/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * base/time.h - event time: milliseconds since 1970-01-01T00:00:00Z, and the civil calendar of
 * UTC+8, in which every date of this field is meant. No clock is read here.
 */
#ifndef XZ_BASE_TIME_H
#define XZ_BASE_TIME_H
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"

#define XZ_SECOND_MS       INT64_C(1000)
#define XZ_MINUTE_MS       (60 * XZ_SECOND_MS)
#define XZ_HOUR_MS         (60 * XZ_MINUTE_MS)
#define XZ_DAY_MS          (24 * XZ_HOUR_MS)
#define XZ_LOCAL_OFFSET_MS (8 * XZ_HOUR_MS)
#define XZ_TIME_NONE       INT64_MIN /* not known */
#define XZ_DAY_NONE        INT32_MIN

struct xz_civil {
    int year, month, day; /* month and day from 1 */
    int hour, minute, second, ms;
    int weekday; /* 0 Monday .. 6 Sunday */
};

/* Accepts "YYYY-MM-DD HH:MM:SS" (UTC+8; an optional fraction), RFC 3339, an integer of
 * milliseconds, and "YYYY-MM-DD" (local midnight). Dates that do not exist, and years outside
 * 1900..2200, are rejects. *time_ms changes only on success. */
XZ_MUST enum xz_rc xz_time_parse(struct xz_str text, int64_t *time_ms, struct xz_err *err);
XZ_MUST enum xz_rc xz_date_parse(struct xz_str text, int32_t *day, struct xz_err *err);

/* Is it of the years that xz_time_parse takes? Nothing here reckons with times far beyond them. */
bool xz_time_is_written(int64_t time_ms);

/* "2026-03-01T18:02:11+08:00" (milliseconds only if they are not 0), NUL-terminated. */
#define XZ_TIME_TEXT_MAX 40
void xz_time_format(int64_t time_ms, char text[static XZ_TIME_TEXT_MAX]);
void xz_date_format(int32_t day, char text[static 16]); /* "2026-03-01" */

struct xz_civil xz_civil_of(int64_t time_ms);
int32_t xz_day_of_date(int year, int month, int day); /* days since 1970-01-01 */
int64_t xz_day_start_ms(int32_t day);                 /* its local midnight */
int32_t xz_day_of(int64_t time_ms);                   /* local day, floor */
int32_t xz_month_of(int64_t time_ms);                 /* year * 12 + month - 1, local */
int64_t xz_month_start_ms(int32_t month);             /* local midnight of its first day */
int xz_hour_of_week(int64_t time_ms);                 /* 0 = Monday 00:00 .. 167, local */
int xz_age_years(int32_t birth_day, int64_t at_ms);   /* whole years; may be negative */

/* "90d" "7d" "2h" "30m" "45s" "1w" and sums like "1h30m": milliseconds. */
XZ_MUST enum xz_rc xz_duration_parse(struct xz_str text, int64_t *duration_ms, struct xz_err *err);

#endif
