/* SPDX-License-Identifier: GPL-3.0-or-later */
/* simulate/schemes_rules.c - single breaches of the rules R1 to R26: who does them and how often.
 * What each says wrongly is in tweaks.c. */
#include "simulate/stage.h"

#include <stdio.h>

static const uint32_t times_of[3] = {4, 2, 1};

static const char *rule_of(const struct xz_sim_stage *stage)
{
    return xz_simulation_patterns[stage->sim->schemes[stage->scheme].pattern];
}

static bool anyone(const struct xz_simulation *sim, uint32_t person)
{
    return xz_sim_age(sim, person, sim->start_ms) >= 3;
}

static bool resident(const struct xz_simulation *sim, uint32_t person)
{
    return sim->people[person].psn_type >= 15;
}

/* R1 to R7: links that must not be. One giver, several receivers. */
void xz_sim_link_rule(struct xz_sim_stage *stage)
{
    const bool first_rule = strcmp(rule_of(stage), "R1") == 0;
    const uint32_t giver =
        first_rule ? xz_sim_cast_member(stage, resident) : xz_sim_cast(stage, 50000);

    if (giver == XZ_SIM_NONE) {
        return;
    }
    xz_sim_subject_person(stage, giver);
    for (uint32_t i = 0; i < times_of[stage->intensity]; i++) {
        const uint32_t receiver = xz_sim_cast_member(stage, anyone);
        if (receiver == XZ_SIM_NONE) {
            return;
        }
        struct xz_sim_intent intent =
            xz_sim_act(stage, XZ_SIM_DO_LINK, giver, XZ_SIM_NONE,
                       xz_sim_stage_time(stage, stage->day, 9 + 2 * i, 17));
        intent.other = receiver;
        intent.word = XZ_LINK_GRANT;
        intent.detail = (uint8_t)(i + 1);
        xz_sim_push(stage->sim, &intent);
    }
}

/* Alive, in no scheme that would empty the account meanwhile, and with so much in it. */
static bool can_give(const struct xz_simulation *sim, uint32_t giver, int64_t balance_min_fen)
{
    const struct xz_sim_person *who = &sim->people[giver];

    return !(who->flags & (XZ_SIM_CAST | XZ_SIM_DEAD | XZ_SIM_CLOSED)) &&
           who->balc_fen >= balance_min_fen;
}

static bool child_of_two(const struct xz_simulation *sim, uint32_t person)
{
    const struct xz_sim_person *who = &sim->people[person];

    return !(who->flags & XZ_SIM_ACCOUNT) && who->giver[1] != XZ_SIM_NONE &&
           can_give(sim, who->giver[0], 150000) && can_give(sim, who->giver[1], 150000);
}

static bool child_of_one(const struct xz_simulation *sim, uint32_t person)
{
    const struct xz_sim_person *who = &sim->people[person];

    return !(who->flags & XZ_SIM_ACCOUNT) && who->giver[0] != XZ_SIM_NONE &&
           can_give(sim, who->giver[0], 100000);
}

/* Its givers play along: none may close the account in another scheme. */
static uint32_t cast_child(struct xz_sim_stage *stage,
                           bool (*fits)(const struct xz_simulation *sim, uint32_t person))
{
    const uint32_t child = xz_sim_cast_member(stage, fits);

    for (uint32_t i = 0; child != XZ_SIM_NONE && i < XZ_SIM_GIVERS_MAX; i++) {
        const uint32_t giver = stage->sim->people[child].giver[i];

        if (giver != XZ_SIM_NONE) {
            stage->sim->people[giver].flags |= XZ_SIM_CAST;
        }
    }
    return child;
}

static bool alone(const struct xz_simulation *sim, uint32_t person)
{
    return (sim->people[person].flags & XZ_SIM_ACCOUNT) && sim->people[person].balc_fen >= 80000 &&
           xz_sim_unlinked(sim, person);
}

/* What the settlements of a rule have in common; times_of[] of them. */
struct breach {
    uint32_t person, site, other, item;
    enum xz_sim_kind kind;
    enum xz_sim_tweak tweak;
    int64_t amount_fen;
};

static void breaches(struct xz_sim_stage *stage, const struct breach *breach)
{
    for (uint32_t i = 0; i < times_of[stage->intensity] && breach->person != XZ_SIM_NONE; i++) {
        const int32_t day = stage->day + (int32_t)(i * (uint32_t)stage->span / 5);
        struct xz_sim_intent intent =
            xz_sim_act(stage, breach->kind, breach->person, breach->site,
                       xz_sim_stage_time(stage, day, 10 + i, xz_rng_below(stage->rng, 60)));
        intent.tweak = (uint8_t)breach->tweak;
        intent.other = breach->other;
        intent.item = breach->item;
        intent.amount_fen = breach->amount_fen;
        xz_sim_push(stage->sim, &intent);
    }
}

