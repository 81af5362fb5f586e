/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Saved filters: an account's own, so many, so long. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "cases/filters.h"
#include "people.h"

static void test_filters_are_kept_and_ones_own(void **state)
{
    struct xz_desk desk = desk_opened(*state);
    const struct xz_actor li = person(&desk, "li", INVESTIGATOR, "");
    const struct xz_actor wang = person(&desk, "wang", INVESTIGATOR, "");
    const struct xz_desk_view of_li = {&desk, &li, MONDAY_MS}, of_wang = {&desk, &wang, MONDAY_MS};
    struct xz_buf out = {0};
    struct xz_err err = {0};
    int64_t big = 0, mine = 0, again = 0;
    json_t *list;

    assert_int_equal(
        xz_filter_add(&desk, &li, XZ_STR("大额"), XZ_STR("sort=amount"), MONDAY_MS, &big, &err),
        XZ_OK);
    assert_int_equal(
        xz_filter_add(&desk, &li, XZ_STR("a"), XZ_STR("assignee=me"), MONDAY_MS, &mine, &err),
        XZ_OK);
    assert_int_equal(
        xz_filter_add(&desk, &li, XZ_STR("a"), XZ_STR("assignee=none"), MONDAY_MS, &again, &err),
        XZ_OK);
    assert_true(again == mine && big != mine);
    assert_int_equal(xz_filter_list(&of_li, &out, &err), XZ_OK);
    list = json_of(&out);
    assert_int_equal(json_array_size(at(list, "items")), 2);
    assert_string_equal(text_at(list, "items/0/query"), "assignee=none");
    assert_string_equal(text_at(list, "items/1/name"), "大额");
    json_decref(list);
    assert_int_equal(xz_filter_list(&of_wang, &out, &err), XZ_OK);
    list = json_of(&out);
    assert_int_equal(json_array_size(at(list, "items")), 0);
    json_decref(list);
    assert_int_equal(xz_filter_drop(&desk, &wang, big, MONDAY_MS, &err), XZ_REJECT);
    assert_string_equal(err.reason, "not_found");
    assert_int_equal(xz_filter_drop(&desk, &li, big, MONDAY_MS, &err), XZ_OK);
    assert_int_equal(number(&desk, "SELECT COUNT(*) FROM saved_filter"), 1);
    assert_chain_whole(&desk);
    xz_desk_close(&desk);
}

static void test_filters_have_limits(void **state)
{
    struct xz_desk desk = desk_opened(*state);
    const struct xz_actor li = person(&desk, "li", INVESTIGATOR, "");
    static const char many[XZ_FILTER_QUERY_MAX + 1] = {'x'};
    struct xz_err err = {0};
    char name[16];
    int64_t id = 0;

    assert_int_equal(xz_filter_add(&desk, &li, XZ_STR_NONE, XZ_STR_NONE, MONDAY_MS, &id, &err),
                     XZ_REJECT);
    assert_string_equal(err.path, "name");
    assert_int_equal(xz_filter_add(&desk, &li, (struct xz_str){many, XZ_FILTER_NAME_MAX + 1},
                                   XZ_STR_NONE, MONDAY_MS, &id, &err),
                     XZ_REJECT);
    assert_int_equal(xz_filter_add(&desk, &li, XZ_STR("n"), (struct xz_str){many, sizeof(many)},
                                   MONDAY_MS, &id, &err),
                     XZ_REJECT);
    assert_string_equal(err.path, "query");
    for (int i = 0; i < XZ_FILTERS_MAX; i++) {
        (void)snprintf(name, sizeof(name), "f%d", i);
        assert_int_equal(
            xz_filter_add(&desk, &li, xz_str_from(name), XZ_STR_NONE, MONDAY_MS, &id, &err), XZ_OK);
    }
    assert_int_equal(xz_filter_add(&desk, &li, XZ_STR("f0"), XZ_STR("q"), MONDAY_MS, &id, &err),
                     XZ_OK); /* in the place of one that is there */
    assert_int_equal(xz_filter_add(&desk, &li, XZ_STR("more"), XZ_STR("q"), MONDAY_MS, &id, &err),
                     XZ_REJECT);
    xz_desk_close(&desk);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH(test_filters_are_kept_and_ones_own),
        ON_BOTH(test_filters_have_limits),
    };

    return cmocka_run_group_tests(tests, databases_start, databases_stop);
}
