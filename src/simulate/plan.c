/* SPDX-License-Identifier: GPL-3.0-or-later */
/* simulate/plan.c - the day's ordinary need: acute episodes, counters, refills, programmes, stays.
 */
#include "simulate/sim.h"

uint32_t xz_sim_county_today(const struct xz_simulation *sim, uint32_t person, int32_t day,
                             bool working_hours)
{
    const struct xz_sim_person *who = &sim->people[person];
    uint32_t county = who->county;

    if (who->trip_until >= day) {
        county = who->trip_county;
    } else if (working_hours && (who->flags & XZ_SIM_COMMUTER) &&
               xz_civil_of(xz_day_start_ms(sim->config.first_day + day)).weekday < 5) {
        county = who->work_county;
    }
    return county;
}

static bool away(const struct xz_simulation *sim, uint32_t person, int32_t day)
{
    return xz_sim_county_today(sim, person, day, true) != sim->people[person].county;
}

static void come(struct xz_simulation *sim, enum xz_sim_kind kind, uint32_t person, uint32_t site,
                 int64_t at_ms, uint32_t diagnosis)
{
    struct xz_sim_intent intent = xz_sim_intent_of(kind, person, site, at_ms);

    intent.other = diagnosis;
    if (kind == XZ_SIM_DO_REGISTER) {
        uint32_t first, count;
        xz_sim_group_range(XZ_SIM_REGISTER, &first, &count);
        const uint32_t grade =
            sim->sites[site].group == XZ_SIM_TERTIARY ? xz_rng_below(&sim->rng, 10) : 0;
        intent.item = first + (grade < 5 ? 0 : grade < 9 ? 1 : 2);
    } else if (kind == XZ_SIM_DO_DIALYSIS) {
        uint32_t count;
        xz_sim_group_range(XZ_SIM_DIALYSIS, &intent.item, &count);
    }
    xz_sim_push(sim, &intent);
}

/* A visit to a doctor. In a hospital it is several settlements within hours: registration,
 * examination, drugs. */
static void visit(struct xz_simulation *sim, uint32_t person, uint32_t site, int32_t day)
{
    struct xz_rng *rng = &sim->rng;
    const int64_t at_ms = xz_sim_draw_time(sim, site, sim->config.first_day + day);
    const int64_t minute = XZ_MINUTE_MS;

    if (sim->sites[site].group > XZ_SIM_PRIMARY) {
        come(sim, XZ_SIM_DO_CLINIC, person, site, at_ms, XZ_SIM_NONE);
        return;
    }
    if (xz_sim_chance(rng, 0.04) && sim->sites[site].group != XZ_SIM_PRIMARY) {
        come(sim, XZ_SIM_DO_EMERGENCY, person, site, at_ms, XZ_SIM_NONE);
        return;
    }
    come(sim, XZ_SIM_DO_REGISTER, person, site, at_ms, XZ_SIM_NONE);
    int64_t next_ms = at_ms + (int64_t)xz_sim_between(rng, 12, 80) * minute;
    come(sim, XZ_SIM_DO_CLINIC, person, site, next_ms, XZ_SIM_NONE);
    if (xz_sim_chance(rng, 0.35)) {
        next_ms += (int64_t)xz_sim_between(rng, 8, 70) * minute;
        come(sim, XZ_SIM_DO_CLINIC, person, site, next_ms, XZ_SIM_NONE);
    }
}

static uint32_t doctor_of(struct xz_simulation *sim, uint32_t person, int32_t day)
{
    const struct xz_sim_person *who = &sim->people[person];
    struct xz_rng *rng = &sim->rng;
    const uint32_t roll = xz_rng_below(rng, 100);
    uint32_t site = who->clinic;

    if (away(sim, person, day)) {
        site = xz_sim_pick_site(sim, rng, xz_sim_county_today(sim, person, day, true),
                                roll < 60 ? XZ_SIM_SECONDARY : XZ_SIM_CLINIC);
    } else if (roll < 3) {
        site = xz_sim_pick_site(sim, rng, who->county, XZ_SIM_INTERNET);
    } else if (roll < 33) {
        site = who->hospital;
    } else if (roll < 43) { /* the city's centre has the big ones */
        const uint32_t city = sim->counties[who->county].city;
        site = xz_sim_pick_site(sim, rng, sim->cities[city].first_county, XZ_SIM_TERTIARY);
    } else if (sim->sites[site].group == XZ_SIM_NURSING) {
        site = xz_sim_pick_site(sim, rng, who->county, XZ_SIM_PRIMARY);
    }
    return site;
}

