/* SPDX-License-Identifier: GPL-3.0-or-later */
/* stream/partition_int.h - what the files of a partition share: partition.c folds frames,
 * checkpoint.c makes them durable, opening.c takes a partition over. */
#ifndef XZ_STREAM_PARTITION_INT_H
#define XZ_STREAM_PARTITION_INT_H
#include <pthread.h>
#include <stdatomic.h>

#include "stream/marker.h"
#include "stream/partition.h"

struct xz_part_target {
    struct xz_buf frame;
    uint64_t number;
    uint32_t count;
};

/* A checkpoint on its way. The thread that lands it has the changelog's client and place for
 * itself, and the writing of the store. */
enum xz_landing_state { XZ_LANDING_NONE, XZ_LANDING_TAKEN, XZ_LANDING_UNDER_WAY };
struct xz_landing {
    enum xz_landing_state state;
    struct xz_batch *batch;
    int64_t next, began_ms;
    pthread_t thread;
    _Atomic bool done;
    enum xz_rc rc; /* of the thread, once it is done */
    struct xz_err err;
};

struct xz_part {
    struct xz_part_setup setup;
    const struct xz_config *config;
    struct xz_store *store;
    struct xz_cache *cache;
    struct xz_engine *engine;
    struct xz_marks marks;
    const struct xz_pack *pack;
    char pack_sha256[65]; /* as the log said; empty before any control frame */
    int64_t next;         /* frame to read */
    int64_t checkpointed; /* next at the last checkpoint that landed */
    int64_t durable_ms, took_ms;
    struct xz_landing landing;
    unsigned flight;   /* which one of setup.flights messages count in now */
    int64_t newest_ms; /* event time folded so far, since opening */
    uint64_t epoch;    /* of what this partition derives */
    char source[32];   /* "@/id" */
    struct xz_part_target *targets;
    int64_t frame_offset; /* being processed */
    uint32_t place;       /* of the next derived observation within it */
    struct xz_producer changelog;
    int64_t changelog_next;
    bool changelog_lost;
    struct xz_arena arena;
    struct xz_buf json, observation;
    char *topic_names;
    const char *topics[XZ_EVENT_TOPICS_MAX];
    size_t topic_count;
    enum xz_rc sink_rc; /* of a sink, which cannot return it */
    struct xz_err sink_err;
};

/* Rolls the local store on: batch, and how far the changelog is in it. */
XZ_MUST enum xz_rc xz_part_write_store(struct xz_part *part, struct xz_batch *batch,
                                       struct xz_err *err);
/* How far the local store is in the changelog; 0 and found false when it never was in it. */
XZ_MUST enum xz_rc xz_part_read_place(struct xz_part *part, bool *found, struct xz_err *err);
/* Class of a transaction's error: fenced, or in doubt; a restart begins at the last checkpoint. */
XZ_MUST enum xz_rc xz_part_of_error(rd_kafka_error_t *error, const char *what, struct xz_err *err);
/* Waits for the thread of a checkpoint, if there is one, and forgets it: what it has not landed yet
 * is not durable. */
void xz_part_checkpoint_drop(struct xz_part *part);
/* The opaque of a message that this checkpoint has to wait for; counts it. */
struct xz_flight *xz_part_sent(struct xz_part *part);
void xz_part_set_sinks(struct xz_part *part, struct xz_engine_sinks *sinks);

#endif
