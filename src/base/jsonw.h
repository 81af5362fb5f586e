/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * base/jsonw.h - writes JSON to a buffer: same calls, same bytes.
 *
 * Doubles are written with the fewest of 15, 16 or 17 significant digits that read back the same;
 * NaN and infinities become null. Strings are escaped; bytes that are not UTF-8 become U+FFFD.
 * Commas are the writer's business, balance is the caller's (asserted at depth 16).
 */
#ifndef XZ_BASE_JSONW_H
#define XZ_BASE_JSONW_H
#include "base/buf.h"

struct xz_jsonw {
    struct xz_buf *out;
    uint32_t comma; /* bit d: a value stands before at depth d */
    int depth;
};

static inline struct xz_jsonw xz_jsonw_of(struct xz_buf *out)
{
    return (struct xz_jsonw){out, 0, 0};
}
void xz_jsonw_object(struct xz_jsonw *json); /* { */
void xz_jsonw_array(struct xz_jsonw *json);  /* [ */
void xz_jsonw_end_object(struct xz_jsonw *json);
void xz_jsonw_end_array(struct xz_jsonw *json);
void xz_jsonw_key(struct xz_jsonw *json, const char *key);
void xz_jsonw_str(struct xz_jsonw *json, struct xz_str text);
void xz_jsonw_int(struct xz_jsonw *json, int64_t value);
void xz_jsonw_double(struct xz_jsonw *json, double value);
void xz_jsonw_bool(struct xz_jsonw *json, bool value);
void xz_jsonw_null(struct xz_jsonw *json);

/* key and value in one; the string form leaves the member out when text is empty */
void xz_jsonw_member_str(struct xz_jsonw *json, const char *key, struct xz_str text);
void xz_jsonw_member_int(struct xz_jsonw *json, const char *key, int64_t value);
void xz_jsonw_member_double(struct xz_jsonw *json, const char *key, double value);

#endif
