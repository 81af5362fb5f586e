/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Breaches, each by loops over all events. */
#include <stdio.h>
#include <stdlib.h>

#include "base/hash.h"
#include "base/mem.h"
#include "oracle_int.h"

const char *const oracle_breaches[] = {"T04", "T05", "R12", "R17", "R26", "R13", "T16",
                                       "R1",  "R9",  "R10", "R11", "R16", "R20", NULL};

struct report {
    const struct oracle *oracle;
    void (*found)(void *arg, const struct oracle_breach *breach);
    void *arg;
};

static void say_with(const struct report *report, const char *pattern, const char *kind,
                     struct xz_str subject, uint32_t index, uint32_t before)
{
    struct oracle_breach breach = {.index = index, .before = before};

    breach.at_ms = report->oracle->events[index].event->at_ms;
    (void)snprintf(breach.pattern, sizeof(breach.pattern), "%s", pattern);
    (void)snprintf(breach.subject, sizeof(breach.subject), "%s " XZ_STR_FMT, kind,
                   XZ_STR_ARG(subject));
    report->found(report->arg, &breach);
}

static void say(const struct report *report, const char *pattern, const char *kind,
                struct xz_str subject, uint32_t index)
{
    say_with(report, pattern, kind, subject, index, UINT32_MAX);
}

/* ---- what was true of a person at a time ---- */

static bool status_is(const struct oracle_event *event, uint8_t status)
{
    return event->event->body == XZ_BODY_PERSON_STATUS &&
           event->event->person_status.status == status && !event->undone;
}

/* Of a date without a time the day itself is spared. */
static bool later_than(int64_t at_ms, int64_t since_ms)
{
    if (xz_day_start_ms(xz_day_of(since_ms)) == since_ms) {
        return xz_day_of(at_ms) > xz_day_of(since_ms);
    }
    return at_ms > since_ms;
}

static bool was_dead(const struct oracle *oracle, const struct xz_event *ticket)
{
    for (uint32_t n = 0; n < oracle->accepted; n++) {
        const struct oracle_event *event = nth(oracle, n);

        if (of_person(event, ticket->settlement.psn_no) && status_is(event, XZ_STATUS_DEATH)) {
            return ticket->settlement.enddate != XZ_DAY_NONE
                       ? ticket->settlement.enddate > xz_day_of(event->event->at_ms)
                       : later_than(ticket->at_ms, event->event->at_ms);
        }
    }
    return false;
}

static bool was_suspended(const struct oracle *oracle, const struct xz_event *ticket)
{
    bool suspended = false;

    for (uint32_t n = 0; n < oracle->accepted; n++) {
        const struct oracle_event *event = nth(oracle, n);

        if (!of_person(event, ticket->settlement.psn_no) || event->event->at_ms > ticket->at_ms) {
            continue;
        }
        if (status_is(event, XZ_STATUS_SUSPENDED)) {
            const int64_t until_ms = event->event->person_status.until_ms;

            suspended = ticket->at_ms > event->event->at_ms &&
                        (until_ms == XZ_TIME_NONE || ticket->at_ms < until_ms);
        } else if (status_is(event, XZ_STATUS_RESUMED)) {
            suspended = false;
        }
    }
    return suspended;
}

static bool was_stopped(const struct oracle *oracle, const struct xz_event *ticket)
{
    int64_t since_ms = XZ_TIME_NONE;

    for (uint32_t n = 0; n < oracle->accepted; n++) {
        const struct oracle_event *event = nth(oracle, n);

        if (!of_person(event, ticket->settlement.psn_no) || event->event->at_ms > ticket->at_ms) {
            continue;
        }
        if (status_is(event, XZ_STATUS_PAUSED) || status_is(event, XZ_STATUS_TERMINATED)) {
            since_ms = since_ms == XZ_TIME_NONE ? event->event->at_ms : since_ms;
        } else if (status_is(event, XZ_STATUS_INSURED)) {
            since_ms = XZ_TIME_NONE;
        }
    }
    return since_ms != XZ_TIME_NONE && later_than(ticket->at_ms, since_ms);
}

static bool account_was_closed(const struct oracle *oracle, const struct xz_event *ticket)
{
    for (uint32_t n = 0; n < oracle->accepted; n++) {
        const struct oracle_event *event = nth(oracle, n);

        if (of_person(event, ticket->settlement.psn_no) && !event->undone &&
            event->event->body == XZ_BODY_ACCOUNT_MOVEMENT &&
            event->event->account_movement.movement == XZ_MOVEMENT_WITHDRAW_CLOSE &&
            event->event->at_ms < ticket->at_ms) {
            return true;
        }
    }
    return false;
}

