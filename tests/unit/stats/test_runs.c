/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Runs of cards and equal amounts: golden values (mpmath), nulls by simulation, what must not
 * count. */
#include "stats_test.h"

#include "stats/runs.h"
#include "stats/template.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define DRAWS        20000
static double drawn[DRAWS], values[DRAWS];

/* A day at a counter of 6 +- 2 an hour: the best of all runs of 5 cards. */
static void test_best_run_of_a_day_is_super_uniform(void **state)
{
    enum { LENGTH = 5, DAYS = 4000 };
    struct xz_rng rng;

    (void)state;
    xz_rng_init(&rng, 41, 1);
    for (size_t day = 0; day < DAYS; day++) {
        const double shape = 9.0, rate_s = 5400.0, pace = xz_rng_gamma(&rng, shape) / rate_s;
        double at[400], best = 0.0, end = 0.0;
        uint32_t events = 0;

        while (events < 400 && (end += xz_rng_exponential(&rng) / pace) < 36000.0) {
            at[events++] = end;
        }
        for (uint32_t i = 0; i + LENGTH <= events; i++) {
            const struct xz_run run = {LENGTH, at[i + LENGTH - 1] - at[i], (double)events};

            best = fmin(best, xz_run_by_count(shape, rate_s, &run).log_p);
        }
        drawn[day] = best;
    }
    assert_super_uniform(drawn, DAYS, 1.0);
}

static void test_run_by_count(void **state)
{
    const struct xz_run battery = {41, 1200.0, 60.0}, calm = {3, 1800.0, 60.0};
    const struct xz_run at_once = {5, 0.0, 1.0};
    const struct xz_run_result strong = xz_run_by_count(9.0, 5400.0, &battery);
    const struct xz_run_result weak = xz_run_by_count(9.0, 5400.0, &calm);

    (void)state;
    assert_close(strong.observed, 41.0, 0.0);
    assert_close(strong.expected, 3.0, 1e-12);
    assert_close(strong.log_p, xz_negbin_log_tail(9.0, 5400.0, 1201.0, 40) + log(60.0), 1e-13);
    assert_true(strong.log_p < log(1e-6) && strong.log_e > log(1e4));
    assert_true(weak.log_p == 0.0 && weak.log_e < 0.0);
    /* five cards in one second of the clock are rare, not impossible */
    assert_true(isfinite(xz_run_by_count(9.0, 5400.0, &at_once).log_p));
}

static void test_no_run_no_evidence(void **state)
{
    static const struct xz_run odd[] = {
        {0, 5.0, 1.0}, {1, 5.0, 1.0}, {9, -1.0, 1.0}, {9, NAN, 1.0}, {9, 1.0, NAN}};
    static const double grid[] = {2.0, 5.0};
    const struct xz_gaps gaps = {60.0, {2.0, grid, 2}};
    const struct xz_run run = {9, 40.0, 1.0};

    (void)state;
    for (size_t i = 0; i < COUNT(odd); i++) {
        const struct xz_run_result by_count = xz_run_by_count(9.0, 5400.0, &odd[i]);
        const struct xz_run_result by_gaps =
            xz_run_by_gaps(&gaps, (struct xz_gap_sum){-50.0, 8}, &odd[i]);

        assert_true(by_count.log_p == 0.0 && by_count.log_e == 0.0);
        assert_true(by_gaps.log_p == 0.0 && by_gaps.log_e == 0.0);
    }
    assert_true(xz_run_by_count(NAN, 5400.0, &run).log_p == 0.0);
    assert_true(xz_run_by_count(9.0, 0.0, &run).log_p == 0.0);
    assert_true(xz_run_by_gaps(&gaps, (struct xz_gap_sum){NAN, 8}, &run).log_p == 0.0);
    assert_true(xz_run_by_gaps(&gaps, (struct xz_gap_sum){0}, &run).log_p == 0.0);
    assert_true(xz_gap_log_p(&gaps, NAN, 1.0) == 0.0);
    assert_true(xz_gap_log_p(&gaps, -5.0, 1.0) == 0.0);
    assert_true(xz_gap_log_p(&gaps, 0.0, 0.0) == 0.0);
    assert_true(isfinite(xz_gap_log_p(&gaps, 0.0, 1.0)));
}

static void test_run_by_gaps_golden(void **state)
{
    static const double grid[] = {1.0};
    const struct xz_gaps gaps = {60.0, {1.0, grid, 1}};
    const struct xz_run run = {11, 300.0, 1.0}, searched = {11, 300.0, 1000.0};
    const struct xz_gap_sum sum = {10.0 * log(0.01), 10};
    const struct xz_run_result result = xz_run_by_gaps(&gaps, sum, &run);

    (void)state;
    assert_close(result.log_p, -24.174336843940102, 1e-12);
    assert_close(result.log_e, 19.658639742436149, 1e-12);
    assert_close(result.expected, 6.0, 1e-12);
    assert_close(xz_run_by_gaps(&gaps, sum, &searched).log_p, result.log_p + log(1000.0), 1e-12);
}

/* Gaps by a power law: haste = scale / gap is Pareto in 1 + haste beyond the grid, as is its tail
 * here. Ordinary bursts give p as they should, e of mean 1; under an exponential null the same gaps
 * would look guilty. */
