/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Baselines from samples of a known law, written as files and read back by the pack's loader. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/rng.h"
#include "base/time.h"
#include "cli/fit_table.h"
#include "stats/distrib.h"

#define SUBJECTS 1200
#define TICKETS  8
#define DAYS     120
#define NOW_MS   (INT64_C(20000) * XZ_DAY_MS)

static const char pack_yaml[] = "name: fit-tests\nversion: 0.0.1\nlateness: 7d\nhorizon: 200d\n";
static const char pattern_yaml[] =
    "id: T80\n"
    "name: fitted\n"
    "version: 1\n"
    "title: {zh-CN: \"试验\", en: \"Of the unit tests\"}\n"
    "subject: insured\n"
    "result: suspicious\n"
    "stage: during\n"
    "when: settlement\n"
    "evidence:\n"
    "  - {measure: amount, baseline: {family: log_normal, by: [age_band]}}\n"
    "  - {measure: sum(account_money), window: month, baseline: {family: quantiles}}\n"
    "  - {measure: count, window: month, baseline: {family: polya}}\n"
    "alarm: {false_alarms: 1 per 50 insured-months}\n"
    "explain: {zh-CN: \"{subject}\", en: \"{subject}\"}\n"
    "counterfactual: {zh-CN: \"{expected}\", en: \"{expected}\"}\n"
    "severity: medium\n"
    "legal: [条例-17]\n"
    "action: [A1]\n";

enum { AMOUNT, SUM, COUNT, EVIDENCE };

struct fitting {
    char dir[64], baselines[80];
    struct xz_pack *pack;
    const struct xz_evidence_spec *specs; /* EVIDENCE of them */
    struct xz_fit_table *table;
    struct xz_rng rng;
};

static void path_in(const struct fitting *fit, const char *name, char path[static 128])
{
    (void)snprintf(path, 128, "%s/%s", fit->dir, name);
}

static void write_file(const struct fitting *fit, const char *name, const char *text)
{
    char path[128];
    FILE *out;

    path_in(fit, name, path);
    out = fopen(path, "wb");
    assert_non_null(out);
    assert_true(fputs(text, out) >= 0);
    assert_int_equal(fclose(out), 0);
}

static void print_mistake(void *arg, const struct xz_err *err)
{
    (void)arg;
    print_message("%s: %s\n", err->path, err->msg);
}

static void load(struct fitting *fit)
{
    struct xz_err err = {0};

    xz_pack_free(fit->pack);
    assert_int_equal(
        xz_pack_load(fit->dir, xz_engine_schema(), print_mistake, NULL, &fit->pack, &err), XZ_OK);
    fit->specs = xz_pack_pattern(fit->pack, XZ_STR("T80"))->evidence;
}

static void begin(struct fitting *fit)
{
    char path[128];

    *fit = (struct fitting){.dir = "/tmp/xz-fit-XXXXXX"};
    xz_rng_init(&fit->rng, 5, 5);
    assert_non_null(mkdtemp(fit->dir));
    path_in(fit, "patterns", path);
    assert_int_equal(mkdir(path, 0755), 0);
    (void)snprintf(fit->baselines, sizeof(fit->baselines), "%s/baselines", fit->dir);
    assert_int_equal(mkdir(fit->baselines, 0755), 0);
    write_file(fit, "pack.yaml", pack_yaml);
    write_file(fit, "patterns/T80.yaml", pattern_yaml);
    load(fit);
    fit->table = xz_fit_table_new(fit->pack, NOW_MS, 0.002);
}

static void end(struct fitting *fit)
{
    static const char *const names[] = {"pack.yaml",
                                        "patterns/T80.yaml",
                                        "baselines/baselines.csv",
                                        "baselines/steps.csv",
                                        "baselines/calibration.csv",
                                        "baselines/calibration_report.csv",
                                        "baselines/fitted.yaml"};
    char path[128];

    xz_fit_table_free(fit->table);
    xz_pack_free(fit->pack);
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        path_in(fit, names[i], path);
        (void)unlink(path);
    }
    path_in(fit, "patterns", path);
    (void)rmdir(path);
    (void)rmdir(fit->baselines);
    assert_int_equal(rmdir(fit->dir), 0);
}

