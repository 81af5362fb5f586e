/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A ticket as a multiple of the subject's usual one. */
#include "evidence_case.h"

static void buy(struct run *run, int64_t amount_fen, bool elsewhere)
{
    take(run, (struct ticket){
                  .when = "2026-03-02 10:00:00", .amount_fen = amount_fen, .elsewhere = elsewhere});
}

static void test_wants_eight_before_it(void **state)
{
    struct run run;

    (void)state;
    run_init(&run, "T91", "multiple", XZ_ENTITY_PERSON);
    for (int i = 0; i < 8; i++) {
        buy(&run, 5000, false);
        assert_not_evaluated(&run, "first_seen");
    }
    buy(&run, 15000, false);
    assert_observed(&run, 3.0, 1);
    assert_true(run.step.carries);
    run_fini(&run);
}

static void test_usual_is_the_median(void **state)
{
    static const int64_t before_fen[] = {1000, 9000, 2000, 8000, 3000, 7000, 4000, 6000};
    struct run run;

    (void)state;
    run_init(&run, "T91", "multiple", XZ_ENTITY_PERSON);
    for (size_t i = 0; i < sizeof(before_fen) / sizeof(before_fen[0]); i++) {
        buy(&run, before_fen[i], false);
    }
    buy(&run, 500000, false);
    assert_observed(&run, 100.0, 1); /* of eight: between 4000 and 6000 */
    buy(&run, 12000, false);
    assert_observed(&run, 2.0, 1); /* of nine: 6000; a huge one hardly moves it */
    run_fini(&run);
}

static void test_counts_only_what_matches_and_has_an_amount(void **state)
{
    struct run run;

    (void)state;
    run_init(&run, "T91", "multiple", XZ_ENTITY_PERSON);
    for (int i = 0; i < 8; i++) {
        buy(&run, 5000, false);
        buy(&run, 90000, true);
        buy(&run, XZ_FEN_NONE, false);
        assert_not_evaluated(&run, "no_amount");
    }
    buy(&run, 10000, false);
    assert_observed(&run, 2.0, 1);
    buy(&run, 0, false);
    assert_not_evaluated(&run, "no_amount");
    run_fini(&run);
}

static void test_only_the_newest_make_it(void **state)
{
    struct run run;

    (void)state;
    run_init(&run, "T91", "multiple", XZ_ENTITY_PERSON);
    for (int i = 0; i < 512; i++) {
        buy(&run, i < 256 ? 100000 : 5000, false);
    }
    buy(&run, 10000, false);
    assert_observed(&run, 2.0, 1);
    run_fini(&run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_wants_eight_before_it),
        cmocka_unit_test(test_usual_is_the_median),
        cmocka_unit_test(test_counts_only_what_matches_and_has_an_amount),
        cmocka_unit_test(test_only_the_newest_make_it),
    };

    return cmocka_run_group_tests(tests, load_pack, free_pack);
}
