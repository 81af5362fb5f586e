/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tails against mpmath 1.4 with 80 digits (betainc, gammainc, and for binomial and beta-binomial
 * the direct sum of exact terms; each negative binomial also by its direct sum), then what every
 * tail must be: between 0 and 1, falling, super-uniform, and harmless outside its domain.
 */
#include "stats_test.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define TOLERANCE    1e-11

static void test_negbin_golden(void **state)
{
    static const struct {
        double a, b, exposure;
        uint32_t k;
        double log_p;
    } rows[] = {
        {1.2, 57, 30, 1, -0.92140857647199695},      {1.2, 57, 30, 3, -2.9124356145308421},
        {1.2, 57, 30, 12, -12.261099462043603},      {0.3, 2, 1, 5, -7.5065494394680841},
        {30, 30, 1, 1, -0.4682883031109259},         {30, 30, 1, 8, -10.842008320870548},
        {0.05, 1, 7, 40, -9.973823178389449},        {2, 0.1, 1, 18, -0.746182679289744},
        {2, 0.1, 1, 60, -3.8538261840165467},        {2, 0.1, 1, 200, -16.108073100187276},
        {8, 0.001, 1, 7000, -0.51297151132412117},   {8, 0.001, 1, 30000, -14.454055050484432},
        {1.5, 100, 0.001, 30, -343.55432502970372},  {1.5, 100, 1e-6, 200, -3681.3643379936893},
        {10000, 10000, 50, 80, -9.7332309391726179}, {5, 1, 1000, 4990, -0.81568394101725375},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        assert_close(xz_negbin_log_tail(rows[i].a, rows[i].b, rows[i].exposure, rows[i].k),
                     rows[i].log_p, TOLERANCE);
    }
}

static void test_poisson_golden(void **state)
{
    static const struct {
        double mean;
        uint32_t k;
        double log_p;
    } rows[] = {
        {0.001, 1, -6.9082552373154707},     {1, 1, -0.45867514538708189},
        {1, 10, -16.009909825202022},        {7.5, 3, -0.020464695772951451},
        {7.5, 20, -9.1082399808174714},      {100, 60, -6.341523534786638e-6},
        {100, 300, -132.9518014377926},      {1e6, 1000000, -0.69288125439969593},
        {1e6, 1010000, -53.060470849127422}, {0.5, 200, -1002.358932673867},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) { /* a mean of a million cancels seven digits */
        assert_close(xz_poisson_log_tail(rows[i].mean, rows[i].k), rows[i].log_p,
                     rows[i].mean < 1e5 ? TOLERANCE : 1e-8);
    }
}

static void test_binomial_golden(void **state)
{
    static const struct {
        uint32_t n;
        double q;
        uint32_t k;
        double log_p;
    } rows[] = {
        {10, 0.5, 5, -0.47313352225466321},        {10, 0.5, 10, -6.9314718055994531},
        {200, 0.004, 12, -23.695410171017154},     {200, 0.004, 200, -1104.2921835724493},
        {1000, 0.3, 250, -0.00019856703936278699}, {1000, 0.3, 600, -195.36636605010242},
        {1000000, 1e-4, 200, -41.51947206749301},  {30, 0.999, 29, -0.00042705282200991685},
        {5, 0.1, 1, -0.89279395596275686},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        assert_close(xz_binomial_log_tail(rows[i].n, rows[i].q, rows[i].k), rows[i].log_p,
                     TOLERANCE);
    }
}

static void test_beta_binomial_golden(void **state)
{
    static const struct {
        uint32_t n;
        double a, b;
        uint32_t k;
        double log_p;
    } rows[] = {
        {10, 1, 1, 3, -0.31845373111853462},    {20, 0.5, 0.7, 20, -2.7669315785964159},
        {50, 2, 38, 10, -4.4234501458643447},   {50, 2, 38, 50, -54.611477104738245},
        {400, 3, 900, 40, -42.514432996672302}, {300, 0.2, 0.1, 150, -0.39910100604989694},
        {100, 40, 60, 45, -1.3640036575799418}, {2000, 5, 5, 900, -0.47527186436692496},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        assert_close(xz_beta_binomial_log_tail(rows[i].n, rows[i].a, rows[i].b, rows[i].k),
                     rows[i].log_p, 1e-10);
    }
}

/* For very many trials only an upper bound is promised; it must bound and be of use. One more trial
 * than the exact sum takes makes next to no difference to the truth. */
