/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "console/server.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#include "base/mem.h"
#include "cases/work.h"
#include "console/address.h"
#include "console/assets.h"
#include "console/guard.h"
#include "console/health.h"
#include "console/routes.h"

#define HEADERS_BYTES ((size_t)32 << 10) /* of one request, with its first line */
#define BODY_SPARE    ((size_t)1 << 20)  /* what is read past a limit, so that 413 is heard */

struct exchange {
    struct xz_request request;
    struct MHD_Connection *connection;
    char *target;
    struct xz_buf body;
    size_t body_max, body_seen;
    bool began;
};

/* ---- answers ---- */

static void add_security_headers(struct MHD_Response *answer, bool tls)
{
    /* Styles of an element: the charts' labels come as text with them. */
    static const char *const headers[][2] = {
        {"Content-Security-Policy",
         "default-src 'none'; script-src 'self'; style-src 'self'; style-src-attr 'unsafe-inline'; "
         "img-src 'self' data:; connect-src 'self'; font-src 'self'; base-uri 'none'; form-action "
         "'none'; "
         "frame-ancestors 'none'"},
        {"X-Content-Type-Options", "nosniff"},
        {"X-Frame-Options", "DENY"},
        {"Referrer-Policy", "no-referrer"},
        {"Cross-Origin-Opener-Policy", "same-origin"},
        {"Cross-Origin-Resource-Policy", "same-origin"},
        {"Permissions-Policy", "camera=(), microphone=(), geolocation=()"}};

    for (size_t i = 0; i < sizeof(headers) / sizeof(headers[0]); i++) {
        (void)MHD_add_response_header(answer, headers[i][0], headers[i][1]);
    }
    if (tls) {
        (void)MHD_add_response_header(answer, "Strict-Transport-Security", "max-age=31536000");
    }
}

/* A name for a download: letters and digits of any script, and a few signs. */
static void add_file_name(struct MHD_Response *answer, const char *name)
{
    char header[800] = "attachment; filename*=UTF-8''";
    size_t at = strlen(header);

    for (const char *c = name; *c != '\0' && at + 4 < sizeof(header); c++) {
        const unsigned char byte = (unsigned char)*c;
        const bool plain = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
                           (byte >= '0' && byte <= '9') || byte == '.' || byte == '-';

        at += (size_t)snprintf(header + at, sizeof(header) - at, plain ? "%c" : "%%%02X", byte);
    }
    (void)MHD_add_response_header(answer, "Content-Disposition", header);
}

static enum MHD_Result send_response(struct xz_console *console, struct exchange *exchange,
                                     struct xz_response *response)
{
    struct MHD_Response *answer;
    enum MHD_Result result;

    if (response->is_stream) {
        answer = xz_stream_response(console, exchange->connection, &exchange->request,
                                    &response->stream_after);
    } else {
        answer = MHD_create_response_from_buffer(response->body.len, response->body.data,
                                                 MHD_RESPMEM_MUST_COPY);
        (void)MHD_add_response_header(answer, "Content-Type",
                                      response->type != NULL ? response->type : "application/json");
    }
    if (response->allow != NULL) {
        (void)MHD_add_response_header(answer, "Allow", response->allow);
    }
    if (exchange->request.is_ambiguous || response->status == 413) { /* what follows is not read */
        (void)MHD_add_response_header(answer, "Connection", "close");
    }
    (void)MHD_add_response_header(answer, "Cache-Control", "no-store");
    (void)MHD_add_response_header(answer, "X-Request-Id", exchange->request.id);
    if (response->cookie[0] != '\0') {
        (void)MHD_add_response_header(answer, "Set-Cookie", response->cookie);
    }
    if (response->file[0] != '\0') {
        add_file_name(answer, response->file);
    }
    if (response->status == 429 || response->status == 503) {
        (void)MHD_add_response_header(answer, "Retry-After", "1");
    }
    add_security_headers(answer, console->tls_key != NULL);
    result = MHD_queue_response(exchange->connection,
                                response->status != 0 ? response->status : 200, answer);
    MHD_destroy_response(answer);
    return result;
}

static enum MHD_Result send_text(struct xz_console *console, struct exchange *exchange,
                                 struct xz_response *response, unsigned status, const char *text)
{
    enum MHD_Result result;

