/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>

#include "sample.h"
#include "state/codec.h"
#include "state/entity.h"
#include "state/entity_int.h"

static struct xz_record *record_at(int64_t at_ms, uint64_t key)
{
    struct xz_record_draft draft;

    xz_record_draft_init(&draft);
    draft.head.at_ms = at_ms;
    draft.head.key = key;
    draft.text[XZ_TEXT_MSGID] = XZ_STR("P21010200017202603010915020001");
    return xz_record_build(&draft);
}

static void test_new_knows_nothing(void **state)
{
    struct xz_entity *entity = xz_entity_new(XZ_ENTITY_PERSON, XZ_STR("2101000000012345"));

    (void)state;
    assert_true(xz_str_eq(entity->id, XZ_STR("2101000000012345")));
    assert_true(entity->hash == xz_entity_hash(XZ_ENTITY_PERSON, entity->id));
    assert_true(entity->hash != xz_entity_hash(XZ_ENTITY_GIVER, entity->id));
    assert_true(entity->before.base_ms == XZ_TIME_NONE && entity->before.death_ms == XZ_TIME_NONE);
    assert_true(entity->before.balance_fen == XZ_FEN_NONE);
    assert_int_equal(entity->count, 0);
    assert_int_equal(xz_entity_find(entity, 1), -1);
    assert_int_equal(xz_entity_lower(entity, 0), 0);
    assert_int_equal(entity->bytes, xz_entity_recount(entity));
    xz_entity_free(entity);
    xz_entity_free(NULL);
}

static void test_records_stand_in_order(void **state)
{
    struct xz_entity *entity = xz_entity_new(XZ_ENTITY_PERSON, XZ_STR("p"));

    (void)state;
    assert_int_equal(xz_entity_insert(entity, record_at(100, 1)), 0);
    assert_int_equal(xz_entity_insert(entity, record_at(300, 2)), 1);
    assert_int_equal(xz_entity_insert(entity, record_at(200, 3)), 1);
    assert_int_equal(xz_entity_insert(entity, record_at(200, 4)), 2);
    assert_int_equal(xz_entity_insert(entity, record_at(50, 5)), 0);
    assert_int_equal(xz_entity_find(entity, 4), 3);
    assert_int_equal(xz_entity_lower(entity, 200), 2);
    assert_int_equal(xz_entity_lower(entity, 201), 4);
    assert_int_equal(xz_entity_lower(entity, 301), 5);
    xz_entity_remove_first(entity);
    assert_int_equal(entity->records[0]->key, 1);
    assert_int_equal(xz_entity_find(entity, 5), -1);
    assert_int_equal(xz_entity_find(entity, 4), 2);
    xz_entity_free(entity);
}

static int64_t scan(const struct xz_entity *entity, uint64_t key)
{
    for (uint32_t i = entity->count; i-- > 0;) {
        if (entity->records[i]->key == key) {
            return i;
        }
    }
    return -1;
}

/* A history that grows, shrinks and grows again: order, index and weight against plain recounts.
 * Keys are few, so that runs in the index collide and keys come twice. */
static void test_long_histories_keep_order_index_and_weight(void **state)
{
    struct xz_rng rng;

    (void)state;
    xz_rng_init(&rng, 11, 1);
    for (int turn = 0; turn < 6; turn++) {
        struct xz_entity *entity = xz_entity_new(XZ_ENTITY_INSTITUTION, XZ_STR("P21010200017"));
        const uint64_t keys = turn % 2 == 0 ? 300 : UINT64_C(1) << 40;
        size_t total = entity->bytes;

        entity->total = &total;
        for (int step = 0; step < 3000; step++) {
            const bool grow =
                step % 1000 < 700 ? xz_rng_below(&rng, 10) < 8 : xz_rng_below(&rng, 10) < 2;

            if (grow || entity->count == 0) {
                const int64_t at_ms =
                    step * INT64_C(600000) - (int64_t)xz_rng_below(&rng, 9) * INT64_C(900000);
                struct xz_record *record = record_at(at_ms, xz_rng_u64(&rng) % keys * 64);
                const uint32_t at = xz_entity_insert(entity, record);

                assert_ptr_equal(entity->records[at], record);
            } else {
                xz_entity_remove_first(entity);
            }
            const uint64_t key = xz_rng_u64(&rng) % keys * 64;
            assert_int_equal(xz_entity_find(entity, key), scan(entity, key));
            if (entity->count > 0) {
                const uint64_t there = entity->records[xz_rng_below(&rng, entity->count)]->key;

                assert_int_equal(xz_entity_find(entity, there), scan(entity, there));
            }
            assert_int_equal(entity->bytes, xz_entity_recount(entity));
            assert_int_equal(total, entity->bytes);
        }
        for (uint32_t i = 1; i < entity->count; i++) {
            assert_true(xz_record_order(entity->records[i - 1], entity->records[i]) <= 0);
        }
        xz_entity_free(entity);
    }
}

