/* SPDX-License-Identifier: GPL-3.0-or-later */
/* simulate/say.c - a settlement as an event: ids, times, fields, all inside one draft. */
#include "simulate/sim.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>

struct xz_str xz_sim_text(struct xz_sim_draft *draft, const char *format, ...)
{
    char *at = draft->text + draft->text_used;
    const size_t room = sizeof(draft->text) - draft->text_used;
    va_list args;

    va_start(args, format);
    const int len = vsnprintf(at, room, format, args);
    va_end(args);
    assert(len >= 0 && (size_t)len < room);
    draft->text_used += (uint32_t)len + 1;
    return (struct xz_str){at, (uint32_t)len};
}

static void digits(char *at, uint64_t value, int width)
{
    while (width > 0) {
        at[--width] = (char)('0' + value % 10);
        value /= 10;
    }
}

static struct xz_str put(struct xz_sim_draft *draft, const char *text, uint32_t len)
{
    char *at = draft->text + draft->text_used;

    assert(draft->text_used + len < sizeof(draft->text));
    memcpy(at, text, len);
    at[len] = '\0';
    draft->text_used += len + 1;
    return (struct xz_str){at, len};
}

void xz_sim_psn_text(const struct xz_simulation *sim, uint32_t person, char text[static 20])
{
    memcpy(text, sim->cities[sim->people[person].insu].admdvs, 6);
    digits(text + 6, person + 1, 10);
    text[16] = '\0';
}

struct xz_str xz_sim_psn_no(const struct xz_simulation *sim, struct xz_sim_draft *draft,
                            uint32_t person)
{
    char text[20];

    xz_sim_psn_text(sim, person, text);
    return put(draft, text, 16);
}

/* 81, five digits of the drug, thirteen of the box: a permutation of 43 bits, so that codes of
 * boxes made one after the other look unlike and never meet. */
void xz_sim_code_text(uint32_t item, uint64_t code, char text[static 24])
{
    const uint64_t box =
        (code * UINT64_C(0x5851f42d4c957f2d) + 1442695040888963407u) & ((UINT64_C(1) << 43) - 1);

    memcpy(text, "81", 2);
    digits(text + 2, 20000 + item * 37, 5);
    digits(text + 7, box, 13);
    text[20] = '\0';
}

void xz_sim_say_envelope(struct xz_simulation *sim, struct xz_sim_draft *draft, uint32_t person,
                         uint32_t site, uint32_t counter, int64_t at_ms, const char *infno)
{
    const struct xz_civil civil = xz_civil_of(at_ms);
    struct xz_event *event = &draft->event;
    char msgid[30];

    draft->text_used = draft->code_count = 0;
    xz_event_init(event);
    event->inf_time_ms = event->at_ms = at_ms;
    event->infno = xz_str_from(infno);
    if (person != XZ_SIM_NONE) {
        event->insuplc_admdvs = xz_str_from(sim->cities[sim->people[person].insu].admdvs);
    }
    if (site == XZ_SIM_NONE) { /* the agency of the city */
        memcpy(msgid, "G21010000000", 12);
        digits(msgid + 26, sim->agency_seq++, 4);
        event->opter = xz_sim_text(draft, "AG%02u", (unsigned)(sim->agency_seq % 17));
    } else {
        struct xz_sim_site *where = &sim->sites[site];
        memcpy(msgid, where->code, 12);
        digits(msgid + 26, where->msgid_seq++, 4);
        event->fixmedins_code = xz_str_from(where->code);
        event->mdtrtarea_admvs = xz_str_from(sim->counties[where->county].admdvs);
        char local[8] = {'O', 'P', (char)('0' + (counter + 1) / 10),
                         (char)('0' + (counter + 1) % 10)};
        event->opter = put(draft, local, 4);
        memcpy(local, "POS-", 4);
        digits(local + 4, counter + 1, 2);
        event->dev_no = put(draft, local, 6);
        event->opter_type = XZ_STR("1");
    }
    digits(msgid + 12, (uint64_t)civil.year, 4);
    digits(msgid + 16, (uint64_t)civil.month, 2);
    digits(msgid + 18, (uint64_t)civil.day, 2);
    digits(msgid + 20, (uint64_t)civil.hour, 2);
    digits(msgid + 22, (uint64_t)civil.minute, 2);
    digits(msgid + 24, (uint64_t)civil.second, 2);
    event->msgid = put(draft, msgid, 30);
}

