/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * simulate/extra.c - what is not ordinary need: credits, trips, stays, births and deaths, clerks'
 * work, and the innocent behaviour that resembles a scheme.
 */
#include "simulate/sim.h"

/* How many of a thing with so many occurrences a person-year fall on a day. */
static uint32_t how_many(struct xz_simulation *sim, double per_person_year)
{
    return xz_rng_poisson(&sim->rng, sim->people_count * per_person_year / 365.0);
}

static bool busy(const struct xz_simulation *sim, uint32_t person, int32_t day)
{
    const struct xz_sim_person *who = &sim->people[person];

    return (who->flags & (XZ_SIM_DEAD | XZ_SIM_UNBORN | XZ_SIM_CAST)) || who->stay_until >= day ||
           who->trip_until >= day;
}

static int64_t office_hour(struct xz_simulation *sim, int32_t day)
{
    return xz_day_start_ms(sim->config.first_day + day) + 9 * XZ_HOUR_MS +
           (int64_t)xz_rng_below(&sim->rng, 28000) * XZ_SECOND_MS;
}

/* The month's credit: the retired on the first day, the working on the first five by employer. */
static void plan_credits(struct xz_simulation *sim, int32_t day)
{
    const int64_t midnight = xz_day_start_ms(sim->config.first_day + day);
    const int date = xz_civil_of(midnight).day;

    for (uint32_t i = 0; date <= 5 && i < sim->account_count; i++) {
        const uint32_t person = sim->accounts[i];
        const int due = sim->people[person].psn_type == 12 ? 1 : 1 + (int)(person / 8 % 5);
        if (due == date) {
            const struct xz_sim_intent intent = xz_sim_intent_of(
                XZ_SIM_DO_CREDIT, person, XZ_SIM_NONE,
                midnight + (600 + (int64_t)xz_rng_below(&sim->rng, 14400)) * XZ_SECOND_MS);
            xz_sim_push(sim, &intent);
        }
    }
}

static void plan_trips(struct xz_simulation *sim, int32_t day)
{
    struct xz_rng *rng = &sim->rng;
    const bool holiday = xz_sim_festival(sim->config.first_day + day);

    for (uint32_t n = how_many(sim, holiday ? 4.0 : 1.2); n > 0; n--) {
        const uint32_t person = xz_sim_random_person(sim);
        struct xz_sim_person *who = &sim->people[person];
        if (busy(sim, person, day) || (who->flags & (XZ_SIM_REGULAR | XZ_SIM_ON_DIALYSIS))) {
            continue;
        }
        const uint32_t city =
            xz_sim_chance(rng, 0.12)
                ? sim->home_cities + xz_rng_below(rng, sim->city_count - sim->home_cities)
                : xz_rng_below(rng, sim->home_cities);
        const struct xz_sim_city *where = &sim->cities[city];
        const uint32_t county = where->first_county + xz_rng_below(rng, where->county_count);
        const int16_t until = (int16_t)(day + (int32_t)xz_sim_between(rng, 0, 5));
        /* half of the trips take the household along: a gathering at a far counter */
        const bool family = xz_sim_chance(rng, 0.5);
        for (uint32_t other = who->home; other < who->home + who->home_size; other++) {
            if ((family || other == person) && !busy(sim, other, day)) {
                sim->people[other].trip_until = until;
                sim->people[other].trip_county = (uint16_t)county;
            }
        }
    }
}

/* 0.21 admissions a person-year, by age; mean 8.8 days. */
static void plan_stays(struct xz_simulation *sim, int32_t day)
{
    struct xz_rng *rng = &sim->rng;

    for (uint32_t n = how_many(sim, 0.42 * sim->config.activity); n > 0; n--) {
        const uint32_t person = xz_sim_random_person(sim);
        struct xz_sim_person *who = &sim->people[person];
        const int age = xz_sim_age(sim, person, xz_day_start_ms(sim->config.first_day + day));
        const double share = age < 45 ? 0.25 : age < 60 ? 0.55 : 1.0;
        if (busy(sim, person, day) || (who->flags & (XZ_SIM_DORMANT | XZ_SIM_ON_DIALYSIS)) ||
            !xz_sim_chance(rng, share)) {
            continue;
        }
        const int32_t nights = 1 + (int32_t)(xz_rng_gamma(rng, 1.8) * 4.4);
        xz_sim_plan_stay(sim, person, who->hospital, day, nights > 60 ? 60 : nights,
                         sim->sites[who->hospital].stays);
    }
}

