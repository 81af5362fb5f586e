/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>

#include "base/mem.h"
#include "sample.h"

static void test_draft_says_nothing(void **state)
{
    struct xz_record_draft draft;
    struct xz_record *record;

    (void)state;
    xz_record_draft_init(&draft);
    record = xz_record_build(&draft);
    assert_true(record->amount_fen == XZ_FEN_NONE && record->balance_fen == XZ_FEN_NONE);
    assert_true(record->ref_ms == XZ_TIME_NONE);
    assert_int_equal(record->begin_day, XZ_DAY_NONE);
    assert_int_equal(record->age_years, -1);
    assert_int_equal(record->size, sizeof(*record));
    for (int i = 0; i < XZ_TEXT_COUNT; i++) {
        assert_int_equal(xz_record_text(record, i).len, 0);
        assert_null(xz_record_text(record, i).ptr);
    }
    xz_record_free(record);
}

static void test_build_copies_and_open_gives_back(void **state)
{
    struct xz_rng rng;
    struct xz_record_draft draft;

    (void)state;
    xz_rng_init(&rng, 1, 1);
    for (int i = 0; i < 100; i++) {
        struct xz_record *first = sample_odd(&rng), *second;

        xz_record_open(first, &draft);
        second = xz_record_build(&draft);
        xz_record_open(second, &draft);
        assert_null(sample_difference(first, second));
        xz_record_free(first);
        xz_record_free(second);
    }
}

static void test_order_is_time_then_key(void **state)
{
    struct xz_record early = {.at_ms = 1, .key = 9}, late = {.at_ms = 2, .key = 1};
    struct xz_record tie = {.at_ms = 1, .key = UINT64_MAX};

    (void)state;
    assert_int_equal(xz_record_order(&early, &late), -1);
    assert_int_equal(xz_record_order(&late, &early), 1);
    assert_int_equal(xz_record_order(&early, &tie), -1);
    assert_int_equal(xz_record_order(&early, &early), 0);
}

static void test_codes_come_back_with_their_split(void **state)
{
    const struct xz_str first[] = {XZ_STR("81234567890123456789"), XZ_STR_NONE, XZ_STR("x")};
    const struct xz_str second[] = {XZ_STR("81234567890123456790")};
    const struct xz_line lines[] = {
        {.drug_trac_codg = first, .drug_trac_count = 3, .trdn_flag = -1},
        {.trdn_flag = 1},
        {.drug_trac_codg = second, .drug_trac_count = 1, .trdn_flag = 1},
    };
    struct xz_event event;
    struct xz_buf list = {0};
    struct xz_reader reader;
    struct xz_str code = XZ_STR_NONE;
    bool split = true;

    (void)state;
    memset(&event, 0, sizeof(event));
    event.body = XZ_BODY_SETTLEMENT;
    event.settlement.lines = lines;
    event.settlement.line_count = 3;
    xz_codes_pack(&event, &list);
    reader = xz_reader_of(list.data, list.len);
    assert_true(xz_codes_next(&reader, &code, &split));
    assert_true(xz_str_eq(code, first[0]) && !split);
    assert_true(xz_codes_next(&reader, &code, &split));
    assert_true(xz_str_eq(code, first[2]) && !split);
    assert_true(xz_codes_next(&reader, &code, &split));
    assert_true(xz_str_eq(code, second[0]) && split);
    assert_false(xz_codes_next(&reader, &code, &split));
    assert_false(reader.bad);

    reader = xz_reader_of(list.data, list.len - 1); /* cut short: the last is not given */
    assert_true(xz_codes_next(&reader, &code, &split));
    assert_true(xz_codes_next(&reader, &code, &split));
    assert_false(xz_codes_next(&reader, &code, &split));
    xz_buf_fini(&list);
}

