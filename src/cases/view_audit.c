/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The chain of records, to be searched. */
#include <stdio.h>

#include "cases/audit_scope.h"
#include "cases/view_int.h"

struct listing {
    const struct xz_desk_view *view;
    const struct xz_audit_filter *filter;
    const struct xz_page *page;
};

static void cursor_of(const json_t *row, char text[static 64])
{
    (void)snprintf(text, 64, "%lld", json_integer_value(json_object_get(row, "seq")));
}

/* "person/P-..." stands in the chain with the person's token. */
static enum xz_rc add_object(struct xz_db_conn *conn, struct xz_query *query, struct xz_str object,
                             struct xz_buf *text, struct xz_err *err)
{
    const struct xz_str person = XZ_STR("person/");
    enum xz_rc rc = XZ_OK;

    if (xz_str_starts(object, person)) {
        xz_buf_bytes(text, person.ptr, person.len);
        rc = xz_subject_of(conn, (struct xz_str){object.ptr + person.len, object.len - person.len},
                           text, err);
        object = xz_buf_view(text);
    }
    xz_query_equals(query, "object", object);
    return rc;
}

/* A CASE, since a server that makes a join of IN reads all records for it, and sorts them. */
static enum xz_rc add_scope(struct xz_db_conn *conn, struct xz_query *query,
                            const struct xz_actor *actor, struct xz_buf *numbers,
                            struct xz_err *err)
{
    enum xz_rc rc = XZ_OK;

    if (actor->regions[0] != '\0') {
        rc = xz_audit_scopes(conn, actor, numbers, err);
        xz_buf_printf(&query->sql,
                      " AND CASE WHEN scope IN (SELECT id FROM audit_scope "
                      "WHERE ?%d LIKE '%%,' || id || ',%%') THEN 1 ELSE 0 END = 1",
                      xz_query_bind(query, XZ_DB_TEXT(xz_buf_view(numbers))));
    }
    return rc;
}

static enum xz_rc read_cursor(struct xz_str cursor, int64_t *seq, struct xz_err *err)
{
    *seq = 0;
    for (uint32_t i = 0; i < cursor.len; i++) {
        if (cursor.ptr[i] < '0' || cursor.ptr[i] > '9' || i > 15) {
            return xz_err_reject(err, "invalid", "cursor", "not a cursor of this list");
        }
        *seq = *seq * 10 + (cursor.ptr[i] - '0');
    }
    return XZ_OK;
}

enum xz_rc xz_audit_page(struct xz_db_conn *conn, const struct xz_desk_view *view,
                         const struct xz_audit_filter *filter, const struct xz_page *page,
                         json_t **made, struct xz_err *err)
{
    static const struct xz_column columns[] = {
        {"seq", XZ_COLUMN_INT},     {"at", XZ_COLUMN_TIME},     {"actor", XZ_COLUMN_TEXT},
        {"action", XZ_COLUMN_TEXT}, {"object", XZ_COLUMN_TEXT}, {"purpose", XZ_COLUMN_TEXT},
        {"detail", XZ_COLUMN_JSON}, {"hash", XZ_COLUMN_HEX}};
    struct xz_query query = {.count = 0};
    struct xz_buf object = {0}, scopes = {0};
    json_t *rows = json_array();
    int64_t seq = 0;
    enum xz_rc rc = read_cursor(page->cursor, &seq, err);

    xz_query_add(&query, "SELECT seq, at_ms, actor, action, object, purpose, detail, hash "
                         "FROM audit WHERE seq IN (SELECT seq FROM audit WHERE seq > 0");
    rc = rc == XZ_OK ? add_scope(conn, &query, view->actor, &scopes, err) : rc;
    xz_query_equals(&query, "actor", filter->actor);
    rc = rc == XZ_OK ? add_object(conn, &query, filter->object, &object, err) : rc;
    xz_query_equals(&query, "action", filter->action);
    if (filter->since_ms != 0) {
        xz_buf_printf(&query.sql, " AND at_ms >= ?%d",
                      xz_query_bind(&query, XZ_DB_INT(filter->since_ms)));
    }
    if (filter->until_ms != 0) {
        xz_buf_printf(&query.sql, " AND at_ms < ?%d",
                      xz_query_bind(&query, XZ_DB_INT(filter->until_ms)));
    }
    if (seq != 0) {
        xz_buf_printf(&query.sql, " AND seq < ?%d", xz_query_bind(&query, XZ_DB_INT(seq)));
    }
    xz_buf_printf(&query.sql, " ORDER BY seq DESC LIMIT %d) ORDER BY seq DESC", page->limit + 1);
    rc = rc == XZ_OK ? xz_query_rows(&query, conn, XZ_COLUMNS(columns), rows, err) : rc;
    *made = xz_page_json(rows, page->limit, view->now_ms, cursor_of);
    xz_query_fini(&query);
    xz_buf_fini(&object);
    xz_buf_fini(&scopes);
    return rc;
}

static enum xz_rc fill_audit(struct xz_db_conn *conn, void *arg, json_t **made, struct xz_err *err)
{
    const struct listing *listing = arg;

    return xz_audit_page(conn, listing->view, listing->filter, listing->page, made, err);
}

enum xz_rc xz_view_audit(const struct xz_desk_view *view, const struct xz_audit_filter *filter,
                         const struct xz_page *page, struct xz_buf *out, struct xz_err *err)
{
    return xz_view_fill(view, fill_audit, &(struct listing){view, filter, page}, out, err);
}

static enum xz_rc fill_heads(struct xz_db_conn *conn, void *arg, json_t **made, struct xz_err *err)
{
    static const struct xz_column columns[] = {
        {"day", XZ_COLUMN_DAY}, {"seq", XZ_COLUMN_INT}, {"hash", XZ_COLUMN_HEX}};
    const struct xz_desk_view *view = arg;
    json_t *rows = json_array();
    const enum xz_rc rc =
        xz_rows_json(conn, XZ_COLUMNS(columns),
                     "SELECT day, seq, hash FROM audit_head ORDER BY day DESC LIMIT 400",
                     XZ_DB_NO_ARGS, rows, err);

    *made = json_object();
    (void)json_object_set_new(*made, "items", rows);
    (void)json_object_set_new(*made, "as_of", xz_json_time(view->now_ms));
    return rc;
}

enum xz_rc xz_view_audit_heads(const struct xz_desk_view *view, struct xz_buf *out,
                               struct xz_err *err)
{
    struct xz_desk_view copy = *view;

    return xz_view_fill(view, fill_heads, &copy, out, err);
}
