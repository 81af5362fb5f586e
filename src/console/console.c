/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The console's beginning and end, and the bell that wakes who listens. */
#include <assert.h>
#include <curl/curl.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "cases/institution.h"
#include "console/catalogue.h"
#include "console/control_draw.h"
#include "console/feed.h"
#include "console/guard.h"
#include "console/limiter.h"
#include "console/oidc.h"
#include "console/pem.h"
#include "console/server.h"
#include "console/ticker.h"
#include "console/watch.h"
#include "console/webhooks.h"
#include "event/field.h"

#define BURST_S     4 /* an account may ask for so many seconds' requests at once */
#define DB_MAX_CONN 16
#define SENDERS     2 /* threads that send to webhooks: a slow one holds up one of them */

/* ---- the bell ---- */

void xz_console_changed(struct xz_console *console)
{
    (void)pthread_mutex_lock(&console->lock);
    console->changes++;
    (void)pthread_cond_broadcast(&console->changed);
    (void)pthread_mutex_unlock(&console->lock);
}

uint64_t xz_console_seen(struct xz_console *console)
{
    uint64_t seen;

    (void)pthread_mutex_lock(&console->lock);
    seen = console->changes;
    (void)pthread_mutex_unlock(&console->lock);
    return seen;
}

void xz_console_wait(struct xz_console *console, uint64_t seen, int wait_ms)
{
    struct timespec until;
    int rc = 0;

    (void)clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += wait_ms / 1000;
    until.tv_nsec += (long)(wait_ms % 1000) * 1000000L;
    until.tv_sec += until.tv_nsec / 1000000000L;
    until.tv_nsec %= 1000000000L;
    (void)pthread_mutex_lock(&console->lock);
    while (rc == 0 && seen == console->changes && !console->ending) {
        rc = pthread_cond_timedwait(&console->changed, &console->lock, &until);
    }
    (void)pthread_mutex_unlock(&console->lock);
}

static void make_bell(struct xz_console *console)
{
    pthread_condattr_t attributes;

    (void)pthread_condattr_init(&attributes);
    (void)pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&console->changed, &attributes);
    (void)pthread_condattr_destroy(&attributes);
    (void)pthread_mutex_init(&console->lock, NULL);
    (void)pthread_mutex_init(&console->hashing, NULL);
}

/* ---- what is opened ---- */

static enum xz_rc read_tls(const struct xz_config *config, char **certificate, char **key,
                           struct xz_err *err)
{
    const bool has_certificate = config->console_tls_certificate[0] != '\0';
    enum xz_rc rc;

    if (has_certificate != (config->console_tls_key[0] != '\0')) {
        return xz_err_set(err, XZ_CONFIG,
                          "console.tls_certificate and console.tls_key: give both, or none");
    }
    if (!has_certificate) {
        return XZ_OK;
    }
    rc = xz_pem_read("console.tls_certificate", config->console_tls_certificate, certificate, err);
    rc = rc == XZ_OK ? xz_pem_read("console.tls_key", config->console_tls_key, key, err) : rc;
    return rc == XZ_OK ? xz_pem_check_pair(*certificate, *key, err) : rc;
}

int xz_console_check(const struct xz_config *config, xz_mistake_fn report, void *arg)
{
    struct xz_calendar *calendar = NULL;
    struct xz_oidc *oidc = NULL;
    char *certificate = NULL, *key = NULL;
    struct xz_err errs[3] = {{0}};
    int mistakes = 0;

    (void)!read_tls(config, &certificate, &key, &errs[0]);
    (void)!xz_oidc_new(config, &oidc, &errs[1]);
    if (xz_calendar_load(config->console_calendar, &calendar, &errs[2]) != XZ_OK) {
        (void)xz_err_add(&errs[2], "console.calendar");
    }
    for (size_t i = 0; i < sizeof(errs) / sizeof(errs[0]); i++) {
        if (errs[i].rc != XZ_OK) {
            report(arg, &errs[i]);
            mistakes++;
        }
    }
    xz_calendar_free(calendar);
    xz_oidc_free(oidc);
    free(certificate);
    free(key);
    return mistakes;
}

