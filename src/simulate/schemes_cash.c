/* SPDX-License-Identifier: GPL-3.0-or-later */
/* simulate/schemes_cash.c - accounts turned into cash: T09, T11, T12, T13, T16. */
#include "simulate/stage.h"

#include <stdio.h>

#define CARDS_MAX 60u

static uint32_t cast_many(struct xz_sim_stage *stage, uint32_t wanted, int64_t balance_min_fen,
                          uint32_t cards[static CARDS_MAX])
{
    uint32_t count = 0;

    while (count < wanted && count < CARDS_MAX) {
        const uint32_t person = xz_sim_cast(stage, balance_min_fen);
        if (person == XZ_SIM_NONE) {
            break;
        }
        cards[count++] = person;
    }
    return count;
}

static uint32_t any_shop(struct xz_sim_stage *stage)
{
    return xz_sim_stage_shop(stage, xz_rng_below(stage->rng, stage->sim->home_counties));
}

/* Cards kept behind the counter and swiped one after the other in the evening; about 504 yuan a
 * card and month in the reported case of 119 cards. Honest customers come in between. */
void xz_sim_t09(struct xz_sim_stage *stage)
{
    static const struct {
        uint32_t cards, gap_low, gap_high, evenings;
        double median, sigma;
    } plan[3] = {{41, 25, 55, 3, 504, 0.03}, {16, 40, 90, 2, 480, 0.25}, {8, 60, 150, 2, 260, 0.6}};
    uint32_t cards[CARDS_MAX];
    const uint32_t count = cast_many(stage, plan[stage->intensity].cards, 60000, cards);
    const uint32_t site = any_shop(stage);

    xz_sim_subject_text(stage, stage->sim->sites[site].code);
    for (uint32_t evening = 0; evening < plan[stage->intensity].evenings; evening++) {
        const int32_t day = stage->day + (int32_t)evening * (stage->span / 4 + 1);
        int64_t at_ms = xz_sim_stage_time(stage, day, 18, 2 + xz_rng_below(stage->rng, 50));
        for (uint32_t i = 0; i < count; i++) {
            struct xz_sim_intent intent = xz_sim_act(stage, XZ_SIM_DO_SHOP, cards[i], site, at_ms);
            intent.amount_fen =
                (int64_t)(xz_sim_lognormal(stage->rng, plan[stage->intensity].median,
                                           plan[stage->intensity].sigma) *
                          10) *
                10;
            intent.cert = 3;
            intent.counter = 0;
            xz_sim_push(stage->sim, &intent);
            at_ms += (int64_t)xz_sim_between(stage->rng, plan[stage->intensity].gap_low,
                                             plan[stage->intensity].gap_high) *
                     XZ_SECOND_MS;
        }
    }
}

static bool saver(const struct xz_simulation *sim, uint32_t person)
{
    return (sim->people[person].flags & XZ_SIM_ACCOUNT) && sim->people[person].balc_fen >= 300000 &&
           xz_sim_unlinked(sim, person);
}

/* Dormant from the start, emptied late in the run, quiet after ("a week without use and nothing
 * will happen", as the advertisement has it). */
void xz_sim_t11(struct xz_sim_stage *stage)
{
    static const uint16_t shares[3][5] = {
        {820, 930}, {400, 550, 720}, {250, 300, 350, 400, 450}}; /* per mille of what is left */
    static const uint32_t tickets[3] = {2, 3, 5};
    static const int32_t spread_days[3] = {0, 1, 6};
    const uint32_t person = xz_sim_cast_member(stage, saver);

    if (person == XZ_SIM_NONE) {
        return;
    }
    struct xz_simulation *sim = stage->sim;
    const int32_t days = stage->end - stage->begin;
    int32_t first =
        stage->begin + days * 6 / 10 + (int32_t)xz_rng_below(stage->rng, (uint32_t)days / 4 + 1);
    if (stage->end >= 110 && first < 93) {
        first = 93; /* long enough for ninety days of silence */
    }
    sim->people[person].flags |= XZ_SIM_SILENT;
    xz_sim_subject_person(stage, person);
    for (uint32_t i = 0; i < tickets[stage->intensity]; i++) {
        const int32_t day =
            first + spread_days[stage->intensity] * (int32_t)i / (int32_t)tickets[stage->intensity];
        struct xz_sim_intent intent =
            xz_sim_act(stage, XZ_SIM_DO_SHOP, person, sim->people[person].shop,
                       xz_sim_stage_time(stage, day < stage->end ? day : stage->end - 1, 10 + 2 * i,
                                         xz_rng_below(stage->rng, 50)));
        intent.tweak = XZ_SIM_TWEAK_DRAIN;
        intent.amount_fen = shares[stage->intensity][i];
        xz_sim_push(sim, &intent);
    }
}

