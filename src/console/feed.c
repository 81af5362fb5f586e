/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "console/feed.h"

#include <inttypes.h>

#include "alert/alert.h"
#include "base/log.h"
#include "cases/intake.h"
#include "console/outage.h"
#include "console/outbox.h"
#include "stream/feed.h"

#define POLL_MS 200
#define AT_ONCE 32 /* alerts of one transaction: some hundredths of a second */

struct reading {
    struct xz_console *console;
    struct xz_feed *feed;
    struct xz_outage outage;
};

/* ---- alerts in ---- */

static enum xz_rc place(void *arg, const char *topic, int32_t partition, int64_t *next,
                        struct xz_err *err)
{
    const struct xz_console *console = arg;

    return xz_intake_place(&console->desk, topic, partition, next, err);
}

/* The value as JSON: as it is, or made of protobuf in `json`. What is neither stays as it is, and
 * is rejected where it is read. */
static struct xz_str as_json(struct xz_str value, struct xz_buf *json)
{
    if (value.len > 0 && value.ptr[0] != '{' &&
        xz_alert_json_of_protobuf(value, json, NULL) == XZ_OK) {
        return xz_buf_view(json);
    }
    return value;
}

/* One transaction: a few at a time, since all who decide something wait for it. */
static enum xz_rc take_in(struct reading *reading, const struct xz_intake_record *alerts,
                          size_t count, struct xz_err *err)
{
    struct xz_console *console = reading->console;
    struct xz_intake_report done;
    enum xz_rc rc;

    while ((rc = xz_intake(&console->desk, alerts, count, xz_now_ms(), &done, err)) == XZ_RETRY &&
           !console->ending) {
        xz_outage_note(&reading->outage, rc, err);
        while (!console->ending && !xz_outage_may_try(&reading->outage)) {
            xz_console_pause(console, xz_outage_pause(&reading->outage));
        }
    }
    if (rc != XZ_OK) {
        return rc;
    }
    console->taken += (uint64_t)(done.taken + done.revised);
    console->rejected += (uint64_t)done.rejected;
    console->fed_at_ms = xz_now_ms();
    if (done.rejected > 0) {
        xz_log(XZ_LOG_WARN, "console", "intake", "rejected=%" PRId64 " last=\"%s\"", done.rejected,
               done.last_reject);
    }
    if (done.taken + done.revised > 0) {
        xz_console_changed(console);
    }
    return XZ_OK;
}

/* The records wait here until the store has them: the feed does not go on without. */
static enum xz_rc take(void *arg, const struct xz_feed_record *records, size_t count,
                       struct xz_err *err)
{
    struct xz_intake_record alerts[XZ_FEED_BATCH];
    struct xz_buf made[XZ_FEED_BATCH] = {{0}};
    enum xz_rc rc = XZ_OK;

    for (size_t i = 0; i < count; i++) {
        alerts[i] =
            (struct xz_intake_record){records[i].topic, records[i].partition, records[i].offset,
                                      as_json(records[i].value, &made[i])};
    }
    for (size_t at = 0; rc == XZ_OK && at < count; at += AT_ONCE) {
        rc = take_in(arg, &alerts[at], count - at < AT_ONCE ? count - at : AT_ONCE, err);
    }
    for (size_t i = 0; i < count; i++) {
        xz_buf_fini(&made[i]);
    }
    return rc;
}

/* ---- the thread ---- */

static enum xz_rc open_feed(struct xz_console *console, struct xz_feed **feed, struct xz_err *err)
{
    return *feed != NULL ? XZ_OK : xz_feed_open(console->config, place, console, feed, err);
}

/* Alerts that came in meanwhile are in the store. */
static enum xz_rc read_on(struct reading *reading, struct xz_err *err)
{
    enum xz_rc rc = open_feed(reading->console, &reading->feed, err);

    rc = rc == XZ_OK ? xz_feed_poll(reading->feed, POLL_MS, take, reading, err) : rc;
    if (rc == XZ_OK) {
        reading->console->feed_lag = xz_feed_lag(reading->feed);
    }
    return rc;
}

void *xz_console_feed(void *arg)
{
    struct xz_console *console = arg;
    struct reading reading = {.console = console, .outage = {.what = "feed"}};
    struct xz_outbox *outbox = NULL;
    struct xz_err err = {0};
    enum xz_rc rc = xz_outbox_open(console, &outbox, &err);

    while (rc == XZ_OK && !console->ending) {
        if (xz_outage_may_try(&reading.outage)) {
            rc = read_on(&reading, &err);
            if (!console->ending) {
                xz_outage_note(&reading.outage, rc, &err);
            }
            rc = rc == XZ_RETRY ? XZ_OK : rc;
        } else {
            xz_console_pause(console, POLL_MS);
        }
        if (rc == XZ_OK) {
            xz_outbox_step(outbox);
        }
    }
    if (rc != XZ_OK && !console->ending) {
        xz_log(XZ_LOG_ERROR, "console", "feed", "state=ended rc=%s error=\"%s\"", xz_rc_name(rc),
               err.msg);
        console->failed = true;
    }
    xz_feed_close(reading.feed);
    xz_outbox_close(outbox);
    return NULL;
}
