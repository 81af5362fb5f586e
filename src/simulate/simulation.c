/* SPDX-License-Identifier: GPL-3.0-or-later */
/* simulate/simulation.c - the loop: plans days ahead of the clock, realises intents in event time,
 * lets events out in order of arrival. */
#include "simulate/sim.h"

#include <assert.h>
#include <stdlib.h>

#include "base/mem.h"

const char *const xz_simulation_patterns[] = {
    "T01", "T02", "T03", "T04", "T05", "T09", "T11", "T12", "T13", "T16", "R1",
    "R2",  "R3",  "R4",  "R5",  "R6",  "R7",  "R8",  "R9",  "R10", "R11", "R12",
    "R13", "R14", "R15", "R16", "R17", "R20", "R24", "R25", "R26"};
const size_t xz_simulation_pattern_count =
    sizeof(xz_simulation_patterns) / sizeof(xz_simulation_patterns[0]);
const char *const xz_intensity_names[3] = {"blatant", "medium", "subtle"};

void xz_simulation_config_init(struct xz_simulation_config *config)
{
    *config = (struct xz_simulation_config){.seed = 1,
                                            .people = 20000,
                                            .first_day = xz_day_of_date(2026, 3, 1),
                                            .days = 60,
                                            .activity = 1.0,
                                            .lookalikes = true,
                                            .schemes = true,
                                            .patterns = XZ_SIMULATION_PATTERNS_ALL,
                                            .late_share = 0.004,
                                            .stale_share = 0.0001,
                                            .disorder_share = 0.02,
                                            .duplicate_share = 0.002,
                                            .retry_share = 0.0005};
}

static enum xz_rc config_check(const struct xz_simulation_config *config, struct xz_err *err)
{
    const double shares =
        config->late_share + config->stale_share + config->disorder_share + config->duplicate_share;
    enum xz_rc rc = XZ_OK;

    if (config->people < XZ_SIMULATION_PEOPLE_MIN || config->people > XZ_SIMULATION_PEOPLE_MAX) {
        rc = xz_err_set(err, XZ_CONFIG, "people must be from %u to %u", XZ_SIMULATION_PEOPLE_MIN,
                        XZ_SIMULATION_PEOPLE_MAX);
    } else if (config->days < 1 || config->days > XZ_SIMULATION_DAYS_MAX) {
        rc = xz_err_set(err, XZ_CONFIG, "days must be from 1 to %u", XZ_SIMULATION_DAYS_MAX);
    } else if (!(config->activity > 0 && config->activity <= 20)) {
        rc = xz_err_set(err, XZ_CONFIG, "activity must be above 0 and at most 20");
    } else if (!(shares >= 0 && shares <= 1) || config->late_share < 0 || config->stale_share < 0 ||
               config->disorder_share < 0 || config->duplicate_share < 0 ||
               !(config->retry_share >= 0 && config->retry_share <= 1)) {
        rc = xz_err_set(err, XZ_CONFIG, "shares must not be negative, nor above 1 together");
    }
    return rc;
}

static double *sums_of_factors(const struct xz_simulation_config *config, bool shop)
{
    double *sums = xz_calloc(config->days + 1u, sizeof(*sums));

    for (uint32_t day = 0; day < config->days; day++) {
        sums[day + 1] = sums[day] + xz_sim_day_factor(config->first_day + (int32_t)day, shop);
    }
    return sums;
}

enum xz_rc xz_simulation_new(const struct xz_simulation_config *config,
                             struct xz_simulation **simulation, struct xz_err *err)
{
    enum xz_rc rc = config_check(config, err);

    if (rc != XZ_OK) {
        return rc;
    }
    struct xz_simulation *sim = xz_calloc(1, sizeof(*sim));
    sim->config = *config;
    xz_rng_init(&sim->rng, config->seed, 0);
    xz_rng_init(&sim->scheme_rng, config->seed, 1);
    sim->start_ms = xz_day_start_ms(config->first_day);
    sim->end_ms = xz_day_start_ms(config->first_day + (int32_t)config->days);
    sim->arrival_ms = sim->start_ms;
    sim->op_clinic = sums_of_factors(config, false);
    sim->op_shop = sums_of_factors(config, true);
    sim->next_code = 1;
    xz_sim_region_init(sim);
    xz_sim_population_init(sim);
    xz_sim_push_old_links(sim);
    if (config->schemes) {
        xz_sim_schemes_init(sim);
    }
    *simulation = sim;
    return XZ_OK;
}

void xz_simulation_free(struct xz_simulation *sim)
{
    if (sim == NULL) {
        return;
    }
    for (size_t i = 0; i < sim->intent_count; i++) {
        free(sim->intents[i].memo);
    }
    for (size_t i = 0; i < sim->held_count; i++) {
        free(sim->held[i].draft);
    }
    free(sim->last);
    free(sim->intents);
    free(sim->held);
    free(sim->schemes);
    free(sim->sites);
    free(sim->people);
    free(sim->due);
    free(sim->regulars);
    free(sim->accounts);
    free(sim->op_clinic);
    free(sim->op_shop);
    free(sim);
}

