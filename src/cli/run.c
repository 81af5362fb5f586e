/* SPDX-License-Identifier: GPL-3.0-or-later */
/* xiezhi run: the service until SIGTERM or SIGINT; SIGHUP reads the reference files again. */
#include <getopt.h> /* optind */
#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/service_options.h"
#include "console/console.h"
#include "stream/kafka.h"
#include "stream/service.h"

#define STORE_TRIES  150
#define STORE_WAIT_S 2

static const char help[] =
    "Usage: xiezhi run [-c CONFIG] [--set KEY=VALUE]...\n"
    "The service: events from Kafka in, alerts to Kafka out. Creates missing topics.\n"
    "\n"
    "  -c, --config FILE      a YAML file; --print-config shows every key\n"
    "      --set KEY=VALUE    over the file; any librdkafka property under kafka.\n"
    "      --print-config     print a configuration with every default, and end\n"
    "  -h, --help             this text\n"
    "\n"
    "SIGTERM and SIGINT drain, checkpoint and end with exit status 0; where that takes\n"
    "longer than stop_within, it ends with 1 and the next start does the rest. SIGHUP\n"
    "reads the configuration and the reference files again, and keeps the old ones if\n"
    "there is a mistake; a new configuration begins with a checkpoint and an orderly\n"
    "new start.\n";

/* What ends a spell of the service. */
enum ended { BY_SIGNAL, BY_ITSELF, BY_NEW_CONFIG };

static void set_up_log(const struct xz_config *config)
{
    struct xz_log_setup log = xz_config_log(config);

    log.now_ms = xz_now_ms;
    xz_log_init(&log);
}

/* Has the end of the process been asked for? The signal stays for whoever waits for it. */
static bool is_ended(void *arg)
{
    sigset_t pending;

    (void)arg;
    (void)sigpending(&pending);
    return sigismember(&pending, SIGTERM) == 1 || sigismember(&pending, SIGINT) == 1;
}

/* SIGHUP: the configuration as it would be read now. A mistake keeps the old one. */
static bool read_again(int argc, char **argv, const struct xz_config *now, struct xz_config *fresh)
{
    xz_config_init(fresh);
    optind = 1;
    if (xz_cli_service_options("run", help, true, argc, argv, fresh) >= 0) {
        xz_log(XZ_LOG_ERROR, "service", "reload",
               "kept=old error=\"the configuration has a mistake\"");
    } else if (!xz_config_same(now, fresh)) {
        return true;
    }
    xz_config_fini(fresh);
    return false;
}

static bool has_console(const struct xz_config *config)
{
    return xz_config_has_role(config, "cases") || xz_config_has_role(config, "console");
}

static enum ended serve(int argc, char **argv, struct xz_service *service,
                        const struct xz_console *console, const struct xz_config *config,
                        const sigset_t *signals, struct xz_config *fresh)
{
    while (xz_service_alive(service) && (console == NULL || xz_console_alive(console))) {
        const struct timespec wait = {0, 200000000};
        const int number = sigtimedwait(signals, NULL, &wait);

        if (number == SIGTERM || number == SIGINT) {
            xz_log(XZ_LOG_INFO, "service", "stopping", "signal=%s healthy=%s",
                   number == SIGTERM ? "TERM" : "INT",
                   xz_metrics_trouble(xz_service_metrics(service), xz_steady_ms()) == NULL ? "yes"
                                                                                           : "no");
            return BY_SIGNAL;
        }
        if (number == SIGHUP && read_again(argc, argv, config, fresh)) {
            return BY_NEW_CONFIG;
        }
        if (number == SIGHUP) {
            xz_service_reload(service);
        }
    }
    return BY_ITSELF;
}

/* The database may start after us. */
static enum xz_rc start_console(const struct xz_config *config, struct xz_service *service,
                                struct xz_console **console, struct xz_err *err)
{
    enum xz_rc rc = XZ_RETRY;

