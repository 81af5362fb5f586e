/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "console/routes.h"

#include <string.h>

#include "cases/work.h"

#define V1        "/api/v1"
#define MAY(name) XZ_ROUTE_MAY, XZ_MAY_##name

const struct xz_route xz_routes[] = {
    {"GET", V1 "/about", XZ_ROUTE_PUBLIC, 0, 0, xz_api_about},
    {"POST", V1 "/session", XZ_ROUTE_PUBLIC, 0, 4096, xz_api_login},
    {"GET", V1 "/session", XZ_ROUTE_ANYONE, 0, 0, xz_api_session},
    {"DELETE", V1 "/session", XZ_ROUTE_ANYONE, 0, 0, xz_api_logout},
    {"POST", V1 "/session/password", XZ_ROUTE_ANYONE, 0, 4096, xz_api_password},
    {"GET", V1 "/openapi.json", XZ_ROUTE_PUBLIC, 0, 0, xz_api_openapi},
    {"GET", V1 "/overview", MAY(READ), 0, xz_api_overview},
    {"GET", V1 "/alerts", MAY(READ), 0, xz_api_alerts},
    {"GET", V1 "/alerts/{id}", MAY(READ), 0, xz_api_alert},
    {"GET", V1 "/stream", MAY(STREAM), 0, xz_api_stream},
    {"GET", V1 "/search", MAY(READ), 0, xz_api_search},
    {"GET", V1 "/patterns", MAY(READ), 0, xz_api_patterns},
    {"GET", V1 "/verdicts", MAY(READ), 0, xz_api_verdicts},
    {"GET", V1 "/health/data", MAY(READ), 0, xz_api_health},
    {"GET", V1 "/cases", MAY(READ), 0, xz_api_cases},
    {"POST", V1 "/cases/next", MAY(WORK), XZ_BODY_MAX, xz_api_case_next},
    {"POST", V1 "/cases/bulk", MAY(WORK), XZ_BODY_MAX, xz_api_bulk},
    {"GET", V1 "/cases/{id}", MAY(READ), 0, xz_api_case},
    {"POST", V1 "/cases/{id}/notes", MAY(READ), XZ_BODY_MAX, xz_api_case_note},
    {"POST", V1 "/cases/{id}/tags", MAY(READ), XZ_BODY_MAX, xz_api_case_tag},
    {"POST", V1 "/cases/{id}/links", MAY(READ), XZ_BODY_MAX, xz_api_case_link},
    {"POST", V1 "/cases/{id}/undo", MAY(READ), XZ_BODY_MAX, xz_api_case_undo},
    {"POST", V1 "/cases/{id}/files", MAY(READ), XZ_FILE_BYTES_MAX, xz_api_case_file_add},
    {"GET", V1 "/cases/{id}/files/{file}", MAY(READ), 0, xz_api_case_file},
    {"POST", V1 "/cases/{id}/{verb}", MAY(READ), XZ_BODY_MAX, xz_api_case_do},
    {"GET", V1 "/colleagues", MAY(READ), 0, xz_api_colleagues},
    {"GET", V1 "/audit", MAY(READ_AUDIT), 0, xz_api_audit},
    {"GET", V1 "/audit/heads", MAY(READ_AUDIT), 0, xz_api_audit_heads},
    {"POST", V1 "/audit/verify", MAY(READ_AUDIT), XZ_BODY_MAX, xz_api_audit_verify},
    {"GET", V1 "/users", MAY(ADMINISTER), 0, xz_api_users},
    {"POST", V1 "/users", MAY(ADMINISTER), XZ_BODY_MAX, xz_api_user_add},
    {"POST", V1 "/users/{id}", MAY(ADMINISTER), XZ_BODY_MAX, xz_api_user_change},
    {"POST", V1 "/users/{id}/tokens", MAY(ADMINISTER), XZ_BODY_MAX, xz_api_token_add},
};
const size_t xz_route_count = sizeof(xz_routes) / sizeof(xz_routes[0]);

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
                                     bool *other_method)
{
    *other_method = false;
    for (size_t i = 0; i < xz_route_count; i++) {
        struct xz_str found[XZ_PATH_PARAMS_MAX] = {{0}};

        if (fits(xz_routes[i].path, path, found)) {
            if (strcmp(method, xz_routes[i].method) == 0) {
                memcpy(params, found, sizeof(found));
                return &xz_routes[i];
            }
            *other_method = true;
        }
    }
    return NULL;
}
