/* SPDX-License-Identifier: GPL-3.0-or-later */
/* stream/marker.h - the record that closes a checkpoint: whose state it is, up to which frame, and
 * what was applied of each source. Pure. */
#ifndef XZ_STREAM_MARKER_H
#define XZ_STREAM_MARKER_H
#include "stream/frame.h"

#define XZ_MARKER_VERSION 2
#define XZ_MARKER_KEY     XZ_STR("m")

struct xz_marker {
    struct xz_str cluster, topic; /* of the observations */
    uint64_t partitions;          /* of them */
    int64_t next;                 /* frame to read */
    uint64_t epoch;               /* of what this partition derives */
    struct xz_str pack;           /* SHA-256 in hex; empty before any control frame */
};

void xz_marker_encode(const struct xz_marker *marker, const struct xz_marks *marks,
                      struct xz_buf *out);
/* Texts borrow from bytes. marks are added to. XZ_FATAL for another version. */
XZ_MUST enum xz_rc xz_marker_decode(struct xz_str bytes, struct xz_marker *marker,
                                    struct xz_marks *marks, struct xz_err *err);

#endif
