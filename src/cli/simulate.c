/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cli/simulate.c - `xiezhi simulate`: a simulated region as files, or its calibration as a table.
 */
#include "simulate/simulate.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/time.h"
#include "cli/cli.h"
#include "event/codec.h"
#include "event/field.h"

static const char usage[] =
    "Usage: xiezhi simulate -o DIR [OPTION]...\n"
    "       xiezhi simulate --calibration [--compare FILE] [OPTION]...\n"
    "Write a simulated region to DIR: events.jsonl (or events.pb), institutions.csv, items.csv,\n"
    "diagnoses.csv, truth.csv. The same options give the same bytes.\n"
    "\n"
    "  -o, --output DIR       where to write; made if it is not there\n"
    "      --seed N           another region for every number (1)\n"
    "      --people N         insured people, 200 to 20000000 (20000)\n"
    "      --days N           days of events, 1 to 3660 (60)\n"
    "      --start DATE       first day (2026-03-01)\n"
    "      --format FORMAT    json, or protobuf (each event after its length as a varint)\n"
    "      --activity X       multiplies the need for care (1)\n"
    "      --no-schemes       nobody commits anything\n"
    "      --scheme PATTERN   only schemes of this pattern (T09, R8 ...); may be repeated\n"
    "      --instances N      schemes of each pattern and intensity (people / 10000, at least 1)\n"
    "      --no-lookalikes    leave out innocent behaviour that resembles a scheme\n"
    "      --late-share X     share of events that come hours to days late (0.004)\n"
    "      --duplicate-share X  share of events that come twice (0.002)\n"
    "      --calibration      print half-year quartiles of programme patients and end\n"
    "      --compare FILE     with --calibration: beside those of this quantiles_by_class.csv\n"
    "  -h, --help             show this and end\n";

enum {
    OPT_SEED = 256,
    OPT_PEOPLE,
    OPT_DAYS,
    OPT_START,
    OPT_FORMAT,
    OPT_ACTIVITY,
    OPT_NO_SCHEMES,
    OPT_SCHEME,
    OPT_INSTANCES,
    OPT_NO_LOOKALIKES,
    OPT_LATE,
    OPT_DUPLICATE,
    OPT_CALIBRATION,
    OPT_COMPARE
};

static const struct option options[] = {{"output", required_argument, NULL, 'o'},
                                        {"seed", required_argument, NULL, OPT_SEED},
                                        {"people", required_argument, NULL, OPT_PEOPLE},
                                        {"days", required_argument, NULL, OPT_DAYS},
                                        {"start", required_argument, NULL, OPT_START},
                                        {"format", required_argument, NULL, OPT_FORMAT},
                                        {"activity", required_argument, NULL, OPT_ACTIVITY},
                                        {"no-schemes", no_argument, NULL, OPT_NO_SCHEMES},
                                        {"scheme", required_argument, NULL, OPT_SCHEME},
                                        {"instances", required_argument, NULL, OPT_INSTANCES},
                                        {"no-lookalikes", no_argument, NULL, OPT_NO_LOOKALIKES},
                                        {"late-share", required_argument, NULL, OPT_LATE},
                                        {"duplicate-share", required_argument, NULL, OPT_DUPLICATE},
                                        {"calibration", no_argument, NULL, OPT_CALIBRATION},
                                        {"compare", required_argument, NULL, OPT_COMPARE},
                                        {"help", no_argument, NULL, 'h'},
                                        {NULL, 0, NULL, 0}};

struct job {
    struct xz_simulation_config config;
    const char *dir, *compare;
    bool protobuf, calibration, help;
};

static bool read_u64(const char *text, uint64_t max, uint64_t *value)
{
    char *end;

    errno = 0;
    const unsigned long long number = strtoull(text, &end, 10);
    if (errno != 0 || *text < '0' || *text > '9' || *end != '\0' || number > max) {
        return false;
    }
    *value = number;
    return true;
}

static bool read_u32(const char *text, uint32_t *value)
{
    uint64_t number = 0;
    const bool good = read_u64(text, UINT32_MAX, &number);

    *value = good ? (uint32_t)number : *value;
    return good;
}

