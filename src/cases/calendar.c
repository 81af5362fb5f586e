/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cases/calendar.h"

#include <assert.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/time.h"
#include "event/csv.h"

#define FILE_MAX ((size_t)1 << 20)

struct day_off_or_on {
    int32_t day;
    bool working;
};

struct xz_calendar {
    struct day_off_or_on *days; /* ascending */
    size_t count, cap;
};

static int by_day(const void *left, const void *right)
{
    const int32_t a = ((const struct day_off_or_on *)left)->day;
    const int32_t b = ((const struct day_off_or_on *)right)->day;

    return (a > b) - (a < b);
}

static bool is_weekday(int32_t day) { return xz_civil_of(xz_day_start_ms(day)).weekday < 5; }

static enum xz_rc read_row(struct xz_calendar *calendar, const struct xz_csv_row *row,
                           const char *file, int line, struct xz_err *err)
{
    const bool yes = row->count == 2 && xz_str_eq(row->cells[1], XZ_STR("1"));
    const bool no = row->count == 2 && xz_str_eq(row->cells[1], XZ_STR("0"));
    struct xz_err ignored;
    int32_t day = 0;

    if (!(yes || no) || xz_date_parse(row->cells[0], &day, &ignored) != XZ_OK) {
        return xz_err_config(err, file, line, "write a date and 0 or 1, like 2026-10-01,0");
    }
    if (is_weekday(day) == yes) {
        return xz_err_config(err, file, line, "%s already: leave the row out",
                             yes ? "Monday to Friday are working days"
                                 : "Saturday and Sunday are days off");
    }
    if (calendar->count == XZ_CALENDAR_DAYS_MAX) {
        return xz_err_config(err, file, line, "more than %d days", XZ_CALENDAR_DAYS_MAX);
    }
    xz_array_reserve((void **)&calendar->days, &calendar->cap, calendar->count + 1,
                     sizeof(*calendar->days));
    calendar->days[calendar->count++] = (struct day_off_or_on){day, yes};
    return XZ_OK;
}

static enum xz_rc read_rows(struct xz_calendar *calendar, struct xz_str text, const char *file,
                            struct xz_err *err)
{
    struct xz_csv_row *row = xz_calloc(1, sizeof(*row));
    struct xz_arena arena;
    struct xz_str line;
    enum xz_rc rc = XZ_OK;

    xz_arena_init(&arena, FILE_MAX);
    for (int number = 1; rc == XZ_OK && xz_csv_next(&text, &line); number++) {
        if (number == 1) {
            if (!xz_str_eq(line, XZ_STR("date,working"))) {
                rc = xz_err_config(err, file, 1, "the first line is not date,working");
            }
            continue;
        }
        if (line.len == 0) {
            continue;
        }
        rc = xz_csv_split(line, ',', &arena, row, err);
        rc = rc == XZ_OK ? read_row(calendar, row, file, number, err)
                         : xz_err_config(err, file, number, "not a row of comma separated values");
    }
    xz_arena_fini(&arena);
    free(row);
    return rc;
}

enum xz_rc xz_calendar_load(const char *file, struct xz_calendar **out, struct xz_err *err)
{
    struct xz_calendar *calendar = xz_calloc(1, sizeof(*calendar));
    char *bytes = NULL;
    size_t len = 0;
    enum xz_rc rc = xz_file_read(file, FILE_MAX, &bytes, &len, err);

    rc = rc == XZ_OK ? read_rows(calendar, (struct xz_str){bytes, (uint32_t)len}, file, err) : rc;
    if (rc == XZ_OK && calendar->count > 0) {
        qsort(calendar->days, calendar->count, sizeof(*calendar->days), by_day);
    }
    for (size_t i = 1; rc == XZ_OK && i < calendar->count; i++) {
        if (calendar->days[i].day == calendar->days[i - 1].day) {
            char date[16];

            xz_date_format(calendar->days[i].day, date);
            rc = xz_err_config(err, file, 0, "%s stands twice", date);
        }
    }
    free(bytes);
    if (rc != XZ_OK) {
        xz_calendar_free(calendar);
        return rc;
    }
    *out = calendar;
    return XZ_OK;
}

void xz_calendar_free(struct xz_calendar *calendar)
{
    if (calendar != NULL) {
        free(calendar->days);
        free(calendar);
    }
}

bool xz_calendar_is_working(const struct xz_calendar *calendar, int32_t day)
{
    const struct day_off_or_on key = {day, false};
    const struct day_off_or_on *found =
        calendar->count > 0 ? bsearch(&key, calendar->days, calendar->count, sizeof(key), by_day)
                            : NULL;

    return found != NULL ? found->working : is_weekday(day);
}

int32_t xz_calendar_until(const struct xz_calendar *calendar)
{
    if (calendar->count == 0) {
        return XZ_DAY_NONE;
    }
    return xz_day_of_date(
        xz_civil_of(xz_day_start_ms(calendar->days[calendar->count - 1].day)).year, 12, 31);
}

int64_t xz_calendar_due_ms(const struct xz_calendar *calendar, int64_t from_ms, int working_days)
{
    int32_t day = xz_day_of(from_ms);

    assert(working_days >= 0 && working_days <= XZ_WORKING_DAYS_MAX);
    for (int left = working_days; left > 0;) {
        day++;
        left -= xz_calendar_is_working(calendar, day);
    }
    return xz_day_start_ms(day + 1);
}

int xz_calendar_between(const struct xz_calendar *calendar, int64_t from_ms, int64_t until_ms)
{
    const int32_t from = xz_day_of(from_ms), until = xz_day_of(until_ms);
    const int32_t first = from < until ? from : until, last = from < until ? until : from;
    int count = 0;

    for (int32_t day = first + 1; day <= last; day++) {
        count += xz_calendar_is_working(calendar, day);
    }
    return from <= until ? count : -count;
}
