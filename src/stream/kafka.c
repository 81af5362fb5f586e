/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stream/kafka.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/mem.h"

#define WAIT_MS       10000
#define LOOK_MS       500 /* between two looks at who waits */
#define ADMIN_WAIT_MS 30000
#define GREET_MS      5000
#define SOON_MS       1000
#define CLOSE_MS      2000
#define STILL_MS      10000 /* no record for so long: the broker is gone */

static int64_t read_clock(clockid_t clock)
{
    struct timespec now;

    (void)clock_gettime(clock, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t xz_now_ms(void) { return read_clock(CLOCK_REALTIME); }

int64_t xz_steady_ms(void) { return read_clock(CLOCK_MONOTONIC); }

size_t xz_split_names(char *text, const char *names[], size_t max)
{
    size_t count = 0;
    char *rest = text, *name;

    while ((name = strsep(&rest, ", ")) != NULL) {
        if (name[0] != '\0' && count < max) {
            names[count++] = name;
        }
    }
    return count;
}

enum xz_rc xz_kafka_class(rd_kafka_resp_err_t code)
{
    switch (code) {
    case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET:
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
        return XZ_FATAL;
    default:
        return XZ_RETRY;
    }
}

static void on_log(const rd_kafka_t *client, int level, const char *facility, const char *text)
{
    (void)client;
    xz_log(level <= 3 ? XZ_LOG_WARN : XZ_LOG_DEBUG, "kafka", facility, "text=\"%s\"", text);
}

enum xz_rc xz_kafka_conf(const struct xz_config *config, const char *const *pairs,
                         rd_kafka_conf_t **out, struct xz_err *err)
{
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    char text[256];

    rd_kafka_conf_set_log_cb(conf, on_log);
    for (size_t i = 0; i < config->kafka_count; i++) {
        if (rd_kafka_conf_set(conf, config->kafka[i].name, config->kafka[i].value, text,
                              sizeof(text)) != RD_KAFKA_CONF_OK) {
            rd_kafka_conf_destroy(conf);
            return xz_err_set(err, XZ_CONFIG, "kafka.%s: %s", config->kafka[i].name, text);
        }
    }
    for (; pairs != NULL && pairs[0] != NULL; pairs += 2) {
        if (rd_kafka_conf_set(conf, pairs[0], pairs[1], text, sizeof(text)) != RD_KAFKA_CONF_OK) {
            rd_kafka_conf_destroy(conf);
            return xz_err_set(err, XZ_FATAL, "librdkafka does not take %s: %s", pairs[0], text);
        }
    }
    *out = conf;
    return XZ_OK;
}

enum xz_rc xz_kafka_open(rd_kafka_type_t type, rd_kafka_conf_t *conf, rd_kafka_t **client,
                         struct xz_err *err)
{
    char text[256];

    *client = rd_kafka_new(type, conf, text, sizeof(text));
    if (*client == NULL) {
        rd_kafka_conf_destroy(conf);
        return xz_err_set(err, XZ_CONFIG, "kafka: %s", text);
    }
    return XZ_OK;
}

static void on_delivery(rd_kafka_t *client, const rd_kafka_message_t *message, void *arg)
{
    struct xz_producer *producer = arg;

    (void)client;
    if (producer->on_delivery != NULL) {
        producer->on_delivery(producer->arg, message);
    }
}

enum xz_rc xz_producer_open(struct xz_producer *producer, const struct xz_config *config,
                            xz_delivery_fn delivered, void *arg, struct xz_err *err)
{
    static const char *const pairs[] = {"enable.idempotence",
                                        "true",
                                        "linger.ms",
                                        "1",
                                        "compression.type",
                                        "lz4",
                                        "message.max.bytes",
                                        "8000000",
                                        "queue.buffering.max.messages",
                                        "200000",
                                        "queue.buffering.max.kbytes",
                                        XZ_PRODUCER_QUEUE_KB,
                                        "message.timeout.ms",
                                        "120000",
                                        NULL};
    rd_kafka_conf_t *conf;
    enum xz_rc rc = xz_kafka_conf(config, pairs, &conf, err);

    if (rc != XZ_OK) {
        return rc;
    }
    producer->on_delivery = delivered;
    producer->arg = arg;
    rd_kafka_conf_set_dr_msg_cb(conf, on_delivery);
    rd_kafka_conf_set_opaque(conf, producer);
    return xz_kafka_open(RD_KAFKA_PRODUCER, conf, &producer->client, err);
}

void xz_producer_know(struct xz_producer *producer, const char *topic)
{
    const struct rd_kafka_metadata *metadata = NULL;

    producer->known = rd_kafka_topic_new(producer->client, topic, NULL);
    if (producer->known != NULL &&
        rd_kafka_metadata(producer->client, 0, producer->known, &metadata, GREET_MS) ==
            RD_KAFKA_RESP_ERR_NO_ERROR) {
        rd_kafka_metadata_destroy(metadata);
    }
}

void xz_producer_close(struct xz_producer *producer)
{
    if (producer->known != NULL) {
        rd_kafka_topic_destroy(producer->known);
        producer->known = NULL;
    }
    if (producer->client != NULL) {
        (void)rd_kafka_flush(producer->client, CLOSE_MS); /* whoever needs it has flushed before */
        rd_kafka_destroy(producer->client);
        producer->client = NULL;
    }
}

enum xz_rc xz_produce(struct xz_producer *producer, const char *topic, int32_t partition,
                      struct xz_str key, struct xz_str value, bool tombstone,
                      const struct xz_header *headers, size_t header_count, void *opaque,
                      struct xz_err *err)
{
    for (;;) {
        rd_kafka_headers_t *list = header_count > 0 ? rd_kafka_headers_new(header_count) : NULL;
        rd_kafka_vu_t args[8];
        size_t count = 0;
        rd_kafka_error_t *error;
        rd_kafka_resp_err_t code;

        for (size_t i = 0; i < header_count; i++) {
            (void)rd_kafka_header_add(list, headers[i].name, -1, headers[i].value.ptr,
                                      headers[i].value.len);
        }
        args[count++] = (rd_kafka_vu_t){.vtype = RD_KAFKA_VTYPE_TOPIC, .u.cstr = topic};
        args[count++] = (rd_kafka_vu_t){.vtype = RD_KAFKA_VTYPE_PARTITION, .u.i32 = partition};
        args[count++] =
            (rd_kafka_vu_t){.vtype = RD_KAFKA_VTYPE_MSGFLAGS, .u.i = RD_KAFKA_MSG_F_COPY};
        args[count++] = (rd_kafka_vu_t){.vtype = RD_KAFKA_VTYPE_OPAQUE, .u.ptr = opaque};
        if (key.len > 0) {
            args[count++] = (rd_kafka_vu_t){.vtype = RD_KAFKA_VTYPE_KEY,
                                            .u.mem = {(void *)(uintptr_t)key.ptr, key.len}};
        }
        if (!tombstone) {
            args[count++] = (rd_kafka_vu_t){
                .vtype = RD_KAFKA_VTYPE_VALUE,
                .u.mem = {(void *)(uintptr_t)(value.len ? value.ptr : ""), value.len}};
        }
        if (list != NULL) {
            args[count++] = (rd_kafka_vu_t){.vtype = RD_KAFKA_VTYPE_HEADERS, .u.headers = list};
        }
        error = rd_kafka_produceva(producer->client, args, count);
        if (error == NULL) {
            return XZ_OK;
        }
        code = rd_kafka_error_code(error);
        if (list != NULL) {
            rd_kafka_headers_destroy(list);
        }
        if (code != RD_KAFKA_RESP_ERR__QUEUE_FULL) {
            (void)xz_err_set(err, xz_kafka_class(code), "produce to %s: %s", topic,
                             rd_kafka_error_string(error));
            rd_kafka_error_destroy(error);
            return xz_kafka_class(code);
        }
        rd_kafka_error_destroy(error);
        (void)rd_kafka_poll(producer->client, 50);
    }
}

enum xz_rc xz_kafka_apart(rd_kafka_t *consumer, const char *topic, int32_t partition,
                          int64_t offset, rd_kafka_queue_t **queue, struct xz_err *err)
{
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);
    rd_kafka_error_t *error;
    enum xz_rc rc = XZ_OK;

    *queue = rd_kafka_queue_get_partition(consumer, topic, partition);
    rd_kafka_queue_forward(*queue, NULL);
    /* What came before that stands in the consumer's own queue: the seek outdates it there, and the
     * records come again here. */
    rd_kafka_topic_partition_list_add(list, topic, partition)->offset = offset;
    error = rd_kafka_seek_partitions(consumer, list, WAIT_MS);
    if (error != NULL || list->elems[0].err != RD_KAFKA_RESP_ERR_NO_ERROR) {
        rc = xz_err_set(err, XZ_RETRY, "%s/%d cannot be read from %lld: %s", topic, partition,
                        (long long)offset,
                        error != NULL ? rd_kafka_error_string(error)
                                      : rd_kafka_err2str(list->elems[0].err));
    }
    if (error != NULL) {
        rd_kafka_error_destroy(error);
    }
    rd_kafka_topic_partition_list_destroy(list);
    return rc;
}

void xz_kafka_end(rd_kafka_t *consumer, const char *topic, int32_t partition, int64_t *end)
{
    int64_t low, high;

    if (rd_kafka_query_watermark_offsets(consumer, topic, partition, &low, &high, SOON_MS) ==
        RD_KAFKA_RESP_ERR_NO_ERROR) {
        *end = high;
    }
}

size_t xz_kafka_take(rd_kafka_queue_t *queue, int wait_ms, rd_kafka_message_t **messages,
                     size_t max)
{
    ssize_t count = rd_kafka_consume_batch_queue(queue, 0, messages, max);

    if (count <= 0 && wait_ms > 0) {
        messages[0] = rd_kafka_consume_queue(queue, wait_ms);
        if (messages[0] == NULL) {
            return 0;
        }
        count = rd_kafka_consume_batch_queue(queue, 0, messages + 1, max - 1);
        return 1 + (count > 0 ? (size_t)count : 0);
    }
    return count > 0 ? (size_t)count : 0;
}

int64_t xz_kafka_timestamp(const rd_kafka_message_t *message, int64_t unknown)
{
    rd_kafka_timestamp_type_t kind;
    const int64_t at_ms = rd_kafka_message_timestamp(message, &kind);

    return kind == RD_KAFKA_TIMESTAMP_NOT_AVAILABLE ? unknown : at_ms;
}

/* ---- topics ---- */

/* What a topic that is made here is like. Observations are kept for good, until an operator says
 * how long: what was not read yet, and the marks of packs, must not go by a default of the broker.
 * A tombstone of state outlives every state.dir that may yet be rolled forward over it. */
enum manner { PLAIN, KEPT, PACKS, STATE, MANNERS };

#define SETTINGS_MAX 2

static const struct setting {
    const char *name, *value;
} settings[MANNERS][SETTINGS_MAX] = {
    [KEPT] = {{"retention.ms", "-1"}, {"retention.bytes", "-1"}},
    [PACKS] = {{"cleanup.policy", "compact"}},
    [STATE] = {{"cleanup.policy", "compact"}, {"delete.retention.ms", "2592000000"}},
};

struct topic {
    const char *name;
    int partitions;
    enum manner manner;
};

static rd_kafka_NewTopic_t *new_topic(const struct xz_config *config, const struct topic *topic)
{
    char text[256];
    rd_kafka_NewTopic_t *made = rd_kafka_NewTopic_new(
        topic->name, topic->partitions, (int)config->topics_replication, text, sizeof(text));

    if (made != NULL) {
        (void)rd_kafka_NewTopic_set_config(made, "max.message.bytes", "8000000");
    }
    for (size_t i = 0; made != NULL && i < SETTINGS_MAX; i++) {
        const struct setting *setting = &settings[topic->manner][i];

        if (setting->name != NULL) {
            (void)rd_kafka_NewTopic_set_config(made, setting->name, setting->value);
        }
    }
    return made;
}

static int partitions_of(const rd_kafka_metadata_t *metadata, const char *name)
{
    for (int i = 0; i < metadata->topic_cnt; i++) {
        if (strcmp(metadata->topics[i].topic, name) == 0 &&
            metadata->topics[i].err == RD_KAFKA_RESP_ERR_NO_ERROR) {
            return metadata->topics[i].partition_cnt;
        }
    }
    return 0;
}

static enum xz_rc create(rd_kafka_t *client, const struct xz_config *config,
                         const struct topic *topics, size_t count,
                         const rd_kafka_metadata_t *metadata, struct xz_err *err)
{
    rd_kafka_NewTopic_t *missing[XZ_EVENT_TOPICS_MAX + 8];
    size_t missing_count = 0;
    rd_kafka_queue_t *queue;
    rd_kafka_event_t *event;
    enum xz_rc rc = XZ_OK;

    for (size_t i = 0; i < count; i++) {
        if (partitions_of(metadata, topics[i].name) == 0) {
            missing[missing_count++] = new_topic(config, &topics[i]);
            xz_log(XZ_LOG_INFO, "kafka", "create_topic", "topic=%s partitions=%d", topics[i].name,
                   topics[i].partitions);
        }
    }
    if (missing_count == 0) {
        return XZ_OK;
    }
    queue = rd_kafka_queue_new(client);
    rd_kafka_CreateTopics(client, missing, missing_count, NULL, queue);
    event = rd_kafka_queue_poll(queue, ADMIN_WAIT_MS);
    if (event == NULL || rd_kafka_event_error(event) != RD_KAFKA_RESP_ERR_NO_ERROR) {
        rc = xz_err_set(err, XZ_RETRY, "topics cannot be created: %s",
                        event ? rd_kafka_event_error_string(event) : "no answer");
    } else {
        size_t results;
        const rd_kafka_topic_result_t **list = rd_kafka_CreateTopics_result_topics(
            rd_kafka_event_CreateTopics_result(event), &results);

        for (size_t i = 0; i < results && rc == XZ_OK; i++) {
            const rd_kafka_resp_err_t code = rd_kafka_topic_result_error(list[i]);

            if (code != RD_KAFKA_RESP_ERR_NO_ERROR &&
                code != RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS) {
                rc = xz_err_set(err, XZ_CONFIG, "topic %s cannot be created: %s",
                                rd_kafka_topic_result_name(list[i]),
                                rd_kafka_topic_result_error_string(list[i]));
            }
        }
    }
    if (event != NULL) {
        rd_kafka_event_destroy(event);
    }
    rd_kafka_queue_destroy(queue);
    rd_kafka_NewTopic_destroy_array(missing, missing_count);
    return rc;
}

bool xz_patience_is_over(struct xz_patience patience)
{
    return patience.over != NULL && patience.over(patience.arg);
}

static enum xz_rc metadata_of(rd_kafka_t *client, struct xz_patience patience,
                              const rd_kafka_metadata_t **metadata, struct xz_err *err)
{
    rd_kafka_resp_err_t code = RD_KAFKA_RESP_ERR__TIMED_OUT;

    *metadata = NULL;
    for (int waited_ms = 0;
         *metadata == NULL && waited_ms < WAIT_MS && !xz_patience_is_over(patience);
         waited_ms += LOOK_MS) {
        code = rd_kafka_metadata(client, 1, NULL, metadata, LOOK_MS);
    }
    if (*metadata == NULL) {
        (void)xz_err_set(err, XZ_RETRY, "the broker does not answer: %s", rd_kafka_err2str(code));
        return XZ_RETRY;
    }
    return XZ_OK;
}

enum xz_rc xz_kafka_topics(const struct xz_config *config, struct xz_patience patience,
                           int32_t *partitions, char cluster_id[static 64], struct xz_err *err)
{
    const int n = (int)config->topics_partitions;
    char *names = xz_strdup(config->topics_events);
    const char *events[XZ_EVENT_TOPICS_MAX];
    const size_t event_count = xz_split_names(names, events, XZ_EVENT_TOPICS_MAX);
    struct topic topics[XZ_EVENT_TOPICS_MAX + 8] = {
        {config->topics_observations, n, KEPT}, {config->topics_state, n, STATE},
        {config->topics_packs, 1, PACKS},       {config->topics_alerts, n, PLAIN},
        {config->topics_rejects, 1, PLAIN},     {config->topics_dispositions, 1, PLAIN}};
    size_t count = 6;
    const rd_kafka_metadata_t *metadata = NULL;
    rd_kafka_conf_t *conf = NULL;
    rd_kafka_t *client = NULL;
    char *id;
    enum xz_rc rc = xz_kafka_conf(config, NULL, &conf, err);

    for (size_t i = 0; i < event_count; i++) {
        topics[count++] = (struct topic){events[i], n, PLAIN};
    }
    rc = rc == XZ_OK ? xz_kafka_open(RD_KAFKA_PRODUCER, conf, &client, err) : rc;
    rc = rc == XZ_OK ? metadata_of(client, patience, &metadata, err) : rc;
    rc = rc == XZ_OK ? create(client, config, topics, count, metadata, err) : rc;
    for (int tries = 0; rc == XZ_OK && tries < 50; tries++) {
        rd_kafka_metadata_destroy(metadata);
        metadata = NULL;
        rc = metadata_of(client, patience, &metadata, err);
        *partitions = rc == XZ_OK ? partitions_of(metadata, config->topics_observations) : 0;
        if (*partitions > 0 && partitions_of(metadata, config->topics_state) > 0 &&
            partitions_of(metadata, config->topics_alerts) > 0) {
            break;
        }
        (void)rd_kafka_poll(client, 100); /* a new topic takes a moment to be known */
    }
    if (rc == XZ_OK && *partitions != partitions_of(metadata, config->topics_state)) {
        rc = xz_err_set(err, XZ_CONFIG,
                        "%s has %d partitions and %s has %d: both must be the same, and may never "
                        "change; recreate the smaller or use other names",
                        config->topics_observations, *partitions, config->topics_state,
                        partitions_of(metadata, config->topics_state));
    }
    if (rc == XZ_OK) {
        id = rd_kafka_clusterid(client, WAIT_MS);
        (void)snprintf(cluster_id, 64, "%s", id != NULL ? id : "unknown");
        if (id != NULL) {
            rd_kafka_mem_free(client, id);
        }
    }
    if (metadata != NULL) {
        rd_kafka_metadata_destroy(metadata);
    }
    if (client != NULL) {
        rd_kafka_destroy(client);
    }
    free(names);
    return rc;
}

bool xz_kafka_answers(rd_kafka_t *client, int wait_ms)
{
    const struct rd_kafka_metadata *metadata = NULL;
    const bool answers =
        rd_kafka_metadata(client, 0, NULL, &metadata, wait_ms) == RD_KAFKA_RESP_ERR_NO_ERROR;

    if (answers) {
        rd_kafka_metadata_destroy(metadata);
    }
    return answers;
}

void xz_kafka_greet(rd_kafka_t *client)
{
    const struct rd_kafka_metadata *metadata = NULL;

    if (rd_kafka_metadata(client, 0, NULL, &metadata, GREET_MS) == RD_KAFKA_RESP_ERR_NO_ERROR) {
        rd_kafka_metadata_destroy(metadata);
    }
}

/* ---- reading a partition to its end ---- */

enum xz_rc xz_kafka_reader(const struct xz_config *config, rd_kafka_t **reader, struct xz_err *err)
{
    static const char *const pairs[] = {"group.id",
                                        "xiezhi-reader",
                                        "enable.auto.commit",
                                        "false",
                                        "isolation.level",
                                        "read_committed",
                                        "enable.partition.eof",
                                        "true",
                                        "auto.offset.reset",
                                        "earliest",
                                        "fetch.wait.max.ms",
                                        "10",
                                        NULL};
    rd_kafka_conf_t *conf = NULL;
    enum xz_rc rc = xz_kafka_conf(config, pairs, &conf, err);

    rc = rc == XZ_OK ? xz_kafka_open(RD_KAFKA_CONSUMER, conf, reader, err) : rc;
    if (rc == XZ_OK) {
        xz_kafka_greet(*reader);
    }
    return rc;
}

void xz_kafka_reader_close(rd_kafka_t *reader)
{
    if (reader != NULL) {
        (void)rd_kafka_consumer_close(reader);
        rd_kafka_destroy(reader);
    }
}

enum xz_rc xz_kafka_read(const struct xz_config *config, const char *topic, int32_t partition,
                         int64_t offset, xz_record_fn visit, void *arg, int64_t *next,
                         struct xz_err *err)
{
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);
    rd_kafka_t *client = NULL;
    bool end = false;
    int waited_ms = 0;
    enum xz_rc rc = xz_kafka_reader(config, &client, err);

    rd_kafka_topic_partition_list_add(list, topic, partition)->offset = offset;
    if (rc == XZ_OK) {
        (void)rd_kafka_poll_set_consumer(client);
        (void)rd_kafka_assign(client, list);
    }
    while (rc == XZ_OK && !end) {
        rd_kafka_message_t *message = rd_kafka_consumer_poll(client, 100);

        if (message == NULL) {
            waited_ms += 100;
            if (waited_ms > STILL_MS) {
                rc = xz_err_set(err, XZ_RETRY, "%s/%d cannot be read to its end", topic, partition);
            }
            continue;
        }
        waited_ms = 0;
        if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
            *next = message->offset + 1;
            end = !visit(arg, message);
        } else if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
            *next = message->offset;
            end = true;
        } else if (xz_kafka_class(message->err) == XZ_FATAL) {
            rc = xz_err_set(err, XZ_FATAL, "%s/%d: %s", topic, partition,
                            rd_kafka_message_errstr(message));
        }
        rd_kafka_message_destroy(message);
    }
    rd_kafka_topic_partition_list_destroy(list);
    xz_kafka_reader_close(client);
    return rc;
}
