/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Detect: observations -> alerts. One thread; each partition that the group hands it is a struct
 * xz_part of its own. What this file knows is the group, the order of things, and the clock of
 * checkpoints.
 */
#include <inttypes.h>
#include <pthread.h>
#include <stdlib.h>

#include "base/mem.h"
#include "stream/group.h"
#include "stream/pace.h"
#include "stream/partition.h"
#include "stream/roles.h"

#define CONSUME_MAX        8   /* frames of one partition in a row */
#define ROUND_MAX          400 /* frames between two flushes of what they derive */
#define IDLE_POLL_MS       2
#define LAGGING_POLL_MS    20
#define STATS_EVERY_MS     1000
#define PARTS_MAX          1024
#define OPEN_AT_ONCE       16
#define QUERY_MS           10000
#define STAGE_WAIT_MS      2000
#define WAIT_MAX_MS        3000 /* for a partition that has more but does not send it */
#define WRITE_BUFFER_BYTES ((size_t)16 << 20)
#define BLOCK_CACHE_BYTES  ((size_t)64 << 20)

struct slot {
    struct xz_part *part;
    rd_kafka_queue_t *queue; /* of this partition alone */
    int64_t end;             /* of the log when reading began */
    int64_t seen;            /* the broker said that nothing stands below */
    int64_t waiting_ms;      /* since when its next frames are waited for; 0: they are not */
    bool dry;                /* had nothing in this round */
};

struct detect {
    struct xz_service_shared *shared;
    const struct xz_config *config;
    rd_kafka_t *consumer;
    struct xz_producer producer;
    struct xz_packs *packs;
    struct xz_pack *configured;
    const struct xz_pack *fallback;
    struct xz_store_budget *budget;
    struct slot parts[PARTS_MAX];
    struct xz_flight flights[PARTS_MAX][2]; /* by number of the partition */
    size_t count, next_checkpoint;
    struct xz_pace pace;
    int64_t read_ms; /* when the frame read last was written, says the broker */
    bool lost;
    enum xz_rc rc; /* of a rebalance, which cannot return it */
    struct xz_err err;
};

static void on_delivery(void *arg, const rd_kafka_message_t *message)
{
    struct detect *detect = arg;
    struct xz_flight *flight = message->_private;

    flight->answered++;
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
        if (xz_part_id(detect->parts[i].part) == id) {
            return detect->parts[i].part;
        }
    }
    return NULL;
}

struct opening {
    struct xz_part_setup setup;
    struct xz_part *part;
    enum xz_rc rc;
    struct xz_err err;
    pthread_t thread;
    bool started;
};

static void *open_one(void *arg)
{
    struct opening *opening = arg;

    opening->rc = xz_part_open(&opening->setup, &opening->part, &opening->err);
    return NULL;
}

/* Opening waits for the broker most of the time, so partitions open side by side. */
static void open_some(struct opening *openings, int count)
{
    for (int i = 0; i < count; i++) {
        openings[i].started =
            pthread_create(&openings[i].thread, NULL, open_one, &openings[i]) == 0;
        if (!openings[i].started) {
            (void)open_one(&openings[i]);
        }
    }
    for (int i = 0; i < count; i++) {
        if (openings[i].started) {
            (void)pthread_join(openings[i].thread, NULL);
        }
    }
}

static enum xz_rc open_parts(struct detect *detect, rd_kafka_topic_partition_list_t *list,
                             struct xz_err *err)
{
    struct opening *openings = xz_calloc((size_t)list->cnt + 1, sizeof(*openings));
    enum xz_rc rc = XZ_OK;

    for (int i = 0; i < list->cnt; i++) {
        if (list->elems[i].partition >= detect->shared->partitions) {
            free(openings);
            return xz_err_set(
                err, XZ_CONFIG,
                "%s has grown beyond %d partitions: their number may never change, or "
                "persons lose their history; make new topics and replay the events",
                detect->config->topics_observations, detect->shared->partitions);
        }
        openings[i].setup = (struct xz_part_setup){
            .shared = detect->shared,
            .id = list->elems[i].partition,
            .budget = detect->budget,
            .cache_bytes =
                ((size_t)detect->config->state_cache_mb << 20) / (size_t)detect->shared->partitions,
            .packs = detect->packs,
            .fallback = detect->fallback,
            .producer = &detect->producer,
            .flights = detect->flights[list->elems[i].partition],
            .lost = &detect->lost,
        };
    }
    for (int i = 0; i < list->cnt; i += OPEN_AT_ONCE) {
        open_some(openings + i, list->cnt - i < OPEN_AT_ONCE ? list->cnt - i : OPEN_AT_ONCE);
    }
    for (int i = 0; i < list->cnt; i++) {
        if (openings[i].part != NULL) {
            list->elems[i].offset = xz_part_next(openings[i].part);
            detect->parts[detect->count++] = (struct slot){.part = openings[i].part};
        }
        if (rc == XZ_OK && openings[i].rc != XZ_OK) {
            *err = openings[i].err;
            rc = openings[i].rc;
        }
    }
    free(openings);
    return rc;
}

