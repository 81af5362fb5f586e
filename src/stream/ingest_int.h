/* SPDX-License-Identifier: GPL-3.0-or-later */
/* stream/ingest_int.h - what the files of ingest share: ingest.c reads and checks events,
 * sources.c keeps how far each source partition is durable. */
#ifndef XZ_STREAM_INGEST_INT_H
#define XZ_STREAM_INGEST_INT_H
#include "event/decode.h"
#include "event/reference.h"
#include "stream/applied.h"
#include "stream/frame.h"
#include "stream/kafka.h"
#include "stream/pace.h"
#include "stream/roles.h"

struct batch { /* frames and rejects that stand for source positions below `end` */
    struct batch *next;
    struct source *source;
    int64_t end, newest_ms;
    uint32_t outstanding;
};

struct target {
    struct xz_buf frame;
    uint64_t number; /* of the next frame */
    uint32_t count;  /* observations in frame */
};

struct known { /* what a target had applied before this writer began; offset -1: nothing */
    int64_t offset, newest_ms;
};

struct source {
    char name[XZ_SOURCE_MAX + 1]; /* "topic/partition" */
    char topic[200];
    uint16_t topic_index;
    int32_t partition;
    uint64_t epoch;
    int64_t newest_ms;
    int64_t read;   /* next offset to read */
    int64_t sealed; /* positions below are in batches */
    int64_t durable, durable_newest_ms, committed;
    struct target *targets;
    struct known *known;        /* by target; NULL: the group goes on where it was */
    int64_t doubt;              /* the highest offset in known; -1: none */
    struct batch *first, *last; /* of what is under way, oldest first */
    struct batch *open;         /* collects until the flush; rejects join at once */
    size_t pending_bytes;
    int64_t pending_since_ms;
    int64_t flushed_ms;      /* newest at the last flush */
    rd_kafka_queue_t *queue; /* of its partition alone */
    int64_t end;        /* of its log when reading began, or as the broker said later; behind the
                           last record may stand what no consumer sees */
    int64_t seen;       /* the broker said that nothing stands below */
    int64_t waiting_ms; /* since when its next records are waited for; 0: they are not */
    bool dry;           /* had nothing in this round */
    struct source *next;
};

struct ingest {
    struct xz_service_shared *shared;
    const struct xz_config *config;
    rd_kafka_t *consumer;
    struct xz_producer producer;
    struct source *sources;
    struct source *dropped; /* not ours any more, but reports on their frames may yet come */
    struct xz_pace pace;
    int64_t read_ms; /* when the record read last was written, says the broker */
    struct xz_reference *reference;
    struct xz_arena arena;
    struct xz_buf observation;
    unsigned reload_seen;
    bool lost; /* a frame was lost: nothing past it may be committed */
    struct xz_err why;
    const char *topics[XZ_EVENT_TOPICS_MAX];
    size_t topic_count;
    struct xz_decode_limits limits;
};

/* The batch that collects until the flush; rejects join it at once. */
struct batch *xz_source_batch(struct source *source);
/* Seals what was read: frames go out, and the batch waits for its acknowledgements. */
XZ_MUST enum xz_rc xz_source_flush(struct ingest *ingest, struct source *source,
                                   struct xz_err *err);
/* Whether the position is one that the target applied before, but with another event there. */
bool xz_source_differs(const struct source *source, int32_t target, int64_t offset, int64_t at_ms);
/* XZ_FATAL: what it is, and what to do. */
enum xz_rc xz_source_made_anew(const struct source *source, int64_t applied, struct xz_err *err);
/* Commits what became durable. */
void xz_sources_commit(struct ingest *ingest, bool wait);
/* Everything read becomes durable, then is committed. */
void xz_sources_drain(struct ingest *ingest);
/* All of them; those with frames under way live on until the reports have come. */
void xz_sources_drop(struct ingest *ingest);
/* Frees them for good: only when the producer is gone. */
void xz_sources_forget(struct ingest *ingest);

/* For librdkafka. */
void xz_sources_on_delivery(void *arg, const rd_kafka_message_t *message);
void xz_sources_on_rebalance(rd_kafka_t *consumer, rd_kafka_resp_err_t code,
                             rd_kafka_topic_partition_list_t *list, void *arg);

#endif