static void test_power_law_gaps_are_ordinary(void **state)
{
    static const double grid[] = {1.0};
    const struct xz_gaps gaps = {60.0, {1.0, grid, 1}};
    struct xz_rng rng;

    (void)state;
    xz_rng_init(&rng, 43, 1);
    for (size_t i = 0; i < DRAWS; i++) {
        const struct xz_run run = {7, 100.0, 1.0};
        struct xz_gap_sum sum = {0};

        for (int gap = 0; gap < 6; gap++) { /* P(haste >= h) = 1 / (1 + h) */
            const double haste = 1.0 / xz_rng_unit(&rng) - 1.0;

            xz_gap_sum_add(&sum, xz_gap_log_p(&gaps, 60.0 / fmax(haste, 1e-9), 1e-9));
        }
        const struct xz_run_result result = xz_run_by_gaps(&gaps, sum, &run);

        drawn[i] = result.log_p;
        values[i] = exp(result.log_e);
    }
    assert_super_uniform(drawn, DRAWS, 1.0);
    assert_mean_at_most_one(values, DRAWS);
}

/* ---- templates ---- */

static void test_template_values(void **state)
{
    const struct xz_template same = {200, 12, 0.004, INFINITY};
    const struct xz_template learnt = {200, 12, 0.004, 500.0}, pair = {2, 2, 0.001, INFINITY};

    (void)state;
    assert_close(xz_template_log_p(&same, 1.0), -23.695410171017154, 1e-12);
    assert_close(xz_template_log_p(&same, 350.0), -23.695410171017154 + log(350.0), 1e-12);
    assert_close(xz_template_expected(&same), 0.8, 1e-15);
    assert_true(xz_template_log_p(&learnt, 1.0) > xz_template_log_p(&same, 1.0));
    assert_close(xz_template_log_p_weighted(&pair), log(0.001), 1e-12);
    assert_close(xz_template_share(5.0, 995.0, 5.0, 0.2), 6.0 / 1000.0, 1e-15);
    assert_close(xz_template_share(0.0, 0.0, 0.0, 0.5), 1.0, 0.0);
}

static void test_template_outside_the_domain(void **state)
{
    static const struct xz_template odd[] = {{10, 11, 0.1, INFINITY}, {10, 0, 0.1, INFINITY},
                                             {10, 5, NAN, INFINITY},  {10, 5, 0.0, INFINITY},
                                             {10, 5, 1.0, INFINITY},  {10, 5, 0.1, NAN},
                                             {10, 5, 0.1, -3.0},      {0, 0, 0.1, 10.0}};

    (void)state;
    for (size_t i = 0; i < COUNT(odd); i++) {
        assert_true(xz_template_log_p(&odd[i], 10.0) == 0.0);
        assert_true(xz_template_log_p_weighted(&odd[i]) == 0.0);
    }
    assert_true(xz_template_log_p(&(struct xz_template){10, 9, 0.1, INFINITY}, NAN) == 0.0);
}

/* A price mix with a few common and many rare prices; the most striking price of the day. Shares
 * are what a Dirichlet prior and a past of 2,000 settlements know of them. */
static void test_most_striking_price_is_super_uniform(void **state)
{
    enum { PRICES = 300, DAYS = 3000, SETTLED = 60 };
    static double weighted[DAYS];
    struct xz_rng rng;

    (void)state;
    xz_rng_init(&rng, 47, 1);
    for (size_t day = 0; day < DAYS; day++) {
        double mix[PRICES], total = 0.0, share[PRICES];
        uint32_t past[PRICES] = {0}, today[PRICES] = {0};

        for (int i = 0; i < PRICES; i++) {
            mix[i] = xz_rng_gamma(&rng, 0.3); /* Dirichlet(0.3, ..) */
            total += mix[i];
        }
        for (int draw = 0; draw < 2000 + SETTLED; draw++) {
            double at = xz_rng_unit(&rng) * total;
            int price = 0;

            while (price < PRICES - 1 && at >= mix[price]) {
                at -= mix[price++];
            }
            (draw < 2000 ? past : today)[price]++;
        }
        drawn[day] = weighted[day] = 0.0;
        for (int i = 0; i < PRICES; i++) {
            share[i] = xz_template_share(past[i], 2000.0, 0.3 * PRICES, 1.0 / PRICES);
            const struct xz_template same = {SETTLED, today[i], share[i], 2000.0 + 0.3 * PRICES};

            drawn[day] = fmin(drawn[day], xz_template_log_p(&same, PRICES));
            weighted[day] = fmin(weighted[day], xz_template_log_p_weighted(&same));
        }
    }
    assert_super_uniform(drawn, DAYS, 1.0);
    assert_super_uniform(weighted, DAYS, 1.0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_best_run_of_a_day_is_super_uniform),
        cmocka_unit_test(test_run_by_count),
        cmocka_unit_test(test_no_run_no_evidence),
        cmocka_unit_test(test_run_by_gaps_golden),
        cmocka_unit_test(test_power_law_gaps_are_ordinary),
        cmocka_unit_test(test_template_values),
        cmocka_unit_test(test_template_outside_the_domain),
        cmocka_unit_test(test_most_striking_price_is_super_uniform),
    };

    xz_stats_init();
    return cmocka_run_group_tests_name("stats: runs and templates", tests, NULL, NULL);
}
