/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as the compact form: fatal, or an event that is the same after another turn. */
#include "event_roundtrip.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct xz_reader reader = xz_reader_of(data, size);
    struct xz_buf once = {0};
    struct xz_arena arena;
    struct xz_event event, back;
    struct xz_err err = {0};

    xz_fields_init();
    xz_arena_init(&arena, (size_t)64 << 20);
    if (xz_event_decode_compact(&reader, &arena, &event, &err) == XZ_OK) {
        xz_event_encode(&event, &once);
        reader = xz_reader_of(once.data, once.len);
        must(xz_event_decode_compact(&reader, &arena, &back, &err) == XZ_OK);
        must_equal(&event, &back);
    } else {
        must(err.rc == XZ_FATAL);
    }
    xz_buf_fini(&once);
    xz_arena_fini(&arena);
    return 0;
}
