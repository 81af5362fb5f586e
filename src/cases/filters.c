/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cases/filters.h"

#include "cases/counter.h"
#include "cases/view_int.h"

static enum xz_rc fill_filters(struct xz_db_conn *conn, void *arg, json_t **made,
                               struct xz_err *err)
{
    static const struct xz_column columns[] = {
        {"id", XZ_COLUMN_INT}, {"name", XZ_COLUMN_TEXT}, {"query", XZ_COLUMN_TEXT}};
    const struct xz_desk_view *view = arg;
    json_t *rows = json_array();
    const enum xz_rc rc = xz_rows_json(
        conn, XZ_COLUMNS(columns),
        "SELECT id, name, query FROM saved_filter WHERE account = ?1 ORDER BY name, id",
        XZ_DB_ARGS(XZ_DB_INT(view->actor->account)), rows, err);

    *made = json_object();
    (void)json_object_set_new(*made, "items", rows);
    return rc;
}

enum xz_rc xz_filter_list(const struct xz_desk_view *view, struct xz_buf *out, struct xz_err *err)
{
    struct xz_desk_view copy = *view;

    return xz_view_fill(view, fill_filters, &copy, out, err);
}

struct keeping {
    const struct xz_actor *actor;
    struct xz_str name, query;
    int64_t now_ms, *id;
};

static enum xz_rc record(struct xz_db_conn *conn, const struct keeping *keeping, const char *action,
                         struct xz_err *err)
{
    return xz_desk_audit_on(conn, keeping->actor, action, "filter", *keeping->id, "",
                            keeping->now_ms, err);
}

static enum xz_rc make_filter(struct xz_db_conn *conn, const struct keeping *keeping,
                              struct xz_err *err)
{
    const int64_t account = keeping->actor->account;
    int64_t count = 0;
    enum xz_rc rc = xz_row_int(conn, "SELECT COUNT(*) FROM saved_filter WHERE account = ?1",
                               XZ_DB_ARGS(XZ_DB_INT(account)), &count, NULL, err);

    if (rc == XZ_OK && count >= XZ_FILTERS_MAX) {
        rc = xz_err_reject(err, "invalid", "name", "an account keeps at most %d filters",
                           XZ_FILTERS_MAX);
    }
    rc = rc == XZ_OK ? xz_counter_next(conn, "saved_filter", keeping->id, err) : rc;
    return rc == XZ_OK
               ? xz_db_exec(conn,
                            "INSERT INTO saved_filter (id, account, name, query) "
                            "VALUES (?1, ?2, ?3, ?4)",
                            XZ_DB_ARGS(XZ_DB_INT(*keeping->id), XZ_DB_INT(account),
                                       XZ_DB_TEXT(keeping->name), XZ_DB_TEXT(keeping->query)),
                            NULL, err)
               : rc;
}

static enum xz_rc add_filter(struct xz_db_conn *conn, void *arg, struct xz_err *err)
{
    const struct keeping *keeping = arg;
    bool found = false;
    enum xz_rc rc =
        xz_row_int(conn, "SELECT id FROM saved_filter WHERE account = ?1 AND name = ?2",
                   XZ_DB_ARGS(XZ_DB_INT(keeping->actor->account), XZ_DB_TEXT(keeping->name)),
                   keeping->id, &found, err);

    if (rc == XZ_OK && found) {
        rc = xz_db_exec(conn, "UPDATE saved_filter SET query = ?1 WHERE id = ?2",
                        XZ_DB_ARGS(XZ_DB_TEXT(keeping->query), XZ_DB_INT(*keeping->id)), NULL, err);
    } else if (rc == XZ_OK) {
        rc = make_filter(conn, keeping, err);
    }
    return rc == XZ_OK ? record(conn, keeping, "filter.add", err) : rc;
}

enum xz_rc xz_filter_add(const struct xz_desk *desk, const struct xz_actor *actor,
                         struct xz_str name, struct xz_str query, int64_t now_ms, int64_t *id,
                         struct xz_err *err)
{
    if (xz_str_is_blank(name) || name.len > XZ_FILTER_NAME_MAX) {
        return xz_err_reject(err, "invalid", "name", "1 to %d bytes", XZ_FILTER_NAME_MAX);
    }
    if (query.len > XZ_FILTER_QUERY_MAX) {
        return xz_err_reject(err, "invalid", "query", "up to %d bytes", XZ_FILTER_QUERY_MAX);
    }
    return xz_desk_write(desk, add_filter, &(struct keeping){actor, name, query, now_ms, id}, err);
}

static enum xz_rc drop_filter(struct xz_db_conn *conn, void *arg, struct xz_err *err)
{
    const struct keeping *keeping = arg;
    int64_t dropped = 0;
    enum xz_rc rc = xz_db_exec(
        conn, "DELETE FROM saved_filter WHERE id = ?1 AND account = ?2",
        XZ_DB_ARGS(XZ_DB_INT(*keeping->id), XZ_DB_INT(keeping->actor->account)), &dropped, err);

    if (rc == XZ_OK && dropped == 0) {
        rc = xz_err_reject(err, "not_found", "", "there is no such filter");
    }
    return rc == XZ_OK ? record(conn, keeping, "filter.drop", err) : rc;
}

enum xz_rc xz_filter_drop(const struct xz_desk *desk, const struct xz_actor *actor, int64_t id,
                          int64_t now_ms, struct xz_err *err)
{
    return xz_desk_write(desk, drop_filter,
                         &(struct keeping){.actor = actor, .now_ms = now_ms, .id = &id}, err);
}
