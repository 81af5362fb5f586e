/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * state/codec.h - an entity as bytes. A small entity is one value; an institution's records are in
 * parts, one per local hour, so that a busy one writes only what changed.
 *
 * Keys: 'e', kind (u8), id, 0x00, then for parts the part's number (big endian, u64). The head is
 * the key without a number. Values begin with XZ_STATE_VERSION; another version is XZ_FATAL with
 * a message that says what to do, never a guess.
 */
#ifndef XZ_STATE_CODEC_H
#define XZ_STATE_CODEC_H
#include "state/entity.h"
#include "state/store.h"

#define XZ_STATE_VERSION 1

void xz_entity_key(enum xz_entity_kind kind, struct xz_str id, struct xz_buf *key);

/* The part of a record: 0 (in the head) for all but institutions. */
int64_t xz_entity_part(enum xz_entity_kind kind, int64_t at_ms);

/* Head and changed parts of one entity into batch. */
void xz_entity_save(struct xz_entity *entity, struct xz_batch *batch);
XZ_MUST enum xz_rc xz_entity_load(struct xz_store *store, enum xz_entity_kind kind,
                                  struct xz_str id, struct xz_entity **entity /* NULL: none */,
                                  struct xz_err *err);

#endif
