/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Two interleavings of the same partitions, or the same observations in frames cut elsewhere and
 * derived ones on their way for longer or shorter, end in the same alerts: same ids, same last
 * status and content, but for the number of revisions. What was withdrawn does not count.
 */
#include <stdio.h>
#include <stdlib.h>

#include "harness.h"

#include "base/mem.h"
#include "base/time.h"
#include "state/cache.h"

static struct xz_pack *pack;

static struct world_setup setup_of(uint64_t seed, bool longer)
{
    return (struct world_setup){
        .seed = seed,
        .people = 8 + (uint32_t)(seed % 3) * 10,
        .institutions = 4 + (uint32_t)(seed % 4) * 2,
        .days = longer ? 260 : 40,
        .tickets = longer ? 700 : 350,
        .bursts = longer ? 60 : 15,
        .lateness_ms = xz_pack_lateness_ms(pack),
        .partitions = 2 + (uint32_t)(seed % 4),
    };
}

static void compare(struct hearing *one, struct hearing *other, const char *how, uint64_t seed)
{
    struct xz_buf left = {0}, right = {0};
    char what[96];

    (void)snprintf(what, sizeof(what), "seed %llu, %s", (unsigned long long)seed, how);
    hearing_text(one, &left);
    hearing_text(other, &right);
    harness_same_text(&left, &right, what);
    xz_buf_fini(&left);
    xz_buf_fini(&right);
}

static void interleave(bool longer)
{
    size_t alerts = 0;

    for (uint64_t n = 0; n < harness_seeds.count; n++) {
        const struct world_setup setup = setup_of(harness_seeds.first + n, longer);
        struct hearing first = {0};
        struct world world;
        uint32_t *order;

        world_init(&world, &setup);
        print_message("seed %llu: %u events\n", (unsigned long long)setup.seed, world.count);
        order = xz_calloc(world.count + 1, sizeof(*order));
        harness_run(&world, NULL, pack, 0, &first);
        for (uint64_t merge = 0; merge < 3; merge++) {
            struct hearing other = {0};

            world_merge(&world, merge, order);
            harness_run(&world, order, pack, 0, &other);
            compare(&first, &other, "by arrival, merged", setup.seed);
            hearing_fini(&other);
        }
        alerts += first.count;
        hearing_fini(&first);
        world_fini(&world);
        free(order);
    }
    assert_true(alerts > 20 * harness_seeds.count);
}

static void test_interleavings_end_alike(void **state)
{
    (void)state;
    interleave(false);
}

/* Longer than the horizon: histories are trimmed on the way. */
static void test_interleavings_end_alike_beyond_the_horizon(void **state)
{
    (void)state;
    interleave(true);
}

/* ---- frames ---- */

#define WRITERS 3

struct derived { /* on its way */
    struct xz_observation observation;
    char *id;
};

struct way { /* of one writer's observations: first in, first out */
    struct derived *list;
    size_t first, count, cap;
};

struct service {
    struct xz_engine *engine;
    struct way ways[WRITERS];
    uint32_t writer; /* of the event that is being folded */
};

static void on_derived(void *arg, struct xz_observation *observation)
{
    struct service *service = arg;
    struct way *way = &service->ways[service->writer];
    struct derived *derived;

    xz_array_reserve((void **)&way->list, &way->cap, way->count + 1, sizeof(way->list[0]));
    derived = &way->list[way->count++];
    derived->observation = *observation;
    derived->id = xz_strndup(observation->id.ptr, observation->id.len);
    derived->observation.id.ptr = derived->id;
    observation->record = NULL;
}

static void deliver(struct service *service, uint32_t writer)
{
    struct way *way = &service->ways[writer];
    struct derived *derived = &way->list[way->first++];
    struct xz_err err = {0};

    assert_int_equal(xz_engine_fold(service->engine, &derived->observation, &err), XZ_OK);
    free(derived->id);
}

struct sinks {
    struct service *service;
    struct hearing *hearing;
};

static void to_hearing(void *arg, const struct xz_judgement *judgement)
{
    hearing_judged(((struct sinks *)arg)->hearing, judgement);
}

static void to_way(void *arg, struct xz_observation *observation)
{
    on_derived(((struct sinks *)arg)->service, observation);
}

/* Frames of a few observations; derived ones are at most a few hundred behind. */
static void run_in_frames(const struct world *world, uint64_t seed, struct hearing *hearing)
{
    struct xz_store *store = xz_store_memory();
    struct xz_cache *cache = xz_cache_new(store, SIZE_MAX / 2);
    struct service service = {0};
    struct sinks sinks = {&service, hearing};
    const struct xz_engine_setup setup = {
        .cache = cache,
        .pack = pack,
        .sinks = {.arg = &sinks, .judged = to_hearing, .derived = to_way}};
    struct xz_err err = {0};
    struct xz_rng rng;

    xz_rng_init(&rng, seed, 2);
    service.engine = xz_engine_new(&setup);
    for (uint32_t i = 0; i < world->count; i++) {
        const struct world_item *item = &world->items[i];
        struct xz_event event = item->event;
        struct xz_observation observation;

        xz_observe(&event, &item->source, INT64_MIN, &observation);
        service.writer = (uint32_t)(xz_observation_route(&observation) % WRITERS);
        assert_int_equal(xz_engine_fold(service.engine, &observation, &err), XZ_OK);
        for (uint32_t w = 0; w < WRITERS; w++) {
            struct way *way = &service.ways[w];

            while (way->first < way->count &&
                   (xz_rng_below(&rng, 3) == 0 || way->count - way->first > 20)) {
                deliver(&service, w);
            }
        }
        if (xz_rng_below(&rng, 10) == 0) {
            assert_int_equal(xz_engine_frame_end(service.engine, &err), XZ_OK);
        }
    }
    for (uint32_t w = 0; w < WRITERS; w++) {
        while (service.ways[w].first < service.ways[w].count) {
            deliver(&service, w);
        }
        free(service.ways[w].list);
    }
    assert_int_equal(xz_engine_frame_end(service.engine, &err), XZ_OK);
    xz_engine_free(service.engine);
    xz_cache_free(cache);
    xz_store_close(store);
}

static void frames(bool longer)
{
    for (uint64_t n = 0; n < harness_seeds.count; n++) {
        const struct world_setup setup = setup_of(harness_seeds.first + n, longer);
        struct hearing first = {0};
        struct world world;

        world_init(&world, &setup);
        print_message("seed %llu: %u events\n", (unsigned long long)setup.seed, world.count);
        harness_run(&world, NULL, pack, 0, &first);
        for (uint64_t cut = 0; cut < 2; cut++) {
            struct hearing other = {0};

            run_in_frames(&world, cut, &other);
            compare(&first, &other, "an event a frame, frames cut at random", setup.seed);
            hearing_fini(&other);
        }
        hearing_fini(&first);
        world_fini(&world);
    }
}

static void test_frames_cut_anywhere_end_alike(void **state)
{
    (void)state;
    frames(false);
}

static void test_frames_cut_anywhere_end_alike_beyond_the_horizon(void **state)
{
    (void)state;
    frames(true);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_interleavings_end_alike),
        cmocka_unit_test(test_frames_cut_anywhere_end_alike),
        cmocka_unit_test(test_interleavings_end_alike_beyond_the_horizon),
        cmocka_unit_test(test_frames_cut_anywhere_end_alike_beyond_the_horizon),
    };
    int failed;

    harness_arguments(argc, argv, 6);
    pack = harness_pack();
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    xz_pack_free(pack);
    return failed;
}
