/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Accounts, sessions, tokens: who gets in, who does not, and what it leaves in the audit chain. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "base/time.h"
#include "cases/audit.h"
#include "cases/migrate.h"
#include "cases/users.h"
#include "databases.h"

#define WAIT_MS 5000
#define NOW_MS  INT64_C(1772337600000)
#define SECRET  XZ_STR("correct horse battery")

struct world {
    struct xz_db *db;
    struct xz_db_conn *conn;
    int64_t li;
};

static struct world opened(const char *url)
{
    struct world world = {0};
    struct xz_err err = {0};

    assert_int_equal(xz_db_open(url, 2, &world.db, &err), XZ_OK);
    assert_int_equal(xz_db_migrate(world.db, xz_migrations, &err), XZ_OK);
    assert_int_equal(xz_db_take(world.db, WAIT_MS, &world.conn, &err), XZ_OK);
    assert_int_equal(xz_db_begin(world.conn, true, &err), XZ_OK);
    assert_int_equal(xz_user_add(world.conn, NULL, XZ_STR("li"), SECRET, 1u << XZ_ROLE_INVESTIGATOR,
                                 XZ_STR("2101"), NOW_MS, &world.li, &err),
                     XZ_OK);
    assert_int_equal(xz_db_commit(world.conn, &err), XZ_OK);
    return world;
}

static void closed(struct world *world)
{
    struct xz_audit_report report;
    struct xz_err err = {0};

    xz_db_give(world->conn);
    assert_int_equal(xz_audit_verify(world->db, &report, &err), XZ_OK);
    assert_true(report.first_bad == 0 && report.checked > 0);
    xz_db_close(world->db);
}

static enum xz_rc login(struct world *world, struct xz_str name, struct xz_str password,
                        int64_t now_ms, struct xz_session *session)
{
    struct xz_actor actor = {0};
    struct xz_err err = {0};
    const enum xz_rc rc = xz_user_login(world->db, name, password, now_ms, session, &actor, &err);

    if (rc == XZ_OK) {
        assert_true(actor.account == world->li);
        assert_string_equal(actor.regions, "2101");
        assert_int_equal(strlen(session->secret), XZ_SECRET_LEN);
        assert_int_equal(strlen(session->csrf), XZ_SECRET_LEN);
    } else {
        assert_int_equal(rc, XZ_REJECT);
        assert_string_equal(err.reason, "unauthenticated");
        assert_int_equal(session->secret[0], '\0');
    }
    return rc;
}

static enum xz_rc who(struct world *world, const char *secret, int64_t now_ms)
{
    struct xz_actor actor = {0};
    struct xz_err err = {0};
    char csrf[XZ_SECRET_LEN + 1];
    const enum xz_rc rc = xz_user_of(world->db, xz_str_from(secret), now_ms, &actor, csrf, &err);

    if (rc == XZ_OK) {
        assert_string_equal(actor.name, "li");
        assert_int_equal(actor.roles, 1u << XZ_ROLE_INVESTIGATOR);
    }
    return rc;
}

static void test_in_and_out(void **state)
{
    struct world world = opened(*state);
    struct xz_session session, second;
    struct xz_actor actor = {.account = world.li, .name = "li"};
    struct xz_err err = {0};

    assert_int_equal(login(&world, XZ_STR("li"), SECRET, NOW_MS, &session), XZ_OK);
    assert_int_equal(login(&world, XZ_STR("li"), SECRET, NOW_MS, &second), XZ_OK);
    assert_string_not_equal(session.secret, second.secret);
    assert_int_equal(who(&world, session.secret, NOW_MS + 1), XZ_OK);
    assert_int_equal(who(&world, "", NOW_MS + 1), XZ_REJECT);
    assert_int_equal(who(&world, session.csrf, NOW_MS + 1), XZ_REJECT);
    assert_int_equal(xz_db_begin(world.conn, true, &err), XZ_OK);
    assert_int_equal(xz_user_logout(world.conn, &actor, xz_str_from(session.secret), NOW_MS, &err),
                     XZ_OK);
    assert_int_equal(xz_db_commit(world.conn, &err), XZ_OK);
    assert_int_equal(who(&world, session.secret, NOW_MS + 1), XZ_REJECT);
    assert_int_equal(who(&world, second.secret, NOW_MS + 1), XZ_OK);
    closed(&world);
}

