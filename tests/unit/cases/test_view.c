/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What people see: the parts of a rank, what may be taken back, what got worse; and tables. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <zstd.h>

#include "cases/csv.h"
#include "cases/filters.h"
#include "people.h"

static json_t *case_shown(const struct xz_desk_view *view, int64_t id)
{
    struct xz_buf out = {0};
    struct xz_err err = {0};

    if (xz_view_case(view, id, &out, &err) != XZ_OK) {
        fail_msg("%s", err.msg);
    }
    return json_of(&out);
}

/* Makes each alert's body one of 3 MiB. */
static void make_large(const struct xz_desk *desk)
{
    const size_t bytes = (size_t)3 << 20;
    char *text = xz_malloc(bytes + 1), packed[4096];
    struct xz_db_conn *conn = NULL;
    struct xz_err err = {0};
    size_t len;

    memset(text, ' ', bytes);
    memcpy(text, "{}", 2);
    len = ZSTD_compress(packed, sizeof(packed), text, bytes, 1);
    assert_false(ZSTD_isError(len));
    assert_int_equal(xz_db_take(desk->db, 1000, &conn, &err), XZ_OK);
    assert_int_equal(xz_db_exec(conn, "UPDATE alert SET body = ?1",
                                XZ_DB_ARGS(XZ_DB_BLOB(((struct xz_str){packed, (uint32_t)len}))),
                                NULL, &err),
                     XZ_OK);
    xz_db_give(conn);
    free(text);
}

static void test_of_large_bodies_some_are_left_out(void **state)
{
    struct xz_desk desk = desk_opened(*state);
    const struct xz_actor li = person(&desk, "li", INVESTIGATOR, "");
    const struct xz_desk_view view = {&desk, &li, MONDAY_MS};
    static const char *const ids[] = {"A1", "A2", "A3", "A4", "A5", "A6", "A7", "A8"};
    struct said said[8];
    json_t *row;

    for (int i = 0; i < 8; i++) {
        said[i] = saying(ids[i], "T09", "institution", "P1");
    }
    (void)bring(&desk, said, 8, MONDAY_MS);
    row = case_shown(&view, 1);
    assert_int_equal(json_array_size(at(row, "bodies")), 8);
    assert_int_equal(int_at(row, "bodies_left"), 0);
    json_decref(row);
    make_large(&desk);
    row = case_shown(&view, 1);
    assert_int_equal(json_array_size(at(row, "bodies")), 5); /* of 3 MiB: 16 MiB hold no more */
    assert_int_equal(int_at(row, "bodies_left"), 3);
    json_decref(row);
    xz_desk_close(&desk);
}

static void test_a_rank_is_its_parts(void **state)
{
    struct xz_desk desk = desk_opened(*state);
    const struct xz_actor li = person(&desk, "li", INVESTIGATOR, "");
    const struct said said = saying("A", "T09", "institution", "P9");
    struct xz_desk_view view = {&desk, &li, MONDAY_MS};
    const struct xz_on_case on = {.actor = &li, .case_id = 1, .now_ms = MONDAY_MS};
    struct xz_buf out = {0};
    struct xz_err err = {0};
    bool more = true;
    json_t *list, *row;

    (void)bring(&desk, &said, 1, MONDAY_MS);
    assert_int_equal(xz_work_tag(&desk, &on, XZ_STR("ring"), true, &err), XZ_OK);
    for (view.now_ms = MONDAY_MS; view.now_ms < MONDAY_MS + 40 * XZ_DAY_MS;
         view.now_ms += 9 * XZ_DAY_MS) {
        assert_int_equal(xz_work_tick(&desk, view.now_ms, &more, &err), XZ_OK);
        assert_int_equal(xz_view_cases(&view, &(struct xz_case_filter){.sort = XZ_SORT_RANK},
                                       &(struct xz_page){.limit = 5}, &out, &err),
                         XZ_OK);
        list = json_of(&out);
        row = at(list, "items/0");
        assert_true(fabs(json_real_value(at(row, "rank")) -
                         json_real_value(at(row, "probability")) * 100.0 *
                             json_real_value(at(row, "urgency"))) < 1e-9);
        assert_string_equal(text_at(row, "origin"), "alert");
        assert_string_equal(text_at(row, "tags/0"), "ring");
        json_decref(list);
    }
    row = case_shown(&view, 1);
    assert_true(json_real_value(at(row, "urgency")) == 2.0 * 3.0 * 2.0); /* high, late, idle */
    json_decref(row);
    xz_desk_close(&desk);
}

