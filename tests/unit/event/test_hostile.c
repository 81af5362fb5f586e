/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What an attacker or a broken gateway sends: oversized, cut short, nested, not UTF-8, NaN, huge,
 * doubled. Every one is a reject with its reason; none reads past its bytes (run it under ASan). */
#include <stdlib.h>

#include "event_case.h"
#include "proto/xiezhi.pb-c.h"

/* A copy that ends where the bytes end, so that a read past them is seen. */
static enum xz_rc decode_exact(struct event_case *test, const void *bytes, size_t len,
                               enum xz_format format)
{
    unsigned char *copy = malloc(len ? len : 1);
    enum xz_rc rc;

    assert_non_null(copy);
    memcpy(copy, bytes, len);
    rc = case_bytes(test, copy, len, format);
    free(copy);
    return rc;
}

static void bad_bytes(struct event_case *test, const void *bytes, size_t len, enum xz_format format,
                      const char *reason)
{
    assert_int_equal(decode_exact(test, bytes, len, format), XZ_REJECT);
    if (strcmp(test->err.reason, reason) != 0) {
        fail_msg("%s, wanted %s: %s", test->err.reason, reason, test->err.msg);
    }
}

static void example_protobuf(struct event_case *test)
{
    case_good(test, EXAMPLE);
    xz_buf_clear(&test->text);
    xz_event_to_protobuf(&test->event, &test->text);
}

/* ---- size ---- */

static void test_oversized(void **state)
{
    struct xz_decode_limits limits = xz_decode_limits_default;
    struct event_case test;
    (void)state;
    case_open(&test);
    assert_int_equal(limits.event_bytes_max, 1 << 20);
    for (int format = XZ_FORMAT_JSON; format <= XZ_FORMAT_PROTOBUF; format++) {
        const size_t len = limits.event_bytes_max + 1;
        char *bytes = malloc(len);

        assert_non_null(bytes);
        memset(bytes, ' ', len);
        bad_bytes(&test, bytes, len, (enum xz_format)format, "too_large");
        free(bytes);
    }
    example_protobuf(&test);
    limits.event_bytes_max = test.text.len - 1;
    assert_int_equal(xz_event_decode(xz_buf_view(&test.text), XZ_FORMAT_PROTOBUF, &limits,
                                     &test.arena, &test.event, &test.err),
                     XZ_REJECT);
    assert_string_equal(test.err.reason, "too_large");
    limits.event_bytes_max++;
    assert_int_equal(xz_event_decode(xz_buf_view(&test.text), XZ_FORMAT_PROTOBUF, &limits,
                                     &test.arena, &test.event, &test.err),
                     XZ_OK);
    case_close(&test);
}

/* An arena too small for what a record asks for says too_large, at every size. */
static void test_a_full_arena_is_a_reject(void **state)
{
    static const char json[] = SETTLEMENT_WITH(
        ",\"invono\":\"\\u0041\",\"mulaid_debits\":[{\"giver_psn_no\":\"A\",\"amount\":1}],"
        "\"lines\":[{},{},{},{},{\"drug_trac_codg\":[\"8\",\"9\"]}]");
    struct event_case test;
    (void)state;
    case_open(&test);
    case_good(&test, json);
    xz_event_to_protobuf(&test.event, &test.text);
    for (int format = XZ_FORMAT_JSON; format <= XZ_FORMAT_PROTOBUF; format++) {
        const struct xz_str bytes =
            format == XZ_FORMAT_JSON ? XZ_STR(json) : xz_buf_view(&test.text);
        bool fitted = false;

        for (size_t cap = 0; cap < 65536 && !fitted; cap += 16) {
            struct xz_arena arena;

            xz_arena_init(&arena, cap);
            fitted = xz_event_decode(bytes, (enum xz_format)format, &xz_decode_limits_default,
                                     &arena, &test.event, &test.err) == XZ_OK;
            if (!fitted) {
                assert_string_equal(test.err.reason, "too_large");
            }
            xz_arena_fini(&arena);
        }
        assert_true(fitted);
    }
    case_close(&test);
}