static void test_an_identity_from_outside(void **state)
{
    struct world world = opened(*state);
    struct xz_session session = {.secret = "x"};
    struct xz_actor actor = {0};
    struct xz_err err = {0};

    for (int i = 0; i <= XZ_LOGIN_FREE_TRIES; i++) { /* its password rests: that is another door */
        (void)login(&world, XZ_STR("li"), XZ_STR("a wrong password"), NOW_MS, &session);
    }
    assert_int_equal(xz_user_login_external(world.db, XZ_STR("li"), NOW_MS, &session, &actor, &err),
                     XZ_OK);
    assert_true(actor.account == world.li);
    assert_int_equal(who(&world, session.secret, NOW_MS + 1), XZ_OK);
    assert_int_equal(login(&world, XZ_STR("li"), SECRET, NOW_MS, &session), XZ_REJECT);
    assert_int_equal(
        xz_user_login_external(world.db, XZ_STR("nobody"), NOW_MS, &session, &actor, &err),
        XZ_REJECT);
    assert_string_equal(err.reason, "unauthenticated");
    assert_int_equal(session.secret[0], '\0');
    assert_int_equal(xz_db_begin(world.conn, true, &err), XZ_OK);
    assert_int_equal(xz_user_set_access(world.conn, NULL, world.li, 1u << XZ_ROLE_ANALYST,
                                        XZ_STR_NONE, false, NOW_MS, &err),
                     XZ_OK);
    assert_int_equal(xz_db_commit(world.conn, &err), XZ_OK);
    assert_int_equal(xz_user_login_external(world.db, XZ_STR("li"), NOW_MS, &session, &actor, &err),
                     XZ_REJECT);
    closed(&world);
}

static void test_sessions_end(void **state)
{
    struct world world = opened(*state);
    struct xz_session session;
    int64_t at_ms = NOW_MS;

    assert_int_equal(login(&world, XZ_STR("li"), SECRET, NOW_MS, &session), XZ_OK);
    while (at_ms + XZ_SESSION_IDLE_MS / 2 < NOW_MS + XZ_SESSION_MS) {
        at_ms += XZ_SESSION_IDLE_MS / 2;
        assert_int_equal(who(&world, session.secret, at_ms), XZ_OK);
    }
    assert_int_equal(who(&world, session.secret, NOW_MS + XZ_SESSION_MS), XZ_REJECT);
    assert_int_equal(login(&world, XZ_STR("li"), SECRET, NOW_MS, &session), XZ_OK);
    assert_int_equal(who(&world, session.secret, NOW_MS + XZ_SESSION_IDLE_MS + 1), XZ_REJECT);
    closed(&world);
}

static void test_wrong_passwords_make_it_rest(void **state)
{
    struct world world = opened(*state);
    struct xz_session session;
    const struct xz_str wrong = XZ_STR("wrong horse battery");

    assert_int_equal(login(&world, XZ_STR("nobody"), SECRET, NOW_MS, &session), XZ_REJECT);
    for (int i = 0; i < XZ_LOGIN_FREE_TRIES; i++) {
        assert_int_equal(login(&world, XZ_STR("li"), wrong, NOW_MS, &session), XZ_REJECT);
    }
    assert_int_equal(login(&world, XZ_STR("li"), SECRET, NOW_MS + 900, &session), XZ_REJECT);
    assert_int_equal(login(&world, XZ_STR("li"), wrong, NOW_MS + 1000, &session), XZ_REJECT);
    assert_int_equal(login(&world, XZ_STR("li"), SECRET, NOW_MS + 2900, &session), XZ_REJECT);
    assert_int_equal(login(&world, XZ_STR("li"), SECRET, NOW_MS + 3000, &session), XZ_OK);
    /* A success begins anew. */
    assert_int_equal(login(&world, XZ_STR("li"), wrong, NOW_MS + 3000, &session), XZ_REJECT);
    assert_int_equal(login(&world, XZ_STR("li"), SECRET, NOW_MS + 3000, &session), XZ_OK);
    closed(&world);
}

