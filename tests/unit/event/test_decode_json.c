/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a JSON record says, read to the letter of the contract. */
#include "event_case.h"

#define AT_0915 (INT64_C(1772327702000)) /* 2026-03-01T09:15:02+08:00 */

static void test_example_is_read_whole(void **state)
{
    struct event_case test;
    (void)state;
    case_open(&test);
    const struct xz_event *event = case_good(&test, EXAMPLE);
    const struct xz_settlement *setl = &event->settlement;

    assert_text(event->msgid, "P21010200017202603010915020001");
    assert_text(event->infno, "2102");
    assert_true(event->inf_time_ms == AT_0915);
    assert_text(event->mdtrtarea_admvs, "210102");
    assert_text(event->insuplc_admdvs, "210100");
    assert_text(event->fixmedins_code, "P21010200017");
    assert_text(event->opter, "OP03");
    assert_text(event->opter_type, "1");
    assert_text(event->dev_no, "POS-0017-2");
    assert_int_equal(event->body, XZ_BODY_SETTLEMENT);
    assert_true(event->at_ms == AT_0915);
    assert_true(setl->setl_time_ms == AT_0915);
    assert_int_equal(event->unknown_fields, 0);
    assert_text(setl->psn_no, "2101000000012345");
    assert_text(setl->setl_id, "S900001");
    assert_text(setl->med_type, "41");
    assert_int_equal(setl->brdy, xz_day_of_date(1971, 4, 2));
    assert_int_equal(setl->medfee_sumamt_fen, 8640);
    assert_int_equal(setl->fund_pay_sumamt_fen, 0);
    assert_int_equal(setl->balc_fen, 150322);
    assert_true(setl->hifp_pay_fen == XZ_FEN_NONE);
    assert_int_equal(setl->online, -1);
    assert_false(setl->agnter_present);
    assert_int_equal(setl->line_count, 1);
    assert_int_equal(setl->lines[0].cnt_e4, 20000);
    assert_int_equal(setl->lines[0].pric_e6, 43200000);
    assert_int_equal(setl->lines[0].prd_days_e4, 280000);
    assert_int_equal(setl->lines[0].drug_trac_count, 2);
    assert_text(setl->lines[0].drug_trac_codg[1], "81234567890123456790");
    assert_text(xz_event_person(event), "2101000000012345");
    case_close(&test);
}

static void test_digits_of_ids_are_kept_exactly(void **state)
{
    struct event_case test;
    (void)state;
    case_open(&test);
    const struct xz_event *event =
        case_good(&test, BODY("settlement", "\"psn_no\":1234567890123456789012345,\"setl_id\":"
                                            "\"000123\",\"med_type\":41,\"medfee_sumamt\":1.5"));

    assert_text(event->settlement.psn_no, "1234567890123456789012345");
    assert_text(event->settlement.setl_id, "000123");
    assert_text(event->settlement.med_type, "41");
    assert_int_equal(event->settlement.medfee_sumamt_fen, 150);
    case_close(&test);
}

