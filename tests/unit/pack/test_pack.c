/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "good.h"

/* ---- a good pack ---- */

static void test_head_and_patterns_are_read(void **state)
{
    struct xz_pack *pack = load_good();
    const struct xz_pattern *patterns, *dead, *dear, *busy;
    size_t count = 0;

    (void)state;
    assert_string_equal(xz_pack_name(pack), "sample");
    assert_string_equal(xz_pack_version(pack), "1.2.3");
    assert_int_equal(strlen(xz_pack_sha256(pack)), 64);
    assert_int_equal(xz_pack_lateness_ms(pack), 3 * XZ_DAY_MS);
    assert_int_equal(xz_pack_horizon_ms(pack), 60 * XZ_DAY_MS);
    assert_int_equal(xz_pack_history_max(pack), 128);
    patterns = xz_pack_patterns(pack, &count);
    assert_int_equal(count, 3);
    assert_string_equal(patterns[2].id, "T90"); /* by file name */
    assert_null(xz_pack_pattern(pack, XZ_STR("T91")));
    dead = pattern_of(pack, "R90");
    dear = pattern_of(pack, "R91");
    busy = pattern_of(pack, "T90");

    assert_string_equal(dead->name, "used_after_death");
    assert_int_equal(dead->version, 3);
    assert_string_equal(dead->title.zh, "死后使用");
    assert_string_equal(dead->title.en, "Used after death");
    assert_int_equal(dead->subject, XZ_SUBJECT_INSURED);
    assert_int_equal(dead->result, XZ_RESULT_CONCLUSIVE);
    assert_int_equal(dead->stage, XZ_STAGE_AFTER);
    assert_int_equal(dead->severity, XZ_SEVERITY_CRITICAL);
    assert_int_equal(dead->scope, XZ_SCOPE_HISTORY); /* it asks person.dead */
    assert_int_equal(dead->bodies, 1u << XZ_BODY_SETTLEMENT);
    assert_int_equal(dead->actions, 1u << 2 | 1u << 5);
    assert_int_equal(dead->legal_count, 1);
    assert_string_equal(dead->legal[0], "条例-41");
    assert_int_equal(dead->evidence_count, 0);
    assert_false(dead->shadow);
    assert_string_equal(dead->explain.en, "{subject}: {events} event(s).");
    assert_string_equal(dead->counterfactual.zh, "若在此之前。");
    assert_string_equal(dead->file, "patterns/R90_used_after_death.yaml");

    assert_int_equal(dear->scope, XZ_SCOPE_EVENT);
    assert_true(dear->shadow);
    assert_int_equal(dear->stage, XZ_STAGE_BEFORE);

    assert_int_equal(busy->scope, XZ_SCOPE_HISTORY); /* it has evidence */
    assert_int_equal(busy->subject, XZ_SUBJECT_INSTITUTION);
    assert_int_equal(busy->quiet_ms, 12 * XZ_HOUR_MS);
    near_to(busy->false_alarms, 2.0);
    near_to(busy->alarm_per_month, 0.002);
    near_to(busy->steps_per_month, 250.0);
    near_to(busy->log_threshold, log(250.0 / 0.002));
    near_to(dead->log_threshold, 0.0);
    xz_pack_free(pack);
}

static void test_evidence_is_read(void **state)
{
    struct xz_pack *pack = load_good();
    const struct xz_pattern *busy = pattern_of(pack, "T90");
    const struct xz_evidence_spec *spec = busy->evidence;

    (void)state;
    assert_int_equal(busy->evidence_count, 3);
    assert_string_equal(spec[0].key, "T90.count.1d");
    assert_ptr_equal(spec[0].kind, &sample_count);
    assert_int_equal(spec[0].window_ms, XZ_DAY_MS);
    assert_int_equal(spec[0].family, XZ_FAMILY_POLYA);
    assert_int_equal(spec[0].by_count, 3);
    assert_int_equal(spec[0].by[0], XZ_DIM_INSTITUTION_KIND);
    assert_int_equal(spec[0].by[1], XZ_DIM_REGION);
    assert_int_equal(spec[0].by[2], XZ_DIM_MED_TYPE);
    assert_false(spec[0].independent);
    assert_ptr_equal(spec[0].pack, pack);
    assert_string_equal(spec[1].key, "T90.distinct(device).month");
    assert_string_equal(spec[1].measure, "distinct(device)");
    assert_int_equal(spec[1].window_ms, XZ_WINDOW_MONTH);
    assert_true(spec[1].independent);
    assert_string_equal(spec[2].key, "T90.runs");
    assert_int_equal(spec[2].window_ms, 0);
    assert_int_equal(*(const int64_t *)spec[2].conf, 90 * XZ_SECOND_MS);
    assert_int_equal(sample_conf_live, 1);
    xz_pack_free(pack);
    assert_int_equal(sample_conf_live, 0);
}

