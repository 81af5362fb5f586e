/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Fits: parameters come back from samples of a known law, also with guilty ones among them; against
 * maxima found by scipy on small tables; shrinking; and data that cannot be fitted.
 */
#include "stats_test.h"

#include "stats/fit.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define SAMPLES      20000
static uint32_t counts[SAMPLES], trials[SAMPLES];
static double exposures[SAMPLES], values[SAMPLES];

/* Maxima by scipy.optimize.minimize(method="Nelder-Mead", xatol=1e-12) of the log likelihood summed
 * over scipy.stats.nbinom.logpmf, betabinom.logpmf. */
static void test_small_tables_give_the_maximum(void **state)
{
    static const uint32_t k[] = {0, 1, 0, 3, 7, 2, 0, 0, 1, 12, 4, 0, 2, 1, 5};
    static const double days[] = {30, 30, 60, 30, 90, 30, 10, 30, 30, 60, 90, 30, 30, 45, 30};
    static const uint32_t hits[] = {0, 1, 5, 2, 9, 0, 3, 7, 1, 4};
    static const uint32_t of[] = {5, 8, 10, 10, 11, 3, 9, 20, 10, 6};
    struct xz_fit_report report;
    struct xz_polya polya;
    struct xz_beta beta;

    (void)state;
    assert_int_equal(xz_fit_polya(k, days, COUNT(k), 0.0, &polya, &report, NULL), XZ_OK);
    assert_close(polya.shape, 1.30949879723, 1e-5);
    assert_close(polya.rate, 22.8795618548, 1e-5);
    assert_false(report.bounded);
    assert_int_equal(report.used, COUNT(k));
    assert_int_equal(xz_fit_beta_binomial(hits, of, COUNT(hits), 0.0, &beta, &report, NULL), XZ_OK);
    assert_close(beta.a, 1.56200077271, 1e-4);
    assert_close(beta.b, 3.15058669598, 1e-4);
    assert_false(report.bounded);
}

/* 0.5 % of the people are guilty of ten times their own rate. */
static void make_counts(size_t guilty)
{
    struct xz_rng rng;

    xz_rng_init(&rng, 61, guilty);
    for (size_t i = 0; i < SAMPLES; i++) {
        exposures[i] = 30.0 + 300.0 * xz_rng_unit(&rng);
        counts[i] = xz_rng_poisson(&rng, (i < guilty ? 10.0 : 1.0) * xz_rng_gamma(&rng, 1.2) /
                                             57.0 * exposures[i]);
    }
}

static void test_polya_comes_back(void **state)
{
    struct xz_fit_report report;
    struct xz_polya fitted;

    (void)state;
    make_counts(0);
    assert_int_equal(xz_fit_polya(counts, exposures, SAMPLES, 0.01, &fitted, &report, NULL), XZ_OK);
    assert_between(fitted.shape, 1.14, 1.26);
    assert_between(fitted.shape / fitted.rate, 0.97 * 1.2 / 57.0, 1.03 * 1.2 / 57.0);
    assert_true(report.trimmed <= 3);
}

static void test_polya_comes_back_from_among_guilty(void **state)
{
    struct xz_fit_report report;
    struct xz_polya trusting, robust;

    (void)state;
    make_counts(100);
    assert_int_equal(xz_fit_polya(counts, exposures, SAMPLES, 0.0, &trusting, NULL, NULL), XZ_OK);
    assert_int_equal(xz_fit_polya(counts, exposures, SAMPLES, 0.02, &robust, &report, NULL), XZ_OK);
    assert_true(report.trimmed >= 20 && report.trimmed <= 400);
    assert_true(fabs(robust.shape - 1.2) < fabs(trusting.shape - 1.2));
    assert_between(robust.shape, 1.1, 1.3);
    assert_between(robust.shape / robust.rate, 0.96 * 1.2 / 57.0, 1.04 * 1.2 / 57.0);
}

