/* SPDX-License-Identifier: GPL-3.0-or-later */
/* stream/scan.h - all partitions of a topic, from a place near or far to their end as of now,
 * outside any group. */
#ifndef XZ_STREAM_SCAN_H
#define XZ_STREAM_SCAN_H
#include "stream/kafka.h"

/* Partition by partition in order, side by side; what a transaction has not committed is not read.
 * tail: only so many positions before the end of each partition, marks of transactions among them;
 * 0: all that is retained. A topic that is not there has no records. visit returns false to stop.
 */
XZ_MUST enum xz_rc xz_scan(const struct xz_config *config, const char *topic, int64_t tail,
                           xz_record_fn visit, void *arg, struct xz_err *err);

#endif
