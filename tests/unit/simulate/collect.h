/* SPDX-License-Identifier: GPL-3.0-or-later */
/* collect.h - keeps what a simulation says in flat arrays, duplicates and retries dropped, sorted
 * by event time, so that the tests can recount rules slowly and plainly. */
#ifndef XZ_TEST_SIMULATE_COLLECT_H
#define XZ_TEST_SIMULATE_COLLECT_H
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "simulate/sim.h"

struct rec {
    int64_t at_ms;
    size_t nth; /* in order of making */
    uint64_t msgid, person, setl, undoes, site_hash;
    uint32_t site; /* index, or XZ_SIM_NONE */
    uint8_t body, word, sex;
    bool presence, refund, stay, cross, load;
    int8_t filing, agnter;
    int diagnosis; /* of xz_sim_diagnoses, -1 none */
    bool agnter_full, cert_other;
    int32_t begndate, enddate, brdy;
    int64_t medfee, fund, part, acct, mulaid, cash, balc, amount;
    char med_type[8], rlts[24];
    uint32_t first_code, code_count, first_item, item_count, debit_count;
    int64_t debit_balc[XZ_SIM_GIVERS_MAX], debit_order[XZ_SIM_GIVERS_MAX];
    int64_t debit_amount[XZ_SIM_GIVERS_MAX];
};
struct code {
    uint64_t hash;
    bool split;
};
struct log {
    struct rec *recs;
    size_t count, cap;
    struct code *codes;
    size_t code_count, code_cap;
    uint32_t *items; /* of xz_sim_items */
    size_t item_count, item_cap;
    uint64_t *seen; /* msgids, open addressing; then site and settlement pairs */
    size_t seen_cap;
    uint64_t repeats, retries;
};

static inline bool log_seen(struct log *log, uint64_t key)
{
    size_t at = key & (log->seen_cap - 1);

    key |= 1;
    while (log->seen[at] != 0 && log->seen[at] != key) {
        at = (at + 1) & (log->seen_cap - 1);
    }
    const bool found = log->seen[at] == key;
    log->seen[at] = key;
    return found;
}

static inline void copy_text(char *to, size_t size, struct xz_str from)
{
    const size_t len = from.len < size ? from.len : size - 1;

    if (len) {
        memcpy(to, from.ptr, len);
    }
    to[len] = '\0';
}

static inline void log_lines(struct log *log, struct rec *rec, const struct xz_settlement *setl)
{
    rec->first_code = (uint32_t)log->code_count;
    rec->first_item = (uint32_t)log->item_count;
    for (uint32_t i = 0; i < setl->line_count; i++) {
        const struct xz_line *line = &setl->lines[i];
        uint32_t item = 0;
        while (!xz_str_eq(line->med_list_codg, xz_str_from(xz_sim_items[item].code))) {
            item++;
        }
        xz_array_reserve((void **)&log->items, &log->item_cap, log->item_count + 1,
                         sizeof(*log->items));
        log->items[log->item_count++] = item;
        for (uint32_t n = 0; n < line->drug_trac_count; n++) {
            xz_array_reserve((void **)&log->codes, &log->code_cap, log->code_count + 1,
                             sizeof(*log->codes));
            log->codes[log->code_count++] =
                (struct code){xz_hash_str(line->drug_trac_codg[n]), line->trdn_flag == 1};
        }
    }
    rec->code_count = (uint32_t)log->code_count - rec->first_code;
    rec->item_count = (uint32_t)log->item_count - rec->first_item;
}

static inline void log_settlement(struct log *log, struct rec *rec, const struct xz_event *event,
                                  uint8_t site_group)
{
    const struct xz_settlement *setl = &event->settlement;

    rec->setl = xz_hash_str(setl->setl_id);
    rec->sex = setl->gend.len ? (uint8_t)(setl->gend.ptr[0] - '0') : 0;
    rec->brdy = setl->brdy;
    rec->refund = setl->refd_setl_flag == 1;
    rec->undoes = rec->refund ? xz_hash_str(setl->refd_setl_id) : 0;
    rec->stay = setl->begndate != XZ_DAY_NONE;
    rec->begndate = setl->begndate;
    rec->enddate = setl->enddate;
    rec->presence = !rec->refund && setl->online != 1 && setl->agnter_flag != 1 &&
                    !xz_str_eq(setl->setl_type, XZ_STR("1")) && site_group != XZ_SIM_ONLINE;
    rec->filing = setl->out_filing;
    rec->agnter = setl->agnter_flag;
    rec->agnter_full =
        setl->agnter_certno.len && setl->agnter_cert_type.len && setl->agnter_rlts.len;
    rec->cert_other = setl->cert_psn_no.len && !xz_str_eq(setl->cert_psn_no, setl->psn_no);
    rec->medfee = setl->medfee_sumamt_fen;
    rec->fund = setl->fund_pay_sumamt_fen;
    rec->part = setl->psn_part_amt_fen;
    rec->acct = setl->acct_pay_fen;
    rec->mulaid = setl->acct_mulaid_pay_fen;
    rec->cash = setl->psn_cash_pay_fen;
    rec->balc = setl->balc_fen;
    rec->debit_count = setl->debit_count;
    for (uint32_t i = 0; i < setl->debit_count; i++) {
        rec->debit_balc[i] = setl->mulaid_debits[i].balc_fen;
        rec->debit_order[i] = setl->mulaid_debits[i].order_no;
        rec->debit_amount[i] = setl->mulaid_debits[i].amount_fen;
    }
    if (setl->dise_codg.len) {
        rec->diagnosis = (int)xz_sim_diagnosis_find(setl->dise_codg.ptr);
    }
    copy_text(rec->med_type, sizeof(rec->med_type), setl->med_type);
    log_lines(log, rec, setl);
}

