/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "console/original.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/mem.h"
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

enum xz_rc xz_log_enter(struct xz_console *console, struct xz_err *err)
{
    if (++console->log_readers > AT_ONCE) {
        console->log_readers--;
        return xz_err_set(err, XZ_RETRY, "%d ask the log already", AT_ONCE);
    }
    return XZ_OK;
}

void xz_log_leave(struct xz_console *console) { console->log_readers--; }
