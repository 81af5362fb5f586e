/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Working days against the State Council's notices, and against a slow count on random days. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/rng.h"
#include "base/time.h"
#include "cases/calendar.h"

#define SHIPPED "models/calendar/cn.csv"

static struct xz_calendar *shipped(void)
{
    struct xz_calendar *calendar = NULL;
    struct xz_err err = {0};

    assert_int_equal(xz_calendar_load(SHIPPED, &calendar, &err), XZ_OK);
    return calendar;
}

static int64_t at(const char *text)
{
    struct xz_err err = {0};
    int64_t time_ms = 0;

    assert_int_equal(xz_time_parse(xz_str_from(text), &time_ms, &err), XZ_OK);
    return time_ms;
}

static void assert_due(const struct xz_calendar *calendar, const char *from, int days,
                       const char *end_of)
{
    assert_true(xz_calendar_due_ms(calendar, at(from), days) == at(end_of) + XZ_DAY_MS);
}

static void test_fifteen_working_days(void **state)
{
    struct xz_calendar *calendar = shipped();

    (void)state;
    /* An ordinary month: three weeks. */
    assert_due(calendar, "2026-03-02 23:59:59", 15, "2026-03-23");
    assert_due(calendar, "2026-03-02 00:00:00", 15, "2026-03-23");
    /* Over the spring festival of 2026: off 15 to 23 February, on the 14th and the 28th. */
    assert_due(calendar, "2026-02-09 10:00:00", 15, "2026-03-06");
    /* Over the national holiday: 20 September and 10 October are working days. */
    assert_due(calendar, "2026-09-18 10:00:00", 15, "2026-10-15");
    assert_due(calendar, "2025-09-26 10:00:00", 5, "2025-10-10");
    assert_due(calendar, "2026-03-07 10:00:00", 0, "2026-03-07");
    assert_true(xz_calendar_until(calendar) >= xz_day_of_date(2026, 12, 31));
    assert_due(calendar, "2031-03-07 10:00:00", 5, "2031-03-14"); /* Monday to Friday */
    xz_calendar_free(calendar);
}

static void test_the_clock_and_the_count_agree(void **state)
{
    struct xz_calendar *calendar = shipped();
    struct xz_rng rng;

    (void)state;
    xz_rng_init(&rng, 20260301, 0);
    for (int i = 0; i < 3000; i++) {
        const int64_t from_ms = at("2024-12-01") + (int64_t)xz_rng_below(&rng, 800) * XZ_DAY_MS +
                                (int64_t)xz_rng_below(&rng, 86400) * XZ_SECOND_MS;
        const int days = (int)xz_rng_below(&rng, 60);
        const int64_t due_ms = xz_calendar_due_ms(calendar, from_ms, days);

        assert_int_equal(xz_calendar_between(calendar, from_ms, due_ms - 1), days);
        assert_int_equal(xz_calendar_between(calendar, due_ms - 1, from_ms), -days);
        assert_true(days == 0 || xz_calendar_is_working(calendar, xz_day_of(due_ms - 1)));
        assert_true(xz_calendar_due_ms(calendar, from_ms, days + 1) > due_ms);
    }
    xz_calendar_free(calendar);
}

static void assert_mistake(const char *text, int line, const char *says)
{
    struct xz_calendar *calendar = NULL;
    struct xz_err err = {0};
    char path[] = "/tmp/xz-calendar-XXXXXX", place[64];
    const int file = mkstemp(path);

    assert_true(file >= 0);
    assert_int_equal(write(file, text, strlen(text)), (ssize_t)strlen(text));
    assert_int_equal(close(file), 0);
    assert_int_equal(xz_calendar_load(path, &calendar, &err), XZ_CONFIG);
    assert_non_null(strstr(err.msg, says));
    if (line > 0) {
        (void)snprintf(place, sizeof(place), "%s:%d", path, line);
        assert_string_equal(err.path, place);
    }
    assert_int_equal(unlink(path), 0);
}

static void test_mistakes_are_named(void **state)
{
    struct xz_calendar *calendar = NULL;
    struct xz_err err = {0};

    (void)state;
    assert_mistake("day,working\n", 1, "first line");
    assert_mistake("date,working\n2026-10-01,0\n2026-10-32,0\n", 3, "write a date");
    assert_mistake("date,working\n2026-10-01,no\n", 2, "write a date");
    assert_mistake("date,working\n2026-10-01\n", 2, "write a date");
    assert_mistake("date,working\n2026-10-01,1\n", 2, "already");
    assert_mistake("date,working\n2026-10-03,0\n", 2, "already");
    assert_mistake("date,working\n2026-10-01,0\n2026-10-01,0\n", 0, "2026-10-01 stands twice");
    assert_mistake("date,working\n\"2026-10-01,0\n", 2, "comma separated");
    assert_int_equal(xz_calendar_load("/nowhere.csv", &calendar, &err), XZ_CONFIG);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fifteen_working_days),
        cmocka_unit_test(test_the_clock_and_the_count_agree),
        cmocka_unit_test(test_mistakes_are_named),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
