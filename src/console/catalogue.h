/* SPDX-License-Identifier: GPL-3.0-or-later */
/* console/catalogue.h - the patterns of the pack that is active in the log, as people read of them.
 * @thread any */
#ifndef XZ_CONSOLE_CATALOGUE_H
#define XZ_CONSOLE_CATALOGUE_H
#include <jansson.h>

#include "base/err.h"
#include "base/str.h"
#include "stream/config.h"

struct xz_catalogue;

struct xz_catalogue *xz_catalogue_new(const struct xz_config *config); /* config is borrowed */
void xz_catalogue_free(struct xz_catalogue *catalogue);                /* NULL is fine */

/* Looks which pack is active now. What was known stays when it cannot be told. */
XZ_MUST enum xz_rc xz_catalogue_refresh(struct xz_catalogue *catalogue, struct xz_err *err);

bool xz_catalogue_has_pack(const struct xz_catalogue *catalogue);

/* The active pack, if this is its hash; else NULL. It stays as long as the catalogue, as do the
 * next.
 */
const struct xz_pack *xz_catalogue_active(const struct xz_catalogue *catalogue,
                                          struct xz_str sha256);
/* The pack of this hash, from the log if need be: a reading of it. NULL when it is nowhere. */
XZ_MUST enum xz_rc xz_catalogue_find(const struct xz_catalogue *catalogue, struct xz_str sha256,
                                     const struct xz_pack **pack, struct xz_err *err);

/* {"pack":{..}|null,"items":[{"id","name","version","titles":{"zh-CN","en"},"subject","result_type",
 * "severity","shadow","false_alarms","false_alarms_per_month","legal":[],"actions":[],"evidence":
 * [..],"counts":{..}|null}]}: counts since the engine began, when numbers, the text of its
 * /metrics, has them. The caller's. XZ_RETRY until the log has said once which pack is active, or
 * that none is. */
XZ_MUST enum xz_rc xz_catalogue_json(const struct xz_catalogue *catalogue, const char *numbers,
                                     json_t **out, struct xz_err *err);

#endif
