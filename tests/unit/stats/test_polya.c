/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The Polya process: ratios against mpmath (quotient of the two marginal likelihoods), the
 * martingale under a simulated null at fixed and at chosen times, power under the cause; profiles.
 */
#include "stats_test.h"

#include "base/time.h"
#include "stats/polya.h"
#include "stats/profile.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define PATHS        20000
static double drawn[PATHS];

static void test_ratio_golden(void **state)
{
    static const double rows[][6] = {
        {1.2, 57, 3, 30, 4, 1.1758683048988411},
        {0.3, 2, 0, 1, 32, -0.72832447078441551},
        {25, 40, 60, 31, 2, 10.793931252945487},
        {1.5, 100, 7, 1e-9, 8, 14.556090791163851},
    };
    static const double mixed[][5] = {{1.2, 57, 3, 30, 0.83543866340228229},
                                      {0.3, 2, 0, 1, -0.35858526643827807},
                                      {25, 40, 200, 31, 99.494572981491663}};

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct xz_polya polya = {rows[i][0], rows[i][1]};

        assert_close(xz_polya_log_ratio(polya, (uint32_t)rows[i][2], rows[i][3], rows[i][4]),
                     rows[i][5], 1e-13);
    }
    for (size_t i = 0; i < COUNT(mixed); i++) {
        const struct xz_polya polya = {mixed[i][0], mixed[i][1]};

        assert_close(xz_polya_log_e(polya, (uint32_t)mixed[i][2], mixed[i][3]), mixed[i][4], 1e-13);
    }
}

static void test_mixture_of_one_is_the_ratio(void **state)
{
    static const double m[] = {3.0, 7.0}, weight[] = {5.0, 0.0};
    struct xz_mixture mixture;
    const struct xz_polya polya = {2.0, 10.0};

    (void)state;
    xz_mixture_init(&mixture, m, weight, 2);
    assert_close(xz_polya_log_e_over(polya, 9, 14.0, &mixture),
                 xz_polya_log_ratio(polya, 9, 14.0, 3.0), 1e-14);
    xz_mixture_init(&mixture, xz_mixture_default.m, NULL, xz_mixture_default.count);
    for (size_t i = 0; i < mixture.count; i++) {
        assert_close(mixture.log_m[i], xz_mixture_default.log_m[i], 1e-15);
        assert_close(mixture.log_weight[i], xz_mixture_default.log_weight[i], 1e-15);
    }
}

static void test_posterior_keeps_its_mean_under_the_cap(void **state)
{
    const struct xz_polya prior = {1.2, 57.0};
    const struct xz_polya free_one = xz_polya_posterior(prior, 40.0, 365.0, 0.0);
    const struct xz_polya capped = xz_polya_posterior(prior, 40.0, 365.0, 6.0);

    (void)state;
    assert_close(free_one.shape, 41.2, 1e-15);
    assert_close(free_one.rate, 422.0, 1e-15);
    assert_close(capped.shape, 6.0, 1e-15);
    assert_close(xz_polya_mean(capped, 30.0), xz_polya_mean(free_one, 30.0), 1e-14);
    assert_true(xz_negbin_log_tail(capped.shape, capped.rate, 30.0, 12) >
                xz_negbin_log_tail(free_one.shape, free_one.rate, 30.0, 12));
    assert_close(xz_polya_intensity(prior, 3, 30.0), 4.2 / 87.0, 1e-15);
}

/* The tail of the Polya count is the negative binomial of distrib.h, by simulation of events one at
 * a time with the intensity: the two files speak of the same process. */
