/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Accounts and tokens. */
#include "base/time.h"
#include "console/api_int.h"

#define TOKEN_DAYS_MAX 366

struct admin {
    const struct xz_request *request;
    struct xz_str name, password, regions, label;
    unsigned roles;
    int64_t account, token, days;
    bool active;
    char secret[XZ_SECRET_LEN + 1];
};

XZ_HANDLER(xz_api_users)
{
    const struct xz_desk_view view = xz_view_of(console, request);

    return xz_view_accounts(&view, &response->body, err);
}

XZ_HANDLER(xz_api_colleagues)
{
    const struct xz_desk_view view = xz_view_of(console, request);

    return xz_view_colleagues(&view, &response->body, err);
}

static enum xz_rc read_access(const struct xz_request *request, struct admin *admin,
                              struct xz_err *err)
{
    struct xz_str roles;
    enum xz_rc rc = xz_body_text(request, "roles", &roles, err);

    rc = rc == XZ_OK ? xz_access_roles_parse(roles, &admin->roles, err) : rc;
    return rc == XZ_OK ? xz_body_text(request, "regions", &admin->regions, err) : rc;
}

static enum xz_rc add(struct xz_db_conn *conn, void *arg, struct xz_err *err)
{
    struct admin *admin = arg;

    return xz_user_add(conn, &admin->request->actor, admin->name, admin->password, admin->roles,
                       admin->regions, admin->request->now_ms, &admin->account, err);
}

XZ_HANDLER(xz_api_user_add)
{
    struct admin admin = {.request = request};
    enum xz_rc rc = xz_body_text(request, "name", &admin.name, err);

    rc = rc == XZ_OK ? xz_body_text(request, "password", &admin.password, err) : rc;
    rc = rc == XZ_OK ? read_access(request, &admin, err) : rc;
    rc = rc == XZ_OK ? xz_desk_write(&console->desk, add, &admin, err) : rc;
    return rc == XZ_OK ? xz_api_users(console, request, response, err) : rc;
}

static enum xz_rc change(struct xz_db_conn *conn, void *arg, struct xz_err *err)
{
    const struct admin *admin = arg;
    const struct xz_request *request = admin->request;
    enum xz_rc rc = xz_user_set_access(conn, &request->actor, admin->account, admin->roles,
                                       admin->regions, admin->active, request->now_ms, err);

    return rc == XZ_OK && admin->password.len > 0
               ? xz_user_set_password(conn, &request->actor, admin->account, admin->password,
                                      request->now_ms, err)
               : rc;
}

XZ_HANDLER(xz_api_user_change)
{
    struct admin admin = {.request = request, .active = true};
    enum xz_rc rc = xz_read_id(request, 0, "account", &admin.account, err);

    rc = rc == XZ_OK ? read_access(request, &admin, err) : rc;
    rc = rc == XZ_OK ? xz_body_bool(request, "active", true, &admin.active, err) : rc;
    rc = rc == XZ_OK ? xz_body_text(request, "password", &admin.password, err) : rc;
    rc = rc == XZ_OK ? xz_desk_write(&console->desk, change, &admin, err) : rc;
    return rc == XZ_OK ? xz_api_users(console, request, response, err) : rc;
}

static enum xz_rc make_token(struct xz_db_conn *conn, void *arg, struct xz_err *err)
{
    struct admin *admin = arg;
    const struct xz_request *request = admin->request;

    return xz_user_token(conn, &request->actor, admin->account, admin->label, request->now_ms,
                         request->now_ms + admin->days * XZ_DAY_MS, admin->secret, err);
}

XZ_HANDLER(xz_api_token_add)
{
    struct admin admin = {.request = request};
    enum xz_rc rc = xz_read_id(request, 0, "account", &admin.account, err);

    rc = rc == XZ_OK ? xz_body_text(request, "label", &admin.label, err) : rc;
    rc = rc == XZ_OK ? xz_body_int(request, "days", 90, &admin.days, err) : rc;
    if (rc == XZ_OK && (admin.days < 1 || admin.days > TOKEN_DAYS_MAX)) {
        rc = xz_err_reject(err, "invalid", "days", "1 to %d", TOKEN_DAYS_MAX);
    }
    rc = rc == XZ_OK ? xz_desk_write(&console->desk, make_token, &admin, err) : rc;
    if (rc == XZ_OK) {
        xz_buf_printf(&response->body, "{\"token\":\"%s\"}", admin.secret);
    }
    return rc;
}

XZ_HANDLER(xz_api_tokens)
{
    const struct xz_desk_view view = xz_view_of(console, request);

    return xz_view_tokens(&view, &response->body, err);
}

static enum xz_rc drop_token(struct xz_db_conn *conn, void *arg, struct xz_err *err)
{
    const struct admin *admin = arg;
    const struct xz_request *request = admin->request;

    return xz_user_token_drop(conn, &request->actor, admin->token, request->now_ms, err);
}

XZ_HANDLER(xz_api_token_drop)
{
    struct admin admin = {.request = request};
    enum xz_rc rc = xz_read_id(request, 0, "token", &admin.token, err);

    rc = rc == XZ_OK ? xz_desk_write(&console->desk, drop_token, &admin, err) : rc;
    return rc == XZ_OK ? xz_api_tokens(console, request, response, err) : rc;
}
