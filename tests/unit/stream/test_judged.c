/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The pack that a published alert names, in both forms; and what a checkpoint's marker holds. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "proto/xiezhi.pb-c.h"
#include "stream/judged.h"
#include "stream/marker.h"

#define SHA256 "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static enum xz_rc pack_of(const char *text, char sha256[static 65])
{
    struct xz_err err = {0};

    sha256[0] = '\0';
    return xz_judged_pack(xz_str_from(text), sha256, &err);
}

static void test_json_names_its_pack(void **state)
{
    char sha256[65];

    (void)state;
    assert_int_equal(pack_of("{\"alert_id\":\"a\",\"evidence\":[{\"pack\":{\"sha256\":\"no\"}}],"
                             "\"subject\":{\"sha256\":\"no\"},"
                             "\"pack\":{\"name\":\"p\",\"sha256\":\"" SHA256 "\"},\"x\":1}",
                             sha256),
                     XZ_OK);
    assert_string_equal(sha256, SHA256);
    assert_int_equal(pack_of("{\"pack\":{\"sha256\":\"12\"}}", sha256), XZ_REJECT);
    assert_int_equal(pack_of("{\"pack\":{\"name\":\"" SHA256 "\"}}", sha256), XZ_REJECT);
    assert_int_equal(pack_of("{\"pack\":\"" SHA256 "\"}", sha256), XZ_REJECT);
    assert_int_equal(pack_of("{\"pack\":{\"sha256\":", sha256), XZ_REJECT);
    assert_int_equal(pack_of("{}", sha256), XZ_REJECT);
    assert_string_equal(sha256, "");
}

static void test_protobuf_names_its_pack(void **state)
{
    char hash[] = SHA256, sha256[65] = "";
    Xiezhi__PackRef pack = XIEZHI__PACK_REF__INIT;
    Xiezhi__Alert alert = XIEZHI__ALERT__INIT;
    struct xz_err err = {0};
    uint8_t bytes[256];
    size_t len;

    (void)state;
    pack.sha256 = hash;
    alert.alert_id = hash;
    alert.pack = &pack;
    assert_true(xiezhi__alert__get_packed_size(&alert) <= sizeof(bytes));
    len = xiezhi__alert__pack(&alert, bytes);
    assert_int_equal(
        xz_judged_pack((struct xz_str){(const char *)bytes, (uint32_t)len}, sha256, &err), XZ_OK);
    assert_string_equal(sha256, SHA256);
    alert.pack = NULL;
    len = xiezhi__alert__pack(&alert, bytes);
    assert_int_equal(
        xz_judged_pack((struct xz_str){(const char *)bytes, (uint32_t)len}, sha256, &err),
        XZ_REJECT);
    assert_int_equal(xz_judged_pack((struct xz_str){"\xff\xff", 2}, sha256, &err), XZ_REJECT);
    assert_int_equal(xz_judged_pack(XZ_STR_NONE, sha256, &err), XZ_REJECT);
}

static void test_marker_comes_back(void **state)
{
    const struct xz_marker told = {.cluster = XZ_STR("c"),
                                   .topic = XZ_STR("o"),
                                   .partitions = 4,
                                   .next = 77,
                                   .epoch = 99,
                                   .pack = XZ_STR(SHA256)};
    struct xz_marker back = {0};
    struct xz_marks marks = {0}, marks_back = {0};
    struct xz_mark *mark = xz_marks_of(&marks, XZ_STR("events/0"));
    struct xz_buf bytes = {0};
    struct xz_err err = {0};

    (void)state;
    assert_true(mark->newest_ms == INT64_MIN);
    assert_true(xz_mark_accept(mark, 5, 0));
    assert_true(xz_mark_apply(mark, 12, 3));
    mark->newest_ms = -1000;
    xz_marker_encode(&told, &marks, &bytes);
    assert_int_equal(xz_marker_decode(xz_buf_view(&bytes), &back, &marks_back, &err), XZ_OK);
    assert_true(xz_str_eq(back.cluster, told.cluster) && xz_str_eq(back.topic, told.topic));
    assert_true(xz_str_eq(back.pack, told.pack));
    assert_true(back.partitions == 4 && back.next == 77 && back.epoch == 99);
    assert_int_equal(marks_back.count, 1);
    assert_string_equal(marks_back.items[0].source, "events/0");
    assert_true(marks_back.items[0].offset == 12 && marks_back.items[0].newest_ms == -1000);
    for (size_t len = 0; len < bytes.len; len++) { /* cut anywhere it is no marker */
        const struct xz_str cut = {(const char *)bytes.data, (uint32_t)len};

        xz_marks_fini(&marks_back);
        assert_int_equal(xz_marker_decode(cut, &back, &marks_back, &err), XZ_FATAL);
    }
    bytes.data[0] = XZ_MARKER_VERSION + 1;
    assert_int_equal(xz_marker_decode(xz_buf_view(&bytes), &back, &marks_back, &err), XZ_FATAL);
    assert_non_null(strstr(err.msg, "version"));
    xz_marks_fini(&marks);
    xz_marks_fini(&marks_back);
    xz_buf_fini(&bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_json_names_its_pack),
        cmocka_unit_test(test_protobuf_names_its_pack),
        cmocka_unit_test(test_marker_comes_back),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
