/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every scheme is there at every intensity, is told in the truth, and its events say what the
 * pattern is about. No detector is asked: fields are looked at plainly. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>

#include "collect.h"

struct row {
    uint64_t msgid;
    char scheme[40], typology[8], kind[16], subject[80];
    bool come; /* the event was seen */
};
struct fact { /* of a settlement or reversal of a scheme, in order of coming */
    const struct row *row;
    int64_t at_ms, amount, acct, balc;
    uint64_t person, site, code;
    uint8_t body;
    uint8_t cert;
    bool breach;
};
struct truth {
    struct row *rows;
    size_t count, cap;
    struct fact *facts;
    size_t fact_count, fact_cap;
};

static void collect_row(void *arg, const struct xz_simulation_truth *told)
{
    struct truth *truth = arg;

    xz_array_reserve((void **)&truth->rows, &truth->cap, truth->count + 1, sizeof(*truth->rows));
    struct row *row = &truth->rows[truth->count++];
    *row = (struct row){.msgid = xz_hash_str(xz_str_from(told->msgid))};
    copy_text(row->scheme, sizeof(row->scheme), xz_str_from(told->scheme));
    copy_text(row->typology, sizeof(row->typology), xz_str_from(told->typology));
    copy_text(row->kind, sizeof(row->kind), xz_str_from(told->subject_kind));
    copy_text(row->subject, sizeof(row->subject), xz_str_from(told->subject_id));
}

static int by_msgid(const void *left, const void *right)
{
    const struct row *a = left, *b = right;

    return (a->msgid > b->msgid) - (a->msgid < b->msgid);
}

static bool is(const struct row *row, const char *typology)
{
    return strcmp(row->typology, typology) == 0;
}

static bool link_breaks(const struct row *row, const struct xz_mulaid_link *link)
{
    const int32_t older = link->giver_brdy - link->recv_brdy; /* days by which the receiver is */
    bool breach = false;

    if (is(row, "R1")) {
        breach = !xz_str_eq(link->giver_insutype, XZ_STR("310"));
    } else if (is(row, "R2")) {
        breach = !xz_str_eq(link->recv_psn_insu_stas, XZ_STR("1")) ||
                 xz_str_eq(link->recv_insutype, XZ_STR("399"));
    } else if (is(row, "R3")) {
        breach = xz_str_eq(link->rlts, XZ_STR("other"));
    } else if (is(row, "R4")) {
        breach = xz_str_eq(link->rlts, XZ_STR("parent_in_law")) ||
                 (xz_str_eq(link->rlts, XZ_STR("child")) && older > 0) ||
                 (xz_str_eq(link->rlts, XZ_STR("grandparent")) && older < 30 * 365);
    } else if (is(row, "R5")) {
        breach = xz_str_eq(link->rlts, XZ_STR("sibling"));
    } else if (is(row, "R6") || is(row, "R7")) {
        breach = memcmp(link->giver_admdvs.ptr, link->recv_admdvs.ptr, 2) != 0;
    } else {
        breach = is(row, "R13") && link->link_type == XZ_LINK_TEMPORARY;
    }
    return breach;
}

static bool movement_breaks(const struct row *row, const struct xz_account_movement *movement)
{
    bool breach = false;

    if (is(row, "R14")) {
        breach = xz_str_eq(movement->purpose, XZ_STR("other"));
    } else if (is(row, "R16")) {
        breach = movement->reason.len == 0 || movement->evidence_no.len == 0;
    } else if (is(row, "R17")) {
        breach = movement->movement == XZ_MOVEMENT_WITHDRAW_CLOSE;
    } else {
        breach = is(row, "R20") && movement->movement == XZ_MOVEMENT_TRANSFER_WALLET;
    }
    return breach;
}

static bool item_misfits(const struct xz_settlement *setl, int64_t at_ms, bool forbidden)
{
    bool found = false;

    for (uint32_t i = 0; i < setl->line_count; i++) {
        for (uint32_t n = 0; n < xz_sim_item_count; n++) {
            if (xz_str_eq(setl->lines[i].med_list_codg, xz_str_from(xz_sim_items[n].code))) {
                found = found ||
                        (forbidden ? xz_sim_items[n].forbidden
                                   : !xz_sim_item_fits(&xz_sim_items[n], setl->gend.ptr[0] - '0',
                                                       xz_age_years(setl->brdy, at_ms)));
            }
        }
    }
    return found;
}

