/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "console/outage.h"

#include <inttypes.h>
#include <time.h>

#include "base/log.h"
#include "base/time.h"

#define PAUSE_MIN_MS 1000

static int64_t now_ms(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * XZ_SECOND_MS + now.tv_nsec / 1000000 + 1; /* never 0 */
}

bool xz_outage_may_try(const struct xz_outage *outage) { return xz_outage_pause(outage) == 0; }

int xz_outage_pause(const struct xz_outage *outage)
{
    const int64_t now = outage->since_ms != 0 ? now_ms() : 0;

    return outage->again_ms > now ? (int)(outage->again_ms - now) : 0;
}

void xz_outage_note(struct xz_outage *outage, enum xz_rc rc, const struct xz_err *err)
{
    const int64_t now = now_ms();

    if (rc == XZ_OK) {
        if (outage->since_ms != 0) {
            xz_log(XZ_LOG_WARN, "console", outage->what, "state=back away_s=%" PRId64,
                   (now - outage->since_ms) / XZ_SECOND_MS);
        }
        *outage = (struct xz_outage){.what = outage->what};
        return;
    }
    if (outage->since_ms == 0) {
        xz_log(rc == XZ_RETRY ? XZ_LOG_WARN : XZ_LOG_ERROR, "console", outage->what,
               "state=away rc=%s error=\"%s\"", xz_rc_name(rc), err->msg);
        outage->since_ms = now;
        outage->pause_ms = PAUSE_MIN_MS / 2;
    }
    outage->pause_ms = outage->pause_ms * 2 < XZ_OUTAGE_PAUSE_MAX_MS ? outage->pause_ms * 2
                                                                     : XZ_OUTAGE_PAUSE_MAX_MS;
    outage->again_ms = now + outage->pause_ms;
}
