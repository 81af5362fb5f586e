/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stream/replay.h"

#include <stdlib.h>

#include "base/mem.h"
#include "stream/kafka.h"

#define ANSWER_MS   10000
#define STILL_MS    30000 /* no record for so long: the broker is gone */
#define CONSUME_MAX 64
#define PARTS_MAX   1024

struct part {
    const char *topic;
    uint16_t topic_index;
    int32_t partition;
    int64_t next, end, newest_ms;
    rd_kafka_queue_t *queue;
};

struct replay {
    rd_kafka_t *consumer;
    struct part parts[PARTS_MAX];
    size_t count;
    xz_replay_fn take;
    void *arg;
};

static enum xz_rc find_parts(struct replay *replay, const char *const topics[], size_t count,
                             struct xz_err *err)
{
    const struct rd_kafka_metadata *metadata = NULL;
    rd_kafka_resp_err_t code = rd_kafka_metadata(replay->consumer, 1, NULL, &metadata, ANSWER_MS);

    for (int i = 0; code == RD_KAFKA_RESP_ERR_NO_ERROR && i < metadata->topic_cnt; i++) {
        for (size_t t = 0; t < count; t++) {
            if (strcmp(metadata->topics[i].topic, topics[t]) != 0) {
                continue;
            }
            for (int p = 0; p < metadata->topics[i].partition_cnt && replay->count < PARTS_MAX;
                 p++) {
                replay->parts[replay->count++] = (struct part){.topic = topics[t],
                                                               .topic_index = (uint16_t)t,
                                                               .partition = p,
                                                               .newest_ms = INT64_MIN};
            }
        }
    }
    for (size_t i = 0; code == RD_KAFKA_RESP_ERR_NO_ERROR && i < replay->count; i++) {
        struct part *part = &replay->parts[i];

        code = rd_kafka_query_watermark_offsets(replay->consumer, part->topic, part->partition,
                                                &part->next, &part->end, ANSWER_MS);
    }
    if (metadata != NULL) {
        rd_kafka_metadata_destroy(metadata);
    }
    return code == RD_KAFKA_RESP_ERR_NO_ERROR
               ? XZ_OK
               : xz_err_set(err, XZ_RETRY, "the broker does not answer: %s",
                            rd_kafka_err2str(code));
}

static enum xz_rc assign(struct replay *replay, struct xz_err *err)
{
    rd_kafka_topic_partition_list_t *list =
        rd_kafka_topic_partition_list_new((int)replay->count + 1);
    enum xz_rc rc = XZ_OK;

    for (size_t i = 0; i < replay->count; i++) {
        const struct part *part = &replay->parts[i];

        rd_kafka_topic_partition_list_add(list, part->topic, part->partition)->offset = part->next;
    }
    (void)rd_kafka_poll_set_consumer(replay->consumer);
    (void)rd_kafka_assign(replay->consumer, list);
    rd_kafka_topic_partition_list_destroy(list);
    for (size_t i = 0; rc == XZ_OK && i < replay->count; i++) {
        struct part *part = &replay->parts[i];

        rc = xz_kafka_apart(replay->consumer, part->topic, part->partition, part->next,
                            &part->queue, err);
    }
    return rc;
}

static struct part *furthest_behind(struct replay *replay)
{
    struct part *behind = NULL;

    for (size_t i = 0; i < replay->count; i++) {
        struct part *part = &replay->parts[i];

        if (part->next < part->end && (behind == NULL || part->newest_ms < behind->newest_ms)) {
            behind = part;
        }
    }
    return behind;
}

static void take_one(struct replay *replay, struct part *part, const rd_kafka_message_t *message)
{
    struct xz_replay_record record = {
        .topic = part->topic_index,
        .partition = part->partition,
        .offset = message->offset,
        .value = {message->payload, (uint32_t)message->len},
    };
    rd_kafka_headers_t *headers = NULL;
    const void *value = NULL;
    size_t len = 0;
    int64_t at_ms;

    if (rd_kafka_message_headers(message, &headers) == RD_KAFKA_RESP_ERR_NO_ERROR &&
        rd_kafka_header_get_last(headers, "content-type", &value, &len) ==
            RD_KAFKA_RESP_ERR_NO_ERROR) {
        record.content_type = (struct xz_str){value, (uint32_t)len};
    }
    at_ms = replay->take(replay->arg, &record);
    part->newest_ms = at_ms > part->newest_ms ? at_ms : part->newest_ms;
    part->next = message->offset + 1;
}

static enum xz_rc read_all(struct replay *replay, struct xz_err *err)
{
    rd_kafka_message_t *messages[CONSUME_MAX];
    struct part *part;
    enum xz_rc rc = XZ_OK;

    while (rc == XZ_OK && (part = furthest_behind(replay)) != NULL) {
        const size_t count = xz_kafka_take(part->queue, STILL_MS, messages, CONSUME_MAX);

        if (count == 0) {
            rc = xz_err_set(err, XZ_RETRY, "%s/%d cannot be read to its end", part->topic,
                            part->partition);
        }
        for (size_t i = 0; i < count; i++) {
            if (messages[i]->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
                part->next = part->end; /* behind the last record stand marks of transactions */
            } else if (messages[i]->err == RD_KAFKA_RESP_ERR_NO_ERROR &&
                       messages[i]->offset < part->end) {
                take_one(replay, part, messages[i]);
            }
            rd_kafka_message_destroy(messages[i]);
        }
    }
    return rc;
}

enum xz_rc xz_replay(const struct xz_config *config, xz_replay_fn take, void *arg,
                     struct xz_err *err)
{
    static const char *const pairs[] = {"group.id",
                                        "xiezhi-replay",
                                        "enable.auto.commit",
                                        "false",
                                        "auto.offset.reset",
                                        "error",
                                        "enable.partition.eof",
                                        "true",
                                        NULL};
    struct replay *replay = xz_calloc(1, sizeof(*replay));
    char *names = xz_strdup(config->topics_events);
    const char *topics[XZ_EVENT_TOPICS_MAX];
    const size_t count = xz_split_names(names, topics, XZ_EVENT_TOPICS_MAX);
    rd_kafka_conf_t *conf = NULL;
    enum xz_rc rc = xz_kafka_conf(config, pairs, &conf, err);

    replay->take = take;
    replay->arg = arg;
    rc = rc == XZ_OK ? xz_kafka_open(RD_KAFKA_CONSUMER, conf, &replay->consumer, err) : rc;
    rc = rc == XZ_OK ? find_parts(replay, topics, count, err) : rc;
    rc = rc == XZ_OK ? assign(replay, err) : rc;
    rc = rc == XZ_OK ? read_all(replay, err) : rc;
    for (size_t i = 0; i < replay->count; i++) {
        if (replay->parts[i].queue != NULL) {
            rd_kafka_queue_destroy(replay->parts[i].queue);
        }
    }
    if (replay->consumer != NULL) {
        (void)rd_kafka_consumer_close(replay->consumer);
        rd_kafka_destroy(replay->consumer);
    }
    free(names);
    free(replay);
    return rc;
}