/* ---- stays ---- */

#define STAY_MAX_MS (183 * XZ_DAY_MS)

/* Every day from one bill of the stay to the next one that goes on where it ended. */
static int32_t last_billed_day(const struct oracle *oracle, const struct xz_event *admission)
{
    int32_t last = XZ_DAY_NONE;

    for (int32_t day = xz_day_of(admission->at_ms); day < xz_day_of(admission->at_ms) + 400;
         day++) {
        for (uint32_t n = 0; n < oracle->accepted; n++) {
            const struct oracle_event *event = nth(oracle, n);

            if (of_person(event, admission->person_status.psn_no) && ticket_stands(event) &&
                has_stay_dates(event->event) && event->event->settlement.enddate == day &&
                xz_str_eq(event->event->fixmedins_code, admission->fixmedins_code) &&
                (last == XZ_DAY_NONE || event->event->settlement.begndate <= last + 1)) {
                last = day;
            }
        }
    }
    return last;
}

static bool in_reported_stay(const struct oracle *oracle, uint32_t from,
                             const struct xz_event *ticket)
{
    const struct xz_event *admission = nth(oracle, from)->event;
    int32_t last;

    if (xz_str_eq(admission->fixmedins_code, ticket->fixmedins_code) ||
        ticket->at_ms <= admission->at_ms || ticket->at_ms - admission->at_ms > STAY_MAX_MS) {
        return false;
    }
    for (uint32_t n = from + 1; n < oracle->accepted; n++) {
        const struct oracle_event *event = nth(oracle, n);

        if (of_person(event, ticket->settlement.psn_no) && status_is(event, XZ_STATUS_DISCHARGED) &&
            xz_str_eq(event->event->fixmedins_code, admission->fixmedins_code)) {
            return ticket->at_ms < event->event->at_ms;
        }
    }
    last = last_billed_day(oracle, admission);
    return last == XZ_DAY_NONE || xz_day_of(ticket->at_ms) < last;
}

static bool stay_was_reported(const struct oracle *oracle, const struct xz_event *stay)
{
    for (uint32_t n = 0; n < oracle->accepted; n++) {
        const struct oracle_event *event = nth(oracle, n);
        const int32_t day = xz_day_of(event->event->at_ms);

        if (of_person(event, stay->settlement.psn_no) && status_is(event, XZ_STATUS_ADMITTED) &&
            xz_str_eq(event->event->fixmedins_code, stay->fixmedins_code) &&
            day >= stay->settlement.begndate - 1 && day <= stay->settlement.enddate) {
            return true;
        }
    }
    return false;
}

static bool was_in_another_bed(const struct oracle *oracle, const struct xz_event *ticket)
{
    const int32_t day = xz_day_of(ticket->at_ms);

    for (uint32_t n = 0; n < oracle->accepted; n++) {
        const struct oracle_event *event = nth(oracle, n);

        if (!of_person(event, ticket->settlement.psn_no)) {
            continue;
        }
        if (status_is(event, XZ_STATUS_ADMITTED) && in_reported_stay(oracle, n, ticket)) {
            return true;
        }
        if (ticket_stands(event) && has_stay_dates(event->event) && event->event != ticket &&
            day > event->event->settlement.begndate && day < event->event->settlement.enddate &&
            !xz_str_eq(event->event->fixmedins_code, ticket->fixmedins_code) &&
            !stay_was_reported(oracle, event->event)) {
            return true;
        }
    }
    return false;
}

/* ---- a person's tickets ---- */

static bool claimed_the_other_way(const struct oracle *oracle, uint32_t n)
{
    const struct xz_event *ticket = nth(oracle, n)->event;
    const struct xz_str how = ticket->settlement.setl_type;

    for (uint32_t i = 0; i < n; i++) {
        const struct xz_event *other = nth(oracle, i)->event;

        if (ticket_stands(nth(oracle, i)) && of_person(nth(oracle, i), ticket->settlement.psn_no) &&
            ticket->settlement.invono.len > 0 &&
            xz_str_eq(other->settlement.invono, ticket->settlement.invono) &&
            ((xz_str_eq(how, XZ_STR("1")) && xz_str_eq(other->settlement.setl_type, XZ_STR("2"))) ||
             (xz_str_eq(how, XZ_STR("2")) &&
              xz_str_eq(other->settlement.setl_type, XZ_STR("1"))))) {
            return true;
        }
    }
    return false;
}

