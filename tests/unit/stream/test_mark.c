/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Marks: which frames are accepted and which observations are new. Single cases first; then random
 * runs of the protocol of tests/model/ingest.pml over the code itself: writers that crash, lose
 * frames, wake up late and send on, against two targets. The model's mutants run in the same world,
 * and must be found out.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "base/rng.h"
#include "stream/frame.h"

static void test_frames_of_a_writer_count_from_0(void **state)
{
    struct xz_mark mark = {.offset = -1};

    (void)state;
    assert_false(xz_mark_accept(&mark, 5, 1)); /* its first was lost */
    assert_true(xz_mark_accept(&mark, 5, 0));
    assert_false(xz_mark_accept(&mark, 5, 0)); /* a repeat */
    assert_false(xz_mark_accept(&mark, 5, 2)); /* a gap */
    assert_true(xz_mark_accept(&mark, 5, 1));
    assert_true(xz_mark_accept(&mark, 5, 2));
    assert_true(mark.epoch == 5 && mark.next == 3);
}

static void test_higher_epoch_begins_at_0_only(void **state)
{
    struct xz_mark mark = {.epoch = 5, .next = 3, .offset = 10};

    (void)state;
    assert_false(xz_mark_accept(&mark, 6, 3));
    assert_true(mark.epoch == 5 && mark.next == 3); /* a frame that is ignored changes nothing */
    assert_true(xz_mark_accept(&mark, 5, 3));
    assert_true(xz_mark_accept(&mark, 7, 0));
    assert_true(mark.epoch == 7 && mark.next == 1);
    assert_true(mark.offset == 10); /* the watermark is the source's, not the writer's */
    assert_false(xz_mark_accept(&mark, 5, 4));
    assert_false(xz_mark_accept(&mark, 6, 0));
    assert_true(xz_mark_accept(&mark, 7, 1));
}

static void test_positions_are_applied_once_and_upwards(void **state)
{
    struct xz_mark mark = {.offset = -1};

    (void)state;
    assert_true(xz_mark_apply(&mark, 0, 0));
    assert_false(xz_mark_apply(&mark, 0, 0));
    assert_true(xz_mark_apply(&mark, 0, 1)); /* another place in the same frame */
    assert_true(xz_mark_apply(&mark, 4, 0)); /* offsets may have gaps, places begin again */
    assert_false(xz_mark_apply(&mark, 3, 9));
    assert_false(xz_mark_apply(&mark, 4, 0));
    assert_true(xz_mark_apply(&mark, INT64_MAX, UINT32_MAX));
}

static void test_marks_survive_a_checkpoint(void **state)
{
    struct xz_marks marks = {0}, again = {0};
    struct xz_buf bytes = {0};
    struct xz_reader reader;
    struct xz_mark *mark;

    (void)state;
    *xz_marks_of(&marks, XZ_STR("events/0")) =
        (struct xz_mark){"events/0", UINT64_MAX, 9, INT64_MAX, UINT32_MAX, INT64_MIN + 1};
    (void)xz_marks_of(&marks, XZ_STR("events/1"));
    assert_int_equal(marks.count, 2);
    assert_true(xz_marks_of(&marks, XZ_STR("events/1")) == &marks.items[1]);
    xz_marks_encode(&marks, &bytes);
    reader = xz_reader_of(bytes.data, bytes.len);
    assert_int_equal(xz_marks_decode(&reader, &again, NULL), XZ_OK);
    assert_int_equal(xz_reader_left(&reader), 0);
    assert_int_equal(again.count, 2);
    mark = xz_marks_of(&again, XZ_STR("events/0"));
    assert_true(mark->epoch == UINT64_MAX && mark->next == 9);
    assert_true(mark->offset == INT64_MAX && mark->place == UINT32_MAX);
    assert_true(mark->newest_ms == INT64_MIN + 1);
    mark = xz_marks_of(&again, XZ_STR("events/1"));
    assert_true(mark->epoch == 0 && mark->next == 0 && mark->offset == -1 && mark->place == 0);
    for (size_t len = 0; len < bytes.len; len++) { /* cut short it is refused */
        struct xz_marks cut = {0};

        reader = xz_reader_of(bytes.data, len);
        assert_int_equal(xz_marks_decode(&reader, &cut, NULL), XZ_FATAL);
        xz_marks_fini(&cut);
    }
    xz_marks_fini(&marks);
    xz_marks_fini(&again);
    xz_buf_fini(&bytes);
}

