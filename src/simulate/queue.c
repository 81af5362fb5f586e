/* SPDX-License-Identifier: GPL-3.0-or-later */
/* simulate/queue.c - two binary heaps: intents by event time, held events by arrival. Ties go to
 * the one that was put first, so that the order is a function of the seed. */
#include "simulate/sim.h"

#include <assert.h>

#include "base/mem.h"

struct xz_sim_intent xz_sim_intent_of(enum xz_sim_kind kind, uint32_t person, uint32_t site,
                                      int64_t at_ms)
{
    return (struct xz_sim_intent){.kind = (uint8_t)kind,
                                  .person = person,
                                  .site = site,
                                  .at_ms = at_ms,
                                  .other = XZ_SIM_NONE,
                                  .item = XZ_SIM_NONE,
                                  .counter = 255};
}

static bool sooner(const struct xz_sim_intent *left, const struct xz_sim_intent *right)
{
    return left->at_ms != right->at_ms ? left->at_ms < right->at_ms : left->order < right->order;
}

void xz_sim_push(struct xz_simulation *sim, const struct xz_sim_intent *intent)
{
    struct xz_sim_intent item = *intent;
    size_t at = sim->intent_count;

    item.order = sim->order++;
    xz_array_reserve((void **)&sim->intents, &sim->intent_cap, at + 1, sizeof(item));
    while (at > 0 && sooner(&item, &sim->intents[(at - 1) / 2])) {
        sim->intents[at] = sim->intents[(at - 1) / 2];
        at = (at - 1) / 2;
    }
    sim->intents[at] = item;
    sim->intent_count++;
}

struct xz_sim_intent xz_sim_pop(struct xz_simulation *sim)
{
    assert(sim->intent_count > 0);
    const struct xz_sim_intent top = sim->intents[0];
    const struct xz_sim_intent item = sim->intents[--sim->intent_count];
    const size_t count = sim->intent_count;
    size_t at = 0;

    for (size_t child = 1; child < count; child = 2 * at + 1) {
        if (child + 1 < count && sooner(&sim->intents[child + 1], &sim->intents[child])) {
            child++;
        }
        if (!sooner(&sim->intents[child], &item)) {
            break;
        }
        sim->intents[at] = sim->intents[child];
        at = child;
    }
    sim->intents[at] = item;
    return top;
}

static bool arrives_sooner(const struct xz_sim_held *left, const struct xz_sim_held *right)
{
    return left->arrival_ms != right->arrival_ms ? left->arrival_ms < right->arrival_ms
                                                 : left->order < right->order;
}

void xz_sim_hold(struct xz_simulation *sim, const struct xz_sim_held *held)
{
    struct xz_sim_held item = *held;
    size_t at = sim->held_count;

    item.order = sim->order++;
    xz_array_reserve((void **)&sim->held, &sim->held_cap, at + 1, sizeof(item));
    while (at > 0 && arrives_sooner(&item, &sim->held[(at - 1) / 2])) {
        sim->held[at] = sim->held[(at - 1) / 2];
        at = (at - 1) / 2;
    }
    sim->held[at] = item;
    sim->held_count++;
}

struct xz_sim_held xz_sim_release(struct xz_simulation *sim)
{
    assert(sim->held_count > 0);
    const struct xz_sim_held top = sim->held[0];
    const struct xz_sim_held item = sim->held[--sim->held_count];
    const size_t count = sim->held_count;
    size_t at = 0;

    for (size_t child = 1; child < count; child = 2 * at + 1) {
        if (child + 1 < count && arrives_sooner(&sim->held[child + 1], &sim->held[child])) {
            child++;
        }
        if (!arrives_sooner(&sim->held[child], &item)) {
            break;
        }
        sim->held[at] = sim->held[child];
        at = child;
    }
    sim->held[at] = item;
    return top;
}
