/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Alerts become cases: once each, with those they share an episode with, and an open case rises
 * when it gets worse. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "alerts.h"
#include "cases/case_row.h"
#include "cases/row.h"

#define CARD "{\"kind\":\"insured\",\"id\":\"210100190001011234\",\"role\":\"card\"}"

static struct xz_case_row case_of(const struct xz_desk *desk, int64_t id)
{
    struct xz_db_conn *conn = NULL;
    struct xz_case_row row;
    struct xz_err err = {0};

    assert_int_equal(xz_db_take(desk->db, 1000, &conn, &err), XZ_OK);
    if (xz_case_load(conn, id, &row, &err) != XZ_OK) {
        fail_msg("case %" PRId64 ": %s", id, err.msg);
    }
    xz_db_give(conn);
    return row;
}

static int64_t number(const struct xz_desk *desk, const char *sql)
{
    struct xz_db_conn *conn = NULL;
    struct xz_err err = {0};
    int64_t value = -1;

    assert_int_equal(xz_db_take(desk->db, 1000, &conn, &err), XZ_OK);
    assert_int_equal(xz_row_int(conn, sql, XZ_DB_NO_ARGS, &value, NULL, &err), XZ_OK);
    xz_db_give(conn);
    return value;
}

static void test_an_alert_opens_a_case(void **state)
{
    struct xz_desk desk = desk_opened(*state);
    const struct said said = saying("A1", "T02", "insured", "210100190001011234");
    const struct xz_intake_report report = bring(&desk, &said, 1, MONDAY_MS);
    const struct xz_case_row row = case_of(&desk, 1);

    assert_int_equal(report.taken, 1);
    assert_int_equal(row.life.state, XZ_CASE_NEW);
    assert_string_equal(row.subject, "~P1~");
    assert_string_equal(row.patterns, "T02");
    assert_int_equal(row.amount_fen, 5000);
    assert_int_equal(row.alerts, 1);
    assert_true(row.life.due_ms > MONDAY_MS + 15 * XZ_DAY_MS);
    assert_int_equal(number(&desk, "SELECT cases FROM sum_case WHERE state = 'new'"), 1);
    assert_int_equal(number(&desk, "SELECT SUM(amount_fen) FROM sum_alert"), 5000);
    xz_desk_close(&desk);
}

static void test_the_same_records_again_change_nothing(void **state)
{
    struct xz_desk desk = desk_opened(*state);
    const struct said said = saying("A1", "T02", "insured", "7");
    struct xz_buf text = {0};
    struct xz_intake_record record;
    struct xz_intake_report report;
    struct xz_err err = {0};
    int64_t next = 0;

    (void)bring(&desk, &said, 1, MONDAY_MS);
    alert_of(&said, &text);
    record = (struct xz_intake_record){"alerts", 0, 0, xz_buf_view(&text)};
    assert_int_equal(xz_intake(&desk, &record, 1, MONDAY_MS, &report, &err), XZ_OK);
    assert_int_equal(report.taken + report.revised + report.old, 0); /* its place was taken */
    record.offset = 1;
    assert_int_equal(xz_intake(&desk, &record, 1, MONDAY_MS, &report, &err), XZ_OK);
    assert_int_equal(report.old, 1); /* the same revision from elsewhere */
    assert_int_equal(xz_intake_place(&desk, "alerts", 0, &next, &err), XZ_OK);
    assert_int_equal(next, 2);
    assert_int_equal(number(&desk, "SELECT COUNT(*) FROM desk_case"), 1);
    assert_int_equal(case_of(&desk, 1).life.version, 1);
    xz_buf_fini(&text);
    xz_desk_close(&desk);
}

static void test_those_of_an_episode_join(void **state)
{
    struct xz_desk desk = desk_opened(*state);
    struct said said[5] = {saying("A1", "T09", "institution", "P1"),
                           saying("A2", "T02", "insured", "210100190001011234"),
                           saying("A3", "T13", "operator", "P1/OP01"),
                           saying("A4", "T02", "insured", "9"),
                           saying("A5", "T02", "insured", "210100190001011234")};

    said[0].involved = CARD ",{\"kind\":\"operator\",\"id\":\"P1/OP01\",\"role\":\"operator\"}";
    said[1].events = "e1:5000 e2:700"; /* e1 is one of the first alert's */
    said[2].events = "e3:100";
    said[3].involved = "{\"kind\":\"institution\",\"id\":\"P1\",\"role\":\"counter\"}";
    said[4].start_ms = said[4].end_ms = MONDAY_MS + 40 * XZ_DAY_MS; /* the same person, later */
    (void)bring(&desk, said, 5, MONDAY_MS);
    assert_int_equal(number(&desk, "SELECT COUNT(*) FROM desk_case"), 2);
    assert_int_equal(case_of(&desk, 1).alerts, 4);
    assert_int_equal(case_of(&desk, 1).amount_fen, 5000 + 700 + 100); /* e1 counts once */
    assert_string_equal(case_of(&desk, 1).patterns, "T09,T02,T13");
    assert_int_equal(case_of(&desk, 2).alerts, 1); /* was at the same counter: no more */
    xz_desk_close(&desk);
}

