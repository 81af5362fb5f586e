/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The numbers of a process's partitions, summed for /metrics. */
#include "base/mem.h"
#include "stream/partition.h"

static void add_counts(struct xz_engine_counts *sum, const struct xz_engine_counts *counts)
{
    const uint64_t *from = (const uint64_t *)counts;
    uint64_t *to = (uint64_t *)sum;

    for (size_t i = 0; i < sizeof(*sum) / sizeof(uint64_t); i++) {
        to[i] += from[i];
    }
}

static void add_pattern(struct xz_metrics *metrics, const struct xz_pattern_counts *counts)
{
    struct xz_pattern_counts *sum = NULL;

    for (size_t i = 0; i < metrics->pattern_count && sum == NULL; i++) {
        sum = strcmp(metrics->patterns[i].id, counts->id) == 0 ? &metrics->patterns[i] : NULL;
    }
    if (sum == NULL) {
        if (metrics->pattern_count == XZ_PATTERNS_MAX) {
            return;
        }
        sum = &metrics->patterns[metrics->pattern_count++];
        *sum = (struct xz_pattern_counts){.id = xz_strdup(counts->id)};
    }
    sum->opened += counts->opened;
    sum->revised += counts->revised;
    sum->closed += counts->closed;
    sum->withdrawn += counts->withdrawn;
    sum->shadow_opened += counts->shadow_opened;
    sum->suppressed_late += counts->suppressed_late;
    sum->cost_ns += counts->cost_ns;
}

static void sum_engines(struct xz_part *const parts[], size_t part_count,
                        struct xz_metrics *metrics)
{
    xz_metrics_lock(metrics);
    memset(&metrics->engine, 0, sizeof(metrics->engine));
    for (size_t i = 0; i < metrics->pattern_count; i++) {
        metrics->patterns[i] = (struct xz_pattern_counts){.id = metrics->patterns[i].id};
    }
    for (size_t i = 0; i < part_count; i++) {
        const struct xz_engine_counts counts = xz_engine_counts(xz_part_engine(parts[i]));
        size_t count;
        const struct xz_pattern_counts *patterns =
            xz_engine_pattern_counts(xz_part_engine(parts[i]), &count);

        add_counts(&metrics->engine, &counts);
        for (size_t k = 0; k < count; k++) {
            add_pattern(metrics, &patterns[k]);
        }
        (void)snprintf(metrics->pack, sizeof(metrics->pack), "%s", xz_part_pack(parts[i]));
    }
    xz_metrics_unlock(metrics);
}

void xz_part_numbers(struct xz_part *const parts[], size_t count, struct xz_metrics *metrics)
{
    uint64_t bytes = 0, entities = 0, hits = 0, loads = 0, disk = 0;

    for (size_t i = 0; i < count; i++) {
        const struct xz_cache_counts counts = xz_cache_counts(xz_part_cache(parts[i]));

        bytes += counts.bytes;
        entities += counts.entities;
        hits += counts.hits;
        loads += counts.loads;
        disk += xz_store_disk_bytes(xz_part_store(parts[i]));
    }
    metrics->cache_bytes = bytes;
    metrics->cache_entities = entities;
    metrics->cache_hits = hits;
    metrics->cache_loads = loads;
    metrics->disk_bytes = disk;
    sum_engines(parts, count, metrics);
}