/* ---- cut short ---- */

static void test_json_cut_at_every_byte(void **state)
{
    struct event_case test;
    (void)state;
    case_open(&test);
    for (size_t len = 0; len < strlen(EXAMPLE); len++) {
        bad_bytes(&test, EXAMPLE, len, XZ_FORMAT_JSON, "malformed");
    }
    assert_int_equal(decode_exact(&test, EXAMPLE, strlen(EXAMPLE), XZ_FORMAT_JSON), XZ_OK);
    case_close(&test);
}

static void test_protobuf_cut_at_every_byte(void **state)
{
    struct event_case test;
    struct xz_buf whole = {0};
    (void)state;
    case_open(&test);
    example_protobuf(&test);
    xz_buf_bytes(&whole, test.text.data, test.text.len);
    for (size_t len = 0; len < whole.len; len++) {
        /* between two fields the rest is well formed, and lacks its body */
        assert_int_equal(decode_exact(&test, whole.data, len, XZ_FORMAT_PROTOBUF), XZ_REJECT);
        assert_true(strcmp(test.err.reason, "malformed") == 0 ||
                    strcmp(test.err.reason, "no_body") == 0);
    }
    assert_int_equal(decode_exact(&test, whole.data, whole.len, XZ_FORMAT_PROTOBUF), XZ_OK);
    xz_buf_fini(&whole);
    case_close(&test);
}

static void test_every_byte_changed_is_survived(void **state)
{
    struct event_case test;
    struct xz_buf whole = {0};
    (void)state;
    case_open(&test);
    example_protobuf(&test);
    xz_buf_bytes(&whole, test.text.data, test.text.len);
    for (int format = XZ_FORMAT_JSON; format <= XZ_FORMAT_PROTOBUF; format++) {
        static const unsigned char with[] = {0x00, 0x01, 0x22, 0x5c, 0x7b, 0x7f, 0x80, 0xff};

        if (format == XZ_FORMAT_JSON) {
            xz_buf_clear(&test.text);
            xz_buf_bytes(&test.text, EXAMPLE, strlen(EXAMPLE));
        } else {
            xz_buf_clear(&test.text);
            xz_buf_bytes(&test.text, whole.data, whole.len);
        }
        for (size_t at = 0; at < test.text.len; at++) {
            const unsigned char before = test.text.data[at];

            for (size_t i = 0; i < sizeof(with); i++) {
                test.text.data[at] = with[i];
                if (decode_exact(&test, test.text.data, test.text.len, (enum xz_format)format) !=
                    XZ_OK) {
                    assert_int_equal(test.rc, XZ_REJECT);
                    assert_true(test.err.reason[0] != '\0');
                }
            }
            test.text.data[at] = before;
        }
    }
    xz_buf_fini(&whole);
    case_close(&test);
}

/* ---- JSON grammar ---- */

