/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Bytes as choices of what happens next, eight for an event: who, where, when, how much, and of
 * which earlier event. So every input is a log that means something, and reaches what lines of JSON
 * seldom do: runs at a counter, reversals of reversals, refunds, late events, links and their
 * debits.
 */
#include "line.h"

#include "event/codec.h"
#include "event/field_int.h"

#define EVENTS_MAX  96
#define EVENT_BYTES 8
#define NAME_BYTES  24

enum choice { KIND, WHO, WHERE, WHEN, HOW_MUCH, FLAGS, WHICH, HOW };

struct log {
    struct xz_arena arena;
    struct xz_event events[EVENTS_MAX];
    uint32_t count;
    int64_t at_ms;
};

static struct xz_str name(struct log *log, const char *prefix, uint32_t number)
{
    char text[NAME_BYTES];

    (void)snprintf(text, sizeof(text), "%s%03u", prefix, number);
    return xz_arena_str(&log->arena, xz_str_from(text));
}

/* Mostly minutes on; now and then days, or back. */
static int64_t moved(int64_t at_ms, uint8_t choice)
{
    static const int64_t steps_ms[] = {
        0,          XZ_SECOND_MS * 20, XZ_MINUTE_MS,       XZ_MINUTE_MS * 5,
        XZ_HOUR_MS, XZ_HOUR_MS * 9,    XZ_DAY_MS,          XZ_DAY_MS * 6,
        XZ_DAY_MS,  XZ_DAY_MS * 40,    -XZ_MINUTE_MS * 10, -XZ_DAY_MS * 2,
        -XZ_DAY_MS, -XZ_DAY_MS * 9,    -XZ_DAY_MS * 100,   XZ_DAY_MS * 100};

    return at_ms + steps_ms[choice % 16] * (1 + choice / 64);
}

static int64_t amount(uint8_t choice)
{
    static const int64_t amounts[] = {5000, 12345, 50400, 0, -5000, 100, 99999999, 1};

    return amounts[choice % 8];
}

static void place_of(struct log *log, struct xz_event *event, uint8_t where)
{
    const uint32_t at = where % 6;

    event->fixmedins_code = name(log, "H", at);
    event->opter = (where & 64) != 0 ? name(log, "OP", where % 2) : XZ_STR_NONE;
    event->dev_no = (where & 128) != 0 ? name(log, "D", where % 3) : XZ_STR_NONE;
    event->place.known = 1;
    event->place.kind = (uint8_t)(1 + at);
    event->place.admdvs = at % 2 ? XZ_STR("210102") : XZ_STR("310115");
    event->place.lat_e6 = 41000000 + (int32_t)at * 900000;
    event->place.lon_e6 = 123000000;
}

static void lines_of(struct log *log, struct xz_settlement *settlement, uint8_t how)
{
    struct xz_line *lines = xz_arena_calloc(&log->arena, 2, sizeof(*lines));
    struct xz_str *codes = xz_arena_calloc(&log->arena, 2, sizeof(*codes));

    if (lines == NULL || codes == NULL) {
        return;
    }
    codes[0] = name(log, "C0000000000000000", how % 4);
    codes[1] = name(log, "C0000000000000000", how % 3);
    for (int i = 0; i < 2; i++) {
        xz_line_init(&lines[i]);
        lines[i].feedetl_sn = name(log, "", (uint32_t)i);
        lines[i].trdn_flag = (how & 8) != 0 ? 1 : -1;
        lines[i].drug_trac_codg = codes;
        lines[i].drug_trac_count = 1 + (how >> 4) % 2;
    }
    settlement->lines = lines;
    settlement->line_count = 1 + (how >> 5) % 2;
}