static void test_a_case_says_until_when_it_can_be_taken_back(void **state)
{
    struct xz_desk desk = desk_opened(*state);
    const struct xz_actor li = person(&desk, "li", INVESTIGATOR, "");
    const struct xz_actor wang = person(&desk, "wang", INVESTIGATOR, "");
    const struct said said = saying("A", "T09", "institution", "P9");
    struct xz_desk_view view = {&desk, &li, MONDAY_MS};
    const struct xz_desk_view other = {&desk, &wang, MONDAY_MS + 1};
    char until[XZ_TIME_TEXT_MAX];
    json_t *row;

    (void)bring(&desk, &said, 1, MONDAY_MS);
    row = case_shown(&view, 1);
    assert_true(json_is_null(at(row, "undo_until")));
    json_decref(row);
    assert_string_equal(
        doing(&desk, &li, 1, saying_of(XZ_VERB_START, XZ_OUTCOME_NONE, 0), MONDAY_MS), "");
    xz_time_format(MONDAY_MS + XZ_UNDO_MS, until);
    row = case_shown(&view, 1);
    assert_string_equal(text_at(row, "undo_until"), until);
    json_decref(row);
    row = case_shown(&other, 1);
    assert_true(json_is_null(at(row, "undo_until")));
    json_decref(row);
    view.now_ms = MONDAY_MS + XZ_UNDO_MS; /* the moment at which a disposition may leave */
    row = case_shown(&view, 1);
    assert_true(json_is_null(at(row, "undo_until")));
    json_decref(row);
    xz_desk_close(&desk);
}

static void test_a_case_says_nothing_of_other_regions(void **state)
{
    struct xz_desk desk = desk_opened(*state);
    const struct xz_actor all = person(&desk, "li", INVESTIGATOR, "");
    const struct xz_actor local = person(&desk, "wang", INVESTIGATOR, "2101");
    const struct xz_desk_view view = {&desk, &all, MONDAY_MS}, blind = {&desk, &local, MONDAY_MS};
    const struct xz_on_case on = {.actor = &all, .case_id = 1, .now_ms = MONDAY_MS};
    struct said said[] = {saying("A", "T09", "institution", "P1"),
                          saying("B", "T09", "institution", "P2"),
                          saying("C", "T09", "institution", "P3")};
    struct xz_buf name = {0}, content = {0};
    struct xz_err err = {0};
    json_t *row;

    for (int i = 0; i < 3; i++) {
        said[i].involved = "{\"kind\":\"insured\",\"id\":\"210101199001011234\",\"role\":\"card\"}";
    }
    said[1].region = "110101";
    (void)bring(&desk, said, 3, MONDAY_MS);
    assert_int_equal(xz_work_link(&desk, &on, 2, XZ_STR("the same doctor"), &err), XZ_OK);
    assert_int_equal(xz_work_link(&desk, &on, 3, XZ_STR("the same doctor"), &err), XZ_OK);
    row = case_shown(&view, 1);
    assert_int_equal(json_array_size(at(row, "links")), 2);
    assert_string_equal(text_at(row, "parties/1/kind"), "person");
    assert_int_equal(int_at(row, "parties/1/other_cases"), 2);
    json_decref(row);
    row = case_shown(&blind, 1);
    assert_int_equal(json_array_size(at(row, "links")), 1);
    assert_int_equal(int_at(row, "links/0/id"), 3);
    assert_int_equal(int_at(row, "parties/1/other_cases"), 1);
    json_decref(row);
    for (int64_t id = 2; id <= 4; id += 2) { /* one of another region, one that is not there */
        assert_int_equal(xz_view_file(&blind, id, 1, &name, &content, &err), XZ_REJECT);
        assert_string_equal(err.msg, "there is no such case");
    }
    xz_desk_close(&desk);
}