/* The household comes along: several cards at one counter, one after the other. */
static void together(struct xz_simulation *sim, enum xz_sim_kind kind, uint32_t person,
                     uint32_t site, int32_t day)
{
    const struct xz_sim_person *who = &sim->people[person];
    int64_t at_ms = xz_sim_draw_time(sim, site, sim->config.first_day + day);

    for (uint32_t other = who->home; other < who->home + who->home_size; other++) {
        if (!(sim->people[other].flags & (XZ_SIM_DEAD | XZ_SIM_UNBORN)) &&
            (kind != XZ_SIM_DO_SHOP || sim->people[other].shop_rate > 0)) {
            come(sim, kind, other, site, at_ms, XZ_SIM_NONE);
            at_ms += (int64_t)xz_sim_between(&sim->rng, 25, 110) * XZ_SECOND_MS;
        }
    }
}

static void plan_episode(struct xz_simulation *sim, uint32_t person, int32_t day)
{
    struct xz_rng *rng = &sim->rng;
    const double family = xz_sim_festival(sim->config.first_day + day) ? 0.12 : 0.03;
    int32_t at = day;

    if (sim->config.lookalikes && !away(sim, person, day) && xz_sim_chance(rng, family)) {
        together(sim, XZ_SIM_DO_CLINIC, person, sim->people[person].clinic, day);
        return;
    }
    /* a burst: the illness takes one to four visits in days */
    do {
        visit(sim, person, doctor_of(sim, person, at), at);
        at += (int32_t)xz_sim_between(rng, 1, 4);
    } while (at < day + 12 && xz_sim_chance(rng, 0.27));
}

static void plan_shopping(struct xz_simulation *sim, uint32_t person, int32_t day)
{
    const struct xz_sim_person *who = &sim->people[person];
    struct xz_rng *rng = &sim->rng;
    const double family = xz_sim_festival(sim->config.first_day + day) ? 0.1 : 0.03;
    uint32_t site = who->shop;

    if (who->trip_until >= day) {
        site = xz_sim_pick_site(sim, rng, who->trip_county, XZ_SIM_SHOP);
    } else if (xz_sim_chance(rng, 0.05)) {
        site = xz_sim_pick_site(sim, rng, 0, XZ_SIM_ONLINE);
    } else if (xz_sim_chance(rng, 0.4)) {
        const bool noon = xz_sim_chance(rng, 0.6);
        site = xz_sim_pick_site(sim, rng, xz_sim_county_today(sim, person, day, noon), XZ_SIM_SHOP);
    } else if (sim->config.lookalikes && xz_sim_chance(rng, family)) {
        together(sim, XZ_SIM_DO_SHOP, person, site, day);
        return;
    }
    come(sim, XZ_SIM_DO_SHOP, person, site,
         xz_sim_draw_time(sim, site, sim->config.first_day + day), XZ_SIM_NONE);
}

static void plan_refill(struct xz_simulation *sim, uint32_t person, int32_t day)
{
    struct xz_sim_person *who = &sim->people[person];
    struct xz_rng *rng = &sim->rng;
    const bool shop =
        person % 2 == 0 && ((who->flags & XZ_SIM_ACCOUNT) || who->giver[0] != XZ_SIM_NONE);
    uint32_t site = shop ? who->shop : who->clinic;

    if (away(sim, person, day) && who->trip_until >= day) {
        who->refill_due = (int16_t)(who->trip_until + 1); /* back home first */
        return;
    }
    struct xz_sim_intent intent = xz_sim_intent_of(
        XZ_SIM_DO_REFILL, person, site, xz_sim_draw_time(sim, site, sim->config.first_day + day));
    if (xz_sim_age(sim, person, intent.at_ms) >= 70 && xz_sim_chance(rng, 0.2) &&
        xz_sim_proxy_of(sim, person) != XZ_SIM_NONE) {
        intent.flags |= XZ_SIM_PROXY;
    }
    xz_sim_push(sim, &intent);
    /* early by a few days more often than late */
    const int32_t next = day + who->interval + (int32_t)xz_rng_below(rng, 7) - 4;
    who->refill_due = next > day && next < XZ_SIM_NEVER ? (int16_t)next : (int16_t)(day + 1);
}

