/* SPDX-License-Identifier: GPL-3.0-or-later */
/* simulate/sale.c - what is bought: service class, diagnosis, lines with prices, boxes and codes.
 */
#include "simulate/sim.h"

#include <assert.h>

void xz_sim_line_add(struct xz_simulation *sim, struct xz_sim_sale *sale, uint32_t item,
                     uint32_t boxes)
{
    const struct xz_sim_item *what = &xz_sim_items[item];
    struct xz_sim_site *site = &sim->sites[sale->site];
    int64_t price_fen = what->price_fen;

    if (sale->line_count >= XZ_SIM_LINES_MAX) {
        return;
    }
    struct xz_sim_line *line = &sale->lines[sale->line_count++];
    *line = (struct xz_sim_line){.item = item, .cnt_e4 = boxes * 10000};
    if (what->days > 0) {
        boxes = boxes > XZ_SIM_CODES_MAX ? XZ_SIM_CODES_MAX : boxes;
        price_fen =
            (price_fen * site->price_permille + 5000) / 10000 * 10; /* to a tenth of a yuan */
        line->cnt_e4 = boxes * 10000;
        line->days = (uint16_t)(what->days * boxes);
        line->codes = (uint8_t)boxes;
        if (site->shelf_code && site->shelf_item == item && boxes == 1) {
            line->code = site->shelf_code; /* the box that came back is sold again */
            site->shelf_code = 0;
        } else {
            line->code = sim->next_code;
            sim->next_code += boxes;
        }
        if ((site->group == XZ_SIM_VILLAGE || site->group == XZ_SIM_CLINIC) && boxes == 1 &&
            xz_sim_chance(&sim->rng, 0.12)) { /* half a box out of one that is open */
            const uint32_t slot = item % XZ_SIM_SPLITS;
            if (site->split_left[slot] == 0) {
                site->split_left[slot] = 2;
                site->split_code[slot] = sim->next_code++;
            }
            site->split_left[slot]--;
            line->code = site->split_code[slot];
            line->split = true;
            line->cnt_e4 = 5000;
            line->days = (uint16_t)((what->days + 1) / 2);
        }
    }
    line->pric_e6 = price_fen * 10000;
    line->amount_fen = (price_fen * line->cnt_e4 + 5000) / 10000;
    sale->medfee_fen += line->amount_fen;
}

static uint32_t draw_item(struct xz_simulation *sim, enum xz_sim_group group, int sex, int age)
{
    uint32_t first, count;

    xz_sim_group_range(group, &first, &count);
    for (int tries = 0; tries < 12; tries++) {
        /* the first of a group are the popular ones */
        const uint32_t one = xz_rng_below(&sim->rng, count), two = xz_rng_below(&sim->rng, count);
        const uint32_t item = first + (one < two ? one : two);
        if (xz_sim_item_fits(&xz_sim_items[item], sex, age)) {
            return item;
        }
    }
    return XZ_SIM_NONE;
}

static void add_from(struct xz_simulation *sim, struct xz_sim_sale *sale, enum xz_sim_group group,
                     uint32_t boxes)
{
    const struct xz_sim_person *who = &sim->people[sale->person];
    const int age = xz_sim_age(sim, sale->person, sale->at_ms);
    const uint32_t item = draw_item(sim, group, who->sex, age);

    for (uint32_t i = 0; i < sale->line_count; i++) {
        if (sale->lines[i].item == item) {
            return;
        }
    }
    if (item != XZ_SIM_NONE) {
        xz_sim_line_add(sim, sale, item, boxes);
    }
}

static uint32_t draw_diagnosis(struct xz_simulation *sim, uint32_t person, int64_t at_ms)
{
    const int sex = sim->people[person].sex, age = xz_sim_age(sim, person, at_ms);
    uint32_t sum = 0;

    for (uint32_t i = 0; i < xz_sim_diagnosis_count; i++) {
        sum +=
            xz_sim_diagnosis_fits(&xz_sim_diagnoses[i], sex, age) ? xz_sim_diagnoses[i].weight : 0;
    }
    uint32_t at = xz_rng_below(&sim->rng, sum);
    for (uint32_t i = 0; i < xz_sim_diagnosis_count; i++) {
        if (xz_sim_diagnosis_fits(&xz_sim_diagnoses[i], sex, age)) {
            if (at < xz_sim_diagnoses[i].weight) {
                return i;
            }
            at -= xz_sim_diagnoses[i].weight;
        }
    }
    return 0;
}

