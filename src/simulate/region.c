/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * simulate/region.c - cities, counties and institutions. One province (21) with one to three
 * cities, and two far ones (11, 31) where people only travel to.
 */
#include "simulate/sim.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"

#define DEGREE_KM       111.2
#define LONGITUDE_SHARE 0.75 /* cos of the latitudes at hand; only feasibility rests on it */

double xz_sim_distance_km(const struct xz_sim_site *from, const struct xz_sim_site *to)
{
    const double north = (from->lat_e6 - to->lat_e6) / 1e6 * DEGREE_KM;
    const double east = (from->lon_e6 - to->lon_e6) / 1e6 * DEGREE_KM * LONGITUDE_SHARE;

    return sqrt(north * north + east * east);
}

/* The fastest of car, high-speed rail and flight, with what getting in and out takes. */
int64_t xz_sim_travel_ms(double km)
{
    double minutes = km < 15 ? 5 + km / 30 * 60 : 10 + km / 75 * 60;
    const double rail = 45 + km / 230 * 60;
    const double flight = 150 + km / 720 * 60;

    if (km > 60 && rail < minutes) {
        minutes = rail;
    }
    if (km > 350 && flight < minutes) {
        minutes = flight;
    }
    return (int64_t)(minutes * 60) * XZ_SECOND_MS;
}

static void add_county(struct xz_simulation *sim, uint32_t city, uint32_t nth)
{
    struct xz_sim_city *where = &sim->cities[city];
    struct xz_sim_county *county = &sim->counties[sim->county_count];
    static const int8_t ring[8][2] = {{0, 0},   {30, 10},  {-8, 34},  {-32, 6},
                                      {4, -36}, {38, -28}, {-40, 36}, {46, 40}}; /* 1/100 degree */

    assert(sim->county_count < XZ_SIM_COUNTIES_MAX);
    memcpy(county->admdvs, where->admdvs, 4);
    county->admdvs[4] = '0';
    county->admdvs[5] = (char)('2' + nth % 8);
    county->city = (uint8_t)city;
    county->lat_e6 = where->lat_e6 + ring[nth % 8][0] * 10000 +
                     (nth ? (int32_t)xz_rng_below(&sim->rng, 60000) - 30000 : 0);
    county->lon_e6 = where->lon_e6 + ring[nth % 8][1] * 12000 +
                     (nth ? (int32_t)xz_rng_below(&sim->rng, 60000) - 30000 : 0);
    county->share = where->foreign ? 0 : (nth == 0 ? 2.0 : 0.6 + xz_rng_unit(&sim->rng));
    sim->county_count++;
    where->county_count++;
}

static void add_cities(struct xz_simulation *sim)
{
    static const struct {
        const char *admdvs;
        int32_t lat_e6, lon_e6;
        bool foreign;
    } known[] = {{"210100", 41800000, 123430000, false},
                 {"210600", 40130000, 124380000, false},
                 {"210700", 41100000, 121130000, false},
                 {"110100", 39904000, 116407000, true},
                 {"310100", 31230000, 121474000, true}};
    const uint32_t people = sim->config.people;
    const uint32_t home = people < 3000 ? 1 : people < 60000 ? 2 : 3;
    double sum = 0;

    for (uint32_t i = 0; i < 5; i++) {
        if (!known[i].foreign && i >= home) {
            continue;
        }
        struct xz_sim_city *city = &sim->cities[sim->city_count];
        (void)snprintf(city->admdvs, sizeof(city->admdvs), "%s", known[i].admdvs);
        city->lat_e6 = known[i].lat_e6;
        city->lon_e6 = known[i].lon_e6;
        city->foreign = known[i].foreign;
        city->first_county = (uint16_t)sim->county_count;
        const uint32_t counties =
            city->foreign ? 2 : xz_sim_between(&sim->rng, 4, people < 30000 ? 5 : 8);
        for (uint32_t nth = 0; nth < counties; nth++) {
            add_county(sim, sim->city_count, nth);
        }
        sim->city_count++;
        if (!city->foreign) {
            sim->home_cities = sim->city_count;
            sim->home_counties = sim->county_count;
        }
    }
    for (uint32_t i = 0; i < sim->home_counties; i++) {
        sum += sim->counties[i].share;
    }
    for (uint32_t i = 0; i < sim->home_counties; i++) {
        sim->counties[i].share /= sum;
    }
}

