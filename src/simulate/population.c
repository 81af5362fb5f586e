/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * simulate/population.c - households and the lasting traits of their members: age, scheme, money,
 * chronic disease, frailty, usual places, who shares whose account.
 */
#include "simulate/sim.h"

#include <stdlib.h>

#include "base/mem.h"

enum { TYPE_ACTIVE = 11, TYPE_RETIRED = 12, TYPE_MINOR = 14, TYPE_ADULT = 15, TYPE_OLD = 16 };

int xz_sim_age(const struct xz_simulation *sim, uint32_t person, int64_t at_ms)
{
    return xz_age_years(sim->people[person].brdy, at_ms);
}

void xz_sim_set_due(struct xz_simulation *sim, uint32_t person)
{
    const struct xz_sim_person *who = &sim->people[person];
    int16_t due = who->clinic_due;

    due = who->shop_due < due ? who->shop_due : due;
    due = who->refill_due < due ? who->refill_due : due;
    due = who->heavy_due < due ? who->heavy_due : due;
    sim->due[person] = due;
}

uint32_t xz_sim_random_person(struct xz_simulation *sim)
{
    return xz_rng_below(&sim->rng, sim->people_count);
}

static uint32_t draw_county(struct xz_simulation *sim)
{
    double at = xz_rng_unit(&sim->rng);
    uint32_t county = 0;

    while (county + 1 < sim->home_counties && at >= sim->counties[county].share) {
        at -= sim->counties[county].share;
        county++;
    }
    return county;
}

static void set_insurance(struct xz_simulation *sim, struct xz_sim_person *who, int age)
{
    struct xz_rng *rng = &sim->rng;
    const bool past_work = age >= (who->sex == 1 ? 60 : 55);

    if (age < 18) {
        who->psn_type = TYPE_MINOR;
    } else if (past_work) {
        who->psn_type = xz_sim_chance(rng, 0.42) ? TYPE_RETIRED : TYPE_OLD;
    } else {
        who->psn_type = age >= 22 && xz_sim_chance(rng, 0.4) ? TYPE_ACTIVE : TYPE_ADULT;
    }
    if (who->psn_type == TYPE_ACTIVE || who->psn_type == TYPE_RETIRED) {
        who->flags |= XZ_SIM_ACCOUNT;
        /* means of 4,084 yuan held and 150 a month credited, from the national account */
        who->balc_fen = (int64_t)(xz_sim_lognormal(rng, 2600, 0.95) * 100);
        who->credit_fen = (uint32_t)(xz_sim_lognormal(rng, 132, 0.5)) * 100;
    }
}

static uint8_t draw_disease(struct xz_simulation *sim, int sex, int age)
{
    static const struct {
        const char *code;
        uint16_t weight;
    } common[] = {{"I10.x00", 45}, {"E11.900", 22}, {"E78.500", 12}, {"I25.103", 10},
                  {"J44.900", 5},  {"N18.900", 4},  {"C34.900", 2}};

    for (int tries = 0; tries < 8; tries++) {
        uint32_t at = xz_rng_below(&sim->rng, 100), i = 0;
        while (at >= common[i].weight) {
            at -= common[i++].weight;
        }
        const uint32_t found = xz_sim_diagnosis_find(common[i].code);
        if (xz_sim_diagnosis_fits(&xz_sim_diagnoses[found], sex, age)) {
            return (uint8_t)found;
        }
    }
    return 0;
}

/* Programme patients as in cn-a08 (README.md): visits a half year have mean 35 and a Gamma shape
 * of 3.3; a half year's money is known better than the number of visits, so who comes oftener
 * spends less a visit. */
static void set_programme(struct xz_simulation *sim, struct xz_sim_person *who)
{
    struct xz_rng *rng = &sim->rng;
    double rate = 32.5 / 182.0 * xz_rng_gamma(rng, 3.6) / 3.6;

    rate = rate < 0.03 ? 0.03 : rate;
    who->flags |= XZ_SIM_HEAVY;
    who->heavy_rate = (float)rate;
    const double visits = 182.0 * rate + 4.0;
    who->visit_fen = (float)(xz_sim_lognormal(rng, 14200, 0.36) / visits * 100);
    if (xz_sim_chance(rng, 0.2)) {
        who->flags |= XZ_SIM_TWO_PLACES;
    }
    who->heavy_due = (int16_t)xz_sim_between(rng, 0, (uint32_t)(1 / rate));
}

