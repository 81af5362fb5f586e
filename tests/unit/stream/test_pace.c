/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Catching up is told from living. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/time.h"
#include "stream/pace.h"

#define START_MS INT64_C(1772330400000)

static struct xz_pace fresh(void)
{
    return (struct xz_pace){.newest_ms = INT64_MIN, .stage_ms = INT64_MIN};
}

static void test_nothing_read_is_not_fast(void **state)
{
    struct xz_pace pace = fresh();

    (void)state;
    assert_false(xz_pace_note(&pace, START_MS, INT64_MIN));
    assert_false(xz_pace_is_fast(&pace, START_MS));
}

static void test_the_first_event_is_fast_for_a_moment(void **state)
{
    struct xz_pace pace = fresh();

    (void)state;
    assert_true(xz_pace_note(&pace, START_MS, START_MS - XZ_DAY_MS));
    assert_true(xz_pace_is_fast(&pace, START_MS));
    assert_false(xz_pace_is_fast(&pace, START_MS + XZ_HOUR_MS));
}

/* An hour of life, an event every 100 ms as the clock goes. */
static void test_live_is_not_fast(void **state)
{
    struct xz_pace pace = fresh();

    (void)state;
    (void)xz_pace_note(&pace, START_MS, START_MS);
    for (int64_t ms = 100; ms <= XZ_HOUR_MS; ms += 100) {
        assert_false(xz_pace_note(&pace, START_MS + ms, START_MS + ms));
    }
    assert_false(xz_pace_is_fast(&pace, START_MS + XZ_HOUR_MS));
}

/* A month in three seconds has sixty half days; life has none. */
static void test_stages_are_half_days_of_a_backlog(void **state)
{
    struct xz_pace pace = fresh();
    const int64_t step_ms = XZ_DAY_MS / 100;
    int stages = 0;

    (void)state;
    assert_false(xz_pace_is_stage(&pace, START_MS, INT64_MIN));
    for (int i = 0; i < 3000; i++) {
        const int64_t newest_ms = START_MS - 3000 * step_ms + i * step_ms;

        (void)xz_pace_note(&pace, START_MS + i, newest_ms);
        stages += xz_pace_is_stage(&pace, START_MS + i, newest_ms);
    }
    assert_in_range(stages, 59, 61);
    for (int64_t ms = XZ_HOUR_MS; ms <= 2 * XZ_DAY_MS; ms += 60000) {
        (void)xz_pace_note(&pace, START_MS + ms, START_MS + ms);
        stages += xz_pace_is_stage(&pace, START_MS + ms, START_MS + ms);
    }
    assert_in_range(stages, 59, 62); /* the first event after an hour of silence may be one */
}

/* A month in three seconds; then life again. */
static void test_a_backlog_is_fast_until_it_is_read(void **state)
{
    struct xz_pace pace = fresh();
    const int64_t step_ms = XZ_DAY_MS / 100;
    int asked = 0;

    (void)state;
    for (int i = 0; i < 3000; i++) {
        asked += xz_pace_note(&pace, START_MS + i, START_MS - 3000 * step_ms + i * step_ms);
        assert_true(xz_pace_is_fast(&pace, START_MS + i));
    }
    assert_in_range(asked, 30, 3000); /* often, and not at every event */
    assert_false(xz_pace_note(&pace, START_MS + 60000, START_MS));
    assert_false(xz_pace_is_fast(&pace, START_MS + 60000));
}

/* Late events take nothing back. */
static void test_late_events_are_not_fast(void **state)
{
    struct xz_pace pace = fresh();

    (void)state;
    (void)xz_pace_note(&pace, START_MS, START_MS);
    assert_false(xz_pace_note(&pace, START_MS + 5000, START_MS - 3 * XZ_DAY_MS));
    assert_false(xz_pace_note(&pace, START_MS + 10000, START_MS + 10000));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing_read_is_not_fast),
        cmocka_unit_test(test_the_first_event_is_fast_for_a_moment),
        cmocka_unit_test(test_live_is_not_fast),
        cmocka_unit_test(test_stages_are_half_days_of_a_backlog),
        cmocka_unit_test(test_a_backlog_is_fast_until_it_is_read),
        cmocka_unit_test(test_late_events_are_not_fast),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
