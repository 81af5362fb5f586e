/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Logging in and out. */
#include <stdio.h>
#include <string.h>

#include "cases/view.h"
#include "console/assets.h"
#include "console/oidc.h"
#include "console/routes.h"
#include "console/server.h"

#define LOGINS_MAX 16 /* that wait for each other; more are told to come again */

static json_t *role_names(unsigned bits)
{
    json_t *roles = json_array();

    for (unsigned i = 0; i < XZ_ACCESS_ROLES; i++) {
        if ((bits & 1u << i) != 0) {
            (void)json_array_append_new(roles, json_string(xz_access_role_names[i]));
        }
    }
    return roles;
}

/* What a page must know before anybody has signed in. */
XZ_HANDLER(xz_api_about)
{
    json_t *demo = json_array();

    (void)request;
    (void)err;
    for (size_t i = 0; i < console->demo_count; i++) {
        (void)json_array_append_new(demo,
                                    json_pack("{s:s, s:s, s:o}", "name", console->demo[i].name,
                                              "password", console->demo[i].password, "roles",
                                              role_names(console->demo[i].roles)));
    }
    xz_respond_json(response,
                    json_pack("{s:s, s:b, s:o}", "version", xz_version, "oidc",
                              console->config->console_oidc_issuer[0] != '\0', "demo", demo));
    return XZ_OK;
}

static json_t *session_json(const struct xz_actor *actor, const char *csrf)
{
    static const char *const permissions[XZ_PERMISSIONS] = {
        "read",   "stream",     "work",   "approve",   "read_record",
        "unmask", "read_audit", "export", "administer"};
    json_t *all = json_object(), *may = json_array();

    for (unsigned i = 0; i < XZ_PERMISSIONS; i++) {
        if (xz_actor_may(actor, (enum xz_permission)i)) {
            (void)json_array_append_new(may, json_string(permissions[i]));
        }
    }
    (void)json_object_set_new(all, "id", json_integer(actor->account));
    (void)json_object_set_new(all, "name", json_string(actor->name));
    (void)json_object_set_new(all, "roles", role_names(actor->roles));
    (void)json_object_set_new(all, "may", may);
    (void)json_object_set_new(all, "regions", json_string(actor->regions));
    (void)json_object_set_new(all, "csrf", json_string(csrf));
    return all;
}

static void set_cookie(const struct xz_console *console, const char *secret, int seconds,
                       struct xz_response *response)
{
    (void)snprintf(response->cookie, sizeof(response->cookie),
                   "%s=%s; Path=/; HttpOnly; SameSite=Strict; Max-Age=%d%s",
                   xz_session_cookie(console), secret, seconds,
                   console->tls_key != NULL ? "; Secure" : "");
}

/* One after the other, since each takes 19 MiB and a processor for some time. */
static enum xz_rc try_password(struct xz_console *console, struct xz_str name,
                               struct xz_str password, int64_t now_ms, struct xz_session *session,
                               struct xz_actor *actor, struct xz_err *err)
{
    enum xz_rc rc;

    if (++console->logins > LOGINS_MAX) {
        rc = xz_err_reject(err, "rate_limited", "", "many sign in now: wait a second");
    } else {
        (void)pthread_mutex_lock(&console->hashing);
        rc = xz_user_login(console->desk.db, name, password, now_ms, session, actor, err);
        (void)pthread_mutex_unlock(&console->hashing);
    }
    console->logins--;
    return rc;
}

static void answer_session(const struct xz_console *console, const struct xz_actor *actor,
                           const struct xz_session *session, struct xz_response *response)
{
    set_cookie(console, session->secret, (int)(XZ_SESSION_MS / XZ_SECOND_MS), response);
    xz_respond_json(response, session_json(actor, session->csrf));
}

XZ_HANDLER(xz_api_login)
{
    struct xz_session session;
    struct xz_actor actor;
    struct xz_str name, password;
    enum xz_rc rc = xz_body_text(request, "name", &name, err);

    rc = rc == XZ_OK ? xz_body_text(request, "password", &password, err) : rc;
    rc = rc == XZ_OK ? try_password(console, name, password, request->now_ms, &session, &actor, err)
                     : rc;
    if (rc == XZ_OK) {
        answer_session(console, &actor, &session, response);
    }
    return rc;
}

/* What somebody else has proved is a name; the account is one of ours. */
XZ_HANDLER(xz_api_oidc)
{
    char name[XZ_OIDC_NAME_MAX + 1];
    struct xz_session session;
    struct xz_actor actor;
    struct xz_str token = XZ_STR_NONE;
    enum xz_rc rc = console->oidc == NULL
                        ? xz_err_reject(err, "not_found", "", "no OpenID Connect is configured")
                        : xz_body_text(request, "id_token", &token, err);

    rc = rc == XZ_OK ? xz_oidc_name(console->oidc, token, request->now_ms, name, err) : rc;
    rc = rc == XZ_OK ? xz_user_login_external(console->desk.db, xz_str_from(name), request->now_ms,
                                              &session, &actor, err)
                     : rc;
    if (rc == XZ_OK) {
        answer_session(console, &actor, &session, response);
    }
    return rc;
}

XZ_HANDLER(xz_api_session)
{
    (void)console;
    (void)err;
    xz_respond_json(response, session_json(&request->actor, request->csrf));
    return XZ_OK;
}

struct ending {
    const struct xz_request *request;
    struct xz_str password;
};

static enum xz_rc log_out(struct xz_db_conn *conn, void *arg, struct xz_err *err)
{
    const struct xz_request *request = arg;

    return xz_user_logout(conn, &request->actor, request->secret, request->now_ms, err);
}

XZ_HANDLER(xz_api_logout)
{
    const enum xz_rc rc = xz_desk_write(&console->desk, log_out, request, err);

    set_cookie(console, "", 0, response);
    xz_respond_json(response, json_object());
    return rc;
}

static enum xz_rc set_password(struct xz_db_conn *conn, void *arg, struct xz_err *err)
{
    const struct ending *ending = arg;

    return xz_user_set_password(conn, &ending->request->actor, ending->request->actor.account,
                                ending->password, ending->request->now_ms, err);
}

/* The old one is asked for again: who finds an open page does not take the account over. */
XZ_HANDLER(xz_api_password)
{
    struct ending ending = {.request = request};
    struct xz_session session;
    struct xz_actor actor;
    struct xz_str old;
    enum xz_rc rc = xz_body_text(request, "old", &old, err);

    rc = rc == XZ_OK ? xz_body_text(request, "new", &ending.password, err) : rc;
    rc = rc == XZ_OK ? try_password(console, xz_str_from(request->actor.name), old, request->now_ms,
                                    &session, &actor, err)
                     : rc;
    if (rc == XZ_REJECT && strcmp(err->reason, "unauthenticated") == 0) {
        rc = xz_err_reject(err, "invalid", "old", "not the password, or too many were tried");
    }
    rc = rc == XZ_OK ? xz_desk_write(&console->desk, set_password, &ending, err) : rc;
    if (rc == XZ_OK) {
        set_cookie(console, "", 0, response);
        xz_respond_json(response, json_object());
    }
    return rc;
}

XZ_HANDLER(xz_api_openapi)
{
    (void)console;
    (void)request;
    (void)err;
    response->asset = xz_asset_find("/openapi.json");
    return XZ_OK;
}
