/* SPDX-License-Identifier: GPL-3.0-or-later */
/* xiezhi explain: derives one alert again from its events and shows the arithmetic, revision by
 * revision, so that somebody who was accused can check it. */
#include <getopt.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/mem.h"
#include "cli/cli.h"
#include "cli/explain_text.h"
#include "cli/input.h"
#include "cli/service_options.h"
#include "engine/local.h"
#include "stream/judged.h"
#include "stream/packs.h"
#include "stream/replay.h"

static const char help[] =
    "Usage: xiezhi explain [OPTION]... ALERT_ID [EVENTS]...\n"
    "Derives the alert of this id again, and shows what was observed, what was expected\n"
    "of whom, how the evidence multiplied up, which events weigh most, and what would\n"
    "have had to be different. Without EVENTS, files as score reads them, the event\n"
    "topics are read from their beginning, and judged with the pack that the alert in\n"
    "the alerts topic names.\n"
    "\n"
    "  -c, --config FILE      where the topics are: the configuration of the service\n"
    "      --set KEY=VALUE    over the file\n"
    "  -p, --pack DIR         the pack that judged (" XZ_DEFAULT_PACK ")\n"
    "  -r, --reference DIR    institutions.csv, items.csv, diagnoses.csv of the operator\n"
    "  -m, --mapping FILE     EVENTS are tables; FILE maps their columns to fields\n"
    "      --all              every revision, not only the last\n"
    "      --lang LANG        all of it in zh-CN or en (in English, its sentences in both)\n"
    "  -h, --help             this text\n";

struct explain {
    const char *pack_dir, *reference_dir, *mapping, *alert_id, *lang;
    bool all;
    struct xz_cli_settings settings;
    struct xz_config config;
    struct xz_packs *packs;     /* of the log */
    struct xz_pack *own;        /* of a folder */
    const struct xz_pack *pack; /* one of the two */
    struct xz_reference *reference;
    struct xz_local *local;
    struct xz_arena arena;
    struct xz_buf text; /* of the last revision */
    uint32_t found;
    uint64_t events; /* that were read */
};

static void on_judged(void *arg, const struct xz_judgement *judgement)
{
    struct explain *explain = arg;

    if (strcasecmp(judgement->alert_id, explain->alert_id) != 0) {
        return;
    }
    if (!explain->all) {
        xz_buf_clear(&explain->text);
    }
    explain->found++;
    xz_explain_text(judgement, explain->lang, &explain->text);
}

static enum xz_rc read_file(struct explain *explain, const char *file, struct xz_err *err)
{
    struct xz_input *input = NULL;
    struct xz_enrich_counts unknown = {0};
    bool end = false;
    enum xz_rc rc = xz_input_open(file, explain->mapping, &input, err);

    while (rc == XZ_OK && !end) {
        struct xz_source source = {.offset = -1};
        struct xz_event event;

        xz_arena_reset(&explain->arena);
        rc = xz_input_next(input, &xz_decode_limits_default, &explain->arena, &event, NULL,
                           &source.offset, &end, err);
        if (rc == XZ_REJECT) {
            rc = XZ_OK; /* was no part of any alert */
        } else if (rc == XZ_OK && !end) {
            explain->events++;
            xz_event_enrich(&event, explain->reference, &unknown);
            rc = xz_local_event(explain->local, &event, &source, err);
        }
    }
    xz_input_close(input);
    return rc;
}

struct reading {
    struct explain *explain;
    enum xz_rc rc;
    struct xz_err err;
};

static int64_t on_record(void *arg, const struct xz_replay_record *record)
{
    struct reading *reading = arg;
    struct explain *explain = reading->explain;
    const struct xz_source source = {record->topic, record->partition, record->offset};
    struct xz_enrich_counts unknown = {0};
    enum xz_format format = XZ_FORMAT_AUTO;
    struct xz_event event;
    struct xz_err why = {0};

    if (reading->rc != XZ_OK) {
        return INT64_MIN;
    }
    xz_arena_reset(&explain->arena);
    if (xz_format_of(record->content_type, &format, &why) != XZ_OK ||
        xz_event_decode(record->value, format, &xz_decode_limits_default, &explain->arena, &event,
                        &why) != XZ_OK) {
        return INT64_MIN; /* was no part of any alert */
    }
    explain->events++;
    xz_event_enrich(&event, explain->reference, &unknown);
    reading->rc = xz_local_event(explain->local, &event, &source, &reading->err);
    return event.at_ms;
}

static enum xz_rc read_log(struct explain *explain, struct xz_err *err)
{
    struct reading reading = {explain, XZ_OK, {0}};
    const enum xz_rc rc = xz_replay(&explain->config, on_record, &reading, err);

    if (rc == XZ_OK && reading.rc != XZ_OK) {
        *err = reading.err;
    }
    return rc == XZ_OK ? reading.rc : rc;
}

/* The one that the published alert names, or, when its topic does not hold it any more, the one
 * that was activated last. */
static enum xz_rc find_hash(struct explain *explain, char sha256[static 65], struct xz_err *err)
{
    enum xz_rc rc = xz_judged_by(&explain->config, explain->alert_id, sha256, err);