static void test_money_in_every_accepted_form(void **state)
{
    static const struct {
        const char *json;
        int64_t fen;
    } forms[] = {{SETTLEMENT_WITH(",\"acct_pay\":86.4"), 8640},
                 {SETTLEMENT_WITH(",\"acct_pay\":\"86.40\""), 8640},
                 {SETTLEMENT_WITH(",\"acct_pay\":86"), 8600},
                 {SETTLEMENT_WITH(",\"acct_pay\":1e2"), 10000},
                 {SETTLEMENT_WITH(",\"acct_pay\":1.5E+1"), 1500},
                 {SETTLEMENT_WITH(",\"acct_pay\":12500e-2"), 12500},
                 {SETTLEMENT_WITH(",\"acct_pay\":\"86.4000\""), 8640},
                 {SETTLEMENT_WITH(",\"acct_pay\":-0"), 0},
                 {SETTLEMENT_WITH(",\"acct_pay\":0e99"), 0},
                 {SETTLEMENT_WITH(",\"acct_pay\":\"0.01\""), 1},
                 {SETTLEMENT_WITH(",\"acct_pay\":\"10000000000.00\""), INT64_C(1000000000000)},
                 {SETTLEMENT_WITH(",\"acct_pay\":\"\""), XZ_FEN_NONE},
                 {SETTLEMENT_WITH(",\"acct_pay\":null"), XZ_FEN_NONE},
                 {SETTLEMENT_WITH(""), XZ_FEN_NONE}};
    struct event_case test;
    (void)state;
    case_open(&test);
    for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
        const struct xz_event *event = case_good(&test, forms[i].json);

        if (event->settlement.acct_pay_fen != forms[i].fen) {
            fail_msg("%lld fen: %s", (long long)event->settlement.acct_pay_fen, forms[i].json);
        }
    }
    case_close(&test);
}

static void test_money_that_is_no_money_is_rejected(void **state)
{
    static const char *const forms[] = {
        SETTLEMENT_WITH(",\"acct_pay\":\"86.405\""),
        SETTLEMENT_WITH(",\"acct_pay\":0.001"),
        SETTLEMENT_WITH(",\"acct_pay\":1e-3"),
        SETTLEMENT_WITH(",\"acct_pay\":1e400"),
        SETTLEMENT_WITH(",\"acct_pay\":1e15"),
        SETTLEMENT_WITH(",\"acct_pay\":\"NaN\""),
        SETTLEMENT_WITH(",\"acct_pay\":\"Infinity\""),
        SETTLEMENT_WITH(",\"acct_pay\":\"1,000\""),
        SETTLEMENT_WITH(",\"acct_pay\":\"12 yuan\""),
        SETTLEMENT_WITH(",\"acct_pay\":\".\""),
        SETTLEMENT_WITH(",\"acct_pay\":\"10000000000.01\""),
        SETTLEMENT_WITH(",\"acct_pay\":\"-\""),
        SETTLEMENT_WITH(",\"acct_pay\":\" 1\""),
        SETTLEMENT_WITH(",\"acct_pay\":99999999999999999999999999999999999999"),
        SETTLEMENT_WITH(",\"acct_pay\":\"0x10\"")};
    struct event_case test;
    (void)state;
    case_open(&test);
    for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
        case_bad(&test, forms[i], "bad_money", "settlement.acct_pay");
    }
    case_close(&test);
}

static void test_counts_have_four_and_prices_six_decimals(void **state)
{
    struct event_case test;
    (void)state;
    case_open(&test);
    const struct xz_event *event = case_good(
        &test, SETTLEMENT_WITH(",\"lines\":[{\"cnt\":0.0001,\"pric\":\"43.200001\"},{}]"));

    assert_int_equal(event->settlement.line_count, 2);
    assert_int_equal(event->settlement.lines[0].cnt_e4, 1);
    assert_int_equal(event->settlement.lines[0].pric_e6, 43200001);
    assert_true(event->settlement.lines[1].cnt_e4 == XZ_NUM_NONE);
    case_bad(&test, SETTLEMENT_WITH(",\"lines\":[{},{\"cnt\":\"0.00001\"}]"), "bad_value",
             "settlement.lines[1].cnt");
    case_bad(&test, SETTLEMENT_WITH(",\"lines\":[{\"pric\":\"0.0000001\"}]"), "bad_value",
             "settlement.lines[0].pric");
    case_close(&test);
}

