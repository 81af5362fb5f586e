/* SPDX-License-Identifier: GPL-3.0-or-later */
/* state/codec_int.h - what a head's value holds beside its records. */
#ifndef XZ_STATE_CODEC_INT_H
#define XZ_STATE_CODEC_INT_H
#include "state/entity.h"

void xz_head_encode(const struct xz_entity *entity, struct xz_buf *out);
/* Into an entity as xz_entity_new makes it. XZ_FATAL when the bytes are none. */
XZ_MUST enum xz_rc xz_head_decode(struct xz_entity *entity, struct xz_reader *reader,
                                  struct xz_err *err);

#endif
