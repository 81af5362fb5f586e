/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One case, whole, and its files. */
#include <inttypes.h>
#include <stdio.h>

#include "cases/alert_store.h"
#include "cases/case_row.h"
#include "cases/review.h"
#include "cases/view_int.h"
#include "cases/work_int.h"

/* ---- one case ---- */

struct looking {
    const struct xz_desk_view *view;
    int64_t case_id;
};

#define BODIES_MAX_BYTES (16u << 20) /* of one answer, as they are read */

struct bodies {
    json_t *list;
    size_t bytes;
    int64_t left; /* alerts of the case that are not in the list */
};

static bool take_body(void *arg, const struct xz_db_row *row)
{
    struct bodies *bodies = arg;
    json_t *body;

    bodies->bytes += xz_alert_body_bytes(xz_db_blob(row, 0));
    if (bodies->bytes > BODIES_MAX_BYTES) {
        return false;
    }
    body = xz_alert_body(xz_db_blob(row, 0));
    if (body != NULL) {
        (void)json_object_set_new(body, "received", xz_json_time(xz_db_int(row, 1)));
        (void)json_object_set_new(body, "current", json_boolean(xz_db_int(row, 2) != 0));
        (void)json_array_append_new(bodies->list, body);
        bodies->left--;
    }
    return true;
}

static enum xz_rc add_list(struct xz_db_conn *conn, json_t *into, const char *key,
                           const struct xz_column *columns, size_t count, const char *sql,
                           int64_t case_id, struct xz_err *err)
{
    json_t *rows = json_array();
    const enum xz_rc rc =
        xz_rows_json(conn, columns, count, sql, XZ_DB_ARGS(XZ_DB_INT(case_id)), rows, err);

    (void)json_object_set_new(into, key, rows);
    return rc;
}

/* Runs a query that was grown and keeps its rows under key. */
static enum xz_rc add_rows(struct xz_db_conn *conn, json_t *into, const char *key,
                           const struct xz_column *columns, size_t count, struct xz_query *query,
                           struct xz_err *err)
{
    json_t *rows = json_array();
    const enum xz_rc rc = xz_query_rows(query, conn, columns, count, rows, err);

    (void)json_object_set_new(into, key, rows);
    xz_query_fini(query);
    return rc;
}

static enum xz_rc add_parties(struct xz_db_conn *conn, const struct xz_actor *actor, json_t *into,
                              int64_t id, struct xz_err *err)
{
    static const struct xz_column party[] = {
        {"kind", XZ_COLUMN_TEXT},   {"ref", XZ_COLUMN_TEXT},       {"is_subject", XZ_COLUMN_BOOL},
        {"roles", XZ_COLUMN_WORDS}, {"start", XZ_COLUMN_TIME},     {"end", XZ_COLUMN_TIME},
        {"name", XZ_COLUMN_TEXT},   {"other_cases", XZ_COLUMN_INT}};
    struct xz_query query = {.count = 0};

    xz_query_add(&query, "SELECT p.kind, p.ref, p.is_subject, p.roles, p.started_ms, p.ended_ms, "
                         "COALESCE((SELECT name FROM institution i WHERE i.id = p.ref), ''), "
                         "(SELECT COUNT(*) FROM case_party o JOIN desk_case c ON c.id = o.case_id "
                         "WHERE o.kind = p.kind AND o.ref = p.ref AND c.id <> p.case_id");
    xz_query_in_scope(&query, "c.region", actor);
    xz_buf_printf(&query.sql,
                  ") FROM case_party p WHERE p.case_id = ?%d "
                  "ORDER BY p.is_subject DESC, p.kind, p.ref LIMIT 300",
                  xz_query_bind(&query, XZ_DB_INT(id)));
    return add_rows(conn, into, "parties", XZ_COLUMNS(party), &query, err);
}

/* Those to cases that the actor sees. */
static enum xz_rc add_links(struct xz_db_conn *conn, const struct xz_actor *actor, json_t *into,
                            int64_t id, struct xz_err *err)
{
    static const struct xz_column link[] = {{"id", XZ_COLUMN_INT},
                                            {"reason", XZ_COLUMN_TEXT},
                                            {"state", XZ_COLUMN_TEXT},
                                            {"outcome", XZ_COLUMN_TEXT},
                                            {"patterns", XZ_COLUMN_WORDS}};
    struct xz_query query = {.count = 0};

    (void)xz_query_bind(&query, XZ_DB_INT(id));
    xz_query_add(&query, "SELECT c.id, l.reason, c.state, c.outcome, c.patterns FROM case_link l "
                         "JOIN desk_case c ON c.id = CASE WHEN l.one = ?1 THEN l.other ELSE l.one "
                         "END WHERE (l.one = ?1 OR l.other = ?1)");
    xz_query_in_scope(&query, "c.region", actor);
    xz_query_add(&query, " ORDER BY c.id LIMIT 100");
    return add_rows(conn, into, "links", XZ_COLUMNS(link), &query, err);
}