static bool order_breaks(const struct xz_settlement *setl)
{
    bool breach = setl->debit_count > 0 && setl->mulaid_debits[0].order_no > 1;

    for (uint32_t i = 0; i + 1 < setl->debit_count; i++) {
        breach = breach || setl->mulaid_debits[i].balc_fen > 0;
    }
    return breach;
}

static bool settlement_breaks(const struct row *row, const struct xz_event *event)
{
    const struct xz_settlement *setl = &event->settlement;
    bool breach = true; /* of patterns that no single event shows */

    if (is(row, "T03")) {
        breach = item_misfits(setl, event->at_ms, false);
    } else if (is(row, "R8")) {
        breach = order_breaks(setl);
    } else if (is(row, "R9")) {
        breach = setl->acct_mulaid_pay_fen > setl->psn_part_amt_fen;
    } else if (is(row, "R10")) {
        breach = setl->cert_psn_no.len && !xz_str_eq(setl->cert_psn_no, setl->psn_no);
    } else if (is(row, "R11")) {
        breach = setl->agnter_flag == 1 &&
                 (setl->agnter_certno.len == 0 || setl->agnter_cert_type.len == 0 ||
                  setl->agnter_rlts.len == 0);
    } else if (is(row, "R13")) {
        breach = setl->acct_mulaid_pay_fen > 0 && setl->debit_count == 1;
    } else if (is(row, "R15")) {
        breach = item_misfits(setl, event->at_ms, true) && setl->acct_pay_fen > 0;
    } else if (is(row, "R17")) {
        breach = setl->acct_pay_fen > 0;
    } else if (is(row, "R24")) { /* the fund without a deductible, or the account once more */
        breach = (setl->fund_pay_sumamt_fen > 0 && setl->act_pay_dedc_fen == 0) ||
                 setl->acct_pay_fen > 0;
    } else if (is(row, "R25")) {
        breach = setl->out_filing == 0 &&
                 memcmp(event->mdtrtarea_admvs.ptr, event->insuplc_admdvs.ptr, 2) != 0 &&
                 !xz_str_eq(setl->med_type, XZ_STR("13"));
    } else if (is(row, "R26")) {
        breach = setl->invono.len > 0;
    }
    return breach;
}

static void add_fact(struct truth *truth, const struct row *row, const struct xz_event *event)
{
    struct fact fact = {.row = row,
                        .at_ms = event->at_ms,
                        .body = event->body,
                        .person = xz_hash_str(xz_event_person(event)),
                        .site = xz_hash_str(event->fixmedins_code)};

    if (event->body == XZ_BODY_SETTLEMENT) {
        fact.amount = event->settlement.medfee_sumamt_fen;
        fact.acct = event->settlement.acct_pay_fen;
        fact.balc = event->settlement.balc_fen;
        fact.cert = (uint8_t)(event->settlement.mdtrt_cert_type.ptr[1] - '0');
        if (event->settlement.line_count && event->settlement.lines[0].drug_trac_count) {
            fact.code = xz_hash_str(event->settlement.lines[0].drug_trac_codg[0]);
        }
        fact.breach = settlement_breaks(row, event);
    } else if (event->body == XZ_BODY_MULAID_LINK) {
        fact.breach = link_breaks(row, &event->mulaid_link);
    } else if (event->body == XZ_BODY_ACCOUNT_MOVEMENT) {
        fact.breach = movement_breaks(row, &event->account_movement);
    } else {
        fact.breach = event->body == XZ_BODY_REVERSAL && is(row, "T13");
    }
    xz_array_reserve((void **)&truth->facts, &truth->fact_cap, truth->fact_count + 1,
                     sizeof(*truth->facts));
    truth->facts[truth->fact_count++] = fact;
}

/* Runs twice: first for the truth, then for the events that it names. */
static void gather(struct truth *truth, const struct xz_simulation_config *config)
{
    struct xz_simulation *sim = NULL;
    struct xz_err err = {0};
    struct xz_event event;

    *truth = (struct truth){0};
    assert_int_equal(xz_simulation_new(config, &sim, &err), XZ_OK);
    xz_simulation_on_truth(sim, collect_row, truth);
    while (xz_simulation_next(sim, &event)) {
    }
    assert_true(xz_simulation_counts(sim).truths == truth->count);
    xz_simulation_free(sim);
    qsort(truth->rows, truth->count, sizeof(*truth->rows), by_msgid);
    assert_int_equal(xz_simulation_new(config, &sim, &err), XZ_OK);
    while (xz_simulation_next(sim, &event)) {
        const struct row key = {.msgid = xz_hash_str(event.msgid)};
        struct row *row = bsearch(&key, truth->rows, truth->count, sizeof(*truth->rows), by_msgid);
        if (row && !row->come) {
            row->come = true;
            add_fact(truth, row, &event);
        }
    }
    xz_simulation_free(sim);
}

