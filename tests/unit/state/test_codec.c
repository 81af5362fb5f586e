/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>

#include "base/mem.h"
#include "sample.h"
#include "state/codec.h"
#include "state/entity_int.h"

#define PERSON XZ_STR("2101000000012345")

/* ---- entities of all sorts ---- */

static void odd_background(struct xz_rng *rng, struct xz_entity *entity)
{
    struct xz_background *before = &entity->before;
    char space[512];

    before->base_ms = sample_odd_number(rng, XZ_TIME_NONE);
    before->death_ms = sample_odd_number(rng, XZ_TIME_NONE);
    before->closed_ms = sample_odd_number(rng, XZ_TIME_NONE);
    before->suspended_ms = sample_odd_number(rng, XZ_TIME_NONE);
    before->suspended_until_ms = sample_odd_number(rng, XZ_TIME_NONE);
    before->paused_ms = sample_odd_number(rng, XZ_TIME_NONE);
    before->terminated_ms = sample_odd_number(rng, XZ_TIME_NONE);
    before->admitted_ms = sample_odd_number(rng, XZ_TIME_NONE);
    before->first_ms = sample_odd_number(rng, XZ_TIME_NONE);
    before->last_ms = sample_odd_number(rng, XZ_TIME_NONE);
    before->balance_fen = sample_odd_number(rng, XZ_FEN_NONE);
    before->deductible_fen = sample_odd_number(rng, 0);
    before->deductible_year = (int32_t)xz_rng_u64(rng);
    before->sales = (uint32_t)xz_rng_u64(rng);
    before->evicted = (uint32_t)xz_rng_u64(rng);
    xz_entity_set_admitted_at(entity, sample_odd_text(rng, space, 64));
}

static void odd_detector(struct xz_rng *rng, struct xz_detector *detector)
{
    const uint32_t bits = (uint32_t)xz_rng_u64(rng);

    if (xz_rng_below(rng, 3) == 0) {
        return;
    }
    memcpy(&detector->block_log_e, &bits, sizeof(bits));
    detector->log_m = xz_rng_below(rng, 2) ? detector->log_m : (float)xz_rng_normal(rng);
    detector->block = (int32_t)xz_rng_u64(rng);
    detector->steps = (uint32_t)xz_rng_u64(rng);
}

static void odd_lists(struct xz_rng *rng, struct xz_entity *entity)
{
    static const char *const ids[] = {"T02.0", "T02.1", "R9",   "",
                                      "A00.0", "Z99.9", "T2.0", "ABCDEFG"};
    char spaces[3][512];

    for (uint32_t i = xz_rng_below(rng, 9); i > 0; i--) {
        const uint32_t index = xz_entity_pattern_index(entity, ids[i - 1]);

        odd_detector(rng, &entity->patterns[index].base);
        entity->patterns[index].tip = entity->patterns[index].base;
        odd_detector(rng, &entity->patterns[index].tip);
    }
    for (uint32_t i = xz_rng_below(rng, 3); i > 0; i--) {
        struct xz_episode *episode = xz_entity_episode_add(entity);

        (void)snprintf(episode->alert_id, sizeof(episode->alert_id), "01J%023u",
                       xz_rng_below(rng, 1000000));
        (void)snprintf(episode->pattern, sizeof(episode->pattern), "T%02u", xz_rng_below(rng, 99));
        episode->status = (uint8_t)(1 + xz_rng_below(rng, 3));
        episode->opened_late = xz_rng_below(rng, 2) == 1;
        episode->rev = (uint32_t)xz_rng_u64(rng);
        episode->count = (uint32_t)xz_rng_u64(rng);
        episode->first_key = xz_rng_u64(rng);
        episode->first_ms = sample_odd_number(rng, 0);
        episode->last_ms = sample_odd_number(rng, 0);
        episode->digest = xz_rng_u64(rng);
    }
    for (uint32_t i = xz_rng_below(rng, 3); i > 0; i--) {
        const struct xz_pending_undo undo = {
            sample_odd_text(rng, spaces[0], 64), sample_odd_text(rng, spaces[1], 64),
            sample_odd_text(rng, spaces[2], 64), xz_rng_u64(rng), sample_odd_number(rng, 0)};

        xz_entity_pending_add(entity, &undo);
    }
    for (uint32_t i = xz_rng_below(rng, 70); i > 0; i--) {
        xz_entity_alias_add(entity, sample_odd_text(rng, spaces[0], 64));
    }
    for (uint32_t i = xz_rng_below(rng, 5); i > 0; i--) {
        struct xz_pane *pane = xz_entity_pane(entity, (int32_t)xz_rng_u64(rng));

        pane->count = (uint32_t)xz_rng_u64(rng);
        pane->amount_fen = sample_odd_number(rng, 0);
        pane->by_hour[xz_rng_below(rng, 24)] = (uint32_t)xz_rng_u64(rng);
        pane->top_amount_fen = sample_odd_number(rng, 0);
    }
}

