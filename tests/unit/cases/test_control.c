/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The control sample: who is drawn, how it is worked, and that it is counted apart. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "cases/control.h"
#include "people.h"

#define LI "210100190001011234"

static struct xz_control_draw of(const char *id)
{
    return (struct xz_control_draw){.subject_kind = XZ_STR("insured"),
                                    .subject = xz_str_from(id),
                                    .region = XZ_STR("210200"),
                                    .institution = XZ_STR("P7"),
                                    .institution_region = XZ_STR("210102"),
                                    .topic = XZ_STR("xiezhi.events"),
                                    .partition = 3,
                                    .offset = 918273,
                                    .at_ms = MONDAY_MS - XZ_HOUR_MS};
}

static bool draw(const struct xz_desk *desk, const char *id, int64_t now_ms)
{
    const struct xz_control_draw draw = of(id);
    struct xz_err err = {0};
    bool opened = false;

    if (xz_control_draw(desk, &draw, now_ms, &opened, &err) != XZ_OK) {
        fail_msg("%s", err.msg);
    }
    return opened;
}

static void test_only_who_was_quiet_is_drawn(void **state)
{
    struct xz_desk desk = desk_opened(*state);
    struct said said = saying("A", "T09", "institution", "P1");
    const int64_t quiet_ms = XZ_CONTROL_QUIET_DAYS * XZ_DAY_MS;
    struct xz_control_draw bad = of("x");
    struct xz_err err = {0};
    bool opened = true;

    said.involved = "{\"kind\":\"insured\",\"id\":\"" LI "\",\"role\":\"card\"}";
    (void)bring(&desk, &said, 1, MONDAY_MS);
    assert_false(draw(&desk, LI, MONDAY_MS));
    assert_true(draw(&desk, "210100190001010001", MONDAY_MS));
    assert_false(draw(&desk, "210100190001010001", MONDAY_MS + 1));  /* a case itself, by now */
    assert_false(draw(&desk, LI, MONDAY_MS + quiet_ms + XZ_DAY_MS)); /* the case is open */
    bad.region = XZ_STR("21x");
    assert_int_equal(xz_control_draw(&desk, &bad, MONDAY_MS, &opened, &err), XZ_REJECT);
    assert_false(opened);
    xz_desk_close(&desk);
}

static void test_a_subject_of_long_ago_is_drawn_again(void **state)
{
    struct xz_desk desk = desk_opened(*state);
    const struct xz_actor li = person(&desk, "li", INVESTIGATOR, "");
    const struct said said = saying("A", "T02", "insured", LI);

    (void)bring(&desk, &said, 1, MONDAY_MS);
    assert_string_equal(
        doing(&desk, &li, 1, saying_of(XZ_VERB_CLOSE, XZ_OUTCOME_FALSE_POSITIVE, 0), MONDAY_MS),
        "");
    assert_false(draw(&desk, LI, MONDAY_MS + XZ_CONTROL_QUIET_DAYS * XZ_DAY_MS));
    assert_true(draw(&desk, LI, MONDAY_MS + XZ_CONTROL_QUIET_DAYS * XZ_DAY_MS + 1));
    xz_desk_close(&desk);
}

static void test_a_month_has_its_quota(void **state)
{
    struct xz_desk desk = desk_opened(*state);
    char id[32];
    int opened = 0;

    for (int i = 0; i < XZ_CONTROL_PER_MONTH + 5; i++) {
        (void)snprintf(id, sizeof(id), "2101001900010%05d", i);
        opened += draw(&desk, id, MONDAY_MS);
    }
    assert_int_equal(opened, XZ_CONTROL_PER_MONTH);
    assert_int_equal(number(&desk, "SELECT COUNT(*) FROM identity"), XZ_CONTROL_PER_MONTH);
    assert_true(draw(&desk, LI, MONDAY_MS + 31 * XZ_DAY_MS));
    desk.control_per_month = 0;
    assert_false(draw(&desk, "210100190001019999", MONDAY_MS + 62 * XZ_DAY_MS));
    xz_desk_close(&desk);
}

