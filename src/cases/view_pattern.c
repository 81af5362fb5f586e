/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Patterns as the desk knows them: by the alerts that came in and the cases that were closed. What
 * a pattern is stands in its pack. */
#include "cases/view_int.h"

/* The item of a pattern, made when it is new. */
static json_t *item_of(json_t *items, json_t *pattern)
{
    json_t *item;
    size_t i;

    json_array_foreach(items, i, item)
    {
        if (json_equal(json_object_get(item, "pattern"), pattern)) {
            return item;
        }
    }
    item = json_object();
    (void)json_object_set(item, "pattern", pattern);
    (void)json_object_set_new(item, "confirmed", json_integer(0));
    (void)json_object_set_new(item, "refuted", json_integer(0));
    (void)json_object_set_new(item, "history", json_array());
    (void)json_array_append_new(items, item);
    return item;
}

static enum xz_rc add_history(struct xz_db_conn *conn, json_t *items, struct xz_err *err)
{
    static const struct xz_column columns[] = {
        {"pattern", XZ_COLUMN_TEXT}, {"version", XZ_COLUMN_INT}, {"pack", XZ_COLUMN_TEXT},
        {"first", XZ_COLUMN_TIME},   {"last", XZ_COLUMN_TIME},   {"alerts", XZ_COLUMN_INT}};
    json_t *rows = json_array(), *row;
    size_t i;
    const enum xz_rc rc =
        xz_rows_json(conn, XZ_COLUMNS(columns),
                     "SELECT pattern, version, pack, first_ms, last_ms, alerts FROM pattern_seen "
                     "ORDER BY pattern, last_ms DESC, version DESC, pack",
                     XZ_DB_NO_ARGS, rows, err);

    json_array_foreach(rows, i, row)
    {
        json_t *item = item_of(items, json_object_get(row, "pattern"));

        (void)json_array_append(json_object_get(item, "history"), row);
        (void)json_object_del(row, "pattern");
    }
    json_decref(rows);
    return rc;
}

static enum xz_rc add_verdicts(struct xz_db_conn *conn, json_t *items, struct xz_err *err)
{
    static const struct xz_column columns[] = {
        {"pattern", XZ_COLUMN_TEXT}, {"confirmed", XZ_COLUMN_INT}, {"refuted", XZ_COLUMN_INT}};
    json_t *rows = json_array(), *row;
    size_t i;
    const enum xz_rc rc =
        xz_rows_json(conn, XZ_COLUMNS(columns),
                     "SELECT pattern, SUM(CASE WHEN outcome = 'confirmed' THEN 1 ELSE 0 END), "
                     "SUM(CASE WHEN outcome = 'false_positive' THEN 1 ELSE 0 END) FROM verdict "
                     "GROUP BY pattern ORDER BY pattern",
                     XZ_DB_NO_ARGS, rows, err);

    json_array_foreach(rows, i, row)
    {
        json_t *item = item_of(items, json_object_get(row, "pattern"));

        (void)json_object_update(item, row);
    }
    json_decref(rows);
    return rc;
}

static enum xz_rc fill_patterns(struct xz_db_conn *conn, void *arg, json_t **made,
                                struct xz_err *err)
{
    const struct xz_desk_view *view = arg;
    json_t *items = json_array();
    enum xz_rc rc = add_history(conn, items, err);

    rc = rc == XZ_OK ? add_verdicts(conn, items, err) : rc;
    *made = json_object();
    (void)json_object_set_new(*made, "items", items);
    (void)json_object_set_new(*made, "as_of", xz_json_time(view->now_ms));
    return rc;
}

enum xz_rc xz_view_patterns(const struct xz_desk_view *view, struct xz_buf *out, struct xz_err *err)
{
    struct xz_desk_view copy = *view;

    return xz_view_fill(view, fill_patterns, &copy, out, err);
}
