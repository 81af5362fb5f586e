/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * stream/partition.h - one observation partition that this process owns: its store, cache, engine,
 * marks, and the changelog that lets another take it over.
 *
 * Opening fences first (the transactional producer's epoch shuts out a zombie), then rolls the
 * local store forward to the end of the changelog, then raises the writer's epoch durably; only
 * then is a frame processed. In that order, always (tests/model: READFIRST, OLD_STORE).
 */
#ifndef XZ_STREAM_PARTITION_H
#define XZ_STREAM_PARTITION_H
#include <stdatomic.h>

#include "engine/engine.h"
#include "stream/frame.h"
#include "stream/kafka.h"
#include "stream/packs.h"
#include "stream/roles.h"

struct xz_part;

/* How many alerts and frames were sent and how many of them are acknowledged. Not the partition's:
 * answers may come when it is gone. */
struct xz_flight {
    _Atomic uint64_t sent, answered; /* partitions open side by side, and serve one producer */
};

struct xz_part_setup {
    struct xz_service_shared *shared;
    int32_t id;
    struct xz_store_budget *budget;
    size_t cache_bytes;
    struct xz_packs *packs;
    const struct xz_pack *fallback; /* until a control frame names another */
    struct xz_producer *producer;   /* of alerts and derived frames; the opaque of a message is its
                                       struct xz_flight, which its delivery report counts */
    struct xz_flight *flights;      /* two: of this checkpoint's messages, and of the next one's */
    const bool *lost;               /* a record of that producer was lost */
};

XZ_MUST enum xz_rc xz_part_open(const struct xz_part_setup *setup, struct xz_part **part,
                                struct xz_err *err);
void xz_part_close(struct xz_part *part); /* without a checkpoint */

int32_t xz_part_id(const struct xz_part *part);
int64_t xz_part_next(const struct xz_part *part);      /* offset of the next frame */
int64_t xz_part_durable(const struct xz_part *part);   /* the same at the last checkpoint */
int64_t xz_part_newest_ms(const struct xz_part *part); /* event time folded so far */

/* One record of the observations topic. */
XZ_MUST enum xz_rc xz_part_frame(struct xz_part *part, int64_t offset, const void *bytes,
                                 size_t len, struct xz_err *err);
/* Sends what was derived; after each round of frames. */
XZ_MUST enum xz_rc xz_part_flush(struct xz_part *part, struct xz_err *err);

bool xz_part_has_much(const struct xz_part *part); /* to send: a frame is as long as it may be */

/* Makes everything up to xz_part_next durable: alerts and derived frames first, then the changelog,
 * then the local store. What there is at `begin` is taken, and lands beside what goes on:
 * `proceed`, called in every round, sees to it. Nothing to do when nothing was read, or one is on
 * its way. */
XZ_MUST enum xz_rc xz_part_checkpoint_begin(struct xz_part *part, struct xz_err *err);
XZ_MUST enum xz_rc xz_part_checkpoint_proceed(struct xz_part *part, struct xz_err *err);
int64_t xz_part_durable_ms(const struct xz_part *part); /* when what was there became durable */
int64_t xz_part_took_ms(const struct xz_part *part);    /* the last one, from begin to end */
/* The same, waited for. */
XZ_MUST enum xz_rc xz_part_checkpoint(struct xz_part *part, struct xz_err *err);
/* Between frames: brings memory back under the cap. false: only entities that are not durable are
 * left, and it takes a checkpoint. */
bool xz_part_settle(struct xz_part *part);

struct xz_engine *xz_part_engine(struct xz_part *part);
struct xz_cache *xz_part_cache(struct xz_part *part);
struct xz_store *xz_part_store(struct xz_part *part);
const char *xz_part_pack(const struct xz_part *part); /* its SHA-256 */

/* Sums the numbers of these partitions into metrics. */
void xz_part_numbers(struct xz_part *const parts[], size_t count, struct xz_metrics *metrics);

#endif
