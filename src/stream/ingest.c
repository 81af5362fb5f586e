/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Ingest: event topics -> observations. Decodes, checks, enriches, routes; keeps no state but how
 * far each source partition is durable.
 *
 * A writer belongs to one source partition. Its epoch is raised durably, in the metadata of the
 * committed offset, before its first frame; that commit also shuts out its predecessor's. An offset
 * is committed only when every frame (and reject) up to it is acknowledged. A writer that loses a
 * frame commits nothing past it and ends, and the process with it: whoever comes next starts at the
 * first position that is not durable. tests/model checks exactly this.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "base/hash.h"
#include "base/mem.h"
#include "event/balance.h"
#include "event/decode.h"
#include "event/reference.h"
#include "stream/frame.h"
#include "stream/kafka.h"
#include "stream/roles.h"

#define CONSUME_MAX     64   /* records of one source in a row */
#define ROUND_MAX       4000 /* records between two looks at the clock */
#define IDLE_POLL_MS    2
#define LAGGING_POLL_MS 20
#define FRAME_SPAN_MS   (6 * XZ_HOUR_MS) /* of event time that a frame may cover */
#define COMMIT_EVERY_MS 500
#define DRAIN_MS        30000
#define LATENESS_MS     (7 * XZ_DAY_MS)

struct batch { /* frames and rejects that stand for source positions below `end` */
    struct batch *next;
    struct source *source;
    int64_t end, newest_ms;
    uint32_t outstanding;
};

struct target {
    struct xz_buf frame;
    uint64_t number; /* of the next frame */
    uint32_t count;  /* observations in frame */
};

struct source {
    char name[XZ_SOURCE_MAX + 1]; /* "topic/partition" */
    char topic[200];
    uint16_t topic_index;
    int32_t partition;
    uint64_t epoch;
    int64_t newest_ms;
    int64_t read;   /* next offset to read */
    int64_t sealed; /* positions below are in batches */
    int64_t durable, durable_newest_ms, committed;
    struct target *targets;
    struct batch *first, *last; /* of what is under way, oldest first */
    struct batch *open;         /* collects until the flush; rejects join at once */
    size_t pending_bytes;
    int64_t pending_since_ms;
    int64_t flushed_ms;      /* newest at the last flush */
    rd_kafka_queue_t *queue; /* of its partition alone */
    bool dry;                /* had nothing in this round */
    struct source *next;
};

struct ingest {
    struct xz_service_shared *shared;
    const struct xz_config *config;
    rd_kafka_t *consumer;
    struct xz_producer producer;
    struct source *sources;
    struct xz_reference *reference;
    struct xz_arena arena;
    struct xz_buf observation;
    unsigned reload_seen;
    bool lost; /* a frame was lost: nothing past it may be committed */
    struct xz_err why;
    const char *topics[XZ_EVENT_TOPICS_MAX];
    size_t topic_count;
    struct xz_decode_limits limits;
};

/* ---- batches ---- */

static void settle(struct source *source)
{
    while (source->first != NULL && source->first->outstanding == 0 &&
           source->first != source->open) {
        struct batch *done = source->first;

        source->durable = done->end;
        source->durable_newest_ms = done->newest_ms;
        source->first = done->next;
        if (source->first == NULL) {
            source->last = NULL;
        }
        free(done);
    }
}

static void on_delivery(void *arg, const rd_kafka_message_t *message)
{
    struct ingest *ingest = arg;
    struct batch *batch = message->_private;

    if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
        ingest->lost = true;
        (void)xz_err_set(&ingest->why, XZ_RETRY, "a frame was lost: %s",
                         rd_kafka_message_errstr(message));
        return; /* its batch never settles, so nothing past it is committed */
    }
    batch->outstanding--;
    settle(batch->source);
}

static struct batch *open_batch(struct source *source)
{
    if (source->open == NULL) {
        struct batch *batch = xz_calloc(1, sizeof(*batch));

        batch->source = source;
        if (source->last != NULL) {
            source->last->next = batch;
        } else {
            source->first = batch;
        }
        source->last = batch;
        source->open = batch;
    }
    return source->open;
}