static void same_lists(const struct xz_entity *left, const struct xz_entity *right)
{
    assert_int_equal(left->pattern_count, right->pattern_count);
    for (uint32_t i = 0; i < left->pattern_count; i++) {
        assert_memory_equal(&left->patterns[i], &right->patterns[i], sizeof(left->patterns[i]));
    }
    assert_int_equal(left->pane_count, right->pane_count);
    for (uint32_t i = 0; i < left->pane_count; i++) {
        assert_memory_equal(&left->panes[i], &right->panes[i], sizeof(left->panes[i]));
    }
    assert_int_equal(left->episode_count, right->episode_count);
    for (uint32_t i = 0; i < left->episode_count; i++) {
        assert_memory_equal(&left->episodes[i], &right->episodes[i], sizeof(left->episodes[i]));
    }
    assert_int_equal(left->pending_count, right->pending_count);
    for (uint32_t i = 0; i < left->pending_count; i++) {
        assert_true(xz_str_eq(left->pending[i].setl_id, right->pending[i].setl_id));
        assert_true(xz_str_eq(left->pending[i].institution, right->pending[i].institution));
        assert_true(xz_str_eq(left->pending[i].msgid, right->pending[i].msgid));
        assert_true(left->pending[i].key == right->pending[i].key);
        assert_true(left->pending[i].at_ms == right->pending[i].at_ms);
    }
    assert_int_equal(left->alias_count, right->alias_count);
    for (uint32_t i = 0; i < left->alias_count; i++) {
        assert_true(xz_str_eq(left->aliases[i], right->aliases[i]));
    }
}

static void same_entity(const struct xz_entity *left, const struct xz_entity *right)
{
    struct xz_background one = left->before, two = right->before;

    assert_true(xz_str_eq(one.admitted_at, two.admitted_at));
    /* the padding too, which an assignment may leave as it was */
    memset(&one.admitted_at, 0, sizeof(one.admitted_at));
    memset(&two.admitted_at, 0, sizeof(two.admitted_at));
    assert_memory_equal(&one, &two, sizeof(one));
    same_lists(left, right);
    assert_int_equal(left->count, right->count);
    for (uint32_t i = 0; i < left->count; i++) {
        assert_null(sample_difference(left->records[i], right->records[i]));
    }
    assert_int_equal(right->bytes, xz_entity_recount(right));
    assert_int_equal(right->dirty_part_count, 0);
}

static void save(struct xz_store *store, struct xz_entity *entity)
{
    struct xz_batch *batch = xz_batch_new();

    xz_entity_save(entity, batch);
    assert_int_equal(xz_store_write(store, batch, NULL), XZ_OK);
    xz_entity_clean(entity);
    xz_batch_free(batch);
}

static struct xz_entity *load(struct xz_store *store, enum xz_entity_kind kind, struct xz_str id)
{
    struct xz_entity *entity = NULL;
    struct xz_err err = {0};

    if (xz_entity_load(store, kind, id, &entity, &err) != XZ_OK) {
        fail_msg("%s", err.msg);
    }
    return entity;
}

static void test_odd_entities_come_back(void **state)
{
    struct xz_rng rng;

    (void)state;
    xz_rng_init(&rng, 5, 5);
    for (int turn = 0; turn < 400; turn++) {
        struct xz_store *store = xz_store_memory();
        const enum xz_entity_kind kind = 1 + xz_rng_below(&rng, XZ_ENTITY_COUNT - 1);
        char id[512];
        struct xz_entity *entity = xz_entity_new(kind, sample_odd_text(&rng, id, 64)), *read;

        odd_background(&rng, entity);
        odd_lists(&rng, entity);
        for (uint32_t i = xz_rng_below(&rng, 30); i > 0; i--) {
            (void)xz_entity_insert(entity, sample_odd(&rng));
        }
        save(store, entity);
        read = load(store, kind, entity->id);
        assert_non_null(read);
        same_entity(entity, read);
        xz_entity_free(read);
        xz_entity_free(entity);
        xz_store_close(store);
    }
}

