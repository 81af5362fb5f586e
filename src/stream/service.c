/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stream/service.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "base/mem.h"
#include "stream/kafka.h"
#include "stream/packs.h"
#include "stream/roles.h"

#define CONNECT_TRIES  30
#define RETRY_FIRST_MS 500
#define RETRY_MAX_MS   30000
#define RETRY_CALM_MS  60000
#define RETRY_STEP_MS  100
#define ASK_MS         1000 /* for an answer of brokers that were gone */

struct role {
    struct xz_service *service;
    enum xz_role id;
    const char *name;
    enum xz_rc (*run)(struct xz_service_shared *shared, struct xz_err *err);
    pthread_t thread;
    bool started;
    enum xz_rc rc;
    struct xz_err err;
};

struct xz_service {
    struct xz_service_shared shared;
    struct xz_metrics metrics;
    struct role roles[XZ_ROLES];
    struct xz_http *http;
};

static const char *const role_names[XZ_ROLES] = {
    [XZ_ROLE_DETECT] = "detect", [XZ_ROLE_INGEST] = "ingest", [XZ_ROLE_TOPICS] = "topics"};

void xz_role_set_down(struct xz_service_shared *shared, enum xz_role role, bool down)
{
    bool any = false;

    shared->down[role] = down;
    for (size_t i = 0; i < XZ_ROLES; i++) {
        any = any || shared->down[i];
    }
    shared->metrics->failing = any;
}

void xz_role_on_error(struct xz_service_shared *shared, enum xz_role role, int code,
                      const char *reason)
{
    xz_log(XZ_LOG_WARN, role_names[role], "kafka", "code=%s error=\"%s\"",
           rd_kafka_err2name((rd_kafka_resp_err_t)code), reason);
    shared->suspect[role] = true;
}

void xz_role_serve(struct xz_service_shared *shared, enum xz_role role, rd_kafka_t *consumer,
                   int wait_ms)
{
    rd_kafka_message_t *message = rd_kafka_consumer_poll(consumer, wait_ms);

    if (message != NULL) { /* from before its partition was read apart, or its end */
        rd_kafka_message_destroy(message);
    }
    shared->metrics->turned_ms[role] = xz_steady_ms();
    if (!shared->suspect[role] && !shared->down[role]) {
        return;
    }
    shared->suspect[role] = false;
    xz_role_set_down(shared, role, !xz_kafka_answers(consumer, ASK_MS));
}

/* A longer wait after each failure in a row, up to RETRY_MAX_MS; a calm spell makes it short again.
 */
static void wait_again(struct xz_service_shared *shared, int64_t wait_ms)
{
    const struct timespec step = {0, RETRY_STEP_MS * 1000000L};

    for (int64_t waited_ms = 0; waited_ms < wait_ms && !shared->stop; waited_ms += RETRY_STEP_MS) {
        (void)nanosleep(&step, NULL);
    }
}

static void *role_main(void *arg)
{
    struct role *role = arg;
    struct xz_service_shared *shared = &role->service->shared;
    int64_t wait_ms = RETRY_FIRST_MS;

    for (;;) {
        const int64_t began_ms = xz_now_ms();

        memset(&role->err, 0, sizeof(role->err));
        role->rc = role->run(shared, &role->err);
        if (role->id != XZ_ROLE_TOPICS) {
            shared->metrics->turned_ms[role->id] = 0;
        }
        if (role->rc == XZ_OK) {
            xz_role_set_down(shared, role->id, false);
            return NULL;
        }
        xz_role_set_down(shared, role->id, true);
        if (role->rc != XZ_RETRY || shared->stop) {
            break;
        }
        wait_ms = xz_now_ms() - began_ms > RETRY_CALM_MS ? RETRY_FIRST_MS : wait_ms;
        xz_log(XZ_LOG_WARN, role->name, "again", "in_ms=%" PRId64 " error=\"%s\"", wait_ms,
               role->err.msg);
        wait_again(shared, wait_ms);
        wait_ms = wait_ms * 2 < RETRY_MAX_MS ? wait_ms * 2 : RETRY_MAX_MS;
    }
    xz_log(XZ_LOG_ERROR, role->name, "ended", "class=%s where=\"%s\" error=\"%s\"",
           xz_rc_name(role->rc), role->err.path, role->err.msg);
    shared->failed = true;
    shared->stop = true; /* the others drain; a restart begins at what is durable */
    return NULL;
}

static enum xz_rc start_role(struct xz_service *service, enum xz_role at,
                             enum xz_rc (*run)(struct xz_service_shared *, struct xz_err *),
                             struct xz_err *err)
{
    struct role *role = &service->roles[at];