/* A fifth die in hospital: the stay is settled days after the death, by its own dates. */
static void plan_deaths(struct xz_simulation *sim, int32_t day)
{
    struct xz_rng *rng = &sim->rng;

    for (uint32_t n = how_many(sim, 0.03); n > 0; n--) {
        const uint32_t person = xz_sim_random_person(sim);
        struct xz_sim_person *who = &sim->people[person];
        const int age = xz_sim_age(sim, person, xz_day_start_ms(sim->config.first_day + day));
        if (busy(sim, person, day) || !xz_sim_chance(rng, age < 60   ? 0.03
                                                          : age < 75 ? 0.35
                                                                     : 1.0)) {
            continue;
        }
        struct xz_sim_intent intent =
            xz_sim_intent_of(XZ_SIM_DO_DEATH, person, XZ_SIM_NONE,
                             xz_day_start_ms(sim->config.first_day + day) +
                                 (int64_t)xz_rng_below(rng, 86000) * XZ_SECOND_MS);
        if (sim->config.lookalikes && xz_sim_chance(rng, 0.2)) {
            const int32_t nights = (int32_t)xz_sim_between(rng, 2, 9);
            struct xz_sim_intent bill =
                xz_sim_intent_of(XZ_SIM_DO_INPATIENT, person, who->hospital,
                                 xz_sim_draw_time(sim, who->hospital,
                                                  sim->config.first_day + day + nights +
                                                      (int32_t)xz_sim_between(rng, 1, 4)));
            intent.at_ms += nights * XZ_DAY_MS;
            bill.detail = (uint8_t)(xz_day_of(bill.at_ms) - xz_day_of(intent.at_ms));
            bill.span = (int16_t)nights;
            who->stay_from = (int16_t)day;
            who->stay_until = (int16_t)(day + nights);
            xz_sim_push(sim, &bill);
        }
        xz_sim_push(sim, &intent);
    }
}

/* Nursing homes and village doctors settle for all their regulars in one morning: many cards in
 * minutes, the same drugs. */
static void plan_batches(struct xz_simulation *sim, int32_t day)
{
    const int32_t today = sim->config.first_day + day;
    const int date = xz_civil_of(xz_day_start_ms(today)).day;

    for (uint32_t site = 0; site < sim->site_count; site++) {
        const struct xz_sim_site *where = &sim->sites[site];
        if (where->regular_count == 0 || where->batch_day != date) {
            continue;
        }
        int64_t at_ms = xz_day_start_ms(today) + 8 * XZ_HOUR_MS + 30 * XZ_MINUTE_MS +
                        (int64_t)xz_rng_below(&sim->rng, 3600) * XZ_SECOND_MS;
        for (uint32_t i = 0; i < where->regular_count; i++) {
            const uint32_t person = sim->regulars[where->first_regular + i];
            if (!busy(sim, person, day)) {
                struct xz_sim_intent intent =
                    xz_sim_intent_of(XZ_SIM_DO_REFILL, person, site, at_ms);
                intent.cert = 3;
                xz_sim_push(sim, &intent);
                at_ms += (int64_t)xz_sim_between(&sim->rng, 30, 95) * XZ_SECOND_MS;
            }
        }
    }
}

