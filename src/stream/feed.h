/* SPDX-License-Identifier: GPL-3.0-or-later */
/* stream/feed.h - the alerts topic as it grows, from its beginning; outside any group. */
#ifndef XZ_STREAM_FEED_H
#define XZ_STREAM_FEED_H
#include "base/str.h"
#include "stream/config.h"

struct xz_feed;

XZ_MUST enum xz_rc xz_feed_open(const struct xz_config *config, struct xz_feed **feed,
                                struct xz_err *err);
void xz_feed_close(struct xz_feed *feed); /* NULL is fine */

/* Hands over the values that are there, after waiting up to wait_ms for the first. */
void xz_feed_poll(struct xz_feed *feed, int wait_ms, void (*take)(void *arg, struct xz_str value),
                  void *arg);

#endif