static void test_polya_without_spread_or_events(void **state)
{
    static const uint32_t even[] = {3, 3, 3, 3}, none[] = {0, 0, 0, 0};
    static const double days[] = {30, 30, 30, 30};
    struct xz_fit_report report;
    struct xz_polya fitted;

    (void)state;
    assert_int_equal(xz_fit_polya(even, days, 4, 0.0, &fitted, &report, NULL), XZ_OK);
    assert_true(report.bounded);
    assert_close(fitted.shape, XZ_FIT_SHAPE_MAX, 1e-6);
    assert_close(fitted.shape / fitted.rate, 0.1, 1e-9);
    assert_int_equal(xz_fit_polya(none, days, 4, 0.0, &fitted, &report, NULL), XZ_OK);
    assert_true(report.bounded);
    assert_close(fitted.shape, 0.5, 0.0);
    assert_close(fitted.rate, 120.0, 0.0);
}

static void test_unfit_data_is_refused_and_nothing_changes(void **state)
{
    static const uint32_t some[] = {1, 2};
    static const double bad_days[] = {30.0, 0.0}, odd_days[] = {30.0, NAN}, amounts[60] = {1.0};
    struct xz_polya polya = {7.0, 7.0};
    struct xz_beta beta = {7.0, 7.0};
    struct xz_nig nig = {7.0, 7.0, 7.0, 7.0};
    struct xz_fit_quantiles tail = {.count = 7};
    struct xz_err err = {0};
    double odd[60];

    (void)state;
    for (size_t i = 0; i < 60; i++) {
        odd[i] = i == 5 ? (double)NAN : 1.0;
    }
    assert_int_equal(xz_fit_polya(some, bad_days, 2, 0.0, &polya, NULL, &err), XZ_CONFIG);
    assert_string_not_equal(err.msg, "");
    assert_int_equal(xz_fit_polya(some, odd_days, 2, 0.0, &polya, NULL, NULL), XZ_CONFIG);
    assert_int_equal(xz_fit_polya(some, bad_days, 1, 0.0, &polya, NULL, NULL), XZ_CONFIG);
    assert_int_equal(xz_fit_beta_binomial((uint32_t[]){3, 1}, some, 2, 0.0, &beta, NULL, NULL),
                     XZ_CONFIG);
    assert_int_equal(xz_fit_beta(odd, 60, 0.0, &beta, NULL), XZ_CONFIG);
    assert_int_equal(xz_fit_log_normal(amounts, 60, 100.0, &nig, NULL), XZ_CONFIG);
    assert_int_equal(xz_fit_log_normal(odd, 60, 100.0, &nig, NULL), XZ_CONFIG);
    assert_int_equal(xz_fit_quantiles(odd, 60, 0.0, &tail, NULL), XZ_CONFIG);
    assert_int_equal(xz_fit_quantiles(amounts, 49, 0.0, &tail, NULL), XZ_CONFIG);
    assert_true(polya.shape == 7.0 && beta.a == 7.0 && nig.beta == 7.0 && tail.count == 7);
}

static void test_beta_binomial_comes_back_from_among_guilty(void **state)
{
    struct xz_fit_report report;
    struct xz_beta fitted;
    struct xz_rng rng;

    (void)state;
    xz_rng_init(&rng, 67, 1);
    for (size_t i = 0; i < SAMPLES; i++) {
        const double x = xz_rng_gamma(&rng, 2.0), y = xz_rng_gamma(&rng, 18.0);
        const double share = i < 60 ? 0.95 : x / (x + y);

        trials[i] = 10 + xz_rng_below(&rng, 30);
        counts[i] = 0;
        for (uint32_t trial = 0; trial < trials[i]; trial++) {
            counts[i] += xz_rng_unit(&rng) < share;
        }
    }
    assert_int_equal(xz_fit_beta_binomial(counts, trials, SAMPLES, 0.01, &fitted, &report, NULL),
                     XZ_OK);
    assert_between(fitted.a / (fitted.a + fitted.b), 0.0985, 0.1015);
    assert_between(fitted.a + fitted.b, 18.5, 21.5);
    assert_true(report.trimmed >= 55 && report.trimmed <= 80);
}

