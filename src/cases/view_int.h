/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cases/view_int.h - what the files of view.h share: queries that grow by filters, pages, and the
 * last step, in which tokens become pseudonyms. */
#ifndef XZ_CASES_VIEW_INT_H
#define XZ_CASES_VIEW_INT_H
#include "cases/row.h"
#include "cases/view.h"

/* An SQL text with its parameters. Texts that are bound are borrowed until it was run. */
struct xz_query {
    struct xz_buf sql;
    struct xz_db_value args[XZ_DB_ARGS_MAX];
    size_t count;
    char scope[XZ_SCOPE_MAX];
};
void xz_query_add(struct xz_query *query, const char *sql);
/* " AND column = ?": nothing when the text is empty. */
void xz_query_equals(struct xz_query *query, const char *column, struct xz_str text);
void xz_query_starts(struct xz_query *query, const char *column, struct xz_str digits);
void xz_query_in_scope(struct xz_query *query, const char *column, const struct xz_actor *actor);
int xz_query_bind(struct xz_query *query, struct xz_db_value value); /* its number, from 1 */
XZ_MUST enum xz_rc xz_query_rows(struct xz_query *query, struct xz_db_conn *conn,
                                 const struct xz_column *columns, size_t column_count, json_t *rows,
                                 struct xz_err *err);
void xz_query_fini(struct xz_query *query);

/* {"items":rows,"next":..,"as_of":..}: rows has one more than limit when there are more. Takes
 * rows. cursor_of makes the cursor of the last row that is shown. */
json_t *xz_page_json(json_t *rows, int limit, int64_t now_ms,
                     void (*cursor_of)(const json_t *row, char text[static 64]));

/* Runs fill in a read, then appends what it made with pseudonyms for tokens. */
typedef enum xz_rc (*xz_fill_fn)(struct xz_db_conn *conn, void *arg, json_t **made,
                                 struct xz_err *err);
XZ_MUST enum xz_rc xz_view_fill(const struct xz_desk_view *view, xz_fill_fn fill, void *arg,
                                struct xz_buf *out, struct xz_err *err);
/* The same, after an audit record of the reading was committed. */
XZ_MUST enum xz_rc xz_view_fill_audited(const struct xz_desk_view *view, xz_fill_fn fill, void *arg,
                                        const char *kind, struct xz_str id, struct xz_buf *out,
                                        struct xz_err *err);

/* A subject as a filter gives it: a pseudonym becomes its token, anything else stays. */
XZ_MUST enum xz_rc xz_subject_of(struct xz_db_conn *conn, struct xz_str text, struct xz_buf *ref,
                                 struct xz_err *err);

/* Cases of a query that begins with XZ_CASE_SELECT, each with its tags and its urgency. */
XZ_MUST enum xz_rc xz_case_rows(struct xz_query *query, struct xz_db_conn *conn, json_t *rows,
                                struct xz_err *err);
#define XZ_CASE_SELECT                                                                             \
    "SELECT c.id, c.version, c.state, c.outcome, c.action, c.region, c.subject_kind, c.subject, "  \
    "c.patterns, c.result_type, c.severity, c.alerts, c.withdrawn, c.amount_fen, c.probability, "  \
    "c.rank, c.clock, c.due_ms, c.opened_ms, c.updated_ms, c.news_ms, c.escalated_ms, "            \
    "c.assignee, COALESCE(u.name, ''), c.lease_until_ms, c.snoozed_until_ms, c.extended, "         \
    "c.appeal, c.closed_ms, c.worked_ms, c.origin, "                                               \
    "COALESCE((SELECT name FROM institution i WHERE i.id = c.subject), '') "                       \
    "FROM desk_case c LEFT JOIN account u ON u.id = c.assignee "

/* A case as xz_view_case shows it, people as tokens. */
XZ_MUST enum xz_rc xz_case_json(struct xz_db_conn *conn, const struct xz_desk_view *view,
                                int64_t case_id, json_t **made, struct xz_err *err);
/* Adds to a case, or to what stands for it, what led to it, as far as the actor sees it: "bodies",
 * "parties", "control". The alerts that weigh most come first, at most 50 and 16 MiB of them;
 * "bodies_left" tells how many are left out. */
XZ_MUST enum xz_rc xz_case_grounds(struct xz_db_conn *conn, const struct xz_actor *actor,
                                   json_t *into, int64_t case_id, struct xz_err *err);

/* The pages of view.h as JSON, people as tokens. Their limit may be above XZ_PAGE_MAX. */
XZ_MUST enum xz_rc xz_cases_page(struct xz_db_conn *conn, const struct xz_desk_view *view,
                                 const struct xz_case_filter *filter, const struct xz_page *page,
                                 json_t **made, struct xz_err *err);
XZ_MUST enum xz_rc xz_alerts_page(struct xz_db_conn *conn, const struct xz_desk_view *view,
                                  const struct xz_alert_filter *filter, const struct xz_page *page,
                                  json_t **made, struct xz_err *err);
XZ_MUST enum xz_rc xz_audit_page(struct xz_db_conn *conn, const struct xz_desk_view *view,
                                 const struct xz_audit_filter *filter, const struct xz_page *page,
                                 json_t **made, struct xz_err *err);

extern const struct xz_column xz_alert_columns[];
extern const size_t xz_alert_column_count;
#define XZ_ALERT_SELECT                                                                            \
    "SELECT a.seq, a.id, a.rev, a.pattern, a.pattern_version, a.status, a.result_type, "           \
    "a.severity, a.score, a.amount_fen, a.region, a.subject_kind, a.subject, a.started_ms, "       \
    "a.ended_ms, a.events, a.received_ms, a.changed_ms, a.case_id, a.institution, "                \
    "COALESCE((SELECT name FROM institution i WHERE i.id = a.subject), ''), "                      \
    "COALESCE((SELECT name FROM institution i WHERE i.id = a.institution), '') FROM alert a "

#endif