static void test_beta_binomial_of_many_trials_is_bounded(void **state)
{
    static const uint32_t hits[] = {3000, 5000, 12000, 20000, 40000};

    (void)state;
    for (size_t i = 0; i < COUNT(hits); i++) {
        const double exact = xz_beta_binomial_log_tail(100000, 5.0, 95.0, hits[i]);

        assert_between(xz_beta_binomial_log_tail(100001, 5.0, 95.0, hits[i]), exact - 1e-2,
                       0.9 * exact + 0.3);
    }
    assert_between(xz_beta_binomial_log_tail(UINT32_MAX, 5.0, 95.0, UINT32_MAX), -1e9, -20.0);
}

static void test_beta_student_gamma_golden(void **state)
{
    static const double beta[][4] = {
        {2, 3, 0.5, -1.1631508098056809},     {1, 20, 0.9, -46.051701859880914},
        {0.5, 0.5, 0.99, -2.752494986597868}, {3, 500, 0.5, -336.21383361128852},
        {30, 2, 0.2, -2.68435456e-20},        {1, 300, 0.9, -690.77552789821371},
    };
    static const double student[][3] = {
        {1, 1, -1.3862943611198906},      {3, 0.01, -0.70052522006601783},
        {3, -2, -0.072208375984267748},   {4.5, 10, -8.7874264645107175},
        {30, 12, -28.907531385111042},    {300, 40, -280.5603614563472},
        {1000, 200, -1861.1467781670602}, {2, 1e8, -37.534508668464676},
        {5, 1e70, -803.65452631210251},
    };
    static const double gamma_rows[][4] = {
        {1, 1, 3, -3.0},
        {2.5, 0.1, 10, -0.16352527559465034},
        {2.5, 0.1, 9000, -890.07942452229523},
        {50, 1, 30, -0.00051902613331134146},
        {50, 1, 200, -84.669265662003493},
        {0.01, 1, 0.5, -5.1802221673589263},
    };
    static const double amounts[][2] = {{72.9, -0.69215655582566573},
                                        {500, -4.8822434476582675},
                                        {5000, -12.162718670486426},
                                        {1e6, -25.04047570002448},
                                        {10, -0.006290156438410675}};

    (void)state;
    for (size_t i = 0; i < COUNT(beta); i++) {
        assert_close(xz_beta_log_tail(beta[i][0], beta[i][1], beta[i][2]), beta[i][3], TOLERANCE);
    }
    assert_close(xz_beta_log_tail(1.0, 20.0, 1.0), 20.0 * log(1e-3), TOLERANCE);
    assert_true(xz_beta_log_tail(1.0, 20.0, 1.01) == 0.0);
    for (size_t i = 0; i < COUNT(student); i++) {
        assert_close(xz_student_log_tail(student[i][0], student[i][1]), student[i][2], TOLERANCE);
    }
    for (size_t i = 0; i < COUNT(gamma_rows); i++) {
        assert_close(xz_gamma_log_tail(gamma_rows[i][0], gamma_rows[i][1], gamma_rows[i][2]),
                     gamma_rows[i][3], TOLERANCE);
    }
    for (size_t i = 0; i < COUNT(amounts); i++) {
        assert_close(xz_log_normal_log_tail(4.29, 20.0, 10.0, 5.0, amounts[i][0]), amounts[i][1],
                     TOLERANCE);
    }
}

static void test_categories(void **state)
{
    static const double alpha[] = {0.5, 2.0, 7.0, 0.5};
    static const uint32_t counts[] = {3, 0, 1};

    (void)state;
    assert_close(xz_category_log_p(alpha, 4, 2), 0.0, 0.0);
    assert_close(xz_category_log_p(alpha, 4, 1), log(0.3), TOLERANCE);
    assert_close(xz_category_log_p(alpha, 4, 0), log(0.1), TOLERANCE); /* both of the rare ones */
    assert_close(xz_category_log_p(alpha, 4, 9), 0.0, 0.0);
    assert_close(xz_dirichlet_multinomial_log_pmf(alpha, counts, 3), -5.6099295658498546,
                 TOLERANCE);
}

/* Each count tail falls and its steps add up: P(N >= k) - P(N >= k + 1) is the mass at k, wherever
 * the way of computing changes between k and k + 1. */