/* Adds of the groups, in turn, until the target is about reached: sums of list prices. */
static void fill_to(struct xz_simulation *sim, struct xz_sim_sale *sale, int64_t target_fen,
                    const uint8_t groups[static 4], uint32_t boxes_max)
{
    for (int turn = 0; turn < 10 && sale->line_count < XZ_SIM_LINES_MAX; turn++) {
        const int64_t left = target_fen - sale->medfee_fen;
        const uint32_t before = sale->line_count;
        if (left < 500) {
            return;
        }
        add_from(sim, sale, (enum xz_sim_group)groups[turn % 4], 1);
        if (sale->line_count > before && boxes_max > 1) { /* more boxes of it */
            struct xz_sim_line *line = &sale->lines[before];
            const int64_t price = line->amount_fen;
            int64_t boxes = price > 0 && !line->split ? left / 2 / price : 1;
            boxes = boxes < 1 ? 1 : boxes > boxes_max ? boxes_max : boxes;
            if (line->codes && boxes > 1) {
                const uint32_t item = line->item;
                sale->medfee_fen -= price;
                sale->line_count--;
                xz_sim_line_add(sim, sale, item, (uint32_t)boxes);
            }
        }
    }
}

static void clinic_lines(struct xz_simulation *sim, const struct xz_sim_intent *intent,
                         struct xz_sim_sale *sale)
{
    static const double median[XZ_SIM_SITE_GROUPS] = {190, 140, 72, 58, 42, 50, 60, 80, 60};
    const struct xz_sim_site *site = &sim->sites[sale->site];
    double target = xz_sim_lognormal(&sim->rng, median[site->group], 0.85);

    sale->med_type = intent->kind == XZ_SIM_DO_EMERGENCY ? "13" : "11";
    sale->diagnosis = intent->other != XZ_SIM_NONE && intent->scheme == 0
                          ? intent->other
                          : draw_diagnosis(sim, sale->person, sale->at_ms);
    const uint8_t drugs = xz_sim_diagnoses[sale->diagnosis].group;
    const uint8_t big[4] = {drugs, XZ_SIM_LAB, XZ_SIM_EXAM, drugs};
    const uint8_t small[4] = {drugs, drugs, XZ_SIM_TREATMENT, XZ_SIM_OTC};
    target = target > 3000 ? 3000 : target;
    fill_to(sim, sale, (int64_t)(target * 100), site->group <= XZ_SIM_SECONDARY ? big : small, 3);
    if (sale->line_count == 0) {
        add_from(sim, sale, XZ_SIM_TREATMENT, 1);
    }
}

static void shop_lines(struct xz_simulation *sim, struct xz_sim_sale *sale)
{
    static const uint8_t wanted[12] = {
        XZ_SIM_COLD,   XZ_SIM_COLD, XZ_SIM_OTC,  XZ_SIM_OTC,        XZ_SIM_OTC,   XZ_SIM_OTC,
        XZ_SIM_GASTRO, XZ_SIM_PAIN, XZ_SIM_PAIN, XZ_SIM_ANTIBIOTIC, XZ_SIM_HEART, XZ_SIM_PRESSURE};
    struct xz_rng *rng = &sim->rng;
    const int age = xz_sim_age(sim, sale->person, sale->at_ms);
    const uint32_t lines = 1 + xz_sim_chance(rng, 0.55) + xz_sim_chance(rng, 0.25);

    sale->med_type = "41";
    for (uint32_t i = 0; i < lines; i++) {
        uint8_t group = wanted[xz_rng_below(rng, age < 40 ? 10 : 12)];
        if (age <= 12 && xz_sim_chance(rng, 0.6)) {
            group = XZ_SIM_CHILD;
        } else if (age > 40 && xz_sim_chance(rng, 0.012)) {
            group = XZ_SIM_LUXURY;
        }
        add_from(sim, sale, (enum xz_sim_group)group,
                 1 + xz_rng_below(rng, 2) + (xz_sim_chance(rng, 0.1) ? 2 : 0));
    }
    if (sale->line_count == 0) {
        add_from(sim, sale, XZ_SIM_OTC, 1);
    }
}