static void test_what_is_not_json(void **state)
{
    static const char *const cases[] = {"{",
                                        "{}x",
                                        "{\"a\"}",
                                        "{\"a\":}",
                                        "{\"a\":1,}",
                                        "{,}",
                                        "{\"a\":1 \"b\":2}",
                                        "{'a':1}",
                                        "{a:1}",
                                        "{\"a\":01}",
                                        "{\"a\":+1}",
                                        "{\"a\":.5}",
                                        "{\"a\":1.}",
                                        "{\"a\":1e}",
                                        "{\"a\":1e+}",
                                        "{\"a\":-}",
                                        "{\"a\":--1}",
                                        "{\"a\":0x1}",
                                        "{\"a\":NaN}",
                                        "{\"a\":nan}",
                                        "{\"a\":Infinity}",
                                        "{\"a\":-Infinity}",
                                        "{\"a\":tru}",
                                        "{\"a\":True}",
                                        "{\"a\":nulll}",
                                        "{\"a\":[1,]}",
                                        "{\"a\":[1 2]}",
                                        "{\"a\":[}",
                                        "{\"a\":{]}",
                                        "{\"a\":\"\x01\"}",
                                        "{\"a\":\"\t\"}",
                                        "{\"a\":\"\\x\"}",
                                        "{\"a\":\"\\u12\"}",
                                        "{\"a\":\"\\u12g4\"}",
                                        "{\"a\":\"\\ud800\"}",
                                        "{\"a\":\"\\udc00\"}",
                                        "{\"a\":\"\\ud800\\u0041\"}",
                                        "{\"a\":\"",
                                        "{\"a\":\"\\",
                                        "{\"a\":\"\\\"}",
                                        "{/* */\"a\":1}",
                                        "{\"a\":1}//",
                                        "{\"a\":1};",
                                        "{\"a\":1}{\"a\":1}",
                                        "{\"a\":1}\n{}",
                                        "\xef\xbb\xbf{}"};
    struct event_case test;
    (void)state;
    case_open(&test);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        if (decode_exact(&test, cases[i], strlen(cases[i]), XZ_FORMAT_JSON) != XZ_REJECT ||
            strcmp(test.err.reason, "malformed") != 0) {
            fail_msg("%s: %s", cases[i], test.rc == XZ_OK ? "accepted" : test.err.reason);
        }
    }
    bad_bytes(&test, "{\"a\":\"\0\"}", 9, XZ_FORMAT_JSON, "malformed");
    bad_bytes(&test, "{\"a\":1}\0", 8, XZ_FORMAT_JSON, "malformed");
    bad_bytes(&test, "[]", 2, XZ_FORMAT_JSON, "malformed");
    bad_bytes(&test, "7", 1, XZ_FORMAT_JSON, "malformed");
    bad_bytes(&test, "", 0, XZ_FORMAT_JSON, "malformed");
    bad_bytes(&test, " \n", 2, XZ_FORMAT_AUTO, "malformed");
    case_close(&test);
}

static void test_deeply_nested(void **state)
{
    static const struct {
        const char *open, *close;
    } shapes[] = {{"[", "]"}, {"{\"a\":", "}"}};
    struct event_case test;
    (void)state;
    case_open(&test);
    for (size_t shape = 0; shape < 2; shape++) {
        for (int deep = 10; deep <= 100000; deep = deep < 20 ? deep + 1 : deep * 50) {
            xz_buf_clear(&test.text);
            xz_buf_printf(&test.text, "{" MIN_ENVELOPE ",\"x\":");
            for (int i = 0; i < deep; i++) {
                xz_buf_bytes(&test.text, shapes[shape].open, strlen(shapes[shape].open));
            }
            xz_buf_u8(&test.text, '1');
            for (int i = 0; i < deep; i++) {
                xz_buf_bytes(&test.text, shapes[shape].close, 1);
            }
            xz_buf_printf(&test.text, ",\"settlement\":{" MIN_SETTLEMENT "}}");
            if (deep <= 15) { /* and the event itself: 16 */
                assert_int_equal(decode_exact(&test, test.text.data, test.text.len, XZ_FORMAT_JSON),
                                 XZ_OK);
            } else {
                bad_bytes(&test, test.text.data, test.text.len, XZ_FORMAT_JSON, "too_deep");
            }
        }
    }
    case_close(&test);
}