/* What the sites of a group have in common. */
static const struct {
    const char *name;
    char letter;
    uint8_t kind;
    const char *hosp_lv;
    uint8_t counters;
    int16_t open_min, close_min;
    int16_t beds;
} group_of[XZ_SIM_SITE_GROUPS] = {
    [XZ_SIM_TERTIARY] = {"第%u人民医院", 'H', XZ_INSTITUTION_HOSPITAL, "01", 12, 0, 1439, 1200},
    [XZ_SIM_SECONDARY] = {"第%u医院", 'H', XZ_INSTITUTION_HOSPITAL, "02", 8, 0, 1439, 300},
    [XZ_SIM_PRIMARY] = {"第%u社区卫生服务中心", 'H', XZ_INSTITUTION_HOSPITAL, "03", 3, 450, 1080,
                        40},
    [XZ_SIM_CLINIC] = {"第%u诊所", 'H', XZ_INSTITUTION_CLINIC, "03", 1, 480, 1080, 0},
    [XZ_SIM_VILLAGE] = {"第%u村卫生室", 'H', XZ_INSTITUTION_VILLAGE_CLINIC, "03", 1, 420, 1170, 0},
    [XZ_SIM_NURSING] = {"第%u护理院", 'H', XZ_INSTITUTION_NURSING_HOME, "03", 1, 480, 1080, 120},
    [XZ_SIM_SHOP] = {"第%u大药房", 'P', XZ_INSTITUTION_PHARMACY, "11", 2, 480, 1290, 0},
    [XZ_SIM_INTERNET] = {"第%u互联网医院", 'H', XZ_INSTITUTION_INTERNET_HOSPITAL, "02", 6, 0, 1439,
                         0},
    [XZ_SIM_ONLINE] = {"第%u网上药房", 'P', XZ_INSTITUTION_ONLINE_PHARMACY, "11", 8, 0, 1439, 0},
};

static void add_site(struct xz_simulation *sim, uint32_t county, enum xz_sim_site_group group)
{
    const struct xz_sim_county *where = &sim->counties[county];
    struct xz_rng *rng = &sim->rng;
    char name[64];

    xz_array_reserve((void **)&sim->sites, &sim->site_cap, sim->site_count + 1,
                     sizeof(*sim->sites));
    struct xz_sim_site *site = &sim->sites[sim->site_count++];
    *site = (struct xz_sim_site){.kind = group_of[group].kind,
                                 .group = (uint8_t)group,
                                 .hosp_lv = group_of[group].hosp_lv,
                                 .county = (uint16_t)county,
                                 .open_min = group_of[group].open_min,
                                 .close_min = group_of[group].close_min,
                                 .beds = group_of[group].beds,
                                 .counters = group_of[group].counters};
    (void)snprintf(site->code, sizeof(site->code), "%c%s%05u", group_of[group].letter,
                   where->admdvs, (unsigned)(sim->site_count % 100000));
    const char *format = group_of[group].name; /* the table's; one %u each */
    const char *hole = strstr(format, "%u");
    (void)snprintf(name, sizeof(name), "%.*s%u%s", (int)(hole - format), format,
                   (unsigned)sim->site_count, hole + 2);
    (void)snprintf(site->name, sizeof(site->name), "%s", name);
    site->lat_e6 = where->lat_e6 + (int32_t)xz_rng_below(rng, 90000) - 45000;
    site->lon_e6 = where->lon_e6 + (int32_t)xz_rng_below(rng, 100000) - 50000;
    /* Pareto with exponent one, cut: a few sites take most of the trade */
    site->weight = 1.0 / (0.04 + 0.96 * xz_rng_unit(rng));
    if (group == XZ_SIM_SHOP && xz_sim_chance(rng, 0.08)) {
        site->open_min = 0;
        site->close_min = 1439;
    }
    site->price_permille =
        (uint16_t)(xz_sim_chance(rng, 0.65) ? 1000 : 930 + 10 * xz_rng_below(rng, 15));
    site->scans = group == XZ_SIM_SHOP && xz_sim_chance(rng, 0.12);
    site->stays = xz_sim_chance(rng, 0.85);
    site->batch_day = (uint16_t)xz_sim_between(rng, 4, 26);
}

