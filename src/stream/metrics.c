/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stream/metrics.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"

#define HANG_MS   10000 /* a role that waits for the broker so long is not well */
#define SILENT_MS 15000 /* nor is what nobody could ask for so long: who asks waits for it */

static const int64_t bounds_us[XZ_LATENCY_BUCKETS] = {
    1000, 2000, 5000, 10000, 20000, 50000, 100000, 250000, 500000, 1000000, 5000000, 60000000};

void xz_metrics_init(struct xz_metrics *metrics)
{
    memset(metrics, 0, sizeof(*metrics));
    (void)pthread_mutex_init(&metrics->lock, NULL);
}

void xz_metrics_fini(struct xz_metrics *metrics)
{
    for (size_t i = 0; i < metrics->pattern_count; i++) {
        free((char *)(uintptr_t)metrics->patterns[i].id);
    }
    (void)pthread_mutex_destroy(&metrics->lock);
}

void xz_metrics_reject(struct xz_metrics *metrics, const char *reason)
{
    size_t i = 0;

    metrics->events_rejected++;
    xz_metrics_lock(metrics);
    while (i < metrics->reason_count && strcmp(metrics->rejects[i].reason, reason) != 0) {
        i++;
    }
    if (i == metrics->reason_count && i < XZ_REASONS_MAX) {
        (void)snprintf(metrics->rejects[metrics->reason_count++].reason,
                       sizeof(metrics->rejects[i].reason), "%s", reason);
    }
    if (i < XZ_REASONS_MAX) {
        metrics->rejects[i].count++;
    }
    xz_metrics_unlock(metrics);
}

void xz_metrics_answered(struct xz_metrics *metrics, enum xz_need need, bool answered,
                         int64_t steady_ms)
{
    metrics->answered_ms[need] = answered ? steady_ms : -1;
}

const char *xz_metrics_trouble(const struct xz_metrics *metrics, int64_t steady_ms)
{
    static const char *const needs[XZ_NEEDS] = {
        [XZ_NEED_STORE] = "store", [XZ_NEED_BROKER] = "broker"};

    for (size_t i = 0; i < XZ_NEEDS; i++) {
        const int64_t answered_ms = metrics->answered_ms[i];

        if (answered_ms < 0 || (answered_ms != 0 && steady_ms - answered_ms > SILENT_MS)) {
            return needs[i];
        }
    }
    for (size_t i = 0; i < sizeof(metrics->turned_ms) / sizeof(metrics->turned_ms[0]); i++) {
        const int64_t turned_ms = metrics->turned_ms[i];

        if (turned_ms != 0 && steady_ms - turned_ms > HANG_MS) {
            return "hangs";
        }
    }
    return metrics->failing ? "role" : NULL;
}

void xz_metrics_lag(struct xz_lag *lag, int64_t records, int64_t read_ms, int64_t now_ms)
{
    lag->records = records;
    lag->age_ms = records > 0 && read_ms > 0 && now_ms > read_ms ? now_ms - read_ms : 0;
}

void xz_metrics_latency(struct xz_metrics *metrics, int64_t latency_us)
{
    size_t i = 0;

    while (i < XZ_LATENCY_BUCKETS && latency_us > bounds_us[i]) {
        i++;
    }
    metrics->latency[i]++;
    metrics->latency_sum_us += latency_us > 0 ? (uint64_t)latency_us : 0;
}

void xz_metrics_lock(struct xz_metrics *metrics) { (void)pthread_mutex_lock(&metrics->lock); }

void xz_metrics_unlock(struct xz_metrics *metrics) { (void)pthread_mutex_unlock(&metrics->lock); }

static void put(struct xz_buf *out, const char *name, const char *type, const char *help,
                uint64_t value)
{
    xz_buf_printf(out, "# HELP xiezhi_%s %s\n# TYPE xiezhi_%s %s\nxiezhi_%s %" PRIu64 "\n", name,
                  help, name, type, name, value);
}