void xz_simulation_on_truth(struct xz_simulation *sim, xz_simulation_truth_fn fn, void *arg)
{
    sim->truth = fn;
    sim->truth_arg = arg;
}

int64_t xz_simulation_arrival_ms(const struct xz_simulation *sim) { return sim->arrival_ms; }

struct xz_simulation_counts xz_simulation_counts(const struct xz_simulation *sim)
{
    return sim->counts;
}

/* What becomes of an event on its way here; duplicates come twice. */
struct passage {
    int64_t delay_ms;
    bool twice;
};

static struct passage draw_passage(struct xz_simulation *sim)
{
    const struct xz_simulation_config *config = &sim->config;
    struct xz_rng *rng = &sim->rng;
    double roll = xz_rng_unit(rng);
    struct passage passage = {0, false};

    if (roll < config->late_share) {
        /* most within a day, none after the seventh */
        const double share = xz_rng_unit(rng);
        passage.delay_ms =
            XZ_HOUR_MS + (int64_t)(share * share * share * 166.0 * 3600.0) * XZ_SECOND_MS;
    } else if ((roll -= config->late_share) < config->stale_share) {
        passage.delay_ms =
            (int64_t)(xz_sim_between(rng, 7 * 86400 + 60, 21 * 86400)) * XZ_SECOND_MS;
    } else if ((roll -= config->stale_share) < config->disorder_share) {
        passage.delay_ms = (int64_t)xz_sim_between(rng, 1, 120) * XZ_SECOND_MS;
    } else if (roll - config->disorder_share < config->duplicate_share) {
        passage.twice = true;
    }
    return passage;
}

static void tell_truth(struct xz_simulation *sim, const struct xz_sim_intent *intent,
                       const struct xz_sim_draft *draft)
{
    const struct xz_sim_scheme *scheme = &sim->schemes[intent->scheme];
    const char *typology = xz_simulation_patterns[scheme->pattern];
    char name[40], msgid[XZ_ID_MAX + 1];

    if (sim->truth == NULL || (intent->flags & XZ_SIM_QUIET_ID)) {
        return;
    }
    (void)snprintf(name, sizeof(name), "%s-%s-%03u", typology,
                   xz_intensity_names[scheme->intensity], (unsigned)scheme->number);
    (void)snprintf(msgid, sizeof(msgid), XZ_STR_FMT, XZ_STR_ARG(draft->event.msgid));
    const struct xz_simulation_truth truth = {name, typology, xz_sim_subject_kind(scheme->pattern),
                                              scheme->subject, msgid};
    sim->counts.truths++;
    sim->truth(sim->truth_arg, &truth);
}

/* Lets the next intent happen. True if it made an event that arrives at once, in *out. */
static bool step(struct xz_simulation *sim, struct xz_sim_draft **out)
{
    struct xz_sim_intent intent = xz_sim_pop(sim);
    const struct passage passage = draw_passage(sim);
    const bool held = passage.delay_ms > 0 || passage.twice;
    struct xz_sim_draft *draft = held ? xz_malloc(sizeof(*draft)) : &sim->draft;
    bool now = false;

    if (intent.at_ms >= sim->end_ms || !xz_sim_realise(sim, &intent, draft)) {
        if (held) {
            free(draft);
        }
        goto out;
    }
    if (intent.scheme) {
        tell_truth(sim, &intent, draft);
    }
    if (held) {
        struct xz_sim_held item = {.arrival_ms = intent.at_ms + passage.delay_ms, .draft = draft};
        if (passage.twice) {
            item.arrival_ms += (int64_t)xz_sim_between(&sim->rng, 1, 600) * XZ_SECOND_MS;
            item.again = true;
        }
        sim->counts.late += passage.delay_ms >= XZ_HOUR_MS;
        xz_sim_hold(sim, &item);
    }
    if (!held || passage.twice) {
        *out = draft;
        now = true;
        sim->arrival_ms = intent.at_ms > sim->arrival_ms ? intent.at_ms : sim->arrival_ms;
    }
out:
    free(intent.memo);
    return now;
}

bool xz_simulation_next(struct xz_simulation *sim, struct xz_event *event)
{
    struct xz_sim_draft *draft = NULL;

    free(sim->last);
    sim->last = NULL;
    while (draft == NULL) {
        while (sim->planned < (int32_t)sim->config.days &&
               (sim->intent_count == 0 ||
                sim->intents[0].at_ms >= xz_day_start_ms(sim->config.first_day + sim->planned))) {
            xz_sim_plan_day(sim, sim->planned++);
        }
        if (sim->held_count > 0 &&
            (sim->intent_count == 0 || sim->held[0].arrival_ms <= sim->intents[0].at_ms)) {
            const struct xz_sim_held held = xz_sim_release(sim);
            sim->last = draft = held.draft;
            sim->counts.duplicates += held.again;
            sim->arrival_ms = held.arrival_ms > sim->arrival_ms ? held.arrival_ms : sim->arrival_ms;
        } else if (sim->intent_count == 0) {
            return false;
        } else if (!step(sim, &draft)) {
            draft = NULL;
        }
    }
    *event = draft->event;
    sim->counts.events++;
    return true;
}
