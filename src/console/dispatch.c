/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From a request to an answer: route, account, permission, CSRF, rate, idempotency, errors. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "cases/idempotency.h"
#include "cases/row.h"
#include "console/limiter.h"
#include "console/params.h"
#include "console/routes.h"
#include "console/server.h"

#define SECRET_MAX 128 /* bytes that may be a session's or a token's */

static unsigned status_of(enum xz_rc rc, const char *reason)
{
    static const struct {
        const char *reason;
        unsigned status;
    } known[] = {{"malformed", 400}, {"unauthenticated", 401}, {"forbidden", 403},
                 {"csrf", 403},      {"not_found", 404},       {"method", 405},
                 {"stale", 409},     {"conflict", 409},        {"second_person_needed", 409},
                 {"too_large", 413}, {"media_type", 415},      {"rate_limited", 429}};

    for (size_t i = 0; rc == XZ_REJECT && i < sizeof(known) / sizeof(known[0]); i++) {
        if (strcmp(reason, known[i].reason) == 0) {
            return known[i].status;
        }
    }
    return rc == XZ_REJECT ? 422 : rc == XZ_RETRY ? 503 : 500;
}

/* What a constraint of the database refuses is told without its names. */
static const char *message_of(enum xz_rc rc, const struct xz_err *err)
{
    return rc == XZ_RETRY    ? "busy: try again in a moment"
           : rc != XZ_REJECT ? "something went wrong here; the log has it under this request_id"
           : strncmp(err->msg, "database: ", 10) == 0
               ? "it is there already, or does not fit what is there"
               : err->msg;
}

/* What went wrong, for who asked: of our own mistakes only the number to look for in the log. */
static void answer_error(const struct xz_request *request, const struct xz_route *route,
                         enum xz_rc rc, const struct xz_err *err, struct xz_response *response)
{
    json_t *error = json_object(), *all = json_object();
    const char *code = rc == XZ_RETRY ? "busy" : rc == XZ_REJECT ? err->reason : "internal";

    if (rc != XZ_REJECT) { /* that something is away is told once, by who finds it away */
        xz_log(rc == XZ_RETRY ? XZ_LOG_DEBUG : XZ_LOG_ERROR, "console", "request",
               "id=%s call=\"%s %s\" rc=%s error=\"%s\"", request->id,
               route != NULL ? route->method : "", route != NULL ? route->path : "", xz_rc_name(rc),
               err->msg);
    }
    (void)json_object_set_new(error, "code", json_string(code));
    (void)json_object_set_new(error, "message", xz_json_text(xz_str_from(message_of(rc, err))));
    if (rc == XZ_REJECT && err->path[0] != '\0') {
        (void)json_object_set_new(error, "field", xz_json_text(xz_str_from(err->path)));
    }
    (void)json_object_set_new(error, "request_id", json_string(request->id));
    (void)json_object_set_new(all, "error", error);
    xz_buf_fini(&response->body);
    *response =
        (struct xz_response){.status = status_of(rc, err->reason), .allow = response->allow};
    xz_respond_json(response, all);
}

/* ---- who asks ---- */

static enum xz_rc set_purpose(struct xz_request *request, struct xz_err *err)
{
    static const char *const purposes[] = {"verification", "approval", "audit", "appeal",
                                           "support"};
    const struct xz_str given = xz_request_header(request, "X-Purpose");

    for (size_t i = 0; i < sizeof(purposes) / sizeof(purposes[0]); i++) {
        if (given.len == 0 || xz_str_eq(given, xz_str_from(purposes[i]))) {
            (void)snprintf(request->actor.purpose, sizeof(request->actor.purpose), "%s",
                           purposes[i]);
            return XZ_OK;
        }
    }
    return xz_err_reject(err, "invalid", "X-Purpose",
                         "verification, approval, audit, appeal or support");
}

const char *xz_session_cookie(const struct xz_console *console)
{
    return console->tls_key != NULL ? "__Host-xz_session" : "xz_session";
}

static enum xz_rc authenticate(struct xz_console *console, const struct xz_route *route,
                               struct xz_request *request, struct xz_err *err)
{
    const bool listens = route->handle == xz_api_stream;
    const struct xz_str bearer = xz_request_header(request, "Authorization");
    const bool is_bearer = xz_str_starts(bearer, XZ_STR("Bearer "));
    enum xz_rc rc;

