/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who a pseudonym is: who is told, with whose yes, and what it leaves in the chain. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "cases/unmask.h"
#include "people.h"

#define LI     "210100190001011234"
#define WANG   "210100190001015678"
#define REASON XZ_STR("the file needs a name")

struct world {
    struct xz_desk desk;
    struct xz_actor asker, approver, far, analyst;
    char names[2][XZ_PSEUDONYM_LEN + 1];
    struct xz_str people[2];
};

static struct world opened(const char *url)
{
    struct world world = {.desk = desk_opened(url)};
    struct xz_db_conn *conn = NULL;
    struct xz_err err = {0};
    struct said said = saying("A", "T02", "insured", LI);

    world.asker = person(&world.desk, "li", INVESTIGATOR, "2101");
    world.approver = person(&world.desk, "zhao", APPROVER, "21");
    world.far = person(&world.desk, "qian", INVESTIGATOR | APPROVER, "31");
    world.analyst = person(&world.desk, "sun", 1u << XZ_ROLE_ANALYST, "");
    said.involved = "{\"kind\":\"proxy\",\"id\":\"" WANG "\",\"role\":\"proxy\"}";
    (void)bring(&world.desk, &said, 1, MONDAY_MS);
    assert_int_equal(xz_db_take(world.desk.db, 1000, &conn, &err), XZ_OK);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(xz_identity_pseudonym(conn, i + 1, world.names[i], &err), XZ_OK);
    }
    xz_db_give(conn);
    return world;
}

/* The refusal's reason, or "" with the answer. */
static const char *asking(struct world *world, const struct xz_actor *actor, size_t count,
                          int64_t now_ms, json_t **answer)
{
    static struct xz_err err;
    struct xz_unmask ask = {world->people, count, REASON, 0};
    struct xz_buf out = {0};
    enum xz_rc rc;

    for (int i = 0; i < 2; i++) {
        world->people[i] = xz_str_from(world->names[i]);
    }
    err = (struct xz_err){0};
    rc = xz_unmask_ask(&world->desk, actor, &ask, now_ms, &out, &err);
    assert_true(rc == XZ_OK || rc == XZ_REJECT);
    assert_int_equal(rc == XZ_OK, out.len > 0);
    *answer = rc == XZ_OK ? json_of(&out) : NULL;
    return rc == XZ_OK ? "" : err.reason;
}

static void test_one_person_is_told_at_once(void **state)
{
    struct world world = opened(*state);
    const struct xz_unmask of_other_case = {world.people, 1, REASON, 7};
    const struct xz_unmask unsaid = {world.people, 1, XZ_STR("why not"), 0};
    const struct xz_unmask blank = {world.people, 1, XZ_STR("          \u3000"), 0};
    struct xz_buf out = {0};
    struct xz_err err = {0};
    json_t *answer;

    assert_string_equal(asking(&world, &world.asker, 1, MONDAY_MS, &answer), "");
    assert_string_equal(text_at(answer, "people/0/id"), LI);
    assert_string_equal(text_at(answer, "people/0/pseudonym"), world.names[0]);
    json_decref(answer);
    assert_string_equal(asking(&world, &world.far, 1, MONDAY_MS, &answer), "not_found");
    assert_string_equal(asking(&world, &world.analyst, 1, MONDAY_MS, &answer), "forbidden");
    assert_int_equal(
        xz_unmask_ask(&world.desk, &world.asker, &of_other_case, MONDAY_MS, &out, &err), XZ_REJECT);
    assert_string_equal(err.reason, "not_found");
    assert_int_equal(xz_unmask_ask(&world.desk, &world.asker, &unsaid, MONDAY_MS, &out, &err),
                     XZ_REJECT);
    assert_string_equal(err.path, "reason");
    assert_int_equal(xz_unmask_ask(&world.desk, &world.asker, &blank, MONDAY_MS, &out, &err),
                     XZ_REJECT);
    assert_int_equal(number(&world.desk,
                            "SELECT COUNT(*) FROM audit WHERE action = 'person.unmask' "
                            "AND object = 'person/~P1~' AND actor = 'li' "
                            "AND detail LIKE '%the file needs a name%'"),
                     1);
    assert_int_equal(number(&world.desk, "SELECT COUNT(*) FROM audit WHERE detail LIKE '%" LI "%'"),
                     0);
    assert_chain_whole(&world.desk);
    xz_desk_close(&world.desk);
}

