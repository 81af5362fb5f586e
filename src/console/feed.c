/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "console/feed.h"

#include <inttypes.h>

#include "alert/alert.h"
#include "base/log.h"
#include "cases/intake.h"
#include "cases/verdict.h"
#include "stream/feed.h"

#define POLL_MS  200
#define PAUSE_MS 1000 /* before something that failed is tried again */
#define AT_ONCE  32   /* alerts of one transaction: some hundredths of a second */
#define FLUSH_MS 10000
#define SEND_MAX 200

struct giving {
    struct xz_console *console;
    struct xz_producer *producer;
    int64_t unanswered, refused;
};

static void report(const char *what, enum xz_rc rc, const struct xz_err *err)
{
    xz_log(rc == XZ_RETRY ? XZ_LOG_WARN : XZ_LOG_ERROR, "console", what, "rc=%s error=\"%s\"",
           xz_rc_name(rc), err->msg);
}

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
static enum xz_rc take_in(struct xz_console *console, const struct xz_intake_record *alerts,
                          size_t count, struct xz_err *err)
{
    struct xz_intake_report done;
    enum xz_rc rc;

    while ((rc = xz_intake(&console->desk, alerts, count, xz_now_ms(), &done, err)) == XZ_RETRY &&
           !console->ending) {
        report("intake", rc, err);
        xz_console_pause(console, PAUSE_MS);
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

/* ---- dispositions out ---- */

static void on_delivery(void *arg, const rd_kafka_message_t *message)
{
    struct giving *giving = arg;

    giving->unanswered--;
    giving->refused += message->err != RD_KAFKA_RESP_ERR_NO_ERROR;
}

/* Only what the broker has for sure may be dropped from the outbox. */
static enum xz_rc give(void *arg, const struct xz_disposition *items, size_t count,
                       struct xz_err *err)
{
    struct giving *giving = arg;
    enum xz_rc rc = XZ_OK;

    giving->refused = 0;
    for (size_t i = 0; rc == XZ_OK && i < count; i++) {
        rc = xz_produce(giving->producer, giving->console->config->topics_dispositions,
                        RD_KAFKA_PARTITION_UA, items[i].alert_id, items[i].value, false, NULL, 0,
                        NULL, err);
        giving->unanswered += rc == XZ_OK;
    }
    if (rc != XZ_OK) {
        return rc;
    }
    (void)rd_kafka_flush(giving->producer->client, FLUSH_MS);
    return giving->unanswered == 0 && giving->refused == 0
               ? XZ_OK
               : xz_err_set(err, XZ_RETRY, "the broker did not take the dispositions");
}

static void send_dispositions(struct giving *giving)
{
    struct xz_err err = {0};
    size_t sent = SEND_MAX;
    enum xz_rc rc = XZ_OK;

    while (rc == XZ_OK && sent == SEND_MAX && !giving->console->ending) {
        rc = xz_disposition_send(&giving->console->desk, xz_now_ms(), SEND_MAX, give, giving, &sent,
                                 &err);
    }
    if (rc != XZ_OK) {
        report("dispositions", rc, &err);
    }
}

/* ---- the thread ---- */

static enum xz_rc open_feed(struct xz_console *console, struct xz_feed **feed, struct xz_err *err)
{
    return *feed != NULL ? XZ_OK : xz_feed_open(console->config, place, console, feed, err);
}

void *xz_console_feed(void *arg)
{
    struct xz_console *console = arg;
    struct xz_producer producer = {0};
    struct giving giving = {console, &producer, 0, 0};
    struct xz_feed *feed = NULL;
    struct xz_err err = {0};
    enum xz_rc rc = xz_producer_open(&producer, console->config, on_delivery, &giving, &err);

    while (rc == XZ_OK && !console->ending) {
        rc = open_feed(console, &feed, &err);
        rc = rc == XZ_OK ? xz_feed_poll(feed, POLL_MS, take, console, &err) : rc;
        if (rc == XZ_OK) {
            console->feed_lag = xz_feed_lag(feed);
            send_dispositions(&giving);
        } else if (rc == XZ_RETRY && !console->ending) {
            report("feed", rc, &err);
            xz_console_pause(console, PAUSE_MS);
            rc = XZ_OK;
        }
    }
    if (rc != XZ_OK && !console->ending) {
        report("feed", rc, &err);
        console->failed = true;
    }
    xz_feed_close(feed);
    xz_producer_close(&producer);
    return NULL;
}