static void test_not_utf8_in_json(void **state)
{
    static const char *const bad[] = {"\x80",
                                      "\xc0\x80",
                                      "\xc1\xbf",
                                      "\xc3",
                                      "\xe0\x80\x80",
                                      "\xe4\xb8",
                                      "\xed\xa0\x80",
                                      "\xf0\x80\x80\x80",
                                      "\xf4\x90\x80\x80",
                                      "\xf5\x80\x80\x80",
                                      "\xfe",
                                      "\xff"};
    struct event_case test;
    char json[400];
    (void)state;
    case_open(&test);
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        (void)snprintf(json, sizeof(json), SETTLEMENT_WITH(",\"invono\":\"a%sb\""), bad[i]);
        bad_bytes(&test, json, strlen(json), XZ_FORMAT_JSON, "bad_utf8");
        /* in a name, in a field that nobody knows, beside an escape */
        (void)snprintf(json, sizeof(json), SETTLEMENT_WITH(",\"x%sy\":1"), bad[i]);
        bad_bytes(&test, json, strlen(json), XZ_FORMAT_JSON, "bad_utf8");
        (void)snprintf(json, sizeof(json), SETTLEMENT_WITH(",\"x\":[\"%s\"]"), bad[i]);
        bad_bytes(&test, json, strlen(json), XZ_FORMAT_JSON, "bad_utf8");
        (void)snprintf(json, sizeof(json), SETTLEMENT_WITH(",\"invono\":\"\\n%s\""), bad[i]);
        bad_bytes(&test, json, strlen(json), XZ_FORMAT_JSON, "bad_utf8");
    }
    case_good(&test, SETTLEMENT_WITH(",\"invono\":\"\xe5\xbc\xa0\xf0\x9f\x98\x80\xc3\xa9\""));
    case_close(&test);
}

static void test_a_name_that_stands_twice(void **state)
{
    struct event_case test;
    (void)state;
    case_open(&test);
    case_bad(&test, ENVELOPE_WITH(",\"msgid\":\"M2\""), "malformed", "msgid");
    case_bad(&test, SETTLEMENT_WITH(",\"psn_no\":\"P2\""), "malformed", "settlement.psn_no");
    case_bad(&test, SETTLEMENT_WITH(",\"psnNo\":\"P1\""), "malformed", "settlement.psn_no");
    case_bad(&test, SETTLEMENT_WITH(",\"psn_pay\":1,\"psn_part_amt\":2"), "malformed",
             "settlement.psn_part_amt");
    case_bad(&test, SETTLEMENT_WITH(",\"p\\u0073n_no\":\"P2\""), "malformed", "settlement.psn_no");
    case_bad(&test, SETTLEMENT_WITH(",\"lines\":[{\"cnt\":1,\"cnt\":1}]"), "malformed",
             "settlement.lines[0].cnt");
    case_bad(&test, SETTLEMENT_WITH(",\"lines\":[],\"lines\":[{}]"), "malformed",
             "settlement.lines");
    case_close(&test);
}

static void test_shapes_where_they_do_not_belong(void **state)
{
    static const char *const cases[] = {
        SETTLEMENT_WITH(",\"acct_pay\":{}"),
        SETTLEMENT_WITH(",\"acct_pay\":[1]"),
        SETTLEMENT_WITH(",\"gend\":{\"a\":1}"),
        SETTLEMENT_WITH(",\"gend\":true"),
        SETTLEMENT_WITH(",\"lines\":{}"),
        SETTLEMENT_WITH(",\"lines\":[1]"),
        SETTLEMENT_WITH(",\"lines\":[null]"),
        SETTLEMENT_WITH(",\"lines\":\"x\""),
        SETTLEMENT_WITH(",\"mulaid_debits\":[[]]"),
        SETTLEMENT_WITH(",\"mulaid_debits\":1"),
        SETTLEMENT_WITH(",\"lines\":[{\"drug_trac_codg\":{}}]"),
        SETTLEMENT_WITH(",\"lines\":[{\"drug_trac_codg\":[[]]}]"),
        SETTLEMENT_WITH(",\"lines\":[{\"drug_trac_codg\":[true]}]")};
    struct event_case test;
    (void)state;
    case_open(&test);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        case_bad(&test, cases[i], "bad_value", NULL);
        assert_memory_equal(test.err.path, "settlement.", 11);
    }
    case_good(&test, SETTLEMENT_WITH(",\"lines\":null,\"mulaid_debits\":null"));
    case_good(&test, SETTLEMENT_WITH(",\"lines\":\"\",\"mulaid_debits\":\"\""));
    assert_int_equal(test.event.settlement.line_count, 0);
    case_close(&test);
}

