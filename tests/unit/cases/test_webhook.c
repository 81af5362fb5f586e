/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Webhooks: what becomes a delivery, who gets it, and how often it is tried. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <pthread.h>

#include "cases/webhook.h"
#include "people.h"

#define URL XZ_STR("https://hub.example/in?x=1")

static int64_t added(const struct xz_desk *desk, const struct xz_actor *by, unsigned events,
                     const char *region)
{
    struct xz_err err = {0};
    char secret[XZ_SECRET_LEN + 1];
    int64_t id = 0;

    if (xz_webhook_add(desk, by, URL, events, xz_str_from(region), MONDAY_MS, &id, secret, &err) !=
        XZ_OK) {
        fail_msg("%s", err.msg);
    }
    assert_int_equal(strlen(secret), XZ_SECRET_LEN);
    return id;
}

static void fan_out(const struct xz_desk *desk, int64_t now_ms)
{
    struct xz_err err = {0};
    bool more = true;

    while (more) {
        assert_int_equal(xz_webhook_fan_out(desk, now_ms, &more, &err), XZ_OK);
    }
}

static size_t claim(const struct xz_desk *desk, int64_t now_ms, struct xz_webhook_claim *claims)
{
    struct xz_err err = {0};
    size_t count = 0;

    if (xz_webhook_claim(desk, now_ms, XZ_WEBHOOK_CLAIMS_MAX, claims, &count, &err) != XZ_OK) {
        fail_msg("%s", err.msg);
    }
    return count;
}

static void let_go(struct xz_webhook_claim *claims, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        xz_webhook_claim_fini(&claims[i]);
    }
}

static void test_what_may_be_a_webhook(void **state)
{
    static const char *const wrong[] = {
        "",
        "ftp://hub.example/",
        "https://",
        "https:///x",
        "https://hub.example/ x",
        "https://li:secret@hub.example/",
        "https://hub.example/\n",
        "javascript:alert(1)",
    };
    struct xz_desk desk = desk_opened(*state);
    const struct xz_actor root = person(&desk, "root", 1u << XZ_ROLE_ADMIN, "");
    const struct xz_actor local = person(&desk, "local", 1u << XZ_ROLE_ADMIN, "2101");
    const struct xz_desk_view view = {&desk, &root, MONDAY_MS};
    char secret[XZ_SECRET_LEN + 1] = "x";
    struct xz_buf out = {0};
    struct xz_err err = {0};
    int64_t id = 0;
    json_t *list;

    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        assert_int_equal(xz_webhook_add(&desk, &root, xz_str_from(wrong[i]), XZ_WEBHOOK_CASE,
                                        XZ_STR_NONE, MONDAY_MS, &id, secret, &err),
                         XZ_REJECT);
        assert_string_equal(err.path, "url");
    }
    assert_int_equal(
        xz_webhook_add(&desk, &root, URL, 0, XZ_STR_NONE, MONDAY_MS, &id, secret, &err), XZ_REJECT);
    assert_int_equal(xz_webhook_add(&desk, &local, URL, XZ_WEBHOOK_CASE, XZ_STR_NONE, MONDAY_MS,
                                    &id, secret, &err),
                     XZ_REJECT);
    assert_string_equal(err.path, "region");
    id = added(&desk, &local, XZ_WEBHOOK_CASE, "210102");
    (void)added(&desk, &root, XZ_WEBHOOK_CASE | XZ_WEBHOOK_ALERT, "");
    assert_int_equal(xz_webhook_list(&view, &out, &err), XZ_OK);
    list = json_of(&out);
    assert_int_equal(json_array_size(at(list, "items")), 2);
    assert_string_equal(text_at(list, "items/0/region"), "210102");
    assert_string_equal(text_at(list, "items/1/events/0"), "alert");
    assert_string_equal(text_at(list, "items/1/events/1"), "case");
    assert_null(at(list, "items/0/secret"));
    json_decref(list);
    assert_int_equal(xz_webhook_drop(&desk, &root, id, MONDAY_MS, &err), XZ_OK);
    assert_int_equal(xz_webhook_drop(&desk, &root, id, MONDAY_MS, &err), XZ_REJECT);
    assert_int_equal(xz_webhook_test(&desk, &root, id, MONDAY_MS, &err), XZ_REJECT);
    assert_int_equal(xz_webhook_deliveries(&view, id, &out, &err), XZ_REJECT);
    assert_chain_whole(&desk);
    xz_desk_close(&desk);
}

