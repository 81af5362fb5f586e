/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "console/watch.h"

#include "base/log.h"
#include "base/time.h"
#include "console/catalogue.h"

#define EVERY_MS 2000
#define ASK_MS   2000
#define PACK_MS  (30 * XZ_SECOND_MS)
#define FIRST_MS (5 * XZ_SECOND_MS) /* while there is none: somebody is about to activate one */

static void look(struct xz_console *console)
{
    struct xz_err err = {0};
    const enum xz_rc rc = xz_catalogue_refresh(console->catalogue, &err);

    if (rc != XZ_OK) {
        xz_log(XZ_LOG_WARN, "console", "pack", "rc=%s error=\"%s\"", xz_rc_name(rc), err.msg);
    }
}

/* One line when it goes, one when it comes back. */
static void note(struct xz_console *console, bool answers, bool *answered)
{
    xz_metrics_answered(console->metrics, XZ_NEED_BROKER, answers, xz_steady_ms());
    if (answers != *answered && !console->ending) {
        xz_log(answers ? XZ_LOG_INFO : XZ_LOG_WARN, "console", "broker", "answers=%s",
               answers ? "yes" : "no");
    }
    *answered = answers;
}

void *xz_console_watch(void *arg)
{
    struct xz_console *console = arg;
    struct xz_err err = {0};
    rd_kafka_t *client = NULL;
    int64_t looked_ms = -PACK_MS, wait_ms;
    bool answered = true;
    enum xz_rc rc = xz_kafka_reader(console->config, &client, &err);

    if (rc != XZ_OK) {
        xz_log(XZ_LOG_ERROR, "console", "broker", "rc=%s error=\"%s\"", xz_rc_name(rc), err.msg);
        console->failed = true;
    }
    while (rc == XZ_OK && !console->ending) {
        note(console, xz_kafka_answers(client, ASK_MS), &answered);
        wait_ms = xz_catalogue_has_pack(console->catalogue) ? PACK_MS : FIRST_MS;
        if (answered && xz_steady_ms() - looked_ms >= wait_ms) {
            look(console);
            looked_ms = xz_steady_ms();
        }
        xz_console_pause(console, EVERY_MS);
    }
    xz_kafka_reader_close(client);
    return NULL;
}
