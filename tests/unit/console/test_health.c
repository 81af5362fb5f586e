/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the console knows and does not know yet: it says so, instead of an empty answer. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "consoles.h"

/* As a reader; the status, and the body in *response. */
static unsigned ask(struct test_console *test, const char *target, struct xz_response *response)
{
    char bearer[16 + XZ_SECRET_LEN];
    const struct test_header header = {"Authorization", bearer};
    const struct test_headers headers = {&header, 1};

    (void)snprintf(bearer, sizeof(bearer), "Bearer %s", test->tokens[XZ_ROLE_ANALYST]);
    test_ask(test, "GET", target, &headers, XZ_STR_NONE, response);
    return response->status != 0 ? response->status : 200;
}

static void test_patterns_are_not_told_before_they_are_known(void **state)
{
    static struct test_console test;
    struct xz_response response;

    (void)state;
    assert_true(test_console_open(&test, "/tmp"));
    assert_int_equal(ask(&test, "/api/v1/patterns", &response), 503);
    xz_buf_fini(&response.body);
    test_console_close(&test);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_patterns_are_not_told_before_they_are_known),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