static void r12_suspended(struct xz_sim_stage *stage, uint32_t person)
{
    struct xz_sim_intent intent =
        xz_sim_intent_of(XZ_SIM_DO_STATUS, person, XZ_SIM_NONE,
                         xz_sim_stage_time(stage, stage->day ? stage->day - 1 : 0, 1, 5));

    intent.word = XZ_STATUS_SUSPENDED;
    intent.span = 90;
    stage->sim->people[person].flags |= XZ_SIM_SILENT; /* pays in full, off the network */
    xz_sim_push(stage->sim, &intent);
}

/* Segments out of order: the fund pays before the deductible is met; or, subtly, the account is
 * exhausted, the deductible begun, and on the same day the account pays again. */
static void r24_three(struct xz_sim_stage *stage, uint32_t person)
{
    struct xz_simulation *sim = stage->sim;

    sim->people[person].insu = (uint8_t)(sim->city_count - 1); /* 310100 */
    sim->people[person].flags |= XZ_SIM_SILENT;
    xz_sim_subject_person(stage, person);
    for (uint32_t i = 0; i < times_of[stage->intensity] + 1; i++) {
        struct xz_sim_intent intent =
            xz_sim_act(stage, XZ_SIM_DO_CLINIC, person, sim->people[person].hospital,
                       xz_sim_stage_time(stage, stage->day, 8 + 2 * i, 20));
        intent.tweak = stage->intensity != XZ_INTENSITY_SUBTLE ? XZ_SIM_TWEAK_THREE_SKIP
                       : i                                     ? XZ_SIM_TWEAK_THREE_AGAIN
                                                               : XZ_SIM_TWEAK_THREE_FIRST;
        xz_sim_push(sim, &intent);
    }
}

/* Settled on the network, then the same receipt handed in at the agency. */
static void r26_twice(struct xz_sim_stage *stage, uint32_t person)
{
    struct xz_simulation *sim = stage->sim;

    for (uint32_t i = 0; i < times_of[stage->intensity]; i++) {
        const int32_t day = stage->day + (int32_t)i;
        struct xz_sim_intent intent =
            xz_sim_act(stage, XZ_SIM_DO_CLINIC, person, sim->people[person].hospital,
                       xz_sim_stage_time(stage, day, 10, 12));
        intent.amount_fen = (int64_t)(xz_sim_lognormal(stage->rng, 420, 0.4) * 100);
        intent.code = UINT64_C(70000000000) + stage->scheme * 10u + i;
        intent.span = -1;
        xz_sim_push(sim, &intent);
        intent.kind = XZ_SIM_DO_MANUAL;
        intent.detail = 1;
        intent.at_ms += (stage->span > 10 ? 8 : stage->span > 2 ? 1 : 0) * XZ_DAY_MS + XZ_HOUR_MS;
        xz_sim_push(sim, &intent);
    }
}

static uint32_t player_of(struct xz_sim_stage *stage, const char *rule)
{
    uint32_t person;

    if (strcmp(rule, "R8") == 0) {
        person = cast_child(stage, child_of_two);
    } else if (strcmp(rule, "R9") == 0) {
        person = cast_child(stage, child_of_one);
    } else if (strcmp(rule, "R24") == 0) {
        person = xz_sim_cast_member(stage, alone); /* moves to another province */
    } else {
        person = xz_sim_cast(stage, strcmp(rule, "R15") == 0 ? 400000 : 80000);
    }
    return person;
}

