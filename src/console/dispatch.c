/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From a request to an answer: route, account, permission, CSRF, rate, idempotency, errors. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "cases/idempotency.h"
#include "cases/work.h"
#include "console/limiter.h"
#include "console/routes.h"
#include "console/server.h"

#define COST_LOGIN 5.0 /* requests */

static unsigned status_of(enum xz_rc rc, const char *reason)
{
    static const struct {
        const char *reason;
        unsigned status;
    } known[] = {{"unauthenticated", 401},
                 {"forbidden", 403},
                 {"csrf", 403},
                 {"not_found", 404},
                 {"method", 405},
                 {"stale", 409},
                 {"conflict", 409},
                 {"second_person_needed", 409},
                 {"too_large", 413},
                 {"media_type", 415},
                 {"rate_limited", 429}};

    for (size_t i = 0; rc == XZ_REJECT && i < sizeof(known) / sizeof(known[0]); i++) {
        if (strcmp(reason, known[i].reason) == 0) {
            return known[i].status;
        }
    }
    return rc == XZ_REJECT ? 422 : rc == XZ_RETRY ? 503 : 500;
}

/* What went wrong, for who asked: of our own mistakes only the number to look for in the log. */
static void answer_error(const struct xz_request *request, enum xz_rc rc, const struct xz_err *err,
                         struct xz_response *response)
{
    json_t *error = json_object(), *all = json_object();
    const bool ours = rc != XZ_REJECT;

    response->status = status_of(rc, err->reason);
    if (ours) {
        xz_log(XZ_LOG_ERROR, "console", "request", "id=%s path=%s rc=%s error=\"%s\"", request->id,
               request->path, xz_rc_name(rc), err->msg);
    }
    (void)json_object_set_new(error, "code",
                              json_string(rc == XZ_RETRY ? "busy"
                                          : ours         ? "internal"
                                                         : err->reason));
    (void)json_object_set_new(error, "message",
                              rc == XZ_RETRY ? json_string("busy: try again in a moment")
                              : ours ? json_string("something went wrong here; the log has it "
                                                   "under this request_id")
                                     : json_string(err->msg));
    if (!ours && err->path[0] != '\0') {
        (void)json_object_set_new(error, "field", json_string(err->path));
    }
    (void)json_object_set_new(error, "request_id", json_string(request->id));
    (void)json_object_set_new(all, "error", error);
    xz_buf_clear(&response->body);
    xz_respond_json(response, all);
    response->type = "application/json";
    response->is_stream = false;
    response->file[0] = '\0';
}

/* ---- who asks ---- */

static void set_purpose(struct xz_request *request)
{
    static const char *const purposes[] = {"verification", "approval", "audit", "appeal",
                                           "support"};
    const struct xz_str given = xz_request_header(request, "X-Purpose");
    const char *purpose = purposes[0];

    for (size_t i = 0; i < sizeof(purposes) / sizeof(purposes[0]); i++) {
        purpose = xz_str_eq(given, xz_str_from(purposes[i])) ? purposes[i] : purpose;
    }
    (void)snprintf(request->actor.purpose, sizeof(request->actor.purpose), "%s", purpose);
}

static enum xz_rc authenticate(struct xz_console *console, struct xz_request *request,
                               struct xz_err *err)
{
    const struct xz_str bearer = xz_request_header(request, "Authorization");
    struct xz_str secret = xz_request_cookie(request, "xz_session");
    enum xz_rc rc;

    if (xz_str_starts(bearer, XZ_STR("Bearer "))) {
        secret = (struct xz_str){bearer.ptr + 7, bearer.len - 7};
    }
    if (secret.len == 0 || secret.len > 128) {
        return xz_err_reject(err, "unauthenticated", "", "log in first");
    }
    rc = xz_user_of(console->desk.db, secret, request->now_ms, &request->actor, request->csrf, err);
    request->has_actor = rc == XZ_OK;
    request->by_token = request->csrf[0] == '\0';
    set_purpose(request);
    return rc;
}

static bool writes(const struct xz_request *request)
{
    return strcmp(request->method, "GET") != 0 && strcmp(request->method, "HEAD") != 0;
}

static bool same_secret(struct xz_str given, const char *expected)
{
    const size_t len = strlen(expected);
    unsigned char differs = given.len != len;

    for (size_t i = 0; i < len && i < given.len; i++) {
        differs |= (unsigned char)(given.ptr[i] ^ expected[i]);
    }
    return differs == 0;
}

static enum xz_rc check_rate(struct xz_console *console, const struct xz_request *request,
                             struct xz_err *err)
{
    char who[80];
    const bool login = !request->has_actor;

