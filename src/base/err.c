/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

__attribute__((format(printf, 3, 0))) static enum xz_rc fill(struct xz_err *err, enum xz_rc rc,
                                                             const char *format, va_list args)
{
    if (err != NULL) {
        memset(err, 0, sizeof(*err));
        err->rc = rc;
        (void)vsnprintf(err->msg, sizeof(err->msg), format, args);
    }
    return rc;
}

enum xz_rc xz_err_set(struct xz_err *err, enum xz_rc rc, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    (void)fill(err, rc, format, args);
    va_end(args);
    return rc;
}

enum xz_rc xz_err_reject(struct xz_err *err, const char *reason, const char *path,
                         const char *format, ...)
{
    va_list args;

    va_start(args, format);
    (void)fill(err, XZ_REJECT, format, args);
    va_end(args);
    if (err != NULL) {
        (void)snprintf(err->reason, sizeof(err->reason), "%s", reason);
        (void)snprintf(err->path, sizeof(err->path), "%s", path);
    }
    return XZ_REJECT;
}

enum xz_rc xz_err_config(struct xz_err *err, const char *file, int line, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    (void)fill(err, XZ_CONFIG, format, args);
    va_end(args);
    if (err != NULL && line > 0) {
        (void)snprintf(err->path, sizeof(err->path), "%s:%d", file, line);
    } else if (err != NULL) {
        (void)snprintf(err->path, sizeof(err->path), "%s", file);
    }
    return XZ_CONFIG;
}

enum xz_rc xz_err_add(struct xz_err *err, const char *format, ...)
{
    char before[sizeof(err->msg)];
    char what[160];
    va_list args;

    if (err == NULL) {
        return XZ_FATAL;
    }
    memcpy(before, err->msg, sizeof(before));
    va_start(args, format);
    (void)vsnprintf(what, sizeof(what), format, args);
    va_end(args);
    (void)snprintf(err->msg, sizeof(err->msg), "%.150s: %.300s", what, before);
    return err->rc;
}

const char *xz_rc_name(enum xz_rc rc)
{
    static const char *const names[] = {"ok", "retry", "reject", "config", "fatal"};

    return (unsigned)rc < sizeof(names) / sizeof(names[0]) ? names[rc] : "unknown";
}
