/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * cli/input.h - events from files: JSON lines, length-delimited protobuf (by the ending .pb), or a
 * table through a mapping; one at a time, whatever the size.
 */
#ifndef XZ_CLI_INPUT_H
#define XZ_CLI_INPUT_H
#include "base/arena.h"
#include "base/buf.h"
#include "event/decode.h"

struct xz_input;

/* file "-": standard input. mapping: a mapping file, or NULL. */
XZ_MUST enum xz_rc xz_input_open(const char *file, const char *mapping, struct xz_input **input,
                                 struct xz_err *err);
void xz_input_close(struct xz_input *input); /* NULL is fine */

/* The next event in arena. *end at the end of the file. XZ_REJECT: this record is bad, go on;
 * anything else ends. *at is the record's number in the file, from 0; label may be NULL. */
XZ_MUST enum xz_rc xz_input_next(struct xz_input *input, const struct xz_decode_limits *limits,
                                 struct xz_arena *arena, struct xz_event *event,
                                 struct xz_str *label, int64_t *at, bool *end, struct xz_err *err);

#endif