static void test_patterns_fire_as_written(void **state)
{
    struct xz_pack *pack = load_good();
    struct sample_event event = sample_purchase();

    (void)state;
    assert_false(xz_expr_true(pattern_of(pack, "R90")->when, &event));
    event.dead = true;
    assert_true(xz_expr_true(pattern_of(pack, "R90")->when, &event));
    assert_false(xz_expr_true(pattern_of(pack, "R91")->when, &event));
    event.lines[1].cost_fen = 100001;
    assert_true(xz_expr_true(pattern_of(pack, "R91")->when, &event));
    event.med_type = XZ_STR("99");
    assert_false(xz_expr_true(pattern_of(pack, "T90")->when, &event));
    event.acct_pay_fen = 1251;
    assert_true(xz_expr_true(pattern_of(pack, "T90")->when, &event));
    xz_pack_free(pack);
}

static void test_codes_are_read(void **state)
{
    struct xz_pack *pack = load_good();
    const struct xz_set *list = xz_pack_codes(pack, XZ_STR("outpatient"));
    const struct xz_limits *limits;

    (void)state;
    assert_non_null(list);
    assert_int_equal(xz_set_size(list), 4);
    assert_true(xz_set_has(list, XZ_STR("41")) && xz_set_has(list, XZ_STR("011")));
    assert_true(xz_set_has(list, XZ_STR("11")) && !xz_set_has(list, XZ_STR("0011")));
    assert_true(xz_set_has(xz_pack_codes(pack, XZ_STR("watch_list")), XZ_STR("A1")));
    assert_null(xz_pack_codes(pack, XZ_STR("items")));

    limits = xz_pack_item(pack, XZ_STR("A1"));
    assert_non_null(limits);
    assert_int_equal(limits->sex, 2);
    assert_int_equal(limits->age_min, 12);
    assert_int_equal(limits->age_max, 60);
    assert_int_equal(limits->use, XZ_USE_ALLOWED);
    assert_int_equal(limits->watch, 1);
    assert_int_equal(limits->list_price_fen, 1234);
    assert_true(xz_str_eq(limits->ingredient, XZ_STR("amoxicillin")));
    assert_int_equal(xz_pack_item(pack, XZ_STR("B2"))->use, XZ_USE_FORBIDDEN);
    assert_null(xz_pack_item(pack, XZ_STR("A")));
    assert_null(xz_pack_item(pack, XZ_STR_NONE));

    assert_true(xz_str_eq(xz_pack_diagnosis(pack, XZ_STR("I10.x05"))->name, XZ_STR("pressure")));
    assert_true(xz_str_eq(xz_pack_diagnosis(pack, XZ_STR("I15"))->name, XZ_STR("heart")));
    assert_int_equal(xz_pack_diagnosis(pack, XZ_STR("O80"))->sex, 2);
    assert_null(xz_pack_diagnosis(pack, XZ_STR("I")));
    assert_null(xz_pack_diagnosis(pack, XZ_STR_NONE));

    assert_true(xz_str_eq(xz_pack_relation(pack, XZ_STR("01")), XZ_STR("spouse")));
    assert_true(xz_str_eq(xz_pack_relation(pack, XZ_STR("亲家")), XZ_STR("other")));
    assert_true(xz_str_eq(xz_pack_relation(pack, XZ_STR("grandchild")), XZ_STR("grandchild")));
    assert_int_equal(xz_pack_relation(pack, XZ_STR("1")).len, 0);
    assert_int_equal(xz_pack_relation(pack, XZ_STR_NONE).len, 0);
    xz_pack_free(pack);
}

static void test_med_type_falls_back_to_two_digits_unless_named(void **state)
{
    struct xz_pack *pack = load_good();

    (void)state;
    assert_true(xz_str_eq(xz_pack_med_type(pack, XZ_STR("140104")), XZ_STR("140104")));
    assert_true(xz_str_eq(xz_pack_med_type(pack, XZ_STR("140201")), XZ_STR("14")));
    assert_true(xz_str_eq(xz_pack_med_type(pack, XZ_STR("1301")), XZ_STR("1301")));
    assert_true(xz_str_eq(xz_pack_med_type(pack, XZ_STR("41")), XZ_STR("41")));
    assert_true(xz_str_eq(xz_pack_med_type(pack, XZ_STR("990")), XZ_STR("990")));
    assert_int_equal(xz_pack_med_type(pack, XZ_STR_NONE).len, 0);
    xz_pack_free(pack);
}

