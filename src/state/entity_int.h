/* SPDX-License-Identifier: GPL-3.0-or-later */
/* state/entity_int.h - how an entity's memory is weighed; for state/ and its tests. */
#ifndef XZ_STATE_ENTITY_INT_H
#define XZ_STATE_ENTITY_INT_H
#include "state/entity.h"

/* What an allocation costs beside what was asked for (glibc: a header and rounding up). Counted
 * for the entity, each record and each owned string; arrays are few and large enough not to. */
#define XZ_ENTITY_ALLOC_BYTES 16

/* Counted anew from what is there: what entity->bytes must be. Slow; for tests. */
size_t xz_entity_recount(const struct xz_entity *entity);

#endif
