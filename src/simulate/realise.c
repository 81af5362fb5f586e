/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * simulate/realise.c - an intent happens, or does not: is the person alive and where they would
 * have to be, is the site open and the counter free? Then the settlement, and what it leads to.
 */
#include "simulate/sim.h"

#include <assert.h>

#include "base/mem.h"

static void put_off(struct xz_simulation *sim, struct xz_sim_intent *intent, int64_t at_ms)
{
    assert(intent->memo == NULL); /* only fresh sales are put off */
    if (intent->tries >= 8 || at_ms >= sim->end_ms) {
        sim->counts.dropped_intents++;
        return;
    }
    intent->tries++;
    intent->at_ms = at_ms;
    xz_sim_push(sim, intent);
}

static bool shows_presence(const struct xz_simulation *sim, const struct xz_sim_intent *intent)
{
    const uint8_t group = sim->sites[intent->site].group;

    return !(intent->flags & (XZ_SIM_PROXY | XZ_SIM_ONLINE_BUY)) &&
           intent->kind != XZ_SIM_DO_MANUAL && intent->kind != XZ_SIM_DO_REFUND &&
           group != XZ_SIM_ONLINE && group != XZ_SIM_INTERNET;
}

/* Whether an innocent person can be there at that time; else the intent is put off or dropped. */
static bool can_come(struct xz_simulation *sim, struct xz_sim_intent *intent)
{
    const struct xz_sim_person *who = &sim->people[intent->person];
    const struct xz_sim_site *site = &sim->sites[intent->site];
    const int32_t today = xz_day_of(intent->at_ms) - sim->config.first_day;
    const bool alive = !(who->flags & (XZ_SIM_DEAD | XZ_SIM_UNBORN | XZ_SIM_SILENT));
    const bool stay = intent->kind == XZ_SIM_DO_INPATIENT;

    if ((!alive && !stay) || !xz_sim_is_open(site, intent->at_ms)) {
        return false;
    }
    if (!shows_presence(sim, intent) || stay) {
        return true;
    }
    if (today >= who->stay_from && today <= who->stay_until) {
        return false;
    }
    if (who->last_site != XZ_SIM_NONE && who->last_site != intent->site) {
        const double km = xz_sim_distance_km(&sim->sites[who->last_site], site);
        const int64_t ready = who->last_at_ms + xz_sim_travel_ms(km);
        if (intent->at_ms < ready) {
            put_off(sim, intent, ready + (int64_t)xz_rng_below(&sim->rng, 1800) * XZ_SECOND_MS);
            return false;
        }
    }
    return true;
}

/* A counter of the site that has finished with the one before; false: put off. */
static bool take_counter(struct xz_simulation *sim, struct xz_sim_intent *intent)
{
    struct xz_sim_site *site = &sim->sites[intent->site];
    const uint32_t start = xz_rng_below(&sim->rng, site->counters);
    const int64_t service_ms = (18 + (int64_t)xz_rng_below(&sim->rng, 50)) * XZ_SECOND_MS;
    int64_t free_at = INT64_MAX;

    for (uint32_t i = 0; i < site->counters; i++) {
        const uint32_t counter = (start + i) % site->counters;
        const int64_t ready = site->counter_at_ms[counter] + service_ms;
        if (ready <= intent->at_ms) {
            intent->counter = (uint8_t)counter;
            site->counter_at_ms[counter] = intent->at_ms;
            return true;
        }
        free_at = ready < free_at ? ready : free_at;
    }
    put_off(sim, intent, free_at);
    return false;
}

static struct xz_sim_sale *copy_of(const struct xz_sim_sale *sale)
{
    struct xz_sim_sale *memo = xz_malloc(sizeof(*memo));

    *memo = *sale;
    return memo;
}

static void follow(struct xz_simulation *sim, enum xz_sim_kind kind, const struct xz_sim_sale *sale,
                   int64_t at_ms, uint8_t flags)
{
    struct xz_sim_intent intent = xz_sim_intent_of(kind, sale->person, sale->site, at_ms);

    intent.memo = copy_of(sale);
    intent.counter = sale->counter;
    intent.flags = flags;
    xz_sim_push(sim, &intent);
}

/* Innocent corrections: the cashier's slip, mended within minutes; goods brought back after days;
 * boxes that the shop reports apart. */
