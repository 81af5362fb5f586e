/* SPDX-License-Identifier: GPL-3.0-or-later */
/* console/request.h - a request as handlers see it, and what they answer: no HTTP library in
 * either. */
#ifndef XZ_CONSOLE_REQUEST_H
#define XZ_CONSOLE_REQUEST_H
#include <jansson.h>

#include "base/buf.h"
#include "cases/access.h"
#include "cases/change.h"
#include "cases/users.h"

#define XZ_PATH_PARAMS_MAX 3
#define XZ_QUERY_MAX       24   /* parameters of one request */
#define XZ_TARGET_MAX      4096 /* bytes of path and query, as they came */

struct xz_asset;

enum xz_source_kind { XZ_SOURCE_HEADER, XZ_SOURCE_COOKIE };

/* Where headers and cookies are looked up: the server's connection, or a test's. The value stays
 * until the request is answered; NULL: there is none of that name. */
struct xz_request_source {
    const char *(*find)(void *arg, enum xz_source_kind kind, const char *name);
    void *arg;
};

struct xz_parameter {
    struct xz_str name, value;
};

struct xz_request {
    struct xz_request_source source;
    const char *method;
    const char *target; /* path and query as they came */
    struct xz_str body;
    bool is_ambiguous; /* it does not say clearly where it ends */
    bool is_too_large; /* more of a body was announced than may come: it was not read */
    int64_t now_ms;
    char id[24]; /* in logs and error answers */
    char address[48];

    /* by xz_request_read_target */
    struct xz_buf decoded; /* what the next three point into */
    const char *path;
    struct xz_parameter query[XZ_QUERY_MAX];
    size_t query_count;

    /* by the dispatcher */
    struct xz_str params[XZ_PATH_PARAMS_MAX]; /* of the route's {..}, in their order */
    json_t *json;                             /* the body, when it is an object; else NULL */
    bool has_actor, by_token; /* by_token: a machine, which no page can be made to speak for */
    struct xz_actor actor;
    struct xz_str secret; /* what the actor presented */
    char csrf[XZ_SECRET_LEN + 1];
};

/* Splits target, and decodes it: UTF-8 without NUL, each parameter once. XZ_REJECT "invalid". What
 * it says, and the body, is disarmed (identity.h): nothing that people write becomes a pseudonym.
 */
XZ_MUST enum xz_rc xz_request_read_target(struct xz_request *request, struct xz_err *err);
/* The body, an object, into request->json. XZ_REJECT "invalid". */
XZ_MUST enum xz_rc xz_request_read_json(struct xz_request *request, struct xz_err *err);
void xz_request_fini(struct xz_request *request); /* what was read; not what was given */

/* "" when it is not there; borrowed. */
struct xz_str xz_request_header(const struct xz_request *request, const char *name);
struct xz_str xz_request_cookie(const struct xz_request *request, const char *name);
struct xz_str xz_request_query(const struct xz_request *request, const char *name);

/* Is each parameter, or each member of the body, one of names ("a,b")? A word that nobody knows is
 * a slip, and would silently ask for something else. XZ_REJECT "invalid" with its name. */
XZ_MUST enum xz_rc xz_request_check_query(const struct xz_request *request, const char *names,
                                          struct xz_err *err);
XZ_MUST enum xz_rc xz_request_check_body(const struct xz_request *request, const char *names,
                                         struct xz_err *err);

/* XZ_REJECT "invalid" with the name when it is no such number. Empty: the fallback. */
XZ_MUST enum xz_rc xz_request_number(struct xz_str text, const char *name, int64_t min, int64_t max,
                                     int64_t fallback, int64_t *value, struct xz_err *err);
/* Members of the body. Absent or null: the fallback, or "". XZ_REJECT "invalid" for another type.
 */
XZ_MUST enum xz_rc xz_body_int(const struct xz_request *request, const char *name, int64_t fallback,
                               int64_t *value, struct xz_err *err);
XZ_MUST enum xz_rc xz_body_text(const struct xz_request *request, const char *name,
                                struct xz_str *value, struct xz_err *err);
XZ_MUST enum xz_rc xz_body_bool(const struct xz_request *request, const char *name, bool fallback,
                                bool *value, struct xz_err *err);

struct xz_response {
    unsigned status;   /* 200 unless it is set */
    const char *type;  /* application/json unless it is set; a string that stays */
    const char *allow; /* the method that the path does know, or NULL */
    struct xz_buf body;
    char cookie[200];             /* Set-Cookie, or "" */
    char file[256];               /* offered under this name, or "" */
    const struct xz_asset *asset; /* it instead of the body, or NULL */
    bool is_done;                 /* the write has been made, whatever comes of the answer */
    bool is_stream;               /* server-sent events follow; see stream.h */
    struct xz_change_mark stream_after;
};

/* Appends it to the body and frees it. */
void xz_respond_json(struct xz_response *response, json_t *made);

#endif
