/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cases/case_row.h"

#include <stdio.h>
#include <string.h>

#include "cases/counter.h"

static void copy(char *to, size_t size, struct xz_str text)
{
    (void)snprintf(to, size, XZ_STR_FMT, XZ_STR_ARG(text));
}

/* Which of the names it is; 0 for one that is none of them. */
static int index_of(struct xz_str text, const char *const names[], int count)
{
    for (int i = 0; i < count; i++) {
        if (xz_str_eq(text, xz_str_from(names[i]))) {
            return i;
        }
    }
    return 0;
}

#define COLUMNS                                                                                    \
    "id, version, state, outcome, action, region, subject_kind, subject, patterns, result_type, "  \
    "severity, alerts, withdrawn, amount_fen, probability, opened_ms, updated_ms, worked_ms, "     \
    "news_ms, due_ms, soon_ms, clock, extended, idle_ms, escalated_ms, assignee, lease_until_ms, " \
    "snoozed_until_ms, proposer, approver, closer, conditions, closed_ms, appeal, sampled, origin"

static void take_life(struct xz_case *life, const struct xz_db_row *row)
{
    *life = (struct xz_case){
        .id = xz_db_int(row, 0),
        .version = xz_db_int(row, 1),
        .state =
            (enum xz_case_state)index_of(xz_db_text(row, 2), xz_case_state_names, XZ_CASE_STATES),
        .outcome = (enum xz_case_outcome)index_of(xz_db_text(row, 3), xz_case_outcome_names,
                                                  XZ_CASE_OUTCOMES),
        .action = (int)xz_db_int(row, 4),
        .opened_ms = xz_db_int(row, 15),
        .worked_ms = xz_db_int(row, 17),
        .due_ms = xz_db_int(row, 19),
        .soon_ms = xz_db_int(row, 20),
        .clock = (enum xz_case_clock)xz_db_int(row, 21),
        .extended = xz_db_int(row, 22) != 0,
        .idle_ms = xz_db_int(row, 23),
        .escalated_ms = xz_db_int(row, 24),
        .assignee = xz_db_int(row, 25),
        .lease_until_ms = xz_db_int(row, 26),
        .snoozed_until_ms = xz_db_int(row, 27),
        .proposer = xz_db_int(row, 28),
        .approver = xz_db_int(row, 29),
        .closer = xz_db_int(row, 30),
        .conditions = (unsigned)xz_db_int(row, 31),
        .closed_ms = xz_db_int(row, 32),
        .appeal = (enum xz_case_appeal)index_of(xz_db_text(row, 33), xz_case_appeal_names,
                                                XZ_CASE_APPEALS),
        .sampled = xz_db_int(row, 34) != 0,
    };
}

static bool take_row(void *arg, const struct xz_db_row *row)
{
    struct xz_case_row *out = arg;

    take_life(&out->life, row);
    copy(out->region, sizeof(out->region), xz_db_text(row, 5));
    copy(out->subject_kind, sizeof(out->subject_kind), xz_db_text(row, 6));
    copy(out->subject, sizeof(out->subject), xz_db_text(row, 7));
    copy(out->patterns, sizeof(out->patterns), xz_db_text(row, 8));
    out->conclusive = xz_str_eq(xz_db_text(row, 9), XZ_STR("conclusive"));
    out->severity = (enum xz_case_severity)xz_db_int(row, 10);
    out->alerts = xz_db_int(row, 11);
    out->withdrawn = xz_db_int(row, 12);
    out->amount_fen = xz_db_int(row, 13);
    out->probability = xz_db_double(row, 14);
    out->updated_ms = xz_db_int(row, 16);
    out->news_ms = xz_db_int(row, 18);
    out->is_control = xz_str_eq(xz_db_text(row, 35), XZ_STR("control"));
    return false;
}

enum xz_rc xz_case_load(struct xz_db_conn *conn, int64_t id, struct xz_case_row *row,
                        struct xz_err *err)
{
    enum xz_rc rc;

    *row = (struct xz_case_row){0};
    rc = xz_db_query(conn, "SELECT " COLUMNS " FROM desk_case WHERE id = ?1",
                     XZ_DB_ARGS(XZ_DB_INT(id)), take_row, row, err);
    return rc == XZ_OK && row->life.id == 0
               ? xz_err_reject(err, "not_found", "", "there is no such case")
               : rc;
}

/* ---- writing ---- */

static enum xz_rc add_sum(struct xz_db_conn *conn, const struct xz_case_row *row, int64_t sign,
                          struct xz_err *err)
{
    return xz_db_exec(
        conn,
        "INSERT INTO sum_case (region, state, outcome, cases, amount_fen) "
        "VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (region, state, outcome) DO UPDATE SET "
        "cases = sum_case.cases + excluded.cases, "
        "amount_fen = sum_case.amount_fen + excluded.amount_fen",
        XZ_DB_ARGS(XZ_DB_CSTR(row->region), XZ_DB_CSTR(xz_case_state_names[row->life.state]),
                   XZ_DB_CSTR(xz_case_outcome_names[row->life.outcome]), XZ_DB_INT(sign),
                   XZ_DB_INT(sign * row->amount_fen)),
        NULL, err);
}