static void test_what_got_worse(void **state)
{
    struct xz_desk desk = desk_opened(*state);
    const struct xz_actor all = person(&desk, "li", INVESTIGATOR, "");
    const struct xz_actor far = person(&desk, "wang", INVESTIGATOR, "31");
    const struct xz_desk_view view = {&desk, &all, MONDAY_MS}, blind = {&desk, &far, MONDAY_MS};
    struct said said[] = {
        saying("A", "T09", "institution", "P1"),
        saying("B", "T09", "institution", "P2"),
        saying("C", "T09", "institution", "P3"),
        saying("D", "T01", "institution", "P4"),
    };
    struct xz_buf out = {0};
    struct xz_err err = {0};
    json_t *all_of_it;

    said[0].start_ms = said[3].start_ms = MONDAY_MS - 2 * XZ_DAY_MS;
    said[0].end_ms = said[3].end_ms = MONDAY_MS - 2 * XZ_DAY_MS + 1;
    (void)bring(&desk, said, 4, MONDAY_MS);
    assert_int_equal(xz_view_overview(&view, XZ_STR_NONE, 30, &out, &err), XZ_OK);
    all_of_it = json_of(&out);
    assert_int_equal(json_array_size(at(all_of_it, "worse")), 1); /* T01 got better */
    assert_string_equal(text_at(all_of_it, "worse/0/pattern"), "T09");
    assert_int_equal(int_at(all_of_it, "worse/0/today"), 2);
    assert_int_equal(int_at(all_of_it, "worse/0/before"), 1);
    assert_int_equal(int_at(all_of_it, "worse/0/amount_today"), 10000);
    assert_string_equal(text_at(all_of_it, "newest_day"), "2026-03-01");
    assert_int_equal(int_at(all_of_it, "days"), 30);
    assert_string_not_equal(text_at(all_of_it, "institutions/0/institution"), "");
    json_decref(all_of_it);
    assert_int_equal(xz_view_overview(&blind, XZ_STR_NONE, 30, &out, &err), XZ_OK);
    all_of_it = json_of(&out);
    assert_int_equal(json_array_size(at(all_of_it, "worse")), 0);
    json_decref(all_of_it);
    xz_desk_close(&desk);
}

/* "alerts/fen" of the first institution of so many days; "" when there is none. */
static const char *of_days(const struct xz_desk_view *view, int days)
{
    static char text[64];
    struct xz_buf out = {0};
    struct xz_err err = {0};
    json_t *shown;

    if (xz_view_overview(view, XZ_STR_NONE, days, &out, &err) != XZ_OK) {
        fail_msg("%s", err.msg);
    }
    shown = json_of(&out);
    text[0] = '\0';
    if (json_array_size(at(shown, "institutions")) > 0) {
        assert_string_equal(text_at(shown, "institutions/0/institution"), "P1");
        assert_true(json_real_value(at(shown, "institutions/0/lat")) > 40);
        (void)snprintf(text, sizeof(text), "%d/%d", (int)int_at(shown, "institutions/0/alerts"),
                       (int)int_at(shown, "institutions/0/amount_fen"));
    }
    json_decref(shown);
    return text;
}

static void test_institutions_are_summed_over_the_days_asked_for(void **state)
{
    struct xz_desk desk = desk_opened(*state);
    const struct xz_actor all = person(&desk, "li", INVESTIGATOR, "");
    const struct xz_actor far = person(&desk, "wang", INVESTIGATOR, "31");
    const struct xz_desk_view view = {&desk, &all, MONDAY_MS}, blind = {&desk, &far, MONDAY_MS};
    struct said said[] = {saying("A", "T02", "insured", "210100190001011234"),
                          saying("B", "T02", "insured", "210100190001011235")};

    said[0].start_ms -= 9 * XZ_DAY_MS;
    said[0].end_ms -= 9 * XZ_DAY_MS;
    said[1].events = "e2:300";
    (void)bring(&desk, said, 2, MONDAY_MS);
    assert_string_equal(of_days(&view, 30), "2/5300");
    assert_string_equal(of_days(&view, 10), "2/5300"); /* the tenth day is one of ten */
    assert_string_equal(of_days(&view, 9), "1/300");
    assert_string_equal(of_days(&view, 1), "1/300");
    assert_string_equal(of_days(&blind, 30), "");
    /* an alert that goes on is of the day on which it ends now */
    said[0].rev = 2;
    said[0].end_ms += 5 * XZ_DAY_MS;
    (void)bring(&desk, said, 1, MONDAY_MS);
    assert_string_equal(of_days(&view, 5), "2/5300");
    assert_string_equal(of_days(&view, 4), "1/300");
    /* and one that was withdrawn is of none */
    said[1].rev = 2;
    said[1].status = "withdrawn";
    (void)bring(&desk, &said[1], 1, MONDAY_MS);
    assert_string_equal(of_days(&view, 30), "1/5000");
    xz_desk_close(&desk);
}

/* How many cases and alerts a search finds. */
static size_t finds(const struct xz_desk_view *view, const char *words)
{
    struct xz_buf out = {0};
    struct xz_err err = {0};
    json_t *found;
    size_t count;

    assert_int_equal(xz_view_search(view, xz_str_from(words), &out, &err), XZ_OK);
    found = json_of(&out);
    count = json_array_size(at(found, "alerts")) + json_array_size(at(found, "cases"));
    json_decref(found);
    return count;
}