static bool read_double(const char *text, double *value)
{
    char *end;
    const double number = strtod(text, &end);

    if (end == text || *end != '\0' || !(number >= 0 && number < 1e6)) {
        return false;
    }
    *value = number;
    return true;
}

static bool add_scheme(struct xz_simulation_config *config, const char *name)
{
    bool found = false;

    if (config->patterns == XZ_SIMULATION_PATTERNS_ALL) {
        config->patterns = 0; /* the first one named */
    }
    for (size_t i = 0; i < xz_simulation_pattern_count; i++) {
        if (strcmp(name, xz_simulation_patterns[i]) == 0) {
            config->patterns |= UINT64_C(1) << i;
            found = true;
        }
    }
    return found;
}

static bool read_format(const char *text, bool *protobuf)
{
    *protobuf = strcmp(text, "protobuf") == 0;
    return *protobuf || strcmp(text, "json") == 0;
}

static const char *name_of(int option)
{
    const struct option *named = options;

    while (named->name != NULL && named->val != option) {
        named++;
    }
    return named->name;
}

static bool set_option(struct job *job, int option, const char *text)
{
    struct xz_simulation_config *config = &job->config;
    bool good = true;

    switch (option) {
    case 'o':
        job->dir = text;
        break;
    case 'h':
        job->help = true;
        break;
    case OPT_SEED:
        good = read_u64(text, UINT64_MAX, &config->seed);
        break;
    case OPT_PEOPLE:
        good = read_u32(text, &config->people);
        break;
    case OPT_DAYS:
        good = read_u32(text, &config->days);
        break;
    case OPT_START:
        good = xz_date_parse(xz_str_from(text), &config->first_day, NULL) == XZ_OK;
        break;
    case OPT_FORMAT:
        good = read_format(text, &job->protobuf);
        break;
    case OPT_ACTIVITY:
        good = read_double(text, &config->activity);
        break;
    case OPT_NO_SCHEMES:
        config->schemes = false;
        break;
    case OPT_SCHEME:
        good = add_scheme(config, text);
        break;
    case OPT_INSTANCES:
        good = read_u32(text, &config->instances);
        break;
    case OPT_NO_LOOKALIKES:
        config->lookalikes = false;
        break;
    case OPT_LATE:
        good = read_double(text, &config->late_share);
        break;
    case OPT_DUPLICATE:
        good = read_double(text, &config->duplicate_share);
        break;
    case OPT_CALIBRATION:
        job->calibration = true;
        break;
    case OPT_COMPARE:
        job->compare = text;
        break;
    default:
        break;
    }
    return good;
}

static void put_truth(void *arg, const struct xz_simulation_truth *truth)
{
    (void)fprintf(arg, "%s,%s,%s,%s,%s\n", truth->scheme, truth->typology, truth->subject_kind,
                  truth->subject_id, truth->msgid);
}

static FILE *create(const char *dir, const char *name, struct xz_err *err)
{
    char path[4096];
    FILE *file = NULL;

    errno = ENAMETOOLONG;
    if ((size_t)snprintf(path, sizeof(path), "%s/%s", dir, name) < sizeof(path)) {
        file = fopen(path, "wb");
    }
    if (file == NULL) {
        (void)xz_err_set(err, XZ_FATAL, "%s/%s: %s", dir, name, strerror(errno));
    }
    return file;
}

/* A line on standard error every second, on a terminal, and every ten otherwise. */
static void report(const struct job *job, const struct xz_simulation *sim, time_t *last)
{
    const time_t now = time(NULL);
    const int64_t day = xz_day_of(xz_simulation_arrival_ms(sim)) - job->config.first_day;

    if (now - *last >= (isatty(STDERR_FILENO) ? 1 : 10)) {
        *last = now;
        (void)fprintf(stderr, "xiezhi simulate: day %lld of %u, %llu events\n", (long long)day + 1,
                      job->config.days, (unsigned long long)xz_simulation_counts(sim).events);
    }
}

static enum xz_rc write_events(const struct job *job, struct xz_simulation *sim, FILE *events,
                               struct xz_err *err)
{
    struct xz_buf text = {0}, length = {0};
    struct xz_event event;
    time_t last = time(NULL);
    bool good = true;

