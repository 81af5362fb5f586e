/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Server-sent events: every change that the actor may see, under its mark, so that a listener that
 * comes back with Last-Event-ID misses nothing. */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "console/server.h"

#define SECRET_MAX 128
#define BATCH      100
#define WAIT_MS    1000
#define SILENCE_MS 10000
#define CHECK_MS   5000                /* so soon a session's end is the stream's end */
#define LIFE_MS    (10 * XZ_MINUTE_MS) /* then the listener comes again, and is asked who he is */

struct stream {
    struct xz_console *console;
    struct xz_actor actor;
    char secret[SECRET_MAX + 1];
    struct xz_change_mark after;
    int64_t began_ms, spoke_ms, checked_ms; /* of xz_steady_ms */
    struct xz_buf out;
    size_t sent;
    int socket; /* or -1 */
};

static void add_event(struct stream *stream, const json_t *change)
{
    char *data = json_dumps(change, JSON_COMPACT);

    xz_buf_printf(&stream->out,
                  "id: %s\nevent: %s\ndata: ", json_string_value(json_object_get(change, "mark")),
                  json_string_value(json_object_get(change, "kind")));
    xz_buf_bytes(&stream->out, data, strlen(data));
    xz_buf_printf(&stream->out, "\n\n");
    free(data);
}

/* What happened since; false when the store cannot be asked. */
static bool read_changes(struct stream *stream)
{
    const struct xz_desk_view view = {&stream->console->desk, &stream->actor, xz_now_ms()};
    struct xz_buf text = {0};
    struct xz_err err = {0};
    struct xz_change_mark last = stream->after;
    const bool read = xz_view_changes(&view, &stream->after, BATCH, &text, &last, &err) == XZ_OK;
    json_t *changes = read ? json_loadb((const char *)text.data, text.len, 0, NULL) : NULL;
    const json_t *change;
    size_t i;

    json_array_foreach(changes, i, change) { add_event(stream, change); }
    stream->after = read ? last : stream->after;
    json_decref(changes);
    xz_buf_fini(&text);
    return read;
}

/* Is it still somebody who may listen, with the same regions? */
static bool may_go_on(struct stream *stream, int64_t steady_ms)
{
    struct xz_err err = {0};
    struct xz_actor actor = {0};
    char csrf[XZ_SECRET_LEN + 1];
    bool may;

    if (steady_ms - stream->checked_ms < CHECK_MS) {
        return true;
    }
    stream->checked_ms = steady_ms;
    may = xz_user_is(stream->console->desk.db, xz_str_from(stream->secret), xz_now_ms(), &actor,
                     csrf, &err) == XZ_OK &&
          xz_actor_may(&actor, XZ_MAY_STREAM);
    if (may) {
        stream->actor = actor;
    }
    return may;
}

/* A browser that went away says nothing more; only its socket tells. */
static bool is_gone(const struct stream *stream)
{
    struct pollfd at = {.fd = stream->socket, .events = POLLRDHUP};

    return stream->socket >= 0 && poll(&at, 1, 0) > 0 &&
           (at.revents & (POLLRDHUP | POLLHUP | POLLERR)) != 0;
}

static ssize_t read_stream(void *arg, uint64_t position, char *to, size_t max)
{
    struct stream *stream = arg;
    size_t len;

    (void)position;
    while (stream->sent == stream->out.len) {
        const uint64_t seen = xz_console_seen(stream->console);
        const int64_t steady_ms = xz_steady_ms();

        xz_buf_clear(&stream->out);
        stream->sent = 0;
        if (stream->console->ending || is_gone(stream) || steady_ms - stream->began_ms > LIFE_MS ||
            !may_go_on(stream, steady_ms) || !read_changes(stream)) {
            return MHD_CONTENT_READER_END_OF_STREAM;
        }
        if (stream->out.len == 0 && steady_ms - stream->spoke_ms >= SILENCE_MS) {
            xz_buf_printf(&stream->out, ": nothing new\n\n");
        }
        if (stream->out.len == 0) {
            xz_console_wait(stream->console, seen, WAIT_MS);
        } else {
            stream->spoke_ms = steady_ms;
        }
    }
    len = stream->out.len - stream->sent;
    len = len < max ? len : max;
    memcpy(to, stream->out.data + stream->sent, len);
    stream->sent += len;
    return (ssize_t)len;
}

/* ---- how many ---- */

enum xz_rc xz_stream_take(struct xz_console *console, int64_t account, struct xz_err *err)
{
    size_t all = 0, own = 0, free_at = 0;
    enum xz_rc rc = XZ_OK;

    (void)pthread_mutex_lock(&console->lock);
    for (size_t i = 0; i < XZ_STREAMS_MAX; i++) {
        all += console->listeners[i] != 0;
        own += console->listeners[i] == account;
        free_at = console->listeners[i] == 0 ? i : free_at;
    }
    if (all == XZ_STREAMS_MAX || own >= XZ_STREAMS_OWN_MAX) {
        rc = xz_err_reject(err, "rate_limited", "", "too many listeners: close one");
    } else {
        console->listeners[free_at] = account;
    }
    (void)pthread_mutex_unlock(&console->lock);
    return rc;
}

void xz_stream_give(struct xz_console *console, int64_t account)
{
    size_t i = 0;

    (void)pthread_mutex_lock(&console->lock);
    while (i < XZ_STREAMS_MAX && console->listeners[i] != account) {
        i++;
    }
    if (i < XZ_STREAMS_MAX) {
        console->listeners[i] = 0;
    }
    (void)pthread_mutex_unlock(&console->lock);
}

/* ---- the answer ---- */

static void free_stream(void *arg)
{
    struct stream *stream = arg;

    xz_stream_give(stream->console, stream->actor.account);
    xz_buf_fini(&stream->out);
    free(stream);
}

struct MHD_Response *xz_stream_response(struct xz_console *console,
                                        struct MHD_Connection *connection,
                                        const struct xz_request *request,
                                        const struct xz_change_mark *after)
{
    struct stream *stream = xz_calloc(1, sizeof(*stream));
    const union MHD_ConnectionInfo *info;
    struct MHD_Response *response;
    char mark[XZ_CHANGE_MARK_MAX];

    stream->console = console;
    stream->actor = request->actor;
    stream->after = *after;
    xz_change_mark_text(*after, mark);
    stream->began_ms = stream->spoke_ms = stream->checked_ms = xz_steady_ms();
    (void)snprintf(stream->secret, sizeof(stream->secret), XZ_STR_FMT, XZ_STR_ARG(request->secret));
    info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    stream->socket = info != NULL ? info->connect_fd : -1;
    /* where it begins: one who loses it before the first event knows what to ask for */
    xz_buf_printf(&stream->out, "retry: 2000\nid: %s\n\n", mark);
    response = MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, 16384, read_stream, stream,
                                                 free_stream);
    (void)MHD_add_response_header(response, "Content-Type", "text/event-stream");
    return response;
}
