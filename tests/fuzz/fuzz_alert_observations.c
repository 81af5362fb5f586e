/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as observations one after another, each behind its length: refused, or one that reads
 * the same after it was written again, and that an engine folds: what it says is wrong with it is
 * said with a class and a message. */
#include "line.h"

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

/* What a writer of frames sees to, and a reader may count on: an event was checked before it was
 * encoded, and what is derived of it has the times of events. */
static bool is_written(const struct xz_observation *observation)
{
    const int64_t first_ms = xz_day_start_ms(xz_day_of_date(1900, 1, 1));
    const int64_t end_ms = xz_day_start_ms(xz_day_of_date(2201, 1, 1));
    const struct xz_source source = observation->source;
    struct xz_observation own;
    struct xz_err err = {0};

    if (observation->op == XZ_OBSERVATION_EVENT) {
        if (xz_event_check(observation->event, &xz_decode_limits_default, &err) != XZ_OK) {
            return false;
        }
        xz_observe(observation->event, &source, INT64_MIN, &own);
        return own.kind == observation->kind && own.at_ms == observation->at_ms &&
               xz_str_eq(own.id, observation->id);
    }
    return observation->at_ms >= first_ms && observation->at_ms < end_ms &&
           (observation->record == NULL ||
            (observation->record->at_ms >= first_ms && observation->record->at_ms < end_ms));
}

struct queue {
    struct hearing hearing;
    struct xz_buf derived; /* each behind its length */
};

/* Records that nobody derived of an event may share a key: then revisions need not count up. */
static void on_judged(void *arg, const struct xz_judgement *judgement)
{
    hear_forms(&((struct queue *)arg)->hearing, judgement);
}

static void on_rejected(void *arg, const struct xz_observation *observation,
                        const struct xz_err *why)
{
    hear_rejected(&((struct queue *)arg)->hearing, observation, why);
}

static void on_derived(void *arg, struct xz_observation *observation)
{
    struct queue *queue = arg;
    struct xz_buf bytes = {0};

    xz_observation_encode(observation, &bytes);
    xz_buf_str(&queue->derived, xz_buf_view(&bytes));
    xz_buf_fini(&bytes);
}

/* False when the engine refused one. */
static bool fold_all(struct xz_engine *engine, struct xz_reader reader)
{
    struct xz_arena arena;
    struct xz_err err = {0};
    bool fine = true;

    xz_arena_init(&arena, (size_t)64 << 20);
    while (fine && xz_reader_left(&reader) > 0 && !reader.bad) {
        const struct xz_str bytes = xz_read_str(&reader);
        struct xz_reader one = xz_reader_of(bytes.ptr, bytes.len);
        struct xz_observation observation;
        struct xz_event event;

        xz_arena_reset(&arena);
        if (xz_observation_decode(&one, &arena, &event, &observation, &err) != XZ_OK) {
            MUST(err.rc == XZ_FATAL && err.msg[0] != '\0' && observation.record == NULL);
            continue;
        }
        check_again(&observation);
        if (is_written(&observation)) {
            fine = xz_engine_fold(engine, &observation, &err) == XZ_OK;
            MUST(fine || (err.rc == XZ_FATAL && err.msg[0] != '\0'));
        }
        xz_record_free(observation.record);
    }
    fine = fine && xz_engine_frame_end(engine, &err) == XZ_OK;
    xz_arena_fini(&arena);
    return fine;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct queue queue;
    struct xz_store *store = xz_store_memory();
    struct xz_cache *cache = xz_cache_new(store, ENOUGH_BYTES);
    const struct xz_engine_setup setup = {
        .cache = cache,
        .pack = eager_pack(),
        .sinks = {&queue, on_judged, on_derived, NULL, on_rejected},
    };
    struct xz_engine *engine;

    xz_fields_init();
    engine = xz_engine_new(&setup);
    if (fold_all(engine, xz_reader_of(data, size))) {
        struct xz_buf derived = queue.derived;

        memset(&queue.derived, 0, sizeof(queue.derived));
        (void)fold_all(engine, xz_reader_of(derived.data, derived.len));
        xz_buf_fini(&derived);
    }
    xz_engine_free(engine);
    xz_cache_free(cache);
    xz_store_close(store);
    xz_buf_fini(&queue.derived);
    xz_buf_fini(&queue.hearing.text);
    memset(&queue, 0, sizeof(queue));
    return 0;
}