static bool same_sum(const struct xz_case_row *before, const struct xz_case_row *after)
{
    return before->life.state == after->life.state && before->life.outcome == after->life.outcome &&
           before->amount_fen == after->amount_fen && strcmp(before->region, after->region) == 0;
}

/* The control sample is of no alert's opinion. */
static const char *result_of(const struct xz_case_row *row)
{
    return row->is_control ? "" : row->conclusive ? "conclusive" : "suspicious";
}

enum xz_rc xz_case_save(struct xz_db_conn *conn, const struct xz_case_row *before,
                        const struct xz_case_row *after, struct xz_err *err)
{
    const struct xz_case *life = &after->life;
    const double worth =
        xz_rank(after->probability, after->amount_fen, after->severity, XZ_CLOCK_OK, false);
    const double rank =
        worth * xz_rank_clock(life->clock) * xz_rank_escalation(life->escalated_ms != 0);
    enum xz_rc rc = XZ_OK;

    if (before == NULL || !same_sum(before, after)) {
        rc = before != NULL ? add_sum(conn, before, -1, err) : XZ_OK;
        rc = rc == XZ_OK ? add_sum(conn, after, 1, err) : rc;
    }
    return rc != XZ_OK
               ? rc
               : xz_db_exec(
                     conn,
                     before == NULL
                         ? "INSERT INTO desk_case (" COLUMNS ", is_open, worth, rank) VALUES "
                           "(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, "
                           "?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24, ?25, ?26, ?27, ?28, ?29, "
                           "?30, ?31, ?32, ?33, ?34, ?35, ?36, ?37, ?38, ?39)"
                         : "UPDATE desk_case SET (" COLUMNS ", is_open, worth, rank) = "
                           "(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, "
                           "?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24, ?25, ?26, ?27, ?28, ?29, "
                           "?30, ?31, ?32, ?33, ?34, ?35, ?36, ?37, ?38, ?39) WHERE id = ?1",
                     XZ_DB_ARGS(
                         XZ_DB_INT(life->id), XZ_DB_INT(life->version),
                         XZ_DB_CSTR(xz_case_state_names[life->state]),
                         XZ_DB_CSTR(xz_case_outcome_names[life->outcome]), XZ_DB_INT(life->action),
                         XZ_DB_CSTR(after->region), XZ_DB_CSTR(after->subject_kind),
                         XZ_DB_CSTR(after->subject), XZ_DB_CSTR(after->patterns),
                         XZ_DB_CSTR(result_of(after)), XZ_DB_INT(after->severity),
                         XZ_DB_INT(after->alerts), XZ_DB_INT(after->withdrawn),
                         XZ_DB_INT(after->amount_fen), XZ_DB_DOUBLE(after->probability),
                         XZ_DB_INT(life->opened_ms), XZ_DB_INT(after->updated_ms),
                         XZ_DB_INT(life->worked_ms), XZ_DB_INT(after->news_ms),
                         XZ_DB_INT(life->due_ms), XZ_DB_INT(life->soon_ms), XZ_DB_INT(life->clock),
                         XZ_DB_INT(life->extended), XZ_DB_INT(life->idle_ms),
                         XZ_DB_INT(life->escalated_ms), XZ_DB_INT(life->assignee),
                         XZ_DB_INT(life->lease_until_ms), XZ_DB_INT(life->snoozed_until_ms),
                         XZ_DB_INT(life->proposer), XZ_DB_INT(life->approver),
                         XZ_DB_INT(life->closer), XZ_DB_INT(life->conditions),
                         XZ_DB_INT(life->closed_ms), XZ_DB_CSTR(xz_case_appeal_names[life->appeal]),
                         XZ_DB_INT(life->sampled),
                         XZ_DB_CSTR(after->is_control ? "control" : "alert"),
                         XZ_DB_INT(xz_case_is_open(life)), XZ_DB_DOUBLE(worth), XZ_DB_DOUBLE(rank)),
                     NULL, err);
}

enum xz_rc xz_case_event(struct xz_db_conn *conn, const struct xz_case_event *event,
                         struct xz_err *err)
{
    int64_t id = 0;
    enum xz_rc rc = xz_counter_next(conn, "case_event", &id, err);

    return rc == XZ_OK
               ? xz_db_exec(
                     conn,
                     "INSERT INTO case_event (id, case_id, at_ms, actor, actor_name, what, text, "
                     "detail, undo) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
                     XZ_DB_ARGS(XZ_DB_INT(id), XZ_DB_INT(event->case_id), XZ_DB_INT(event->at_ms),
                                XZ_DB_INT(event->actor != NULL ? event->actor->account : 0),
                                XZ_DB_CSTR(event->actor != NULL ? event->actor->name : ""),
                                XZ_DB_CSTR(event->what), XZ_DB_TEXT(event->text),
                                XZ_DB_CSTR(event->detail), XZ_DB_CSTR(event->undo)),
                     NULL, err)
               : rc;
}