    for (int i = 0; i < STORE_TRIES && rc == XZ_RETRY && !is_ended(NULL); i++) {
        const struct timespec wait = {STORE_WAIT_S, 0};

        if (i > 0) {
            (void)nanosleep(&wait, NULL);
        }
        rc = xz_console_start(config, xz_service_metrics(service), console, err);
        if (rc == XZ_RETRY) {
            xz_log(XZ_LOG_WARN, "service", "waiting", "error=\"%s\"", err->msg);
        }
    }
    return rc;
}

/* librdkafka waits for a broker that does not answer longer than a supervisor waits for us. Nothing
 * is lost by an end without order: what was not committed is done again, to the same effect. */
static void *cut_short(void *arg)
{
    const int64_t *within_ms = arg;
    const struct timespec wait = {*within_ms / 1000, *within_ms % 1000 * 1000000};

    (void)nanosleep(&wait, NULL);
    xz_log(XZ_LOG_ERROR, "service", "cut_short",
           "waited_ms=%" PRId64 " hint=\"a broker or a database does not answer; the next start "
           "does what is left\"",
           *within_ms);
    _exit(XZ_EXIT_FAILED);
}

static void end_within(const struct xz_config *config)
{
    static int64_t within_ms; /* outlives the spell, as the thread does */
    pthread_t thread;

    within_ms = config->stop_within_ms;
    if (pthread_create(&thread, NULL, cut_short, &within_ms) == 0) {
        (void)pthread_detach(thread);
    }
}

/* One spell of the service with this configuration. */
static int run_spell(int argc, char **argv, const struct xz_config *config, const sigset_t *signals,
                     struct xz_config *fresh, enum ended *ended)
{
    struct xz_service *service = NULL;
    struct xz_console *console = NULL;
    struct xz_err err = {0};
    enum xz_rc rc;

    *ended = BY_ITSELF;
    if (xz_service_start(config, (struct xz_patience){is_ended, NULL}, &service, &err) != XZ_OK) {
        return is_ended(NULL) ? XZ_EXIT_OK : xz_cli_fail("run", &err);
    }
    rc = has_console(config) ? start_console(config, service, &console, &err) : XZ_OK;
    if (rc == XZ_OK) {
        xz_log(XZ_LOG_INFO, "service", "started", "roles=%s", config->roles);
        *ended = serve(argc, argv, service, console, config, signals, fresh);
    } else if (is_ended(NULL)) {
        rc = XZ_OK; /* the end came before the database did */
    }
    if (console != NULL && !xz_console_alive(console)) {
        rc = xz_err_set(&err, XZ_FATAL, "cases cannot go on; the log says why");
    }
    if (*ended == BY_SIGNAL) {
        end_within(config);
    }
    xz_console_stop(console);
    xz_service_stop(service);
    rc = xz_service_join(service, rc == XZ_OK ? &err : NULL) == XZ_OK ? rc : XZ_FATAL;
    return rc == XZ_OK ? XZ_EXIT_OK : xz_cli_fail("run", &err);
}

/* One spell after another, each with its configuration. */
static int run_spells(int argc, char **argv, struct xz_config *config, const sigset_t *signals)
{
    enum ended ended;
    int code;

    do {
        struct xz_config fresh;

        set_up_log(config);
        code = run_spell(argc, argv, config, signals, &fresh, &ended);
        if (ended == BY_NEW_CONFIG) {
            xz_log(XZ_LOG_INFO, "service", "reload", "configuration=new");
            xz_config_fini(config);
            *config = fresh;
        }
    } while (ended == BY_NEW_CONFIG && code == XZ_EXIT_OK);
    return code;
}

int xz_cmd_run(int argc, char **argv)
{
    struct xz_config config;
    sigset_t signals;
    int code;

    xz_config_init(&config);
    code = xz_cli_service_options("run", help, true, argc, argv, &config);
    if (code < 0) {
        (void)sigemptyset(&signals);
        (void)sigaddset(&signals, SIGTERM);
        (void)sigaddset(&signals, SIGINT);
        (void)sigaddset(&signals, SIGHUP);
        (void)pthread_sigmask(SIG_BLOCK, &signals, NULL); /* threads inherit: they come here */
        code = run_spells(argc, argv, &config, &signals);
        xz_log(XZ_LOG_INFO, "service", "ended", "exit=%d", code);
    }
    xz_config_fini(&config);
    return code;
}
