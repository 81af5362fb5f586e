/* SPDX-License-Identifier: GPL-3.0-or-later */
/* console/outage.h - something that a thread does again and again, and that may fail for a while:
 * tried with longer pauses, and told once that it fails and once that it works. @thread one */
#ifndef XZ_CONSOLE_OUTAGE_H
#define XZ_CONSOLE_OUTAGE_H
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

#define XZ_OUTAGE_PAUSE_MAX_MS 10000

struct xz_outage {
    const char *what; /* the event in the log */
    int64_t since_ms; /* 0: it works; as the two below of the monotonic clock */
    int64_t again_ms; /* not before */
    int64_t pause_ms;
};

/* Is it time to try? */
bool xz_outage_may_try(const struct xz_outage *outage);
/* How a try went. */
void xz_outage_note(struct xz_outage *outage, enum xz_rc rc, const struct xz_err *err);
/* The pause that is left, in milliseconds; 0: none. */
int xz_outage_pause(const struct xz_outage *outage);

#endif
