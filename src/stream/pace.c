/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stream/pace.h"

#include "base/time.h"

#define LOOK_MS  1000
#define CALM_MS  2000
#define STAGE_MS (12 * XZ_HOUR_MS)
#define FAST_MS  (2 * XZ_HOUR_MS) /* of event time in LOOK_MS or less */

bool xz_pace_note(struct xz_pace *pace, int64_t now_ms, int64_t newest_ms)
{
    /* Subtracting from INT64_MIN is not defined; from nothing to something is fast. */
    const bool fast = newest_ms != INT64_MIN &&
                      (pace->newest_ms == INT64_MIN || newest_ms - pace->newest_ms >= FAST_MS);

    if (fast) {
        pace->until_ms = now_ms + CALM_MS;
    }
    if (fast || now_ms - pace->since_ms >= LOOK_MS) {
        pace->since_ms = now_ms;
        pace->newest_ms = newest_ms > pace->newest_ms ? newest_ms : pace->newest_ms;
    }
    return fast;
}

bool xz_pace_is_fast(const struct xz_pace *pace, int64_t now_ms) { return now_ms < pace->until_ms; }

bool xz_pace_is_stage(struct xz_pace *pace, int64_t now_ms, int64_t newest_ms)
{
    if (newest_ms == INT64_MIN || !xz_pace_is_fast(pace, now_ms) ||
        (pace->stage_ms != INT64_MIN && newest_ms - pace->stage_ms < STAGE_MS)) {
        return false;
    }
    pace->stage_ms = newest_ms;
    return true;
}
