/* SPDX-License-Identifier: GPL-3.0-or-later */
/* simulate/tweaks.c - how the events of a rule's scheme depart from what honest ones say. */
#include "simulate/sim.h"

/* Takes back what the account and givers paid, so that somebody else can. */
static void unpay(struct xz_simulation *sim, struct xz_sim_sale *sale)
{
    xz_sim_sale_undo(sim, sale);
    sale->acct_fen = sale->mulaid_fen = 0;
    sale->debit_count = 0;
    sale->cash_fen = sale->part_fen;
}

static void debit(struct xz_simulation *sim, struct xz_sim_sale *sale, uint32_t giver,
                  uint32_t order, int64_t amount_fen)
{
    struct xz_sim_person *who = &sim->people[giver];
    const int64_t amount = amount_fen < who->balc_fen ? amount_fen : who->balc_fen;

    who->balc_fen -= amount;
    sale->mulaid_fen += amount;
    sale->cash_fen = sale->cash_fen > amount ? sale->cash_fen - amount : 0;
    sale->debits[sale->debit_count++] = (struct xz_sim_debit){giver, order, amount, who->balc_fen};
}

/* The fund pays nothing, the account all it can. */
static void by_account(struct xz_simulation *sim, struct xz_sim_sale *sale)
{
    struct xz_sim_person *who = &sim->people[sale->person];

    unpay(sim, sale);
    sale->part_fen = sale->medfee_fen;
    sale->fund_fen = sale->dedc_fen = 0;
    sale->acct_fen = who->balc_fen < sale->part_fen ? who->balc_fen : sale->part_fen;
    sale->cash_fen = sale->part_fen - sale->acct_fen;
    who->balc_fen -= sale->acct_fen;
}

static void tweak_account(struct xz_simulation *sim, const struct xz_sim_intent *intent,
                          struct xz_sim_sale *sale)
{
    switch ((enum xz_sim_tweak)intent->tweak) {
    case XZ_SIM_TWEAK_FUND:
        unpay(sim, sale);
        sale->fund_fen = sale->medfee_fen / 2;
        sale->part_fen = sale->cash_fen = sale->medfee_fen - sale->fund_fen;
        break;
    case XZ_SIM_TWEAK_ACCOUNT: /* of a closed account: nothing is left, and it pays */
        sale->acct_fen = sale->part_fen;
        sale->cash_fen = 0;
        break;
    case XZ_SIM_TWEAK_THREE_SKIP:
        unpay(sim, sale);
        sale->fund_fen = sale->medfee_fen * 7 / 10;
        sale->dedc_fen = 0;
        sale->part_fen = sale->cash_fen = sale->medfee_fen - sale->fund_fen;
        break;
    case XZ_SIM_TWEAK_THREE_FIRST:
        unpay(sim, sale);
        sale->fund_fen = 0;
        sale->acct_fen = sim->people[sale->person].balc_fen;
        sale->medfee_fen = sale->part_fen = sale->acct_fen + 6600; /* and beyond it */
        sale->lines[0].amount_fen = sale->medfee_fen;
        sale->lines[0].pric_e6 = sale->medfee_fen * 10000 * 10000 / sale->lines[0].cnt_e4;
        sale->line_count = 1;
        sale->scope_fen = sale->medfee_fen;
        sale->dedc_fen = sale->cash_fen = 6600;
        sim->people[sale->person].balc_fen = 0;
        break;
    case XZ_SIM_TWEAK_THREE_AGAIN:
        sale->fund_fen = sale->dedc_fen = sale->cash_fen = 0;
        sale->acct_fen = sale->part_fen = sale->medfee_fen;
        break;
    default:
        break;
    }
}

void xz_sim_tweak_sale(struct xz_simulation *sim, const struct xz_sim_intent *intent,
                       struct xz_sim_sale *sale)
{
    const struct xz_sim_person *who = &sim->people[sale->person];