static void judge_history(const struct report *report, uint32_t n)
{
    const struct oracle *oracle = report->oracle;
    const struct xz_event *ticket = nth(oracle, n)->event;
    const struct xz_settlement *settlement = &ticket->settlement;
    const uint32_t index = oracle->by_time[n];
    const bool by_hand = xz_str_eq(settlement->setl_type, XZ_STR("1"));
    const bool not_insured = xz_str_eq(settlement->psn_insu_stas, XZ_STR("2")) ||
                             xz_str_eq(settlement->psn_insu_stas, XZ_STR("4"));

    if ((was_dead(oracle, ticket) && (has_stay_dates(ticket) || !by_hand)) ||
        (was_suspended(oracle, ticket) && !by_hand) ||
        (or_zero(settlement->fund_pay_sumamt_fen) > 0 &&
         (was_stopped(oracle, ticket) || not_insured))) {
        say(report, "T04", "insured", settlement->psn_no, index);
    }
    if (was_suspended(oracle, ticket) && !by_hand) {
        say(report, "R12", "insured", settlement->psn_no, index);
    }
    if (or_zero(settlement->acct_pay_fen) > 0 && account_was_closed(oracle, ticket)) {
        say(report, "R17", "insured", settlement->psn_no, index);
    }
    if (claimed_the_other_way(oracle, n)) {
        say(report, "R26", "insured", settlement->psn_no, index);
    }
    if (was_there(ticket) && outpatient_or_pharmacy(settlement->med_type) &&
        !has_stay_dates(ticket) && was_in_another_bed(oracle, ticket)) {
        say(report, "T05", "insured", settlement->psn_no, index);
    }
}

/* ---- what an event says by itself ---- */

static void judge_alone(const struct report *report, uint32_t index)
{
    const struct xz_event *event = report->oracle->events[index].event;
    const struct xz_settlement *settlement = &event->settlement;
    const struct xz_account_movement *movement = &event->account_movement;

    if (event->body == XZ_BODY_SETTLEMENT) {
        if (settlement->cert_psn_no.len > 0 &&
            !xz_str_eq(settlement->cert_psn_no, settlement->psn_no)) {
            say(report, "R10", "insured", settlement->psn_no, index);
        }
        if ((settlement->agnter_flag == 1 || settlement->agnter_certno.len > 0) &&
            (settlement->agnter_certno.len == 0 || settlement->agnter_cert_type.len == 0 ||
             settlement->agnter_rlts.len == 0)) {
            say(report, "R11", "insured", settlement->psn_no, index);
        }
        if (settlement->acct_mulaid_pay_fen != XZ_FEN_NONE && settlement->acct_mulaid_pay_fen > 0 &&
            settlement->psn_part_amt_fen != XZ_FEN_NONE &&
            settlement->acct_mulaid_pay_fen > settlement->psn_part_amt_fen) {
            say(report, "R9", "insured", settlement->psn_no, index);
        }
    } else if (event->body == XZ_BODY_ACCOUNT_MOVEMENT) {
        if (movement->movement == XZ_MOVEMENT_WITHDRAW_CLOSE &&
            (movement->reason.len == 0 || movement->evidence_no.len == 0)) {
            say(report, "R16", "insured", movement->psn_no, index);
        }
        if (movement->movement == XZ_MOVEMENT_TRANSFER_WALLET) {
            say(report, "R20", "insured", movement->psn_no, index);
        }
    } else if (event->body == XZ_BODY_MULAID_LINK && event->mulaid_link.action == XZ_LINK_GRANT &&
               !xz_str_eq(event->mulaid_link.giver_insutype, XZ_STR("310"))) {
        say(report, "R1", "giver", event->mulaid_link.giver_psn_no, index);
    }
}

/* ---- givers ---- */

static bool debits(const struct xz_event *ticket, struct xz_str giver)
{
    for (uint32_t i = 0; i < ticket->settlement.debit_count; i++) {
        const struct xz_debit *debit = &ticket->settlement.mulaid_debits[i];

        if (xz_str_eq(debit->giver_psn_no, giver) &&
            (debit->amount_fen == XZ_FEN_NONE || debit->amount_fen > 0)) {
            return true;
        }
    }
    return false;
}

