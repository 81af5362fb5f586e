/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How right the patterns are, and whether they are as right about everybody. */
#include "cases/view_int.h"
#include "stats/precision.h"

#define ALPHA 0.05 /* an interval that holds it nineteen times of twenty; Jeffreys' prior */

struct verdicts {
    const struct xz_desk_view *view;
    const char *column;
};

static int64_t number(const json_t *row, const char *key)
{
    return json_integer_value(json_object_get(row, key));
}

/* Precision of confirmed among confirmed and refuted. Inconclusive ones and those that had to be
 * asked about say nothing about it, and are shown beside it. */
static void add_precision(json_t *row)
{
    const int64_t confirmed = number(row, "confirmed"), refuted = number(row, "refuted");
    const struct xz_precision precision = {0.5, 0.5, (double)confirmed, (double)refuted};
    const struct xz_interval interval = xz_precision_interval(&precision, ALPHA);

    if (confirmed + refuted > 0) {
        (void)json_object_set_new(row, "precision",
                                  json_real((double)confirmed / (double)(confirmed + refuted)));
    } else {
        (void)json_object_set_new(row, "precision", json_null());
    }
    (void)json_object_set_new(row, "low", json_real(interval.low));
    (void)json_object_set_new(row, "high", json_real(interval.high));
}

static enum xz_rc add_agreement(struct xz_db_conn *conn, json_t *into, struct xz_err *err)
{
    static const struct xz_column columns[] = {
        {"first", XZ_COLUMN_TEXT}, {"second", XZ_COLUMN_TEXT}, {"cases", XZ_COLUMN_INT}};
    json_t *rows = json_array();
    const enum xz_rc rc = xz_rows_json(conn, XZ_COLUMNS(columns),
                                       "SELECT first, second, COUNT(*) FROM blind_review "
                                       "GROUP BY first, second ORDER BY first, second",
                                       XZ_DB_NO_ARGS, rows, err);

    (void)json_object_set_new(into, "second_looks", rows);
    return rc;
}

static enum xz_rc fill_verdicts(struct xz_db_conn *conn, void *arg, json_t **made,
                                struct xz_err *err)
{
    static const struct xz_column columns[] = {{"key", XZ_COLUMN_TEXT},
                                               {"confirmed", XZ_COLUMN_INT},
                                               {"refuted", XZ_COLUMN_INT},
                                               {"inconclusive", XZ_COLUMN_INT},
                                               {"right_to_ask", XZ_COLUMN_INT}};
    const struct verdicts *verdicts = arg;
    struct xz_query query = {.count = 0};
    json_t *all = json_object(), *rows = json_array(), *row;
    size_t i;
    enum xz_rc rc;

    xz_buf_printf(&query.sql,
                  "SELECT %s, SUM(CASE WHEN outcome = 'confirmed' THEN 1 ELSE 0 END), "
                  "SUM(CASE WHEN outcome = 'false_positive' THEN 1 ELSE 0 END), "
                  "SUM(CASE WHEN outcome = 'inconclusive' THEN 1 ELSE 0 END), "
                  "SUM(CASE WHEN outcome = 'right_to_ask' THEN 1 ELSE 0 END) "
                  "FROM verdict WHERE case_id > 0",
                  verdicts->column);
    xz_query_in_scope(&query, "region", verdicts->view->actor);
    xz_buf_printf(&query.sql, " GROUP BY %s ORDER BY %s", verdicts->column, verdicts->column);
    rc = xz_query_rows(&query, conn, XZ_COLUMNS(columns), rows, err);
    json_array_foreach(rows, i, row) { add_precision(row); }
    xz_query_fini(&query);
    (void)json_object_set_new(all, "items", rows);
    rc = rc == XZ_OK ? add_agreement(conn, all, err) : rc;
    (void)json_object_set_new(all, "as_of", xz_json_time(verdicts->view->now_ms));
    *made = all;
    return rc;
}

enum xz_rc xz_view_verdicts(const struct xz_desk_view *view, struct xz_str by, struct xz_buf *out,
                            struct xz_err *err)
{
    static const struct {
        const char *name, *column;
    } ways[] = {
        {"pattern", "pattern"}, {"region", "region"}, {"level", "level"}, {"age", "age_group"}};

    for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
        if (xz_str_eq(by, xz_str_from(ways[i].name))) {
            return xz_view_fill(view, fill_verdicts, &(struct verdicts){view, ways[i].column}, out,
                                err);
        }
    }
    return xz_err_reject(err, "invalid", "by", "pattern, region, level or age");
}
