/* SPDX-License-Identifier: GPL-3.0-or-later */
/* stream/replay.h - the event topics from their beginning to their end as of now, outside any
 * group: what a hearing repeats an accusation from. */
#ifndef XZ_STREAM_REPLAY_H
#define XZ_STREAM_REPLAY_H
#include "base/str.h"
#include "stream/config.h"

struct xz_replay_record {
    uint16_t topic; /* its place in topics.events */
    int32_t partition;
    int64_t offset;
    struct xz_str content_type, value; /* borrowed */
};

/* Returns the event time of the record, or INT64_MIN when it has none. */
typedef int64_t (*xz_replay_fn)(void *arg, const struct xz_replay_record *record);

/* Partitions are read side by side in event time, as the service reads them. */
XZ_MUST enum xz_rc xz_replay(const struct xz_config *config, xz_replay_fn take, void *arg,
                             struct xz_err *err);

#endif