static void test_search_finds_an_institution_by_its_name(void **state)
{
    struct xz_desk desk = desk_opened(*state);
    const struct xz_actor li = person(&desk, "li", INVESTIGATOR, "2101");
    const struct xz_actor far = person(&desk, "wang", INVESTIGATOR, "31");
    const struct xz_desk_view view = {&desk, &li, MONDAY_MS}, blind = {&desk, &far, MONDAY_MS};
    struct said said[] = {saying("A1", "T09", "institution", "P1"),
                          saying("A2", "T09", "institution", "P2")};
    struct xz_buf out = {0};
    struct xz_err err = {0};
    json_t *found;

    execute(&desk,
            "INSERT INTO institution (id, name, kind, level, region) VALUES "
            "('P1', '第10大药房', 'pharmacy', '', CAST(?1 AS TEXT)), "
            "('P2', '100%_好药房', 'pharmacy', '', '210102')",
            210102);
    (void)bring(&desk, said, 2, MONDAY_MS);
    assert_int_equal(finds(&view, "第10大药房"), 2);
    assert_int_equal(finds(&view, "药房"), 4);
    assert_int_equal(finds(&view, "0%_"), 2); /* these are no wildcards */
    assert_int_equal(finds(&view, "第_大药房"), 0);
    assert_int_equal(finds(&blind, "药房"), 0);
    /* a number is first of all that of a case, whatever the names of other cases have in them */
    assert_int_equal(xz_view_search(&view, XZ_STR("1"), &out, &err), XZ_OK);
    found = json_of(&out);
    assert_int_equal(json_array_size(at(found, "cases")), 2);
    assert_int_equal(int_at(found, "cases/0/id"), 1);
    json_decref(found);
    xz_desk_close(&desk);
}

static void test_search_finds_cases_and_alerts(void **state)
{
    struct xz_desk desk = desk_opened(*state);
    const struct xz_actor li = person(&desk, "li", INVESTIGATOR, "2101");
    const struct xz_actor far = person(&desk, "wang", INVESTIGATOR, "31");
    const struct xz_desk_view view = {&desk, &li, MONDAY_MS}, blind = {&desk, &far, MONDAY_MS};
    struct said said = saying("A77", "T02", "insured", "210100190001011234");
    struct xz_buf out = {0};
    struct xz_err err = {0};
    char pseudonym[64];
    json_t *found;

    said.involved = "{\"kind\":\"operator\",\"id\":\"P1/OP03\",\"role\":\"operator\"}";
    (void)bring(&desk, &said, 1, MONDAY_MS);
    assert_int_equal(xz_view_search(&view, XZ_STR("A77"), &out, &err), XZ_OK);
    found = json_of(&out);
    assert_string_equal(text_at(found, "alerts/0/alert_id"), "A77");
    assert_int_equal(int_at(found, "cases/0/id"), 1);
    (void)snprintf(pseudonym, sizeof(pseudonym), "%s", text_at(found, "alerts/0/subject"));
    assert_int_equal(strlen(pseudonym), XZ_PSEUDONYM_LEN);
    json_decref(found);
    assert_int_equal(xz_view_search(&view, xz_str_from(pseudonym), &out, &err), XZ_OK);
    found = json_of(&out);
    assert_string_equal(text_at(found, "alerts/0/alert_id"), "A77");
    json_decref(found);
    assert_int_equal(xz_view_search(&view, XZ_STR("P1/OP03"), &out, &err), XZ_OK);
    found = json_of(&out);
    assert_string_equal(text_at(found, "alerts/0/alert_id"), "A77");
    json_decref(found);
    assert_int_equal(xz_view_search(&blind, XZ_STR("A77"), &out, &err), XZ_OK);
    found = json_of(&out);
    assert_int_equal(json_array_size(at(found, "alerts")) + json_array_size(at(found, "cases")), 0);
    json_decref(found);
    xz_desk_close(&desk);
}

