/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * stream/applied.h - what detect has durably applied of the event topics, as the markers in the
 * state topic tell. Ingest asks when its group has no place of its own in a source: a group that
 * was forgotten reads from the beginning, and detect skips what it knows; but of a topic that was
 * made anew under the old name it would skip what it does not know.
 */
#ifndef XZ_STREAM_APPLIED_H
#define XZ_STREAM_APPLIED_H
#include "stream/config.h"
#include "stream/frame.h"

struct xz_applied {
    struct xz_marks *targets; /* of each partition of observations */
    int32_t partitions;
};

/* The last checkpoint of each partition. */
XZ_MUST enum xz_rc xz_applied_read(const struct xz_config *config, int32_t partitions,
                                   struct xz_applied *applied, struct xz_err *err);
void xz_applied_fini(struct xz_applied *applied);

/* What the target has applied of the source; NULL: nothing. */
const struct xz_mark *xz_applied_of(const struct xz_applied *applied, int32_t target,
                                    const char *source);

#endif