/* A NUL would end the id in every reader that is written in C, and so hide its tail. */
static void test_nul_inside_text(void **state)
{
    static const unsigned char id[] = {'P', 0, 'Q'};
    struct event_case test;
    (void)state;
    case_open(&test);
    case_bad(&test, SETTLEMENT_WITH(",\"invono\":\"P\\u0000Q\""), "bad_value", "settlement.invono");
    /* an envelope by hand: msgid = "P\0Q" */
    xz_buf_u8(&test.text, 1 << 3 | 2);
    xz_buf_u8(&test.text, sizeof(id));
    xz_buf_bytes(&test.text, id, sizeof(id));
    bad_bytes(&test, test.text.data, test.text.len, XZ_FORMAT_PROTOBUF, "bad_value");
    case_close(&test);
}

/* ---- protobuf ---- */

static void pack(struct event_case *test, const Xiezhi__Event *message)
{
    xz_buf_clear(&test->text);
    xz_buf_reserve(&test->text, xiezhi__event__get_packed_size(message) + 1);
    test->text.len = xiezhi__event__pack(message, test->text.data);
}

struct message {
    Xiezhi__Event event;
    Xiezhi__Settlement settlement;
};

static void message_min(struct message *message)
{
    xiezhi__event__init(&message->event);
    xiezhi__settlement__init(&message->settlement);
    message->event.msgid = (char *)"M1";
    message->event.has_inf_time = 1;
    message->event.inf_time = INT64_C(1772327702000);
    message->event.body_case = XIEZHI__EVENT__BODY_SETTLEMENT;
    message->event.settlement = &message->settlement;
    message->settlement.psn_no = (char *)"P1";
    message->settlement.setl_id = (char *)"S1";
    message->settlement.med_type = (char *)"41";
    message->settlement.has_medfee_sumamt = 1;
    message->settlement.medfee_sumamt = 100;
}

static void bad_message(struct event_case *test, const struct message *message, const char *reason,
                        const char *path)
{
    pack(test, &message->event);
    bad_bytes(test, test->text.data, test->text.len, XZ_FORMAT_PROTOBUF, reason);
    assert_string_equal(test->err.path, path);
}

static void test_protobuf_values_that_are_none(void **state)
{
    static const int64_t money[] = {INT64_MAX, INT64_MIN, INT64_MIN + 1, INT64_C(1000000000001),
                                    INT64_C(-1000000000001)};
    static const int64_t times[] = {INT64_MAX, INT64_MIN, -INT64_C(99999999999999),
                                    INT64_C(99999999999999)};
    struct event_case test;
    struct message message;
    (void)state;
    case_open(&test);
    message_min(&message);
    pack(&test, &message.event);
    assert_int_equal(decode_exact(&test, test.text.data, test.text.len, XZ_FORMAT_AUTO), XZ_OK);
    for (size_t i = 0; i < sizeof(money) / sizeof(money[0]); i++) {
        message_min(&message);
        message.settlement.has_acct_pay = 1;
        message.settlement.acct_pay = money[i];
        bad_message(&test, &message, "bad_money", "settlement.acct_pay");
    }
    for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
        message_min(&message);
        message.settlement.has_setl_time = 1;
        message.settlement.setl_time = times[i];
        bad_message(&test, &message, "bad_time", "settlement.setl_time");
    }
    message_min(&message);
    message.settlement.brdy = (char *)"2026-02-30";
    bad_message(&test, &message, "bad_date", "settlement.brdy");
    message_min(&message);
    message.settlement.invono = (char *)"a\xff";
    bad_message(&test, &message, "bad_utf8", "settlement.invono");
    message_min(&message);
    message.event.msgid = NULL;
    bad_message(&test, &message, "missing_field", "msgid");
    message_min(&message);
    message.settlement.has_medfee_sumamt = 0;
    bad_message(&test, &message, "missing_field", "settlement.medfee_sumamt");
    message_min(&message);
    message.event.body_case = XIEZHI__EVENT__BODY__NOT_SET;
    bad_message(&test, &message, "no_body", "");
    case_close(&test);
}

