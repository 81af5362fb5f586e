/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Alerts, as a list and one by one; and what is found by words. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cases/alert_facts.h"
#include "cases/alert_store.h"
#include "cases/view_int.h"

/* ---- the list ---- */

struct listing {
    const struct xz_desk_view *view;
    const struct xz_alert_filter *filter;
    const struct xz_page *page;
};

static void cursor_of(const json_t *row, char text[static 64])
{
    (void)snprintf(text, 64, "%lld", json_integer_value(json_object_get(row, "seq")));
}

static enum xz_rc add_cursor(struct xz_query *query, struct xz_str cursor, struct xz_err *err)
{
    int64_t seq = 0;

    if (cursor.len == 0) {
        return XZ_OK;
    }
    for (uint32_t i = 0; i < cursor.len; i++) {
        if (cursor.ptr[i] < '0' || cursor.ptr[i] > '9' || i > 15) {
            return xz_err_reject(err, "invalid", "cursor", "not a cursor of this list");
        }
        seq = seq * 10 + (cursor.ptr[i] - '0');
    }
    xz_buf_printf(&query->sql, " AND a.seq < ?%d", xz_query_bind(query, XZ_DB_INT(seq)));
    return XZ_OK;
}

static enum xz_rc add_severity(struct xz_query *query, struct xz_str name, struct xz_err *err)
{
    if (name.len == 0) {
        return XZ_OK;
    }
    for (int i = 0; i < 4; i++) {
        if (xz_str_eq(name, xz_str_from(xz_case_severity_names[i]))) {
            xz_buf_printf(&query->sql, " AND a.severity = %d", i);
            return XZ_OK;
        }
    }
    return xz_err_reject(err, "invalid", "severity", "low, medium, high or critical");
}

enum xz_rc xz_alerts_page(struct xz_db_conn *conn, const struct xz_desk_view *view,
                          const struct xz_alert_filter *filter, const struct xz_page *page,
                          json_t **made, struct xz_err *err)
{
    struct xz_query query = {.count = 0};
    struct xz_buf ref = {0};
    json_t *rows = json_array();
    enum xz_rc rc = XZ_OK;

    xz_query_add(&query, XZ_ALERT_SELECT "WHERE a.is_current = 1");
    xz_query_equals(&query, "a.pattern", filter->pattern);
    xz_query_equals(&query, "a.status", filter->status);
    xz_query_equals(&query, "a.result_type", filter->result_type);
    xz_query_starts(&query, "a.region", filter->region);
    if (filter->subject.len > 0) {
        rc = xz_subject_of(conn, filter->subject, &ref, err);
        xz_query_equals(&query, "a.subject", xz_buf_view(&ref));
    }
    if (filter->case_id != 0) {
        xz_buf_printf(&query.sql, " AND a.case_id = ?%d",
                      xz_query_bind(&query, XZ_DB_INT(filter->case_id)));
    }
    if (filter->since_ms != 0) {
        xz_buf_printf(&query.sql, " AND a.received_ms >= ?%d",
                      xz_query_bind(&query, XZ_DB_INT(filter->since_ms)));
    }
    if (filter->until_ms != 0) {
        xz_buf_printf(&query.sql, " AND a.received_ms < ?%d",
                      xz_query_bind(&query, XZ_DB_INT(filter->until_ms)));
    }
    rc = rc == XZ_OK ? add_severity(&query, filter->severity, err) : rc;
    xz_query_in_scope(&query, "a.region", view->actor);
    rc = rc == XZ_OK ? add_cursor(&query, page->cursor, err) : rc;
    xz_buf_printf(&query.sql, " ORDER BY a.seq DESC LIMIT %d", page->limit + 1);
    rc = rc == XZ_OK
             ? xz_query_rows(&query, conn, xz_alert_columns, xz_alert_column_count, rows, err)
             : rc;
    *made = xz_page_json(rows, page->limit, view->now_ms, cursor_of);
    xz_query_fini(&query);
    xz_buf_fini(&ref);
    return rc;
}