    response->status = status;
    response->type = "text/plain; charset=utf-8";
    xz_buf_bytes(&response->body, text, strlen(text));
    result = send_response(console, exchange, response);
    xz_buf_fini(&response->body);
    return result;
}

static enum MHD_Result send_state(struct xz_console *console, struct exchange *exchange,
                                  struct xz_response *response)
{
    const char *trouble = xz_health_trouble(console);
    char text[64];

    (void)snprintf(text, sizeof(text), "failing: %s\n", trouble != NULL ? trouble : "");
    return send_text(console, exchange, response, trouble == NULL ? 200 : 503,
                     trouble == NULL ? "ok\n" : text);
}

/* A file of the pages; it never changes while the program runs. */
static enum MHD_Result send_asset(struct xz_console *console, struct exchange *exchange,
                                  const struct xz_asset *asset)
{
    const struct xz_str known = xz_request_header(&exchange->request, "If-None-Match");
    struct MHD_Response *answer;
    enum MHD_Result result;
    bool fresh;

    if (asset == NULL) {
        struct xz_response response = {.status = 0};

        return send_text(console, exchange, &response, 404, "there is no such page\n");
    }
    fresh = known.len > 0 && strcmp(known.ptr, asset->etag) == 0;
    answer = MHD_create_response_from_buffer(
        fresh ? 0 : asset->size, (void *)(uintptr_t)asset->bytes, MHD_RESPMEM_PERSISTENT);
    (void)MHD_add_response_header(answer, "Content-Type", asset->type);
    (void)MHD_add_response_header(answer, "ETag", asset->etag);
    (void)MHD_add_response_header(answer, "Cache-Control", "no-cache");
    if (asset->is_gzip) {
        (void)MHD_add_response_header(answer, "Content-Encoding", "gzip");
    }
    add_security_headers(answer, console->tls_key != NULL);
    result = MHD_queue_response(exchange->connection, fresh ? 304 : 200, answer);
    MHD_destroy_response(answer);
    return result;
}

/* ---- requests ---- */

static const char *find_value(void *arg, enum xz_source_kind kind, const char *name)
{
    return MHD_lookup_connection_value(
        arg, kind == XZ_SOURCE_HEADER ? MHD_HEADER_KIND : MHD_COOKIE_KIND, name);
}

/* Several lines are one list. */
static enum MHD_Result take_forwarded(void *arg, enum MHD_ValueKind kind, const char *name,
                                      const char *value)
{
    (void)kind;
    if (strcasecmp(name, "X-Forwarded-For") == 0 && value != NULL) {
        xz_buf_printf(arg, ",%s", value);
    }
    return MHD_YES;
}

static void read_address(const struct xz_console *console, struct MHD_Connection *connection,
                         struct xz_request *request)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    struct xz_buf forwarded = {0};
    struct xz_ip peer;

    if (info == NULL || info->client_addr == NULL || !xz_ip_of(info->client_addr, &peer)) {
        (void)snprintf(request->address, sizeof(request->address), "unknown");
        return;
    }
    (void)MHD_get_connection_values(connection, MHD_HEADER_KIND, take_forwarded, &forwarded);
    xz_address_key(
        xz_address_client(console->proxies, console->proxy_count, peer, xz_buf_view(&forwarded)),
        request->address);
    xz_buf_fini(&forwarded);
}

/* The number by which the guard knows the connection. */
static int guarded(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

    return info != NULL ? (int)(intptr_t)info->socket_context - 1 : -1;
}

/* A request's first line has come: what it asks for, before anything is decoded. */
static void *on_target(void *arg, const char *target, struct MHD_Connection *connection)
{
    struct exchange *exchange = xz_calloc(1, sizeof(*exchange));

    (void)arg;
    exchange->connection = connection;
    exchange->target = xz_strdup(target);
    exchange->request.source = (struct xz_request_source){find_value, connection};
    exchange->request.target = exchange->target;
    return exchange;
}

/* Its headers have come: how much may follow. */
static void begin(struct xz_console *console, struct exchange *exchange, const char *path,
                  const char *method)
{
    struct xz_str params[XZ_PATH_PARAMS_MAX];
    const struct xz_route *route;
    const char *other;

    exchange->began = true;
    exchange->request.method = method;
    (void)snprintf(exchange->request.id, sizeof(exchange->request.id), "r%" PRIu64,
                   ++console->next_request);
    read_address(console, exchange->connection, &exchange->request);
    route = xz_route_find(method, path, params, &other);
    exchange->body_max = route != NULL ? xz_route_body_max(route) : 0;
    xz_guard_phase(console->guard, guarded(exchange->connection), XZ_GUARD_RECEIVES,
                   xz_steady_ms());
}

