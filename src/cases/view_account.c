/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Accounts: for who administers them, and as names of those a case may be given to. */
#include "cases/view_int.h"

static void name_roles(json_t *rows)
{
    json_t *row;
    size_t i;

    json_array_foreach(rows, i, row)
    {
        const json_int_t roles = json_integer_value(json_object_get(row, "roles"));
        json_t *names = json_array();

        for (int role = 0; role < XZ_ACCESS_ROLES; role++) {
            if ((roles & (json_int_t)1 << role) != 0) {
                (void)json_array_append_new(names, json_string(xz_access_role_names[role]));
            }
        }
        (void)json_object_set_new(row, "roles", names);
    }
}

/* Leaves those whose regions are to the actor as asked for. */
static void keep(json_t *rows, const struct xz_actor *actor,
                 bool (*is_kept)(const struct xz_actor *actor, struct xz_str regions))
{
    for (size_t i = json_array_size(rows); i > 0; i--) {
        const json_t *regions = json_object_get(json_array_get(rows, i - 1), "regions");

        if (!is_kept(actor, xz_str_from(json_string_value(regions)))) {
            (void)json_array_remove(rows, i - 1);
        }
    }
}

static enum xz_rc fill_accounts(struct xz_db_conn *conn, void *arg, json_t **made,
                                struct xz_err *err)
{
    static const struct xz_column columns[] = {
        {"id", XZ_COLUMN_INT},          {"name", XZ_COLUMN_TEXT},   {"roles", XZ_COLUMN_INT},
        {"regions", XZ_COLUMN_TEXT},    {"active", XZ_COLUMN_BOOL}, {"created", XZ_COLUMN_TIME},
        {"rests_until", XZ_COLUMN_TIME}};
    const struct xz_desk_view *view = arg;
    json_t *rows = json_array(), *row;
    size_t i;
    const enum xz_rc rc =
        xz_rows_json(conn, XZ_COLUMNS(columns),
                     "SELECT id, name, roles, regions, active, created_ms, locked_until_ms "
                     "FROM account ORDER BY name",
                     XZ_DB_NO_ARGS, rows, err);

    keep(rows, view->actor, xz_actor_covers);
    name_roles(rows);
    json_array_foreach(rows, i, row)
    {
        const char *regions = json_string_value(json_object_get(row, "regions"));

        (void)json_object_set_new(row, "regions", xz_json_words(xz_str_from(regions)));
    }
    *made = json_object();
    (void)json_object_set_new(*made, "items", rows);
    (void)json_object_set_new(*made, "as_of", xz_json_time(view->now_ms));
    return rc;
}

enum xz_rc xz_view_accounts(const struct xz_desk_view *view, struct xz_buf *out, struct xz_err *err)
{
    struct xz_desk_view copy = *view;

    return xz_view_fill(view, fill_accounts, &copy, out, err);
}

static enum xz_rc fill_colleagues(struct xz_db_conn *conn, void *arg, json_t **made,
                                  struct xz_err *err)
{
    static const struct xz_column columns[] = {{"id", XZ_COLUMN_INT},
                                               {"name", XZ_COLUMN_TEXT},
                                               {"roles", XZ_COLUMN_INT},
                                               {"regions", XZ_COLUMN_TEXT}};
    const struct xz_desk_view *view = arg;
    json_t *rows = json_array(), *row;
    size_t i;
    const enum xz_rc rc = xz_rows_json(conn, XZ_COLUMNS(columns),
                                       "SELECT id, name, roles, regions FROM account "
                                       "WHERE active = 1 ORDER BY name",
                                       XZ_DB_NO_ARGS, rows, err);

    keep(rows, view->actor, xz_actor_meets);
    json_array_foreach(rows, i, row) { (void)json_object_del(row, "regions"); }
    name_roles(rows);
    *made = json_object();
    (void)json_object_set_new(*made, "items", rows);
    return rc;
}

enum xz_rc xz_view_colleagues(const struct xz_desk_view *view, struct xz_buf *out,
                              struct xz_err *err)
{
    struct xz_desk_view copy = *view;

    return xz_view_fill(view, fill_colleagues, &copy, out, err);
}

static enum xz_rc fill_tokens(struct xz_db_conn *conn, void *arg, json_t **made, struct xz_err *err)
{
    static const struct xz_column columns[] = {
        {"id", XZ_COLUMN_INT},       {"account", XZ_COLUMN_INT},  {"name", XZ_COLUMN_TEXT},
        {"label", XZ_COLUMN_TEXT},   {"created", XZ_COLUMN_TIME}, {"seen", XZ_COLUMN_TIME},
        {"expires", XZ_COLUMN_TIME}, {"regions", XZ_COLUMN_TEXT}};
    const struct xz_desk_view *view = arg;
    json_t *rows = json_array(), *row;
    size_t i;
    const enum xz_rc rc =
        xz_rows_json(conn, XZ_COLUMNS(columns),
                     "SELECT c.id, c.account, a.name, c.label, c.created_ms, "
                     "CASE WHEN c.seen_ms > c.created_ms THEN c.seen_ms ELSE 0 END, c.expires_ms, "
                     "a.regions "
                     "FROM credential c JOIN account a ON a.id = c.account "
                     "WHERE c.id > 0 AND c.expires_ms > ?1 ORDER BY c.id DESC",
                     XZ_DB_ARGS(XZ_DB_INT(view->now_ms)), rows, err);

    keep(rows, view->actor, xz_actor_covers);
    json_array_foreach(rows, i, row) { (void)json_object_del(row, "regions"); }
    *made = json_object();
    (void)json_object_set_new(*made, "items", rows);
    (void)json_object_set_new(*made, "as_of", xz_json_time(view->now_ms));
    return rc;
}

enum xz_rc xz_view_tokens(const struct xz_desk_view *view, struct xz_buf *out, struct xz_err *err)
{
    struct xz_desk_view copy = *view;

    return xz_view_fill(view, fill_tokens, &copy, out, err);
}