static void debits_of(struct log *log, struct xz_settlement *settlement, uint8_t how)
{
    struct xz_debit *debits = xz_arena_calloc(&log->arena, 2, sizeof(*debits));

    if (debits == NULL) {
        return;
    }
    for (uint32_t i = 0; i < 2; i++) {
        debits[i].giver_psn_no = name(log, "P", (how + i) % 4);
        debits[i].order_no = (how & 8) != 0 ? (int64_t)(2 - i) : XZ_NUM_NONE;
        debits[i].amount_fen = (how & 16) != 0 ? 1000 : 0;
        debits[i].balc_fen = (how & 32) != 0 ? 500 : XZ_FEN_NONE;
    }
    settlement->mulaid_debits = debits;
    settlement->debit_count = 1 + (how >> 6) % 2;
    settlement->acct_mulaid_pay_fen = 1000 * (int64_t)settlement->debit_count;
}

static void settle(struct log *log, const uint8_t *choices, struct xz_event *event)
{
    static const char *const types[] = {"11", "41", "1101", "9901", "21", "13", "52", "2101"};
    struct xz_settlement *settlement = &event->settlement;
    const uint8_t flags = choices[FLAGS], how = choices[HOW];

    settlement->psn_no = name(log, "P", choices[WHO] % 24);
    settlement->setl_id = name(log, "S", log->count);
    settlement->setl_time_ms = event->at_ms;
    settlement->med_type = xz_str_from(types[choices[KIND] / 32]);
    settlement->insutype = XZ_STR("310");
    settlement->medfee_sumamt_fen = amount(choices[HOW_MUCH]);
    settlement->acct_pay_fen = (flags & 1) != 0 ? settlement->medfee_sumamt_fen : XZ_FEN_NONE;
    settlement->fund_pay_sumamt_fen = (flags & 2) != 0 ? settlement->medfee_sumamt_fen : 0;
    settlement->balc_fen = (flags & 4) != 0 ? choices[HOW_MUCH] * 100 : XZ_FEN_NONE;
    settlement->brdy = xz_day_of_date(1930 + choices[WHO] % 90, 5, 1);
    settlement->gend = (flags & 8) != 0 ? XZ_STR("1") : XZ_STR("2");
    settlement->psn_type = (flags & 16) != 0 ? XZ_STR("11") : XZ_STR("12");
    settlement->setl_type = (flags & 32) != 0 ? XZ_STR("2") : XZ_STR("1");
    settlement->agnter_flag = settlement->agnter_present = (flags & 64) != 0;
    settlement->agnter_certno = (flags & 64) != 0 ? XZ_STR("A1") : XZ_STR_NONE;
    if ((flags & 128) != 0) {
        settlement->enddate = xz_day_of(event->at_ms);
        settlement->begndate = settlement->enddate - choices[WHICH] % 9;
        settlement->invono = name(log, "B", choices[WHICH] % 4);
    }
    if (how % 4 == 1) {
        lines_of(log, settlement, how);
    } else if (how % 4 == 2) {
        debits_of(log, settlement, how);
    }
}

/* The event that this one is of; one body's when that matters. */
static const struct xz_event *earlier(const struct log *log, uint8_t which)
{
    return &log->events[log->count - 1 - which % log->count];
}

static void take_back(const struct log *log, const uint8_t *choices, struct xz_event *event)
{
    const struct xz_event *of = earlier(log, choices[WHICH]);

    event->fixmedins_code = of->fixmedins_code;
    event->opter = of->opter;
    event->reversal.psn_no = xz_event_person(of);
    event->reversal.balc_fen = XZ_FEN_NONE;
    if (of->body == XZ_BODY_SETTLEMENT && (choices[HOW] & 1) != 0) {
        event->reversal.setl_id = of->settlement.setl_id;
    }
    if (event->reversal.setl_id.len == 0 || (choices[HOW] & 2) != 0) {
        event->reversal.omsgid = (choices[HOW] & 4) != 0 ? XZ_STR("M999") : of->msgid;
    }
}