/* The same drug every time, as many boxes as last until the next. */
static void refill_lines(struct xz_simulation *sim, struct xz_sim_sale *sale)
{
    const struct xz_sim_person *who = &sim->people[sale->person];
    const bool shop = sim->sites[sale->site].group >= XZ_SIM_SHOP;
    uint32_t first, count;

    sale->diagnosis = who->disease;
    sale->med_type = shop && sale->person % 5 < 3 ? "41" : "140104";
    xz_sim_group_range((enum xz_sim_group)xz_sim_diagnoses[who->disease].group, &first, &count);
    for (uint32_t i = 0; i < 1 + (sale->person % 5 == 0); i++) {
        const uint32_t item = first + (sale->person / 7 + i) % count;
        const uint32_t days = xz_sim_items[item].days;
        const uint32_t boxes = days ? (who->interval + days / 2) / days : 1;
        if (xz_sim_items[item].watch && xz_sim_items[item].price_fen > 100000 && shop) {
            continue; /* such drugs come from hospitals */
        }
        xz_sim_line_add(sim, sale, item, boxes ? boxes : 1);
    }
    if (sale->line_count == 0) {
        add_from(sim, sale, XZ_SIM_PRESSURE, 1);
    }
}

static void heavy_lines(struct xz_simulation *sim, struct xz_sim_sale *sale)
{
    const struct xz_sim_person *who = &sim->people[sale->person];
    const uint8_t drugs = xz_sim_diagnoses[who->disease].group;
    const uint8_t groups[4] = {drugs, XZ_SIM_HEART, drugs, XZ_SIM_OTC};
    const double target = (double)who->visit_fen * xz_sim_lognormal(&sim->rng, 0.97, 0.4);

    sale->med_type = "140201";
    sale->diagnosis = who->disease;
    if (xz_sim_chance(&sim->rng, 0.34)) {
        add_from(sim, sale, xz_sim_chance(&sim->rng, 0.7) ? XZ_SIM_LAB : XZ_SIM_EXAM, 1);
    }
    if (xz_sim_chance(&sim->rng, 0.4)) {
        add_from(sim, sale, XZ_SIM_TREATMENT, 1);
    }
    fill_to(sim, sale, (int64_t)target, groups, XZ_SIM_CODES_MAX);
    if (sale->line_count == 0) {
        add_from(sim, sale, XZ_SIM_PRESSURE, 1);
    }
}

static void inpatient_lines(struct xz_simulation *sim, const struct xz_sim_intent *intent,
                            struct xz_sim_sale *sale)
{
    struct xz_rng *rng = &sim->rng;
    const uint32_t nights = intent->span > 0 ? (uint32_t)intent->span : 1;
    uint32_t first, count;

    sale->med_type = intent->kind == XZ_SIM_DO_SURGERY ? "28" : "21";
    sale->diagnosis = intent->other != XZ_SIM_NONE ? intent->other
                                                   : draw_diagnosis(sim, sale->person, sale->at_ms);
    xz_sim_group_range(XZ_SIM_BED, &first, &count);
    xz_sim_line_add(sim, sale, first, nights);
    if (intent->kind == XZ_SIM_DO_SURGERY || xz_sim_chance(rng, 0.18)) {
        add_from(sim, sale, XZ_SIM_SURGERY, 1);
    }
    add_from(sim, sale, XZ_SIM_EXAM, 1 + nights / 4);
    add_from(sim, sale, XZ_SIM_LAB, 1 + nights / 2);
    const uint8_t drugs = xz_sim_diagnoses[sale->diagnosis].group;
    const uint8_t groups[4] = {drugs, XZ_SIM_ANTIBIOTIC, XZ_SIM_EXAM, XZ_SIM_TREATMENT};
    const double target = xz_sim_lognormal(rng, 560, 0.6) * (nights + 1.5);
    fill_to(sim, sale, (int64_t)(target * 100), groups, 10);
    if (sale->medfee_fen < (int64_t)(target * 100)) { /* nursing, materials: one line of the rest */
        struct xz_sim_line *line = &sale->lines[0];
        const int64_t rest = (int64_t)(target * 100) - sale->medfee_fen;
        line->amount_fen += rest;
        line->pric_e6 = line->amount_fen * 10000 / (int64_t)nights;
        sale->medfee_fen += rest;
    }
}

/* A total that is given: one line, boxes by the list price, unit price to fit. */
static void fixed_line(struct xz_simulation *sim, const struct xz_sim_intent *intent,
                       struct xz_sim_sale *sale, int64_t amount_fen)
{
    uint32_t item = intent->item;
    uint32_t first, count;