static enum xz_rc flush(struct ingest *ingest, struct source *source, struct xz_err *err)
{
    struct batch *batch;
    enum xz_rc rc = XZ_OK;

    if (source->read == source->sealed) {
        return XZ_OK;
    }
    batch = open_batch(source);
    batch->end = source->read;
    batch->newest_ms = source->newest_ms;
    for (int32_t p = 0; rc == XZ_OK && p < ingest->shared->partitions; p++) {
        struct target *target = &source->targets[p];

        if (target->count == 0) {
            continue;
        }
        batch->outstanding++;
        rc = xz_produce(&ingest->producer, ingest->config->topics_observations, p, XZ_STR_NONE,
                        xz_buf_view(&target->frame), false, NULL, 0, batch, err);
        ingest->shared->metrics->frames_written++;
        xz_buf_clear(&target->frame);
        target->count = 0;
    }
    source->sealed = source->read;
    source->pending_bytes = 0;
    source->flushed_ms = source->newest_ms;
    source->open = NULL;
    settle(source);
    return rc;
}

static enum xz_rc add_observation(struct ingest *ingest, struct source *source,
                                  const struct xz_observation *observation, int64_t offset)
{
    struct target *target =
        &source->targets[xz_observation_route(observation) % (uint64_t)ingest->shared->partitions];

    if (target->count == 0) {
        xz_frame_begin(&target->frame, xz_str_from(source->name), source->epoch, target->number++);
    }
    xz_buf_clear(&ingest->observation);
    xz_observation_encode(observation, &ingest->observation);
    xz_frame_add(&target->frame, offset, 0, ingest->observation.data, ingest->observation.len);
    target->count++;
    if (source->pending_bytes == 0) {
        source->pending_since_ms = xz_now_ms();
    }
    source->pending_bytes += ingest->observation.len + 16;
    return XZ_OK;
}

static enum xz_rc reject(struct ingest *ingest, struct source *source,
                         const rd_kafka_message_t *message, const struct xz_err *why,
                         struct xz_err *err)
{
    char partition[16], offset[24], detail[640];
    const struct xz_header headers[] = {
        {"reason", xz_str_from(why->reason)},         {"detail", xz_str_from(detail)},
        {"source-topic", xz_str_from(source->topic)}, {"source-partition", xz_str_from(partition)},
        {"source-offset", xz_str_from(offset)},
    };
    struct xz_header filled[5];
    struct batch *batch = open_batch(source);

    (void)snprintf(partition, sizeof(partition), "%" PRId32, source->partition);
    (void)snprintf(offset, sizeof(offset), "%" PRId64, message->offset);
    (void)snprintf(detail, sizeof(detail), "%s%s%s", why->path, why->path[0] ? ": " : "", why->msg);
    memcpy(filled, headers, sizeof(filled));
    filled[1].value = xz_str_from(detail);
    filled[3].value = xz_str_from(partition);
    filled[4].value = xz_str_from(offset);
    xz_metrics_reject(ingest->shared->metrics, why->reason);
    batch->outstanding++;
    return xz_produce(&ingest->producer, ingest->config->topics_rejects, RD_KAFKA_PARTITION_UA,
                      (struct xz_str){message->key, (uint32_t)message->key_len},
                      (struct xz_str){message->payload, (uint32_t)message->len},
                      message->payload == NULL, filled, 5, batch, err);
}

/* ---- events ---- */

static enum xz_format format_of(const rd_kafka_message_t *message, struct xz_err *why,
                                enum xz_rc *rc)
{
    rd_kafka_headers_t *headers = NULL;
    const void *value = NULL;
    size_t len = 0;
    enum xz_format format = XZ_FORMAT_AUTO;

