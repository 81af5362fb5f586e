/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cases/view.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cases/change.h"
#include "cases/counter.h"
#include "cases/identity.h"
#include "cases/view_int.h"

/* ---- queries ---- */

void xz_query_add(struct xz_query *query, const char *sql)
{
    xz_buf_bytes(&query->sql, sql, strlen(sql));
}

int xz_query_bind(struct xz_query *query, struct xz_db_value value)
{
    query->args[query->count++] = value;
    return (int)query->count;
}

void xz_query_equals(struct xz_query *query, const char *column, struct xz_str text)
{
    if (text.len > 0) {
        xz_buf_printf(&query->sql, " AND %s = ?%d", column, xz_query_bind(query, XZ_DB_TEXT(text)));
    }
}

void xz_query_starts(struct xz_query *query, const char *column, struct xz_str digits)
{
    if (digits.len > 0) {
        xz_buf_printf(&query->sql, " AND substr(%s, 1, %u) = ?%d", column, digits.len,
                      xz_query_bind(query, XZ_DB_TEXT(digits)));
    }
}

void xz_query_in_scope(struct xz_query *query, const char *column, const struct xz_actor *actor)
{
    if (actor->regions[0] != '\0') {
        xz_scope_sql(&query->sql, column,
                     xz_query_bind(query, XZ_DB_TEXT(xz_scope_value(actor, query->scope))));
    }
}

enum xz_rc xz_query_rows(struct xz_query *query, struct xz_db_conn *conn,
                         const struct xz_column *columns, size_t column_count, json_t *rows,
                         struct xz_err *err)
{
    xz_buf_u8(&query->sql, 0);
    return xz_rows_json(conn, columns, column_count, (const char *)query->sql.data, query->args,
                        query->count, rows, err);
}

void xz_query_fini(struct xz_query *query) { xz_buf_fini(&query->sql); }

/* ---- pages ---- */

json_t *xz_page_json(json_t *rows, int limit, int64_t now_ms,
                     void (*cursor_of)(const json_t *row, char text[static 64]))
{
    json_t *page = json_object(), *next = json_null();
    char cursor[64];

    if (json_array_size(rows) > (size_t)limit) {
        (void)json_array_remove(rows, (size_t)limit);
        cursor_of(json_array_get(rows, (size_t)limit - 1), cursor);
        next = json_string(cursor);
    }
    (void)json_object_set_new(page, "items", rows);
    (void)json_object_set_new(page, "next", next);
    (void)json_object_set_new(page, "as_of", xz_json_time(now_ms));
    return page;
}

/* ---- the last step ---- */

struct filling {
    xz_fill_fn fill;
    void *arg;
    struct xz_buf *out;
};

static enum xz_rc fill_and_show(struct xz_db_conn *conn, void *arg, struct xz_err *err)
{
    const struct filling *filling = arg;
    json_t *made = NULL;
    char *text = NULL;
    enum xz_rc rc = filling->fill(conn, filling->arg, &made, err);

    if (rc == XZ_OK) {
        text = json_dumps(made, JSON_COMPACT | JSON_ENCODE_ANY);
        rc = xz_identity_show(conn, xz_str_from(text), filling->out, err);
    }
    free(text);
    json_decref(made);
    return rc;
}

enum xz_rc xz_view_fill(const struct xz_desk_view *view, xz_fill_fn fill, void *arg,
                        struct xz_buf *out, struct xz_err *err)
{
    return xz_desk_read(view->desk, fill_and_show, &(struct filling){fill, arg, out}, err);
}

struct noting {
    const struct xz_desk_view *view;
    const char *kind;
    struct xz_str id;
};

static enum xz_rc note_reading(struct xz_db_conn *conn, void *arg, struct xz_err *err)
{
    const struct noting *noting = arg;
    char action[32];

    (void)snprintf(action, sizeof(action), "%s.read", noting->kind);
    return xz_desk_audit(conn, noting->view->actor, action, noting->kind, noting->id, "",
                         noting->view->now_ms, err);
}

/* Read first, so that nobody waits while a big case is put together; recorded before it is told. */
enum xz_rc xz_view_fill_audited(const struct xz_desk_view *view, xz_fill_fn fill, void *arg,
                                const char *kind, struct xz_str id, struct xz_buf *out,
                                struct xz_err *err)
{
    const size_t before = out->len;
    enum xz_rc rc = xz_view_fill(view, fill, arg, out, err);

    rc = rc == XZ_OK
             ? xz_desk_append(view->desk, note_reading, &(struct noting){view, kind, id}, err)
             : rc;
    if (rc != XZ_OK) {
        out->len = before; /* what was not recorded was not read */
    }
    return rc;
}

enum xz_rc xz_subject_of(struct xz_db_conn *conn, struct xz_str text, struct xz_buf *ref,
                         struct xz_err *err)
{
    int64_t person = 0;
    enum xz_rc rc = XZ_OK;

