/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * cases/idempotency.h - a write that is sent twice is done once: the answer to the first is kept
 * under the key that came with it, and given again. The key is taken before the write is done:
 * after a crash in between, the key is refused as long as it is kept, since nobody knows what
 * became of the write.
 */
#ifndef XZ_CASES_IDEMPOTENCY_H
#define XZ_CASES_IDEMPOTENCY_H
#include "base/buf.h"
#include "cases/desk.h"

#define XZ_IDEMPOTENCY_KEY_MAX 100
#define XZ_IDEMPOTENCY_KEEP_MS (24 * XZ_HOUR_MS)

/* A write as it was asked for. */
struct xz_idempotency {
    const struct xz_actor *actor;
    struct xz_str key, request; /* request: all that makes it this one */
    const char *kind;           /* of what it is done to, */
    struct xz_str id;           /* as the audit names it */
    int64_t now_ms;
};

/* *status 0: do it, then call xz_idempotency_end. Else what was answered, body appended; that it
 * was read again is in the audit chain. XZ_REJECT "conflict" when the key stands for another
 * request, for one with other roles or regions of the account, or for one that is not answered yet.
 */
XZ_MUST enum xz_rc xz_idempotency_begin(const struct xz_desk *desk,
                                        const struct xz_idempotency *asked, int64_t *status,
                                        struct xz_buf *body, struct xz_err *err);
/* status 0: nothing was done, the key is free again. */
XZ_MUST enum xz_rc xz_idempotency_end(const struct xz_desk *desk, int64_t account,
                                      struct xz_str key, int64_t status, struct xz_str body,
                                      struct xz_err *err);

#endif