static void test_beta_comes_back(void **state)
{
    struct xz_beta fitted;
    struct xz_rng rng;

    (void)state;
    xz_rng_init(&rng, 71, 1);
    for (size_t i = 0; i < SAMPLES; i++) {
        const double x = xz_rng_gamma(&rng, 3.0), y = xz_rng_gamma(&rng, 5.0);

        values[i] = x / (x + y);
    }
    assert_int_equal(xz_fit_beta(values, SAMPLES, 0.0, &fitted, NULL), XZ_OK);
    assert_between(fitted.a, 2.85, 3.15);
    assert_between(fitted.b, 4.75, 5.25);
    for (size_t i = 0; i < 100; i++) {
        values[i] = 1.0;
    }
    assert_int_equal(xz_fit_beta(values, 100, 0.0, &fitted, NULL), XZ_OK); /* an atom: no crash */
    assert_true(isfinite(fitted.a) && fitted.a > 0.0 && fitted.b > 0.0);
}

static void test_log_normal_shrugs_off_outliers(void **state)
{
    struct xz_nig fitted;
    struct xz_rng rng;

    (void)state;
    xz_rng_init(&rng, 73, 1);
    for (size_t i = 0; i < SAMPLES; i++) {
        values[i] = i % 50 == 0 ? 1e6 : exp(4.29 + 0.8 * xz_rng_normal(&rng));
    }
    assert_int_equal(xz_fit_log_normal(values, SAMPLES, 400.0, &fitted, NULL), XZ_OK);
    assert_between(fitted.location, 4.27, 4.35);
    assert_between(sqrt(fitted.beta / fitted.alpha), 0.78, 0.84);
    assert_close(fitted.kappa, 0.637 * 400.0, 1e-12);
    for (size_t i = 0; i < 20; i++) {
        values[i] = 50.0; /* one list price: a spread is kept all the same */
    }
    assert_int_equal(xz_fit_log_normal(values, 20, 400.0, &fitted, NULL), XZ_OK);
    assert_true(fitted.beta > 0.0);
}

static void test_quantiles_and_their_tail_come_back(void **state)
{
    struct xz_fit_quantiles fitted;
    struct xz_rng rng;

    (void)state;
    xz_rng_init(&rng, 79, 1);
    for (size_t i = 0; i < SAMPLES; i++) { /* P(X >= x) = (1 + x)^-2.5 */
        values[i] = pow(xz_rng_unit(&rng) + 1e-300, -0.4) - 1.0;
    }
    assert_int_equal(xz_fit_quantiles(values, SAMPLES, 0.0, &fitted, NULL), XZ_OK);
    assert_int_equal(fitted.count, 10); /* down to 5e-4: ten of 20,000 */
    assert_between(fitted.index, 1.9, 3.1);
    for (size_t i = 0; i < 8; i++) {
        assert_between(log1p(fitted.quantile[i]) / (-0.4 * log(xz_tail_grid[i])), 0.9, 1.1);
    }
    const struct xz_quantiles tail = xz_fit_quantiles_view(&fitted);

    for (size_t i = 0; i < SAMPLES; i++) { /* other draws of the same law */
        values[i] = xz_quantiles_log_tail(&tail, pow(xz_rng_unit(&rng) + 1e-300, -0.4) - 1.0);
    }
    assert_super_uniform(values, SAMPLES, 1.1);
}

