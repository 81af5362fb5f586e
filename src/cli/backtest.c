/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * xiezhi backtest: a labelled history through the same engine, once, in its order; then how well
 * the evidence ranks the guilty, beside a naive ranking by amount. Labels are looked at after the
 * pass (ranking) or not before their delay (which cards a test day leaves out).
 */
#include <getopt.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/backtest.h"
#include "cli/cli.h"
#include "cli/input.h"
#include "engine/local.h"
#include "event/mapping.h"

static const char help[] =
    "Usage: xiezhi backtest -m MAPPING [OPTION]... [EVENTS]...\n"
    "Scores a labelled history in one pass, without learning from labels, and prints how\n"
    "well the evidence ranks, beside ranking by amount.\n"
    "\n"
    "  -m, --mapping FILE     maps columns of EVENTS to fields, and names the label\n"
    "  -p, --pack DIR         patterns to score with (" XZ_DEFAULT_PACK ")\n"
    "  -r, --reference DIR    institutions.csv, items.csv, diagnoses.csv\n"
    "      --beside FILE      figures to print beside: a CSV with name, auc, ap, cp\n"
    "  -o, --output FILE      save the report there too\n"
    "\n"
    "Ranking single events (the default):\n"
    "      --test-from DATE   first test day; without it every event is ranked\n"
    "      --test-days N      days tested (7)\n"
    "      --train-days N     days before the delay whose known cards are left out (7)\n"
    "      --delay-days N     a label is known so many days after its event (7)\n"
    "      --cards N          card precision among the N highest cards of a day (100)\n"
    "\n"
    "Ranking institutions:\n"
    "      --labels FILE      a CSV of institutions and their labels\n"
    "      --label-key NAME   its column with the institution (the first)\n"
    "      --label NAME=VALUE its column with the label, and what means guilty\n"
    "\n"
    "  -h, --help             this text\n";

struct run {
    struct xz_backtest_setup setup;
    const char *pack_dir, *reference_dir, *mapping;
    struct xz_pack *pack;
    struct xz_reference *reference;
    struct xz_local *local;
    struct xz_mapping *labels; /* only to ask which label is positive */
    struct xz_backtest *backtest;
    struct xz_arena arena;
    uint64_t events, rejected;
};

static void no_judgement(void *arg, const struct xz_judgement *judgement)
{
    (void)arg;
    (void)judgement;
}

static void on_stepped(void *arg, const struct xz_evidence_spec *spec,
                       const struct xz_entity *entity, const struct xz_record *record,
                       const struct xz_step *step)
{
    struct run *run = arg;

    xz_backtest_step(run->backtest, spec, entity, record, step);
}

static enum xz_rc read_file(struct run *run, const char *file, struct xz_err *err)
{
    struct xz_input *input = NULL;
    struct xz_enrich_counts unknown = {0};
    bool end = false;
    enum xz_rc rc = xz_input_open(file, run->mapping, &input, err);

    while (rc == XZ_OK && !end) {
        struct xz_source source = {.offset = -1};
        struct xz_event event;
        struct xz_str label = XZ_STR_NONE;

        xz_arena_reset(&run->arena);
        rc = xz_input_next(input, &xz_decode_limits_default, &run->arena, &event, &label,
                           &source.offset, &end, err);
        if (rc == XZ_REJECT) {
            run->rejected++;
            rc = XZ_OK;
        } else if (rc == XZ_OK && !end) {
            xz_event_enrich(&event, run->reference, &unknown);
            xz_backtest_event(run->backtest, &event, xz_mapping_label_positive(run->labels, label));
            rc = xz_local_event(run->local, &event, &source, err);
            if (++run->events % 100000 == 0 && isatty(STDERR_FILENO)) {
                (void)fprintf(stderr, "\r%" PRIu64 " events ", run->events);
            }
        }
    }
    xz_input_close(input);
    return rc;
}

static enum xz_rc run_all(struct run *run, int count, char **files, struct xz_err *err)
{
    static char standard_input[] = "-";
    static char *from_stdin[] = {standard_input};
    struct xz_local_setup setup = {
        .sinks = {.arg = run, .judged = no_judgement, .stepped = on_stepped}};
    enum xz_rc rc = xz_cli_pack(xz_cli_pack_dir(run->pack_dir), &run->pack, err);

    rc = rc == XZ_OK ? xz_reference_load(run->reference_dir, &run->reference, err) : rc;
    rc = rc == XZ_OK ? xz_mapping_load(run->mapping, &run->labels, err) : rc;
    if (rc != XZ_OK) {
        return rc;
    }
    setup.pack = run->pack;
    run->local = xz_local_new(&setup);
    run->backtest = xz_backtest_new(&run->setup);
    for (int i = 0; rc == XZ_OK && i < (count > 0 ? count : 1); i++) {
        rc = read_file(run, count > 0 ? files[i] : from_stdin[0], err);
    }
    if (rc == XZ_OK) {
        (void)fprintf(stderr, "%sevents=%" PRIu64 " rejected=%" PRIu64 "\n",
                      isatty(STDERR_FILENO) ? "\r" : "", run->events, run->rejected);
        rc = xz_backtest_report(run->backtest, err);
    }
    return rc;
}

