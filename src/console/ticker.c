/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "console/ticker.h"

#include "base/time.h"
#include "cases/change.h"
#include "cases/counter.h"
#include "cases/users.h"
#include "cases/work.h"
#include "console/guard.h"
#include "console/health.h"
#include "console/numbers.h"
#include "console/outage.h"

#define TICK_MS  1000
#define SWEEP_MS (10 * XZ_MINUTE_MS)
#define WRITE_MS (5 * XZ_SECOND_MS)
#define COUNT_MS XZ_MINUTE_MS

/* What the ticker does, each told of when it begins to fail and when it works again. */
enum duty { STORE, TICK, SWEEP, CHANGES, EXPOSURE, DUTIES };

struct ticker {
    struct xz_console *console;
    bool works; /* the role cases */
    int64_t written_ms, ticked_ms, swept_ms, counted_ms, dated_ms;
    struct xz_exposure exposure;
    bool store_failed; /* in this round */
    struct xz_outage duties[DUTIES];
};

static void report(struct ticker *ticker, enum duty duty, enum xz_rc rc, const struct xz_err *err)
{
    ticker->store_failed = ticker->store_failed || rc != XZ_OK;
    xz_outage_note(&ticker->duties[duty], rc, err);
}

static void tick(struct ticker *ticker, int64_t now_ms)
{
    struct xz_console *console = ticker->console;
    struct xz_err err = {0};
    bool more = true, any = false;
    enum xz_rc rc = XZ_OK;

    while (rc == XZ_OK && more && !console->ending) {
        rc = xz_work_tick(&console->desk, now_ms, &more, &err);
        any = any || (rc == XZ_OK && more);
    }
    report(ticker, TICK, rc, &err);
    if (any) {
        xz_console_changed(console);
    }
}

static enum xz_rc sweep(struct xz_db_conn *conn, void *arg, struct xz_err *err)
{
    return xz_user_sweep(conn, *(const int64_t *)arg, err);
}

/* Changes of which nobody needs to be told any more. */
static void sweep_changes(struct ticker *ticker, int64_t now_ms)
{
    struct xz_console *console = ticker->console;
    struct xz_err err = {0};
    bool more = true;
    enum xz_rc rc = XZ_OK;

    while (rc == XZ_OK && more && !console->ending) {
        rc = xz_change_sweep(&console->desk, now_ms, &more, &err);
    }
    report(ticker, CHANGES, rc, &err);
}

/* Is it time again? */
static bool due(int64_t *last_ms, int64_t every_ms, int64_t now_ms)
{
    const bool is = *last_ms == 0 || now_ms - *last_ms >= every_ms || now_ms < *last_ms;

    *last_ms = is ? now_ms : *last_ms;
    return is;
}

/* Clocks of law go on beyond its end, by weekdays alone: somebody has to bring the next year. */
static void look_at_calendar(const struct xz_console *console, int64_t now_ms)
{
    const int32_t until = xz_calendar_until(console->desk.calendar);
    char date[16] = "none";

    if (xz_health_calendar_ends(console, now_ms)) {
        if (until != XZ_DAY_NONE) {
            xz_date_format(until, date);
        }
        xz_log(XZ_LOG_WARN, "console", "calendar",
               "until=%s error=\"holidays after that are not known: add the year to "
               "console.calendar\"",
               date);
    }
}

static enum xz_rc read_something(struct xz_db_conn *conn, void *arg, struct xz_err *err)
{
    return xz_counter_get(conn, "change", arg, err);
}

/* The row that every writer takes is written anew, as it was. */
static enum xz_rc write_nothing(struct xz_db_conn *conn, void *arg, struct xz_err *err)
{
    (void)conn;
    (void)arg;
    (void)err;
    return XZ_OK;
}

/* Can it be read; and once in a while, can it be written? */
static void ask_store(struct ticker *ticker, int64_t now_ms)
{
    const struct xz_desk *desk = &ticker->console->desk;
    struct xz_err err = {0};
    int64_t newest = 0;

    report(ticker, STORE, xz_desk_read(desk, read_something, &newest, &err), &err);
    if (!ticker->store_failed && due(&ticker->written_ms, WRITE_MS, now_ms)) {
        report(ticker, STORE, xz_desk_write(desk, write_nothing, NULL, &err), &err);
        ticker->written_ms = ticker->store_failed ? 0 : ticker->written_ms; /* again at once */
    }
}

/* What the store refuses is tried again when it is due again. */
static void go_round(struct ticker *ticker)
{
    struct xz_console *console = ticker->console;
    int64_t now_ms = xz_now_ms();
    struct xz_err err = {0};

    ticker->store_failed = false;
    (void)xz_guard_sweep(console->guard, xz_steady_ms());
    ask_store(ticker, now_ms);
    if (ticker->works && !ticker->store_failed && due(&ticker->ticked_ms, TICK_MS, now_ms)) {
        tick(ticker, now_ms);
    }
    if (ticker->works && !ticker->store_failed && due(&ticker->swept_ms, SWEEP_MS, now_ms)) {
        report(ticker, SWEEP, xz_desk_write(&console->desk, sweep, &now_ms, &err), &err);
        sweep_changes(ticker, now_ms);
    }
    if (ticker->works && !ticker->store_failed && due(&ticker->counted_ms, COUNT_MS, now_ms)) {
        report(ticker, EXPOSURE, xz_exposure_note(console, &ticker->exposure, now_ms, &err), &err);
    }
    if (due(&ticker->dated_ms, XZ_DAY_MS, now_ms)) {
        look_at_calendar(console, now_ms);
    }
    xz_metrics_answered(console->metrics, XZ_NEED_STORE, !ticker->store_failed, xz_steady_ms());
}

void *xz_console_ticker(void *arg)
{
    struct xz_console *console = arg;
    struct ticker ticker = {.console = console,
                            .works = xz_config_has_role(console->config, "cases"),
                            .duties = {[STORE] = {.what = "store"},
                                       [TICK] = {.what = "tick"},
                                       [SWEEP] = {.what = "sweep"},
                                       [CHANGES] = {.what = "changes"},
                                       [EXPOSURE] = {.what = "exposure"}}};

    while (!console->ending) {
        go_round(&ticker);
        xz_console_pause(console, TICK_MS);
    }
    return NULL;
}
