/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The person's gate: what comes twice, and what is taken back, before, after, twice and not. */
#include "engine_case.h"

#define WHO "2101000000012345"

static void use_after_death(struct desk *desk)
{
    desk_open(desk);
    dies(desk, "X1", "2026-03-01 08:00:00", WHO);
    settle(desk, "M1", "2026-03-03 10:00:00", WHO, "");
}

static void test_the_same_message_twice(void **state)
{
    struct desk desk;

    (void)state;
    use_after_death(&desk);
    assert_said(&desk, "T04", XZ_EPISODE_OPEN, "M1");
    settle(&desk, "M1", "2026-03-03 10:00:00", WHO, "");
    dies(&desk, "X1", "2026-03-01 08:00:00", WHO);
    assert_int_equal(desk.judged, 1);
    assert_int_equal(counts_of(&desk).duplicates, 2);
    assert_int_equal(counts_of(&desk).events, 2);
    desk_close(&desk);
}

static void test_the_same_msgid_with_other_content(void **state)
{
    struct desk desk;

    (void)state;
    use_after_death(&desk);
    settle(&desk, "M1", "2026-03-04 10:00:00", WHO, "");
    assert_int_equal(desk.judged, 1);
    assert_int_equal(counts_of(&desk).content_conflicts, 1);
    assert_int_equal(counts_of(&desk).duplicates, 0);
    desk_close(&desk);
}

static void test_a_month_of_a_subject_counts_once(void **state)
{
    struct desk desk;

    (void)state;
    desk_open(&desk);
    settle(&desk, "M1", "2026-03-03 10:00:00", WHO, "");
    settle(&desk, "M2", "2026-03-31 23:59:59", WHO, "");
    assert_int_equal(counts_of(&desk).subject_months[XZ_ENTITY_PERSON], 1);
    settle(&desk, "M3", "2026-04-01 00:00:00", WHO, "");
    settle(&desk, "M4", "2026-03-30 10:00:00", WHO, "");
    settle(&desk, "M1", "2026-03-03 10:00:00", WHO, "");
    assert_int_equal(counts_of(&desk).subject_months[XZ_ENTITY_PERSON], 2);
    settle(&desk, "M5", "2026-04-02 10:00:00", "2101000000054321", "");
    assert_int_equal(counts_of(&desk).subject_months[XZ_ENTITY_PERSON], 3);
    desk_close(&desk);
}

static void retry(struct desk *desk)
{
    tell(desk, "M1b", "2026-03-03 10:00:00",
         "\"settlement\":{\"psn_no\":\"" WHO "\",\"setl_id\":\"S-M1\",\"med_type\":\"41\","
         "\"medfee_sumamt\":\"86.40\",\"acct_pay\":\"86.40\"}");
}

static void test_a_retry_is_a_duplicate_that_goes_by_two_names(void **state)
{
    struct desk desk;

    (void)state;
    use_after_death(&desk);
    retry(&desk);
    assert_int_equal(desk.judged, 1);
    assert_int_equal(counts_of(&desk).retries, 1);
    reverse_message(&desk, "V1", "2026-03-03 11:00:00", WHO, "M1b");
    assert_said(&desk, "T04", XZ_EPISODE_WITHDRAWN, "M1");
    desk_close(&desk);
}

static void test_a_reversal_of_the_retry_comes_first(void **state)
{
    struct desk desk;

    (void)state;
    use_after_death(&desk);
    reverse_message(&desk, "V1", "2026-03-03 11:00:00", WHO, "M1b");
    assert_said(&desk, "T04", XZ_EPISODE_OPEN, "M1"); /* nobody knows yet what that is */
    assert_int_equal(counts_of(&desk).reversals_pending, 1);
    retry(&desk);
    assert_said(&desk, "T04", XZ_EPISODE_WITHDRAWN, "M1");
    desk_close(&desk);
}

static void test_reversal_after(void **state)
{
    struct desk desk;

    (void)state;
    use_after_death(&desk);
    reverse(&desk, "V1", "2026-03-03 10:05:00", WHO, "M1");
    assert_said(&desk, "T04", XZ_EPISODE_WITHDRAWN, "M1");
    assert_int_equal(counts_of(&desk).reversals_applied, 1);
    reverse(&desk, "V2", "2026-03-03 10:06:00", WHO, "M1"); /* and once more */
    assert_int_equal(counts_of(&desk).reversals_applied, 1);
    assert_int_equal(counts_of(&desk).reversals_repeated, 1);
    assert_int_equal(desk.judged, 2);
    desk_close(&desk);
}

static void test_reversal_before(void **state)
{
    struct desk desk;

    (void)state;
    desk_open(&desk);
    dies(&desk, "X1", "2026-03-01 08:00:00", WHO);
    reverse(&desk, "V1", "2026-03-03 10:05:00", WHO, "M1");
    assert_int_equal(counts_of(&desk).reversals_pending, 1);
    settle(&desk, "M1", "2026-03-03 10:00:00", WHO, "");
    assert_int_equal(desk.judged, 0);
    assert_int_equal(counts_of(&desk).reversals_applied, 1);
    settle(&desk, "M2", "2026-03-03 10:10:00", WHO, ""); /* it took back that one and no other */
    assert_said(&desk, "T04", XZ_EPISODE_OPEN, "M2");
    desk_close(&desk);
}

