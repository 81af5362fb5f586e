/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * tests/property/world.h - a random log over a small population, so that things collide. The same
 * setup gives the same log on every machine.
 *
 * No event of it is later than the lateness against any order in which its partitions may be merged
 * by world_merge, unless `late_permille` asks for some.
 */
#ifndef XZ_TEST_PROPERTY_WORLD_H
#define XZ_TEST_PROPERTY_WORLD_H
#include "base/arena.h"
#include "base/rng.h"
#include "event/event.h"

struct world_setup {
    uint64_t seed;
    uint32_t people, institutions; /* institutions: 2 .. 40 */
    uint32_t days;                 /* the span of the log, from 2026-01-05 */
    uint32_t tickets;              /* settlements to begin with; the rest follows from them */
    uint32_t bursts;               /* runs of cards at one counter */
    int64_t lateness_ms;
    uint32_t partitions;    /* of the input */
    uint32_t late_permille; /* events that come later than the lateness */
};

struct world_item {
    struct xz_event event;
    int64_t told_ms, arrival_ms;
    uint32_t partition, serial;
    struct xz_source source; /* its partition, and its place within it */
};

struct world {
    struct world_setup setup;
    struct xz_arena arena;
    struct xz_rng rng;
    struct world_item *items; /* in order of arrival */
    uint32_t count, cap;
    uint32_t next_id;
    struct world_place *places;
};

void world_init(struct world *world, const struct world_setup *setup);
void world_fini(struct world *world);

/* Another order of the same items: each partition keeps its own, and nothing becomes late that was
 * not. order[] takes world->count indices into items. */
void world_merge(const struct world *world, uint64_t seed, uint32_t *order);

#endif