static void test_count_tails_have_no_seams(void **state)
{
    static const double shapes[] = {0.05, 0.7, 1.0, 3.3, 40.0, 900.0};
    static const double ratios[] = {0.01, 0.3, 1.0, 5.0, 80.0};

    (void)state;
    for (size_t s = 0; s < COUNT(shapes); s++) {
        for (size_t r = 0; r < COUNT(ratios); r++) {
            const double a = shapes[s], b = 1.0, exposure = ratios[r],
                         q = exposure / (1.0 + exposure);
            double before = 0.0, log_mass = -a * log1p(exposure);

            for (uint32_t k = 1; k < 200; k++) {
                const double log_p = xz_negbin_log_tail(a, b, exposure, k);

                assert_true(log_p <= before + 1e-13);
                if (before > -600.0 && log_mass > before - 20.0) {
                    assert_close(1.0 - exp(log_p - before), exp(log_mass - before), 1e-9);
                }
                log_mass += log((a + (double)k - 1.0) / (double)k * q);
                before = log_p;
            }
        }
    }
}

#define DRAWS 40000
static double drawn[DRAWS];

static void test_discrete_tails_are_super_uniform(void **state)
{
    struct xz_rng rng;

    (void)state;
    xz_rng_init(&rng, 11, 1);
    for (size_t i = 0; i < DRAWS; i++) {
        drawn[i] = xz_negbin_log_tail(0.8, 12.0, 30.0, draw_negbin(&rng, 0.8, 12.0, 30.0));
    }
    assert_super_uniform(drawn, DRAWS, 1.0);
    for (size_t i = 0; i < DRAWS; i++) {
        drawn[i] = xz_poisson_log_tail(3.5, xz_rng_poisson(&rng, 3.5));
    }
    assert_super_uniform(drawn, DRAWS, 1.0);
    for (size_t i = 0; i < DRAWS; i++) {
        const double x = xz_rng_gamma(&rng, 2.0), y = xz_rng_gamma(&rng, 6.0);
        uint32_t hits = 0;

        for (int trial = 0; trial < 15; trial++) {
            hits += xz_rng_unit(&rng) < x / (x + y);
        }
        drawn[i] = xz_beta_binomial_log_tail(15, 2.0, 6.0, hits);
    }
    assert_super_uniform(drawn, DRAWS, 1.0);
    for (size_t i = 0; i < DRAWS; i++) {
        static const double alpha[] = {5.0, 1.0, 1.0, 0.2, 0.02};
        double at = xz_rng_unit(&rng) * 7.22;
        size_t index = 0;

        while (index < 4 && at >= alpha[index]) {
            at -= alpha[index++];
        }
        drawn[i] = xz_category_log_p(alpha, 5, index);
    }
    assert_super_uniform(drawn, DRAWS, 1.0);
}

static void test_quantiles(void **state)
{
    static const double grid[] = {10.0, 20.0, 30.0, 50.0};
    static const double atoms[] = {1.0, 1.0, 2.0};
    const struct xz_quantiles tail = {2.0, grid, 4}, steps = {2.0, atoms, 3};
    const struct xz_quantiles none = {2.0, NULL, 0}, endless = {NAN, grid, 4};

    (void)state;
    assert_close(xz_quantiles_log_tail(&tail, 9.99), 0.0, 0.0);
    assert_close(xz_quantiles_log_tail(&tail, 10.0), log(0.5), TOLERANCE);
    assert_close(xz_quantiles_log_tail(&tail, 30.0), log(0.1), TOLERANCE);
    assert_close(xz_quantiles_log_tail(&tail, sqrt(11.0 * 21.0) - 1.0), log(sqrt(0.5 * 0.2)),
                 TOLERANCE);
    assert_close(xz_quantiles_log_tail(&tail, 509.0), log(0.05) - 2.0 * log(10.0), TOLERANCE);
    assert_close(xz_quantiles_log_tail(&steps, 1.0), log(0.2), TOLERANCE);
    assert_close(xz_quantiles_log_tail(&none, 1e9), 0.0, 0.0);
    assert_close(xz_quantiles_log_tail(&endless, 1e9), log(0.05), TOLERANCE);
    assert_close(xz_quantiles_log_tail(&tail, NAN), 0.0, 0.0);
    assert_true(xz_quantiles_log_tail(&tail, INFINITY) < -1e6);
    assert_close(xz_quantiles_value(&tail, 0.1), 30.0, 0.0);
    assert_close(xz_quantiles_value(&none, 0.1), 0.0, 0.0);
}

