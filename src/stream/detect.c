/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Detect: observations -> alerts. One thread; each partition that the group hands it is a struct
 * xz_part of its own. What this file knows is the group, the order of things, and the clock of
 * checkpoints.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "base/mem.h"
#include "stream/partition.h"
#include "stream/roles.h"

#define CONSUME_MAX        8   /* frames of one partition in a row */
#define ROUND_MAX          400 /* frames between two flushes of what they derive */
#define IDLE_POLL_MS       2
#define LAGGING_POLL_MS    20
#define STATS_EVERY_MS     1000
#define PARTS_MAX          1024
#define WRITE_BUFFER_BYTES ((size_t)16 << 20)
#define BLOCK_CACHE_BYTES  ((size_t)64 << 20)

struct detect {
    struct xz_service_shared *shared;
    const struct xz_config *config;
    rd_kafka_t *consumer;
    struct xz_producer producer;
    struct xz_packs *packs;
    struct xz_pack *configured;
    const struct xz_pack *fallback;
    struct xz_store_budget *budget;
    struct xz_part *parts[PARTS_MAX];
    rd_kafka_queue_t *queues[PARTS_MAX]; /* of each partition alone */
    bool dry[PARTS_MAX];                 /* had nothing in this round */
    size_t count;
    bool lost;
    enum xz_rc rc; /* of a rebalance, which cannot return it */
    struct xz_err err;
};

static void on_delivery(void *arg, const rd_kafka_message_t *message)
{
    struct detect *detect = arg;

    if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
        detect->lost = true;
        xz_log(XZ_LOG_ERROR, "detect", "lost", "error=\"%s\"", rd_kafka_message_errstr(message));
    }
}

static void fail(struct detect *detect, enum xz_rc rc, const struct xz_err *err)
{
    if (rc != XZ_OK && detect->rc == XZ_OK) {
        detect->rc = rc;
        detect->err = *err;
    }
}

static struct xz_part *part_of(struct detect *detect, int32_t id)
{
    for (size_t i = 0; i < detect->count; i++) {
        if (xz_part_id(detect->parts[i]) == id) {
            return detect->parts[i];
        }
    }
    return NULL;
}

static void on_assign(struct detect *detect, rd_kafka_topic_partition_list_t *list)
{
    struct xz_err err = {0};
    enum xz_rc rc = XZ_OK;

    for (int i = 0; rc == XZ_OK && i < list->cnt && detect->count < PARTS_MAX; i++) {
        const struct xz_part_setup setup = {
            .shared = detect->shared,
            .id = list->elems[i].partition,
            .budget = detect->budget,
            .cache_bytes =
                ((size_t)detect->config->state_cache_mb << 20) / (size_t)detect->shared->partitions,
            .packs = detect->packs,
            .fallback = detect->fallback,
            .producer = &detect->producer,
            .lost = &detect->lost,
        };

        rc = xz_part_open(&setup, &detect->parts[detect->count], &err);
        if (rc == XZ_OK) {
            list->elems[i].offset = xz_part_next(detect->parts[detect->count++]);
        }
    }
    fail(detect, rc, &err);
    (void)rd_kafka_assign(detect->consumer, rc == XZ_OK ? list : NULL);
    for (size_t i = 0; rc == XZ_OK && i < detect->count; i++) {
        detect->queues[i] = rd_kafka_queue_get_partition(
            detect->consumer, detect->config->topics_observations, xz_part_id(detect->parts[i]));
        rd_kafka_queue_forward(detect->queues[i], NULL);
    }
    detect->shared->metrics->ready = rc == XZ_OK;
}

static void commit_offsets(struct detect *detect)
{
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new((int)detect->count);

    for (size_t i = 0; i < detect->count; i++) {
        rd_kafka_topic_partition_list_add(list, detect->config->topics_observations,
                                          xz_part_id(detect->parts[i]))
            ->offset = xz_part_next(detect->parts[i]);
    }
    if (list->cnt > 0) { /* advisory: the store's own offset rules */
        (void)rd_kafka_commit(detect->consumer, list, 1);
    }
    rd_kafka_topic_partition_list_destroy(list);
}

static enum xz_rc checkpoint_all(struct detect *detect, struct xz_err *err)
{
    const int64_t began_ms = xz_now_ms();
    enum xz_rc rc = XZ_OK;

    for (size_t i = 0; rc == XZ_OK && i < detect->count; i++) {
        rc = xz_part_checkpoint(detect->parts[i], err);
    }
    if (rc == XZ_OK) {
        detect->shared->metrics->checkpoint_at_ms = xz_now_ms();
        detect->shared->metrics->checkpoint_took_ms = xz_now_ms() - began_ms;
        commit_offsets(detect);
    }
    return rc;
}