static void test_debits_come_back(void **state)
{
    const struct xz_debit debits[] = {
        {XZ_STR("2101000000012345"), 1, 8640, 0},
        {XZ_STR("2101000000012346"), XZ_NUM_NONE, XZ_FEN_NONE, XZ_FEN_NONE},
    };
    const struct xz_settlement settlement = {.mulaid_debits = debits, .debit_count = 2};
    struct xz_buf list = {0};
    struct xz_reader reader;
    struct xz_debit debit;

    (void)state;
    xz_debits_pack(&settlement, &list);
    reader = xz_reader_of(list.data, list.len);
    for (int i = 0; i < 2; i++) {
        assert_true(xz_debits_next(&reader, &debit));
        assert_true(xz_str_eq(debit.giver_psn_no, debits[i].giver_psn_no));
        assert_true(debit.order_no == debits[i].order_no);
        assert_true(debit.amount_fen == debits[i].amount_fen);
        assert_true(debit.balc_fen == debits[i].balc_fen);
    }
    assert_false(xz_debits_next(&reader, &debit));
    xz_buf_fini(&list);
}

/* Whatever stands before it, a record comes back as it was, and the reader stops behind it. */
static void round_trip(struct xz_record **records, uint32_t count,
                       const struct xz_record_context *base)
{
    struct xz_record_context context = *base;
    struct xz_record **read = xz_calloc(count, sizeof(*read));
    struct xz_buf bytes = {0};
    struct xz_reader reader;

    for (uint32_t i = 0; i < count; i++) {
        context.earlier = records;
        context.earlier_count = i;
        xz_record_encode(records[i], &context, &bytes);
    }
    reader = xz_reader_of(bytes.data, bytes.len);
    for (uint32_t i = 0; i < count; i++) {
        struct xz_err err = {0};
        const char *field;

        context.earlier = read;
        context.earlier_count = i;
        if (xz_record_decode(&reader, &context, &read[i], &err) != XZ_OK) {
            fail_msg("record %u: %s", i, err.msg);
        }
        field = sample_difference(records[i], read[i]);
        if (field != NULL) {
            fail_msg("record %u: %s differs", i, field);
        }
    }
    assert_int_equal(xz_reader_left(&reader), 0);
    for (uint32_t i = 0; i < count; i++) {
        xz_record_free(read[i]);
    }
    free(read);
    xz_buf_fini(&bytes);
}

static void test_odd_records_come_back(void **state)
{
    struct xz_rng rng;
    struct xz_record *records[40];

    (void)state;
    xz_rng_init(&rng, 20260301, 2);
    for (int turn = 0; turn < 300; turn++) {
        struct xz_record_context context = {.base_ms = sample_odd_number(&rng, 0)};
        char person[512], institution[512];

        context.person = sample_odd_text(&rng, person, 64);
        context.institution = sample_odd_text(&rng, institution, 64);
        for (int i = 0; i < 40; i++) {
            records[i] = sample_odd(&rng);
        }
        round_trip(records, 40, &context);
        for (int i = 0; i < 40; i++) {
            xz_record_free(records[i]);
        }
    }
}

static void test_typical_records_come_back(void **state)
{
    struct xz_rng rng;
    struct xz_record *records[512];
    int64_t balance_fen = 10000000, at_ms = SAMPLE_START_MS;
    const struct xz_record_context context = {.base_ms = SAMPLE_START_MS,
                                              .person = XZ_STR("2101000000012345")};

    (void)state;
    xz_rng_init(&rng, 7, 3);
    for (int i = 0; i < 512; i++) {
        at_ms += xz_rng_below(&rng, 30000) * INT64_C(1000);
        records[i] = sample_settlement(&rng, context.person, 8, 60, at_ms, &balance_fen);
    }
    round_trip(records, 512, &context);
    for (int i = 0; i < 512; i++) {
        xz_record_free(records[i]);
    }
}

