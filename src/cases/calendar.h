/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * cases/calendar.h - working days, by which legal clocks count: Monday to Friday, but for the days
 * a file names (models/calendar). A time of n working days begins on the day after its cause and
 * ends with the end of the n-th.
 */
#ifndef XZ_CASES_CALENDAR_H
#define XZ_CASES_CALENDAR_H
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

struct xz_calendar;

#define XZ_CALENDAR_DAYS_MAX 4096 /* rows of a file */
#define XZ_WORKING_DAYS_MAX  3660 /* of one clock */

/* "date,working" rows, 0 or 1, each day once, in any order. XZ_CONFIG with file and line. */
XZ_MUST enum xz_rc xz_calendar_load(const char *file, struct xz_calendar **calendar,
                                    struct xz_err *err);
void xz_calendar_free(struct xz_calendar *calendar); /* NULL is fine */

/* day as in base/time.h; local. */
bool xz_calendar_is_working(const struct xz_calendar *calendar, int32_t day);
/* The last day of the last year of which the file speaks; XZ_DAY_NONE when it has no rows. After
 * that holidays are not known, and Monday to Friday count. */
int32_t xz_calendar_until(const struct xz_calendar *calendar);

/* When `working_days` (0 .. XZ_WORKING_DAYS_MAX) after from_ms have passed: the midnight at the end
 * of the last; with 0, the end of the day of from_ms. */
int64_t xz_calendar_due_ms(const struct xz_calendar *calendar, int64_t from_ms, int working_days);

/* Working days from the day after from_ms to the day of until_ms, both whole; negative when until
 * is before from. So many that xz_calendar_due_ms(from, n) falls on the day of until. */
int xz_calendar_between(const struct xz_calendar *calendar, int64_t from_ms, int64_t until_ms);

#endif
