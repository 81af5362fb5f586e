/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Logging in and out. */
#include <stdio.h>

#include "cases/view.h"
#include "console/routes.h"

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
                    json_pack("{s:s, s:b, s:o}", "version", console->config->version, "oidc",
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
                   "xz_session=%s; Path=/; HttpOnly; SameSite=Strict; Max-Age=%d%s", secret,
                   seconds, console->tls_key != NULL ? "; Secure" : "");
}

XZ_HANDLER(xz_api_login)
{
    struct xz_session session;
    struct xz_actor actor;
    struct xz_str name, password;
    enum xz_rc rc = xz_body_text(request, "name", &name, err);

    rc = rc == XZ_OK ? xz_body_text(request, "password", &password, err) : rc;
    rc = rc == XZ_OK ? xz_user_login(console->desk.db, name, password, request->now_ms, &session,
                                     &actor, err)
                     : rc;
    if (rc == XZ_OK) {
        set_cookie(console, session.secret, (int)(XZ_SESSION_MS / XZ_SECOND_MS), response);
        xz_respond_json(response, session_json(&actor, session.csrf));
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

    return xz_user_logout(conn, &request->actor, xz_request_cookie(request, "xz_session"),
                          request->now_ms, err);
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
    rc = rc == XZ_OK ? xz_user_login(console->desk.db, xz_str_from(request->actor.name), old,
                                     request->now_ms, &session, &actor, err)
                     : rc;
    rc = rc == XZ_OK ? xz_desk_write(&console->desk, set_password, &ending, err) : rc;
    set_cookie(console, "", 0, response);
    xz_respond_json(response, json_object());
    return rc;
}
