/* SPDX-License-Identifier: GPL-3.0-or-later */
/* stream/packs.h - packs in the log: archives in the compacted topic by hash, and the key "active".
 */
#ifndef XZ_STREAM_PACKS_H
#define XZ_STREAM_PACKS_H
#include "pack/pack.h"
#include "stream/kafka.h"

struct xz_packs;

/* @thread any. Packs stay loaded for the life of the registry: judgements point to them. */
struct xz_packs *xz_packs_new(const struct xz_config *config);
void xz_packs_free(struct xz_packs *packs);

/* The pack of this hash, from memory or the topic. XZ_CONFIG when it is nowhere. */
XZ_MUST enum xz_rc xz_packs_get(struct xz_packs *packs, struct xz_str sha256,
                                const struct xz_pack **pack, struct xz_err *err);

/* Checks the pack in dir, stores it, and writes a control frame to every observation partition: it
 * holds from there on. sha256 is told. XZ_RETRY when the broker does not take it in thirty seconds,
 * or patience is over before; activated again it is as if once. */
XZ_MUST enum xz_rc xz_packs_activate(const struct xz_config *config, struct xz_patience patience,
                                     const char *dir, int32_t partitions, char sha256[static 65],
                                     struct xz_err *err);

/* The hash that was activated last, or an empty text. */
XZ_MUST enum xz_rc xz_packs_active(const struct xz_config *config, char sha256[static 65],
                                   struct xz_err *err);

#endif
