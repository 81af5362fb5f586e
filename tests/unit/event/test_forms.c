/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One event in its three forms: JSON, protobuf, compact. What goes in comes out, with one hash. */
#include "event/balance.h"
#include "event_case.h"
#include "proto/xiezhi.pb-c.h"

#define ENVELOPE_ALL                                                                               \
    "{\"msgid\":\"M1\",\"infno\":\"2102\",\"inf_time\":1772327702123,"                             \
    "\"mdtrtarea_admvs\":\"210102\",\"insuplc_admdvs\":\"210100\",\"fixmedins_code\":\"P1\","      \
    "\"opter\":\"O\",\"opter_type\":\"1\",\"dev_no\":\"D\",\"channel\":\"load\","

static const char *const all[] = {
    EXAMPLE,
    ENVELOPE_ALL
    "\"settlement\":{\"psn_no\":\"P\",\"setl_id\":\"S\",\"med_type\":\"2101\","
    "\"medfee_sumamt\":\"-100.01\",\"insutype\":\"310\",\"psn_type\":\"1101\","
    "\"psn_insu_stas\":\"1\",\"gend\":\"2\",\"brdy\":\"1920-02-29\",\"mdtrt_id\":\"V\","
    "\"setl_time\":\"2026-03-01T01:15:02Z\",\"mdtrt_cert_type\":\"01\",\"cert_psn_no\":\"Q\","
    "\"fund_pay_sumamt\":\"-1\",\"hifp_pay\":\"-2\",\"psn_part_amt\":\"-3\",\"acct_pay\":\"-4\","
    "\"acct_mulaid_pay\":\"-5\",\"psn_cash_pay\":\"-6\",\"hosp_part_amt\":\"-7\","
    "\"inscp_scp_amt\":\"-8\",\"act_pay_dedc\":\"-9\",\"balc\":\"10000000000\","
    "\"setl_type\":\"2\",\"refd_setl_flag\":\"1\",\"refd_setl_id\":\"S0\",\"online\":\"0\","
    "\"invono\":\"I\\u5f20\\\"\\\\\",\"dise_codg\":\"I10\",\"begndate\":\"2026-02-01\","
    "\"enddate\":\"2026-03-01\",\"out_filing\":\"1\",\"mulaid_debits\":[{\"giver_psn_no\":\"G\","
    "\"order_no\":\"1\",\"amount\":\"4\",\"balc\":\"0\"},{\"giver_psn_no\":\"H\","
    "\"amount\":\"1\"},{}],\"lines\":[{\"feedetl_sn\":\"1\",\"med_list_codg\":\"X\","
    "\"hilist_code\":\"Y\",\"med_chrgitm_type\":\"09\",\"cnt\":\"-0.0001\","
    "\"pric\":\"0.000001\",\"det_item_fee_sumamt\":\"0.01\",\"prd_days\":\"2.5\","
    "\"bilg_dr_codg\":\"D\",\"rxno\":\"R\",\"rx_circ_flag\":\"1\",\"trdn_flag\":\"0\","
    "\"drug_trac_codg\":[\"8\",\"\\u00e9\"]},{}],\"agnterinfo\":{\"agnter_flag\":\"1\","
    "\"agnter_certno\":\"C\",\"agnter_cert_type\":\"01\",\"agnter_rlts\":\"07\"}}}",
    SETTLEMENT_WITH(",\"agnterinfo\":{}"),
    ENVELOPE_ALL "\"reversal\":{\"psn_no\":\"P\",\"setl_id\":\"S\",\"omsgid\":\"M0\","
                 "\"oinfno\":\"2102\",\"balc\":\"1.50\"}}",
    ENVELOPE_ALL "\"mulaid_link\":{\"action\":\"grant\",\"giver_psn_no\":\"G\","
                 "\"recv_psn_no\":\"R\",\"rlts\":\"spouse\",\"link_type\":\"temporary\","
                 "\"order_no\":\"2\",\"giver_insutype\":\"310\",\"giver_psn_insu_stas\":\"1\","
                 "\"recv_insutype\":\"390\",\"recv_psn_insu_stas\":\"2\","
                 "\"giver_admdvs\":\"210100\",\"recv_admdvs\":\"210200\","
                 "\"giver_brdy\":\"1950-01-01\",\"recv_brdy\":\"1980-12-31\","
                 "\"channel\":\"app\"}}",
    ENVELOPE_ALL "\"account_movement\":{\"psn_no\":\"P\",\"movement\":\"withdraw_close\","
                 "\"amount\":\"12.34\",\"balc_before\":\"12.34\",\"balc_after\":\"0\","
                 "\"reason\":\"3\",\"evidence_no\":\"E\",\"setl_id\":\"S\","
                 "\"purpose\":\"long_term_care\",\"maker\":\"A\",\"checker\":\"B\"}}",
    ENVELOPE_ALL "\"credential\":{\"psn_no\":\"P\",\"action\":\"balance_query\","
                 "\"channel\":\"web\"}}",
    ENVELOPE_ALL "\"person_status\":{\"psn_no\":\"P\",\"status\":\"suspended\","
                 "\"effective_time\":\"2026-02-01 00:00:00\",\"until\":\"2026-05-01 00:00:00\","
                 "\"mdtrt_id\":\"V\"}}",
    ENVELOPE_ALL "\"trace_scan\":{\"drug_trac_codg\":\"8\",\"scan\":\"return\",\"psn_no\":\"P\","
                 "\"med_list_codg\":\"X\",\"setl_id\":\"S\"}}",
};
#define ALL_COUNT (sizeof(all) / sizeof(all[0]))

