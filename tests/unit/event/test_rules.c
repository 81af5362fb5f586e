/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Each rule of the contract that one event can break, with its reason code and its path. */
#include "event_case.h"

#define LONG_64 "0123456789012345678901234567890123456789012345678901234567890123"

static void bad_each(struct event_case *test, const char *const *cases, size_t count)
{
    for (size_t i = 0; i + 2 < count; i += 3) {
        case_bad(test, cases[i], cases[i + 1], cases[i + 2]);
    }
}
#define BAD_EACH(test, cases) bad_each(test, cases, sizeof(cases) / sizeof((cases)[0]))

static void test_required_fields_of_envelope_settlement_and_reversal(void **state)
{
    static const char *const cases[] = {
        "{\"inf_time\":1772327702000,\"settlement\":{" MIN_SETTLEMENT "}}",
        "missing_field",
        "msgid",
        "{\"msgid\":\"M\",\"settlement\":{" MIN_SETTLEMENT "}}",
        "missing_field",
        "inf_time",
        "{\"msgid\":\"\",\"inf_time\":1772327702000,\"settlement\":{" MIN_SETTLEMENT "}}",
        "missing_field",
        "msgid",
        "{\"msgid\":null,\"inf_time\":1772327702000,\"settlement\":{" MIN_SETTLEMENT "}}",
        "missing_field",
        "msgid",
        BODY("settlement", "\"setl_id\":\"S\",\"med_type\":\"41\",\"medfee_sumamt\":1"),
        "missing_field",
        "settlement.psn_no",
        BODY("settlement", "\"psn_no\":\"P\",\"med_type\":\"41\",\"medfee_sumamt\":1"),
        "missing_field",
        "settlement.setl_id",
        BODY("settlement", "\"psn_no\":\"P\",\"setl_id\":\"S\",\"medfee_sumamt\":1"),
        "missing_field",
        "settlement.med_type",
        BODY("settlement", "\"psn_no\":\"P\",\"setl_id\":\"S\",\"med_type\":\"41\""),
        "missing_field",
        "settlement.medfee_sumamt",
        BODY("settlement", ""),
        "missing_field",
        "settlement.psn_no",
        BODY("reversal", "\"setl_id\":\"S\""),
        "missing_field",
        "reversal.psn_no",
        BODY("reversal", "\"psn_no\":\"P\""),
        "missing_field",
        "reversal.setl_id",
    };
    struct event_case test;
    (void)state;
    case_open(&test);
    BAD_EACH(&test, cases);
    case_close(&test);
}

static void test_required_fields_of_the_rarer_bodies(void **state)
{
    static const char *const cases[] = {
        BODY("mulaid_link", "\"giver_psn_no\":\"A\",\"recv_psn_no\":\"B\""),
        "missing_field",
        "mulaid_link.action",
        BODY("mulaid_link", "\"action\":\"grant\",\"recv_psn_no\":\"B\""),
        "missing_field",
        "mulaid_link.giver_psn_no",
        BODY("mulaid_link", "\"action\":\"grant\",\"giver_psn_no\":\"A\""),
        "missing_field",
        "mulaid_link.recv_psn_no",
        BODY("account_movement", "\"movement\":\"credit\",\"amount\":1"),
        "missing_field",
        "account_movement.psn_no",
        BODY("account_movement", "\"psn_no\":\"P\",\"amount\":1"),
        "missing_field",
        "account_movement.movement",
        BODY("account_movement", "\"psn_no\":\"P\",\"movement\":\"credit\""),
        "missing_field",
        "account_movement.amount",
        BODY("credential", "\"action\":\"activate\""),
        "missing_field",
        "credential.psn_no",
        BODY("credential", "\"psn_no\":\"P\""),
        "missing_field",
        "credential.action",
        BODY("person_status", "\"status\":\"death\""),
        "missing_field",
        "person_status.psn_no",
        BODY("person_status", "\"psn_no\":\"P\""),
        "missing_field",
        "person_status.status",
        BODY("trace_scan", "\"scan\":\"sale\""),
        "missing_field",
        "trace_scan.drug_trac_codg",
        BODY("trace_scan", "\"drug_trac_codg\":\"8\""),
        "missing_field",
        "trace_scan.scan",
    };
    struct event_case test;
    (void)state;
    case_open(&test);
    BAD_EACH(&test, cases);
    case_close(&test);
}

