/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Kinds that look at an institution's day: runs, template. */
#include "evidence_case.h"

/* Cards P0, P1 .. at one counter, so many seconds apart, from ten o'clock. */
static void swipe(struct run *run, const char *counter, int cards, int different, int seconds,
                  int64_t amount_fen)
{
    for (int i = 0; i < cards; i++) {
        const int at = i * seconds;
        char when[32], person[16];

        (void)snprintf(when, sizeof(when), "2026-03-02 %02d:%02d:%02d", 10 + at / 3600,
                       at / 60 % 60, at % 60);
        (void)snprintf(person, sizeof(person), "P%d", i % different);
        take(run,
             (struct ticket){
                 .when = when, .person = person, .counter = counter, .amount_fen = amount_fen});
    }
}

static void test_run_of_different_cards(void **state)
{
    struct run run;

    (void)state;
    run_init(&run, "T92", "runs", XZ_ENTITY_INSTITUTION);
    swipe(&run, "OP1", 20, 20, 30, 10000);
    assert_observed(&run, 20.0, 20);
    assert_true(run.step.carries && run.step.log_e > 1.0);
    assert_true(run.step.expected < 5.0);
    run_fini(&run);
}

static void test_run_of_one_card_is_none(void **state)
{
    struct run run;

    (void)state;
    run_init(&run, "T92", "runs", XZ_ENTITY_INSTITUTION);
    swipe(&run, "OP1", 20, 3, 30, 10000); /* three cards, over and over */
    assert_true(run.step.evaluated);
    assert_false(run.step.carries);
    assert_true(run.step.observed < 0.5 && run.members == 0);
    run_fini(&run);
}

static void test_run_ends_where_the_gap_is_longer(void **state)
{
    struct run run;

    (void)state;
    run_init(&run, "T92", "runs", XZ_ENTITY_INSTITUTION);
    swipe(&run, "OP1", 10, 10, 120, 10000); /* two minutes each: still one run */
    assert_observed(&run, 10.0, 10);
    run_fini(&run);
    run_init(&run, "T92", "runs", XZ_ENTITY_INSTITUTION);
    swipe(&run, "OP1", 10, 10, 121, 10000);
    assert_true(run.step.evaluated && !run.step.carries);
    run_fini(&run);
}

static void test_runs_of_two_counters_are_two(void **state)
{
    struct run run;

    (void)state;
    run_init(&run, "T92", "runs", XZ_ENTITY_INSTITUTION);
    for (int i = 0; i < 12; i++) {
        char when[32], person[16];

        (void)snprintf(when, sizeof(when), "2026-03-02 23:%02d:00", 40 + i);
        (void)snprintf(person, sizeof(person), "P%d", i);
        take(&run, (struct ticket){.when = when, .person = person, .counter = i % 2 ? "A" : "B"});
    }
    assert_observed(&run, 6.0, 6);
    take(&run, (struct ticket){.when = "2026-03-03 00:00:00", .person = "P20", .counter = "A"});
    assert_true(run.step.evaluated && run.step.observed < 0.5); /* the day begins anew */
    run_fini(&run);
}

static void test_one_amount_over_many_cards(void **state)
{
    struct run run;

    (void)state;
    run_init(&run, "T92", "template", XZ_ENTITY_INSTITUTION);
    swipe(&run, "OP1", 12, 12, 600, 50400);
    assert_observed(&run, 12.0, 12);
    assert_true(run.step.carries && run.step.log_e > 1.0);
    take(&run, (struct ticket){.when = "2026-03-02 22:00:00", .person = "P99", .amount_fen = 777});
    assert_false(run.step.carries); /* it passes by */
    take(&run, (struct ticket){
                   .when = "2026-03-02 22:00:01", .person = "P98", .amount_fen = XZ_FEN_NONE});
    assert_not_evaluated(&run, NULL);
    take(&run, (struct ticket){.when = "2026-03-03 00:00:00", .person = "P1", .amount_fen = 50400});
    assert_true(run.step.evaluated && run.step.observed < 0.5);
    run_fini(&run);
}

static void test_one_amount_of_one_card_is_none(void **state)
{
    struct run run;

    (void)state;
    run_init(&run, "T92", "template", XZ_ENTITY_INSTITUTION);
    swipe(&run, "OP1", 12, 3, 600, 50400);
    assert_true(run.step.evaluated && run.step.observed < 0.5);
    assert_false(run.step.carries);
    run_fini(&run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_run_of_different_cards),
        cmocka_unit_test(test_run_of_one_card_is_none),
        cmocka_unit_test(test_run_ends_where_the_gap_is_longer),
        cmocka_unit_test(test_runs_of_two_counters_are_two),
        cmocka_unit_test(test_one_amount_over_many_cards),
        cmocka_unit_test(test_one_amount_of_one_card_is_none),
    };

    return cmocka_run_group_tests(tests, load_pack, free_pack);
}