static void plan_programme(struct xz_simulation *sim, uint32_t person, int32_t day)
{
    struct xz_sim_person *who = &sim->people[person];
    struct xz_rng *rng = &sim->rng;
    uint32_t site = who->hospital;

    if (who->flags & XZ_SIM_ON_DIALYSIS) { /* three times a week, at one place */
        const int weekday = xz_civil_of(xz_day_start_ms(sim->config.first_day + day)).weekday;
        if (weekday < 6 && weekday % 2 == (int)(person % 2)) {
            come(sim, XZ_SIM_DO_DIALYSIS, person, site,
                 xz_sim_draw_time(sim, site, sim->config.first_day + day), XZ_SIM_NONE);
        }
        who->heavy_due = (int16_t)(day + 1);
        return;
    }
    if (person % 3 != 0 && xz_sim_chance(rng, 0.33)) { /* a third know one place only */
        site = xz_sim_chance(rng, 0.35) && sim->sites[who->clinic].group != XZ_SIM_NURSING
                   ? who->clinic
                   : xz_sim_pick_site(sim, rng, who->county, XZ_SIM_SECONDARY);
    }
    if (who->trip_until < day) {
        const int64_t at_ms = xz_sim_draw_time(sim, site, sim->config.first_day + day);
        come(sim, XZ_SIM_DO_HEAVY, person, site, at_ms, XZ_SIM_NONE);
        if (xz_sim_chance(rng, 0.05)) { /* and a second prescription there */
            come(sim, XZ_SIM_DO_HEAVY, person, site,
                 at_ms + (int64_t)xz_sim_between(rng, 3, 45) * XZ_MINUTE_MS, XZ_SIM_NONE);
        }
        if ((who->flags & XZ_SIM_TWO_PLACES) && xz_sim_chance(rng, 0.2)) {
            const uint32_t other = site == who->clinic ? who->hospital : who->clinic;
            come(sim, XZ_SIM_DO_HEAVY, person, other, at_ms + 100 * XZ_MINUTE_MS, XZ_SIM_NONE);
        }
    }
    /* more regular than a Poisson stream: prescriptions run out */
    const int32_t wait = (int32_t)(0.5 + xz_rng_gamma(rng, 2.5) / 2.5 / (double)who->heavy_rate);
    who->heavy_due = (int16_t)(wait > 400 ? XZ_SIM_NEVER : day + (wait < 1 ? 1 : wait));
}

void xz_sim_plan_stay(struct xz_simulation *sim, uint32_t person, uint32_t site, int32_t day,
                      int32_t nights, bool say)
{
    struct xz_sim_person *who = &sim->people[person];
    const int64_t in_ms = xz_day_start_ms(sim->config.first_day + day) + 9 * XZ_HOUR_MS +
                          (int64_t)xz_rng_below(&sim->rng, 20000) * XZ_SECOND_MS;
    const int64_t out_ms = xz_day_start_ms(sim->config.first_day + day + nights) + 9 * XZ_HOUR_MS +
                           (int64_t)xz_rng_below(&sim->rng, 12000) * XZ_SECOND_MS;
    const uint64_t number = ++sim->next_mdtrt;
    struct xz_sim_intent intent = xz_sim_intent_of(XZ_SIM_DO_STATUS, person, site, in_ms);

    who->stay_from = (int16_t)day;
    who->stay_until = (int16_t)(day + nights);
    intent.code = number;
    if (say) {
        intent.word = XZ_STATUS_ADMITTED;
        xz_sim_push(sim, &intent);
        intent.at_ms = out_ms;
        intent.word = XZ_STATUS_DISCHARGED;
        xz_sim_push(sim, &intent);
    }
    intent = xz_sim_intent_of(XZ_SIM_DO_INPATIENT, person, site,
                              out_ms + (int64_t)xz_rng_below(&sim->rng, 5400) * XZ_SECOND_MS);
    intent.code = number;
    intent.span = (int16_t)nights;
    xz_sim_push(sim, &intent);
}

static void look_at(struct xz_simulation *sim, uint32_t person, int32_t day)
{
    struct xz_sim_person *who = &sim->people[person];
    struct xz_rng *rng = &sim->rng;
    const uint32_t days = sim->config.days;

    if (who->flags & XZ_SIM_DEAD) {
        who->clinic_due = who->shop_due = who->refill_due = who->heavy_due = XZ_SIM_NEVER;
    }
    if (who->clinic_due <= day) {
        plan_episode(sim, person, day);
        who->clinic_due = xz_sim_due_after(sim->op_clinic, days, day,
                                           xz_rng_exponential(rng) / (double)who->clinic_rate);
    }
    if (who->shop_due <= day) {
        plan_shopping(sim, person, day);
        who->shop_due = xz_sim_due_after(sim->op_shop, days, day,
                                         xz_rng_exponential(rng) / (double)who->shop_rate);
    }
    if (who->refill_due <= day) {
        plan_refill(sim, person, day);
    }
    if (who->heavy_due <= day) {
        plan_programme(sim, person, day);
    }
    xz_sim_set_due(sim, person);
}

void xz_sim_plan_day(struct xz_simulation *sim, int32_t day)
{
    xz_sim_plan_extra(sim, day);
    for (uint32_t person = 0; person < sim->people_count; person++) {
        if (sim->due[person] <= day) {
            look_at(sim, person, day);
        }
    }
}
