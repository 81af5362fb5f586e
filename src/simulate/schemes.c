/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * simulate/schemes.c - who plays which scheme, and when. A scheme is a handful of intents put into
 * the queue before the first day; what it is made of follows reported cases, not any detector.
 */
#include "simulate/stage.h"

#include <stdio.h>

#include "base/mem.h"

static const struct {
    const char *kind; /* of the subject */
    xz_sim_scheme_fn fn;
} plays[] = {/* in the order of xz_simulation_patterns */
             {"insured", xz_sim_t01},
             {"insured", xz_sim_t02},
             {"insured", xz_sim_t03},
             {"insured", xz_sim_t04},
             {"insured", xz_sim_t05},
             {"institution", xz_sim_t09},
             {"insured", xz_sim_t11},
             {"institution", xz_sim_t12},
             {"operator", xz_sim_t13},
             {"trace", xz_sim_t16},
             {"giver", xz_sim_link_rule},
             {"giver", xz_sim_link_rule},
             {"giver", xz_sim_link_rule},
             {"giver", xz_sim_link_rule},
             {"giver", xz_sim_link_rule},
             {"giver", xz_sim_link_rule},
             {"giver", xz_sim_link_rule},
             {"insured", xz_sim_use_rule},
             {"insured", xz_sim_use_rule},
             {"insured", xz_sim_use_rule},
             {"insured", xz_sim_use_rule},
             {"insured", xz_sim_use_rule},
             {"giver", xz_sim_r13},
             {"insured", xz_sim_movement_rule},
             {"insured", xz_sim_use_rule},
             {"insured", xz_sim_movement_rule},
             {"insured", xz_sim_movement_rule},
             {"insured", xz_sim_movement_rule},
             {"insured", xz_sim_use_rule},
             {"insured", xz_sim_use_rule},
             {"insured", xz_sim_use_rule}};

const char *xz_sim_subject_kind(uint32_t pattern) { return plays[pattern].kind; }

/* Whoever is in no programme, no regular, alive, insured here, and in no other scheme. */
static bool free_to_play(const struct xz_simulation *sim, uint32_t person)
{
    const struct xz_sim_person *who = &sim->people[person];
    const unsigned barred =
        XZ_SIM_CAST | XZ_SIM_DEAD | XZ_SIM_UNBORN | XZ_SIM_HEAVY | XZ_SIM_DORMANT | XZ_SIM_REGULAR;

    return (who->flags & barred) == 0 && who->insu < sim->home_cities;
}

bool xz_sim_unlinked(const struct xz_simulation *sim, uint32_t person)
{
    const uint32_t home = sim->people[person].home;
    bool found = false;

    for (uint32_t other = home; other < home + sim->people[person].home_size; other++) {
        found = found || sim->people[other].giver[0] != XZ_SIM_NONE;
    }
    return !found;
}

uint32_t xz_sim_cast_member(struct xz_sim_stage *stage,
                            bool (*fits)(const struct xz_simulation *sim, uint32_t person))
{
    struct xz_simulation *sim = stage->sim;

    for (uint32_t tries = 0; tries < 20000; tries++) {
        const uint32_t person = xz_rng_below(stage->rng, sim->people_count);
        if (free_to_play(sim, person) && fits(sim, person)) {
            sim->people[person].flags |= XZ_SIM_CAST;
            return person;
        }
    }
    return XZ_SIM_NONE;
}

uint32_t xz_sim_cast(struct xz_sim_stage *stage, int64_t balance_min_fen)
{
    struct xz_simulation *sim = stage->sim;

    for (uint32_t tries = 0; tries < 4000 && sim->account_count; tries++) {
        const uint32_t person = sim->accounts[xz_rng_below(stage->rng, sim->account_count)];
        if (free_to_play(sim, person) && sim->people[person].balc_fen >= balance_min_fen) {
            sim->people[person].flags |= XZ_SIM_CAST;
            return person;
        }
    }
    return XZ_SIM_NONE;
}

