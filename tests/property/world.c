/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "world.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/hash.h"
#include "base/mem.h"
#include "event/codec.h"
#include "event/field.h"
#include "event/field_int.h" /* an event with every field absent */

#define CODES     24 /* boxes */
#define OPERATORS 2

struct world_place {
    struct xz_str code;
    struct xz_place place;
};

/* ---- small helpers ---- */

static uint32_t below(struct world *world, uint32_t bound)
{
    return xz_rng_below(&world->rng, bound);
}

static bool chance(struct world *world, uint32_t percent) { return below(world, 100) < percent; }

static struct xz_str name(struct world *world, const char *prefix, uint32_t number, int digits)
{
    char text[32];

    (void)snprintf(text, sizeof(text), "%s%0*u", prefix, digits, number);
    return xz_arena_str(&world->arena, xz_str_from(text));
}

static struct xz_str person(struct world *world)
{
    /* the first few are seen more often */
    const uint32_t count = world->setup.people;

    return name(world, "P", chance(world, 40) ? below(world, (count + 3) / 4) : below(world, count),
                5);
}

static int64_t first_ms(void) { return xz_day_start_ms(xz_day_of_date(2026, 1, 5)); }

static int64_t moment(struct world *world)
{
    const int64_t day_ms = first_ms() + (int64_t)below(world, world->setup.days) * XZ_DAY_MS;

    if (chance(world, 2)) {
        return day_ms;
    }
    /* few minutes of few hours, so that times are equal now and then */
    return day_ms + (7 + below(world, 12)) * XZ_HOUR_MS + below(world, 12) * 5 * XZ_MINUTE_MS;
}

static struct xz_str pick(struct world *world, const char *const *words, uint32_t count)
{
    return xz_str_from(words[below(world, count)]);
}
#define PICK(world, words) pick((world), (words), sizeof(words) / sizeof((words)[0]))

/* ---- places ---- */

static void make_places(struct world *world)
{
    static const uint8_t kinds[] = {XZ_INSTITUTION_HOSPITAL, XZ_INSTITUTION_PHARMACY,
                                    XZ_INSTITUTION_CLINIC,   XZ_INSTITUTION_PHARMACY,
                                    XZ_INSTITUTION_HOSPITAL, XZ_INSTITUTION_ONLINE_PHARMACY,
                                    XZ_INSTITUTION_PHARMACY, XZ_INSTITUTION_UNKNOWN};
    static const char *const districts[] = {"210102", "210102", "210103", "210200",
                                            "220102", "210102", "210300", "210102"};

    world->places = xz_calloc(world->setup.institutions, sizeof(world->places[0]));
    for (uint32_t i = 0; i < world->setup.institutions; i++) {
        struct world_place *at = &world->places[i];
        struct xz_event event;

        xz_event_init(&event);
        at->place = event.place;
        at->code = name(world, "H", i, 3);
        at->place.known = 1;
        at->place.kind = kinds[i % 8];
        at->place.admdvs = xz_str_from(districts[i % 8]);
        if (i % 3 != 2) {
            at->place.lat_e6 = 41000000 + (int32_t)below(world, 2000000);
            at->place.lon_e6 = 123000000 + (int32_t)below(world, 2000000);
        }
    }
}

/* ---- events ---- */

/* What the next push will take; envelope filled. */
static struct xz_event draft(struct world *world, enum xz_body body, int64_t at_ms)
{
    struct xz_event event;

    xz_event_init(&event);
    event.msgid = name(world, "M", world->next_id++, 6);
    xz_event_set_body(&event, body);
    event.inf_time_ms = at_ms;
    event.at_ms = at_ms;
    event.insuplc_admdvs = XZ_STR("210100");
    if (body == XZ_BODY_SETTLEMENT) {
        event.settlement.setl_time_ms = at_ms;
    }
    return event;
}

static void at_place(struct world *world, struct xz_event *event, uint32_t place)
{
    event->fixmedins_code = world->places[place].code;
    event->place = world->places[place].place;
    event->mdtrtarea_admvs = chance(world, 70) ? event->place.admdvs : XZ_STR_NONE;
    event->opter = chance(world, 90) ? name(world, "OP", below(world, OPERATORS), 2) : XZ_STR_NONE;
    event->dev_no = chance(world, 50) ? name(world, "D", below(world, OPERATORS), 2) : XZ_STR_NONE;
}

