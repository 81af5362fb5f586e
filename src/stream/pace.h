/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * stream/pace.h - is this reader catching up? Live, event time passes as fast as the clock. When it
 * passes much faster, partitions are read from the past, and one that has nothing to hand over this
 * very moment may yet have more: the broker is asked, and if so it is waited for. Else the others
 * would run ahead of it in event time by days, and at counters its events would come too late.
 * Pure.
 */
#ifndef XZ_STREAM_PACE_H
#define XZ_STREAM_PACE_H
#include <stdbool.h>
#include <stdint.h>

struct xz_pace {
    int64_t since_ms;  /* of the clock */
    int64_t newest_ms; /* event time then */
    int64_t until_ms;  /* of the clock: catching up until then */
    int64_t stage_ms;  /* event time at the last stage */
};

/* Event time has come to newest_ms (INT64_MIN: nothing was read yet). True when it has come a step
 * further that the clock does not explain: time to ask those that had nothing. */
bool xz_pace_note(struct xz_pace *pace, int64_t now_ms, int64_t newest_ms);
/* True once in half a day of event time while catching up: what was sent until now has to stand in
 * the log before more is read. An hour of the past goes by in less than a broker takes to answer.
 */
bool xz_pace_is_stage(struct xz_pace *pace, int64_t now_ms, int64_t newest_ms);
bool xz_pace_is_fast(const struct xz_pace *pace, int64_t now_ms);

#endif
