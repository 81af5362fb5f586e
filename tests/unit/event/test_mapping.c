/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Somebody else's table through a mapping. */
#include <stdlib.h>

#include "event/csv.h"
#include "event/mapping.h"
#include "event_case.h"

#define LEAST                                                                                      \
    "body: settlement\nfields:\n  msgid: {column: ID, prefix: T}\n  setl_id: {column: ID}\n"       \
    "  inf_time: {column: AT}\n  psn_no: {column: WHO}\n  med_type: {const: \"41\"}\n"

struct table {
    struct event_case test;
    struct xz_mapping *mapping;
    struct xz_str label;
};

static void table_open(struct table *table, const char *yaml, const char *header)
{
    case_open(&table->test);
    table->mapping = NULL;
    if (xz_mapping_parse("map.yaml", xz_str_from(yaml), &table->mapping, &table->test.err) !=
            XZ_OK ||
        xz_mapping_header(table->mapping, xz_str_from(header), &table->test.err) != XZ_OK) {
        fail_msg("%s %s", table->test.err.path, table->test.err.msg);
    }
}

static void table_close(struct table *table)
{
    xz_mapping_free(table->mapping);
    case_close(&table->test);
}

static enum xz_rc table_row(struct table *table, const char *row)
{
    memset(&table->test.err, 0, sizeof(table->test.err));
    return xz_mapping_event(table->mapping, xz_str_from(row), &xz_decode_limits_default,
                            &table->test.arena, &table->test.event, &table->label,
                            &table->test.err);
}

static const struct xz_event *row_good(struct table *table, const char *row)
{
    if (table_row(table, row) != XZ_OK) {
        fail_msg("%s [%s] %s: %s", table->test.err.reason, table->test.err.path,
                 table->test.err.msg, row);
    }
    return &table->test.event;
}

static void row_bad(struct table *table, const char *row, const char *reason, const char *path)
{
    if (table_row(table, row) != XZ_REJECT) {
        fail_msg("accepted: %s", row);
    }
    assert_string_equal(table->test.err.reason, reason);
    assert_string_equal(table->test.err.path, path);
}

static void test_card_transactions(void **state)
{
    static const char yaml[] = "body: settlement\n"
                               "fields:\n"
                               "  msgid: {column: TRANSACTION_ID, prefix: \"T\"}\n"
                               "  setl_id: {column: TRANSACTION_ID}\n"
                               "  inf_time: {column: TX_DATETIME, format: \"%Y-%m-%d %H:%M:%S\"}\n"
                               "  psn_no: {column: CUSTOMER_ID, prefix: C}\n"
                               "  fixmedins_code: {column: TERMINAL_ID}\n"
                               "  med_type: {const: \"41\"}\n"
                               "  medfee_sumamt: {column: TX_AMOUNT, unit: yuan}\n"
                               "label: {column: TX_FRAUD, positive: \"1\"}\n";
    struct table table;
    const struct xz_event *event;
    (void)state;
    table_open(&table, yaml,
               "\xef\xbb\xbfTRANSACTION_ID,TX_DATETIME,CUSTOMER_ID,TERMINAL_ID,"
               "TX_AMOUNT,TX_FRAUD");
    event = row_good(&table, "0,2018-04-01 00:00:31,596,3156,57.16,0");
    assert_text(event->msgid, "T0");
    assert_text(event->settlement.setl_id, "0");
    assert_text(event->settlement.psn_no, "C596");
    assert_text(event->fixmedins_code, "3156");
    assert_text(event->settlement.med_type, "41");
    assert_int_equal(event->settlement.medfee_sumamt_fen, 5716);
    assert_true(event->at_ms == xz_day_start_ms(xz_day_of_date(2018, 4, 1)) + 31000);
    assert_text(table.label, "0");
    assert_false(xz_mapping_label_positive(table.mapping, table.label));
    (void)row_good(&table, "1,2018-04-01 00:00:31,596,3156,\"57.16\",1");
    assert_true(xz_mapping_label_positive(table.mapping, table.label));
    row_bad(&table, "2,2018-02-30 00:00:31,596,3156,57.16,0", "bad_time", "inf_time");
    row_bad(&table, "2,01/04/2018,596,3156,57.16,0", "bad_time", "inf_time");
    row_bad(&table, "2,2018-04-01 00:00:31,596,3156,NaN,0", "bad_money",
            "settlement.medfee_sumamt");
    row_bad(&table, "2,2018-04-01 00:00:31,,3156,57.16,0", "missing_field", "settlement.psn_no");
    row_bad(&table, "2,2018-04-01 00:00:31,596,3156,57.16", "malformed", "");
    row_bad(&table, "2,2018-04-01 00:00:31,596,3156,57.16,0,9", "malformed", "");
    row_bad(&table, "2,\"2018-04-01 00:00:31,596,3156,57.16,0", "malformed", "");
    row_bad(&table, "2,2018-04-01 00:00:31,5\xff,3156,57.16,0", "bad_utf8", "");
    table_close(&table);
}

