/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * simulate/draw.c - random draws and the calendar. exp is made from IEEE operations alone, so that
 * a seed gives the same region wherever it is run.
 */
#include "simulate/sim.h"

#include <math.h>

#include "base/hash.h"

double xz_sim_exp(double x)
{
    const double ln2 = 0.69314718055994530942;
    const int power = (int)(x / ln2 + (x < 0 ? -0.5 : 0.5));
    const double rest = x - power * ln2;
    double term = 1.0, sum = 1.0;

    for (int n = 1; n <= 14; n++) {
        term *= rest / n;
        sum += term;
    }
    return ldexp(sum, power); /* exact */
}

double xz_sim_lognormal(struct xz_rng *rng, double median, double sigma)
{
    return median * xz_sim_exp(sigma * xz_rng_normal(rng));
}

bool xz_sim_chance(struct xz_rng *rng, double probability)
{
    return xz_rng_unit(rng) < probability;
}

uint32_t xz_sim_between(struct xz_rng *rng, uint32_t low, uint32_t high)
{
    return low + xz_rng_below(rng, high - low + 1);
}

static bool within(int32_t day, int year, int month, int date, int length)
{
    const int32_t first = xz_day_of_date(year, month, date);

    return day >= first && day < first + length;
}

/* First days of Spring Festival, Dragon Boat and Mid-Autumn: they follow the moon. */
static const struct {
    int year;
    uint8_t spring[2], boat[2], moon[2]; /* month, day */
} lunar[] = {
    {2024, {2, 10}, {6, 10}, {9, 17}}, {2025, {1, 29}, {5, 31}, {10, 6}},
    {2026, {2, 17}, {6, 19}, {9, 25}}, {2027, {2, 6}, {6, 9}, {9, 15}},
    {2028, {1, 26}, {5, 28}, {10, 3}}, {2029, {2, 13}, {6, 16}, {9, 22}},
    {2030, {2, 3}, {6, 5}, {9, 12}},
};

bool xz_sim_festival(int32_t day)
{
    const int year = xz_civil_of(xz_day_start_ms(day)).year;
    bool found = within(day, year, 1, 1, 1) || within(day, year, 4, 4, 3) ||
                 within(day, year, 5, 1, 5) || within(day, year, 10, 1, 7);

    for (size_t i = 0; i < sizeof(lunar) / sizeof(lunar[0]); i++) {
        if (lunar[i].year == year) {
            found = found || within(day, year, lunar[i].spring[0], lunar[i].spring[1] - 1, 8) ||
                    within(day, year, lunar[i].boat[0], lunar[i].boat[1], 3) ||
                    within(day, year, lunar[i].moon[0], lunar[i].moon[1], 3);
        }
    }
    return found;
}

/* The ten days before Spring Festival, and the end of the year, when allowances lapse. */
static bool rush(int32_t day)
{
    const struct xz_civil civil = xz_civil_of(xz_day_start_ms(day));
    bool found = civil.month == 12 && civil.day >= 20;

    for (size_t i = 0; i < sizeof(lunar) / sizeof(lunar[0]); i++) {
        found =
            found || within(day + 11, lunar[i].year, lunar[i].spring[0], lunar[i].spring[1], 10);
    }
    return found;
}

double xz_sim_day_factor(int32_t day, bool shop)
{
    static const double outpatient[7] = {1.24, 1.12, 1.07, 1.04, 1.03, 0.85, 0.65};
    static const double counter[7] = {0.98, 0.96, 0.96, 0.97, 1.00, 1.08, 1.05};
    const struct xz_civil civil = xz_civil_of(xz_day_start_ms(day));
    double factor = shop ? counter[civil.weekday] : outpatient[civil.weekday];

    if (xz_sim_festival(day)) {
        factor = shop ? 0.8 : 0.45;
    }
    if (rush(day)) {
        factor *= 1.25;
    }
    if (shop && civil.day <= 6) {
        factor *= 1.25; /* the credit of the month has come */
    }
    return factor;
}

/* Per mille of a day's visits by hour. Two peaks for outpatients (8-11, 14-16), late morning and
 * 17-20 for pharmacies; no published hourly table was found, so the shape is chosen. */