static void consequences(struct xz_simulation *sim, const struct xz_sim_intent *intent,
                         const struct xz_sim_sale *sale)
{
    struct xz_rng *rng = &sim->rng;
    const int64_t second = (int64_t)xz_rng_below(rng, 60) * XZ_SECOND_MS;

    if (intent->scheme || !sim->config.lookalikes || sale->stay || sale->manual) {
        return;
    }
    if (sim->sites[sale->site].scans && sale->line_count && sale->lines[0].codes) {
        follow(sim, XZ_SIM_DO_SCAN, sale,
               sale->at_ms + XZ_MINUTE_MS * (1 + (int64_t)xz_rng_below(rng, 5)) + second, 0);
    }
    if (intent->kind == XZ_SIM_DO_AGAIN) {
        return;
    }
    if (xz_sim_chance(rng, 0.004)) {
        follow(sim, XZ_SIM_DO_REVERSE, sale,
               sale->at_ms + XZ_MINUTE_MS * (1 + (int64_t)xz_rng_below(rng, 9)) + second,
               xz_sim_chance(rng, 0.8) ? XZ_SIM_RESELL : 0);
    } else if (sale->line_count && sale->lines[0].codes && xz_sim_chance(rng, 0.003)) {
        const int32_t day = xz_day_of(sale->at_ms) + 1 + (int32_t)xz_rng_below(rng, 6);
        follow(sim, xz_sim_chance(rng, 0.5) ? XZ_SIM_DO_REFUND : XZ_SIM_DO_REVERSE, sale,
               xz_sim_draw_time(sim, sale->site, day), XZ_SIM_RETURNS);
    }
}

static void new_sale(struct xz_simulation *sim, const struct xz_sim_intent *intent,
                     struct xz_sim_sale *sale)
{
    *sale = (struct xz_sim_sale){.at_ms = intent->at_ms,
                                 .setl_no = ++sim->next_setl,
                                 .person = intent->person,
                                 .site = intent->site,
                                 .counter = intent->counter == 255 ? 0 : intent->counter,
                                 .proxy = XZ_SIM_NONE,
                                 .cert_person = XZ_SIM_NONE,
                                 .doctor = XZ_SIM_NONE,
                                 .filing = -1};
    const struct xz_sim_person *who = &sim->people[intent->person];
    const struct xz_sim_site *site = &sim->sites[intent->site];
    const struct xz_sim_city *care = &sim->cities[sim->counties[site->county].city];

    sale->cert = intent->cert                     ? intent->cert
                 : xz_sim_chance(&sim->rng, 0.85) ? who->cert
                                                  : (uint8_t)(1 + 2 * xz_rng_below(&sim->rng, 2));
    sale->online = site->group == XZ_SIM_ONLINE || site->group == XZ_SIM_INTERNET ||
                   (intent->flags & XZ_SIM_ONLINE_BUY);
    sale->cert = sale->online ? 1 : sale->cert;
    sale->manual = intent->kind == XZ_SIM_DO_MANUAL;
    sale->stay = intent->kind == XZ_SIM_DO_INPATIENT;
    if (intent->flags & XZ_SIM_PROXY) {
        sale->proxy = xz_sim_proxy_of(sim, intent->person);
    }
    if (site->group < XZ_SIM_SHOP || site->group == XZ_SIM_INTERNET) {
        sale->doctor = xz_rng_below(&sim->rng, site->counters * 4u);
        sale->mdtrt_no = ++sim->next_mdtrt;
        sale->invoice = ++sim->next_invoice;
    }
    if (memcmp(care->admdvs, sim->cities[who->insu].admdvs, 2) != 0) {
        /* emergencies need no paper; about a tenth of the others does not say */
        sale->filing = intent->kind == XZ_SIM_DO_EMERGENCY ? 0
                       : xz_sim_chance(&sim->rng, 0.9)     ? 1
                                                           : -1;
    }
}

static void set_stay(struct xz_simulation *sim, const struct xz_sim_intent *intent,
                     struct xz_sim_sale *sale)
{
    sale->enddate = xz_day_of(intent->at_ms) - intent->detail;
    sale->begndate = sale->enddate - intent->span;
    sale->mdtrt_no = intent->code ? intent->code : ++sim->next_mdtrt;
}

