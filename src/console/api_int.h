/* SPDX-License-Identifier: GPL-3.0-or-later */
/* console/api_int.h - what several files of handlers do alike. */
#ifndef XZ_CONSOLE_API_INT_H
#define XZ_CONSOLE_API_INT_H
#include "cases/work.h"
#include "console/params.h"
#include "console/routes.h"

/* Which case, by whom, and the version that was seen. */
XZ_MUST enum xz_rc xz_read_on_case(const struct xz_request *request, struct xz_on_case *on,
                                   struct xz_err *err);
/* What the case is now: the answer to every change. */
XZ_MUST enum xz_rc xz_answer_case(struct xz_console *console, const struct xz_request *request,
                                  int64_t case_id, struct xz_response *response,
                                  struct xz_err *err);
/* The outcome that the body names; empty is none. */
XZ_MUST enum xz_rc xz_read_outcome(const struct xz_request *request, enum xz_case_outcome *outcome,
                                   struct xz_err *err);

/* The body is a table, offered under this name. */
void xz_respond_csv(struct xz_response *response, const char *name);

#endif