static void test_versions_of_patterns_are_remembered(void **state)
{
    struct xz_desk desk = desk_opened(*state);
    const struct xz_actor li = person(&desk, "li", INVESTIGATOR, "2101");
    const struct xz_desk_view view = {&desk, &li, MONDAY_MS};
    struct said said[] = {saying("A", "T09", "institution", "P1"),
                          saying("B", "T09", "institution", "P2"),
                          saying("C", "T01", "institution", "P3")};
    struct xz_buf out = {0};
    struct xz_err err = {0};
    json_t *shown;

    (void)bring(&desk, said, 3, MONDAY_MS);
    said[0].rev = 2;
    said[0].events = "e1:5000 e2:1";
    (void)bring(&desk, said, 1, MONDAY_MS + XZ_HOUR_MS);
    assert_string_equal(
        doing(&desk, &li, 1, saying_of(XZ_VERB_CLOSE, XZ_OUTCOME_FALSE_POSITIVE, 0), MONDAY_MS),
        "");
    assert_int_equal(xz_view_patterns(&view, &out, &err), XZ_OK);
    shown = json_of(&out);
    assert_int_equal(json_array_size(at(shown, "items")), 2);
    assert_string_equal(text_at(shown, "items/1/pattern"), "T09");
    assert_int_equal(int_at(shown, "items/1/refuted"), 1);
    assert_int_equal(int_at(shown, "items/1/history/0/alerts"), 2);
    assert_string_equal(text_at(shown, "items/1/history/0/pack"), "abc123");
    assert_string_equal(text_at(shown, "items/1/history/0/first"), "2026-03-02T09:00:00+08:00");
    assert_string_equal(text_at(shown, "items/1/history/0/last"), "2026-03-02T10:00:00+08:00");
    assert_int_equal(int_at(shown, "items/0/history/0/alerts"), 1);
    json_decref(shown);
    xz_desk_close(&desk);
}

static void test_tokens_are_listed_and_revoked(void **state)
{
    struct xz_desk desk = desk_opened(*state);
    const struct xz_actor admin = person(&desk, "root", 1u << XZ_ROLE_ADMIN, "");
    const struct xz_actor feed = person(&desk, "feed", 1u << XZ_ROLE_FEED, "");
    const struct xz_desk_view view = {&desk, &admin, MONDAY_MS};
    char secrets[2][XZ_SECRET_LEN + 1], csrf[XZ_SECRET_LEN + 1];
    struct xz_session session;
    struct xz_db_conn *conn = NULL;
    struct xz_actor who;
    struct xz_buf out = {0};
    struct xz_err err = {0};
    json_t *list;

    assert_int_equal(xz_user_login(desk.db, XZ_STR("feed"), XZ_STR("a long password"), MONDAY_MS,
                                   &session, &who, &err),
                     XZ_OK);
    assert_int_equal(xz_db_take(desk.db, 1000, &conn, &err), XZ_OK);
    assert_int_equal(xz_db_begin(conn, true, &err), XZ_OK);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(xz_user_token(conn, &admin, feed.account, XZ_STR("hub"), MONDAY_MS,
                                       MONDAY_MS + XZ_DAY_MS, secrets[i], &err),
                         XZ_OK);
    }
    assert_int_equal(xz_user_token_drop(conn, &admin, 0, MONDAY_MS, &err), XZ_REJECT);
    assert_int_equal(xz_user_token_drop(conn, &admin, 3, MONDAY_MS, &err), XZ_REJECT);
    assert_string_equal(err.reason, "not_found");
    assert_int_equal(xz_user_token_drop(conn, &admin, 1, MONDAY_MS, &err), XZ_OK);
    assert_int_equal(xz_db_commit(conn, &err), XZ_OK);
    xz_db_give(conn);
    assert_int_equal(xz_user_of(desk.db, xz_str_from(secrets[0]), MONDAY_MS, &who, csrf, &err),
                     XZ_REJECT);
    assert_int_equal(xz_user_of(desk.db, xz_str_from(secrets[1]), MONDAY_MS, &who, csrf, &err),
                     XZ_OK);
    assert_int_equal(xz_user_of(desk.db, xz_str_from(session.secret), MONDAY_MS, &who, csrf, &err),
                     XZ_OK);
    assert_int_equal(xz_view_tokens(&view, &out, &err), XZ_OK);
    assert_null(memmem(out.data, out.len, secrets[1], XZ_SECRET_LEN));
    list = json_of(&out);
    assert_int_equal(json_array_size(at(list, "items")), 1);
    assert_int_equal(int_at(list, "items/0/id"), 2);
    assert_string_equal(text_at(list, "items/0/name"), "feed");
    assert_string_equal(text_at(list, "items/0/label"), "hub");
    json_decref(list);
    assert_chain_whole(&desk);
    xz_desk_close(&desk);
}

/* Objects of the records that an auditor is shown, the newest first: "case/1 account/2". A page of
 * two at a time. */
