/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Changes: how long they are kept, for whom they stay longer, and what is told of those gone. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <pthread.h>

#include "cases/change.h"
#include "cases/webhook.h"
#include "people.h"

#define LATER_MS (MONDAY_MS + XZ_CHANGE_KEEP_MS)

static enum xz_rc note_one(struct xz_db_conn *conn, void *arg, struct xz_err *err)
{
    return xz_change_note(conn,
                          &(struct xz_change){.at_ms = *(const int64_t *)arg,
                                              .kind = "case",
                                              .what = "note",
                                              .object = XZ_STR("1"),
                                              .region = XZ_STR("210100")},
                          err);
}

static void note(const struct xz_desk *desk, int count, int64_t at_ms)
{
    struct xz_err err = {0};

    for (int i = 0; i < count; i++) {
        assert_int_equal(xz_desk_write(desk, note_one, &at_ms, &err), XZ_OK);
    }
}

/* True: there is more to do. */
static bool sweep_at(const struct xz_desk *desk, int64_t now_ms)
{
    struct xz_err err = {0};
    bool more = true;

    if (xz_change_sweep(desk, now_ms, &more, &err) != XZ_OK) {
        fail_msg("%s", err.msg);
    }
    return more;
}

static int64_t kept(const struct xz_desk *desk)
{
    return number(desk, "SELECT COUNT(*) FROM change");
}

static int64_t oldest(const struct xz_desk *desk)
{
    return number(desk, "SELECT MIN(id) FROM change");
}

/* What a listener is told that has seen `after`: "reset@5", "3 from 4 to 6"; *last goes on. */
static const char *told_after(const struct xz_desk *desk, struct xz_change_mark after,
                              struct xz_change_mark *last)
{
    static char text[80];
    const struct xz_actor all = {.account = 1};
    const struct xz_desk_view view = {desk, &all, LATER_MS};
    struct xz_buf out = {0};
    struct xz_err err = {0};
    json_t *list;

    if (xz_view_changes(&view, &after, 50, &out, last, &err) != XZ_OK) {
        fail_msg("%s", err.msg);
    }
    list = json_of(&out);
    if (json_array_size(list) == 0) {
        (void)snprintf(text, sizeof(text), "nothing");
    } else if (strcmp(text_at(json_array_get(list, 0), "kind"), "reset") == 0) {
        assert_int_equal(json_array_size(list), 1);
        (void)snprintf(text, sizeof(text), "reset@%d", (int)int_at(json_array_get(list, 0), "id"));
    } else {
        (void)snprintf(text, sizeof(text), "%d from %d", (int)json_array_size(list),
                       (int)int_at(json_array_get(list, 0), "id"));
    }
    json_decref(list);
    return text;
}

/* Of a number that somebody remembers. */
static const char *told(const struct xz_desk *desk, int64_t after, int64_t *last)
{
    struct xz_change_mark mark = {0};
    const char *text = told_after(desk, (struct xz_change_mark){after, 0}, &mark);

    *last = mark.id;
    return text;
}

static void test_changes_are_kept_for_thirty_days(void **state)
{
    struct xz_desk desk = desk_opened(*state);

    note(&desk, 3, MONDAY_MS);
    note(&desk, 2, MONDAY_MS + XZ_DAY_MS);
    assert_false(sweep_at(&desk, LATER_MS));
    assert_int_equal(kept(&desk), 5);
    assert_false(sweep_at(&desk, LATER_MS + 1));
    assert_int_equal(kept(&desk), 2);
    assert_int_equal(oldest(&desk), 4);
    assert_false(sweep_at(&desk, LATER_MS + 40 * XZ_DAY_MS));
    assert_int_equal(kept(&desk), 0);
    assert_false(sweep_at(&desk, LATER_MS + 40 * XZ_DAY_MS));
    note(&desk, 1, LATER_MS); /* numbers go on */
    assert_int_equal(oldest(&desk), 6);
    xz_desk_close(&desk);
}

