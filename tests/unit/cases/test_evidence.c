/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The evidence pack: what is in it, that anything changed is found, and that others can check it.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/rng.h"
#include "cases/archive.h"
#include "cases/evidence.h"
#include "people.h"

#define LI "210100190001011234"

static void bring_case(const struct xz_desk *desk, const struct xz_actor *who)
{
    struct said said = saying("01A", "T02", "insured", LI);
    const struct xz_on_case on = {.actor = who, .case_id = 1, .now_ms = MONDAY_MS};
    struct xz_err err = {0};
    int64_t file = 0;

    (void)bring(desk, &said, 1, MONDAY_MS);
    said.id = "01B";
    said.events = "e2:700";
    (void)bring(desk, &said, 1, MONDAY_MS);
    assert_int_equal(xz_work_note(desk, &on, XZ_STR("a note"), &err), XZ_OK);
    assert_int_equal(
        xz_work_file(desk, &on, XZ_STR("../照片 1.jpg"), XZ_STR("\xFF\xD8 bytes"), &file, &err),
        XZ_OK);
}

static struct xz_buf packed(const struct xz_desk *desk, const struct xz_actor *who)
{
    static const struct xz_evidence_event events[] = {
        {{"G/1~P1~", 7}, {"{\"psn_no\":\"~P1~\"}", 17}}, {{"G_1~P1~", 7}, {"{}", 2}}};
    const struct xz_desk_view view = {desk, who, MONDAY_MS};
    struct xz_buf out = {0};
    struct xz_err err = {0};

    if (xz_evidence_make(&view, 1, events, 2, &out, &err) != XZ_OK) {
        fail_msg("%s", err.msg);
    }
    return out;
}

static void test_a_pack_is_whole_and_without_names(void **state)
{
    struct xz_desk desk = desk_opened(*state);
    const struct xz_actor li = person(&desk, "li", INVESTIGATOR, "2101");
    const struct xz_actor far = person(&desk, "far", INVESTIGATOR, "31");
    const struct xz_desk_view foreign = {&desk, &far, MONDAY_MS};
    struct xz_evidence_report report;
    struct xz_archive archive = {.count = 0};
    struct xz_err err = {0};
    unsigned char key[XZ_KEY_LEN];
    struct xz_buf pack, none = {0};
    json_t *manifest;

    bring_case(&desk, &li);
    pack = packed(&desk, &li);
    assert_null(memmem(pack.data, pack.len, LI, strlen(LI)));
    assert_null(memmem(pack.data, pack.len, "~P", 2));
    xz_keys_public(desk.keys, key);
    xz_evidence_verify(xz_buf_view(&pack), key, &report);
    assert_string_equal(report.what, "");
    assert_true(report.intact);
    assert_int_equal(report.case_id, 1);
    assert_int_equal(report.files, 8);
    assert_int_equal(xz_archive_unpack(xz_buf_view(&pack), pack.len, &archive, &err), XZ_OK);
    assert_non_null(xz_archive_find(&archive, "alerts/01A.json"));
    assert_non_null(xz_archive_find(&archive, "alerts/01B.json"));
    assert_non_null(xz_archive_find(&archive, "files/1-..________1.jpg"));
    assert_non_null(xz_archive_find(&archive, "history.json"));
    assert_memory_equal(archive.files[5].name, "events/G_1P-", 12);
    assert_memory_equal(archive.files[6].name, "events/2-G_1P-", 14); /* G/1 and G_1 */
    assert_non_null(memmem(xz_archive_find(&archive, "README.txt")->bytes.data,
                           xz_archive_find(&archive, "README.txt")->bytes.len,
                           "xiezhi explain -c CONFIG 01B", 28));
    manifest = json_loadb((const char *)xz_archive_find(&archive, "manifest.json")->bytes.data,
                          xz_archive_find(&archive, "manifest.json")->bytes.len, 0, NULL);
    assert_string_equal(text_at(manifest, "alerts/1/id"), "01B");
    assert_string_equal(text_at(manifest, "made_by"), "li");
    assert_true(int_at(manifest, "audit/seq") > 0);
    json_decref(manifest);
    assert_int_equal(xz_evidence_make(&foreign, 1, NULL, 0, &none, &err), XZ_REJECT);
    assert_string_equal(err.reason, "not_found");
    assert_int_equal(number(&desk, "SELECT COUNT(*) FROM audit WHERE action = 'case.export' "
                                   "AND object = 'case/1' AND actor = 'li'"),
                     1);
    xz_archive_fini(&archive);
    xz_buf_fini(&pack);
    xz_desk_close(&desk);
}

static void test_the_same_is_the_same(void **state)
{
    struct xz_desk desk = desk_opened(*state);
    const struct xz_actor li = person(&desk, "li", INVESTIGATOR, "2101");
    struct xz_archive one = {.count = 0}, other = {.count = 0};
    struct xz_err err = {0};
    struct xz_buf first, second, third = {0};

    bring_case(&desk, &li);
    first = packed(&desk, &li);
    second = packed(&desk, &li);
    assert_int_equal(xz_archive_unpack(xz_buf_view(&first), first.len, &one, &err), XZ_OK);
    assert_int_equal(xz_archive_unpack(xz_buf_view(&second), second.len, &other, &err), XZ_OK);
    assert_int_equal(one.count, other.count);
    for (size_t i = 0; i < one.count; i++) { /* the chain has gone on by one record */
        const bool is_of_chain = strcmp(one.files[i].name, "manifest.json") == 0 ||
                                 strcmp(one.files[i].name, "manifest.sig") == 0;

        assert_string_equal(one.files[i].name, other.files[i].name);
        assert_int_equal(
            xz_str_eq(xz_buf_view(&one.files[i].bytes), xz_buf_view(&other.files[i].bytes)),
            !is_of_chain);
    }
    assert_int_equal(xz_archive_pack(&one, MONDAY_MS, &third, &err), XZ_OK);
    assert_true(xz_str_eq(xz_buf_view(&first), xz_buf_view(&third)));
    xz_archive_fini(&one);
    xz_archive_fini(&other);
    xz_buf_fini(&first);
    xz_buf_fini(&second);
    xz_buf_fini(&third);
    xz_desk_close(&desk);
}