    switch ((enum xz_sim_tweak)intent->tweak) {
    case XZ_SIM_TWEAK_ITEM:
        if (sale->line_count && xz_sim_items[sale->lines[0].item].forbidden) {
            by_account(sim, sale);
        }
        break;
    case XZ_SIM_TWEAK_ORDER:
        unpay(sim, sale);
        debit(sim, sale, who->giver[0], 1, sale->part_fen / 3);
        debit(sim, sale, who->giver[1], 2, sale->cash_fen);
        break;
    case XZ_SIM_TWEAK_ORDER_HIDDEN:
        unpay(sim, sale);
        debit(sim, sale, who->giver[1], 2, sale->cash_fen);
        break;
    case XZ_SIM_TWEAK_EXCESS:
        unpay(sim, sale);
        debit(sim, sale, who->giver[0], 1, sale->part_fen * (1000 + intent->other) / 1000);
        break;
    case XZ_SIM_TWEAK_CERT:
        sale->cert_person = intent->other;
        break;
    case XZ_SIM_TWEAK_PROXY:
        sale->proxy = who->home; /* someone stands there; the paper is missing */
        sale->proxy_missing = (uint8_t)(intent->other + 1);
        break;
    case XZ_SIM_TWEAK_GIVER:
        unpay(sim, sale);
        debit(sim, sale, intent->other, 1, sale->cash_fen);
        break;
    case XZ_SIM_TWEAK_NO_FILING:
        sale->filing = 0;
        break;
    default:
        tweak_account(sim, intent, sale);
        break;
    }
    sale->balc_fen = who->balc_fen;
}

static const char *rule_of(const struct xz_simulation *sim, uint32_t scheme)
{
    return xz_simulation_patterns[sim->schemes[scheme].pattern];
}

void xz_sim_tweak_link(struct xz_simulation *sim, const struct xz_sim_intent *intent,
                       struct xz_sim_draft *draft)
{
    struct xz_mulaid_link *body = &draft->event.mulaid_link;
    const char *rule = rule_of(sim, intent->scheme);
    const uint8_t intensity = sim->schemes[intent->scheme].intensity;
    const int32_t year = 365;

    body->rlts = XZ_STR("child");
    body->recv_brdy = body->giver_brdy + 26 * year;
    if (strcmp(rule, "R2") == 0) {
        body->recv_insutype =
            intensity == XZ_INTENSITY_SUBTLE ? body->recv_insutype : XZ_STR("399");
        body->recv_psn_insu_stas = xz_str_from(intensity == XZ_INTENSITY_MEDIUM ? "1" : "4");
    } else if (strcmp(rule, "R3") == 0) {
        body->rlts = XZ_STR("other");
    } else if (strcmp(rule, "R4") == 0) {
        if (intensity == XZ_INTENSITY_BLATANT) {
            body->rlts = XZ_STR("parent_in_law");
            body->recv_brdy = body->giver_brdy - 27 * year;
        } else if (intensity == XZ_INTENSITY_MEDIUM) {
            body->recv_brdy = body->giver_brdy - 3 * year; /* a child older than the parent */
        } else {
            body->rlts = XZ_STR("grandparent");
            body->recv_brdy = body->giver_brdy - 19 * year; /* under thirty years older */
        }
    } else if (strcmp(rule, "R5") == 0) { /* where only spouse, parents and children may */
        body->rlts = XZ_STR("sibling");
        body->recv_brdy = body->giver_brdy + 3 * year;
        body->giver_admdvs = body->recv_admdvs = XZ_STR("450100");
    } else if (strcmp(rule, "R6") == 0) {
        body->recv_admdvs = XZ_STR("430100");
    } else if (strcmp(rule, "R7") == 0) { /* a pair of provinces that is not open */
        body->giver_admdvs = XZ_STR("440100");
        body->recv_admdvs = XZ_STR("110100");
    }
}

void xz_sim_tweak_movement(struct xz_simulation *sim, const struct xz_sim_intent *intent,
                           struct xz_sim_draft *draft)
{
    struct xz_account_movement *body = &draft->event.account_movement;
    const char *rule = rule_of(sim, intent->scheme);
    const uint8_t intensity = sim->schemes[intent->scheme].intensity;

    if (strcmp(rule, "R14") == 0) {
        body->purpose = XZ_STR("other"); /* on no region's list */
    } else if (strcmp(rule, "R16") == 0) {
        if (intensity != XZ_INTENSITY_SUBTLE) {
            body->reason = XZ_STR_NONE;
        }
        if (intensity != XZ_INTENSITY_MEDIUM) {
            body->evidence_no = XZ_STR_NONE;
        }
    }
}
