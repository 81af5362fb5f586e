/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Two instances of the service in one process with an embedded broker, so that ThreadSanitizer sees
 * all of their threads: roles, openings side by side, HTTP, the clients' own. While events come,
 * somebody asks for metrics, reference files are read again, a pack is activated, a second instance
 * joins the groups and leaves them again.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <ftw.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/mem.h"
#include "event/codec.h"
#include "simulate/simulate.h"
#include "stream/embedded.h"
#include "stream/feed.h"
#include "stream/kafka.h"
#include "stream/network.h"
#include "stream/packs.h"
#include "stream/service.h"

#define PACK       "models/medical-insurance"
#define PARTITIONS 4
#define STEP_US    50000
#define WAIT_STEPS 1200 /* a minute: a sanitized program is slow */

struct instance {
    struct xz_config config;
    struct xz_service *service;
    struct sockaddr_storage address;
};

struct world {
    char dir[64];
    struct xz_embedded *broker;
    struct xz_simulation *simulation;
    struct xz_producer producer;
    uint64_t produced, lost, alerts;
    struct instance first, second;
    pthread_t asker;
    _Atomic bool asked_enough;
    _Atomic uint64_t answers;
};

static int remove_entry(const char *path, const struct stat *status, int type, struct FTW *walk)
{
    (void)status;
    (void)type;
    (void)walk;
    return remove(path);
}

static void __attribute__((format(printf, 2, 3)))
set(struct xz_config *config, const char *format, ...)
{
    char text[256];
    struct xz_err err = {0};
    va_list args;

    va_start(args, format);
    (void)vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    if (xz_config_set(config, text, &err) != XZ_OK) {
        fail_msg("%s: %s", text, err.msg);
    }
}

/* ---- HTTP ---- */

static in_port_t free_port(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t len = sizeof(address);
    const int fd = socket(AF_INET, SOCK_STREAM, 0);

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, len), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &len), 0);
    (void)close(fd);
    return ntohs(address.sin_port);
}

static bool ask(const struct sockaddr_storage *address, const char *what)
{
    char text[4096];
    bool answered = false;
    ssize_t len;
    const int fd = socket(AF_INET, SOCK_STREAM, 0);

    (void)snprintf(text, sizeof(text), "GET %s HTTP/1.0\r\n\r\n", what);
    if (connect(fd, (const struct sockaddr *)address, sizeof(struct sockaddr_in)) == 0 &&
        write(fd, text, strlen(text)) == (ssize_t)strlen(text)) {
        do {
            len = read(fd, text, sizeof(text));
            answered = answered || len > 0;
        } while (len > 0);
    }
    (void)close(fd);
    return answered;
}

static void *keep_asking(void *arg)
{
    static const char *const pages[] = {"/metrics", "/healthz", "/readyz"};
    struct world *world = arg;

    for (unsigned i = 0; !world->asked_enough; i++) {
        world->answers += ask(&world->first.address, pages[i % 3]);
        (void)usleep(STEP_US / 5);
    }
    return NULL;
}

/* ---- what comes and goes ---- */

static void start(struct world *world, struct instance *instance, const char *name)
{
    struct xz_err err = {0};

    set(&instance->config, "state.dir=%s/%s", world->dir, name);
    if (xz_service_start(&instance->config, (struct xz_patience){0}, &instance->service, &err) !=
        XZ_OK) {
        fail_msg("%s does not start: %s", name, err.msg);
    }
}

static void wait_ready(const struct instance *instance)
{
    const struct xz_metrics *metrics = xz_service_metrics(instance->service);

    for (int i = 0; i < WAIT_STEPS && !metrics->ready; i++) {
        (void)usleep(STEP_US);
    }
    assert_true(metrics->ready);
}

static void stop(struct instance *instance)
{
    struct xz_err err = {0};

    xz_service_stop(instance->service);
    if (xz_service_join(instance->service, &err) != XZ_OK) {
        fail_msg("an instance failed: %s", err.msg);
    }
    instance->service = NULL;
}

static void on_delivery(void *arg, const rd_kafka_message_t *message)
{
    struct world *world = arg;

    world->lost += message->err != RD_KAFKA_RESP_ERR_NO_ERROR;
}

/* Events until the simulation has arrived at this day; false at its end. */
static bool produce_until(struct world *world, int32_t day)
{
    struct xz_buf bytes = {0};
    struct xz_event event;
    struct xz_err err = {0};
    bool more = true;

    while (more &&
           (world->produced == 0 || xz_day_of(xz_simulation_arrival_ms(world->simulation)) < day)) {
        more = xz_simulation_next(world->simulation, &event);
        if (more) {
            xz_buf_clear(&bytes);
            xz_event_to_protobuf(&event, &bytes);
            assert_int_equal(xz_produce(&world->producer, world->first.config.topics_events,
                                        RD_KAFKA_PARTITION_UA, xz_event_person(&event),
                                        xz_buf_view(&bytes), false, NULL, 0, NULL, &err),
                             XZ_OK);
            world->produced++;
            (void)rd_kafka_poll(world->producer.client, 0);
        }
    }
    xz_buf_fini(&bytes);
    assert_int_equal(rd_kafka_flush(world->producer.client, 30000), RD_KAFKA_RESP_ERR_NO_ERROR);
    return more;
}

