/* SPDX-License-Identifier: GPL-3.0-or-later */
/* /metrics, /healthz and /readyz: read-only, by GET alone, bounded in connections and time. */
#include <microhttpd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "stream/kafka.h"
#include "stream/metrics.h"
#include "stream/network.h"

struct xz_http {
    struct MHD_Daemon *daemon;
    struct xz_metrics *metrics;
};

static enum MHD_Result answer(struct MHD_Connection *connection, unsigned status, const void *body,
                              size_t len)
{
    struct MHD_Response *response =
        MHD_create_response_from_buffer(len, (void *)(uintptr_t)body, MHD_RESPMEM_MUST_COPY);
    enum MHD_Result result;

    (void)MHD_add_response_header(response, "Content-Type", "text/plain; version=0.0.4");
    result = MHD_queue_response(connection, status, response);
    MHD_destroy_response(response);
    return result;
}

/* well, or 503 with the word that says why not. */
static enum MHD_Result answer_state(struct MHD_Connection *connection, const char *well,
                                    const char *trouble)
{
    char text[64];

    if (trouble == NULL) {
        return answer(connection, MHD_HTTP_OK, well, strlen(well));
    }
    (void)snprintf(text, sizeof(text), "failing: %s\n", trouble);
    return answer(connection, MHD_HTTP_SERVICE_UNAVAILABLE, text, strlen(text));
}

static enum MHD_Result on_request(void *arg, struct MHD_Connection *connection, const char *url,
                                  const char *method, const char *version, const char *data,
                                  size_t *data_len, void **state)
{
    struct xz_http *http = arg;
    const char *trouble = xz_metrics_trouble(http->metrics, xz_steady_ms());
    struct xz_buf text = {0};
    enum MHD_Result result;

    (void)version;
    (void)data;
    (void)state;
    if (*data_len > 0 || (strcmp(method, "GET") != 0 && strcmp(method, "HEAD") != 0)) {
        *data_len = 0;
        return answer(connection, MHD_HTTP_METHOD_NOT_ALLOWED, "GET only\n", 9);
    }
    if (strcmp(url, "/healthz") == 0) {
        return answer_state(connection, "ok\n", trouble);
    }
    if (strcmp(url, "/readyz") == 0) {
        return answer_state(connection, "ready\n",
                            trouble == NULL && !http->metrics->ready ? "partitions" : trouble);
    }
    if (strcmp(url, "/metrics") != 0) {
        return answer(connection, MHD_HTTP_NOT_FOUND, "/metrics /healthz /readyz\n", 26);
    }
    xz_metrics_text(http->metrics, xz_now_ms(), &text);
    result = answer(connection, MHD_HTTP_OK, text.data, text.len);
    xz_buf_fini(&text);
    return result;
}

enum xz_rc xz_http_start(const char *listen, struct xz_metrics *metrics, struct xz_http **out,
                         struct xz_err *err)
{
    struct xz_http *http;
    int socket = -1;
    enum xz_rc rc;

    *out = NULL;
    if (listen[0] == '\0') {
        return XZ_OK;
    }
    rc = xz_listen_open("http.listen", listen, &socket, err);
    if (rc != XZ_OK) {
        return rc;
    }
    http = xz_calloc(1, sizeof(*http));
    http->metrics = metrics;
    http->daemon =
        MHD_start_daemon(MHD_USE_INTERNAL_POLLING_THREAD, 0, NULL, NULL, on_request, http,
                         MHD_OPTION_LISTEN_SOCKET, socket, MHD_OPTION_CONNECTION_LIMIT, 64U,
                         MHD_OPTION_CONNECTION_TIMEOUT, 10U, MHD_OPTION_END);
    if (http->daemon == NULL) {
        free(http);
        return xz_err_set(err, XZ_FATAL, "http.listen: the server cannot be started");
    }
    *out = http;
    return XZ_OK;
}

void xz_http_stop(struct xz_http *http)
{
    if (http != NULL) {
        MHD_stop_daemon(http->daemon);
        free(http);
    }
}
