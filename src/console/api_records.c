/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Original records, from the log: the event behind an exhibit or a drawn case, and what could not
 * be read. All are audited readings, and show people by pseudonyms, or not at all. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cases/audit.h"
#include "cases/control.h"
#include "cases/identity.h"
#include "cases/mask.h"
#include "cases/row.h"
#include "console/api_int.h"
#include "console/original.h"

#define REJECTS_MAX  100
#define REJECTS      20
#define SAMPLE_BYTES 400
#define MSGID_MAX    255 /* bytes of an exhibit's, as it is shown */

/* ---- where it stands ---- */

struct place {
    char topic[256];
    int32_t partition;
    int64_t offset;
    char msgid[MSGID_MAX + 1]; /* which event stands there; "" when the program noted the place */
    char object[300];          /* what led to it, as the audit names it */
    char exhibit[40];          /* and which of its exhibits, as a member of the detail; or "" */
};

static enum xz_rc no_record(struct xz_err *err)
{
    return xz_err_reject(err, "not_found", "", "there is no such record");
}

static enum xz_rc set_place(struct place *place, const struct xz_log_place *at, struct xz_err *err)
{
    if (strlen(at->topic) >= sizeof(place->topic)) {
        return no_record(err);
    }
    (void)snprintf(place->topic, sizeof(place->topic), "%s", at->topic);
    place->partition = at->partition;
    place->offset = at->offset;
    return XZ_OK;
}

static enum xz_rc set_msgid(struct place *place, const char *msgid, struct xz_err *err)
{
    if (msgid == NULL || msgid[0] == '\0' || strlen(msgid) > MSGID_MAX) {
        return no_record(err);
    }
    (void)snprintf(place->msgid, sizeof(place->msgid), "%s", msgid);
    return XZ_OK;
}

/* Of exhibit n of the alert. */
static enum xz_rc find_exhibit(struct xz_console *console, const struct xz_request *request,
                               struct place *place, struct xz_err *err)
{
    const struct xz_desk_view view = xz_view_of(console, request);
    struct xz_buf text = {0};
    const json_t *exhibit;
    struct xz_log_place at;
    json_t *alert = NULL;
    int64_t n = 0;
    enum xz_rc rc = xz_request_number(request->params[1], "n", 0, 10000, 0, &n, NULL);

    rc = rc == XZ_OK ? xz_view_alert(&view, request->params[0], &text, err) : no_record(err);
    if (rc == XZ_OK) {
        alert = json_loadb((const char *)text.data, text.len, 0, NULL);
        exhibit = json_array_get(json_object_get(alert, "exhibits"), (size_t)n);
        rc = set_msgid(place, json_string_value(json_object_get(exhibit, "msgid")), err);
        rc = rc == XZ_OK &&
                     !xz_original_place(console->config, json_object_get(exhibit, "source"), &at)
                 ? no_record(err)
                 : rc;
        rc = rc == XZ_OK ? set_place(place, &at, err) : rc;
    }
    (void)snprintf(place->object, sizeof(place->object), "alert/" XZ_STR_FMT,
                   XZ_STR_ARG(request->params[0]));
    (void)snprintf(place->exhibit, sizeof(place->exhibit), "\"exhibit\":%" PRId64 ",", n);
    json_decref(alert);
    xz_buf_fini(&text);
    return rc;
}

/* Of the event by which a case of the control sample was drawn. */
static enum xz_rc find_drawn(struct xz_console *console, const struct xz_request *request,
                             struct place *place, struct xz_err *err)
{
    struct xz_control_place drawn;
    int64_t id = 0;
    enum xz_rc rc = xz_read_id(request, 0, "case", &id, err);

    rc = rc == XZ_OK ? xz_control_place(&console->desk, &request->actor, id, &drawn, err) : rc;
    (void)snprintf(place->object, sizeof(place->object), "case/%" PRId64, id);
    place->exhibit[0] = '\0';
    place->msgid[0] = '\0';
    if (rc == XZ_OK && !xz_is_event_topic(console->config, drawn.topic)) {
        rc = no_record(err); /* it was one when the case was drawn */
    }
    return rc == XZ_OK
               ? set_place(place,
                           &(struct xz_log_place){drawn.topic, drawn.partition, drawn.offset}, err)
               : rc;
}

/* ---- the event ---- */

static enum xz_rc take_event(void *arg, const struct xz_log_record *record, struct xz_err *err)
{
    return xz_original_event(record, arg, err);
}

/* ---- shown, and noted ---- */

struct showing {
    const struct xz_console *console;
    const struct xz_request *request;
    const struct place *place;
    json_t *event;
    struct xz_buf *out;
};

/* The reading in the audit chain, with the place in the log. */
static enum xz_rc note_reading(struct xz_db_conn *conn, const struct showing *showing, int64_t *seq,
                               struct xz_err *err)
{
    const struct xz_request *request = showing->request;
    const struct place *place = showing->place;
    char detail[400];

    (void)snprintf(detail, sizeof(detail),
                   "{%s\"topic\":\"%s\",\"partition\":%" PRId32 ",\"offset\":%" PRId64 "}",
                   place->exhibit, place->topic, place->partition, place->offset);
    return xz_audit_append(conn,
                           &(struct xz_audit_record){.at_ms = request->now_ms,
                                                     .actor = xz_str_from(request->actor.name),
                                                     .action = XZ_STR("record.read"),
                                                     .object = xz_str_from(place->object),
                                                     .purpose = xz_str_from(request->actor.purpose),
                                                     .detail = xz_str_from(detail)},
                           seq, err);
}