static void test_webhooks_of_other_regions_are_not_there(void **state)
{
    struct xz_desk desk = desk_opened(*state);
    const struct xz_actor root = person(&desk, "root", 1u << XZ_ROLE_ADMIN, "");
    const struct xz_actor local = person(&desk, "local", 1u << XZ_ROLE_ADMIN, "2101");
    const struct xz_desk_view view = {&desk, &local, MONDAY_MS};
    struct xz_buf out = {0};
    struct xz_err err = {0};
    const int64_t others[] = {added(&desk, &root, XZ_WEBHOOK_CASE, ""),
                              added(&desk, &root, XZ_WEBHOOK_CASE, "21"),
                              added(&desk, &root, XZ_WEBHOOK_CASE, "1101")};
    const int64_t own = added(&desk, &root, XZ_WEBHOOK_CASE, "210102");
    json_t *list;

    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(xz_webhook_test(&desk, &root, others[i], MONDAY_MS, &err), XZ_OK);
        assert_int_equal(xz_webhook_test(&desk, &local, others[i], MONDAY_MS, &err), XZ_REJECT);
        assert_int_equal(xz_webhook_deliveries(&view, others[i], &out, &err), XZ_REJECT);
        assert_int_equal(
            xz_webhook_redeliver(&desk, &local, others[i], (int64_t)i + 1, MONDAY_MS, &err),
            XZ_REJECT);
        assert_string_equal(err.reason, "not_found");
        assert_string_equal(err.msg, "there is no such webhook");
        assert_int_equal(xz_webhook_drop(&desk, &local, others[i], MONDAY_MS, &err), XZ_REJECT);
    }
    assert_int_equal(xz_webhook_list(&view, &out, &err), XZ_OK);
    list = json_of(&out);
    assert_int_equal(json_array_size(at(list, "items")), 1);
    assert_int_equal(int_at(list, "items/0/id"), own);
    json_decref(list);
    assert_int_equal(xz_webhook_drop(&desk, &local, own, MONDAY_MS, &err), XZ_OK);
    xz_desk_close(&desk);
}

static void test_changes_become_deliveries_in_their_order(void **state)
{
    struct xz_desk desk = desk_opened(*state);
    const struct xz_actor root = person(&desk, "root", 1u << XZ_ROLE_ADMIN, "");
    struct said said = saying("A", "T02", "insured", "210100190001011234");
    struct xz_webhook_claim claims[XZ_WEBHOOK_CLAIMS_MAX];
    size_t count, of_first = 0;
    int64_t first, near, last_change = 0;
    char first_secret[XZ_SECRET_LEN + 1] = "";

    (void)bring(&desk, &said, 1, MONDAY_MS); /* before anybody asked to be told */
    first = added(&desk, &root, XZ_WEBHOOK_ALERT | XZ_WEBHOOK_CASE, "");
    near = added(&desk, &root, XZ_WEBHOOK_ALERT, "2101");
    said.id = "B";
    said.subject = "210100190001015678";
    (void)bring(&desk, &said, 1, MONDAY_MS);
    said.id = "C";
    said.subject = "210100190001019999";
    said.region = "310101";
    (void)bring(&desk, &said, 1, MONDAY_MS);
    fan_out(&desk, MONDAY_MS);
    fan_out(&desk, MONDAY_MS); /* makes nothing twice */
    count = claim(&desk, MONDAY_MS, claims);
    assert_int_equal(count, 4 + 1); /* a case and an alert, twice; one alert near */
    for (size_t i = 0; i < count; i++) {
        json_t *body = json_loadb((const char *)claims[i].body.data, claims[i].body.len, 0, NULL);

        assert_int_equal(int_at(body, "delivery"), claims[i].delivery);
        assert_int_equal(int_at(body, "id"), claims[i].change_id);
        assert_null(memmem(claims[i].body.data, claims[i].body.len, "21010019000101", 14));
        assert_null(memmem(claims[i].body.data, claims[i].body.len, "~P", 2));
        if (claims[i].webhook == first) {
            assert_true(claims[i].change_id > last_change);
            last_change = claims[i].change_id;
            of_first++;
            assert_true(first_secret[0] == '\0' || strcmp(first_secret, claims[i].secret) == 0);
            (void)snprintf(first_secret, sizeof(first_secret), "%s", claims[i].secret);
        } else {
            assert_int_equal(claims[i].webhook, near);
            assert_string_equal(text_at(body, "alert/alert_id"), "B");
            assert_string_not_equal(first_secret, claims[i].secret);
        }
        assert_string_equal(claims[i].url, URL.ptr);
        json_decref(body);
    }
    assert_int_equal(of_first, 4);
    assert_int_equal(strlen(first_secret), XZ_SECRET_LEN);
    let_go(claims, count);
    xz_desk_close(&desk);
}