static struct world_item *push(struct world *world, const struct xz_event *event)
{
    size_t cap = world->cap;
    struct world_item *item;
    const struct xz_str who = xz_event_person(event);
    const int64_t lateness_ms = world->setup.lateness_ms;

    xz_array_reserve((void **)&world->items, &cap, world->count + 1, sizeof(world->items[0]));
    world->cap = (uint32_t)cap;
    item = &world->items[world->count];
    item->event = *event;
    item->event.content_hash = xz_event_content_hash(event);
    item->serial = world->count++;
    item->told_ms = event->body == XZ_BODY_PERSON_STATUS ? event->inf_time_ms : event->at_ms;
    item->arrival_ms = item->told_ms;
    if (chance(world, 40)) {
        item->arrival_ms += (int64_t)(xz_rng_unit(&world->rng) * (double)(lateness_ms - 1));
    }
    if (below(world, 1000) < world->setup.late_permille) {
        item->arrival_ms =
            item->told_ms + lateness_ms + XZ_DAY_MS + (int64_t)below(world, 5) * XZ_DAY_MS;
    }
    item->partition =
        (uint32_t)(xz_hash_str(who.len ? who : event->msgid) % world->setup.partitions);
    if (event->body != XZ_BODY_SETTLEMENT && chance(world, 30)) {
        item->partition = below(world, world->setup.partitions);
    }
    return item;
}

/* The same again, down the same way: exactly, with other content, or under a new msgid. */
static void repeat(struct world *world, uint32_t index)
{
    const struct world_item first = world->items[index];
    struct xz_event event = first.event;
    struct world_item *again;

    if (event.body == XZ_BODY_SETTLEMENT && chance(world, 40)) {
        event.msgid = name(world, "M", world->next_id++, 6);
    } else if (event.body == XZ_BODY_SETTLEMENT && chance(world, 40)) {
        event.settlement.medfee_sumamt_fen += 100;
    }
    again = push(world, &event);
    again->partition = first.partition;
}

static void money(struct world *world, struct xz_settlement *settlement)
{
    static const int64_t amounts[] = {1000, 5000, 5000, 12345, 20000, 50400, 9900};
    const int64_t amount_fen = amounts[below(world, 7)];

    settlement->medfee_sumamt_fen = amount_fen;
    switch (below(world, 4)) {
    case 0:
        settlement->acct_pay_fen = amount_fen;
        break;
    case 1:
        settlement->acct_pay_fen = amount_fen / 2;
        settlement->fund_pay_sumamt_fen = amount_fen - amount_fen / 2;
        break;
    case 2:
        settlement->fund_pay_sumamt_fen = amount_fen;
        settlement->acct_pay_fen = 0;
        break;
    default:
        break;
    }
    settlement->psn_part_amt_fen = amount_fen;
    if (chance(world, 60)) {
        settlement->balc_fen = (int64_t)below(world, 40) * 1000;
    }
}

static void boxes(struct world *world, struct xz_settlement *settlement)
{
    const uint32_t count = 1 + below(world, 2), from = below(world, CODES);
    struct xz_line *lines = xz_arena_calloc(&world->arena, count, sizeof(*lines));

    for (uint32_t i = 0; i < count; i++) {
        struct xz_str *codes = xz_arena_calloc(&world->arena, 2, sizeof(*codes));

        lines[i].feedetl_sn = name(world, "", i + 1, 1);
        lines[i].cnt_e4 = lines[i].pric_e6 = lines[i].prd_days_e4 = XZ_NUM_NONE;
        lines[i].det_item_fee_sumamt_fen = XZ_FEN_NONE;
        lines[i].rx_circ_flag = -1;
        lines[i].trdn_flag = chance(world, 15) ? 1 : -1;
        lines[i].item.age_min = lines[i].item.age_max = -1;
        lines[i].item.chronic = lines[i].item.watch = -1;
        lines[i].item.list_price_fen = XZ_FEN_NONE;
        codes[0] = name(world, "C", (from + 2 * i) % CODES, 20);
        codes[1] = name(world, "C", (from + 2 * i + 1) % CODES, 20);
        lines[i].drug_trac_codg = codes;
        lines[i].drug_trac_count = 1 + below(world, 2);
    }
    settlement->lines = lines;
    settlement->line_count = count;
}