static void assert_found(struct xz_str pack, const unsigned char *key, const char *what)
{
    struct xz_evidence_report report;

    xz_evidence_verify(pack, key, &report);
    if (report.intact || report.what[0] == '\0') {
        fail_msg("not found: %s", what);
    }
}

/* The same files but one, signed by nobody again. */
static void repack(const struct xz_buf *pack, size_t which, char how, struct xz_buf *out)
{
    struct xz_archive archive = {.count = 0};
    struct xz_archive_file held;
    struct xz_err err = {0};

    assert_int_equal(xz_archive_unpack(xz_buf_view(pack), pack->len, &archive, &err), XZ_OK);
    if (how == 'x') { /* taken away */
        held = archive.files[which];
        memmove(&archive.files[which], &archive.files[which + 1],
                (archive.count - which - 1) * sizeof(held));
        archive.count--;
        xz_buf_fini(&held.bytes);
    } else if (how == 's') { /* in another order */
        held = archive.files[which];
        archive.files[which] = archive.files[which + 1];
        archive.files[which + 1] = held;
    } else { /* one more */
        xz_buf_u8(&xz_archive_add(&archive, "events/", XZ_STR("more.json"))->bytes, '{');
    }
    xz_buf_clear(out);
    assert_int_equal(xz_archive_pack(&archive, MONDAY_MS, out, &err), XZ_OK);
    xz_archive_fini(&archive);
}

static void test_whatever_was_changed_is_found(void **state)
{
    struct xz_desk desk = desk_opened(*state);
    const struct xz_actor li = person(&desk, "li", INVESTIGATOR, "2101");
    unsigned char key[XZ_KEY_LEN], other[XZ_KEY_LEN] = {1};
    struct xz_buf pack, changed = {0};
    struct xz_rng rng;
    char what[64];

    bring_case(&desk, &li);
    pack = packed(&desk, &li);
    xz_keys_public(desk.keys, key);
    xz_rng_init(&rng, 20260302, 7);
    for (int i = 0; i < 2000; i++) {
        const uint32_t where = xz_rng_below(&rng, (uint32_t)pack.len);
        const unsigned char bit = (unsigned char)(1u << xz_rng_below(&rng, 8));

        pack.data[where] ^= bit;
        (void)snprintf(what, sizeof(what), "bit %u of byte %u, seed 20260302", bit, where);
        assert_found(xz_buf_view(&pack), key, what);
        pack.data[where] ^= bit;
    }
    for (int i = 0; i < 200; i++) {
        assert_found(
            (struct xz_str){(const char *)pack.data, xz_rng_below(&rng, (uint32_t)pack.len)}, key,
            "cut short");
    }
    for (size_t i = 0; i < 8; i++) {
        repack(&pack, i, 'x', &changed);
        assert_found(xz_buf_view(&changed), key, "a file is missing");
        repack(&pack, i, 's', &changed);
        assert_found(xz_buf_view(&changed), key, "another order");
    }
    repack(&pack, 0, '+', &changed);
    assert_found(xz_buf_view(&changed), key, "a file more");
    assert_found(xz_buf_view(&pack), other, "signed by somebody else");
    assert_found(XZ_STR_NONE, NULL, "nothing");
    xz_buf_fini(&changed);
    xz_buf_fini(&pack);
    xz_desk_close(&desk);
}

static void test_a_key_file_gets_its_signing_key(void **state)
{
    struct xz_keys *keys = NULL;
    struct xz_err err = {0};
    unsigned char first[XZ_KEY_LEN], again[XZ_KEY_LEN];
    char file[64], hex[65];
    FILE *out;

    (void)state;
    (void)snprintf(file, sizeof(file), "%s/old.keys", databases_dir);
    memset(hex, 'a', 64);
    hex[64] = '\0';
    out = fopen(file, "we");
    assert_non_null(out);
    assert_int_equal(chmod(file, 0600), 0);
    (void)fprintf(out, "seal %s\nlookup %s\npseudonym 1 %s\n", hex, hex, hex);
    assert_int_equal(fclose(out), 0);
    assert_int_equal(xz_keys_load(file, &keys, &err), XZ_OK);
    assert_int_equal(xz_keys_complete(file, keys, &err), XZ_OK);
    xz_keys_public(keys, first);
    xz_keys_free(keys);
    assert_int_equal(xz_keys_load(file, &keys, &err), XZ_OK);
    assert_int_equal(xz_keys_complete(file, keys, &err), XZ_OK);
    xz_keys_public(keys, again);
    assert_memory_equal(first, again, XZ_KEY_LEN);
    assert_int_equal(xz_keys_version(keys), 1);
    xz_keys_free(keys);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH(test_a_pack_is_whole_and_without_names),
        ON_BOTH(test_the_same_is_the_same),
        ON_BOTH(test_whatever_was_changed_is_found),
        cmocka_unit_test(test_a_key_file_gets_its_signing_key),
    };

    return cmocka_run_group_tests(tests, databases_start, databases_stop);
}
