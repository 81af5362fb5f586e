/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What comes later than the lateness (7 days): it is state, and opens nothing. */
#include "engine_case.h"

#define WHO "2101000000012345"

static void newest(struct desk *desk, const char *when) /* of somebody else */
{
    settle(desk, "M0", when, "2101000000099999", "");
}

static void test_within_the_lateness_all_is_as_if_in_time(void **state)
{
    struct desk desk;

    (void)state;
    desk_open(&desk);
    settle(&desk, "M1", "2026-03-05 10:00:00", WHO, "");
    newest(&desk, "2026-03-10 08:00:00");
    dies(&desk, "X1", "2026-03-03 08:00:00", WHO); /* seven days to the millisecond */
    assert_said(&desk, "T04", XZ_EPISODE_OPEN, "M1");
    assert_int_equal(counts_of(&desk).late, 0);
    desk_close(&desk);
}

static void test_beyond_it_nothing_is_opened_but_state_is_set(void **state)
{
    struct desk desk;

    (void)state;
    desk_open(&desk);
    settle(&desk, "M1", "2026-03-05 10:00:00", WHO, "");
    newest(&desk, "2026-03-10 08:00:01");
    dies(&desk, "X1", "2026-03-03 08:00:00", WHO);
    assert_int_equal(desk.judged, 0);
    assert_int_equal(counts_of(&desk).late, 1);
    settle(&desk, "M2", "2026-03-11 10:00:00", WHO, ""); /* in time, and after the death */
    assert_said(&desk, "T04", XZ_EPISODE_OPEN, "M2");
    assert_string_equal(desk.said[0].members, "M2");
    desk_close(&desk);
}

static void test_what_is_open_goes_on_by_it(void **state)
{
    struct desk desk;

    (void)state;
    desk_open(&desk);
    sell(&desk, "M1", "2026-03-10 10:00:00", "P1", "C1");
    sell(&desk, "M3", "2026-03-12 10:00:00", "P3", "C1");
    assert_said(&desk, "T16", XZ_EPISODE_OPEN, "M1 M3");
    newest(&desk, "2026-03-25 10:00:00");
    sell(&desk, "M2", "2026-03-11 10:00:00", "P2", "C1"); /* too late: it joins nothing itself */
    assert_said(&desk, "T16", XZ_EPISODE_OPEN, "M1 M3");
    sell(&desk, "M0b", "2026-03-01 10:00:00", "P0", "C1"); /* too late: M1 is no first sale now */
    assert_said(&desk, "T16", XZ_EPISODE_OPEN, "M1 M3");
    sell(&desk, "M4", "2026-03-26 10:00:00", "P4", "C1");
    assert_int_equal(desk.count, 1);
    assert_non_null(strstr(desk.said[0].members, "M3 M4"));
    desk_close(&desk);
}

static void test_a_late_reversal_withdraws(void **state)
{
    struct desk desk;

    (void)state;
    desk_open(&desk);
    dies(&desk, "X1", "2026-03-01 08:00:00", WHO);
    settle(&desk, "M1", "2026-03-03 10:00:00", WHO, "");
    newest(&desk, "2026-03-25 10:00:00");
    reverse(&desk, "V1", "2026-03-03 11:00:00", WHO, "M1");
    assert_said(&desk, "T04", XZ_EPISODE_WITHDRAWN, "M1");
    desk_close(&desk);
}

/* A return is taken back too late: the box was sold twice, but nobody was accused in time. */
static void test_a_late_reversal_opens_nothing_elsewhere(void **state)
{
    struct desk desk;

    (void)state;
    desk_open(&desk);
    sell(&desk, "M1", "2026-03-10 10:00:00", "P1", "C1");
    tell(&desk, "R1", "2026-03-11 10:00:00",
         "\"trace_scan\":{\"drug_trac_codg\":\"C1\",\"scan\":\"return\",\"psn_no\":\"P1\","
         "\"setl_id\":\"S-M1\"}");
    sell(&desk, "M2", "2026-03-12 10:00:00", "P2", "C1");
    newest(&desk, "2026-03-25 10:00:00");
    reverse_message(&desk, "V1", "2026-03-11 11:00:00", "P1", "R1");
    assert_int_equal(counts_of(&desk).reversals_applied, 1);
    assert_int_equal(desk.judged, 0);
    sell(&desk, "M3", "2026-03-26 10:00:00", "P3", "C1"); /* in time, the third */
    assert_said(&desk, "T16", XZ_EPISODE_OPEN, "M2 M3");
    desk_close(&desk);
}

static void test_muted_ones_are_counted(void **state)
{
    const struct xz_pattern_counts *counts;
    struct desk desk;
    size_t count;
    uint64_t suppressed = 0;

    (void)state;
    desk_open(&desk);
    settle(&desk, "M1", "2026-03-05 10:00:00", WHO, "");
    settle(&desk, "M2", "2026-03-06 10:00:00", WHO, "");
    newest(&desk, "2026-03-25 10:00:00");
    dies(&desk, "X1", "2026-03-03 08:00:00", WHO);
    counts = xz_engine_pattern_counts(xz_local_engine(desk.local), &count);
    for (size_t i = 0; i < count; i++) {
        suppressed += counts[i].suppressed_late;
        assert_int_equal(counts[i].opened, 0);
    }
    assert_int_equal(suppressed, 2);
    desk_close(&desk);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_within_the_lateness_all_is_as_if_in_time),
        cmocka_unit_test(test_beyond_it_nothing_is_opened_but_state_is_set),
        cmocka_unit_test(test_what_is_open_goes_on_by_it),
        cmocka_unit_test(test_a_late_reversal_withdraws),
        cmocka_unit_test(test_a_late_reversal_opens_nothing_elsewhere),
        cmocka_unit_test(test_muted_ones_are_counted),
    };

    return cmocka_run_group_tests(tests, load_pack, free_pack);
}
