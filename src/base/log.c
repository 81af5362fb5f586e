/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/log.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/jsonw.h"
#include "base/time.h"

#define VALUE_MAX 1024 /* bytes of a value; the rest is cut off */

static struct xz_log_setup log_setup = {XZ_LOG_INFO, XZ_LOG_LOGFMT, NULL};
static const char *const level_names[] = {"error", "warn", "info", "debug"};

void xz_log_init(const struct xz_log_setup *setup) { log_setup = *setup; }

bool xz_log_on(enum xz_log_level level) { return level <= log_setup.level; }

/* ---- what the details say ---- */

/* The conversion at *format, with its argument. Here and not by printf, so that what an argument
 * holds is never taken for a part of the format. */
static void put_argument(struct xz_buf *out, const char **format, va_list *args)
{
    int precision = -1, longs = 0;
    const char *text;

    (*format)++;
    if (strncmp(*format, ".*", 2) == 0) {
        precision = va_arg(*args, int);
        *format += 2;
    }
    for (; **format == 'l' || **format == 'z'; (*format)++) {
        longs++;
    }
    switch (*(*format)++) {
    case 's':
        text = va_arg(*args, const char *);
        text = text != NULL ? text : "";
        xz_buf_bytes(out, text, precision < 0 ? strlen(text) : strnlen(text, (size_t)precision));
        break;
    case 'd':
        xz_buf_printf(out, "%lld",
                      longs == 0   ? (long long)va_arg(*args, int)
                      : longs == 1 ? (long long)va_arg(*args, long)
                                   : va_arg(*args, long long));
        break;
    case 'u':
        xz_buf_printf(out, "%llu",
                      longs == 0   ? (unsigned long long)va_arg(*args, unsigned)
                      : longs == 1 ? (unsigned long long)va_arg(*args, unsigned long)
                                   : va_arg(*args, unsigned long long));
        break;
    default:
        assert(false && "log.h says which conversions there are");
    }
}

/* key=value or key="some value" from *format; false at the end. */
static bool next_pair(const char **format, va_list *args, struct xz_str *key, struct xz_buf *value,
                      bool *quoted)
{
    const char *at = *format + strspn(*format, " ");

    *key = (struct xz_str){at, (uint32_t)strcspn(at, "= ")};
    at += key->len;
    at += *at == '=';
    *quoted = *at == '"';
    at += *quoted;
    xz_buf_clear(value);
    while (*at != '\0' && *at != (*quoted ? '"' : ' ')) {
        if (*at == '%') {
            put_argument(value, &at, args);
        } else {
            xz_buf_u8(value, (uint8_t)*at++);
        }
    }
    *format = at + (*quoted && *at == '"');
    if (value->len > VALUE_MAX) {
        value->len = VALUE_MAX;
        while (value->len > 0 && (value->data[value->len] & 0xc0) == 0x80) {
            value->len--; /* not in the middle of a letter */
        }
    }
    return key->len > 0;
}

/* ---- the two forms ---- */

struct line {
    struct xz_buf text;
    struct xz_jsonw json;
};

static bool is_plain(struct xz_str value)
{
    for (uint32_t i = 0; i < value.len; i++) {
        if (value.ptr[i] <= ' ' || value.ptr[i] == 0x7f || strchr("=\"\\", value.ptr[i]) != NULL) {
            return false;
        }
    }
    return true;
}

/* A value with anything but plain letters is quoted, in logfmt as JSON does it. */
static void put_pair(struct line *line, struct xz_str key, struct xz_str value, bool quoted)
{
    if (log_setup.format == XZ_LOG_JSON) {
        char name[64];

        (void)snprintf(name, sizeof(name), XZ_STR_FMT, XZ_STR_ARG(key));
        xz_jsonw_key(&line->json, name);
        xz_jsonw_str(&line->json, value);
        return;
    }
    if (line->text.len > 0) {
        xz_buf_u8(&line->text, ' ');
    }
    xz_buf_bytes(&line->text, key.ptr, key.len);
    xz_buf_u8(&line->text, '=');
    if (quoted || !is_plain(value)) {
        struct xz_jsonw json = xz_jsonw_of(&line->text);

        xz_jsonw_str(&json, value);
    } else {
        xz_buf_bytes(&line->text, value.ptr, value.len);
    }
}

static void put_head(struct line *line, enum xz_log_level level, const char *module,
                     const char *event)
{
    char time[XZ_TIME_TEXT_MAX];

    if (log_setup.now_ms != NULL) {
        xz_time_format(log_setup.now_ms(), time);
        put_pair(line, XZ_STR("time"), xz_str_from(time), false);
    }
    put_pair(line, XZ_STR("level"), xz_str_from(level_names[level]), false);
    put_pair(line, XZ_STR("module"), xz_str_from(module), false);
    put_pair(line, XZ_STR("event"), xz_str_from(event), false);
}

void xz_log(enum xz_log_level level, const char *module, const char *event, const char *details,
            ...)
{
    struct line line = {.text = {0}};
    struct xz_buf value = {0};
    struct xz_str key;
    va_list args;
    bool quoted;

    if (!xz_log_on(level)) {
        return;
    }
    line.json = xz_jsonw_of(&line.text);
    if (log_setup.format == XZ_LOG_JSON) {
        xz_jsonw_object(&line.json);
    }
    put_head(&line, level, module, event);
    va_start(args, details);
    while (next_pair(&details, &args, &key, &value, &quoted)) {
        put_pair(&line, key, xz_buf_view(&value), quoted);
    }
    va_end(args);
    if (log_setup.format == XZ_LOG_JSON) {
        xz_jsonw_end_object(&line.json);
    }
    xz_buf_u8(&line.text, '\n');
    /* One write a line, so that threads and processes do not mix letters; nobody to tell if the
     * terminal is gone. */
    (void)!write(STDERR_FILENO, line.text.data, line.text.len);
    xz_buf_fini(&value);
    xz_buf_fini(&line.text);
}
