/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The chain of audit records: whatever is done to it behind the program's back is found. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <inttypes.h>
#include <pthread.h>
#include <string.h>

#include "base/time.h"
#include "cases/audit.h"
#include "cases/migrate.h"
#include "databases.h"

#define WAIT_MS 10000
#define NOON_MS INT64_C(1772337600000)
#define RECORDS 1205 /* more than a batch of the reader */

static struct xz_db *opened(const char *url, size_t connections)
{
    struct xz_db *db = NULL;
    struct xz_err err = {0};

    assert_int_equal(xz_db_open(url, connections, &db, &err), XZ_OK);
    assert_int_equal(xz_db_migrate(db, xz_migrations, &err), XZ_OK);
    return db;
}

static enum xz_rc append(struct xz_db_conn *conn, int64_t number, struct xz_err *err)
{
    char object[32];
    struct xz_audit_record record = {
        .at_ms = NOON_MS + number * XZ_MINUTE_MS,
        .actor = XZ_STR("li"),
        .action = XZ_STR("case.note"),
        .purpose = XZ_STR("verification"),
        .detail = XZ_STR("{\"text\":\"看过\"}"),
    };

    (void)snprintf(object, sizeof(object), "case/%" PRId64, number);
    record.object = xz_str_from(object);
    return xz_audit_append(conn, &record, NULL, err);
}

static struct xz_db *with_records(const char *url, int count)
{
    struct xz_db *db = opened(url, 1);
    struct xz_db_conn *conn = NULL;
    struct xz_err err = {0};

    assert_int_equal(xz_db_take(db, WAIT_MS, &conn, &err), XZ_OK);
    assert_int_equal(xz_db_begin(conn, true, &err), XZ_OK);
    for (int i = 1; i <= count; i++) {
        assert_int_equal(append(conn, i, &err), XZ_OK);
    }
    assert_int_equal(xz_db_commit(conn, &err), XZ_OK);
    xz_db_give(conn);
    return db;
}

static struct xz_audit_report verified(struct xz_db *db)
{
    struct xz_audit_report report;
    struct xz_err err = {0};

    assert_int_equal(xz_audit_verify(db, &report, &err), XZ_OK);
    return report;
}

/* Does it behind the chain's back, and tells what verifying finds. */
static struct xz_audit_report after(const char *url, const char *sql)
{
    struct xz_db *db = with_records(url, RECORDS);
    struct xz_db_conn *conn = NULL;
    struct xz_err err = {0};
    struct xz_audit_report report = verified(db);

    assert_int_equal(report.first_bad, 0);
    assert_int_equal(report.checked, RECORDS);
    assert_int_equal(xz_db_take(db, WAIT_MS, &conn, &err), XZ_OK);
    assert_int_equal(xz_db_script(conn, sql, &err), XZ_OK);
    xz_db_give(conn);
    report = verified(db);
    xz_db_close(db);
    return report;
}

static void test_empty_and_whole(void **state)
{
    struct xz_db *db = opened(*state, 1);
    struct xz_audit_report report = verified(db);

    assert_int_equal(report.checked, 0);
    assert_int_equal(report.first_bad, 0);
    xz_db_close(db);
}

static void test_a_change_is_found(void **state)
{
    assert_int_equal(after(*state, "UPDATE audit SET actor = 'wang' WHERE seq = 1100").first_bad,
                     1100);
}

static void test_a_change_with_its_hash_is_found(void **state)
{
    /* Whoever takes the next record's hash for this one moves the mistake by one, no further. */
    assert_int_equal(after(*state, "UPDATE audit SET detail = '{}', hash = (SELECT hash FROM audit "
                                   "b WHERE b.seq = 8) WHERE seq = 7")
                         .first_bad,
                     7);
}

static void test_a_removal_is_found(void **state)
{
    assert_int_equal(after(*state, "DELETE FROM audit WHERE seq = 17").first_bad, 17);
}

static void test_a_removal_at_the_end_is_found(void **state)
{
    assert_int_equal(after(*state, "DELETE FROM audit WHERE seq > 1200").first_bad, 1201);
}

static void test_a_removal_that_hides_itself_is_found_by_the_head(void **state)
{
    assert_int_equal(after(*state, "DELETE FROM audit WHERE seq > 1200; UPDATE counter SET next = "
                                   "1200 WHERE name = 'audit'")
                         .first_bad,
                     RECORDS);
}

static void test_another_order_is_found(void **state)
{
    assert_int_equal(after(*state, "UPDATE audit SET seq = 0 WHERE seq = 5; UPDATE audit SET seq = "
                                   "5 WHERE seq = 6; UPDATE audit SET seq = 6 WHERE seq = 0")
                         .first_bad,
                     5);
}

/* On SQLite alone: a column of PostgreSQL keeps its type. */
static void test_another_type_is_found(void **state)
{
    static const char *const columns[] = {"actor",  "action", "object", "purpose",
                                          "detail", "hash",   "at_ms"};
    char *url = *state;

    for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++) {
        char fresh[120], sql[120];

        (void)snprintf(fresh, sizeof(fresh), "%s.%zu", url, i);
        (void)snprintf(sql, sizeof(sql), "UPDATE audit SET %s = CAST(%s AS %s) WHERE seq = 1100",
                       columns[i], columns[i], strcmp(columns[i], "hash") == 0 ? "TEXT" : "BLOB");
        assert_int_equal(after(fresh, sql).first_bad, 1100);
    }
    assert_int_equal(after(url, "UPDATE audit SET at_ms = at_ms + 0.5 WHERE seq = 7").first_bad, 7);
}

