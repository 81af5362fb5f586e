/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * base/log.h - one line an occurrence, logfmt or JSON, on standard error.
 *
 * Ids of events and partitions, never personal data. The clock is passed in at start, so that what
 * is above stays free of one; with none the time is left out.
 * @thread any; a line is one write.
 */
#ifndef XZ_BASE_LOG_H
#define XZ_BASE_LOG_H
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

enum xz_log_level { XZ_LOG_ERROR, XZ_LOG_WARN, XZ_LOG_INFO, XZ_LOG_DEBUG };
enum xz_log_format { XZ_LOG_LOGFMT, XZ_LOG_JSON };

struct xz_log_setup {
    enum xz_log_level level;
    enum xz_log_format format;
    int64_t (*now_ms)(void); /* may be NULL */
};

void xz_log_init(const struct xz_log_setup *setup);
bool xz_log_on(enum xz_log_level level);

/* module and event are fixed words ("detect", "checkpoint"); details is `key=value key="v v"` with
 * conversions of printf in the values: s, d and u alone, with l, ll, z or .* before them. Whatever
 * an argument holds is of its value: it is quoted and escaped as the form needs it, bytes that are
 * not UTF-8 become U+FFFD, and of a long one the first 1024 bytes are written. */
void xz_log(enum xz_log_level level, const char *module, const char *event, const char *details,
            ...) XZ_PRINTF(4, 5);

#endif