static void close_all(struct detect *detect)
{
    for (size_t i = 0; i < detect->count; i++) {
        if (detect->queues[i] != NULL) {
            rd_kafka_queue_destroy(detect->queues[i]);
            detect->queues[i] = NULL;
        }
        xz_part_close(detect->parts[i]);
    }
    detect->count = 0;
}

static void on_rebalance(rd_kafka_t *consumer, rd_kafka_resp_err_t code,
                         rd_kafka_topic_partition_list_t *list, void *arg)
{
    struct detect *detect = arg;
    struct xz_err err = {0};

    (void)consumer;
    if (code == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS) {
        on_assign(detect, list);
        return;
    }
    detect->shared->metrics->ready = false;
    if (!rd_kafka_assignment_lost(detect->consumer)) {
        fail(detect, checkpoint_all(detect, &err), &err);
    }
    close_all(detect);
    (void)rd_kafka_assign(detect->consumer, NULL);
}

/* ---- numbers ---- */

static void add_counts(struct xz_engine_counts *sum, const struct xz_engine_counts *counts)
{
    const uint64_t *from = (const uint64_t *)counts;
    uint64_t *to = (uint64_t *)sum;

    for (size_t i = 0; i < sizeof(*sum) / sizeof(uint64_t); i++) {
        to[i] += from[i];
    }
}

static void add_pattern(struct xz_metrics *metrics, const struct xz_pattern_counts *counts)
{
    struct xz_pattern_counts *sum = NULL;

    for (size_t i = 0; i < metrics->pattern_count && sum == NULL; i++) {
        sum = strcmp(metrics->patterns[i].id, counts->id) == 0 ? &metrics->patterns[i] : NULL;
    }
    if (sum == NULL) {
        if (metrics->pattern_count == XZ_PATTERNS_MAX) {
            return;
        }
        sum = &metrics->patterns[metrics->pattern_count++];
        *sum = (struct xz_pattern_counts){.id = xz_strdup(counts->id)};
    }
    sum->opened += counts->opened;
    sum->revised += counts->revised;
    sum->closed += counts->closed;
    sum->withdrawn += counts->withdrawn;
    sum->shadow_opened += counts->shadow_opened;
}

static void publish_engine(struct detect *detect, struct xz_metrics *metrics)
{
    xz_metrics_lock(metrics);
    memset(&metrics->engine, 0, sizeof(metrics->engine));
    for (size_t i = 0; i < metrics->pattern_count; i++) {
        metrics->patterns[i] = (struct xz_pattern_counts){.id = metrics->patterns[i].id};
    }
    for (size_t i = 0; i < detect->count; i++) {
        const struct xz_engine_counts counts = xz_engine_counts(xz_part_engine(detect->parts[i]));
        size_t count;
        const struct xz_pattern_counts *patterns =
            xz_engine_pattern_counts(xz_part_engine(detect->parts[i]), &count);

        add_counts(&metrics->engine, &counts);
        for (size_t k = 0; k < count; k++) {
            add_pattern(metrics, &patterns[k]);
        }
        (void)snprintf(metrics->pack, sizeof(metrics->pack), "%s", xz_part_pack(detect->parts[i]));
    }
    xz_metrics_unlock(metrics);
}

static void publish_numbers(struct detect *detect)
{
    struct xz_metrics *metrics = detect->shared->metrics;
    uint64_t bytes = 0, entities = 0, hits = 0, loads = 0, disk = 0;
    int64_t lag = 0;

    for (size_t i = 0; i < detect->count; i++) {
        const struct xz_cache_counts counts = xz_cache_counts(xz_part_cache(detect->parts[i]));
        int64_t low = 0, high = 0;

        bytes += counts.bytes;
        entities += counts.entities;
        hits += counts.hits;
        loads += counts.loads;
        disk += xz_store_disk_bytes(xz_part_store(detect->parts[i]));
        if (rd_kafka_get_watermark_offsets(detect->consumer, detect->config->topics_observations,
                                           xz_part_id(detect->parts[i]), &low,
                                           &high) == RD_KAFKA_RESP_ERR_NO_ERROR &&
            high > xz_part_next(detect->parts[i])) {
            lag += high - xz_part_next(detect->parts[i]);
        }
    }
    metrics->cache_bytes = bytes;
    metrics->cache_entities = entities;
    metrics->cache_hits = hits;
    metrics->cache_loads = loads;
    metrics->disk_bytes = disk;
    metrics->lag_detect = lag;
    publish_engine(detect, metrics);
}

