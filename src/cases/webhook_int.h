/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cases/webhook_int.h - what the files of webhook.h share. */
#ifndef XZ_CASES_WEBHOOK_INT_H
#define XZ_CASES_WEBHOOK_INT_H
#include "cases/webhook.h"

#define XZ_WEBHOOK_SEALED XZ_STR("webhook") /* what a secret's seal is bound to */

/* A delivery of a change (0: a test), due now. In a write. */
XZ_MUST enum xz_rc xz_webhook_deliver(struct xz_db_conn *conn, int64_t webhook, int64_t change_id,
                                      int64_t now_ms, struct xz_err *err);

#endif