/* A day of vaccination or check-ups at one price, in some health centre. */
static void plan_campaigns(struct xz_simulation *sim, int32_t day)
{
    struct xz_rng *rng = &sim->rng;
    uint32_t vaccine, checkup, count;

    xz_sim_group_range(XZ_SIM_VACCINE, &vaccine, &count);
    xz_sim_group_range(XZ_SIM_CHECKUP, &checkup, &count);
    for (uint32_t county = 0; county < sim->home_counties; county++) {
        if (!xz_sim_chance(rng, 1.0 / 25) ||
            xz_civil_of(xz_day_start_ms(sim->config.first_day + day)).weekday >= 5) {
            continue;
        }
        const uint32_t site = xz_sim_pick_site(sim, rng, county, XZ_SIM_PRIMARY);
        const bool old = xz_sim_chance(rng, 0.5);
        const uint32_t most = (uint32_t)(sim->counties[county].share * sim->people_count / 20);
        const uint32_t wanted = xz_sim_between(rng, 25, 90);
        const uint32_t guests = wanted < most ? wanted : most;
        for (uint32_t i = 0, tries = 0; i < guests && tries < 40 * guests; tries++) {
            const uint32_t person = xz_sim_random_person(sim);
            const int64_t at_ms = xz_day_start_ms(sim->config.first_day + day) + 8 * XZ_HOUR_MS +
                                  (int64_t)xz_rng_below(rng, 14000) * XZ_SECOND_MS;
            const bool fits = old == (xz_sim_age(sim, person, at_ms) >= 55);
            if (fits && sim->people[person].county == county && !busy(sim, person, day)) {
                struct xz_sim_intent intent = xz_sim_intent_of(
                    old ? XZ_SIM_DO_CHECKUP : XZ_SIM_DO_VACCINE, person, site, at_ms);
                intent.item = old ? checkup + 1 : vaccine;
                xz_sim_push(sim, &intent);
                i++;
            }
        }
    }
}

/* A healthy person, unseen so far, needs an operation: the account is emptied at once, lawfully,
 * and follow-up visits come after it. */
static void plan_surgeries(struct xz_simulation *sim, int32_t day)
{
    struct xz_rng *rng = &sim->rng;

    for (uint32_t n = how_many(sim, 0.16); n > 0; n--) {
        const uint32_t person = xz_sim_random_person(sim);
        struct xz_sim_person *who = &sim->people[person];
        if (busy(sim, person, day) || !(who->flags & XZ_SIM_DORMANT)) {
            continue;
        }
        const uint32_t site = who->hospital;
        const int32_t today = sim->config.first_day + day;
        struct xz_sim_intent intent =
            xz_sim_intent_of(XZ_SIM_DO_SURGERY, person, site, xz_sim_draw_time(sim, site, today));
        intent.other = xz_sim_diagnosis_find(xz_sim_chance(rng, 0.5) ? "K80.200" : "S82.000");
        who->flags &= (uint16_t) ~(XZ_SIM_DORMANT | XZ_SIM_CASH);
        xz_sim_push(sim, &intent);
        for (int32_t i = 0, later = today; i < 3; i++) {
            later += (int32_t)xz_sim_between(rng, 3, 14);
            intent.kind = i == 2 ? XZ_SIM_DO_SHOP : XZ_SIM_DO_CLINIC;
            intent.site = i == 2 ? who->shop : site;
            intent.at_ms = xz_sim_draw_time(sim, intent.site, later);
            xz_sim_push(sim, &intent);
        }
    }
}

static void plan_status(struct xz_simulation *sim, int32_t day)
{
    struct xz_rng *rng = &sim->rng;

    for (uint32_t n = how_many(sim, 0.012); n > 0; n--) { /* between two employers */
        const uint32_t person = xz_sim_random_person(sim);
        if (busy(sim, person, day) || (sim->people[person].flags & XZ_SIM_BARRED)) {
            continue;
        }
        struct xz_sim_intent intent =
            xz_sim_intent_of(XZ_SIM_DO_STATUS, person, XZ_SIM_NONE, office_hour(sim, day));
        intent.word = XZ_STATUS_PAUSED;
        xz_sim_push(sim, &intent);
        intent.word = XZ_STATUS_INSURED;
        intent.at_ms += (int64_t)xz_sim_between(rng, 20, 120) * XZ_DAY_MS;
        xz_sim_push(sim, &intent);
    }
    static const uint8_t actions[8] = {XZ_CREDENTIAL_BALANCE_QUERY, XZ_CREDENTIAL_BALANCE_QUERY,
                                       XZ_CREDENTIAL_BALANCE_QUERY, XZ_CREDENTIAL_BALANCE_QUERY,
                                       XZ_CREDENTIAL_FACE_PASS,     XZ_CREDENTIAL_FACE_FAIL,
                                       XZ_CREDENTIAL_NEW_DEVICE,    XZ_CREDENTIAL_RESET_PASSWORD};
    for (uint32_t n = how_many(sim, 0.5); n > 0; n--) {
        struct xz_sim_intent intent = xz_sim_intent_of(
            XZ_SIM_DO_CREDENTIAL, xz_sim_random_person(sim), XZ_SIM_NONE, office_hour(sim, day));
        intent.word = actions[xz_rng_below(rng, 8)];
        xz_sim_push(sim, &intent);
    }
}