static const char *records_seen(const struct xz_desk *desk, const char *regions,
                                const struct xz_audit_filter *filter)
{
    static char text[1000];
    struct xz_actor auditor = {.account = 99, .roles = 1u << XZ_ROLE_AUDITOR};
    const struct xz_desk_view view = {desk, &auditor, MONDAY_MS};
    struct xz_buf out = {0};
    struct xz_err err = {0};
    char cursor[32] = "";
    json_t *list, *item;
    size_t i;

    (void)snprintf(auditor.regions, sizeof(auditor.regions), "%s", regions);
    text[0] = '\0';
    do {
        const struct xz_page page = {xz_str_from(cursor), 2};

        if (xz_view_audit(&view, filter, &page, &out, &err) != XZ_OK) {
            fail_msg("%s", err.msg);
        }
        list = json_of(&out);
        json_array_foreach(at(list, "items"), i, item)
        {
            (void)snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s%s",
                           text[0] != '\0' ? " " : "", text_at(item, "object"));
        }
        (void)snprintf(cursor, sizeof(cursor), "%s", text_at(list, "next"));
        json_decref(list);
    } while (cursor[0] != '\0');
    return text;
}

static void test_an_auditor_of_a_region_reads_the_records_of_it(void **state)
{
    const struct xz_audit_filter all = {.since_ms = 0}, notes = {.action = XZ_STR("case.note")};
    const struct xz_audit_filter case_2 = {.object = XZ_STR("case/2")};
    struct xz_desk desk = desk_opened(*state);
    const struct xz_actor everywhere = person(&desk, "li", INVESTIGATOR, "");
    const struct xz_actor own = person(&desk, "own", INVESTIGATOR, "210102,210103");
    const struct xz_actor far = person(&desk, "far", INVESTIGATOR, "1101");
    struct said said[] = {saying("A", "T09", "institution", "P1"),
                          saying("B", "T09", "institution", "P2")};
    const struct xz_desk_view view = {&desk, &everywhere, MONDAY_MS};
    struct xz_buf out = {0}, name = {0};
    struct xz_err err = {0};
    int64_t id = 0;

    said[1].region = "110101";
    (void)bring(&desk, said, 2, MONDAY_MS);
    for (int64_t n = 1; n <= 2; n++) {
        const struct xz_on_case on = {.actor = &everywhere, .case_id = n, .now_ms = MONDAY_MS};

        assert_int_equal(xz_work_note(&desk, &on, XZ_STR("a note"), &err), XZ_OK);
        assert_int_equal(xz_work_file(&desk, &on, XZ_STR("f"), XZ_STR("x"), &id, &err), XZ_OK);
        assert_int_equal(xz_view_file(&view, n, id, &name, &out, &err), XZ_OK);
        assert_int_equal(xz_view_alert(&view, xz_str_from(said[n - 1].id), &out, &err), XZ_OK);
    }
    assert_int_equal(xz_filter_add(&desk, &own, XZ_STR("f"), XZ_STR(""), MONDAY_MS, &id, &err),
                     XZ_OK);
    assert_int_equal(xz_filter_add(&desk, &far, XZ_STR("f"), XZ_STR(""), MONDAY_MS, &id, &err),
                     XZ_OK);
    assert_int_equal(
        xz_filter_add(&desk, &everywhere, XZ_STR("f"), XZ_STR(""), MONDAY_MS, &id, &err), XZ_OK);
    assert_string_equal(records_seen(&desk, "2101", &all),
                        "filter/1 alert/A case/1/1 case/1 case/1 account/2");
    assert_string_equal(records_seen(&desk, "210102", &all), "alert/A case/1/1 case/1 case/1");
    assert_string_equal(records_seen(&desk, "1101", &all),
                        "filter/2 alert/B case/2/2 case/2 case/2 account/3");
    assert_string_equal(records_seen(&desk, "31", &all), "");
    assert_string_equal(records_seen(&desk, "31,1101", &notes), "case/2");
    assert_string_equal(records_seen(&desk, "2101", &case_2), "");
    assert_string_equal(records_seen(&desk, "", &case_2), "case/2 case/2");
    assert_int_equal(number(&desk, "SELECT COUNT(*) FROM audit"), 14);
    assert_string_equal(
        records_seen(&desk, "", &all),
        "filter/3 filter/2 filter/1 alert/B case/2/2 case/2 case/2 alert/A case/1/1 "
        "case/1 case/1 account/3 account/2 account/1");
    assert_chain_whole(&desk);
    xz_buf_fini(&out);
    xz_buf_fini(&name);
    xz_desk_close(&desk);
}

