/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An event that a decoder accepted survives its other forms: same bytes, same hash. */
#ifndef XZ_FUZZ_EVENT_ROUNDTRIP_H
#define XZ_FUZZ_EVENT_ROUNDTRIP_H
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "event/balance.h"
#include "event/codec.h"
#include "event/decode.h"
#include "event/field.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static inline void must(bool holds)
{
    if (!holds) {
        abort();
    }
}

static inline void must_equal(const struct xz_event *left, const struct xz_event *right)
{
    struct xz_buf a = {0}, b = {0};

    xz_event_encode(left, &a);
    xz_event_encode(right, &b);
    must(xz_str_eq(xz_buf_view(&a), xz_buf_view(&b)));
    must(left->content_hash == right->content_hash && left->at_ms == right->at_ms);
    xz_buf_fini(&a);
    xz_buf_fini(&b);
}

static inline void roundtrip(const struct xz_event *event, struct xz_arena *arena)
{
    struct xz_decode_limits limits = xz_decode_limits_default;
    struct xz_buf text = {0};
    struct xz_event back;
    struct xz_reader reader;
    struct xz_err err;

    limits.event_bytes_max = (size_t)64 << 20; /* another form of it may be longer */
    xz_event_to_json(event, &text);
    must(xz_event_decode(xz_buf_view(&text), XZ_FORMAT_JSON, &limits, arena, &back, &err) == XZ_OK);
    must_equal(event, &back);
    xz_buf_clear(&text);
    xz_event_to_protobuf(event, &text);
    must(xz_event_decode(xz_buf_view(&text), XZ_FORMAT_PROTOBUF, &limits, arena, &back, &err) ==
         XZ_OK);
    must_equal(event, &back);
    xz_buf_clear(&text);
    xz_event_encode(event, &text);
    reader = xz_reader_of(text.data, text.len);
    must(xz_event_decode_compact(&reader, arena, &back, &err) == XZ_OK);
    must(xz_reader_left(&reader) == 0);
    must_equal(event, &back);
    (void)xz_event_balance(event, true);
    xz_buf_fini(&text);
}

#endif