static void test_claims_with_nulls_translations_and_lines(void **state)
{
    static const char yaml[] =
        "body: settlement\n"
        "separator: \";\"\n"
        "nulls: [NA, \"\\\\N\"]\n"
        "fields:\n"
        "  msgid: {columns: [Provider, ClaimID], join: \"/\"}\n"
        "  setl_id: {column: ClaimID}\n"
        "  inf_time: {column: Start, format: \"%m/%d/%Y\", zone: \"-05:00\"}\n"
        "  psn_no: {column: BeneID}\n"
        "  med_type: {column: Kind, values: {IN: \"21\", OUT: \"11\"}, default: \"21\"}\n"
        "  gend: {column: Sex, values: {1: \"2\", 2: \"1\"}}\n"
        "  medfee_sumamt: {column: Paid, unit: cent}\n"
        "  act_pay_dedc: {column: Deductible, scale: 7.125}\n"
        "  begndate: {column: Start, format: \"%m/%d/%Y\"}\n"
        "  agnter_certno: {column: Agent}\n"
        "  envelope.channel: {const: load}\n"
        "lines:\n"
        "  - {med_list_codg: {column: P1}, cnt: {const: \"1\"}, drug_trac_codg: {column: T1}}\n"
        "  - {med_list_codg: {column: P2}, cnt: {const: \"2\"}}\n";
    struct table table;
    const struct xz_event *event;
    (void)state;
    table_open(&table, yaml,
               "BeneID;ClaimID;Provider;Start;Kind;Sex;Paid;Deductible;P1;T1;P2;Agent");
    event = row_good(&table, "B1;C1;\"P;1\";3/1/2009;OUT;1;12345;10.00;4443;8;NA;A7");
    assert_text(event->msgid, "P;1/C1");
    assert_true(event->at_ms == xz_day_of_date(2009, 3, 1) * XZ_DAY_MS + 5 * XZ_HOUR_MS);
    assert_int_equal(event->settlement.begndate, xz_day_of_date(2009, 3, 1));
    assert_text(event->settlement.med_type, "11");
    assert_text(event->settlement.gend, "2");
    assert_int_equal(event->settlement.medfee_sumamt_fen, 12345);
    assert_int_equal(event->settlement.act_pay_dedc_fen, 7125);
    assert_int_equal(event->channel, XZ_CHANNEL_LOAD);
    assert_int_equal(event->settlement.line_count, 1);
    assert_text(event->settlement.lines[0].med_list_codg, "4443");
    assert_int_equal(event->settlement.lines[0].cnt_e4, 10000);
    assert_int_equal(event->settlement.lines[0].drug_trac_count, 1);
    assert_true(event->settlement.agnter_present);
    assert_int_equal(table.label.len, 0);
    event = row_good(&table, "B1;C1;P1;3/1/2009;NA;\\N;12345;0.001;NA;;77;NA");
    assert_text(event->settlement.med_type, "21");
    assert_int_equal(event->settlement.gend.len, 0);
    assert_int_equal(event->settlement.act_pay_dedc_fen, 1); /* 0.7125 of a fen, rounded */
    assert_int_equal(event->settlement.line_count, 1);
    assert_text(event->settlement.lines[0].med_list_codg, "77");
    assert_int_equal(event->settlement.lines[0].cnt_e4, 20000);
    assert_false(event->settlement.agnter_present);
    row_bad(&table, "B1;C1;NA;3/1/2009;IN;1;12345;1;NA;;NA;NA", "missing_field", "msgid");
    row_bad(&table, "B1;C1;P1;2/29/2009;IN;1;12345;1;NA;;NA;NA", "bad_time", "inf_time");
    row_bad(&table, "B1;C1;P1;3/1/2009;IN;1;12345.5;1;NA;;NA;NA", "bad_money",
            "settlement.medfee_sumamt");
    row_bad(&table, "B1;C1;P1;3/1/2009;IN;1;1;999999999999999;NA;;NA;NA", "bad_money",
            "settlement.act_pay_dedc");
    table_close(&table);
}

