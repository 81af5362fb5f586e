/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "good.h"

/* ---- archive ---- */

static void test_archive_gives_the_same_pack_and_hash(void **state)
{
    struct xz_pack *loaded = load_good(), *again = NULL;
    struct xz_buf archive = {0}, second = {0};
    char sha256[65], other[65];
    struct xz_err err = {0};
    size_t count = 0;

    (void)state;
    assert_int_equal(xz_pack_archive(GOOD, &archive, sha256, &err), XZ_OK);
    assert_int_equal(xz_pack_archive(GOOD, &second, other, &err), XZ_OK);
    assert_string_equal(sha256, other);
    assert_int_equal(archive.len, second.len);
    assert_memory_equal(archive.data, second.data, archive.len);
    assert_int_equal(
        xz_pack_load_archive(xz_buf_view(&archive), &sample_schema, NULL, NULL, &again, &err),
        XZ_OK);
    assert_string_equal(xz_pack_sha256(loaded), sha256);
    assert_string_equal(xz_pack_sha256(again), sha256);
    (void)xz_pack_patterns(again, &count);
    assert_int_equal(count, 3);
    near_to(first_param(pattern_of(again, "T90")->evidence, "pharmacy|2101|41"), 4.0);
    xz_pack_free(loaded);
    xz_pack_free(again);
    xz_buf_fini(&archive);
    xz_buf_fini(&second);
}

/* The hash stands in alerts that people keep: it must not change by itself. Two files whose bytes
 * are known, and their hash as computed by another program. */
static void test_hash_is_over_paths_and_bytes(void **state)
{
    struct xz_pack_files files = {0};
    struct xz_mistakes none = {0};
    struct xz_buf plain = {0};
    unsigned char digest[32];
    char hex[65];

    (void)state;
    xz_files_add(&files, "", XZ_STR("pack.yaml"), XZ_STR("name: a\n"), NULL, &none);
    xz_files_add(&files, "", XZ_STR("README.md"), XZ_STR("b"), NULL, &none);
    xz_files_sort(&files);
    xz_files_serialise(&files, &plain);
    assert_int_equal(plain.len, 8 + 1 + 1 + 9 + 1 + 1 + 1 + 9 + 1 + 8);
    assert_memory_equal(plain.data, "XZPACK1\n\2\11README.md\1b\11pack.yaml\10name: a\n",
                        plain.len);
    xz_sha256(plain.data, plain.len, digest);
    xz_hex(digest, sizeof(digest), hex);
    assert_string_equal(hex, "0618af3addd650b0501b14d3129a6439903a2c750499c1b997a96edc510bbd27");
    xz_buf_fini(&plain);
    xz_files_fini(&files);
}

static void test_hash_changes_with_any_byte(void **state)
{
    struct xz_pack_files files = {0};
    struct xz_mistakes none = {0};
    struct xz_buf plain = {0}, other = {0};

    (void)state;
    xz_files_read(&files, GOOD, &none);
    assert_int_equal(none.count, 0);
    xz_files_serialise(&files, &plain);
    files.files[0].bytes.len--;
    xz_files_serialise(&files, &other);
    assert_true(plain.len != other.len);
    xz_buf_fini(&plain);
    xz_buf_fini(&other);
    xz_files_fini(&files);
}

static enum xz_rc load_plain(const struct xz_buf *plain, struct xz_err *err)
{
    struct xz_pack *pack = NULL;
    struct xz_buf archive = {0};
    enum xz_rc rc;

    compress(plain, &archive);
    rc = xz_pack_load_archive(xz_buf_view(&archive), &sample_schema, NULL, NULL, &pack, err);
    xz_pack_free(pack);
    xz_buf_fini(&archive);
    return rc;
}

static void test_paths_in_an_archive_stay_inside(void **state)
{
    static const char *const paths[] = {"../pack.yaml",
                                        "/etc/passwd",
                                        "patterns/../a.yaml",
                                        "patterns//a.yaml",
                                        "patterns/a/b.yaml",
                                        "patterns/.a.yaml",
                                        "patterns\\a.yaml",
                                        "patterns/a b.yaml",
                                        "other/a.yaml",
                                        "patterns/a.yaml.bak",
                                        "",
                                        "patterns/",
                                        "patterns/.yaml",
                                        "baselines/a.bin"};

    (void)state;
    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
        struct xz_buf plain = {0};
        struct xz_err err = {0};

        xz_buf_bytes(&plain, "XZPACK1\n\1", 9);
        xz_buf_str(&plain, xz_str_from(paths[i]));
        xz_buf_str(&plain, XZ_STR("x"));
        if (load_plain(&plain, &err) != XZ_CONFIG || strstr(err.msg, "nothing reads") == NULL) {
            fail_msg("%s: %s", paths[i], err.msg);
        }
        xz_buf_fini(&plain);
    }
}