    if (item == XZ_SIM_NONE) {
        xz_sim_group_range(amount_fen > 60000 ? XZ_SIM_LUXURY : XZ_SIM_PRESSURE, &first, &count);
        item = first + xz_rng_below(&sim->scheme_rng, count);
    }
    int64_t boxes = amount_fen / xz_sim_items[item].price_fen;
    boxes = boxes < 1 ? 1 : boxes > XZ_SIM_CODES_MAX ? XZ_SIM_CODES_MAX : boxes;
    const uint64_t kept = sim->next_code;
    xz_sim_line_add(sim, sale, item, (uint32_t)boxes);
    struct xz_sim_line *line = &sale->lines[0];
    if (intent->code && intent->item != XZ_SIM_NONE) { /* else it numbers something else */
        line->code = intent->code;
        line->codes = 1;
        line->split = false;
        line->cnt_e4 = 10000;
        sim->next_code = kept;
    }
    line->split = false;
    if (line->cnt_e4 < 10000) { /* was split: a whole box, with a code of its own */
        line->cnt_e4 = 10000;
        line->code = sim->next_code++;
    }
    line->amount_fen = amount_fen;
    line->pric_e6 = amount_fen * 10000 * 10000 / line->cnt_e4;
    sale->medfee_fen = amount_fen;
}

static int64_t fixed_amount(const struct xz_simulation *sim, const struct xz_sim_intent *intent)
{
    int64_t amount = intent->amount_fen;

    if (intent->tweak == XZ_SIM_TWEAK_DRAIN) {
        amount = sim->people[intent->person].balc_fen * intent->amount_fen / 1000;
        amount = amount < 100 ? 100 : amount;
    } else if (amount == 0 && intent->code && intent->item != XZ_SIM_NONE) {
        amount = xz_sim_items[intent->item].price_fen;
    }
    return amount;
}

static void one_item(struct xz_simulation *sim, const struct xz_sim_intent *intent,
                     struct xz_sim_sale *sale, const char *med_type)
{
    sale->med_type = med_type;
    sale->diagnosis = intent->other != XZ_SIM_NONE && intent->scheme == 0
                          ? intent->other
                          : xz_sim_diagnosis_find("Z00.000");
    xz_sim_line_add(sim, sale, intent->item, 1);
}

void xz_sim_sale_lines(struct xz_simulation *sim, const struct xz_sim_intent *intent,
                       struct xz_sim_sale *sale)
{
    const int64_t amount = fixed_amount(sim, intent);

    sale->diagnosis = XZ_SIM_NONE;
    if (amount > 0) {
        fixed_line(sim, intent, sale, amount);
        sale->med_type = intent->kind == XZ_SIM_DO_SHOP     ? "41"
                         : intent->kind == XZ_SIM_DO_REFILL ? "140104"
                                                            : "11";
        if (intent->kind != XZ_SIM_DO_SHOP) {
            sale->diagnosis = draw_diagnosis(sim, sale->person, sale->at_ms);
        }
        return;
    }
    switch ((enum xz_sim_kind)intent->kind) {
    case XZ_SIM_DO_REGISTER:
        one_item(sim, intent, sale, "12");
        break;
    case XZ_SIM_DO_SHOP:
        if (intent->tweak == XZ_SIM_TWEAK_ITEM) {
            one_item(sim, intent, sale, "41");
            sale->diagnosis = XZ_SIM_NONE;
        } else {
            shop_lines(sim, sale);
        }
        break;
    case XZ_SIM_DO_REFILL:
        if (sim->people[sale->person].disease) {
            refill_lines(sim, sale);
        } else {
            shop_lines(sim, sale);
        }
        break;
    case XZ_SIM_DO_HEAVY:
        heavy_lines(sim, sale);
        break;
    case XZ_SIM_DO_DIALYSIS:
        one_item(sim, intent, sale, "140201");
        break;
    case XZ_SIM_DO_VACCINE:
    case XZ_SIM_DO_CHECKUP:
        one_item(sim, intent, sale, "11");
        break;
    case XZ_SIM_DO_SURGERY:
    case XZ_SIM_DO_INPATIENT:
        inpatient_lines(sim, intent, sale);
        break;
    default:
        if (intent->tweak == XZ_SIM_TWEAK_ITEM) {
            one_item(sim, intent, sale, "11");
        } else {
            clinic_lines(sim, intent, sale);
        }
        break;
    }
}
