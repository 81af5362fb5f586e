/* SPDX-License-Identifier: GPL-3.0-or-later */
/* xiezhi fit: learns a pack's baselines from a history and writes them to the pack. */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "cli/cli.h"
#include "cli/fit_table.h"
#include "cli/input.h"
#include "engine/local.h"

static const char help[] =
    "Usage: xiezhi fit [OPTION]... EVENTS...\n"
    "Learns from a history what is ordinary, and writes baselines/ of the pack: the rate\n"
    "of each segment, the tails of each measure, and how the p-values that follow came\n"
    "out on people who were held out. Rates are fitted without the highest subjects, lest a\n"
    "few guilty ones raise them; tails keep every sample.\n"
    "\n"
    "  -p, --pack DIR         the pack to fit (" XZ_DEFAULT_PACK ")\n"
    "  -r, --reference DIR    institutions.csv, items.csv, diagnoses.csv of the operator\n"
    "  -m, --mapping FILE     EVENTS are tables; FILE maps their columns to fields\n"
    "  -o, --output DIR       write there instead of to the pack's baselines/\n"
    "      --note TEXT        what the history is, kept in baselines/fitted.yaml\n"
    "      --trim SHARE       share of the highest subjects that rates leave out (0.002)\n"
    "      --force            write even baselines that the held-out people refute\n"
    "  -h, --help             this text\n";

struct fit {
    const char *pack_dir, *reference_dir, *mapping, *note;
    char output[4096];
    double trim;
    bool force, progress;
    struct xz_pack *pack;
    struct xz_reference *reference;
    struct xz_local *local;
    struct xz_arena arena;
    struct xz_fit_table *table;
    uint64_t events, rejected;
};

static void no_judgement(void *arg, const struct xz_judgement *judgement)
{
    (void)arg; /* what the old baselines say is of no interest here */
    (void)judgement;
}

static enum xz_rc read_file(struct fit *fit, const char *file, struct xz_err *err)
{
    struct xz_input *input = NULL;
    struct xz_enrich_counts unknown = {0};
    bool end = false;
    enum xz_rc rc = xz_input_open(file, fit->mapping, &input, err);

    while (rc == XZ_OK && !end) {
        struct xz_source source = {.offset = -1};
        struct xz_event event;

        xz_arena_reset(&fit->arena);
        rc = xz_input_next(input, &xz_decode_limits_default, &fit->arena, &event, NULL,
                           &source.offset, &end, err);
        if (rc == XZ_REJECT) {
            fit->rejected++;
            rc = XZ_OK;
        } else if (rc == XZ_OK && !end) {
            xz_event_enrich(&event, fit->reference, &unknown);
            rc = xz_local_event(fit->local, &event, &source, err);
            if (++fit->events % 50000 == 0 && fit->progress) {
                (void)fprintf(stderr, "\rread %" PRIu64 " events ", fit->events);
            }
        }
    }
    xz_input_close(input);
    return rc;
}

static enum xz_rc collect_entity(void *arg, struct xz_entity *entity, struct xz_err *err)
{
    struct fit *fit = arg;

    (void)err;
    xz_fit_table_subject(fit->table, entity);
    xz_engine_collect(fit->pack, entity, xz_fit_table_add, fit->table);
    return XZ_OK;
}

static enum xz_rc fit_all(struct fit *fit, int count, char **files, struct xz_err *err)
{
    struct xz_local_setup setup = {.keep_history = true,
                                   .sinks = {.arg = fit, .judged = no_judgement}};
    const char *dir = xz_cli_pack_dir(fit->pack_dir);
    enum xz_rc rc = xz_cli_pack(dir, &fit->pack, err);

    rc = rc == XZ_OK ? xz_reference_load(fit->reference_dir, &fit->reference, err) : rc;
    if (rc != XZ_OK) {
        return rc;
    }
    if (fit->output[0] == '\0') {
        (void)snprintf(fit->output, sizeof(fit->output), "%s/baselines", dir);
    }
    if (mkdir(fit->output, 0755) != 0 && errno != EEXIST) {
        return xz_err_config(err, fit->output, 0, "cannot be made: %s", strerror(errno));
    }
    setup.pack = fit->pack;
    fit->local = xz_local_new(&setup);
    for (int i = 0; rc == XZ_OK && i < count; i++) {
        rc = read_file(fit, files[i], err);
    }
    if (rc != XZ_OK) {
        return rc;
    }
    fit->table = xz_fit_table_new(fit->pack, xz_local_newest_ms(fit->local), fit->trim);
    rc = xz_cache_each(xz_local_cache(fit->local), collect_entity, fit, err);
    if (rc == XZ_OK) {
        (void)fprintf(stderr, "%sread %" PRIu64 " events, rejected %" PRIu64 "\n",
                      fit->progress ? "\r" : "", fit->events, fit->rejected);
        rc = xz_fit_table_write(fit->table, fit->output, fit->note, fit->force, err);
    }
    return rc;
}

enum { OPT_NOTE = 256, OPT_TRIM, OPT_FORCE };

static int options(struct fit *fit, int argc, char **argv)
{
    static const struct option longs[] = {{"pack", required_argument, NULL, 'p'},
                                          {"reference", required_argument, NULL, 'r'},
                                          {"mapping", required_argument, NULL, 'm'},
                                          {"output", required_argument, NULL, 'o'},
                                          {"note", required_argument, NULL, OPT_NOTE},
                                          {"trim", required_argument, NULL, OPT_TRIM},
                                          {"force", no_argument, NULL, OPT_FORCE},
                                          {"help", no_argument, NULL, 'h'},
                                          {NULL, 0, NULL, 0}};
    int opt;

    while ((opt = getopt_long(argc, argv, "p:r:m:o:h", longs, NULL)) != -1) {
        char *end = NULL;

        switch (opt) {
        case 'p':
            fit->pack_dir = optarg;
            break;
        case 'r':
            fit->reference_dir = optarg;
            break;
        case 'm':
            fit->mapping = optarg;
            break;
        case 'o':
            (void)snprintf(fit->output, sizeof(fit->output), "%s", optarg);
            break;
        case OPT_NOTE:
            fit->note = optarg;
            break;
        case OPT_TRIM:
            fit->trim = strtod(optarg, &end);
            if (*end != '\0' || !(fit->trim >= 0.0 && fit->trim <= 0.2)) {
                return xz_cli_usage("fit", "--trim %s is not a share from 0 to 0.2", optarg);
            }
            break;
        case OPT_FORCE:
            fit->force = true;
            break;
        case 'h':
            (void)fputs(help, stdout);
            return XZ_EXIT_OK;
        default:
            return xz_cli_unknown("fit", argv, longs);
        }
    }
    return optind < argc ? -1
                         : xz_cli_usage("fit", "which EVENTS? name files, or - for standard input");
}

int xz_cmd_fit(int argc, char **argv)
{
    struct fit fit = {.trim = 0.002, .note = "not said"};
    struct xz_err err = {0};
    int code = options(&fit, argc, argv);

    if (code >= 0) {
        return code;
    }
    fit.progress = isatty(STDERR_FILENO);
    xz_arena_init(&fit.arena, (size_t)64 << 20);
    code = fit_all(&fit, argc - optind, argv + optind, &err) == XZ_OK ? XZ_EXIT_OK
                                                                      : xz_cli_fail("fit", &err);
    xz_fit_table_free(fit.table);
    xz_local_free(fit.local);
    xz_reference_free(fit.reference);
    xz_pack_free(fit.pack);
    xz_arena_fini(&fit.arena);
    return code;
}