static void test_the_least_of_each_body_is_enough(void **state)
{
    static const struct {
        const char *json;
        int body;
        const char *person;
    } cases[] = {
        {BODY("settlement", MIN_SETTLEMENT), XZ_BODY_SETTLEMENT, "P1"},
        {BODY("reversal", "\"psn_no\":\"P1\",\"setl_id\":\"S\""), XZ_BODY_REVERSAL, "P1"},
        {BODY("reversal", "\"psn_no\":\"P1\",\"omsgid\":\"M0\""), XZ_BODY_REVERSAL, "P1"},
        {BODY("mulaid_link", "\"action\":\"revoke\",\"giver_psn_no\":\"A\",\"recv_psn_no\":\"B\""),
         XZ_BODY_MULAID_LINK, "A"},
        {BODY("account_movement", "\"psn_no\":\"P1\",\"movement\":\"interest\",\"amount\":0"),
         XZ_BODY_ACCOUNT_MOVEMENT, "P1"},
        {BODY("credential", "\"psn_no\":\"P1\",\"action\":\"delegate\""), XZ_BODY_CREDENTIAL, "P1"},
        {BODY("person_status", "\"psn_no\":\"P1\",\"status\":\"paused\""), XZ_BODY_PERSON_STATUS,
         "P1"},
        {BODY("trace_scan", "\"drug_trac_codg\":\"8\",\"scan\":\"return\""), XZ_BODY_TRACE_SCAN,
         ""},
        {BODY("trace_scan", "\"drug_trac_codg\":\"8\",\"scan\":\"sale\",\"psn_no\":\"P1\""),
         XZ_BODY_TRACE_SCAN, "P1"},
    };
    struct event_case test;
    (void)state;
    case_open(&test);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const struct xz_event *event = case_good(&test, cases[i].json);

        assert_int_equal(event->body, cases[i].body);
        assert_text(xz_event_person(event), cases[i].person);
    }
    case_close(&test);
}

static void test_exactly_one_body(void **state)
{
    static const char *const cases[] = {
        "{" MIN_ENVELOPE "}",
        "no_body",
        "",
        "{" MIN_ENVELOPE ",\"settlement\":null}",
        "no_body",
        "",
        "{" MIN_ENVELOPE ",\"settlment\":{" MIN_SETTLEMENT "}}",
        "no_body",
        "",
        "{" MIN_ENVELOPE ",\"settlement\":{" MIN_SETTLEMENT "},\"credential\":{\"psn_no\":\"P\","
        "\"action\":\"delegate\"}}",
        "several_bodies",
        "credential",
        "{" MIN_ENVELOPE ",\"settlement\":{" MIN_SETTLEMENT "},\"settlement\":{" MIN_SETTLEMENT
        "}}",
        "several_bodies",
        "settlement",
        "{" MIN_ENVELOPE ",\"settlement\":[]}",
        "bad_value",
        "settlement",
        "{" MIN_ENVELOPE ",\"settlement\":7}",
        "bad_value",
        "settlement",
    };
    struct event_case test;
    (void)state;
    case_open(&test);
    BAD_EACH(&test, cases);
    assert_int_equal(
        case_good(&test, "{" MIN_ENVELOPE ",\"reversal\":null,\"settlement\":{" MIN_SETTLEMENT "}}")
            ->body,
        XZ_BODY_SETTLEMENT);
    case_close(&test);
}

