/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * console/routes.h - every call of the API in one table: method, path, who may, what it takes, what
 * it does. The OpenAPI description and the authorisation test are held against it.
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
    XZ_ROUTE_ANY_OF, /* an account with one of the permissions, */
    XZ_ROUTE_ALL_OF  /* or with all of them */
};

enum xz_route_sends {
    XZ_SENDS_NOTHING,
    XZ_SENDS_JSON, /* an object */
    XZ_SENDS_ONCE, /* the same; the answer is told this once and not kept for an idempotency key */
    XZ_SENDS_FILE  /* bytes */
};

struct xz_route {
    const char *method, *path; /* "/api/v1/cases/{id}" */
    enum xz_route_kind kind;
    unsigned permissions; /* 1u << enum xz_permission */
    enum xz_route_sends sends;
    const char *takes; /* names with commas: members of a JSON body, else of the query */
    xz_handler_fn handle;
};

extern const struct xz_route xz_routes[];
extern const size_t xz_route_count;

size_t xz_route_body_max(const struct xz_route *route);
bool xz_route_lets(const struct xz_route *route, const struct xz_actor *actor);

/* The route of a request and its parameters; HEAD is GET. NULL: none, and *other is the method that
 * the path does have, or NULL. */
const struct xz_route *xz_route_find(const char *method, const char *path,
                                     struct xz_str params[static XZ_PATH_PARAMS_MAX],
                                     const char **other);

/* The handlers, by the file they are in. */
#define XZ_HANDLER(name)                                                                           \
    enum xz_rc name(struct xz_console *console, struct xz_request *request,                        \
                    struct xz_response *response, struct xz_err *err)
XZ_HANDLER(xz_api_about); /* api_session.c */
XZ_HANDLER(xz_api_login);
XZ_HANDLER(xz_api_oidc);
XZ_HANDLER(xz_api_session);
XZ_HANDLER(xz_api_logout);
XZ_HANDLER(xz_api_password);
XZ_HANDLER(xz_api_openapi);
XZ_HANDLER(xz_api_overview); /* api_read.c */
XZ_HANDLER(xz_api_stream);
XZ_HANDLER(xz_api_verdicts);
XZ_HANDLER(xz_api_health);
XZ_HANDLER(xz_api_patterns); /* api_patterns.c */
XZ_HANDLER(xz_api_alerts);   /* api_alerts.c */
XZ_HANDLER(xz_api_alerts_csv);
XZ_HANDLER(xz_api_alert);
XZ_HANDLER(xz_api_expected);
XZ_HANDLER(xz_api_search);
XZ_HANDLER(xz_api_record); /* api_records.c */
XZ_HANDLER(xz_api_case_record);
XZ_HANDLER(xz_api_rejects);
XZ_HANDLER(xz_api_evidence); /* api_evidence.c */
XZ_HANDLER(xz_api_audit);    /* api_audit.c */
XZ_HANDLER(xz_api_audit_csv);
XZ_HANDLER(xz_api_audit_heads);
XZ_HANDLER(xz_api_audit_verify);
XZ_HANDLER(xz_api_cases); /* api_cases.c */
XZ_HANDLER(xz_api_cases_csv);
XZ_HANDLER(xz_api_case);
XZ_HANDLER(xz_api_filters);
XZ_HANDLER(xz_api_filter_add);
XZ_HANDLER(xz_api_filter_drop);
XZ_HANDLER(xz_api_case_next); /* api_work.c */
XZ_HANDLER(xz_api_case_do);
XZ_HANDLER(xz_api_case_undo);
XZ_HANDLER(xz_api_bulk);
XZ_HANDLER(xz_api_case_note); /* api_add.c */
XZ_HANDLER(xz_api_case_tag);
XZ_HANDLER(xz_api_case_link);
XZ_HANDLER(xz_api_case_file_add);
XZ_HANDLER(xz_api_case_file);
XZ_HANDLER(xz_api_reviews); /* api_review.c */
XZ_HANDLER(xz_api_review);
XZ_HANDLER(xz_api_review_give);
XZ_HANDLER(xz_api_unmask); /* api_identity.c */
XZ_HANDLER(xz_api_unmask_requests);
XZ_HANDLER(xz_api_unmask_request);
XZ_HANDLER(xz_api_unmask_decide);
XZ_HANDLER(xz_api_users); /* api_admin.c */
XZ_HANDLER(xz_api_user_add);
XZ_HANDLER(xz_api_user_change);
XZ_HANDLER(xz_api_token_add);
XZ_HANDLER(xz_api_tokens);
XZ_HANDLER(xz_api_token_drop);
XZ_HANDLER(xz_api_colleagues);
XZ_HANDLER(xz_api_webhooks); /* api_webhooks.c */
XZ_HANDLER(xz_api_webhook_add);
XZ_HANDLER(xz_api_webhook_drop);
XZ_HANDLER(xz_api_webhook_test);
XZ_HANDLER(xz_api_deliveries);
XZ_HANDLER(xz_api_redeliver);

#endif