/* What is configured, or its place in state.dir; the caller's. */
static char *place_of(const char *given, const char *scheme, const char *state_dir,
                      const char *file)
{
    struct xz_buf name = {0};

    if (given[0] != '\0') {
        return xz_strdup(given);
    }
    xz_buf_printf(&name, "%s%s/%s%c", scheme, state_dir, file, '\0');
    return (char *)name.data;
}

char *xz_console_key_file(const struct xz_config *config)
{
    return place_of(config->console_keys, "", config->state_dir, "desk.keys");
}

struct desk_places {
    char *database, *keys;
};

static struct desk_places places_of(const struct xz_config *config)
{
    return (struct desk_places){
        place_of(config->console_database, "sqlite:", config->state_dir, "desk.db"),
        xz_console_key_file(config)};
}

static void places_free(struct desk_places *places)
{
    free(places->database);
    free(places->keys);
}

static enum xz_rc make_folder(const struct xz_config *config, struct xz_err *err)
{
    return mkdir(config->state_dir, 0700) == 0 || errno == EEXIST
               ? XZ_OK
               : xz_err_set(err, XZ_CONFIG, "state.dir: %s cannot be made: %s", config->state_dir,
                            strerror(errno));
}

enum xz_rc xz_console_desk_open(const struct xz_config *config, struct xz_desk *desk,
                                struct xz_err *err)
{
    const bool in_folder = config->console_database[0] == '\0' || config->console_keys[0] == '\0';
    struct desk_places places = places_of(config);
    enum xz_rc rc = in_folder ? make_folder(config, err) : XZ_OK;

    *desk = (struct xz_desk){0};
    rc = rc == XZ_OK ? xz_desk_open(places.database, DB_MAX_CONN, places.keys,
                                    config->console_calendar, desk, err)
                     : rc;
    if (rc == XZ_OK && desk->closed_people > 0) {
        xz_log(XZ_LOG_WARN, "console", "identities_closed", "people=%lld",
               (long long)desk->closed_people);
    }
    places_free(&places);
    return rc;
}

enum xz_rc xz_console_desk_visit(const struct xz_config *config, unsigned visit,
                                 struct xz_desk *desk, struct xz_err *err)
{
    const bool makes = (visit & XZ_DESK_STORE) == 0 && config->console_database[0] == '\0';
    struct desk_places places = places_of(config);
    enum xz_rc rc = makes ? make_folder(config, err) : XZ_OK;

    *desk = (struct xz_desk){0};
    rc = rc == XZ_OK ? xz_desk_visit(places.database, DB_MAX_CONN, places.keys,
                                     config->console_calendar, visit, desk, err)
                     : rc;
    places_free(&places);
    return rc;
}

static enum xz_rc load_institutions(struct xz_console *console, struct xz_err *err)
{
    struct xz_buf file = {0};
    enum xz_rc rc = XZ_OK;

    if (console->config->reference[0] != '\0' &&
        access(console->config->reference, R_OK | X_OK) != 0) {
        rc = xz_err_set(err, XZ_CONFIG, "reference: %s is not a folder that can be read",
                        console->config->reference);
    } else if (console->config->reference[0] != '\0') {
        xz_buf_printf(&file, "%s/institutions.csv%c", console->config->reference, '\0');
        rc = xz_institution_load(&console->desk, (const char *)file.data, err);
    }
    xz_buf_fini(&file);
    return rc;
}

static enum xz_rc start_thread(struct xz_console *console, void *(*run)(void *arg),
                               struct xz_err *err)
{
    assert(console->thread_count < XZ_THREADS_MAX);
    if (pthread_create(&console->threads[console->thread_count], NULL, run, console) != 0) {
        return xz_err_set(err, XZ_FATAL, "no thread can be started for cases");
    }
    console->thread_count++;
    return XZ_OK;
}