/* Of a case of the control sample: where the event stands by which it was drawn. */
static enum xz_rc add_control(struct xz_db_conn *conn, json_t *into, int64_t id, struct xz_err *err)
{
    static const struct xz_column columns[] = {{"topic", XZ_COLUMN_TEXT},
                                               {"partition", XZ_COLUMN_INT},
                                               {"offset", XZ_COLUMN_INT},
                                               {"at", XZ_COLUMN_TIME},
                                               {"institution", XZ_COLUMN_TEXT}};
    json_t *rows = json_array(), *only;
    const enum xz_rc rc = xz_rows_json(conn, XZ_COLUMNS(columns),
                                       "SELECT topic, part, place, at_ms, institution "
                                       "FROM control_case WHERE case_id = ?1",
                                       XZ_DB_ARGS(XZ_DB_INT(id)), rows, err);

    only = json_array_get(rows, 0);
    (void)json_object_set_new(into, "control", only != NULL ? json_incref(only) : json_null());
    json_decref(rows);
    return rc;
}

enum xz_rc xz_case_grounds(struct xz_db_conn *conn, const struct xz_actor *actor, json_t *into,
                           int64_t case_id, struct xz_err *err)
{
    struct bodies bodies = {.list = json_array()};
    enum xz_rc rc = add_parties(conn, actor, into, case_id, err);

    rc = rc == XZ_OK ? add_control(conn, into, case_id, err) : rc;
    rc = rc == XZ_OK ? xz_row_int(conn, "SELECT COUNT(*) FROM alert WHERE case_id = ?1",
                                  XZ_DB_ARGS(XZ_DB_INT(case_id)), &bodies.left, NULL, err)
                     : rc;
    rc = rc == XZ_OK
             ? xz_db_query(conn,
                           "SELECT body, received_ms, is_current FROM alert WHERE case_id = ?1 "
                           "ORDER BY severity DESC, amount_fen DESC, seq LIMIT 50",
                           XZ_DB_ARGS(XZ_DB_INT(case_id)), take_body, &bodies, err)
             : rc;
    (void)json_object_set_new(into, "bodies", bodies.list);
    (void)json_object_set_new(into, "bodies_left", json_integer(bodies.left));
    return rc;
}

static enum xz_rc add_lists(struct xz_db_conn *conn, const struct xz_actor *actor, json_t *row,
                            int64_t id, struct xz_err *err)
{
    static const struct xz_column event[] = {{"id", XZ_COLUMN_INT},     {"at", XZ_COLUMN_TIME},
                                             {"actor", XZ_COLUMN_TEXT}, {"what", XZ_COLUMN_TEXT},
                                             {"text", XZ_COLUMN_TEXT},  {"detail", XZ_COLUMN_JSON}};
    static const struct xz_column file[] = {{"id", XZ_COLUMN_INT},     {"name", XZ_COLUMN_TEXT},
                                            {"sha256", XZ_COLUMN_HEX}, {"size", XZ_COLUMN_INT},
                                            {"at", XZ_COLUMN_TIME},    {"actor", XZ_COLUMN_TEXT}};
    enum xz_rc rc = add_list(conn, row, "history", XZ_COLUMNS(event),
                             "SELECT id, at_ms, actor_name, what, text, detail FROM case_event "
                             "WHERE case_id = ?1 ORDER BY id DESC LIMIT 300",
                             id, err);

    rc = rc == XZ_OK ? add_list(conn, row, "files", XZ_COLUMNS(file),
                                "SELECT id, name, sha256, size, at_ms, actor_name FROM case_file "
                                "WHERE case_id = ?1 ORDER BY id",
                                id, err)
                     : rc;
    return rc == XZ_OK ? add_links(conn, actor, row, id, err) : rc;
}

static enum xz_rc add_allowed(struct xz_db_conn *conn, json_t *row,
                              const struct xz_case_row *stored, const struct looking *look,
                              struct xz_err *err)
{
    const struct xz_actor *actor = look->view->actor;
    json_t *verbs = json_array(), *conditions = json_array();
    bool has_part = false;
    const enum xz_rc rc = xz_work_has_part(conn, &stored->life, actor->account, &has_part, err);

    for (int verb = 0; verb < XZ_VERBS; verb++) {
        if (xz_case_allows(&stored->life, actor, has_part, (enum xz_verb)verb,
                           look->view->now_ms)) {
            (void)json_array_append_new(verbs, json_string(xz_verb_names[verb]));
        }
    }
    for (unsigned i = 0; i < XZ_CASE_CONDITIONS; i++) {
        if ((stored->life.conditions & 1u << i) != 0) {
            (void)json_array_append_new(conditions, json_string(xz_case_condition_names[i]));
        }
    }
    (void)json_object_set_new(row, "allowed", verbs);
    (void)json_object_set_new(row, "conditions", conditions);
    (void)json_object_set_new(row, "proposer", json_integer(stored->life.proposer));
    return rc;
}

