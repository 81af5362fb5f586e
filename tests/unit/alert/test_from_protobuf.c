/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A protobuf alert as JSON: names, times, what is null and what is left out. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "alert/alert.h"
#include "proto/xiezhi.pb-c.h"

static void packed(const Xiezhi__Alert *alert, struct xz_buf *out)
{
    xz_buf_reserve(out, xiezhi__alert__get_packed_size(alert));
    out->len = xiezhi__alert__pack(alert, out->data);
}

static void test_members_are_those_of_the_contract(void **state)
{
    Xiezhi__Alert alert = XIEZHI__ALERT__INIT;
    Xiezhi__Window window = XIEZHI__WINDOW__INIT;
    Xiezhi__Bilingual both = XIEZHI__BILINGUAL__INIT;
    Xiezhi__Exhibit exhibit = XIEZHI__EXHIBIT__INIT, *exhibits[] = {&exhibit};
    char first[] = "A1", third[] = "A3", *actions[] = {first, third};
    char id[] = "01J", operator_id[] = "P1/OP1", zh[] = "甲", en[] = "a";
    struct xz_buf bytes = {0}, json = {0};
    struct xz_err err = {0};

    (void)state;
    alert.alert_id = id;
    alert.has_rev = 1;
    alert.rev = 2;
    alert.n_action = 2;
    alert.action = actions;
    window.has_start = window.has_end = 1;
    window.start = 0;
    window.end = 1000;
    alert.window = &window;
    exhibit.operator_ = operator_id;
    exhibit.has_reversed = exhibit.reversed = 1;
    exhibit.has_weight = 1;
    exhibit.weight = 0.25;
    alert.n_exhibits = 1;
    alert.exhibits = exhibits;
    both.zh_cn = zh;
    both.en = en;
    alert.explanation = &both;
    packed(&alert, &bytes);
    assert_int_equal(xz_alert_json_of_protobuf(xz_buf_view(&bytes), &json, &err), XZ_OK);
    xz_buf_u8(&json, 0);
    assert_string_equal(
        (const char *)json.data,
        "{\"alert_id\":\"01J\",\"rev\":2,\"action\":[\"A1\",\"A3\"],\"involved\":[],"
        "\"window\":{\"start\":\"1970-01-01T08:00:00+08:00\",\"end\":\"1970-01-01T08:00:01+08:00\"}"
        ","
        "\"event_ids\":[],\"exhibits\":[{\"operator\":\"P1/"
        "OP1\",\"weight\":0.25,\"reversed\":true}],"
        "\"evidence\":[],\"e_value\":null,\"legal\":[],\"explanation\":{\"zh-CN\":\"甲\",\"en\":"
        "\"a\"}}");
    xz_buf_fini(&bytes);
    xz_buf_fini(&json);
}

static void test_other_bytes_are_rejected(void **state)
{
    struct xz_buf json = {0};
    struct xz_err err = {0};

    (void)state;
    assert_int_equal(xz_alert_json_of_protobuf(XZ_STR("\x0a\xff"), &json, &err), XZ_REJECT);
    assert_string_equal(err.reason, "malformed");
    assert_int_equal(json.len, 0);
}

static void test_a_time_of_no_known_year_is_rejected(void **state)
{
    static const int64_t times[] = {INT64_MAX, INT64_MIN, INT64_C(7300000000000)};

    (void)state;
    for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
        Xiezhi__Alert alert = XIEZHI__ALERT__INIT;
        Xiezhi__Window window = XIEZHI__WINDOW__INIT;
        struct xz_buf bytes = {0}, json = {0};
        struct xz_err err = {0};

        window.has_end = 1;
        window.end = times[i];
        alert.window = &window;
        packed(&alert, &bytes);
        assert_int_equal(xz_alert_json_of_protobuf(xz_buf_view(&bytes), &json, &err), XZ_REJECT);
        assert_string_equal(err.reason, "malformed");
        assert_int_equal(json.len, 0);
        xz_buf_fini(&bytes);
        xz_buf_fini(&json);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_members_are_those_of_the_contract),
        cmocka_unit_test(test_other_bytes_are_rejected),
        cmocka_unit_test(test_a_time_of_no_known_year_is_rejected),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