    if (text.len == XZ_PSEUDONYM_LEN && xz_str_starts(text, XZ_STR("P-"))) {
        rc = xz_identity_find(conn, text, &person, err);
    }
    if (rc == XZ_OK && person != 0) {
        xz_identity_token(person, ref);
    } else if (rc == XZ_OK || rc == XZ_REJECT) {
        xz_buf_bytes(ref, text.ptr, text.len); /* of nobody: finds nothing */
        rc = XZ_OK;
    }
    return rc;
}

/* ---- changes ---- */

const struct xz_column xz_alert_columns[] = {
    {"seq", XZ_COLUMN_INT},           {"alert_id", XZ_COLUMN_TEXT},
    {"rev", XZ_COLUMN_INT},           {"pattern", XZ_COLUMN_TEXT},
    {"version", XZ_COLUMN_INT},       {"status", XZ_COLUMN_TEXT},
    {"result_type", XZ_COLUMN_TEXT},  {"severity", XZ_COLUMN_INT},
    {"score", XZ_COLUMN_DOUBLE},      {"amount_fen", XZ_COLUMN_INT},
    {"region", XZ_COLUMN_TEXT},       {"subject_kind", XZ_COLUMN_TEXT},
    {"subject", XZ_COLUMN_TEXT},      {"start", XZ_COLUMN_TIME},
    {"end", XZ_COLUMN_TIME},          {"events", XZ_COLUMN_INT},
    {"received", XZ_COLUMN_TIME},     {"changed", XZ_COLUMN_TIME},
    {"case", XZ_COLUMN_INT},          {"institution", XZ_COLUMN_TEXT},
    {"subject_name", XZ_COLUMN_TEXT}, {"institution_name", XZ_COLUMN_TEXT}};
const size_t xz_alert_column_count = sizeof(xz_alert_columns) / sizeof(xz_alert_columns[0]);

#define NEWEST "SELECT next FROM counter WHERE name = 'change'"

struct changing {
    const struct xz_desk_view *view;
    struct xz_change_mark after, *last;
    int limit;
};

/* As it stands now, which may be in a region that it was not in when it changed: then it is not the
 * actor's to see. */
static enum xz_rc add_subject_of_change(struct xz_db_conn *conn, const struct xz_actor *actor,
                                        json_t *change, struct xz_err *err)
{
    const bool is_alert = strcmp(json_string_value(json_object_get(change, "kind")), "alert") == 0;
    const char *object = json_string_value(json_object_get(change, "object"));
    const int64_t case_id = json_integer_value(json_object_get(change, "case"));
    struct xz_query query = {.count = 0};
    json_t *rows = json_array();
    enum xz_rc rc;

    if (is_alert) {
        xz_query_add(&query, XZ_ALERT_SELECT "WHERE a.id = ?1 AND a.is_current = 1");
        (void)xz_query_bind(&query, XZ_DB_CSTR(object));
        xz_query_in_scope(&query, "a.region", actor);
        rc = xz_query_rows(&query, conn, xz_alert_columns, xz_alert_column_count, rows, err);
    } else {
        xz_query_add(&query, XZ_CASE_SELECT "WHERE c.id = ?1");
        (void)xz_query_bind(&query, XZ_DB_INT(case_id));
        xz_query_in_scope(&query, "c.region", actor);
        rc = xz_case_rows(&query, conn, rows, err);
    }
    if (rc == XZ_OK && json_array_size(rows) > 0) {
        (void)json_object_set(change, is_alert ? "alert" : "row", json_array_get(rows, 0));
    }
    xz_query_fini(&query);
    json_decref(rows);
    return rc;
}

/* In the place of the time: the column's value is that. */
static void put_mark(json_t *change)
{
    char text[XZ_CHANGE_MARK_MAX];

    xz_change_mark_text(xz_change_mark_of(json_integer_value(json_object_get(change, "id")),
                                          json_integer_value(json_object_get(change, "mark"))),
                        text);
    (void)json_object_set_new(change, "mark", json_string(text));
}

/* Those after a number and up to another, as far as they are there, oldest first. */
static enum xz_rc add_changes(struct xz_db_conn *conn, const struct changing *changing,
                              int64_t until, json_t *rows, struct xz_err *err)
{
    static const struct xz_column columns[] = {{"id", XZ_COLUMN_INT},    {"kind", XZ_COLUMN_TEXT},
                                               {"what", XZ_COLUMN_TEXT}, {"object", XZ_COLUMN_TEXT},
                                               {"case", XZ_COLUMN_INT},  {"at", XZ_COLUMN_TIME},
                                               {"mark", XZ_COLUMN_INT}};
    struct xz_query query = {.count = 0};
    json_t *row;
    size_t i;
    enum xz_rc rc;

    xz_query_add(&query, "SELECT id, kind, what, object, case_id, at_ms, at_ms FROM change "
                         "WHERE id > ?1 AND id <= ?2");
    (void)xz_query_bind(&query, XZ_DB_INT(changing->after.id));
    (void)xz_query_bind(&query, XZ_DB_INT(until));
    xz_query_in_scope(&query, "region", changing->view->actor);
    xz_buf_printf(&query.sql, " ORDER BY id LIMIT %d", changing->limit);
    rc = xz_query_rows(&query, conn, XZ_COLUMNS(columns), rows, err);
    json_array_foreach(rows, i, row)
    {
        put_mark(row);
        rc = rc == XZ_OK ? add_subject_of_change(conn, changing->view->actor, row, err) : rc;
    }
    xz_query_fini(&query);
    return rc;
}