static void test_protobuf_lists_past_their_limit(void **state)
{
    Xiezhi__Line line = XIEZHI__LINE__INIT;
    Xiezhi__MulaidDebit debit = XIEZHI__MULAID_DEBIT__INIT;
    Xiezhi__Line *lines[XZ_LINES_MAX + 1];
    Xiezhi__MulaidDebit *debits[XZ_DEBITS_MAX + 1];
    char *codes[XZ_CODES_MAX + 1];
    struct event_case test;
    struct message message;
    (void)state;
    case_open(&test);
    for (size_t i = 0; i <= XZ_LINES_MAX; i++) {
        lines[i] = &line;
    }
    for (size_t i = 0; i <= XZ_DEBITS_MAX; i++) {
        debits[i] = &debit;
    }
    for (size_t i = 0; i <= XZ_CODES_MAX; i++) {
        codes[i] = (char *)"8";
    }
    debit.giver_psn_no = (char *)"A";
    debit.has_amount = 1;
    message_min(&message);
    message.settlement.lines = lines;
    message.settlement.n_lines = XZ_LINES_MAX + 1;
    bad_message(&test, &message, "too_many", "settlement.lines");
    message.settlement.n_lines = XZ_LINES_MAX;
    pack(&test, &message.event);
    assert_int_equal(decode_exact(&test, test.text.data, test.text.len, XZ_FORMAT_AUTO), XZ_OK);
    message.settlement.n_lines = 0;
    message.settlement.mulaid_debits = debits;
    message.settlement.n_mulaid_debits = XZ_DEBITS_MAX + 1;
    bad_message(&test, &message, "too_many", "settlement.mulaid_debits");
    message.settlement.n_mulaid_debits = 0;
    message.settlement.n_lines = 1;
    line.drug_trac_codg = codes;
    line.n_drug_trac_codg = XZ_CODES_MAX + 1;
    bad_message(&test, &message, "too_many", "settlement.lines[0].drug_trac_codg");
    line.n_drug_trac_codg = XZ_CODES_MAX;
    pack(&test, &message.event);
    assert_int_equal(decode_exact(&test, test.text.data, test.text.len, XZ_FORMAT_AUTO), XZ_OK);
    case_close(&test);
}

static void test_protobuf_with_two_bodies(void **state)
{
    struct event_case test;
    struct message message;
    size_t len;
    (void)state;
    case_open(&test);
    message_min(&message);
    pack(&test, &message.event);
    len = test.text.len;
    /* reversal (21) appended: a plain reader would take it and forget the settlement */
    xz_buf_bytes(&test.text, "\xaa\x01\x08\x0a\x02P1\x12\x02S1", 11);
    bad_bytes(&test, test.text.data, test.text.len, XZ_FORMAT_PROTOBUF, "several_bodies");
    test.text.len = len; /* the settlement twice: a plain reader would merge them */
    xz_buf_bytes(&test.text, "\xa2\x01\x04\x0a\x02P9", 7);
    bad_bytes(&test, test.text.data, test.text.len, XZ_FORMAT_PROTOBUF, "several_bodies");
    case_close(&test);
}

static void test_protobuf_field_that_stands_twice(void **state)
{
    struct event_case test;
    struct message message;
    (void)state;
    case_open(&test);
    message_min(&message);
    pack(&test, &message.event);
    xz_buf_bytes(&test.text, "\x0a\x02M2", 4);
    bad_bytes(&test, test.text.data, test.text.len, XZ_FORMAT_PROTOBUF, "malformed");
    assert_string_equal(test.err.path, "msgid");
    case_close(&test);
}