    *rc = XZ_OK;
    if (rd_kafka_message_headers(message, &headers) == RD_KAFKA_RESP_ERR_NO_ERROR &&
        rd_kafka_header_get_last(headers, "content-type", &value, &len) ==
            RD_KAFKA_RESP_ERR_NO_ERROR) {
        *rc = xz_format_of((struct xz_str){value, (uint32_t)len}, &format, why);
    }
    return format;
}

static struct source *source_of(struct ingest *ingest, const char *topic, int32_t partition)
{
    struct source *source = ingest->sources;

    while (source != NULL &&
           (source->partition != partition || strcmp(source->topic, topic) != 0)) {
        source = source->next;
    }
    return source;
}

static void note_newest(struct source *source, const struct xz_event *event)
{
    const int64_t told_ms =
        event->body == XZ_BODY_PERSON_STATUS ? event->inf_time_ms : event->at_ms;

    source->newest_ms = told_ms > source->newest_ms ? told_ms : source->newest_ms;
}

static enum xz_rc take_event(struct ingest *ingest, struct source *source, struct xz_event *event,
                             int64_t offset)
{
    const struct xz_source at = {source->topic_index, source->partition, offset};
    const int64_t told_ms =
        event->body == XZ_BODY_PERSON_STATUS ? event->inf_time_ms : event->at_ms;
    const bool late = source->newest_ms != INT64_MIN && told_ms < source->newest_ms - LATENESS_MS;
    struct xz_enrich_counts unknown = {0};
    struct xz_observation observation;
    struct xz_metrics *metrics = ingest->shared->metrics;

    xz_event_enrich(event, ingest->reference, &unknown);
    metrics->unknown_fields += event->unknown_fields;
    metrics->institutions_unknown += unknown.institutions_unknown;
    metrics->items_unknown += unknown.items_unknown;
    metrics->diagnoses_unknown += unknown.diagnoses_unknown;
    metrics->unbalanced += event->body == XZ_BODY_SETTLEMENT && xz_event_balance(event, false) != 0;
    xz_observe(event, &at, late, &observation);
    note_newest(source, event);
    return add_observation(ingest, source, &observation, offset);
}

static enum xz_rc take(struct ingest *ingest, const rd_kafka_message_t *message, struct xz_err *err)
{
    struct source *source =
        source_of(ingest, rd_kafka_topic_name(message->rkt), message->partition);
    struct xz_event event;
    struct xz_err why = {0};
    enum xz_format format;
    enum xz_rc rc;

    if (source == NULL || message->offset < source->read) {
        return XZ_OK; /* from before an assignment */
    }
    ingest->shared->metrics->events_read++;
    source->read = message->offset + 1;
    xz_arena_reset(&ingest->arena);
    format = format_of(message, &why, &rc);
    if (rc == XZ_OK && message->payload == NULL) {
        rc = xz_err_reject(&why, "malformed", "", "a record without a value");
    }
    rc = rc == XZ_OK ? xz_event_decode((struct xz_str){message->payload, (uint32_t)message->len},
                                       format, &ingest->limits, &ingest->arena, &event, &why)
                     : rc;
    if (rc != XZ_OK) {
        return reject(ingest, source, message, &why, err);
    }
    return take_event(ingest, source, &event, message->offset);
}

/* ---- partitions come and go ---- */

static void source_free(struct source *source, int32_t partitions)
{
    for (int32_t p = 0; p < partitions; p++) {
        xz_buf_fini(&source->targets[p].frame);
    }
    if (source->queue != NULL) {
        rd_kafka_queue_destroy(source->queue);
    }
    free(source->targets);
    /* Batches under way are pointed to by reports that may yet come; a process that loses
     * partitions with frames in flight leaks them once. */
    free(source);
}

static void metadata_of(const struct source *source, int64_t newest_ms, char text[static 64])
{
    (void)snprintf(text, 64, "%" PRIu64 " %" PRId64, source->epoch, newest_ms);
}

