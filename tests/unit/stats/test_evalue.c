/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Calibrators against mpmath and against what makes them calibrators (mean 1 under a uniform p);
 * e-BH by a worked example and by the count's own definition; the e-detector's run length.
 */
#include "stats_test.h"

#include "stats/edetector.h"
#include "stats/evalue.h"
#include "stats/polya.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define DRAWS        20000
static double drawn[DRAWS];

static void test_mixture_calibrator_golden(void **state)
{
    static const double rows[][2] = {
        {-1.0000005000003333e-6, -0.69314684722641753}, {-0.1053605156578263, -0.65771721781664259},
        {-0.69314718055994531, -0.44836122069267488},   {-2.995732273553991, 0.57847801884586309},
        {-6.9077552789821371, 3.0345266237596255},      {-23.025850929940457, 16.752615851053869},
        {-690.77552789821371, 677.69989805840539},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        assert_close(xz_calibrate_mixture(rows[i][0]), rows[i][1], 1e-13);
    }
    assert_close(xz_calibrate_mixture(0.0), log(0.5), 1e-15);
    assert_true(xz_calibrate_mixture(-INFINITY) == INFINITY);
    assert_close(xz_calibrate_mixture(-0.3), xz_calibrate_mixture(-0.3 - 1e-12), 1e-11);
    assert_close(xz_calibrate_mixture(NAN), log(0.5), 1e-15);
}

static double mixture_plain(double log_p) { return xz_calibrate_mixture(log_p); }
static double power_half(double log_p) { return xz_calibrate_power(log_p, 0.5); }

/* Integral of e(p) over p: with p = exp(-x) it is the integral of exp(log_e(-x) - x). The part
 * beyond x = 400 is positive, so what is summed must lie below 1; it lies close by. */
static double integral(double (*calibrator)(double))
{
    double sum = 0.0;

    for (int i = 0; i < 400000; i++) {
        const double x = ((double)i + 0.5) / 1000.0;

        sum += exp(calibrator(-x) - x) / 1000.0;
    }
    return sum;
}

static void test_calibrators_integrate_to_one(void **state)
{
    (void)state;
    assert_between(integral(power_half), 0.9999, 1.00001);
    assert_between(integral(xz_calibrate), 0.9999, 1.00001);
    assert_between(integral(mixture_plain), 0.99, 1.0); /* 1 / x is left beyond x */
}

static void test_published_values(void **state)
{
    (void)state;
    /* p = 0.01 with kappa 0.5: 0.5 / 0.1 */
    assert_close(xz_calibrate_power(log(0.01), 0.5), log(5.0), 1e-14);
    assert_close(xz_evalue_log_p(log(20.0)), log(0.05), 1e-14);
    assert_true(xz_evalue_log_p(-3.0) == 0.0);
}

static void test_mean_and_product(void **state)
{
    static const double some[] = {0.0, 2.0, -1.0}, huge[] = {5000.0, 5000.0},
                        nought[] = {-INFINITY, -INFINITY}, odd[] = {NAN, 1.0},
                        mixed[] = {INFINITY, -INFINITY};

    (void)state;
    assert_close(xz_evalue_mean(some, 3), log((1.0 + exp(2.0) + exp(-1.0)) / 3.0), 1e-15);
    assert_close(xz_evalue_mean(huge, 2), 5000.0, 1e-15);
    assert_true(xz_evalue_mean(nought, 2) == -INFINITY);
    assert_true(xz_evalue_mean(some, 0) == -INFINITY);
    assert_close(xz_evalue_mean(odd, 2), log(exp(1.0) / 2.0), 1e-15);
    assert_close(xz_evalue_product(some, 3), 1.0, 1e-15);
    assert_true(xz_evalue_product(some, 0) == 0.0);
    assert_true(xz_evalue_product(odd, 2) == -INFINITY);
    assert_true(xz_evalue_product(mixed, 2) == -INFINITY);
}

/* n = 4, q = 0.1: thresholds for k = 1 .. 4 are 40, 20, 13.3, 10. The second largest fails its own
 * (15 < 20) but the third holds (14 >= 13.3), and so all three stay. */
static void test_ebh_worked_example(void **state)
{
    const double log_e[] = {log(15.0), log(1.0), log(41.0), log(14.0)};
    size_t order[4];
    bool keep[4];

    (void)state;
    assert_int_equal(xz_ebh(log_e, 4, 0.1, order, keep), 3);
    assert_true(keep[0] && !keep[1] && keep[2] && keep[3]);
    assert_int_equal(xz_ebh(log_e, 4, 0.01, order, keep), 0);
    assert_int_equal(xz_ebh(log_e, 0, 0.01, order, keep), 0);
}

static void test_ebh_agrees_with_its_definition(void **state)
{
    struct xz_rng rng;
    double log_e[60];
    size_t order[60];
    bool keep[60];

    (void)state;
    xz_rng_init(&rng, 17, 1);
    for (int round = 0; round < 300; round++) {
        const size_t n = 1 + xz_rng_below(&rng, 60);
        size_t best = 0, kept;

        for (size_t i = 0; i < n; i++) {
            log_e[i] = floor(8.0 * xz_rng_unit(&rng)); /* with ties */
        }
        log_e[0] = NAN;
        for (size_t k = 1; k <= n; k++) {
            size_t above = 0;

            for (size_t i = 0; i < n; i++) {
                above += log_e[i] >= log((double)n / (0.2 * (double)k));
            }
            best = above >= k ? k : best;
        }
        kept = xz_ebh(log_e, n, 0.2, order, keep);
        assert_int_equal(kept, best);
        for (size_t i = 0; i < n; i++) {
            kept -= keep[i];
        }
        assert_int_equal(kept, 0);
        assert_false(keep[0]);
    }
}