/* What is there when reading begins is waited for. */
static enum xz_rc begin_reading(struct detect *detect, struct slot *slot, struct xz_err *err)
{
    const char *topic = detect->config->topics_observations;
    const int32_t id = xz_part_id(slot->part);
    int64_t low = 0;
    const rd_kafka_resp_err_t code =
        rd_kafka_query_watermark_offsets(detect->consumer, topic, id, &low, &slot->end, QUERY_MS);

    if (code != RD_KAFKA_RESP_ERR_NO_ERROR) {
        return xz_err_set(err, XZ_RETRY, "the end of %s/%d is not told: %s", topic, id,
                          rd_kafka_err2str(code));
    }
    if (xz_part_next(slot->part) < low || xz_part_next(slot->part) > slot->end) {
        return xz_err_set(err, XZ_FATAL,
                          "%s/%d is out of range: %" PRId64 " is wanted, %" PRId64 " to %" PRId64
                          " are there. Its retention has dropped what was not read yet, or it was "
                          "made anew: remove %s, the state topic and the groups, and replay the "
                          "events",
                          topic, id, xz_part_next(slot->part), low, slot->end,
                          detect->config->state_dir);
    }
    return xz_kafka_apart(detect->consumer, topic, id, xz_part_next(slot->part), &slot->queue, err);
}

static void on_assign(struct detect *detect, rd_kafka_topic_partition_list_t *list)
{
    struct xz_err err = {0};
    enum xz_rc rc;

    detect->shared->metrics->turned_ms[XZ_ROLE_DETECT] = 0; /* restoring may take its time */
    rc = list->cnt <= PARTS_MAX ? open_parts(detect, list, &err)
                                : xz_err_set(&err, XZ_CONFIG, "more than %d partitions", PARTS_MAX);

    (void)rd_kafka_assign(detect->consumer, rc == XZ_OK ? list : NULL);
    for (size_t i = 0; rc == XZ_OK && i < detect->count; i++) {
        rc = begin_reading(detect, &detect->parts[i], &err);
    }
    fail(detect, rc, &err);
    if (rc == XZ_OK) {
        xz_role_set_down(detect->shared, XZ_ROLE_DETECT, false);
    }
    detect->shared->metrics->ready = rc == XZ_OK;
}

static void commit_offsets(struct detect *detect)
{
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new((int)detect->count);

    for (size_t i = 0; i < detect->count; i++) {
        rd_kafka_topic_partition_list_add(list, detect->config->topics_observations,
                                          xz_part_id(detect->parts[i].part))
            ->offset = xz_part_durable(detect->parts[i].part);
    }
    if (list->cnt > 0) { /* advisory: the store's own offset rules */
        (void)rd_kafka_commit(detect->consumer, list, 1);
    }
    rd_kafka_topic_partition_list_destroy(list);
}

static enum xz_rc checkpoint_all(struct detect *detect, struct xz_err *err)
{
    enum xz_rc rc = XZ_OK;

    for (size_t i = 0; rc == XZ_OK && i < detect->count; i++) {
        rc = xz_part_checkpoint(detect->parts[i].part, err);
    }
    if (rc == XZ_OK) {
        commit_offsets(detect);
    }
    return rc;
}

/* Partitions take turns, each once in checkpoint_ms, so that no event waits for all of them. */
static enum xz_rc checkpoint_due(struct detect *detect, int64_t now_ms, int64_t *last_ms,
                                 struct xz_err *err)
{
    if (detect->count == 0 ||
        now_ms - *last_ms < detect->config->checkpoint_ms / (int64_t)detect->count) {
        return XZ_OK;
    }
    *last_ms = now_ms;
    detect->next_checkpoint %= detect->count;
    if (detect->next_checkpoint == 0) {
        commit_offsets(detect);
    }
    return xz_part_checkpoint_begin(detect->parts[detect->next_checkpoint++].part, err);
}

static enum xz_rc checkpoints_proceed(struct detect *detect, struct xz_err *err)
{
    enum xz_rc rc = XZ_OK;

    for (size_t i = 0; rc == XZ_OK && i < detect->count; i++) {
        rc = xz_part_checkpoint_proceed(detect->parts[i].part, err);
    }
    return rc;
}