void xz_sim_subject_text(struct xz_sim_stage *stage, const char *text)
{
    struct xz_sim_scheme *scheme = &stage->sim->schemes[stage->scheme];

    (void)snprintf(scheme->subject, sizeof(scheme->subject), "%s", text);
}

void xz_sim_subject_person(struct xz_sim_stage *stage, uint32_t person)
{
    char text[20];

    xz_sim_psn_text(stage->sim, person, text);
    xz_sim_subject_text(stage, text);
}

struct xz_sim_intent xz_sim_act(const struct xz_sim_stage *stage, enum xz_sim_kind kind,
                                uint32_t person, uint32_t site, int64_t at_ms)
{
    struct xz_sim_intent intent = xz_sim_intent_of(kind, person, site, at_ms);

    intent.scheme = stage->scheme;
    return intent;
}

int64_t xz_sim_stage_time(const struct xz_sim_stage *stage, int32_t day, uint32_t hour,
                          uint32_t minute)
{
    return xz_day_start_ms(stage->sim->config.first_day + day) + hour * XZ_HOUR_MS +
           minute * XZ_MINUTE_MS + (int64_t)xz_rng_below(stage->rng, 60) * XZ_SECOND_MS;
}

uint32_t xz_sim_stage_shop(struct xz_sim_stage *stage, uint32_t county)
{
    return xz_sim_pick_site(stage->sim, stage->rng, county, XZ_SIM_SHOP);
}

/* Somewhere in the days from first_day on. */
static void play(struct xz_simulation *sim, uint32_t pattern, enum xz_intensity intensity,
                 uint32_t number, uint32_t first_day, uint32_t days)
{
    struct xz_sim_stage stage = {.sim = sim, .rng = &sim->scheme_rng, .intensity = intensity};

    xz_array_reserve((void **)&sim->schemes, &sim->scheme_cap, sim->scheme_count + 1,
                     sizeof(*sim->schemes));
    stage.scheme = (uint32_t)sim->scheme_count++;
    sim->schemes[stage.scheme] = (struct xz_sim_scheme){
        .pattern = (uint8_t)pattern, .intensity = (uint8_t)intensity, .number = number};
    stage.day = (int32_t)(days / 10 + xz_rng_below(stage.rng, days / 2 + 1));
    stage.day = stage.day >= (int32_t)days ? (int32_t)days - 1 : stage.day;
    stage.span = (int32_t)days - stage.day;
    stage.day += (int32_t)first_day;
    stage.begin = (int32_t)first_day;
    stage.end = (int32_t)(first_day + days);
    plays[pattern].fn(&stage);
}

/* One of each in the days from first_day on. before: of each pattern and intensity, so far. */
static void play_all(struct xz_simulation *sim, uint32_t instances, uint32_t before,
                     uint32_t first_day, uint32_t days)
{
    for (uint32_t pattern = 0; pattern < xz_simulation_pattern_count; pattern++) {
        if (!(sim->config.patterns >> pattern & 1)) {
            continue;
        }
        for (uint32_t i = 0; i < 3 * instances; i++) {
            play(sim, pattern, (enum xz_intensity)(i % 3), before + i / 3 + 1, first_day, days);
        }
    }
}

void xz_sim_schemes_init(struct xz_simulation *sim)
{
    const struct xz_simulation_config *config = &sim->config;
    const uint32_t every = config->scheme_days ? config->scheme_days : config->days;
    uint32_t instances = config->instances ? config->instances : config->people / 10000;
    uint32_t before = 0;

    instances = instances ? instances : 1;
    xz_array_reserve((void **)&sim->schemes, &sim->scheme_cap, 1, sizeof(*sim->schemes));
    sim->schemes[0] = (struct xz_sim_scheme){0};
    sim->scheme_count = 1;
    for (uint32_t day = 0; day < config->days; day += every) {
        play_all(sim, instances, before, day,
                 config->days - day < every ? config->days - day : every);
        before += instances;
    }
}