/* The most text that a record may hold comes back; one byte more is refused when it is read. */
static void test_text_is_bounded(void **state)
{
    const struct xz_record_context context = {.base_ms = SAMPLE_START_MS};
    struct xz_record_draft draft;
    char *space = xz_malloc(XZ_RECORD_TEXT_MAX);

    (void)state;
    memset(space, 'x', XZ_RECORD_TEXT_MAX);
    for (uint32_t over = 0; over < 2; over++) {
        struct xz_record *record, *read = NULL;
        struct xz_buf bytes = {0};
        struct xz_reader reader;
        enum xz_rc rc;

        xz_record_draft_init(&draft);
        draft.head.kind = XZ_RECORD_SETTLEMENT;
        draft.text[XZ_TEXT_DISEASE] = (struct xz_str){space, XZ_RECORD_TEXT_MAX - 1};
        draft.text[XZ_TEXT_INVONO] = (struct xz_str){space, 1 + over};
        record = xz_record_build(&draft);
        xz_record_encode(record, &context, &bytes);
        reader = xz_reader_of(bytes.data, bytes.len);
        rc = xz_record_decode(&reader, &context, &read, NULL);
        assert_int_equal(rc, over ? XZ_FATAL : XZ_OK);
        assert_true(over ? read == NULL : sample_difference(record, read) == NULL);
        xz_record_free(read);
        xz_record_free(record);
        xz_buf_fini(&bytes);
    }
    free(space);
}

/* A kind that nobody writes would be shifted by later on. */
static void test_unknown_kind_is_fatal(void **state)
{
    static const uint8_t kinds[] = {0, XZ_RECORD_DEBIT + 1, 59};
    const struct xz_record_context context = {.base_ms = SAMPLE_START_MS};

    (void)state;
    for (size_t i = 0; i < sizeof(kinds); i++) {
        struct xz_record_draft draft;
        struct xz_record *record, *read = NULL;
        struct xz_buf bytes = {0};
        struct xz_reader reader;

        xz_record_draft_init(&draft);
        draft.head.kind = kinds[i];
        record = xz_record_build(&draft);
        xz_record_encode(record, &context, &bytes);
        reader = xz_reader_of(bytes.data, bytes.len);
        assert_int_equal(xz_record_decode(&reader, &context, &read, NULL), XZ_FATAL);
        assert_null(read);
        xz_record_free(record);
        xz_buf_fini(&bytes);
    }
}

/* Bytes that were changed or cut give a record or XZ_FATAL, within what they are given. */
static void test_damage_is_fatal_or_a_record(void **state)
{
    const struct xz_record_context context = {.base_ms = SAMPLE_START_MS};
    struct xz_rng rng;
    uint32_t refused = 0;

    (void)state;
    xz_rng_init(&rng, 4, 4);
    for (int turn = 0; turn < 20000; turn++) {
        struct xz_record *record = sample_odd(&rng), *read = NULL;
        struct xz_buf bytes = {0};
        struct xz_reader reader;
        struct xz_err err = {0};
        unsigned char *exact;

        xz_record_encode(record, &context, &bytes);
        bytes.len = xz_rng_below(&rng, 2) ? bytes.len : xz_rng_below(&rng, (uint32_t)bytes.len);
        for (uint32_t i = 0; bytes.len > 0 && i < xz_rng_below(&rng, 4); i++) {
            bytes.data[xz_rng_below(&rng, (uint32_t)bytes.len)] = (unsigned char)xz_rng_u64(&rng);
        }
        exact = xz_malloc(bytes.len + 1); /* so that the sanitizer sees a read past the end */
        if (bytes.len > 0) {
            memcpy(exact, bytes.data, bytes.len);
        }
        reader = xz_reader_of(exact, bytes.len);
        if (xz_record_decode(&reader, &context, &read, &err) != XZ_OK) {
            assert_int_equal(err.rc, XZ_FATAL);
            assert_null(read);
            refused++;
        }
        xz_record_free(read);
        xz_record_free(record);
        xz_buf_fini(&bytes);
        free(exact);
    }
    assert_true(refused > 5000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_draft_says_nothing),
        cmocka_unit_test(test_build_copies_and_open_gives_back),
        cmocka_unit_test(test_order_is_time_then_key),
        cmocka_unit_test(test_codes_come_back_with_their_split),
        cmocka_unit_test(test_debits_come_back),
        cmocka_unit_test(test_odd_records_come_back),
        cmocka_unit_test(test_typical_records_come_back),
        cmocka_unit_test(test_text_is_bounded),
        cmocka_unit_test(test_unknown_kind_is_fatal),
        cmocka_unit_test(test_damage_is_fatal_or_a_record),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
