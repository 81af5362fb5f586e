/* SPDX-License-Identifier: GPL-3.0-or-later */
/* console/server.h - HTTP by libmicrohttpd, a thread a connection, bounded in number, size and
 * time.
 */
#ifndef XZ_CONSOLE_SERVER_H
#define XZ_CONSOLE_SERVER_H
#include "console/console_int.h"

#define XZ_CONNECTIONS_MAX 256U
#define XZ_STREAMS_OWN_MAX 8   /* of an account */
#define XZ_IDLE_S          30U /* a connection on which nothing moves is closed */

XZ_MUST enum xz_rc xz_server_start(struct xz_console *console, struct xz_err *err);
void xz_server_stop(struct xz_console *console);

/* Under which name a browser keeps its session: under TLS one that no other host can set. */
const char *xz_session_cookie(const struct xz_console *console);

/* Answers one request that was read whole: who asks, whether he may, the handler, and what went
 * wrong as the error of the API. */
void xz_dispatch(struct xz_console *console, struct xz_request *request,
                 struct xz_response *response);

/* A place among those who listen: XZ_REJECT "rate_limited" when there is none. */
XZ_MUST enum xz_rc xz_stream_take(struct xz_console *console, int64_t account, struct xz_err *err);
void xz_stream_give(struct xz_console *console, int64_t account);
/* Server-sent events from response->stream_after on, as an answer; gives the place back
 * when it ends. */
struct MHD_Response *xz_stream_response(struct xz_console *console,
                                        struct MHD_Connection *connection,
                                        const struct xz_request *request,
                                        const struct xz_change_mark *after);

#endif
