/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Accounts that exist, and short ways to ask a desk what it holds. */
#ifndef XZ_TESTS_CASES_PEOPLE_H
#define XZ_TESTS_CASES_PEOPLE_H
#include <jansson.h>
#include <stdarg.h>

#include "alerts.h"
#include "cases/audit.h"
#include "cases/identity.h"
#include "cases/row.h"
#include "cases/users.h"
#include "cases/verdict.h"
#include "cases/view.h"
#include "cases/work.h"

#define INVESTIGATOR (1u << XZ_ROLE_INVESTIGATOR)
#define APPROVER     (1u << XZ_ROLE_APPROVER)

/* An account, made in the desk: several tables refer to it. */
static inline struct xz_actor person(const struct xz_desk *desk, const char *name, unsigned roles,
                                     const char *regions)
{
    struct xz_actor actor = {.roles = roles};
    struct xz_db_conn *conn = NULL;
    struct xz_err err = {0};

    (void)snprintf(actor.name, sizeof(actor.name), "%s", name);
    (void)snprintf(actor.regions, sizeof(actor.regions), "%s", regions);
    (void)snprintf(actor.purpose, sizeof(actor.purpose), "verification");
    assert_int_equal(xz_db_take(desk->db, 1000, &conn, &err), XZ_OK);
    assert_int_equal(xz_db_begin(conn, true, &err), XZ_OK);
    if (xz_user_add(conn, NULL, xz_str_from(name), XZ_STR("a long password"), roles,
                    xz_str_from(regions), MONDAY_MS, &actor.account, &err) != XZ_OK) {
        fail_msg("%s", err.msg);
    }
    assert_int_equal(xz_db_commit(conn, &err), XZ_OK);
    xz_db_give(conn);
    return actor;
}

static inline int64_t number(const struct xz_desk *desk, const char *sql)
{
    struct xz_db_conn *conn = NULL;
    struct xz_err err = {0};
    int64_t value = -1;

    assert_int_equal(xz_db_take(desk->db, 1000, &conn, &err), XZ_OK);
    if (xz_row_int(conn, sql, XZ_DB_NO_ARGS, &value, NULL, &err) != XZ_OK) {
        fail_msg("%s: %s", sql, err.msg);
    }
    xz_db_give(conn);
    return value;
}

static inline void execute(const struct xz_desk *desk, const char *sql, int64_t value)
{
    struct xz_db_conn *conn = NULL;
    struct xz_err err = {0};

    assert_int_equal(xz_db_take(desk->db, 1000, &conn, &err), XZ_OK);
    if (xz_db_exec(conn, sql, XZ_DB_ARGS(XZ_DB_INT(value)), NULL, &err) != XZ_OK) {
        fail_msg("%s: %s", sql, err.msg);
    }
    xz_db_give(conn);
}

/* Makes the next case one that goes to a second look; its number. */
static inline int64_t next_is_sampled(const struct xz_desk *desk)
{
    int64_t id = number(desk, "SELECT COALESCE((SELECT next FROM counter WHERE name = 'case'), 0)");

    do {
        id++;
    } while (!xz_verdict_is_sampled(desk->keys, id));
    execute(desk,
            "INSERT INTO counter (name, next) VALUES ('case', ?1) "
            "ON CONFLICT (name) DO UPDATE SET next = ?1",
            id - 1);
    return id;
}

/* What a view appended, as JSON; empties it. The caller's. */
static inline json_t *json_of(struct xz_buf *out)
{
    json_t *made = json_loadb((const char *)out->data, out->len, 0, NULL);

    if (made == NULL) {
        fail_msg("no JSON: %.*s", (int)out->len, (const char *)out->data);
    }
    xz_buf_fini(out);
    *out = (struct xz_buf){0};
    return made;
}

/* The value at keys, one after the other: a name in an object, digits in an array. Borrowed. */
static inline json_t *at(json_t *value, const char *path)
{
    char copy[200], *rest = copy;
    const char *key;

    (void)snprintf(copy, sizeof(copy), "%s", path);
    while ((key = strsep(&rest, "/")) != NULL) {
        value = key[0] >= '0' && key[0] <= '9' ? json_array_get(value, strtoul(key, NULL, 10))
                                               : json_object_get(value, key);
    }
    return value;
}

static inline const char *text_at(json_t *value, const char *path)
{
    const char *text = json_string_value(at(value, path));

    return text != NULL ? text : "";
}

static inline int64_t int_at(json_t *value, const char *path)
{
    return json_integer_value(at(value, path));
}

/* The reason of the refusal, or "" when it was done. */
static inline const char *doing(const struct xz_desk *desk, const struct xz_actor *actor,
                                int64_t case_id, struct xz_command command, int64_t now_ms)
{
    static struct xz_err err;
    const struct xz_on_case on = {.actor = actor, .case_id = case_id, .now_ms = now_ms};
    enum xz_rc rc;

    err = (struct xz_err){0};
    rc = xz_work_do(desk, &on, &command, &err);
    if (rc != XZ_OK && rc != XZ_REJECT) {
        fail_msg("%s", err.msg);
    }
    return rc == XZ_OK ? "" : err.reason;
}

static inline struct xz_command saying_of(enum xz_verb verb, enum xz_case_outcome outcome,
                                          int action)
{
    return (struct xz_command){
        .verb = verb, .outcome = outcome, .action = action, .text = XZ_STR("because")};
}

static inline void assert_chain_whole(const struct xz_desk *desk)
{
    struct xz_audit_report report;
    struct xz_err err = {0};

    assert_int_equal(xz_audit_verify(desk->db, &report, &err), XZ_OK);
    assert_int_equal(report.first_bad, 0);
    assert_true(report.checked > 0);
}

#endif
