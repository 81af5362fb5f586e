/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Roles, permissions and regions. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "cases/access.h"

static struct xz_actor actor_of(const char *roles, const char *regions)
{
    struct xz_actor actor = {.account = 1};
    struct xz_err err = {0};

    assert_int_equal(xz_access_roles_parse(xz_str_from(roles), &actor.roles, &err), XZ_OK);
    assert_int_equal(xz_access_regions_check(xz_str_from(regions), &err), XZ_OK);
    (void)snprintf(actor.regions, sizeof(actor.regions), "%s", regions);
    return actor;
}

/* The whole table, as a person would read it aloud: R read, S stream, W work, A approve, O original
 * records, U unmask, L audit log, X export, M administer. */
static void test_who_may_what(void **state)
{
    static const struct {
        const char *roles, *may;
    } rows[] = {
        {"analyst", "RSX"},
        {"investigator", "RSWOUX"},
        {"approver", "RSAOUX"},
        {"auditor", "RSOLX"},
        {"admin", "M"},
        {"feed", "RS"},
        {"investigator,approver", "RSWAOUX"},
    };
    static const char letters[] = "RSWAOULXM";

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct xz_actor actor = actor_of(rows[i].roles, "");

        for (int p = 0; p < XZ_PERMISSIONS; p++) {
            assert_int_equal(xz_actor_may(&actor, (enum xz_permission)p),
                             strchr(rows[i].may, letters[p]) != NULL);
        }
    }
}

static void test_where(void **state)
{
    const struct xz_actor everywhere = actor_of("analyst", "");
    const struct xz_actor there = actor_of("analyst", "2101,210602");

    (void)state;
    assert_true(xz_actor_sees(&everywhere, XZ_STR("210102")));
    assert_true(xz_actor_sees(&everywhere, XZ_STR_NONE));
    assert_true(xz_actor_sees(&there, XZ_STR("210102")));
    assert_true(xz_actor_sees(&there, XZ_STR("210602")));
    assert_false(xz_actor_sees(&there, XZ_STR("210603")));
    assert_false(xz_actor_sees(&there, XZ_STR("21")));
    assert_false(xz_actor_sees(&there, XZ_STR("310101")));
    assert_false(xz_actor_sees(&there, XZ_STR_NONE));
}

static void test_whom_one_may_administer(void **state)
{
    const struct xz_actor everywhere = actor_of("admin", "");
    const struct xz_actor there = actor_of("admin", "2101,210602");

    (void)state;
    assert_true(xz_actor_covers(&everywhere, XZ_STR_NONE));
    assert_true(xz_actor_covers(&everywhere, XZ_STR("2101,31")));
    assert_true(xz_actor_covers(&there, XZ_STR("2101,210602")));
    assert_true(xz_actor_covers(&there, XZ_STR("210102,210103")));
    assert_false(xz_actor_covers(&there, XZ_STR_NONE));
    assert_false(xz_actor_covers(&there, XZ_STR("21")));
    assert_false(xz_actor_covers(&there, XZ_STR("2101,2106")));
    assert_false(xz_actor_covers(&there, XZ_STR("31,2101")));
}

static void test_whose_colleague_one_is(void **state)
{
    const struct xz_actor everywhere = actor_of("analyst", "");
    const struct xz_actor there = actor_of("analyst", "2101,210602");

    (void)state;
    assert_true(xz_actor_meets(&everywhere, XZ_STR("31")));
    assert_true(xz_actor_meets(&there, XZ_STR_NONE));
    assert_true(xz_actor_meets(&there, XZ_STR("31,210103")));
    assert_true(xz_actor_meets(&there, XZ_STR("2106")));
    assert_false(xz_actor_meets(&there, XZ_STR("210603,31")));
}

static void test_nobody_is_called_like_the_program(void **state)
{
    static const char *const taken[] = {
        "operator",
        "system",
        "System",
        "OPERATOR",
        " system",
        "system\xE3\x80\x80",
        "sys\xE2\x80\x8Btem",
        "\xEF\xBD\x93\xEF\xBD\x99\xEF\xBD\x93\xEF\xBD\x94\xEF\xBD\x85\xEF\xBD\x8D", /* full width */
        "\xEF\xBC\xAFperator",
        "",
        " ",
        "\xE3\x80\x80\t",
        "a name of more than sixty-three bytes, which nobody can be called by"};
    static const char *const free_ones[] = {"li",      "operator1",    "the system", "\xE6\x9D\x8E",
                                            "systems", "\xEF\xBD\x93", "\xFF",       "syste"};
    struct xz_err err = {0};

    (void)state;
    for (size_t i = 0; i < sizeof(taken) / sizeof(taken[0]); i++) {
        assert_int_equal(xz_access_name_check(xz_str_from(taken[i]), &err), XZ_REJECT);
        assert_string_equal(err.path, "name");
    }
    for (size_t i = 0; i < sizeof(free_ones) / sizeof(free_ones[0]); i++) {
        assert_int_equal(xz_access_name_check(xz_str_from(free_ones[i]), &err), XZ_OK);
    }
}

static void test_mistakes(void **state)
{
    static const char *const regions[] = {"2", "2101,", ",2101", "2101 2102", "21010200", "21a1"};
    struct xz_err err = {0};
    unsigned roles = 0;

    (void)state;
    assert_int_equal(xz_access_roles_parse(XZ_STR("investigater"), &roles, &err), XZ_REJECT);
    assert_non_null(strstr(err.msg, "did you mean investigator"));
    assert_int_equal(xz_access_roles_parse(XZ_STR_NONE, &roles, &err), XZ_REJECT);
    assert_int_equal(xz_access_roles_parse(XZ_STR("analyst,"), &roles, &err), XZ_REJECT);
    for (size_t i = 0; i < sizeof(regions) / sizeof(regions[0]); i++) {
        assert_int_equal(xz_access_regions_check(xz_str_from(regions[i]), &err), XZ_REJECT);
        assert_string_equal(err.path, "regions");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_who_may_what),
        cmocka_unit_test(test_where),
        cmocka_unit_test(test_whom_one_may_administer),
        cmocka_unit_test(test_whose_colleague_one_is),
        cmocka_unit_test(test_nobody_is_called_like_the_program),
        cmocka_unit_test(test_mistakes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
