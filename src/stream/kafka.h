/* SPDX-License-Identifier: GPL-3.0-or-later */
/* stream/kafka.h - what ingest and detect share of librdkafka: clients from the configuration,
 * topics, errors by class. */
#ifndef XZ_STREAM_KAFKA_H
#define XZ_STREAM_KAFKA_H
#include <librdkafka/rdkafka.h>

#include "base/buf.h"
#include "base/err.h"
#include "stream/config.h"

int64_t xz_now_ms(void);    /* the wall clock, which somebody may set: of what is dated */
int64_t xz_steady_ms(void); /* since this machine began, ever forward: of what lasts */

/* A configuration with the operator's properties; `pairs` (name, value, .. NULL) come over them. */
XZ_MUST enum xz_rc xz_kafka_conf(const struct xz_config *config, const char *const *pairs,
                                 rd_kafka_conf_t **conf, struct xz_err *err);

/* Takes conf, whatever happens. */
XZ_MUST enum xz_rc xz_kafka_open(rd_kafka_type_t type, rd_kafka_conf_t *conf, rd_kafka_t **client,
                                 struct xz_err *err);

/* An idempotent producer whose delivery reports call on_delivery(opaque of the message). */
typedef void (*xz_delivery_fn)(void *arg, const rd_kafka_message_t *message);
struct xz_producer {
    rd_kafka_t *client;
    rd_kafka_topic_t *known; /* see xz_producer_know */
    xz_delivery_fn on_delivery;
    void *arg;
};
XZ_MUST enum xz_rc xz_producer_open(struct xz_producer *producer, const struct xz_config *config,
                                    xz_delivery_fn on_delivery, void *arg, struct xz_err *err);
void xz_producer_close(struct xz_producer *producer);
/* Learns now where a topic's partitions are: the first record of a topic waits for it otherwise,
 * some tenths of a second. One topic a producer; nothing happens when no broker answers. */
void xz_producer_know(struct xz_producer *producer, const char *topic);

#define XZ_PRODUCER_QUEUE_KB "65536" /* what waits for acknowledgements; then xz_produce waits */

struct xz_header {
    const char *name;
    struct xz_str value;
};
/* Copies value. partition RD_KAFKA_PARTITION_UA: by key. Waits while the queue is full. */
XZ_MUST enum xz_rc xz_produce(struct xz_producer *producer, const char *topic, int32_t partition,
                              struct xz_str key, struct xz_str value, bool tombstone,
                              const struct xz_header *headers, size_t header_count, void *opaque,
                              struct xz_err *err);

/* A record that is no event of the contract: why, where it stood, and the record itself. */
struct xz_reject {
    const char *reason, *path, *message;
    const char *topic;
    int32_t partition;
    int64_t offset;
    struct xz_str key, value;
    bool tombstone; /* it had no value */
};
XZ_MUST enum xz_rc xz_produce_reject(struct xz_producer *producer, const char *topic,
                                     const struct xz_reject *reject, void *opaque,
                                     struct xz_err *err);

/* Asked while a broker is waited for: is the process to end meanwhile? over NULL: it is not. */
struct xz_patience {
    bool (*over)(void *arg);
    void *arg;
};

/* Creates the contract's topics that are not there; tells the number of partitions of observations.
 * XZ_CONFIG when state and observations differ; XZ_RETRY when no broker answers in ten seconds, or
 * patience is over before. */
XZ_MUST enum xz_rc xz_kafka_topics(const struct xz_config *config, struct xz_patience patience,
                                   int32_t *partitions, char cluster_id[static 64],
                                   struct xz_err *err);
bool xz_patience_is_over(struct xz_patience patience);

/* Class of an error code: XZ_RETRY or XZ_FATAL. */
enum xz_rc xz_kafka_class(rd_kafka_resp_err_t code);

/* A consumer of committed records, of no group, that tells where partitions end. close: NULL is
 * fine. */
XZ_MUST enum xz_rc xz_kafka_reader(const struct xz_config *config, rd_kafka_t **reader,
                                   struct xz_err *err);
void xz_kafka_reader_close(rd_kafka_t *reader);

/* Does a broker answer within wait_ms? */
bool xz_kafka_answers(rd_kafka_t *client, int wait_ms);

/* Waits until a new client knows a broker: what is asked for before that, the library tries again
 * only after half a second. What comes of it shows in the call that follows. */
void xz_kafka_greet(rd_kafka_t *client);

/* A queue of this assigned partition alone, from offset on. */
XZ_MUST enum xz_rc xz_kafka_apart(rd_kafka_t *consumer, const char *topic, int32_t partition,
                                  int64_t offset, rd_kafka_queue_t **queue, struct xz_err *err);

/* Asks the broker where the partition ends; *end stays as it was when it does not answer soon. */
void xz_kafka_end(rd_kafka_t *consumer, const char *topic, int32_t partition, int64_t *end);

/* What is in the queue, up to max messages; when nothing is, waits up to wait_ms for the first.
 * (The library's own batch call would wait for the last.) The caller destroys them. */
size_t xz_kafka_take(rd_kafka_queue_t *queue, int wait_ms, rd_kafka_message_t **messages,
                     size_t max);

/* When the broker or the producer says the record was written; `unknown` when neither does. */
int64_t xz_kafka_timestamp(const rd_kafka_message_t *message, int64_t unknown);

/* Reads a partition from `offset` (RD_KAFKA_OFFSET_BEGINNING) to its end as of now. visit returns
 * false to stop. *next: the offset after the last record. */
typedef bool (*xz_record_fn)(void *arg, const rd_kafka_message_t *message);
XZ_MUST enum xz_rc xz_kafka_read(const struct xz_config *config, const char *topic,
                                 int32_t partition, int64_t offset, xz_record_fn visit, void *arg,
                                 int64_t *next, struct xz_err *err);

/* "a,b" into names; returns how many. text is changed. */
size_t xz_split_names(char *text, const char *names[], size_t max);

#endif