static void test_identifiers_have_at_most_64_bytes(void **state)
{
    static const char *const cases[] = {
        "{\"msgid\":\"" LONG_64 "x\",\"inf_time\":1,\"settlement\":{" MIN_SETTLEMENT "}}",
        "too_long",
        "msgid",
        ENVELOPE_WITH(",\"fixmedins_code\":\"" LONG_64 "x\""),
        "too_long",
        "fixmedins_code",
        SETTLEMENT_WITH(",\"mdtrt_id\":\"" LONG_64 "x\""),
        "too_long",
        "settlement.mdtrt_id",
        SETTLEMENT_WITH(",\"mdtrt_id\":1" LONG_64),
        "too_long",
        "settlement.mdtrt_id",
        SETTLEMENT_WITH(",\"agnterinfo\":{\"agnter_certno\":\"" LONG_64 "x\"}"),
        "too_long",
        "settlement.agnterinfo.agnter_certno",
        SETTLEMENT_WITH(",\"lines\":[{\"med_list_codg\":\"" LONG_64 "x\"}]"),
        "too_long",
        "settlement.lines[0].med_list_codg",
        SETTLEMENT_WITH(",\"lines\":[{\"drug_trac_codg\":[\"1\",\"" LONG_64 "x\"]}]"),
        "too_long",
        "settlement.lines[0].drug_trac_codg",
        SETTLEMENT_WITH(",\"mulaid_debits\":[{\"giver_psn_no\":\"" LONG_64 "x\",\"amount\":1}]"),
        "too_long",
        "settlement.mulaid_debits[0].giver_psn_no",
    };
    struct event_case test;
    (void)state;
    case_open(&test);
    BAD_EACH(&test, cases);
    assert_text(case_good(&test, "{\"msgid\":\"" LONG_64 "\",\"inf_time\":1772327702000,"
                                 "\"settlement\":{" MIN_SETTLEMENT "}}")
                    ->msgid,
                LONG_64);
    case_close(&test);
}

static void test_closed_lists(void **state)
{
    static const char *const cases[] = {
        BODY("mulaid_link", "\"action\":\"give\",\"giver_psn_no\":\"A\",\"recv_psn_no\":\"B\""),
        "bad_value",
        "mulaid_link.action",
        BODY("mulaid_link", "\"action\":\"grant\",\"giver_psn_no\":\"A\",\"recv_psn_no\":\"B\","
                            "\"link_type\":\"forever\""),
        "bad_value",
        "mulaid_link.link_type",
        BODY("account_movement", "\"psn_no\":\"P\",\"movement\":\"gift\",\"amount\":1"),
        "bad_value",
        "account_movement.movement",
        BODY("account_movement", "\"psn_no\":\"P\",\"movement\":\"other_use\",\"amount\":1,"
                                 "\"purpose\":\"holiday\""),
        "bad_value",
        "account_movement.purpose",
        BODY("account_movement", "\"psn_no\":\"P\",\"movement\":\"withdraw_close\",\"amount\":1,"
                                 "\"reason\":\"7\""),
        "bad_value",
        "account_movement.reason",
        BODY("account_movement", "\"psn_no\":\"P\",\"movement\":\"withdraw_close\",\"amount\":1,"
                                 "\"reason\":0"),
        "bad_value",
        "account_movement.reason",
        BODY("credential", "\"psn_no\":\"P\",\"action\":\"login\""),
        "bad_value",
        "credential.action",
        BODY("person_status", "\"psn_no\":\"P\",\"status\":\"dead\""),
        "bad_value",
        "person_status.status",
        BODY("trace_scan", "\"drug_trac_codg\":\"8\",\"scan\":\"SALE\""),
        "bad_value",
        "trace_scan.scan",
    };
    struct event_case test;
    (void)state;
    case_open(&test);
    BAD_EACH(&test, cases);
    /* the message tells what is accepted */
    case_bad(&test, cases[0], "bad_value", NULL);
    assert_non_null(strstr(test.err.msg, "grant"));
    assert_non_null(strstr(test.err.msg, "revoke"));
    case_bad(&test, cases[6], "bad_value", NULL);
    assert_non_null(strstr(test.err.msg, "credit"));
    assert_non_null(strstr(test.err.msg, "other_use"));
    case_bad(&test, cases[9], "bad_value", NULL);
    assert_non_null(strstr(test.err.msg, "outpatient"));
    case_close(&test);
}

