/* SPDX-License-Identifier: GPL-3.0-or-later */
/* xiezhi score: events from files, alerts as JSON lines, no broker. */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "alert/alert.h"
#include "base/mem.h"
#include "cli/cli.h"
#include "cli/input.h"
#include "cli/service_options.h"
#include "engine/local.h"

static const char help[] =
    "Usage: xiezhi score [OPTION]... [EVENTS]...\n"
    "Scores events from files, or from standard input, and writes alerts as JSON lines.\n"
    "\n"
    "EVENTS hold one JSON event a line; files ending in .pb hold protobuf events, each\n"
    "after its length as a varint; with -m, a table with a header row.\n"
    "\n"
    "  -p, --pack DIR         patterns to score with (" XZ_DEFAULT_PACK ")\n"
    "  -r, --reference DIR    institutions.csv, items.csv, diagnoses.csv of the operator\n"
    "  -m, --mapping FILE     EVENTS are tables; FILE maps their columns to fields\n"
    "  -o, --output FILE      alerts go there instead of standard output\n"
    "      --max-ahead TIME   reject events so far ahead of now (30m, 1d); no bound by default\n"
    "      --cache-mb N       memory for entities; idle ones are packed away (no bound)\n"
    "      --set KEY=VALUE    pack, reference: as in a configuration file, over -p and -r;\n"
    "                         other keys concern the service alone\n"
    "  -q, --quiet            no rejects, no progress; the summary stays\n"
    "  -h, --help             this text\n"
    "\n"
    "Rejects and a summary go to standard error. Exit status: 0 even if events were\n"
    "rejected, 1 on failure, 2 on wrong usage.\n";

struct score {
    const char *pack_dir, *reference_dir, *mapping, *output;
    int64_t max_ahead_ms;
    size_t cache_bytes;
    bool quiet, progress;

    struct xz_pack *pack;
    struct xz_reference *reference;
    struct xz_local *local;
    FILE *out;
    struct xz_buf line;
    struct xz_arena arena;
    struct xz_enrich_counts enrich;
    struct {
        char reason[40];
        uint64_t count;
    } rejects[32];
    size_t reject_kinds;
    uint64_t events, rejected, alerts, revisions, withdrawn;
    uint64_t unknown_fields;
    const char *const *files;
    struct xz_cli_settings settings;
    struct xz_config config;
};

static const char *file_name(void *arg, uint16_t topic)
{
    const struct score *score = arg;

    return score->files[topic];
}

static void on_judged(void *arg, const struct xz_judgement *judgement)
{
    struct score *score = arg;
    const struct xz_alert_context context = {file_name, score};

    score->alerts += judgement->rev == 1;
    score->revisions += judgement->rev > 1;
    score->withdrawn += judgement->status == XZ_EPISODE_WITHDRAWN;
    xz_buf_clear(&score->line);
    xz_alert_to_json(judgement, &context, &score->line);
    xz_buf_u8(&score->line, '\n');
    (void)fwrite(score->line.data, 1, score->line.len, score->out);
}

static void count_reject(struct score *score, const struct xz_err *err, const char *file,
                         int64_t at)
{
    size_t i = 0;

    score->rejected++;
    while (i < score->reject_kinds && strcmp(score->rejects[i].reason, err->reason) != 0) {
        i++;
    }
    if (i == score->reject_kinds && i < sizeof(score->rejects) / sizeof(score->rejects[0])) {
        (void)snprintf(score->rejects[i].reason, sizeof(score->rejects[i].reason), "%s",
                       err->reason);
        score->reject_kinds++;
    }
    if (i < score->reject_kinds) {
        score->rejects[i].count++;
    }
    if (!score->quiet) {
        (void)fprintf(stderr, "reject %s:%" PRId64 " reason=%s path=%s %s\n", file, at, err->reason,
                      err->path[0] ? err->path : "-", err->msg);
    }
}

static void on_rejected(void *arg, const struct xz_observation *observation,
                        const struct xz_err *err)
{
    struct score *score = arg;

    count_reject(score, err, score->files[observation->source.topic], observation->source.offset);
}

static void show_progress(const struct score *score)
{
    if (score->progress && score->events % 50000 == 0) {
        (void)fprintf(stderr, "\r%" PRIu64 " events, %" PRIu64 " alerts ", score->events,
                      score->alerts);
    }
}

