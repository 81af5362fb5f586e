/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Two places that one person would have had to travel between: the time that the quickest way needs
 * (road, fast train, aeroplane, each with what it takes to board), as a share of the time there
 * was. Over 1 nobody can; how near to 1 people come between these districts is the baseline.
 *
 * Coordinates are of institutions. Where one has none, districts of different cities or provinces
 * are taken to be at least so far apart as CITY_KM and PROVINCE_KM say: low on purpose, so that
 * ignorance accuses nobody.
 */
#include "evidence/evidence_int.h"

#define EARTH_KM    6371.0
#define SLACK_HOURS (5.0 / 60.0) /* clocks of two counters, and what it takes to leave one */
#define NEAR_KM     2.0
#define CITY_KM     30.0
#define PROVINCE_KM 150.0
#define PI          3.14159265358979323846

/* Haversine. */
static double distance_km(const struct xz_record *left, const struct xz_record *right)
{
    const double lat1 = left->lat_e6 * 1e-6 * PI / 180.0, lat2 = right->lat_e6 * 1e-6 * PI / 180.0;
    const double dlat = lat2 - lat1;
    const double dlon = (right->lon_e6 - left->lon_e6) * 1e-6 * PI / 180.0;
    const double h = sin(dlat / 2.0) * sin(dlat / 2.0) +
                     cos(lat1) * cos(lat2) * sin(dlon / 2.0) * sin(dlon / 2.0);

    return 2.0 * EARTH_KM * asin(sqrt(fmin(1.0, h)));
}

/* -1: nothing can be said. */
static double apart_km(const struct xz_record *left, const struct xz_record *right)
{
    const struct xz_str here = xz_record_text(left, XZ_TEXT_PLACE_ADMDVS);
    const struct xz_str there = xz_record_text(right, XZ_TEXT_PLACE_ADMDVS);

    if ((left->flags & XZ_RECORD_PLACED) && (right->flags & XZ_RECORD_PLACED)) {
        return distance_km(left, right);
    }
    if (here.len < 4 || there.len < 4) {
        return -1.0;
    }
    if (memcmp(here.ptr, there.ptr, 2) != 0) {
        return PROVINCE_KM;
    }
    return memcmp(here.ptr, there.ptr, 4) != 0 ? CITY_KM : -1.0;
}

/* Hours by the quickest of road (90 km/h), fast train (250 km/h and 40 minutes), aeroplane (750
 * km/h and 2 hours): round figures on the quick side. */
static double quickest_hours(double km)
{
    return fmin(km / 90.0, fmin(40.0 / 60.0 + km / 250.0, 2.0 + km / 750.0));
}

/* The last matching record before it, if within the window. */
static int64_t place_before(const struct xz_evidence_spec *spec, const struct xz_view *view,
                            uint32_t index)
{
    const int64_t at_ms = view->entity->records[index]->at_ms;

    for (uint32_t i = index; i-- > 0;) {
        if (at_ms - view->entity->records[i]->at_ms > spec->window_ms) {
            return -1;
        }
        if (view->matches(view, i)) {
            return i;
        }
    }
    return -1;
}

static bool statistic_of(const struct xz_evidence_spec *spec, const struct xz_view *view,
                         uint32_t index, void *cursor, struct xz_statistic *statistic)
{
    const struct xz_record *record = view->entity->records[index];
    const int64_t before = place_before(spec, view, index);
    const struct xz_record *from;
    double km, hours;

    (void)cursor;
    if (before < 0) {
        return false;
    }
    from = view->entity->records[before];
    if (xz_str_eq(xz_record_text(from, XZ_TEXT_INSTITUTION),
                  xz_record_text(record, XZ_TEXT_INSTITUTION))) {
        return false;
    }
    km = apart_km(from, record);
    if (km < 0.0) {
        statistic->why_not = "no_place";
        return false;
    }
    hours = (double)(record->at_ms - from->at_ms) / (double)XZ_HOUR_MS;
    km = fmax(0.0, km - NEAR_KM);
    statistic->value = quickest_hours(km) / (hours + SLACK_HOURS);
    statistic->observed = km / (hours + SLACK_HOURS);
    statistic->expected = km > 0.0 ? km / quickest_hours(km) : 90.0;
    statistic->carries = true;
    statistic->window_start_ms = from->at_ms;
    return true;
}

static void members_of(const struct xz_evidence_spec *spec, const struct xz_view *view,
                       uint32_t index, const void *cursor, xz_member_fn add, void *arg)
{
    const int64_t before = place_before(spec, view, index);

    (void)cursor;
    if (before >= 0) {
        add(arg, (uint32_t)before, 1.0);
    }
    add(arg, index, 1.0);
}

const struct xz_evidence_kind xz_kind_travel = {
    .schema = {.name = "travel",
               .subjects = 1u << XZ_SUBJECT_INSURED,
               .families = 1u << XZ_FAMILY_QUANTILES},
    .block = XZ_BLOCK_STEP,
    .scale = XZ_SCALE_RATIO,
    .unit = "km/h",
    .step = xz_step_by_quantiles,
    .statistic = statistic_of,
    .members = members_of,
};
