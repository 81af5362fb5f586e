/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Ids inside texts: the longest, as words or anywhere. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "cases/names.h"

static void check(const struct xz_names *names, enum xz_names_where where, size_t min,
                  const char *text, const char *wanted)
{
    json_t *made = xz_names_replace(names, text, where, min);

    assert_string_equal(made != NULL ? json_string_value(made) : "-", wanted);
    json_decref(made);
}

static void test_the_longest_word_is_replaced(void **state)
{
    struct xz_names names = {0};

    (void)state;
    xz_names_add(&names, "1234", "<a>");
    xz_names_add(&names, "12345", "<b>");
    xz_names_add(&names, "12345-6", "<c>");
    xz_names_add(&names, "李四", "<d>");
    xz_names_add(&names, "7", "<e>");
    xz_names_sort(&names);
    check(&names, XZ_NAMES_WORDS, 4, "1234 12345 12345-6 12345-67 123456",
          "<a> <b> <c> <b>-67 123456");
    check(&names, XZ_NAMES_WORDS, 4, "对1234在李四处 x1234 1234x", "对<a>在<d>处 x1234 1234x");
    check(&names, XZ_NAMES_WORDS, 4, "12341234", "-");
    check(&names, XZ_NAMES_WORDS, 4, "7", "-");
    check(&names, XZ_NAMES_WORDS, 1, "7 of 77", "<e> of 77");
    check(&names, XZ_NAMES_ANYWHERE, 5, "x12341234512345-6", "x1234<b><c>");
    check(&names, XZ_NAMES_WORDS, 4, "", "-");
    assert_string_equal(xz_names_find(&names, "1234")->token, "<a>");
    assert_null(xz_names_find(&names, "123"));
    xz_names_fini(&names);
}

static void test_of_none_nothing_is_replaced(void **state)
{
    struct xz_names names = {0};

    (void)state;
    xz_names_sort(&names);
    check(&names, XZ_NAMES_WORDS, 1, "anything", "-");
    xz_names_fini(&names);
}

/* Any ids of two letters against the plain way of looking for each. */
static void test_it_is_as_if_each_was_looked_for(void **state)
{
    struct xz_names names = {0};
    char ids[40][8], text[200];
    unsigned seed = 1;

    (void)state;
    for (size_t i = 0; i < 40; i++) {
        const size_t len = 1 + (seed = seed * 1103515245u + 12345u) / 65536u % 6;

        for (size_t k = 0; k < len; k++) {
            ids[i][k] = "ab"[(seed = seed * 1103515245u + 12345u) / 65536u % 2];
        }
        ids[i][len] = '\0';
        if (xz_names_find(&names, ids[i]) == NULL) {
            xz_names_add(&names, ids[i], "#");
        }
    }
    xz_names_sort(&names);
    for (int turn = 0; turn < 200; turn++) {
        char wanted[200] = "";
        size_t out = 0;

        for (size_t k = 0; k < 60; k++) {
            text[k] = "abc"[(seed = seed * 1103515245u + 12345u) / 65536u % 3];
        }
        text[60] = '\0';
        for (size_t at = 0; at < 60;) {
            size_t longest = 0;

            for (size_t i = 0; i < 40; i++) {
                const size_t len = strlen(ids[i]);

                longest = len >= 2 && len > longest && strncmp(text + at, ids[i], len) == 0
                              ? len
                              : longest;
            }
            wanted[out++] = longest > 0 ? '#' : text[at];
            at += longest > 0 ? longest : 1;
        }
        wanted[out] = '\0';
        check(&names, XZ_NAMES_ANYWHERE, 2, text, strchr(wanted, '#') != NULL ? wanted : "-");
    }
    xz_names_fini(&names);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_longest_word_is_replaced),
        cmocka_unit_test(test_of_none_nothing_is_replaced),
        cmocka_unit_test(test_it_is_as_if_each_was_looked_for),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