static void test_ebh_keeps_false_discoveries_rare_under_dependence(void **state)
{
    double log_e[40], share = 0.0;
    size_t order[40];
    bool keep[40];
    struct xz_rng rng;

    (void)state;
    xz_rng_init(&rng, 19, 1);
    for (int round = 0; round < 4000; round++) {
        const double common = log(xz_rng_unit(&rng) + 1e-300); /* one p shared by all innocents */
        double wrong = 0.0, kept;

        for (size_t i = 0; i < 40; i++) {
            log_e[i] = i < 10 ? 8.0 : xz_calibrate_power(common, 0.5);
        }
        kept = (double)xz_ebh(log_e, 40, 0.1, order, keep);
        for (size_t i = 10; i < 40; i++) {
            wrong += keep[i];
        }
        share += kept > 0.0 ? wrong / kept : 0.0;
    }
    assert_true(share / 4000.0 <= 0.1);
}

static void test_edetector_steps(void **state)
{
    double log_m = XZ_EDETECTOR_START;

    (void)state;
    assert_close(xz_edetector_step(log_m, log(4.0)), log(4.0), 1e-15);
    log_m = xz_edetector_step(log_m, log(0.5));
    assert_close(log_m, log(0.5), 1e-15);
    log_m = xz_edetector_step(log_m, log(4.0)); /* (0.5 + 1) * 4 */
    assert_close(log_m, log(6.0), 1e-15);
    log_m = xz_edetector_step(log_m, log(3.0)); /* (6 + 1) * 3 */
    assert_close(log_m, log(21.0), 1e-15);
    log_m = xz_edetector_step(log_m, NAN); /* nothing learnt: M + 1 */
    assert_close(log_m, log(22.0), 1e-15);
    log_m = xz_edetector_step(log_m, -INFINITY);
    assert_true(log_m == -INFINITY);
    log_m = xz_edetector_step(log_m, 1e6);
    assert_close(log_m, 1e6, 1e-15);
    log_m = xz_edetector_step(log_m, INFINITY);
    assert_true(log_m == INFINITY);
    log_m = xz_edetector_step(log_m, -INFINITY);
    assert_true(log_m == -INFINITY);
}

/* Mean blocks to an alarm, without a cause, of a person's monthly counts in the Polya model with
 * the person's own history learnt on the way, and looked at after each event, not only at the end.
 */
static void test_edetector_run_length_without_cause(void **state)
{
    const double alpha = 0.02, threshold = -log(alpha);
    struct xz_rng rng;
    double blocks = 0.0;

    (void)state;
    xz_rng_init(&rng, 23, 1);
    for (int path = 0; path < 400; path++) {
        const double theta = xz_rng_gamma(&rng, 1.2) / 57.0;
        struct xz_polya belief = {1.2, 57.0};
        double log_m = XZ_EDETECTOR_START;
        int steps = 0;
        bool alarm = false;

        for (; !alarm && steps < 5000; steps++) { /* cut short: can only lower the mean */
            double at = xz_rng_exponential(&rng) / theta;
            uint32_t k = 0;

            for (; at < 30.0 && !alarm; at += xz_rng_exponential(&rng) / theta) {
                alarm = xz_edetector_step(log_m, xz_polya_log_e(belief, ++k, at)) >= threshold;
            }
            log_m = xz_edetector_step(log_m, xz_polya_log_e(belief, k, 30.0));
            belief = xz_polya_posterior(belief, (double)k, 30.0, 0.0);
        }
        blocks += (double)steps;
    }
    assert_true(blocks / 400.0 >= 1.0 / alpha);
}

/* The same for e-values from p-values of no memory, where the bound is nearly reached. */
static void test_edetector_run_length_is_not_vacuous(void **state)
{
    const double alpha = 0.01, threshold = -log(alpha);
    struct xz_rng rng;
    double blocks = 0.0;

    (void)state;
    xz_rng_init(&rng, 29, 1);
    for (int path = 0; path < 2000; path++) {
        double log_m = XZ_EDETECTOR_START;

        for (; log_m < threshold; blocks += 1.0) { /* bets on p < 0.5 */
            log_m = xz_edetector_step(log_m, xz_rng_unit(&rng) < 0.5 ? log(1.5) : log(0.5));
        }
    }
    assert_between(blocks / 2000.0, 1.0 / alpha, 2.5 / alpha);
}

static void test_mean_of_e_values_from_dependent_p(void **state)
{
    struct xz_rng rng;

    (void)state;
    xz_rng_init(&rng, 37, 1);
    for (size_t i = 0; i < DRAWS; i++) {
        const double u = xz_rng_unit(&rng);
        const double pair[] = {xz_calibrate_power(log(u), 0.7), xz_calibrate_power(log1p(-u), 0.7)};

        drawn[i] = exp(xz_evalue_mean(pair, 2));
    }
    assert_mean_at_most_one(drawn, DRAWS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_mixture_calibrator_golden),
        cmocka_unit_test(test_calibrators_integrate_to_one),
        cmocka_unit_test(test_published_values),
        cmocka_unit_test(test_mean_and_product),
        cmocka_unit_test(test_ebh_worked_example),
        cmocka_unit_test(test_ebh_agrees_with_its_definition),
        cmocka_unit_test(test_ebh_keeps_false_discoveries_rare_under_dependence),
        cmocka_unit_test(test_edetector_steps),
        cmocka_unit_test(test_edetector_run_length_without_cause),
        cmocka_unit_test(test_edetector_run_length_is_not_vacuous),
        cmocka_unit_test(test_mean_of_e_values_from_dependent_p),
    };

    xz_stats_init();
    return cmocka_run_group_tests_name("stats: e-values", tests, NULL, NULL);
}