static void set_offset(rd_kafka_topic_partition_t *at, const struct source *source, int64_t offset,
                       int64_t newest_ms)
{
    char text[64];

    metadata_of(source, newest_ms, text);
    at->offset = offset;
    rd_kafka_mem_free(NULL, at->metadata);
    at->metadata = xz_strdup(text);
    at->metadata_size = strlen(text);
}

/* What metadata_of wrote; anything else leaves both as they are. */
static void read_metadata(const char *text, uint64_t *epoch, int64_t *newest_ms)
{
    char *end = NULL;
    const uint64_t first = strtoull(text, &end, 10);

    if (end != text) {
        const char *second = end;
        const int64_t last = strtoll(second, &end, 10);

        *epoch = first;
        *newest_ms = end != second ? last : *newest_ms;
    }
}

/* What the predecessor left: where to begin, its epoch, the newest event time. */
static enum xz_rc begin_source(struct ingest *ingest, rd_kafka_topic_partition_t *at,
                               struct xz_err *err)
{
    struct source *source = xz_calloc(1, sizeof(*source));
    uint64_t epoch = 0;
    int64_t newest_ms = INT64_MIN, low = 0, high = 0;
    const uint64_t now = (uint64_t)xz_now_ms();
    char text[64] = "";

    (void)snprintf(source->topic, sizeof(source->topic), "%s", at->topic);
    (void)snprintf(source->name, sizeof(source->name), "%s/%" PRId32, source->topic, at->partition);
    source->partition = at->partition;
    for (size_t i = 0; i < ingest->topic_count; i++) {
        source->topic_index =
            strcmp(ingest->topics[i], at->topic) == 0 ? (uint16_t)i : source->topic_index;
    }
    if (at->metadata_size > 0 && at->metadata_size < sizeof(text)) {
        memcpy(text, at->metadata, at->metadata_size);
        read_metadata(text, &epoch, &newest_ms);
    }
    if (at->offset < 0) {
        const rd_kafka_resp_err_t code = rd_kafka_query_watermark_offsets(
            ingest->consumer, at->topic, at->partition, &low, &high, 10000);

        if (code != RD_KAFKA_RESP_ERR_NO_ERROR) {
            free(source);
            return xz_err_set(err, XZ_RETRY, "%s/%d: %s", at->topic, at->partition,
                              rd_kafka_err2str(code));
        }
        at->offset = low;
    }
    source->epoch = epoch + 1 > now ? epoch + 1 : now;
    source->newest_ms = source->durable_newest_ms = source->flushed_ms = newest_ms;
    source->read = source->sealed = source->durable = source->committed = at->offset;
    source->targets = xz_calloc((size_t)ingest->shared->partitions, sizeof(struct target));
    source->next = ingest->sources;
    ingest->sources = source;
    set_offset(at, source, at->offset, newest_ms);
    xz_log(XZ_LOG_INFO, "ingest", "assigned", "source=%s offset=%" PRId64 " epoch=%" PRIu64,
           source->name, source->read, source->epoch);
    return XZ_OK;
}

static void on_assign(struct ingest *ingest, rd_kafka_topic_partition_list_t *list)
{
    rd_kafka_resp_err_t code = rd_kafka_committed(ingest->consumer, list, 10000);
    struct xz_err err = {0};
    enum xz_rc rc = XZ_OK;

    if (code != RD_KAFKA_RESP_ERR_NO_ERROR) {
        rc = xz_err_set(&err, XZ_RETRY, "committed offsets: %s", rd_kafka_err2str(code));
    }
    for (int i = 0; rc == XZ_OK && i < list->cnt; i++) {
        rc = begin_source(ingest, &list->elems[i], &err);
    }
    if (rc == XZ_OK && list->cnt > 0) {
        /* The epoch is durable, and a predecessor's commits are refused, before the first frame. */
        code = rd_kafka_commit(ingest->consumer, list, 0);
        if (code != RD_KAFKA_RESP_ERR_NO_ERROR) {
            rc = xz_err_set(&err, XZ_RETRY, "the epoch cannot be raised: %s",
                            rd_kafka_err2str(code));
        }
    }
    if (rc != XZ_OK) {
        ingest->lost = true;
        ingest->why = err;
        (void)rd_kafka_assign(ingest->consumer, NULL);
        return;
    }
    (void)rd_kafka_assign(ingest->consumer, list);
    for (struct source *source = ingest->sources; source != NULL; source = source->next) {
        if (source->queue == NULL) { /* read apart, so that the furthest behind can go first */
            source->queue =
                rd_kafka_queue_get_partition(ingest->consumer, source->topic, source->partition);
            rd_kafka_queue_forward(source->queue, NULL);
        }
    }
}

