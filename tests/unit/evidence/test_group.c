/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The group that somebody is held against: of a subject without a past the judgement knows no more
 * than it, so both must say the same. */
#include "evidence/group.h"
#include "evidence_case.h"

static void group_of_step(const struct run *run, struct xz_group *group)
{
    const int64_t at_ms = run->entity->records[run->stepped]->at_ms;

    assert_true(run->step.evaluated);
    assert_true(xz_group_of(run->spec, xz_str_from(run->step.segment), at_ms, group));
}

static void assert_agrees(const struct run *run)
{
    struct xz_group group;
    double mark, log_p;

    group_of_step(run, &group);
    mark = xz_group_mark(&group, run->step.observed, run->step.expected, run->step.log_p);
    log_p = xz_group_log_tail(&group, mark);
    if (fabs(log_p - run->step.log_p) > 1e-3 * fabs(run->step.log_p) + 1e-9) {
        fail_msg("%s: the group says %g at %g, the judgement %g", run->spec->measure, log_p, mark,
                 run->step.log_p);
    }
}

static void test_says_what_a_first_step_says(void **state)
{
    static const struct {
        const char *pattern, *measure;
    } cases[] = {{"T90", "visits"},
                 {"T90", "count"},
                 {"T90", "sum(account_money)"},
                 {"T90", "distinct(institution)"},
                 {"T90", "tickets"},
                 {"T91", "amount"}};

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct run run;

        run_init(&run, cases[i].pattern, cases[i].measure, XZ_ENTITY_PERSON);
        take(&run, (struct ticket){.when = "2026-03-01 00:00:00",
                                   .amount_fen = 123456,
                                   .account_fen = 12345,
                                   .age = 30});
        assert_agrees(&run);
        run_fini(&run);
    }
}

static void test_a_ratio_and_a_score_are_found_again(void **state)
{
    struct run run;
    char when[32], person[16];

    (void)state;
    run_init(&run, "T91", "travel", XZ_ENTITY_PERSON);
    take(&run, (struct ticket){.when = "2026-03-02 10:00:00", .lat = 41.8, .lon = 123.4});
    take(&run, (struct ticket){
                   .when = "2026-03-02 11:00:00", .institution = "H2", .lat = 38.9, .lon = 121.6});
    assert_agrees(&run);
    run_fini(&run);

    run_init(&run, "T92", "runs", XZ_ENTITY_INSTITUTION);
    for (int i = 0; i < 20; i++) {
        (void)snprintf(when, sizeof(when), "2026-03-02 10:%02d:00", i);
        (void)snprintf(person, sizeof(person), "P%d", i);
        take(&run, (struct ticket){.when = when, .person = person, .counter = "C1"});
    }
    assert_true(run.step.log_p < 0.0);
    assert_agrees(&run);
    run_fini(&run);
}

static void test_a_tail_never_rises(void **state)
{
    (void)state;
    for (size_t p = 0; p < 3; p++) {
        static const char *const ids[] = {"T90", "T91", "T92"};
        const struct xz_pattern *pattern = xz_pack_pattern(pack, xz_str_from(ids[p]));

        assert_non_null(pattern);
        for (size_t i = 0; i < pattern->evidence_count; i++) {
            struct xz_group group;
            double before = 0.0;

            if (!xz_group_of(&pattern->evidence[i], XZ_STR(""), 0, &group)) {
                continue;
            }
            for (double x = 0.0; x < 2000.0; x += x < 10.0 ? 0.25 : 7.0) {
                const double log_p = xz_group_log_tail(&group, x);

                assert_true(log_p <= before);
                before = log_p;
            }
        }
    }
}

static void test_a_value_is_the_least_so_rare(void **state)
{
    const struct xz_pattern *pattern = xz_pack_pattern(pack, XZ_STR("T90"));
    struct xz_group group;

    (void)state;
    for (size_t i = 0; i < pattern->evidence_count; i++) {
        const double step = pattern->evidence[i].family == XZ_FAMILY_POLYA ? 1.0 : 0.0;

        assert_true(xz_group_of(&pattern->evidence[i], XZ_STR(""), 0, &group));
        for (double log_p = -0.5; log_p > -20.0; log_p -= 1.0) {
            const double x = xz_group_value(&group, log_p);

            assert_true(xz_group_log_tail(&group, x) <= log_p);
            assert_true(xz_group_log_tail(&group, x * 0.998 - step) > log_p);
        }
    }
}

static void test_what_cannot_be_placed_is_not(void **state)
{
    const struct xz_pattern *pattern = xz_pack_pattern(pack, XZ_STR("T91"));
    struct xz_group group;

    (void)state;
    for (size_t i = 0; i < pattern->evidence_count; i++) {
        if (strcmp(pattern->evidence[i].measure, "travel") == 0) {
            assert_true(xz_group_of(&pattern->evidence[i], XZ_STR(""), 0, &group));
            assert_true(isnan(xz_group_mark(&group, 100.0, 0.0, -3.0)));
            assert_true(isnan(xz_group_mark(&group, 1e300, 1e-300, -3.0)));
            assert_true(isnan(xz_group_mark(&group, -5.0, 1.0, -3.0)));
        }
        if (strcmp(pattern->evidence[i].measure, "amount") == 0) {
            assert_true(xz_group_of(&pattern->evidence[i], XZ_STR(""), 0, &group));
            assert_true(isnan(xz_group_mark(&group, NAN, 1.0, -3.0)));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_says_what_a_first_step_says),
        cmocka_unit_test(test_a_ratio_and_a_score_are_found_again),
        cmocka_unit_test(test_a_tail_never_rises),
        cmocka_unit_test(test_a_value_is_the_least_so_rare),
        cmocka_unit_test(test_what_cannot_be_placed_is_not),
    };

    return cmocka_run_group_tests(tests, load_pack, free_pack);
}