static void put_patterns(struct xz_metrics *metrics, struct xz_buf *out)
{
    xz_buf_printf(out, "# HELP xiezhi_alerts_total Alerts by pattern and what became of them.\n"
                       "# TYPE xiezhi_alerts_total counter\n");
    for (size_t i = 0; i < metrics->pattern_count; i++) {
        const struct xz_pattern_counts *counts = &metrics->patterns[i];

        xz_buf_printf(out,
                      "xiezhi_alerts_total{pattern=\"%s\",status=\"opened\"} %" PRIu64 "\n"
                      "xiezhi_alerts_total{pattern=\"%s\",status=\"revised\"} %" PRIu64 "\n"
                      "xiezhi_alerts_total{pattern=\"%s\",status=\"closed\"} %" PRIu64 "\n"
                      "xiezhi_alerts_total{pattern=\"%s\",status=\"withdrawn\"} %" PRIu64 "\n"
                      "xiezhi_alerts_total{pattern=\"%s\",status=\"shadow\"} %" PRIu64 "\n"
                      "xiezhi_alerts_total{pattern=\"%s\",status=\"suppressed_late\"} %" PRIu64
                      "\n",
                      counts->id, counts->opened, counts->id, counts->revised, counts->id,
                      counts->closed, counts->id, counts->withdrawn, counts->id,
                      counts->shadow_opened, counts->id, counts->suppressed_late);
    }
}

static void put_costs(struct xz_metrics *metrics, struct xz_buf *out)
{
    xz_buf_printf(out,
                  "# HELP xiezhi_pattern_seconds_total Time that judging by a pattern took, by "
                  "samples.\n# TYPE xiezhi_pattern_seconds_total counter\n");
    for (size_t i = 0; i < metrics->pattern_count; i++) {
        xz_buf_printf(out, "xiezhi_pattern_seconds_total{pattern=\"%s\"} %.6f\n",
                      metrics->patterns[i].id, (double)metrics->patterns[i].cost_ns / 1e9);
    }
    xz_buf_printf(out,
                  "# HELP xiezhi_subject_months_total Calendar months in which a subject had a "
                  "record.\n# TYPE xiezhi_subject_months_total counter\n");
    for (size_t kind = XZ_ENTITY_PERSON; kind < XZ_ENTITY_COUNT; kind++) {
        xz_buf_printf(out, "xiezhi_subject_months_total{kind=\"%s\"} %" PRIu64 "\n",
                      xz_entity_kind_names[kind], metrics->engine.subject_months[kind]);
    }
}

static void put_engine(struct xz_metrics *metrics, struct xz_buf *out)
{
    const struct xz_engine_counts *engine = &metrics->engine;

    put(out, "duplicates_total", "counter", "Events whose msgid was seen before.",
        engine->duplicates);
    put(out, "conflicts_total", "counter", "The same msgid with other content.",
        engine->content_conflicts);
    put(out, "retries_total", "counter", "A settlement again under a new msgid.", engine->retries);
    put(out, "late_total", "counter", "Events behind the declared lateness.", engine->late);
    put(out, "loaded_total", "counter", "Events of channel load.", engine->load);
    put(out, "unbalanced_total", "counter", "Settlements whose money does not add up.",
        engine->unbalanced);
    put(out, "reversals_applied_total", "counter", "Records undone.", engine->reversals_applied);
    put(out, "reversals_pending_total", "counter", "Reversals that came before what they undo.",
        engine->reversals_pending);
    put(out, "events_total", "counter", "Events that changed state.", engine->events);
    put(out, "evaluated_total", "counter", "Pieces of evidence evaluated.", engine->evaluated);
    put(out, "not_evaluated_total", "counter", "Evidence for which not enough was known.",
        engine->not_evaluated);
    put(out, "evicted_by_count_total", "counter", "Records dropped because a history was full.",
        engine->evicted_by_count);
    put_patterns(metrics, out);
    put_costs(metrics, out);
    xz_buf_printf(out,
                  "# HELP xiezhi_pack_info The active pack.\n# TYPE xiezhi_pack_info gauge\n"
                  "xiezhi_pack_info{sha256=\"%s\"} 1\n",
                  metrics->pack);
}

static void put_rejects(const struct xz_metrics *metrics, struct xz_buf *out)
{
    xz_buf_printf(out, "# HELP xiezhi_rejects_total Rejects by reason.\n"
                       "# TYPE xiezhi_rejects_total counter\n");
    for (size_t i = 0; i < metrics->reason_count; i++) {
        xz_buf_printf(out, "xiezhi_rejects_total{reason=\"%s\"} %" PRIu64 "\n",
                      metrics->rejects[i].reason, metrics->rejects[i].count);
    }
}