/* The compact form names every field that is present, so equal bytes are equal events. */
static void assert_same(const struct xz_event *left, const struct xz_event *right)
{
    struct xz_buf a = {0}, b = {0};

    xz_event_encode(left, &a);
    xz_event_encode(right, &b);
    assert_int_equal(a.len, b.len);
    assert_memory_equal(a.data, b.data, a.len);
    assert_true(left->at_ms == right->at_ms);
    assert_true(left->content_hash == right->content_hash);
    assert_int_equal(left->body, right->body);
    xz_buf_fini(&a);
    xz_buf_fini(&b);
}

static void test_json_protobuf_and_compact_agree(void **state)
{
    struct event_case test, other;
    (void)state;
    case_open(&test);
    case_open(&other);
    for (size_t i = 0; i < ALL_COUNT; i++) {
        const struct xz_event *event = case_good(&test, all[i]);
        struct xz_event back;
        struct xz_reader reader;

        assert_int_equal(event->unknown_fields, 0);
        xz_buf_clear(&other.text);
        xz_event_to_json(event, &other.text);
        assert_int_equal(case_bytes(&other, other.text.data, other.text.len, XZ_FORMAT_AUTO),
                         XZ_OK);
        assert_same(event, &other.event);
        xz_buf_clear(&other.text);
        xz_event_to_protobuf(event, &other.text);
        assert_int_equal(case_bytes(&other, other.text.data, other.text.len, XZ_FORMAT_AUTO),
                         XZ_OK);
        assert_same(event, &other.event);
        assert_int_equal(other.event.unknown_fields, 0);
        xz_buf_clear(&other.text);
        xz_event_encode(event, &other.text);
        reader = xz_reader_of(other.text.data, other.text.len);
        assert_int_equal(xz_event_decode_compact(&reader, &other.arena, &back, &other.err), XZ_OK);
        assert_int_equal(xz_reader_left(&reader), 0);
        assert_same(event, &back);
    }
    case_close(&test);
    case_close(&other);
}

static void test_json_that_is_written_is_the_contracts(void **state)
{
    struct event_case test;
    (void)state;
    case_open(&test);
    case_good(&test, "{" MIN_ENVELOPE ",\"settlement\":{" MIN_SETTLEMENT
                     ",\"setl_time\":\"2026-03-01 09:15:02\",\"online\":true,\"lines\":[{"
                     "\"cnt\":2,\"pric\":43.2,\"prd_days\":\"28.0000\"}]}}");
    xz_event_to_json(&test.event, &test.text);
    xz_buf_u8(&test.text, 0);
    assert_string_equal(
        (const char *)test.text.data,
        "{" MIN_ENVELOPE ",\"settlement\":{\"psn_no\":\"P1\",\"setl_id\":\"S1\","
        "\"med_type\":\"41\",\"medfee_sumamt\":\"1\",\"setl_time\":\"2026-03-01 09:15:02\","
        "\"online\":\"1\",\"lines\":[{\"cnt\":\"2\",\"pric\":\"43.2\",\"prd_days\":\"28\"}]}}");
    case_close(&test);
}