static void test_a_new_password_ends_sessions(void **state)
{
    struct world world = opened(*state);
    struct xz_session session;
    struct xz_err err = {0};

    assert_int_equal(login(&world, XZ_STR("li"), SECRET, NOW_MS, &session), XZ_OK);
    assert_int_equal(xz_db_begin(world.conn, true, &err), XZ_OK);
    assert_int_equal(
        xz_user_set_password(world.conn, NULL, world.li, XZ_STR("another horse"), NOW_MS, &err),
        XZ_OK);
    assert_int_equal(
        xz_user_set_password(world.conn, NULL, world.li, XZ_STR("short"), NOW_MS, &err), XZ_REJECT);
    assert_int_equal(
        xz_user_set_password(world.conn, NULL, 99, XZ_STR("another horse"), NOW_MS, &err),
        XZ_REJECT);
    assert_int_equal(xz_db_commit(world.conn, &err), XZ_OK);
    assert_int_equal(who(&world, session.secret, NOW_MS + 1), XZ_REJECT);
    assert_int_equal(login(&world, XZ_STR("li"), SECRET, NOW_MS, &session), XZ_REJECT);
    assert_int_equal(login(&world, XZ_STR("li"), XZ_STR("another horse"), NOW_MS, &session), XZ_OK);
    closed(&world);
}

static void test_a_closed_account_is_out_at_once(void **state)
{
    struct world world = opened(*state);
    struct xz_session session;
    struct xz_err err = {0};
    char token[XZ_SECRET_LEN + 1];

    assert_int_equal(login(&world, XZ_STR("li"), SECRET, NOW_MS, &session), XZ_OK);
    assert_int_equal(xz_db_begin(world.conn, true, &err), XZ_OK);
    assert_int_equal(xz_user_token(world.conn, NULL, world.li, XZ_STR("feed"), NOW_MS,
                                   NOW_MS + XZ_DAY_MS, token, &err),
                     XZ_OK);
    assert_int_equal(xz_db_commit(world.conn, &err), XZ_OK);
    assert_int_equal(who(&world, token, NOW_MS + XZ_DAY_MS - 1), XZ_OK);
    assert_int_equal(who(&world, token, NOW_MS + XZ_DAY_MS), XZ_REJECT);
    assert_int_equal(xz_db_begin(world.conn, true, &err), XZ_OK);
    assert_int_equal(xz_user_set_access(world.conn, NULL, world.li, 1u << XZ_ROLE_INVESTIGATOR,
                                        XZ_STR("2101"), false, NOW_MS, &err),
                     XZ_OK);
    assert_int_equal(xz_db_commit(world.conn, &err), XZ_OK);
    assert_int_equal(who(&world, session.secret, NOW_MS + 1), XZ_REJECT);
    assert_int_equal(who(&world, token, NOW_MS + 1), XZ_REJECT);
    assert_int_equal(login(&world, XZ_STR("li"), SECRET, NOW_MS, &session), XZ_REJECT);
    closed(&world);
}

static bool look_for(void *arg, const struct xz_db_row *row)
{
    const char *secret = arg;

    for (int column = 0; column < 2; column++) {
        const struct xz_str bytes = xz_db_blob(row, column);

        assert_true(bytes.len < strlen(secret) || memcmp(bytes.ptr, secret, strlen(secret)) != 0);
    }
    return true;
}

static void test_secrets_are_not_stored(void **state)
{
    struct world world = opened(*state);
    struct xz_session session;
    struct xz_err err = {0};
    char password[32];

    (void)snprintf(password, sizeof(password), XZ_STR_FMT, XZ_STR_ARG(SECRET));
    assert_int_equal(login(&world, XZ_STR("li"), SECRET, NOW_MS, &session), XZ_OK);
    assert_int_equal(xz_db_query(world.conn, "SELECT hash, label FROM credential", XZ_DB_NO_ARGS,
                                 look_for, session.secret, &err),
                     XZ_OK);
    assert_int_equal(xz_db_query(world.conn, "SELECT password, name FROM account", XZ_DB_NO_ARGS,
                                 look_for, password, &err),
                     XZ_OK);
    closed(&world);
}