static void test_quantiles_draw_the_tail_over_the_guilty(void **state)
{
    struct xz_fit_quantiles trusting, robust;
    struct xz_rng rng;

    (void)state;
    xz_rng_init(&rng, 83, 1);
    for (size_t i = 0; i < SAMPLES; i++) {
        values[i] = i < 40 ? 1e6 : pow(xz_rng_unit(&rng) + 1e-300, -0.4) - 1.0;
    }
    assert_int_equal(xz_fit_quantiles(values, SAMPLES, 0.0, &trusting, NULL), XZ_OK);
    assert_int_equal(xz_fit_quantiles(values, SAMPLES, 0.0025, &robust, NULL), XZ_OK);
    assert_int_equal(robust.count, 6); /* to 1e-2 */
    assert_between(robust.index, 1.8, 3.0);

    const struct xz_quantiles blind = xz_fit_quantiles_view(&trusting);
    const struct xz_quantiles tail = xz_fit_quantiles_view(&robust);

    assert_true(xz_quantiles_log_tail(&blind, 1e6) > log(1e-3));
    assert_true(xz_quantiles_log_tail(&tail, 1e6) < log(1e-7));
}

/* Small whole numbers, most of them equal: p at each value must be the share that reaches it, or
 * more. */
static void test_quantiles_of_atoms_are_conservative(void **state)
{
    static const double shares[][5] = {{0.97, 0.02, 0.01, 0.0, 0.0},
                                       {0.0, 1.0, 0.0, 0.0, 0.0},
                                       {0.4, 0.3, 0.2, 0.05, 0.05},
                                       {0.6, 0.0, 0.0, 0.0, 0.4}};

    (void)state;
    for (size_t row = 0; row < COUNT(shares); row++) {
        struct xz_fit_quantiles fitted;
        size_t made = 0;

        for (int value = 0; value < 5; value++) {
            const size_t times = (size_t)(shares[row][value] * 10000.0 + 0.5);

            for (size_t i = 0; i < times; i++) {
                values[made++] = (double)value;
            }
        }
        assert_int_equal(made, 10000);
        assert_int_equal(xz_fit_quantiles(values, made, 0.0, &fitted, NULL), XZ_OK);
        const struct xz_quantiles tail = xz_fit_quantiles_view(&fitted);
        double reach = 0.0;

        for (int value = 4; value >= 0; value--) {
            reach += shares[row][value];
            if (shares[row][value] > 0.0) {
                assert_true(exp(xz_quantiles_log_tail(&tail, (double)value)) >= reach - 1e-9);
            }
        }
        for (size_t i = 1; i < fitted.count; i++) {
            assert_true(fitted.quantile[i] >= fitted.quantile[i - 1]);
        }
    }
}

/* Nothing above the atom was seen: p is that of being the highest of n + 1, rounded up to the grid,
 * and falls as 1 / (1 + x) from there. */
static void test_quantiles_without_spread_end_at_one_in_n(void **state)
{
    static const struct {
        size_t count;
        double atom, p;
    } rows[] = {{525, 1.0, 2e-3}, {50, 0.0, 2e-2}, {99, 4.0, 1e-2}, {20000, 3.0, 5e-5}};

    (void)state;
    for (size_t row = 0; row < COUNT(rows); row++) {
        const double atom = rows[row].atom, p = rows[row].p;
        struct xz_fit_quantiles fitted;

        for (size_t i = 0; i < rows[row].count; i++) {
            values[i] = atom;
        }
        assert_int_equal(xz_fit_quantiles(values, rows[row].count, 0.0, &fitted, NULL), XZ_OK);
        const struct xz_quantiles tail = xz_fit_quantiles_view(&fitted);

        assert_true(p >= 1.0 / ((double)rows[row].count + 1.0));
        assert_true(xz_quantiles_log_tail(&tail, atom) >= 0.0);
        assert_true(xz_quantiles_log_tail(&tail, atom + 0.99) >= 0.0);
        assert_close(xz_quantiles_log_tail(&tail, atom + 1.0), log(p), 1e-12);
        assert_close(xz_quantiles_log_tail(&tail, 2.0 * (atom + 2.0) - 1.0), log(0.5 * p), 1e-12);
    }
}