/* ---- the role ---- */

static enum xz_rc open_detect(struct detect *detect, struct xz_err *err)
{
    char group[256];
    const char *const pairs[] = {"group.id",
                                 group,
                                 "enable.auto.commit",
                                 "false",
                                 "auto.offset.reset",
                                 "error",
                                 "fetch.wait.max.ms",
                                 "5",
                                 "partition.assignment.strategy",
                                 "range",
                                 "max.poll.interval.ms",
                                 "600000",
                                 "queued.max.messages.kbytes",
                                 "65536",
                                 NULL};
    rd_kafka_topic_partition_list_t *list;
    rd_kafka_conf_t *conf = NULL;
    rd_kafka_resp_err_t code;
    enum xz_rc rc = XZ_OK;

    (void)snprintf(group, sizeof(group), "%s-detect", detect->config->group);
    rc = xz_pack_load(detect->config->pack, xz_engine_schema(), NULL, NULL, &detect->configured,
                      err);
    detect->fallback = detect->configured;
    detect->packs = xz_packs_new(detect->config);
    detect->budget = xz_store_budget_new(BLOCK_CACHE_BYTES, WRITE_BUFFER_BYTES);
    rc = rc == XZ_OK ? xz_producer_open(&detect->producer, detect->config, on_delivery, detect, err)
                     : rc;
    rc = rc == XZ_OK ? xz_kafka_conf(detect->config, pairs, &conf, err) : rc;
    if (rc != XZ_OK) {
        return rc;
    }
    rd_kafka_conf_set_rebalance_cb(conf, on_rebalance);
    rd_kafka_conf_set_opaque(conf, detect);
    rc = xz_kafka_open(RD_KAFKA_CONSUMER, conf, &detect->consumer, err);
    if (rc != XZ_OK) {
        return rc;
    }
    (void)rd_kafka_poll_set_consumer(detect->consumer);
    list = rd_kafka_topic_partition_list_new(1);
    (void)rd_kafka_topic_partition_list_add(list, detect->config->topics_observations,
                                            RD_KAFKA_PARTITION_UA);
    code = rd_kafka_subscribe(detect->consumer, list);
    rd_kafka_topic_partition_list_destroy(list);
    return code == RD_KAFKA_RESP_ERR_NO_ERROR
               ? XZ_OK
               : xz_err_set(err, XZ_CONFIG, "subscribe: %s", rd_kafka_err2str(code));
}

static enum xz_rc take(struct detect *detect, const rd_kafka_message_t *message, struct xz_err *err)
{
    struct xz_part *part = part_of(detect, message->partition);
    rd_kafka_timestamp_type_t kind;
    int64_t at_ms;
    enum xz_rc rc;

    if (part == NULL) {
        return XZ_OK; /* from before a rebalance */
    }
    rc = xz_part_frame(part, message->offset, message->payload, message->len, err);
    at_ms = rd_kafka_message_timestamp(message, &kind);
    if (kind != RD_KAFKA_TIMESTAMP_NOT_AVAILABLE) {
        xz_metrics_latency(detect->shared->metrics, (xz_now_ms() - at_ms) * 1000);
    }
    return rc;
}

static bool lagging(struct detect *detect, size_t at)
{
    int64_t low = 0, high = 0;

    return rd_kafka_get_watermark_offsets(detect->consumer, detect->config->topics_observations,
                                          xz_part_id(detect->parts[at]), &low,
                                          &high) == RD_KAFKA_RESP_ERR_NO_ERROR &&
           high > xz_part_next(detect->parts[at]);
}

/* The partition furthest behind in event time that may still have something: a counter hears of
 * people from all of them, and should hear of them side by side. */
static size_t furthest_behind(const struct detect *detect)
{
    size_t behind = PARTS_MAX;

    for (size_t i = 0; i < detect->count; i++) {
        if (!detect->dry[i] &&
            (behind == PARTS_MAX ||
             xz_part_newest_ms(detect->parts[i]) < xz_part_newest_ms(detect->parts[behind]))) {
            behind = i;
        }
    }
    return behind;
}