static void shared(struct world *world, struct xz_settlement *settlement)
{
    const uint32_t count = 1 + below(world, 2), first = below(world, 4);
    struct xz_debit *debits = xz_arena_calloc(&world->arena, count, sizeof(*debits));

    for (uint32_t i = 0; i < count; i++) {
        debits[i].giver_psn_no = name(world, "P", (first + i) % world->setup.people, 5);
        debits[i].order_no = XZ_NUM_NONE;
        debits[i].amount_fen = chance(world, 85) ? 1000 : 0;
        debits[i].balc_fen = XZ_FEN_NONE;
    }
    settlement->mulaid_debits = debits;
    settlement->debit_count = count;
    settlement->acct_mulaid_pay_fen = 1000 * (int64_t)count;
}

static void circumstances(struct world *world, struct xz_event *event)
{
    static const char *const types[] = {"11", "41", "41", "14", "13", "1101", "9901", "21"};
    static const char *const hows[] = {"", "1", "2", "2", "3"};
    struct xz_settlement *settlement = &event->settlement;

    settlement->med_type = PICK(world, types);
    settlement->insutype = XZ_STR("310");
    settlement->psn_type = chance(world, 50) ? XZ_STR("11") : XZ_STR("12");
    settlement->brdy = xz_day_of_date(1940 + (int)below(world, 60), 5, 1);
    settlement->gend = chance(world, 50) ? XZ_STR("1") : XZ_STR("2");
    settlement->setl_type = PICK(world, hows);
    if (chance(world, 8)) {
        settlement->online = (int8_t)below(world, 2);
    }
    if (chance(world, 10)) {
        settlement->agnter_present = true;
        settlement->agnter_flag = 1;
        settlement->agnter_certno = chance(world, 60) ? XZ_STR("A1") : XZ_STR_NONE;
        settlement->agnter_cert_type = XZ_STR("01");
        settlement->agnter_rlts = XZ_STR("child");
    }
    if (chance(world, 5)) {
        settlement->cert_psn_no = person(world);
    }
    if (chance(world, 4)) {
        settlement->psn_insu_stas = chance(world, 50) ? XZ_STR("1") : XZ_STR("2");
    }
    if (chance(world, 20)) {
        settlement->invono = name(world, "B", below(world, 6), 2);
    }
    if (chance(world, 7)) {
        settlement->enddate = xz_day_of(event->at_ms);
        settlement->begndate = settlement->enddate - (int32_t)below(world, 7);
    }
}

/* Returns its index. */
static uint32_t settle(struct world *world, struct xz_str who, uint32_t place, int64_t at_ms)
{
    struct xz_event event = draft(world, XZ_BODY_SETTLEMENT, at_ms);

    at_place(world, &event, place);
    event.settlement.psn_no = who;
    event.settlement.setl_id = name(world, "S", world->next_id, 6);
    money(world, &event.settlement);
    circumstances(world, &event);
    if (chance(world, 25)) {
        boxes(world, &event.settlement);
    }
    if (chance(world, 20)) {
        shared(world, &event.settlement);
    }
    return push(world, &event)->serial;
}

/* ---- taking back ---- */

static uint32_t reverse(struct world *world, uint32_t index, int64_t at_ms)
{
    const struct xz_event of = world->items[index].event;
    struct xz_event event = draft(world, XZ_BODY_REVERSAL, at_ms);

    event.fixmedins_code = of.fixmedins_code;
    event.opter = of.opter;
    event.reversal.psn_no = xz_event_person(&of);
    event.reversal.balc_fen = XZ_FEN_NONE;
    if (of.body == XZ_BODY_SETTLEMENT && chance(world, 60)) {
        event.reversal.setl_id = of.settlement.setl_id;
    }
    if (event.reversal.setl_id.len == 0 || chance(world, 20)) {
        event.reversal.omsgid = of.msgid;
    }
    if (chance(world, 3)) {
        event.reversal.setl_id = XZ_STR("S-OTHER"); /* with an omsgid: they disagree */
    }
    return push(world, &event)->serial;
}

static int64_t soon(struct world *world, int64_t at_ms)
{
    return at_ms + (chance(world, 50) ? (int64_t)(1 + below(world, 20)) * XZ_MINUTE_MS
                                      : (int64_t)(1 + below(world, 5)) * XZ_DAY_MS);
}

