/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How right the patterns are, and whether they are as right about everybody. */
#include <string.h>

#include "cases/life.h"
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

/* Of all looks, how many agreed, and Cohen's kappa (1960): how far beyond what two who say each
 * outcome as often as they do would agree by chance. */
static json_t *agreement_of(const json_t *rows)
{
    int64_t first[XZ_CASE_OUTCOMES] = {0}, second[XZ_CASE_OUTCOMES] = {0}, all = 0, same = 0;
    double chance = 0, share;
    json_t *made = json_object();
    const json_t *row;
    size_t i;

    json_array_foreach(rows, i, row)
    {
        const int64_t cases = number(row, "cases");
        const char *one = json_string_value(json_object_get(row, "first"));
        const char *other = json_string_value(json_object_get(row, "second"));

        for (int outcome = 0; outcome < XZ_CASE_OUTCOMES; outcome++) {
            first[outcome] += strcmp(one, xz_case_outcome_names[outcome]) == 0 ? cases : 0;
            second[outcome] += strcmp(other, xz_case_outcome_names[outcome]) == 0 ? cases : 0;
        }
        all += cases;
        same += strcmp(one, other) == 0 ? cases : 0;
    }
    for (int outcome = 0; outcome < XZ_CASE_OUTCOMES && all > 0; outcome++) {
        chance += (double)first[outcome] / (double)all * (double)second[outcome] / (double)all;
    }
    share = all > 0 ? (double)same / (double)all : 0;
    (void)json_object_set_new(made, "cases", json_integer(all));
    (void)json_object_set_new(made, "same", json_integer(same));
    (void)json_object_set_new(made, "share", all > 0 ? json_real(share) : json_null());
    (void)json_object_set_new(made, "kappa",
                              all > 0 && chance < 1 ? json_real((share - chance) / (1 - chance))
                                                    : json_null());
    return made;
}

static enum xz_rc add_agreement(struct xz_db_conn *conn, const struct xz_actor *actor, json_t *into,
                                struct xz_err *err)
{
    static const struct xz_column columns[] = {
        {"first", XZ_COLUMN_TEXT}, {"second", XZ_COLUMN_TEXT}, {"cases", XZ_COLUMN_INT}};
    struct xz_query query = {.count = 0};
    json_t *rows = json_array();
    enum xz_rc rc;

    xz_query_add(&query, "SELECT r.first, r.second, COUNT(*) FROM blind_review r "
                         "JOIN desk_case c ON c.id = r.case_id WHERE r.done_ms > 0");
    xz_query_in_scope(&query, "c.region", actor);
    xz_query_add(&query, " GROUP BY r.first, r.second ORDER BY r.first, r.second");
    rc = xz_query_rows(&query, conn, XZ_COLUMNS(columns), rows, err);
    xz_query_fini(&query);
    (void)json_object_set_new(into, "agreement", agreement_of(rows));
    (void)json_object_set_new(into, "second_looks", rows);
    return rc;
}

/* How much is missed: the share confirmed of closed cases of the control sample (control.h), with
 * its interval; no pattern's precision has a part in it. Nothing found, also where it was right to
 * ask, counts as refuted; inconclusive as neither. */
static enum xz_rc add_control(struct xz_db_conn *conn, const struct xz_actor *actor, json_t *into,
                              struct xz_err *err)
{
    static const struct xz_column columns[] = {{"drawn", XZ_COLUMN_INT},
                                               {"closed", XZ_COLUMN_INT},
                                               {"confirmed", XZ_COLUMN_INT},
                                               {"refuted", XZ_COLUMN_INT}};
    struct xz_query query = {.count = 0};
    json_t *rows = json_array(), *row;
    struct xz_interval interval;
    enum xz_rc rc;

    xz_query_add(&query,
                 "SELECT COUNT(*), COALESCE(SUM(CASE WHEN state = 'closed' THEN 1 ELSE 0 END), 0), "
                 "COALESCE(SUM(CASE WHEN state = 'closed' AND outcome = 'confirmed' THEN 1 ELSE 0 "
                 "END), 0), COALESCE(SUM(CASE WHEN state = 'closed' AND outcome <> 'confirmed' "
                 "AND outcome <> 'inconclusive' THEN 1 ELSE 0 END), 0) "
                 "FROM desk_case WHERE origin = 'control'");
    xz_query_in_scope(&query, "region", actor);
    rc = xz_query_rows(&query, conn, XZ_COLUMNS(columns), rows, err);
    xz_query_fini(&query);
    row = json_array_get(rows, 0);
    if (rc == XZ_OK) {
        interval =
            xz_precision_interval(&(struct xz_precision){0.5, 0.5, (double)number(row, "confirmed"),
                                                         (double)number(row, "refuted")},
                                  ALPHA);
        (void)json_object_set_new(row, "low", json_real(interval.low));
        (void)json_object_set_new(row, "high", json_real(interval.high));
        (void)json_object_set(into, "control", row);
    }
    json_decref(rows);
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
    rc = rc == XZ_OK ? add_agreement(conn, verdicts->view->actor, all, err) : rc;
    rc = rc == XZ_OK ? add_control(conn, verdicts->view->actor, all, err) : rc;
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
