/* SPDX-License-Identifier: GPL-3.0-or-later */
/* state/entity_int.h - how an entity's memory is weighed; for state/ and its tests. */
#ifndef XZ_STATE_ENTITY_INT_H
#define XZ_STATE_ENTITY_INT_H
#include "state/entity.h"

/* What an allocation costs beside what was asked for (glibc: a header and rounding up). Counted
 * for the entity, each record and each owned string; arrays are few and large enough not to. */
#define XZ_ENTITY_ALLOC_BYTES 16

/* Adds to what the entity weighs, and to the total it counts toward. May be negative. */
void xz_entity_weigh(struct xz_entity *entity, int64_t bytes);

/* Counted anew from what is there: what entity->bytes must be. Slow; for tests. */
size_t xz_entity_recount(const struct xz_entity *entity);

/* Room for one more element in an array of the entity: doubles, and weighs what it adds. */
void xz_entity_array_grow(struct xz_entity *entity, void **array, uint32_t count, uint32_t *cap,
                          size_t size);

#endif