static void make_sale(struct xz_simulation *sim, struct xz_sim_intent *intent,
                      struct xz_sim_sale *sale)
{
    if (intent->kind == XZ_SIM_DO_AGAIN) {
        *sale = *intent->memo;
        sale->at_ms = intent->at_ms;
        sale->setl_no = ++sim->next_setl;
        sale->fund_fen = sale->acct_fen = sale->mulaid_fen = sale->cash_fen = sale->dedc_fen = 0;
        sale->debit_count = 0;
        xz_sim_sale_split(sim, intent, sale);
    } else if (intent->kind == XZ_SIM_DO_REFUND) {
        *sale = *intent->memo;
        xz_sim_sale_undo(sim, sale);
        sale->refd_no = sale->setl_no;
        sale->setl_no = ++sim->next_setl;
        sale->at_ms = intent->at_ms;
        sale->balc_fen = sim->people[sale->person].balc_fen;
        for (uint32_t i = 0; i < sale->debit_count; i++) {
            sale->debits[i].balc_fen = sim->people[sale->debits[i].giver].balc_fen;
        }
    } else {
        new_sale(sim, intent, sale);
        if (sale->stay) {
            set_stay(sim, intent, sale);
        }
        xz_sim_sale_lines(sim, intent, sale);
        xz_sim_sale_split(sim, intent, sale);
        if (intent->tweak != XZ_SIM_TWEAK_NONE) {
            xz_sim_tweak_sale(sim, intent, sale);
        }
        if (intent->detail && intent->kind == XZ_SIM_DO_MANUAL) {
            sale->invoice = intent->code;
        } else if (intent->scheme && intent->kind == XZ_SIM_DO_CLINIC && intent->span < 0) {
            sale->invoice = intent->code; /* R26: the receipt that is handed in again */
        }
    }
}

/* A single whole box that came back stands on the shelf and is sold to somebody else. */
static void to_shelf(struct xz_simulation *sim, const struct xz_sim_intent *intent,
                     const struct xz_sim_sale *sale)
{
    struct xz_sim_site *site = &sim->sites[sale->site];

    if ((intent->flags & XZ_SIM_RETURNS) && sale->line_count && sale->lines[0].codes == 1 &&
        !sale->lines[0].split && site->shelf_code == 0) {
        site->shelf_code = sale->lines[0].code;
        site->shelf_item = sale->lines[0].item;
    }
}

/* A gateway that got no answer sends the settlement again, under a new msgid. */
static void say_again(struct xz_simulation *sim, const struct xz_sim_sale *sale)
{
    struct xz_sim_sale same = *sale;
    const int64_t delay_ms = (15 + (int64_t)xz_rng_below(&sim->rng, 600)) * XZ_SECOND_MS;
    struct xz_sim_held held = {.arrival_ms = sale->at_ms + delay_ms,
                               .draft = xz_malloc(sizeof(*held.draft))};

    xz_sim_say_sale(sim, &same, held.draft);
    held.draft->event.inf_time_ms += delay_ms;
    sim->counts.retries++;
    xz_sim_hold(sim, &held);
}

static bool do_sale(struct xz_simulation *sim, struct xz_sim_intent *intent,
                    struct xz_sim_draft *draft)
{
    struct xz_sim_sale sale;
    struct xz_sim_person *who = &sim->people[intent->person];
    const int32_t today = xz_day_of(intent->at_ms) - sim->config.first_day;
    const bool fresh = intent->kind != XZ_SIM_DO_AGAIN && intent->kind != XZ_SIM_DO_REFUND;

    if (intent->scheme == 0 && fresh && (!can_come(sim, intent) || !take_counter(sim, intent))) {
        return false;
    }
    if (intent->scheme == 0 && !fresh &&
        ((who->flags & XZ_SIM_DEAD) || (who->stay_from <= today && today <= who->stay_until))) {
        return false;
    }
    make_sale(sim, intent, &sale);
    xz_sim_say_sale(sim, &sale, draft);
    sim->counts.settlements++;
    if (intent->kind == XZ_SIM_DO_REFUND) {
        to_shelf(sim, intent, &sale);
    } else if (intent->scheme == 0) {
        if (shows_presence(sim, intent)) {
            who->last_site = intent->site;
            who->last_at_ms = intent->at_ms;
        }
        consequences(sim, intent, &sale);
        if (xz_sim_chance(&sim->rng, sim->config.retry_share)) {
            say_again(sim, &sale);
        }
    }
    if (intent->scheme && (intent->flags & XZ_SIM_RETURNS)) { /* settle, and undo in minutes */
        struct xz_sim_intent undo = *intent;
        undo.kind = XZ_SIM_DO_REVERSE;
        undo.at_ms += (int64_t)xz_sim_between(&sim->scheme_rng, 60, 560) * XZ_SECOND_MS;
        undo.flags = 0;
        undo.memo = copy_of(&sale);
        xz_sim_push(sim, &undo);
    }
    return true;
}

