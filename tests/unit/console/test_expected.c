/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The groups that an alert's evidence is held against, by the pack that judged. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>

#include "console/expected.h"
#include "engine/engine.h"

static struct xz_pack *pack;

static int load_pack(void **state)
{
    struct xz_err err = {0};

    (void)state;
    return xz_pack_load("models/medical-insurance", xz_engine_schema(), NULL, NULL, &pack, &err) ==
                   XZ_OK
               ? 0
               : -1;
}

static int free_pack(void **state)
{
    (void)state;
    xz_pack_free(pack);
    return 0;
}

/* An alert of pattern T02 with these rows of evidence. */
static json_t *alert_of(const char *evidence)
{
    json_t *rows = json_loads(evidence, 0, NULL);

    assert_non_null(rows);
    return json_pack("{s:{s:s}, s:{s:s, s:s}, s:o}", "pattern", "id", "T02", "window", "start",
                     "2026-02-03T08:00:00+08:00", "end", "2026-02-20T08:00:00+08:00", "evidence",
                     rows);
}

static json_t *items_of(const char *evidence, size_t count)
{
    json_t *alert = alert_of(evidence), *all = xz_expected_json(pack, alert);
    json_t *items = json_incref(json_object_get(all, "items"));

    assert_int_equal(json_array_size(items), count);
    json_decref(alert);
    json_decref(all);
    return items;
}

static double number(const json_t *item, const char *name)
{
    const json_t *value = json_object_get(item, name);

    assert_true(json_is_number(value));
    return json_number_value(value);
}

/* x rises, chances fall from 1, and the curve goes beyond the mark. */
static void assert_curve(const json_t *item)
{
    const json_t *points = json_object_get(item, "points"), *point;
    double x = -1.0, chance = 1.0;
    size_t i;

    assert_true(json_array_size(points) >= 2 && json_array_size(points) <= 256);
    json_array_foreach(points, i, point)
    {
        const double next = json_number_value(json_array_get(point, 0));
        const double then = json_number_value(json_array_get(point, 1));

        assert_true(next > x && then <= chance && then >= 0.0 && then <= 1.0);
        assert_true(i > 0 || (next <= 0.0 && then >= 1.0));
        x = next;
        chance = then;
    }
    assert_true(json_is_null(json_object_get(item, "mark")) || x >= number(item, "mark"));
}

static void test_a_count_has_the_chances_of_its_group(void **state)
{
    json_t *items = items_of("[{\"measure\":\"visits\",\"observed\":14,\"expected\":1.5,"
                             "\"p_value\":1e-9,\"baseline\":{\"segment\":\"60-69|12|1\"}}]",
                             1);
    const json_t *item = json_array_get(items, 0);

    (void)state;
    assert_curve(item);
    assert_true(json_is_true(json_object_get(item, "counts")));
    assert_string_equal(json_string_value(json_object_get(item, "segment")), "60-69|12|1");
    assert_string_equal(json_string_value(json_object_get(item, "family")), "polya");
    assert_int_equal(json_array_size(json_object_get(item, "by")), 3);
    assert_true(number(item, "mark") >= 14.0 && number(item, "mark") <= 14.0);
    assert_true(number(item, "chance") > 0.0 && number(item, "chance") < 1e-3);
    json_decref(items);
}

/* Different institutions of a day and of a week are one measure: the p-value tells which it was.
 * Five of them are rarer in a day. */
static void test_a_measure_of_two_windows_is_told_apart(void **state)
{
    static const struct {
        const char *p_value;
        int64_t window_s;
    } cases[] = {{"1e-300", 86400}, {"0.9", 7 * 86400}};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        const json_t *item;
        json_t *items;
        char text[300];

        (void)snprintf(text, sizeof(text),
                       "[{\"measure\":\"distinct(institution)\",\"observed\":5,\"expected\":2,"
                       "\"p_value\":%s,\"baseline\":{\"segment\":\"60-69\"}}]",
                       cases[i].p_value);
        items = items_of(text, 1);
        item = json_array_get(items, 0);
        assert_int_equal(json_integer_value(json_object_get(item, "window_s")), cases[i].window_s);
        assert_curve(item);
        json_decref(items);
    }
}

static void test_an_unknown_segment_falls_back_and_says_so(void **state)
{
    json_t *items = items_of("[{\"measure\":\"visits\",\"observed\":9,\"expected\":1,"
                             "\"p_value\":1e-5,\"baseline\":{\"segment\":\"60-69|99|7\"}}]",
                             1);

    (void)state;
    assert_string_equal(json_string_value(json_object_get(json_array_get(items, 0), "segment")),
                        "");
    json_decref(items);
}

static void test_what_the_pack_does_not_know_is_null(void **state)
{
    json_t *alert = alert_of("[{\"measure\":\"visits\",\"observed\":9,\"expected\":1,"
                             "\"p_value\":1e-5,\"baseline\":{\"segment\":\"\"}}]");
    json_t *items = items_of("[{\"measure\":\"breach\",\"observed\":1,\"expected\":0,"
                             "\"p_value\":null},{\"measure\":\"visits\",\"observed\":1},"
                             "{\"measure\":\"runs\",\"baseline\":{\"segment\":\"\"}},7,null]",
                             5);
    json_t *all = xz_expected_json(NULL, alert);

    (void)state;
    for (size_t i = 0; i < 5; i++) {
        assert_true(json_is_null(json_array_get(items, i)));
    }
    assert_true(json_is_null(json_object_get(all, "pack")));
    assert_true(json_is_null(json_array_get(json_object_get(all, "items"), 0)));
    json_decref(all);
    (void)json_object_del(alert, "window");
    all = xz_expected_json(pack, alert);
    assert_true(json_is_null(json_array_get(json_object_get(all, "items"), 0)));
    json_decref(all);
    json_decref(alert);
    json_decref(items);
}

/* An alert is input: no number in it makes a curve endless, or no curve. */
static void test_absurd_numbers_are_borne(void **state)
{
    static const char *const observed[] = {"1e300", "-1e300", "1e15", "123456789", "0", "\"a\""};

    (void)state;
    for (size_t i = 0; i < sizeof(observed) / sizeof(observed[0]); i++) {
        char text[400];
        json_t *items;

        (void)snprintf(text, sizeof(text),
                       "[{\"measure\":\"visits\",\"observed\":%s,\"expected\":1e300,"
                       "\"p_value\":1e-300,\"baseline\":{\"segment\":\"\"}},"
                       "{\"measure\":\"sum(account_money)\",\"observed\":%s,\"expected\":0,"
                       "\"p_value\":0,\"baseline\":{\"segment\":\"\"}}]",
                       observed[i], observed[i]);
        items = items_of(text, 2);
        assert_curve(json_array_get(items, 0));
        assert_curve(json_array_get(items, 1));
        json_decref(items);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_count_has_the_chances_of_its_group),
        cmocka_unit_test(test_a_measure_of_two_windows_is_told_apart),
        cmocka_unit_test(test_an_unknown_segment_falls_back_and_says_so),
        cmocka_unit_test(test_what_the_pack_does_not_know_is_null),
        cmocka_unit_test(test_absurd_numbers_are_borne),
    };

    return cmocka_run_group_tests(tests, load_pack, free_pack);
}