/* The generated unpacker, which another program would use, reads what is written. */
static void test_protobuf_that_is_written_is_the_contracts(void **state)
{
    struct event_case test;
    Xiezhi__Event *message;
    (void)state;
    case_open(&test);
    case_good(&test, EXAMPLE);
    xz_event_to_protobuf(&test.event, &test.text);
    message = xiezhi__event__unpack(NULL, test.text.len, test.text.data);
    assert_non_null(message);
    assert_string_equal(message->msgid, "P21010200017202603010915020001");
    assert_true(message->inf_time == INT64_C(1772327702000));
    assert_int_equal(message->body_case, XIEZHI__EVENT__BODY_SETTLEMENT);
    assert_int_equal(message->settlement->medfee_sumamt, 8640);
    assert_true(message->settlement->has_fund_pay_sumamt);
    assert_int_equal(message->settlement->fund_pay_sumamt, 0);
    assert_false(message->settlement->has_hifp_pay);
    assert_string_equal(message->settlement->brdy, "1971-04-02");
    assert_int_equal(message->settlement->n_lines, 1);
    assert_int_equal(message->settlement->lines[0]->cnt, 20000);
    assert_int_equal(message->settlement->lines[0]->pric, 43200000);
    assert_int_equal(message->settlement->lines[0]->n_drug_trac_codg, 2);
    assert_string_equal(message->settlement->lines[0]->drug_trac_codg[0], "81234567890123456789");
    xiezhi__event__free_unpacked(message, NULL);
    case_close(&test);
}

/* Every field of the table, and nothing else, is in the messages. */
static void test_messages_and_table_name_the_same_fields(void **state)
{
    static const ProtobufCMessageDescriptor *const messages[XZ_GROUP_COUNT] = {
        [XZ_GROUP_ENVELOPE] = &xiezhi__event__descriptor,
        [XZ_GROUP_SETTLEMENT] = &xiezhi__settlement__descriptor,
        [XZ_GROUP_REVERSAL] = &xiezhi__reversal__descriptor,
        [XZ_GROUP_MULAID_LINK] = &xiezhi__mulaid_link__descriptor,
        [XZ_GROUP_ACCOUNT_MOVEMENT] = &xiezhi__account_movement__descriptor,
        [XZ_GROUP_CREDENTIAL] = &xiezhi__credential__descriptor,
        [XZ_GROUP_PERSON_STATUS] = &xiezhi__person_status__descriptor,
        [XZ_GROUP_TRACE_SCAN] = &xiezhi__trace_scan__descriptor,
        [XZ_GROUP_AGNTERINFO] = &xiezhi__agnter_info__descriptor,
        [XZ_GROUP_LINE] = &xiezhi__line__descriptor,
        [XZ_GROUP_DEBIT] = &xiezhi__mulaid_debit__descriptor,
    };
    size_t named = 0, fields = 0;
    (void)state;
    xz_fields_init();
    for (size_t i = 0; i < xz_field_count; i++) {
        if (xz_fields[i].flags & XZ_FIELD_ENRICHED) {
            continue;
        }
        fields++;
        if (protobuf_c_message_descriptor_get_field_by_name(messages[xz_fields[i].group],
                                                            xz_fields[i].name) == NULL) {
            fail_msg("%s is in no message", xz_fields[i].name);
        }
    }
    for (size_t group = 0; group < XZ_GROUP_COUNT; group++) {
        named += messages[group]->n_fields;
    }
    assert_int_equal(named, fields + 7 + 1); /* seven bodies and agnterinfo */
}

static void test_ids_of_the_compact_form_are_unique(void **state)
{
    (void)state;
    for (size_t i = 0; i < xz_field_count; i++) {
        for (size_t k = i + 1; k < xz_field_count; k++) {
            const bool inner = xz_fields[i].group >= XZ_GROUP_LINE;
            const bool other = xz_fields[k].group >= XZ_GROUP_LINE;

            if (xz_fields[i].id == xz_fields[k].id && inner == other &&
                (!inner || xz_fields[i].group == xz_fields[k].group)) {
                fail_msg("%s and %s", xz_fields[i].name, xz_fields[k].name);
            }
        }
    }
}