    while (good && xz_simulation_next(sim, &event)) {
        xz_buf_clear(&text);
        xz_buf_clear(&length);
        if (job->protobuf) {
            xz_event_to_protobuf(&event, &text);
            xz_buf_uvar(&length, text.len);
            good = fwrite(length.data, 1, length.len, events) == length.len;
        } else {
            xz_event_to_json(&event, &text);
            xz_buf_u8(&text, '\n');
        }
        good = good && fwrite(text.data, 1, text.len, events) == text.len;
        if (xz_simulation_counts(sim).events % 4096 == 0) {
            report(job, sim, &last);
        }
    }
    xz_buf_fini(&text);
    xz_buf_fini(&length);
    return good ? XZ_OK : xz_err_set(err, XZ_FATAL, "writing events: %s", strerror(errno));
}

static enum xz_rc close_written(FILE *file, enum xz_rc rc, struct xz_err *err)
{
    if (file) {
        const bool bad = ferror(file) != 0;
        if ((fclose(file) != 0 || bad) && rc == XZ_OK) {
            rc = xz_err_set(err, XZ_FATAL, "writing failed: %s", strerror(errno));
        }
    }
    return rc;
}

static enum xz_rc write_region(const struct job *job, struct xz_err *err)
{
    struct xz_simulation *sim = NULL;
    FILE *events = NULL, *truth = NULL;
    enum xz_rc rc = xz_simulation_new(&job->config, &sim, err);

    if (rc != XZ_OK) {
        goto out;
    }
    if (mkdir(job->dir, 0777) != 0 && errno != EEXIST) {
        rc = xz_err_set(err, XZ_FATAL, "%s: %s", job->dir, strerror(errno));
        goto out;
    }
    rc = xz_simulation_write_reference(sim, job->dir, err);
    if (rc != XZ_OK) {
        goto out;
    }
    events = create(job->dir, job->protobuf ? "events.pb" : "events.jsonl", err);
    truth = events ? create(job->dir, "truth.csv", err) : NULL;
    if (truth == NULL) {
        rc = XZ_FATAL;
        goto out;
    }
    (void)fputs("scheme,typology,subject_kind,subject_id,msgid\n", truth);
    xz_simulation_on_truth(sim, put_truth, truth);
    rc = write_events(job, sim, events, err);
    if (rc == XZ_OK) {
        const struct xz_simulation_counts counts = xz_simulation_counts(sim);
        (void)fprintf(stderr,
                      "xiezhi simulate: %llu events (%llu settlements, %llu late, %llu twice), "
                      "%llu of schemes, in %s\n",
                      (unsigned long long)counts.events, (unsigned long long)counts.settlements,
                      (unsigned long long)counts.late, (unsigned long long)counts.duplicates,
                      (unsigned long long)counts.truths, job->dir);
    }
out:
    rc = close_written(events, rc, err);
    rc = close_written(truth, rc, err);
    xz_simulation_free(sim);
    return rc;
}

/* 0, 1 on failure, 2 on bad usage. */
int xz_cmd_simulate(int argc, char **argv)
{
    struct job job = {0};
    struct xz_err err = {0};
    enum xz_rc rc;
    int option;

    xz_fields_init();
    xz_simulation_config_init(&job.config);
    optind = 1;
    while ((option = getopt_long(argc, argv, "o:h", options, NULL)) != -1) {
        if (option == '?') {
            return xz_cli_unknown("simulate", argv, options);
        }
        if (!set_option(&job, option, optarg)) {
            return xz_cli_usage("simulate", "--%s: \"%s\" does not fit", name_of(option), optarg);
        }
    }
    if (job.help) {
        (void)fputs(usage, stdout);
        return 0;
    }
    if (optind < argc || (!job.calibration && job.dir == NULL)) {
        return xz_cli_usage("simulate", optind < argc ? "it takes no arguments besides options"
                                                      : "-o DIR is needed: where to write");
    }
    rc = job.calibration ? xz_simulation_calibrate(&job.config, job.compare, stdout, &err)
                         : write_region(&job, &err);
    if (rc != XZ_OK) {
        (void)fprintf(stderr, "xiezhi simulate: %s\n", err.msg);
    }
    return rc == XZ_OK ? 0 : rc == XZ_CONFIG ? 2 : 1;
}