static struct xz_str numbered(struct xz_sim_draft *draft, char letter, uint64_t number)
{
    char text[12] = {letter};

    digits(text + 1, number, 11);
    return put(draft, text, 12);
}

static void say_line(struct xz_simulation *sim, const struct xz_sim_sale *sale, uint32_t nth,
                     struct xz_sim_draft *draft)
{
    static const char *const numbers[XZ_SIM_LINES_MAX] = {"1", "2", "3", "4", "5", "6", "7", "8"};
    const struct xz_sim_line *from = &sale->lines[nth];
    const struct xz_sim_item *item = &xz_sim_items[from->item];
    struct xz_line *line = &draft->lines[nth];
    const int sign = sale->refd_no ? -1 : 1;

    *line = (struct xz_line){.feedetl_sn = xz_str_from(numbers[nth]),
                             .med_list_codg = xz_str_from(item->code),
                             .med_chrgitm_type = xz_str_from(item->chrgitm),
                             .cnt_e4 = sign * from->cnt_e4,
                             .pric_e6 = from->pric_e6,
                             .det_item_fee_sumamt_fen = sign * from->amount_fen,
                             .prd_days_e4 = from->days ? from->days * 10000 : XZ_NUM_NONE,
                             .rx_circ_flag = -1,
                             .trdn_flag = -1};
    line->item.age_min = line->item.age_max = -1;
    line->item.chronic = line->item.watch = -1;
    line->item.list_price_fen = XZ_FEN_NONE;
    if (item->days == 0) {
        line->hilist_code = line->med_list_codg;
    } else {
        line->trdn_flag = from->split;
        line->drug_trac_codg = &draft->codes[draft->code_count];
        line->drug_trac_count = from->codes;
        for (uint32_t i = 0; i < from->codes; i++) {
            char code[24];
            xz_sim_code_text(from->item, from->code + i, code);
            draft->codes[draft->code_count++] = put(draft, code, 20);
        }
    }
    if (sale->doctor != XZ_SIM_NONE) {
        line->bilg_dr_codg =
            xz_sim_text(draft, "D%s%03u", sim->sites[sale->site].code + 1, (unsigned)sale->doctor);
    }
}

static void say_proxy(const struct xz_simulation *sim, const struct xz_sim_sale *sale,
                      struct xz_sim_draft *draft, struct xz_settlement *setl)
{
    if (sale->proxy == XZ_SIM_NONE) {
        return;
    }
    setl->agnter_flag = 1;
    setl->agnter_present = true;
    if (sale->proxy_missing == 0 || sale->proxy_missing == 3) {
        setl->agnter_certno = xz_sim_text(draft, "C%017u", (unsigned)sale->proxy * 37u + 11u);
        setl->agnter_cert_type = XZ_STR("01");
    }
    if (sale->proxy_missing == 0 || sale->proxy_missing == 2) {
        const char *relation = xz_sim_relation(sim, sale->person, sale->proxy);
        setl->agnter_rlts = xz_str_from(relation ? relation : "other");
    }
}

static void say_money(const struct xz_simulation *sim, const struct xz_sim_sale *sale,
                      struct xz_sim_draft *draft, struct xz_settlement *setl)
{
    const int sign = sale->refd_no ? -1 : 1;

    setl->medfee_sumamt_fen = sign * sale->medfee_fen;
    setl->fund_pay_sumamt_fen = setl->hifp_pay_fen = sign * sale->fund_fen;
    setl->psn_part_amt_fen = sign * sale->part_fen;
    setl->acct_pay_fen = sign * sale->acct_fen;
    setl->acct_mulaid_pay_fen = sign * sale->mulaid_fen;
    setl->psn_cash_pay_fen = sign * sale->cash_fen;
    setl->hosp_part_amt_fen = 0;
    setl->inscp_scp_amt_fen = sign * sale->scope_fen;
    setl->act_pay_dedc_fen = sign * sale->dedc_fen;
    if (sim->people[sale->person].flags & XZ_SIM_ACCOUNT) {
        setl->balc_fen = sale->balc_fen;
    }
    for (uint32_t i = 0; i < sale->debit_count; i++) {
        const struct xz_sim_debit *debit = &sale->debits[i];
        draft->debits[i] = (struct xz_debit){xz_sim_psn_no(sim, draft, debit->giver), debit->order,
                                             sign * debit->amount_fen, debit->balc_fen};
    }
    setl->mulaid_debits = draft->debits;
    setl->debit_count = sale->debit_count;
}