static enum xz_rc fill_alerts(struct xz_db_conn *conn, void *arg, json_t **made, struct xz_err *err)
{
    const struct listing *listing = arg;

    return xz_alerts_page(conn, listing->view, listing->filter, listing->page, made, err);
}

enum xz_rc xz_view_alerts(const struct xz_desk_view *view, const struct xz_alert_filter *filter,
                          const struct xz_page *page, struct xz_buf *out, struct xz_err *err)
{
    return xz_view_fill(view, fill_alerts, &(struct listing){view, filter, page}, out, err);
}

/* ---- one ---- */

struct looking {
    const struct xz_desk_view *view;
    struct xz_str id;
    json_t *body;
    bool visible;
};

static bool take_alert(void *arg, const struct xz_db_row *row)
{
    struct looking *look = arg;
    json_t *place = json_object();

    look->visible = xz_actor_sees(look->view->actor, xz_db_text(row, 1));
    look->body = xz_alert_body(xz_db_blob(row, 0));
    (void)json_object_set_new(place, "topic", xz_json_text(xz_db_text(row, 4)));
    (void)json_object_set_new(place, "partition", json_integer(xz_db_int(row, 5)));
    (void)json_object_set_new(place, "offset", json_integer(xz_db_int(row, 6)));
    (void)json_object_set_new(look->body, "case", json_integer(xz_db_int(row, 2)));
    (void)json_object_set_new(look->body, "received", xz_json_time(xz_db_int(row, 3)));
    (void)json_object_set_new(look->body, "place", place);
    return false;
}

static enum xz_rc fill_alert(struct xz_db_conn *conn, void *arg, json_t **made, struct xz_err *err)
{
    struct looking *look = arg;
    enum xz_rc rc = xz_db_query(conn,
                                "SELECT body, region, case_id, received_ms, topic, part, place "
                                "FROM alert WHERE id = ?1 AND is_current = 1",
                                XZ_DB_ARGS(XZ_DB_TEXT(look->id)), take_alert, look, err);

    if (rc == XZ_OK && (look->body == NULL || !look->visible)) {
        rc = xz_err_reject(err, "not_found", "", "there is no such alert");
    }
    *made = look->body;
    return rc;
}

enum xz_rc xz_view_alert(const struct xz_desk_view *view, struct xz_str id, struct xz_buf *out,
                         struct xz_err *err)
{
    return xz_view_fill_audited(view, fill_alert, &(struct looking){.view = view, .id = id},
                                "alert", id, out, err);
}

/* ---- search ---- */

#define FOUND_MAX   "30"
#define PARTY_KINDS "'person', 'institution', 'operator', 'device', 'trace', 'group', 'region'"

/* Cases that have a party ?2, or an institution of a name like ?3. */
#define CASES_OF                                                                                   \
    "SELECT p.case_id FROM case_party p WHERE p.kind IN (" PARTY_KINDS ") AND p.ref = ?2 "         \
    "UNION SELECT p.case_id FROM case_party p WHERE p.kind = 'institution' AND p.ref IN "          \
    "(SELECT id FROM institution WHERE name LIKE ?3 ESCAPE '!' ORDER BY id LIMIT 20)"

struct searching {
    const struct xz_desk_view *view;
    struct xz_str words;
    struct xz_buf like; /* whatever has the words in it, as LIKE has it with '!' */
};

static void make_like(struct searching *searching)
{
    xz_buf_u8(&searching->like, '%');
    for (uint32_t i = 0; i < searching->words.len; i++) {
        if (strchr("%_!", searching->words.ptr[i]) != NULL) {
            xz_buf_u8(&searching->like, '!');
        }
        xz_buf_u8(&searching->like, (uint8_t)searching->words.ptr[i]);
    }
    xz_buf_u8(&searching->like, '%');
}

/* By id, or about or at whom. */
static enum xz_rc find_alerts(struct xz_db_conn *conn, const struct searching *searching,
                              struct xz_str ref, json_t *rows, struct xz_err *err)
{
    struct xz_query query = {.count = 0};
    enum xz_rc rc;

