/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Answers that are kept: to whom they are given again, and that this is in the audit chain. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "cases/idempotency.h"
#include "people.h"

/* What became of the key: "new", "again ANSWER", or the refusal's reason. */
static const char *asking(const struct xz_desk *desk, const struct xz_actor *actor,
                          struct xz_str request)
{
    static char said[64];
    const struct xz_idempotency asked = {.actor = actor,
                                         .key = XZ_STR("k1"),
                                         .request = request,
                                         .kind = "case",
                                         .id = XZ_STR("7"),
                                         .now_ms = MONDAY_MS};
    struct xz_buf body = {0};
    struct xz_err err = {0};
    int64_t status = 0;
    const enum xz_rc rc = xz_idempotency_begin(desk, &asked, &status, &body, &err);

    assert_true(rc == XZ_OK || rc == XZ_REJECT);
    (void)snprintf(said, sizeof(said), "%s%.*s",
                   rc == XZ_REJECT ? err.reason
                   : status == 0   ? "new"
                                   : "again ",
                   (int)body.len, body.len > 0 ? (const char *)body.data : "");
    xz_buf_fini(&body);
    return said;
}

static void test_an_answer_is_given_again_and_noted(void **state)
{
    struct xz_desk desk = desk_opened(*state);
    const struct xz_actor li = person(&desk, "li", INVESTIGATOR, "2101");
    const char *noted = "SELECT COUNT(*) FROM audit WHERE action = 'answer.again' "
                        "AND actor = 'li' AND object = 'case/7' AND purpose = 'verification'";
    struct xz_err err = {0};

    assert_string_equal(asking(&desk, &li, XZ_STR("note a")), "new");
    assert_string_equal(asking(&desk, &li, XZ_STR("note a")), "conflict"); /* not answered yet */
    assert_int_equal(xz_idempotency_end(&desk, li.account, XZ_STR("k1"), 200, XZ_STR("done"), &err),
                     XZ_OK);
    assert_int_equal(number(&desk, noted), 0);
    assert_string_equal(asking(&desk, &li, XZ_STR("note a")), "again done");
    assert_string_equal(asking(&desk, &li, XZ_STR("note a")), "again done");
    assert_string_equal(asking(&desk, &li, XZ_STR("note b")), "conflict");
    assert_int_equal(number(&desk, noted), 2);
    assert_chain_whole(&desk);
    xz_desk_close(&desk);
}

static void test_who_sees_less_by_now_is_not_answered(void **state)
{
    struct xz_desk desk = desk_opened(*state);
    const struct xz_actor li = person(&desk, "li", INVESTIGATOR, "2101");
    struct xz_actor moved = li, demoted = li, wider = li;
    struct xz_err err = {0};

    (void)snprintf(moved.regions, sizeof(moved.regions), "1101");
    wider.regions[0] = '\0';
    demoted.roles = 1u << XZ_ROLE_ANALYST;
    assert_string_equal(asking(&desk, &li, XZ_STR("note a")), "new");
    assert_int_equal(xz_idempotency_end(&desk, li.account, XZ_STR("k1"), 200, XZ_STR("done"), &err),
                     XZ_OK);
    assert_string_equal(asking(&desk, &moved, XZ_STR("note a")), "conflict");
    assert_string_equal(asking(&desk, &demoted, XZ_STR("note a")), "conflict");
    assert_string_equal(asking(&desk, &wider, XZ_STR("note a")), "conflict");
    assert_string_equal(asking(&desk, &li, XZ_STR("note a")), "again done");
    xz_desk_close(&desk);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH(test_an_answer_is_given_again_and_noted),
        ON_BOTH(test_who_sees_less_by_now_is_not_answered),
    };

    return cmocka_run_group_tests(tests, databases_start, databases_stop);
}