static void say_person(const struct xz_simulation *sim, const struct xz_sim_sale *sale,
                       struct xz_sim_draft *draft, struct xz_settlement *setl)
{
    const struct xz_sim_person *who = &sim->people[sale->person];
    static const char *const certs[4] = {"03", "01", "02", "03"};

    setl->psn_no = xz_sim_psn_no(sim, draft, sale->person);
    setl->insutype = xz_str_from(who->psn_type <= 12 ? "310" : "390");
    setl->psn_type = xz_str_from(who->psn_type == 11   ? "11"
                                 : who->psn_type == 12 ? "12"
                                 : who->psn_type == 14 ? "14"
                                 : who->psn_type == 15 ? "15"
                                                       : "16");
    setl->psn_insu_stas = xz_str_from((who->flags & XZ_SIM_BARRED) ? "2" : "1");
    setl->gend = xz_str_from(who->sex == 1 ? "1" : "2");
    setl->brdy = who->brdy;
    setl->mdtrt_cert_type = xz_str_from(certs[sale->cert & 3]);
    if (sale->cert_person != XZ_SIM_NONE) {
        setl->cert_psn_no = xz_sim_psn_no(sim, draft, sale->cert_person);
    }
}

void xz_sim_say_sale(struct xz_simulation *sim, struct xz_sim_sale *sale,
                     struct xz_sim_draft *draft)
{
    const bool shop = sim->sites[sale->site].group >= XZ_SIM_SHOP;
    struct xz_settlement *setl = &draft->event.settlement;

    xz_sim_say_envelope(sim, draft, sale->person, sale->site, sale->counter, sale->at_ms,
                        shop         ? "2102"
                        : sale->stay ? "2304"
                                     : "2207");
    draft->event.body = XZ_BODY_SETTLEMENT;
    *setl = (struct xz_settlement){
        .refd_setl_flag = 0, .online = -1, .out_filing = sale->filing, .agnter_flag = -1};
    setl->brdy = setl->begndate = setl->enddate = XZ_DAY_NONE;
    setl->balc_fen = XZ_FEN_NONE;
    setl->diagnosis.age_min = setl->diagnosis.age_max = -1;
    setl->diagnosis.chronic = setl->diagnosis.watch = -1;
    setl->diagnosis.list_price_fen = XZ_FEN_NONE;
    say_person(sim, sale, draft, setl);
    say_money(sim, sale, draft, setl);
    say_proxy(sim, sale, draft, setl);
    setl->setl_id = numbered(draft, 'S', sale->setl_no);
    setl->med_type = xz_str_from(sale->med_type);
    setl->setl_time_ms = sale->at_ms;
    setl->setl_type = xz_str_from(sale->manual ? "1" : "2");
    if (sale->refd_no) {
        setl->refd_setl_flag = 1;
        setl->refd_setl_id = numbered(draft, 'S', sale->refd_no);
    }
    if (sale->online) {
        setl->online = 1;
    }
    if (sale->mdtrt_no) {
        setl->mdtrt_id = numbered(draft, 'M', sale->mdtrt_no);
    }
    if (sale->invoice) {
        setl->invono = numbered(draft, 'I', sale->invoice);
    }
    if (sale->diagnosis != XZ_SIM_NONE) {
        setl->dise_codg = xz_str_from(xz_sim_diagnoses[sale->diagnosis].code);
    }
    if (sale->stay) {
        setl->begndate = sale->begndate;
        setl->enddate = sale->enddate;
    }
    for (uint32_t i = 0; i < sale->line_count; i++) {
        say_line(sim, sale, i, draft);
    }
    setl->lines = draft->lines;
    setl->line_count = sale->line_count;
    (void)snprintf(sale->msgid, sizeof(sale->msgid), XZ_STR_FMT, XZ_STR_ARG(draft->event.msgid));
}
