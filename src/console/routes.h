/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * console/routes.h - every call of the API in one table: method, path, who may, what it does. The
 * OpenAPI description and the authorisation test are held against it.
 */
#ifndef XZ_CONSOLE_ROUTES_H
#define XZ_CONSOLE_ROUTES_H
#include "console/console_int.h"

#define XZ_BODY_MAX ((size_t)256 << 10) /* bytes, but for files */

typedef enum xz_rc (*xz_handler_fn)(struct xz_console *console, struct xz_request *request,
                                    struct xz_response *response, struct xz_err *err);

enum xz_route_kind {
    XZ_ROUTE_PUBLIC, /* no account */
    XZ_ROUTE_ANYONE, /* any account */
    XZ_ROUTE_MAY     /* an account with the permission */
};

struct xz_route {
    const char *method, *path; /* "/api/v1/cases/{id}" */
    enum xz_route_kind kind;
    enum xz_permission permission;
    size_t body_max; /* 0: it has none */
    xz_handler_fn handle;
};

extern const struct xz_route xz_routes[];
extern const size_t xz_route_count;

/* The route of a request and its parameters. NULL: none; *other_method: the path has one. */
const struct xz_route *xz_route_find(const char *method, const char *path,
                                     struct xz_str params[static XZ_PATH_PARAMS_MAX],
                                     bool *other_method);

/* "limit" and "cursor" of a list. */
XZ_MUST enum xz_rc xz_read_page(const struct xz_request *request, struct xz_page *page,
                                struct xz_err *err);

/* The handlers, by the file they are in. */
#define XZ_HANDLER(name)                                                                           \
    enum xz_rc name(struct xz_console *console, struct xz_request *request,                        \
                    struct xz_response *response, struct xz_err *err)
XZ_HANDLER(xz_api_about); /* api_session.c */
XZ_HANDLER(xz_api_login);
XZ_HANDLER(xz_api_session);
XZ_HANDLER(xz_api_logout);
XZ_HANDLER(xz_api_password);
XZ_HANDLER(xz_api_overview); /* api_read.c */
XZ_HANDLER(xz_api_alerts);
XZ_HANDLER(xz_api_alert);
XZ_HANDLER(xz_api_stream);
XZ_HANDLER(xz_api_search);
XZ_HANDLER(xz_api_patterns);
XZ_HANDLER(xz_api_verdicts);
XZ_HANDLER(xz_api_health);
XZ_HANDLER(xz_api_audit);
XZ_HANDLER(xz_api_audit_heads);
XZ_HANDLER(xz_api_audit_verify);
XZ_HANDLER(xz_api_openapi);
XZ_HANDLER(xz_api_cases); /* api_cases.c */
XZ_HANDLER(xz_api_case);
XZ_HANDLER(xz_api_case_next);
XZ_HANDLER(xz_api_case_do);
XZ_HANDLER(xz_api_case_undo);
XZ_HANDLER(xz_api_case_note);
XZ_HANDLER(xz_api_case_tag);
XZ_HANDLER(xz_api_case_link);
XZ_HANDLER(xz_api_case_file_add);
XZ_HANDLER(xz_api_case_file);
XZ_HANDLER(xz_api_bulk);
XZ_HANDLER(xz_api_users); /* api_admin.c */
XZ_HANDLER(xz_api_user_add);
XZ_HANDLER(xz_api_user_change);
XZ_HANDLER(xz_api_token_add);
XZ_HANDLER(xz_api_colleagues);

#endif
