/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The evidence pack of a case, with the original events that the log still has. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "cases/evidence.h"
#include "cases/mask.h"
#include "console/api_int.h"
#include "console/original.h"

#define EVENTS_MAX 300 /* fetched for one pack, those that weigh most first */

struct original {
    bool has_place;
    struct xz_log_place place;
    char *topic, *msgid;
    char *json; /* people as tokens; NULL: it could not be fetched, or another event stands there */
};

struct originals {
    struct xz_console *console;
    struct original *items;
    size_t count, cap, at;
};

static bool is_same(const struct original *one, const struct original *other)
{
    return strcmp(one->msgid, other->msgid) == 0 && one->has_place == other->has_place &&
           (!one->has_place || (one->place.partition == other->place.partition &&
                                one->place.offset == other->place.offset &&
                                strcmp(one->place.topic, other->place.topic) == 0));
}

static void note_exhibit(struct originals *originals, const json_t *exhibit)
{
    const char *msgid = json_string_value(json_object_get(exhibit, "msgid"));
    struct original noted = {.msgid = (char *)msgid}, *item;

    if (msgid == NULL || originals->count == EVENTS_MAX) {
        return;
    }
    noted.has_place = xz_original_place(originals->console->config,
                                        json_object_get(exhibit, "source"), &noted.place);
    for (size_t i = 0; i < originals->count; i++) { /* alerts of a case share events */
        if (is_same(&originals->items[i], &noted)) {
            return;
        }
    }
    xz_array_reserve((void **)&originals->items, &originals->cap, originals->count + 1,
                     sizeof(*originals->items));
    item = &originals->items[originals->count++];
    *item = noted;
    item->msgid = xz_strdup(msgid);
    item->topic = noted.has_place ? xz_strdup(noted.place.topic) : NULL;
    item->place.topic = item->topic;
}

/* From the case as the actor sees it: who does not, gets no event either. */
static enum xz_rc find_events(struct xz_console *console, const struct xz_request *request,
                              int64_t case_id, struct originals *originals, struct xz_err *err)
{
    const struct xz_desk_view view = xz_view_of(console, request);
    struct xz_buf text = {0};
    json_t *whole = NULL;
    const json_t *alert, *exhibit;
    size_t i, n;
    enum xz_rc rc = xz_view_case(&view, case_id, &text, err);

    if (rc == XZ_OK) {
        whole = json_loadb((const char *)text.data, text.len, 0, NULL);
        json_array_foreach(json_object_get(whole, "bodies"), i, alert)
        {
            json_array_foreach(json_object_get(alert, "exhibits"), n, exhibit)
            {
                note_exhibit(originals, exhibit);
            }
        }
    }
    json_decref(whole);
    xz_buf_fini(&text);
    return rc;
}

struct masking {
    const struct xz_console *console;
    const char *msgid; /* of the exhibit that led to it */
    json_t *event;
    char *text;
};

static enum xz_rc mask(struct xz_db_conn *conn, void *arg, struct xz_err *err)
{
    struct masking *masking = arg;
    const struct xz_keys *keys = masking->console->desk.keys;
    enum xz_rc rc = xz_original_check(conn, keys, masking->event, xz_str_from(masking->msgid), err);

    rc = rc == XZ_OK ? xz_event_mask(conn, keys, masking->event, err) : rc;
    masking->text = rc == XZ_OK ? json_dumps(masking->event, JSON_COMPACT) : NULL;
    return rc;
}

static bool is_at(const struct original *item, const struct xz_log_record *record)
{
    return item->has_place && item->place.offset == record->offset &&
           item->place.partition == record->partition &&
           strcmp(item->place.topic, record->topic) == 0;
}

/* What is no event, or not the exhibit's, since somebody else wrote there, is left out. */
static enum xz_rc take_event(void *arg, const struct xz_log_record *record, struct xz_err *err)
{
    struct originals *originals = arg;
    struct masking masking = {.console = originals->console};
    enum xz_rc rc = xz_original_event(record, &masking.event, NULL);

    while (originals->at < originals->count && !is_at(&originals->items[originals->at], record)) {
        originals->at++; /* they come in their order; some are not there */
    }
    if (rc == XZ_OK && originals->at < originals->count) {
        masking.msgid = originals->items[originals->at].msgid;
        rc = xz_desk_write(&originals->console->desk, mask, &masking, err);
        originals->items[originals->at++].json = masking.text;
    }
    json_decref(masking.event);
    return rc == XZ_REJECT ? XZ_OK : rc;
}

static enum xz_rc fetch(struct xz_console *console, struct originals *originals, struct xz_err *err)
{
    struct xz_log_place *places = xz_calloc(originals->count + 1, sizeof(*places));
    size_t count = 0;
    enum xz_rc rc = xz_log_enter(console, err);

    for (size_t i = 0; i < originals->count; i++) {
        if (originals->items[i].has_place) {
            places[count++] = originals->items[i].place;
        }
    }
    if (rc == XZ_OK) {
        rc = count > 0 ? xz_records_at(console->config, places, count, take_event, originals, err)
                       : XZ_OK;
        xz_log_leave(console);
    }
    free(places);
    return rc;
}

/* Each msgid once, though several alerts name it: with its event where one of them led to it. */
static bool is_told(const struct xz_evidence_event *events, size_t count, struct xz_str name)
{
    for (size_t i = 0; i < count; i++) {
        if (xz_str_eq(events[i].name, name)) {
            return true;
        }
    }
    return false;
}

static size_t list_events(const struct originals *originals, bool available,
                          struct xz_evidence_event *events, size_t count)
{
    for (size_t i = 0; i < originals->count; i++) {
        const struct original *item = &originals->items[i];
        const struct xz_str name = xz_str_from(item->msgid);

        if ((item->json != NULL) == available && !is_told(events, count, name)) {
            events[count++] =
                (struct xz_evidence_event){name, available ? xz_str_from(item->json) : XZ_STR_NONE};
        }
    }
    return count;
}

static enum xz_rc make(struct xz_console *console, const struct xz_request *request,
                       int64_t case_id, const struct originals *originals,
                       struct xz_response *response, struct xz_err *err)
{
    const struct xz_desk_view view = xz_view_of(console, request);
    struct xz_evidence_event events[EVENTS_MAX];
    size_t count = list_events(originals, true, events, 0);

    count = list_events(originals, false, events, count);
    response->type = "application/x-tar";
    (void)snprintf(response->file, sizeof(response->file), "case-%lld.tar", (long long)case_id);
    return xz_evidence_make(&view, case_id, events, count, &response->body, err);
}

XZ_HANDLER(xz_api_evidence)
{
    struct originals originals = {.console = console};
    int64_t id = 0;
    enum xz_rc rc = xz_read_id(request, 0, "case", &id, err);

    rc = rc == XZ_OK ? find_events(console, request, id, &originals, err) : rc;
    rc = rc == XZ_OK && originals.count > 0 ? fetch(console, &originals, err) : rc;
    rc = rc == XZ_OK ? make(console, request, id, &originals, response, err) : rc;
    for (size_t i = 0; i < originals.count; i++) {
        free(originals.items[i].topic);
        free(originals.items[i].msgid);
        free(originals.items[i].json);
    }
    free(originals.items);
    return rc;
}