static enum xz_rc consume_from(struct detect *detect, size_t at, rd_kafka_message_t **messages,
                               ssize_t *count, struct xz_err *err)
{
    enum xz_rc rc = XZ_OK;

    *count = rd_kafka_consume_batch_queue(detect->queues[at], 0, messages, CONSUME_MAX);
    if (*count <= 0 && lagging(detect, at)) {
        *count = rd_kafka_consume_batch_queue(detect->queues[at], LAGGING_POLL_MS, messages,
                                              CONSUME_MAX);
    }
    detect->dry[at] = *count <= 0;
    for (ssize_t i = 0; i < *count; i++) {
        rd_kafka_message_t *message = messages[i];

        if (rc == XZ_OK && message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
            rc = take(detect, message, err);
        } else if (rc == XZ_OK && xz_kafka_class(message->err) == XZ_FATAL) {
            rc = xz_err_set(
                err, XZ_FATAL,
                "observations: %s: if their retention has dropped what was not read yet, "
                "remove %s, the state topic and the groups, and replay the events",
                rd_kafka_message_errstr(message), detect->config->state_dir);
        }
        rd_kafka_message_destroy(message);
    }
    return rc;
}

static enum xz_rc flush_all(struct detect *detect, struct xz_err *err)
{
    enum xz_rc rc = XZ_OK;

    for (size_t i = 0; rc == XZ_OK && i < detect->count; i++) {
        rc = xz_part_flush(detect->parts[i], err);
    }
    return rc;
}

static enum xz_rc round_of(struct detect *detect, rd_kafka_message_t **messages, bool *idle,
                           struct xz_err *err)
{
    ssize_t total = 0, count;
    size_t at;
    enum xz_rc rc = XZ_OK;

    memset(detect->dry, 0, sizeof(detect->dry));
    while (rc == XZ_OK && total < ROUND_MAX && (at = furthest_behind(detect)) != PARTS_MAX) {
        rc = consume_from(detect, at, messages, &count, err);
        total += count > 0 ? count : 0;
        if (rc == XZ_OK && xz_part_full(detect->parts[at])) {
            rc = xz_part_checkpoint(detect->parts[at], err);
        }
        rc = rc == XZ_OK ? flush_all(detect, err) : rc;
    }
    *idle = total == 0;
    (void)rd_kafka_poll(detect->producer.client, 0);
    return rc;
}

/* Serves the group: rebalances happen in here. */
static void serve_group(struct detect *detect, bool idle)
{
    rd_kafka_message_t *message = rd_kafka_consumer_poll(detect->consumer, idle ? IDLE_POLL_MS : 0);

    if (message != NULL) {
        xz_log(XZ_LOG_WARN, "detect", "kafka", "error=\"%s\"", rd_kafka_message_errstr(message));
        rd_kafka_message_destroy(message);
    }
}

static enum xz_rc loop(struct detect *detect, struct xz_err *err)
{
    rd_kafka_message_t **messages = xz_calloc(CONSUME_MAX, sizeof(*messages));
    int64_t checkpoint_ms = xz_now_ms(), stats_ms = checkpoint_ms;
    bool idle = true;
    enum xz_rc rc = XZ_OK;

    while (rc == XZ_OK && detect->rc == XZ_OK && !detect->shared->stop && !detect->lost) {
        const int64_t now_ms = xz_now_ms();

        serve_group(detect, idle);
        rc = round_of(detect, messages, &idle, err);
        if (rc == XZ_OK && now_ms - checkpoint_ms >= detect->config->checkpoint_ms) {
            rc = checkpoint_all(detect, err);
            checkpoint_ms = now_ms;
        }
        if (now_ms - stats_ms >= STATS_EVERY_MS) {
            publish_numbers(detect);
            stats_ms = now_ms;
        }
    }
    if (rc == XZ_OK && detect->rc != XZ_OK) {
        *err = detect->err;
        rc = detect->rc;
    }
    if (rc == XZ_OK && detect->lost) {
        rc = xz_err_set(err, XZ_RETRY, "an alert or a derived frame was lost");
    }
    if (rc == XZ_OK) {
        rc = checkpoint_all(detect, err);
        publish_numbers(detect);
    }
    free(messages);
    return rc;
}

enum xz_rc xz_detect_run(struct xz_service_shared *shared, struct xz_err *err)
{
    struct detect *detect = xz_calloc(1, sizeof(*detect));
    enum xz_rc rc;

    detect->shared = shared;
    detect->config = shared->config;
    rc = open_detect(detect, err);
    rc = rc == XZ_OK ? loop(detect, err) : rc;
    if (rc != XZ_OK) {
        close_all(detect); /* nothing more is written: the next owner begins at the checkpoint */
    }
    if (detect->consumer != NULL) {
        (void)rd_kafka_consumer_close(detect->consumer);
        rd_kafka_destroy(detect->consumer);
    }
    close_all(detect);
    xz_producer_close(&detect->producer);
    xz_packs_free(detect->packs);
    xz_pack_free(detect->configured);
    xz_store_budget_free(detect->budget);
    free(detect);
    return rc;
}
