/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sums for the first page, from the tables that are kept as alerts come and cases close. */
#include <stdio.h>

#include "cases/view_int.h"

struct overview {
    const struct xz_desk_view *view;
    struct xz_str region;
    int days;
    int64_t newest; /* day with alerts */
};

/* A list of sums, cut down to the region and the actor's. select: up to and with its WHERE, first
 * parameter the oldest day; tail: GROUP BY and on. */
static enum xz_rc add_sums(struct xz_db_conn *conn, const struct overview *overview, json_t *into,
                           const char *key, const struct xz_column *columns, size_t count,
                           const char *select, const char *tail, struct xz_err *err)
{
    struct xz_query query = {.count = 0};
    json_t *rows = json_array();
    enum xz_rc rc;

    xz_query_add(&query, select);
    (void)xz_query_bind(&query, XZ_DB_INT(overview->newest - overview->days + 1));
    xz_query_starts(&query, "region", overview->region);
    xz_query_in_scope(&query, "region", overview->view->actor);
    xz_query_add(&query, tail);
    rc = xz_query_rows(&query, conn, columns, count, rows, err);
    xz_query_fini(&query);
    (void)json_object_set_new(into, key, rows);
    return rc;
}

static enum xz_rc add_alerts(struct xz_db_conn *conn, const struct overview *overview, json_t *into,
                             struct xz_err *err)
{
    static const struct xz_column by_day[] = {{"day", XZ_COLUMN_DAY},
                                              {"pattern", XZ_COLUMN_TEXT},
                                              {"result_type", XZ_COLUMN_TEXT},
                                              {"alerts", XZ_COLUMN_INT},
                                              {"amount_fen", XZ_COLUMN_INT}};
    static const struct xz_column by_region[] = {
        {"region", XZ_COLUMN_TEXT}, {"alerts", XZ_COLUMN_INT}, {"amount_fen", XZ_COLUMN_INT}};
    static const struct xz_column institution[] = {
        {"institution", XZ_COLUMN_TEXT}, {"name", XZ_COLUMN_TEXT},  {"region", XZ_COLUMN_TEXT},
        {"lat", XZ_COLUMN_DOUBLE},       {"lon", XZ_COLUMN_DOUBLE}, {"alerts", XZ_COLUMN_INT},
        {"amount_fen", XZ_COLUMN_INT}};
    enum xz_rc rc = add_sums(conn, overview, into, "by_day", XZ_COLUMNS(by_day),
                             "SELECT day, pattern, result_type, SUM(alerts), SUM(amount_fen) "
                             "FROM sum_alert WHERE day >= ?1",
                             " GROUP BY day, pattern, result_type HAVING SUM(alerts) > 0 "
                             "ORDER BY day, pattern, result_type",
                             err);

    rc = rc == XZ_OK ? add_sums(conn, overview, into, "by_region", XZ_COLUMNS(by_region),
                                "SELECT region, SUM(alerts), SUM(amount_fen) FROM sum_region_day "
                                "WHERE day >= ?1",
                                " GROUP BY region HAVING SUM(alerts) > 0 ORDER BY region", err)
                     : rc;
    return rc == XZ_OK
               ? add_sums(conn, overview, into, "institutions", XZ_COLUMNS(institution),
                          "SELECT p.institution, COALESCE(i.name, ''), "
                          "COALESCE(NULLIF(i.region, ''), p.region), p.lat, p.lon, s.alerts, "
                          "s.amount_fen FROM (SELECT q.institution, SUM(alerts) AS alerts, "
                          "SUM(amount_fen) AS amount_fen FROM sum_institution q "
                          "JOIN sum_institution_day d ON d.institution = q.institution "
                          "WHERE d.day >= ?1",
                          " GROUP BY q.institution HAVING SUM(alerts) > 0 "
                          "ORDER BY SUM(amount_fen) DESC, q.institution LIMIT 2000) AS s "
                          "JOIN sum_institution p ON p.institution = s.institution "
                          "LEFT JOIN institution i ON i.id = s.institution "
                          "ORDER BY s.amount_fen DESC, s.institution",
                          err)
               : rc;
}

/* Patterns with more alerts, or more money, on the newest day than on the day before it. */
static enum xz_rc add_worse(struct xz_db_conn *conn, const struct overview *overview, json_t *into,
                            struct xz_err *err)
{
    static const struct xz_column columns[] = {{"pattern", XZ_COLUMN_TEXT},
                                               {"today", XZ_COLUMN_INT},
                                               {"before", XZ_COLUMN_INT},
                                               {"amount_today", XZ_COLUMN_INT},
                                               {"amount_before", XZ_COLUMN_INT}};
    struct overview two_days = *overview;

