/* SPDX-License-Identifier: GPL-3.0-or-later */
/* simulate/schemes_card.c - a card in another's hands: T01 to T05. The holder goes on living as
 * before; the events here are the borrower's. */
#include "simulate/stage.h"

static uint32_t county_far_from(struct xz_sim_stage *stage, uint32_t person, bool other_city)
{
    struct xz_simulation *sim = stage->sim;
    const uint32_t home = sim->people[person].county;
    const struct xz_sim_city *city = &sim->cities[sim->counties[home].city];
    uint32_t county = home;

    if (other_city && sim->home_cities > 1) {
        city = &sim->cities[(sim->counties[home].city + 1u +
                             xz_rng_below(stage->rng, sim->home_cities - 1)) %
                            sim->home_cities];
        return city->first_county + xz_rng_below(stage->rng, city->county_count);
    }
    if (other_city) {
        city = &sim->cities[sim->home_cities];
        return city->first_county;
    }
    while (county == home) {
        county = city->first_county + xz_rng_below(stage->rng, city->county_count);
    }
    return county;
}

/* One card in four hospitals on one day, town and far suburb (reported); milder ones in two places
 * between which nobody gets in that time. */
void xz_sim_t01(struct xz_sim_stage *stage)
{
    static const struct {
        int32_t days;
        uint32_t stops, gap_min;
        bool other_city;
    } plan[3] = {{3, 4, 35, true}, {2, 2, 30, true}, {2, 2, 11, false}};
    const uint32_t person = xz_sim_cast(stage, 100000);

    if (person == XZ_SIM_NONE) {
        return;
    }
    struct xz_simulation *sim = stage->sim;
    const uint32_t home = sim->people[person].county;
    const uint32_t far = county_far_from(stage, person, plan[stage->intensity].other_city);
    xz_sim_subject_person(stage, person);
    for (int32_t i = 0; i < plan[stage->intensity].days; i++) {
        const int32_t day = stage->day + i * (stage->span > 12 ? 4 : 1);
        int64_t at_ms = xz_sim_stage_time(stage, day, 9 + xz_rng_below(stage->rng, 6), 5);
        for (uint32_t stop = 0; stop < plan[stage->intensity].stops; stop++) {
            const bool shop = stage->intensity != XZ_INTENSITY_BLATANT;
            const uint32_t site = xz_sim_pick_site(sim, stage->rng, stop % 2 ? far : home,
                                                   shop ? XZ_SIM_SHOP : XZ_SIM_SECONDARY);
            const struct xz_sim_intent intent =
                xz_sim_act(stage, shop ? XZ_SIM_DO_SHOP : XZ_SIM_DO_CLINIC, person, site, at_ms);
            xz_sim_push(sim, &intent);
            at_ms += (int64_t)xz_sim_between(stage->rng, plan[stage->intensity].gap_min,
                                             plan[stage->intensity].gap_min + 10) *
                     XZ_MINUTE_MS;
        }
    }
}

/* 42 swipes in a month for prescriptions against pressure and lipids (reported). */
void xz_sim_t02(struct xz_sim_stage *stage)
{
    static const uint32_t swipes[3] = {42, 24, 14};
    const uint32_t person = xz_sim_cast(stage, 150000);
    const int32_t month = stage->span < 30 ? stage->span : 30;

    if (person == XZ_SIM_NONE) {
        return;
    }
    struct xz_simulation *sim = stage->sim;
    uint32_t pressure, lipid, pressure_count, lipid_count;
    xz_sim_group_range(XZ_SIM_PRESSURE, &pressure, &pressure_count);
    xz_sim_group_range(XZ_SIM_LIPID, &lipid, &lipid_count);
    xz_sim_subject_person(stage, person);
    for (uint32_t i = 0; i < swipes[stage->intensity]; i++) {
        const uint32_t county = xz_sim_chance(stage->rng, 0.7)
                                    ? sim->people[person].county
                                    : county_far_from(stage, person, false);
        const bool shop = xz_sim_chance(stage->rng, 0.4);
        const uint32_t site =
            xz_sim_pick_site(sim, stage->rng, county, shop ? XZ_SIM_SHOP : XZ_SIM_SECONDARY);
        /* spread over the month, and over the day so that travel alone betrays nothing */
        const int32_t day = stage->day + (int32_t)(i * (uint32_t)month / swipes[stage->intensity]);
        const uint32_t hour = 8 + i % 2 * 6 + xz_rng_below(stage->rng, 3);
        struct xz_sim_intent intent =
            xz_sim_act(stage, shop ? XZ_SIM_DO_SHOP : XZ_SIM_DO_CLINIC, person, site,
                       xz_sim_stage_time(stage, day, hour, xz_rng_below(stage->rng, 60)));
        intent.amount_fen = (int64_t)(xz_sim_lognormal(stage->rng, 240, 0.4) * 100);
        intent.item = xz_sim_chance(stage->rng, 0.5)
                          ? pressure + xz_rng_below(stage->rng, pressure_count)
                          : lipid + xz_rng_below(stage->rng, lipid_count);
        xz_sim_push(sim, &intent);
    }
}

static bool man(const struct xz_simulation *sim, uint32_t person)
{
    return sim->people[person].sex == 1 && xz_sim_age(sim, person, sim->start_ms) >= 20 &&
           (sim->people[person].flags & XZ_SIM_ACCOUNT);
}

