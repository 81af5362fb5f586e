/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * simulate/sim.h - private to the folder: the state of a simulation and what its parts call.
 *
 * It is a discrete-event simulation. A plan for the day puts intents ("this person wants to buy
 * at about this time") into a queue by event time; realising an intent in that order moves money,
 * decides lines and may add intents (a correction in five minutes). So balances are consistent in
 * event time, and an event that arrives on time is made when it is asked for and never stored.
 */
#ifndef XZ_SIMULATE_SIM_H
#define XZ_SIMULATE_SIM_H
#include "base/rng.h"
#include "base/time.h"
#include "simulate/catalogue.h"
#include "simulate/intent.h"
#include "simulate/region.h"
#include "simulate/simulate.h"

struct xz_simulation {
    struct xz_simulation_config config;
    struct xz_rng rng, scheme_rng;
    struct xz_sim_city cities[XZ_SIM_CITIES_MAX];
    uint32_t city_count, home_cities;
    struct xz_sim_county counties[XZ_SIM_COUNTIES_MAX];
    uint32_t county_count, home_counties;
    struct xz_sim_site *sites;
    size_t site_count, site_cap;
    struct xz_sim_person *people;
    uint32_t people_count;
    int16_t *due;       /* by person: the next day that the plan has to look at them */
    uint32_t *regulars; /* people, by site */
    uint32_t *accounts; /* people who hold one */
    uint32_t account_count;
    double *op_clinic, *op_shop;   /* sums of day factors before day d; days + 1 */
    int32_t planned;               /* days planned so far */
    struct xz_sim_intent *intents; /* heap */
    size_t intent_count, intent_cap;
    struct xz_sim_held *held; /* heap */
    size_t held_count, held_cap;
    uint64_t order, next_code, next_setl, next_mdtrt, next_invoice, agency_seq;
    int64_t start_ms, end_ms, arrival_ms;
    struct xz_sim_draft draft;     /* of events that arrive on time */
    struct xz_sim_draft *last;     /* held one that came out last: freed on the next call */
    struct xz_sim_scheme *schemes; /* [0] unused */
    size_t scheme_count, scheme_cap;
    xz_simulation_truth_fn truth;
    void *truth_arg;
    struct xz_simulation_counts counts;
};

/* --- draw.c: random draws without libm, calendar -------------------------------------------- */
double xz_sim_exp(double x); /* by IEEE operations alone: the same on every machine */
double xz_sim_lognormal(struct xz_rng *rng, double median, double sigma);
bool xz_sim_chance(struct xz_rng *rng, double probability);
uint32_t xz_sim_between(struct xz_rng *rng, uint32_t low, uint32_t high); /* both ends included */
bool xz_sim_festival(int32_t day);
double xz_sim_day_factor(int32_t day, bool shop);
/* A second of the day at which someone comes to the site: hour curve, opening hours, and the waves
 * by which gaps at a counter get their heavy tail. */
int64_t xz_sim_draw_time(struct xz_simulation *sim, uint32_t site, int32_t day);
bool xz_sim_is_open(const struct xz_sim_site *site, int64_t at_ms);
int16_t xz_sim_due_after(const double *op, uint32_t days, int32_t day, double wait);

/* --- region.c, population.c, family.c --------------------------------------------------------- */
void xz_sim_region_init(struct xz_simulation *sim);
uint32_t xz_sim_pick_site(struct xz_simulation *sim, struct xz_rng *rng, uint32_t county,
                          enum xz_sim_site_group group);
double xz_sim_distance_km(const struct xz_sim_site *from, const struct xz_sim_site *to);
int64_t xz_sim_travel_ms(double km); /* what a person who hurries needs, waiting included */
void xz_sim_population_init(struct xz_simulation *sim);
int xz_sim_age(const struct xz_simulation *sim, uint32_t person, int64_t at_ms);
void xz_sim_set_due(struct xz_simulation *sim, uint32_t person);
uint32_t xz_sim_random_person(struct xz_simulation *sim);
uint32_t xz_sim_proxy_of(const struct xz_simulation *sim, uint32_t person); /* or XZ_SIM_NONE */
const char *xz_sim_relation(const struct xz_simulation *sim, uint32_t giver, uint32_t receiver);
void xz_sim_push_old_links(struct xz_simulation *sim);

/* --- queue.c ------------------------------------------------------------------------------------
 */
struct xz_sim_intent xz_sim_intent_of(enum xz_sim_kind kind, uint32_t person, uint32_t site,
                                      int64_t at_ms);
void xz_sim_push(struct xz_simulation *sim, const struct xz_sim_intent *intent);
struct xz_sim_intent xz_sim_pop(struct xz_simulation *sim);
void xz_sim_hold(struct xz_simulation *sim, const struct xz_sim_held *held);
struct xz_sim_held xz_sim_release(struct xz_simulation *sim);

/* --- plan.c, plan_extra.c ------------------------------------------------------------------- */
void xz_sim_plan_day(struct xz_simulation *sim, int32_t day);   /* day of the run, from 0 */
void xz_sim_plan_extra(struct xz_simulation *sim, int32_t day); /* lookalikes, life, clerks */
void xz_sim_plan_stay(struct xz_simulation *sim, uint32_t person, uint32_t site, int32_t day,
                      int32_t nights, bool say);
uint32_t xz_sim_county_today(const struct xz_simulation *sim, uint32_t person, int32_t day,
                             bool working_hours);

/* --- sale.c, split.c ---------------------------------------------------------------------------
 */
void xz_sim_sale_lines(struct xz_simulation *sim, const struct xz_sim_intent *intent,
                       struct xz_sim_sale *sale);
void xz_sim_sale_split(struct xz_simulation *sim, const struct xz_sim_intent *intent,
                       struct xz_sim_sale *sale);
void xz_sim_sale_undo(struct xz_simulation *sim, const struct xz_sim_sale *sale);
void xz_sim_sale_redo(struct xz_simulation *sim, struct xz_sim_sale *sale);
void xz_sim_line_add(struct xz_simulation *sim, struct xz_sim_sale *sale, uint32_t item,
                     uint32_t boxes);

/* --- realise.c, say.c ----------------------------------------------------------------------- */
/* Makes the intent happen. False: it came to nothing, or was put off. */
bool xz_sim_realise(struct xz_simulation *sim, struct xz_sim_intent *intent,
                    struct xz_sim_draft *draft);
void xz_sim_say_sale(struct xz_simulation *sim, struct xz_sim_sale *sale,
                     struct xz_sim_draft *draft);
void xz_sim_say_envelope(struct xz_simulation *sim, struct xz_sim_draft *draft, uint32_t person,
                         uint32_t site, uint32_t counter, int64_t at_ms, const char *infno);
bool xz_sim_say_other(struct xz_simulation *sim, const struct xz_sim_intent *intent,
                      struct xz_sim_draft *draft);
struct xz_str xz_sim_text(struct xz_sim_draft *draft, const char *format, ...) XZ_PRINTF(2, 3);
struct xz_str xz_sim_psn_no(const struct xz_simulation *sim, struct xz_sim_draft *draft,
                            uint32_t person);
void xz_sim_psn_text(const struct xz_simulation *sim, uint32_t person, char text[static 20]);
void xz_sim_code_text(uint32_t item, uint64_t code, char text[static 24]);

/* --- schemes.c, tweaks.c ---------------------------------------------------------------------- */
void xz_sim_schemes_init(struct xz_simulation *sim);
/* What a settlement, movement or link of a scheme says that an honest one would not. */
void xz_sim_tweak_link(struct xz_simulation *sim, const struct xz_sim_intent *intent,
                       struct xz_sim_draft *draft);
void xz_sim_tweak_movement(struct xz_simulation *sim, const struct xz_sim_intent *intent,
                           struct xz_sim_draft *draft);
void xz_sim_tweak_sale(struct xz_simulation *sim, const struct xz_sim_intent *intent,
                       struct xz_sim_sale *sale);
const char *xz_sim_subject_kind(uint32_t pattern);

#endif
