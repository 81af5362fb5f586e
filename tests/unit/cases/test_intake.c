/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Alerts become cases: once each, with those they share an episode with, and an open case rises
 * when it gets worse. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "alerts.h"
#include "cases/alert_shape.h"
#include "cases/case_row.h"
#include "cases/row.h"

#define CARD "{\"kind\":\"insured\",\"id\":\"210100190001011234\",\"role\":\"card\"}"

static void execute(const struct xz_desk *desk, const char *sql)
{
    struct xz_db_conn *conn = NULL;
    struct xz_err err = {0};

    assert_int_equal(xz_db_take(desk->db, 1000, &conn, &err), XZ_OK);
    assert_int_equal(xz_db_script(conn, sql, &err), XZ_OK);
    xz_db_give(conn);
}

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

/* A case is called after somebody of whom an alert stands; a closed one after whom it was decided.
 */
static void test_a_case_is_of_whom_an_alert_stands(void **state)
{
    struct xz_desk desk = desk_opened(*state);
    struct said said[2] = {saying("A1", "T02", "insured", "210100190001011234"),
                           saying("A2", "T09", "institution", "P1")};

    said[1].involved = CARD;
    (void)bring(&desk, said, 2, MONDAY_MS);
    assert_int_equal(number(&desk, "SELECT COUNT(*) FROM desk_case"), 1);
    assert_string_equal(case_of(&desk, 1).subject_kind, "insured");
    said[0].rev = 2;
    said[0].status = "withdrawn";
    (void)bring(&desk, said, 1, MONDAY_MS);
    assert_string_equal(case_of(&desk, 1).subject_kind, "institution");
    assert_string_equal(case_of(&desk, 1).subject, "P1");
    said[1].rev = 2; /* of nobody: it stays */
    said[1].status = "withdrawn";
    (void)bring(&desk, said + 1, 1, MONDAY_MS);
    assert_string_equal(case_of(&desk, 1).subject, "P1");
    said[0].rev = 3;
    said[0].status = "open";
    (void)bring(&desk, said, 1, MONDAY_MS);
    assert_string_equal(case_of(&desk, 1).subject_kind, "insured");
    execute(&desk, "UPDATE desk_case SET state = 'closed' WHERE id = 1");
    said[0].rev = 4;
    said[0].status = "withdrawn";
    said[1].rev = 3;
    said[1].status = "open";
    (void)bring(&desk, said, 2, MONDAY_MS);
    assert_string_equal(case_of(&desk, 1).subject_kind, "insured");
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

/* Brings one text as the next record; the whole must go on whatever it says. */
static struct xz_intake_report bring_text(const struct xz_desk *desk, struct xz_str text)
{
    struct xz_intake_record record = {"alerts", 0, 0, text};
    struct xz_intake_report report;
    struct xz_err err = {0};

    assert_int_equal(xz_intake_place(desk, "alerts", 0, &record.offset, &err), XZ_OK);
    if (xz_intake(desk, &record, 1, MONDAY_MS, &report, &err) != XZ_OK) {
        fail_msg("%s", err.msg);
    }
    return report;
}

static struct said involving(const char *involved)
{
    struct said said = saying("A1", "T09", "institution", "P1");

    said.involved = involved;
    return said;
}

#define OPERATOR(role) "{\"kind\":\"operator\",\"id\":\"P1/1\",\"role\":\"" role "\"}"

static void test_a_party_has_each_role_once(void **state)
{
    struct xz_desk desk = desk_opened(*state);
    const struct said said = involving(OPERATOR("operator") "," OPERATOR("member") "," OPERATOR(
        "operator") "," OPERATOR("member"));

    assert_int_equal(bring(&desk, &said, 1, MONDAY_MS).taken, 1);
    assert_int_equal(number(&desk, "SELECT COUNT(*) FROM case_party WHERE kind = 'operator' "
                                   "AND roles = 'operator,member'"),
                     1);
    xz_desk_close(&desk);
}

/* Of 60,000 letters a role was a pattern that one database refuses. */
static void test_a_role_is_one_of_the_contract(void **state)
{
    struct xz_desk desk = desk_opened(*state);
    struct xz_buf role = {0}, involved = {0}, text = {0};
    struct said said;

    for (int i = 0; i < 60000; i++) {
        xz_buf_u8(&role, '%');
    }
    xz_buf_printf(&involved,
                  "{\"kind\":\"insured\",\"id\":\"1\",\"role\":\"%.*s\"},"
                  "{\"kind\":\"insured\",\"id\":\"1\",\"role\":\"%.*s\"}",
                  (int)role.len, (const char *)role.data, (int)role.len, (const char *)role.data);
    xz_buf_u8(&involved, 0);
    said = involving((const char *)involved.data);
    alert_of(&said, &text);
    assert_int_equal(bring_text(&desk, xz_buf_view(&text)).rejected, 1);
    assert_int_equal(number(&desk, "SELECT COUNT(*) FROM identity"), 0);
    xz_buf_fini(&role);
    xz_buf_fini(&involved);
    xz_buf_fini(&text);
    xz_desk_close(&desk);
}

/* Tokens are longer than short ids: what was accepted is not refused when they stand in it. */
static void test_masking_refuses_nothing(void **state)
{
    struct xz_desk desk = desk_opened(*state);
    char subject[201] = "", id[8];
    struct said said[12];

    for (int i = 0; i < 50; i++) {
        (void)snprintf(subject + i * 4, 5, "1234");
    }
    for (int i = 0; i < 11; i++) {
        (void)snprintf(id, sizeof(id), "B%d", i);
        said[i] = saying(xz_strdup(id), "T02", "insured", xz_strdup(id));
    }
    said[11] = involving("{\"kind\":\"insured\",\"id\":\"1234\",\"role\":\"card\"}");
    said[11].subject = subject;
    assert_int_equal(bring(&desk, said, 12, MONDAY_MS).taken, 12);
    assert_string_equal(case_of(&desk, 12).subject, subject);
    for (int i = 0; i < 11; i++) {
        free((void *)(uintptr_t)said[i].id);
        free((void *)(uintptr_t)said[i].subject);
    }
    xz_desk_close(&desk);
}

static void test_a_token_is_nobodys_id(void **state)
{
    struct xz_desk desk = desk_opened(*state);
    struct said said[5] = {saying("A1", "T02", "insured", "210100190001011234"),
                           saying("A2", "T02", "person", "~P1~"),
                           saying("A3", "T02", "institution", "~P1~"),
                           saying("A4", "T02", "institution", "\\u007eP1\\u007E"),
                           saying("A5", "T02", "institution", "P1")};

    said[4].involved = "{\"kind\":\"group\",\"id\":\"x~P1\",\"role\":\"member\"}";
    assert_int_equal(bring(&desk, said, 5, MONDAY_MS).rejected, 4);
    assert_int_equal(number(&desk, "SELECT COUNT(*) FROM desk_case"), 1);
    xz_desk_close(&desk);
}

static void test_sums_of_the_largest_hold(void **state)
{
    struct xz_desk desk = desk_opened(*state);
    struct said said[16];
    char ids[16][8];

    for (int i = 0; i < 16; i++) {
        (void)snprintf(ids[i], sizeof(ids[i]), "A%d", i);
        said[i] = saying(ids[i], "T09", "institution", "P1");
        said[i].events = i == 15 ? "e:9223372036854774" : "e:1000000000000";
    }
    assert_int_equal(bring(&desk, said, 16, MONDAY_MS).taken, 15);
    assert_int_equal(number(&desk, "SELECT SUM(amount_fen) FROM sum_alert"),
                     15 * INT64_C(1000000000000));
    assert_int_equal(case_of(&desk, 1).amount_fen, INT64_C(1000000000000)); /* one event */
    xz_desk_close(&desk);
}

static void test_many_people_are_too_many(void **state)
{
    struct xz_desk desk = desk_opened(*state);
    struct xz_buf involved = {0}, text = {0};
    struct said said;

    for (int i = 0; i < 65; i++) {
        xz_buf_printf(&involved, "%s{\"kind\":\"insured\",\"id\":\"2101%04d\",\"role\":\"card\"}",
                      i > 0 ? "," : "", i);
    }
    xz_buf_u8(&involved, 0);
    said = involving((const char *)involved.data);
    alert_of(&said, &text);
    assert_int_equal(bring_text(&desk, xz_buf_view(&text)).rejected, 1);
    xz_buf_clear(&text);
    xz_buf_reserve(&text, XZ_ALERT_BYTES_MAX + 1);
    memset(text.data, ' ', XZ_ALERT_BYTES_MAX + 1);
    text.len = XZ_ALERT_BYTES_MAX + 1;
    assert_int_equal(bring_text(&desk, xz_buf_view(&text)).rejected, 1);
    xz_buf_fini(&involved);
    xz_buf_fini(&text);
    xz_desk_close(&desk);
}

/* Whose card is used in two pools is a case of each: other people supervise them. */
static void test_pools_do_not_join(void **state)
{
    struct xz_desk desk = desk_opened(*state);
    struct said said[7];
    static const char *const regions[] = {"210102", "110101", "210103", "", "", "2101", "21"};
    static const char *const ids[] = {"A1", "A2", "A3", "A4", "A5", "A6", "A7"};

    for (int i = 0; i < 7; i++) {
        said[i] = saying(ids[i], "T02", "insured", "210100190001011234");
        said[i].region = regions[i];
        said[i].involved = "{\"kind\":\"proxy\",\"id\":\"210100190001015555\",\"role\":\"proxy\"}";
    }
    said[1].subject = "210100190001015555"; /* who is involved in the first */
    (void)bring(&desk, said, 7, MONDAY_MS);
    assert_int_equal(number(&desk, "SELECT COUNT(*) FROM desk_case"), 4);
    assert_int_equal(case_of(&desk, 1).alerts, 3); /* A1, A3, A6 */
    assert_int_equal(case_of(&desk, 2).alerts, 1);
    assert_int_equal(case_of(&desk, 3).alerts, 2); /* A4, A5: of no region */
    assert_int_equal(number(&desk, "SELECT COUNT(*) FROM case_link"), 0);
    xz_desk_close(&desk);
}

/* The region is that of the newest event, and may change while an alert grows. */
static void test_an_alert_stays_with_its_pool(void **state)
{
    struct xz_desk desk = desk_opened(*state);
    struct said said = saying("A1", "T02", "insured", "210100190001011234");

    (void)bring(&desk, &said, 1, MONDAY_MS);
    said.rev = 2;
    said.region = "110101";
    (void)bring(&desk, &said, 1, MONDAY_MS);
    assert_int_equal(number(&desk, "SELECT COUNT(*) FROM alert WHERE region = '210102'"), 1);
    said.rev = 3;
    said.region = "210103";
    (void)bring(&desk, &said, 1, MONDAY_MS);
    assert_int_equal(number(&desk, "SELECT COUNT(*) FROM alert WHERE region = '210103'"), 1);
    assert_int_equal(number(&desk, "SELECT COUNT(*) FROM desk_case"), 1);
    assert_int_equal(number(&desk, "SELECT COUNT(*) FROM sum_alert WHERE alerts <> 0"), 1);
    xz_desk_close(&desk);
}

/* What only the database finds wrong is passed over like the rest, and takes no other with it. */
static void test_what_the_database_refuses_is_passed_over(void **state)
{
    struct xz_desk desk = desk_opened(*state);
    const struct said said[5] = {
        saying("A1", "T02", "insured", "91"), saying("A2", "T02", "insured", "92"),
        saying("A3", "T03", "insured", "93"), saying("A4", "T03", "insured", "94"),
        saying("A5", "T04", "insured", "95")};
    struct xz_intake_report report;
    struct xz_err err = {0};
    int64_t next = 0;

    execute(&desk, "CREATE UNIQUE INDEX one_of_a_pattern ON alert (pattern)");
    report = bring(&desk, said, 5, MONDAY_MS);
    assert_int_equal(report.taken, 3);
    assert_int_equal(report.rejected, 2);
    assert_non_null(strstr(report.last_reject, "alerts[0]@3: database"));
    assert_int_equal(number(&desk, "SELECT COUNT(*) FROM desk_case"), 3);
    assert_int_equal(xz_intake_place(&desk, "alerts", 0, &next, &err), XZ_OK);
    assert_int_equal(next, 5);
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
        ON_BOTH(test_a_case_is_of_whom_an_alert_stands),
        ON_BOTH(test_what_is_no_alert_is_passed_over),
        ON_BOTH(test_no_name_is_stored),
        ON_BOTH(test_a_party_has_each_role_once),
        ON_BOTH(test_a_role_is_one_of_the_contract),
        ON_BOTH(test_masking_refuses_nothing),
        ON_BOTH(test_a_token_is_nobodys_id),
        ON_BOTH(test_sums_of_the_largest_hold),
        ON_BOTH(test_many_people_are_too_many),
        ON_BOTH(test_pools_do_not_join),
        ON_BOTH(test_an_alert_stays_with_its_pool),
        ON_BOTH(test_what_the_database_refuses_is_passed_over),
    };

    return cmocka_run_group_tests(tests, databases_start, databases_stop);
}