static void test_of_another_region_is_as_if_nobody_were_it(void **state)
{
    struct world world = opened(*state);
    const struct xz_str nobody = XZ_STR("P-0000000000000000"), li = xz_str_from(world.names[0]);
    const struct xz_unmask foreign = {&li, 1, REASON, 0}, unknown = {&nobody, 1, REASON, 0};
    struct xz_buf out = {0};
    struct xz_err first = {0}, second = {0};

    assert_int_equal(xz_unmask_ask(&world.desk, &world.far, &foreign, MONDAY_MS, &out, &first),
                     XZ_REJECT);
    assert_int_equal(xz_unmask_ask(&world.desk, &world.far, &unknown, MONDAY_MS, &out, &second),
                     XZ_REJECT);
    assert_string_equal(first.reason, second.reason);
    assert_string_equal(first.path, second.path);
    assert_string_equal(first.msg, second.msg);
    xz_desk_close(&world.desk);
}

static const char *deciding(struct world *world, const struct xz_actor *actor, int64_t request,
                            bool grant, int64_t now_ms)
{
    static struct xz_err err;
    enum xz_rc rc;

    err = (struct xz_err){0};
    rc = xz_unmask_decide(&world->desk, actor, request, grant, XZ_STR("it is in the file"), now_ms,
                          &err);
    assert_true(rc == XZ_OK || rc == XZ_REJECT);
    return rc == XZ_OK ? "" : err.reason;
}

static json_t *reading(struct world *world, int64_t request, int64_t now_ms)
{
    struct xz_buf out = {0};
    struct xz_err err = {0};

    assert_int_equal(xz_unmask_read(&world->desk, &world->asker, request, now_ms, &out, &err),
                     XZ_OK);
    return json_of(&out);
}

static size_t listed(struct world *world, const struct xz_actor *actor, int64_t now_ms,
                     const char *state, bool mine)
{
    const struct xz_desk_view view = {&world->desk, actor, now_ms};
    struct xz_buf out = {0};
    struct xz_err err = {0};
    json_t *list, *item;
    size_t i, count = 0;

    assert_int_equal(xz_unmask_list(&view, &out, &err), XZ_OK);
    list = json_of(&out);
    json_array_foreach(at(list, "items"), i, item)
    {
        count += strcmp(text_at(item, "state"), state) == 0 && int_at(item, "people") == 2 &&
                 json_is_true(at(item, "mine")) == mine &&
                 strcmp(text_at(item, "asked_by"), "li") == 0;
    }
    json_decref(list);
    return count;
}

