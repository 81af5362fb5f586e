/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is read of a request: its target, strictly; numbers, texts; and answers of the dispatcher
 * that need no server. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "consoles.h"
#include "console/params.h"

static enum xz_rc read_target(struct xz_request *request, const char *target, struct xz_err *err)
{
    memset(request, 0, sizeof(*request));
    memset(err, 0, sizeof(*err));
    request->target = target;
    return xz_request_read_target(request, err);
}

static void test_targets_are_decoded(void **state)
{
    struct xz_request request;
    struct xz_err err;

    (void)state;
    assert_int_equal(read_target(&request, "/a%20b/%e6%b5%8b?x=1&y=a+b%2B&z&&w=%3D%26", &err),
                     XZ_OK);
    assert_string_equal(request.path, "/a b/\xe6\xb5\x8b");
    assert_int_equal(request.query_count, 4);
    assert_string_equal(xz_request_query(&request, "x").ptr, "1");
    assert_string_equal(xz_request_query(&request, "y").ptr, "a b+");
    assert_string_equal(xz_request_query(&request, "z").ptr, "");
    assert_string_equal(xz_request_query(&request, "w").ptr, "=&");
    assert_int_equal(xz_request_query(&request, "v").len, 0);
    assert_int_equal(xz_request_check_query(&request, "w,x,y,z", &err), XZ_OK);
    assert_int_equal(xz_request_check_query(&request, "w,x,y,zz", &err), XZ_REJECT);
    assert_string_equal(err.path, "z");
    xz_request_fini(&request);
}

static void test_targets_that_are_malformed_are_refused(void **state)
{
    static const char *const wrong[] = {"",        "*",       "http://x/",     "/%",      "/%0",
                                        "/%0g",    "/%00",    "/a?b=%",        "/?%00",   "/?a=%00",
                                        "/%ff",    "/%c0%af", "/?a=%ed%a0%80", "/?a=1&a", "/?=1&=2",
                                        "/?\xff=1"};
    char many[XZ_QUERY_MAX * 8 + 16] = "/?";
    char *huge = xz_malloc(XZ_TARGET_MAX + 2);
    struct xz_request request;
    struct xz_err err;

    (void)state;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        if (read_target(&request, wrong[i], &err) != XZ_REJECT) {
            fail_msg("\"%s\" is taken", wrong[i]);
        }
        assert_string_equal(err.reason, "invalid");
        xz_request_fini(&request);
    }
    for (int i = 0; i <= XZ_QUERY_MAX; i++) {
        (void)snprintf(many + strlen(many), sizeof(many) - strlen(many), "p%d=%d&", i, i);
    }
    assert_int_equal(read_target(&request, many, &err), XZ_REJECT);
    xz_request_fini(&request);
    memset(huge, 'a', XZ_TARGET_MAX + 1);
    huge[0] = '/';
    huge[XZ_TARGET_MAX + 1] = '\0';
    assert_int_equal(read_target(&request, huge, &err), XZ_REJECT);
    xz_request_fini(&request);
    huge[XZ_TARGET_MAX] = '\0';
    assert_int_equal(read_target(&request, huge, &err), XZ_OK);
    xz_request_fini(&request);
    free(huge);
}

static void test_numbers_have_bounds(void **state)
{
    static const char *const wrong[] = {"-1",  "+1", " 1",  "1 ", "0x1",
                                        "1e3", "",   "101", "x",  "99999999999999999999"};
    struct xz_err err = {0};
    int64_t value = 0;

    (void)state;
    assert_int_equal(xz_request_number(XZ_STR("100"), "n", 1, 100, 7, &value, &err), XZ_OK);
    assert_int_equal(value, 100);
    assert_int_equal(xz_request_number(XZ_STR(""), "n", 1, 100, 7, &value, &err), XZ_OK);
    assert_int_equal(value, 7);
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        const struct xz_str text = xz_str_from(wrong[i]);

        assert_int_equal(xz_request_number(text, "n", 1, 100, 7, &value, &err),
                         text.len == 0 ? XZ_OK : XZ_REJECT);
    }
    assert_string_equal(err.path, "n");
}