static void test_enrichment_travels_and_does_not_hash(void **state)
{
    struct event_case test;
    struct xz_event back;
    struct xz_line line;
    struct xz_reader reader;
    (void)state;
    case_open(&test);
    case_good(&test, EXAMPLE);
    const uint64_t hash = test.event.content_hash;

    line = test.event.settlement.lines[0];
    line.item = (struct xz_limits){.known = 1,
                                   .sex = 2,
                                   .age_min = 10,
                                   .age_max = 55,
                                   .chronic = -1,
                                   .use = XZ_USE_FORBIDDEN,
                                   .watch = 1,
                                   .ingredient = XZ_STR("metformin"),
                                   .list_price_fen = 4320};
    test.event.settlement.lines = &line;
    test.event.settlement.diagnosis = (struct xz_limits){.known = 1,
                                                         .sex = 1,
                                                         .age_min = -1,
                                                         .age_max = 18,
                                                         .chronic = 1,
                                                         .watch = -1,
                                                         .list_price_fen = XZ_FEN_NONE};
    test.event.place = (struct xz_place){
        1, XZ_INSTITUTION_PHARMACY, XZ_STR("11"), XZ_STR("210102"), 41800000, -123410000, 0, 1439,
        25};
    xz_event_encode(&test.event, &test.text);
    assert_true(xz_event_content_hash(&test.event) == hash);
    reader = xz_reader_of(test.text.data, test.text.len);
    assert_int_equal(xz_event_decode_compact(&reader, &test.arena, &back, &test.err), XZ_OK);
    assert_true(back.content_hash == hash);
    assert_int_equal(back.place.known, 1);
    assert_int_equal(back.place.kind, XZ_INSTITUTION_PHARMACY);
    assert_int_equal(back.place.lat_e6, 41800000);
    assert_int_equal(back.place.lon_e6, -123410000);
    assert_int_equal(back.place.open_min, 0);
    assert_int_equal(back.place.close_min, 1439);
    assert_int_equal(back.place.beds, 25);
    assert_text(back.place.admdvs, "210102");
    assert_int_equal(back.settlement.lines[0].item.sex, 2);
    assert_int_equal(back.settlement.lines[0].item.age_min, 10);
    assert_int_equal(back.settlement.lines[0].item.use, XZ_USE_FORBIDDEN);
    assert_int_equal(back.settlement.lines[0].item.watch, 1);
    assert_int_equal(back.settlement.lines[0].item.list_price_fen, 4320);
    assert_text(back.settlement.lines[0].item.ingredient, "metformin");
    assert_int_equal(back.settlement.diagnosis.known, 1);
    assert_int_equal(back.settlement.diagnosis.age_min, -1);
    assert_int_equal(back.settlement.diagnosis.age_max, 18);
    assert_int_equal(back.settlement.diagnosis.chronic, 1);
    case_close(&test);
}

static void test_compact_form_that_is_broken_is_fatal(void **state)
{
    struct event_case test;
    struct xz_event back;
    (void)state;
    case_open(&test);
    case_good(&test, all[1]);
    xz_event_encode(&test.event, &test.text);
    for (size_t len = 0; len < test.text.len; len++) {
        struct xz_reader reader = xz_reader_of(test.text.data, len);

        xz_arena_reset(&test.arena);
        assert_int_equal(xz_event_decode_compact(&reader, &test.arena, &back, &test.err), XZ_FATAL);
    }
    for (size_t at = 0; at < test.text.len; at++) {
        const unsigned char before = test.text.data[at];

        for (int bit = 0; bit < 8; bit++) {
            struct xz_reader reader;

            test.text.data[at] = (unsigned char)(before ^ 1 << bit);
            reader = xz_reader_of(test.text.data, test.text.len);
            xz_arena_reset(&test.arena);
            const enum xz_rc rc = xz_event_decode_compact(&reader, &test.arena, &back, &test.err);
            assert_true(rc == XZ_OK || rc == XZ_FATAL);
        }
        test.text.data[at] = before;
    }
    case_close(&test);
}

static void test_hash_is_part_of_the_stored_form(void **state)
{
    struct event_case test;
    (void)state;
    case_open(&test);
    case_good(&test, EXAMPLE);
    /* It is compared across restarts and versions: a change of it turns retries into conflicts. */
    assert_true(test.event.content_hash == UINT64_C(0xb80e17328dcdd070));
    case_close(&test);
}