/* An atom at the top with something below it: the same beyond it, and its own share at it. */
static void test_quantiles_of_an_atom_at_the_top_end_at_one_in_n(void **state)
{
    struct xz_fit_quantiles fitted;

    (void)state;
    for (size_t i = 0; i < 1000; i++) {
        values[i] = i < 600 ? 1.0 : 4.0;
    }
    assert_int_equal(xz_fit_quantiles(values, 1000, 0.0, &fitted, NULL), XZ_OK);
    const struct xz_quantiles tail = xz_fit_quantiles_view(&fitted);

    assert_true(xz_quantiles_log_tail(&tail, 1.0) >= 0.0);
    assert_close(xz_quantiles_log_tail(&tail, 4.0), log(0.5), 1e-12);
    assert_close(xz_quantiles_log_tail(&tail, 5.0), log(1e-3), 1e-12);
    assert_int_equal(xz_fit_quantiles(values, 1000, 0.01, &fitted, NULL), XZ_OK);
    const struct xz_quantiles trimmed = xz_fit_quantiles_view(&fitted);

    assert_close(xz_quantiles_log_tail(&trimmed, 5.0), log(5e-2), 1e-12); /* four times the share */
}

/* Over fits to n samples of a law and one more: how often that one is as improbable as p says. Few
 * samples leave the atom at all, which is where an end that is too thin would show. */
static void test_quantiles_without_spread_keep_their_word(void **state)
{
    enum { ROUNDS = 4000, SEEN = 60 };
    static const double chances[] = {0.002, 0.016, 0.05};
    struct xz_rng rng;

    (void)state;
    for (size_t row = 0; row < COUNT(chances); row++) {
        size_t hits = 0, bound = 0;

        xz_rng_init(&rng, 97, row);
        for (size_t round = 0; round < ROUNDS; round++) {
            struct xz_fit_quantiles fitted;
            double next = 1.0;

            for (size_t i = 0; i <= SEEN; i++) {
                next = 1.0;
                while (xz_rng_unit(&rng) < chances[row]) {
                    next += 1.0;
                }
                values[i] = i < SEEN ? next : values[i];
            }
            assert_int_equal(xz_fit_quantiles(values, SEEN, 0.0, &fitted, NULL), XZ_OK);
            const struct xz_quantiles tail = xz_fit_quantiles_view(&fitted);
            const double log_p = xz_quantiles_log_tail(&tail, next);

            hits += log_p <= log(0.02) + 1e-9;
            bound += fitted.index >= 0.999 && fitted.index <= 1.001;
        }
        assert_true((double)hits <= 0.02 * ROUNDS + 3.0 * sqrt(0.02 * ROUNDS));
        assert_true(row > 0 || bound > ROUNDS / 2); /* the case was met */
    }
}

/* A guilty one among many who never did anything must not make all below it ordinary; and it is as
 * rare itself as the only one of so many. */
static void test_one_high_sample_does_not_hide_what_is_below_it(void **state)
{
    struct xz_fit_quantiles fitted;

    (void)state;
    for (size_t i = 0; i < 525; i++) {
        values[i] = i == 300 ? 8.0 : 1.0;
    }
    assert_int_equal(xz_fit_quantiles(values, 525, 0.0, &fitted, NULL), XZ_OK);
    const struct xz_quantiles tail = xz_fit_quantiles_view(&fitted);

    assert_true(xz_quantiles_log_tail(&tail, 1.0) >= 0.0);
    assert_close(xz_quantiles_log_tail(&tail, 2.0), log(1e-2), 1e-12);
    assert_close(xz_quantiles_log_tail(&tail, 8.0), log(5e-3), 1e-12); /* 2 / 526, and the grid */
    assert_true(xz_quantiles_log_tail(&tail, 1000.0) > log(1e-5));
}

/* However few leave the atom and however far: p at the highest is 1 / (n + 1) at least, and every
 * value has its share. */
