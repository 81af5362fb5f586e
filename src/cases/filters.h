/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cases/filters.h - the filters that an account has kept for its queue: a name, and the query of
 * the list of cases. Nobody else sees them. */
#ifndef XZ_CASES_FILTERS_H
#define XZ_CASES_FILTERS_H
#include "cases/view.h"

#define XZ_FILTERS_MAX      50 /* of an account */
#define XZ_FILTER_NAME_MAX  60 /* bytes */
#define XZ_FILTER_QUERY_MAX 500

/* {"items":[{"id","name","query"}]}, by name. */
XZ_MUST enum xz_rc xz_filter_list(const struct xz_desk_view *view, struct xz_buf *out,
                                  struct xz_err *err);
/* Keeps one; of a name that the account has already, it takes the place. XZ_REJECT "invalid". */
XZ_MUST enum xz_rc xz_filter_add(const struct xz_desk *desk, const struct xz_actor *actor,
                                 struct xz_str name, struct xz_str query, int64_t now_ms,
                                 int64_t *id, struct xz_err *err);
/* XZ_REJECT "not_found", also for another's. */
XZ_MUST enum xz_rc xz_filter_drop(const struct xz_desk *desk, const struct xz_actor *actor,
                                  int64_t id, int64_t now_ms, struct xz_err *err);

#endif
