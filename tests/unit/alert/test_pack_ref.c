/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The pack that a published alert names, in both forms. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "alert/pack_ref.h"
#include "proto/xiezhi.pb-c.h"

#define SHA256 "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static enum xz_rc pack_of(const char *text, char sha256[static 65])
{
    struct xz_err err = {0};

    sha256[0] = '\0';
    return xz_alert_pack_sha256(xz_str_from(text), sha256, &err);
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
        xz_alert_pack_sha256((struct xz_str){(const char *)bytes, (uint32_t)len}, sha256, &err),
        XZ_OK);
    assert_string_equal(sha256, SHA256);
    alert.pack = NULL;
    len = xiezhi__alert__pack(&alert, bytes);
    assert_int_equal(
        xz_alert_pack_sha256((struct xz_str){(const char *)bytes, (uint32_t)len}, sha256, &err),
        XZ_REJECT);
    assert_int_equal(xz_alert_pack_sha256((struct xz_str){"\xff\xff", 2}, sha256, &err), XZ_REJECT);
    assert_int_equal(xz_alert_pack_sha256(XZ_STR_NONE, sha256, &err), XZ_REJECT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_json_names_its_pack),
        cmocka_unit_test(test_protobuf_names_its_pack),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
