/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stream/embedded.h"

#include <stdlib.h>

#include "base/mem.h"
#include "stream/kafka.h"

#include <librdkafka/rdkafka_mock.h> /* wants rdkafka.h before it */

struct xz_embedded {
    rd_kafka_t *owner; /* of the cluster; talks to nobody */
    rd_kafka_mock_cluster_t *cluster;
};

static void create_topics(const struct xz_embedded *broker, const struct xz_config *config)
{
    const int many = (int)config->topics_partitions;
    const struct {
        const char *name;
        int partitions;
    } topics[] = {{config->topics_events, many},   {config->topics_observations, many},
                  {config->topics_state, many},    {config->topics_packs, 1},
                  {config->topics_alerts, many},   {config->topics_rejects, 1},
                  {config->topics_dispositions, 1}};

    for (size_t i = 0; i < sizeof(topics) / sizeof(topics[0]); i++) {
        (void)rd_kafka_mock_topic_create(broker->cluster, topics[i].name, topics[i].partitions, 1);
    }
}

enum xz_rc xz_embedded_start(struct xz_config *config, struct xz_embedded **out, struct xz_err *err)
{
    struct xz_embedded *broker = xz_calloc(1, sizeof(*broker));
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    char text[512];
    enum xz_rc rc;

    (void)rd_kafka_conf_set(conf, "log_level", "0", NULL, 0);
    rc = xz_kafka_open(RD_KAFKA_PRODUCER, conf, &broker->owner, err);
    if (rc == XZ_OK) {
        broker->cluster = rd_kafka_mock_cluster_new(broker->owner, 1);
        rc = broker->cluster != NULL
                 ? XZ_OK
                 : xz_err_set(err, XZ_FATAL, "the embedded broker does not start");
    }
    if (rc == XZ_OK) {
        create_topics(broker, config);
        (void)snprintf(text, sizeof(text), "kafka.bootstrap.servers=%s",
                       rd_kafka_mock_cluster_bootstraps(broker->cluster));
        rc = xz_config_set(config, text, err);
    }
    if (rc != XZ_OK) {
        xz_embedded_stop(broker);
        return rc;
    }
    *out = broker;
    return XZ_OK;
}

void xz_embedded_stop(struct xz_embedded *broker)
{
    if (broker == NULL) {
        return;
    }
    if (broker->cluster != NULL) {
        rd_kafka_mock_cluster_destroy(broker->cluster);
    }
    if (broker->owner != NULL) {
        rd_kafka_destroy(broker->owner);
    }
    free(broker);
}