static void commit(struct ingest *ingest, bool wait)
{
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(4);

    for (struct source *source = ingest->sources; source != NULL; source = source->next) {
        if (source->durable > source->committed) {
            set_offset(rd_kafka_topic_partition_list_add(list, source->topic, source->partition),
                       source, source->durable, source->durable_newest_ms);
            source->committed = source->durable;
        }
    }
    if (list->cnt > 0) {
        const rd_kafka_resp_err_t code = rd_kafka_commit(ingest->consumer, list, !wait);

        if (wait && code != RD_KAFKA_RESP_ERR_NO_ERROR) {
            xz_log(XZ_LOG_WARN, "ingest", "commit", "error=\"%s\"", rd_kafka_err2str(code));
        }
    }
    rd_kafka_topic_partition_list_destroy(list);
}

/* Everything read becomes durable, then is committed. */
static void drain(struct ingest *ingest)
{
    struct xz_err err = {0};

    for (struct source *source = ingest->sources; source != NULL; source = source->next) {
        if (flush(ingest, source, &err) != XZ_OK) {
            ingest->lost = true;
            ingest->why = err;
        }
    }
    (void)rd_kafka_flush(ingest->producer.client, DRAIN_MS);
    commit(ingest, true);
}

static void drop_sources(struct ingest *ingest)
{
    while (ingest->sources != NULL) {
        struct source *source = ingest->sources;

        ingest->sources = source->next;
        source_free(source, ingest->shared->partitions);
    }
}

static void on_rebalance(rd_kafka_t *consumer, rd_kafka_resp_err_t code,
                         rd_kafka_topic_partition_list_t *list, void *arg)
{
    struct ingest *ingest = arg;

    (void)consumer;
    if (code == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS) {
        on_assign(ingest, list);
        return;
    }
    if (!rd_kafka_assignment_lost(ingest->consumer)) {
        drain(ingest);
    } else { /* frames in flight are for the successor to skip; reports must find their batches */
        (void)rd_kafka_flush(ingest->producer.client, DRAIN_MS);
    }
    drop_sources(ingest);
    (void)rd_kafka_assign(ingest->consumer, NULL);
}

/* ---- the role ---- */

static enum xz_rc open_ingest(struct ingest *ingest, char *names, struct xz_err *err)
{
    char group[256];
    const char *const pairs[] = {"group.id",
                                 group,
                                 "enable.auto.commit",
                                 "false",
                                 "auto.offset.reset",
                                 "earliest",
                                 "fetch.wait.max.ms",
                                 "5",
                                 "partition.assignment.strategy",
                                 "range",
                                 "queued.max.messages.kbytes",
                                 "65536",
                                 NULL};
    rd_kafka_topic_partition_list_t *list;
    rd_kafka_conf_t *conf = NULL;
    rd_kafka_resp_err_t code;
    enum xz_rc rc;

