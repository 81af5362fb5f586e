/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * event/mapping.h - somebody else's table as events: a YAML file maps columns to fields, with
 * constants, units and time formats, so that a CSV can be scored without code.
 */
#ifndef XZ_EVENT_MAPPING_H
#define XZ_EVENT_MAPPING_H
#include <stdbool.h>

#include "base/arena.h"
#include "base/err.h"
#include "event/decode.h"
#include "event/event.h"

struct xz_mapping;

XZ_MUST enum xz_rc xz_mapping_load(const char *file, struct xz_mapping **mapping,
                                   struct xz_err *err);
/* The same from text; name stands in messages. */
XZ_MUST enum xz_rc xz_mapping_parse(const char *name, struct xz_str text,
                                    struct xz_mapping **mapping, struct xz_err *err);
void xz_mapping_free(struct xz_mapping *mapping); /* NULL is fine */

/* Reads the header row; binds columns. XZ_CONFIG when a mapped column is not there. */
XZ_MUST enum xz_rc xz_mapping_header(struct xz_mapping *mapping, struct xz_str header_row,
                                     struct xz_err *err);

/* One row (RFC 4180, already without its line end) to a checked event; XZ_REJECT like a decoder.
 * label: the value of the column that the mapping names as label, or absent. */
XZ_MUST enum xz_rc xz_mapping_event(const struct xz_mapping *mapping, struct xz_str row,
                                    const struct xz_decode_limits *limits, struct xz_arena *arena,
                                    struct xz_event *event, struct xz_str *label,
                                    struct xz_err *err);

/* Whether a label is the one that the mapping calls positive. */
bool xz_mapping_label_positive(const struct xz_mapping *mapping, struct xz_str label);

#endif
