/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * base/err.h - what a function that can fail returns, and why it failed.
 *
 * The class says what the pipeline does next, so that no caller ever reads text:
 *   XZ_RETRY   may succeed later (broker, disk full): bounded back-off, no offset moves
 *   XZ_REJECT  this input is bad: to the rejects with its reason, go on
 *   XZ_CONFIG  an operator must act: refuse to start; on reload keep the old
 *   XZ_FATAL   state in doubt: stop, restart from the last checkpoint
 */
#ifndef XZ_BASE_ERR_H
#define XZ_BASE_ERR_H

#define XZ_MUST                       __attribute__((warn_unused_result))
#define XZ_PRINTF(format_at, args_at) __attribute__((format(printf, format_at, args_at)))

enum xz_rc { XZ_OK = 0, XZ_RETRY, XZ_REJECT, XZ_CONFIG, XZ_FATAL };

struct xz_err {
    enum xz_rc rc;
    char reason[40]; /* a stable code of a reject, "missing_field"; empty for other classes */
    char path[96];   /* field path of a reject, or file:line of a configuration error */
    char msg[480];   /* for a person, one line */
};

/* Fills err (NULL is fine) and returns rc, so that `return xz_err_set(...)` reads well. */
enum xz_rc xz_err_set(struct xz_err *err, enum xz_rc rc, const char *format, ...) XZ_PRINTF(3, 4);

/* A reject with its reason code and the path of the field that caused it. */
enum xz_rc xz_err_reject(struct xz_err *err, const char *reason, const char *path,
                         const char *format, ...) XZ_PRINTF(4, 5);

/* A configuration error at file:line (line 0 is left out). */
enum xz_rc xz_err_config(struct xz_err *err, const char *file, int line, const char *format, ...)
    XZ_PRINTF(4, 5);

/* Puts "what: " before the message that is there; for callers that know more than the callee. */
enum xz_rc xz_err_add(struct xz_err *err, const char *format, ...) XZ_PRINTF(2, 3);

const char *xz_rc_name(enum xz_rc rc); /* "ok" "retry" "reject" "config" "fatal" */

#endif