static int64_t now_ms(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static enum xz_rc score_file(struct score *score, uint16_t file, struct xz_err *err)
{
    struct xz_decode_limits limits = xz_decode_limits_default;
    struct xz_input *input = NULL;
    bool end = false;
    enum xz_rc rc = xz_input_open(score->files[file], score->mapping, &input, err);

    if (score->max_ahead_ms >= 0) {
        limits.latest_ms = now_ms() + score->max_ahead_ms;
    }
    while (rc == XZ_OK && !end) {
        struct xz_source source = {.topic = file, .partition = 0, .offset = -1};
        struct xz_event event;

        xz_arena_reset(&score->arena);
        rc = xz_input_next(input, &limits, &score->arena, &event, NULL, &source.offset, &end, err);
        if (rc == XZ_REJECT) {
            count_reject(score, err, score->files[file], source.offset);
            rc = XZ_OK;
            continue;
        }
        if (rc == XZ_OK && !end) {
            xz_event_enrich(&event, score->reference, &score->enrich);
            score->events++;
            score->unknown_fields += event.unknown_fields;
            rc = xz_local_event(score->local, &event, &source, err);
            show_progress(score);
        }
    }
    xz_input_close(input);
    return rc;
}

static void summary(const struct score *score)
{
    const struct xz_engine *engine = xz_local_engine(score->local);
    const struct xz_engine_counts counts = xz_engine_counts(engine);
    size_t pattern_count;
    const struct xz_pattern_counts *patterns = xz_engine_pattern_counts(engine, &pattern_count);

    (void)fprintf(stderr,
                  "%sevents=%" PRIu64 " rejected=%" PRIu64 " alerts=%" PRIu64 " revisions=%" PRIu64
                  " withdrawn=%" PRIu64 "\n",
                  score->progress ? "\r" : "", score->events, score->rejected, score->alerts,
                  score->revisions, score->withdrawn);
    (void)fprintf(stderr,
                  "duplicates=%" PRIu64 " retries=%" PRIu64 " conflicts=%" PRIu64 " late=%" PRIu64
                  " loaded=%" PRIu64 " reversals=%" PRIu64 " reversals_pending=%" PRIu64
                  " reinstated=%" PRIu64 " unbalanced=%" PRIu64 " evaluated=%" PRIu64
                  " not_evaluated=%" PRIu64 "\n",
                  counts.duplicates, counts.retries, counts.content_conflicts, counts.late,
                  counts.load, counts.reversals_applied, counts.reversals_pending,
                  counts.reinstated, counts.unbalanced, counts.evaluated, counts.not_evaluated);
    (void)fprintf(stderr,
                  "unknown: fields=%" PRIu64 " institutions=%" PRIu64 " items=%" PRIu64
                  " diagnoses=%" PRIu64 "\n",
                  score->unknown_fields, score->enrich.institutions_unknown,
                  score->enrich.items_unknown, score->enrich.diagnoses_unknown);
    for (size_t i = 0; i < score->reject_kinds; i++) {
        (void)fprintf(stderr, "rejected reason=%s count=%" PRIu64 "\n", score->rejects[i].reason,
                      score->rejects[i].count);
    }
    for (size_t i = 0; i < pattern_count; i++) {
        (void)fprintf(stderr,
                      "pattern=%s opened=%" PRIu64 " closed=%" PRIu64 " withdrawn=%" PRIu64
                      " shadow=%" PRIu64 "\n",
                      patterns[i].id, patterns[i].opened, patterns[i].closed, patterns[i].withdrawn,
                      patterns[i].shadow_opened);
    }
}

static int score_all(struct score *score, int count)
{
    struct xz_local_setup setup = {
        .cache_bytes = score->cache_bytes,
        .sinks = {.arg = score, .judged = on_judged, .rejected = on_rejected}};
    struct xz_err err = {0};
    enum xz_rc rc = xz_cli_pack(xz_cli_pack_dir(score->pack_dir), &score->pack, &err);

    rc = rc == XZ_OK ? xz_reference_load(score->reference_dir, &score->reference, &err) : rc;
    if (rc == XZ_OK) {
        score->out = score->output != NULL ? fopen(score->output, "wb") : stdout;
        if (score->out == NULL) {
            rc = xz_err_config(&err, score->output, 0, "cannot be written: %s", strerror(errno));
        }
    }
    if (rc != XZ_OK) {
        return xz_cli_fail("score", &err);
    }
    setup.pack = score->pack;
    score->local = xz_local_new(&setup);
    for (int i = 0; rc == XZ_OK && i < count; i++) {
        rc = score_file(score, (uint16_t)i, &err);
    }
    if (fflush(score->out) != 0 || ferror(score->out)) {
        rc = xz_err_set(&err, XZ_RETRY, "alerts cannot be written: %s", strerror(errno));
    }
    if (rc == XZ_OK || score->events + score->rejected > 0) {
        summary(score);
    }
    return rc == XZ_OK ? XZ_EXIT_OK : xz_cli_fail("score", &err);
}

/* The rest goes with the process: to free a million entities one by one takes longer than to score
 * a tenth of the events. */
static void score_fini(struct score *score)
{
    if (score->out != NULL && score->out != stdout) {
        (void)fclose(score->out);
    }
}

enum { OPT_MAX_AHEAD = 256, OPT_CACHE, OPT_SET };

/* Returns -1 to go on, else the exit code. */
static int options(struct score *score, int argc, char **argv)
{
    static const struct option longs[] = {{"pack", required_argument, NULL, 'p'},
                                          {"reference", required_argument, NULL, 'r'},
                                          {"mapping", required_argument, NULL, 'm'},
                                          {"output", required_argument, NULL, 'o'},
                                          {"max-ahead", required_argument, NULL, OPT_MAX_AHEAD},
                                          {"cache-mb", required_argument, NULL, OPT_CACHE},
                                          {"set", required_argument, NULL, OPT_SET},
                                          {"quiet", no_argument, NULL, 'q'},
                                          {"help", no_argument, NULL, 'h'},
                                          {NULL, 0, NULL, 0}};
    int opt;

    while ((opt = getopt_long(argc, argv, "p:r:m:o:qh", longs, NULL)) != -1) {
        switch (opt) {
        case 'p':
            score->pack_dir = optarg;
            break;
        case 'r':
            score->reference_dir = optarg;
            break;
        case 'm':
            score->mapping = optarg;
            break;
        case 'o':
            score->output = strcmp(optarg, "-") == 0 ? NULL : optarg;
            break;
        case 'q':
            score->quiet = true;
            break;
        case 'h':
            (void)fputs(help, stdout);
            return XZ_EXIT_OK;
        case OPT_MAX_AHEAD:
            if (xz_duration_parse(xz_str_from(optarg), &score->max_ahead_ms, NULL) != XZ_OK) {
                return xz_cli_usage("score", "--max-ahead %s is not a duration like 1d", optarg);
            }
            break;
        case OPT_CACHE:
            score->cache_bytes = (size_t)strtoull(optarg, NULL, 10) << 20;
            break;
        case OPT_SET:
            score->settings.sets[score->settings.count++] = optarg;
            break;
        default:
            return xz_cli_unknown("score", argv, longs);
        }
    }
    return -1;
}

int xz_cmd_score(int argc, char **argv)
{
    static const char *const from_stdin[] = {"-"};
    static struct score score = {.max_ahead_ms = -1}; /* static: reachable when the process ends */
    int code;

    xz_cli_settings_init(&score.settings, argc);
    xz_config_init(&score.config);
    code = options(&score, argc, argv);
    if (code < 0) {
        code = xz_cli_settings_apply(&score.settings, "score", &score.config);
    }
    if (code >= 0) {
        return code;
    }
    score.pack_dir = score.config.pack[0] != '\0' ? score.config.pack : score.pack_dir;
    score.reference_dir =
        score.config.reference[0] != '\0' ? score.config.reference : score.reference_dir;
    if (argc - optind > UINT16_MAX) {
        return xz_cli_usage("score", "too many files");
    }
    score.files = optind < argc ? (const char *const *)(argv + optind) : from_stdin;
    score.progress = !score.quiet && isatty(STDERR_FILENO);
    xz_arena_init(&score.arena, (size_t)64 << 20);
    code = score_all(&score, optind < argc ? argc - optind : 1);
    score_fini(&score);
    return code;
}