static void test_arguments_outside_the_domain_accuse_nobody(void **state)
{
    static const double odd[] = {NAN, -1.0, -INFINITY};

    (void)state;
    for (size_t i = 0; i < COUNT(odd); i++) {
        const double x = odd[i];

        assert_true(xz_negbin_log_tail(x, 1.0, 1.0, 5) == 0.0);
        assert_true(xz_negbin_log_tail(1.0, x, 1.0, 5) == 0.0);
        assert_true(xz_negbin_log_tail(1.0, 1.0, x, 5) == 0.0);
        assert_true(xz_poisson_log_tail(x, 5) == 0.0);
        assert_true(xz_binomial_log_tail(9, x, 5) == 0.0);
        assert_true(xz_beta_binomial_log_tail(9, x, 1.0, 5) == 0.0);
        assert_true(xz_beta_binomial_log_tail(9, 1.0, x, 5) == 0.0);
        assert_true(xz_beta_log_tail(x, 1.0, 0.5) == 0.0);
        assert_true(xz_beta_log_tail(1.0, 1.0, x) == 0.0);
        assert_true(xz_student_log_tail(x, 5.0) == 0.0);
        assert_true(xz_gamma_log_tail(x, 1.0, 5.0) == 0.0);
        assert_true(xz_log_normal_log_tail(0.0, x, 1.0, 1.0, 5.0) == 0.0);
        assert_true(xz_log_normal_log_tail(0.0, 1.0, 1.0, 1.0, x) == 0.0);
    }
    assert_true(xz_student_log_tail(3.0, NAN) == 0.0);
    assert_true(xz_negbin_log_tail(INFINITY, 1.0, 1.0, 5) == 0.0);
    assert_true(xz_log_normal_log_tail(NAN, 1.0, 1.0, 1.0, 5.0) == 0.0);
}

static void test_extreme_arguments_stay_probabilities(void **state)
{
    static const double sizes[] = {1e-300, 1e-9, 1.0, 1e9, 1e300};
    static const uint32_t counts[] = {0, 1, 64, 65, 100000, UINT32_MAX};

    (void)state;
    for (size_t i = 0; i < COUNT(sizes); i++) {
        for (size_t j = 0; j < COUNT(sizes); j++) {
            for (size_t k = 0; k < COUNT(counts); k++) {
                assert_true(xz_negbin_log_tail(sizes[i], 1.0, sizes[j], counts[k]) <= 0.0);
                assert_true(
                    xz_beta_binomial_log_tail(counts[k], sizes[i], sizes[j], counts[k] / 2) <= 0.0);
            }
            assert_true(xz_student_log_tail(sizes[i], sizes[j]) <= 0.0);
            assert_true(xz_gamma_log_tail(sizes[i], 1.0, sizes[j]) <= 0.0);
            assert_true(xz_log_normal_log_tail(0.0, 1.0, sizes[i], sizes[j], 1e12) <= 0.0);
        }
        for (size_t k = 0; k < COUNT(counts); k++) {
            assert_true(xz_poisson_log_tail(sizes[i], counts[k]) <= 0.0);
            assert_true(xz_binomial_log_tail(counts[k], fmin(sizes[i], 1.0), 7) <= 0.0);
        }
    }
    assert_true(xz_negbin_log_tail(1.0, 1.0, 1.0, 0) == 0.0);
    assert_true(xz_binomial_log_tail(5, 0.5, 6) == -INFINITY);
    assert_true(xz_binomial_log_tail(5, 1.0, 5) == 0.0);
    assert_true(xz_negbin_log_tail(1.0, 1.0, 0.0, 1) == -INFINITY);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_negbin_golden),
        cmocka_unit_test(test_poisson_golden),
        cmocka_unit_test(test_binomial_golden),
        cmocka_unit_test(test_beta_binomial_golden),
        cmocka_unit_test(test_beta_binomial_of_many_trials_is_bounded),
        cmocka_unit_test(test_beta_student_gamma_golden),
        cmocka_unit_test(test_categories),
        cmocka_unit_test(test_count_tails_have_no_seams),
        cmocka_unit_test(test_discrete_tails_are_super_uniform),
        cmocka_unit_test(test_quantiles),
        cmocka_unit_test(test_arguments_outside_the_domain_accuse_nobody),
        cmocka_unit_test(test_extreme_arguments_stay_probabilities),
    };

    xz_stats_init();
    return cmocka_run_group_tests_name("stats: tails", tests, NULL, NULL);
}