    xz_query_add(&query, XZ_ALERT_SELECT
                 "WHERE a.is_current = 1 AND a.seq IN (SELECT seq FROM alert WHERE id = ?1 "
                 "UNION SELECT seq FROM alert WHERE subject = ?2 "
                 "UNION SELECT seq FROM alert WHERE case_id IN (" CASES_OF "))");
    (void)xz_query_bind(&query, XZ_DB_TEXT(searching->words));
    (void)xz_query_bind(&query, XZ_DB_TEXT(ref));
    (void)xz_query_bind(&query, XZ_DB_TEXT(xz_buf_view(&searching->like)));
    xz_query_in_scope(&query, "a.region", searching->view->actor);
    xz_query_add(&query, " ORDER BY a.seq DESC LIMIT " FOUND_MAX);
    rc = xz_query_rows(&query, conn, xz_alert_columns, xz_alert_column_count, rows, err);
    xz_query_fini(&query);
    return rc;
}

static enum xz_rc find_cases(struct xz_db_conn *conn, const struct searching *searching,
                             struct xz_str ref, json_t *rows, struct xz_err *err)
{
    struct xz_query query = {.count = 0};
    const struct xz_str words = searching->words;
    int64_t id = 0;
    enum xz_rc rc;

    for (uint32_t i = 0; i < words.len && words.len <= 15; i++) {
        id = words.ptr[i] >= '0' && words.ptr[i] <= '9' && id >= 0 ? id * 10 + words.ptr[i] - '0'
                                                                   : -1;
    }
    xz_query_add(&query,
                 XZ_CASE_SELECT "WHERE (c.id = ?1 OR c.id IN (" CASES_OF ") OR c.id IN "
                                "(SELECT t.case_id FROM case_tag t WHERE t.tag = ?4) OR c.id IN "
                                "(SELECT a.case_id FROM alert a WHERE a.id = ?4))");
    (void)xz_query_bind(&query, XZ_DB_INT(id));
    (void)xz_query_bind(&query, XZ_DB_TEXT(ref));
    (void)xz_query_bind(&query, XZ_DB_TEXT(xz_buf_view(&searching->like)));
    (void)xz_query_bind(&query, XZ_DB_TEXT(words));
    xz_query_in_scope(&query, "c.region", searching->view->actor);
    xz_query_add(&query,
                 " ORDER BY CASE WHEN c.id = ?1 THEN 0 ELSE 1 END, c.is_open DESC, c.rank DESC, "
                 "c.id DESC LIMIT " FOUND_MAX);
    rc = xz_case_rows(&query, conn, rows, err);
    xz_query_fini(&query);
    return rc;
}

static enum xz_rc fill_search(struct xz_db_conn *conn, void *arg, json_t **made, struct xz_err *err)
{
    const struct searching *searching = arg;
    struct xz_buf ref = {0};
    json_t *cases = json_array(), *alerts = json_array();
    enum xz_rc rc = xz_subject_of(conn, searching->words, &ref, err);

    rc = rc == XZ_OK ? find_cases(conn, searching, xz_buf_view(&ref), cases, err) : rc;
    rc = rc == XZ_OK ? find_alerts(conn, searching, xz_buf_view(&ref), alerts, err) : rc;
    *made = json_object();
    (void)json_object_set_new(*made, "cases", cases);
    (void)json_object_set_new(*made, "alerts", alerts);
    (void)json_object_set_new(*made, "as_of", xz_json_time(searching->view->now_ms));
    xz_buf_fini(&ref);
    return rc;
}

enum xz_rc xz_view_search(const struct xz_desk_view *view, struct xz_str words, struct xz_buf *out,
                          struct xz_err *err)
{
    struct searching searching = {.view = view, .words = words};
    enum xz_rc rc;

    if (words.len == 0 || words.len > 200) {
        return xz_err_reject(err, "invalid", "q", "1 to 200 bytes");
    }
    make_like(&searching);
    rc = xz_view_fill(view, fill_search, &searching, out, err);
    xz_buf_fini(&searching.like);
    return rc;
}