/* What it has read is durable, if only in part. */
static void wait_checkpoint(const struct instance *instance, uint64_t before)
{
    const struct xz_metrics *metrics = xz_service_metrics(instance->service);

    for (int i = 0; i < WAIT_STEPS && metrics->checkpoints == before; i++) {
        (void)usleep(STEP_US);
    }
    assert_true(metrics->checkpoints > before);
}

static void wait_quiet(const struct instance *instance)
{
    const struct xz_metrics *metrics = xz_service_metrics(instance->service);
    uint64_t seen = 0;
    int quiet = 0;

    for (int i = 0; i < WAIT_STEPS && quiet < 20; i++) {
        const uint64_t now = metrics->observations_applied + metrics->frames_read;

        quiet = now == seen && now > 0 ? quiet + 1 : 0;
        seen = now;
        (void)usleep(STEP_US);
    }
    assert_int_equal(quiet, 20);
}

static enum xz_rc count_alerts(void *arg, const struct xz_feed_record *records, size_t count,
                               struct xz_err *err)
{
    struct world *world = arg;

    (void)err;
    for (size_t i = 0; i < count; i++) {
        assert_true(records[i].value.len > 0);
    }
    world->alerts += count;
    return XZ_OK;
}

/* ---- the test ---- */

static void prepare(struct world *world, const struct xz_simulation_config *region)
{
    struct xz_config *config = &world->first.config;
    struct xz_err err = {0};

    (void)snprintf(world->dir, sizeof(world->dir), "/tmp/xz-tsan-XXXXXX");
    assert_non_null(mkdtemp(world->dir));
    assert_int_equal(xz_simulation_new(region, &world->simulation, &err), XZ_OK);
    assert_int_equal(xz_simulation_write_reference(world->simulation, world->dir, &err), XZ_OK);
    xz_config_init(config);
    config->topics_partitions = PARTITIONS;
    assert_int_equal(xz_embedded_start(config, &world->broker, &err), XZ_OK);
    xz_config_init(&world->second.config);
    set(&world->second.config, "kafka.bootstrap.servers=%s",
        xz_config_kafka(config, "bootstrap.servers"));
    for (int i = 0; i < 2; i++) {
        struct xz_config *each = i == 0 ? config : &world->second.config;

        set(each, "reference=%s", world->dir);
        set(each, "pack=%s", PACK);
        set(each, "ingest.max_ahead=36600d"); /* the region's days may be to come */
        set(each, "state.checkpoint=300ms");
        set(each, "log.level=error");
        set(each, "kafka.session.timeout.ms=6000");
        set(each, "http.listen=");
    }
    set(config, "http.listen=127.0.0.1:%u", (unsigned)free_port());
    assert_int_equal(
        xz_listen_parse("http.listen", config->http_listen, &world->first.address, &err), XZ_OK);
    assert_int_equal(xz_producer_open(&world->producer, config, on_delivery, world, &err), XZ_OK);
}

static void run(struct world *world, const struct xz_simulation_config *region)
{
    const int32_t first_day = region->first_day, days = (int32_t)region->days;
    char sha256[65];
    struct xz_err err = {0};
    uint64_t checkpoints;

    start(world, &world->first, "first");
    assert_int_equal(pthread_create(&world->asker, NULL, keep_asking, world), 0);
    wait_ready(&world->first);
    assert_true(produce_until(world, first_day + days / 4));
    xz_service_reload(world->first.service);
    assert_int_equal(xz_packs_activate(&world->first.config, (struct xz_patience){0}, PACK,
                                       PARTITIONS, sha256, &err),
                     XZ_OK);
    start(world, &world->second, "second");
    assert_true(produce_until(world, first_day + days / 2));
    wait_ready(&world->second);
    checkpoints = xz_service_metrics(world->second.service)->checkpoints;
    assert_true(produce_until(world, first_day + 3 * days / 4));
    wait_checkpoint(&world->second, checkpoints);
    xz_service_reload(world->second.service);
    xz_service_reload(world->first.service);
    stop(&world->second);
    (void)produce_until(world, INT32_MAX);
    wait_quiet(&world->first);
    world->asked_enough = true;
    assert_int_equal(pthread_join(world->asker, NULL), 0);
    stop(&world->first);
}

static void test_instances_come_and_go_while_events_arrive(void **state)
{
    struct xz_simulation_config region;
    struct world world = {0};
    struct xz_log_setup log;
    struct xz_feed *feed = NULL;
    struct xz_err err = {0};

    (void)state;
    xz_simulation_config_init(&region);
    region.people = 500;
    region.days = 15;
    prepare(&world, &region);
    log = xz_config_log(&world.first.config);
    xz_log_init(&log);
    run(&world, &region);
    assert_int_equal(xz_feed_open(&world.first.config, NULL, NULL, &feed, &err), XZ_OK);
    for (int i = 0; i < 100 && world.alerts == 0; i++) {
        assert_int_equal(xz_feed_poll(feed, 100, count_alerts, &world, &err), XZ_OK);
    }
    print_message("%llu events, %llu alerts to begin with, %llu answers by HTTP\n",
                  (unsigned long long)world.produced, (unsigned long long)world.alerts,
                  (unsigned long long)world.answers);
    assert_true(world.alerts > 0 && world.answers > 0 && world.lost == 0);
    xz_feed_close(feed);
    xz_producer_close(&world.producer);
    xz_embedded_stop(world.broker);
    xz_simulation_free(world.simulation);
    xz_config_fini(&world.first.config);
    xz_config_fini(&world.second.config);
    (void)nftw(world.dir, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_instances_come_and_go_while_events_arrive),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