    (void)snprintf(who, sizeof(who), "%s/%" PRId64, login ? request->address : "",
                   login ? 0 : request->actor.account);
    return xz_limiter_take(console->limiter, xz_str_from(who), login ? COST_LOGIN : 1,
                           request->now_ms)
               ? XZ_OK
               : xz_err_reject(err, "rate_limited", "", "too many requests: wait a second");
}

static enum xz_rc check_access(struct xz_console *console, const struct xz_route *route,
                               struct xz_request *request, struct xz_err *err)
{
    enum xz_rc rc = route->kind != XZ_ROUTE_PUBLIC ? authenticate(console, request, err) : XZ_OK;

    if (rc == XZ_OK && (route->kind != XZ_ROUTE_PUBLIC || writes(request))) {
        rc = check_rate(console, request, err);
    }
    if (rc == XZ_OK && route->kind == XZ_ROUTE_MAY &&
        !xz_actor_may(&request->actor, route->permission)) {
        rc = xz_err_reject(err, "forbidden", "", "your role may not do this");
    }
    if (rc == XZ_OK && route->kind != XZ_ROUTE_PUBLIC && writes(request) && !request->by_token &&
        !same_secret(xz_request_header(request, "X-CSRF-Token"), request->csrf)) {
        rc = xz_err_reject(err, "csrf", "X-CSRF-Token",
                           "the page is older than the session: "
                           "load it again");
    }
    return rc;
}

/* ---- the body ---- */

static enum xz_rc read_body(const struct xz_route *route, struct xz_request *request,
                            struct xz_err *err)
{
    const struct xz_str type = xz_request_header(request, "Content-Type");

    if (!writes(request) || route->body_max == XZ_FILE_BYTES_MAX || route->body_max == 0) {
        return XZ_OK;
    }
    if (!xz_str_starts(type, XZ_STR("application/json"))) { /* which no form can send */
        return xz_err_reject(err, "media_type", "Content-Type", "application/json is wanted");
    }
    request->json = json_loadb(request->body.len > 0 ? request->body.ptr : "", request->body.len,
                               JSON_REJECT_DUPLICATES, NULL);
    return json_is_object(request->json)
               ? XZ_OK
               : xz_err_reject(err, "invalid", "body", "the body is a JSON object");
}

/* ---- doing it, once ---- */

static enum xz_rc handle_once(struct xz_console *console, const struct xz_route *route,
                              struct xz_request *request, struct xz_response *response,
                              struct xz_err *err)
{
    const struct xz_str key = xz_request_header(request, "Idempotency-Key");
    struct xz_buf whole = {0};
    int64_t status = 0;
    enum xz_rc rc, ended;

    if (!writes(request) || key.len == 0 || !request->has_actor) {
        return route->handle(console, request, response, err);
    }
    xz_buf_printf(&whole, "%s %s\n", request->method, request->path);
    xz_buf_bytes(&whole, request->body.ptr, request->body.len);
    rc = xz_idempotency_begin(&console->desk, request->actor.account, key, xz_buf_view(&whole),
                              request->now_ms, &status, &response->body, err);
    xz_buf_fini(&whole);
    if (rc != XZ_OK || status != 0) {
        response->status = (unsigned)status;
        return rc;
    }
    rc = route->handle(console, request, response, err);
    ended = xz_idempotency_end(&console->desk, request->actor.account, key,
                               rc == XZ_OK ? (response->status != 0 ? response->status : 200) : 0,
                               xz_buf_view(&response->body), rc == XZ_OK ? err : NULL);
    return rc != XZ_OK ? rc : ended;
}

void xz_dispatch(struct xz_console *console, struct xz_request *request,
                 struct xz_response *response)
{
    struct xz_err err = {0};
    bool other_method = false;
    const struct xz_route *route =
        xz_route_find(request->method, request->path, request->params, &other_method);
    enum xz_rc rc;

    if (route == NULL) {
        rc = other_method ? xz_err_reject(&err, "method", "", "not by this method")
                          : xz_err_reject(&err, "not_found", "", "there is no such call");
    } else if (request->body.len > route->body_max) {
        rc = xz_err_reject(&err, "too_large", "body", "at most %zu bytes", route->body_max);
    } else {
        rc = check_access(console, route, request, &err);
        rc = rc == XZ_OK ? read_body(route, request, &err) : rc;
        rc = rc == XZ_OK ? handle_once(console, route, request, response, &err) : rc;
    }
    if (rc != XZ_OK) {
        answer_error(request, rc, &err, response);
    } else if (writes(request)) {
        xz_console_changed(console);
    }
    json_decref(request->json);
    request->json = NULL;
}