static void truth_free(struct truth *truth)
{
    free(truth->rows);
    free(truth->facts);
}

static struct truth shared;

static int set_up(void **state)
{
    struct xz_simulation_config config;

    (void)state;
    xz_simulation_config_init(&config);
    config.disorder_share = 0; /* so that facts come in event time, but for the late */
    config.late_share = config.stale_share = 0;
    gather(&shared, &config);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    truth_free(&shared);
    return 0;
}

static void test_each_pattern_has_each_intensity_twice(void **state)
{
    (void)state;
    for (size_t pattern = 0; pattern < xz_simulation_pattern_count; pattern++) {
        for (unsigned i = 0; i < 6; i++) {
            char name[40];
            size_t rows = 0, breaches = 0;
            (void)snprintf(name, sizeof(name), "%s-%s-%03u", xz_simulation_patterns[pattern],
                           xz_intensity_names[i % 3], i / 3 + 1);
            for (size_t n = 0; n < shared.fact_count; n++) {
                if (strcmp(shared.facts[n].row->scheme, name) == 0) {
                    rows++;
                    breaches += shared.facts[n].breach;
                    assert_string_equal(shared.facts[n].row->typology,
                                        xz_simulation_patterns[pattern]);
                }
            }
            if (breaches == 0) {
                print_error("%s: %zu events, none of them a breach\n", name, rows);
            }
            assert_true(breaches > 0);
        }
    }
}

static void test_all_events_of_the_truth_come(void **state)
{
    (void)state;
    assert_true(shared.count > 500);
    for (size_t i = 0; i < shared.count; i++) {
        assert_true(shared.rows[i].come);
        assert_true(shared.rows[i].subject[0] != '\0');
    }
}

/* Facts of a scheme, in order; returns how many. */
static size_t facts_of(const char *scheme, const struct fact *out[], size_t max)
{
    size_t count = 0;

    for (size_t i = 0; i < shared.fact_count && count < max; i++) {
        if (strcmp(shared.facts[i].row->scheme, scheme) == 0) {
            out[count++] = &shared.facts[i];
        }
    }
    return count;
}

static void test_swipe_battery_is_a_run_of_different_cards(void **state)
{
    const struct fact *facts[512];
    const size_t count = facts_of("T09-blatant-001", facts, 512);
    size_t run = 1, longest = 1;

    (void)state;
    for (size_t i = 1; i < count; i++) {
        assert_true(facts[i]->site == facts[0]->site);
        assert_int_equal(facts[i]->cert, 3);
        const bool next = facts[i]->at_ms - facts[i - 1]->at_ms <= 55 * XZ_SECOND_MS &&
                          facts[i]->person != facts[i - 1]->person;
        run = next ? run + 1 : 1;
        longest = run > longest ? run : longest;
    }
    assert_int_equal(longest, 41);
}

static void test_template_is_one_amount_over_many_cards(void **state)
{
    const struct fact *facts[512];
    const size_t count = facts_of("T12-blatant-001", facts, 512);

    (void)state;
    assert_int_equal(count, 17 * 5);
    for (size_t i = 0; i < count; i++) {
        assert_true(facts[i]->amount == 81480);
    }
}

static void test_refund_cycles_end_within_ten_minutes(void **state)
{
    const struct fact *facts[64];
    const size_t count = facts_of("T13-blatant-001", facts, 64);

    (void)state;
    assert_int_equal(count, 28);
    for (size_t i = 0; i < count; i += 2) {
        assert_int_equal(facts[i]->body, XZ_BODY_SETTLEMENT);
        assert_int_equal(facts[i + 1]->body, XZ_BODY_REVERSAL);
        assert_true(facts[i + 1]->person == facts[i]->person);
        assert_true(facts[i + 1]->at_ms - facts[i]->at_ms <= 10 * XZ_MINUTE_MS);
    }
}