static void test_times_in_every_accepted_form(void **state)
{
    static const char *const forms[] = {
        BODY("settlement", MIN_SETTLEMENT ",\"setl_time\":\"2026-03-01 09:15:02\""),
        BODY("settlement", MIN_SETTLEMENT ",\"setl_time\":\"2026-03-01T09:15:02+08:00\""),
        BODY("settlement", MIN_SETTLEMENT ",\"setl_time\":\"2026-03-01T01:15:02Z\""),
        BODY("settlement", MIN_SETTLEMENT ",\"setl_time\":\"2026-02-28T20:15:02-05:00\""),
        BODY("settlement", MIN_SETTLEMENT ",\"setl_time\":1772327702000"),
        BODY("settlement", MIN_SETTLEMENT ",\"setl_time\":\"1772327702000\""),
        BODY("settlement", MIN_SETTLEMENT ",\"setl_time\":\"\""),
        BODY("settlement", MIN_SETTLEMENT ",\"setl_time\":null")};
    struct event_case test;
    (void)state;
    case_open(&test);
    for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
        const struct xz_event *event = case_good(&test, forms[i]);

        if (event->settlement.setl_time_ms != AT_0915 || event->at_ms != AT_0915) {
            fail_msg("%lld: %s", (long long)event->at_ms, forms[i]);
        }
    }
    case_close(&test);
}

static void test_times_and_dates_that_do_not_exist_are_rejected(void **state)
{
    static const char *const times[] = {"\"2026-02-29 10:00:00\"",
                                        "\"2026-13-01 10:00:00\"",
                                        "\"2026-04-31 10:00:00\"",
                                        "\"2026-03-01 24:00:00\"",
                                        "\"2026-03-01 10:60:00\"",
                                        "\"yesterday\"",
                                        "\"0000-00-00 00:00:00\"",
                                        "99999999999999999",
                                        "1772327702000.5",
                                        "-1e30",
                                        "\"2026-03-01T10:00:00+25:00\""};
    static const char *const dates[] = {"\"1971-02-30\"", "\"1900-02-29\"", "\"1971-00-10\"",
                                        "\"19710402\"",   "\"71-04-02\"",   "\"1971-04-02x\""};
    struct event_case test;
    (void)state;
    case_open(&test);
    for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
        char json[400];

        (void)snprintf(json, sizeof(json), SETTLEMENT_WITH(",\"setl_time\":%s"), times[i]);
        case_bad(&test, json, "bad_time", "settlement.setl_time");
        (void)snprintf(json, sizeof(json),
                       "{\"msgid\":\"M\",\"inf_time\":%s,\"settlement\":{" MIN_SETTLEMENT "}}",
                       times[i]);
        case_bad(&test, json, "bad_time", "inf_time");
    }
    for (size_t i = 0; i < sizeof(dates) / sizeof(dates[0]); i++) {
        char json[400];

        (void)snprintf(json, sizeof(json), SETTLEMENT_WITH(",\"brdy\":%s"), dates[i]);
        case_bad(&test, json, "bad_date", "settlement.brdy");
    }
    case_close(&test);
}

static void test_flags_as_text_number_and_boolean(void **state)
{
    static const char *const yes[] = {"\"1\"", "1", "true"};
    static const char *const no[] = {"\"0\"", "0", "false"};
    static const char *const absent[] = {"\"\"", "null"};
    static const char *const bad[] = {"2", "\"yes\"", "-1", "\"Y\"", "[]", "{}", "1.0"};
    struct event_case test;
    char json[400];
    (void)state;
    case_open(&test);
    for (size_t i = 0; i < 3; i++) {
        (void)snprintf(json, sizeof(json), SETTLEMENT_WITH(",\"online\":%s"), yes[i]);
        assert_int_equal(case_good(&test, json)->settlement.online, 1);
        (void)snprintf(json, sizeof(json), SETTLEMENT_WITH(",\"online\":%s"), no[i]);
        assert_int_equal(case_good(&test, json)->settlement.online, 0);
    }
    for (size_t i = 0; i < 2; i++) {
        (void)snprintf(json, sizeof(json), SETTLEMENT_WITH(",\"online\":%s"), absent[i]);
        assert_int_equal(case_good(&test, json)->settlement.online, -1);
    }
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        (void)snprintf(json, sizeof(json), SETTLEMENT_WITH(",\"online\":%s"), bad[i]);
        case_bad(&test, json, "bad_value", "settlement.online");
    }
    case_close(&test);
}

