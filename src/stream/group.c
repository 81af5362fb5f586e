/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stream/group.h"

#include <string.h>

#define SESSION_MS        "10000"  /* the library's 45 s are long to wait for alerts */
#define POLL_MAX_MS       "600000" /* between two polls: a store may take long to be rebuilt */
#define CONSUMER_QUEUE_KB 32768    /* of a client, over its partitions */
#define LEAST_QUEUE_KB    2048     /* of a partition: a fetch and the one that follows */

/* How much one partition's queue may hold, so that all of a client stay under its bound: the
 * library counts for each queue that is read apart. */
static int queue_kb(int32_t partitions)
{
    const int share_kb = CONSUMER_QUEUE_KB / (partitions > 0 ? partitions : 1);

    return share_kb > LEAST_QUEUE_KB ? share_kb : LEAST_QUEUE_KB;
}

/* So long after its last sign of life (kill -9) a member's partitions go to another, or to the same
 * program started again. Unless the configuration says otherwise. */
static void suggest_session(rd_kafka_conf_t *conf, const struct xz_config *config)
{
    char text[256];

    if (xz_config_kafka(config, "session.timeout.ms") == NULL) {
        (void)rd_kafka_conf_set(conf, "session.timeout.ms", SESSION_MS, text, sizeof(text));
    }
}

static enum xz_rc subscribe(rd_kafka_t *consumer, const struct xz_group_member *member,
                            struct xz_err *err)
{
    rd_kafka_topic_partition_list_t *list =
        rd_kafka_topic_partition_list_new((int)member->topic_count);
    rd_kafka_resp_err_t code;

    for (size_t i = 0; i < member->topic_count; i++) {
        (void)rd_kafka_topic_partition_list_add(list, member->topics[i], RD_KAFKA_PARTITION_UA);
    }
    code = rd_kafka_subscribe(consumer, list);
    rd_kafka_topic_partition_list_destroy(list);
    return code == RD_KAFKA_RESP_ERR_NO_ERROR
               ? XZ_OK
               : xz_err_set(err, XZ_CONFIG, "subscribe: %s", rd_kafka_err2str(code));
}

enum xz_rc xz_group_join(const struct xz_service_shared *shared,
                         const struct xz_group_member *member, rd_kafka_t **consumer,
                         struct xz_err *err)
{
    char group[256], queue[16];
    const char *const pairs[] = {"group.id",
                                 group,
                                 "enable.auto.commit",
                                 "false",
                                 "auto.offset.reset",
                                 "error",
                                 "enable.partition.eof",
                                 "true",
                                 "fetch.wait.max.ms",
                                 "5",
                                 "partition.assignment.strategy",
                                 "range",
                                 "max.poll.interval.ms",
                                 POLL_MAX_MS,
                                 "queued.max.messages.kbytes",
                                 queue,
                                 NULL};
    rd_kafka_conf_t *conf = NULL;
    enum xz_rc rc;

    *consumer = NULL;
    (void)snprintf(group, sizeof(group), "%s-%s", shared->config->group, member->role);
    (void)snprintf(queue, sizeof(queue), "%d", queue_kb(shared->partitions));
    rc = xz_kafka_conf(shared->config, pairs, &conf, err);
    if (rc != XZ_OK) {
        return rc;
    }
    suggest_session(conf, shared->config);
    rd_kafka_conf_set_rebalance_cb(conf, member->on_rebalance);
    rd_kafka_conf_set_error_cb(conf, member->on_error);
    rd_kafka_conf_set_opaque(conf, member->arg);
    rc = xz_kafka_open(RD_KAFKA_CONSUMER, conf, consumer, err);
    if (rc == XZ_OK) {
        (void)rd_kafka_poll_set_consumer(*consumer);
        rc = subscribe(*consumer, member, err);
    }
    return rc;
}