static void test_intensity_makes_the_negative_binomial(void **state)
{
    const struct xz_polya polya = {1.5, 20.0};
    struct xz_rng rng;
    double reached = 0.0;

    (void)state;
    xz_rng_init(&rng, 3, 1);
    for (size_t path = 0; path < PATHS; path++) {
        double at = 0.0;
        uint32_t k = 0;

        for (;;) { /* the gap's tail: ((rate + at) / (rate + at + gap)) ^ (shape + k) */
            const double u = exp(-xz_rng_exponential(&rng) / (polya.shape + (double)k));

            at = (polya.rate + at) / u - polya.rate;
            if (at > 30.0) {
                break;
            }
            k++;
        }
        reached += k >= 5;
    }
    assert_between(reached / PATHS, exp(xz_negbin_log_tail(1.5, 20.0, 30.0, 5)) - 0.012,
                   exp(xz_negbin_log_tail(1.5, 20.0, 30.0, 5)) + 0.012);
}

static void test_ratio_is_a_martingale_under_the_null(void **state)
{
    static const double m[] = {2.0, 4.0};
    const struct xz_polya polya = {1.2, 57.0};
    struct xz_mixture mixture;
    struct xz_rng rng;

    (void)state;
    xz_rng_init(&rng, 5, 1);
    xz_mixture_init(&mixture, m, NULL, 2);
    for (size_t i = 0; i < PATHS; i++) { /* its mean is 1 and not only at most 1 */
        drawn[i] =
            exp(xz_polya_log_e_over(polya, draw_negbin(&rng, 1.2, 57.0, 10.0), 10.0, &mixture));
    }
    assert_mean_at_most_one(drawn, PATHS);
    double sum = 0.0;
    for (size_t i = 0; i < PATHS; i++) {
        sum += drawn[i];
    }
    assert_between(sum / PATHS, 0.95, 1.05);
}

/* Stopped at the worst moment a watcher could choose: the first event that brings e to 3. */
static void test_ratio_stopped_at_will_stays_an_e_value(void **state)
{
    const double rate = 20.0, shape = 2.0, end = 60.0;
    struct xz_rng rng;
    double crossed = 0.0;

    (void)state;
    xz_rng_init(&rng, 7, 1);
    for (size_t i = 0; i < PATHS; i++) {
        const double theta = xz_rng_gamma(&rng, shape) / rate;
        const struct xz_polya polya = {shape, rate};
        double at = 0.0, log_e = 0.0;
        uint32_t k = 0;

        for (;;) {
            at += xz_rng_exponential(&rng) / theta;
            if (at > end) {
                log_e = xz_polya_log_e(polya, k, end);
                break;
            }
            log_e = xz_polya_log_e(polya, ++k, at);
            if (log_e >= log(3.0)) {
                break;
            }
        }
        drawn[i] = exp(log_e);
        crossed += log_e >= log(3.0);
    }
    assert_mean_at_most_one(drawn, PATHS);
    assert_true(crossed / PATHS <= 1.0 / 3.0); /* Ville */
    assert_true(crossed > 0.0);
}

static void test_ratio_grows_when_the_rate_is_multiplied(void **state)
{
    struct xz_rng rng;
    double grown = 0.0;

    (void)state;
    xz_rng_init(&rng, 9, 1);
    for (size_t i = 0; i < 1000; i++) {
        const struct xz_polya polya = {6.0, 120.0};
        const double theta = 10.0 * xz_rng_gamma(&rng, 6.0) / 120.0;

        grown += xz_polya_log_e(polya, xz_rng_poisson(&rng, theta * 30.0), 30.0) > log(20.0);
    }
    assert_true(grown > 800.0);
}

static void test_no_evidence_outside_the_domain(void **state)
{
    static const double odd[] = {NAN, -1.0, INFINITY, 0.0};

    (void)state;
    for (size_t i = 0; i < COUNT(odd); i++) {
        assert_true(xz_polya_log_e((struct xz_polya){odd[i], 1.0}, 5, 1.0) == 0.0);
        assert_true(xz_polya_log_e((struct xz_polya){1.0, odd[i]}, 5, 1.0) == 0.0);
        assert_true(xz_polya_log_ratio((struct xz_polya){1.0, 1.0}, 5, 1.0, odd[i]) == 0.0);
    }
    assert_true(xz_polya_log_e((struct xz_polya){1.0, 1.0}, 5, NAN) == 0.0);
    assert_true(isfinite(xz_polya_log_e((struct xz_polya){1e-9, 1e9}, UINT32_MAX, 1e-3)));
    assert_close(xz_polya_log_e((struct xz_polya){1.0, 1.0}, 0, 0.0), 0.0, 1e-15);
}