enum {
    OPT_TEST_FROM = 256,
    OPT_TEST_DAYS,
    OPT_TRAIN_DAYS,
    OPT_DELAY,
    OPT_CARDS,
    OPT_LABELS,
    OPT_LABEL_KEY,
    OPT_LABEL,
    OPT_BESIDE
};

static const struct option longs[] = {{"mapping", required_argument, NULL, 'm'},
                                      {"pack", required_argument, NULL, 'p'},
                                      {"reference", required_argument, NULL, 'r'},
                                      {"output", required_argument, NULL, 'o'},
                                      {"beside", required_argument, NULL, OPT_BESIDE},
                                      {"test-from", required_argument, NULL, OPT_TEST_FROM},
                                      {"test-days", required_argument, NULL, OPT_TEST_DAYS},
                                      {"train-days", required_argument, NULL, OPT_TRAIN_DAYS},
                                      {"delay-days", required_argument, NULL, OPT_DELAY},
                                      {"cards", required_argument, NULL, OPT_CARDS},
                                      {"labels", required_argument, NULL, OPT_LABELS},
                                      {"label-key", required_argument, NULL, OPT_LABEL_KEY},
                                      {"label", required_argument, NULL, OPT_LABEL},
                                      {"help", no_argument, NULL, 'h'},
                                      {NULL, 0, NULL, 0}};

static bool set_number(struct run *run, int opt, const char *text)
{
    char *end;
    const long number = strtol(text, &end, 10);

    if (*end != '\0' || number < 0 || number > 100000) {
        return false;
    }
    switch (opt) {
    case OPT_TEST_DAYS:
        run->setup.test_days = (int32_t)number;
        break;
    case OPT_TRAIN_DAYS:
        run->setup.train_days = (int32_t)number;
        break;
    case OPT_DELAY:
        run->setup.delay_days = (int32_t)number;
        break;
    default:
        run->setup.cards = (uint32_t)number;
        break;
    }
    return true;
}

static int set_text(struct run *run, int opt, char *text)
{
    char *equals;

    switch (opt) {
    case 'm':
        run->mapping = text;
        break;
    case 'p':
        run->pack_dir = text;
        break;
    case 'r':
        run->reference_dir = text;
        break;
    case 'o':
        run->setup.output = text;
        break;
    case OPT_LABELS:
        run->setup.labels = text;
        break;
    case OPT_BESIDE:
        run->setup.beside = text;
        break;
    case OPT_LABEL_KEY:
        run->setup.label_key = text;
        break;
    case OPT_LABEL:
        equals = strchr(text, '=');
        if (equals == NULL) {
            return xz_cli_usage("backtest", "--label wants NAME=VALUE, not %s", text);
        }
        *equals = '\0';
        run->setup.label_column = text;
        run->setup.label_positive = equals + 1;
        break;
    default:
        if (xz_date_parse(xz_str_from(text), &run->setup.test_from, NULL) != XZ_OK) {
            return xz_cli_usage("backtest", "--test-from %s is not a date like 2018-08-08", text);
        }
        break;
    }
    return -1;
}

static int options(struct run *run, int argc, char **argv)
{
    int opt;

    while ((opt = getopt_long(argc, argv, "m:p:r:o:h", longs, NULL)) != -1) {
        int code = -1;

        if (opt == 'h') {
            (void)fputs(help, stdout);
            return XZ_EXIT_OK;
        }
        if (opt == '?') {
            return xz_cli_unknown("backtest", argv, longs);
        }
        if (opt >= OPT_TEST_DAYS && opt <= OPT_CARDS) {
            if (!set_number(run, opt, optarg)) {
                code = xz_cli_usage("backtest", "%s is not a number that fits", optarg);
            }
        } else {
            code = set_text(run, opt, optarg);
        }
        if (code >= 0) {
            return code;
        }
    }
    return run->mapping != NULL ? -1
                                : xz_cli_usage("backtest", "which columns are what? -m MAPPING");
}

int xz_cmd_backtest(int argc, char **argv)
{
    struct run run = {.setup = {.test_from = XZ_DAY_NONE,
                                .test_days = 7,
                                .train_days = 7,
                                .delay_days = 7,
                                .cards = 100}};
    struct xz_err err = {0};
    int code = options(&run, argc, argv);

    if (code >= 0) {
        return code;
    }
    xz_arena_init(&run.arena, (size_t)64 << 20);
    code = run_all(&run, argc - optind, argv + optind, &err) == XZ_OK
               ? XZ_EXIT_OK
               : xz_cli_fail("backtest", &err);
    xz_backtest_free(run.backtest);
    xz_local_free(run.local);
    xz_mapping_free(run.labels);
    xz_reference_free(run.reference);
    xz_pack_free(run.pack);
    xz_arena_fini(&run.arena);
    return code;
}