static void refund(struct log *log, const uint8_t *choices, struct xz_event *event)
{
    const struct xz_event *of = earlier(log, choices[WHICH]);

    if (of->body != XZ_BODY_SETTLEMENT) {
        settle(log, choices, event);
        return;
    }
    event->fixmedins_code = of->fixmedins_code;
    event->settlement = of->settlement;
    event->settlement.setl_id = name(log, "S", log->count);
    event->settlement.setl_time_ms = event->at_ms;
    event->settlement.refd_setl_flag = 1;
    event->settlement.refd_setl_id = of->settlement.setl_id;
    event->settlement.medfee_sumamt_fen =
        (choices[HOW] & 1) != 0 ? -of->settlement.medfee_sumamt_fen : -500;
    event->settlement.acct_pay_fen = event->settlement.medfee_sumamt_fen;
    event->settlement.fund_pay_sumamt_fen = event->settlement.acct_mulaid_pay_fen = XZ_FEN_NONE;
    event->settlement.debit_count = 0;
}

static void link(struct log *log, const uint8_t *choices, struct xz_event *event)
{
    struct xz_mulaid_link *link = &event->mulaid_link;

    link->action = (choices[FLAGS] & 1) != 0 ? XZ_LINK_GRANT : XZ_LINK_REVOKE;
    link->link_type = (choices[FLAGS] & 2) != 0 ? XZ_LINK_TEMPORARY : XZ_LINK_LONG;
    link->giver_psn_no = name(log, "P", choices[WHICH] % 4);
    link->recv_psn_no = name(log, "P", choices[WHO] % 24);
    link->rlts = (choices[FLAGS] & 4) != 0 ? XZ_STR("spouse") : XZ_STR("other");
    link->order_no = (choices[FLAGS] & 8) != 0 ? choices[HOW] : XZ_NUM_NONE;
    link->giver_insutype = (choices[FLAGS] & 16) != 0 ? XZ_STR("310") : XZ_STR("390");
    link->recv_insutype = XZ_STR("390");
    link->giver_psn_insu_stas = link->recv_psn_insu_stas = XZ_STR("1");
    link->giver_admdvs = XZ_STR("210100");
    link->recv_admdvs = (choices[FLAGS] & 32) != 0 ? XZ_STR("310100") : XZ_STR("210100");
}

static void others(struct log *log, const uint8_t *choices, struct xz_event *event)
{
    const struct xz_str who = name(log, "P", choices[WHO] % 24);

    switch (event->body) {
    case XZ_BODY_ACCOUNT_MOVEMENT:
        event->account_movement.psn_no = who;
        event->account_movement.movement = (uint8_t)(1 + choices[FLAGS] % XZ_MOVEMENT_OTHER_USE);
        event->account_movement.amount_fen = amount(choices[HOW_MUCH]);
        event->account_movement.purpose = (choices[HOW] & 1) != 0 ? XZ_STR("fitness") : XZ_STR_NONE;
        event->account_movement.reason = (choices[HOW] & 2) != 0 ? XZ_STR("1") : XZ_STR_NONE;
        break;
    case XZ_BODY_CREDENTIAL:
        event->credential.psn_no = who;
        event->credential.action = (uint8_t)(1 + choices[FLAGS] % XZ_CREDENTIAL_DELEGATE);
        break;
    case XZ_BODY_PERSON_STATUS:
        event->person_status.psn_no = who;
        event->person_status.status = (uint8_t)(1 + choices[FLAGS] % XZ_STATUS_DISCHARGED);
        event->person_status.effective_time_ms = moved(event->at_ms, choices[WHICH]);
        if (event->person_status.status == XZ_STATUS_SUSPENDED && (choices[HOW] & 1) != 0) {
            event->person_status.until_ms = moved(event->at_ms, choices[HOW_MUCH]);
        }
        break;
    default:
        event->trace_scan.drug_trac_codg = name(log, "C0000000000000000", choices[WHICH] % 4);
        event->trace_scan.scan = (choices[FLAGS] & 1) != 0 ? XZ_SCAN_SALE : XZ_SCAN_RETURN;
        event->trace_scan.psn_no = (choices[FLAGS] & 2) != 0 ? who : XZ_STR_NONE;
        event->trace_scan.setl_id =
            (choices[FLAGS] & 4) != 0 ? name(log, "S", choices[HOW]) : XZ_STR_NONE;
        break;
    }
}

