/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/local.h - the whole line in one thread and no broker: events in, judgements out. What an
 * event makes other entities see is folded at once. `score`, `backtest`, tests and benchmarks use
 * it; the service does the same through its frames.
 */
#ifndef XZ_ENGINE_LOCAL_H
#define XZ_ENGINE_LOCAL_H
#include "engine/engine.h"

struct xz_local;

struct xz_local_setup {
    const struct xz_pack *pack;   /* borrowed */
    size_t cache_bytes;           /* 0: as much as there is */
    struct xz_engine_sinks sinks; /* `derived` is not called */
    bool keep_history;            /* see struct xz_engine_setup */
};
struct xz_local *xz_local_new(const struct xz_local_setup *setup);
void xz_local_free(struct xz_local *local);

/* One event, already enriched. Lateness is judged against the newest event time before it in its
 * source. */
XZ_MUST enum xz_rc xz_local_event(struct xz_local *local, struct xz_event *event,
                                  const struct xz_source *source, struct xz_err *err);
struct xz_engine *xz_local_engine(struct xz_local *local);
struct xz_cache *xz_local_cache(struct xz_local *local);
int64_t xz_local_newest_ms(const struct xz_local *local);

#endif