static void test_far_apart_in_time_they_do_not_join(void **state)
{
    struct xz_desk desk = desk_opened(*state);
    struct said said[2] = {saying("A1", "T09", "institution", "P1"),
                           saying("A2", "T02", "insured", "210100190001011234")};

    said[0].involved = CARD;
    said[1].start_ms += 3 * XZ_DAY_MS;
    said[1].end_ms += 3 * XZ_DAY_MS;
    (void)bring(&desk, said, 2, MONDAY_MS);
    assert_int_equal(number(&desk, "SELECT COUNT(*) FROM desk_case"), 2);
    xz_desk_close(&desk);
}

static void test_a_worse_revision_makes_a_case_rise(void **state)
{
    struct xz_desk desk = desk_opened(*state);
    struct said said = saying("A1", "T09", "institution", "P1");
    struct xz_case_row before, after;

    (void)bring(&desk, &said, 1, MONDAY_MS);
    before = case_of(&desk, 1);
    said.rev = 2;
    said.events = "e1:5000 e2:900000";
    said.severity = "critical";
    assert_int_equal(bring(&desk, &said, 1, MONDAY_MS + XZ_HOUR_MS).revised, 1);
    after = case_of(&desk, 1);
    assert_int_equal(after.amount_fen, 905000);
    assert_int_equal(after.severity, XZ_CASE_SEVERITY_CRITICAL);
    assert_int_equal(after.life.version, before.life.version + 1);
    assert_int_equal(after.news_ms, MONDAY_MS + XZ_HOUR_MS);
    assert_int_equal(number(&desk, "SELECT SUM(amount_fen) FROM sum_alert"), 905000);
    assert_int_equal(number(&desk, "SELECT SUM(amount_fen) FROM sum_institution_day"), 905000);
    assert_int_equal(number(&desk, "SELECT SUM(amount_fen) FROM sum_region_day"), 905000);
    assert_int_equal(number(&desk, "SELECT amount_fen FROM sum_case WHERE state = 'new'"), 905000);
    assert_int_equal(number(&desk, "SELECT COUNT(*) FROM change WHERE what = 'news'"), 1);
    xz_desk_close(&desk);
}

static void test_a_withdrawn_alert_says_so(void **state)
{
    struct xz_desk desk = desk_opened(*state);
    struct said said = saying("A1", "T09", "institution", "P1");

    (void)bring(&desk, &said, 1, MONDAY_MS);
    said.rev = 2;
    said.status = "withdrawn";
    (void)bring(&desk, &said, 1, MONDAY_MS);
    assert_int_equal(case_of(&desk, 1).withdrawn, 1);
    assert_int_equal(case_of(&desk, 1).amount_fen, 0);
    assert_string_equal(case_of(&desk, 1).patterns, "T09");
    assert_true(case_of(&desk, 1).probability < 0.1);
    assert_int_equal(number(&desk, "SELECT SUM(alerts) FROM sum_alert"), 0);
    assert_int_equal(number(&desk, "SELECT COUNT(*) FROM case_event WHERE what = 'withdrawn'"), 1);
    xz_desk_close(&desk);
}

static void test_what_is_no_alert_is_passed_over(void **state)
{
    struct xz_desk desk = desk_opened(*state);
    static const char *const bad[] = {"",
                                      "[]",
                                      "{",
                                      "null",
                                      "{\"alert_id\":\"A\"}",
                                      "{\"alert_id\":\"a'b\",\"rev\":1,\"status\":\"open\"}",
                                      "{\"alert_id\":\"A\",\"rev\":1,\"status\":\"odd\"}"};
    struct xz_intake_record records[8];
    struct xz_intake_report report;
    struct xz_err err = {0};
    struct said said = saying("A1", "T09", "institution", "P1");
    struct xz_buf good = {0};

    for (int i = 0; i < 7; i++) {
        records[i] = (struct xz_intake_record){"alerts", 2, i, xz_str_from(bad[i])};
    }
    alert_of(&said, &good);
    records[7] = (struct xz_intake_record){"alerts", 2, 7, xz_buf_view(&good)};
    assert_int_equal(xz_intake(&desk, records, 8, MONDAY_MS, &report, &err), XZ_OK);
    assert_int_equal(report.rejected, 7);
    assert_int_equal(report.taken, 1);
    assert_non_null(strstr(report.last_reject, "alerts[2]@6"));
    xz_buf_fini(&good);
    xz_desk_close(&desk);
}

static void test_no_name_is_stored(void **state)
{
    struct xz_desk desk = desk_opened(*state);
    struct said said = saying("A1", "T02", "insured", "210100190001011234");

    said.involved = CARD;
    (void)bring(&desk, &said, 1, MONDAY_MS);
    assert_int_equal(number(&desk, "SELECT COUNT(*) FROM case_party WHERE ref LIKE '%2101%'"), 0);
    assert_int_equal(number(&desk, "SELECT COUNT(*) FROM alert WHERE subject LIKE '%2101%'"), 0);
    assert_int_equal(number(&desk, "SELECT COUNT(*) FROM identity"), 1);
    xz_desk_close(&desk);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH(test_an_alert_opens_a_case),
        ON_BOTH(test_the_same_records_again_change_nothing),
        ON_BOTH(test_those_of_an_episode_join),
        ON_BOTH(test_far_apart_in_time_they_do_not_join),
        ON_BOTH(test_a_worse_revision_makes_a_case_rise),
        ON_BOTH(test_a_withdrawn_alert_says_so),
        ON_BOTH(test_what_is_no_alert_is_passed_over),
        ON_BOTH(test_no_name_is_stored),
    };

    return cmocka_run_group_tests(tests, databases_start, databases_stop);
}
