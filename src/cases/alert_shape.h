/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * cases/alert_shape.h - what comes in as an alert, held against the contract (section 3). The topic
 * is written by others: nothing of a record goes on but the members that the contract names, each
 * of its type and within its limits.
 */
#ifndef XZ_CASES_ALERT_SHAPE_H
#define XZ_CASES_ALERT_SHAPE_H
#include <jansson.h>

#include "base/err.h"

#define XZ_ALERT_BYTES_MAX  (512u << 10)
#define XZ_ALERT_EVENTS_MAX 200                    /* listed, and told of as exhibits */
#define XZ_ALERT_FEN_MAX    INT64_C(1000000000000) /* of one sum: millions of them can be added */

/*
 * *shaped: an alert of its own, the caller's. What the contract always has and this one has not is
 * there as an empty list or text, or null, where nothing depends on it. Times are RFC 3339 of
 * UTC+8; a region that is no area code is empty. No text looks like a person's token.
 *
 * XZ_REJECT "invalid" with the path of the first member that does not fit.
 */
XZ_MUST enum xz_rc xz_alert_shape(const json_t *alert, json_t **shaped, struct xz_err *err);

#endif