static bool do_reverse(struct xz_simulation *sim, struct xz_sim_intent *intent,
                       struct xz_sim_draft *draft)
{
    struct xz_sim_sale *sale = intent->memo;
    const bool reinstates = (intent->flags & XZ_SIM_SETTLED) != 0;
    struct xz_reversal *body = &draft->event.reversal;
    const bool shop = sim->sites[sale->site].group >= XZ_SIM_SHOP;

    if (reinstates) {
        bool enough = sim->people[sale->person].balc_fen >= sale->acct_fen;
        for (uint32_t i = 0; i < sale->debit_count; i++) {
            enough =
                enough && sim->people[sale->debits[i].giver].balc_fen >= sale->debits[i].amount_fen;
        }
        if (!enough) {
            return false;
        }
        xz_sim_sale_redo(sim, sale);
    } else {
        xz_sim_sale_undo(sim, sale);
        to_shelf(sim, intent, sale);
    }
    xz_sim_say_envelope(sim, draft, sale->person, sale->site, intent->counter, intent->at_ms,
                        reinstates || sale->setl_no % 3 == 0 ? "2601"
                        : shop                               ? "2103"
                                                             : "2208");
    draft->event.body = XZ_BODY_REVERSAL;
    *body = (struct xz_reversal){.balc_fen = XZ_FEN_NONE};
    body->psn_no = xz_sim_psn_no(sim, draft, sale->person);
    if (reinstates || sale->setl_no % 3 == 0) {
        body->omsgid = xz_sim_text(draft, "%s", sale->msgid);
        body->oinfno = xz_str_from(reinstates ? "2601" : shop ? "2102" : "2207");
    } else {
        body->setl_id = xz_sim_text(draft, "S%011llu", (unsigned long long)sale->setl_no);
    }
    if (sim->people[sale->person].flags & XZ_SIM_ACCOUNT) {
        body->balc_fen = sim->people[sale->person].balc_fen;
    }
    if (intent->flags & XZ_SIM_RESELL) {
        follow(sim, XZ_SIM_DO_AGAIN, sale,
               intent->at_ms + XZ_MINUTE_MS + (int64_t)xz_rng_below(&sim->rng, 150) * XZ_SECOND_MS,
               0);
    } else if (!reinstates && intent->scheme == 0 && !(intent->flags & XZ_SIM_RETURNS) &&
               xz_sim_chance(&sim->rng, 0.3)) { /* the wrong one was undone: a reversal undone */
        struct xz_sim_sale undone = *sale;
        memcpy(undone.msgid, draft->event.msgid.ptr, draft->event.msgid.len + 1);
        follow(sim, XZ_SIM_DO_REVERSE, &undone,
               intent->at_ms + 2 * XZ_MINUTE_MS +
                   (int64_t)xz_rng_below(&sim->rng, 900) * XZ_SECOND_MS,
               XZ_SIM_SETTLED);
    }
    return true;
}

static bool do_scan(struct xz_simulation *sim, const struct xz_sim_intent *intent,
                    struct xz_sim_draft *draft)
{
    const struct xz_sim_sale *sale = intent->memo;
    struct xz_trace_scan *body = &draft->event.trace_scan;
    char code[24];

    xz_sim_say_envelope(sim, draft, sale->person, sale->site, intent->counter, intent->at_ms,
                        "3505A");
    xz_sim_code_text(sale->lines[0].item, sale->lines[0].code, code);
    draft->event.body = XZ_BODY_TRACE_SCAN;
    *body = (struct xz_trace_scan){.scan = XZ_SCAN_SALE};
    body->drug_trac_codg = xz_sim_text(draft, "%s", code);
    body->med_list_codg = xz_str_from(xz_sim_items[sale->lines[0].item].code);
    body->psn_no = xz_sim_psn_no(sim, draft, sale->person);
    body->setl_id = xz_sim_text(draft, "S%011llu", (unsigned long long)sale->setl_no);
    return true;
}

bool xz_sim_realise(struct xz_simulation *sim, struct xz_sim_intent *intent,
                    struct xz_sim_draft *draft)
{
    bool said = false;

    if (intent->kind < XZ_SIM_SALES) {
        said = do_sale(sim, intent, draft);
    } else if (intent->kind == XZ_SIM_DO_REVERSE) {
        said = do_reverse(sim, intent, draft);
    } else if (intent->kind == XZ_SIM_DO_SCAN) {
        said = do_scan(sim, intent, draft);
    } else {
        said = xz_sim_say_other(sim, intent, draft);
    }
    return said;
}