    request->secret = is_bearer ? (struct xz_str){bearer.ptr + 7, bearer.len - 7}
                                : xz_request_cookie(request, xz_session_cookie(console));
    if (request->secret.len == 0 || request->secret.len > SECRET_MAX) {
        return xz_err_reject(err, "unauthenticated", "", "log in first");
    }
    rc = (listens ? xz_user_is : xz_user_of)(console->desk.db, request->secret, request->now_ms,
                                             &request->actor, request->csrf, err);
    request->has_actor = rc == XZ_OK;
    request->by_token = request->csrf[0] == '\0';
    return rc == XZ_OK ? set_purpose(request, err) : rc;
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

/* By account; by address for who has none, or does not say which. */
static enum xz_rc check_rate(struct xz_console *console, const struct xz_request *request,
                             double cost, struct xz_err *err)
{
    char who[80];

    (void)snprintf(who, sizeof(who), "%s/%" PRId64, request->has_actor ? "" : request->address,
                   request->has_actor ? request->actor.account : 0);
    return xz_limiter_take(console->limiter, xz_str_from(who), cost, xz_steady_ms())
               ? XZ_OK
               : xz_err_reject(err, "rate_limited", "", "too many requests: wait a second");
}

/* A browser says where a request comes from: another site's page may not even sign somebody in. */
static enum xz_rc check_site(const struct xz_request *request, struct xz_err *err)
{
    const struct xz_str site = xz_request_header(request, "Sec-Fetch-Site");

    return site.len == 0 || xz_str_eq(site, XZ_STR("same-origin")) ||
                   xz_str_eq(site, XZ_STR("none"))
               ? XZ_OK
               : xz_err_reject(err, "csrf", "Sec-Fetch-Site", "not from another site's page");
}

static enum xz_rc check_account(struct xz_console *console, const struct xz_route *route,
                                struct xz_request *request, struct xz_err *err)
{
    enum xz_rc rc = authenticate(console, route, request, err);

    if (rc == XZ_REJECT && !request->has_actor) { /* who guesses is slowed down */
        struct xz_err limited = {0};

        if (check_rate(console, request, 1, &limited) != XZ_OK) {
            *err = limited;
        }
    }
    rc = rc == XZ_OK ? check_rate(console, request, 1, err) : rc;
    if (rc == XZ_OK && !xz_route_lets(route, &request->actor)) {
        rc = xz_err_reject(err, "forbidden", "", "your role may not do this");
    }
    if (rc == XZ_OK && writes(request) && !request->by_token &&
        !same_secret(xz_request_header(request, "X-CSRF-Token"), request->csrf)) {
        rc = xz_err_reject(err, "csrf", "X-CSRF-Token",
                           "the page is older than the session: load it again");
    }
    return rc;
}

static enum xz_rc check_access(struct xz_console *console, const struct xz_route *route,
                               struct xz_request *request, struct xz_err *err)
{
    enum xz_rc rc = writes(request) ? check_site(request, err) : XZ_OK;

    if (rc != XZ_OK) {
        return rc;
    }
    return route->kind == XZ_ROUTE_PUBLIC
               ? check_rate(console, request, writes(request) ? XZ_COST_LOGIN : 1, err)
               : check_account(console, route, request, err);
}

/* ---- what it says ---- */

static enum xz_rc read_json(const struct xz_route *route, struct xz_request *request,
                            struct xz_err *err)
{
    const struct xz_str type = xz_request_header(request, "Content-Type");
    const uint32_t len = sizeof("application/json") - 1;
    enum xz_rc rc;

    if (!xz_str_starts(type, XZ_STR("application/json")) || /* which no form can send */
        (type.len > len && strchr("; \t", type.ptr[len]) == NULL)) {
        return xz_err_reject(err, "media_type", "Content-Type", "application/json is wanted");
    }
    rc = xz_request_read_json(request, err);
    return rc == XZ_OK ? xz_request_check_body(request, route->takes, err) : rc;
}

static enum xz_rc read_request(const struct xz_route *route, struct xz_request *request,
                               struct xz_err *err)
{
    const bool is_json = route->sends == XZ_SENDS_JSON || route->sends == XZ_SENDS_ONCE;
    const enum xz_rc rc = xz_request_check_query(request, is_json ? "" : route->takes, err);