static void set_chronic(struct xz_simulation *sim, struct xz_sim_person *who, int age)
{
    struct xz_rng *rng = &sim->rng;
    const double share = age < 30   ? 0.004
                         : age < 45 ? 0.04
                         : age < 60 ? 0.13
                         : age < 75 ? 0.27
                                    : 0.33;
    static const uint8_t intervals[10] = {14, 30, 30, 30, 30, 60, 60, 60, 90, 90};

    who->refill_due = XZ_SIM_NEVER;
    who->heavy_due = XZ_SIM_NEVER;
    if (!xz_sim_chance(rng, share)) {
        return;
    }
    who->disease = draw_disease(sim, who->sex, age);
    if (who->disease == 0) {
        return;
    }
    if (age >= 40 && xz_sim_chance(rng, 0.1)) {
        set_programme(sim, who);
        return;
    }
    if (xz_sim_chance(rng, 0.007)) {
        who->flags |= XZ_SIM_ON_DIALYSIS | XZ_SIM_HEAVY;
        who->disease = (uint8_t)xz_sim_diagnosis_find("N18.001");
        who->heavy_due = (int16_t)xz_sim_between(rng, 0, 2);
        return;
    }
    who->interval = intervals[xz_rng_below(rng, 10)];
    who->refill_due = (int16_t)xz_rng_below(rng, who->interval);
}

static void set_rates(struct xz_simulation *sim, struct xz_sim_person *who, int age)
{
    struct xz_rng *rng = &sim->rng;
    const double by_age = age < 6 ? 2.0 : age < 18 ? 0.8 : age < 45 ? 0.65 : age < 60 ? 1.0 : 1.6;
    const bool account = (who->flags & XZ_SIM_ACCOUNT) != 0;
    const double scale = sim->config.activity / 365.0;
    /* Gamma frailty: the same need over-disperses visits to doctors and to counters */
    const double frailty = xz_rng_gamma(rng, 0.9) / 0.9;

    who->clinic_rate = (float)(0.82 * by_age * frailty * scale);
    who->shop_rate = (float)((account ? 7.4 : 0.8) * (0.35 + 0.65 * frailty) * scale);
    if (account && age < 50 && xz_sim_chance(rng, 0.1)) {
        who->flags |= XZ_SIM_DORMANT;
        who->clinic_rate = who->shop_rate = 0;
        who->balc_fen = who->balc_fen * 3 / 2;
    }
    who->cert = (uint8_t)(xz_sim_chance(rng, age < 60 ? 0.65 : 0.25) ? 1
                          : xz_sim_chance(rng, 0.9)                  ? 3
                                                                     : 2);
    if (xz_sim_chance(rng, 0.1)) {
        who->flags |= XZ_SIM_CASH;
    }
}

static void set_places(struct xz_simulation *sim, struct xz_sim_person *who, int age)
{
    struct xz_rng *rng = &sim->rng;
    const bool rural = sim->cities[sim->counties[who->county].city].first_county != who->county &&
                       xz_sim_chance(rng, 0.45);

    who->shop = xz_sim_pick_site(sim, rng, who->county, XZ_SIM_SHOP);
    who->clinic = xz_sim_pick_site(sim, rng, who->county,
                                   rural                      ? XZ_SIM_VILLAGE
                                   : xz_sim_chance(rng, 0.45) ? XZ_SIM_CLINIC
                                                              : XZ_SIM_PRIMARY);
    who->hospital = xz_sim_pick_site(sim, rng, who->county,
                                     xz_sim_chance(rng, 0.35) ? XZ_SIM_TERTIARY : XZ_SIM_SECONDARY);
    who->work_county = who->county;
    if (age >= 22 && age < 60 && sim->home_cities > 1 && xz_sim_chance(rng, 0.02)) {
        const uint32_t city = (sim->counties[who->county].city + 1u) % sim->home_cities;
        who->flags |= XZ_SIM_COMMUTER;
        who->work_county = sim->cities[city].first_county;
    }
    if (age >= 74 && xz_sim_chance(rng, 0.1) && who->interval) { /* lives in the nursing home */
        who->clinic = xz_sim_pick_site(sim, rng, who->county, XZ_SIM_NURSING);
        who->flags |= XZ_SIM_REGULAR;
        who->interval = 30;
    } else if (sim->sites[who->clinic].group == XZ_SIM_VILLAGE && who->interval &&
               xz_sim_chance(rng, 0.6)) {
        who->flags |= XZ_SIM_REGULAR;
        who->interval = 30;
    }
    if (who->flags & XZ_SIM_REGULAR) {
        who->refill_due = XZ_SIM_NEVER; /* comes with the others */
    }
}

