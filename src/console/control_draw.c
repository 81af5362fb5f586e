/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "console/control_draw.h"

#include <sys/random.h>

#include "base/log.h"
#include "base/time.h"
#include "cases/control.h"
#include "cases/row.h"
#include "console/original.h"

#define EVERY_MS  (10 * XZ_MINUTE_MS)
#define WAIT_MS   1000
#define TRIES_MAX 5 /* draws at one time: who was drawn may have an alert already */

int64_t xz_control_wanted(int64_t per_month, int64_t now_ms)
{
    const int32_t month = xz_month_of(now_ms);
    const int64_t begins_ms = xz_month_start_ms(month), ends_ms = xz_month_start_ms(month + 1);

    const int64_t month_ms = ends_ms - begins_ms;

    return (per_month * (now_ms - begins_ms) + month_ms - 1) / month_ms;
}

static struct xz_str member(const json_t *object, const char *name)
{
    const json_t *value = json_object_get(object, name);

    return json_is_string(value)
               ? (struct xz_str){json_string_value(value), (uint32_t)json_string_length(value)}
               : XZ_STR_NONE;
}

bool xz_control_of_event(const json_t *event, struct xz_control_draw *draw)
{
    const char *name;
    json_t *body;
    struct xz_str person = XZ_STR_NONE;

    json_object_foreach((json_t *)(uintptr_t)event, name, body)
    {
        person = person.len == 0 ? member(body, "psn_no") : person;
    }
    *draw = (struct xz_control_draw){.subject_kind = XZ_STR("insured"),
                                     .subject = person,
                                     .region = member(event, "insuplc_admdvs"),
                                     .institution = member(event, "fixmedins_code"),
                                     .institution_region = member(event, "mdtrtarea_admvs")};
    return person.len > 0 &&
           (xz_time_parse(member(event, "inf_time"), &draw->at_ms, NULL) == XZ_OK);
}

struct drawing {
    struct xz_console *console;
    bool opened;
};

static enum xz_rc take(void *arg, const struct xz_log_record *record, struct xz_err *err)
{
    struct drawing *drawing = arg;
    struct xz_control_draw draw;
    json_t *event = NULL;
    enum xz_rc rc = xz_original_event(record, &event, err);

    if (rc == XZ_OK && xz_control_of_event(event, &draw)) {
        draw.topic = xz_str_from(record->topic);
        draw.partition = record->partition;
        draw.offset = record->offset;
        rc = xz_control_draw(&drawing->console->desk, &draw, xz_now_ms(), &drawing->opened, err);
    }
    json_decref(event);
    return rc;
}

/* One random record; what it leads to is a case, or nothing. */
static enum xz_rc draw_one(struct xz_console *console, bool *opened, struct xz_err *err)
{
    struct drawing drawing = {.console = console};
    uint64_t random = 0;
    enum xz_rc rc;

    if (getrandom(&random, sizeof(random), 0) != (ssize_t)sizeof(random)) {
        return xz_err_set(err, XZ_RETRY, "no random numbers yet");
    }
    rc = xz_record_draw(console->config, random, take, &drawing, err);
    *opened = drawing.opened;
    return rc == XZ_REJECT ? XZ_OK : rc; /* an empty log, a gap in it, or no event */
}

static void draw_due(struct xz_console *console)
{
    const int64_t now_ms = xz_now_ms();
    int64_t drawn = 0;
    struct xz_err err = {0};
    enum xz_rc rc = xz_control_drawn(&console->desk, now_ms, &drawn, &err);

    for (int i = 0; rc == XZ_OK && i < TRIES_MAX && !console->ending &&
                    drawn < xz_control_wanted(console->desk.control_per_month, now_ms);
         i++) {
        bool opened = false;

        rc = draw_one(console, &opened, &err);
        drawn += opened;
        if (opened) {
            xz_console_changed(console);
        }
    }
    if (rc != XZ_OK) {
        xz_log(XZ_LOG_WARN, "console", "control", "rc=%s error=\"%s\"", xz_rc_name(rc), err.msg);
    }
}

void *xz_console_control(void *arg)
{
    struct xz_console *console = arg;
    int64_t due_ms = xz_now_ms();

    while (!console->ending) {
        if (xz_now_ms() >= due_ms) {
            draw_due(console);
            due_ms = xz_now_ms() + EVERY_MS;
        }
        xz_console_pause(console, WAIT_MS);
    }
    return NULL;
}
