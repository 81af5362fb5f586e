/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "console/request.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "cases/identity.h"

#define SECRETS "password,old,new,id_token" /* of a body: nobody is shown them */

/* ---- the target ---- */

static int hex_digit(char digit)
{
    return digit >= '0' && digit <= '9'   ? digit - '0'
           : digit >= 'a' && digit <= 'f' ? digit - 'a' + 10
           : digit >= 'A' && digit <= 'F' ? digit - 'A' + 10
                                          : -1;
}

/* Appends text decoded and disarmed, and a NUL; false when it is no UTF-8, holds a NUL, or a % that
 * stands for nothing. */
static bool decode(struct xz_str text, bool plus_is_space, struct xz_buf *out)
{
    const size_t start = out->len;
    json_t *checked;
    bool right;

    for (uint32_t i = 0; i < text.len; i++) {
        const bool escaped = text.ptr[i] == '%';
        const int high = escaped && i + 2 < text.len ? hex_digit(text.ptr[i + 1]) : -1;
        const int low = high >= 0 ? hex_digit(text.ptr[i + 2]) : -1;

        if (escaped && (low < 0 || (high == 0 && low == 0))) {
            return false;
        }
        xz_buf_u8(out, escaped                               ? (uint8_t)(high * 16 + low)
                       : plus_is_space && text.ptr[i] == '+' ? ' '
                                                             : (uint8_t)text.ptr[i]);
        i += escaped ? 2 : 0;
    }
    checked =
        json_stringn(out->len > start ? (const char *)out->data + start : "", out->len - start);
    right = checked != NULL;
    json_decref(checked);
    (void)xz_identity_disarm((char *)out->data + start, out->len - start);
    xz_buf_u8(out, 0);
    return right;
}

/* The text up to stop, which is passed over. */
static struct xz_str take_until(struct xz_str *rest, char stop)
{
    const char *end = rest->len > 0 ? memchr(rest->ptr, stop, rest->len) : NULL;
    const struct xz_str taken = {rest->ptr, end != NULL ? (uint32_t)(end - rest->ptr) : rest->len};
    const uint32_t used = taken.len + (end != NULL);

    *rest = (struct xz_str){rest->ptr + used, rest->len - used};
    return taken;
}

static enum xz_rc malformed(struct xz_err *err)
{
    return xz_err_reject(err, "invalid", "", "the address is malformed");
}

/* "name=value", decoded to the end of what is decoded already. */
static enum xz_rc read_parameter(struct xz_request *request, struct xz_str pair, struct xz_err *err)
{
    struct xz_parameter *parameter = &request->query[request->query_count];
    struct xz_str name = take_until(&pair, '=');
    const size_t at = request->decoded.len;
    size_t value_at;

    if (request->query_count == XZ_QUERY_MAX) {
        return xz_err_reject(err, "invalid", "", "more than %d parameters", XZ_QUERY_MAX);
    }
    if (!decode(name, true, &request->decoded)) {
        return malformed(err);
    }
    value_at = request->decoded.len;
    if (!decode(pair, true, &request->decoded)) {
        return malformed(err);
    }
    name = xz_str_from((const char *)request->decoded.data + at);
    if (xz_request_query(request, name.ptr).ptr != NULL) {
        return xz_err_reject(err, "invalid", name.ptr, "given twice");
    }
    *parameter =
        (struct xz_parameter){name, xz_str_from((const char *)request->decoded.data + value_at)};
    request->query_count++;
    return XZ_OK;
}

enum xz_rc xz_request_read_target(struct xz_request *request, struct xz_err *err)
{
    struct xz_str rest = xz_str_from(request->target), path;
    enum xz_rc rc = XZ_OK;

    if (rest.len > XZ_TARGET_MAX) {
        return xz_err_reject(err, "invalid", "", "an address of more than %d bytes", XZ_TARGET_MAX);
    }
    /* what is decoded is never longer: nothing that points into it moves */
    xz_buf_reserve(&request->decoded, rest.len + 2 * XZ_QUERY_MAX + 2);
    path = take_until(&rest, '?');
    if (path.len == 0 || path.ptr[0] != '/' || !decode(path, false, &request->decoded)) {
        return malformed(err);
    }
    request->path = (const char *)request->decoded.data;
    while (rc == XZ_OK && rest.len > 0) {
        const struct xz_str pair = take_until(&rest, '&');

        rc = pair.len > 0 ? read_parameter(request, pair, err) : XZ_OK;
    }
    return rc;
}