static void add_member(struct xz_simulation *sim, uint32_t home, uint32_t county, uint8_t insu,
                       enum xz_sim_role role, int age, int sex)
{
    if (sim->people_count >= sim->config.people) {
        return;
    }
    struct xz_rng *rng = &sim->rng;
    const uint32_t person = sim->people_count++;
    struct xz_sim_person *who = &sim->people[person];

    *who = (struct xz_sim_person){.last_site = XZ_SIM_NONE,
                                  .last_at_ms = XZ_TIME_NONE,
                                  .home = home,
                                  .giver = {XZ_SIM_NONE, XZ_SIM_NONE},
                                  .county = (uint16_t)county,
                                  .role = (uint8_t)role,
                                  .insu = insu,
                                  .sex = (uint8_t)sex,
                                  .trip_until = -1,
                                  .stay_until = -1};
    who->brdy = sim->config.first_day - age * 365 - age / 4 - (int32_t)xz_rng_below(rng, 364);
    who->flags |= age < 0 ? XZ_SIM_UNBORN : 0;
    set_insurance(sim, who, age);
    set_chronic(sim, who, age);
    set_rates(sim, who, age);
    set_places(sim, who, age);
    who->clinic_due = who->clinic_rate > 0
                          ? xz_sim_due_after(sim->op_clinic, sim->config.days, -1,
                                             xz_rng_exponential(rng) / (double)who->clinic_rate)
                          : XZ_SIM_NEVER;
    who->shop_due = who->shop_rate > 0
                        ? xz_sim_due_after(sim->op_shop, sim->config.days, -1,
                                           xz_rng_exponential(rng) / (double)who->shop_rate)
                        : XZ_SIM_NEVER;
}

/* The relation of the receiver to the giver, in the contract's words; NULL when the law knows
 * none that may share. Uses roles: head, spouse, their children, the head's parents. */
const char *xz_sim_relation(const struct xz_simulation *sim, uint32_t giver, uint32_t receiver)
{
    const uint8_t from = sim->people[giver].role, to = sim->people[receiver].role;
    const char *word = NULL;

    if (from <= XZ_SIM_SPOUSE && to <= XZ_SIM_SPOUSE) {
        word = "spouse";
    } else if (from <= XZ_SIM_SPOUSE && to == XZ_SIM_CHILD_OF) {
        word = "child";
    } else if (from == XZ_SIM_HEAD && to == XZ_SIM_PARENT_OF) {
        word = "parent";
    } else if (from == XZ_SIM_PARENT_OF && to == XZ_SIM_HEAD) {
        word = "child";
    } else if (from == XZ_SIM_PARENT_OF && to == XZ_SIM_CHILD_OF) {
        word = "grandchild";
    }
    return word;
}

static bool gives(const struct xz_simulation *sim, uint32_t person)
{
    return (sim->people[person].flags & (XZ_SIM_ACCOUNT | XZ_SIM_CLOSED)) == XZ_SIM_ACCOUNT;
}

/* Mutual aid: in a quarter of the families that can, head and spouse open their accounts. */
static void link_family(struct xz_simulation *sim, uint32_t home, uint32_t size)
{
    if (!xz_sim_chance(&sim->rng, 0.26)) {
        return;
    }
    for (uint32_t receiver = home; receiver < home + size; receiver++) {
        struct xz_sim_person *who = &sim->people[receiver];
        uint32_t count = 0;
        if ((who->flags & XZ_SIM_UNBORN) ||
            ((who->flags & XZ_SIM_ACCOUNT) && !xz_sim_chance(&sim->rng, 0.25))) {
            continue;
        }
        for (uint32_t giver = home; giver < home + size && count < XZ_SIM_GIVERS_MAX; giver++) {
            if (giver != receiver && gives(sim, giver) &&
                sim->people[giver].role <= XZ_SIM_SPOUSE && xz_sim_relation(sim, giver, receiver)) {
                who->giver[count++] = giver;
            }
        }
        if (count > 0 && !(who->flags & XZ_SIM_ACCOUNT)) {
            who->shop_rate *= 3.0f; /* there is money to spend at counters now */
        }
    }
}