static void put_lag(struct xz_buf *out, const char *role, const char *what,
                    const struct xz_lag *lag)
{
    xz_buf_printf(out,
                  "# HELP xiezhi_%s_lag_records %s not yet read.\n"
                  "# TYPE xiezhi_%s_lag_records gauge\nxiezhi_%s_lag_records %" PRId64 "\n"
                  "# HELP xiezhi_%s_lag_seconds Age of the record read last while more wait.\n"
                  "# TYPE xiezhi_%s_lag_seconds gauge\nxiezhi_%s_lag_seconds %g\n",
                  role, what, role, role, (int64_t)lag->records, role, role, role,
                  (double)lag->age_ms / 1000.0);
}

static void put_latency(struct xz_metrics *metrics, struct xz_buf *out)
{
    uint64_t sum = 0;

    xz_buf_printf(out,
                  "# HELP xiezhi_frame_latency_seconds From a frame's record time to its end.\n"
                  "# TYPE xiezhi_frame_latency_seconds histogram\n");
    for (size_t i = 0; i < XZ_LATENCY_BUCKETS; i++) {
        sum += metrics->latency[i];
        xz_buf_printf(out, "xiezhi_frame_latency_seconds_bucket{le=\"%g\"} %" PRIu64 "\n",
                      (double)bounds_us[i] / 1e6, sum);
    }
    sum += metrics->latency[XZ_LATENCY_BUCKETS];
    xz_buf_printf(out,
                  "xiezhi_frame_latency_seconds_bucket{le=\"+Inf\"} %" PRIu64 "\n"
                  "xiezhi_frame_latency_seconds_sum %g\nxiezhi_frame_latency_seconds_count %" PRIu64
                  "\n",
                  sum, (double)metrics->latency_sum_us / 1e6, sum);
}

static uint64_t age_s(int64_t now_ms, int64_t at_ms)
{
    return at_ms > 0 && now_ms > at_ms ? (uint64_t)((now_ms - at_ms) / 1000) : 0;
}

void xz_metrics_text(struct xz_metrics *metrics, int64_t now_ms, struct xz_buf *out)
{
    put(out, "events_read_total", "counter", "Records read from the event topics.",
        metrics->events_read);
    put(out, "events_rejected_total", "counter", "Records that went to the rejects.",
        metrics->events_rejected);
    put(out, "unknown_fields_total", "counter", "Fields that no contract names.",
        metrics->unknown_fields);
    put(out, "unknown_institutions_total", "counter", "Institutions in no reference file.",
        metrics->institutions_unknown);
    put(out, "frames_written_total", "counter", "Frames written.", metrics->frames_written);
    put(out, "frames_read_total", "counter", "Frames read.", metrics->frames_read);
    put(out, "frames_ignored_total", "counter", "Frames that were not their writer's next.",
        metrics->frames_ignored);
    put(out, "observations_applied_total", "counter", "Observations folded.",
        metrics->observations_applied);
    put(out, "observations_skipped_total", "counter", "Observations at or below the watermark.",
        metrics->observations_skipped);
    put(out, "alerts_published_total", "counter", "Alert records written, revisions included.",
        metrics->alerts_published);
    put_lag(out, "ingest", "Event records", &metrics->lag_ingest);
    put_lag(out, "detect", "Frames", &metrics->lag_detect);
    put(out, "watermark_seconds", "gauge", "The newest event time folded, since 1970; 0: none.",
        metrics->watermark_ms > 0 ? (uint64_t)metrics->watermark_ms / 1000 : 0);
    put(out, "watermark_age_seconds", "gauge", "Age of the newest event time folded.",
        age_s(now_ms, metrics->watermark_ms));
    put(out, "checkpoints_total", "counter", "Checkpoints.", metrics->checkpoints);
    put(out, "checkpoint_age_seconds", "gauge", "Since the last checkpoint.",
        age_s(now_ms, metrics->checkpoint_at_ms));
    put(out, "checkpoint_took_milliseconds", "gauge", "How long the last one took.",
        (uint64_t)metrics->checkpoint_took_ms);
    put(out, "cache_bytes", "gauge", "Memory of entities.", metrics->cache_bytes);
    put(out, "cache_entities", "gauge", "Entities in memory.", metrics->cache_entities);
    put(out, "cache_hits_total", "counter", "Entities found in memory.", metrics->cache_hits);
    put(out, "cache_loads_total", "counter", "Entities read from the store.", metrics->cache_loads);
    put(out, "store_bytes", "gauge", "State on disk, estimated.", metrics->disk_bytes);
    put_latency(metrics, out);
    xz_metrics_lock(metrics);
    put_rejects(metrics, out);
    put_engine(metrics, out);
    xz_metrics_unlock(metrics);
}