static void test_a_head_of_another_type_is_found(void **state)
{
    assert_int_equal(
        after(*state, "UPDATE audit_head SET hash = CAST(hash AS TEXT) WHERE seq = 1205").first_bad,
        RECORDS);
}

static void test_heads_that_are_gone_are_missed(void **state)
{
    assert_int_equal(after(*state, "DELETE FROM audit_head").first_bad, 719); /* of its first day */
}

static void test_a_head_that_is_gone_is_missed(void **state)
{
    assert_int_equal(after(*state, "DELETE FROM audit_head WHERE seq = 1205").first_bad, RECORDS);
}

static void test_a_head_of_nothing_is_found(void **state)
{
    assert_int_equal(after(*state, "UPDATE audit_head SET seq = 0 WHERE seq = 1205").first_bad, 1);
}

static void test_a_head_of_an_earlier_record_is_found(void **state)
{
    assert_int_equal(after(*state, "UPDATE audit_head SET seq = 1200, hash = (SELECT hash FROM "
                                   "audit WHERE seq = 1200) WHERE seq = 1205")
                         .first_bad,
                     RECORDS);
}

static void test_too_long_a_text(void **state)
{
    struct xz_db *db = opened(*state, 1);
    struct xz_db_conn *conn = NULL;
    static char text[XZ_AUDIT_TEXT_MAX + 1];
    struct xz_audit_record record = {.actor = XZ_STR("li"), .action = XZ_STR("case.note")};
    struct xz_err err = {0};

    memset(text, 'a', sizeof(text));
    record.detail = (struct xz_str){text, sizeof(text)};
    assert_int_equal(xz_db_take(db, WAIT_MS, &conn, &err), XZ_OK);
    assert_int_equal(xz_db_begin(conn, true, &err), XZ_OK);
    assert_int_equal(xz_audit_append(conn, &record, NULL, &err), XZ_REJECT);
    assert_string_equal(err.reason, "too_large");
    record.detail.len--;
    assert_int_equal(xz_audit_append(conn, &record, NULL, &err), XZ_OK);
    assert_int_equal(xz_db_commit(conn, &err), XZ_OK);
    xz_db_give(conn);
    assert_int_equal(verified(db).first_bad, 0);
    xz_db_close(db);
}

/* ---- several at once ---- */

#define WRITERS 4
#define EACH    20

static void *write_some(void *arg)
{
    struct xz_db *db = arg;

    for (int i = 0; i < EACH;) {
        struct xz_db_conn *conn = NULL;
        struct xz_err err = {0};
        enum xz_rc rc = xz_db_take(db, WAIT_MS, &conn, &err);

        rc = rc == XZ_OK ? xz_db_begin(conn, true, &err) : rc;
        rc = rc == XZ_OK ? append(conn, i, &err) : rc;
        if (rc == XZ_OK && i % 5 == 4) {
            xz_db_rollback(conn); /* leaves no gap */
        } else {
            rc = rc == XZ_OK ? xz_db_commit(conn, &err) : rc;
        }
        xz_db_give(conn);
        i += rc == XZ_OK;
    }
    return NULL;
}

static void test_writers_at_once_make_one_chain(void **state)
{
    struct xz_db *db = opened(*state, WRITERS);
    pthread_t threads[WRITERS];
    struct xz_audit_report report;

    for (int i = 0; i < WRITERS; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, write_some, db), 0);
    }
    for (int i = 0; i < WRITERS; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    }
    report = verified(db);
    assert_int_equal(report.first_bad, 0);
    assert_int_equal(report.checked, WRITERS * EACH * 4 / 5);
    xz_db_close(db);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH(test_empty_and_whole),
        ON_BOTH(test_a_change_is_found),
        ON_BOTH(test_a_change_with_its_hash_is_found),
        ON_BOTH(test_a_removal_is_found),
        ON_BOTH(test_a_removal_at_the_end_is_found),
        ON_BOTH(test_a_removal_that_hides_itself_is_found_by_the_head),
        ON_BOTH(test_another_order_is_found),
        {"test_another_type_is_found", test_another_type_is_found, databases_sqlite,
         databases_forget, NULL},
        {"test_a_head_of_another_type_is_found", test_a_head_of_another_type_is_found,
         databases_sqlite, databases_forget, NULL},
        ON_BOTH(test_heads_that_are_gone_are_missed),
        ON_BOTH(test_a_head_that_is_gone_is_missed),
        ON_BOTH(test_a_head_of_nothing_is_found),
        ON_BOTH(test_a_head_of_an_earlier_record_is_found),
        ON_BOTH(test_too_long_a_text),
        ON_BOTH(test_writers_at_once_make_one_chain),
    };

    return cmocka_run_group_tests(tests, databases_start, databases_stop);
}
