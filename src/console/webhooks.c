/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "console/webhooks.h"

#include <string.h>

#include "base/log.h"
#include "cases/webhook.h"
#include "console/outage.h"
#include "console/post.h"

#define WAIT_MS      1000
#define CLAIMS       4 /* of one thread at once: all are sent before the claim ends */
#define SWEEP_MS     XZ_HOUR_MS
#define FAN_OUTS_MAX 100 /* before deliveries are sent again */

_Static_assert(CLAIMS *(XZ_POST_LIMIT_S + 1) * 1000 < XZ_WEBHOOK_CLAIM_MS, "see CLAIMS");

/* Of one delivery; that the store is away is told where the next are looked for. */
static void report(enum xz_rc rc, const struct xz_err *err)
{
    if (rc != XZ_OK) {
        xz_log(rc == XZ_RETRY ? XZ_LOG_DEBUG : XZ_LOG_WARN, "console", "webhook",
               "rc=%s error=\"%s\"", xz_rc_name(rc), err->msg);
    }
}

/* "alert", "case" or "test", as the body says. */
static void event_of(const struct xz_buf *body, char event[static 16])
{
    json_t *change = json_loadb((const char *)body->data, body->len, 0, NULL);
    const char *kind = json_string_value(json_object_get(change, "kind"));

    (void)snprintf(event, 16, "%s", kind != NULL ? kind : "test");
    json_decref(change);
}

/* Not sent, or nobody knows: due at once to who comes next. */
static void give_back(struct xz_console *console, const struct xz_webhook_claim *claim)
{
    struct xz_err err = {0};
    const enum xz_rc rc = xz_webhook_release(&console->desk, claim, &err);

    report(rc == XZ_REJECT ? XZ_OK : rc, &err);
}

static void send_one(struct xz_console *console, const struct xz_webhook_claim *claim)
{
    const bool private_allowed = strcmp(console->config->console_private_webhooks, "yes") == 0;
    char event[16], error[XZ_POST_ERROR_MAX];
    struct xz_err err = {0};
    int status;
    enum xz_rc rc;

    event_of(&claim->body, event);
    status = xz_post(&(struct xz_post){.url = claim->url,
                                       .secret = claim->secret,
                                       .event = event,
                                       .delivery = claim->delivery,
                                       .now_ms = xz_now_ms(),
                                       .body = xz_buf_view(&claim->body),
                                       .private_allowed = private_allowed,
                                       .stop = &console->ending},
                     error);
    if (status == XZ_POST_CUT_OFF) {
        give_back(console, claim);
        return;
    }
    rc = xz_webhook_settle(&console->desk, claim, status, error, xz_now_ms(), &err);
    report(rc == XZ_REJECT ? XZ_OK : rc, &err); /* dropped meanwhile, or another's */
}

static enum xz_rc send_due(struct xz_console *console, bool *more, struct xz_err *err)
{
    struct xz_webhook_claim claims[CLAIMS];
    size_t count = 0;
    const enum xz_rc rc =
        xz_webhook_claim(&console->desk, xz_now_ms(), CLAIMS, claims, &count, err);

    for (size_t i = 0; rc == XZ_OK && i < count; i++) {
        if (console->ending) {
            give_back(console, &claims[i]);
        } else {
            send_one(console, &claims[i]);
        }
        xz_webhook_claim_fini(&claims[i]);
    }
    *more = rc == XZ_OK && count > 0;
    return rc;
}

static enum xz_rc fan_out(struct xz_console *console, struct xz_err *err)
{
    bool more = true;
    enum xz_rc rc = XZ_OK;

    for (int i = 0; rc == XZ_OK && more && i < FAN_OUTS_MAX && !console->ending; i++) {
        rc = xz_webhook_fan_out(&console->desk, xz_now_ms(), &more, err);
    }
    return rc;
}

/* Now and then, before the first of a round. */
static enum xz_rc sweep(struct xz_console *console, int64_t *swept_ms, struct xz_err *err)
{
    const int64_t now_ms = xz_now_ms();
    enum xz_rc rc = XZ_OK;

    if (now_ms - *swept_ms > SWEEP_MS) {
        rc = xz_webhook_sweep(&console->desk, now_ms, err);
        *swept_ms = rc == XZ_OK ? now_ms : *swept_ms;
    }
    return rc;
}

void *xz_console_webhooks(void *arg)
{
    struct xz_console *console = arg;
    struct xz_outage outage = {.what = "webhooks"};
    int64_t swept_ms = 0;

    while (!console->ending) {
        const uint64_t seen = xz_console_seen(console);
        struct xz_err err = {0};
        bool more = false;
        enum xz_rc rc = XZ_OK;

        if (xz_outage_may_try(&outage)) {
            rc = fan_out(console, &err);
            rc = rc == XZ_OK ? sweep(console, &swept_ms, &err) : rc;
            rc = rc == XZ_OK ? send_due(console, &more, &err) : rc;
            xz_outage_note(&outage, rc, &err);
        }
        if (!more) {
            xz_console_wait(console, seen, WAIT_MS);
        }
    }
    return NULL;
}
