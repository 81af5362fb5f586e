/* SPDX-License-Identifier: GPL-3.0-or-later */
/* stream/feed.h - the alerts topic as it grows, outside any group: who reads it keeps his own
 * places. */
#ifndef XZ_STREAM_FEED_H
#define XZ_STREAM_FEED_H
#include "base/str.h"
#include "stream/config.h"

struct xz_feed;

#define XZ_FEED_BATCH 256 /* records handed over at once, at most */

struct xz_feed_record {
    const char *topic;
    int32_t partition;
    int64_t offset;
    struct xz_str value; /* borrowed, like topic, while it is handed over */
};

/* Where a partition is to be read from; 0 is its beginning. */
typedef enum xz_rc (*xz_feed_place_fn)(void *arg, const char *topic, int32_t partition,
                                       int64_t *next, struct xz_err *err);
typedef enum xz_rc (*xz_feed_take_fn)(void *arg, const struct xz_feed_record *records, size_t count,
                                      struct xz_err *err);

/* place NULL: everything from its beginning. XZ_RETRY when no broker answers. */
XZ_MUST enum xz_rc xz_feed_open(const struct xz_config *config, xz_feed_place_fn place, void *arg,
                                struct xz_feed **feed, struct xz_err *err);
void xz_feed_close(struct xz_feed *feed); /* NULL is fine */

/* Hands over the records that are there, after waiting up to wait_ms for the first; looks for the
 * topic again while it is not there. What take returns; XZ_RETRY when no broker answers. */
XZ_MUST enum xz_rc xz_feed_poll(struct xz_feed *feed, int wait_ms, xz_feed_take_fn take, void *arg,
                                struct xz_err *err);

/* How many records the broker has that were not handed over yet; -1 while it has not told. */
int64_t xz_feed_lag(const struct xz_feed *feed);

#endif