/* Somebody who is known for DAYS. */
static void come(struct fitting *fit, unsigned number)
{
    struct xz_record_draft draft;
    struct xz_entity *entity;
    char id[16];

    (void)snprintf(id, sizeof(id), "P%06u", number);
    entity = xz_entity_new(XZ_ENTITY_PERSON, xz_str_from(id));
    xz_record_draft_init(&draft);
    draft.head.kind = XZ_RECORD_SETTLEMENT;
    draft.head.key = 1;
    draft.head.at_ms = NOW_MS - DAYS * XZ_DAY_MS;
    (void)xz_entity_insert(entity, xz_record_build(&draft));
    xz_fit_table_subject(fit->table, entity);
    xz_entity_free(entity);
}

static void add(struct fitting *fit, int which, const char *segment, int32_t block, double exposure,
                double value)
{
    const struct xz_sample sample = {.spec = &fit->specs[which],
                                     .segment = segment,
                                     .statistic = value,
                                     .exposure = exposure,
                                     .block = block};

    xz_fit_table_add(fit->table, &sample);
}

/* Amounts of people whose ln means spread by `between` about the middle of their age. */
static void add_amounts(struct fitting *fit, unsigned number, double between, double within)
{
    const bool old = number % 2 == 0;
    const double mean = (old ? 5.0 : 4.0) + between * xz_rng_normal(&fit->rng);

    for (int i = 0; i < TICKETS; i++) {
        add(fit, AMOUNT, old ? "70-79" : "18-39", i, 1.0,
            exp(mean + within * xz_rng_normal(&fit->rng)));
    }
}

static void add_months(struct fitting *fit, double rate)
{
    for (int month = 0; month < DAYS / 30; month++) {
        const uint32_t count = xz_rng_poisson(&fit->rng, rate * 30.0);

        if (count > 0) {
            add(fit, COUNT, "", month, 30.0, (double)count);
            add(fit, SUM, "", month, 1.0, 10.0 * (double)count * xz_rng_exponential(&fit->rng));
        }
    }
}

static void finish(struct fitting *fit, bool force)
{
    struct xz_err err = {0};

    if (xz_fit_table_write(fit->table, fit->baselines, "unit test", force, &err) != XZ_OK) {
        fail_msg("%s: %s", err.path, err.msg);
    }
    load(fit);
}

static void fit_people(struct fitting *fit)
{
    begin(fit);
    for (unsigned i = 0; i < SUBJECTS; i++) {
        come(fit, i);
        add_amounts(fit, i, 0.3, 0.6);
        add_months(fit, xz_rng_gamma(&fit->rng, 2.0) / 40.0);
    }
    finish(fit, false);
}

static void assert_between(double value, double low, double high)
{
    if (!(value >= low && value <= high)) {
        fail_msg("%.17g is not between %g and %g", value, low, high);
    }
}

static double cell(const struct fitting *fit, int which, const char *segment, uint32_t param)
{
    const struct xz_baseline *baseline = xz_pack_baseline(&fit->specs[which], xz_str_from(segment));

    assert_non_null(baseline);
    assert_string_equal(baseline->segment, segment);
    assert_true(param < baseline->param_count);
    return baseline->params[param];
}

/* location, kappa, shape, scale: what evidence/amounts.c takes. Worth of the belief by the law:
 * 0.36 / 0.09 = 4 tickets in a cell; of the root, whose people also differ by age, 0.36 / 0.34. */
static void test_log_normal_is_fitted_as_such(void **state)
{
    struct fitting fit;

    (void)state;
    fit_people(&fit);
    assert_int_equal(xz_pack_baseline(&fit.specs[AMOUNT], XZ_STR(""))->param_count, 4);
    assert_between(cell(&fit, AMOUNT, "", 0), 4.4, 4.6);
    assert_between(cell(&fit, AMOUNT, "18-39", 0), 3.95, 4.1);
    assert_between(cell(&fit, AMOUNT, "70-79", 0), 4.9, 5.05);
    assert_between(cell(&fit, AMOUNT, "", 1), 0.637 * 2.0, 0.637 * 2.001);
    assert_between(cell(&fit, AMOUNT, "18-39", 1), 0.637 * 3.0, 0.637 * 5.0);
    assert_between(sqrt(cell(&fit, AMOUNT, "18-39", 3) / cell(&fit, AMOUNT, "18-39", 2)), 0.6,
                   0.75);
    end(&fit);
}