static void close_all(struct detect *detect)
{
    for (size_t i = 0; i < detect->count; i++) {
        if (detect->parts[i].queue != NULL) {
            rd_kafka_queue_destroy(detect->parts[i].queue);
        }
        xz_part_close(detect->parts[i].part);
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

static int64_t records_behind(const struct detect *detect, const struct slot *slot)
{
    int64_t low = 0, high = 0;

    if (rd_kafka_get_watermark_offsets(detect->consumer, detect->config->topics_observations,
                                       xz_part_id(slot->part), &low,
                                       &high) != RD_KAFKA_RESP_ERR_NO_ERROR ||
        high < slot->end) {
        high = slot->end;
    }
    return high > xz_part_next(slot->part) && high > slot->seen ? high - xz_part_next(slot->part)
                                                                : 0;
}

static void publish_numbers(const struct detect *detect)
{
    struct xz_part *parts[PARTS_MAX];
    int64_t lag = 0, durable_ms = INT64_MAX, took_ms = 0;

    for (size_t i = 0; i < detect->count; i++) {
        parts[i] = detect->parts[i].part;
        lag += records_behind(detect, &detect->parts[i]);
        durable_ms =
            xz_part_durable_ms(parts[i]) < durable_ms ? xz_part_durable_ms(parts[i]) : durable_ms;
        took_ms = xz_part_took_ms(parts[i]) > took_ms ? xz_part_took_ms(parts[i]) : took_ms;
    }
    if (detect->count > 0) {
        detect->shared->metrics->checkpoint_at_ms = durable_ms;
        detect->shared->metrics->checkpoint_took_ms = took_ms;
    }
    xz_metrics_lag(&detect->shared->metrics->lag_detect, lag, detect->read_ms, xz_now_ms());
    xz_part_numbers(parts, detect->count, detect->shared->metrics);
}

/* ---- the role ---- */

static void on_error(rd_kafka_t *consumer, int code, const char *reason, void *arg)
{
    struct detect *detect = arg;

    (void)consumer;
    xz_role_on_error(detect->shared, XZ_ROLE_DETECT, code, reason);
}

static enum xz_rc open_detect(struct detect *detect, struct xz_err *err)
{
    const char *const topics[] = {detect->config->topics_observations};
    const struct xz_group_member member = {"detect", topics, 1, on_error, on_rebalance, detect};
    enum xz_rc rc;

    rc = xz_pack_load(detect->config->pack, xz_engine_schema(), NULL, NULL, &detect->configured,
                      err);
    detect->fallback = detect->configured;
    detect->packs = xz_packs_new(detect->config);
    detect->budget = xz_store_budget_new(BLOCK_CACHE_BYTES, WRITE_BUFFER_BYTES);
    rc = rc == XZ_OK ? xz_producer_open(&detect->producer, detect->config, on_delivery, detect, err)
                     : rc;
    if (rc != XZ_OK) {
        return rc;
    }
    xz_producer_know(&detect->producer, detect->config->topics_alerts);
    return xz_group_join(detect->shared, &member, &detect->consumer, err);
}

static enum xz_rc take(struct detect *detect, const rd_kafka_message_t *message, struct xz_err *err)
{
    struct xz_part *part = part_of(detect, message->partition);
    enum xz_rc rc;

    if (part == NULL) {
        return XZ_OK; /* from before a rebalance */
    }
    rc = xz_part_frame(part, message->offset, message->payload, message->len, err);
    detect->read_ms = xz_kafka_timestamp(message, detect->read_ms);
    xz_metrics_latency(detect->shared->metrics, (xz_now_ms() - detect->read_ms) * 1000);
    return rc;
}

/* The partition furthest behind in event time that may still have something: a counter hears of
 * people from all of them, and should hear of them side by side. */
static struct slot *furthest_behind(struct detect *detect)
{
    struct slot *behind = NULL;

    for (size_t i = 0; i < detect->count; i++) {
        struct slot *slot = &detect->parts[i];

        if (!slot->dry &&
            (behind == NULL || xz_part_newest_ms(slot->part) < xz_part_newest_ms(behind->part))) {
            behind = slot;
        }
    }
    return behind;
}

static enum xz_rc take_all(struct detect *detect, struct slot *slot, rd_kafka_message_t **messages,
                           size_t count, struct xz_err *err)
{
    enum xz_rc rc = XZ_OK;

    for (size_t i = 0; i < count; i++) {
        rd_kafka_message_t *message = messages[i];

        if (rc == XZ_OK && message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
            rc = take(detect, message, err);
        } else if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
            slot->seen = message->offset;
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

/* Reads on in one partition. One that has more but has not sent it yet is waited for, or the others
 * would run ahead of it in event time; but not for ever. */
static enum xz_rc read_on(struct detect *detect, struct slot *slot, rd_kafka_message_t **messages,
                          size_t *count, struct xz_err *err)
{
    bool behind = records_behind(detect, slot) > 0;

    *count = xz_kafka_take(slot->queue, behind ? LAGGING_POLL_MS : 0, messages, CONSUME_MAX);
    if (*count == 0 && !behind && xz_pace_is_fast(&detect->pace, xz_now_ms())) {
        xz_kafka_end(detect->consumer, detect->config->topics_observations, xz_part_id(slot->part),
                     &slot->end);
        behind = records_behind(detect, slot) > 0;
    }
    if (*count > 0 || !behind) {
        slot->waiting_ms = 0;
        slot->dry = *count == 0;
        return take_all(detect, slot, messages, *count, err);
    }
    slot->waiting_ms = slot->waiting_ms == 0 ? xz_now_ms() : slot->waiting_ms;
    slot->dry = xz_now_ms() - slot->waiting_ms > WAIT_MAX_MS;
    return XZ_OK;
}

static enum xz_rc flush_all(struct detect *detect, struct xz_err *err)
{
    enum xz_rc rc = XZ_OK;

    for (size_t i = 0; rc == XZ_OK && i < detect->count; i++) {
        rc = xz_part_flush(detect->parts[i].part, err);
    }
    return rc;
}

/* Live, what was derived goes on at once. Of a backlog it goes by stages, as it is read: a counter
 * is judged again with each frame that reaches into its day, and small frames would be many. At the
 * end of a stage what was derived stands in the log before more is read. */
static enum xz_rc flush_due(struct detect *detect, const struct slot *slot, struct xz_err *err)
{
    const int64_t now_ms = xz_now_ms();
    enum xz_rc rc;

    if (xz_pace_is_stage(&detect->pace, now_ms, xz_part_newest_ms(slot->part))) {
        rc = flush_all(detect, err);
        (void)rd_kafka_flush(detect->producer.client, STAGE_WAIT_MS);
        return rc;
    }
    return xz_pace_is_fast(&detect->pace, now_ms) && !xz_part_has_much(slot->part)
               ? XZ_OK
               : flush_all(detect, err);
}

/* With each step of catching up, those that had nothing are asked again. */
static void note_pace(struct detect *detect, const struct slot *slot)
{
    if (xz_pace_note(&detect->pace, xz_now_ms(), xz_part_newest_ms(slot->part))) {
        for (size_t i = 0; i < detect->count; i++) {
            detect->parts[i].dry = false;
        }
    }
}

static enum xz_rc round_of(struct detect *detect, rd_kafka_message_t **messages, bool *idle,
                           struct xz_err *err)
{
    size_t total = 0, count = 0;
    bool waiting = false;
    struct slot *slot;
    enum xz_rc rc = XZ_OK;

    for (size_t i = 0; i < detect->count; i++) {
        detect->parts[i].dry = false;
    }
    while (rc == XZ_OK && total < ROUND_MAX && !waiting &&
           (slot = furthest_behind(detect)) != NULL) {
        rc = read_on(detect, slot, messages, &count, err);
        waiting = count == 0 && !slot->dry; /* the group is served meanwhile */
        total += count;
        note_pace(detect, slot);
        if (rc == XZ_OK && !xz_part_settle(slot->part)) {
            rc = xz_part_checkpoint(slot->part, err);
        }
        rc = rc == XZ_OK ? flush_due(detect, slot, err) : rc;
    }
    rc = rc == XZ_OK ? flush_all(detect, err) : rc;
    *idle = total == 0 && !waiting;
    (void)rd_kafka_poll(detect->producer.client, 0);
    return rc;
}

static enum xz_rc loop(struct detect *detect, struct xz_err *err)
{
    rd_kafka_message_t **messages = xz_calloc(CONSUME_MAX, sizeof(*messages));
    int64_t checkpoint_ms = xz_now_ms(), stats_ms = checkpoint_ms;
    bool idle = true;
    enum xz_rc rc = XZ_OK;

    while (rc == XZ_OK && detect->rc == XZ_OK && !detect->shared->stop && !detect->lost) {
        const int64_t now_ms = xz_now_ms();

        xz_role_serve(detect->shared, XZ_ROLE_DETECT, detect->consumer, idle ? IDLE_POLL_MS : 0);
        rc = detect->rc == XZ_OK ? round_of(detect, messages, &idle, err) : XZ_OK;
        if (rc == XZ_OK && detect->rc == XZ_OK) {
            rc = checkpoint_due(detect, now_ms, &checkpoint_ms, err);
            rc = rc == XZ_OK ? checkpoints_proceed(detect, err) : rc;
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
    detect->pace.newest_ms = INT64_MIN;
    detect->pace.stage_ms = INT64_MIN;
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