static const char *settling(const struct xz_desk *desk, const struct xz_webhook_claim *claim,
                            int status, int64_t now_ms)
{
    static struct xz_err err;
    enum xz_rc rc;

    err = (struct xz_err){0};
    rc = xz_webhook_settle(desk, claim, status, status == 0 ? "no connection" : "", now_ms, &err);
    assert_true(rc == XZ_OK || rc == XZ_REJECT);
    return rc == XZ_OK ? "" : err.reason;
}

static void test_one_that_was_given_back_is_due_at_once(void **state)
{
    struct xz_desk desk = desk_opened(*state);
    const struct xz_actor root = person(&desk, "root", 1u << XZ_ROLE_ADMIN, "");
    const int64_t id = added(&desk, &root, XZ_WEBHOOK_CASE, "");
    struct xz_webhook_claim claims[XZ_WEBHOOK_CLAIMS_MAX], before;
    struct xz_err err = {0};

    assert_int_equal(xz_webhook_test(&desk, &root, id, MONDAY_MS, &err), XZ_OK);
    assert_int_equal(claim(&desk, MONDAY_MS, claims), 1);
    before = claims[0];
    assert_int_equal(xz_webhook_release(&desk, &before, &err), XZ_OK);
    assert_int_equal(claim(&desk, MONDAY_MS + 1, claims), 1);
    assert_int_equal(claims[0].tries, 1);
    /* of what is another's now, nothing is given back */
    assert_int_equal(xz_webhook_release(&desk, &before, &err), XZ_REJECT);
    assert_string_equal(err.reason, "stale");
    assert_int_equal(xz_webhook_settle(&desk, &claims[0], 200, "", MONDAY_MS + 2, &err), XZ_OK);
    assert_int_equal(xz_webhook_release(&desk, &claims[0], &err), XZ_REJECT);
    xz_webhook_claim_fini(&before);
    xz_webhook_claim_fini(&claims[0]);
    xz_desk_close(&desk);
}