static void take_back(struct world *world, uint32_t index)
{
    const int64_t at_ms = soon(world, world->items[index].event.at_ms);
    const uint32_t first = reverse(world, index, at_ms);

    if (chance(world, 20)) {
        (void)reverse(world, index, soon(world, at_ms)); /* twice */
    }
    if (chance(world, 35)) {
        const uint32_t second = reverse(world, first, soon(world, at_ms));

        if (chance(world, 40)) {
            (void)reverse(world, second, soon(world, world->items[second].event.at_ms));
        }
        if (chance(world, 40)) {
            (void)reverse(world, index, soon(world, world->items[second].event.at_ms));
        }
    }
    if (chance(world, 15)) {
        repeat(world, first);
    }
}

static void refund(struct world *world, uint32_t index)
{
    const struct world_item of = world->items[index];
    struct xz_event event = draft(world, XZ_BODY_SETTLEMENT, soon(world, of.event.at_ms));
    const bool whole = chance(world, 50);
    const uint32_t parts = whole && chance(world, 30) ? 2 : 1;

    for (uint32_t i = 0; i < parts; i++) {
        event.fixmedins_code = of.event.fixmedins_code;
        event.place = of.event.place;
        event.opter = of.event.opter;
        event.settlement = of.event.settlement;
        event.settlement.setl_time_ms = event.at_ms;
        event.settlement.setl_id = name(world, "S", world->next_id, 6);
        event.settlement.refd_setl_flag = 1;
        event.settlement.refd_setl_id = of.event.settlement.setl_id;
        event.settlement.invono = XZ_STR_NONE;
        event.settlement.medfee_sumamt_fen =
            whole ? -(of.event.settlement.medfee_sumamt_fen + 1) / (int64_t)parts : -500;
        event.settlement.acct_pay_fen = event.settlement.medfee_sumamt_fen;
        event.settlement.fund_pay_sumamt_fen = XZ_FEN_NONE;
        event.settlement.acct_mulaid_pay_fen = XZ_FEN_NONE;
        event.settlement.mulaid_debits = NULL;
        event.settlement.debit_count = 0;
        if (chance(world, 50)) {
            event.settlement.line_count = 0;
        }
        (void)push(world, &event);
        event.msgid = name(world, "M", world->next_id++, 6);
        event.at_ms = event.inf_time_ms = soon(world, event.at_ms);
    }
    if (chance(world, 30)) {
        (void)reverse(world, world->count - 1, soon(world, event.at_ms));
    }
}

/* ---- the other bodies ---- */

static void tell_status(struct world *world)
{
    static const uint8_t statuses[] = {
        XZ_STATUS_INSURED,   XZ_STATUS_PAUSED,  XZ_STATUS_TERMINATED, XZ_STATUS_SUSPENDED,
        XZ_STATUS_SUSPENDED, XZ_STATUS_RESUMED, XZ_STATUS_ADMITTED,   XZ_STATUS_DISCHARGED};
    const int64_t told_ms = moment(world);
    struct xz_event event = draft(world, XZ_BODY_PERSON_STATUS, told_ms);
    struct xz_person_status *status = &event.person_status;

    at_place(world, &event, below(world, world->setup.institutions));
    status->psn_no = person(world);
    status->status = chance(world, 5) ? XZ_STATUS_DEATH : statuses[below(world, 8)];
    status->effective_time_ms = told_ms;
    status->until_ms = XZ_TIME_NONE;
    if (chance(world, 30)) {
        status->effective_time_ms -= (int64_t)below(world, 15) * XZ_DAY_MS;
    }
    if (chance(world, 20)) { /* a date without a time */
        status->effective_time_ms = xz_day_start_ms(xz_day_of(status->effective_time_ms));
    }
    if (status->status == XZ_STATUS_SUSPENDED && chance(world, 60)) {
        status->until_ms = status->effective_time_ms + (int64_t)(1 + below(world, 20)) * XZ_DAY_MS;
    }
    event.at_ms = status->effective_time_ms;
    event.channel = chance(world, 10) ? XZ_CHANNEL_LOAD : XZ_CHANNEL_NONE;
    (void)push(world, &event);
}