static enum xz_rc start_threads(struct xz_console *console, struct xz_err *err)
{
    enum xz_rc rc = start_thread(console, xz_console_ticker, err);

    rc = rc == XZ_OK ? start_thread(console, xz_console_watch, err) : rc;
    if (xz_config_has_role(console->config, "cases")) {
        rc = rc == XZ_OK ? start_thread(console, xz_console_feed, err) : rc;
        rc = rc == XZ_OK ? start_thread(console, xz_console_control, err) : rc;
        for (int i = 0; rc == XZ_OK && i < SENDERS; i++) {
            rc = start_thread(console, xz_console_webhooks, err);
        }
    }
    return rc;
}

enum xz_rc xz_console_start(const struct xz_config *config, struct xz_metrics *metrics,
                            struct xz_console **out, struct xz_err *err)
{
    struct xz_console *console = xz_calloc(1, sizeof(*console));
    enum xz_rc rc;

    console->config = config;
    console->metrics = metrics;
    console->feed_lag = -1;
    for (enum xz_need need = 0; need < XZ_NEEDS; need++) {
        xz_metrics_answered(metrics, need, false, 0); /* not yet */
    }
    xz_fields_init(); /* for original events, before there are threads */
    (void)curl_global_init(CURL_GLOBAL_DEFAULT);
    make_bell(console);
    console->limiter = xz_limiter_new((double)config->console_rate,
                                      fmax((double)config->console_rate * BURST_S, XZ_COST_LOGIN));
    console->guard = xz_guard_new(XZ_CONNECTIONS_MAX);
    console->catalogue = xz_catalogue_new(config);
    rc = read_tls(config, &console->tls_certificate, &console->tls_key, err);
    rc = rc == XZ_OK ? xz_oidc_new(config, &console->oidc, err) : rc;
    rc = rc == XZ_OK ? xz_console_desk_open(config, &console->desk, err) : rc;
    console->desk.control_per_month = config->console_control_per_month;
    rc = rc == XZ_OK ? load_institutions(console, err) : rc;
    rc = rc == XZ_OK ? start_threads(console, err) : rc;
    if (rc == XZ_OK && xz_config_has_role(config, "console")) {
        rc = xz_server_start(console, err);
    }
    if (rc != XZ_OK) {
        xz_console_stop(console);
        return rc;
    }
    *out = console;
    return XZ_OK;
}

void xz_console_stop(struct xz_console *console)
{
    if (console == NULL) {
        return;
    }
    console->ending = true;
    xz_console_changed(console);
    if (console->desk.db != NULL) {
        xz_db_hurry(console->desk.db); /* a frozen server holds up nobody */
    }
    xz_server_stop(console);
    for (size_t i = 0; i < console->thread_count; i++) {
        (void)pthread_join(console->threads[i], NULL);
    }
    xz_desk_close(&console->desk);
    xz_catalogue_free(console->catalogue);
    xz_limiter_free(console->limiter);
    xz_guard_free(console->guard);
    xz_oidc_free(console->oidc);
    free(console->tls_certificate);
    free(console->tls_key);
    (void)pthread_cond_destroy(&console->changed);
    (void)pthread_mutex_destroy(&console->lock);
    (void)pthread_mutex_destroy(&console->hashing);
    free(console);
}

void xz_console_demo(struct xz_console *console, const struct xz_demo_account *accounts,
                     size_t count)
{
    count = count < XZ_DEMO_ACCOUNTS_MAX ? count : XZ_DEMO_ACCOUNTS_MAX;
    memcpy(console->demo, accounts, count * sizeof(accounts[0]));
    console->demo_count = count;
}

const struct xz_desk *xz_console_desk(const struct xz_console *console) { return &console->desk; }

bool xz_console_alive(const struct xz_console *console) { return !console->failed; }