static void test_few_above_an_atom_stay_as_rare_as_they_are(void **state)
{
    enum { N = 3000 };
    struct xz_rng rng;

    (void)state;
    xz_rng_init(&rng, 101, 1);
    for (size_t few = 1; few <= 40; few++) {
        struct xz_fit_quantiles fitted;

        for (size_t i = 0; i < N; i++) {
            values[i] = i < few ? pow(xz_rng_unit(&rng) + 1e-12, -3.0) : 0.0;
        }
        assert_int_equal(xz_fit_quantiles(values, N, 0.0, &fitted, NULL), XZ_OK);
        const struct xz_quantiles tail = xz_fit_quantiles_view(&fitted);

        for (size_t i = 1; i < fitted.count; i++) {
            assert_true(fitted.quantile[i] >= fitted.quantile[i - 1]);
        }
        for (size_t i = 0; i < few; i++) {
            const double log_p = xz_quantiles_log_tail(&tail, values[i]);
            size_t reach = 0;

            for (size_t k = 0; k < few; k++) {
                reach += values[k] >= values[i];
            }
            assert_true(few >= 10 || log_p >= log(1.0 / (N + 1.0)) - 1e-9);
            assert_true(reach < few || log_p >= log((double)reach / N) - 1e-9);
        }
    }
}

/* Hill over those that left the atom, not over the atom: 60 of 20,000 by an index of 1. */
static void test_an_atom_does_not_thin_the_tail(void **state)
{
    struct xz_fit_quantiles fitted;
    struct xz_rng rng;

    (void)state;
    xz_rng_init(&rng, 103, 1);
    for (size_t i = 0; i < SAMPLES; i++) {
        values[i] = i < 60 ? 1.0 / (xz_rng_unit(&rng) + 1e-12) - 1.0 : 0.0;
    }
    assert_int_equal(xz_fit_quantiles(values, SAMPLES, 0.0, &fitted, NULL), XZ_OK);
    assert_between(fitted.index, 0.7, 1.4);
}

static void test_samples_are_left_as_they_were(void **state)
{
    double before[60], given[60];
    struct xz_fit_quantiles tail;

    (void)state;
    for (size_t i = 0; i < 60; i++) {
        given[i] = before[i] = (double)((i * 37) % 60);
    }
    assert_int_equal(xz_fit_quantiles(given, 60, 0.05, &tail, NULL), XZ_OK);
    assert_memory_equal(given, before, sizeof(given));
}

/* ---- shrinking ---- */

static void test_shrink_ends(void **state)
{
    const struct xz_polya cell = {2.0, 10.0}, parent = {0.5, 50.0};
    const struct xz_beta mine = {9.0, 1.0}, ours = {1.0, 1.0};
    const struct xz_nig own = {5.0, 8.0, 4.0, 2.0}, all = {4.0, 80.0, 40.0, 60.0};

    (void)state;
    assert_close(xz_shrink_polya(cell, parent, 1.0).rate, 10.0, 1e-13);
    assert_close(xz_shrink_polya(cell, parent, 0.0).shape, 0.5, 1e-13);
    const struct xz_polya half = xz_shrink_polya(cell, parent, 0.5);

    assert_close(half.shape, 1.0, 1e-13);
    assert_close(half.shape / half.rate, sqrt(0.2 * 0.01), 1e-13);
    assert_close(xz_shrink_beta(mine, ours, 1.0).a, 9.0, 1e-13);
    assert_close(xz_shrink_beta(mine, ours, 0.5).a / xz_shrink_beta(mine, ours, 0.5).b, 3.0, 1e-13);
    assert_close(xz_shrink_nig(own, all, 0.0).beta, 60.0, 1e-13);
    assert_close(xz_shrink_nig(own, all, 0.5).location, 4.5, 1e-13);
    assert_close(xz_shrink_weight(30.0, 10.0), 0.75, 1e-15);
    assert_true(xz_shrink_weight(0.0, 10.0) == 0.0 && xz_shrink_weight(9.0, 0.0) == 1.0);
    assert_true(xz_shrink_weight(9.0, INFINITY) == 0.0);
}

