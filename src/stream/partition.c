/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stream/partition_int.h"

#include <inttypes.h>

#include "alert/alert.h"
#include "base/mem.h"
#include "event/codec.h"

int32_t xz_part_id(const struct xz_part *part) { return part->setup.id; }
int64_t xz_part_next(const struct xz_part *part) { return part->next; }
int64_t xz_part_durable(const struct xz_part *part) { return part->checkpointed; }
int64_t xz_part_durable_ms(const struct xz_part *part) { return part->durable_ms; }
int64_t xz_part_took_ms(const struct xz_part *part) { return part->took_ms; }
int64_t xz_part_newest_ms(const struct xz_part *part) { return part->newest_ms; }
struct xz_engine *xz_part_engine(struct xz_part *part) { return part->engine; }
struct xz_cache *xz_part_cache(struct xz_part *part) { return part->cache; }
struct xz_store *xz_part_store(struct xz_part *part) { return part->store; }
const char *xz_part_pack(const struct xz_part *part) { return xz_pack_sha256(part->pack); }

struct xz_flight *xz_part_sent(struct xz_part *part)
{
    struct xz_flight *flight = &part->setup.flights[part->flight];

    flight->sent++;
    return flight;
}

bool xz_part_settle(struct xz_part *part)
{
    xz_cache_settle(part->cache);
    return !xz_cache_full(part->cache);
}

/* ---- what the engine hands over ---- */

static const char *topic_name(void *arg, uint16_t topic)
{
    const struct xz_part *part = arg;

    return topic < part->topic_count ? part->topics[topic] : NULL;
}

static void keep(struct xz_part *part, enum xz_rc rc, const struct xz_err *err)
{
    if (rc != XZ_OK && part->sink_rc == XZ_OK) {
        part->sink_rc = rc;
        part->sink_err = *err;
    }
}

static void on_judged(void *arg, const struct xz_judgement *judgement)
{
    struct xz_part *part = arg;
    const struct xz_alert_context context = {topic_name, part};
    const bool protobuf = strcmp(part->config->alerts_format, "protobuf") == 0;
    const struct xz_header header = {"content-type", protobuf ? XZ_STR("application/x-protobuf")
                                                              : XZ_STR("application/json")};
    struct xz_err err = {0};

    xz_buf_clear(&part->json);
    if (protobuf) {
        xz_alert_to_protobuf(judgement, &context, &part->json);
    } else {
        xz_alert_to_json(judgement, &context, &part->json);
    }
    keep(part,
         xz_produce(part->setup.producer, part->config->topics_alerts, RD_KAFKA_PARTITION_UA,
                    xz_str_from(judgement->alert_id), xz_buf_view(&part->json), false, &header, 1,
                    xz_part_sent(part), &err),
         &err);
    part->setup.shared->metrics->alerts_published++;
}

static void on_derived(void *arg, struct xz_observation *observation)
{
    struct xz_part *part = arg;
    struct xz_part_target *target = &part->targets[xz_observation_route(observation) %
                                                   (uint64_t)part->setup.shared->partitions];

    if (target->count == 0) {
        xz_frame_begin(&target->frame, xz_str_from(part->source), part->epoch, target->number++);
    }
    xz_buf_clear(&part->observation);
    xz_observation_encode(observation, &part->observation);
    xz_frame_add(&target->frame, part->frame_offset, part->place++, part->observation.data,
                 part->observation.len);
    target->count++;
}

/* As ingest would have rejected it: the record's own bytes under its own key. One whose bytes did
 * not travel along (its money is refused by one reading of the region's policy alone) is written
 * anew. */
static void on_rejected(void *arg, const struct xz_observation *observation,
                        const struct xz_err *why)
{
    struct xz_part *part = arg;
    const bool sent = observation->value_sent.len > 0;
    struct xz_reject reject = {
        .reason = why->reason,
        .path = why->path,
        .message = why->msg,
        .topic = topic_name(part, observation->source.topic),
        .partition = observation->source.partition,
        .offset = observation->source.offset,
        .key = sent ? observation->key_sent : observation->id,
        .value = observation->value_sent,
    };
    struct xz_err err = {0};

    if (!sent) {
        xz_buf_clear(&part->json);
        xz_event_to_json(observation->event, &part->json);
        reject.value = xz_buf_view(&part->json);
    }
    xz_metrics_reject(part->setup.shared->metrics, why->reason);
    keep(part,
         xz_produce_reject(part->setup.producer, part->config->topics_rejects, &reject,
                           xz_part_sent(part), &err),
         &err);
}

void xz_part_set_sinks(struct xz_part *part, struct xz_engine_sinks *sinks)
{
    *sinks = (struct xz_engine_sinks){
        .arg = part, .judged = on_judged, .derived = on_derived, .rejected = on_rejected};
}

/* ---- frames ---- */

