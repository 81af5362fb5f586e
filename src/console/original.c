/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "console/original.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/mem.h"
#include "cases/identity.h"
#include "cases/row.h"
#include "event/codec.h"
#include "event/decode.h"
#include "stream/kafka.h"

#define ARENA_BYTES ((size_t)8 << 20)
#define AT_ONCE     4 /* each asks the broker anew, by a client of its own */

enum xz_rc xz_original_event(const struct xz_log_record *record, json_t **event, struct xz_err *err)
{
    struct xz_arena arena;
    struct xz_event decoded;
    struct xz_buf text = {0};
    enum xz_format format = XZ_FORMAT_AUTO;
    enum xz_rc rc = xz_format_of(record->content_type, &format, err);

    xz_arena_init(&arena, ARENA_BYTES);
    rc = rc == XZ_OK ? xz_event_decode(record->value, format, &xz_decode_limits_default, &arena,
                                       &decoded, err)
                     : rc;
    if (rc == XZ_OK) {
        xz_event_to_json(&decoded, &text);
        *event = json_loadb((const char *)text.data, text.len, 0, NULL);
        rc = *event != NULL
                 ? XZ_OK
                 : xz_err_set(err, XZ_FATAL, "an event cannot be read as it was written");
    }
    xz_buf_fini(&text);
    xz_arena_fini(&arena);
    return rc;
}

bool xz_is_event_topic(const struct xz_config *config, const char *topic)
{
    char *names = xz_strdup(config->topics_events);
    const char *topics[XZ_EVENT_TOPICS_MAX];
    const size_t count = xz_split_names(names, topics, XZ_EVENT_TOPICS_MAX);
    bool is = false;

    for (size_t i = 0; i < count; i++) {
        is = is || strcmp(topics[i], topic) == 0;
    }
    free(names);
    return is;
}

static bool read_number(const json_t *value, int64_t max, int64_t *number)
{
    *number = json_integer_value(value);
    return json_is_integer(value) && *number >= 0 && *number <= max;
}

bool xz_original_place(const struct xz_config *config, const json_t *source,
                       struct xz_log_place *place)
{
    const char *topic = json_string_value(json_object_get(source, "topic"));
    int64_t partition = 0, offset = 0;

    if (topic == NULL || !xz_is_event_topic(config, topic) ||
        !read_number(json_object_get(source, "partition"), INT32_MAX, &partition) ||
        !read_number(json_object_get(source, "offset"), INT64_MAX, &offset)) {
        return false;
    }
    *place = (struct xz_log_place){topic, (int32_t)partition, offset};
    return true;
}

/* ---- is it the one? ---- */

/* Takes the id off raw for the pseudonym at the beginning of shown. *taken: it was one. */
static enum xz_rc take_person(struct xz_db_conn *conn, const struct xz_keys *keys,
                              struct xz_str *shown, struct xz_str *raw, bool *taken,
                              struct xz_err *err)
{
    const struct xz_str pseudonym = {shown->ptr, XZ_PSEUDONYM_LEN};
    struct xz_buf id = {0};
    int64_t person = 0;
    enum xz_rc rc;

    *taken = false;
    if (shown->len < XZ_PSEUDONYM_LEN || !xz_str_starts(*shown, XZ_STR("P-"))) {
        return XZ_OK;
    }
    rc = xz_identity_find(conn, pseudonym, &person, err);
    if (rc == XZ_REJECT) {
        return XZ_OK; /* of nobody: it stands there itself */
    }
    rc = rc == XZ_OK ? xz_identity_reveal(conn, keys, person, &id, err) : rc;
    *taken = rc == XZ_OK && xz_str_starts(*raw, xz_buf_view(&id));
    if (*taken) {
        *shown = (struct xz_str){shown->ptr + XZ_PSEUDONYM_LEN, shown->len - XZ_PSEUDONYM_LEN};
        *raw = (struct xz_str){raw->ptr + id.len, raw->len - (uint32_t)id.len};
    }
    xz_buf_fini(&id);
    return rc;
}

enum xz_rc xz_original_check(struct xz_db_conn *conn, const struct xz_keys *keys, json_t *event,
                             struct xz_str msgid, struct xz_err *err)
{
    const char *own = json_string_value(json_object_get(event, "msgid"));
    struct xz_str shown = msgid, raw = xz_str_from(own != NULL ? own : "");
    enum xz_rc rc = XZ_OK;
    bool same = msgid.len > 0;

    while (rc == XZ_OK && same && shown.len > 0) {
        bool taken = false;

        rc = take_person(conn, keys, &shown, &raw, &taken, err);
        if (rc == XZ_OK && !taken) {
            same = raw.len > 0 && raw.ptr[0] == shown.ptr[0];
            shown = (struct xz_str){shown.ptr + same, shown.len - same};
            raw = (struct xz_str){raw.ptr + same, raw.len - same};
        }
    }
    if (rc == XZ_OK && (!same || raw.len > 0)) {
        rc = xz_err_reject(err, "not_found", "", "there is no such record");
    }
    if (rc == XZ_OK) {
        (void)json_object_set_new(event, "msgid", xz_json_text(msgid));
    }
    return rc;
}

enum xz_rc xz_log_enter(struct xz_console *console, struct xz_err *err)
{
    if (++console->log_readers > AT_ONCE) {
        console->log_readers--;
        return xz_err_set(err, XZ_RETRY, "%d ask the log already", AT_ONCE);
    }
    return XZ_OK;
}

void xz_log_leave(struct xz_console *console) { console->log_readers--; }