static void test_drain_empties_the_account_in_two_tickets(void **state)
{
    const struct fact *facts[8];

    (void)state;
    assert_int_equal(facts_of("T11-blatant-001", facts, 8), 2);
    const int64_t before = facts[0]->balc + facts[0]->acct;
    assert_true(before >= 300000);
    assert_true(facts[1]->balc * 10 < before);
}

static void test_one_code_is_sold_many_times(void **state)
{
    static const char *const names[3] = {"T16-blatant-001", "T16-medium-001", "T16-subtle-001"};
    static const size_t sales[3] = {8, 3, 2};
    const struct fact *facts[16];

    (void)state;
    for (int i = 0; i < 3; i++) {
        const size_t count = facts_of(names[i], facts, 16);
        assert_int_equal(count, sales[i]);
        for (size_t n = 0; n < count; n++) {
            assert_true(facts[n]->code == facts[0]->code);
            assert_true(xz_hash_str(xz_str_from(facts[n]->row->subject)) == facts[n]->code);
        }
    }
}

static void test_only_named_patterns_are_played(void **state)
{
    struct xz_simulation_config config;
    struct truth truth;

    (void)state;
    xz_simulation_config_init(&config);
    config.people = 3000;
    config.days = 30;
    config.patterns = UINT64_C(1) << 5; /* T09 */
    gather(&truth, &config);
    assert_true(truth.count > 20);
    for (size_t i = 0; i < truth.count; i++) {
        assert_string_equal(truth.rows[i].typology, "T09");
        assert_string_equal(truth.rows[i].kind, "institution");
    }
    truth_free(&truth);
}

/* A region that goes on has others who commit the same in every month, and not one long month. */
static void test_schemes_come_again(void **state)
{
    struct xz_simulation_config config;
    struct truth truth;
    size_t count[3] = {0};

    (void)state;
    xz_simulation_config_init(&config);
    config.people = 3000;
    config.days = 75;
    config.scheme_days = 25;
    gather(&truth, &config);
    for (size_t i = 0; i < truth.fact_count; i++) {
        const char *number = strrchr(truth.facts[i].row->scheme, '-') + 1;
        const int block = number[2] - '1'; /* of "003" */
        const int32_t day = xz_day_of(truth.facts[i].at_ms) - config.first_day;

        assert_in_range(block, 0, 2);
        if (day < block * 25 || day >= block * 25 + 40) { /* papers follow within two weeks */
            fail_msg("%s on day %d", truth.facts[i].row->scheme, day);
        }
        count[block]++;
    }
    assert_true(count[0] > 200 && count[1] > 200 && count[2] > 200);
    truth_free(&truth);
}

static uint64_t bit_of(const char *pattern)
{
    size_t i = 0;

    while (strcmp(xz_simulation_patterns[i], pattern) != 0) {
        i++;
    }
    return UINT64_C(1) << i;
}

/* Closing an account (R16, R17) empties it: never one that a scheme of R8 or R9 is to debit. */
static void test_no_scheme_takes_the_ground_from_another(void **state)
{
    struct xz_simulation_config config;
    struct truth truth;
    size_t judged = 0;

    (void)state;
    xz_simulation_config_init(&config);
    config.people = 20000;
    config.days = 30;
    config.instances = 40;
    config.patterns = bit_of("R8") | bit_of("R9") | bit_of("R16") | bit_of("R17");
    gather(&truth, &config);
    for (size_t i = 0; i < truth.fact_count; i++) {
        const struct fact *fact = &truth.facts[i];

        if (is(fact->row, "R8") || is(fact->row, "R9")) {
            if (!fact->breach) {
                print_error("%s: not a breach\n", fact->row->scheme);
            }
            assert_true(fact->breach);
            judged++;
        }
    }
    assert_true(judged >= 300); /* of 560, as far as there are children of givers with money */
    truth_free(&truth);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_pattern_has_each_intensity_twice),
        cmocka_unit_test(test_all_events_of_the_truth_come),
        cmocka_unit_test(test_swipe_battery_is_a_run_of_different_cards),
        cmocka_unit_test(test_template_is_one_amount_over_many_cards),
        cmocka_unit_test(test_refund_cycles_end_within_ten_minutes),
        cmocka_unit_test(test_drain_empties_the_account_in_two_tickets),
        cmocka_unit_test(test_one_code_is_sold_many_times),
        cmocka_unit_test(test_only_named_patterns_are_played),
        cmocka_unit_test(test_schemes_come_again),
        cmocka_unit_test(test_no_scheme_takes_the_ground_from_another),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
