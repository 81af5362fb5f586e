/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stream/scan.h"

#define ANSWER_MS 10000
#define POLL_MS   100
#define STILL_MS  10000 /* nothing for so long: the broker is gone */

static enum xz_rc find_partitions(rd_kafka_t *consumer, const char *topic,
                                  rd_kafka_topic_partition_list_t *list, struct xz_err *err)
{
    const struct rd_kafka_metadata *metadata = NULL;
    const rd_kafka_resp_err_t code = rd_kafka_metadata(consumer, 1, NULL, &metadata, ANSWER_MS);

    if (code != RD_KAFKA_RESP_ERR_NO_ERROR) {
        return xz_err_set(err, XZ_RETRY, "the broker does not answer: %s", rd_kafka_err2str(code));
    }
    for (int i = 0; i < metadata->topic_cnt; i++) {
        for (int p = 0;
             strcmp(metadata->topics[i].topic, topic) == 0 && p < metadata->topics[i].partition_cnt;
             p++) {
            (void)rd_kafka_topic_partition_list_add(list, topic, p);
        }
    }
    rd_kafka_metadata_destroy(metadata);
    return XZ_OK;
}

/* Leaves only the partitions that have something, each with where to begin. */
static enum xz_rc find_places(rd_kafka_t *consumer, int64_t tail,
                              rd_kafka_topic_partition_list_t *list, struct xz_err *err)
{
    for (int i = list->cnt - 1; i >= 0; i--) {
        rd_kafka_topic_partition_t *at = &list->elems[i];
        int64_t low = 0, high = 0;
        const rd_kafka_resp_err_t code = rd_kafka_query_watermark_offsets(
            consumer, at->topic, at->partition, &low, &high, ANSWER_MS);

        if (code != RD_KAFKA_RESP_ERR_NO_ERROR) {
            return xz_err_set(err, XZ_RETRY, "the end of %s/%d is not told: %s", at->topic,
                              at->partition, rd_kafka_err2str(code));
        }
        at->offset = tail > 0 && high - tail > low ? high - tail : low;
        if (low == high) {
            (void)rd_kafka_topic_partition_list_del_by_idx(list, i);
        }
    }
    return XZ_OK;
}

/* Its end is told again when it grows: counted once. */
static bool ends(rd_kafka_topic_partition_list_t *list, const rd_kafka_message_t *message)
{
    rd_kafka_topic_partition_t *at = rd_kafka_topic_partition_list_find(
        list, rd_kafka_topic_name(message->rkt), message->partition);
    const bool first = at != NULL && at->offset != RD_KAFKA_OFFSET_END;

    if (first) {
        at->offset = RD_KAFKA_OFFSET_END;
    }
    return first;
}

static enum xz_rc read_all(rd_kafka_t *consumer, rd_kafka_topic_partition_list_t *list,
                           xz_record_fn visit, void *arg, struct xz_err *err)
{
    const char *topic = list->elems[0].topic;
    int waited_ms = 0, left = list->cnt;
    enum xz_rc rc = XZ_OK;

    while (rc == XZ_OK && left > 0) {
        rd_kafka_message_t *message = rd_kafka_consumer_poll(consumer, POLL_MS);

        if (message == NULL) {
            waited_ms += POLL_MS;
            rc = waited_ms > STILL_MS
                     ? xz_err_set(err, XZ_RETRY, "%s cannot be read to its end", topic)
                     : XZ_OK;
            continue;
        }
        waited_ms = 0;
        if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
            left = visit(arg, message) ? left : 0;
        } else if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
            left -= ends(list, message);
        } else if (xz_kafka_class(message->err) == XZ_FATAL) {
            rc = xz_err_set(err, XZ_FATAL, "%s: %s", topic, rd_kafka_message_errstr(message));
        }
        rd_kafka_message_destroy(message);
    }
    return rc;
}

enum xz_rc xz_scan(const struct xz_config *config, const char *topic, int64_t tail,
                   xz_record_fn visit, void *arg, struct xz_err *err)
{
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(8);
    rd_kafka_t *consumer = NULL;
    enum xz_rc rc = xz_kafka_reader(config, &consumer, err);

    rc = rc == XZ_OK ? find_partitions(consumer, topic, list, err) : rc;
    rc = rc == XZ_OK ? find_places(consumer, tail, list, err) : rc;
    if (rc == XZ_OK && list->cnt > 0) {
        (void)rd_kafka_poll_set_consumer(consumer);
        (void)rd_kafka_assign(consumer, list);
        rc = read_all(consumer, list, visit, arg, err);
    }
    rd_kafka_topic_partition_list_destroy(list);
    xz_kafka_reader_close(consumer);
    return rc;
}
