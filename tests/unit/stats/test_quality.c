/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Intervals against scipy 1.17 (beta.ppf, gamma.ppf, binomtest(..).proportion_ci) and Newcombe
 * (1998), table I; rankings against counting pairs; precision with answers that come late.
 */
#include "stats_test.h"

#include "stats/precision.h"
#include "stats/quality.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void test_intervals_golden(void **state)
{
    static const struct {
        uint64_t k, n;
        double alpha, low, high;
    } exact[] = {
        {0, 10, 0.05, 0, 0.308497107819},
        {10, 10, 0.05, 0.691502892181, 1},
        {7, 20, 0.05, 0.153909204785, 0.592188534533},
        {3, 100000, 0.05, 6.18676395892e-06, 8.76702025664e-05},
        {120, 100000, 0.01, 0.000936739981637, 0.00151184867712},
        {5000000, 10000000, 0.05, 0.499690052521, 0.500309947479},
    };
    static const struct {
        uint64_t k;
        double exposure, alpha, low, high;
    } rates[] = {
        {0, 1, 0.05, 0, 3.68887945411},
        {1, 1, 0.05, 0.0253178079843, 5.57164339094},
        {10, 2.5, 0.05, 1.91815547845, 7.35614241681},
        {1000, 365, 0.1, 2.5987941079, 2.88658389626},
    };
    struct xz_interval wilson = xz_wilson(7, 20, 0.05);

    (void)state;
    for (size_t i = 0; i < COUNT(exact); i++) {
        const struct xz_interval interval =
            xz_clopper_pearson(exact[i].k, exact[i].n, exact[i].alpha);

        assert_between(interval.low, exact[i].low * (1.0 - 1e-10), exact[i].low * (1.0 + 1e-10));
        assert_between(interval.high, exact[i].high * (1.0 - 1e-10), exact[i].high * (1.0 + 1e-10));
    }
    for (size_t i = 0; i < COUNT(rates); i++) {
        const struct xz_interval interval =
            xz_poisson_interval(rates[i].k, rates[i].exposure, rates[i].alpha);

        assert_close(interval.low, rates[i].low, 1e-10);
        assert_close(interval.high, rates[i].high, 1e-10);
    }
    assert_close(wilson.low, 0.181191824101, 1e-11);
    assert_close(wilson.high, 0.567145723315, 1e-11);
    wilson = xz_wilson(81, 263, 0.05);
    assert_close(wilson.low, 0.2553, 5e-5); /* Newcombe, method 3 */
    assert_close(wilson.high, 0.3662, 5e-5);
    assert_close(xz_clopper_pearson(81, 263, 0.05).low, 0.2527, 5e-5); /* method 5 */
    assert_close(xz_clopper_pearson(81, 263, 0.05).high, 0.3676, 5e-5);
    assert_close(xz_wilson(0, 10, 0.05).high, 0.277532799863, 1e-11);
}

static void test_intervals_of_nothing(void **state)
{
    (void)state;
    assert_true(xz_clopper_pearson(0, 0, 0.05).high == 1.0);
    assert_true(xz_clopper_pearson(5, 4, 0.05).low == 0.0);
    assert_true(xz_clopper_pearson(3, 4, NAN).low == 0.0);
    assert_true(xz_wilson(5, 4, 0.05).high == 1.0);
    assert_true(xz_wilson(3, 4, 1.0).low == 0.0);
    assert_true(xz_poisson_interval(4, 0.0, 0.05).high == INFINITY);
    assert_true(xz_poisson_interval(4, NAN, 0.05).low == 0.0);
}

static void test_ranking_by_hand(void **state)
{
    /* By score: guilty, innocent, guilty, innocent: 3 of 4 pairs; (1/1 + 2/3) / 2. */
    static const double score[] = {0.9, 0.1, 0.8, 0.7}, tied[] = {1.0, 1.0, 1.0, 1.0};
    static const bool guilty[] = {true, false, false, true}, none[4] = {false};
    static const double odd[] = {NAN, 5.0};
    static const bool second[] = {false, true};

    (void)state;
    assert_close(xz_auc(score, guilty, 4), 0.75, 1e-15);
    assert_close(xz_average_precision(score, guilty, 4), (1.0 + 2.0 / 3.0) / 2.0, 1e-15);
    assert_close(xz_auc(tied, guilty, 4), 0.5, 1e-15);
    assert_close(xz_average_precision(tied, guilty, 4), 0.5, 1e-15);
    assert_true(isnan(xz_auc(score, none, 4)));
    assert_true(isnan(xz_average_precision(score, none, 4)));
    assert_true(isnan(xz_auc(NULL, NULL, 0)));
    assert_close(xz_auc(odd, second, 2), 1.0, 1e-15);
}