static enum xz_rc show(struct xz_db_conn *conn, void *arg, struct xz_err *err)
{
    const struct showing *showing = arg;
    const struct place *place = showing->place;
    json_t *all = NULL;
    char *text = NULL;
    int64_t seq = 0;
    const struct xz_keys *keys = showing->console->desk.keys;
    enum xz_rc rc = XZ_OK;

    if (place->msgid[0] != '\0') { /* an alert may name any place: it must be its own event */
        rc = xz_original_check(conn, keys, showing->event, xz_str_from(place->msgid), err);
    }
    rc = rc == XZ_OK ? xz_event_mask(conn, keys, showing->event, err) : rc;
    rc = rc == XZ_OK ? note_reading(conn, showing, &seq, err) : rc;
    if (rc == XZ_OK) {
        all = json_pack("{s:O, s:{s:s, s:i, s:I}, s:I}", "record", showing->event, "source",
                        "topic", place->topic, "partition", (int)place->partition, "offset",
                        (json_int_t)place->offset, "reading", (json_int_t)seq);
        text = json_dumps(all, JSON_COMPACT);
        rc = xz_identity_show(conn, xz_str_from(text), showing->out, err);
    }
    free(text);
    json_decref(all);
    return rc;
}

/* The answer: the event at that place. */
static enum xz_rc answer(struct xz_console *console, const struct xz_request *request,
                         const struct place *place, struct xz_response *response,
                         struct xz_err *err)
{
    json_t *event = NULL;
    enum xz_rc rc = xz_log_enter(console, err);

    if (rc == XZ_OK) {
        rc = xz_record_at(console->config, place->topic, place->partition, place->offset,
                          take_event, &event, err);
        xz_log_leave(console);
    }
    if (rc == XZ_OK) {
        struct showing showing = {console, request, place, event, &response->body};

        rc = xz_desk_write(&console->desk, show, &showing, err);
    }
    json_decref(event);
    return rc;
}

XZ_HANDLER(xz_api_record)
{
    struct place place;
    const enum xz_rc rc = find_exhibit(console, request, &place, err);

    return rc == XZ_OK ? answer(console, request, &place, response, err) : rc;
}

XZ_HANDLER(xz_api_case_record)
{
    struct place place;
    const enum xz_rc rc = find_drawn(console, request, &place, err);

    return rc == XZ_OK ? answer(console, request, &place, response, err) : rc;
}

/* ---- rejects ---- */

/* Up to SAMPLE_BYTES of a record of which nothing is known but that it is wrong: every digit may be
 * one of somebody's number. */
static json_t *sample_of(struct xz_str value, size_t max)
{
    char text[SAMPLE_BYTES] = {0};
    size_t len = value.len < max ? value.len : max;
    json_t *made;

    for (size_t i = 0; i < len; i++) {
        const unsigned char byte = (unsigned char)value.ptr[i];

        text[i] = byte >= '0' && byte <= '9' ? '#' : byte < ' ' || byte == 127 ? ' ' : (char)byte;
    }
    while (len < value.len && len > 0 && ((unsigned char)value.ptr[len] & 0xc0) == 0x80) {
        len--; /* not in the middle of a letter */
    }
    made = json_stringn(text, len);
    for (size_t i = 0; made == NULL && i < len; i++) {
        text[i] = (unsigned char)text[i] < 128 ? text[i] : '?';
    }
    return made != NULL ? made : json_stringn(text, len);
}

static int64_t number_of(struct xz_str text)
{
    int64_t value = 0;

    return xz_request_number(text, "", 0, INT64_MAX, 0, &value, NULL) == XZ_OK ? value : 0;
}

struct rejects {
    json_t *items;
    bool shows_all; /* a record that could not be read has no region: who has one sees no sample */
};

static enum xz_rc take_reject(void *arg, const struct xz_log_record *record, struct xz_err *err)
{
    const struct rejects *rejects = arg;

    (void)err;
    (void)json_array_append_new(
        rejects->items,
        json_pack("{s:o, s:o, s:o, s:{s:o, s:I, s:I}, s:I, s:o}", "at", xz_json_time(record->at_ms),
                  "reason", xz_json_text(record->reason), "detail",
                  sample_of(record->detail, SAMPLE_BYTES), "source", "topic",
                  xz_json_text(record->source_topic), "partition",
                  (json_int_t)number_of(record->source_partition), "offset",
                  (json_int_t)number_of(record->source_offset), "size",
                  (json_int_t)record->value.len, "sample",
                  rejects->shows_all ? sample_of(record->value, SAMPLE_BYTES) : json_string("")));
    return XZ_OK;
}

static enum xz_rc note_rejects(struct xz_db_conn *conn, void *arg, struct xz_err *err)
{
    const struct xz_request *request = arg;

    return xz_desk_audit(conn, &request->actor, "rejects.read", "health", XZ_STR("rejects"), "",
                         request->now_ms, err);
}

XZ_HANDLER(xz_api_rejects)
{
    struct rejects rejects = {json_array(), xz_actor_sees(&request->actor, XZ_STR(""))};
    int64_t limit = 0;
    enum xz_rc rc = xz_request_number(xz_request_query(request, "limit"), "limit", 1, REJECTS_MAX,
                                      REJECTS, &limit, err);

    if (rc == XZ_OK && (rc = xz_log_enter(console, err)) == XZ_OK) {
        rc = xz_records_newest(console->config, console->config->topics_rejects, (size_t)limit,
                               take_reject, &rejects, err);
        xz_log_leave(console);
    }
    rc = rc == XZ_OK ? xz_desk_write(&console->desk, note_rejects, request, err) : rc;
    if (rc == XZ_OK) {
        xz_respond_json(response, json_pack("{s:O, s:o}", "items", rejects.items, "as_of",
                                            xz_json_time(request->now_ms)));
    }
    json_decref(rejects.items);
    return rc;
}