static void test_members_have_types(void **state)
{
    struct xz_request request = {
        .json = json_loads("{\"i\":3,\"t\":\"x\",\"b\":true,\"n\":null}", 0, NULL)};
    struct xz_err err = {0};
    struct xz_str text;
    int64_t number = 0;
    bool flag = false;

    (void)state;
    assert_int_equal(xz_body_int(&request, "i", 9, &number, &err), XZ_OK);
    assert_int_equal(number, 3);
    assert_int_equal(xz_body_int(&request, "n", 9, &number, &err), XZ_OK);
    assert_int_equal(number, 9);
    assert_int_equal(xz_body_int(&request, "t", 9, &number, &err), XZ_REJECT);
    assert_int_equal(xz_body_text(&request, "t", &text, &err), XZ_OK);
    assert_true(xz_str_eq(text, XZ_STR("x")));
    assert_int_equal(xz_body_text(&request, "b", &text, &err), XZ_REJECT);
    assert_int_equal(xz_body_bool(&request, "b", false, &flag, &err), XZ_OK);
    assert_true(flag);
    assert_int_equal(xz_body_bool(&request, "i", false, &flag, &err), XZ_REJECT);
    assert_int_equal(xz_request_check_body(&request, "i,t,b,n", &err), XZ_OK);
    assert_int_equal(xz_request_check_body(&request, "i,t,b", &err), XZ_REJECT);
    assert_string_equal(err.path, "n");
    xz_request_fini(&request);
}

static void test_what_is_said_names_nobody(void **state)
{
    struct xz_request request;
    struct xz_err err;
    struct xz_str text;

    (void)state;
    assert_int_equal(read_target(&request, "/cases?tag=%7EP1~&q=a~P22~~P3~~P~~Px4~~P5", &err),
                     XZ_OK);
    assert_string_equal(xz_request_query(&request, "tag").ptr, "~p1~");
    assert_string_equal(xz_request_query(&request, "q").ptr, "a~p22~~p3~~P~~Px4~~P5");
    request.body = XZ_STR("{\"text\":\"\\u007eP1~ \u674e ~\\u005017~\",\"ids\":[{\"x\":\"~P2~\"}],"
                          "\"password\":\"~P1~\"}");
    assert_int_equal(xz_request_read_json(&request, &err), XZ_OK);
    assert_int_equal(xz_body_text(&request, "text", &text, &err), XZ_OK);
    assert_true(xz_str_eq(text, XZ_STR("~p1~ \u674e ~p17~")));
    assert_string_equal(json_string_value(json_object_get(
                            json_array_get(json_object_get(request.json, "ids"), 0), "x")),
                        "~p2~");
    assert_int_equal(xz_body_text(&request, "password", &text, &err), XZ_OK);
    assert_true(xz_str_eq(text, XZ_STR("~P1~"))); /* it is shown to nobody */
    xz_request_fini(&request);
}

static unsigned status_of(struct test_console *test, const char *method, const char *target,
                          const struct test_headers *headers, struct xz_str body)
{
    struct xz_response response;

    test_ask(test, method, target, headers, body, &response);
    xz_buf_fini(&response.body);
    return response.status != 0 ? response.status : 200;
}

static void test_requests_are_answered_without_a_server(void **state)
{
    struct test_console test;
    struct test_header machine[] = {{"Authorization", NULL},
                                    {"Content-Type", "application/json; charset=utf-8"}};
    const struct test_headers none = {NULL, 0}, headers = {machine, 2};
    char bearer[XZ_SECRET_LEN + 8];

    (void)state;
    assert_true(test_console_open(&test, "/tmp"));
    (void)snprintf(bearer, sizeof(bearer), "Bearer %s", test.tokens[XZ_ROLE_INVESTIGATOR]);
    machine[0].value = bearer;
    assert_int_equal(status_of(&test, "GET", "/api/v1/about", &none, XZ_STR("")), 200);
    assert_int_equal(status_of(&test, "GET", "/api/v1/cases", &none, XZ_STR("")), 401);
    assert_int_equal(status_of(&test, "GET", "/api/v1/cases", &headers, XZ_STR("")), 200);
    assert_int_equal(status_of(&test, "GET", "/api/v1/cases?x=1", &headers, XZ_STR("")), 422);
    assert_int_equal(status_of(&test, "GET", "/api/v1/users", &headers, XZ_STR("")), 403);
    assert_int_equal(status_of(&test, "PUT", "/api/v1/users", &headers, XZ_STR("")), 405);
    assert_int_equal(status_of(&test, "GET", "/api/v2/users", &headers, XZ_STR("")), 404);
    assert_int_equal(status_of(&test, "GET", "/api/v1/about", &none, XZ_STR("x")), 413);
    assert_int_equal(status_of(&test, "POST", "/api/v1/filters", &headers, XZ_STR("{")), 422);
    assert_int_equal(status_of(&test, "POST", "/api/v1/filters", &headers,
                               XZ_STR("{\"name\":\"a\",\"query\":\"state=new\"}")),
                     200);
    test_console_close(&test);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_targets_are_decoded),
        cmocka_unit_test(test_targets_that_are_malformed_are_refused),
        cmocka_unit_test(test_numbers_have_bounds),
        cmocka_unit_test(test_members_have_types),
        cmocka_unit_test(test_what_is_said_names_nobody),
        cmocka_unit_test(test_requests_are_answered_without_a_server),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