static void test_shrink_prior_from_cells(void **state)
{
    enum { CELLS = 300 };
    double means[CELLS], within[CELLS], sizes[CELLS];
    struct xz_rng rng;

    (void)state;
    xz_rng_init(&rng, 89, 1);
    for (int i = 0; i < CELLS; i++) { /* variance within 4, between 0.25: 16 */
        const double mean = 3.0 + 0.5 * xz_rng_normal(&rng);

        sizes[i] = 10.0 + (double)xz_rng_below(&rng, 40);
        within[i] = 4.0;
        means[i] = mean + 2.0 * xz_rng_normal(&rng) / sqrt(sizes[i]);
    }
    assert_between(xz_shrink_prior_n(means, within, sizes, CELLS), 11.0, 23.0);
    for (int i = 0; i < CELLS; i++) {
        means[i] = 3.0;
    }
    assert_true(xz_shrink_prior_n(means, within, sizes, CELLS) == INFINITY);
    assert_true(xz_shrink_prior_n(means, within, sizes, 1) == INFINITY);
}

static void test_shrink_quantiles_go_on_with_the_parent(void **state)
{
    const struct xz_fit_quantiles cell = {2.0, 2, {3.0, 7.0}};
    const struct xz_fit_quantiles parent = {4.0, 4, {1.0, 3.0, 7.0, 15.0}};
    struct xz_fit_quantiles shrunk;

    (void)state;
    xz_shrink_quantiles(&cell, &parent, 1.0, &shrunk);
    assert_int_equal(shrunk.count, 4);
    assert_close(shrunk.quantile[1], 7.0, 1e-13);
    assert_close(shrunk.quantile[3], 31.0, 1e-13); /* the parent doubles 1 + x at each point */
    assert_close(shrunk.index, 2.0, 1e-13);
    xz_shrink_quantiles(&cell, &parent, 0.0, &shrunk);
    assert_close(shrunk.quantile[3], 15.0, 1e-13);
    xz_shrink_quantiles(&cell, &parent, 0.5, &shrunk);
    assert_close(shrunk.quantile[0], sqrt(8.0) - 1.0, 1e-13);
    assert_close(shrunk.index, 8.0 / 3.0, 1e-13);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_small_tables_give_the_maximum),
        cmocka_unit_test(test_polya_comes_back),
        cmocka_unit_test(test_polya_comes_back_from_among_guilty),
        cmocka_unit_test(test_polya_without_spread_or_events),
        cmocka_unit_test(test_unfit_data_is_refused_and_nothing_changes),
        cmocka_unit_test(test_beta_binomial_comes_back_from_among_guilty),
        cmocka_unit_test(test_beta_comes_back),
        cmocka_unit_test(test_log_normal_shrugs_off_outliers),
        cmocka_unit_test(test_quantiles_and_their_tail_come_back),
        cmocka_unit_test(test_quantiles_draw_the_tail_over_the_guilty),
        cmocka_unit_test(test_quantiles_of_atoms_are_conservative),
        cmocka_unit_test(test_quantiles_without_spread_end_at_one_in_n),
        cmocka_unit_test(test_quantiles_of_an_atom_at_the_top_end_at_one_in_n),
        cmocka_unit_test(test_quantiles_without_spread_keep_their_word),
        cmocka_unit_test(test_one_high_sample_does_not_hide_what_is_below_it),
        cmocka_unit_test(test_few_above_an_atom_stay_as_rare_as_they_are),
        cmocka_unit_test(test_an_atom_does_not_thin_the_tail),
        cmocka_unit_test(test_samples_are_left_as_they_were),
        cmocka_unit_test(test_shrink_ends),
        cmocka_unit_test(test_shrink_prior_from_cells),
        cmocka_unit_test(test_shrink_quantiles_go_on_with_the_parent),
    };

    xz_stats_init();
    return cmocka_run_group_tests_name("stats: fits", tests, NULL, NULL);
}