/* Does it say that more will follow than may? Then it is answered at once, and not read. */
static bool is_too_large(const struct exchange *exchange)
{
    const struct xz_str told = xz_request_header(&exchange->request, "Content-Length");
    int64_t length = 0;

    return told.len > 0 &&
           (xz_request_number(told, "Content-Length", 0, INT64_MAX, 0, &length, NULL) != XZ_OK ||
            (uint64_t)length > exchange->body_max);
}

/* What says where a request ends, as far as others may read it in another way. */
struct framing {
    int lengths;
    bool is_odd;
};

/* A name that is no token, or more than one line in a value: the library takes them, and sees one
 * header where another reader sees two, or none (RFC 9112, 5.1 and 11.2). */
static enum MHD_Result look_at_header(void *arg, enum MHD_ValueKind kind, const char *name,
                                      size_t name_len, const char *value, size_t value_len)
{
    static const char token[] = "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyz"
                                "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    struct framing *framing = arg;

    (void)kind;
    framing->is_odd |= name_len == 0 || strspn(name, token) != name_len;
    for (size_t i = 0; i < value_len; i++) {
        framing->is_odd |= value[i] == '\r' || value[i] == '\n' || value[i] == '\0';
    }
    framing->lengths +=
        strcasecmp(name, "Content-Length") == 0 || strcasecmp(name, "Transfer-Encoding") == 0;
    return MHD_YES;
}

/* Would somebody who stands before us see another end of this request? Then what follows it may be
 * another's: it is refused, and the connection is closed. */
static bool is_ambiguous(const struct exchange *exchange)
{
    const struct xz_str encoding = xz_request_header(&exchange->request, "Transfer-Encoding");
    struct framing framing = {.lengths = 0};

    (void)MHD_get_connection_values_n(exchange->connection, MHD_HEADER_KIND, look_at_header,
                                      &framing);
    return framing.is_odd || framing.lengths > 1 ||
           (encoding.len > 0 && strcasecmp(encoding.ptr, "chunked") != 0);
}

static enum MHD_Result answer(struct xz_console *console, struct exchange *exchange,
                              const char *path)
{
    struct xz_request *request = &exchange->request;
    struct xz_response response = {.status = 0};
    enum MHD_Result result;
    const bool gets = strcmp(request->method, "GET") == 0 || strcmp(request->method, "HEAD") == 0;

    if (strncmp(path, "/api/", 5) != 0 && request->is_ambiguous) {
        return send_text(console, exchange, &response, 400, "where does it end?\n");
    }
    if (strncmp(path, "/api/", 5) != 0 && !gets) {
        response.allow = "GET";
        return send_text(console, exchange, &response, 405, "GET only\n");
    }
    if (strcmp(path, "/healthz") == 0 || strcmp(path, "/readyz") == 0) {
        return send_state(console, exchange, &response);
    }
    if (strncmp(path, "/api/", 5) != 0) {
        return send_asset(console, exchange, xz_asset_find(path));
    }
    request->body = xz_buf_view(&exchange->body);
    request->now_ms = xz_now_ms();
    xz_dispatch(console, request, &response);
    xz_guard_phase(console->guard, guarded(exchange->connection),
                   response.is_stream ? XZ_GUARD_STREAMS : XZ_GUARD_ANSWERS, xz_steady_ms());
    result = response.asset != NULL ? send_asset(console, exchange, response.asset)
                                    : send_response(console, exchange, &response);
    xz_buf_fini(&response.body);
    return result;
}

/* One byte too many is kept, to tell that there were more. */
static bool take_body(struct exchange *exchange, const char *data, size_t len)
{
    const size_t room = exchange->body_max + 1 - exchange->body.len;

    xz_buf_bytes(&exchange->body, data, len < room ? len : room);
    exchange->body_seen += len;
    return exchange->body_seen <= exchange->body_max + BODY_SPARE;
}