static void test_epochs_as_times(void **state)
{
    struct table table;
    (void)state;
    table_open(&table,
               "body: credential\nfields:\n  msgid: {column: ID}\n"
               "  inf_time: {column: AT, unit: s}\n  psn_no: {column: WHO}\n"
               "  action: {const: face_fail}\n  channel: {const: app}\n",
               "ID,AT,WHO");
    (void)row_good(&table, "1,1772327702,P");
    assert_true(table.test.event.at_ms == INT64_C(1772327702000));
    assert_text(table.test.event.credential.channel, "app");
    (void)row_good(&table, "1,1772327702.250,P");
    assert_true(table.test.event.at_ms == INT64_C(1772327702250));
    row_bad(&table, "1,1e18,P", "bad_value", "inf_time");
    table_close(&table);
}

static void test_what_a_program_printed_of_a_double(void **state)
{
    struct table table;
    (void)state;
    table_open(&table, LEAST "  medfee_sumamt: {column: AMOUNT, scale: 1}\n", "ID,AT,WHO,AMOUNT");
    assert_int_equal(
        row_good(&table, "1,2018-04-01,P,85.64999999999999")->settlement.medfee_sumamt_fen, 8565);
    assert_int_equal(
        row_good(&table, "1,2018-04-01,P,85.64499999999999")->settlement.medfee_sumamt_fen, 8564);
    assert_int_equal(row_good(&table, "1,2018-04-01,P,0.005")->settlement.medfee_sumamt_fen, 1);
    assert_int_equal(row_good(&table, "1,2018-04-01,P,1.5e1")->settlement.medfee_sumamt_fen, 1500);
    row_bad(&table, "1,2018-04-01,P,85.6499999x", "bad_money", "settlement.medfee_sumamt");
    row_bad(&table, "1,2018-04-01,P,1.2.3333333333", "bad_money", "settlement.medfee_sumamt");
    row_bad(&table, "1,2018-04-01,P,-85.64999999999999", "bad_money", "settlement.medfee_sumamt");
    table_close(&table);
}

static void bad_yaml(const char *yaml, const char *path, const char *says)
{
    struct xz_mapping *mapping = NULL;
    struct xz_err err = {0};

    xz_fields_init();
    if (xz_mapping_parse("map.yaml", xz_str_from(yaml), &mapping, &err) != XZ_CONFIG) {
        fail_msg("accepted: %s", yaml);
    }
    assert_null(mapping);
    if (strcmp(err.path, path) != 0 || strstr(err.msg, says) == NULL) {
        fail_msg("%s: %s (wanted %s: %s)", err.path, err.msg, path, says);
    }
}

static void test_mistakes_are_named_with_their_line(void **state)
{
    (void)state;
    bad_yaml("body: settlement\n", "map.yaml:1", "fields");
    bad_yaml("body: setlement\nfields: {}\n", "map.yaml:1", "settlement");
    bad_yaml("body: settlement\nfeilds: {}\n", "map.yaml:2", "fields");
    bad_yaml(LEAST, "map.yaml:3", "medfee_sumamt is required");
    bad_yaml(LEAST "  medfee_sumamt: {colum: A}\n", "map.yaml:8", "column");
    bad_yaml(LEAST "  medfee_sumamt: {column: A, const: \"1\"}\n", "map.yaml:8", "one of");
    bad_yaml(LEAST "  medfee_sumamt: {unit: fen}\n", "map.yaml:8", "one of");
    bad_yaml(LEAST "  medfe_sumamt: {column: A}\n", "map.yaml:8", "medfee_sumamt");
    bad_yaml(LEAST "  medfee_sumamt: {column: A, unit: ms}\n", "map.yaml:8", "time");
    bad_yaml(LEAST "  medfee_sumamt: {column: A, scale: x}\n", "map.yaml:8", "scale");
    bad_yaml(LEAST "  medfee_sumamt: {column: A, scale: 0}\n", "map.yaml:8", "scale");
    bad_yaml(LEAST "  medfee_sumamt: {const: \"1.234\"}\n", "map.yaml:8", "decimals");
    bad_yaml(LEAST "  medfee_sumamt: {column: A, format: \"%Y-%m-%d\"}\n", "map.yaml:8", "format");
    bad_yaml(LEAST "  medfee_sumamt: {column: A}\n  brdy: {column: B, format: \"%D\"}\n",
             "map.yaml:9", "%Y");
    bad_yaml(LEAST "  medfee_sumamt: {column: A}\n  brdy: {column: B, format: \"%Y%\"}\n",
             "map.yaml:9", "%Y");
    bad_yaml(LEAST "  medfee_sumamt: {column: A}\n  setl_time: {column: B, zone: east}\n",
             "map.yaml:9", "zone");
    bad_yaml(LEAST "  medfee_sumamt: {column: A}\n  medfeeSumamt: {column: B}\n", "map.yaml:9",
             "twice");
    bad_yaml(LEAST "  medfee_sumamt: {column: A}\n  lines: {column: B}\n", "map.yaml:9", "list");
    bad_yaml(LEAST "  medfee_sumamt: {column: A}\nlines: [{psn_no: {column: B}}]\n", "map.yaml:9",
             "no field");
    bad_yaml(LEAST "  medfee_sumamt: {column: A}\nlabel: {column: B}\n", "map.yaml:9", "positive");
    bad_yaml(LEAST "  medfee_sumamt: {column: A}\nseparator: \"::\"\n", "map.yaml:9", "separator");
    bad_yaml("body: credential\nfields: {}\n", "map.yaml:2", "fields");
}