static enum xz_rc fold_frame(struct xz_part *part, struct xz_frame *frame, struct xz_err *err)
{
    struct xz_mark *mark = xz_marks_of(&part->marks, frame->source);
    struct xz_metrics *metrics = part->setup.shared->metrics;
    struct xz_reader bytes;
    int64_t offset;
    uint32_t place;
    enum xz_rc rc = XZ_OK;

    if (!xz_mark_accept(mark, frame->epoch, frame->number)) {
        metrics->frames_ignored++;
        return XZ_OK;
    }
    if (frame->number == 0) { /* what it repeats of its predecessor is skipped below */
        xz_log(XZ_LOG_INFO, "detect", "writer",
               "partition=%d source=" XZ_STR_FMT " epoch=%" PRIu64 " applied=%" PRId64,
               part->setup.id, XZ_STR_ARG(frame->source), frame->epoch, mark->offset);
    }
    while (rc == XZ_OK && xz_frame_next(frame, &offset, &place, &bytes)) {
        struct xz_observation observation;
        struct xz_event event;

        if (!xz_mark_apply(mark, offset, place)) {
            metrics->observations_skipped++;
            continue;
        }
        xz_arena_reset(&part->arena);
        rc = xz_observation_decode(&bytes, &part->arena, &event, &observation, err);
        if (rc == XZ_OK) {
            metrics->observations_applied++;
            part->newest_ms =
                observation.at_ms > part->newest_ms ? observation.at_ms : part->newest_ms;
            mark->newest_ms =
                observation.at_ms > mark->newest_ms ? observation.at_ms : mark->newest_ms;
            if (observation.at_ms > metrics->watermark_ms) {
                metrics->watermark_ms = observation.at_ms;
            }
            rc = xz_engine_fold(part->engine, &observation, err);
        }
    }
    if (rc == XZ_OK && frame->body.bad) {
        rc = xz_err_set(err, XZ_FATAL, "partition %d, frame %" PRId64 " does not decode",
                        part->setup.id, part->frame_offset);
    }
    return rc;
}

static enum xz_rc set_pack(struct xz_part *part, struct xz_str sha256, struct xz_err *err)
{
    const struct xz_pack *pack;
    const enum xz_rc rc = xz_packs_get(part->setup.packs, sha256, &pack, err);

    if (rc == XZ_OK) {
        (void)snprintf(part->pack_sha256, sizeof(part->pack_sha256), XZ_STR_FMT,
                       XZ_STR_ARG(sha256));
        part->pack = pack;
        xz_engine_set_pack(part->engine, pack);
        xz_log(XZ_LOG_INFO, "detect", "pack", "partition=%d offset=%" PRId64 " sha256=%s",
               part->setup.id, part->frame_offset, part->pack_sha256);
    }
    return rc;
}

enum xz_rc xz_part_frame(struct xz_part *part, int64_t offset, const void *bytes, size_t len,
                         struct xz_err *err)
{
    struct xz_frame frame;
    enum xz_rc rc;

    if (offset < part->next) {
        return XZ_OK;
    }
    if (offset > part->next) { /* nothing but frames stands there, so none may be missing */
        return xz_err_set(err, XZ_FATAL,
                          "%s/%d: frame %" PRId64 " is wanted, %" PRId64
                          " came: are records of the "
                          "observations topic deleted or compacted?",
                          part->config->topics_observations, part->setup.id, part->next, offset);
    }
    part->frame_offset = offset;
    part->place = 0;
    part->setup.shared->metrics->frames_read++;
    rc = xz_frame_open(bytes, len, &frame, err);
    if (rc == XZ_OK && frame.type == XZ_FRAME_PACK) {
        rc = set_pack(part, frame.pack, err);
    } else if (rc == XZ_OK) {
        rc = fold_frame(part, &frame, err);
        rc = rc == XZ_OK ? xz_engine_frame_end(part->engine, err) : rc;
    }
    if (rc == XZ_OK && part->sink_rc != XZ_OK) {
        *err = part->sink_err;
        rc = part->sink_rc;
    }
    part->next = rc == XZ_OK ? offset + 1 : part->next;
    return rc;
}

bool xz_part_has_much(const struct xz_part *part)
{
    for (int32_t p = 0; p < part->setup.shared->partitions; p++) {
        if (part->targets[p].frame.len >= (size_t)part->config->flush_bytes) {
            return true;
        }
    }
    return false;
}

enum xz_rc xz_part_flush(struct xz_part *part, struct xz_err *err)
{
    enum xz_rc rc = XZ_OK;

    for (int32_t p = 0; rc == XZ_OK && p < part->setup.shared->partitions; p++) {
        struct xz_part_target *target = &part->targets[p];

        if (target->count == 0) {
            continue;
        }
        rc = xz_produce(part->setup.producer, part->config->topics_observations, p, XZ_STR_NONE,
                        xz_buf_view(&target->frame), false, NULL, 0, xz_part_sent(part), err);
        part->setup.shared->metrics->frames_written++;
        xz_buf_clear(&target->frame);
        target->count = 0;
    }
    return rc;
}