/* R13: the settlements that a temporary link has served, up to and with this one. */
static bool link_was_used_up(const struct oracle *oracle, uint32_t n, struct xz_str giver)
{
    const struct xz_str receiver = nth(oracle, n)->event->settlement.psn_no;
    bool temporary = false;
    uint32_t uses = 0;

    for (uint32_t i = 0; i <= n; i++) {
        const struct oracle_event *event = nth(oracle, i);

        if (event->undone) {
            continue;
        }
        if (event->event->body == XZ_BODY_MULAID_LINK &&
            xz_str_eq(event->event->mulaid_link.giver_psn_no, giver) &&
            xz_str_eq(event->event->mulaid_link.recv_psn_no, receiver)) {
            temporary = event->event->mulaid_link.action == XZ_LINK_GRANT &&
                        event->event->mulaid_link.link_type == XZ_LINK_TEMPORARY;
            uses = 0;
        } else if (ticket_stands(event) && of_person(event, receiver) &&
                   debits(event->event, giver)) {
            uses++;
        }
    }
    return temporary && uses > 1;
}

static void judge_givers(const struct report *report, uint32_t n)
{
    const struct xz_event *ticket = nth(report->oracle, n)->event;

    for (uint32_t i = 0; i < ticket->settlement.debit_count; i++) {
        const struct xz_str giver = ticket->settlement.mulaid_debits[i].giver_psn_no;

        if (debits(ticket, giver) && link_was_used_up(report->oracle, n, giver)) {
            say(report, "R13", "giver", giver, report->oracle->by_time[n]);
        }
    }
}

/* ---- boxes ---- */

struct sale { /* of one code; or its return */
    uint32_t index;
    int64_t at_ms;
    uint64_t key;
    struct xz_str setl_id; /* whose sale it is, repeats or gives back */
    bool is_return, is_scan, split, stands;
    bool own;  /* no other tells of the same sale */
    bool kept; /* and nobody brought it back */
};

static bool line_with(const struct xz_event *ticket, struct xz_str code, bool *split)
{
    for (uint32_t l = 0; l < ticket->settlement.line_count; l++) {
        const struct xz_line *line = &ticket->settlement.lines[l];

        for (uint32_t c = 0; c < line->drug_trac_count; c++) {
            if (xz_str_eq(line->drug_trac_codg[c], code)) {
                *split = line->trdn_flag == 1;
                return true;
            }
        }
    }
    return false;
}

static bool sale_of(const struct oracle *oracle, uint32_t index, struct xz_str code,
                    struct sale *sale)
{
    const struct oracle_event *event = &oracle->events[index];
    const struct xz_event *said = event->event;

    *sale = (struct sale){
        .index = index, .at_ms = said->at_ms, .key = event->key, .stands = !event->undone};
    if (said->body == XZ_BODY_TRACE_SCAN && xz_str_eq(said->trace_scan.drug_trac_codg, code)) {
        sale->setl_id = said->trace_scan.setl_id;
        sale->is_return = said->trace_scan.scan == XZ_SCAN_RETURN;
        sale->is_scan = true;
        return true;
    }
    if (said->body == XZ_BODY_SETTLEMENT && line_with(said, code, &sale->split)) {
        sale->is_return = said->settlement.refd_setl_flag == 1;
        sale->setl_id = sale->is_return ? said->settlement.refd_setl_id : said->settlement.setl_id;
        sale->key = xz_hash64(said->settlement.setl_id.ptr, said->settlement.setl_id.len,
                              xz_hash_str(said->fixmedins_code));
        return true;
    }
    return false;
}

static int by_sale(const void *left_ptr, const void *right_ptr)
{
    const struct sale *left = left_ptr, *right = right_ptr;

    if (left->at_ms != right->at_ms) {
        return left->at_ms < right->at_ms ? -1 : 1;
    }
    return (left->key > right->key) - (left->key < right->key);
}

/* The settlement that it names is told of otherwise: by itself, or by a scan before; or what it
 * sold was given back. */
static bool is_settled_otherwise(const struct sale *sales, uint32_t count, uint32_t n)
{
    for (uint32_t i = 0; i < count && sales[n].setl_id.len > 0; i++) {
        if (i == n || !xz_str_eq(sales[i].setl_id, sales[n].setl_id)) {
            continue;
        }
        if (sales[i].is_return
                ? sales[i].stands
                : sales[n].is_scan && (!sales[i].is_scan || (i < n && sales[i].stands))) {
            return true;
        }
    }
    return false;
}