void xz_request_fini(struct xz_request *request)
{
    xz_buf_fini(&request->decoded);
    json_decref(request->json);
    request->json = NULL;
}

/* ---- looking up ---- */

struct xz_str xz_request_header(const struct xz_request *request, const char *name)
{
    return xz_str_from(request->source.find(request->source.arg, XZ_SOURCE_HEADER, name));
}

struct xz_str xz_request_cookie(const struct xz_request *request, const char *name)
{
    return xz_str_from(request->source.find(request->source.arg, XZ_SOURCE_COOKIE, name));
}

struct xz_str xz_request_query(const struct xz_request *request, const char *name)
{
    for (size_t i = 0; i < request->query_count; i++) {
        if (xz_str_eq(request->query[i].name, xz_str_from(name))) {
            return request->query[i].value;
        }
    }
    return XZ_STR_NONE;
}

static bool is_one_of(struct xz_str name, const char *names)
{
    struct xz_str rest = xz_str_from(names);

    while (rest.len > 0) {
        if (xz_str_eq(take_until(&rest, ','), name)) {
            return true;
        }
    }
    return false;
}

static enum xz_rc unknown(struct xz_str name, const char *names, struct xz_err *err)
{
    char path[64];

    (void)snprintf(path, sizeof(path), XZ_STR_FMT, XZ_STR_ARG(name));
    return xz_err_reject(err, "invalid", path,
                         names[0] != '\0' ? "not known here; there are %s" : "not known here%s",
                         names);
}

enum xz_rc xz_request_check_query(const struct xz_request *request, const char *names,
                                  struct xz_err *err)
{
    for (size_t i = 0; i < request->query_count; i++) {
        if (!is_one_of(request->query[i].name, names)) {
            return unknown(request->query[i].name, names, err);
        }
    }
    return XZ_OK;
}

/* Text of a body, however deep: what JSON nests is bounded when it is read. */
static void disarm(json_t *value)
{
    const size_t len = json_string_length(value);
    char *text = len > 0 ? xz_strndup(json_string_value(value), len) : NULL;
    const char *key;
    json_t *item;
    size_t i;

    if (text != NULL && xz_identity_disarm(text, len)) {
        (void)json_string_setn(value, text, len);
    }
    free(text);
    json_array_foreach(value, i, item) { disarm(item); }
    json_object_foreach(value, key, item)
    {
        if (!is_one_of(xz_str_from(key), SECRETS)) {
            disarm(item);
        }
    }
}

enum xz_rc xz_request_read_json(struct xz_request *request, struct xz_err *err)
{
    request->json = json_loadb(request->body.len > 0 ? request->body.ptr : "", request->body.len,
                               JSON_REJECT_DUPLICATES, NULL);
    disarm(request->json);
    return json_is_object(request->json)
               ? XZ_OK
               : xz_err_reject(err, "invalid", "body", "the body is a JSON object");
}

enum xz_rc xz_request_check_body(const struct xz_request *request, const char *names,
                                 struct xz_err *err)
{
    const char *name;
    json_t *value;

    json_object_foreach(request->json, name, value)
    {
        if (!is_one_of(xz_str_from(name), names)) {
            return unknown(xz_str_from(name), names, err);
        }
    }
    return XZ_OK;
}

/* ---- values ---- */

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

enum xz_rc xz_body_bool(const struct xz_request *request, const char *name, bool fallback,
                        bool *value, struct xz_err *err)
{
    const json_t *member = json_object_get(request->json, name);

    *value = json_is_boolean(member) ? json_is_true(member) : fallback;
    return member == NULL || json_is_null(member) || json_is_boolean(member)
               ? XZ_OK
               : xz_err_reject(err, "invalid", name, "not true or false");
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