static void test_policies_extend_and_the_longest_prefix_rules(void **state)
{
    struct xz_pack *pack = load_good();
    const struct xz_policy *other = xz_pack_policy(pack, XZ_STR("210102"));
    const struct xz_policy *shanghai = xz_pack_policy(pack, XZ_STR("310101"));
    const struct xz_policy *pudong = xz_pack_policy(pack, XZ_STR("310115"));

    (void)state;
    assert_string_equal(other->admdvs_prefix, "");
    assert_string_equal(shanghai->admdvs_prefix, "31");
    assert_string_equal(pudong->admdvs_prefix, "310115");
    assert_ptr_equal(xz_pack_policy(pack, XZ_STR_NONE), other);
    assert_ptr_equal(xz_pack_policy(pack, XZ_STR("3")), other);
    assert_ptr_equal(xz_pack_policy(pack, XZ_STR("x1")), other);
    assert_ptr_equal(xz_pack_policy(pack, XZ_STR("99")), other);
    assert_ptr_equal(xz_pack_policy(pack, XZ_STR("31")), shanghai);
    /* default.yaml over the contract */
    assert_int_equal(xz_set_size(other->allowed_purposes), 2);
    assert_int_equal(xz_set_size(other->relations), 8);
    assert_true(xz_set_has(other->receiver_schemes, XZ_STR("390")));
    assert_int_equal(xz_set_size(other->cross_province), 0);
    assert_int_equal(other->deductible_active_fen, -1);
    assert_int_equal(other->temporary_link_uses, 1);
    assert_false(other->three_segments);
    /* what is not said is what is extended */
    assert_true(shanghai->three_segments && pudong->three_segments);
    assert_int_equal(shanghai->deductible_active_fen, 50000);
    assert_int_equal(pudong->deductible_retired_fen, 30050);
    assert_int_equal(xz_set_size(pudong->allowed_purposes), 2);
    assert_int_equal(pudong->temporary_link_uses, 2);
    assert_true(xz_set_has(pudong->cross_province, XZ_STR("31-32")));
    assert_true(xz_set_has(pudong->cross_province, XZ_STR("32-31")));
    assert_int_equal(xz_set_size(pudong->relations), 2);
    assert_int_equal(xz_set_size(pudong->national_relations), 8);
    xz_pack_free(pack);
}

static void test_baselines_fall_back_to_their_parents(void **state)
{
    struct xz_pack *pack = load_good();
    const struct xz_evidence_spec *spec = pattern_of(pack, "T90")->evidence;
    struct xz_evidence_spec copy = spec[0];
    const struct xz_baseline *cell;

    (void)state;
    near_to(first_param(spec, "pharmacy|2101|41"), 4.0);
    near_to(first_param(spec, "pharmacy|2101|11"), 3.5);
    near_to(first_param(spec, "pharmacy|2199|41"), 3.0);
    near_to(first_param(spec, "hospital|2101|41"), 2.5);
    near_to(first_param(spec, "|2101|41"), 1.0);
    near_to(first_param(spec, ""), 2.5);
    near_to(first_param(&copy, "pharmacy|2101|41"), 4.0);
    cell = xz_pack_baseline(spec, XZ_STR("pharmacy|2101|11"));
    assert_string_equal(cell->segment, "pharmacy|2101");
    assert_int_equal(cell->subjects, 40);
    assert_int_equal(cell->param_count, 2);
    cell = xz_pack_baseline(&spec[1], XZ_STR("2101"));
    assert_int_equal(cell->param_count, 4);
    near_to(cell->params[3], 4.5);
    assert_null(xz_pack_baseline(&spec[2], XZ_STR("")));
    copy.key = "T99.count";
    assert_null(xz_pack_baseline(&copy, XZ_STR("")));
    xz_pack_free(pack);
}

static void test_calibration_interpolates_and_never_sharpens_beyond_what_was_seen(void **state)
{
    struct xz_pack *pack = load_good();
    const struct xz_evidence_spec *spec = pattern_of(pack, "T90")->evidence;

    (void)state;
    near_to(xz_pack_calibrate(spec, -2.0), -1.5);
    near_to(xz_pack_calibrate(spec, -4.0), -2.0);
    near_to(xz_pack_calibrate(spec, -6.0), -3.5);
    near_to(xz_pack_calibrate(spec, -8.0), -5.0);
    near_to(xz_pack_calibrate(spec, -1.0), -0.75);
    near_to(xz_pack_calibrate(spec, 0.0), 0.0);
    assert_true(isinf(xz_pack_calibrate(spec, -INFINITY)));
    near_to(xz_pack_calibrate(spec, -12.0), -8.0); /* the last line goes on: 3 in 4 */
    near_to(xz_pack_calibrate(&spec[1], -7.25), -7.25);
    for (double log_p = -20.0; log_p < 0.0; log_p += 0.25) { /* order is kept */
        assert_true(xz_pack_calibrate(spec, log_p) <= xz_pack_calibrate(spec, log_p + 0.25));
    }
    xz_pack_free(pack);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_head_and_patterns_are_read),
        cmocka_unit_test(test_evidence_is_read),
        cmocka_unit_test(test_patterns_fire_as_written),
        cmocka_unit_test(test_codes_are_read),
        cmocka_unit_test(test_med_type_falls_back_to_two_digits_unless_named),
        cmocka_unit_test(test_policies_extend_and_the_longest_prefix_rules),
        cmocka_unit_test(test_baselines_fall_back_to_their_parents),
        cmocka_unit_test(test_calibration_interpolates_and_never_sharpens_beyond_what_was_seen),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
