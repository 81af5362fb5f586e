/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stream/feed.h"

#include <stdlib.h>

#include "base/mem.h"
#include "stream/kafka.h"

#define WAIT_MS 10000

struct xz_feed {
    rd_kafka_t *consumer;
};

static enum xz_rc assign(struct xz_feed *feed, const struct xz_config *config, struct xz_err *err)
{
    const struct rd_kafka_metadata *metadata = NULL;
    rd_kafka_topic_partition_list_t *list;
    const rd_kafka_resp_err_t code = rd_kafka_metadata(feed->consumer, 1, NULL, &metadata, WAIT_MS);

    if (code != RD_KAFKA_RESP_ERR_NO_ERROR) {
        return xz_err_set(err, XZ_RETRY, "the broker does not answer: %s", rd_kafka_err2str(code));
    }
    list = rd_kafka_topic_partition_list_new(16);
    for (int i = 0; i < metadata->topic_cnt; i++) {
        const struct rd_kafka_metadata_topic *topic = &metadata->topics[i];

        for (int p = 0;
             strcmp(topic->topic, config->topics_alerts) == 0 && p < topic->partition_cnt; p++) {
            rd_kafka_topic_partition_list_add(list, topic->topic, p)->offset =
                RD_KAFKA_OFFSET_BEGINNING;
        }
    }
    rd_kafka_metadata_destroy(metadata);
    (void)rd_kafka_assign(feed->consumer, list);
    rd_kafka_topic_partition_list_destroy(list);
    return XZ_OK;
}

enum xz_rc xz_feed_open(const struct xz_config *config, struct xz_feed **out, struct xz_err *err)
{
    static const char *const pairs[] = {"group.id", "xiezhi-feed",       "enable.auto.commit",
                                        "false",    "auto.offset.reset", "earliest",
                                        NULL};
    struct xz_feed *feed = xz_calloc(1, sizeof(*feed));
    rd_kafka_conf_t *conf = NULL;
    enum xz_rc rc = xz_kafka_conf(config, pairs, &conf, err);

    rc = rc == XZ_OK ? xz_kafka_open(RD_KAFKA_CONSUMER, conf, &feed->consumer, err) : rc;
    if (rc == XZ_OK) {
        (void)rd_kafka_poll_set_consumer(feed->consumer);
        rc = assign(feed, config, err);
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
    free(feed);
}

void xz_feed_poll(struct xz_feed *feed, int wait_ms, void (*take)(void *arg, struct xz_str value),
                  void *arg)
{
    rd_kafka_message_t *message;

    while ((message = rd_kafka_consumer_poll(feed->consumer, wait_ms)) != NULL) {
        if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
            take(arg, (struct xz_str){message->payload, (uint32_t)message->len});
        }
        rd_kafka_message_destroy(message);
        wait_ms = 0;
    }
}
