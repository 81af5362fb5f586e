/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The same log gives the same bytes: once more; with entities that leave memory for the store and
 * come back at any time, so that what is stored is all that is known; and with every observation
 * sent through its wire form. Logs with events beyond the lateness too.
 */
#include <stdio.h>
#include <stdlib.h>

#include "harness.h"

#include "base/mem.h"
#include "state/cache.h"

static struct xz_pack *pack;

static struct world_setup setup_of(uint64_t seed)
{
    return (struct world_setup){
        .seed = seed,
        .people = 8 + (uint32_t)(seed % 3) * 10,
        .institutions = 4 + (uint32_t)(seed % 4) * 2,
        .days = seed % 3 == 0 ? 260 : 40,
        .tickets = 350,
        .bursts = 15,
        .lateness_ms = xz_pack_lateness_ms(pack),
        .partitions = 2,
        .late_permille = seed % 2 == 0 ? 30 : 0,
    };
}

static void assert_same_stream(struct hearing *one, struct hearing *other, const char *how,
                               uint64_t seed)
{
    char what[96];

    (void)snprintf(what, sizeof(what), "seed %llu, %s", (unsigned long long)seed, how);
    harness_same_text(&one->stream, &other->stream, what);
}

static void replay(size_t cache_bytes, const char *how)
{
    size_t bytes = 0;

    for (uint64_t n = 0; n < harness_seeds.count; n++) {
        const struct world_setup setup = setup_of(harness_seeds.first + n);
        struct hearing first = {.keep_stream = true}, again = {.keep_stream = true};
        struct world world;

        world_init(&world, &setup);
        print_message("seed %llu: %u events\n", (unsigned long long)setup.seed, world.count);
        harness_run(&world, NULL, pack, 0, &first);
        harness_run(&world, NULL, pack, cache_bytes, &again);
        assert_same_stream(&first, &again, how, setup.seed);
        bytes += first.stream.len;
        hearing_fini(&first);
        hearing_fini(&again);
        world_fini(&world);
    }
    assert_true(bytes > 20000 * harness_seeds.count);
}

static void test_once_more(void **state)
{
    (void)state;
    replay(0, "once more");
}

static void test_out_of_the_store(void **state)
{
    (void)state;
    replay(1, "nothing stays in memory"); /* each event finds its entities in the store */
    replay(100000, "a small cache");
}

/* ---- on the wire ---- */

struct wire {
    struct xz_engine *engine;
    struct hearing *hearing;
    struct xz_buf queue; /* observations, each with its length before it */
    size_t at;
};

static void to_hearing(void *arg, const struct xz_judgement *judgement)
{
    hearing_judged(((struct wire *)arg)->hearing, judgement);
}

static void to_queue(void *arg, struct xz_observation *observation)
{
    struct wire *wire = arg;
    struct xz_buf one = {0};

    xz_observation_encode(observation, &one);
    xz_buf_str(&wire->queue, xz_buf_view(&one));
    xz_buf_fini(&one);
}

static void fold_queue(struct wire *wire, struct xz_arena *arena)
{
    while (wire->at < wire->queue.len) {
        struct xz_reader queue =
            xz_reader_of((const char *)wire->queue.data + wire->at, wire->queue.len - wire->at);
        const struct xz_str bytes = xz_read_str(&queue);
        char *copy = xz_strndup(bytes.ptr, bytes.len); /* folding may add to the queue */
        struct xz_reader reader = xz_reader_of(copy, bytes.len);
        struct xz_observation observation;
        struct xz_event event;
        struct xz_err err = {0};

        wire->at = (size_t)(bytes.ptr + bytes.len - (const char *)wire->queue.data);
        assert_int_equal(xz_observation_decode(&reader, arena, &event, &observation, &err), XZ_OK);
        assert_int_equal(xz_engine_fold(wire->engine, &observation, &err), XZ_OK);
        free(copy);
    }
    xz_buf_clear(&wire->queue);
    wire->at = 0;
}

static void run_on_the_wire(const struct world *world, struct hearing *hearing)
{
    struct xz_store *store = xz_store_memory();
    struct xz_cache *cache = xz_cache_new(store, SIZE_MAX / 2);
    struct wire wire = {.hearing = hearing};
    const struct xz_engine_setup setup = {
        .cache = cache,
        .pack = pack,
        .sinks = {.arg = &wire, .judged = to_hearing, .derived = to_queue}};
    struct xz_arena arena;
    struct xz_err err = {0};
    int64_t newest_ms[2] = {INT64_MIN, INT64_MIN}; /* by partition */

    wire.engine = xz_engine_new(&setup);
    xz_arena_init(&arena, (size_t)64 << 20);
    for (uint32_t i = 0; i < world->count; i++) {
        const struct world_item *item = &world->items[i];
        struct xz_event event = item->event;
        struct xz_observation observation;

        xz_observe(&event, &item->source, newest_ms[item->partition], &observation);
        to_queue(&wire, &observation);
        fold_queue(&wire, &arena);
        assert_int_equal(xz_engine_frame_end(wire.engine, &err), XZ_OK);
        if (item->told_ms > newest_ms[item->partition]) {
            newest_ms[item->partition] = item->told_ms;
        }
        xz_arena_reset(&arena);
    }
    assert_int_equal(xz_engine_frame_end(wire.engine, &err), XZ_OK);
    xz_engine_free(wire.engine);
    xz_cache_free(cache);
    xz_store_close(store);
    xz_buf_fini(&wire.queue);
    xz_arena_fini(&arena);
}

static void test_through_the_wire_form(void **state)
{
    (void)state;
    for (uint64_t n = 0; n < harness_seeds.count; n++) {
        const struct world_setup setup = setup_of(harness_seeds.first + n);
        struct hearing first = {.keep_stream = true}, wired = {.keep_stream = true};
        struct world world;

        world_init(&world, &setup);
        harness_run(&world, NULL, pack, 0, &first);
        run_on_the_wire(&world, &wired);
        assert_same_stream(&first, &wired, "by the wire form", setup.seed);
        hearing_fini(&first);
        hearing_fini(&wired);
        world_fini(&world);
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_once_more),
        cmocka_unit_test(test_out_of_the_store),
        cmocka_unit_test(test_through_the_wire_form),
    };
    int failed;

    harness_arguments(argc, argv, 6);
    pack = harness_pack();
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    xz_pack_free(pack);
    return failed;
}
