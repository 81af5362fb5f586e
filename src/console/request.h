/* SPDX-License-Identifier: GPL-3.0-or-later */
/* console/request.h - a request as handlers see it, and what they answer: no MHD in either. */
#ifndef XZ_CONSOLE_REQUEST_H
#define XZ_CONSOLE_REQUEST_H
#include <jansson.h>

#include "base/buf.h"
#include "cases/access.h"
#include "cases/users.h"

#define XZ_PATH_PARAMS_MAX 3

struct MHD_Connection;
struct xz_asset;

struct xz_request {
    struct MHD_Connection *connection;
    const char *method, *path;
    struct xz_str body;
    struct xz_str params[XZ_PATH_PARAMS_MAX]; /* of the route's {..}, in their order */
    json_t *json;                             /* the body, when it is an object; else NULL */
    char id[24];                              /* in logs and error answers */
    char address[48];
    bool has_actor, by_token; /* by_token: a machine, which no page can be made to speak for */
    struct xz_actor actor;
    char csrf[XZ_SECRET_LEN + 1];
    int64_t now_ms;
};

/* "" when it is not there; borrowed. */
struct xz_str xz_request_header(const struct xz_request *request, const char *name);
struct xz_str xz_request_query(const struct xz_request *request, const char *name);
struct xz_str xz_request_cookie(const struct xz_request *request, const char *name);

/* XZ_REJECT "invalid" with the name when it is no such number. */
XZ_MUST enum xz_rc xz_request_number(struct xz_str text, const char *name, int64_t min, int64_t max,
                                     int64_t fallback, int64_t *value, struct xz_err *err);
/* Members of the body. Absent or null: the fallback, or "". XZ_REJECT "invalid" for another type.
 */
XZ_MUST enum xz_rc xz_body_int(const struct xz_request *request, const char *name, int64_t fallback,
                               int64_t *value, struct xz_err *err);
XZ_MUST enum xz_rc xz_body_text(const struct xz_request *request, const char *name,
                                struct xz_str *value, struct xz_err *err);

struct xz_response {
    unsigned status;  /* 200 unless it is set */
    const char *type; /* application/json unless it is set; a string that stays */
    struct xz_buf body;
    char cookie[200];             /* Set-Cookie, or "" */
    char file[80];                /* offered under this name, or "" */
    const struct xz_asset *asset; /* it instead of the body, or NULL */
    bool is_stream;               /* server-sent events follow; see stream.h */
    int64_t stream_after;
};

/* Appends it to the body and frees it. */
void xz_respond_json(struct xz_response *response, json_t *made);

#endif
