/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * console/post.h - one delivery to a webhook by HTTP: signed, without redirects, and to nobody's
 * own network unless that is allowed. The address is looked at when the socket is made, so that a
 * name cannot point elsewhere after it was checked. @thread any
 */
#ifndef XZ_CONSOLE_POST_H
#define XZ_CONSOLE_POST_H
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

#define XZ_POST_LIMIT_S   10L
#define XZ_POST_ERROR_MAX 160

struct xz_post {
    const char *url, *secret, *event; /* event: "alert", "case", "test" */
    int64_t delivery, now_ms;
    struct xz_str body;
    bool private_allowed;     /* private addresses, and http */
    const _Atomic bool *stop; /* set by another thread: end it now; or NULL */
};

#define XZ_POST_CUT_OFF (-1) /* by post->stop: the other side may have it, or not */

/* Would it be sent at all, by its scheme? */
bool xz_post_sends(struct xz_str url, bool private_allowed);
/* The status of the answer, 0 when there is none; error: why not, or "". Headers: X-Xiezhi-Event,
 * X-Xiezhi-Delivery, X-Xiezhi-Timestamp (seconds), and X-Xiezhi-Signature: "v1=" and the hex of
 * HMAC-SHA256(secret, timestamp "." body). */
int xz_post(const struct xz_post *post, char error[static XZ_POST_ERROR_MAX]);

#endif