static void test_every_word_of_the_closed_lists(void **state)
{
    static const char *const movements[] = {
        "credit",          "pre_credit",     "makeup",     "clawback", "return",
        "substantiate",    "withdraw_close", "carry_over", "interest", "debit",
        "transfer_wallet", "premium",        "other_use"};
    static const char *const purposes[] = {"outpatient",     "inpatient",   "pharmacy",
                                           "device",         "consumable",  "premium",
                                           "vaccine",        "checkup",     "commercial_insurance",
                                           "long_term_care", "cosmetic",    "orthodontics",
                                           "whitening",      "weight_loss", "fitness",
                                           "other"};
    static const char *const actions[] = {"activate",   "reset_password", "face_pass", "face_fail",
                                          "new_device", "balance_query",  "delegate"};
    static const char *const statuses[] = {"death",     "insured", "paused",   "terminated",
                                           "suspended", "resumed", "admitted", "discharged"};
    struct event_case test;
    char json[400];
    (void)state;
    case_open(&test);
    for (int i = 0; i < 13; i++) {
        (void)snprintf(
            json, sizeof(json),
            BODY("account_movement", "\"psn_no\":\"P\",\"movement\":\"%s\",\"amount\":1"),
            movements[i]);
        assert_int_equal(case_good(&test, json)->account_movement.movement, XZ_MOVEMENT_CREDIT + i);
    }
    for (int i = 0; i < 16; i++) {
        (void)snprintf(json, sizeof(json),
                       BODY("account_movement", "\"psn_no\":\"P\",\"movement\":\"debit\","
                                                "\"amount\":1,\"reason\":%d,\"purpose\":\"%s\""),
                       1 + i % 6, purposes[i]);
        assert_text(case_good(&test, json)->account_movement.purpose, purposes[i]);
    }
    for (int i = 0; i < 7; i++) {
        (void)snprintf(json, sizeof(json), BODY("credential", "\"psn_no\":\"P\",\"action\":\"%s\""),
                       actions[i]);
        assert_int_equal(case_good(&test, json)->credential.action, XZ_CREDENTIAL_ACTIVATE + i);
    }
    for (int i = 0; i < 8; i++) {
        (void)snprintf(json, sizeof(json),
                       BODY("person_status", "\"psn_no\":\"P\",\"status\":\"%s\""), statuses[i]);
        assert_int_equal(case_good(&test, json)->person_status.status, XZ_STATUS_DEATH + i);
    }
    case_close(&test);
}

static void test_free_text_stays_free(void **state)
{
    struct event_case test;
    (void)state;
    case_open(&test);
    case_good(&test,
              BODY("mulaid_link", "\"action\":\"grant\",\"giver_psn_no\":\"A\","
                                  "\"recv_psn_no\":\"B\",\"rlts\":\"07\",\"channel\":\"app\""));
    assert_text(test.event.mulaid_link.rlts, "07");
    assert_text(test.event.mulaid_link.channel, "app");
    assert_int_equal(test.event.channel, XZ_CHANNEL_NONE);
    assert_int_equal(case_good(&test, ENVELOPE_WITH(",\"channel\":\"load\""))->channel,
                     XZ_CHANNEL_LOAD);
    assert_int_equal(case_good(&test, ENVELOPE_WITH(",\"channel\":\"app\""))->channel,
                     XZ_CHANNEL_NONE);
    assert_text(case_good(&test, SETTLEMENT_WITH(",\"agnterinfo\":{\"agnter_rlts\":1}"))
                    ->settlement.agnter_rlts,
                "1");
    case_close(&test);
}

