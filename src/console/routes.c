/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "console/routes.h"

#include <string.h>

#include "cases/work.h"

#define V1           "/api/v1"
#define MAY(name)    (1u << XZ_MAY_##name)
#define PUBLIC       XZ_ROUTE_PUBLIC, 0
#define ANYONE       XZ_ROUTE_ANYONE, 0
#define ANY(set)     XZ_ROUTE_ANY_OF, (set)
#define ALL(set)     XZ_ROUTE_ALL_OF, (set)
#define NO_BODY      XZ_SENDS_NOTHING
#define JSON_BODY    XZ_SENDS_JSON
#define ONCE_BODY    XZ_SENDS_ONCE
#define FILE_BODY    XZ_SENDS_FILE
#define PAGE         ",limit,cursor"
#define ALERT_FILTER "pattern,region,status,severity,result_type,subject,case,since,until"
#define CASE_FILTER                                                                                \
    "state,assignee,region,pattern,clock,tag,result_type,severity,subject,open,snoozed,origin,"    \
    "escalated,sort"
#define AUDIT_FILTER "actor,object,action,since,until"
#define COMMAND      "account,outcome,action,conditions,reason,appeal,until"
#define ON_CASES     ANY(MAY(WORK) | MAY(APPROVE))

const struct xz_route xz_routes[] = {
    {"GET", V1 "/about", PUBLIC, NO_BODY, "", xz_api_about},
    {"GET", V1 "/openapi.json", PUBLIC, NO_BODY, "", xz_api_openapi},
    {"POST", V1 "/session", PUBLIC, ONCE_BODY, "name,password", xz_api_login},
    {"POST", V1 "/session/oidc", PUBLIC, ONCE_BODY, "id_token", xz_api_oidc},
    {"GET", V1 "/session", ANYONE, NO_BODY, "", xz_api_session},
    {"DELETE", V1 "/session", ANYONE, NO_BODY, "", xz_api_logout},
    {"POST", V1 "/session/password", ANYONE, ONCE_BODY, "old,new", xz_api_password},
    {"GET", V1 "/overview", ANY(MAY(READ)), NO_BODY, "region,days", xz_api_overview},
    {"GET", V1 "/alerts", ANY(MAY(READ)), NO_BODY, ALERT_FILTER PAGE, xz_api_alerts},
    {"GET", V1 "/alerts.csv", ANY(MAY(EXPORT)), NO_BODY, ALERT_FILTER, xz_api_alerts_csv},
    {"GET", V1 "/alerts/{id}", ANY(MAY(READ)), NO_BODY, "", xz_api_alert},
    {"GET", V1 "/alerts/{id}/expected", ANY(MAY(READ)), NO_BODY, "", xz_api_expected},
    {"GET", V1 "/alerts/{id}/records/{n}", ANY(MAY(READ_RECORD)), NO_BODY, "", xz_api_record},
    {"GET", V1 "/stream", ANY(MAY(STREAM)), NO_BODY, "after", xz_api_stream},
    {"GET", V1 "/search", ANY(MAY(READ)), NO_BODY, "q", xz_api_search},
    {"GET", V1 "/patterns", ANY(MAY(READ)), NO_BODY, "", xz_api_patterns},
    {"GET", V1 "/verdicts", ANY(MAY(READ)), NO_BODY, "by", xz_api_verdicts},
    {"GET", V1 "/health/data", ANY(MAY(READ)), NO_BODY, "", xz_api_health},
    {"GET", V1 "/health/rejects", ANY(MAY(READ_RECORD)), NO_BODY, "limit", xz_api_rejects},
    {"GET", V1 "/cases", ANY(MAY(READ)), NO_BODY, CASE_FILTER PAGE, xz_api_cases},
    {"GET", V1 "/cases.csv", ANY(MAY(EXPORT)), NO_BODY, CASE_FILTER, xz_api_cases_csv},
    {"POST", V1 "/cases/next", ANY(MAY(WORK)), JSON_BODY, "", xz_api_case_next},
    {"POST", V1 "/cases/bulk", ON_CASES, JSON_BODY, "ids,do," COMMAND, xz_api_bulk},
    {"GET", V1 "/cases/{id}", ANY(MAY(READ)), NO_BODY, "", xz_api_case},
    {"GET", V1 "/cases/{id}/record", ANY(MAY(READ_RECORD)), NO_BODY, "", xz_api_case_record},
    {"GET", V1 "/cases/{id}/evidence", ANY(MAY(EXPORT)), NO_BODY, "", xz_api_evidence},
    {"POST", V1 "/cases/{id}/notes", ON_CASES, JSON_BODY, "version,text", xz_api_case_note},
    {"POST", V1 "/cases/{id}/tags", ON_CASES, JSON_BODY, "version,tag,remove", xz_api_case_tag},
    {"POST", V1 "/cases/{id}/links", ON_CASES, JSON_BODY, "version,other,reason", xz_api_case_link},
    {"POST", V1 "/cases/{id}/undo", ON_CASES, JSON_BODY, "version", xz_api_case_undo},
    {"POST", V1 "/cases/{id}/files", ON_CASES, FILE_BODY, "name", xz_api_case_file_add},
    {"GET", V1 "/cases/{id}/files/{file}", ANY(MAY(READ)), NO_BODY, "", xz_api_case_file},
    {"POST", V1 "/cases/{id}/{verb}", ON_CASES, JSON_BODY, "version," COMMAND, xz_api_case_do},
    {"GET", V1 "/filters", ANY(MAY(READ)), NO_BODY, "", xz_api_filters},
    {"POST", V1 "/filters", ANY(MAY(READ)), JSON_BODY, "name,query", xz_api_filter_add},
    {"DELETE", V1 "/filters/{id}", ANY(MAY(READ)), NO_BODY, "", xz_api_filter_drop},
    {"GET", V1 "/reviews", ANY(MAY(WORK)), NO_BODY, "", xz_api_reviews},
    {"GET", V1 "/reviews/{case}", ANY(MAY(WORK)), NO_BODY, "", xz_api_review},
    {"POST", V1 "/reviews/{case}", ANY(MAY(WORK)), JSON_BODY, "outcome,reason", xz_api_review_give},
    {"POST", V1 "/identities/unmask", ANY(MAY(UNMASK)), ONCE_BODY, "people,reason,case",
     xz_api_unmask},
    {"GET", V1 "/identities/requests", ANY(MAY(UNMASK)), NO_BODY, "", xz_api_unmask_requests},
    {"GET", V1 "/identities/requests/{id}", ANY(MAY(UNMASK)), NO_BODY, "", xz_api_unmask_request},
    {"POST", V1 "/identities/requests/{id}", ALL(MAY(UNMASK) | MAY(APPROVE)), JSON_BODY,
     "grant,reason", xz_api_unmask_decide},
    {"GET", V1 "/colleagues", ANY(MAY(READ)), NO_BODY, "", xz_api_colleagues},
    {"GET", V1 "/audit", ANY(MAY(READ_AUDIT)), NO_BODY, AUDIT_FILTER PAGE, xz_api_audit},
    {"GET", V1 "/audit.csv", ANY(MAY(READ_AUDIT)), NO_BODY, AUDIT_FILTER, xz_api_audit_csv},
    {"GET", V1 "/audit/heads", ANY(MAY(READ_AUDIT)), NO_BODY, "", xz_api_audit_heads},
    {"POST", V1 "/audit/verify", ANY(MAY(READ_AUDIT)), JSON_BODY, "", xz_api_audit_verify},
    {"GET", V1 "/users", ANY(MAY(ADMINISTER)), NO_BODY, "", xz_api_users},
    {"POST", V1 "/users", ANY(MAY(ADMINISTER)), JSON_BODY, "name,password,roles,regions",
     xz_api_user_add},
    {"POST", V1 "/users/{id}", ANY(MAY(ADMINISTER)), JSON_BODY, "roles,regions,active,password",
     xz_api_user_change},
    {"POST", V1 "/users/{id}/tokens", ANY(MAY(ADMINISTER)), ONCE_BODY, "label,days",
     xz_api_token_add},
    {"GET", V1 "/tokens", ANY(MAY(ADMINISTER)), NO_BODY, "", xz_api_tokens},
    {"DELETE", V1 "/tokens/{id}", ANY(MAY(ADMINISTER)), NO_BODY, "", xz_api_token_drop},
    {"GET", V1 "/webhooks", ANY(MAY(ADMINISTER)), NO_BODY, "", xz_api_webhooks},
    {"POST", V1 "/webhooks", ANY(MAY(ADMINISTER)), ONCE_BODY, "url,events,region",
     xz_api_webhook_add},
    {"DELETE", V1 "/webhooks/{id}", ANY(MAY(ADMINISTER)), NO_BODY, "", xz_api_webhook_drop},
    {"POST", V1 "/webhooks/{id}/test", ANY(MAY(ADMINISTER)), JSON_BODY, "", xz_api_webhook_test},
    {"GET", V1 "/webhooks/{id}/deliveries", ANY(MAY(ADMINISTER)), NO_BODY, "", xz_api_deliveries},
    {"POST", V1 "/webhooks/{id}/deliveries/{delivery}", ANY(MAY(ADMINISTER)), JSON_BODY, "",
     xz_api_redeliver},
};
const size_t xz_route_count = sizeof(xz_routes) / sizeof(xz_routes[0]);

