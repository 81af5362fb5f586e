/* SPDX-License-Identifier: GPL-3.0-or-later */
/* console/console.h - the desk as a service: alerts from Kafka into the store, dispositions back,
 * HTTP for people and machines. */
#ifndef XZ_CONSOLE_CONSOLE_H
#define XZ_CONSOLE_CONSOLE_H
#include "cases/desk.h"
#include "stream/config.h"
#include "stream/kafka.h"
#include "stream/metrics.h"

struct xz_console;

/* Opens the store, reads the pack's names for people, starts the threads. metrics: of a service in
 * this process, or NULL: asked for at config->http_listen. Both are borrowed until it is closed.
 * XZ_CONFIG when something an operator gave does not fit. */
XZ_MUST enum xz_rc xz_console_start(const struct xz_config *config, struct xz_metrics *metrics,
                                    struct xz_console **console, struct xz_err *err);
void xz_console_stop(struct xz_console *console); /* NULL is fine */

const struct xz_desk *xz_console_desk(const struct xz_console *console);
bool xz_console_alive(const struct xz_console *console); /* no thread has given up */

#endif
