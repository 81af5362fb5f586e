/* SPDX-License-Identifier: GPL-3.0-or-later */
/* event/decode_int.h - the decoders behind xz_event_decode; private to event/. */
#ifndef XZ_EVENT_DECODE_INT_H
#define XZ_EVENT_DECODE_INT_H
#include <stdio.h>

#include "event/decode.h"
#include "event/field_int.h"
#include "event/json_reader.h"

XZ_MUST enum xz_rc xz_decode_json(struct xz_str bytes, struct xz_arena *arena,
                                  struct xz_event *event, struct xz_err *err);
XZ_MUST enum xz_rc xz_decode_protobuf(struct xz_str bytes, struct xz_arena *arena,
                                      struct xz_event *event, struct xz_err *err);

enum xz_rc xz_decode_full(struct xz_err *err); /* too_large */

/* Room for one more of `size` bytes in an array of the arena; doubles. NULL when it is full. */
void *xz_decode_grow(struct xz_arena *arena, void *array, uint32_t count, uint32_t *cap,
                     size_t size);

#endif
