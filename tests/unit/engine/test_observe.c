/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Observations as bytes: what comes back, and what nobody can have written. */
#include "base/hash.h"
#include "engine_case.h"

static enum xz_rc there_and_back(const struct xz_observation *sent, struct xz_observation *got,
                                 struct xz_err *err)
{
    struct xz_buf bytes = {0};
    struct xz_reader reader;
    struct xz_arena arena;
    struct xz_event event;
    enum xz_rc rc;

    xz_arena_init(&arena, (size_t)1 << 20);
    xz_observation_encode(sent, &bytes);
    reader = xz_reader_of(bytes.data, bytes.len);
    rc = xz_observation_decode(&reader, &arena, &event, got, err);
    got->id = XZ_STR_NONE; /* borrowed */
    xz_arena_fini(&arena);
    xz_buf_fini(&bytes);
    return rc;
}

static struct xz_observation undo_at(int64_t at_ms)
{
    return (struct xz_observation){.op = XZ_OBSERVATION_UNDO,
                                   .kind = XZ_ENTITY_TRACE,
                                   .id = XZ_STR("C1"),
                                   .source = {1, 2, 3},
                                   .key = 0x1122334455667788,
                                   .at_ms = at_ms};
}

static void test_an_undo_comes_back(void **state)
{
    const struct xz_observation sent = undo_at(1773000000000);
    struct xz_observation got;
    struct xz_err err = {0};

    (void)state;
    assert_int_equal(there_and_back(&sent, &got, &err), XZ_OK);
    assert_int_equal(got.op, XZ_OBSERVATION_UNDO);
    assert_int_equal(got.kind, XZ_ENTITY_TRACE);
    assert_int_equal(got.key, sent.key);
    assert_int_equal(got.at_ms, sent.at_ms);
    assert_int_equal(got.source.offset, 3);
}

static void test_a_time_outside_the_years(void **state)
{
    static const int64_t times[] = {INT64_MIN, -2209075200001, 7289654400000, INT64_MAX};
    struct xz_observation sent, got;

    (void)state;
    for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
        struct xz_err err = {0};

        sent = undo_at(times[i]);
        assert_int_equal(there_and_back(&sent, &got, &err), XZ_FATAL);
        assert_true(err.msg[0] != '\0');
    }
    for (int64_t year = 1900; year <= 2200; year += 300) { /* the first and the last day */
        struct xz_err err = {0};

        sent = undo_at(
            xz_day_start_ms(xz_day_of_date((int)year, year < 2000 ? 1 : 12, year < 2000 ? 1 : 31)));
        assert_int_equal(there_and_back(&sent, &got, &err), XZ_OK);
    }
}

static void test_a_record_outside_the_years_is_not_kept(void **state)
{
    struct xz_record_draft draft;
    struct xz_observation sent = undo_at(1773000000000), got;
    struct xz_err err = {0};

    (void)state;
    xz_record_draft_init(&draft);
    draft.head.kind = XZ_RECORD_SCAN;
    draft.head.at_ms = INT64_MAX / 2;
    draft.text[XZ_TEXT_MSGID] = XZ_STR("M1");
    draft.head.key = xz_hash_str(draft.text[XZ_TEXT_MSGID]);
    sent.op = XZ_OBSERVATION_ADD;
    sent.record = xz_record_build(&draft);
    assert_int_equal(there_and_back(&sent, &got, &err), XZ_FATAL);
    assert_null(got.record);
    xz_record_free(sent.record);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_an_undo_comes_back),
        cmocka_unit_test(test_a_time_outside_the_years),
        cmocka_unit_test(test_a_record_outside_the_years_is_not_kept),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
