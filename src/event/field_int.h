/* SPDX-License-Identifier: GPL-3.0-or-later */
/* event/field_int.h - what the decoders share; private to event/. */
#ifndef XZ_EVENT_FIELD_INT_H
#define XZ_EVENT_FIELD_INT_H
#include "base/arena.h"
#include "base/err.h"
#include "event/field.h"

#define XZ_MONEY_MAX_FEN INT64_C(1000000000000) /* ten thousand million yuan */

/* Tables made from the table of fields; by xz_fields_init, which every public entry calls. */
void xz_event_prepare(void);
void xz_codec_prepare(void);
void xz_protobuf_prepare(void);
void xz_to_protobuf_prepare(void);

/* The fields of a group stand together in the table: [first, end). Valid after xz_fields_init. */
struct xz_field_range {
    const struct xz_field *first, *end;
};
extern struct xz_field_range xz_group_fields[XZ_GROUP_COUNT];

static inline enum xz_field_group xz_group_of_body(unsigned body)
{
    return (enum xz_field_group)(XZ_GROUP_SETTLEMENT + body - XZ_BODY_SETTLEMENT);
}

/* XZ_BODY_NONE when name is no body's, in snake or camel case. */
enum xz_body xz_body_find(struct xz_str name);

void xz_field_clear(const struct xz_field *field, void *base);
void xz_group_clear(enum xz_field_group group, void *base);
void xz_line_init(struct xz_line *line);
void xz_event_set_body(struct xz_event *event, enum xz_body body); /* its fields absent */

/* Sets a field from text as a sender wrote it, whether it stood in quotes or not; empty is absent.
 * Errors are rejects with the field's name as path. */
XZ_MUST enum xz_rc xz_field_set_text(const struct xz_field *field, void *base, struct xz_str text,
                                     struct xz_err *err);

/* "86.40" with up to `decimals` decimals (exponents allowed if exact) to an integer. */
XZ_MUST enum xz_rc xz_decimal_parse(struct xz_str text, int decimals, int64_t max, int64_t *value,
                                    const struct xz_field *field, struct xz_err *err);

bool xz_utf8_valid(struct xz_str text);

/* Puts the name of what encloses before the path of a reject: "lines[3].cnt", "settlement.balc".
 * Returns rc, whatever it is. at < 0: not an element of a list. */
enum xz_rc xz_path_inside(enum xz_rc rc, struct xz_err *err, const char *name, int at);

#endif
