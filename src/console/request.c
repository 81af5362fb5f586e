/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "console/request.h"

#include <microhttpd.h>
#include <stdlib.h>
#include <string.h>

struct xz_str xz_request_header(const struct xz_request *request, const char *name)
{
    return xz_str_from(MHD_lookup_connection_value(request->connection, MHD_HEADER_KIND, name));
}

struct xz_str xz_request_query(const struct xz_request *request, const char *name)
{
    return xz_str_from(
        MHD_lookup_connection_value(request->connection, MHD_GET_ARGUMENT_KIND, name));
}

struct xz_str xz_request_cookie(const struct xz_request *request, const char *name)
{
    return xz_str_from(MHD_lookup_connection_value(request->connection, MHD_COOKIE_KIND, name));
}

enum xz_rc xz_request_number(struct xz_str text, const char *name, int64_t min, int64_t max,
                             int64_t fallback, int64_t *value, struct xz_err *err)
{
    int64_t number = 0;

    *value = fallback;
    if (text.len == 0) {
        return XZ_OK;
    }
    for (uint32_t i = 0; i < text.len; i++) {
        if (text.ptr[i] < '0' || text.ptr[i] > '9' || i > 17) {
            return xz_err_reject(err, "invalid", name, "not a number");
        }
        number = number * 10 + (text.ptr[i] - '0');
    }
    *value = number;
    return number >= min && number <= max ? XZ_OK
                                          : xz_err_reject(err, "invalid", name, "from %lld to %lld",
                                                          (long long)min, (long long)max);
}

enum xz_rc xz_body_int(const struct xz_request *request, const char *name, int64_t fallback,
                       int64_t *value, struct xz_err *err)
{
    const json_t *member = json_object_get(request->json, name);

    *value = json_is_integer(member) ? json_integer_value(member) : fallback;
    return member == NULL || json_is_null(member) || json_is_integer(member)
               ? XZ_OK
               : xz_err_reject(err, "invalid", name, "not a whole number");
}

enum xz_rc xz_body_text(const struct xz_request *request, const char *name, struct xz_str *value,
                        struct xz_err *err)
{
    const json_t *member = json_object_get(request->json, name);

    *value = json_is_string(member)
                 ? (struct xz_str){json_string_value(member), (uint32_t)json_string_length(member)}
                 : XZ_STR_NONE;
    return member == NULL || json_is_null(member) || json_is_string(member)
               ? XZ_OK
               : xz_err_reject(err, "invalid", name, "not a text");
}

void xz_respond_json(struct xz_response *response, json_t *made)
{
    char *text = json_dumps(made, JSON_COMPACT | JSON_REAL_PRECISION(12));

    if (text != NULL) {
        xz_buf_bytes(&response->body, text, strlen(text));
    }
    free(text);
    json_decref(made);
}