static void test_columns_that_the_table_lacks(void **state)
{
    struct table table;
    (void)state;
    table_open(&table, LEAST "  medfee_sumamt: {column: AMOUNT}\n", "ID,AT,WHO,AMOUNT");
    assert_int_equal(xz_mapping_header(table.mapping, XZ_STR("ID,AT,WHO,AMOUT"), &table.test.err),
                     XZ_CONFIG);
    assert_string_equal(table.test.err.path, "map.yaml:8");
    assert_non_null(strstr(table.test.err.msg, "AMOUT"));
    assert_int_equal(
        xz_mapping_header(table.mapping, XZ_STR("ID,AT,WHO,AMOUNT,AMOUNT"), &table.test.err),
        XZ_CONFIG);
    assert_int_equal(xz_mapping_header(table.mapping, XZ_STR("\"ID"), &table.test.err), XZ_CONFIG);
    table_close(&table);
}

static void test_csv_rows(void **state)
{
    struct xz_str text = XZ_STR("\xef\xbb\xbf"
                                "a,\"b\"\"c\n,\",\r\n\n,\"\"");
    struct xz_str line;
    struct xz_csv_row row;
    struct xz_arena arena;
    struct xz_err err = {0};
    (void)state;
    xz_arena_init(&arena, 4096);
    assert_true(xz_csv_next(&text, &line));
    assert_int_equal(xz_csv_split(line, ',', &arena, &row, &err), XZ_OK);
    assert_int_equal(row.count, 3);
    assert_text(row.cells[0], "a");
    assert_text(row.cells[1], "b\"c\n,");
    assert_text(row.cells[2], "");
    assert_true(xz_csv_next(&text, &line));
    assert_int_equal(line.len, 0);
    assert_true(xz_csv_next(&text, &line));
    assert_int_equal(xz_csv_split(line, ',', &arena, &row, &err), XZ_OK);
    assert_int_equal(row.count, 2);
    assert_text(row.cells[1], "");
    assert_false(xz_csv_next(&text, &line));
    assert_int_equal(xz_csv_split(XZ_STR("\"a"), ',', &arena, &row, &err), XZ_REJECT);
    assert_int_equal(xz_csv_split(XZ_STR("\"a\"b,c"), ',', &arena, &row, &err), XZ_REJECT);
    char many[XZ_CSV_CELLS_MAX + 1];
    memset(many, ',', sizeof(many));
    assert_int_equal(
        xz_csv_split((struct xz_str){many, XZ_CSV_CELLS_MAX - 1}, ',', &arena, &row, &err), XZ_OK);
    assert_int_equal(xz_csv_split((struct xz_str){many, XZ_CSV_CELLS_MAX}, ',', &arena, &row, &err),
                     XZ_REJECT);
    xz_arena_fini(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_card_transactions),
        cmocka_unit_test(test_claims_with_nulls_translations_and_lines),
        cmocka_unit_test(test_epochs_as_times),
        cmocka_unit_test(test_what_a_program_printed_of_a_double),
        cmocka_unit_test(test_mistakes_are_named_with_their_line),
        cmocka_unit_test(test_columns_that_the_table_lacks),
        cmocka_unit_test(test_csv_rows),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