/* After a split sale of its own that stands, a scan sells another piece. */
static bool is_piece(const struct sale *sales, uint32_t n)
{
    bool piece = sales[n].split;

    for (uint32_t i = 0; i < n && sales[n].is_scan; i++) {
        piece = piece || (sales[i].own && sales[i].split);
    }
    return piece;
}

static void judge_box(const struct report *report, struct xz_str code)
{
    const struct oracle *oracle = report->oracle;
    struct sale *sales = xz_calloc(oracle->accepted + 1, sizeof(*sales));
    uint32_t count = 0, before = UINT32_MAX, timely = UINT32_MAX;

    for (uint32_t n = 0; n < oracle->accepted; n++) {
        count += sale_of(oracle, oracle->by_time[n], code, &sales[count]);
    }
    qsort(sales, count, sizeof(*sales), by_sale);
    for (uint32_t i = 0; i < count; i++) {
        sales[i].own =
            sales[i].stands && !sales[i].is_return && !is_settled_otherwise(sales, count, i);
        sales[i].kept = sales[i].own;
        if (sales[i].is_return && sales[i].stands && sales[i].setl_id.len == 0) {
            for (uint32_t k = i; k-- > 0;) { /* the newest that nobody has brought back yet */
                if (sales[k].kept) {
                    sales[k].kept = false;
                    break;
                }
            }
        }
    }
    for (uint32_t i = 0; i < count; i++) {
        if (sales[i].kept && !is_piece(sales, i)) {
            if (before != UINT32_MAX) {
                say_with(report, "T16", "trace", code, sales[i].index,
                         timely != UINT32_MAX ? timely : before);
            }
            before = sales[i].index;
            timely = oracle->events[before].late ? timely : before;
        }
    }
    free(sales);
}

static bool code_came_before(const struct xz_str *codes, uint32_t count, struct xz_str code)
{
    for (uint32_t i = 0; i < count; i++) {
        if (xz_str_eq(codes[i], code)) {
            return true;
        }
    }
    return false;
}

static void judge_boxes(const struct report *report)
{
    struct xz_str *codes = NULL;
    size_t count = 0, cap = 0;

    for (uint32_t i = 0; i < report->oracle->count; i++) {
        const struct xz_event *event = report->oracle->events[i].event;
        const uint32_t lines = event->body == XZ_BODY_SETTLEMENT
                                   ? event->settlement.line_count
                                   : event->body == XZ_BODY_TRACE_SCAN;

        for (uint32_t l = 0; l < lines; l++) {
            const bool scan = event->body == XZ_BODY_TRACE_SCAN;
            const struct xz_str *list = scan ? &event->trace_scan.drug_trac_codg
                                             : event->settlement.lines[l].drug_trac_codg;
            const uint32_t length = scan ? 1 : event->settlement.lines[l].drug_trac_count;

            for (uint32_t c = 0; c < length; c++) {
                if (!code_came_before(codes, (uint32_t)count, list[c])) {
                    xz_array_reserve((void **)&codes, &cap, count + 1, sizeof(*codes));
                    codes[count++] = list[c];
                    judge_box(report, list[c]);
                }
            }
        }
    }
    free(codes);
}

static bool speaks(const struct oracle_event *event) /* may be a breach at all */
{
    return !event->undone && !event->late && event->event->channel != XZ_CHANNEL_LOAD &&
           !(event->event->body == XZ_BODY_SETTLEMENT &&
             event->event->settlement.refd_setl_flag == 1);
}

struct filter {
    const struct report *report;
};

static void if_it_speaks(void *arg, const struct oracle_breach *breach)
{
    const struct report *report = ((const struct filter *)arg)->report;

    if (speaks(&report->oracle->events[breach->index])) {
        report->found(report->arg, breach);
    }
}

void oracle_each_breach(const struct oracle *oracle,
                        void (*found)(void *arg, const struct oracle_breach *breach), void *arg)
{
    const struct report outer = {oracle, found, arg};
    struct filter filter = {&outer};
    const struct report report = {oracle, if_it_speaks, &filter};

    for (uint32_t n = 0; n < oracle->accepted; n++) {
        judge_alone(&report, oracle->by_time[n]);
        if (ticket_stands(nth(oracle, n))) {
            judge_history(&report, n);
            judge_givers(&report, n);
        }
    }
    judge_boxes(&report);
}