/* One amount, to the fen, over many cards: 814.80 yuan seventeen times on a day (reported). */
void xz_sim_t12(struct xz_sim_stage *stage)
{
    static const uint32_t a_day[3] = {17, 8, 4}, pool[3] = {45, 24, 14};
    static const int32_t days[3] = {5, 4, 6};
    uint32_t cards[CARDS_MAX];
    const uint32_t count = cast_many(stage, pool[stage->intensity], 90000, cards);
    const uint32_t site = any_shop(stage);
    const bool first = stage->sim->schemes[stage->scheme].number == 1;
    const int64_t amount =
        first && stage->intensity == XZ_INTENSITY_BLATANT
            ? 81480
            : (int64_t)xz_sim_between(stage->rng, 3000, 8900) * 10; /* 300.00 to 890.00 */

    xz_sim_subject_text(stage, stage->sim->sites[site].code);
    for (int32_t i = 0; i < days[stage->intensity] && count > 0; i++) {
        const uint32_t offset = xz_rng_below(stage->rng, count);
        for (uint32_t n = 0; n < a_day[stage->intensity] && n < count; n++) {
            struct xz_sim_intent intent = xz_sim_act(
                stage, XZ_SIM_DO_SHOP, cards[(offset + n) % count], site,
                xz_sim_stage_time(stage, stage->day + i * (stage->span > 12 ? 2 : 1),
                                  9 + xz_rng_below(stage->rng, 11), xz_rng_below(stage->rng, 60)));
            intent.amount_fen = amount;
            intent.counter = 0;
            xz_sim_push(stage->sim, &intent);
        }
    }
}

/* Settled and undone within ten minutes, fourteen times in two months (trade press). */
void xz_sim_t13(struct xz_sim_stage *stage)
{
    static const uint32_t cycles[3] = {14, 8, 4};
    uint32_t cards[CARDS_MAX];
    const uint32_t count = cast_many(stage, 3, 150000, cards);
    const uint32_t site = any_shop(stage);
    const int32_t first = stage->begin + (stage->day - stage->begin) / 4;
    const int32_t span = stage->end - first;
    char subject[40];

    (void)snprintf(subject, sizeof(subject), "%s/OP02", stage->sim->sites[site].code);
    xz_sim_subject_text(stage, subject);
    for (uint32_t i = 0; i < cycles[stage->intensity] && count > 0; i++) {
        const int32_t day =
            first + (int32_t)(i * (uint32_t)(span > 60 ? 60 : span) / cycles[stage->intensity]);
        struct xz_sim_intent intent =
            xz_sim_act(stage, XZ_SIM_DO_SHOP, cards[i % count], site,
                       xz_sim_stage_time(stage, day, 9 + xz_rng_below(stage->rng, 11),
                                         xz_rng_below(stage->rng, 45)));
        intent.tweak = XZ_SIM_TWEAK_DRAIN;
        intent.amount_fen = xz_sim_between(stage->rng, 600, 950);
        intent.flags = XZ_SIM_RETURNS;
        intent.counter = 1;
        xz_sim_push(stage->sim, &intent);
    }
}

/* A box bought back and sold again: one code eight times, over several shops (reported). */
void xz_sim_t16(struct xz_sim_stage *stage)
{
    static const uint32_t sales[3] = {8, 3, 2};
    uint32_t cards[CARDS_MAX];
    const uint32_t count = cast_many(stage, sales[stage->intensity], 60000, cards);
    struct xz_simulation *sim = stage->sim;
    uint32_t first, kinds;
    char subject[24];

    xz_sim_group_range(XZ_SIM_LUXURY, &first, &kinds);
    const uint32_t item = first + xz_rng_below(stage->rng, kinds);
    const uint64_t code = sim->next_code++;
    const uint32_t sites[3] = {any_shop(stage), any_shop(stage), any_shop(stage)};
    xz_sim_code_text(item, code, subject);
    xz_sim_subject_text(stage, subject);
    for (uint32_t i = 0; i < count; i++) {
        const int32_t day = stage->day + (int32_t)(i * (uint32_t)stage->span / (count + 1));
        struct xz_sim_intent intent =
            xz_sim_act(stage, XZ_SIM_DO_SHOP, cards[i], sites[i % 3],
                       xz_sim_stage_time(stage, day, 9 + xz_rng_below(stage->rng, 10),
                                         xz_rng_below(stage->rng, 60)));
        intent.item = item;
        intent.code = code;
        xz_sim_push(sim, &intent);
    }
}