/* ---- keys ---- */

static void test_keys_are_apart_whatever_the_ids(void **state)
{
    const struct xz_str ids[] = {XZ_STR("A"),
                                 XZ_STR("A\0"),
                                 XZ_STR("A\0xxxxxxx"),
                                 XZ_STR_NONE,
                                 XZ_STR("A\0\200\0\0\0\0\0\0\10"),
                                 XZ_STR("\377"),
                                 XZ_STR("A\0\377")};
    const uint32_t count = sizeof(ids) / sizeof(ids[0]);
    struct xz_store *store = xz_store_memory();

    (void)state;
    for (uint32_t i = 0; i < count; i++) {
        struct xz_entity *entity = xz_entity_new(XZ_ENTITY_INSTITUTION, ids[i]);
        struct xz_rng rng;

        xz_rng_init(&rng, i, 6);
        entity->before.sales = i + 1;
        for (uint32_t j = 0; j <= i; j++) {
            struct xz_record *record = sample_odd(&rng);

            record->at_ms = (int64_t)j * XZ_HOUR_MS - 10 * XZ_HOUR_MS; /* around part 0 */
            (void)xz_entity_insert(entity, record);
        }
        save(store, entity);
        xz_entity_free(entity);
    }
    for (uint32_t i = 0; i < count; i++) {
        struct xz_entity *entity = load(store, XZ_ENTITY_INSTITUTION, ids[i]);
        struct xz_buf key = {0}, id = {0};
        enum xz_entity_kind kind;

        assert_non_null(entity);
        assert_int_equal(entity->before.sales, i + 1);
        assert_int_equal(entity->count, i + 1);
        xz_entity_free(entity);
        xz_entity_key(XZ_ENTITY_INSTITUTION, ids[i], &key);
        assert_true(xz_entity_key_parse(xz_buf_view(&key), &kind, &id));
        assert_int_equal(kind, XZ_ENTITY_INSTITUTION);
        assert_true(xz_str_eq(xz_buf_view(&id), ids[i]));
        xz_buf_u64(&key, 0x0102030405060708u);
        assert_false(xz_entity_key_parse(xz_buf_view(&key), &kind, NULL));
        xz_buf_fini(&key);
        xz_buf_fini(&id);
    }
    assert_null(load(store, XZ_ENTITY_INSTITUTION, XZ_STR("B")));
    assert_null(load(store, XZ_ENTITY_PERSON, XZ_STR("A")));
    xz_store_close(store);
}

/* ---- parts ---- */

static void count_puts(void *arg, struct xz_str key, struct xz_str value, bool deleted)
{
    uint32_t *counts = arg;

    (void)key;
    (void)value;
    counts[deleted]++;
}

static void test_only_changed_parts_are_written(void **state)
{
    const struct xz_str id = XZ_STR("P21010200017");
    struct xz_store *store = xz_store_memory();
    struct xz_entity *entity = xz_entity_new(XZ_ENTITY_INSTITUTION, id), *read;
    struct xz_batch *batch = xz_batch_new();
    uint32_t counts[2] = {0, 0};
    struct xz_rng rng;
    int64_t balance_fen = 1000000;

    (void)state;
    xz_rng_init(&rng, 8, 8);
    for (int i = 0; i < 100; i++) { /* four an hour */
        (void)xz_entity_insert(entity, sample_settlement(&rng, PERSON, 1, 50,
                                                         SAMPLE_START_MS + i * 15 * XZ_MINUTE_MS,
                                                         &balance_fen));
    }
    save(store, entity);
    assert_true(xz_store_keys(store) >= 26);
    xz_entity_touch(entity, 50);
    for (int i = 0; i < 4; i++) {
        xz_entity_remove_first(entity);
    }
    xz_entity_save(entity, batch);
    xz_batch_each(batch, count_puts, counts);
    assert_in_range(counts[0], 2, 3); /* the head, the part of 50, perhaps the rest of the first */
    assert_in_range(counts[1], 0, 2);
    assert_int_equal(counts[0] + counts[1], 4);
    assert_int_equal(xz_store_write(store, batch, NULL), XZ_OK);
    xz_entity_clean(entity);
    read = load(store, XZ_ENTITY_INSTITUTION, id);
    same_entity(entity, read);
    xz_entity_free(read);
    xz_entity_free(entity);
    xz_batch_free(batch);
    xz_store_close(store);
}

