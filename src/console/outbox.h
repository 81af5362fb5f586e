/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * console/outbox.h - decisions to the log: each leaves once, however long the broker is away.
 *
 * What was given to the client stays given until the client says what became of it: only what the
 * log does not have then is given again. Of several processes one sends (xz_disposition_take), and
 * what it has on its way is over before another may. @thread one
 */
#ifndef XZ_CONSOLE_OUTBOX_H
#define XZ_CONSOLE_OUTBOX_H
#include "console/console_int.h"

struct xz_outbox;

/* XZ_CONFIG, XZ_FATAL as of xz_producer_open. */
XZ_MUST enum xz_rc xz_outbox_open(struct xz_console *console, struct xz_outbox **outbox,
                                  struct xz_err *err);
/* Sends what is due, as far as that goes without waiting; logs when it does not go. */
void xz_outbox_step(struct xz_outbox *outbox);
/* Waits a second for what is on its way; NULL is fine. */
void xz_outbox_close(struct xz_outbox *outbox);

#endif