static void test_several_need_a_second_person(void **state)
{
    struct world world = opened(*state);
    struct xz_buf out = {0};
    struct xz_err err = {0};
    json_t *answer;
    int64_t request;

    assert_string_equal(asking(&world, &world.asker, 2, MONDAY_MS, &answer), "");
    assert_null(at(answer, "people"));
    request = int_at(answer, "request");
    json_decref(answer);
    assert_int_equal(listed(&world, &world.asker, MONDAY_MS, "waiting", true), 1);
    assert_int_equal(listed(&world, &world.approver, MONDAY_MS, "waiting", false), 1);
    assert_int_equal(listed(&world, &world.far, MONDAY_MS, "waiting", false), 0);
    answer = reading(&world, request, MONDAY_MS);
    assert_string_equal(text_at(answer, "state"), "waiting");
    assert_int_equal(json_array_size(at(answer, "people")), 0);
    json_decref(answer);

    assert_string_equal(deciding(&world, &world.asker, request, true, MONDAY_MS), "forbidden");
    world.asker.roles |= APPROVER;
    assert_string_equal(deciding(&world, &world.asker, request, true, MONDAY_MS),
                        "second_person_needed");
    assert_string_equal(deciding(&world, &world.far, request, true, MONDAY_MS), "not_found");
    assert_string_equal(deciding(&world, &world.approver, request, true, MONDAY_MS), "");
    assert_string_equal(deciding(&world, &world.approver, request, false, MONDAY_MS), "conflict");
    answer = reading(&world, request, MONDAY_MS + XZ_UNMASK_READ_MS - 1);
    assert_string_equal(text_at(answer, "people/0/id"), LI);
    assert_string_equal(text_at(answer, "people/1/id"), WANG);
    json_decref(answer);
    answer = reading(&world, request, MONDAY_MS + XZ_UNMASK_READ_MS);
    assert_string_equal(text_at(answer, "state"), "expired");
    assert_int_equal(json_array_size(at(answer, "people")), 0);
    json_decref(answer);
    assert_int_equal(xz_unmask_read(&world.desk, &world.approver, request, MONDAY_MS, &out, &err),
                     XZ_REJECT);
    assert_string_equal(err.reason, "not_found"); /* it is told to who asked */
    assert_int_equal(
        number(&world.desk, "SELECT COUNT(*) FROM audit WHERE action = 'person.unmask'"), 2);
    assert_chain_whole(&world.desk);
    xz_desk_close(&world.desk);
}

static void test_a_request_is_refused_or_expires(void **state)
{
    struct world world = opened(*state);
    json_t *answer;
    int64_t refused, old;

    (void)asking(&world, &world.asker, 2, MONDAY_MS, &answer);
    refused = int_at(answer, "request");
    json_decref(answer);
    (void)asking(&world, &world.asker, 2, MONDAY_MS, &answer);
    old = int_at(answer, "request");
    json_decref(answer);
    assert_string_equal(deciding(&world, &world.approver, refused, false, MONDAY_MS), "");
    answer = reading(&world, refused, MONDAY_MS);
    assert_string_equal(text_at(answer, "state"), "refused");
    assert_int_equal(json_array_size(at(answer, "people")), 0);
    json_decref(answer);
    assert_string_equal(deciding(&world, &world.approver, old, true, MONDAY_MS + XZ_UNMASK_WAIT_MS),
                        "conflict");
    xz_desk_close(&world.desk);
}

static void test_one_after_the_other_is_bulk_too(void **state)
{
    struct world world = opened(*state);
    json_t *answer;

    for (int i = 0; i < XZ_UNMASK_ALONE_MAX; i++) {
        assert_string_equal(asking(&world, &world.asker, 1, MONDAY_MS + i, &answer), "");
        assert_non_null(at(answer, "people"));
        json_decref(answer);
    }
    assert_string_equal(asking(&world, &world.asker, 1, MONDAY_MS + 100, &answer), "");
    assert_null(at(answer, "people"));
    assert_true(int_at(answer, "request") > 0);
    json_decref(answer);
    assert_string_equal(asking(&world, &world.asker, 1, MONDAY_MS + XZ_DAY_MS, &answer), "");
    assert_non_null(at(answer, "people")); /* the first of yesterday no longer counts */
    json_decref(answer);
    xz_desk_close(&world.desk);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH(test_one_person_is_told_at_once),
        ON_BOTH(test_of_another_region_is_as_if_nobody_were_it),
        ON_BOTH(test_several_need_a_second_person),
        ON_BOTH(test_a_request_is_refused_or_expires),
        ON_BOTH(test_one_after_the_other_is_bulk_too),
    };

    return cmocka_run_group_tests(tests, databases_start, databases_stop);
}