static void test_money_that_adds_up(void **state)
{
    static const struct {
        const char *json;
        bool fund_includes_account;
        unsigned failed;
    } cases[] = {
        {EXAMPLE, false, 0},
        {SETTLEMENT_WITH(""), false, 0},
        {SETTLEMENT_WITH(",\"fund_pay_sumamt\":0.4,\"psn_part_amt\":0.6"), false, 0},
        {SETTLEMENT_WITH(",\"fund_pay_sumamt\":0.4,\"psn_part_amt\":0.7"), false, XZ_BALANCE_TOTAL},
        {SETTLEMENT_WITH(",\"fund_pay_sumamt\":0.4,\"psn_part_amt\":0.5"), false, 0},
        {SETTLEMENT_WITH(",\"fund_pay_sumamt\":0.4,\"psn_part_amt\":0.5,\"hosp_part_amt\":0"),
         false, XZ_BALANCE_TOTAL},
        {SETTLEMENT_WITH(",\"fund_pay_sumamt\":0.4,\"psn_part_amt\":0.5,\"hosp_part_amt\":0.1"),
         false, 0},
        /* the fund's sum holds 0.5 of the account's */
        {SETTLEMENT_WITH(",\"fund_pay_sumamt\":0.9,\"psn_part_amt\":0.6,\"acct_pay\":0.5,"
                         "\"hosp_part_amt\":0"),
         true, 0},
        {SETTLEMENT_WITH(",\"fund_pay_sumamt\":0.9,\"psn_part_amt\":0.6,\"acct_pay\":0.5,"
                         "\"hosp_part_amt\":0"),
         false, XZ_BALANCE_TOTAL},
        {SETTLEMENT_WITH(",\"psn_part_amt\":1,\"acct_pay\":0.5,\"psn_cash_pay\":0.5"), false, 0},
        {SETTLEMENT_WITH(",\"psn_part_amt\":1,\"acct_pay\":0.5,\"psn_cash_pay\":0.6"), false,
         XZ_BALANCE_PERSON},
        {SETTLEMENT_WITH(",\"psn_part_amt\":1,\"acct_pay\":0.5,\"psn_cash_pay\":0.3,"
                         "\"acct_mulaid_pay\":0.2"),
         false, 0},
        {SETTLEMENT_WITH(",\"psn_part_amt\":1,\"acct_pay\":0.5,\"psn_cash_pay\":0.3,"
                         "\"acct_mulaid_pay\":0.1"),
         false, XZ_BALANCE_PERSON},
        {SETTLEMENT_WITH(",\"fund_pay_sumamt\":9,\"psn_part_amt\":1,\"acct_pay\":2,"
                         "\"psn_cash_pay\":0,\"acct_mulaid_pay\":0"),
         false, XZ_BALANCE_TOTAL | XZ_BALANCE_PERSON},
        {"{" MIN_ENVELOPE ",\"settlement\":{\"psn_no\":\"P\",\"setl_id\":\"S\",\"med_type\":41,"
         "\"medfee_sumamt\":-1,\"refd_setl_flag\":1,\"fund_pay_sumamt\":-0.4,"
         "\"psn_part_amt\":-0.6}}",
         false, 0},
        {"{" MIN_ENVELOPE ",\"settlement\":{\"psn_no\":\"P\",\"setl_id\":\"S\",\"med_type\":41,"
         "\"medfee_sumamt\":-1,\"refd_setl_flag\":1,\"fund_pay_sumamt\":-0.5,"
         "\"psn_part_amt\":-0.6}}",
         false, XZ_BALANCE_TOTAL},
        {BODY("credential", "\"psn_no\":\"P\",\"action\":\"activate\""), false, 0},
    };
    struct event_case test;
    (void)state;
    case_open(&test);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const struct xz_event *event = case_good(&test, cases[i].json);

        if (xz_event_balance(event, cases[i].fund_includes_account) != cases[i].failed) {
            fail_msg("case %zu: %u", i, xz_event_balance(event, cases[i].fund_includes_account));
        }
    }
    case_close(&test);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_json_protobuf_and_compact_agree),
        cmocka_unit_test(test_json_that_is_written_is_the_contracts),
        cmocka_unit_test(test_protobuf_that_is_written_is_the_contracts),
        cmocka_unit_test(test_messages_and_table_name_the_same_fields),
        cmocka_unit_test(test_ids_of_the_compact_form_are_unique),
        cmocka_unit_test(test_enrichment_travels_and_does_not_hash),
        cmocka_unit_test(test_compact_form_that_is_broken_is_fatal),
        cmocka_unit_test(test_hash_is_part_of_the_stored_form),
        cmocka_unit_test(test_money_that_adds_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