    two_days.days = 2;
    return add_sums(conn, &two_days, into, "worse", XZ_COLUMNS(columns),
                    "SELECT pattern, SUM(CASE WHEN day > ?1 THEN alerts ELSE 0 END), "
                    "SUM(CASE WHEN day = ?1 THEN alerts ELSE 0 END), "
                    "SUM(CASE WHEN day > ?1 THEN amount_fen ELSE 0 END), "
                    "SUM(CASE WHEN day = ?1 THEN amount_fen ELSE 0 END) "
                    "FROM sum_alert WHERE day >= ?1",
                    " GROUP BY pattern HAVING SUM(CASE WHEN day > ?1 THEN alerts ELSE -alerts END) "
                    "> 0 OR SUM(CASE WHEN day > ?1 THEN amount_fen ELSE -amount_fen END) > 0 "
                    "ORDER BY SUM(CASE WHEN day > ?1 THEN amount_fen ELSE -amount_fen END) DESC, "
                    "pattern",
                    err);
}

static enum xz_rc add_cases(struct xz_db_conn *conn, const struct overview *overview, json_t *into,
                            struct xz_err *err)
{
    static const struct xz_column sums[] = {{"state", XZ_COLUMN_TEXT},
                                            {"outcome", XZ_COLUMN_TEXT},
                                            {"cases", XZ_COLUMN_INT},
                                            {"amount_fen", XZ_COLUMN_INT}};
    static const struct xz_column clocks[] = {{"clock", XZ_COLUMN_INT}, {"cases", XZ_COLUMN_INT}};
    static const struct xz_column escalated[] = {{"cases", XZ_COLUMN_INT}};
    enum xz_rc rc =
        add_sums(conn, overview, into, "cases", XZ_COLUMNS(sums),
                 "SELECT state, outcome, SUM(cases), SUM(amount_fen) FROM sum_case WHERE ?1 > 0",
                 " GROUP BY state, outcome HAVING SUM(cases) > 0 ORDER BY state, outcome", err);

    rc = rc == XZ_OK ? add_sums(conn, overview, into, "clocks", XZ_COLUMNS(clocks),
                                "SELECT clock, COUNT(*) FROM desk_case WHERE is_open = 1 "
                                "AND clock > 0 AND ?1 > 0",
                                " GROUP BY clock ORDER BY clock", err)
                     : rc;
    return rc == XZ_OK ? add_sums(conn, overview, into, "escalated", XZ_COLUMNS(escalated),
                                  "SELECT COUNT(*) FROM desk_case WHERE is_open = 1 "
                                  "AND escalated_ms > 0 AND ?1 > 0",
                                  "", err)
                       : rc;
}

static enum xz_rc add_due_soon(struct xz_db_conn *conn, const struct overview *overview,
                               json_t *into, struct xz_err *err)
{
    struct xz_query query = {.count = 0};
    json_t *rows = json_array();
    enum xz_rc rc;

    xz_query_add(&query, XZ_CASE_SELECT "WHERE +c.is_open = 1"); /* by the index of due */
    xz_query_starts(&query, "c.region", overview->region);
    xz_query_in_scope(&query, "c.region", overview->view->actor);
    xz_query_add(&query, " ORDER BY c.due_ms, c.id LIMIT 8");
    rc = xz_case_rows(&query, conn, rows, err);
    xz_query_fini(&query);
    (void)json_object_set_new(into, "due_soon", rows);
    return rc;
}

/* The newest day with alerts of what this actor looks at. */
static enum xz_rc find_newest(struct xz_db_conn *conn, struct overview *overview,
                              struct xz_err *err)
{
    struct xz_query query = {.count = 0};
    enum xz_rc rc;

    xz_query_add(&query, "SELECT COALESCE(MAX(day), 0) FROM sum_alert WHERE alerts > 0");
    xz_query_starts(&query, "region", overview->region);
    xz_query_in_scope(&query, "region", overview->view->actor);
    xz_buf_u8(&query.sql, 0);
    rc = xz_row_int(conn, (const char *)query.sql.data, query.args, query.count, &overview->newest,
                    NULL, err);
    xz_query_fini(&query);
    return rc;
}

static enum xz_rc fill_overview(struct xz_db_conn *conn, void *arg, json_t **made,
                                struct xz_err *err)
{
    struct overview *overview = arg;
    json_t *all = json_object();
    enum xz_rc rc = find_newest(conn, overview, err);

    rc = rc == XZ_OK ? add_alerts(conn, overview, all, err) : rc;
    rc = rc == XZ_OK ? add_worse(conn, overview, all, err) : rc;
    rc = rc == XZ_OK ? add_cases(conn, overview, all, err) : rc;
    rc = rc == XZ_OK ? add_due_soon(conn, overview, all, err) : rc;
    (void)json_object_set_new(all, "days", json_integer(overview->days));
    (void)json_object_set_new(all, "newest_day",
                              overview->newest != 0 ? xz_json_day(overview->newest) : json_null());
    (void)json_object_set_new(all, "as_of", xz_json_time(overview->view->now_ms));
    *made = all;
    return rc;
}

enum xz_rc xz_view_overview(const struct xz_desk_view *view, struct xz_str region, int days,
                            struct xz_buf *out, struct xz_err *err)
{
    return xz_view_fill(view, fill_overview,
                        &(struct overview){.view = view, .region = region, .days = days}, out, err);
}
