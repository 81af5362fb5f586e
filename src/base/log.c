/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/jsonw.h"
#include "base/time.h"

#define LINE_MAX_BYTES 2048

static struct xz_log_setup log_setup = {XZ_LOG_INFO, XZ_LOG_LOGFMT, NULL};
static const char *const level_names[] = {"error", "warn", "info", "debug"};

void xz_log_init(const struct xz_log_setup *setup) { log_setup = *setup; }

bool xz_log_on(enum xz_log_level level) { return level <= log_setup.level; }

/* key=value or key="value with \"quotes\"" from *at; false at the end. */
static bool next_pair(const char **at, struct xz_str *key, char *value, size_t cap)
{
    const char *start;
    size_t len = 0;

    while (**at == ' ') {
        (*at)++;
    }
    start = *at;
    while (**at != '\0' && **at != '=' && **at != ' ') {
        (*at)++;
    }
    *key = (struct xz_str){start, (uint32_t)(*at - start)};
    if (**at == '=') {
        (*at)++;
    }
    if (**at == '"') {
        (*at)++;
        while (**at != '\0' && **at != '"') {
            *at += **at == '\\' && (*at)[1] != '\0';
            if (len + 1 < cap) {
                value[len++] = **at;
            }
            (*at)++;
        }
        *at += **at == '"';
    } else {
        while (**at != '\0' && **at != ' ') {
            if (len + 1 < cap) {
                value[len++] = **at;
            }
            (*at)++;
        }
    }
    value[len] = '\0';
    return key->len > 0;
}

static void as_json(struct xz_buf *out, const char *time, enum xz_log_level level,
                    const char *module, const char *event, const char *details)
{
    struct xz_jsonw json = xz_jsonw_of(out);
    char name[64], value[LINE_MAX_BYTES];
    struct xz_str key;

    xz_jsonw_object(&json);
    xz_jsonw_member_str(&json, "time", xz_str_from(time));
    xz_jsonw_member_str(&json, "level", xz_str_from(level_names[level]));
    xz_jsonw_member_str(&json, "module", xz_str_from(module));
    xz_jsonw_member_str(&json, "event", xz_str_from(event));
    while (next_pair(&details, &key, value, sizeof(value))) {
        (void)snprintf(name, sizeof(name), XZ_STR_FMT, XZ_STR_ARG(key));
        xz_jsonw_key(&json, name);
        xz_jsonw_str(&json, xz_str_from(value));
    }
    xz_jsonw_end_object(&json);
}

void xz_log(enum xz_log_level level, const char *module, const char *event, const char *details,
            ...)
{
    char text[LINE_MAX_BYTES], time[XZ_TIME_TEXT_MAX] = "";
    struct xz_buf line = {0};
    va_list args;

    if (!xz_log_on(level)) {
        return;
    }
    va_start(args, details);
    (void)vsnprintf(text, sizeof(text), details, args);
    va_end(args);
    for (char *at = text; *at != '\0'; at++) {
        *at = (unsigned char)*at < 0x20 ? ' ' : *at; /* one line, whatever came in */
    }
    if (log_setup.now_ms != NULL) {
        xz_time_format(log_setup.now_ms(), time);
    }
    if (log_setup.format == XZ_LOG_JSON) {
        as_json(&line, time, level, module, event, text);
    } else {
        xz_buf_printf(&line, "%s%s%slevel=%s module=%s event=%s%s%s", time[0] ? "time=" : "", time,
                      time[0] ? " " : "", level_names[level], module, event, text[0] ? " " : "",
                      text);
    }
    xz_buf_u8(&line, '\n');
    /* One write a line, so that threads and processes do not mix letters; nobody to tell if the
     * terminal is gone. */
    (void)!write(STDERR_FILENO, line.data, line.len);
    xz_buf_fini(&line);
}