/* ---- profiles ---- */

static double slow_integral(const struct xz_profile *profile, int64_t t0_ms, int64_t t1_ms)
{
    double sum = 0.0;

    for (int64_t at_ms = t0_ms; at_ms < t1_ms; at_ms += 60000) {
        sum += profile->weight[xz_hour_of_week(at_ms)] / 1440.0;
    }
    return sum;
}

static void test_profile_integral_is_the_slow_sum(void **state)
{
    double weight[XZ_PROFILE_HOURS];
    struct xz_profile profile;
    struct xz_rng rng;
    int64_t start_ms = INT64_C(-5) * 365 * XZ_DAY_MS; /* before 1970 too */

    (void)state;
    xz_rng_init(&rng, 13, 1);
    for (int i = 0; i < XZ_PROFILE_HOURS; i++) {
        weight[i] = i % 24 < 7 ? 0.0 : 5.0 * xz_rng_unit(&rng);
    }
    xz_profile_init(&profile, weight);
    for (int i = 0; i < 40; i++) {
        const int64_t span_ms = (int64_t)xz_rng_below(&rng, 30000) * 60000;

        assert_close(xz_profile_integral(&profile, start_ms, start_ms + span_ms),
                     slow_integral(&profile, start_ms, start_ms + span_ms), 1e-9);
        start_ms += (int64_t)xz_rng_below(&rng, 500000) * 60000;
    }
    assert_close(xz_profile_integral(&profile, 12345, 12345 + 7 * XZ_DAY_MS), 7.0, 1e-12);
}

static void test_profile_edges(void **state)
{
    uint64_t counts[XZ_PROFILE_HOURS] = {0};
    struct xz_profile profile;

    (void)state;
    xz_profile_flat(&profile);
    assert_close(xz_profile_integral(&profile, 0, XZ_DAY_MS / 2), 0.5, 1e-12);
    assert_true(xz_profile_integral(&profile, 5, 5) == 0.0);
    assert_true(xz_profile_integral(&profile, 6, 5) == 0.0);
    assert_true(xz_profile_integral(&profile, XZ_TIME_NONE, 5) == 0.0);
    assert_true(xz_profile_integral(&profile, 5, INT64_MAX) == 0.0);
    xz_profile_fit(&profile, counts, 0.0); /* nothing known: flat */
    assert_close(profile.weight[100], 1.0, 1e-15);
    counts[0] = 168;
    xz_profile_fit(&profile, counts, 1.0);
    assert_close(profile.weight[0], 169.0 / 2.0, 1e-12);
    assert_close(profile.weight[1], 0.5, 1e-12);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ratio_golden),
        cmocka_unit_test(test_mixture_of_one_is_the_ratio),
        cmocka_unit_test(test_posterior_keeps_its_mean_under_the_cap),
        cmocka_unit_test(test_intensity_makes_the_negative_binomial),
        cmocka_unit_test(test_ratio_is_a_martingale_under_the_null),
        cmocka_unit_test(test_ratio_stopped_at_will_stays_an_e_value),
        cmocka_unit_test(test_ratio_grows_when_the_rate_is_multiplied),
        cmocka_unit_test(test_no_evidence_outside_the_domain),
        cmocka_unit_test(test_profile_integral_is_the_slow_sum),
        cmocka_unit_test(test_profile_edges),
    };

    xz_stats_init();
    return cmocka_run_group_tests_name("stats: Polya process", tests, NULL, NULL);
}
