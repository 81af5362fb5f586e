/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cases/review.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cases/case_row.h"
#include "cases/view_int.h"
#include "cases/work_int.h"

/* Looks that nobody has given yet, in the actor's regions: FROM and WHERE, with the columns of r
 * and c. */
static void add_open(struct xz_query *query, const struct xz_actor *actor, int64_t now_ms)
{
    const int asked = xz_query_bind(query, XZ_DB_INT(now_ms - XZ_UNDO_MS));

    xz_buf_printf(&query->sql,
                  "FROM blind_review r JOIN desk_case c ON c.id = r.case_id "
                  "WHERE r.done_ms = 0 AND r.asked_ms <= ?%d AND c.state = 'closed'",
                  asked);
    xz_query_in_scope(query, "c.region", actor);
}

/* What was proposed is as telling as what was decided. */
#define SINCE_DECIDED                                                                              \
    "a.at_ms >= (SELECT COALESCE(MIN(e.at_ms), 0) FROM case_event e WHERE e.case_id = c.id "       \
    "AND e.what IN ('propose', 'close'))"

/* Of those, without the ones of which this actor knows what came: had a part, or read it. */
static void add_blind(struct xz_query *query, const struct xz_actor *actor)
{
    const int account = xz_query_bind(query, XZ_DB_INT(actor->account));
    const int name = xz_query_bind(query, XZ_DB_CSTR(actor->name));

    xz_buf_printf(&query->sql,
                  " AND ?%d NOT IN (c.assignee, c.proposer, c.approver, c.closer) AND NOT EXISTS "
                  "(SELECT 1 FROM case_event e WHERE e.case_id = c.id AND e.actor = ?%d) "
                  "AND NOT EXISTS (SELECT 1 FROM audit a WHERE a.object = 'case/' || c.id "
                  "AND a.actor = ?%d AND a.action IN ('case.read', 'case.export') "
                  "AND " SINCE_DECIDED ") "
                  "AND NOT EXISTS (SELECT 1 FROM case_file f JOIN audit a "
                  "ON a.object = 'case/' || c.id || '/' || f.id WHERE f.case_id = c.id "
                  "AND a.actor = ?%d AND a.action = 'file.read' AND " SINCE_DECIDED ")",
                  account, account, name, name);
}

static enum xz_rc check_may(const struct xz_actor *actor, struct xz_err *err)
{
    return xz_actor_may(actor, XZ_MAY_WORK)
               ? XZ_OK
               : xz_err_reject(err, "forbidden", "", "the role may not look at a case again");
}

/* ---- what waits ---- */

static enum xz_rc fill_list(struct xz_db_conn *conn, void *arg, json_t **made, struct xz_err *err)
{
    static const struct xz_column columns[] = {
        {"case", XZ_COLUMN_INT},    {"asked", XZ_COLUMN_TIME},     {"patterns", XZ_COLUMN_WORDS},
        {"region", XZ_COLUMN_TEXT}, {"amount_fen", XZ_COLUMN_INT}, {"severity", XZ_COLUMN_INT}};
    const struct xz_desk_view *view = arg;
    struct xz_query query = {.count = 0};
    json_t *rows = json_array();
    enum xz_rc rc;

    xz_query_add(&query,
                 "SELECT c.id, r.asked_ms, c.patterns, c.region, c.amount_fen, c.severity ");
    add_open(&query, view->actor, view->now_ms);
    add_blind(&query, view->actor);
    xz_buf_printf(&query.sql, " ORDER BY r.asked_ms, c.id LIMIT %d", XZ_REVIEWS_MAX);
    rc = xz_query_rows(&query, conn, XZ_COLUMNS(columns), rows, err);
    xz_query_fini(&query);
    *made = json_object();
    (void)json_object_set_new(*made, "items", rows);
    (void)json_object_set_new(*made, "as_of", xz_json_time(view->now_ms));
    return rc;
}

enum xz_rc xz_review_list(const struct xz_desk_view *view, struct xz_buf *out, struct xz_err *err)
{
    struct xz_desk_view copy = *view;
    const enum xz_rc rc = check_may(view->actor, err);

    return rc == XZ_OK ? xz_view_fill(view, fill_list, &copy, out, err) : rc;
}

/* ---- one ---- */

static enum xz_rc is_there(struct xz_db_conn *conn, const struct xz_actor *actor, int64_t case_id,
                           int64_t now_ms, bool blind, bool *found, struct xz_err *err)
{
    struct xz_query query = {.count = 0};
    int64_t id = 0;
    enum xz_rc rc;

    xz_query_add(&query, "SELECT c.id ");
    add_open(&query, actor, now_ms);
    if (blind) {
        add_blind(&query, actor);
    }
    xz_buf_printf(&query.sql, " AND c.id = ?%d%c", xz_query_bind(&query, XZ_DB_INT(case_id)), '\0');
    rc = xz_row_int(conn, (const char *)query.sql.data, query.args, query.count, &id, found, err);
    xz_query_fini(&query);
    return rc;
}

/* Does it wait for this actor? Else it says why not. */
static enum xz_rc check_waits(struct xz_db_conn *conn, const struct xz_actor *actor,
                              int64_t case_id, int64_t now_ms, struct xz_err *err)
{
    bool waits = false, is_blind = false;
    enum xz_rc rc = is_there(conn, actor, case_id, now_ms, false, &waits, err);

    rc = rc == XZ_OK ? is_there(conn, actor, case_id, now_ms, true, &is_blind, err) : rc;
    if (rc != XZ_OK || is_blind) {
        return rc;
    }
    return waits ? xz_err_reject(err, "second_person_needed", "",
                                 "who had a part in the case, or opened it since it was proposed "
                                 "or decided, cannot look at it again")
                 : xz_err_reject(err, "not_found", "", "no second look at this case waits for you");
}