static bool adult(const struct xz_simulation *sim, uint32_t person)
{
    return xz_sim_age(sim, person, sim->start_ms) >= 25 &&
           (sim->people[person].flags & XZ_SIM_ACCOUNT);
}

static bool young_man(const struct xz_simulation *sim, uint32_t person)
{
    const int age = xz_sim_age(sim, person, sim->start_ms);

    return sim->people[person].sex == 1 && age >= 22 && age < 37;
}

/* A man's card for a woman's examination; an adult's for a child's drug; a young man's for a drug
 * of old men. */
void xz_sim_t03(struct xz_sim_stage *stage)
{
    bool (*const fits[3])(const struct xz_simulation *, uint32_t) = {man, adult, young_man};
    static const uint8_t group[3] = {XZ_SIM_WOMEN, XZ_SIM_CHILD, XZ_SIM_MEN};
    static const uint32_t times[3] = {4, 2, 1};
    const uint32_t person = xz_sim_cast_member(stage, fits[stage->intensity]);
    uint32_t first, count;

    if (person == XZ_SIM_NONE) {
        return;
    }
    struct xz_simulation *sim = stage->sim;
    xz_sim_group_range((enum xz_sim_group)group[stage->intensity], &first, &count);
    xz_sim_subject_person(stage, person);
    for (uint32_t i = 0; i < times[stage->intensity]; i++) {
        const int32_t day = stage->day + (int32_t)(i * (uint32_t)stage->span / 5);
        struct xz_sim_intent intent =
            xz_sim_act(stage, XZ_SIM_DO_CLINIC, person, sim->people[person].hospital,
                       xz_sim_stage_time(stage, day, 9 + i, xz_rng_below(stage->rng, 50)));
        intent.tweak = XZ_SIM_TWEAK_ITEM;
        /* of the men's only the first two have an age */
        intent.item = stage->intensity == XZ_INTENSITY_SUBTLE ? first + i % 2 : first + i % count;
        xz_sim_push(sim, &intent);
    }
}

static bool old(const struct xz_simulation *sim, uint32_t person)
{
    return xz_sim_age(sim, person, sim->start_ms) >= 68 &&
           (sim->people[person].flags & XZ_SIM_ACCOUNT);
}

/* The dead one's card at counters; a death told late; the fund used after the insurance ended. */
void xz_sim_t04(struct xz_sim_stage *stage)
{
    static const uint32_t times[3] = {8, 4, 1};
    const bool death = stage->intensity != XZ_INTENSITY_SUBTLE;
    const uint32_t person = xz_sim_cast_member(stage, death ? old : adult);

    if (person == XZ_SIM_NONE) {
        return;
    }
    struct xz_simulation *sim = stage->sim;
    const int32_t day = stage->begin + (stage->day - stage->begin) / 2;
    const int32_t span = stage->end - day;
    struct xz_sim_intent end = xz_sim_intent_of(death ? XZ_SIM_DO_DEATH : XZ_SIM_DO_STATUS, person,
                                                XZ_SIM_NONE, xz_sim_stage_time(stage, day, 3, 12));
    end.span = stage->intensity == XZ_INTENSITY_BLATANT ? 1 : (int16_t)(span > 16 ? 14 : span - 1);
    end.word = XZ_STATUS_TERMINATED;
    xz_sim_push(sim, &end);
    xz_sim_subject_person(stage, person);
    for (uint32_t i = 0; i < times[stage->intensity]; i++) {
        const int32_t step = span / (int32_t)(times[stage->intensity] + 1);
        const int32_t when = day + 1 + (int32_t)i * (step > 6 ? 6 : step);
        struct xz_sim_intent intent =
            xz_sim_act(stage, death ? XZ_SIM_DO_SHOP : XZ_SIM_DO_CLINIC, person,
                       death ? xz_sim_stage_shop(stage, sim->people[person].county)
                             : sim->people[person].hospital,
                       xz_sim_stage_time(stage, when, 10 + i % 8, xz_rng_below(stage->rng, 60)));
        intent.tweak = death ? XZ_SIM_TWEAK_NONE : XZ_SIM_TWEAK_FUND;
        xz_sim_push(sim, &intent);
    }
}

/* The patient lies in one hospital, the card shops elsewhere. */
void xz_sim_t05(struct xz_sim_stage *stage)
{
    static const uint32_t times[3] = {6, 3, 1};
    const int32_t nights = stage->span > 12 ? 10 : stage->span - 1;
    const uint32_t person = xz_sim_cast(stage, 80000);

    if (person == XZ_SIM_NONE || nights < 3) {
        return;
    }
    struct xz_simulation *sim = stage->sim;
    xz_sim_subject_person(stage, person);
    xz_sim_plan_stay(sim, person, sim->people[person].hospital, stage->day, nights,
                     stage->intensity != XZ_INTENSITY_SUBTLE);
    for (uint32_t i = 0; i < times[stage->intensity]; i++) {
        const int32_t day = stage->day + 1 + (int32_t)i % (nights - 1);
        const struct xz_sim_intent intent = xz_sim_act(
            stage, XZ_SIM_DO_SHOP, person, xz_sim_stage_shop(stage, sim->people[person].county),
            xz_sim_stage_time(stage, day, 9 + i * 2, xz_rng_below(stage->rng, 60)));
        xz_sim_push(sim, &intent);
    }
}
