/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * xiezhi demo: a broker (librdkafka's mock cluster), a simulated region with hidden schemes, and
 * the service, in one process. What it shows came out of the service by way of the alerts topic.
 */
#include <errno.h>
#include <ftw.h>
#include <getopt.h>
#include <math.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "alert/brief.h"
#include "base/mem.h"
#include "cli/cli.h"
#include "cli/demo_accounts.h"
#include "cli/demo_truth.h"
#include "cli/service_options.h"
#include "console/console.h"
#include "event/codec.h"
#include "stream/embedded.h"
#include "stream/feed.h"
#include "stream/kafka.h"
#include "stream/service.h"

#define PARTITIONS   3
#define LINE_COLUMNS 100
#define DRAIN_MS     60000
#define FIRST_PORT   9480
#define PORTS        10

static const char help[] =
    "Usage: xiezhi demo [OPTION]...\n"
    "Simulates a region with hidden schemes, runs the service on it over an embedded\n"
    "broker, shows alerts as they come, here and in the console, and at the end which\n"
    "schemes were found.\n"
    "\n"
    "      --people N         insured people (20000)\n"
    "      --days N           simulated days (60)\n"
    "      --seconds N        how long they take, about (60)\n"
    "      --seed N           another region for every number (1)\n"
    "      --lang LANG        explanations in zh-CN or en (by the environment's LANG)\n"
    "      --keep             go on until Ctrl-C, with new schemes in every N days\n"
    "      --listen ADDRESS   where the console is, HOST:PORT (127.0.0.1:9480, or the\n"
    "                         next port that is free); \"\": nowhere\n"
    "      --stay             leave the console open at the end, until Ctrl-C; so it is\n"
    "                         at a terminal without being asked\n"
    "  -h, --help             this text\n";

struct demo {
    struct xz_simulation_config simulation_config;
    struct xz_simulation *simulation;
    struct xz_demo_truth *truth;
    struct xz_config config;
    struct xz_service *service;
    struct xz_console *console;
    struct xz_producer producer;
    struct xz_embedded *broker;
    struct xz_feed *feed;
    char dir[64];
    const char *listen; /* NULL: wherever there is room; "": nowhere */
    bool chinese, keep, stay, terminal;
    uint32_t days;   /* with their schemes, again and again with keep */
    int64_t seconds; /* that they take */
    uint64_t produced, lost, alerts, conclusive, suspicious, unfounded;
};

static volatile sig_atomic_t interrupted;

static void on_signal(int number)
{
    (void)number;
    interrupted = 1;
}

/* ---- alerts ---- */

/* Length of a text cut to LINE_COLUMNS bytes so that no letter of UTF-8 is torn. */
static int cut_letters(const char *text)
{
    size_t len = strlen(text);

    if (len > LINE_COLUMNS) {
        len = LINE_COLUMNS;
        while (len > 0 && ((unsigned char)text[len] & 0xc0) == 0x80) {
            len--;
        }
    }
    return (int)len;
}

static void show(const struct demo *demo, const struct xz_alert_brief *alert)
{
    const char *sentence = demo->chinese ? alert->explanation_zh : alert->explanation_en;
    const int len = cut_letters(sentence);
    char time[XZ_TIME_TEXT_MAX], subject[64];

    xz_time_format(alert->window_end_ms, time);
    time[10] = ' ';
    time[16] = '\0';
    (void)snprintf(subject, sizeof(subject), "%s %s", alert->subject_kind, alert->subject_id);
    (void)printf("%s%-16s  %-3s  %-38.38s  %.2f  %.*s%s\n", demo->terminal ? "\r\033[K" : "", time,
                 alert->pattern, subject, alert->score, len, sentence,
                 sentence[len] != '\0' ? "…" : "");
    (void)fflush(stdout);
}

static void take_alert(struct demo *demo, struct xz_str value)
{
    struct xz_alert_brief alert;
    bool founded = false;

    if (xz_alert_brief_read(value, &alert, NULL) != XZ_OK) {
        return;
    }
    for (size_t i = 0; i < alert.event_id_count; i++) {
        founded =
            xz_demo_truth_alert_event(demo->truth, alert.pattern, alert.event_ids[i]) || founded;
    }
    xz_demo_truth_alert_subject(demo->truth, alert.pattern, alert.subject_kind, alert.subject_id);
    if (alert.rev == 1) {
        demo->alerts++;
        demo->conclusive += strcmp(alert.result, "conclusive") == 0;
        demo->suspicious += strcmp(alert.result, "suspicious") == 0;
        demo->unfounded += !founded;
        show(demo, &alert);
    }
    xz_alert_brief_fini(&alert);
}

static enum xz_rc take_alerts(void *arg, const struct xz_feed_record *records, size_t count,
                              struct xz_err *err)
{
    (void)err;
    for (size_t i = 0; i < count; i++) {
        take_alert(arg, records[i].value);
    }
    return XZ_OK;
}

static void poll_alerts(struct demo *demo, int wait_ms)
{
    (void)!xz_feed_poll(demo->feed, wait_ms, take_alerts, demo, NULL); /* the next one asks again */
}

/* ---- the region ---- */

static void on_delivery(void *arg, const rd_kafka_message_t *message)
{
    struct demo *demo = arg;

    demo->lost += message->err != RD_KAFKA_RESP_ERR_NO_ERROR;
}

static void progress(const struct demo *demo, int64_t at_ms)
{
    char time[XZ_TIME_TEXT_MAX];

    if (demo->terminal) {
        xz_time_format(at_ms, time);
        time[10] = '\0';
        (void)printf("\r\033[K%s  %llu events, %llu alerts ", time,
                     (unsigned long long)demo->produced, (unsigned long long)demo->alerts);
        (void)fflush(stdout);
    }
}

/* Simulated time passes at an even pace; what is due is sent, and alerts are shown meanwhile. */
static enum xz_rc play(struct demo *demo, struct xz_err *err)
{
    const int64_t first_ms = xz_day_start_ms(demo->simulation_config.first_day);
    const double pace = (double)demo->days * (double)XZ_DAY_MS / ((double)demo->seconds * 1000.0);
    const int64_t began_ms = xz_now_ms();
    struct xz_buf bytes = {0};
    struct xz_event event;
    int64_t shown_ms = 0;
    enum xz_rc rc = XZ_OK;

    while (rc == XZ_OK && !interrupted && xz_service_alive(demo->service) &&
           xz_simulation_next(demo->simulation, &event)) {
        const int64_t arrival_ms = xz_simulation_arrival_ms(demo->simulation);
        const int64_t due_ms = began_ms + (int64_t)((double)(arrival_ms - first_ms) / pace);

        while (!interrupted && xz_now_ms() < due_ms) {
            poll_alerts(demo, 10);
        }
        if (xz_now_ms() - shown_ms > 250) {
            poll_alerts(demo, 0);
            progress(demo, arrival_ms);
            shown_ms = xz_now_ms();
        }
        xz_buf_clear(&bytes);
        xz_event_to_protobuf(&event, &bytes);
        rc = xz_produce(&demo->producer, demo->config.topics_events, RD_KAFKA_PARTITION_UA,
                        xz_event_person(&event), xz_buf_view(&bytes), false, NULL, 0, NULL, err);
        demo->produced++;
        (void)rd_kafka_poll(demo->producer.client, 0);
    }
    xz_buf_fini(&bytes);
    return rc;
}

/* Until the service has read everything and is quiet. */
static void wait_for_service(struct demo *demo)
{
    const struct xz_metrics *metrics = xz_service_metrics(demo->service);
    const int64_t until_ms = xz_now_ms() + DRAIN_MS;
    uint64_t seen = UINT64_MAX;
    int quiet = 0;

    (void)rd_kafka_flush(demo->producer.client, 10000);
    while (quiet < 5 && xz_now_ms() < until_ms && xz_service_alive(demo->service)) {
        const uint64_t now = metrics->observations_applied + metrics->alerts_published;

        quiet = now == seen && metrics->events_read >= demo->produced ? quiet + 1 : 0;
        seen = now;
        poll_alerts(demo, 200);
    }
}

static bool wait_ready(struct demo *demo)
{
    const struct xz_metrics *metrics = xz_service_metrics(demo->service);

    for (int i = 0; i < 300 && !metrics->ready && xz_service_alive(demo->service); i++) {
        (void)usleep(100000);
    }
    return metrics->ready;
}

static void report(const struct demo *demo)
{
    (void)printf(
        "%s\n%llu events, %llu alerts: %llu conclusive, %llu suspicious; %llu of them name no "
        "event of a scheme\n",
        demo->terminal ? "\r\033[K" : "", (unsigned long long)demo->produced,
        (unsigned long long)demo->alerts, (unsigned long long)demo->conclusive,
        (unsigned long long)demo->suspicious, (unsigned long long)demo->unfounded);
    xz_demo_truth_report(demo->truth, stdout);
}

/* ---- beginning and end ---- */

/* R5 and R7 are breaches of a region's own policy, and the shipped pack invents none. */
static void leave_out_regional(struct xz_simulation_config *config)
{
    for (size_t i = 0; i < xz_simulation_pattern_count; i++) {
        if (strcmp(xz_simulation_patterns[i], "R5") == 0 ||
            strcmp(xz_simulation_patterns[i], "R7") == 0) {
            config->patterns &= ~(UINT64_C(1) << i);
        }
    }
}

static bool wants_console(const struct demo *demo)
{
    return demo->listen == NULL || demo->listen[0] != '\0';
}

static int remove_entry(const char *path, const struct stat *status, int type, struct FTW *walk)
{
    (void)status;
    (void)type;
    (void)walk;
    return remove(path);
}

static enum xz_rc set(struct demo *demo, const char *key, const char *value, struct xz_err *err)
{
    char text[512];

    (void)snprintf(text, sizeof(text), "%s=%s", key, value);
    return xz_config_set(&demo->config, text, err);
}

static enum xz_rc prepare(struct demo *demo, struct xz_err *err)
{
    char state[96];
    enum xz_rc rc = xz_simulation_new(&demo->simulation_config, &demo->simulation, err);

    if (rc != XZ_OK) {
        return rc;
    }
    (void)snprintf(demo->dir, sizeof(demo->dir), "/tmp/xiezhi-demo-XXXXXX");
    if (mkdtemp(demo->dir) == NULL) {
        return xz_err_config(err, demo->dir, 0, "cannot be made: %s", strerror(errno));
    }
    (void)snprintf(state, sizeof(state), "%s/state", demo->dir);
    xz_simulation_on_truth(demo->simulation, xz_demo_truth_add, demo->truth);
    rc = xz_simulation_write_reference(demo->simulation, demo->dir, err);
    rc = rc == XZ_OK ? set(demo, "state.dir", state, err) : rc;
    rc = rc == XZ_OK ? set(demo, "reference", demo->dir, err) : rc;
    rc = rc == XZ_OK ? set(demo, "alerts.format", "protobuf", err) : rc;
    rc = rc == XZ_OK ? set(demo, "http.listen", "", err) : rc;
    rc = rc == XZ_OK && wants_console(demo) ? set(demo, "roles", "ingest,detect,cases,console", err)
                                            : rc;
    rc = rc == XZ_OK ? set(demo, "ingest.max_ahead", "36600d", err) : rc; /* its days are to come */
    rc = rc == XZ_OK ? set(demo, "log.level", "error", err) : rc;
    xz_cli_settings_complete(&demo->config);
    demo->config.topics_partitions = PARTITIONS;
    return rc == XZ_OK ? xz_embedded_start(&demo->config, &demo->broker, err) : rc;
}

/* ---- the console ---- */

/* Where it was asked for; else at the first of some ports that nobody else has. */
static enum xz_rc start_console(struct demo *demo, struct xz_err *err)
{
    const int tries = demo->listen != NULL ? 1 : PORTS;
    enum xz_rc rc = XZ_CONFIG;

    for (int i = 0; i < tries && rc == XZ_CONFIG; i++) {
        char address[32];

        (void)snprintf(address, sizeof(address), "127.0.0.1:%d", FIRST_PORT + i);
        rc = set(demo, "console.listen", demo->listen != NULL ? demo->listen : address, err);
        rc = rc == XZ_OK ? xz_console_start(&demo->config, xz_service_metrics(demo->service),
                                            &demo->console, err)
                         : rc;
    }
    return rc;
}

static enum xz_rc open_console(struct demo *demo, struct xz_err *err)
{
    enum xz_rc rc;

    if (!wants_console(demo)) {
        return XZ_OK;
    }
    rc = start_console(demo, err);
    rc = rc == XZ_OK ? xz_demo_accounts_add(demo->console, err) : rc;
    if (rc == XZ_OK) {
        (void)printf("\n  The console: http://%s/\n  Choose whom you enter as; nothing here is "
                     "real.\n\n",
                     demo->config.console_listen);
        (void)fflush(stdout);
        xz_demo_open_browser(demo->config.console_listen);
    }
    return rc;
}

/* A visitor goes on working when the story is over. */
static void stay_open(struct demo *demo)
{
    if (demo->console == NULL || !(demo->stay || demo->terminal) || interrupted) {
        return;
    }
    (void)printf("\nThe console stays open at http://%s/ until Ctrl-C.\n",
                 demo->config.console_listen);
    (void)fflush(stdout);
    while (!interrupted && xz_console_alive(demo->console) && xz_service_alive(demo->service)) {
        (void)usleep(200000);
    }
}

static enum xz_rc run(struct demo *demo, struct xz_err *err)
{
    struct xz_log_setup log;
    enum xz_rc rc = prepare(demo, err), ended;

    if (rc != XZ_OK) {
        return rc;
    }
    log = xz_config_log(&demo->config);
    xz_log_init(&log);
    (void)printf("A region of %u people, %u days in about %lld seconds%s; the service starts ...\n",
                 demo->simulation_config.people, demo->days, (long long)demo->seconds,
                 demo->keep ? " and on, until Ctrl-C" : "");
    rc = xz_service_start(&demo->config, (struct xz_patience){0}, &demo->service, err);
    if (rc != XZ_OK) {
        return rc;
    }
    rc = xz_producer_open(&demo->producer, &demo->config, on_delivery, demo, err);
    rc = rc == XZ_OK ? xz_feed_open(&demo->config, NULL, NULL, &demo->feed, err) : rc;
    rc = rc == XZ_OK ? open_console(demo, err) : rc;
    if (rc == XZ_OK && wait_ready(demo)) {
        (void)printf("%-16s  %-3s  %-38s  %-4s  %s\n", "time", "id", "subject", "rank", "why");
        rc = play(demo, err);
        if (rc == XZ_OK) {
            wait_for_service(demo);
        }
    }
    if (rc == XZ_OK && xz_service_alive(demo->service)) {
        report(demo);
        stay_open(demo);
    }
    xz_console_stop(demo->console);
    xz_service_stop(demo->service);
    ended = xz_service_join(demo->service, rc == XZ_OK ? err : NULL);
    demo->service = NULL;
    return rc == XZ_OK ? ended : rc;
}

static void demo_fini(struct demo *demo)
{
    xz_producer_close(&demo->producer);
    xz_feed_close(demo->feed);
    xz_embedded_stop(demo->broker);
    if (demo->dir[0] != '\0') {
        (void)nftw(demo->dir, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
    }
    xz_simulation_free(demo->simulation);
    xz_demo_truth_free(demo->truth);
    xz_config_fini(&demo->config);
}

enum {
    OPT_PEOPLE = 256,
    OPT_DAYS,
    OPT_SECONDS,
    OPT_SEED,
    OPT_LANG,
    OPT_KEEP,
    OPT_LISTEN,
    OPT_STAY
};

static bool number(const char *text, uint64_t max, uint64_t *value)
{
    char *end;

    errno = 0;
    *value = strtoull(text, &end, 10);
    return *end == '\0' && end != text && errno == 0 && *value > 0 && *value <= max;
}

static int options(struct demo *demo, int argc, char **argv)
{
    static const struct option longs[] = {{"people", required_argument, NULL, OPT_PEOPLE},
                                          {"days", required_argument, NULL, OPT_DAYS},
                                          {"seconds", required_argument, NULL, OPT_SECONDS},
                                          {"seed", required_argument, NULL, OPT_SEED},
                                          {"lang", required_argument, NULL, OPT_LANG},
                                          {"keep", no_argument, NULL, OPT_KEEP},
                                          {"listen", required_argument, NULL, OPT_LISTEN},
                                          {"stay", no_argument, NULL, OPT_STAY},
                                          {"help", no_argument, NULL, 'h'},
                                          {NULL, 0, NULL, 0}};
    uint64_t value = 0;
    int opt;

    while ((opt = getopt_long(argc, argv, "h", longs, NULL)) != -1) {
        if (opt == 'h') {
            (void)fputs(help, stdout);
            return XZ_EXIT_OK;
        }
        if (opt == OPT_KEEP) {
            demo->keep = true;
        } else if (opt == OPT_LISTEN) {
            demo->listen = optarg;
        } else if (opt == OPT_STAY) {
            demo->stay = true;
        } else if (opt == OPT_LANG) {
            demo->chinese = strncmp(optarg, "zh", 2) == 0;
        } else if (opt == '?') {
            return xz_cli_unknown("demo", argv, longs);
        } else if (!number(optarg, 1000000000, &value)) {
            return xz_cli_usage("demo", "%s is not a number that fits", optarg);
        } else if (opt == OPT_PEOPLE) {
            demo->simulation_config.people = (uint32_t)value;
        } else if (opt == OPT_DAYS) {
            demo->days = (uint32_t)value;
        } else if (opt == OPT_SECONDS) {
            demo->seconds = (int64_t)value;
        } else {
            demo->simulation_config.seed = value;
        }
    }
    demo->simulation_config.scheme_days = demo->days;
    demo->simulation_config.days = demo->keep ? XZ_SIMULATION_DAYS_MAX : demo->days;
    return -1;
}

int xz_cmd_demo(int argc, char **argv)
{
    struct demo demo = {.seconds = 60, .terminal = isatty(STDOUT_FILENO)};
    const char *lang = getenv("LANG");
    struct sigaction action = {.sa_handler = on_signal};
    struct xz_err err = {0};
    int code;

    xz_config_init(&demo.config);
    xz_simulation_config_init(&demo.simulation_config);
    leave_out_regional(&demo.simulation_config);
    demo.days = demo.simulation_config.days;
    demo.chinese = lang != NULL && strncmp(lang, "zh", 2) == 0;
    demo.truth = xz_demo_truth_new();
    code = options(&demo, argc, argv);
    if (code < 0) {
        (void)sigaction(SIGINT, &action, NULL);
        (void)sigaction(SIGTERM, &action, NULL);
        code = run(&demo, &err) == XZ_OK ? XZ_EXIT_OK : xz_cli_fail("demo", &err);
    }
    demo_fini(&demo);
    return code;
}