/* An alert that moves: what happened to it here is told, not how it stands elsewhere now. */
static void test_a_change_shows_what_is_still_in_ones_regions(void **state)
{
    struct xz_desk desk = desk_opened(*state);
    const struct xz_actor local = {.account = 1, .regions = "210102"}, far = {.regions = "210103"};
    const struct xz_actor *const actors[] = {&local, &far};
    struct said said = saying("A", "T09", "institution", "P1");
    struct xz_buf out = {0};
    struct xz_err err = {0};

    (void)bring(&desk, &said, 1, MONDAY_MS);
    said.rev = 2;
    said.region = "210103";
    (void)bring(&desk, &said, 1, MONDAY_MS);
    for (int i = 0; i < 2; i++) {
        const struct xz_desk_view view = {&desk, actors[i], MONDAY_MS};
        struct xz_change_mark last = {0};
        json_t *list, *change;
        size_t at_change, alerts = 0;

        assert_int_equal(xz_view_changes(&view, &(struct xz_change_mark){0}, 50, &out, &last, &err),
                         XZ_OK);
        list = json_of(&out);
        json_array_foreach(list, at_change, change)
        {
            if (strcmp(text_at(change, "kind"), "alert") == 0) {
                alerts++;
                assert_string_equal(text_at(change, "alert/region"), i == 0 ? "" : "210103");
                assert_int_equal(at(change, "alert") != NULL, i == 1);
            }
        }
        assert_int_equal(alerts, 1);
        json_decref(list);
    }
    xz_desk_close(&desk);
}

static void test_who_asks_for_what_is_gone_is_told_so(void **state)
{
    struct xz_desk desk = desk_opened(*state);
    int64_t last = -1;

    assert_string_equal(told(&desk, 0, &last), "nothing");
    note(&desk, 3, MONDAY_MS);
    note(&desk, 2, MONDAY_MS + XZ_DAY_MS);
    assert_string_equal(told(&desk, 0, &last), "5 from 1");
    assert_false(sweep_at(&desk, LATER_MS + 1));
    assert_string_equal(told(&desk, 0, &last), "reset@5");
    assert_int_equal(last, 5);
    assert_string_equal(told(&desk, 2, &last), "reset@5");
    assert_string_equal(told(&desk, 3, &last), "2 from 4"); /* it has seen all that is gone */
    assert_string_equal(told(&desk, 5, &last), "nothing");
    assert_string_equal(told(&desk, 6, &last), "reset@5"); /* of another store, or an older one */
    assert_int_equal(last, 5);
    assert_false(sweep_at(&desk, LATER_MS + 40 * XZ_DAY_MS));
    assert_string_equal(told(&desk, 4, &last), "reset@5");
    assert_string_equal(told(&desk, 5, &last), "nothing");
    xz_desk_close(&desk);
}

/* Clocks are set back: a number is as old as all before it. */
static void test_a_young_change_holds_those_behind_it(void **state)
{
    struct xz_desk desk = desk_opened(*state);

    note(&desk, 2, MONDAY_MS);
    note(&desk, 1, MONDAY_MS + XZ_DAY_MS);
    note(&desk, 2, MONDAY_MS);
    assert_false(sweep_at(&desk, LATER_MS + 1));
    assert_int_equal(oldest(&desk), 3);
    assert_int_equal(kept(&desk), 3);
    xz_desk_close(&desk);
}

