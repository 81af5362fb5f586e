/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The limit that the service is held against: how fast librdkafka alone hands over the records of a
 * topic, from the beginning to the end as it stands, all partitions in one consumer.
 *
 *   raw_consume BOOTSTRAP TOPIC     prints records, bytes and seconds from the first record to the
 * last
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <librdkafka/rdkafka.h>

#define BATCH   1000
#define WAIT_MS 10000

static double now_s(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static rd_kafka_t *open_consumer(const char *bootstrap)
{
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    char text[256];
    const char *const pairs[][2] = {{"bootstrap.servers", bootstrap},
                                    {"group.id", "raw-consume"},
                                    {"enable.auto.commit", "false"},
                                    {"enable.partition.eof", "true"},
                                    {"auto.offset.reset", "earliest"}};
    rd_kafka_t *consumer;

    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
        if (rd_kafka_conf_set(conf, pairs[i][0], pairs[i][1], text, sizeof(text)) !=
            RD_KAFKA_CONF_OK) {
            (void)fprintf(stderr, "%s\n", text);
            exit(1);
        }
    }
    consumer = rd_kafka_new(RD_KAFKA_CONSUMER, conf, text, sizeof(text));
    if (consumer == NULL) {
        (void)fprintf(stderr, "%s\n", text);
        exit(1);
    }
    (void)rd_kafka_poll_set_consumer(consumer);
    return consumer;
}

/* Returns the number of partitions. */
static int assign_all(rd_kafka_t *consumer, const char *topic)
{
    const struct rd_kafka_metadata *metadata = NULL;
    rd_kafka_topic_t *handle = rd_kafka_topic_new(consumer, topic, NULL);
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(8);
    int count;

    if (rd_kafka_metadata(consumer, 0, handle, &metadata, WAIT_MS) != RD_KAFKA_RESP_ERR_NO_ERROR ||
        metadata->topic_cnt != 1) {
        (void)fprintf(stderr, "no such topic: %s\n", topic);
        exit(1);
    }
    count = metadata->topics[0].partition_cnt;
    for (int i = 0; i < count; i++) {
        rd_kafka_topic_partition_list_add(list, topic, i)->offset = RD_KAFKA_OFFSET_BEGINNING;
    }
    (void)rd_kafka_assign(consumer, list);
    rd_kafka_topic_partition_list_destroy(list);
    rd_kafka_metadata_destroy(metadata);
    rd_kafka_topic_destroy(handle);
    return count;
}

int main(int argc, char **argv)
{
    static rd_kafka_message_t *messages[BATCH];
    rd_kafka_t *consumer;
    rd_kafka_queue_t *queue;
    unsigned long long records = 0, bytes = 0;
    double first = 0.0, last = 0.0;
    int ends = 0, partitions;

    if (argc != 3) {
        (void)fprintf(stderr, "Usage: raw_consume BOOTSTRAP TOPIC\n");
        return 2;
    }
    consumer = open_consumer(argv[1]);
    partitions = assign_all(consumer, argv[2]);
    queue = rd_kafka_queue_get_consumer(consumer);
    while (ends < partitions) {
        const ssize_t count = rd_kafka_consume_batch_queue(queue, 100, messages, BATCH);

        for (ssize_t i = 0; i < count; i++) {
            if (messages[i]->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
                ends++;
            } else if (messages[i]->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
                last = now_s();
                first = records == 0 ? last : first;
                records++;
                bytes += messages[i]->len;
            }
            rd_kafka_message_destroy(messages[i]);
        }
    }
    (void)printf("%llu %llu %.6f\n", records, bytes, last - first);
    rd_kafka_queue_destroy(queue);
    (void)rd_kafka_consumer_close(consumer);
    rd_kafka_destroy(consumer);
    return 0;
}
