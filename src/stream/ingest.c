/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Ingest: event topics -> observations. Decodes, checks, enriches, routes. What it knows of how far
 * things are durable is in sources.c.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "base/mem.h"
#include "event/balance.h"
#include "event/decode.h"
#include "stream/group.h"
#include "stream/ingest_int.h"

#define CONSUME_MAX     64   /* records of one source in a row */
#define ROUND_MAX       4000 /* records between two looks at the clock */
#define IDLE_POLL_MS    2
#define LAGGING_POLL_MS 20
#define WAIT_MAX_MS     3000             /* for a source that has more but does not send it */
#define FRAME_SPAN_MS   (6 * XZ_HOUR_MS) /* of event time that a frame may cover */
#define COMMIT_EVERY_MS 500
#define STATS_EVERY_MS  1000
#define STAGE_WAIT_MS   2000

static enum xz_rc add_observation(struct ingest *ingest, struct source *source,
                                  const struct xz_observation *observation, int64_t offset,
                                  struct xz_err *err)
{
    const int32_t id =
        (int32_t)(xz_observation_route(observation) % (uint64_t)ingest->shared->partitions);
    struct target *target = &source->targets[id];

    if (xz_source_differs(source, id, offset, observation->at_ms)) {
        return xz_source_made_anew(source, source->known[id].offset, err);
    }
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
    const struct xz_reject reject = {
        .reason = why->reason,
        .path = why->path,
        .message = why->msg,
        .topic = source->topic,
        .partition = source->partition,
        .offset = message->offset,
        .key = {message->key, (uint32_t)message->key_len},
        .value = {message->payload, (uint32_t)message->len},
        .tombstone = message->payload == NULL,
    };
    struct batch *batch = xz_source_batch(source);

    xz_metrics_reject(ingest->shared->metrics, why->reason);
    batch->outstanding++;
    return xz_produce_reject(&ingest->producer, ingest->config->topics_rejects, &reject, batch,
                             err);
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

/* Only the history, or the active pack, can show that it is a reject: it travels along as it was
 * sent. */
static bool may_be_rejected_later(const struct xz_event *event)
{
    return event->body == XZ_BODY_REVERSAL ||
           (xz_event_balance(event, false) != 0 && xz_event_balance(event, true) != 0);
}

static enum xz_rc take_event(struct ingest *ingest, struct source *source, struct xz_event *event,
                             const rd_kafka_message_t *message, struct xz_err *err)
{
    const struct xz_source at = {source->topic_index, source->partition, message->offset};
    const int64_t told_ms = xz_event_told_ms(event);
    struct xz_enrich_counts unknown = {0};
    struct xz_observation observation;
    struct xz_metrics *metrics = ingest->shared->metrics;

    xz_event_enrich(event, ingest->reference, &unknown);
    metrics->unknown_fields += event->unknown_fields;
    metrics->institutions_unknown += unknown.institutions_unknown;
    metrics->items_unknown += unknown.items_unknown;
    metrics->diagnoses_unknown += unknown.diagnoses_unknown;
    xz_observe(event, &at, source->newest_ms, &observation);
    if (may_be_rejected_later(event)) {
        observation.key_sent = (struct xz_str){message->key, (uint32_t)message->key_len};
        observation.value_sent = (struct xz_str){message->payload, (uint32_t)message->len};
    }
    source->newest_ms = told_ms > source->newest_ms ? told_ms : source->newest_ms;
    return add_observation(ingest, source, &observation, message->offset, err);
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
    ingest->read_ms = xz_kafka_timestamp(message, ingest->read_ms);
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
    return take_event(ingest, source, &event, message, err);
}

/* ---- the role ---- */

static void on_error(rd_kafka_t *consumer, int code, const char *reason, void *arg)
{
    struct ingest *ingest = arg;

    (void)consumer;
    xz_role_on_error(ingest->shared, XZ_ROLE_INGEST, code, reason);
}

static enum xz_rc open_ingest(struct ingest *ingest, char *names, struct xz_err *err)
{
    struct xz_group_member member = {
        "ingest", ingest->topics, 0, on_error, xz_sources_on_rebalance, ingest,
    };
    enum xz_rc rc;