static void test_damaged_archives_are_refused(void **state)
{
    struct xz_buf archive = {0}, plain = {0};
    struct xz_pack *pack = NULL;
    struct xz_err err = {0};
    char sha256[65];

    (void)state;
    assert_int_equal(xz_pack_archive(GOOD, &archive, sha256, &err), XZ_OK);
    for (size_t len = 0; len < archive.len; len++) { /* cut off anywhere */
        assert_int_equal(xz_pack_load_archive((struct xz_str){(char *)archive.data, (uint32_t)len},
                                              &sample_schema, NULL, NULL, &pack, &err),
                         XZ_CONFIG);
    }
    xz_buf_u8(&archive, 0);
    assert_int_equal(
        xz_pack_load_archive(xz_buf_view(&archive), &sample_schema, NULL, NULL, &pack, &err),
        XZ_CONFIG);
    assert_non_null(strstr(err.msg, "more bytes follow"));

    xz_buf_bytes(&plain, "XZPACK2\n\0", 9);
    assert_int_equal(load_plain(&plain, &err), XZ_CONFIG);
    assert_non_null(strstr(err.msg, "no archive of a pack"));
    xz_buf_clear(&plain);
    xz_buf_bytes(&plain, "XZPACK1\n\5", 9); /* five files, and none is there */
    assert_int_equal(load_plain(&plain, &err), XZ_CONFIG);
    xz_buf_clear(&plain);
    xz_buf_bytes(&plain, "XZPACK1\n\2", 9);
    for (int i = 0; i < 2; i++) { /* twice the same path */
        xz_buf_str(&plain, XZ_STR("a.md"));
        xz_buf_str(&plain, XZ_STR("x"));
    }
    assert_int_equal(load_plain(&plain, &err), XZ_CONFIG);
    assert_non_null(strstr(err.msg, "order of their paths"));
    assert_null(pack);
    xz_buf_fini(&plain);
    xz_buf_fini(&archive);
}

static void test_zip_bomb_is_stopped(void **state)
{
    const size_t size = (size_t)80 << 20;
    struct xz_buf plain = {0};
    struct xz_err err = {0};

    (void)state;
    xz_buf_reserve(&plain, size);
    memset(plain.data, 0, size);
    plain.len = size;
    assert_int_equal(load_plain(&plain, &err), XZ_CONFIG);
    assert_non_null(strstr(err.msg, "expands to more than 64 MiB"));
    xz_buf_fini(&plain);
}

static void test_number_of_patterns_and_lists_is_bounded(void **state)
{
    struct xz_pack_files files = {0};
    struct xz_mistakes none = {0};
    struct xz_buf plain = {0};
    struct xz_err err = {0};

    (void)state;
    xz_files_add(&files, "", XZ_STR("pack.yaml"), XZ_STR("name: a\nversion: b\n"), NULL, &none);
    for (int i = 0; i < XZ_PACK_LISTS_MAX + 1; i++) {
        char path[40];
        const int len = snprintf(path, sizeof(path), "codes/list_%03d.csv", i);

        xz_files_add(&files, "", (struct xz_str){path, (uint32_t)len}, XZ_STR("code\n1\n"), NULL,
                     &none);
    }
    xz_files_sort(&files);
    xz_files_serialise(&files, &plain);
    assert_int_equal(load_plain(&plain, &err), XZ_CONFIG);
    assert_non_null(strstr(err.msg, "at most 256 code lists"));
    assert_string_equal(err.path, "codes/list_256.csv");
    xz_buf_fini(&plain);
    xz_files_fini(&files);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_archive_gives_the_same_pack_and_hash),
        cmocka_unit_test(test_hash_is_over_paths_and_bytes),
        cmocka_unit_test(test_hash_changes_with_any_byte),
        cmocka_unit_test(test_paths_in_an_archive_stay_inside),
        cmocka_unit_test(test_damaged_archives_are_refused),
        cmocka_unit_test(test_zip_bomb_is_stopped),
        cmocka_unit_test(test_number_of_patterns_and_lists_is_bounded),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
