/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stream/partition.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "alert/alert.h"
#include "base/mem.h"
#include "event/codec.h"

#define MARKER_VERSION      1
#define MARKER_KEY          XZ_STR("m")
#define CHANGELOG_KEY       XZ_STR("c") /* local only: where the changelog goes on */
#define FLUSH_MS            60000
#define TRANSACTION_MS      60000
#define RESTORE_BATCH_BYTES ((size_t)8 << 20)

struct target {
    struct xz_buf frame;
    uint64_t number;
    uint32_t count;
};

struct xz_part {
    struct xz_part_setup setup;
    const struct xz_config *config;
    struct xz_store *store;
    struct xz_cache *cache;
    struct xz_engine *engine;
    struct xz_marks marks;
    const struct xz_pack *pack;
    char pack_sha256[65]; /* as the log said; empty before any control frame */
    int64_t next;         /* frame to read */
    int64_t checkpointed; /* next at the last checkpoint */
    int64_t newest_ms;    /* event time folded so far, since opening */
    uint64_t epoch;       /* of what this partition derives */
    char source[32];      /* "@/id" */
    struct target *targets;
    int64_t frame_offset; /* being processed */
    uint32_t place;       /* of the next derived observation within it */
    struct xz_producer changelog;
    int64_t changelog_next;
    bool changelog_lost;
    struct xz_arena arena;
    struct xz_buf json, observation;
    char *topic_names;
    const char *topics[XZ_EVENT_TOPICS_MAX];
    size_t topic_count;
    enum xz_rc sink_rc; /* of a sink, which cannot return it */
    struct xz_err sink_err;
};

int32_t xz_part_id(const struct xz_part *part) { return part->setup.id; }
int64_t xz_part_next(const struct xz_part *part) { return part->next; }
int64_t xz_part_newest_ms(const struct xz_part *part) { return part->newest_ms; }
struct xz_engine *xz_part_engine(struct xz_part *part) { return part->engine; }
struct xz_cache *xz_part_cache(struct xz_part *part) { return part->cache; }
struct xz_store *xz_part_store(struct xz_part *part) { return part->store; }
bool xz_part_full(const struct xz_part *part) { return xz_cache_full(part->cache); }
const char *xz_part_pack(const struct xz_part *part) { return xz_pack_sha256(part->pack); }

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
                    NULL, &err),
         &err);
    part->setup.shared->metrics->alerts_published++;
}