    ingest->topic_count = xz_split_names(names, ingest->topics, XZ_EVENT_TOPICS_MAX);
    member.topic_count = ingest->topic_count;
    rc = xz_reference_load(ingest->config->reference, &ingest->reference, err);
    rc = rc == XZ_OK ? xz_producer_open(&ingest->producer, ingest->config, xz_sources_on_delivery,
                                        ingest, err)
                     : rc;
    return rc == XZ_OK ? xz_group_join(ingest->shared, &member, &ingest->consumer, err) : rc;
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
        const bool wide = source->pending_bytes > 0 && source->flushed_ms != INT64_MIN &&
                          source->newest_ms - source->flushed_ms >= FRAME_SPAN_MS;

        due = due || full || waited || wide || (idle && source->pending_bytes > 0);
    }
    for (struct source *source = ingest->sources; due && rc == XZ_OK && source != NULL;
         source = source->next) {
        rc = xz_source_flush(ingest, source, err);
    }
    return rc;
}

static int64_t records_behind(const struct ingest *ingest, const struct source *source)
{
    int64_t low = 0, high = 0;

    if (rd_kafka_get_watermark_offsets(ingest->consumer, source->topic, source->partition, &low,
                                       &high) != RD_KAFKA_RESP_ERR_NO_ERROR ||
        high < source->end) {
        high = source->end;
    }
    return high > source->read && high > source->seen ? high - source->read : 0;
}

static void publish_lag(const struct ingest *ingest)
{
    int64_t lag = 0;

    for (const struct source *source = ingest->sources; source != NULL; source = source->next) {
        lag += records_behind(ingest, source);
    }
    xz_metrics_lag(&ingest->shared->metrics->lag_ingest, lag, ingest->read_ms, xz_now_ms());
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

static enum xz_rc take_all(struct ingest *ingest, struct source *source,
                           rd_kafka_message_t **messages, size_t count, struct xz_err *err)
{
    enum xz_rc rc = XZ_OK;

    for (size_t i = 0; i < count; i++) {
        rd_kafka_message_t *message = messages[i];

        if (rc == XZ_OK && message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
            rc = take(ingest, message, err);
        } else if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
            source->seen = message->offset;
        } else if (rc == XZ_OK && xz_kafka_class(message->err) == XZ_FATAL) {
            rc = xz_err_set(err, XZ_FATAL,
                            "events: %s: if their retention has dropped what was not read yet, "
                            "reset the offsets of group %s-ingest by hand",
                            rd_kafka_message_errstr(message), ingest->config->group);
        }
        rd_kafka_message_destroy(message);
    }
    return rc;
}

/* Reads on in one source. One that has more but has not sent it yet is waited for, or the others
 * would run ahead of it in event time; but not for ever. */
static enum xz_rc read_on(struct ingest *ingest, struct source *source,
                          rd_kafka_message_t **messages, size_t *count, struct xz_err *err)
{
    bool behind = records_behind(ingest, source) > 0;

    *count = xz_kafka_take(source->queue, behind ? LAGGING_POLL_MS : 0, messages, CONSUME_MAX);
    if (*count == 0 && !behind && xz_pace_is_fast(&ingest->pace, xz_now_ms())) {
        xz_kafka_end(ingest->consumer, source->topic, source->partition, &source->end);
        behind = records_behind(ingest, source) > 0;
    }
    if (*count > 0 || !behind) {
        source->waiting_ms = 0;
        source->dry = *count == 0;
        return take_all(ingest, source, messages, *count, err);
    }
    source->waiting_ms = source->waiting_ms == 0 ? xz_now_ms() : source->waiting_ms;
    source->dry = xz_now_ms() - source->waiting_ms > WAIT_MAX_MS;
    return XZ_OK;
}

/* With each step of catching up, those that had nothing are asked again. */
static void note_pace(struct ingest *ingest, const struct source *source)
{
    if (xz_pace_note(&ingest->pace, xz_now_ms(), source->newest_ms)) {
        for (struct source *other = ingest->sources; other != NULL; other = other->next) {
            other->dry = false;
        }
    }
}