/* Sent again as it was, or with other money. */
static struct xz_event again(const struct log *log, const uint8_t *choices)
{
    struct xz_event event = *earlier(log, choices[WHICH]);

    if ((choices[FLAGS] & 1) != 0 && event.body == XZ_BODY_SETTLEMENT) {
        event.settlement.medfee_sumamt_fen = amount(choices[HOW_MUCH]);
    }
    return event;
}

/* The event, if the contract takes it. */
static void add(struct log *log, const uint8_t *choices)
{
    static const uint8_t bodies[] = {
        XZ_BODY_SETTLEMENT,       XZ_BODY_SETTLEMENT, XZ_BODY_SETTLEMENT,    XZ_BODY_SETTLEMENT,
        XZ_BODY_SETTLEMENT,       XZ_BODY_REVERSAL,   XZ_BODY_REVERSAL,      XZ_BODY_MULAID_LINK,
        XZ_BODY_ACCOUNT_MOVEMENT, XZ_BODY_CREDENTIAL, XZ_BODY_PERSON_STATUS, XZ_BODY_PERSON_STATUS,
        XZ_BODY_TRACE_SCAN,       XZ_BODY_TRACE_SCAN, XZ_BODY_SETTLEMENT,    XZ_BODY_NONE};
    const uint8_t kind = choices[KIND] % 16;
    struct xz_event *event = &log->events[log->count];
    struct xz_err err = {0};

    log->at_ms = moved(log->at_ms, choices[WHEN]);
    if (log->count > 0 && bodies[kind] == XZ_BODY_NONE) {
        *event = again(log, choices);
    } else {
        const enum xz_body body = log->count == 0 ? XZ_BODY_SETTLEMENT : bodies[kind];

        xz_event_init(event);
        event->msgid = name(log, "M", log->count);
        xz_event_set_body(event, body);
        event->at_ms = event->inf_time_ms = log->at_ms;
        event->insuplc_admdvs = XZ_STR("210100");
        event->channel = choices[HOW] == 255 ? XZ_CHANNEL_LOAD : XZ_CHANNEL_NONE;
        place_of(log, event, choices[WHERE]);
        if (body == XZ_BODY_SETTLEMENT && log->count > 0 && kind == 14) {
            refund(log, choices, event);
        } else if (body == XZ_BODY_SETTLEMENT) {
            settle(log, choices, event);
        } else if (body == XZ_BODY_REVERSAL) {
            take_back(log, choices, event);
        } else if (body == XZ_BODY_MULAID_LINK) {
            link(log, choices, event);
        } else {
            others(log, choices, event);
        }
    }
    log->count += xz_event_check(event, &xz_decode_limits_default, &err) == XZ_OK;
}

static bool feed(void *arg, struct xz_local *local)
{
    const struct log *log = arg;
    struct xz_err err = {0};
    bool fine = true;

    for (uint32_t i = 0; fine && i < log->count; i++) {
        const struct xz_source source = {0, i % 2, i};
        struct xz_event event = log->events[i];

        fine = xz_local_event(local, &event, &source, &err) == XZ_OK;
    }
    return fine;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct log log;

    xz_fields_init();
    log.count = 0;
    log.at_ms = xz_day_start_ms(xz_day_of_date(2026, 1, 5)) + 9 * XZ_HOUR_MS;
    xz_arena_init(&log.arena, (size_t)16 << 20);
    for (size_t at = 0; at + EVENT_BYTES <= size && log.count < EVENTS_MAX; at += EVENT_BYTES) {
        add(&log, data + at);
    }
    feed_both(eager_pack(), feed, &log);
    xz_arena_fini(&log.arena);
    return 0;
}
