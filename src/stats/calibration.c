/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stats/calibration.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "stats/distrib.h"
#include "stats/quality.h"
#include "stats/tail_int.h"

#define SAMPLES_MIN      100
#define KNOT_SAMPLES_MIN 20
#define ROUNDING         1e-9 /* p = 0.01 computed in logarithms still counts as 0.01 */
#define OFF_BY           1.5
#define SLOPE_KNOTS      6 /* about two decades: the last pair alone is mostly chance */

const double xz_calibration_levels[XZ_CALIBRATION_LEVELS] = {1e-2, 1e-3, 1e-4, 1e-5};

static size_t hits_at(const double *log_p, size_t count, double stated)
{
    const double limit = log(stated) + ROUNDING;
    size_t hits = 0;

    for (size_t i = 0; i < count; i++) {
        hits += xz_tail_clamp(log_p[i]) <= limit;
    }
    return hits;
}

void xz_calibration_table(const double *log_p, size_t count,
                          struct xz_calibration_row rows[XZ_CALIBRATION_LEVELS])
{
    for (size_t r = 0; r < XZ_CALIBRATION_LEVELS; r++) {
        const double stated = xz_calibration_levels[r];
        const size_t hits = hits_at(log_p, count, stated);
        const struct xz_interval interval = xz_clopper_pearson(hits, count, 0.05);
        const double realised = count > 0 ? (double)hits / (double)count : 0.0;

        rows[r] = (struct xz_calibration_row){
            .stated = stated,
            .hits = hits,
            .realised = realised,
            .low = interval.low,
            .high = interval.high,
            .tested = stated * (double)count >= 1.0 - ROUNDING,
            .off = realised > OFF_BY * stated && interval.low > stated,
        };
    }
}

double xz_calibration_apply(const struct xz_calibration_map *map, double log_p)
{
    const double p = fmax(xz_tail_clamp(log_p), -1e300); /* a flat end times infinity is nothing */
    const size_t last = map->count - 1;                  /* read only when there are two knots */
    size_t at = 0, from;
    double slope, q;

    if (map->count < 2) {
        return xz_tail_clamp(log_p);
    }
    if (p < map->log_p[last]) {
        from = last > SLOPE_KNOTS ? last - SLOPE_KNOTS : 0;
        slope = (map->log_q[last] - map->log_q[from]) / (map->log_p[last] - map->log_p[from]);
        q = map->log_q[last] + (slope < 1.0 ? slope : 1.0) * (p - map->log_p[last]);
    } else {
        while (at + 2 < map->count && p < map->log_p[at + 1]) {
            at++;
        }
        slope = (map->log_q[at + 1] - map->log_q[at]) / (map->log_p[at + 1] - map->log_p[at]);
        q = map->log_q[at] + slope * (p - map->log_p[at]);
    }
    return xz_tail_clamp(q > p ? q : p);
}

void xz_calibration_map_fit(const double *log_p, size_t count, struct xz_calibration_map *map)
{
    *map = (struct xz_calibration_map){.count = 1}; /* ln 1 to ln 1 */
    for (size_t i = 0; i < XZ_TAIL_GRID && map->count < XZ_CALIBRATION_KNOTS; i++) {
        const double hits = (double)hits_at(log_p, count, xz_tail_grid[i]);
        const double stated = log(xz_tail_grid[i]);
        const double realised = log((hits + 1.0) / ((double)count + 1.0));

        if (fmax(hits, xz_tail_grid[i] * (double)count) < KNOT_SAMPLES_MIN) {
            break;
        }
        map->log_p[map->count] = stated;
        map->log_q[map->count++] = realised > stated ? realised : stated;
    }
    if (map->count < 2) {
        map->count = 0;
        return;
    }
    for (size_t i = map->count - 1; i-- > 1;) { /* hits fall with p, but for the + 1: make sure */
        map->log_q[i] = fmax(map->log_q[i], map->log_q[i + 1]);
    }
}

static bool any_off(const struct xz_calibration_row rows[XZ_CALIBRATION_LEVELS])
{
    for (size_t r = 0; r < XZ_CALIBRATION_LEVELS; r++) {
        if (rows[r].off) {
            return true;
        }
    }
    return false;
}

/* Each half mapped by what the other half taught. */
static void cross_fit(const double *log_p, size_t count, double *mapped)
{
    double *half = xz_calloc(count, sizeof(*half));
    struct xz_calibration_map map;

    for (size_t parity = 0; parity < 2; parity++) {
        size_t taken = 0;

        for (size_t i = parity; i < count; i += 2) {
            half[taken++] = log_p[i];
        }
        xz_calibration_map_fit(half, taken, &map);
        for (size_t i = 1 - parity; i < count; i += 2) {
            mapped[i] = xz_calibration_apply(&map, log_p[i]);
        }
    }
    free(half);
}

enum xz_rc xz_calibration_fit(const double *log_p, size_t count, struct xz_calibration *calibration,
                              struct xz_err *err)
{
    double *mapped;

    if (count < SAMPLES_MIN) {
        return xz_err_set(err, XZ_CONFIG,
                          "%zu held-out samples are too few to calibrate by, %d needed", count,
                          SAMPLES_MIN);
    }
    *calibration = (struct xz_calibration){.verdict = XZ_CALIBRATION_KEPT, .count = count};
    xz_calibration_table(log_p, count, calibration->before);
    if (!any_off(calibration->before)) {
        xz_calibration_table(log_p, count, calibration->after);
        return XZ_OK;
    }
    mapped = xz_calloc(count, sizeof(*mapped));
    cross_fit(log_p, count, mapped);
    xz_calibration_table(mapped, count, calibration->after);
    xz_calibration_map_fit(log_p, count, &calibration->map);
    calibration->verdict =
        any_off(calibration->after) ? XZ_CALIBRATION_REFUSED : XZ_CALIBRATION_MAPPED;
    free(mapped);
    return XZ_OK;
}

const char *xz_calibration_verdict_name(enum xz_calibration_verdict verdict)
{
    static const char *const names[] = {"kept", "mapped", "refused"};

    return names[verdict];
}
