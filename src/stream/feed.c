/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stream/feed.h"

#include <stdlib.h>

#include "base/mem.h"
#include "stream/kafka.h"

#define WAIT_MS 10000

struct xz_feed {
    rd_kafka_t *consumer;
    const struct xz_config *config;
    xz_feed_place_fn place;
    void *arg;
    rd_kafka_topic_partition_list_t *parts; /* with the offset after what was handed over */
};

/* The topic's partitions; none while it is not there. */
static enum xz_rc find_partitions(struct xz_feed *feed, struct xz_err *err)
{
    const struct rd_kafka_metadata *metadata = NULL;
    const rd_kafka_resp_err_t code = rd_kafka_metadata(feed->consumer, 1, NULL, &metadata, WAIT_MS);
    enum xz_rc rc = XZ_OK;

    if (code != RD_KAFKA_RESP_ERR_NO_ERROR) {
        return xz_err_set(err, XZ_RETRY, "the broker does not answer: %s", rd_kafka_err2str(code));
    }
    for (int i = 0; i < metadata->topic_cnt; i++) {
        const struct rd_kafka_metadata_topic *topic = &metadata->topics[i];
        const int count =
            strcmp(topic->topic, feed->config->topics_alerts) == 0 ? topic->partition_cnt : 0;

        for (int p = 0; rc == XZ_OK && p < count; p++) {
            int64_t next = 0;

            rc = feed->place != NULL ? feed->place(feed->arg, topic->topic, p, &next, err) : XZ_OK;
            rd_kafka_topic_partition_list_add(feed->parts, topic->topic, p)->offset =
                next > 0 ? next : RD_KAFKA_OFFSET_BEGINNING;
        }
    }
    rd_kafka_metadata_destroy(metadata);
    return rc;
}

static enum xz_rc assign(struct xz_feed *feed, struct xz_err *err)
{
    enum xz_rc rc = find_partitions(feed, err);

    if (rc == XZ_OK && feed->parts->cnt > 0) {
        (void)rd_kafka_assign(feed->consumer, feed->parts);
    }
    if (rc != XZ_OK) {
        rd_kafka_topic_partition_list_destroy(feed->parts);
        feed->parts = rd_kafka_topic_partition_list_new(16);
    }
    return rc;
}

enum xz_rc xz_feed_open(const struct xz_config *config, xz_feed_place_fn place, void *arg,
                        struct xz_feed **out, struct xz_err *err)
{
    static const char *const pairs[] = {"group.id", "xiezhi-feed",       "enable.auto.commit",
                                        "false",    "auto.offset.reset", "earliest",
                                        NULL};
    struct xz_feed *feed = xz_calloc(1, sizeof(*feed));
    rd_kafka_conf_t *conf = NULL;
    enum xz_rc rc = xz_kafka_conf(config, pairs, &conf, err);

    *feed = (struct xz_feed){.config = config, .place = place, .arg = arg};
    feed->parts = rd_kafka_topic_partition_list_new(16);
    rc = rc == XZ_OK ? xz_kafka_open(RD_KAFKA_CONSUMER, conf, &feed->consumer, err) : rc;
    if (rc == XZ_OK) {
        (void)rd_kafka_poll_set_consumer(feed->consumer);
        rc = assign(feed, err);
    }
    if (rc != XZ_OK) {
        xz_feed_close(feed);
        return rc;
    }
    *out = feed;
    return XZ_OK;
}

void xz_feed_close(struct xz_feed *feed)
{
    if (feed == NULL) {
        return;
    }
    if (feed->consumer != NULL) {
        (void)rd_kafka_consumer_close(feed->consumer);
        rd_kafka_destroy(feed->consumer);
    }
    rd_kafka_topic_partition_list_destroy(feed->parts);
    free(feed);
}

static void move_on(struct xz_feed *feed, const struct xz_feed_record *record)
{
    rd_kafka_topic_partition_t *part =
        rd_kafka_topic_partition_list_find(feed->parts, record->topic, record->partition);

    if (part != NULL) {
        part->offset = record->offset + 1;
    }
}

enum xz_rc xz_feed_poll(struct xz_feed *feed, int wait_ms, xz_feed_take_fn take, void *arg,
                        struct xz_err *err)
{
    rd_kafka_message_t *messages[XZ_FEED_BATCH];
    struct xz_feed_record records[XZ_FEED_BATCH];
    size_t held = 0, count = 0;
    enum xz_rc rc = feed->parts->cnt == 0 ? assign(feed, err) : XZ_OK;

    while (rc == XZ_OK && held < XZ_FEED_BATCH &&
           (messages[held] = rd_kafka_consumer_poll(feed->consumer, held == 0 ? wait_ms : 0)) !=
               NULL) {
        const rd_kafka_message_t *message = messages[held++];

        if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
            records[count++] = (struct xz_feed_record){rd_kafka_topic_name(message->rkt),
                                                       message->partition,
                                                       message->offset,
                                                       {message->payload, (uint32_t)message->len}};
        } else if (xz_kafka_class(message->err) == XZ_FATAL) {
            rc = xz_err_set(err, XZ_FATAL, "%s", rd_kafka_message_errstr(message));
        }
    }
    rc = rc == XZ_OK && count > 0 ? take(arg, records, count, err) : rc;
    for (size_t i = 0; rc == XZ_OK && i < count; i++) {
        move_on(feed, &records[i]);
    }
    for (size_t i = 0; i < held; i++) {
        rd_kafka_message_destroy(messages[i]);
    }
    return rc;
}

int64_t xz_feed_lag(const struct xz_feed *feed)
{
    int64_t lag = 0;

    for (int i = 0; i < feed->parts->cnt; i++) {
        const rd_kafka_topic_partition_t *part = &feed->parts->elems[i];
        int64_t low = 0, high = 0, at;

        if (rd_kafka_get_watermark_offsets(feed->consumer, part->topic, part->partition, &low,
                                           &high) != RD_KAFKA_RESP_ERR_NO_ERROR ||
            high < 0) {
            return -1;
        }
        at = part->offset > low ? part->offset : low;
        lag += high > at ? high - at : 0;
    }
    return lag;
}