static void test_what_a_webhook_was_not_told_stays(void **state)
{
    struct xz_desk desk = desk_opened(*state);
    const struct xz_actor admin = person(&desk, "root", 1u << XZ_ROLE_ADMIN, "");
    struct xz_webhook_claim claim;
    struct xz_err err = {0};
    char secret[XZ_SECRET_LEN + 1];
    size_t count = 0;
    int64_t hook = 0;
    bool more = false;

    note(&desk, 2, MONDAY_MS);
    assert_int_equal(xz_webhook_add(&desk, &admin, XZ_STR("https://example.invalid/x"),
                                    XZ_WEBHOOK_CASE, XZ_STR(""), MONDAY_MS, &hook, secret, &err),
                     XZ_OK);
    note(&desk, 3, MONDAY_MS);
    assert_false(sweep_at(&desk, LATER_MS + 1));
    assert_int_equal(kept(&desk), 3);
    assert_int_equal(xz_webhook_fan_out(&desk, LATER_MS, &more, &err), XZ_OK);
    assert_false(sweep_at(&desk, LATER_MS + 1));
    assert_int_equal(kept(&desk), 3); /* each waits as a delivery */
    execute(&desk, "UPDATE webhook_delivery SET state = 'done' WHERE change_id = ?1", 4);
    note(&desk, 1, MONDAY_MS);
    assert_int_equal(xz_webhook_fan_out(&desk, LATER_MS, &more, &err), XZ_OK);
    assert_false(sweep_at(&desk, LATER_MS + 1));
    assert_int_equal(kept(&desk), 3); /* without the one that was delivered */
    assert_int_equal(number(&desk, "SELECT COUNT(*) FROM change WHERE id = 4"), 0);
    assert_int_equal(xz_webhook_claim(&desk, LATER_MS + 1, 1, &claim, &count, &err), XZ_OK);
    assert_int_equal(count, 1);
    assert_int_equal(claim.change_id, 3);
    assert_non_null(memmem(claim.body.data, claim.body.len, "\"kind\":\"case\"", 13));
    xz_webhook_claim_fini(&claim);
    /* what is gone cannot be told once more */
    assert_int_equal(
        xz_webhook_redeliver(&desk, &admin, hook,
                             number(&desk, "SELECT id FROM webhook_delivery WHERE change_id = 4"),
                             LATER_MS, &err),
        XZ_REJECT);
    assert_string_equal(err.reason, "not_found");
    /* one that is not in use holds nothing */
    execute(&desk, "UPDATE webhook SET active = 0, change_id = 0 WHERE id = ?1", hook);
    execute(&desk, "DELETE FROM webhook_delivery WHERE webhook = ?1", hook);
    note(&desk, 1, MONDAY_MS);
    assert_false(sweep_at(&desk, LATER_MS + 1));
    assert_int_equal(kept(&desk), 0);
    xz_desk_close(&desk);
}

#define WRITTEN 400

static void *write_changes(void *arg)
{
    note(arg, WRITTEN, MONDAY_MS);
    return NULL;
}

/* Whoever listens while others write. */
static void test_each_is_told_once_and_in_order(void **state)
{
    struct xz_desk desk = desk_opened(*state);
    const struct xz_actor all = {.account = 1};
    const struct xz_desk_view view = {&desk, &all, MONDAY_MS};
    struct xz_err err = {0};
    struct xz_change_mark after = {0};
    int64_t seen = 0;
    pthread_t writer;

    assert_int_equal(pthread_create(&writer, NULL, write_changes, &desk), 0);
    while (seen < WRITTEN) {
        struct xz_buf out = {0};
        json_t *list, *change;
        size_t i;

        assert_int_equal(xz_view_changes(&view, &after, 100, &out, &after, &err), XZ_OK);
        list = json_of(&out);
        json_array_foreach(list, i, change) { assert_int_equal(int_at(change, "id"), ++seen); }
        assert_int_equal(after.id, seen);
        json_decref(list);
    }
    (void)pthread_join(writer, NULL);
    xz_desk_close(&desk);
}

