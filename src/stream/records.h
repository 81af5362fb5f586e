/* SPDX-License-Identifier: GPL-3.0-or-later */
/* stream/records.h - single records of the log, outside any group: the one at a place, the newest
 * of a topic, one drawn at random. Each call asks the broker anew and takes some tenths of a
 * second. */
#ifndef XZ_STREAM_RECORDS_H
#define XZ_STREAM_RECORDS_H
#include "base/str.h"
#include "stream/config.h"

#define XZ_RECORDS_MAX 200 /* of one call */

struct xz_log_record {
    const char *topic;
    int32_t partition;
    int64_t offset, at_ms;      /* when it was written; 0 when nobody says */
    struct xz_str value;        /* borrowed, like the rest, until take returns */
    struct xz_str content_type; /* of the header, or empty */
    struct xz_str reason, detail, source_topic, source_partition, source_offset; /* of a reject */
};
typedef enum xz_rc (*xz_log_record_fn)(void *arg, const struct xz_log_record *record,
                                       struct xz_err *err);

/* Calls take with the record at that place, and returns what it does. XZ_REJECT "not_found" when
 * the log no longer has it, or never had; XZ_RETRY when no broker answers. */
XZ_MUST enum xz_rc xz_record_at(const struct xz_config *config, const char *topic,
                                int32_t partition, int64_t offset, xz_log_record_fn take, void *arg,
                                struct xz_err *err);

struct xz_log_place {
    const char *topic;
    int32_t partition;
    int64_t offset;
};
/* The same for several places, in their order, by one client; those that the log no longer has are
 * left out. */
XZ_MUST enum xz_rc xz_records_at(const struct xz_config *config, const struct xz_log_place *places,
                                 size_t count, xz_log_record_fn take, void *arg,
                                 struct xz_err *err);

/* The newest of a topic, newest first by when they were written, up to max (1 .. XZ_RECORDS_MAX);
 * none when the topic is empty or not there. */
XZ_MUST enum xz_rc xz_records_newest(const struct xz_config *config, const char *topic, size_t max,
                                     xz_log_record_fn take, void *arg, struct xz_err *err);

/* One of the event topics' retained records, each as likely as any other when `random` is uniform.
 * XZ_REJECT "not_found" when there is none, or what was drawn is a gap (a transaction's marker). */
XZ_MUST enum xz_rc xz_record_draw(const struct xz_config *config, uint64_t random,
                                  xz_log_record_fn take, void *arg, struct xz_err *err);

#endif
