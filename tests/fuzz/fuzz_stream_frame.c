/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as a record of the observations topic. What opens is written again from what was read,
 * and then reads the same; what is in it decodes as an observation or is refused. */
#include "fuzz.h"

#include "engine/engine.h"
#include "event/field.h"
#include "stream/frame.h"

static void read_observation(struct xz_reader reader, struct xz_arena *arena)
{
    struct xz_observation observation;
    struct xz_event event;
    struct xz_err err = {0};

    if (xz_observation_decode(&reader, arena, &event, &observation, &err) == XZ_OK) {
        xz_record_free(observation.record);
    } else {
        MUST(err.rc == XZ_FATAL && err.msg[0] != '\0' && observation.record == NULL);
    }
}

static void read_all(struct xz_frame frame, struct xz_buf *again)
{
    struct xz_reader observation;
    struct xz_arena arena;
    int64_t offset;
    uint32_t place;

    xz_arena_init(&arena, (size_t)64 << 20);
    xz_frame_begin(again, frame.source, frame.epoch, frame.number);
    while (xz_frame_next(&frame, &offset, &place, &observation)) {
        xz_frame_add(again, offset, place, observation.at, xz_reader_left(&observation));
        xz_arena_reset(&arena);
        read_observation(observation, &arena);
    }
    xz_arena_fini(&arena);
}

static void same(struct xz_frame left, struct xz_frame right)
{
    struct xz_reader a, b;
    int64_t left_offset, right_offset;
    uint32_t left_place, right_place;

    MUST(left.type == right.type && left.epoch == right.epoch && left.number == right.number);
    MUST(xz_str_eq(left.source, right.source) && xz_str_eq(left.pack, right.pack));
    while (xz_frame_next(&left, &left_offset, &left_place, &a)) {
        MUST(xz_frame_next(&right, &right_offset, &right_place, &b));
        MUST(left_offset == right_offset && left_place == right_place);
        MUST(xz_reader_left(&a) == xz_reader_left(&b));
        MUST(xz_reader_left(&a) == 0 || memcmp(a.at, b.at, xz_reader_left(&a)) == 0);
    }
    MUST(!xz_frame_next(&right, &right_offset, &right_place, &b) && !right.body.bad);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct xz_frame frame, back;
    struct xz_marks marks = {0};
    struct xz_buf again = {0};
    struct xz_err err = {0};

    xz_fields_init();
    if (xz_frame_open(data, size, &frame, &err) != XZ_OK) {
        MUST(err.rc == XZ_FATAL && err.msg[0] != '\0');
        return 0;
    }
    if (frame.type == XZ_FRAME_PACK) {
        xz_frame_pack(&again, frame.pack);
    } else {
        read_all(frame, &again);
        (void)xz_mark_accept(xz_marks_of(&marks, frame.source), frame.epoch, frame.number);
        (void)xz_marks_of(&marks, frame.source);
        MUST(marks.count == 1);
    }
    MUST(xz_frame_open(again.data, again.len, &back, &err) == XZ_OK);
    same(frame, back);
    xz_marks_fini(&marks);
    xz_buf_fini(&again);
    return 0;
}