static const uint16_t hours_clinic[24] = {2,  1,  1,  1,  1,  3,  12, 60, 150, 170, 150, 80,
                                          25, 50, 95, 85, 55, 28, 12, 8,  6,   4,   2,   1};
static const uint16_t hours_shop[24] = {1,  1,  1,  1,  1,  2,  8,  28, 70, 105, 115, 80,
                                        40, 42, 60, 70, 72, 88, 90, 76, 36, 12,  3,   2};
static const uint16_t hours_online[24] = {20, 10, 6,  4,  4,  6,  15, 30, 45, 55, 60, 55,
                                          60, 55, 50, 45, 45, 50, 60, 75, 85, 80, 60, 40};

static int draw_hour(struct xz_rng *rng, const uint16_t curve[static 24])
{
    uint32_t sum = 0;
    int hour = 0;

    for (int i = 0; i < 24; i++) {
        sum += curve[i];
    }
    uint32_t left = xz_rng_below(rng, sum);
    while (left >= curve[hour]) {
        left -= curve[hour];
        hour++;
    }
    return hour;
}

bool xz_sim_is_open(const struct xz_sim_site *site, int64_t at_ms)
{
    const int64_t minute = (at_ms - xz_day_start_ms(xz_day_of(at_ms))) / XZ_MINUTE_MS;

    return minute >= site->open_min && minute <= site->close_min;
}

/* Waves: a share of the arrivals gathers after one of the site's moments of the day (a bus, a
 * doctor who begins), at distances with a tail of exponent one. Hence gaps that are far from
 * exponential, as measured at real counters. */
static int64_t attract(struct xz_simulation *sim, uint32_t site, int32_t day, int64_t at_ms)
{
    struct {
        uint64_t seed;
        uint32_t site;
        int32_t day;
        int64_t hour;
    } key = {sim->config.seed, site, day, at_ms / XZ_HOUR_MS};
    const uint64_t hash = xz_hash64(&key, sizeof(key), 7);
    const int64_t moment = key.hour * XZ_HOUR_MS + (int64_t)(hash % 3000) * XZ_SECOND_MS;
    double offset = 15.0 * (1.0 / (1.0 - xz_rng_unit(&sim->rng)) - 1.0);

    offset = offset > 1500.0 ? 1500.0 * xz_rng_unit(&sim->rng) : offset;
    return moment + (int64_t)offset * XZ_SECOND_MS;
}

int64_t xz_sim_draw_time(struct xz_simulation *sim, uint32_t site, int32_t day)
{
    const struct xz_sim_site *where = &sim->sites[site];
    const int64_t midnight = xz_day_start_ms(day);
    const uint16_t *curve = hours_clinic;
    int64_t at_ms;

    if (where->group == XZ_SIM_SHOP) {
        curve = hours_shop;
    } else if (where->group == XZ_SIM_ONLINE || where->group == XZ_SIM_INTERNET) {
        curve = hours_online;
    }
    for (int tries = 0; tries < 8; tries++) {
        at_ms = midnight + draw_hour(&sim->rng, curve) * XZ_HOUR_MS +
                (int64_t)xz_rng_below(&sim->rng, 3600) * XZ_SECOND_MS;
        if (xz_sim_chance(&sim->rng, 0.4)) {
            at_ms = attract(sim, site, day, at_ms);
        }
        if (xz_sim_is_open(where, at_ms)) {
            return at_ms;
        }
    }
    return midnight + (where->open_min + 30) * XZ_MINUTE_MS;
}

int16_t xz_sim_due_after(const double *op, uint32_t days, int32_t day, double wait)
{
    const int32_t from = day + 1;

    if (from >= (int32_t)days) {
        return XZ_SIM_NEVER;
    }
    const double target = op[from] + wait;
    uint32_t low = (uint32_t)from, high = days;
    while (low < high) { /* the first day whose end lies beyond the target */
        const uint32_t middle = (low + high) / 2;
        if (op[middle + 1] > target) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return low >= days ? XZ_SIM_NEVER : (int16_t)low;
}