static inline uint32_t site_index(const struct xz_simulation *sim, struct xz_str code)
{
    if (code.len == 0) {
        return XZ_SIM_NONE;
    }
    const uint32_t site = (uint32_t)strtoul(code.ptr + 7, NULL, 10) - 1; /* numbered from 1 */
    return site < sim->site_count ? site : XZ_SIM_NONE;
}

static inline void log_add(struct log *log, const struct xz_simulation *sim,
                           const struct xz_event *event)
{
    struct rec rec = {.at_ms = event->at_ms,
                      .nth = log->count,
                      .msgid = xz_hash_str(event->msgid),
                      .person = xz_hash_str(xz_event_person(event)),
                      .site = site_index(sim, event->fixmedins_code),
                      .site_hash = xz_hash_str(event->fixmedins_code),
                      .body = event->body,
                      .load = event->channel == XZ_CHANNEL_LOAD,
                      .filing = -1,
                      .diagnosis = -1,
                      .agnter = -1,
                      .balc = XZ_FEN_NONE};
    const bool shown = event->body == XZ_BODY_SETTLEMENT;

    if (log_seen(log, rec.msgid)) {
        log->repeats++;
        return;
    }
    if (shown && log_seen(log, xz_hash64(event->settlement.setl_id.ptr,
                                         event->settlement.setl_id.len, rec.site_hash))) {
        log->retries++;
        return;
    }
    rec.cross = event->mdtrtarea_admvs.len && event->insuplc_admdvs.len &&
                memcmp(event->mdtrtarea_admvs.ptr, event->insuplc_admdvs.ptr, 2) != 0;
    if (shown) {
        log_settlement(log, &rec, event, sim->sites[rec.site].group);
    } else if (event->body == XZ_BODY_REVERSAL) {
        rec.undoes = xz_hash_str(event->reversal.setl_id.len ? event->reversal.setl_id
                                                             : event->reversal.omsgid);
        rec.balc = event->reversal.balc_fen;
    } else if (event->body == XZ_BODY_PERSON_STATUS) {
        rec.word = event->person_status.status;
    } else if (event->body == XZ_BODY_ACCOUNT_MOVEMENT) {
        rec.word = event->account_movement.movement;
        rec.balc = event->account_movement.balc_after_fen;
        rec.amount = event->account_movement.balc_before_fen;
    } else if (event->body == XZ_BODY_MULAID_LINK) {
        rec.word = event->mulaid_link.action;
        copy_text(rec.rlts, sizeof(rec.rlts), event->mulaid_link.rlts);
    }
    xz_array_reserve((void **)&log->recs, &log->cap, log->count + 1, sizeof(*log->recs));
    log->recs[log->count++] = rec;
}

static inline int by_time(const void *left, const void *right)
{
    const struct rec *a = left, *b = right;

    if (a->at_ms != b->at_ms) {
        return a->at_ms < b->at_ms ? -1 : 1;
    }
    return a->nth < b->nth ? -1 : a->nth > b->nth;
}

static inline int by_person(const void *left, const void *right)
{
    const struct rec *a = left, *b = right;

    if (a->person != b->person) {
        return a->person < b->person ? -1 : 1;
    }
    return by_time(left, right);
}

/* Runs config to its end. The simulation stays, for its sites. */
static inline struct xz_simulation *log_run(struct log *log,
                                            const struct xz_simulation_config *config)
{
    struct xz_simulation *sim = NULL;
    struct xz_event event;
    struct xz_err err = {0};

    *log = (struct log){.seen_cap = 1u << 20};
    log->seen = xz_calloc(log->seen_cap, sizeof(*log->seen));
    if (xz_simulation_new(config, &sim, &err) != XZ_OK) {
        return NULL;
    }
    while (xz_simulation_next(sim, &event)) {
        log_add(log, sim, &event);
    }
    qsort(log->recs, log->count, sizeof(*log->recs), by_time);
    return sim;
}

static inline void log_free(struct log *log)
{
    free(log->recs);
    free(log->codes);
    free(log->items);
    free(log->seen);
}

#endif