enum xz_rc xz_review_keep_blind(struct xz_db_conn *conn, const struct xz_actor *actor,
                                const struct xz_case *life, struct xz_err *err)
{
    int64_t looks = 0;
    enum xz_rc rc;

    if (life->state != XZ_CASE_CLOSED || !life->sampled) {
        return XZ_OK;
    }
    rc = xz_row_int(conn,
                    "SELECT COUNT(*) FROM blind_review r WHERE r.case_id = ?1 AND r.done_ms = 0 "
                    "AND EXISTS (SELECT 1 FROM audit a WHERE a.object = 'review/' || r.case_id "
                    "AND a.actor = ?2 AND a.action = 'review.read' AND a.at_ms >= r.asked_ms)",
                    XZ_DB_ARGS(XZ_DB_INT(life->id), XZ_DB_CSTR(actor->name)), &looks, NULL, err);
    return rc == XZ_OK && looks > 0
               ? xz_err_reject(err, "conflict", "",
                               "you have begun a second look at this case: give it first")
               : rc;
}

struct reading {
    const struct xz_desk_view *view;
    int64_t case_id;
};

static enum xz_rc fill_review(struct xz_db_conn *conn, void *arg, json_t **made, struct xz_err *err)
{
    const struct reading *reading = arg;
    const struct xz_desk_view *view = reading->view;
    json_t *all = json_object();
    enum xz_rc rc = check_waits(conn, view->actor, reading->case_id, view->now_ms, err);

    (void)json_object_set_new(all, "case", json_integer(reading->case_id));
    rc = rc == XZ_OK ? xz_case_grounds(conn, reading->view->actor, all, reading->case_id, err) : rc;
    (void)json_object_set_new(all, "as_of", xz_json_time(view->now_ms));
    *made = all;
    return rc;
}

enum xz_rc xz_review_read(const struct xz_desk_view *view, int64_t case_id, struct xz_buf *out,
                          struct xz_err *err)
{
    char id[24];
    const enum xz_rc rc = check_may(view->actor, err);

    (void)snprintf(id, sizeof(id), "%" PRId64, case_id);
    return rc == XZ_OK ? xz_view_fill_audited(view, fill_review, &(struct reading){view, case_id},
                                              "review", xz_str_from(id), out, err)
                       : rc;
}

/* ---- the second opinion ---- */

struct giving {
    const struct xz_actor *actor;
    int64_t case_id, now_ms;
    enum xz_case_outcome outcome;
    struct xz_str reason;
    bool *agreed;
};

static enum xz_rc give_it(struct xz_db_conn *conn, void *arg, struct xz_err *err)
{
    const struct giving *giving = arg;
    const struct xz_on_case on = {
        .actor = giving->actor, .case_id = giving->case_id, .now_ms = giving->now_ms};
    const char *outcome = xz_case_outcome_names[giving->outcome];
    struct xz_case_row row;
    char detail[64];
    enum xz_rc rc = check_waits(conn, giving->actor, giving->case_id, giving->now_ms, err);

    rc = rc == XZ_OK ? xz_case_load(conn, giving->case_id, &row, err) : rc;
    rc = rc == XZ_OK
             ? xz_db_exec(conn,
                          "UPDATE blind_review SET second = ?2, reason = ?3, reviewer = ?4, "
                          "done_ms = ?5 WHERE case_id = ?1",
                          XZ_DB_ARGS(XZ_DB_INT(giving->case_id), XZ_DB_CSTR(outcome),
                                     XZ_DB_TEXT(giving->reason), XZ_DB_INT(giving->actor->account),
                                     XZ_DB_INT(giving->now_ms)),
                          NULL, err)
             : rc;
    if (rc != XZ_OK) {
        return rc;
    }
    *giving->agreed = giving->outcome == row.life.outcome;
    rc = xz_work_tell(conn, &on, &row, "second_look", XZ_STR_NONE, "", "", err);
    (void)snprintf(detail, sizeof(detail), "{\"outcome\":\"%s\"}", outcome);
    return rc == XZ_OK ? xz_desk_audit_on(conn, giving->actor, "review.give", "review",
                                          giving->case_id, detail, giving->now_ms, err)
                       : rc;
}

enum xz_rc xz_review_give(const struct xz_desk *desk, const struct xz_actor *actor, int64_t case_id,
                          enum xz_case_outcome outcome, struct xz_str reason, int64_t now_ms,
                          bool *agreed, struct xz_err *err)
{
    const enum xz_rc rc = check_may(actor, err);

    if (rc != XZ_OK) {
        return rc;
    }
    if (outcome == XZ_OUTCOME_NONE) {
        return xz_err_reject(err, "invalid", "outcome", "say what came of it");
    }
    if (reason.len < XZ_REASON_MIN || reason.len > XZ_REVIEW_REASON_MAX ||
        xz_str_is_blank(reason)) {
        return xz_err_reject(err, "invalid", "reason", "give a reason, up to %d bytes",
                             XZ_REVIEW_REASON_MAX);
    }
    return xz_desk_write(desk, give_it,
                         &(struct giving){actor, case_id, now_ms, outcome, reason, agreed}, err);
}
