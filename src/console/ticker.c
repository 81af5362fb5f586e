/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "console/ticker.h"

#include "base/time.h"
#include "cases/change.h"
#include "cases/users.h"
#include "cases/work.h"
#include "console/catalogue.h"
#include "console/guard.h"
#include "console/numbers.h"
#include "console/outage.h"

#define TICK_MS  1000
#define SWEEP_MS (10 * XZ_MINUTE_MS)
#define PACK_MS  (30 * XZ_SECOND_MS)
#define COUNT_MS XZ_MINUTE_MS

/* What the ticker does, each told of when it begins to fail and when it works again. */
enum duty { PACK, TICK, SWEEP, CHANGES, EXPOSURE, DUTIES };

static void tick(struct xz_console *console, struct xz_outage *outage, int64_t now_ms)
{
    struct xz_err err = {0};
    bool more = true, any = false;
    enum xz_rc rc = XZ_OK;

    while (rc == XZ_OK && more && !console->ending) {
        rc = xz_work_tick(&console->desk, now_ms, &more, &err);
        any = any || (rc == XZ_OK && more);
    }
    xz_outage_note(outage, rc, &err);
    if (any) {
        xz_console_changed(console);
    }
}

static enum xz_rc sweep(struct xz_db_conn *conn, void *arg, struct xz_err *err)
{
    return xz_user_sweep(conn, *(const int64_t *)arg, err);
}

/* Changes of which nobody needs to be told any more. */
static void sweep_changes(struct xz_console *console, struct xz_outage *outage, int64_t now_ms)
{
    struct xz_err err = {0};
    bool more = true;
    enum xz_rc rc = XZ_OK;

    while (rc == XZ_OK && more && !console->ending) {
        rc = xz_change_sweep(&console->desk, now_ms, &more, &err);
    }
    xz_outage_note(outage, rc, &err);
}

/* Is it time again? */
static bool due(int64_t *last_ms, int64_t every_ms, int64_t now_ms)
{
    const bool is = *last_ms == 0 || now_ms - *last_ms >= every_ms || now_ms < *last_ms;

    *last_ms = is ? now_ms : *last_ms;
    return is;
}

void *xz_console_ticker(void *arg)
{
    struct xz_console *console = arg;
    const bool works = xz_config_has_role(console->config, "cases");
    int64_t ticked_ms = 0, swept_ms = 0, looked_ms = 0, counted_ms = 0;
    struct xz_exposure exposure = {.began = false};
    struct xz_outage duties[DUTIES] = {[PACK] = {.what = "pack"},
                                       [TICK] = {.what = "tick"},
                                       [SWEEP] = {.what = "sweep"},
                                       [CHANGES] = {.what = "changes"},
                                       [EXPOSURE] = {.what = "exposure"}};

    while (!console->ending) {
        int64_t now_ms = xz_now_ms();
        struct xz_err err = {0};

        if (due(&looked_ms, PACK_MS, now_ms)) {
            xz_outage_note(&duties[PACK], xz_catalogue_refresh(console->catalogue, &err), &err);
        }
        (void)xz_guard_sweep(console->guard, xz_steady_ms());
        if (works && xz_outage_may_try(&duties[TICK]) && due(&ticked_ms, TICK_MS, now_ms)) {
            tick(console, &duties[TICK], now_ms);
        }
        if (works && due(&swept_ms, SWEEP_MS, now_ms)) {
            xz_outage_note(&duties[SWEEP], xz_desk_write(&console->desk, sweep, &now_ms, &err),
                           &err);
            sweep_changes(console, &duties[CHANGES], now_ms);
        }
        if (works && due(&counted_ms, COUNT_MS, now_ms)) {
            xz_outage_note(&duties[EXPOSURE], xz_exposure_note(console, &exposure, now_ms, &err),
                           &err);
        }
        xz_console_pause(console, TICK_MS);
    }
    return NULL;
}