/* ---- the protocol at random ---- */

enum rule { AS_WRITTEN, NO_NUMBERS, NO_WATERMARK, ANY_START, EPOCH_REUSED, EARLY_COMMIT };

#define RECORDS    12
#define WRITERS    4
#define TARGETS    2
#define FLIGHT_MAX 256
#define STEPS      160

struct flight {                       /* a frame between its writer and the log of its target */
    uint8_t writer, target, from, to; /* source positions from..to-1 */
    uint64_t number;
    bool gone, late;
};

struct writer {
    uint64_t epoch, number[TARGETS];
    uint8_t read;
    bool acked[TARGETS][RECORDS];
};

struct world {
    struct xz_rng rng;
    enum rule rule;
    uint8_t goes_to[RECORDS]; /* bit t: target t has an observation of it */
    uint8_t committed, writers, applied[TARGETS][RECORDS];
    struct writer writer[WRITERS + 1];
    struct flight flight[FLIGHT_MAX];
    size_t flights;
    struct xz_mark mark[TARGETS];
    bool doubled, disordered;
};

static uint32_t below(struct world *world, uint32_t bound)
{
    return xz_rng_below(&world->rng, bound);
}

static bool accept(struct world *world, struct xz_mark *mark, uint64_t epoch, uint64_t number)
{
    switch (world->rule) {
    case NO_NUMBERS:
        return true;
    case ANY_START:
        if (epoch > mark->epoch) {
            mark->epoch = epoch;
            mark->next = number + 1;
            return true;
        }
        break;
    default:
        break;
    }
    return xz_mark_accept(mark, epoch, number);
}

static void append(struct world *world, const struct flight *frame)
{
    struct writer *writer = &world->writer[frame->writer];
    struct xz_mark *mark = &world->mark[frame->target];

    if (!accept(world, mark, writer->epoch, frame->number)) {
        return;
    }
    for (uint8_t at = frame->from; at < frame->to; at++) {
        uint8_t *applied = world->applied[frame->target];

        if ((world->goes_to[at] & (1U << frame->target)) == 0 ||
            (!xz_mark_apply(mark, at, 0) && world->rule != NO_WATERMARK)) {
            continue;
        }
        world->doubled = world->doubled || applied[at] > 0;
        for (uint8_t later = (uint8_t)(at + 1); later < RECORDS; later++) {
            world->disordered = world->disordered || applied[later] > 0;
        }
        applied[at]++;
    }
}

static void start_writer(struct world *world)
{
    struct writer *writer = &world->writer[world->writers++];

    memset(writer, 0, sizeof(*writer));
    writer->read = world->committed;
    writer->epoch = world->rule == EPOCH_REUSED ? 1 : world->writers;
}

static void send_batch(struct world *world, uint8_t who)
{
    struct writer *writer = &world->writer[who];
    const uint8_t left = (uint8_t)(RECORDS - writer->read);
    const uint8_t from = writer->read;

    if (left == 0 || world->flights + TARGETS > FLIGHT_MAX) {
        return;
    }
    writer->read = (uint8_t)(from + 1 + below(world, left < 3 ? left : 3));
    for (uint8_t t = 0; t < TARGETS; t++) {
        bool any = false;

        for (uint8_t at = from; at < writer->read; at++) {
            any = any || (world->goes_to[at] & (1U << t)) != 0;
        }
        if (any) {
            world->flight[world->flights++] =
                (struct flight){who, t, from, writer->read, writer->number[t]++, false, false};
        }
    }
}

/* What becomes of one frame: it is appended and acknowledged; appended, and the answer lost;
 * appended, and once more later; kept somewhere and appended late; lost. Frames of one writer and
 * target arrive in order, as an idempotent producer's do; what comes late is never acknowledged. */
