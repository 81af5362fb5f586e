/* SPDX-License-Identifier: GPL-3.0-or-later */
/* console/health.h - how complete what the console shows is: its own feed, and what the service
 * says of its input. */
#ifndef XZ_CONSOLE_HEALTH_H
#define XZ_CONSOLE_HEALTH_H
#include "console/console_int.h"

/* {"as_of","feed":{"lag","fed_at","taken","rejected","ok"},"service":{NAME:NUMBER..}|null,
 * "rejects":{REASON:COUNT..}}: the service's own metrics by their names, null when it does not
 * answer. The caller's. */
json_t *xz_health_json(struct xz_console *console, int64_t now_ms);

#endif