static void add_household(struct xz_simulation *sim)
{
    struct xz_rng *rng = &sim->rng;
    const uint32_t home = sim->people_count, county = draw_county(sim);
    const uint32_t kind = xz_rng_below(rng, 100);
    const int sex = 1 + (int)xz_rng_below(rng, 2);
    /* a few live here and are insured in another province, with the paper for it */
    uint8_t insu = (uint8_t)sim->counties[county].city;
    int age = (int)xz_sim_between(rng, 24, 62);

    if (xz_sim_chance(rng, 0.006)) {
        insu = (uint8_t)(sim->home_cities + xz_rng_below(rng, sim->city_count - sim->home_cities));
    }
    if (kind < 20) { /* an old couple */
        age = (int)xz_sim_between(rng, 60, 88);
    }
    add_member(sim, home, county, insu, XZ_SIM_HEAD, age, sex);
    if (kind < 88) {
        const int gap = (int)xz_sim_between(rng, 0, 6) - 3;
        add_member(sim, home, county, insu, XZ_SIM_SPOUSE, age + gap, 3 - sex);
    }
    if (kind >= 20 && kind < 80) {
        const uint32_t children = kind < 50 ? 1 : kind < 70 ? 2 : 0;
        for (uint32_t i = 0; i < children; i++) {
            const int child = age - 24 - (int)xz_rng_below(rng, 12);
            if (child >= -1 && child < 30) { /* -1: to be born within a year */
                add_member(sim, home, county, insu, XZ_SIM_CHILD_OF, child,
                           1 + (int)xz_rng_below(rng, 2));
            }
        }
    }
    if (kind >= 60 && kind < 85 && age < 62) {
        const int parent = age + 24 + (int)xz_rng_below(rng, 8);
        add_member(sim, home, county, insu, XZ_SIM_PARENT_OF, parent, 1);
        add_member(sim, home, county, insu, XZ_SIM_PARENT_OF, parent - 1, 2);
    }
    for (uint32_t person = home; person < sim->people_count; person++) {
        sim->people[person].home_size = (uint8_t)(sim->people_count - home);
    }
    link_family(sim, home, sim->people_count - home);
}

/* Regulars by site, so that a site's batch day finds them without a search. */
static void index_regulars(struct xz_simulation *sim)
{
    uint32_t *next = xz_calloc(sim->site_count, sizeof(*next));
    uint32_t at = 0;

    for (uint32_t person = 0; person < sim->people_count; person++) {
        if (sim->people[person].flags & XZ_SIM_REGULAR) {
            sim->sites[sim->people[person].clinic].regular_count++;
        }
    }
    for (size_t site = 0; site < sim->site_count; site++) {
        sim->sites[site].first_regular = next[site] = at;
        at += sim->sites[site].regular_count;
    }
    sim->regulars = xz_calloc(at + 1u, sizeof(*sim->regulars));
    for (uint32_t person = 0; person < sim->people_count; person++) {
        if (sim->people[person].flags & XZ_SIM_REGULAR) {
            sim->regulars[next[sim->people[person].clinic]++] = person;
        }
    }
    free(next);
}

void xz_sim_population_init(struct xz_simulation *sim)
{
    sim->people = xz_calloc(sim->config.people, sizeof(*sim->people));
    sim->due = xz_calloc(sim->config.people, sizeof(*sim->due));
    while (sim->people_count < sim->config.people) {
        add_household(sim);
    }
    sim->accounts = xz_calloc(sim->people_count, sizeof(*sim->accounts));
    for (uint32_t person = 0; person < sim->people_count; person++) {
        xz_sim_set_due(sim, person);
        if (sim->people[person].flags & XZ_SIM_UNBORN) {
            const struct xz_sim_intent birth = xz_sim_intent_of(
                XZ_SIM_DO_BIRTH, person, XZ_SIM_NONE,
                xz_day_start_ms(sim->people[person].brdy) + person % 86400 * XZ_SECOND_MS);
            xz_sim_push(sim, &birth);
        }
        if (sim->people[person].flags & XZ_SIM_ACCOUNT) {
            sim->accounts[sim->account_count++] = person;
        }
    }
    index_regulars(sim);
}

uint32_t xz_sim_proxy_of(const struct xz_simulation *sim, uint32_t person)
{
    const struct xz_sim_person *who = &sim->people[person];
    uint32_t found = XZ_SIM_NONE;

    for (uint32_t other = who->home; other < who->home + who->home_size; other++) {
        if (other != person && !(sim->people[other].flags & (XZ_SIM_DEAD | XZ_SIM_UNBORN)) &&
            sim->people[other].role <= XZ_SIM_SPOUSE) {
            found = other;
        }
    }
    return found;
}