static void move_frame(struct world *world, size_t at, bool kindly)
{
    struct flight *frame = &world->flight[at];
    struct writer *writer = &world->writer[frame->writer];
    const uint32_t fate = kindly ? 0 : below(world, 10);
    const bool late = frame->late;

    for (size_t i = 0; i < at && !frame->late; i++) {
        const struct flight *before = &world->flight[i];

        if (before->writer == frame->writer && before->target == frame->target && !before->gone &&
            !before->late) {
            return;
        }
    }
    if (fate == 9) {
        frame->gone = true;
    } else if (fate == 8) {
        frame->late = true;
    } else {
        append(world, frame);
        frame->gone = fate != 7; /* 7: it may be appended again */
        frame->late = fate == 7;
        for (uint8_t p = frame->from; p < frame->to && fate < 6 && !late; p++) {
            writer->acked[frame->target][p] = true;
        }
    }
}

/* Only the newest writer's commits are taken. */
static void commit(struct world *world)
{
    struct writer *writer = &world->writer[world->writers - 1];
    uint8_t at = world->committed;

    for (; at < writer->read && world->rule != EARLY_COMMIT; at++) {
        bool durable = true;

        for (uint8_t t = 0; t < TARGETS; t++) {
            durable = durable && ((world->goes_to[at] & (1U << t)) == 0 || writer->acked[t][at]);
        }
        if (!durable) {
            break;
        }
    }
    at = world->rule == EARLY_COMMIT ? writer->read : at;
    world->committed = at > world->committed ? at : world->committed;
}

/* Everybody misbehaves for a while; then a last writer does all that is left. */
static void run_world(struct world *world)
{
    for (size_t i = 0; i < RECORDS; i++) {
        world->goes_to[i] = (uint8_t)(1 + below(world, 3));
    }
    for (size_t t = 0; t < TARGETS; t++) {
        world->mark[t].offset = -1;
    }
    start_writer(world);
    for (int step = 0; step < STEPS; step++) {
        const uint32_t what = below(world, 20);

        if (what == 0 && world->writers < WRITERS) {
            start_writer(world);
        } else if (what < 6) {
            send_batch(world, (uint8_t)below(world, world->writers));
        } else if (what < 9) {
            commit(world);
        } else if (world->flights > 0) {
            const size_t at = below(world, (uint32_t)world->flights);

            if (!world->flight[at].gone) {
                move_frame(world, at, false);
            }
        }
    }
    start_writer(world);
    while (world->writer[world->writers - 1].read < RECORDS && world->flights < FLIGHT_MAX) {
        send_batch(world, (uint8_t)(world->writers - 1));
    }
    for (size_t at = 0; at < world->flights; at++) {
        if (world->flight[at].writer == world->writers - 1) {
            move_frame(world, at, true);
        }
    }
    commit(world);
}

static bool holds(enum rule rule, uint64_t seed)
{
    struct world world = {.rule = rule};
    bool missing = false;

    xz_rng_init(&world.rng, seed, 0);
    run_world(&world);
    for (size_t i = 0; i < RECORDS; i++) {
        for (size_t t = 0; t < TARGETS; t++) {
            missing = missing || world.applied[t][i] != ((world.goes_to[i] >> t) & 1);
        }
    }
    assert_int_equal(world.committed, RECORDS); /* the last writer was able to end */
    return !missing && !world.doubled && !world.disordered;
}

static void test_any_interleaving_applies_everything_once_in_order(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 20000; seed++) {
        if (!holds(AS_WRITTEN, seed)) {
            fail_msg("seed %llu: not everything was applied once and in order",
                     (unsigned long long)seed);
        }
    }
}

static void test_mutants_are_found_out(void **state)
{
    static const enum rule mutants[] = {NO_NUMBERS, NO_WATERMARK, ANY_START, EPOCH_REUSED,
                                        EARLY_COMMIT};

    (void)state;
    for (size_t i = 0; i < sizeof(mutants) / sizeof(mutants[0]); i++) {
        uint64_t seed = 1;

        while (seed <= 20000 && holds(mutants[i], seed)) {
            seed++;
        }
        if (seed > 20000) {
            fail_msg("mutant %d went unnoticed", (int)mutants[i]);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_frames_of_a_writer_count_from_0),
        cmocka_unit_test(test_higher_epoch_begins_at_0_only),
        cmocka_unit_test(test_positions_are_applied_once_and_upwards),
        cmocka_unit_test(test_marks_survive_a_checkpoint),
        cmocka_unit_test(test_any_interleaving_applies_everything_once_in_order),
        cmocka_unit_test(test_mutants_are_found_out),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