static void test_a_mark_of_another_history_resets(void **state)
{
    struct xz_desk desk = desk_opened(*state);
    struct xz_change_mark seen = {0}, last = {0};

    note(&desk, 5, MONDAY_MS);
    assert_string_equal(told_after(&desk, seen, &seen), "5 from 1");
    assert_true(seen.id == 5 && seen.tag != 0);
    /* an older copy is put back, in which there were three, and things go on */
    execute(&desk, "DELETE FROM change WHERE id > ?1", 3);
    execute(&desk, "UPDATE counter SET next = ?1 WHERE name = 'change'", 3);
    assert_string_equal(told_after(&desk, seen, &last), "reset@3");
    note(&desk, 4, MONDAY_MS + XZ_DAY_MS);
    assert_string_equal(told_after(&desk, seen, &last), "reset@7");
    assert_string_equal(told_after(&desk, last, &last), "nothing");
    note(&desk, 1, MONDAY_MS + XZ_DAY_MS);
    assert_string_equal(told_after(&desk, last, &last), "1 from 8");
    /* what both histories have in common is no reason to read anew */
    assert_string_equal(told_after(&desk, xz_change_mark_of(3, MONDAY_MS), &last), "5 from 4");
    xz_desk_close(&desk);
}

static void test_marks_are_read_as_they_are_written(void **state)
{
    static const char *const wrong[] = {"",
                                        "-",
                                        "x",
                                        "1-",
                                        "1-0",
                                        "-1",
                                        "+1",
                                        "01",
                                        "1-00000000",
                                        "1-0A1B2C3D",
                                        " 1",
                                        "1 ",
                                        "1-0a1b2c3d ",
                                        "1-00a1b2c3d",
                                        "1-0a1b2c3d-1",
                                        "1e3",
                                        "99999999999999999999"};
    struct xz_change_mark mark;
    char text[XZ_CHANGE_MARK_MAX];

    (void)state;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        if (xz_change_mark_parse(xz_str_from(wrong[i]), &mark)) {
            fail_msg("\"%s\" is taken", wrong[i]);
        }
    }
    assert_true(xz_change_mark_parse(XZ_STR("42"), &mark) && mark.id == 42 && mark.tag == 0);
    assert_true(xz_change_mark_parse(XZ_STR("42-0a1b2c3d"), &mark));
    assert_true(mark.id == 42 && mark.tag == 0x0a1b2c3d);
    xz_change_mark_text((struct xz_change_mark){INT64_MAX, UINT32_MAX}, text);
    assert_true(xz_change_mark_parse(xz_str_from(text), &mark));
    assert_true(mark.id == INT64_MAX && mark.tag == UINT32_MAX);
}

static void test_one_call_drops_so_many(void **state)
{
    struct xz_desk desk = desk_opened(*state);

    note(&desk, 1, MONDAY_MS);
    execute(&desk,
            "WITH RECURSIVE n (i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < ?1) "
            "INSERT INTO change (id, at_ms, kind, what, object, case_id, region) "
            "SELECT i, 1, 'case', '', '', 0, '' FROM n",
            XZ_CHANGES_SWEPT + 1);
    execute(&desk, "UPDATE change SET at_ms = 1 WHERE id = ?1", 1);
    execute(&desk, "UPDATE counter SET next = ?1 WHERE name = 'change'", XZ_CHANGES_SWEPT + 1);
    assert_true(sweep_at(&desk, LATER_MS));
    assert_int_equal(kept(&desk), 1);
    assert_false(sweep_at(&desk, LATER_MS));
    assert_int_equal(kept(&desk), 0);
    xz_desk_close(&desk);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH(test_changes_are_kept_for_thirty_days),
        ON_BOTH(test_a_change_shows_what_is_still_in_ones_regions),
        ON_BOTH(test_who_asks_for_what_is_gone_is_told_so),
        ON_BOTH(test_a_young_change_holds_those_behind_it),
        ON_BOTH(test_what_a_webhook_was_not_told_stays),
        ON_BOTH(test_each_is_told_once_and_in_order),
        ON_BOTH(test_a_mark_of_another_history_resets),
        cmocka_unit_test(test_marks_are_read_as_they_are_written),
        ON_BOTH(test_one_call_drops_so_many),
    };

    return cmocka_run_group_tests(tests, databases_start, databases_stop);
}
