/* SPDX-License-Identifier: GPL-3.0-or-later */
/* stream/metrics.h - numbers that the roles keep and /metrics shows. Atomic; @thread any. */
#ifndef XZ_STREAM_METRICS_H
#define XZ_STREAM_METRICS_H
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "engine/engine.h"

#define XZ_REASONS_MAX     32
#define XZ_PATTERNS_MAX    256
#define XZ_LATENCY_BUCKETS 12

struct xz_lag {
    _Atomic int64_t records, age_ms; /* age of the record read last; 0 when none wait */
};

/* What a desk in this process cannot do without. */
enum xz_need { XZ_NEED_STORE, XZ_NEED_BROKER, XZ_NEEDS };

struct xz_metrics {
    _Atomic uint64_t events_read, events_rejected, unknown_fields, institutions_unknown,
        items_unknown, diagnoses_unknown;
    _Atomic uint64_t frames_written, frames_read, frames_ignored, observations_applied,
        observations_skipped, alerts_published, checkpoints;
    struct xz_lag lag_ingest, lag_detect;
    _Atomic int64_t watermark_ms, checkpoint_at_ms, checkpoint_took_ms;
    _Atomic uint64_t cache_bytes, cache_entities, cache_hits, cache_loads, disk_bytes;
    struct xz_engine_counts engine;                     /* by detect, under lock */
    struct xz_pattern_counts patterns[XZ_PATTERNS_MAX]; /* likewise; ids live on */
    size_t pattern_count;
    struct {
        char reason[40];
        uint64_t count;
    } rejects[XZ_REASONS_MAX]; /* under lock, like reason_count */
    size_t reason_count;
    pthread_mutex_t lock;
    _Atomic uint64_t latency[XZ_LATENCY_BUCKETS + 1], latency_sum_us;
    /* Of xz_steady_ms. By role: when its loop came round last; 0: it is not in it. */
    _Atomic int64_t turned_ms[2];
    /* Likewise by need: when it answered last; 0: nobody asks, -1: it did not. */
    _Atomic int64_t answered_ms[XZ_NEEDS];
    _Atomic bool ready;   /* every partition that the group gave is open */
    _Atomic bool failing; /* a role waits to try again, or has ended */
    char pack[65];        /* under lock */
};

void xz_metrics_init(struct xz_metrics *metrics);
void xz_metrics_fini(struct xz_metrics *metrics);
void xz_metrics_lag(struct xz_lag *lag, int64_t records, int64_t read_ms, int64_t now_ms);
void xz_metrics_reject(struct xz_metrics *metrics, const char *reason);
void xz_metrics_latency(struct xz_metrics *metrics, int64_t latency_us);
void xz_metrics_lock(struct xz_metrics *metrics);
void xz_metrics_unlock(struct xz_metrics *metrics);
void xz_metrics_text(struct xz_metrics *metrics, int64_t now_ms, struct xz_buf *out);

/* Did it answer? From the first time on it is one of the things that must be well. */
void xz_metrics_answered(struct xz_metrics *metrics, enum xz_need need, bool answered,
                         int64_t steady_ms);
/* NULL while all is well; else what is not, in a word: "store", "broker" (it did not answer when it
 * was asked last, or that was long ago), "role" (one has failed, or waits to try again), "hangs".
 */
const char *xz_metrics_trouble(const struct xz_metrics *metrics, int64_t steady_ms);

/* Serves /metrics, /healthz, /readyz on "host:port"; NULL when listen is empty. */
struct xz_http;
XZ_MUST enum xz_rc xz_http_start(const char *listen, struct xz_metrics *metrics,
                                 struct xz_http **http, struct xz_err *err);
void xz_http_stop(struct xz_http *http); /* NULL is fine */

#endif
