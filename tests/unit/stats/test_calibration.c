/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Calibration: what keeps its word is kept, what does not is mapped, what cannot be is refused. */
#include "stats_test.h"

#include "stats/calibration.h"

#define SAMPLES 100000
static double log_p[SAMPLES], mapped[SAMPLES];

static void test_table_counts(void **state)
{
    struct xz_calibration_row rows[XZ_CALIBRATION_LEVELS];

    (void)state;
    for (size_t i = 0; i < 2000; i++) {
        log_p[i] = i < 10 ? log(1e-3) : i < 60 ? log(5e-3) : log(0.5);
    }
    log_p[100] = NAN;
    xz_calibration_table(log_p, 2000, rows);
    assert_int_equal(rows[0].hits, 60);
    assert_int_equal(rows[1].hits, 10); /* p = 0.001 is at 0.001 */
    assert_int_equal(rows[2].hits, 0);
    assert_true(rows[0].off && rows[1].off && !rows[2].off);
    assert_true(rows[1].tested && !rows[2].tested);
    assert_close(rows[0].realised, 0.03, 1e-15);
    /* scipy: beta.ppf(0.025, 60, 1941), beta.ppf(0.975, 61, 1940) */
    assert_close(rows[0].low, 0.0229695504021, 1e-12);
    assert_close(rows[0].high, 0.0384488560963, 1e-12);
    xz_calibration_table(log_p, 0, rows);
    assert_true(!rows[0].tested && !rows[0].off);
}

/* Two hits where one was to be expected are twice too many, and chance all the same. */
static void test_chance_is_not_held_against_a_baseline(void **state)
{
    struct xz_calibration calibration;

    (void)state;
    for (size_t i = 0; i < 1000; i++) {
        log_p[i] = i < 2 ? log(8e-4) : log(0.5);
    }
    assert_int_equal(xz_calibration_fit(log_p, 1000, &calibration, NULL), XZ_OK);
    assert_true(calibration.before[1].realised > 1.5e-3 && !calibration.before[1].off);
    assert_int_equal(calibration.verdict, XZ_CALIBRATION_KEPT);
}

static void test_a_map_from_elsewhere_cannot_lower_p(void **state)
{
    const struct xz_calibration_map map = {3, {0.0, -2.0, -4.0}, {0.0, -3.0, -3.5}};

    (void)state;
    assert_close(xz_calibration_apply(&map, -1.0), -1.0, 0.0);
    assert_close(xz_calibration_apply(&map, -4.0), -3.5, 1e-15);
    assert_close(xz_calibration_apply(&map, -8.0), -3.5 - 4.0 * 3.5 / 4.0, 1e-15);
}

static void test_honest_p_are_kept(void **state)
{
    struct xz_calibration calibration;
    struct xz_rng rng;

    (void)state;
    xz_rng_init(&rng, 97, 1);
    for (size_t i = 0; i < SAMPLES; i++) {
        log_p[i] = log(xz_rng_unit(&rng) + 1e-300);
    }
    assert_int_equal(xz_calibration_fit(log_p, SAMPLES, &calibration, NULL), XZ_OK);
    assert_int_equal(calibration.verdict, XZ_CALIBRATION_KEPT);
    assert_int_equal(calibration.map.count, 0);
    assert_true(xz_calibration_apply(&calibration.map, -5.0) == -5.0);
    assert_true(xz_calibration_apply(&calibration.map, NAN) == 0.0);
}

/* p = u^1.4: ten times too small at 1e-3.5. On fresh draws the mapped ones keep their word. */
static void test_p_that_are_too_small_are_mapped(void **state)
{
    struct xz_calibration calibration;
    struct xz_rng rng;

    (void)state;
    xz_rng_init(&rng, 101, 1);
    for (size_t i = 0; i < SAMPLES; i++) {
        log_p[i] = 1.4 * log(xz_rng_unit(&rng) + 1e-300);
    }
    assert_int_equal(xz_calibration_fit(log_p, SAMPLES, &calibration, NULL), XZ_OK);
    assert_int_equal(calibration.verdict, XZ_CALIBRATION_MAPPED);
    assert_true(calibration.before[1].off && !calibration.after[1].off);
    for (size_t i = 0; i < SAMPLES; i++) {
        mapped[i] = xz_calibration_apply(&calibration.map, 1.4 * log(xz_rng_unit(&rng) + 1e-300));
    }
    assert_super_uniform(mapped, SAMPLES, 1.1);
    /* far beyond the samples the line goes on: 1.4 powers are undone, nearly */
    assert_between(xz_calibration_apply(&calibration.map, 1.4 * log(1e-8)), log(1e-9), log(1e-7));
}

static void test_map_is_monotone_and_never_lowers_p(void **state)
{
    struct xz_calibration_map map;
    struct xz_rng rng;

    (void)state;
    for (uint64_t round = 0; round < 20; round++) {
        double before = 1.0;

        xz_rng_init(&rng, 103, round);
        for (size_t i = 0; i < 3000; i++) { /* jagged: some too small, some too large, with atoms */
            const double u = xz_rng_unit(&rng);

            log_p[i] = floor((u < 0.1 ? 2.0 : 0.7) * log(u + 1e-300) * 4.0) / 4.0;
        }
        xz_calibration_map_fit(log_p, 3000, &map);
        assert_true(map.count >= 2);
        for (double x = 0.0; x > -60.0; x -= 0.01) {
            const double y = xz_calibration_apply(&map, x);

            assert_true(y <= before + 1e-12);
            assert_true(y >= x && y <= 0.0);
            before = y;
        }
        assert_false(isnan(xz_calibration_apply(&map, -INFINITY)));
    }
}

/* Samples that no map from p alone can mend: an innocent half always at p = 1, and every second
 * sample (so that one half of the cross-fit never sees it) often at a tiny p. */
static void test_what_no_map_mends_is_refused(void **state)
{
    struct xz_calibration calibration;
    struct xz_rng rng;

    (void)state;
    xz_rng_init(&rng, 107, 1);
    for (size_t i = 0; i < SAMPLES; i++) {
        log_p[i] = log(xz_rng_unit(&rng) + 1e-300);
        if (i % 2 == 1 && xz_rng_below(&rng, 10) == 0) {
            log_p[i] = -40.0;
        }
    }
    assert_int_equal(xz_calibration_fit(log_p, SAMPLES, &calibration, NULL), XZ_OK);
    assert_int_equal(calibration.verdict, XZ_CALIBRATION_REFUSED);
    assert_string_equal(xz_calibration_verdict_name(calibration.verdict), "refused");
}

static void test_few_samples_say_nothing(void **state)
{
    struct xz_calibration calibration = {.count = 5};
    struct xz_err err = {0};

    (void)state;
    assert_int_equal(xz_calibration_fit(log_p, 99, &calibration, &err), XZ_CONFIG);
    assert_string_not_equal(err.msg, "");
    assert_int_equal(calibration.count, 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table_counts),
        cmocka_unit_test(test_chance_is_not_held_against_a_baseline),
        cmocka_unit_test(test_a_map_from_elsewhere_cannot_lower_p),
        cmocka_unit_test(test_honest_p_are_kept),
        cmocka_unit_test(test_p_that_are_too_small_are_mapped),
        cmocka_unit_test(test_map_is_monotone_and_never_lowers_p),
        cmocka_unit_test(test_what_no_map_mends_is_refused),
        cmocka_unit_test(test_few_samples_say_nothing),
    };

    xz_stats_init();
    return cmocka_run_group_tests_name("stats: calibration", tests, NULL, NULL);
}
