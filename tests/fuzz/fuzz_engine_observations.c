/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as observations one after another, each behind its length: refused, or one that reads
 * the same after it was written again, and that an engine folds. */
#include "fuzz.h"

#include "engine/engine.h"
#include "event/field.h"

static void check_again(const struct xz_observation *observation)
{
    struct xz_buf once = {0}, twice = {0};
    struct xz_observation again;
    struct xz_event event;
    struct xz_arena arena;
    struct xz_reader reader;
    struct xz_err err = {0};

    xz_arena_init(&arena, (size_t)64 << 20);
    xz_observation_encode(observation, &once);
    reader = xz_reader_of(once.data, once.len);
    MUST(xz_observation_decode(&reader, &arena, &event, &again, &err) == XZ_OK);
    MUST(xz_reader_left(&reader) == 0);
    xz_observation_encode(&again, &twice);
    MUST(xz_str_eq(xz_buf_view(&once), xz_buf_view(&twice)));
    MUST(xz_observation_route(observation) == xz_observation_route(&again));
    xz_record_free(again.record);
    xz_arena_fini(&arena);
    xz_buf_fini(&once);
    xz_buf_fini(&twice);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct xz_reader reader = xz_reader_of(data, size);
    struct xz_arena arena;

    xz_fields_init();
    xz_arena_init(&arena, (size_t)64 << 20);
    while (xz_reader_left(&reader) > 0 && !reader.bad) {
        const struct xz_str bytes = xz_read_str(&reader);
        struct xz_reader one = xz_reader_of(bytes.ptr, bytes.len);
        struct xz_observation observation;
        struct xz_event event;
        struct xz_err err = {0};

        xz_arena_reset(&arena);
        if (xz_observation_decode(&one, &arena, &event, &observation, &err) == XZ_OK) {
            check_again(&observation);
            xz_record_free(observation.record);
        } else {
            MUST(err.rc == XZ_FATAL && observation.record == NULL);
        }
    }
    xz_arena_fini(&arena);
    return 0;
}