/* Lawful movements: premiums for relatives, insurance from the account, accounts closed for one of
 * the six reasons with the paper for it. */
static void plan_movements(struct xz_simulation *sim, int32_t day)
{
    struct xz_rng *rng = &sim->rng;

    for (uint32_t n = how_many(sim, 0.03); n > 0 && sim->account_count; n--) {
        const uint32_t person = sim->accounts[xz_rng_below(rng, sim->account_count)];
        struct xz_sim_intent intent =
            xz_sim_intent_of(XZ_SIM_DO_MOVEMENT, person, XZ_SIM_NONE, office_hour(sim, day));
        if (busy(sim, person, day)) {
            continue;
        }
        intent.word = xz_sim_chance(rng, 0.7) ? XZ_MOVEMENT_PREMIUM : XZ_MOVEMENT_OTHER_USE;
        intent.amount_fen = intent.word == XZ_MOVEMENT_PREMIUM ? 40000 : 9900;
        if (xz_sim_chance(rng, 0.04) && !(sim->people[person].flags & XZ_SIM_CLOSED)) {
            intent.word = XZ_MOVEMENT_WITHDRAW_CLOSE;
            intent.detail = (uint8_t)xz_sim_between(rng, 2, 6);
        }
        xz_sim_push(sim, &intent);
    }
}

/* Links made, undone and lent once, within families. */
static void plan_links(struct xz_simulation *sim, int32_t day)
{
    struct xz_rng *rng = &sim->rng;

    for (uint32_t n = how_many(sim, 0.02); n > 0; n--) {
        const uint32_t person = xz_sim_random_person(sim);
        struct xz_sim_person *who = &sim->people[person];
        const uint32_t giver = who->home;
        if (busy(sim, person, day) || giver == person || who->giver[0] != XZ_SIM_NONE ||
            (sim->people[giver].flags & (XZ_SIM_ACCOUNT | XZ_SIM_CLOSED)) != XZ_SIM_ACCOUNT ||
            !xz_sim_relation(sim, giver, person) || busy(sim, giver, day)) {
            continue;
        }
        struct xz_sim_intent intent =
            xz_sim_intent_of(XZ_SIM_DO_LINK, giver, XZ_SIM_NONE, office_hour(sim, day));
        intent.other = person;
        intent.word = XZ_LINK_GRANT;
        if (xz_sim_chance(rng, 0.3)) { /* for one use, and it is used once */
            intent.flags = XZ_SIM_SETTLED;
            xz_sim_push(sim, &intent);
            struct xz_sim_intent use =
                xz_sim_intent_of(XZ_SIM_DO_SHOP, person, who->shop, intent.at_ms + 2 * XZ_HOUR_MS);
            use.tweak = XZ_SIM_TWEAK_GIVER;
            use.other = giver;
            xz_sim_push(sim, &use);
        } else {
            xz_sim_push(sim, &intent);
        }
    }
}

/* Paid in full elsewhere and reimbursed at the agency: the receipt is handed in once. */
static void plan_manual(struct xz_simulation *sim, int32_t day)
{
    for (uint32_t n = how_many(sim, 0.01); n > 0; n--) {
        const uint32_t person = xz_sim_random_person(sim);
        if (!busy(sim, person, day)) {
            struct xz_sim_intent intent = xz_sim_intent_of(
                XZ_SIM_DO_MANUAL, person, sim->people[person].hospital, office_hour(sim, day));
            xz_sim_push(sim, &intent);
        }
    }
}

void xz_sim_plan_extra(struct xz_simulation *sim, int32_t day)
{
    plan_credits(sim, day);
    plan_trips(sim, day);
    plan_stays(sim, day);
    plan_deaths(sim, day);
    plan_batches(sim, day);
    plan_status(sim, day);
    plan_movements(sim, day);
    plan_links(sim, day);
    plan_manual(sim, day);
    if (sim->config.lookalikes) {
        plan_campaigns(sim, day);
        plan_surgeries(sim, day);
    }
}
