/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * simulate/split.c - who pays: the fund, the person's account, the accounts of those who share
 * theirs, cash. medfee = fund + personal part; personal part = account + mutual aid + cash.
 */
#include "simulate/sim.h"

/* Deductible and share of the fund by service. Chosen after common county rules and, for the
 * programme, the 0.887 of cn-a08. */
static void fund_rule(const struct xz_simulation *sim, const struct xz_sim_sale *sale,
                      int64_t *deductible_fen, int64_t *permille)
{
    const struct xz_sim_person *who = &sim->people[sale->person];
    const struct xz_sim_site *site = &sim->sites[sale->site];
    const bool worker = who->psn_type <= 12;
    static const int64_t stay_deductible[3] = {80000, 50000, 20000};

    /* three segments in 31: the account comes first, and outpatients here never get past it */
    const bool three = sim->cities[who->insu].admdvs[0] == '3';

    *deductible_fen = 0;
    *permille = 0;
    if ((who->flags & XZ_SIM_BARRED) || (three && !sale->stay)) {
        return;
    }
    if (sale->stay) {
        *deductible_fen = site->group <= XZ_SIM_PRIMARY ? stay_deductible[site->group] : 20000;
        *permille = worker ? 840 : 700;
    } else if (sale->med_type[0] == '1' && sale->med_type[1] == '4') {
        *permille = sale->med_type[5] == '1' ? 905 : worker ? 800 : 650; /* 140201, 140104 */
    } else if (sale->med_type[0] == '1' && sale->med_type[1] != '2') {
        *deductible_fen = site->group <= XZ_SIM_SECONDARY ? 1000 : 0;
        *permille = site->group <= XZ_SIM_SECONDARY ? 500 : 600;
    }
}

static void pay_by_givers(struct xz_simulation *sim, struct xz_sim_sale *sale, int64_t *left_fen)
{
    const struct xz_sim_person *who = &sim->people[sale->person];

    for (uint32_t i = 0; i<XZ_SIM_GIVERS_MAX && * left_fen> 0; i++) {
        if (who->giver[i] == XZ_SIM_NONE) {
            break;
        }
        struct xz_sim_person *giver = &sim->people[who->giver[i]];
        int64_t amount = giver->balc_fen < *left_fen ? giver->balc_fen : *left_fen;
        if ((giver->flags & (XZ_SIM_DEAD | XZ_SIM_CLOSED)) || amount <= 0) {
            continue;
        }
        giver->balc_fen -= amount;
        *left_fen -= amount;
        sale->mulaid_fen += amount;
        sale->debits[sale->debit_count++] =
            (struct xz_sim_debit){who->giver[i], i + 1, amount, giver->balc_fen};
    }
}

void xz_sim_sale_split(struct xz_simulation *sim, const struct xz_sim_intent *intent,
                       struct xz_sim_sale *sale)
{
    struct xz_sim_person *who = &sim->people[sale->person];
    const bool shop = sim->sites[sale->site].group >= XZ_SIM_SHOP;
    const bool usable = (who->flags & (XZ_SIM_ACCOUNT | XZ_SIM_CLOSED)) == XZ_SIM_ACCOUNT;
    int64_t deductible, permille;

    fund_rule(sim, sale, &deductible, &permille);
    const bool programme = strcmp(sale->med_type, "140201") == 0;
    sale->scope_fen = shop ? sale->medfee_fen : sale->medfee_fen * (programme ? 98 : 94) / 100;
    if (permille > 0) {
        sale->dedc_fen = deductible < sale->scope_fen ? deductible : sale->scope_fen;
        sale->fund_fen = ((sale->scope_fen - sale->dedc_fen) * permille + 500) / 1000;
    }
    sale->part_fen = sale->medfee_fen - sale->fund_fen;
    int64_t left = sale->part_fen;
    if (usable && (shop || intent->scheme || !(who->flags & XZ_SIM_CASH))) {
        sale->acct_fen = who->balc_fen < left ? who->balc_fen : left;
        who->balc_fen -= sale->acct_fen;
        left -= sale->acct_fen;
    }
    if (intent->scheme == 0 && left > 0) {
        pay_by_givers(sim, sale, &left);
    }
    sale->cash_fen = left;
    sale->balc_fen = who->balc_fen;
}

void xz_sim_sale_undo(struct xz_simulation *sim, const struct xz_sim_sale *sale)
{
    sim->people[sale->person].balc_fen += sale->acct_fen;
    for (uint32_t i = 0; i < sale->debit_count; i++) {
        sim->people[sale->debits[i].giver].balc_fen += sale->debits[i].amount_fen;
    }
}

void xz_sim_sale_redo(struct xz_simulation *sim, struct xz_sim_sale *sale)
{
    sim->people[sale->person].balc_fen -= sale->acct_fen;
    for (uint32_t i = 0; i < sale->debit_count; i++) {
        sim->people[sale->debits[i].giver].balc_fen -= sale->debits[i].amount_fen;
    }
}
