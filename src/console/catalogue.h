/* SPDX-License-Identifier: GPL-3.0-or-later */
/* console/catalogue.h - the patterns of a pack as people read of them. Never changes. @thread any */
#ifndef XZ_CONSOLE_CATALOGUE_H
#define XZ_CONSOLE_CATALOGUE_H
#include "base/buf.h"
#include "base/err.h"
#include "stream/metrics.h"

struct xz_catalogue;

/* The pack in dir; its first mistake otherwise. */
XZ_MUST enum xz_rc xz_catalogue_load(const char *dir, struct xz_catalogue **catalogue,
                                     struct xz_err *err);
void xz_catalogue_free(struct xz_catalogue *catalogue); /* NULL is fine */

/* {"pack":{..},"items":[{"id","name","version","titles":{"zh-CN","en"},"subject","result_type",
 * "severity","shadow","false_alarms","false_alarms_per_month","legal":[],"actions":[],"evidence":
 * [..],"counts":{..}|null}]}: counts since the service began, when metrics (may be NULL) has them.
 */
void xz_catalogue_json(const struct xz_catalogue *catalogue, struct xz_metrics *metrics,
                       struct xz_buf *out);

#endif
