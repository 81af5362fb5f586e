/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Kinds that count over calendar blocks: visits, count, sum, distinct, repeat, tickets. */
#include "evidence_case.h"

static const char *const places[] = {"H0", "H1", "H2", "H3", "H4", "H5",
                                     "H6", "H7", "H8", "H9", "HA", "HB"};

static void days_of_march(struct run *run, int count, const char *only)
{
    for (int i = 0; i < count; i++) {
        char when[32];

        (void)snprintf(when, sizeof(when), "2026-03-%02d 10:00:00", i + 2);
        take(run, (struct ticket){.when = when, .institution = only ? only : places[i]});
    }
}

static void test_visits_add_up_over_the_month(void **state)
{
    struct run run;

    (void)state;
    run_init(&run, "T90", "visits", XZ_ENTITY_PERSON);
    days_of_march(&run, 2, NULL);
    assert_observed(&run, 2.0, 2);
    assert_true(run.step.log_e < log(20.0)); /* two in a month where one is usual in three */
    for (int day = 5; day < 17; day++) {
        char when[32];

        (void)snprintf(when, sizeof(when), "2026-03-%02d 10:00:00", day);
        take(&run, (struct ticket){.when = when});
    }
    assert_observed(&run, 14.0, 14);
    assert_true(run.step.log_e > log(1000.0) && run.step.carries);
    assert_true(run.step.expected < 0.5);
    run_fini(&run);
}

static void test_a_visit_is_a_day_at_an_institution(void **state)
{
    struct run run;

    (void)state;
    run_init(&run, "T90", "visits", XZ_ENTITY_PERSON);
    take(&run, (struct ticket){.when = "2026-03-02 08:00:00"});
    take(&run, (struct ticket){.when = "2026-03-02 23:59:59"}); /* another ticket, no other visit */
    assert_observed(&run, 1.0, 2);
    take(&run, (struct ticket){.when = "2026-03-03 00:00:00"});
    assert_observed(&run, 2.0, 3);
    take(&run, (struct ticket){.when = "2026-03-03 09:00:00", .institution = "H2"});
    assert_observed(&run, 3.0, 4);
    take(&run, (struct ticket){.when = "2026-03-03 10:00:00", .elsewhere = true});
    take(&run, (struct ticket){.when = "2026-03-31 23:59:59"});
    assert_observed(&run, 4.0, 5);
    take(&run, (struct ticket){.when = "2026-04-01 00:00:00"}); /* another block */
    assert_observed(&run, 1.0, 1);
    run_fini(&run);
}

static void test_visits_are_held_against_the_segment(void **state)
{
    struct run old, unknown;

    (void)state;
    run_init(&old, "T90", "visits", XZ_ENTITY_PERSON);
    run_init(&unknown, "T90", "visits", XZ_ENTITY_PERSON);
    for (int day = 2; day < 7; day++) {
        char when[32];

        (void)snprintf(when, sizeof(when), "2026-03-%02d 10:00:00", day);
        take(&old, (struct ticket){.when = when, .age = 84});
        take(&unknown, (struct ticket){.when = when});
    }
    assert_string_equal(old.step.segment, "80+");
    assert_string_equal(unknown.step.segment, "?");
    assert_true(old.step.log_p > unknown.step.log_p); /* the old come ten times as often */
    assert_true(old.step.expected > 5.0 * unknown.step.expected);
    run_fini(&old);
    run_fini(&unknown);
}

/* Who has always come often is no surprise. */
static void test_counts_learn_from_the_past(void **state)
{
    struct run frequent, rare;

    (void)state;
    run_init(&frequent, "T90", "count", XZ_ENTITY_PERSON);
    run_init(&rare, "T90", "count", XZ_ENTITY_PERSON);
    for (int i = 0; i < 20; i++) {
        char when[32];

        (void)snprintf(when, sizeof(when), "2026-02-%02d 10:00:00", i + 1);
        take(&frequent, (struct ticket){.when = when});
    }
    for (int i = 0; i < 8; i++) {
        char when[32];

        (void)snprintf(when, sizeof(when), "2026-03-01 10:%02d:00", i);
        take(&frequent, (struct ticket){.when = when});
        take(&rare, (struct ticket){.when = when});
    }
    assert_observed(&frequent, 8.0, 8); /* each counts, the same day or not */
    assert_observed(&rare, 8.0, 8);
    assert_true(rare.step.log_e > frequent.step.log_e + 1.0);
    assert_true(frequent.step.expected > 5.0 * rare.step.expected);
    run_fini(&frequent);
    run_fini(&rare);
}

static void test_sum_of_account_money(void **state)
{
    struct run run;

    (void)state;
    run_init(&run, "T90", "sum(account_money)", XZ_ENTITY_PERSON);
    take(&run, (struct ticket){.when = "2026-03-01 10:00:00", .account_fen = 1000});
    assert_observed(&run, 10.0, 1);
    assert_true(run.step.log_e < 0.0); /* what is usual is evidence of nothing */
    take(&run, (struct ticket){.when = "2026-03-02 10:00:00", .account_fen = XZ_FEN_NONE});
    assert_observed(&run, 10.0, 2);
    take(&run, (struct ticket){.when = "2026-03-07 23:59:59", .account_fen = 9000000});
    assert_observed(&run, 90010.0, 3);
    assert_true(run.step.log_e > 2.0);
    take(&run, (struct ticket){.when = "2026-03-08 00:00:00", .account_fen = 100});
    assert_observed(&run, 1.0, 1); /* the month's second quarter */
    run_fini(&run);
}

static void test_distinct_and_repeated_institutions(void **state)
{
    struct run distinct, repeat;

    (void)state;
    run_init(&distinct, "T90", "distinct(institution)", XZ_ENTITY_PERSON);
    run_init(&repeat, "T90", "repeat(institution)", XZ_ENTITY_PERSON);
    days_of_march(&distinct, 6, NULL);
    days_of_march(&repeat, 6, NULL);
    assert_observed(&distinct, 6.0, 6);
    assert_observed(&repeat, 1.0, 6);
    assert_true(distinct.step.log_e > repeat.step.log_e);
    take(&distinct, (struct ticket){.when = "2026-03-07 11:00:00", .institution = "H5"});
    take(&repeat, (struct ticket){.when = "2026-03-07 11:00:00", .institution = "H5"});
    assert_observed(&distinct, 6.0, 7);
    assert_observed(&repeat, 2.0, 7);
    run_fini(&distinct);
    run_fini(&repeat);
}

static void test_tickets_of_a_day(void **state)
{
    struct run run;

    (void)state;
    run_init(&run, "T90", "tickets", XZ_ENTITY_PERSON);
    for (int i = 0; i < 9; i++) {
        take(&run, (struct ticket){.when = "2026-03-02 10:00:00", .elsewhere = i == 3});
    }
    assert_observed(&run, 8.0, 8);
    assert_true(run.step.log_e > 0.0);
    take(&run, (struct ticket){.when = "2026-03-03 00:00:00"});
    assert_observed(&run, 1.0, 1);
    assert_true(run.step.log_e < 0.0);
    run_fini(&run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_visits_add_up_over_the_month),
        cmocka_unit_test(test_a_visit_is_a_day_at_an_institution),
        cmocka_unit_test(test_visits_are_held_against_the_segment),
        cmocka_unit_test(test_counts_learn_from_the_past),
        cmocka_unit_test(test_sum_of_account_money),
        cmocka_unit_test(test_distinct_and_repeated_institutions),
        cmocka_unit_test(test_tickets_of_a_day),
    };

    return cmocka_run_group_tests(tests, load_pack, free_pack);
}
