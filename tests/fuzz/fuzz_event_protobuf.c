/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as a protobuf record. What is accepted is protobuf to the generated unpacker too. */
#include "event_roundtrip.h"
#include "proto/xiezhi.pb-c.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct xz_arena arena;
    struct xz_event event;
    struct xz_err err = {0};

    xz_fields_init();
    xz_arena_init(&arena, (size_t)64 << 20);
    if (xz_event_decode((struct xz_str){(const char *)data, (uint32_t)size}, XZ_FORMAT_PROTOBUF,
                        &xz_decode_limits_default, &arena, &event, &err) == XZ_OK) {
        Xiezhi__Event *message = xiezhi__event__unpack(NULL, size, data);

        must(message != NULL);
        must(xz_str_eq(event.msgid, xz_str_from(message->msgid)));
        must(event.inf_time_ms == message->inf_time);
        xiezhi__event__free_unpacked(message, NULL);
        roundtrip(&event, &arena);
    } else {
        must(err.rc == XZ_REJECT && err.reason[0] != '\0' && err.msg[0] != '\0');
    }
    xz_arena_fini(&arena);
    return 0;
}