size_t xz_route_body_max(const struct xz_route *route)
{
    static const size_t max[] = {[XZ_SENDS_NOTHING] = 0,
                                 [XZ_SENDS_JSON] = XZ_BODY_MAX,
                                 [XZ_SENDS_ONCE] = XZ_BODY_MAX,
                                 [XZ_SENDS_FILE] = XZ_FILE_BYTES_MAX};

    return max[route->sends];
}

bool xz_route_lets(const struct xz_route *route, const struct xz_actor *actor)
{
    unsigned has = 0;

    for (unsigned i = 0; i < XZ_PERMISSIONS; i++) {
        has |= xz_actor_may(actor, (enum xz_permission)i) ? 1u << i : 0;
    }
    has &= route->permissions;
    return route->kind == XZ_ROUTE_ANY_OF   ? has != 0
           : route->kind == XZ_ROUTE_ALL_OF ? has == route->permissions
                                            : true;
}

/* Does the path have the shape? Parameters are its parts at {..}. */
static bool fits(const char *shape, const char *path, struct xz_str params[XZ_PATH_PARAMS_MAX])
{
    size_t count = 0;

    while (*shape != '\0' && *path != '\0') {
        if (*shape == '{') {
            const size_t len = strcspn(path, "/");

            if (len == 0 || len > 128) {
                return false;
            }
            params[count++] = (struct xz_str){path, (uint32_t)len};
            path += len;
            shape += strcspn(shape, "}") + 1;
        } else if (*shape++ != *path++) {
            return false;
        }
    }
    return *shape == '\0' && *path == '\0';
}

const struct xz_route *xz_route_find(const char *method, const char *path,
                                     struct xz_str params[static XZ_PATH_PARAMS_MAX],
                                     const char **other)
{
    const char *wanted = strcmp(method, "HEAD") == 0 ? "GET" : method;

    *other = NULL;
    for (size_t i = 0; i < xz_route_count; i++) {
        struct xz_str found[XZ_PATH_PARAMS_MAX] = {{0}};

        if (fits(xz_routes[i].path, path, found)) {
            if (strcmp(wanted, xz_routes[i].method) == 0) {
                memcpy(params, found, sizeof(found));
                return &xz_routes[i];
            }
            *other = xz_routes[i].method;
        }
    }
    return NULL;
}