static void test_accounts_and_tokens_of_the_own_regions_are_listed(void **state)
{
    struct xz_desk desk = desk_opened(*state);
    const struct xz_actor admin = person(&desk, "local", 1u << XZ_ROLE_ADMIN, "2101");
    const struct xz_actor own = person(&desk, "own", 1u << XZ_ROLE_FEED, "210102,210103");
    const struct xz_actor others[] = {person(&desk, "far", 1u << XZ_ROLE_FEED, "1101"),
                                      person(&desk, "wide", 1u << XZ_ROLE_FEED, "2101,2102"),
                                      person(&desk, "all", 1u << XZ_ROLE_FEED, "")};
    const struct xz_desk_view view = {&desk, &admin, MONDAY_MS};
    char secret[XZ_SECRET_LEN + 1];
    struct xz_db_conn *conn = NULL;
    struct xz_buf out = {0};
    struct xz_err err = {0};
    json_t *list;

    assert_int_equal(xz_db_take(desk.db, 1000, &conn, &err), XZ_OK);
    assert_int_equal(xz_db_begin(conn, true, &err), XZ_OK);
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(xz_user_token(conn, NULL, i == 3 ? own.account : others[i].account,
                                       XZ_STR("hub"), MONDAY_MS, MONDAY_MS + 1, secret, &err),
                         XZ_OK);
    }
    assert_int_equal(xz_db_commit(conn, &err), XZ_OK);
    xz_db_give(conn);
    assert_int_equal(xz_view_accounts(&view, &out, &err), XZ_OK);
    list = json_of(&out);
    assert_int_equal(json_array_size(at(list, "items")), 2);
    assert_string_equal(text_at(list, "items/0/name"), "local");
    assert_string_equal(text_at(list, "items/1/regions/1"), "210103");
    json_decref(list);
    assert_int_equal(xz_view_tokens(&view, &out, &err), XZ_OK);
    list = json_of(&out);
    assert_int_equal(json_array_size(at(list, "items")), 1);
    assert_string_equal(text_at(list, "items/0/name"), "own");
    assert_null(at(list, "items/0/regions"));
    json_decref(list);
    xz_desk_close(&desk);
}

static bool holds(const struct xz_buf *text, const char *part)
{
    return memmem(text->data, text->len, part, strlen(part)) != NULL;
}

static size_t lines_of(const struct xz_buf *text)
{
    size_t lines = 0;

    for (size_t i = 0; i < text->len; i++) {
        lines += text->data[i] == '\n';
    }
    return lines;
}

static void test_tables_are_complete_and_run_nothing(void **state)
{
    struct xz_desk desk = desk_opened(*state);
    const struct xz_actor li = person(&desk, "=li", INVESTIGATOR, "2101");
    const struct xz_desk_view view = {&desk, &li, MONDAY_MS};
    const struct xz_on_case on = {.actor = &li, .case_id = 1, .now_ms = MONDAY_MS};
    struct said said = saying("A0", "T02", "insured", "210100190001011234");
    struct xz_csv_report report;
    struct xz_buf out = {0};
    struct xz_err err = {0};

    (void)bring(&desk, &said, 1, MONDAY_MS);
    said = saying("A1", "T09", "institution", "P \\\"1\\\", x");
    (void)bring(&desk, &said, 1, MONDAY_MS);
    said.id = "A2";
    said.subject = "P2";
    said.region = "310101"; /* not li's */
    (void)bring(&desk, &said, 1, MONDAY_MS);
    assert_int_equal(xz_work_tag(&desk, &on, XZ_STR("+cmd|x"), true, &err), XZ_OK);
    assert_string_equal(
        doing(&desk, &li, 1, saying_of(XZ_VERB_START, XZ_OUTCOME_NONE, 0), MONDAY_MS), "");
    assert_int_equal(
        xz_csv_cases(&view, &(struct xz_case_filter){.sort = XZ_SORT_RANK}, &out, &report, &err),
        XZ_OK);
    assert_int_equal(report.rows, 2);
    assert_false(report.cut);
    assert_int_equal(lines_of(&out), 3);
    assert_memory_equal(out.data, "\xEF\xBB\xBFid,state,", 12);
    assert_true(holds(&out, "\"'+cmd|x\""));
    assert_true(holds(&out, "\"'=li\""));
    assert_true(holds(&out, "\"P \"\"1\"\", x\""));
    assert_true(holds(&out, ",P-"));
    assert_false(holds(&out, "~P") || holds(&out, "210100190001011234"));
    xz_buf_clear(&out);
    assert_int_equal(
        xz_csv_alerts(&view, &(struct xz_alert_filter){.case_id = 0}, &out, &report, &err), XZ_OK);
    assert_int_equal(lines_of(&out), 3);
    assert_true(holds(&out, "\r\nA0,1,T02,1,open,suspicious,2,0.8,210102,5000,insured,P-"));
    xz_buf_clear(&out);
    assert_int_equal(xz_csv_audit(&view, &(struct xz_audit_filter){.action = XZ_STR("cases.csv")},
                                  &out, &report, &err),
                     XZ_OK);
    assert_int_equal(report.rows, 1);
    assert_true(holds(&out, "table/cases,verification,\"{\"\"rows\"\":2}\""));
    xz_buf_fini(&out);
    assert_chain_whole(&desk);
    xz_desk_close(&desk);
}