static enum MHD_Result on_request(void *arg, struct MHD_Connection *connection, const char *path,
                                  const char *method, const char *version, const char *data,
                                  size_t *data_len, void **state)
{
    struct xz_console *console = arg;
    struct exchange *exchange = *state;

    (void)connection;
    (void)version;
    if (!exchange->began) {
        begin(console, exchange, path, method);
        exchange->request.is_ambiguous = is_ambiguous(exchange);
        exchange->request.is_too_large = is_too_large(exchange);
        return exchange->request.is_ambiguous || exchange->request.is_too_large
                   ? answer(console, exchange, path) /* before it was read, which closes */
                   : MHD_YES;
    }
    if (*data_len > 0) {
        const bool goes_on = take_body(exchange, data, *data_len);

        *data_len = 0;
        return goes_on ? MHD_YES : MHD_NO;
    }
    return answer(console, exchange, path);
}

static void on_completed(void *arg, struct MHD_Connection *connection, void **state,
                         enum MHD_RequestTerminationCode code)
{
    struct xz_console *console = arg;
    struct exchange *exchange = *state;

    (void)code;
    xz_guard_phase(console->guard, guarded(connection), XZ_GUARD_WAITS, xz_steady_ms());
    if (exchange != NULL) {
        xz_request_fini(&exchange->request);
        xz_buf_fini(&exchange->body);
        free(exchange->target);
        free(exchange);
        *state = NULL;
    }
}

static void on_connection(void *arg, struct MHD_Connection *connection, void **context,
                          enum MHD_ConnectionNotificationCode code)
{
    struct xz_console *console = arg;
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);

    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        *context = (void *)(intptr_t)(1 + xz_guard_open(console->guard,
                                                        info != NULL ? info->connect_fd : -1,
                                                        xz_steady_ms()));
    } else {
        xz_guard_close(console->guard, (int)(intptr_t)*context - 1);
    }
}

/* ---- beginning and end ---- */

enum xz_rc xz_server_start(struct xz_console *console, struct xz_err *err)
{
    const char *listen = console->config->console_listen;
    const bool tls = console->tls_key != NULL;
    const unsigned flags =
        MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_THREAD_PER_CONNECTION | (tls ? MHD_USE_TLS : 0);
    const struct MHD_OptionItem secure[] = {
        {MHD_OPTION_HTTPS_MEM_KEY, 0, console->tls_key},
        {MHD_OPTION_HTTPS_MEM_CERT, 0, console->tls_certificate},
        {MHD_OPTION_HTTPS_PRIORITIES, 0,
         (void *)(uintptr_t) "NORMAL:-VERS-ALL:+VERS-TLS1.3:"
                             "+VERS-TLS1.2"},
        {MHD_OPTION_END, 0, NULL}};
    const struct MHD_OptionItem plain[] = {{MHD_OPTION_END, 0, NULL}};
    int socket = -1;
    enum xz_rc rc = xz_listen_open("console.listen", listen, &socket, err);

    rc = rc == XZ_OK ? xz_networks_parse("console.trusted_proxies",
                                         console->config->console_trusted_proxies, console->proxies,
                                         &console->proxy_count, err)
                     : rc;
    if (rc != XZ_OK) {
        return rc;
    }
    console->daemon = MHD_start_daemon(
        flags, 0, NULL, NULL, on_request, console, MHD_OPTION_LISTEN_SOCKET, socket,
        MHD_OPTION_CONNECTION_LIMIT, XZ_CONNECTIONS_MAX, MHD_OPTION_CONNECTION_TIMEOUT, XZ_IDLE_S,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, HEADERS_BYTES, MHD_OPTION_URI_LOG_CALLBACK, on_target,
        console, MHD_OPTION_NOTIFY_CONNECTION, on_connection, console,
        MHD_OPTION_PER_IP_CONNECTION_LIMIT, XZ_CONNECTIONS_MAX - 8, MHD_OPTION_NOTIFY_COMPLETED,
        on_completed, console, MHD_OPTION_ARRAY, tls ? secure : plain, MHD_OPTION_END);
    return console->daemon != NULL
               ? XZ_OK
               : xz_err_set(err, XZ_FATAL, "console.listen: the server cannot be started");
}

void xz_server_stop(struct xz_console *console)
{
    if (console->daemon != NULL) {
        MHD_stop_daemon(console->daemon);
        console->daemon = NULL;
    }
}
