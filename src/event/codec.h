/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * event/codec.h - an event in the compact form in which observations carry it, enrichment included:
 * field ids and varints by event/field.h. Only events that passed the checks are encoded.
 * And the writers of the two public forms (for the simulator, tests and conversion).
 */
#ifndef XZ_EVENT_CODEC_H
#define XZ_EVENT_CODEC_H
#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "event/event.h"

/* Hash of all that the sender said but msgid, by the compact form: equal for JSON and protobuf. */
uint64_t xz_event_content_hash(const struct xz_event *event);

void xz_event_encode(const struct xz_event *event, struct xz_buf *out);

/* Strings are borrowed from the reader's bytes. XZ_FATAL on anything malformed: the frame that
 * carried it was checked, so its writer is at fault. */
XZ_MUST enum xz_rc xz_event_decode_compact(struct xz_reader *reader, struct xz_arena *arena,
                                           struct xz_event *event, struct xz_err *err);

void xz_event_to_json(const struct xz_event *event, struct xz_buf *out);     /* no newline */
void xz_event_to_protobuf(const struct xz_event *event, struct xz_buf *out); /* no length */

#endif