static void test_a_failed_one_comes_again_for_a_day(void **state)
{
    struct xz_desk desk = desk_opened(*state);
    const struct xz_actor root = person(&desk, "root", 1u << XZ_ROLE_ADMIN, "");
    const struct xz_desk_view view = {&desk, &root, MONDAY_MS};
    const int64_t id = added(&desk, &root, XZ_WEBHOOK_CASE, "");
    struct xz_webhook_claim claims[XZ_WEBHOOK_CLAIMS_MAX];
    struct xz_buf out = {0};
    struct xz_err err = {0};
    int64_t now_ms = MONDAY_MS, due_ms, delivery = 0;
    json_t *list;

    assert_int_equal(xz_webhook_test(&desk, &root, id, now_ms, &err), XZ_OK);
    for (int tries = 1; tries <= XZ_WEBHOOK_TRIES; tries++) {
        assert_int_equal(claim(&desk, now_ms, claims), 1);
        assert_int_equal(claims[0].tries, tries);
        delivery = claims[0].delivery;
        assert_string_equal(settling(&desk, &claims[0], tries % 2 == 0 ? 503 : 0, now_ms), "");
        assert_string_equal(settling(&desk, &claims[0], 200, now_ms), "stale");
        let_go(claims, 1);
        due_ms = number(&desk, "SELECT due_ms FROM webhook_delivery");
        if (tries < XZ_WEBHOOK_TRIES) {
            assert_int_equal(claim(&desk, due_ms - 1, claims), 0);
        }
        now_ms = due_ms;
    }
    assert_true(now_ms - MONDAY_MS > 23 * XZ_HOUR_MS && now_ms - MONDAY_MS < 25 * XZ_HOUR_MS);
    assert_int_equal(claim(&desk, now_ms + 30 * XZ_DAY_MS, claims), 0);
    assert_int_equal(xz_webhook_deliveries(&view, id, &out, &err), XZ_OK);
    list = json_of(&out);
    assert_string_equal(text_at(list, "items/0/state"), "given_up");
    assert_int_equal(int_at(list, "items/0/status"), 503);
    assert_int_equal(int_at(list, "items/0/tries"), XZ_WEBHOOK_TRIES);
    assert_true(json_is_null(at(list, "items/0/next")));
    json_decref(list);
    assert_int_equal(number(&desk, "SELECT failures FROM webhook"), XZ_WEBHOOK_TRIES);

    assert_int_equal(xz_webhook_redeliver(&desk, &root, id, delivery, now_ms, &err), XZ_OK);
    assert_int_equal(xz_webhook_redeliver(&desk, &root, id, delivery, now_ms, &err), XZ_REJECT);
    assert_string_equal(err.reason, "conflict");
    assert_int_equal(xz_webhook_redeliver(&desk, &root, id, 99, now_ms, &err), XZ_REJECT);
    assert_int_equal(claim(&desk, now_ms, claims), 1);
    assert_true(claims[0].delivery == delivery && claims[0].tries == 1);
    assert_string_equal(settling(&desk, &claims[0], 204, now_ms), "");
    let_go(claims, 1);
    assert_int_equal(number(&desk, "SELECT failures FROM webhook"), 0);
    assert_int_equal(claim(&desk, now_ms, claims), 0);
    assert_int_equal(xz_webhook_sweep(&desk, now_ms, &err), XZ_OK);
    assert_int_equal(number(&desk, "SELECT COUNT(*) FROM webhook_delivery"), 1);
    assert_int_equal(xz_webhook_sweep(&desk, now_ms + XZ_WEBHOOK_KEEP_MS, &err), XZ_OK);
    assert_int_equal(number(&desk, "SELECT COUNT(*) FROM webhook_delivery"), 0);
    xz_desk_close(&desk);
}

static void test_a_claim_ends(void **state)
{
    struct xz_desk desk = desk_opened(*state);
    const struct xz_actor root = person(&desk, "root", 1u << XZ_ROLE_ADMIN, "");
    const int64_t id = added(&desk, &root, XZ_WEBHOOK_CASE, "");
    struct xz_webhook_claim first[XZ_WEBHOOK_CLAIMS_MAX], second[XZ_WEBHOOK_CLAIMS_MAX];
    struct xz_err err = {0};
    const int64_t later_ms = MONDAY_MS + XZ_WEBHOOK_CLAIM_MS;

    assert_int_equal(xz_webhook_test(&desk, &root, id, MONDAY_MS, &err), XZ_OK);
    assert_int_equal(claim(&desk, MONDAY_MS, first), 1);
    assert_int_equal(claim(&desk, later_ms - 1, second), 0);
    assert_int_equal(claim(&desk, later_ms, second), 1); /* the first's sender is gone, or slow */
    assert_string_equal(settling(&desk, &first[0], 200, later_ms), "stale");
    assert_string_equal(settling(&desk, &second[0], 200, later_ms), "");
    let_go(first, 1);
    let_go(second, 1);
    xz_desk_close(&desk);
}