static enum xz_rc add_undo(struct xz_db_conn *conn, json_t *row, const struct xz_case_row *stored,
                           const struct looking *look, struct xz_err *err)
{
    struct xz_case as_it_was;
    int64_t until_ms = 0;
    const enum xz_rc rc = xz_work_undoable(conn, &stored->life, look->view->actor,
                                           look->view->now_ms, &until_ms, &as_it_was, err);

    (void)json_object_set_new(row, "undo_until", xz_json_time(until_ms));
    return rc;
}

enum xz_rc xz_case_json(struct xz_db_conn *conn, const struct xz_desk_view *view, int64_t case_id,
                        json_t **made, struct xz_err *err)
{
    const struct looking *look = &(struct looking){view, case_id};
    struct xz_query query = {.count = 0};
    struct xz_case_row stored;
    json_t *rows = json_array(), *row = NULL;
    enum xz_rc rc = xz_case_load(conn, look->case_id, &stored, err);

    if (rc == XZ_OK && !xz_actor_sees(look->view->actor, xz_str_from(stored.region))) {
        rc = xz_err_reject(err, "not_found", "", "there is no such case");
    }
    rc = rc == XZ_OK ? xz_review_keep_blind(conn, look->view->actor, &stored.life, err) : rc;
    xz_query_add(&query, XZ_CASE_SELECT "WHERE c.id = ?1");
    (void)xz_query_bind(&query, XZ_DB_INT(look->case_id));
    rc = rc == XZ_OK ? xz_case_rows(&query, conn, rows, err) : rc;
    row = json_incref(json_array_get(rows, 0));
    rc = rc == XZ_OK ? add_lists(conn, look->view->actor, row, look->case_id, err) : rc;
    rc = rc == XZ_OK ? xz_case_grounds(conn, look->view->actor, row, look->case_id, err) : rc;
    if (rc == XZ_OK) {
        (void)json_object_set_new(row, "as_of", xz_json_time(look->view->now_ms));
        rc = add_allowed(conn, row, &stored, look, err);
        rc = rc == XZ_OK ? add_undo(conn, row, &stored, look, err) : rc;
    }
    xz_query_fini(&query);
    json_decref(rows);
    *made = row;
    return rc;
}

static enum xz_rc fill_case(struct xz_db_conn *conn, void *arg, json_t **made, struct xz_err *err)
{
    const struct looking *look = arg;

    return xz_case_json(conn, look->view, look->case_id, made, err);
}

enum xz_rc xz_view_case(const struct xz_desk_view *view, int64_t case_id, struct xz_buf *out,
                        struct xz_err *err)
{
    char id[24];

    (void)snprintf(id, sizeof(id), "%" PRId64, case_id);
    return xz_view_fill_audited(view, fill_case, &(struct looking){view, case_id}, "case",
                                xz_str_from(id), out, err);
}

/* ---- files ---- */

struct reading {
    const struct xz_desk_view *view;
    int64_t case_id, file_id;
    struct xz_buf *name, *content;
};

static enum xz_rc read_file(struct xz_db_conn *conn, void *arg, struct xz_err *err)
{
    const struct reading *reading = arg;
    struct xz_case_row row;
    bool found = false;
    char id[48];
    const struct xz_on_case on = {.actor = reading->view->actor, .case_id = reading->case_id};
    enum xz_rc rc = xz_work_load(conn, &on, &row, err);

    (void)snprintf(id, sizeof(id), "%" PRId64 "/%" PRId64, reading->case_id, reading->file_id);
    rc = rc == XZ_OK
             ? xz_row_text(conn, "SELECT name FROM case_file WHERE id = ?1 AND case_id = ?2",
                           XZ_DB_ARGS(XZ_DB_INT(reading->file_id), XZ_DB_INT(reading->case_id)),
                           reading->name, &found, err)
             : rc;
    if (rc == XZ_OK && !found) {
        rc = xz_err_reject(err, "not_found", "", "there is no such file");
    }
    rc = rc == XZ_OK ? xz_review_keep_blind(conn, reading->view->actor, &row.life, err) : rc;
    rc = rc == XZ_OK
             ? xz_row_blob(conn, "SELECT content FROM case_file WHERE id = ?1",
                           XZ_DB_ARGS(XZ_DB_INT(reading->file_id)), reading->content, NULL, err)
             : rc;
    return rc == XZ_OK ? xz_desk_audit(conn, reading->view->actor, "file.read", "case",
                                       xz_str_from(id), "", reading->view->now_ms, err)
                       : rc;
}

enum xz_rc xz_view_file(const struct xz_desk_view *view, int64_t case_id, int64_t file_id,
                        struct xz_buf *name, struct xz_buf *content, struct xz_err *err)
{
    return xz_desk_write(view->desk, read_file,
                         &(struct reading){view, case_id, file_id, name, content}, err);
}
