/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Takes a partition over: fence, roll the local store forward, raise the writer's epoch, and only
 * then process. In that order, always.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>

#include "base/mem.h"
#include "stream/partition_int.h"

#define TRANSACTION_MS      60000
#define QUERY_MS            10000
#define RESTORE_BATCH_BYTES ((size_t)8 << 20)

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
    char id[512];
    const char *const pairs[] = {"transactional.id",
                                 id,
                                 "compression.type",
                                 "lz4",
                                 "message.max.bytes",
                                 "8000000",
                                 "queue.buffering.max.messages",
                                 "1000000",
                                 "queue.buffering.max.kbytes",
                                 XZ_PRODUCER_QUEUE_KB,
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
    if (rc == XZ_OK) {
        xz_kafka_greet(part->changelog.client);
    }
    return rc == XZ_OK ? xz_part_of_error(
                             rd_kafka_init_transactions(part->changelog.client, TRANSACTION_MS),
                             "changelog: fencing", err)
                       : rc;
}

static enum xz_rc read_marker(struct xz_part *part, struct xz_str bytes, struct xz_err *err)
{
    struct xz_marker marker;
    const enum xz_rc rc = xz_marker_decode(bytes, &marker, &part->marks, err);

    if (rc != XZ_OK) {
        return rc;
    }
    if (!xz_str_eq(marker.cluster, xz_str_from(part->setup.shared->cluster_id)) ||
        !xz_str_eq(marker.topic, xz_str_from(part->config->topics_observations)) ||
        marker.partitions != (uint64_t)part->setup.shared->partitions) {
        return xz_err_set(err, XZ_CONFIG,
                          "the state in %s belongs to cluster " XZ_STR_FMT ", topic " XZ_STR_FMT
                          " with %" PRIu64 " partitions, but this is cluster %s, topic %s with %d: "
                          "use another state.dir (and state topic), or the right cluster",
                          part->config->state_dir, XZ_STR_ARG(marker.cluster),
                          XZ_STR_ARG(marker.topic), marker.partitions,
                          part->setup.shared->cluster_id, part->config->topics_observations,
                          part->setup.shared->partitions);
    }
    part->next = marker.next;
    part->epoch = marker.epoch;
    (void)snprintf(part->pack_sha256, sizeof(part->pack_sha256), XZ_STR_FMT,
                   XZ_STR_ARG(marker.pack));
    return XZ_OK;
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

/* Whether the changelog has anything that the local store has not. Behind its last record stands
 * the end of its transaction. */
static enum xz_rc is_behind(struct xz_part *part, bool found, bool *behind, struct xz_err *err)
{
    int64_t low = 0, high = 0;
    const rd_kafka_resp_err_t code = rd_kafka_query_watermark_offsets(
        part->changelog.client, part->config->topics_state, part->setup.id, &low, &high, QUERY_MS);

    if (code != RD_KAFKA_RESP_ERR_NO_ERROR) {
        return xz_err_set(err, XZ_RETRY, "the end of %s/%d is not told: %s",
                          part->config->topics_state, part->setup.id, rd_kafka_err2str(code));
    }
    if (found && part->changelog_next > high) {
        return xz_err_set(err, XZ_CONFIG,
                          "the state in %s is ahead of %s/%d (%" PRId64 " against %" PRId64
                          "): the topic was recreated or the state belongs elsewhere; use another "
                          "state.dir, or the right cluster",
                          part->config->state_dir, part->config->topics_state, part->setup.id,
                          part->changelog_next, high);
    }
    *behind = found ? high > part->changelog_next + 1 : high > 0;
    return XZ_OK;
}

static enum xz_rc roll_forward(struct xz_part *part, struct xz_err *err)
{
    struct restore restore = {part, xz_batch_new(), 0, XZ_OK, err};
    int64_t next = 0;
    bool found = false, behind = false;
    enum xz_rc rc = xz_part_read_place(part, &found, err);

    rc = rc == XZ_OK ? is_behind(part, found, &behind, err) : rc;
    if (rc == XZ_OK && behind) {
        rc = xz_kafka_read(part->config, part->config->topics_state, part->setup.id,
                           found ? part->changelog_next : RD_KAFKA_OFFSET_BEGINNING, on_restore,
                           &restore, &next, err);
        rc = rc == XZ_OK ? restore.rc : rc;
        part->changelog_next = next > part->changelog_next ? next : part->changelog_next;
        rc = rc == XZ_OK ? xz_part_write_store(part, restore.batch, err) : rc;
    }
    if (rc == XZ_OK && restore.records > 0) {
        xz_log(XZ_LOG_INFO, "detect", "restored", "partition=%d records=%" PRIu64, part->setup.id,
               restore.records);
    }
    xz_batch_free(restore.batch);
    return rc;
}

static enum xz_rc load_marker(struct xz_part *part, struct xz_err *err)
{
    struct xz_buf value = {0};
    bool found = false;
    enum xz_rc rc = xz_store_get(part->store, XZ_MARKER_KEY, &value, &found, err);

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

static uint64_t now_ns(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static enum xz_rc open_engine(struct xz_part *part, struct xz_err *err)
{
    struct xz_engine_setup engine = {0};
    enum xz_rc rc = XZ_OK;

    part->pack = part->setup.fallback;
    if (part->pack_sha256[0] != '\0') {
        rc = xz_packs_get(part->setup.packs, xz_str_from(part->pack_sha256), &part->pack, err);
    }
    part->cache = xz_cache_new(part->store, part->setup.cache_bytes);
    xz_part_set_sinks(part, &engine.sinks);
    engine.cache = part->cache;
    engine.pack = part->pack;
    engine.now_ns = now_ns;
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
    xz_part_checkpoint_drop(part);
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