/* ---- size ---- */

struct sizes {
    size_t key, value;
};

static void add_sizes(void *arg, struct xz_str key, struct xz_str value, bool deleted)
{
    struct sizes *sizes = arg;

    (void)deleted;
    sizes->key += key.len;
    sizes->value += value.len;
}

static struct sizes size_of(struct xz_entity *entity)
{
    struct xz_batch *batch = xz_batch_new();
    struct sizes sizes = {0, 0};

    xz_entity_save(entity, batch);
    xz_batch_each(batch, add_sizes, &sizes);
    xz_batch_free(batch);
    return sizes;
}

static struct xz_entity *typical_person(uint64_t seed, uint32_t records, uint32_t places,
                                        uint32_t code_share, uint32_t gap_s)
{
    struct xz_entity *entity = xz_entity_new(XZ_ENTITY_PERSON, PERSON);
    int64_t balance_fen = 100000 + records * 20000, at_ms = SAMPLE_START_MS;
    struct xz_rng rng;

    xz_rng_init(&rng, seed, 9);
    for (uint32_t i = 0; i < records; i++) {
        (void)xz_entity_insert(
            entity, sample_settlement(&rng, PERSON, places, code_share, at_ms, &balance_fen));
        at_ms += (int64_t)(1 + xz_rng_below(&rng, 2 * gap_s)) * 1000;
    }
    entity->before.first_ms = SAMPLE_START_MS;
    for (int i = 0; i < 10; i++) { /* ten detectors that have seen something */
        char id[8] = "T00.0";
        uint32_t at;

        id[2] = (char)('0' + i);
        at = xz_entity_pattern_index(entity, id);
        entity->patterns[at].tip = (struct xz_detector){-1.5f, 0.25f, 24314, 2};
    }
    return entity;
}

/* design.md section 3: at most 400 bytes for a person with the national mean of settlements (two
 * within the horizon), at most 20 KB for one with 512. Before compression; every second settlement
 * sells boxes with codes, 1 to 3 of them. */
static void test_sizes_are_within_the_target(void **state)
{
    struct xz_entity *two = typical_person(1, 2, 2, 50, 3000000);
    struct xz_entity *many = typical_person(2, 512, 8, 50, 15000);
    struct xz_entity *codes = typical_person(2, 512, 8, 100, 15000);
    size_t sum = 0;

    (void)state;
    for (uint64_t seed = 0; seed < 200; seed++) {
        struct xz_entity *entity = typical_person(seed, 2, 2, 50, 3000000);
        const struct sizes sizes = size_of(entity);

        sum += sizes.key + sizes.value;
        assert_in_range(sizes.key + sizes.value, 100, 480);
        xz_entity_free(entity);
    }
    print_message("two records: %zu bytes, mean of 200 such people: %zu\n",
                  size_of(two).key + size_of(two).value, sum / 200);
    print_message("512 records: %zu bytes; with codes on every one: %zu\n", size_of(many).value,
                  size_of(codes).value);
    print_message("in memory: %zu and %zu bytes\n", two->bytes, many->bytes);
    assert_true(sum / 200 <= 400);
    assert_true(size_of(two).key + size_of(two).value <= 400);
    assert_true(size_of(many).value <= 20 * 1024);
    xz_entity_free(two);
    xz_entity_free(many);
    xz_entity_free(codes);
}

/* ---- damage ---- */

struct stored {
    struct xz_buf key, value;
};

static bool take_stored(void *arg, struct xz_str key, struct xz_str value)
{
    struct stored *stored = arg;

    xz_buf_bytes(&stored->key, key.ptr, key.len);
    xz_buf_bytes(&stored->value, value.ptr, value.len);
    return false;
}

static void overwrite(struct xz_store *store, const struct stored *stored)
{
    struct xz_batch *batch = xz_batch_new();

    xz_batch_put(batch, xz_buf_view(&stored->key), xz_buf_view(&stored->value));
    assert_int_equal(xz_store_write(store, batch, NULL), XZ_OK);
    xz_batch_free(batch);
}

