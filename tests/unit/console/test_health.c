/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the console knows and does not know yet: it says so, instead of an empty answer. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "consoles.h"
#include "console/health.h"

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

static void test_the_calendar_s_end_is_told(void **state)
{
    static struct test_console test;
    struct xz_response response;
    int64_t end_ms;
    json_t *told;

    (void)state;
    assert_true(test_console_open(&test, "/tmp"));
    end_ms = xz_day_start_ms(xz_calendar_until(test.console.desk.calendar));
    assert_false(xz_health_calendar_ends(&test.console, end_ms - 60 * XZ_DAY_MS));
    assert_true(xz_health_calendar_ends(&test.console, end_ms - 59 * XZ_DAY_MS));
    assert_true(xz_health_calendar_ends(&test.console, end_ms + 400 * XZ_DAY_MS));
    assert_int_equal(ask(&test, "/api/v1/health/data", &response), 200);
    told = json_loadb((const char *)response.body.data, response.body.len, 0, NULL);
    assert_non_null(json_string_value(json_object_get(json_object_get(told, "calendar"), "until")));
    assert_true(json_is_false(json_object_get(json_object_get(told, "calendar"), "ends")));
    json_decref(told);
    xz_buf_fini(&response.body);
    test_console_close(&test);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_patterns_are_not_told_before_they_are_known),
        cmocka_unit_test(test_the_calendar_s_end_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