    role->service = service;
    role->id = at;
    role->name = role_names[at];
    role->run = run;
    if (pthread_create(&role->thread, NULL, role_main, role) != 0) {
        return xz_err_set(err, XZ_FATAL, "no thread can be started for %s", role->name);
    }
    role->started = true;
    return XZ_OK;
}

/* ---- topics, and the first pack ---- */

static enum xz_rc activate_first(struct xz_service_shared *shared, struct xz_patience patience,
                                 struct xz_err *err)
{
    char sha256[65];
    enum xz_rc rc = xz_packs_active(shared->config, sha256, err);

    if (rc == XZ_OK && sha256[0] == '\0') {
        rc = xz_packs_activate(shared->config, patience, shared->config->pack, shared->partitions,
                               sha256, err);
        if (rc == XZ_OK) {
            xz_log(XZ_LOG_INFO, "service", "pack_activated", "dir=%s sha256=%s",
                   shared->config->pack, sha256);
        }
    }
    return rc;
}

/* The broker may start after us. */
static enum xz_rc wait_for_topics(struct xz_service_shared *shared, struct xz_patience patience,
                                  struct xz_err *err)
{
    enum xz_rc rc = XZ_RETRY;

    for (int i = 0; i < CONNECT_TRIES && rc == XZ_RETRY && !xz_patience_is_over(patience); i++) {
        rc =
            xz_kafka_topics(shared->config, patience, &shared->partitions, shared->cluster_id, err);
        if (rc == XZ_RETRY) {
            xz_log(XZ_LOG_WARN, "service", "waiting", "error=\"%s\"", err->msg);
        }
    }
    return rc == XZ_OK ? activate_first(shared, patience, err) : rc;
}

static bool is_stopped(void *arg)
{
    const struct xz_service_shared *shared = arg;

    return shared->stop;
}

/* Once, as a role that begins again until the broker is there: a desk is worked without one. */
static enum xz_rc make_topics(struct xz_service_shared *shared, struct xz_err *err)
{
    const struct xz_patience patience = {is_stopped, shared};
    enum xz_rc rc =
        xz_kafka_topics(shared->config, patience, &shared->partitions, shared->cluster_id, err);

    rc = rc == XZ_OK ? activate_first(shared, patience, err) : rc;
    return shared->stop ? XZ_OK : rc;
}

static enum xz_rc start_roles(struct xz_service *service, struct xz_patience patience,
                              struct xz_err *err)
{
    const struct xz_config *config = service->shared.config;
    const bool ingests = xz_config_has_role(config, "ingest");
    const bool detects = xz_config_has_role(config, "detect");
    enum xz_rc rc;

    if (!ingests && !detects) {
        return start_role(service, XZ_ROLE_TOPICS, make_topics, err);
    }
    rc = wait_for_topics(&service->shared, patience, err);
    rc = rc == XZ_OK && detects ? start_role(service, XZ_ROLE_DETECT, xz_detect_run, err) : rc;
    return rc == XZ_OK && ingests ? start_role(service, XZ_ROLE_INGEST, xz_ingest_run, err) : rc;
}

enum xz_rc xz_service_start(const struct xz_config *config, struct xz_patience patience,
                            struct xz_service **out, struct xz_err *err)
{
    struct xz_service *service = xz_calloc(1, sizeof(*service));
    enum xz_rc rc;

    service->shared.config = config;
    service->shared.metrics = &service->metrics;
    xz_metrics_init(&service->metrics);
    rc = xz_config_validate(config, err);
    rc = rc == XZ_OK ? xz_http_start(config->http_listen, &service->metrics, &service->http, err)
                     : rc;
    rc = rc == XZ_OK ? start_roles(service, patience, err) : rc;
    if (rc == XZ_OK) {
        service->metrics.ready = !xz_config_has_role(config, "detect");
        *out = service;
        return XZ_OK;
    }
    service->shared.stop = true;
    (void)xz_service_join(service, NULL);
    return rc;
}

void xz_service_stop(struct xz_service *service) { service->shared.stop = true; }

void xz_service_reload(struct xz_service *service) { service->shared.reload++; }

bool xz_service_alive(const struct xz_service *service) { return !service->shared.failed; }

struct xz_metrics *xz_service_metrics(struct xz_service *service) { return &service->metrics; }

enum xz_rc xz_service_join(struct xz_service *service, struct xz_err *err)
{
    enum xz_rc rc = XZ_OK;

    for (size_t i = 0; i < XZ_ROLES; i++) {
        struct role *role = &service->roles[i];

        if (role->started) {
            (void)pthread_join(role->thread, NULL);
            if (role->rc != XZ_OK && rc == XZ_OK) {
                rc = role->rc;
                if (err != NULL) {
                    *err = role->err;
                }
            }
        }
    }
    xz_http_stop(service->http);
    xz_metrics_fini(&service->metrics);
    free(service);
    return rc;
}