static void test_accounts_that_cannot_be(void **state)
{
    struct world world = opened(*state);
    struct xz_err err = {0};
    int64_t account = 0;

    assert_int_equal(xz_db_begin(world.conn, true, &err), XZ_OK);
    assert_int_equal(xz_user_add(world.conn, NULL, XZ_STR("wang"), XZ_STR("short"), 1, XZ_STR_NONE,
                                 NOW_MS, &account, &err),
                     XZ_REJECT);
    assert_int_equal(
        xz_user_add(world.conn, NULL, XZ_STR_NONE, SECRET, 1, XZ_STR_NONE, NOW_MS, &account, &err),
        XZ_REJECT);
    assert_int_equal(xz_user_add(world.conn, NULL, XZ_STR("wang"), SECRET, 1, XZ_STR("x"), NOW_MS,
                                 &account, &err),
                     XZ_REJECT);
    assert_int_equal(xz_user_add(world.conn, NULL, XZ_STR("System"), SECRET, 1, XZ_STR_NONE, NOW_MS,
                                 &account, &err),
                     XZ_REJECT);
    assert_int_equal(
        xz_user_add(world.conn, NULL, XZ_STR("li"), SECRET, 1, XZ_STR_NONE, NOW_MS, &account, &err),
        XZ_REJECT);
    assert_string_equal(err.reason, "conflict");
    xz_db_rollback(world.conn);
    closed(&world);
}

static void assert_refused(enum xz_rc rc, const struct xz_err *err, const char *reason)
{
    assert_int_equal(rc, XZ_REJECT);
    assert_string_equal(err->reason, reason);
}

/* li is of 2101: who administers a part of it, or somewhere else, finds no such account. */
static void test_who_administers_a_region_has_no_power_beyond_it(void **state)
{
    static const char *const others[] = {"1101", "210102"};
    const unsigned role = 1u << XZ_ROLE_ANALYST;
    struct world world = opened(*state);
    struct xz_err err = {0};
    char secret[XZ_SECRET_LEN + 1];
    int64_t account = 0;

    assert_int_equal(xz_db_begin(world.conn, true, &err), XZ_OK);
    assert_int_equal(
        xz_user_token(world.conn, NULL, world.li, XZ_STR("t"), NOW_MS, NOW_MS + 1, secret, &err),
        XZ_OK);
    for (size_t i = 0; i < 2; i++) {
        struct xz_actor admin = {.name = "local", .roles = 1u << XZ_ROLE_ADMIN};

        (void)snprintf(admin.regions, sizeof(admin.regions), "%s", others[i]);
        assert_refused(xz_user_set_password(world.conn, &admin, world.li, SECRET, NOW_MS, &err),
                       &err, "not_found");
        assert_refused(xz_user_set_access(world.conn, &admin, world.li, role,
                                          xz_str_from(others[i]), true, NOW_MS, &err),
                       &err, "not_found");
        assert_refused(xz_user_token(world.conn, &admin, world.li, XZ_STR("t"), NOW_MS, NOW_MS + 1,
                                     secret, &err),
                       &err, "not_found");
        assert_refused(xz_user_token_drop(world.conn, &admin, 1, NOW_MS, &err), &err, "not_found");
        assert_string_equal(err.msg, "there is no such token");
        assert_refused(xz_user_add(world.conn, &admin, XZ_STR("wang"), SECRET, role, XZ_STR_NONE,
                                   NOW_MS, &account, &err),
                       &err, "invalid");
        assert_refused(xz_user_add(world.conn, &admin, XZ_STR("wang"), SECRET, role, XZ_STR("2101"),
                                   NOW_MS, &account, &err),
                       &err, "invalid");
        assert_string_equal(err.path, "regions");
    }
    xz_db_rollback(world.conn);
    closed(&world);
}