/* What was read so far stands in the log before more is: or detect would find one of its partitions
 * empty, and run ahead in the others. */
static enum xz_rc end_stage(struct ingest *ingest, struct xz_err *err)
{
    const enum xz_rc rc = flush_due(ingest, xz_now_ms(), true, err);

    if (rc == XZ_OK) {
        (void)rd_kafka_flush(ingest->producer.client, STAGE_WAIT_MS);
    }
    return rc;
}

static enum xz_rc consume(struct ingest *ingest, rd_kafka_message_t **messages, bool *idle,
                          struct xz_err *err)
{
    struct source *source;
    size_t total = 0, count = 0;
    bool waiting = false;
    enum xz_rc rc = XZ_OK;

    for (source = ingest->sources; source != NULL; source = source->next) {
        source->dry = false;
    }
    while (rc == XZ_OK && total < ROUND_MAX && !waiting &&
           (source = furthest_behind(ingest)) != NULL) {
        rc = read_on(ingest, source, messages, &count, err);
        waiting = count == 0 && !source->dry; /* the group is served meanwhile */
        total += count;
        note_pace(ingest, source);
        rc = rc == XZ_OK ? flush_due(ingest, xz_now_ms(), false, err) : rc;
        if (rc == XZ_OK && xz_pace_is_stage(&ingest->pace, xz_now_ms(), source->newest_ms)) {
            rc = end_stage(ingest, err);
        }
    }
    *idle = total == 0 && !waiting;
    return rc;
}

enum xz_rc xz_ingest_run(struct xz_service_shared *shared, struct xz_err *err)
{
    struct ingest ingest = {.shared = shared,
                            .config = shared->config,
                            .limits = xz_decode_limits_default,
                            .pace = {.newest_ms = INT64_MIN, .stage_ms = INT64_MIN}};
    char *names = xz_strdup(shared->config->topics_events);
    rd_kafka_message_t **messages = xz_calloc(CONSUME_MAX, sizeof(*messages));
    int64_t committed_ms = xz_now_ms(), stats_ms = committed_ms;
    bool idle = true;
    enum xz_rc rc;

    xz_arena_init(&ingest.arena, (size_t)64 << 20);
    rc = open_ingest(&ingest, names, err);
    while (rc == XZ_OK && !shared->stop && !ingest.lost) {
        const int64_t now_ms = xz_now_ms();

        ingest.limits.latest_ms = now_ms + shared->config->max_ahead_ms;
        reload_reference(&ingest);
        xz_role_serve(shared, XZ_ROLE_INGEST, ingest.consumer, idle ? IDLE_POLL_MS : 0);
        if (ingest.lost) {
            break; /* in the rebalance just served */
        }
        rc = consume(&ingest, messages, &idle, err);
        rc = rc == XZ_OK ? flush_due(&ingest, xz_now_ms(), idle, err) : rc;
        (void)rd_kafka_poll(ingest.producer.client, 0);
        if (now_ms - committed_ms >= COMMIT_EVERY_MS) {
            xz_sources_commit(&ingest, false);
            committed_ms = now_ms;
        }
        if (now_ms - stats_ms >= STATS_EVERY_MS) {
            publish_lag(&ingest);
            stats_ms = now_ms;
        }
    }
    if (rc == XZ_OK && ingest.lost) {
        *err = ingest.why;
        rc = ingest.why.rc;
    }
    if (ingest.consumer != NULL) {
        if (rc == XZ_OK) {
            xz_sources_drain(&ingest);
        }
        (void)rd_kafka_consumer_close(ingest.consumer);
        rd_kafka_destroy(ingest.consumer);
    }
    xz_producer_close(&ingest.producer);
    xz_sources_forget(&ingest);
    xz_reference_free(ingest.reference);
    xz_arena_fini(&ingest.arena);
    xz_buf_fini(&ingest.observation);
    free(messages);
    free(names);
    return rc;
}