static void test_signs_of_full_width_begin_no_formula(void **state)
{
    static const char *const begins[] = {"＝1+1", "＋1", "－1", "＠SUM(1)"};
    struct xz_desk desk = desk_opened(*state);
    const struct xz_actor li = person(&desk, "li", INVESTIGATOR, "");
    const struct xz_desk_view view = {&desk, &li, MONDAY_MS};
    struct xz_csv_report report;
    struct xz_buf out = {0};
    struct xz_err err = {0};

    for (int i = 0; i < 4; i++) {
        static const char *const ids[] = {"A", "B", "C", "D"};
        const struct said said = saying(ids[i], "T09", "institution", begins[i]);

        (void)bring(&desk, &said, 1, MONDAY_MS);
    }
    assert_int_equal(
        xz_csv_alerts(&view, &(struct xz_alert_filter){.case_id = 0}, &out, &report, &err), XZ_OK);
    assert_int_equal(report.rows, 4);
    for (int i = 0; i < 4; i++) {
        char cell[32];

        (void)snprintf(cell, sizeof(cell), "\"'%s\"", begins[i]);
        assert_true(holds(&out, cell));
    }
    xz_buf_fini(&out);
    xz_desk_close(&desk);
}

static void test_a_table_goes_on_over_its_batches(void **state)
{
    struct xz_desk desk = desk_opened(*state);
    const struct xz_actor li = person(&desk, "li", INVESTIGATOR, "");
    const struct xz_desk_view view = {&desk, &li, MONDAY_MS};
    struct xz_db_conn *conn = NULL;
    struct xz_csv_report report;
    struct xz_buf out = {0};
    struct xz_err err = {0};

    assert_int_equal(xz_db_take(desk.db, 1000, &conn, &err), XZ_OK);
    assert_int_equal(xz_db_begin(conn, true, &err), XZ_OK);
    for (int i = 0; i < 2500; i++) {
        assert_int_equal(
            xz_desk_audit(conn, &li, "test.one", "thing", XZ_STR("1"), "", MONDAY_MS + i, &err),
            XZ_OK);
    }
    assert_int_equal(xz_db_commit(conn, &err), XZ_OK);
    xz_db_give(conn);
    assert_int_equal(xz_csv_audit(&view, &(struct xz_audit_filter){.action = XZ_STR("test.one")},
                                  &out, &report, &err),
                     XZ_OK);
    assert_int_equal(report.rows, 2500);
    assert_int_equal(lines_of(&out), 2501);
    xz_buf_fini(&out);
    xz_desk_close(&desk);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH(test_of_large_bodies_some_are_left_out),
        ON_BOTH(test_a_rank_is_its_parts),
        ON_BOTH(test_a_case_says_until_when_it_can_be_taken_back),
        ON_BOTH(test_a_case_says_nothing_of_other_regions),
        ON_BOTH(test_what_got_worse),
        ON_BOTH(test_institutions_are_summed_over_the_days_asked_for),
        ON_BOTH(test_search_finds_cases_and_alerts),
        ON_BOTH(test_search_finds_an_institution_by_its_name),
        ON_BOTH(test_versions_of_patterns_are_remembered),
        ON_BOTH(test_tokens_are_listed_and_revoked),
        ON_BOTH(test_an_auditor_of_a_region_reads_the_records_of_it),
        ON_BOTH(test_accounts_and_tokens_of_the_own_regions_are_listed),
        ON_BOTH(test_tables_are_complete_and_run_nothing),
        ON_BOTH(test_signs_of_full_width_begin_no_formula),
        ON_BOTH(test_a_table_goes_on_over_its_batches),
    };

    return cmocka_run_group_tests(tests, databases_start, databases_stop);
}