static void test_every_alias_and_camel_case(void **state)
{
    static const struct {
        const char *name;
        size_t offset;
    } money[] = {
        {"psn_part_amt", offsetof(struct xz_settlement, psn_part_amt_fen)},
        {"psn_pay", offsetof(struct xz_settlement, psn_part_amt_fen)},
        {"psnPartAmt", offsetof(struct xz_settlement, psn_part_amt_fen)},
        {"psnPay", offsetof(struct xz_settlement, psn_part_amt_fen)},
        {"psn_cash_pay", offsetof(struct xz_settlement, psn_cash_pay_fen)},
        {"cash_payamt", offsetof(struct xz_settlement, psn_cash_pay_fen)},
        {"pdn_cash_pay", offsetof(struct xz_settlement, psn_cash_pay_fen)},
        {"cashPayamt", offsetof(struct xz_settlement, psn_cash_pay_fen)},
        {"inscp_scp_amt", offsetof(struct xz_settlement, inscp_scp_amt_fen)},
        {"inscp_amt", offsetof(struct xz_settlement, inscp_scp_amt_fen)},
        {"acctMulaidPay", offsetof(struct xz_settlement, acct_mulaid_pay_fen)},
    };
    struct event_case test;
    char json[400];
    (void)state;
    case_open(&test);
    for (size_t i = 0; i < sizeof(money) / sizeof(money[0]); i++) {
        int64_t fen;

        (void)snprintf(json, sizeof(json), SETTLEMENT_WITH(",\"%s\":\"1.23\""), money[i].name);
        const struct xz_event *event = case_good(&test, json);
        memcpy(&fen, (const char *)&event->settlement + money[i].offset, sizeof(fen));
        assert_int_equal(fen, 123);
        assert_int_equal(event->unknown_fields, 0);
    }
    for (const char *const *name = (const char *const[]){"dise_codg", "dise_no", "dise_code",
                                                         "diseCodg", "diseCode", NULL};
         *name != NULL; name++) {
        (void)snprintf(json, sizeof(json), SETTLEMENT_WITH(",\"%s\":\"I10\""), *name);
        assert_text(case_good(&test, json)->settlement.dise_codg, "I10");
    }
    for (const char *const *name =
             (const char *const[]){"bilg_dr_codg", "bilg_dr_code", "bilgDrCodg", NULL};
         *name != NULL; name++) {
        (void)snprintf(json, sizeof(json), SETTLEMENT_WITH(",\"lines\":[{\"%s\":\"D1\"}]"), *name);
        assert_text(case_good(&test, json)->settlement.lines[0].bilg_dr_codg, "D1");
    }
    for (const char *const *name =
             (const char *const[]){"mdtrtarea_admvs", "mdtrtarea_admdvs", "mdtrtareaAdmvs", NULL};
         *name != NULL; name++) {
        (void)snprintf(json, sizeof(json), ENVELOPE_WITH(",\"%s\":210102"), *name);
        assert_text(case_good(&test, json)->mdtrtarea_admvs, "210102");
    }
    case_good(&test, "{\"msgid\":\"M\",\"infTime\":\"2026-03-01 09:15:02\",\"settlement\":{"
                     "\"psnNo\":\"P\",\"setlId\":\"S\",\"medType\":\"41\",\"medfeeSumamt\":1}}");
    assert_text(test.event.settlement.psn_no, "P");
    case_good(&test, "{" MIN_ENVELOPE ",\"personStatus\":{\"psnNo\":\"P\",\"status\":\"death\"}}");
    assert_int_equal(test.event.body, XZ_BODY_PERSON_STATUS);
    case_close(&test);
}

