/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/local.h"

#include <stdlib.h>

#include "base/mem.h"

struct queued {
    struct xz_observation observation;
    uint32_t id_at; /* in ids */
};

struct xz_local {
    struct xz_store *store;
    struct xz_cache *cache;
    struct xz_engine *engine;
    struct xz_engine_sinks sinks;
    const struct xz_pack *pack;
    int64_t newest_ms; /* over all sources */
    struct part {
        uint16_t topic;
        int32_t partition;
        int64_t newest_ms;
    } * parts;
    size_t part_count, part_cap;
    struct queued *queue;
    size_t count, cap;
    struct xz_buf ids;
};

static void on_judged(void *arg, const struct xz_judgement *judgement)
{
    struct xz_local *local = arg;

    local->sinks.judged(local->sinks.arg, judgement);
}

static void on_rejected(void *arg, const struct xz_observation *observation,
                        const struct xz_err *err)
{
    struct xz_local *local = arg;

    if (local->sinks.rejected != NULL) {
        local->sinks.rejected(local->sinks.arg, observation, err);
    }
}

static void on_stepped(void *arg, const struct xz_evidence_spec *spec,
                       const struct xz_entity *entity, const struct xz_record *record,
                       const struct xz_step *step)
{
    struct xz_local *local = arg;

    local->sinks.stepped(local->sinks.arg, spec, entity, record, step);
}

static void on_derived(void *arg, struct xz_observation *observation)
{
    struct xz_local *local = arg;

    xz_array_reserve((void **)&local->queue, &local->cap, local->count + 1,
                     sizeof(local->queue[0]));
    local->queue[local->count++] = (struct queued){*observation, (uint32_t)local->ids.len};
    observation->record = NULL;
    xz_buf_bytes(&local->ids, observation->id.ptr, observation->id.len);
}

struct xz_local *xz_local_new(const struct xz_local_setup *setup)
{
    struct xz_local *local = xz_calloc(1, sizeof(*local));
    struct xz_engine_setup engine = {
        .pack = setup->pack,
        .sinks = {.arg = local,
                  .judged = on_judged,
                  .derived = on_derived,
                  .rejected = on_rejected},
        .keep_history = setup->keep_history,
    };

    local->store = xz_store_memory();
    local->cache =
        xz_cache_new(local->store, setup->cache_bytes ? setup->cache_bytes : SIZE_MAX / 2);
    local->sinks = setup->sinks;
    local->pack = setup->pack;
    local->newest_ms = INT64_MIN;
    engine.cache = local->cache;
    engine.sinks.stepped = setup->sinks.stepped != NULL ? on_stepped : NULL;
    local->engine = xz_engine_new(&engine);
    return local;
}

void xz_local_free(struct xz_local *local)
{
    if (local == NULL) {
        return;
    }
    xz_engine_free(local->engine);
    free(local->parts);
    xz_cache_free(local->cache);
    xz_store_close(local->store);
    free(local->queue);
    xz_buf_fini(&local->ids);
    free(local);
}

/* What was derived may derive no further: kinds derive upward only, and none from these. */
static enum xz_rc drain(struct xz_local *local, struct xz_err *err)
{
    enum xz_rc rc = XZ_OK;

    for (size_t i = 0; i < local->count; i++) {
        struct queued *queued = &local->queue[i];

        queued->observation.id.ptr = (const char *)local->ids.data + queued->id_at;
        if (rc == XZ_OK) {
            rc = xz_engine_fold(local->engine, &queued->observation, err);
        } else {
            xz_record_free(queued->observation.record);
        }
    }
    local->count = 0;
    xz_buf_clear(&local->ids);
    return rc;
}

/* With a bounded cache, dirty entities go to the store when they fill it. */
static enum xz_rc make_room(struct xz_local *local, struct xz_err *err)
{
    enum xz_rc rc = XZ_OK;

    if (xz_cache_full(local->cache)) {
        struct xz_batch *batch = xz_batch_new();

        xz_cache_checkpoint(local->cache, batch);
        rc = xz_store_write(local->store, batch, err);
        if (rc == XZ_OK) {
            xz_cache_clean(local->cache);
        }
        xz_batch_free(batch);
    }
    xz_cache_settle(local->cache);
    return rc;
}

/* The newest event time that the partition of this source told. */
static int64_t *newest_of(struct xz_local *local, const struct xz_source *source)
{
    for (size_t i = 0; i < local->part_count; i++) {
        if (local->parts[i].topic == source->topic &&
            local->parts[i].partition == source->partition) {
            return &local->parts[i].newest_ms;
        }
    }
    xz_array_reserve((void **)&local->parts, &local->part_cap, local->part_count + 1,
                     sizeof(local->parts[0]));
    local->parts[local->part_count] = (struct part){source->topic, source->partition, INT64_MIN};
    return &local->parts[local->part_count++].newest_ms;
}

enum xz_rc xz_local_event(struct xz_local *local, struct xz_event *event,
                          const struct xz_source *source, struct xz_err *err)
{
    const int64_t told_ms = xz_event_told_ms(event);
    int64_t *newest_ms = newest_of(local, source);
    struct xz_observation observation;
    enum xz_rc rc;

    xz_observe(event, source, *newest_ms, &observation);
    *newest_ms = told_ms > *newest_ms ? told_ms : *newest_ms;
    local->newest_ms = told_ms > local->newest_ms ? told_ms : local->newest_ms;
    rc = xz_engine_fold(local->engine, &observation, err);
    rc = rc == XZ_OK ? drain(local, err) : rc;
    rc = rc == XZ_OK ? xz_engine_frame_end(local->engine, err) : rc;
    return rc == XZ_OK ? make_room(local, err) : rc;
}

struct xz_engine *xz_local_engine(struct xz_local *local) { return local->engine; }
struct xz_cache *xz_local_cache(struct xz_local *local) { return local->cache; }
int64_t xz_local_newest_ms(const struct xz_local *local) { return local->newest_ms; }