static void on_derived(void *arg, const struct xz_observation *observation)
{
    struct xz_part *part = arg;
    struct target *target = &part->targets[xz_observation_route(observation) %
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

static void on_rejected(void *arg, const struct xz_observation *observation,
                        const struct xz_err *why)
{
    struct xz_part *part = arg;
    char partition[16], offset[24];
    const char *topic = topic_name(part, observation->source.topic);
    struct xz_header headers[5];
    struct xz_err err = {0};

    (void)snprintf(partition, sizeof(partition), "%" PRId32, observation->source.partition);
    (void)snprintf(offset, sizeof(offset), "%" PRId64, observation->source.offset);
    headers[0] = (struct xz_header){"reason", xz_str_from(why->reason)};
    headers[1] = (struct xz_header){"detail", xz_str_from(why->msg)};
    headers[2] = (struct xz_header){"source-topic", xz_str_from(topic)};
    headers[3] = (struct xz_header){"source-partition", xz_str_from(partition)};
    headers[4] = (struct xz_header){"source-offset", xz_str_from(offset)};
    xz_buf_clear(&part->json);
    xz_event_to_json(observation->event, &part->json);
    xz_metrics_reject(part->setup.shared->metrics, why->reason);
    keep(part,
         xz_produce(part->setup.producer, part->config->topics_rejects, RD_KAFKA_PARTITION_UA,
                    observation->id, xz_buf_view(&part->json), false, headers, 5, NULL, &err),
         &err);
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
    while (rc == XZ_OK && xz_frame_next(frame, &offset, &place, &bytes)) {
        struct xz_observation observation;
        struct xz_event event;
        struct xz_record *record = NULL;

        if (!xz_mark_apply(mark, offset, place)) {
            metrics->observations_skipped++;
            continue;
        }
        xz_arena_reset(&part->arena);
        rc = xz_observation_decode(&bytes, &part->arena, &event, &observation, &record, err);
        if (rc == XZ_OK) {
            metrics->observations_applied++;
            part->newest_ms =
                observation.at_ms > part->newest_ms ? observation.at_ms : part->newest_ms;
            if (observation.at_ms > metrics->watermark_ms) {
                metrics->watermark_ms = observation.at_ms;
            }
            rc = xz_engine_fold(part->engine, &observation, err);
        }
        xz_record_free(record);
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

enum xz_rc xz_part_flush(struct xz_part *part, struct xz_err *err)
{
    enum xz_rc rc = XZ_OK;

    for (int32_t p = 0; rc == XZ_OK && p < part->setup.shared->partitions; p++) {
        struct target *target = &part->targets[p];

        if (target->count == 0) {
            continue;
        }
        rc = xz_produce(part->setup.producer, part->config->topics_observations, p, XZ_STR_NONE,
                        xz_buf_view(&target->frame), false, NULL, 0, NULL, err);
        part->setup.shared->metrics->frames_written++;
        xz_buf_clear(&target->frame);
        target->count = 0;
    }
    return rc;
}

/* ---- checkpoint ---- */

static void encode_marker(const struct xz_part *part, struct xz_buf *out)
{
    xz_buf_u8(out, MARKER_VERSION);
    xz_buf_str(out, xz_str_from(part->setup.shared->cluster_id));
    xz_buf_str(out, xz_str_from(part->config->topics_observations));
    xz_buf_uvar(out, (uint64_t)part->setup.shared->partitions);
    xz_buf_svar(out, part->next);
    xz_buf_uvar(out, part->epoch);
    xz_buf_str(out, xz_str_from(part->pack_sha256));
    xz_marks_encode(&part->marks, out);
}

struct changelog_put {
    struct xz_part *part;
    enum xz_rc rc;
    struct xz_err *err;
};

static void put_changelog(void *arg, struct xz_str key, struct xz_str value, bool deleted)
{
    struct changelog_put *put = arg;

    if (put->rc == XZ_OK) {
        put->rc = xz_produce(&put->part->changelog, put->part->config->topics_state,
                             put->part->setup.id, key, value, deleted, NULL, 0, NULL, put->err);
    }
}

static enum xz_rc of_error(rd_kafka_error_t *error, const char *what, struct xz_err *err)
{
    if (error == NULL) {
        return XZ_OK;
    }
    (void)xz_err_set(err, XZ_FATAL, "%s: %s", what, rd_kafka_error_string(error));
    rd_kafka_error_destroy(error);
    return XZ_FATAL; /* fenced, or in doubt: a restart begins at the last checkpoint */
}

static enum xz_rc write_changelog(struct xz_part *part, const struct xz_batch *batch,
                                  struct xz_err *err)
{
    struct changelog_put put = {part, XZ_OK, err};
    enum xz_rc rc =
        of_error(rd_kafka_begin_transaction(part->changelog.client), "changelog: begin", err);

    if (rc == XZ_OK) {
        xz_batch_each(batch, put_changelog, &put);
        rc = put.rc;
    }
    if (rc == XZ_OK) {
        rc = of_error(rd_kafka_commit_transaction(part->changelog.client, TRANSACTION_MS),
                      "changelog: commit (was the partition taken over?)", err);
    }
    return rc == XZ_OK && part->changelog_lost
               ? xz_err_set(err, XZ_FATAL, "changelog: a record was lost")
               : rc;
}

static enum xz_rc write_store(struct xz_part *part, struct xz_batch *batch, struct xz_err *err)
{
    struct xz_buf next = {0};
    enum xz_rc rc;

    xz_buf_svar(&next, part->changelog_next);
    xz_batch_put(batch, CHANGELOG_KEY, xz_buf_view(&next));
    rc = xz_store_write(part->store, batch, err);
    xz_buf_fini(&next);
    return rc;
}

enum xz_rc xz_part_checkpoint(struct xz_part *part, struct xz_err *err)
{
    struct xz_batch *batch;
    struct xz_buf marker = {0};
    enum xz_rc rc;

    if (part->next == part->checkpointed) {
        return XZ_OK;
    }
    rc = xz_part_flush(part, err);
    if (rc == XZ_OK &&
        (rd_kafka_flush(part->setup.producer->client, FLUSH_MS) != RD_KAFKA_RESP_ERR_NO_ERROR ||
         *part->setup.lost)) {
        rc = xz_err_set(err, XZ_RETRY, "alerts or derived frames are not acknowledged");
    }
    if (rc != XZ_OK) {
        return rc;
    }
    batch = xz_batch_new();
    xz_cache_checkpoint(part->cache, batch);
    encode_marker(part, &marker);
    xz_batch_put(batch, MARKER_KEY, xz_buf_view(&marker));
    rc = write_changelog(part, batch, err);
    rc = rc == XZ_OK ? write_store(part, batch, err) : rc;
    if (rc == XZ_OK) {
        xz_cache_clean(part->cache);
        xz_cache_settle(part->cache);
        part->checkpointed = part->next;
        part->setup.shared->metrics->checkpoints++;
    }
    xz_batch_free(batch);
    xz_buf_fini(&marker);
    return rc;
}

/* ---- opening ---- */

static void on_changelog(void *arg, const rd_kafka_message_t *message)
{
    struct xz_part *part = arg;

    if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
        part->changelog_lost = true;
    } else if (message->offset >= part->changelog_next) {
        part->changelog_next = message->offset + 1;
    }
}

static void on_report(rd_kafka_t *client, const rd_kafka_message_t *message, void *arg)
{
    (void)client;
    on_changelog(arg, message);
}

/* From here on nobody else's checkpoint of this partition is accepted. */
static enum xz_rc fence(struct xz_part *part, struct xz_err *err)
{
    char id[256];
    const char *const pairs[] = {"transactional.id",
                                 id,
                                 "compression.type",
                                 "lz4",
                                 "message.max.bytes",
                                 "8000000",
                                 "queue.buffering.max.messages",
                                 "1000000",
                                 "linger.ms",
                                 "0",
                                 NULL};
    rd_kafka_conf_t *conf;
    enum xz_rc rc;

    (void)snprintf(id, sizeof(id), "%s.%s.%" PRId32, part->config->group,
                   part->config->topics_state, part->setup.id);
    rc = xz_kafka_conf(part->config, pairs, &conf, err);
    if (rc != XZ_OK) {
        return rc;
    }
    rd_kafka_conf_set_dr_msg_cb(conf, on_report);
    rd_kafka_conf_set_opaque(conf, part);
    rc = xz_kafka_open(RD_KAFKA_PRODUCER, conf, &part->changelog.client, err);
    return rc == XZ_OK
               ? of_error(rd_kafka_init_transactions(part->changelog.client, TRANSACTION_MS),
                          "changelog: fencing", err)
               : rc;
}

static enum xz_rc read_marker(struct xz_part *part, struct xz_str bytes, struct xz_err *err)
{
    struct xz_reader reader = xz_reader_of(bytes.ptr, bytes.len);
    const uint8_t version = xz_read_u8(&reader);
    const struct xz_str cluster = xz_read_str(&reader);
    const struct xz_str topic = xz_read_str(&reader);
    const uint64_t partitions = xz_read_uvar(&reader);
    struct xz_str pack;

    part->next = xz_read_svar(&reader);
    part->epoch = xz_read_uvar(&reader);
    pack = xz_read_str(&reader);
    if (reader.bad || version != MARKER_VERSION || pack.len > 64) {
        return xz_err_set(err, XZ_FATAL,
                          "the checkpoint of partition %d is of version %d, this "
                          "program reads %d",
                          part->setup.id, version, MARKER_VERSION);
    }
    if (!xz_str_eq(cluster, xz_str_from(part->setup.shared->cluster_id)) ||
        !xz_str_eq(topic, xz_str_from(part->config->topics_observations)) ||
        partitions != (uint64_t)part->setup.shared->partitions) {
        return xz_err_set(err, XZ_CONFIG,
                          "the state in %s belongs to cluster " XZ_STR_FMT ", topic " XZ_STR_FMT
                          " with %" PRIu64 " partitions, but this is cluster %s, topic %s with %d: "
                          "use another state.dir (and state topic), or the right cluster",
                          part->config->state_dir, XZ_STR_ARG(cluster), XZ_STR_ARG(topic),
                          partitions, part->setup.shared->cluster_id,
                          part->config->topics_observations, part->setup.shared->partitions);
    }
    (void)snprintf(part->pack_sha256, sizeof(part->pack_sha256), XZ_STR_FMT, XZ_STR_ARG(pack));
    return xz_marks_decode(&reader, &part->marks, err);
}

struct restore {
    struct xz_part *part;
    struct xz_batch *batch;
    uint64_t records;
    enum xz_rc rc;
    struct xz_err *err;
};

static bool on_restore(void *arg, const rd_kafka_message_t *message)
{
    struct restore *restore = arg;
    const struct xz_str key = {message->key, (uint32_t)message->key_len};

    restore->records++;
    if (message->payload == NULL) {
        xz_batch_delete(restore->batch, key);
    } else {
        xz_batch_put(restore->batch, key,
                     (struct xz_str){message->payload, (uint32_t)message->len});
    }
    restore->part->changelog_next = message->offset + 1;
    if (xz_batch_bytes(restore->batch) >= RESTORE_BATCH_BYTES) {
        /* A store that is half rolled forward says so by its old place in the changelog. */
        restore->rc = xz_store_write(restore->part->store, restore->batch, restore->err);
        xz_batch_clear(restore->batch);
    }
    return restore->rc == XZ_OK;
}

static enum xz_rc roll_forward(struct xz_part *part, struct xz_err *err)
{
    struct restore restore = {part, xz_batch_new(), 0, XZ_OK, err};
    struct xz_buf value = {0};
    int64_t next = 0;
    bool found = false;
    enum xz_rc rc = xz_store_get(part->store, CHANGELOG_KEY, &value, &found, err);

    if (rc == XZ_OK && found) {
        struct xz_reader reader = xz_reader_of(value.data, value.len);

        part->changelog_next = xz_read_svar(&reader);
    }
    rc = rc == XZ_OK ? xz_kafka_read(part->config, part->config->topics_state, part->setup.id,
                                     found ? part->changelog_next : RD_KAFKA_OFFSET_BEGINNING,
                                     on_restore, &restore, &next, err)
                     : rc;
    rc = rc == XZ_OK ? restore.rc : rc;
    if (rc == XZ_OK) {
        part->changelog_next = next > part->changelog_next ? next : part->changelog_next;
        rc = write_store(part, restore.batch, err);
    }
    if (rc == XZ_OK && restore.records > 0) {
        xz_log(XZ_LOG_INFO, "detect", "restored", "partition=%d records=%" PRIu64, part->setup.id,
               restore.records);
    }
    xz_batch_free(restore.batch);
    xz_buf_fini(&value);
    return rc;
}

static enum xz_rc load_marker(struct xz_part *part, struct xz_err *err)
{
    struct xz_buf value = {0};
    bool found = false;
    enum xz_rc rc = xz_store_get(part->store, MARKER_KEY, &value, &found, err);

    part->next = 0;
    if (rc == XZ_OK && found) {
        rc = read_marker(part, xz_buf_view(&value), err);
    }
    xz_buf_fini(&value);
    return rc;
}

static enum xz_rc open_store(struct xz_part *part, struct xz_err *err)
{
    char dir[4096];

    if (mkdir(part->config->state_dir, 0700) != 0 && errno != EEXIST) {
        return xz_err_config(err, part->config->state_dir, 0, "state.dir cannot be made: %s",
                             strerror(errno));
    }
    (void)snprintf(dir, sizeof(dir), "%s/p%" PRId32, part->config->state_dir, part->setup.id);
    return xz_store_open(dir, part->setup.budget, &part->store, err);
}

static enum xz_rc open_engine(struct xz_part *part, struct xz_err *err)
{
    struct xz_engine_setup engine = {
        .sinks = {
            .arg = part, .judged = on_judged, .derived = on_derived, .rejected = on_rejected}};
    enum xz_rc rc = XZ_OK;

    part->pack = part->setup.fallback;
    if (part->pack_sha256[0] != '\0') {
        rc = xz_packs_get(part->setup.packs, xz_str_from(part->pack_sha256), &part->pack, err);
    }
    part->cache = xz_cache_new(part->store, part->setup.cache_bytes);
    engine.cache = part->cache;
    engine.pack = part->pack;
    part->engine = rc == XZ_OK ? xz_engine_new(&engine) : NULL;
    return rc;
}

enum xz_rc xz_part_open(const struct xz_part_setup *setup, struct xz_part **out, struct xz_err *err)
{
    struct xz_part *part = xz_calloc(1, sizeof(*part));
    const uint64_t now = (uint64_t)xz_now_ms();
    enum xz_rc rc;

    part->setup = *setup;
    part->newest_ms = INT64_MIN;
    part->config = setup->shared->config;
    part->topic_names = xz_strdup(part->config->topics_events);
    part->topic_count = xz_split_names(part->topic_names, part->topics, XZ_EVENT_TOPICS_MAX);
    part->targets = xz_calloc((size_t)setup->shared->partitions, sizeof(part->targets[0]));
    (void)snprintf(part->source, sizeof(part->source), "@/%" PRId32, setup->id);
    xz_arena_init(&part->arena, (size_t)64 << 20);
    rc = open_store(part, err);
    rc = rc == XZ_OK ? fence(part, err) : rc;
    rc = rc == XZ_OK ? roll_forward(part, err) : rc;
    rc = rc == XZ_OK ? load_marker(part, err) : rc;
    rc = rc == XZ_OK ? open_engine(part, err) : rc;
    if (rc == XZ_OK) {
        part->epoch = part->epoch + 1 > now ? part->epoch + 1 : now;
        part->checkpointed = -1; /* so that the new epoch is durable before the first frame */
        rc = xz_part_checkpoint(part, err);
    }
    if (rc == XZ_OK) {
        xz_log(XZ_LOG_INFO, "detect", "opened",
               "partition=%d next=%" PRId64 " epoch=%" PRIu64 " pack=%s", setup->id, part->next,
               part->epoch, xz_pack_sha256(part->pack));
        *out = part;
    } else {
        (void)xz_err_add(err, "partition %d", setup->id);
        xz_part_close(part);
    }
    return rc;
}

void xz_part_close(struct xz_part *part)
{
    if (part == NULL) {
        return;
    }
    xz_engine_free(part->engine);
    if (part->cache != NULL) {
        xz_cache_free(part->cache);
    }
    xz_store_close(part->store);
    if (part->changelog.client != NULL) {
        rd_kafka_destroy(part->changelog.client);
    }
    for (int32_t p = 0; p < part->setup.shared->partitions; p++) {
        xz_buf_fini(&part->targets[p].frame);
    }
    free(part->targets);
    xz_marks_fini(&part->marks);
    xz_arena_fini(&part->arena);
    xz_buf_fini(&part->json);
    xz_buf_fini(&part->observation);
    free(part->topic_names);
    free(part);
}
