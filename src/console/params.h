/* SPDX-License-Identifier: GPL-3.0-or-later */
/* console/params.h - what many handlers read alike of path and query. All: XZ_REJECT "invalid" with
 * the parameter's name, but where it says otherwise. */
#ifndef XZ_CONSOLE_PARAMS_H
#define XZ_CONSOLE_PARAMS_H
#include "cases/view.h"
#include "console/request.h"

/* The path's parameter number `at` as a number of a `what` ("case"); what is no number is the
 * number of none: XZ_REJECT "not_found". */
XZ_MUST enum xz_rc xz_read_id(const struct xz_request *request, int at, const char *what,
                              int64_t *id, struct xz_err *err);
/* "limit" and "cursor" of a list. */
XZ_MUST enum xz_rc xz_read_page(const struct xz_request *request, struct xz_page *page,
                                struct xz_err *err);
/* "region": the beginning of an area code, or empty. */
XZ_MUST enum xz_rc xz_read_region(const struct xz_request *request, struct xz_str *region,
                                  struct xz_err *err);
/* A time of the query; 0 when it is not there. */
XZ_MUST enum xz_rc xz_read_time(const struct xz_request *request, const char *name,
                                int64_t *time_ms, struct xz_err *err);
/* One of names ("a|b|c"), or empty. */
XZ_MUST enum xz_rc xz_read_choice(const struct xz_request *request, const char *name,
                                  const char *names, struct xz_str *choice, struct xz_err *err);

#endif
