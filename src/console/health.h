/* SPDX-License-Identifier: GPL-3.0-or-later */
/* console/health.h - how complete what the console shows is: its own feed, and what the service
 * says of its input. */
#ifndef XZ_CONSOLE_HEALTH_H
#define XZ_CONSOLE_HEALTH_H
#include "console/console_int.h"

/* NULL while all is well; else what is not, in a word: "feed" (it has given up), or as
 * xz_metrics_trouble. */
const char *xz_health_trouble(const struct xz_console *console);

/* {"as_of","feed":{"lag","fed_at","taken","rejected","ok","trouble"},"watermark",
 * "service":{NAME:NUMBER..}|null,
 * "rejects":{REASON:COUNT..},"calendar":{"until","ends"}}: lag is null when nobody knows it; the
 * engine's own metrics by their names, null when it does not answer. The caller's. */
json_t *xz_health_json(struct xz_console *console, int64_t now_ms);

/* So soon a calendar's end is told. */
#define XZ_CALENDAR_WARN_DAYS 60
bool xz_health_calendar_ends(const struct xz_console *console, int64_t now_ms);

#endif