    (void)snprintf(group, sizeof(group), "%s-ingest", ingest->config->group);
    ingest->topic_count = xz_split_names(names, ingest->topics, XZ_EVENT_TOPICS_MAX);
    rc = xz_reference_load(ingest->config->reference, &ingest->reference, err);
    rc = rc == XZ_OK ? xz_producer_open(&ingest->producer, ingest->config, on_delivery, ingest, err)
                     : rc;
    rc = rc == XZ_OK ? xz_kafka_conf(ingest->config, pairs, &conf, err) : rc;
    if (rc != XZ_OK) {
        return rc;
    }
    rd_kafka_conf_set_rebalance_cb(conf, on_rebalance);
    rd_kafka_conf_set_opaque(conf, ingest);
    rc = xz_kafka_open(RD_KAFKA_CONSUMER, conf, &ingest->consumer, err);
    if (rc != XZ_OK) {
        return rc;
    }
    (void)rd_kafka_poll_set_consumer(ingest->consumer);
    list = rd_kafka_topic_partition_list_new((int)ingest->topic_count);
    for (size_t i = 0; i < ingest->topic_count; i++) {
        (void)rd_kafka_topic_partition_list_add(list, ingest->topics[i], RD_KAFKA_PARTITION_UA);
    }
    code = rd_kafka_subscribe(ingest->consumer, list);
    rd_kafka_topic_partition_list_destroy(list);
    return code == RD_KAFKA_RESP_ERR_NO_ERROR
               ? XZ_OK
               : xz_err_set(err, XZ_CONFIG, "subscribe: %s", rd_kafka_err2str(code));
}

static void reload_reference(struct ingest *ingest)
{
    struct xz_reference *fresh = NULL;
    struct xz_err err = {0};

    if (ingest->reload_seen == ingest->shared->reload) {
        return;
    }
    ingest->reload_seen = ingest->shared->reload;
    if (xz_reference_load(ingest->config->reference, &fresh, &err) != XZ_OK) {
        xz_log(XZ_LOG_ERROR, "ingest", "reload", "kept=old where=\"%s\" error=\"%s\"", err.path,
               err.msg);
        return;
    }
    xz_reference_free(ingest->reference);
    ingest->reference = fresh;
    xz_log(XZ_LOG_INFO, "ingest", "reload", "reference=%s", ingest->config->reference);
}

/* All sources flush together: detect then sees them side by side in event time, however far one
 * could have run ahead. */
static enum xz_rc flush_due(struct ingest *ingest, int64_t now_ms, bool idle, struct xz_err *err)
{
    bool due = false;
    enum xz_rc rc = XZ_OK;

    for (struct source *source = ingest->sources; source != NULL; source = source->next) {
        const bool full = source->pending_bytes >= (size_t)ingest->config->flush_bytes;
        const bool waited = source->read > source->sealed &&
                            (source->pending_bytes == 0 ||
                             now_ms - source->pending_since_ms >= ingest->config->flush_ms);
        const bool wide =
            source->pending_bytes > 0 && source->newest_ms - source->flushed_ms >= FRAME_SPAN_MS;

        due = due || full || waited || wide || (idle && source->pending_bytes > 0);
    }
    for (struct source *source = ingest->sources; due && rc == XZ_OK && source != NULL;
         source = source->next) {
        rc = flush(ingest, source, err);
    }
    return rc;
}

static bool lagging(struct ingest *ingest, const struct source *source)
{
    int64_t low = 0, high = 0;

    return rd_kafka_get_watermark_offsets(ingest->consumer, source->topic, source->partition, &low,
                                          &high) == RD_KAFKA_RESP_ERR_NO_ERROR &&
           high > source->read;
}

/* The source furthest behind in event time that may still have something. */
static struct source *furthest_behind(struct ingest *ingest)
{
    struct source *behind = NULL;

    for (struct source *source = ingest->sources; source != NULL; source = source->next) {
        if (!source->dry && (behind == NULL || source->newest_ms < behind->newest_ms)) {
            behind = source;
        }
    }
    return behind;
}