static void test_area_is_the_share_of_pairs(void **state)
{
    double score[120];
    bool guilty[120];
    struct xz_rng rng;

    (void)state;
    xz_rng_init(&rng, 53, 1);
    for (int round = 0; round < 50; round++) {
        double won = 0.0, pairs = 0.0;

        for (size_t i = 0; i < 120; i++) {
            guilty[i] = i < 5 || xz_rng_below(&rng, 4) == 0;
            guilty[119] = false;
            score[i] = floor(10.0 * xz_rng_unit(&rng) + (guilty[i] ? 2.0 : 0.0));
        }
        for (size_t i = 0; i < 120; i++) {
            for (size_t j = 0; j < 120; j++) {
                if (guilty[i] && !guilty[j]) {
                    pairs += 1.0;
                    won += score[i] > score[j] ? 1.0 : score[i] < score[j] ? 0.0 : 0.5;
                }
            }
        }
        assert_close(xz_auc(score, guilty, 120), won / pairs, 1e-13);
    }
}

static void test_precision_posterior(void **state)
{
    struct xz_precision precision = {1.0, 3.0, 0.0, 0.0};

    (void)state;
    assert_close(xz_precision_mean(&precision), 0.25, 1e-15);
    for (int i = 0; i < 10; i++) {
        xz_precision_add(&precision, i < 7);
    }
    assert_close(xz_precision_mean(&precision), 8.0 / 14.0, 1e-15);
    /* scipy: beta.ppf([0.025, 0.975], 8, 6) */
    assert_close(xz_precision_interval(&precision, 0.05).low, 0.31577760291406304, 1e-12);
    assert_close(xz_precision_interval(&precision, 0.05).high, 0.807767558198712, 1e-12);
    xz_precision_age(&precision, 0.5);
    assert_close(xz_precision_mean(&precision), 4.5 / 9.0, 1e-15);
}

/* Half the alerts are right, but a confirmation takes 60 days and a dismissal 10: after 60 days the
 * plain mean is far too low, the other is not. */
static void test_precision_sees_through_delay(void **state)
{
    enum { ALERTS = 6000 };
    static double pending[ALERTS];
    struct xz_precision precision = {0.5, 0.5, 0.0, 0.0};
    struct xz_rng rng;
    size_t waiting = 0;

    (void)state;
    xz_rng_init(&rng, 59, 1);
    for (int i = 0; i < ALERTS; i++) {
        const bool right = xz_rng_below(&rng, 2) == 0;
        const double age = 60.0 * xz_rng_unit(&rng);

        if (xz_rng_exponential(&rng) * (right ? 60.0 : 10.0) <= age) {
            xz_precision_add(&precision, right);
        } else {
            pending[waiting++] = age;
        }
    }
    assert_true(xz_precision_mean(&precision) < 0.4);
    assert_between(xz_precision_mean_delayed(&precision, pending, waiting, 60.0, 10.0), 0.45, 0.55);
    assert_close(xz_precision_mean_delayed(&precision, pending, waiting, 30.0, 30.0),
                 xz_precision_mean(&precision), 1e-6);
    assert_close(xz_precision_mean_delayed(&precision, NULL, 0, 60.0, 10.0),
                 xz_precision_mean(&precision), 1e-14);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_intervals_golden),
        cmocka_unit_test(test_intervals_of_nothing),
        cmocka_unit_test(test_ranking_by_hand),
        cmocka_unit_test(test_area_is_the_share_of_pairs),
        cmocka_unit_test(test_precision_posterior),
        cmocka_unit_test(test_precision_sees_through_delay),
    };

    xz_stats_init();
    return cmocka_run_group_tests_name("stats: quality and precision", tests, NULL, NULL);
}