static void test_protobuf_words_that_are_on_no_list(void **state)
{
    Xiezhi__Event event = XIEZHI__EVENT__INIT;
    Xiezhi__PersonStatus status = XIEZHI__PERSON_STATUS__INIT;
    struct event_case test;
    (void)state;
    case_open(&test);
    event.msgid = (char *)"M";
    event.has_inf_time = 1;
    event.inf_time = INT64_C(1772327702000);
    event.body_case = XIEZHI__EVENT__BODY_PERSON_STATUS;
    event.person_status = &status;
    status.psn_no = (char *)"P";
    status.status = (char *)"dead";
    pack(&test, &event);
    bad_bytes(&test, test.text.data, test.text.len, XZ_FORMAT_PROTOBUF, "bad_value");
    assert_string_equal(test.err.path, "person_status.status");
    status.status = (char *)"death";
    pack(&test, &event);
    assert_int_equal(decode_exact(&test, test.text.data, test.text.len, XZ_FORMAT_AUTO), XZ_OK);
    assert_int_equal(test.event.person_status.status, XZ_STATUS_DEATH);
    case_close(&test);
}

static void test_protobuf_unknown_fields_are_counted(void **state)
{
    struct event_case test;
    struct message message;
    uint64_t hash;
    (void)state;
    case_open(&test);
    message_min(&message);
    pack(&test, &message.event);
    assert_int_equal(case_bytes(&test, test.text.data, test.text.len, XZ_FORMAT_AUTO), XZ_OK);
    hash = test.event.content_hash;
    assert_int_equal(test.event.unknown_fields, 0);
    xz_buf_bytes(&test.text, "\x98\x06\x01\xa2\x06\x03xyz", 9); /* 99 varint, 100 bytes */
    assert_int_equal(case_bytes(&test, test.text.data, test.text.len, XZ_FORMAT_AUTO), XZ_OK);
    assert_int_equal(test.event.unknown_fields, 2);
    assert_true(test.event.content_hash == hash);
    case_close(&test);
}

static void test_protobuf_of_the_wrong_kind(void **state)
{
    static const struct {
        const char *bytes;
        size_t len;
    } cases[] = {
        {"\x08\x01", 2},                                          /* msgid as a varint */
        {"\x1a\x01x", 3},                                         /* inf_time as text */
        {"\x00\x01", 2},                                          /* field 0 */
        {"\x0a\xff\xff\xff\xff\x0f", 6},                          /* a length past the end */
        {"\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 11},     /* of 64 bits */
        {"\x18\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 12}, /* a varint of 11 bytes */
        {"\x0b", 1},                                              /* a group */
        {"\x0f", 1},                                              /* wire type 7 */
        {"hello, world", 12},
    };
    struct event_case test;
    (void)state;
    case_open(&test);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        if (decode_exact(&test, cases[i].bytes, cases[i].len, XZ_FORMAT_PROTOBUF) != XZ_REJECT ||
            strcmp(test.err.reason, "malformed") != 0) {
            fail_msg("case %zu: %s", i, test.rc == XZ_OK ? "accepted" : test.err.reason);
        }
    }
    case_close(&test);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_oversized),
        cmocka_unit_test(test_a_full_arena_is_a_reject),
        cmocka_unit_test(test_json_cut_at_every_byte),
        cmocka_unit_test(test_protobuf_cut_at_every_byte),
        cmocka_unit_test(test_every_byte_changed_is_survived),
        cmocka_unit_test(test_what_is_not_json),
        cmocka_unit_test(test_deeply_nested),
        cmocka_unit_test(test_not_utf8_in_json),
        cmocka_unit_test(test_a_name_that_stands_twice),
        cmocka_unit_test(test_shapes_where_they_do_not_belong),
        cmocka_unit_test(test_nul_inside_text),
        cmocka_unit_test(test_protobuf_values_that_are_none),
        cmocka_unit_test(test_protobuf_lists_past_their_limit),
        cmocka_unit_test(test_protobuf_with_two_bodies),
        cmocka_unit_test(test_protobuf_field_that_stands_twice),
        cmocka_unit_test(test_protobuf_words_that_are_on_no_list),
        cmocka_unit_test(test_protobuf_unknown_fields_are_counted),
        cmocka_unit_test(test_protobuf_of_the_wrong_kind),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