static int64_t id_at(const json_t *rows, size_t at)
{
    return json_integer_value(json_object_get(json_array_get(rows, at), "id"));
}

/* Stands for all that happened since, when that can no longer be told. */
static json_t *reset_at(struct xz_change_mark newest, int64_t now_ms)
{
    char text[XZ_CHANGE_MARK_MAX];

    xz_change_mark_text(newest, text);
    return json_pack("{s:I, s:s, s:s, s:s, s:s, s:i, s:o}", "id", (json_int_t)newest.id, "mark",
                     text, "kind", "reset", "what", "gone", "object", "", "case", 0, "at",
                     xz_json_time(now_ms));
}

/* Is the change of this number the one that the listener has seen? */
static enum xz_rc is_known(struct xz_db_conn *conn, const struct xz_change_mark *mark, bool *known,
                           struct xz_err *err)
{
    struct xz_change_mark here = {0};
    const enum xz_rc rc = mark->tag != 0 ? xz_change_mark_find(conn, mark->id, &here, err) : XZ_OK;

    *known = here.tag == mark->tag;
    return rc;
}

/* Others write meanwhile, and each statement may see more than the one before it: the newest first,
 * so that none is told that comes after it, and what is gone last. */
static enum xz_rc fill_changes(struct xz_db_conn *conn, void *arg, json_t **made,
                               struct xz_err *err)
{
    const struct changing *changing = arg;
    const int64_t after = changing->after.id;
    json_t *rows = json_array();
    int64_t gone = 0, newest = 0, last;
    bool known = true, resets;
    enum xz_rc rc = xz_row_int(conn, NEWEST, XZ_DB_NO_ARGS, &newest, NULL, err);

    rc = rc == XZ_OK ? is_known(conn, &changing->after, &known, err) : rc;
    rc = rc == XZ_OK ? add_changes(conn, changing, newest, rows, err) : rc;
    rc = rc == XZ_OK ? xz_counter_get(conn, XZ_CHANGES_GONE, &gone, err) : rc;
    resets = !known || after < gone || after > newest;
    last = !resets && json_array_size(rows) == (size_t)changing->limit /* there may be more */
               ? id_at(rows, (size_t)changing->limit - 1)
               : newest;
    if (last == after && !resets) {
        *changing->last = changing->after;
    } else {
        rc = rc == XZ_OK ? xz_change_mark_find(conn, last, changing->last, err) : rc;
    }
    if (rc == XZ_OK && resets) {
        (void)json_array_clear(rows);
        (void)json_array_append_new(rows, reset_at(*changing->last, changing->view->now_ms));
    }
    *made = rows;
    return rc;
}

enum xz_rc xz_view_changes(const struct xz_desk_view *view, const struct xz_change_mark *after,
                           int limit, struct xz_buf *out, struct xz_change_mark *last,
                           struct xz_err *err)
{
    return xz_view_fill(view, fill_changes, &(struct changing){view, *after, last, limit}, out,
                        err);
}

static enum xz_rc fill_change(struct xz_db_conn *conn, void *arg, json_t **made, struct xz_err *err)
{
    const struct changing *changing = arg;
    json_t *rows = json_array();
    enum xz_rc rc = add_changes(conn, changing, changing->after.id + 1, rows, err);

    if (rc == XZ_OK && json_array_size(rows) == 0) {
        rc = xz_err_reject(err, "not_found", "", "there is no such change");
    }
    *made = json_incref(json_array_get(rows, 0));
    json_decref(rows);
    return rc;
}

enum xz_rc xz_view_change(const struct xz_desk_view *view, int64_t id, struct xz_buf *out,
                          struct xz_err *err)
{
    return xz_view_fill(view, fill_change,
                        &(struct changing){.view = view, .after = {.id = id - 1}, .limit = 1}, out,
                        err);
}

static enum xz_rc read_newest(struct xz_db_conn *conn, void *arg, struct xz_err *err)
{
    int64_t newest = 0;
    const enum xz_rc rc = xz_row_int(conn, NEWEST, XZ_DB_NO_ARGS, &newest, NULL, err);

    return rc == XZ_OK ? xz_change_mark_find(conn, newest, arg, err) : rc;
}

enum xz_rc xz_view_newest(const struct xz_desk_view *view, struct xz_change_mark *newest,
                          struct xz_err *err)
{
    *newest = (struct xz_change_mark){0};
    return xz_desk_read(view->desk, read_newest, newest, err);
}
