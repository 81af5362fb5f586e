/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "console/server.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/mem.h"
#include "cases/work.h"
#include "console/assets.h"
#include "console/routes.h"

struct exchange {
    struct xz_request request;
    struct xz_buf body;
    size_t body_max;
};

/* ---- answers ---- */

static void add_security_headers(struct MHD_Response *answer, bool tls)
{
    static const char *const headers[][2] = {
        {"Content-Security-Policy",
         "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' "
         "data:; connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'none'; "
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
    char header[400] = "attachment; filename*=UTF-8''";
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
        answer = xz_stream_response(console, &exchange->request, response->stream_after);
    } else {
        answer = MHD_create_response_from_buffer(response->body.len, response->body.data,
                                                 MHD_RESPMEM_MUST_COPY);
        (void)MHD_add_response_header(answer, "Content-Type",
                                      response->type != NULL ? response->type : "application/json");
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
    result = MHD_queue_response(exchange->request.connection,
                                response->status != 0 ? response->status : 200, answer);
    MHD_destroy_response(answer);
    return result;
}

static enum MHD_Result send_text(struct xz_console *console, struct exchange *exchange,
                                 unsigned status, const char *text)
{
    struct xz_response response = {.status = status, .type = "text/plain; charset=utf-8"};
    enum MHD_Result result;

    xz_buf_bytes(&response.body, text, strlen(text));
    result = send_response(console, exchange, &response);
    xz_buf_fini(&response.body);
    return result;
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
        return send_text(console, exchange, 404, "there is no such page\n");
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
    result = MHD_queue_response(exchange->request.connection, fresh ? 304 : 200, answer);
    MHD_destroy_response(answer);
    return result;
}

/* ---- requests ---- */

static void read_address(struct xz_request *request)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(request->connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);

    (void)snprintf(request->address, sizeof(request->address), "unknown");
    if (info != NULL && info->client_addr->sa_family == AF_INET) {
        struct sockaddr_in address;

        memcpy(&address, info->client_addr, sizeof(address));
        (void)inet_ntop(AF_INET, &address.sin_addr, request->address, sizeof(request->address));
    }
}

static struct exchange *begin(struct xz_console *console, struct MHD_Connection *connection,
                              const char *path, const char *method)
{
    struct exchange *exchange = xz_calloc(1, sizeof(*exchange));
    const struct xz_route *route;
    bool other_method;

    exchange->request.connection = connection;
    exchange->request.method = method;
    exchange->request.path = path;
    (void)snprintf(exchange->request.id, sizeof(exchange->request.id), "r%" PRIu64,
                   ++console->next_request);
    read_address(&exchange->request);
    route = xz_route_find(method, path, exchange->request.params, &other_method);
    exchange->body_max = route != NULL ? route->body_max : 0;
    return exchange;
}

static bool healthy(const struct xz_console *console)
{
    return !console->failed &&
           (console->metrics == NULL || xz_metrics_healthy(console->metrics, xz_now_ms()));
}

static enum MHD_Result answer(struct xz_console *console, struct exchange *exchange)
{
    struct xz_request *request = &exchange->request;
    struct xz_response response = {.status = 0};
    enum MHD_Result result;

    if (strcmp(request->path, "/healthz") == 0 || strcmp(request->path, "/readyz") == 0) {
        return healthy(console) ? send_text(console, exchange, 200, "ok\n")
                                : send_text(console, exchange, 503, "failing\n");
    }
    if (strncmp(request->path, "/api/", 5) != 0) {
        return strcmp(request->method, "GET") == 0 || strcmp(request->method, "HEAD") == 0
                   ? send_asset(console, exchange, xz_asset_find(request->path))
                   : send_text(console, exchange, 405, "GET only\n");
    }
    request->body = xz_buf_view(&exchange->body);
    request->now_ms = xz_now_ms();
    xz_dispatch(console, request, &response);
    result = response.asset != NULL ? send_asset(console, exchange, response.asset)
                                    : send_response(console, exchange, &response);
    xz_buf_fini(&response.body);
    return result;
}

static enum MHD_Result on_request(void *arg, struct MHD_Connection *connection, const char *url,
                                  const char *method, const char *version, const char *data,
                                  size_t *data_len, void **state)
{
    struct xz_console *console = arg;
    struct exchange *exchange = *state;

    (void)version;
    if (exchange == NULL) {
        *state = begin(console, connection, url, method);
        return MHD_YES;
    }
    if (*data_len > 0) { /* one byte too many is kept, to tell that there were more */
        const size_t room = exchange->body_max + 1 - exchange->body.len;

        xz_buf_bytes(&exchange->body, data, *data_len < room ? *data_len : room);
        *data_len = 0;
        return MHD_YES;
    }
    return answer(console, exchange);
}

static void on_completed(void *arg, struct MHD_Connection *connection, void **state,
                         enum MHD_RequestTerminationCode code)
{
    struct exchange *exchange = *state;

    (void)arg;
    (void)connection;
    (void)code;
    if (exchange != NULL) {
        xz_buf_fini(&exchange->body);
        free(exchange);
        *state = NULL;
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
    struct sockaddr_in address;
    enum xz_rc rc = xz_http_address("console.listen", listen, &address, err);

    if (rc != XZ_OK) {
        return rc;
    }
    console->daemon = MHD_start_daemon(
        flags, 0, NULL, NULL, on_request, console, MHD_OPTION_SOCK_ADDR, &address,
        MHD_OPTION_CONNECTION_LIMIT, XZ_CONNECTIONS_MAX, MHD_OPTION_CONNECTION_TIMEOUT, XZ_IDLE_S,
        MHD_OPTION_PER_IP_CONNECTION_LIMIT, XZ_CONNECTIONS_MAX - 8,
        MHD_OPTION_LISTENING_ADDRESS_REUSE, 1U, MHD_OPTION_NOTIFY_COMPLETED, on_completed, NULL,
        MHD_OPTION_ARRAY, tls ? secure : plain, MHD_OPTION_END);
    return console->daemon != NULL
               ? XZ_OK
               : xz_err_set(err, XZ_CONFIG,
                            "console.listen: %s cannot be listened on; is another console running? "
                            "--set console.listen=127.0.0.1:PORT takes another",
                            listen);
}

void xz_server_stop(struct xz_console *console)
{
    if (console->daemon != NULL) {
        MHD_stop_daemon(console->daemon);
        console->daemon = NULL;
    }
}