/* A new subject's first ticket, by the written row: no more often improbable than stated. */
static void test_log_normal_keeps_its_word_on_a_first_ticket(void **state)
{
    struct fitting fit;
    size_t hits = 0;

    (void)state;
    fit_people(&fit);
    for (int i = 0; i < 20000; i++) {
        const double amount =
            exp(4.0 + 0.3 * xz_rng_normal(&fit.rng) + 0.6 * xz_rng_normal(&fit.rng));

        hits +=
            xz_log_normal_log_tail(cell(&fit, AMOUNT, "18-39", 0), cell(&fit, AMOUNT, "18-39", 1),
                                   cell(&fit, AMOUNT, "18-39", 2), cell(&fit, AMOUNT, "18-39", 3),
                                   amount) <= log(0.01);
    }
    assert_true(hits <= 230);
    end(&fit);
}

static char *read_report(const struct fitting *fit, char *text, size_t size)
{
    char path[128];
    FILE *in;
    size_t length;

    path_in(fit, "baselines/calibration_report.csv", path);
    in = fopen(path, "rb");
    assert_non_null(in);
    length = fread(text, 1, size - 1, in);
    text[length] = '\0';
    assert_int_equal(fclose(in), 0);
    return text;
}

/* Counts are judged by the mean of their e-values; there is no `refused` by p-values. */
static void test_report_says_what_counts_are_judged_by(void **state)
{
    struct fitting fit;
    char text[4096];

    (void)state;
    fit_people(&fit);
    (void)read_report(&fit, text, sizeof(text));
    assert_non_null(strstr(text, "key,of,stated,realised,low,high,hits,count,mapped,verdict\n"));
    assert_non_null(strstr(text, "\nT80.count.month,p,0.01,"));
    assert_non_null(strstr(text, "\nT80.count.month,mean e,1,"));
    assert_non_null(strstr(text, "\nT80.amount,p,0.01,"));
    assert_null(strstr(text, "T80.amount,mean e"));
    assert_null(strstr(text, "refused"));
    end(&fit);
}

/* Even habits, but for one month of one person in eight: no rate explains that, the held-out people
 * show it, and nothing is written unless it is forced. */
static void test_rates_that_held_out_people_refute_are_refused(void **state)
{
    struct fitting fit;
    struct xz_err err = {0};
    char path[128];

    (void)state;
    begin(&fit);
    for (unsigned i = 0; i < SUBJECTS; i++) {
        come(&fit, i);
        for (int month = 0; month < DAYS / 30; month++) {
            const bool burst = i % 8 == 0 && month == 3;

            add(&fit, COUNT, "", month, 30.0, burst ? 60.0 : 1.0);
            add(&fit, SUM, "", month, 1.0, 10.0);
        }
        add_amounts(&fit, i, 0.3, 0.6);
    }
    assert_int_equal(xz_fit_table_write(fit.table, fit.baselines, "unit test", false, &err),
                     XZ_CONFIG);
    assert_string_equal(err.path, "T80.count.month");
    path_in(&fit, "baselines/baselines.csv", path);
    assert_int_not_equal(access(path, F_OK), 0);
    finish(&fit, true);
    assert_int_equal(access(path, F_OK), 0);
    end(&fit);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_log_normal_is_fitted_as_such),
        cmocka_unit_test(test_log_normal_keeps_its_word_on_a_first_ticket),
        cmocka_unit_test(test_report_says_what_counts_are_judged_by),
        cmocka_unit_test(test_rates_that_held_out_people_refute_are_refused),
    };

    xz_stats_init();
    return cmocka_run_group_tests_name("cli: fit", tests, NULL, NULL);
}
