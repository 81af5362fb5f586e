/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "console/outbox.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "base/mem.h"
#include "cases/verdict.h"
#include "console/outage.h"

#define SEND_MAX   200
#define SEND_MS    "45000" /* then the client gives up */
#define TAKE_MS    5000    /* from the beginning of the hold until all is given to the client */
#define SOON_MS    100     /* a broker that is well has answered by then */
#define CLOSING_MS 1000

_Static_assert(45000 + TAKE_MS < XZ_OUTBOX_HOLD_MS, "what is on its way is over within the hold");

struct xz_outbox {
    struct xz_console *console;
    struct xz_producer producer;
    struct xz_outage outage;
    int64_t holder;
    bool held, in_doubt; /* in doubt: the log may have something that was given up */
    size_t count, unanswered;
    struct xz_disposition items[SEND_MAX];
    bool delivered[SEND_MAX];
};

static void on_delivery(void *arg, const rd_kafka_message_t *message)
{
    struct xz_outbox *outbox = arg;
    bool *delivered = message->_private;

    outbox->unanswered--;
    *delivered = message->err == RD_KAFKA_RESP_ERR_NO_ERROR;
    outbox->in_doubt = outbox->in_doubt || (!*delivered && rd_kafka_message_status(message) !=
                                                               RD_KAFKA_MSG_STATUS_NOT_PERSISTED);
}

/* The topic with a limit of its own, which the producer's messages to it have from here on. */
static enum xz_rc know_topic(struct xz_outbox *outbox, struct xz_err *err)
{
    rd_kafka_t *client = outbox->producer.client;
    rd_kafka_topic_conf_t *conf = rd_kafka_default_topic_conf_dup(client);
    char text[256];

    if (rd_kafka_topic_conf_set(conf, "message.timeout.ms", SEND_MS, text, sizeof(text)) !=
        RD_KAFKA_CONF_OK) {
        rd_kafka_topic_conf_destroy(conf);
        return xz_err_set(err, XZ_FATAL, "librdkafka does not take message.timeout.ms: %s", text);
    }
    outbox->producer.known =
        rd_kafka_topic_new(client, outbox->console->config->topics_dispositions, conf);
    return outbox->producer.known != NULL ? XZ_OK
                                          : xz_err_set(err, XZ_CONFIG, "topics.dispositions: %s",
                                                       rd_kafka_err2str(rd_kafka_last_error()));
}

enum xz_rc xz_outbox_open(struct xz_console *console, struct xz_outbox **out, struct xz_err *err)
{
    struct xz_outbox *outbox = xz_calloc(1, sizeof(*outbox));
    enum xz_rc rc = XZ_OK;

    outbox->console = console;
    outbox->outage.what = "dispositions";
    if (getrandom(&outbox->holder, sizeof(outbox->holder), 0) != (ssize_t)sizeof(outbox->holder)) {
        rc = xz_err_set(err, XZ_FATAL, "no random numbers");
    }
    rc = rc == XZ_OK
             ? xz_producer_open(&outbox->producer, console->config, on_delivery, outbox, err)
             : rc;
    rc = rc == XZ_OK ? know_topic(outbox, err) : rc;
    if (rc != XZ_OK) {
        xz_outbox_close(outbox);
        return rc;
    }
    *out = outbox;
    return XZ_OK;
}

static int64_t now_ms(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void forget(struct xz_outbox *outbox)
{
    for (size_t i = 0; i < outbox->count; i++) {
        xz_disposition_fini(&outbox->items[i]);
    }
    outbox->count = 0;
}

/* What is due goes to the client. Whoever was held up so long that his hold may end before the
 * client gives up sends nothing. */
static enum xz_rc give(struct xz_outbox *outbox, struct xz_err *err)
{
    const char *topic = outbox->console->config->topics_dispositions;
    const int64_t began_ms = now_ms();
    enum xz_rc rc = xz_disposition_take(&outbox->console->desk, outbox->holder, xz_now_ms(),
                                        SEND_MAX, outbox->items, &outbox->count, err);

    outbox->held = outbox->held || outbox->count > 0;
    outbox->in_doubt = false;
    memset(outbox->delivered, 0, sizeof(outbox->delivered)); /* what is not given is not there */
    for (size_t i = 0; rc == XZ_OK && i < outbox->count; i++) {
        const struct xz_disposition *item = &outbox->items[i];

        rc = now_ms() - began_ms > TAKE_MS
                 ? xz_err_set(err, XZ_RETRY, "the outbox was held for too long before it was sent")
                 : xz_produce(&outbox->producer, topic, RD_KAFKA_PARTITION_UA,
                              xz_str_from(item->alert_id), xz_buf_view(&item->value), false, NULL,
                              0, &outbox->delivered[i], err);
        outbox->unanswered += rc == XZ_OK;
    }
    return rc;
}

/* All is answered: what the log has is dropped. Without the store that waits, and nothing is sent
 * again meanwhile. */
static enum xz_rc settle(struct xz_outbox *outbox, struct xz_err *err)
{
    int64_t ids[SEND_MAX];
    size_t delivered = 0;
    const size_t count = outbox->count;
    enum xz_rc rc;

    for (size_t i = 0; i < count; i++) {
        if (outbox->delivered[i]) {
            ids[delivered++] = outbox->items[i].id;
        }
    }
    rc = xz_disposition_drop(&outbox->console->desk, ids, delivered, err);
    if (rc == XZ_OK) {
        forget(outbox);
    }
    return rc == XZ_OK && delivered < count
               ? xz_err_set(err, XZ_RETRY, "the broker did not take the dispositions")
               : rc;
}

void xz_outbox_step(struct xz_outbox *outbox)
{
    struct xz_err err = {0};
    enum xz_rc rc = XZ_OK;
    bool more = true;

    (void)rd_kafka_poll(outbox->producer.client, 0);
    while (rc == XZ_OK && more && outbox->unanswered == 0 && !outbox->console->ending &&
           xz_outage_may_try(&outbox->outage)) {
        rc = outbox->count > 0 ? settle(outbox, &err) : XZ_OK;
        rc = rc == XZ_OK ? give(outbox, &err) : rc;
        more = outbox->count > 0;
        if (outbox->unanswered > 0) {
            (void)rd_kafka_flush(outbox->producer.client, SOON_MS);
        }
        if (rc != XZ_OK || outbox->unanswered == 0) {
            xz_outage_note(&outbox->outage, rc, &err);
        }
    }
}

void xz_outbox_close(struct xz_outbox *outbox)
{
    rd_kafka_t *client;
    struct xz_err err = {0};

    if (outbox == NULL) {
        return;
    }
    client = outbox->producer.client;
    if (client != NULL && outbox->unanswered > 0) {
        (void)rd_kafka_flush(client, CLOSING_MS);
        (void)rd_kafka_purge(client, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
        (void)rd_kafka_flush(client, SOON_MS); /* tells on_delivery of what was purged */
    }
    if (outbox->count > 0) {
        (void)settle(outbox, &err);
    }
    if (outbox->held && outbox->unanswered == 0 && !outbox->in_doubt) {
        (void)!xz_disposition_leave(&outbox->console->desk, outbox->holder, &err);
    }
    forget(outbox);
    xz_producer_close(&outbox->producer);
    free(outbox);
}
