/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a checkpoint's marker holds. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "stream/marker.h"

#define SHA256 "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

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
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_marker_comes_back)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