static void test_damage_and_other_versions_are_fatal(void **state)
{
    struct xz_store *store = xz_store_memory();
    struct xz_entity *entity = typical_person(3, 5, 2, 50, 30000), *read = NULL;
    struct stored stored = {0};
    struct xz_err err = {0};
    size_t whole;

    (void)state;
    save(store, entity);
    assert_int_equal(xz_store_scan(store, XZ_STR("e"), take_stored, &stored, NULL), XZ_OK);
    stored.value.data[0] = XZ_STATE_VERSION + 1;
    overwrite(store, &stored);
    assert_int_equal(xz_entity_load(store, XZ_ENTITY_PERSON, PERSON, &read, &err), XZ_FATAL);
    assert_non_null(strstr(err.msg, "version 2"));
    assert_null(read);

    stored.value.data[0] = XZ_STATE_VERSION;
    whole = stored.value.len;
    for (stored.value.len = 0; stored.value.len < whole; stored.value.len++) {
        overwrite(store, &stored);
        assert_int_equal(xz_entity_load(store, XZ_ENTITY_PERSON, PERSON, &read, &err), XZ_FATAL);
    }
    xz_buf_u8(&stored.value, 0);
    overwrite(store, &stored);
    assert_int_equal(xz_entity_load(store, XZ_ENTITY_PERSON, PERSON, &read, &err), XZ_FATAL);
    stored.value.len = whole;
    overwrite(store, &stored);
    read = load(store, XZ_ENTITY_PERSON, PERSON);
    same_entity(entity, read);
    xz_entity_free(read);
    xz_entity_free(entity);
    xz_buf_fini(&stored.key);
    xz_buf_fini(&stored.value);
    xz_store_close(store);
}

static void test_records_out_of_their_part_are_fatal(void **state)
{
    struct xz_store *store = xz_store_memory();
    struct xz_entity *entity = xz_entity_new(XZ_ENTITY_INSTITUTION, XZ_STR("H1")), *read = NULL;
    struct xz_batch *batch = xz_batch_new();
    struct stored stored = {0};
    struct xz_buf prefix = {0};
    struct xz_err err = {0};
    struct xz_rng rng;
    int64_t balance_fen = 0;

    (void)state;
    xz_rng_init(&rng, 1, 1);
    (void)xz_entity_insert(entity,
                           sample_settlement(&rng, PERSON, 1, 0, SAMPLE_START_MS, &balance_fen));
    save(store, entity);
    xz_entity_key(XZ_ENTITY_INSTITUTION, XZ_STR("H1"), &prefix);
    xz_buf_u8(&prefix, 0x80);
    assert_int_equal(xz_store_scan(store, xz_buf_view(&prefix), take_stored, &stored, NULL), XZ_OK);
    xz_batch_delete(batch, xz_buf_view(&stored.key));
    assert_int_equal(xz_store_write(store, batch, NULL), XZ_OK);
    read = load(store, XZ_ENTITY_INSTITUTION, XZ_STR("H1"));
    assert_int_equal(read->count, 0);
    xz_entity_free(read);
    read = NULL;
    stored.key.data[stored.key.len - 1]++; /* times are relative to the part: they move with it */
    overwrite(store, &stored);
    read = load(store, XZ_ENTITY_INSTITUTION, XZ_STR("H1"));
    assert_true(read->records[0]->at_ms == SAMPLE_START_MS / 1000 * 1000 + XZ_HOUR_MS);
    xz_entity_free(read);
    read = NULL;
    memset(stored.key.data + stored.key.len - 8, 0x01, 8); /* an hour that no clock shows */
    overwrite(store, &stored);
    assert_int_equal(xz_entity_load(store, XZ_ENTITY_INSTITUTION, XZ_STR("H1"), &read, &err),
                     XZ_FATAL);
    xz_entity_free(entity);
    xz_batch_free(batch);
    xz_buf_fini(&prefix);
    xz_buf_fini(&stored.key);
    xz_buf_fini(&stored.value);
    xz_store_close(store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_odd_entities_come_back),
        cmocka_unit_test(test_keys_are_apart_whatever_the_ids),
        cmocka_unit_test(test_only_changed_parts_are_written),
        cmocka_unit_test(test_sizes_are_within_the_target),
        cmocka_unit_test(test_damage_and_other_versions_are_fatal),
        cmocka_unit_test(test_records_out_of_their_part_are_fatal),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