static void test_unknown_fields_are_counted_and_ignored(void **state)
{
    struct event_case test;
    (void)state;
    case_open(&test);
    assert_int_equal(case_good(&test, EXAMPLE)->unknown_fields, 0);
    const uint64_t hash = test.event.content_hash;
    case_good(&test,
              "{" EXAMPLE_ENVELOPE ",\"signtype\":\"SM3\",\"x\":{\"msgid\":[1,{\"a\":null}]},"
              "\"settlement\":{\"psn_name\":\"\\u5f20\"," EXAMPLE_SETTLEMENT "}}");
    assert_int_equal(test.event.unknown_fields, 3);
    assert_true(test.event.content_hash == hash);
    assert_text(test.event.msgid, "P21010200017202603010915020001");
    /* what enrichment sets is not for senders to say */
    case_good(&test, ENVELOPE_WITH(",\"place.known\":1,\"place.kind\":\"pharmacy\""));
    assert_int_equal(test.event.unknown_fields, 2);
    assert_int_equal(test.event.place.kind, XZ_INSTITUTION_UNKNOWN);
    assert_int_equal(test.event.place.known, 0);
    case_close(&test);
}

static void test_order_of_keys_does_not_matter(void **state)
{
    struct event_case test;
    (void)state;
    case_open(&test);
    const uint64_t hash =
        case_good(&test, SETTLEMENT_WITH(",\"gend\":\"1\",\"balc\":1"))->content_hash;

    case_good(&test, "{\"settlement\":{\"balc\":\"1.00\",\"gend\":1," MIN_SETTLEMENT
                     "}, \"inf_time\":1772327702000,\"msgid\":\"another\"}");
    assert_true(test.event.content_hash == hash);
    case_good(&test, SETTLEMENT_WITH(",\"gend\":\"1\",\"balc\":1.01"));
    assert_true(test.event.content_hash != hash);
    case_good(&test, SETTLEMENT_WITH(",\"gend\":\"2\",\"balc\":1"));
    assert_true(test.event.content_hash != hash);
    case_close(&test);
}

static void test_escapes_are_undone(void **state)
{
    struct event_case test;
    (void)state;
    case_open(&test);
    case_good(&test, SETTLEMENT_WITH(",\"invono\":\"\\u0041\\/\\\"\\\\\\u5f20\\ud83d\\ude00\","
                                     "\"ge\\u006ed\":\"1\""));
    assert_text(test.event.settlement.invono, "A/\"\\\xe5\xbc\xa0\xf0\x9f\x98\x80");
    assert_text(test.event.settlement.gend, "1");
    case_close(&test);
}

static void test_space_around_everything(void **state)
{
    struct event_case test;
    (void)state;
    case_open(&test);
    case_good(&test, " \r\n\t{ \"msgid\" : \"M\" ,\n\"inf_time\":1772327702000 , \"trace_scan\"\t:"
                     "{\"drug_trac_codg\" : 81234567890123456789 ,\"scan\":\"sale\" } }\n");
    assert_text(test.event.trace_scan.drug_trac_codg, "81234567890123456789");
    assert_int_equal(xz_event_person(&test.event).len, 0);
    case_close(&test);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_example_is_read_whole),
        cmocka_unit_test(test_digits_of_ids_are_kept_exactly),
        cmocka_unit_test(test_money_in_every_accepted_form),
        cmocka_unit_test(test_money_that_is_no_money_is_rejected),
        cmocka_unit_test(test_counts_have_four_and_prices_six_decimals),
        cmocka_unit_test(test_times_in_every_accepted_form),
        cmocka_unit_test(test_times_and_dates_that_do_not_exist_are_rejected),
        cmocka_unit_test(test_flags_as_text_number_and_boolean),
        cmocka_unit_test(test_every_alias_and_camel_case),
        cmocka_unit_test(test_unknown_fields_are_counted_and_ignored),
        cmocka_unit_test(test_order_of_keys_does_not_matter),
        cmocka_unit_test(test_escapes_are_undone),
        cmocka_unit_test(test_space_around_everything),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
