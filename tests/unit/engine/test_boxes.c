/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The sales of a box: what repeats, what nets, what is a piece, and what outlives the history. */
#include "engine_case.h"

#include "engine/boxes.h"

enum { SALE, SCAN, RETURN };

struct box {
    struct xz_entity *entity;
    struct xz_boxes boxes;
};

static void box_open(struct box *box)
{
    memset(box, 0, sizeof(*box));
    box->entity = xz_entity_new(XZ_ENTITY_TRACE, XZ_STR("C1"));
}

static void box_close(struct box *box)
{
    xz_boxes_fini(&box->boxes);
    xz_entity_free(box->entity);
}

/* setl: "" names none. */
static void put(struct box *box, int64_t at_ms, int what, const char *setl, uint16_t flags,
                const char *place)
{
    struct xz_record_draft draft;

    xz_record_draft_init(&draft);
    draft.head.kind = XZ_RECORD_SCAN;
    draft.head.detail = what == RETURN ? XZ_SCAN_RETURN : XZ_SCAN_SALE;
    draft.head.at_ms = at_ms;
    draft.head.key = (uint64_t)box->entity->count + 1;
    draft.head.flags = flags;
    draft.text[XZ_TEXT_MED_TYPE] = what == SALE ? XZ_STR("41") : XZ_STR_NONE;
    draft.text[XZ_TEXT_SETL_ID] = *setl ? xz_str_from(setl) : XZ_STR_NONE;
    draft.text[XZ_TEXT_PLACE_ADMDVS] = xz_str_from(place);
    (void)xz_entity_insert(box->entity, xz_record_build(&draft));
}

static uint32_t sold(struct box *box)
{
    xz_boxes_make(&box->boxes, box->entity);
    return box->boxes.total;
}

static void test_two_settlements_are_two_sales(void **state)
{
    struct box box;

    (void)state;
    box_open(&box);
    assert_int_equal(sold(&box), 0);
    put(&box, 1, SALE, "S1", 0, "210102");
    put(&box, 2, SALE, "S2", 0, "110101");
    put(&box, 3, SALE, "S3", 0, "2");
    assert_int_equal(sold(&box), 3);
    assert_int_equal(box.boxes.nth[0], 1);
    assert_int_equal(box.boxes.nth[2], 3);
    assert_int_equal(box.boxes.previous[0], UINT32_MAX);
    assert_int_equal(box.boxes.previous[2], 1);
    assert_int_equal(box.boxes.provinces[0], 1);
    assert_int_equal(box.boxes.provinces[2], 2); /* of the third nothing is known */
    box_close(&box);
}

static void test_scans_repeat_their_settlement(void **state)
{
    struct box box;

    (void)state;
    box_open(&box);
    put(&box, 1, SCAN, "S1", 0, "210102");
    put(&box, 2, SCAN, "S1", 0, "210102");
    assert_int_equal(sold(&box), 1); /* the first of them, as long as that is all there is */
    assert_int_equal(box.boxes.nth[0], 1);
    put(&box, 3, SALE, "S1", 0, "210102");
    assert_int_equal(sold(&box), 1);
    assert_int_equal(box.boxes.nth[2], 1);
    put(&box, 4, SCAN, "", 0, "210102"); /* names none: a sale of its own */
    assert_int_equal(sold(&box), 2);
    box_close(&box);
}

static void test_scans_of_what_was_undone_or_split(void **state)
{
    struct box box;

    (void)state;
    box_open(&box);
    put(&box, 1, SCAN, "S1", 0, "210102");
    put(&box, 2, SALE, "S1", XZ_RECORD_UNDONE, "210102");
    put(&box, 3, SCAN, "S2", 0, "210102");
    put(&box, 4, SALE, "S2", XZ_RECORD_SPLIT, "210102");
    assert_int_equal(sold(&box), 0);
    put(&box, 5, SCAN, "", 0, "210102"); /* of an open box: another piece */
    put(&box, 6, SCAN, "", 0, "210102");
    assert_int_equal(sold(&box), 0);
    put(&box, 7, SALE, "S3", 0, "210102"); /* a settlement says itself that it is whole */
    put(&box, 8, SALE, "S4", 0, "210102");
    assert_int_equal(sold(&box), 2);
    box_close(&box);
}

static void test_a_return_nets_what_it_names(void **state)
{
    struct box box;

    (void)state;
    box_open(&box);
    put(&box, 1, SALE, "S1", 0, "210102");
    put(&box, 2, SALE, "S2", 0, "210102");
    put(&box, 3, RETURN, "S1", 0, "210102");
    put(&box, 4, RETURN, "S1", 0, "210102"); /* twice is once */
    assert_int_equal(sold(&box), 1);
    assert_int_equal(box.boxes.nth[0], 0);
    assert_int_equal(box.boxes.nth[1], 1);
    put(&box, 5, RETURN, "S2", XZ_RECORD_UNDONE, "210102"); /* was none */
    put(&box, 6, RETURN, "S9", 0, "210102");                /* of what nobody knows */
    assert_int_equal(sold(&box), 1);
    assert_int_equal(box.boxes.claimed, 1);
    box_close(&box);
}