static void test_parts_of_institutions_are_local_hours(void **state)
{
    struct xz_entity *entity = xz_entity_new(XZ_ENTITY_INSTITUTION, XZ_STR("h"));

    (void)state;
    assert_int_equal(xz_entity_part(XZ_ENTITY_PERSON, SAMPLE_START_MS), 0);
    assert_int_equal(xz_entity_part(XZ_ENTITY_INSTITUTION, -XZ_LOCAL_OFFSET_MS), 0);
    assert_int_equal(xz_entity_part(XZ_ENTITY_INSTITUTION, -XZ_LOCAL_OFFSET_MS - 1), -1);
    assert_int_equal(xz_entity_part(XZ_ENTITY_INSTITUTION, 0), 8);
    (void)xz_entity_insert(entity, record_at(3 * XZ_HOUR_MS, 1));
    (void)xz_entity_insert(entity, record_at(1 * XZ_HOUR_MS, 2));
    (void)xz_entity_insert(entity, record_at(3 * XZ_HOUR_MS + 1, 3));
    assert_int_equal(entity->dirty_part_count, 2);
    assert_int_equal(entity->dirty_parts[0], 9);
    assert_int_equal(entity->dirty_parts[1], 11);
    xz_entity_clean(entity);
    xz_entity_touch(entity, 2);
    assert_int_equal(entity->dirty_part_count, 1);
    assert_int_equal(entity->dirty_parts[0], 11);
    xz_entity_remove_first(entity);
    assert_int_equal(entity->dirty_part_count, 2);
    assert_int_equal(entity->bytes, xz_entity_recount(entity));
    xz_entity_free(entity);
}

static void test_detectors_have_one_slot_an_id(void **state)
{
    struct xz_entity *entity = xz_entity_new(XZ_ENTITY_PERSON, XZ_STR("p"));

    (void)state;
    assert_int_equal(xz_entity_pattern_index(entity, "T02.0"), 0);
    assert_int_equal(xz_entity_pattern_index(entity, "T02.1"), 1);
    assert_int_equal(xz_entity_pattern_index(entity, "T02"), 2);
    assert_int_equal(xz_entity_pattern_index(entity, "T02.0"), 0);
    assert_true(isinf(entity->patterns[1].base.log_m) && entity->patterns[1].base.log_m < 0);
    assert_int_equal(entity->patterns[1].tip.block, INT32_MIN);
    for (int i = 0; i < 40; i++) {
        char id[8] = "R00.0";

        id[1] = (char)('0' + i / 10);
        id[2] = (char)('0' + i % 10);
        assert_int_equal(xz_entity_pattern_index(entity, id), i + 3);
    }
    assert_int_equal(entity->bytes, xz_entity_recount(entity));
    xz_entity_free(entity);
}

static void test_aliases_are_bounded_and_the_oldest_go(void **state)
{
    struct xz_entity *entity = xz_entity_new(XZ_ENTITY_PERSON, XZ_STR("p"));
    char text[24];

    (void)state;
    for (int i = 0; i < 70; i++) {
        (void)snprintf(text, sizeof(text), "alias-%d", i);
        xz_entity_alias_add(entity, xz_str_from(text));
        assert_int_equal(entity->bytes, xz_entity_recount(entity));
    }
    assert_int_equal(entity->alias_count, 64);
    assert_false(xz_entity_alias_has(entity, XZ_STR("alias-5")));
    assert_true(xz_entity_alias_has(entity, XZ_STR("alias-6")));
    assert_true(xz_entity_alias_has(entity, XZ_STR("alias-69")));
    xz_entity_free(entity);
}

static void test_lists_keep_their_weight(void **state)
{
    struct xz_entity *entity = xz_entity_new(XZ_ENTITY_INSTITUTION, XZ_STR("h"));
    const struct xz_pending_undo undo = {XZ_STR("S1"), XZ_STR_NONE, XZ_STR("m-1"), 7, 100};
    const struct xz_pending_undo other = {XZ_STR("S2"), XZ_STR("P2"), XZ_STR_NONE, 8, 200};

    (void)state;
    xz_entity_pending_add(entity, &undo);
    xz_entity_pending_add(entity, &other);
    xz_entity_pending_remove(entity, 0);
    assert_int_equal(entity->pending_count, 1);
    assert_true(xz_str_eq(entity->pending[0].setl_id, XZ_STR("S2")));
    assert_int_equal(entity->bytes, xz_entity_recount(entity));

    xz_entity_episode_add(entity)->rev = 1;
    xz_entity_episode_add(entity)->rev = 2;
    xz_entity_episode_remove(entity, 0);
    assert_int_equal(entity->episode_count, 1);
    assert_int_equal(entity->episodes[0].rev, 2);
    assert_int_equal(xz_entity_episode_add(entity)->rev, 0);

    xz_entity_pane(entity, 20)->count = 20;
    xz_entity_pane(entity, 10)->count = 10;
    xz_entity_pane(entity, 15)->count = 15;
    assert_int_equal(entity->pane_count, 3);
    assert_int_equal(xz_entity_pane(entity, 10)->count, 10);
    assert_int_equal(entity->panes[1].day, 15);
    xz_entity_panes_forget(entity, 15);
    assert_int_equal(entity->pane_count, 2);
    assert_int_equal(entity->panes[0].count, 15);

    xz_entity_set_admitted_at(entity, XZ_STR("H1"));
    xz_entity_set_admitted_at(entity, entity->before.admitted_at);
    assert_true(xz_str_eq(entity->before.admitted_at, XZ_STR("H1")));
    xz_entity_set_admitted_at(entity, XZ_STR_NONE);
    xz_entity_scratch_weighs(entity, 100);
    assert_int_equal(entity->bytes, xz_entity_recount(entity));
    xz_entity_scratch_drop(entity);
    assert_int_equal(entity->bytes, xz_entity_recount(entity));
    xz_entity_free(entity);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_new_knows_nothing),
        cmocka_unit_test(test_records_stand_in_order),
        cmocka_unit_test(test_long_histories_keep_order_index_and_weight),
        cmocka_unit_test(test_parts_of_institutions_are_local_hours),
        cmocka_unit_test(test_detectors_have_one_slot_an_id),
        cmocka_unit_test(test_aliases_are_bounded_and_the_oldest_go),
        cmocka_unit_test(test_lists_keep_their_weight),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
