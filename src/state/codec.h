/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * state/codec.h - an entity as bytes. A small entity is one value; an institution's records are in
 * parts, one per local hour, so that a busy one writes only what changed.
 *
 * Keys: 'e', kind (u8), id (0x00 in it as 0x00 0xff), 0x00, then for parts the part's number (u64,
 * big endian, top bit turned so that negative numbers come first). The head is the key without a
 * number. So no key of one entity is a key of another, whatever bytes ids have. Values begin with
 * XZ_STATE_VERSION; another version is XZ_FATAL with a message that says what to do, never a guess.
 */
#ifndef XZ_STATE_CODEC_H
#define XZ_STATE_CODEC_H
#include "state/entity.h"
#include "state/store.h"

#define XZ_STATE_VERSION 1

void xz_entity_key(enum xz_entity_kind kind, struct xz_str id, struct xz_buf *key);

/* The kind and, appended, the id of a head's key; false for a part's key or any other. */
bool xz_entity_key_parse(struct xz_str key, enum xz_entity_kind *kind, struct xz_buf *id);

/* The part of a record: 0 (in the head) for all but institutions. */
int64_t xz_entity_part(enum xz_entity_kind kind, int64_t at_ms);

/* Head and changed parts of one entity into batch; what changed stays marked until
 * xz_entity_clean. */
void xz_entity_save(struct xz_entity *entity, struct xz_batch *batch);
XZ_MUST enum xz_rc xz_entity_load(struct xz_store *store, enum xz_entity_kind kind,
                                  struct xz_str id, struct xz_entity **entity /* NULL: none */,
                                  struct xz_err *err);

#endif
