/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as a JSON record: a reject with its reason, or an event that survives its other forms.
 */
#include "event_roundtrip.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct xz_arena arena;
    struct xz_event event;
    struct xz_err err = {0};
    enum xz_format format;

    xz_fields_init();
    xz_arena_init(&arena, (size_t)64 << 20);
    if (xz_event_decode((struct xz_str){(const char *)data, (uint32_t)size}, XZ_FORMAT_JSON,
                        &xz_decode_limits_default, &arena, &event, &err) == XZ_OK) {
        roundtrip(&event, &arena);
    } else {
        must(err.rc == XZ_REJECT && err.reason[0] != '\0' && err.msg[0] != '\0');
    }
    if (xz_format_of((struct xz_str){(const char *)data, (uint32_t)size}, &format, &err) != XZ_OK) {
        must(err.rc == XZ_REJECT && err.reason[0] != '\0'); /* as a content type */
    }
    xz_arena_fini(&arena);
    return 0;
}