void xz_sim_use_rule(struct xz_sim_stage *stage)
{
    struct xz_simulation *sim = stage->sim;
    const char *rule = rule_of(stage);
    const uint32_t person = player_of(stage, rule);
    static const uint32_t excess[3] = {500, 150, 20};
    struct breach breach = {
        .person = person, .other = XZ_SIM_NONE, .item = XZ_SIM_NONE, .kind = XZ_SIM_DO_SHOP};

    if (person == XZ_SIM_NONE) {
        return;
    }
    breach.site = sim->people[person].shop;
    xz_sim_subject_person(stage, person);
    if (strcmp(rule, "R8") == 0) {
        breach.amount_fen = 16800;
        breach.tweak = stage->intensity == XZ_INTENSITY_SUBTLE ? XZ_SIM_TWEAK_ORDER_HIDDEN
                                                               : XZ_SIM_TWEAK_ORDER;
    } else if (strcmp(rule, "R9") == 0) {
        breach = (struct breach){person,
                                 sim->people[person].hospital,
                                 excess[stage->intensity],
                                 XZ_SIM_NONE,
                                 XZ_SIM_DO_CLINIC,
                                 XZ_SIM_TWEAK_EXCESS,
                                 30000};
    } else if (strcmp(rule, "R10") == 0) {
        breach.tweak = XZ_SIM_TWEAK_CERT;
        breach.other = xz_sim_cast_member(stage, anyone);
    } else if (strcmp(rule, "R11") == 0) {
        breach.tweak = XZ_SIM_TWEAK_PROXY;
        breach.other = (uint32_t)stage->intensity;
    } else if (strcmp(rule, "R12") == 0) {
        r12_suspended(stage, person);
    } else if (strcmp(rule, "R15") == 0) {
        uint32_t count;
        xz_sim_group_range(XZ_SIM_COSMETIC, &breach.item, &count);
        breach.item += (uint32_t)stage->intensity % 2;
        breach.site = sim->people[person].hospital;
        breach.kind = XZ_SIM_DO_CLINIC;
        breach.tweak = XZ_SIM_TWEAK_ITEM;
    } else if (strcmp(rule, "R25") == 0) {
        const struct xz_sim_city *far = &sim->cities[sim->home_cities];
        breach.site = xz_sim_pick_site(sim, stage->rng, far->first_county, XZ_SIM_SECONDARY);
        breach.kind = XZ_SIM_DO_CLINIC;
        breach.tweak = XZ_SIM_TWEAK_NO_FILING;
        sim->people[person].flags |= XZ_SIM_SILENT; /* is there, and not at home meanwhile */
    } else if (strcmp(rule, "R24") == 0) {
        r24_three(stage, person);
        return;
    } else {
        r26_twice(stage, person);
        return;
    }
    breaches(stage, &breach);
}

/* A link for one use, used again. The giver is not of the receiver's own family account. */
void xz_sim_r13(struct xz_sim_stage *stage)
{
    const uint32_t giver = xz_sim_cast(stage, 150000);
    const uint32_t receiver = xz_sim_cast_member(stage, resident);

    if (giver == XZ_SIM_NONE || receiver == XZ_SIM_NONE) {
        return;
    }
    struct xz_simulation *sim = stage->sim;
    xz_sim_subject_person(stage, giver);
    struct xz_sim_intent intent = xz_sim_act(stage, XZ_SIM_DO_LINK, giver, XZ_SIM_NONE,
                                             xz_sim_stage_time(stage, stage->day, 8, 3));
    intent.other = receiver;
    intent.word = XZ_LINK_GRANT;
    intent.flags = XZ_SIM_SETTLED; /* temporary */
    xz_sim_push(sim, &intent);
    for (uint32_t i = 0; i < times_of[stage->intensity] + 1; i++) {
        const int32_t day = stage->day + (int32_t)(i * (uint32_t)stage->span / 6);
        intent = xz_sim_act(stage, XZ_SIM_DO_SHOP, receiver, sim->people[receiver].shop,
                            xz_sim_stage_time(stage, day, 10 + i, 31));
        intent.tweak = XZ_SIM_TWEAK_GIVER;
        intent.other = giver;
        intent.amount_fen = (int64_t)xz_sim_between(stage->rng, 600, 2400) * 10;
        xz_sim_push(sim, &intent);
    }
}

/* R14 uses that are not allowed; R16 withdrawals without ground; R17 use after closing; R20 to a
 * wallet. */
void xz_sim_movement_rule(struct xz_sim_stage *stage)
{
    const char *rule = rule_of(stage);
    const uint32_t person = xz_sim_cast(stage, 120000);
    const bool closes = strcmp(rule, "R16") == 0 || strcmp(rule, "R17") == 0;

    if (person == XZ_SIM_NONE) {
        return;
    }
    struct xz_simulation *sim = stage->sim;
    xz_sim_subject_person(stage, person);
    for (uint32_t i = 0; i < (closes ? 1 : times_of[stage->intensity]); i++) {
        struct xz_sim_intent intent =
            xz_sim_act(stage, XZ_SIM_DO_MOVEMENT, person, XZ_SIM_NONE,
                       xz_sim_stage_time(stage, stage->day, 9 + i, xz_rng_below(stage->rng, 60)));
        intent.word = closes                     ? XZ_MOVEMENT_WITHDRAW_CLOSE
                      : strcmp(rule, "R20") == 0 ? XZ_MOVEMENT_TRANSFER_WALLET
                                                 : XZ_MOVEMENT_OTHER_USE;
        intent.amount_fen = (int64_t)xz_sim_between(stage->rng, 100, 280) * 100;
        intent.detail = 4;
        xz_sim_push(sim, &intent);
    }
    if (strcmp(rule, "R17") == 0) {
        const struct breach breach = {person,
                                      sim->people[person].shop,
                                      XZ_SIM_NONE,
                                      XZ_SIM_NONE,
                                      XZ_SIM_DO_SHOP,
                                      XZ_SIM_TWEAK_ACCOUNT,
                                      0};
        stage->span -= stage->span > 1;
        stage->day += stage->span > 1;
        breaches(stage, &breach);
    }
}
