/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Kinds that judge single records: amount, travel, drain. */
#include "evidence_case.h"

#define SHENYANG .lat = 41.80, .lon = 123.43, .district = "210102"
#define DALIAN   .lat = 38.91, .lon = 121.61, .district = "210202" /* 355 km away */
#define NEAR_BY  .lat = 41.81, .lon = 123.44, .district = "210102"

static void test_amount_against_the_own_past(void **state)
{
    struct run run;

    (void)state;
    run_init(&run, "T91", "amount", XZ_ENTITY_PERSON);
    for (int i = 0; i < 12; i++) {
        take(&run, (struct ticket){.when = "2026-03-02 10:00:00", .amount_fen = 5000 + i * 100});
    }
    assert_observed(&run, 61.0, 1);
    take(&run, (struct ticket){.when = "2026-03-03 10:00:00", .amount_fen = 7000});
    assert_observed(&run, 70.0, 1);
    assert_true(run.step.log_e < 1.0); /* near what it always was */
    assert_true(run.step.expected > 45.0 && run.step.expected < 70.0);
    take(&run, (struct ticket){.when = "2026-03-04 10:00:00", .amount_fen = 9000000});
    assert_observed(&run, 90000.0, 1);
    assert_true(run.step.log_p < log(1e-4) && run.step.log_e > 2.0);
    take(&run, (struct ticket){.when = "2026-03-05 10:00:00", .amount_fen = 0});
    assert_not_evaluated(&run, "no_amount");
    take(&run, (struct ticket){.when = "2026-03-05 10:00:00", .amount_fen = XZ_FEN_NONE});
    assert_not_evaluated(&run, "no_amount");
    run_fini(&run);
}

static void test_travel_that_nobody_can(void **state)
{
    struct run run;

    (void)state;
    run_init(&run, "T91", "travel", XZ_ENTITY_PERSON);
    take(&run, (struct ticket){.when = "2026-03-02 10:00:00", SHENYANG});
    assert_not_evaluated(&run, NULL); /* nothing before it */
    take(&run, (struct ticket){.when = "2026-03-02 10:25:00", .institution = "H2", DALIAN});
    assert_true(run.step.evaluated && run.step.carries);
    assert_int_equal(run.members, 2);
    assert_true(run.step.observed > 600.0 && run.step.observed < 800.0); /* km/h, with the slack */
    assert_true(run.step.log_e > 0.5);
    assert_string_equal(run.step.segment, "210102-210202");
    run_fini(&run);
}

static void test_travel_that_people_do(void **state)
{
    struct run run;

    (void)state;
    run_init(&run, "T91", "travel", XZ_ENTITY_PERSON);
    take(&run, (struct ticket){.when = "2026-03-02 10:00:00", SHENYANG});
    take(&run, (struct ticket){.when = "2026-03-02 10:25:00", .institution = "H2", NEAR_BY});
    assert_true(run.step.evaluated);
    assert_true(run.step.log_e < 0.0 && run.step.observed < 1.0);
    take(&run, (struct ticket){.when = "2026-03-02 10:26:00", .institution = "H2", DALIAN});
    assert_not_evaluated(&run, NULL); /* the same institution is one place, whatever it says */
    take(&run,
         (struct ticket){.when = "2026-03-02 10:30:00", .institution = "H3", .district = "210202"});
    assert_not_evaluated(&run, "no_place"); /* one city, no coordinates */
    take(&run,
         (struct ticket){.when = "2026-03-02 10:31:00", .institution = "H4", .district = "110101"});
    assert_true(run.step.evaluated && run.step.log_e > 0.5); /* another province, a minute on */
    take(&run, (struct ticket){.when = "2026-03-03 10:31:01", .institution = "H5", DALIAN});
    assert_not_evaluated(&run, NULL); /* a second past the window */
    run_fini(&run);
}

static void test_drain_of_a_rested_account(void **state)
{
    struct run run;

    (void)state;
    run_init(&run, "T91", "drain", XZ_ENTITY_PERSON);
    take(&run, (struct ticket){
                   .when = "2026-01-01 10:00:00", .account_fen = 1000, .balance_fen = 500000});
    assert_not_evaluated(&run, "first_seen");
    take(&run, (struct ticket){
                   .when = "2026-04-01 10:00:00", .account_fen = 200000, .balance_fen = 300000});
    assert_true(run.step.evaluated);
    assert_false(run.step.carries); /* two fifths of it are no draining */
    take(&run, (struct ticket){
                   .when = "2026-04-02 10:00:00", .account_fen = 250000, .balance_fen = 50000});
    /* 4500 yuan, nine tenths, ninety days of rest */
    assert_observed(&run, 4500.0 * 0.9 * 0.9 * 90.0 / 90.0, 2);
    assert_true(run.step.carries && run.step.log_e > 1.0);
    assert_true(fabs(run.weight - 2.0 - 450000.0) < 0.5); /* by the money taken */
    run_fini(&run);
}

static void test_no_drain_of_an_account_in_use(void **state)
{
    struct run run;

    (void)state;
    run_init(&run, "T91", "drain", XZ_ENTITY_PERSON);
    take(&run, (struct ticket){
                   .when = "2026-01-01 10:00:00", .account_fen = 1000, .balance_fen = 500000});
    take(&run, (struct ticket){
                   .when = "2026-03-02 09:59:59", .account_fen = 490000, .balance_fen = 10000});
    assert_not_evaluated(&run, NULL); /* a second short of sixty days */
    run_fini(&run);
    run_init(&run, "T91", "drain", XZ_ENTITY_PERSON);
    take(&run, (struct ticket){
                   .when = "2026-01-01 10:00:00", .account_fen = 1000, .balance_fen = 500000});
    take(&run, (struct ticket){
                   .when = "2026-03-02 10:00:00", .account_fen = 490000, .balance_fen = 10000});
    assert_true(run.step.evaluated && run.step.carries);
    take(&run, (struct ticket){
                   .when = "2026-03-02 11:00:00", .account_fen = 1, .balance_fen = XZ_FEN_NONE});
    assert_not_evaluated(&run, "no_balance");
    run_fini(&run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_amount_against_the_own_past),
        cmocka_unit_test(test_travel_that_nobody_can),
        cmocka_unit_test(test_travel_that_people_do),
        cmocka_unit_test(test_drain_of_a_rested_account),
        cmocka_unit_test(test_no_drain_of_an_account_in_use),
    };

    return cmocka_run_group_tests(tests, load_pack, free_pack);
}
