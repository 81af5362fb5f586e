/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * event/decode.h - bytes to a checked event: the trust boundary. Whatever comes in, the outcome is
 * an event that keeps every rule of the contract, or XZ_REJECT with a reason code and a path.
 *
 * Reason codes: malformed, too_large, too_deep, missing_field, bad_value, bad_time, bad_date,
 * bad_money, too_long, no_body, several_bodies, too_many, bad_utf8, ahead, disagree, bad_header.
 */
#ifndef XZ_EVENT_DECODE_H
#define XZ_EVENT_DECODE_H
#include "base/arena.h"
#include "base/err.h"
#include "event/event.h"

enum xz_format { XZ_FORMAT_AUTO, XZ_FORMAT_JSON, XZ_FORMAT_PROTOBUF };

struct xz_decode_limits {
    size_t event_bytes_max; /* 1 MiB */
    int64_t latest_ms;      /* events after it are rejects ("ahead"); INT64_MAX: no bound */
};
extern const struct xz_decode_limits xz_decode_limits_default;

/* The format that a content-type header names; XZ_REJECT bad_header for another. Empty: AUTO. */
XZ_MUST enum xz_rc xz_format_of(struct xz_str content_type, enum xz_format *format,
                                struct xz_err *err);

/* AUTO takes a value whose first byte is `{` (after white space) for JSON. event is filled
 * only on XZ_OK. The arena must outlive the event; XZ_REJECT too_large when it is full. */
XZ_MUST enum xz_rc xz_event_decode(struct xz_str bytes, enum xz_format format,
                                   const struct xz_decode_limits *limits, struct xz_arena *arena,
                                   struct xz_event *event, struct xz_err *err);

/* The checks that every decoder ends with (also the CSV mapping): required fields, the rules of
 * the contract between fields, event time, content hash. */
XZ_MUST enum xz_rc xz_event_check(struct xz_event *event, const struct xz_decode_limits *limits,
                                  struct xz_err *err);

#endif