static enum xz_rc consume_from(struct ingest *ingest, struct source *source,
                               rd_kafka_message_t **messages, ssize_t *count, struct xz_err *err)
{
    enum xz_rc rc = XZ_OK;

    *count = rd_kafka_consume_batch_queue(source->queue, 0, messages, CONSUME_MAX);
    if (*count <= 0 && lagging(ingest, source)) { /* its records are on the way: they go first */
        *count =
            rd_kafka_consume_batch_queue(source->queue, LAGGING_POLL_MS, messages, CONSUME_MAX);
    }
    source->dry = *count <= 0;
    for (ssize_t i = 0; i < *count; i++) {
        rd_kafka_message_t *message = messages[i];

        if (rc == XZ_OK && message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
            rc = take(ingest, message, err);
        } else if (rc == XZ_OK && xz_kafka_class(message->err) == XZ_FATAL) {
            rc = xz_err_set(err, XZ_FATAL, "events: %s", rd_kafka_message_errstr(message));
        }
        rd_kafka_message_destroy(message);
    }
    return rc;
}

static enum xz_rc consume(struct ingest *ingest, rd_kafka_message_t **messages, bool *idle,
                          struct xz_err *err)
{
    struct source *source;
    ssize_t total = 0, count;
    enum xz_rc rc = XZ_OK;

    for (source = ingest->sources; source != NULL; source = source->next) {
        source->dry = false;
    }
    while (rc == XZ_OK && total < ROUND_MAX && (source = furthest_behind(ingest)) != NULL) {
        rc = consume_from(ingest, source, messages, &count, err);
        total += count > 0 ? count : 0;
        rc = rc == XZ_OK ? flush_due(ingest, xz_now_ms(), false, err) : rc;
    }
    *idle = total == 0;
    return rc;
}

/* Serves the group: rebalances happen in here. */
static void serve_group(struct ingest *ingest, bool idle)
{
    rd_kafka_message_t *message = rd_kafka_consumer_poll(ingest->consumer, idle ? IDLE_POLL_MS : 0);

    if (message != NULL) { /* an error of the client; it goes on by itself or says so again */
        xz_log(XZ_LOG_WARN, "ingest", "kafka", "error=\"%s\"", rd_kafka_message_errstr(message));
        rd_kafka_message_destroy(message);
    }
}

enum xz_rc xz_ingest_run(struct xz_service_shared *shared, struct xz_err *err)
{
    struct ingest ingest = {
        .shared = shared, .config = shared->config, .limits = xz_decode_limits_default};
    char *names = xz_strdup(shared->config->topics_events);
    rd_kafka_message_t **messages = xz_calloc(CONSUME_MAX, sizeof(*messages));
    int64_t committed_ms = xz_now_ms();
    bool idle = true;
    enum xz_rc rc;

    xz_arena_init(&ingest.arena, (size_t)64 << 20);
    rc = open_ingest(&ingest, names, err);
    while (rc == XZ_OK && !shared->stop && !ingest.lost) {
        const int64_t now_ms = xz_now_ms();

        ingest.limits.latest_ms = now_ms + shared->config->max_ahead_ms;
        reload_reference(&ingest);
        serve_group(&ingest, idle);
        rc = consume(&ingest, messages, &idle, err);
        rc = rc == XZ_OK ? flush_due(&ingest, xz_now_ms(), idle, err) : rc;
        (void)rd_kafka_poll(ingest.producer.client, 0);
        if (now_ms - committed_ms >= COMMIT_EVERY_MS) {
            commit(&ingest, false);
            committed_ms = now_ms;
        }
    }
    if (rc == XZ_OK && ingest.lost) {
        *err = ingest.why;
        rc = ingest.why.rc;
    }
    if (ingest.consumer != NULL) {
        if (rc == XZ_OK) {
            drain(&ingest);
        }
        (void)rd_kafka_consumer_close(ingest.consumer);
        rd_kafka_destroy(ingest.consumer);
    }
    xz_producer_close(&ingest.producer);
    drop_sources(&ingest);
    xz_reference_free(ingest.reference);
    xz_arena_fini(&ingest.arena);
    xz_buf_fini(&ingest.observation);
    free(messages);
    free(names);
    return rc;
}