static void test_a_return_that_names_nothing(void **state)
{
    struct box box;

    (void)state;
    box_open(&box);
    put(&box, 1, RETURN, "", 0, "210102"); /* of nothing */
    put(&box, 2, SALE, "S1", 0, "210102");
    put(&box, 3, SALE, "S2", 0, "210102");
    put(&box, 4, RETURN, "", 0, "210102"); /* of the newest */
    assert_int_equal(sold(&box), 1);
    assert_int_equal(box.boxes.nth[0] + box.boxes.nth[2], 0);
    put(&box, 5, RETURN, "", 0, "210102");
    put(&box, 6, SALE, "S3", 0, "210102");
    assert_int_equal(sold(&box), 1);
    assert_int_equal(box.boxes.nth[5], 1);
    box_close(&box);
}

/* However much of a history leaves, what is left tells the same number. */
static void test_leaving_changes_no_count(void **state)
{
    (void)state;
    for (uint32_t cut = 0; cut <= 9; cut++) {
        struct box box;

        box_open(&box);
        put(&box, 1, SALE, "S1", 0, "210102");
        put(&box, 2, SALE, "S2", 0, "210102");
        put(&box, 3, SALE, "S3", XZ_RECORD_UNDONE, "210102");
        put(&box, 4, SCAN, "S4", 0, "210102");
        put(&box, 5, SALE, "S4", 0, "210102");
        put(&box, 6, RETURN, "", 0, "210102");
        put(&box, 7, RETURN, "S1", 0, "210102");
        put(&box, 8, SCAN, "S2", 0, "210102");
        put(&box, 9, SALE, "S5", 0, "210102");
        assert_int_equal(sold(&box), 2); /* S2 and S5 */
        xz_boxes_leave(box.entity, cut);
        assert_int_equal(box.entity->count, 9 - cut);
        assert_int_equal(sold(&box), 2);
        put(&box, 10, SALE, "S6", 0, "210102");
        assert_int_equal(sold(&box), 3);
        assert_int_equal(box.boxes.nth[box.entity->count - 1], 3);
        put(&box, 11, RETURN, "", 0, "210102");
        put(&box, 12, RETURN, "", 0, "210102");
        put(&box, 13, RETURN, "", 0, "210102");
        assert_int_equal(sold(&box), 0);
        box_close(&box);
    }
}

/* ---- the same through the gate ---- */

static void test_sold_again_begins_with_the_sale_before(void **state)
{
    struct desk desk;

    (void)state;
    desk_open(&desk);
    sell(&desk, "M1", "2026-03-02 10:00:00", "P1", "C1");
    sell(&desk, "M2", "2026-03-02 11:00:00", "P2", "C2");
    assert_int_equal(desk.judged, 0);
    sell(&desk, "M3", "2026-03-05 10:00:00", "P2", "C1");
    assert_said(&desk, "T16", XZ_EPISODE_OPEN, "M1 M3");
    sell(&desk, "M4", "2026-03-06 10:00:00", "P3", "C1");
    assert_said(&desk, "T16", XZ_EPISODE_OPEN, "M1 M3 M4");
    reverse(&desk, "V1", "2026-03-06 10:05:00", "P2", "M3");
    assert_said(&desk, "T16", XZ_EPISODE_OPEN, "M1 M4");
    reverse(&desk, "V2", "2026-03-06 10:06:00", "P3", "M4");
    assert_int_equal(desk.said[0].status, XZ_EPISODE_WITHDRAWN);
    desk_close(&desk);
}

/* More than a history holds (512): one episode is one alert, with the whole number of its events.
 */
static void test_a_code_sold_seven_hundred_times_is_one_alert(void **state)
{
    struct desk desk;

    (void)state;
    desk_open(&desk);
    for (int i = 0; i < 700; i++) {
        char msgid[16], when[32], person[16];

        (void)snprintf(msgid, sizeof(msgid), "M%d", i);
        (void)snprintf(person, sizeof(person), "P%d", i);
        (void)snprintf(when, sizeof(when), "2026-03-%02d %02d:00:00", 1 + i / 24, i % 24);
        sell(&desk, msgid, when, person, "C1");
    }
    assert_int_equal(desk.count, 1);
    assert_int_equal(desk.said[0].event_count, 700);
    assert_int_equal(desk.judged, 699); /* the second sale opens it, each later one revises */
    desk_close(&desk);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_two_settlements_are_two_sales),
        cmocka_unit_test(test_scans_repeat_their_settlement),
        cmocka_unit_test(test_scans_of_what_was_undone_or_split),
        cmocka_unit_test(test_a_return_nets_what_it_names),
        cmocka_unit_test(test_a_return_that_names_nothing),
        cmocka_unit_test(test_leaving_changes_no_count),
        cmocka_unit_test(test_sold_again_begins_with_the_sale_before),
        cmocka_unit_test(test_a_code_sold_seven_hundred_times_is_one_alert),
    };

    return cmocka_run_group_tests(tests, load_pack, free_pack);
}