static void link(struct world *world)
{
    struct xz_event event = draft(world, XZ_BODY_MULAID_LINK, moment(world));
    struct xz_mulaid_link *link = &event.mulaid_link;

    link->action = chance(world, 80) ? XZ_LINK_GRANT : XZ_LINK_REVOKE;
    link->link_type = chance(world, 70) ? XZ_LINK_TEMPORARY : XZ_LINK_LONG;
    link->giver_psn_no = name(world, "P", below(world, 5), 5);
    link->recv_psn_no = person(world);
    link->rlts = XZ_STR("spouse");
    link->order_no = XZ_NUM_NONE;
    link->giver_insutype = chance(world, 80) ? XZ_STR("310") : XZ_STR("390");
    link->giver_psn_insu_stas = XZ_STR("1");
    link->recv_insutype = XZ_STR("390");
    link->recv_psn_insu_stas = XZ_STR("1");
    link->giver_admdvs = link->recv_admdvs = XZ_STR("210100");
    link->giver_brdy = link->recv_brdy = XZ_DAY_NONE;
    event.channel = chance(world, 15) ? XZ_CHANNEL_LOAD : XZ_CHANNEL_NONE;
    (void)push(world, &event);
}

static void move_account(struct world *world)
{
    static const uint8_t movements[] = {XZ_MOVEMENT_CREDIT, XZ_MOVEMENT_WITHDRAW_CLOSE,
                                        XZ_MOVEMENT_TRANSFER_WALLET, XZ_MOVEMENT_PREMIUM};
    struct xz_event event = draft(world, XZ_BODY_ACCOUNT_MOVEMENT, moment(world));
    struct xz_account_movement *movement = &event.account_movement;

    movement->psn_no = person(world);
    movement->movement = chance(world, 50) ? XZ_MOVEMENT_CREDIT : movements[below(world, 4)];
    movement->amount_fen = 10000;
    movement->balc_before_fen = movement->balc_after_fen = XZ_FEN_NONE;
    if (chance(world, 50)) {
        movement->reason = XZ_STR("1");
        movement->evidence_no = XZ_STR("E1");
    }
    event.channel = chance(world, 10) ? XZ_CHANNEL_LOAD : XZ_CHANNEL_NONE;
    (void)push(world, &event);
    if (chance(world, 15)) {
        (void)reverse(world, world->count - 1, soon(world, event.at_ms));
    }
}

static void scan(struct world *world)
{
    const uint32_t near = below(world, world->count);
    const struct xz_event of = world->items[near].event;
    struct xz_event event = draft(world, XZ_BODY_TRACE_SCAN, moment(world));
    struct xz_trace_scan *scan = &event.trace_scan;

    at_place(world, &event, below(world, world->setup.institutions));
    scan->drug_trac_codg = name(world, "C", below(world, CODES), 20);
    scan->scan = chance(world, 70) ? XZ_SCAN_SALE : XZ_SCAN_RETURN;
    scan->psn_no = chance(world, 50) ? person(world) : XZ_STR_NONE;
    if (of.body == XZ_BODY_SETTLEMENT && of.settlement.line_count > 0 && chance(world, 80)) {
        scan->setl_id = of.settlement.setl_id; /* repeats the sale */
        scan->drug_trac_codg = of.settlement.lines[0].drug_trac_codg[0];
        scan->psn_no = chance(world, 50) ? of.settlement.psn_no : XZ_STR_NONE;
        event.fixmedins_code = of.fixmedins_code;
        event.at_ms = event.inf_time_ms = of.at_ms + ((int64_t)below(world, 3) - 1) * XZ_MINUTE_MS;
    }
    (void)push(world, &event);
}

static void show_credential(struct world *world)
{
    struct xz_event event = draft(world, XZ_BODY_CREDENTIAL, moment(world));

    event.credential.psn_no = person(world);
    event.credential.action = XZ_CREDENTIAL_NEW_DEVICE;
    event.dev_no = XZ_STR("D00");
    (void)push(world, &event);
}

/* Different cards at one counter, one after the other, some of them taken back at once. */
static void burst(struct world *world)
{
    const uint32_t place = below(world, world->setup.institutions), cards = 5 + below(world, 10);
    const struct xz_str counter = name(world, "OP", below(world, OPERATORS), 2);
    const bool same_amount = chance(world, 50), back = chance(world, 30);
    int64_t at_ms = moment(world);

    for (uint32_t i = 0; i < cards; i++) {
        const uint32_t index =
            settle(world, name(world, "P", below(world, world->setup.people), 5), place, at_ms);
        struct world_item *item = &world->items[index];

        item->event.opter = counter;
        item->event.settlement.acct_pay_fen = item->event.settlement.medfee_sumamt_fen;
        if (same_amount) {
            item->event.settlement.medfee_sumamt_fen = 50400;
            item->event.settlement.acct_pay_fen = 50400;
        }
        item->event.content_hash = xz_event_content_hash(&item->event);
        if (back && chance(world, 60)) {
            (void)reverse(world, index, at_ms + 3 * XZ_MINUTE_MS);
        }
        at_ms += (int64_t)below(world, 120) * XZ_SECOND_MS;
    }
}