#define SENDERS    3
#define DELIVERIES 60

struct sender {
    const struct xz_desk *desk;
    int64_t got[DELIVERIES];
    size_t count;
};

static void *send_all(void *arg)
{
    struct sender *sender = arg;
    struct xz_webhook_claim claims[4];
    struct xz_err err = {0};
    size_t count = 1;

    while (count > 0) {
        if (xz_webhook_claim(sender->desk, MONDAY_MS, 4, claims, &count, &err) != XZ_OK) {
            continue; /* busy: again */
        }
        for (size_t i = 0; i < count && sender->count < DELIVERIES; i++) {
            sender->got[sender->count++] = claims[i].delivery;
        }
        let_go(claims, count);
    }
    return NULL;
}

static void test_two_senders_never_have_the_same(void **state)
{
    struct xz_desk desk = desk_opened(*state);
    const struct xz_actor root = person(&desk, "root", 1u << XZ_ROLE_ADMIN, "");
    const int64_t id = added(&desk, &root, XZ_WEBHOOK_CASE, "");
    struct sender senders[SENDERS] = {{.desk = &desk}, {.desk = &desk}, {.desk = &desk}};
    pthread_t threads[SENDERS];
    struct xz_err err = {0};
    int seen[DELIVERIES + 1] = {0};
    size_t all = 0;

    for (int i = 0; i < DELIVERIES; i++) {
        assert_int_equal(xz_webhook_test(&desk, &root, id, MONDAY_MS, &err), XZ_OK);
    }
    for (int i = 0; i < SENDERS; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, send_all, &senders[i]), 0);
    }
    for (int i = 0; i < SENDERS; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
        for (size_t k = 0; k < senders[i].count; k++) {
            assert_int_equal(seen[senders[i].got[k]]++, 0);
        }
        all += senders[i].count;
    }
    assert_int_equal(all, DELIVERIES);
    xz_desk_close(&desk);
}

static void test_a_closed_account_is_told_nothing_more(void **state)
{
    struct xz_desk desk = desk_opened(*state);
    const struct xz_actor root = person(&desk, "root", 1u << XZ_ROLE_ADMIN, "");
    const struct said said = saying("A", "T02", "insured", "210100190001011234");
    struct xz_webhook_claim claims[XZ_WEBHOOK_CLAIMS_MAX];
    struct xz_err err = {0};
    const int64_t id = added(&desk, &root, XZ_WEBHOOK_ALERT, "");

    assert_int_equal(xz_webhook_test(&desk, &root, id, MONDAY_MS, &err), XZ_OK);
    execute(&desk, "UPDATE account SET active = 0 WHERE id = ?1", root.account);
    (void)bring(&desk, &said, 1, MONDAY_MS);
    fan_out(&desk, MONDAY_MS);
    assert_int_equal(number(&desk, "SELECT COUNT(*) FROM webhook_delivery"), 1); /* the test */
    assert_int_equal(claim(&desk, MONDAY_MS, claims), 0);
    xz_desk_close(&desk);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH(test_what_may_be_a_webhook),
        ON_BOTH(test_webhooks_of_other_regions_are_not_there),
        ON_BOTH(test_changes_become_deliveries_in_their_order),
        ON_BOTH(test_one_that_was_given_back_is_due_at_once),
        ON_BOTH(test_a_failed_one_comes_again_for_a_day),
        ON_BOTH(test_a_claim_ends),
        ON_BOTH(test_two_senders_never_have_the_same),
        ON_BOTH(test_a_closed_account_is_told_nothing_more),
    };

    return cmocka_run_group_tests(tests, databases_start, databases_stop);
}