static void test_proxy_block_there_or_not(void **state)
{
    struct event_case test;
    (void)state;
    case_open(&test);
    assert_false(case_good(&test, SETTLEMENT_WITH(""))->settlement.agnter_present);
    const uint64_t without = test.event.content_hash;
    assert_true(case_good(&test, SETTLEMENT_WITH(",\"agnterinfo\":{}"))->settlement.agnter_present);
    assert_int_equal(test.event.settlement.agnter_flag, -1);
    assert_true(test.event.content_hash != without);
    assert_false(
        case_good(&test, SETTLEMENT_WITH(",\"agnterinfo\":null"))->settlement.agnter_present);
    assert_int_equal(test.event.unknown_fields, 0);
    case_good(&test, SETTLEMENT_WITH(",\"agnterinfo\":{\"agnter_flag\":1,\"agnter_certno\":\"C\","
                                     "\"agnter_cert_type\":1,\"agnter_name\":\"\"}"));
    assert_int_equal(test.event.settlement.agnter_flag, 1);
    assert_text(test.event.settlement.agnter_certno, "C");
    assert_int_equal(test.event.unknown_fields, 1);
    case_bad(&test, SETTLEMENT_WITH(",\"agnterinfo\":{},\"agnterinfo\":{}"), "malformed",
             "settlement.agnterinfo");
    case_bad(&test, SETTLEMENT_WITH(",\"agnterinfo\":[{}]"), "bad_value", "settlement.agnterinfo");
    case_close(&test);
}

static void test_a_negative_total_is_a_refund(void **state)
{
    struct event_case test;
    (void)state;
    case_open(&test);
    case_bad(&test,
             BODY("settlement", "\"psn_no\":\"P\",\"setl_id\":\"S\",\"med_type\":\"41\","
                                "\"medfee_sumamt\":\"-1.00\""),
             "bad_money", "settlement.medfee_sumamt");
    case_bad(&test,
             BODY("settlement", "\"psn_no\":\"P\",\"setl_id\":\"S\",\"med_type\":\"41\","
                                "\"medfee_sumamt\":\"-1.00\",\"refd_setl_flag\":0"),
             "bad_money", "settlement.medfee_sumamt");
    case_good(&test, BODY("settlement", "\"psn_no\":\"P\",\"setl_id\":\"S\",\"med_type\":\"41\","
                                        "\"medfee_sumamt\":\"-1.00\",\"refd_setl_flag\":1,"
                                        "\"refd_setl_id\":\"S0\""));
    assert_int_equal(test.event.settlement.medfee_sumamt_fen, -100);
    assert_text(test.event.settlement.refd_setl_id, "S0");
    case_close(&test);
}

static void test_event_time_per_body(void **state)
{
    struct event_case test;
    (void)state;
    case_open(&test);
    case_good(&test, "{\"msgid\":\"M\",\"inf_time\":1772327702000,\"settlement\":{" MIN_SETTLEMENT
                     ",\"setl_time\":1772327700000}}");
    assert_true(test.event.at_ms == INT64_C(1772327700000));
    assert_true(test.event.inf_time_ms == INT64_C(1772327702000));
    case_good(&test, BODY("person_status", "\"psn_no\":\"P\",\"status\":\"death\","
                                           "\"effective_time\":1772000000000"));
    assert_true(test.event.at_ms == INT64_C(1772000000000));
    case_good(&test, BODY("person_status", "\"psn_no\":\"P\",\"status\":\"death\""));
    assert_true(test.event.at_ms == INT64_C(1772327702000));
    assert_true(test.event.person_status.effective_time_ms == INT64_C(1772327702000));
    case_good(&test, BODY("credential", "\"psn_no\":\"P\",\"action\":\"activate\""));
    assert_true(test.event.at_ms == INT64_C(1772327702000));
    case_close(&test);
}

static void test_what_lies_too_far_ahead_is_rejected(void **state)
{
    static const char json[] = SETTLEMENT_WITH(",\"setl_time\":1772327703000");
    struct xz_decode_limits limits = xz_decode_limits_default;
    struct event_case test;
    (void)state;
    case_open(&test);
    limits.latest_ms = INT64_C(1772327702999);
    assert_int_equal(
        xz_event_decode(XZ_STR(json), XZ_FORMAT_AUTO, &limits, &test.arena, &test.event, &test.err),
        XZ_REJECT);
    assert_string_equal(test.err.reason, "ahead");
    assert_string_equal(test.err.path, "settlement.setl_time");
    limits.latest_ms++;
    assert_int_equal(
        xz_event_decode(XZ_STR(json), XZ_FORMAT_AUTO, &limits, &test.arena, &test.event, &test.err),
        XZ_OK);
    case_close(&test);
}