/* ---- the log ---- */

static int by_arrival(const void *left_ptr, const void *right_ptr)
{
    const struct world_item *left = left_ptr, *right = right_ptr;

    if (left->arrival_ms != right->arrival_ms) {
        return left->arrival_ms < right->arrival_ms ? -1 : 1;
    }
    return (left->serial > right->serial) - (left->serial < right->serial);
}

void world_init(struct world *world, const struct world_setup *setup)
{
    int64_t next[64] = {0};

    memset(world, 0, sizeof(*world));
    xz_fields_init();
    world->setup = *setup;
    xz_arena_init(&world->arena, (size_t)1 << 30);
    xz_rng_init(&world->rng, setup->seed, 0);
    make_places(world);
    for (uint32_t i = 0; i < setup->tickets; i++) {
        const uint32_t index =
            settle(world, person(world), below(world, setup->institutions), moment(world));

        if (chance(world, 15)) {
            take_back(world, index);
        } else if (chance(world, 8)) {
            refund(world, index);
        }
        if (chance(world, 8)) {
            repeat(world, index);
        }
        if (chance(world, 8)) {
            tell_status(world);
        }
        if (chance(world, 6)) {
            link(world);
        }
        if (chance(world, 6)) {
            move_account(world);
        }
        if (chance(world, 8)) {
            scan(world);
        }
        if (chance(world, 3)) {
            show_credential(world);
        }
        if (chance(world, 3)) {
            repeat(world, below(world, world->count));
        }
    }
    for (uint32_t i = 0; i < setup->bursts; i++) {
        burst(world);
    }
    qsort(world->items, world->count, sizeof(world->items[0]), by_arrival);
    for (uint32_t i = 0; i < world->count; i++) {
        struct world_item *item = &world->items[i];

        item->source = (struct xz_source){0, (int32_t)item->partition, next[item->partition]++};
    }
}

void world_fini(struct world *world)
{
    free(world->items);
    free(world->places);
    xz_arena_fini(&world->arena);
}

/* The earliest time told among what a partition still holds, from each of its places on. */
static int64_t *least_to_come(const struct world *world)
{
    int64_t *least = xz_malloc((world->count + 1) * sizeof(*least));
    int64_t running[64];

    for (uint32_t p = 0; p < world->setup.partitions; p++) {
        running[p] = INT64_MAX;
    }
    for (uint32_t i = world->count; i-- > 0;) {
        const struct world_item *item = &world->items[i];

        running[item->partition] =
            item->told_ms < running[item->partition] ? item->told_ms : running[item->partition];
        least[i] = running[item->partition];
    }
    return least;
}

void world_merge(const struct world *world, uint64_t seed, uint32_t *order)
{
    const uint32_t partitions = world->setup.partitions;
    int64_t *least = least_to_come(world);
    uint32_t head[64], allowed[64];
    struct xz_rng rng;

    xz_rng_init(&rng, seed, 1);
    for (uint32_t p = 0; p < partitions; p++) {
        head[p] = 0;
        while (head[p] < world->count && world->items[head[p]].partition != p) {
            head[p]++;
        }
    }
    for (uint32_t n = 0; n < world->count; n++) {
        uint32_t count = 0, p;

        for (p = 0; p < partitions; p++) {
            bool fine = head[p] < world->count;

            for (uint32_t q = 0; fine && q < partitions; q++) {
                fine = q == p || head[q] == world->count ||
                       least[head[q]] >= world->items[head[p]].told_ms - world->setup.lateness_ms;
            }
            if (fine) {
                allowed[count++] = p;
            }
        }
        p = allowed[xz_rng_below(&rng, count)];
        order[n] = head[p]++;
        while (head[p] < world->count && world->items[head[p]].partition != p) {
            head[p]++;
        }
    }
    free(least);
}