static uint32_t at_least(uint32_t low, double wanted)
{
    return wanted < low ? low : (uint32_t)wanted;
}

static void add_sites(struct xz_simulation *sim, uint32_t county)
{
    struct xz_sim_county *where = &sim->counties[county];
    const bool foreign = sim->cities[where->city].foreign;
    const bool first = sim->cities[where->city].first_county == county;
    const double people = where->share * sim->config.people;
    uint32_t wanted[XZ_SIM_SITE_GROUPS] = {
        [XZ_SIM_TERTIARY] = first ? at_least(1, people / 60000) : 0,
        [XZ_SIM_SECONDARY] = at_least(1, people / 40000),
        [XZ_SIM_PRIMARY] = foreign ? 0 : at_least(1, people / 5000),
        [XZ_SIM_CLINIC] = foreign ? 1 : at_least(2, people / 3000),
        [XZ_SIM_VILLAGE] = foreign ? 0 : at_least(2, people / 4000),
        [XZ_SIM_NURSING] = foreign ? 0 : at_least(1, people / 25000),
        [XZ_SIM_SHOP] = foreign ? 4 : at_least(4, people / 1300),
        [XZ_SIM_INTERNET] = first && !foreign ? 1 : 0,
        [XZ_SIM_ONLINE] = county == 0 ? 2 : 0};

    for (uint32_t group = 0; group < XZ_SIM_SITE_GROUPS; group++) {
        double sum = 0;
        where->first_site[group] = (uint32_t)sim->site_count;
        where->site_count[group] = wanted[group];
        for (uint32_t i = 0; i < wanted[group]; i++) {
            add_site(sim, county, (enum xz_sim_site_group)group);
            sum += sim->sites[sim->site_count - 1].weight;
            sim->sites[sim->site_count - 1].upto = sum;
        }
    }
}

void xz_sim_region_init(struct xz_simulation *sim)
{
    add_cities(sim);
    for (uint32_t county = 0; county < sim->county_count; county++) {
        add_sites(sim, county);
    }
}

uint32_t xz_sim_pick_site(struct xz_simulation *sim, struct xz_rng *rng, uint32_t county,
                          enum xz_sim_site_group group)
{
    const struct xz_sim_county *where = &sim->counties[county];

    if (where->site_count[group] == 0) { /* what a county lacks, its city's centre has */
        county = sim->cities[where->city].first_county;
        where = &sim->counties[county];
    }
    if (where->site_count[group] == 0 && (group == XZ_SIM_ONLINE || group == XZ_SIM_INTERNET)) {
        where = &sim->counties[0];
    }
    if (where->site_count[group] == 0) {
        group = XZ_SIM_SECONDARY;
    }
    const uint32_t first = where->first_site[group], count = where->site_count[group];
    const double at = xz_rng_unit(rng) * sim->sites[first + count - 1].upto;
    uint32_t low = 0, high = count - 1;
    while (low < high) {
        const uint32_t middle = (low + high) / 2;
        if (sim->sites[first + middle].upto > at) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return first + low;
}