/* Others never hear of a sale whose reversal came first: not even for a moment was it sold twice.
 */
static void test_reversal_before_is_known_to_others(void **state)
{
    struct desk desk;

    (void)state;
    desk_open(&desk);
    sell(&desk, "M1", "2026-03-03 10:00:00", "P1", "C1");
    reverse(&desk, "V2", "2026-03-04 10:05:00", "P2", "M2");
    sell(&desk, "M2", "2026-03-04 10:00:00", "P2", "C1");
    assert_int_equal(desk.judged, 0);
    reverse_message(&desk, "V3", "2026-03-04 10:06:00", "P2", "V2"); /* it was sold after all */
    assert_said(&desk, "T16", XZ_EPISODE_OPEN, "M1 M2");
    desk_close(&desk);
}

static void test_reversal_of_a_reversal(void **state)
{
    struct desk desk;

    (void)state;
    use_after_death(&desk);
    reverse(&desk, "V1", "2026-03-03 10:05:00", WHO, "M1");
    reverse_message(&desk, "V2", "2026-03-03 10:06:00", WHO, "V1");
    assert_said(&desk, "T04", XZ_EPISODE_OPEN, "M1");
    assert_int_equal(counts_of(&desk).reinstated, 1);
    reverse_message(&desk, "V3", "2026-03-03 10:07:00", WHO, "V2"); /* and so on */
    assert_said(&desk, "T04", XZ_EPISODE_WITHDRAWN, "M1");
    assert_int_equal(desk.said[0].rev, 4);
    desk_close(&desk);
}

static void test_reversal_of_a_reversal_comes_first(void **state)
{
    struct desk desk;

    (void)state;
    use_after_death(&desk);
    reverse_message(&desk, "V2", "2026-03-03 10:06:00", WHO, "V1");
    reverse(&desk, "V1", "2026-03-03 10:05:00", WHO, "M1");
    assert_said(&desk, "T04", XZ_EPISODE_OPEN, "M1");
    assert_int_equal(desk.judged, 1);
    desk_close(&desk);
}

static void test_reversal_that_names_two_things(void **state)
{
    struct desk desk;

    (void)state;
    use_after_death(&desk);
    settle(&desk, "M2", "2026-03-03 10:10:00", WHO, "");
    tell(&desk, "V1", "2026-03-03 11:00:00",
         "\"reversal\":{\"psn_no\":\"" WHO "\",\"setl_id\":\"S-M1\",\"omsgid\":\"M2\"}");
    assert_int_equal(desk.rejected, 1);
    assert_said(&desk, "T04", XZ_EPISODE_OPEN, "M1 M2");
    tell(&desk, "V2", "2026-03-03 11:00:00",
         "\"reversal\":{\"psn_no\":\"" WHO "\",\"setl_id\":\"S-M1\",\"omsgid\":\"M1\"}");
    assert_int_equal(desk.rejected, 1);
    assert_int_equal(desk.count, 2); /* M2's is another episode: it begins elsewhere */
    assert_int_equal(desk.said[0].status, XZ_EPISODE_WITHDRAWN);
    assert_string_equal(desk.said[1].members, "M2");
    desk_close(&desk);
}

static void test_refund_in_two_parts(void **state)
{
    static const char refund[] =
        "\"settlement\":{\"psn_no\":\"" WHO "\",\"setl_id\":\"S-%s\",\"med_type\":\"41\","
        "\"medfee_sumamt\":\"-%s\",\"refd_setl_flag\":\"1\",\"refd_setl_id\":\"S-M1\"}";
    struct desk desk;

    (void)state;
    use_after_death(&desk);
    tell(&desk, "F1", "2026-03-03 12:00:00", refund, "F1", "86.39");
    assert_int_equal(desk.said[0].status, XZ_EPISODE_OPEN); /* a fen is left */
    tell(&desk, "F2", "2026-03-03 12:01:00", refund, "F2", "0.01");
    assert_said(&desk, "T04", XZ_EPISODE_WITHDRAWN, "M1");
    reverse_message(&desk, "V1", "2026-03-03 12:02:00", WHO, "F2");
    assert_said(&desk, "T04", XZ_EPISODE_OPEN, "M1");
    desk_close(&desk);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_same_message_twice),
        cmocka_unit_test(test_a_month_of_a_subject_counts_once),
        cmocka_unit_test(test_the_same_msgid_with_other_content),
        cmocka_unit_test(test_a_retry_is_a_duplicate_that_goes_by_two_names),
        cmocka_unit_test(test_a_reversal_of_the_retry_comes_first),
        cmocka_unit_test(test_reversal_after),
        cmocka_unit_test(test_reversal_before),
        cmocka_unit_test(test_reversal_before_is_known_to_others),
        cmocka_unit_test(test_reversal_of_a_reversal),
        cmocka_unit_test(test_reversal_of_a_reversal_comes_first),
        cmocka_unit_test(test_reversal_that_names_two_things),
        cmocka_unit_test(test_refund_in_two_parts),
    };

    return cmocka_run_group_tests(tests, load_pack, free_pack);
}