    return rc == XZ_OK && is_json ? read_json(route, request, err) : rc;
}

/* ---- doing it, once ---- */

static enum xz_rc check_key(const struct xz_route *route, struct xz_str key, struct xz_err *err)
{
    for (uint32_t i = 0; i < key.len; i++) {
        if (key.ptr[i] <= ' ' || key.ptr[i] > '~') {
            return xz_err_reject(err, "invalid", "Idempotency-Key", "letters, digits and signs");
        }
    }
    return route->sends != XZ_SENDS_ONCE
               ? XZ_OK
               : xz_err_reject(err, "invalid", "Idempotency-Key",
                               "what this call answers is told once and not kept");
}

/* As the audit names it: the case, or the call. */
static enum xz_rc begin_once(struct xz_console *console, const struct xz_route *route,
                             const struct xz_request *request, int64_t *status, struct xz_buf *body,
                             struct xz_err *err)
{
    const bool on_case = xz_str_starts(xz_str_from(route->path), XZ_STR("/api/v1/cases/{id}"));
    struct xz_buf whole = {0};
    int64_t case_id = 0;
    char id[64];
    enum xz_rc rc = on_case ? xz_read_id(request, 0, "case", &case_id, err) : XZ_OK;

    if (rc != XZ_OK) {
        return rc;
    }
    (void)snprintf(id, sizeof(id), "%s", route->path + 1);
    if (on_case) {
        (void)snprintf(id, sizeof(id), "%" PRId64, case_id);
    }
    xz_buf_printf(&whole, "%s %s\n", request->method, request->target);
    xz_buf_bytes(&whole, request->body.ptr, request->body.len);
    rc = xz_idempotency_begin(
        &console->desk,
        &(struct xz_idempotency){.actor = &request->actor,
                                 .key = xz_request_header(request, "Idempotency-Key"),
                                 .request = xz_buf_view(&whole),
                                 .kind = on_case ? "case" : "call",
                                 .id = xz_str_from(id),
                                 .now_ms = request->now_ms},
        status, body, err);
    xz_buf_fini(&whole);
    return rc;
}

static enum xz_rc handle_once(struct xz_console *console, const struct xz_route *route,
                              struct xz_request *request, struct xz_response *response,
                              struct xz_err *err)
{
    const struct xz_str key = xz_request_header(request, "Idempotency-Key");
    int64_t status = 0;
    enum xz_rc rc, ended;

    if (!writes(request) || key.len == 0 || !request->has_actor) {
        return route->handle(console, request, response, err);
    }
    rc = check_key(route, key, err);
    if (rc != XZ_OK) {
        return rc;
    }
    rc = begin_once(console, route, request, &status, &response->body, err);
    if (rc != XZ_OK || status != 0) {
        response->status = (unsigned)status;
        return rc;
    }
    rc = route->handle(console, request, response, err);
    if (rc != XZ_OK && response->is_done) {
        return rc; /* the key stays taken: sent again, it would be done twice */
    }
    ended = xz_idempotency_end(&console->desk, request->actor.account, key,
                               rc == XZ_OK ? (response->status != 0 ? response->status : 200) : 0,
                               xz_buf_view(&response->body), rc == XZ_OK ? err : NULL);
    return rc != XZ_OK ? rc : ended;
}

static enum xz_rc find_route(struct xz_request *request, const struct xz_route **route,
                             struct xz_response *response, struct xz_err *err)
{
    enum xz_rc rc = request->is_ambiguous
                        ? xz_err_reject(err, "malformed", "", "where does it end?")
                        : xz_request_read_target(request, err);

    if (rc != XZ_OK) {
        return rc;
    }
    *route = xz_route_find(request->method, request->path, request->params, &response->allow);
    if (*route == NULL) {
        return response->allow != NULL
                   ? xz_err_reject(err, "method", "", "not by this method")
                   : xz_err_reject(err, "not_found", "", "there is no such call");
    }
    return request->is_too_large || request->body.len > xz_route_body_max(*route)
               ? xz_err_reject(err, "too_large", "body", "at most %zu bytes",
                               xz_route_body_max(*route))
               : XZ_OK;
}

void xz_dispatch(struct xz_console *console, struct xz_request *request,
                 struct xz_response *response)
{
    struct xz_err err = {0};
    const struct xz_route *route = NULL;
    enum xz_rc rc = find_route(request, &route, response, &err);

    rc = rc == XZ_OK ? check_access(console, route, request, &err) : rc;
    rc = rc == XZ_OK ? read_request(route, request, &err) : rc;
    rc = rc == XZ_OK ? handle_once(console, route, request, response, &err) : rc;
    if (rc != XZ_OK) {
        answer_error(request, route, rc, &err, response);
    } else if (writes(request)) {
        xz_console_changed(console);
    }
}