static void list_of(struct xz_buf *out, const char *before, const char *item, size_t count,
                    const char *after)
{
    xz_buf_clear(out);
    xz_buf_bytes(out, before, strlen(before));
    for (size_t i = 0; i < count; i++) {
        xz_buf_printf(out, "%s%s", i ? "," : "", item);
    }
    xz_buf_bytes(out, after, strlen(after) + 1);
}

static void test_lists_up_to_their_limit(void **state)
{
    static const char head[] = "{" MIN_ENVELOPE ",\"settlement\":{" MIN_SETTLEMENT ",";
    static const struct {
        const char *before, *item, *after;
        size_t limit;
        const char *path;
    } lists[] = {
        {"\"lines\":[", "{}", "]}}", XZ_LINES_MAX, "settlement.lines"},
        {"\"mulaid_debits\":[", "{\"giver_psn_no\":\"A\",\"amount\":1}", "]}}", XZ_DEBITS_MAX,
         "settlement.mulaid_debits"},
        {"\"lines\":[{\"drug_trac_codg\":[", "\"8\"", "]}]}}", XZ_CODES_MAX,
         "settlement.lines[0].drug_trac_codg"},
        {"\"lines\":[{\"drug_trac_codg\":[\"7\"]},{\"drug_trac_codg\":[", "\"8\"", "]}]}}",
         XZ_CODES_MAX - 1, NULL},
    };
    struct event_case test;
    struct xz_buf before = {0};
    (void)state;
    case_open(&test);
    for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
        xz_buf_clear(&before);
        xz_buf_printf(&before, "%s%s", head, lists[i].before);
        xz_buf_u8(&before, 0);
        list_of(&test.text, (const char *)before.data, lists[i].item, lists[i].limit,
                lists[i].after);
        case_good(&test, (const char *)test.text.data);
        list_of(&test.text, (const char *)before.data, lists[i].item, lists[i].limit + 1,
                lists[i].after);
        case_bad(&test, (const char *)test.text.data, "too_many", lists[i].path);
    }
    xz_buf_fini(&before);
    case_close(&test);
}

static void test_content_type(void **state)
{
    enum xz_format format = XZ_FORMAT_AUTO;
    struct xz_err err = {0};
    (void)state;
    assert_int_equal(xz_format_of(XZ_STR("application/json"), &format, &err), XZ_OK);
    assert_int_equal(format, XZ_FORMAT_JSON);
    assert_int_equal(xz_format_of(XZ_STR("application/x-protobuf"), &format, &err), XZ_OK);
    assert_int_equal(format, XZ_FORMAT_PROTOBUF);
    assert_int_equal(xz_format_of(XZ_STR_NONE, &format, &err), XZ_OK);
    assert_int_equal(format, XZ_FORMAT_AUTO);
    assert_int_equal(xz_format_of(XZ_STR("application/json; charset=utf-8"), &format, &err), XZ_OK);
    assert_int_equal(format, XZ_FORMAT_JSON);
    assert_int_equal(xz_format_of(XZ_STR("text/html"), &format, &err), XZ_REJECT);
    assert_string_equal(err.reason, "bad_header");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_required_fields_of_envelope_settlement_and_reversal),
        cmocka_unit_test(test_required_fields_of_the_rarer_bodies),
        cmocka_unit_test(test_the_least_of_each_body_is_enough),
        cmocka_unit_test(test_exactly_one_body),
        cmocka_unit_test(test_identifiers_have_at_most_64_bytes),
        cmocka_unit_test(test_closed_lists),
        cmocka_unit_test(test_every_word_of_the_closed_lists),
        cmocka_unit_test(test_free_text_stays_free),
        cmocka_unit_test(test_proxy_block_there_or_not),
        cmocka_unit_test(test_a_negative_total_is_a_refund),
        cmocka_unit_test(test_event_time_per_body),
        cmocka_unit_test(test_what_lies_too_far_ahead_is_rejected),
        cmocka_unit_test(test_lists_up_to_their_limit),
        cmocka_unit_test(test_content_type),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
