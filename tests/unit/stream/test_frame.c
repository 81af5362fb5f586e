/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Frames: what is written is read back, and nothing else is taken for one. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "stream/frame.h"

static const char *const bodies[] = {"one", "", "three bytes and more"};
#define BODIES (sizeof(bodies) / sizeof(bodies[0]))

static void sample(struct xz_buf *out)
{
    xz_frame_begin(out, XZ_STR("xiezhi.events/3"), UINT64_C(1795441026191), 7);
    for (size_t i = 0; i < BODIES; i++) {
        xz_frame_add(out, INT64_C(1) << (20 * i), (uint32_t)i, bodies[i], strlen(bodies[i]));
    }
}

static void test_observations_come_back_in_order(void **state)
{
    struct xz_buf bytes = {0};
    struct xz_frame frame;
    struct xz_reader observation;
    int64_t offset;
    uint32_t place;

    (void)state;
    sample(&bytes);
    assert_int_equal(xz_frame_open(bytes.data, bytes.len, &frame, NULL), XZ_OK);
    assert_int_equal(frame.type, XZ_FRAME_OBSERVATIONS);
    assert_true(xz_str_eq(frame.source, XZ_STR("xiezhi.events/3")));
    assert_true(frame.epoch == UINT64_C(1795441026191));
    assert_true(frame.number == 7);
    for (size_t i = 0; i < BODIES; i++) {
        assert_true(xz_frame_next(&frame, &offset, &place, &observation));
        assert_true(offset == INT64_C(1) << (20 * i));
        assert_int_equal(place, i);
        assert_int_equal(xz_reader_left(&observation), strlen(bodies[i]));
        assert_memory_equal(observation.at, bodies[i], strlen(bodies[i]));
    }
    assert_false(xz_frame_next(&frame, &offset, &place, &observation));
    assert_false(frame.body.bad);
    xz_buf_fini(&bytes);
}

static void test_pack_frame_names_its_pack(void **state)
{
    static const char hash[] = "2695dc6acffc621778d0ca529b80a6589bde1f0627aec15e660be3f931a8a2e0";
    struct xz_buf bytes = {0};
    struct xz_frame frame;

    (void)state;
    xz_frame_pack(&bytes, XZ_STR(hash));
    assert_int_equal(xz_frame_open(bytes.data, bytes.len, &frame, NULL), XZ_OK);
    assert_int_equal(frame.type, XZ_FRAME_PACK);
    assert_true(xz_str_eq(frame.pack, XZ_STR(hash)));
    xz_buf_fini(&bytes);
}

/* A frame cut short anywhere is refused when it is opened, or says that it is bad when it is read,
 * unless the cut falls between two observations. */
static void test_cut_frames_are_never_read_as_more(void **state)
{
    struct xz_buf bytes = {0};
    size_t whole = 0;

    (void)state;
    sample(&bytes);
    for (size_t len = 0; len < bytes.len; len++) {
        unsigned char *cut = malloc(len + 1); /* its own block: a sanitizer sees a read past it */
        struct xz_frame frame;
        struct xz_reader observation;
        int64_t offset;
        uint32_t place;
        size_t count = 0;

        assert_non_null(cut);
        memcpy(cut, bytes.data, len);
        if (xz_frame_open(cut, len, &frame, NULL) == XZ_OK) {
            while (xz_frame_next(&frame, &offset, &place, &observation)) {
                count++;
            }
            assert_true(count < BODIES);
            whole += !frame.body.bad;
        }
        free(cut);
    }
    assert_int_equal(whole, BODIES); /* after the head, and after each but the last */
    xz_buf_fini(&bytes);
}

static void refuse(const char *bytes, size_t len, const char *word)
{
    struct xz_frame frame;
    struct xz_err err = {0};

    assert_int_equal(xz_frame_open(bytes, len, &frame, &err), XZ_FATAL);
    assert_non_null(strstr(err.msg, word));
}

static void test_strangers_are_refused_with_a_reason(void **state)
{
    char name[300];
    struct xz_buf bytes = {0};

    (void)state;
    refuse("", 0, "no frame");
    refuse("{\"msgid\":1}", 11, "no frame");
    refuse("xz\x02\x01", 4, "version 2");
    refuse("xz\x01\x09", 4, "does not decode");
    memset(name, 'n', sizeof(name));
    xz_frame_begin(&bytes, (struct xz_str){name, XZ_SOURCE_MAX + 1}, 1, 0);
    refuse((const char *)bytes.data, bytes.len, "does not decode");
    xz_buf_clear(&bytes);
    xz_frame_begin(&bytes, XZ_STR_NONE, 1, 0);
    refuse((const char *)bytes.data, bytes.len, "does not decode");
    xz_buf_clear(&bytes);
    xz_frame_begin(&bytes, XZ_STR("events\0/1"), 1, 0);
    refuse((const char *)bytes.data, bytes.len, "does not decode");
    xz_buf_clear(&bytes);
    xz_frame_pack(&bytes, (struct xz_str){name, 65});
    refuse((const char *)bytes.data, bytes.len, "does not decode");
    xz_buf_clear(&bytes);
    xz_frame_pack(&bytes, XZ_STR("abc"));
    xz_buf_u8(&bytes, 0); /* what follows it nobody would read */
    refuse((const char *)bytes.data, bytes.len, "does not decode");
    xz_buf_fini(&bytes);
}

static void test_longest_source_name_is_taken(void **state)
{
    char name[XZ_SOURCE_MAX];
    struct xz_buf bytes = {0};
    struct xz_frame frame;
    struct xz_marks marks = {0};

    (void)state;
    memset(name, 'n', sizeof(name));
    xz_frame_begin(&bytes, (struct xz_str){name, sizeof(name)}, 1, 0);
    assert_int_equal(xz_frame_open(bytes.data, bytes.len, &frame, NULL), XZ_OK);
    assert_int_equal(strlen(xz_marks_of(&marks, frame.source)->source), sizeof(name));
    xz_marks_fini(&marks);
    xz_buf_fini(&bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_observations_come_back_in_order),
        cmocka_unit_test(test_pack_frame_names_its_pack),
        cmocka_unit_test(test_cut_frames_are_never_read_as_more),
        cmocka_unit_test(test_strangers_are_refused_with_a_reason),
        cmocka_unit_test(test_longest_source_name_is_taken),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