static void test_it_is_worked_like_others_and_counted_apart(void **state)
{
    struct xz_desk desk = desk_opened(*state);
    const struct xz_actor li = person(&desk, "li", INVESTIGATOR, "");
    const struct xz_desk_view view = {&desk, &li, MONDAY_MS};
    struct said said = saying("A", "T02", "insured", "210100190001010001");
    struct xz_buf out = {0};
    struct xz_err err = {0};
    json_t *shown;

    assert_true(draw(&desk, "210100190001010001", MONDAY_MS));
    assert_true(draw(&desk, "210100190001010002", MONDAY_MS));
    assert_true(draw(&desk, "210100190001010003", MONDAY_MS));
    (void)bring(&desk, &said, 1, MONDAY_MS); /* of who is in the sample: a case of its own */
    assert_int_equal(number(&desk, "SELECT case_id FROM alert"), 4);
    assert_int_equal(xz_view_case(&view, 1, &out, &err), XZ_OK);
    assert_null(memmem(out.data, out.len, "2101001900010", 13));
    shown = json_of(&out);
    assert_string_equal(text_at(shown, "origin"), "control");
    assert_string_equal(text_at(shown, "region"), "210102");
    assert_string_equal(text_at(shown, "result_type"), "");
    assert_int_equal(json_array_size(at(shown, "bodies")), 0);
    assert_int_equal(json_array_size(at(shown, "parties")), 2);
    assert_int_equal(int_at(shown, "control/offset"), 918273);
    assert_string_equal(text_at(shown, "control/topic"), "xiezhi.events");
    json_decref(shown);

    assert_string_equal(
        doing(&desk, &li, 1, saying_of(XZ_VERB_CLOSE, XZ_OUTCOME_CONFIRMED, 1), MONDAY_MS), "");
    assert_string_equal(
        doing(&desk, &li, 2, saying_of(XZ_VERB_CLOSE, XZ_OUTCOME_RIGHT_TO_ASK, 0), MONDAY_MS), "");
    assert_int_equal(number(&desk, "SELECT COUNT(*) FROM verdict"), 0);
    assert_int_equal(number(&desk, "SELECT COUNT(*) FROM outbox"), 0);
    assert_int_equal(xz_view_verdicts(&view, XZ_STR("pattern"), &out, &err), XZ_OK);
    shown = json_of(&out);
    assert_int_equal(json_array_size(at(shown, "items")), 0);
    assert_int_equal(int_at(shown, "control/drawn"), 3);
    assert_int_equal(int_at(shown, "control/closed"), 2);
    assert_int_equal(int_at(shown, "control/confirmed"), 1);
    assert_int_equal(int_at(shown, "control/refuted"), 1);
    assert_true(json_real_value(at(shown, "control/low")) > 0.0 &&
                json_real_value(at(shown, "control/high")) < 1.0);
    json_decref(shown);
    assert_int_equal(
        xz_view_cases(&view,
                      &(struct xz_case_filter){.sort = XZ_SORT_RANK, .origin = XZ_STR("control")},
                      &(struct xz_page){.limit = 5}, &out, &err),
        XZ_OK);
    shown = json_of(&out);
    assert_int_equal(json_array_size(at(shown, "items")), 1);
    json_decref(shown);
    xz_desk_close(&desk);
}

static void test_it_does_not_starve(void **state)
{
    struct xz_desk desk = desk_opened(*state);
    const struct xz_actor li = person(&desk, "li", INVESTIGATOR, "");
    const struct said said[] = {saying("A", "T09", "institution", "P1"),
                                saying("B", "T09", "institution", "P2")};
    struct xz_err err = {0};
    int64_t taken = 0;

    assert_true(draw(&desk, LI, MONDAY_MS));
    (void)bring(&desk, said, 2, MONDAY_MS);
    assert_int_equal(xz_work_take_next(&desk, &li, MONDAY_MS, &taken, &err), XZ_OK);
    assert_int_equal(taken, 3); /* worth more */
    assert_int_equal(xz_work_take_next(&desk, &li,
                                       number(&desk, "SELECT MIN(soon_ms) FROM desk_case"), &taken,
                                       &err),
                     XZ_OK);
    assert_int_equal(taken, 1);
    xz_desk_close(&desk);
}

static void test_its_place_is_told_to_who_sees_it(void **state)
{
    struct xz_desk desk = desk_opened(*state);
    const struct xz_actor here = person(&desk, "li", INVESTIGATOR, "2101"),
                          far = person(&desk, "wang", INVESTIGATOR, "1101");
    const struct said said = saying("A", "T09", "institution", "P1");
    struct xz_control_place place = {.topic = "as it was"};
    struct xz_err err = {0};

    assert_true(draw(&desk, LI, MONDAY_MS));
    (void)bring(&desk, &said, 1, MONDAY_MS);
    for (int64_t none = 0; none < 4; none++) { /* 2: an alert led to it */
        const struct xz_actor *who = none == 1 ? &far : &here;

        assert_int_equal(xz_control_place(&desk, who, none, &place, &err), XZ_REJECT);
        assert_string_equal(err.reason, "not_found");
        assert_string_equal(place.topic, "as it was");
    }
    assert_int_equal(xz_control_place(&desk, &here, 1, &place, &err), XZ_OK);
    assert_string_equal(place.topic, "xiezhi.events");
    assert_int_equal(place.partition, 3);
    assert_int_equal(place.offset, 918273);
    xz_desk_close(&desk);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH(test_only_who_was_quiet_is_drawn),
        ON_BOTH(test_a_subject_of_long_ago_is_drawn_again),
        ON_BOTH(test_a_month_has_its_quota),
        ON_BOTH(test_it_is_worked_like_others_and_counted_apart),
        ON_BOTH(test_it_does_not_starve),
        ON_BOTH(test_its_place_is_told_to_who_sees_it),
    };

    return cmocka_run_group_tests(tests, databases_start, databases_stop);
}
