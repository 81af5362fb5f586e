/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a reader is told: figures as people write them, groups in words, and no holes. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>

#include "alert/alert.h"

static struct xz_pattern pattern = {
    .explain = {"{subject}：{observed}、{expected}（{segment}，{peers}），1/{odds}，{amount} 元",
                "{subject}: {observed}, {expected} ({segment}, {peers}), 1 in {odds}, {amount}"},
    .counterfactual = {"{events}", "{events}"}};
static struct xz_evidence_spec spec = {.by = {XZ_DIM_AGE_BAND, XZ_DIM_PSN_TYPE, XZ_DIM_CHRONIC},
                                       .by_count = 3};
static struct xz_judged_evidence row = {.spec = &spec,
                                        .measure = "visits",
                                        .unit = "visits",
                                        .observed = 63191.2,
                                        .expected = 1.84,
                                        .log_p = -1e30,
                                        .log_e = 3.0,
                                        .segment = "60-69|12|1",
                                        .subjects = 131527};

static void says(enum xz_episode_status status, bool chinese, const char *text)
{
    const struct xz_judgement judgement = {.pattern = &pattern,
                                           .status = status,
                                           .subject_id = XZ_STR("2101"),
                                           .event_count = 1204,
                                           .amount_fen = 123456789,
                                           .evidence = &row,
                                           .evidence_count = 1};
    struct xz_buf out = {0};

    xz_alert_explanation(&judgement, chinese, &out);
    xz_buf_u8(&out, 0);
    assert_string_equal((const char *)out.data, text);
    xz_buf_fini(&out);
}

static void test_figures_and_groups_are_as_people_write_them(void **state)
{
    (void)state;
    row.log_p = -log(87654.0);
    says(XZ_EPISODE_OPEN, false,
         "2101: 63,191, 1.8 (age 60-69, retired, with a chronic disease, 131,527), 1 in 80,000, "
         "1,234,567.89");
    row.log_p = -29.4 * log(10.0);
    says(XZ_EPISODE_OPEN, true,
         "2101：63,191、1.8（年龄 "
         "60-69、退休、有慢特病，131,527），1/1,000,000（或更小），1,234,567.89 元");
}

static void tells(int64_t start_ms, int64_t end_ms, const char *zh, const char *en)
{
    struct xz_pattern told = {.explain = {"在 {period} 用过", "{period}, used; so {period}"}};
    const struct xz_judgement judgement = {
        .pattern = &told, .start_ms = start_ms, .end_ms = end_ms};
    struct xz_buf out = {0};

    xz_alert_explanation(&judgement, true, &out);
    xz_buf_u8(&out, 0);
    assert_string_equal((const char *)out.data, zh);
    xz_buf_clear(&out);
    xz_alert_explanation(&judgement, false, &out);
    xz_buf_u8(&out, 0);
    assert_string_equal((const char *)out.data, en);
    xz_buf_fini(&out);
}

static void test_a_moment_is_no_period(void **state)
{
    const int64_t at_ms = INT64_C(1772272800000); /* 2026-02-28 18:00 */

    (void)state;
    tells(at_ms, at_ms + 59999, "在 2026-02-28 18:00 用过",
          "On 2026-02-28 18:00, used; so on 2026-02-28 18:00");
    tells(at_ms, at_ms + 60000, "在 2026-02-28 18:00 至 2026-02-28 18:01 用过",
          "Between 2026-02-28 18:00 and 2026-02-28 18:01, used; "
          "so between 2026-02-28 18:00 and 2026-02-28 18:01");
}

static void test_what_a_word_is_not_known_for_is_told_as_it_is(void **state)
{
    (void)state;
    row.log_p = -log(20.0);
    row.segment = "?|17|";
    says(XZ_EPISODE_CLOSED, false,
         "2101: 63,191, 1.8 (age unknown, person type 17, chronic disease , 131,527), 1 in 20, "
         "1,234,567.89");
    row.segment = "";
    says(XZ_EPISODE_CLOSED, true, "2101：63,191、1.8（全体，131,527），1/20，1,234,567.89 元");
}

static void test_a_withdrawn_alert_says_that_and_no_figures(void **state)
{
    const struct xz_judgement judgement = {
        .pattern = &pattern, .status = XZ_EPISODE_WITHDRAWN, .subject_id = XZ_STR("2101")};
    struct xz_buf out = {0};

    (void)state;
    says(XZ_EPISODE_WITHDRAWN, false,
         "What was said of 2101 is withdrawn: a reversal or a late record took its grounds away.");
    xz_alert_counterfactual(&judgement, false, &out);
    assert_true(out.len > 0 && memchr(out.data, '{', out.len) == NULL);
    xz_buf_fini(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_figures_and_groups_are_as_people_write_them),
        cmocka_unit_test(test_a_moment_is_no_period),
        cmocka_unit_test(test_what_a_word_is_not_known_for_is_told_as_it_is),
        cmocka_unit_test(test_a_withdrawn_alert_says_that_and_no_figures),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