    if (rc == XZ_OK && sha256[0] == '\0') {
        (void)fprintf(stderr,
                      "xiezhi explain: %s does not hold %s; the pack activated last is taken\n",
                      explain->config.topics_alerts, explain->alert_id);
        rc = xz_packs_active(&explain->config, sha256, err);
    }
    return rc;
}

/* The one of -p; else of the log, when the log is read; else the default. */
static enum xz_rc find_pack(struct explain *explain, bool from_log, struct xz_err *err)
{
    char sha256[65] = "";
    enum xz_rc rc = XZ_OK;

    if (explain->pack_dir == NULL && from_log) {
        rc = find_hash(explain, sha256, err);
    }
    if (rc == XZ_OK && sha256[0] != '\0') {
        explain->packs = xz_packs_new(&explain->config);
        rc = xz_packs_get(explain->packs, xz_str_from(sha256), &explain->pack, err);
    } else if (rc == XZ_OK) {
        rc = xz_cli_pack(xz_cli_pack_dir(explain->pack_dir), &explain->own, err);
        explain->pack = explain->own;
    }
    return rc;
}

static int explain_all(struct explain *explain, int count, char **files)
{
    struct xz_local_setup setup = {.sinks = {.arg = explain, .judged = on_judged}};
    struct xz_err err = {0};
    enum xz_rc rc = find_pack(explain, count == 0, &err);

    if (rc == XZ_OK) {
        rc = xz_reference_load(explain->reference_dir != NULL ? explain->reference_dir
                                                              : explain->config.reference,
                               &explain->reference, &err);
    }
    if (rc == XZ_OK) {
        setup.pack = explain->pack;
        explain->local = xz_local_new(&setup);
    }
    if (rc == XZ_OK && count == 0) {
        rc = read_log(explain, &err);
    }
    for (int i = 0; rc == XZ_OK && i < count; i++) {
        rc = read_file(explain, files[i], &err);
    }
    if (rc == XZ_OK && explain->found == 0) {
        rc = xz_err_set(&err, XZ_CONFIG,
                        "no alert %s comes out of these %" PRIu64 " events%s%s with this pack (%s) "
                        "and these reference files; the alert names the pack that judged",
                        explain->alert_id, explain->events, count == 0 ? " of " : "",
                        count == 0 ? explain->config.topics_events : "",
                        xz_pack_sha256(explain->pack));
    }
    if (rc != XZ_OK) {
        return xz_cli_fail("explain", &err);
    }
    (void)fwrite(explain->text.data, 1, explain->text.len, stdout);
    return XZ_EXIT_OK;
}

enum { OPT_ALL = 256, OPT_LANG, OPT_SET };

static int options(struct explain *explain, int argc, char **argv)
{
    static const struct option longs[] = {{"pack", required_argument, NULL, 'p'},
                                          {"reference", required_argument, NULL, 'r'},
                                          {"mapping", required_argument, NULL, 'm'},
                                          {"config", required_argument, NULL, 'c'},
                                          {"set", required_argument, NULL, OPT_SET},
                                          {"all", no_argument, NULL, OPT_ALL},
                                          {"lang", required_argument, NULL, OPT_LANG},
                                          {"help", no_argument, NULL, 'h'},
                                          {NULL, 0, NULL, 0}};
    int opt;

    while ((opt = getopt_long(argc, argv, "p:r:m:c:h", longs, NULL)) != -1) {
        switch (opt) {
        case 'c':
            explain->settings.file = optarg;
            break;
        case OPT_SET:
            explain->settings.sets[explain->settings.count++] = optarg;
            break;
        case 'p':
            explain->pack_dir = optarg;
            break;
        case 'r':
            explain->reference_dir = optarg;
            break;
        case 'm':
            explain->mapping = optarg;
            break;
        case OPT_ALL:
            explain->all = true;
            break;
        case OPT_LANG:
            if (strcmp(optarg, "en") != 0 && strcmp(optarg, "zh-CN") != 0) {
                return xz_cli_usage("explain", "--lang is zh-CN or en, not %s", optarg);
            }
            explain->lang = optarg;
            break;
        case 'h':
            (void)fputs(help, stdout);
            return XZ_EXIT_OK;
        default:
            return xz_cli_unknown("explain", argv, longs);
        }
    }
    if (optind >= argc) {
        return xz_cli_usage("explain", "an ALERT_ID is wanted");
    }
    explain->alert_id = argv[optind];
    return xz_cli_settings_apply(&explain->settings, "explain", &explain->config);
}

int xz_cmd_explain(int argc, char **argv)
{
    struct explain explain = {0};
    int code;

    xz_cli_settings_init(&explain.settings, argc);
    xz_config_init(&explain.config);
    xz_arena_init(&explain.arena, (size_t)64 << 20);
    code = options(&explain, argc, argv);
    if (code < 0) {
        code = explain_all(&explain, argc - optind - 1, argv + optind + 1);
    }
    xz_local_free(explain.local);
    xz_reference_free(explain.reference);
    xz_packs_free(explain.packs);
    xz_pack_free(explain.own);
    xz_arena_fini(&explain.arena);
    xz_buf_fini(&explain.text);
    xz_config_fini(&explain.config);
    xz_cli_settings_fini(&explain.settings);
    return code;
}