static void test_who_administers_a_region_does_so_within_it(void **state)
{
    const struct xz_actor admin = {
        .name = "local", .roles = 1u << XZ_ROLE_ADMIN, .regions = "2101,3101"};
    struct world world = opened(*state);
    struct xz_err err = {0};
    char secret[XZ_SECRET_LEN + 1];

    assert_int_equal(xz_db_begin(world.conn, true, &err), XZ_OK);
    assert_refused(
        xz_user_set_access(world.conn, &admin, world.li, 1, XZ_STR("11"), true, NOW_MS, &err), &err,
        "invalid");
    assert_refused(
        xz_user_set_access(world.conn, &admin, world.li, 1, XZ_STR_NONE, true, NOW_MS, &err), &err,
        "invalid");
    assert_int_equal(xz_user_set_access(world.conn, &admin, world.li, 1, XZ_STR("310101,2101"),
                                        true, NOW_MS, &err),
                     XZ_OK);
    assert_int_equal(xz_user_set_password(world.conn, &admin, world.li, SECRET, NOW_MS, &err),
                     XZ_OK);
    assert_int_equal(
        xz_user_token(world.conn, &admin, world.li, XZ_STR("t"), NOW_MS, NOW_MS + 1, secret, &err),
        XZ_OK);
    assert_int_equal(xz_user_token_drop(world.conn, &admin, 1, NOW_MS, &err), XZ_OK);
    assert_int_equal(xz_db_commit(world.conn, &err), XZ_OK);
    closed(&world);
}

static void test_somebody_is_left_to_administer(void **state)
{
    const unsigned admin = 1u << XZ_ROLE_ADMIN, analyst = 1u << XZ_ROLE_ANALYST;
    const struct {
        unsigned roles;
        const char *regions;
        bool active;
    } ends[] = {{analyst, "", true}, {admin, "2101", true}, {admin, "", false}};
    struct world world = opened(*state);
    struct xz_err err = {0};
    int64_t first = 0, second = 0;

    assert_int_equal(xz_db_begin(world.conn, true, &err), XZ_OK);
    assert_int_equal(xz_user_add(world.conn, NULL, XZ_STR("first"), SECRET, admin, XZ_STR_NONE,
                                 NOW_MS, &first, &err),
                     XZ_OK);
    assert_int_equal(xz_user_add(world.conn, NULL, XZ_STR("second"), SECRET, admin, XZ_STR("2101"),
                                 NOW_MS, &second, &err),
                     XZ_OK);
    for (size_t i = 0; i < 3; i++) {
        assert_refused(xz_user_set_access(world.conn, NULL, first, ends[i].roles,
                                          xz_str_from(ends[i].regions), ends[i].active, NOW_MS,
                                          &err),
                       &err, "conflict");
    }
    assert_int_equal(xz_user_set_access(world.conn, NULL, first, admin | analyst, XZ_STR_NONE, true,
                                        NOW_MS, &err),
                     XZ_OK);
    assert_int_equal(
        xz_user_set_access(world.conn, NULL, second, admin, XZ_STR_NONE, true, NOW_MS, &err),
        XZ_OK);
    assert_int_equal(
        xz_user_set_access(world.conn, NULL, first, admin, XZ_STR_NONE, false, NOW_MS, &err),
        XZ_OK);
    assert_refused(
        xz_user_set_access(world.conn, NULL, second, analyst, XZ_STR_NONE, true, NOW_MS, &err),
        &err, "conflict");
    assert_int_equal(
        xz_user_set_access(world.conn, NULL, world.li, analyst, XZ_STR_NONE, false, NOW_MS, &err),
        XZ_OK);
    assert_int_equal(xz_db_commit(world.conn, &err), XZ_OK);
    closed(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH(test_in_and_out),
        ON_BOTH(test_an_identity_from_outside),
        ON_BOTH(test_sessions_end),
        ON_BOTH(test_wrong_passwords_make_it_rest),
        ON_BOTH(test_a_new_password_ends_sessions),
        ON_BOTH(test_a_closed_account_is_out_at_once),
        ON_BOTH(test_secrets_are_not_stored),
        ON_BOTH(test_accounts_that_cannot_be),
        ON_BOTH(test_somebody_is_left_to_administer),
        ON_BOTH(test_who_administers_a_region_has_no_power_beyond_it),
        ON_BOTH(test_who_administers_a_region_does_so_within_it),
    };

    return cmocka_run_group_tests(tests, databases_start, databases_stop);
}
