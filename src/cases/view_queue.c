/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The queue: cases by filters, in an order, page by page. */
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cases/alert_facts.h"
#include "cases/rank.h"
#include "cases/view_int.h"

const char *const xz_case_sort_names[XZ_CASE_SORTS] = {"rank", "due", "news", "amount"};

static const struct xz_column case_columns[] = {{"id", XZ_COLUMN_INT},
                                                {"version", XZ_COLUMN_INT},
                                                {"state", XZ_COLUMN_TEXT},
                                                {"outcome", XZ_COLUMN_TEXT},
                                                {"action", XZ_COLUMN_INT},
                                                {"region", XZ_COLUMN_TEXT},
                                                {"subject_kind", XZ_COLUMN_TEXT},
                                                {"subject", XZ_COLUMN_TEXT},
                                                {"patterns", XZ_COLUMN_WORDS},
                                                {"result_type", XZ_COLUMN_TEXT},
                                                {"severity", XZ_COLUMN_INT},
                                                {"alerts", XZ_COLUMN_INT},
                                                {"withdrawn", XZ_COLUMN_INT},
                                                {"amount_fen", XZ_COLUMN_INT},
                                                {"probability", XZ_COLUMN_DOUBLE},
                                                {"rank", XZ_COLUMN_DOUBLE},
                                                {"clock", XZ_COLUMN_INT},
                                                {"due", XZ_COLUMN_TIME},
                                                {"opened", XZ_COLUMN_TIME},
                                                {"updated", XZ_COLUMN_TIME},
                                                {"news", XZ_COLUMN_TIME},
                                                {"escalated", XZ_COLUMN_TIME},
                                                {"assignee", XZ_COLUMN_ID},
                                                {"assignee_name", XZ_COLUMN_TEXT},
                                                {"lease_until", XZ_COLUMN_TIME},
                                                {"snoozed_until", XZ_COLUMN_TIME},
                                                {"extended", XZ_COLUMN_BOOL},
                                                {"appeal", XZ_COLUMN_TEXT},
                                                {"closed", XZ_COLUMN_TIME},
                                                {"worked", XZ_COLUMN_TIME},
                                                {"origin", XZ_COLUMN_TEXT},
                                                {"subject_name", XZ_COLUMN_TEXT}};

/* ---- order ---- */

struct listing {
    const struct xz_desk_view *view;
    const struct xz_case_filter *filter;
    const struct xz_page *page;
};

static const struct sorting {
    const char *column, *key;
    bool down, is_time, is_real;
} sortings[XZ_CASE_SORTS] = {
    [XZ_SORT_RANK] = {"c.rank", "rank", true, false, true},
    [XZ_SORT_DUE] = {"c.due_ms", "due", false, true, false},
    [XZ_SORT_NEWS] = {"c.news_ms", "news", true, true, false},
    [XZ_SORT_AMOUNT] = {"c.amount_fen", "amount_fen", true, false, false},
};

/* "VALUE:ID" of the last row, by the column that was sorted by. */
static void cursor_of(const json_t *row, enum xz_case_sort sort, char text[static 64])
{
    const struct sorting *sorting = &sortings[sort];
    const json_t *value = json_object_get(row, sorting->key);
    const long long id = json_integer_value(json_object_get(row, "id"));
    int64_t time_ms = 0;

    if (sorting->is_time) {
        const char *time = json_string_value(value);

        if (time == NULL || xz_time_parse(xz_str_from(time), &time_ms, NULL) != XZ_OK) {
            time_ms = 0;
        }
        (void)snprintf(text, 64, "%" PRId64 ":%lld", time_ms, id);
    } else if (sorting->is_real) {
        (void)snprintf(text, 64, "%.17g:%lld", json_real_value(value), id);
    } else {
        (void)snprintf(text, 64, "%lld:%lld", json_integer_value(value), id);
    }
}

static void cursor_rank(const json_t *row, char text[static 64])
{
    cursor_of(row, XZ_SORT_RANK, text);
}
static void cursor_due(const json_t *row, char text[static 64])
{
    cursor_of(row, XZ_SORT_DUE, text);
}
static void cursor_news(const json_t *row, char text[static 64])
{
    cursor_of(row, XZ_SORT_NEWS, text);
}
static void cursor_amount(const json_t *row, char text[static 64])
{
    cursor_of(row, XZ_SORT_AMOUNT, text);
}

static enum xz_rc add_cursor(struct xz_query *query, struct xz_str cursor,
                             const struct sorting *sorting, struct xz_err *err)
{
    char text[64], *colon = NULL, *end = NULL;
    double real = 0;
    int64_t value = 0, id = 0;
    int at, at_id;

    if (cursor.len == 0) {
        return XZ_OK;
    }
    if (cursor.len < sizeof(text)) {
        memcpy(text, cursor.ptr, cursor.len);
        text[cursor.len] = '\0';
        if (sorting->is_real) {
            real = strtod(text, &colon);
        } else {
            value = strtoll(text, &colon, 10);
        }
        id = *colon == ':' ? strtoll(colon + 1, &end, 10) : 0;
    }
    if (end == NULL || end == colon + 1 || *end != '\0') {
        return xz_err_reject(err, "invalid", "cursor", "not a cursor of this list");
    }
    at = xz_query_bind(query, sorting->is_real ? XZ_DB_DOUBLE(real) : XZ_DB_INT(value));
    at_id = xz_query_bind(query, XZ_DB_INT(id));
    xz_buf_printf(&query->sql, " AND (%s %s ?%d OR (%s = ?%d AND c.id %s ?%d))", sorting->column,
                  sorting->down ? "<" : ">", at, sorting->column, at, sorting->down ? "<" : ">",
                  at_id);
    return XZ_OK;
}

static enum xz_rc add_assignee(struct xz_query *query, const struct xz_actor *actor,
                               struct xz_str who, struct xz_err *err)
{
    int64_t account = 0;

    if (who.len == 0) {
        return XZ_OK;
    }
    if (xz_str_eq(who, XZ_STR("me"))) {
        account = actor->account;
    } else if (!xz_str_eq(who, XZ_STR("none"))) {
        for (uint32_t i = 0; i < who.len; i++) {
            if (who.ptr[i] < '0' || who.ptr[i] > '9' || i > 15) {
                return xz_err_reject(err, "invalid", "assignee", "me, none or a number");
            }
            account = account * 10 + (who.ptr[i] - '0');
        }
    }
    /* nobody's are most of them: see add_filter */
    xz_buf_printf(&query->sql, " AND %sc.assignee = ?%d", account == 0 ? "+" : "",
                  xz_query_bind(query, XZ_DB_INT(account)));
    return XZ_OK;
}

/* A name of the list becomes its number. */
static enum xz_rc add_named(struct xz_query *query, const char *column, struct xz_str name,
                            const char *const names[], int count, const char *path,
                            struct xz_err *err)
{
    if (name.len == 0) {
        return XZ_OK;
    }
    for (int i = 0; i < count; i++) {
        if (xz_str_eq(name, xz_str_from(names[i]))) {
            xz_buf_printf(&query->sql, " AND %s = %d", column, i);
            return XZ_OK;
        }
    }
    return xz_err_reject(err, "invalid", path, "no such value");
}

/* ---- filters ---- */

/* Of letters and digits, as ids of patterns are: nothing that means something in LIKE. */
static bool is_plain(struct xz_str text)
{
    for (uint32_t i = 0; i < text.len; i++) {
        if (isalnum((unsigned char)text.ptr[i]) == 0 && memchr("-_.", text.ptr[i], 3) == NULL) {
            return false;
        }
    }
    return true;
}

/* One of a list of words, said so that PostgreSQL can tell by its statistics how many have it.
 * words holds the texts. */
static void add_pattern(struct xz_query *query, struct xz_str pattern, struct xz_buf *words)
{
    static const char *const around[][2] = {{"", ""}, {"", ",%"}, {"%,", ""}, {"%,", ",%"}};
    struct xz_str texts[4];
    char text[64], name[32];

    if (pattern.len == 0 || pattern.len >= sizeof(name) || !is_plain(pattern)) {
        xz_query_add(query, pattern.len == 0 ? "" : " AND 1 = 0");
        return;
    }
    (void)snprintf(name, sizeof(name), XZ_STR_FMT, XZ_STR_ARG(pattern));
    xz_buf_reserve(words, 4 * sizeof(text)); /* so that what texts point to stays where it is */
    for (size_t i = 0; i < 4; i++) {
        const size_t at = words->len;

        (void)snprintf(text, sizeof(text), "%s%s%s", around[i][0], name, around[i][1]);
        xz_buf_bytes(words, text, strlen(text));
        texts[i] = (struct xz_str){(const char *)words->data + at, (uint32_t)strlen(text)};
    }
    xz_query_add(query, " AND (c.patterns = ");
    for (size_t i = 0; i < 4; i++) {
        xz_buf_printf(&query->sql, "%s?%d", i > 0 ? " OR c.patterns LIKE " : "",
                      xz_query_bind(query, XZ_DB_TEXT(texts[i])));
    }
    xz_query_add(query, ")");
}

static enum xz_rc add_filter(struct xz_query *query, const struct xz_desk_view *view,
                             const struct xz_case_filter *filter, struct xz_buf *ref,
                             struct xz_buf *pattern, struct xz_db_conn *conn, struct xz_err *err)
{
    const bool closed = xz_str_eq(filter->open, XZ_STR("no"));
    enum xz_rc rc;

    /* The pluses keep SQLite to the index of the order, see db.h. */
    xz_query_add(query, xz_str_eq(filter->open, XZ_STR("all")) ? " WHERE +c.is_open >= 0"
                        : closed                               ? " WHERE +c.is_open = 0"
                                                               : " WHERE +c.is_open = 1");
    xz_query_equals(query, "c.state", filter->state);
    xz_query_equals(query, "+c.origin", filter->origin);
    if (filter->escalated) {
        xz_query_add(query, " AND +c.escalated_ms > 0");
    }
    xz_query_equals(query, "c.result_type", filter->result_type);
    xz_query_starts(query, "c.region", filter->region);
    if (!xz_str_eq(filter->snoozed, XZ_STR("all"))) {
        xz_query_add(query, xz_str_eq(filter->snoozed, XZ_STR("only"))
                                ? " AND +c.snoozed_until_ms > 0"
                                : " AND +c.snoozed_until_ms = 0");
    }
    add_pattern(query, filter->pattern, pattern);
    if (filter->tag.len > 0) {
        xz_buf_printf(&query->sql, " AND c.id IN (SELECT case_id FROM case_tag WHERE tag = ?%d)",
                      xz_query_bind(query, XZ_DB_TEXT(filter->tag)));
    }
    rc = add_assignee(query, view->actor, filter->assignee, err);
    rc = rc == XZ_OK ? add_named(query, "c.clock", filter->clock, xz_case_clock_names,
                                 XZ_CASE_CLOCKS, "clock", err)
                     : rc;
    rc = rc == XZ_OK ? add_named(query, "c.severity", filter->severity, xz_case_severity_names, 4,
                                 "severity", err)
                     : rc;
    rc = rc == XZ_OK && filter->subject.len > 0 ? xz_subject_of(conn, filter->subject, ref, err)
                                                : rc;
    if (rc == XZ_OK && filter->subject.len > 0) {
        xz_buf_printf(&query->sql, " AND c.id IN (SELECT case_id FROM case_party WHERE ref = ?%d)",
                      xz_query_bind(query, XZ_DB_TEXT(xz_buf_view(ref))));
    }
    return rc;
}

/* ---- rows ---- */

#define TAGS_ONCE 40 /* cases whose tags are asked for at once */

static void put_tag(json_t *rows, size_t first, size_t count, const json_t *found)
{
    for (size_t i = first; i < first + count; i++) {
        json_t *row = json_array_get(rows, i);

        if (json_integer_value(json_object_get(row, "id")) ==
            json_integer_value(json_object_get(found, "case"))) {
            (void)json_array_append(json_object_get(row, "tags"), json_object_get(found, "tag"));
        }
    }
}

static enum xz_rc add_tags(struct xz_db_conn *conn, json_t *rows, size_t first, size_t count,
                           struct xz_err *err)
{
    static const struct xz_column columns[] = {{"case", XZ_COLUMN_INT}, {"tag", XZ_COLUMN_TEXT}};
    struct xz_query query = {.count = 0};
    json_t *found = json_array(), *tag;
    size_t t;
    enum xz_rc rc;

    xz_query_add(&query, "SELECT case_id, tag FROM case_tag WHERE case_id IN (");
    for (size_t i = 0; i < TAGS_ONCE; i++) { /* always as many, so that it is one statement */
        json_t *row = json_array_get(rows, first + (i < count ? i : 0));
        const int64_t id = json_integer_value(json_object_get(row, "id"));

        xz_buf_printf(&query.sql, "%s?%d", i > 0 ? ", " : "", xz_query_bind(&query, XZ_DB_INT(id)));
        if (i < count) {
            (void)json_object_set_new(row, "tags", json_array());
        }
    }
    xz_query_add(&query, ") ORDER BY case_id, tag");
    rc = xz_query_rows(&query, conn, XZ_COLUMNS(columns), found, err);
    json_array_foreach(found, t, tag) { put_tag(rows, first, count, tag); }
    xz_query_fini(&query);
    json_decref(found);
    return rc;
}

static void add_urgency(json_t *row)
{
    const json_int_t severity = json_integer_value(json_object_get(row, "severity"));
    const json_int_t clock = json_integer_value(json_object_get(row, "clock"));
    const bool escalated = !json_is_null(json_object_get(row, "escalated"));

    (void)json_object_set_new(row, "urgency",
                              json_real(xz_rank_severity((enum xz_case_severity)severity) *
                                        xz_rank_clock((enum xz_case_clock)clock) *
                                        xz_rank_escalation(escalated)));
}

enum xz_rc xz_case_rows(struct xz_query *query, struct xz_db_conn *conn, json_t *rows,
                        struct xz_err *err)
{
    json_t *row;
    size_t i;
    enum xz_rc rc = xz_query_rows(query, conn, XZ_COLUMNS(case_columns), rows, err);

    json_array_foreach(rows, i, row) { add_urgency(row); }
    for (size_t first = 0; rc == XZ_OK && first < json_array_size(rows); first += TAGS_ONCE) {
        const size_t left = json_array_size(rows) - first;

        rc = add_tags(conn, rows, first, left < TAGS_ONCE ? left : TAGS_ONCE, err);
    }
    return rc;
}

static void add_order(struct xz_query *query, const struct sorting *sorting)
{
    const char *way = sorting->down ? "DESC" : "ASC";

    xz_buf_printf(&query->sql, " ORDER BY %s %s, c.id %s", sorting->column, way, way);
}

enum xz_rc xz_cases_page(struct xz_db_conn *conn, const struct xz_desk_view *view,
                         const struct xz_case_filter *filter, const struct xz_page *page,
                         json_t **made, struct xz_err *err)
{
    static void (*const cursors[XZ_CASE_SORTS])(const json_t *, char[static 64]) = {
        cursor_rank, cursor_due, cursor_news, cursor_amount};
    const struct sorting *sorting = &sortings[filter->sort];
    struct xz_query query = {.count = 0};
    struct xz_buf ref = {0}, pattern = {0};
    json_t *rows = json_array();
    enum xz_rc rc;

    /* The page's numbers by an index that holds all that is asked for, then the rows behind them.
     */
    xz_query_add(&query, XZ_CASE_SELECT "WHERE c.id IN (SELECT c.id FROM desk_case c");
    rc = add_filter(&query, view, filter, &ref, &pattern, conn, err);
    xz_query_in_scope(&query, "c.region", view->actor);
    rc = rc == XZ_OK ? add_cursor(&query, page->cursor, sorting, err) : rc;
    add_order(&query, sorting);
    xz_buf_printf(&query.sql, " LIMIT %d)", page->limit + 1);
    add_order(&query, sorting);
    rc = rc == XZ_OK ? xz_case_rows(&query, conn, rows, err) : rc;
    *made = xz_page_json(rows, page->limit, view->now_ms, cursors[filter->sort]);
    xz_query_fini(&query);
    xz_buf_fini(&ref);
    xz_buf_fini(&pattern);
    return rc;
}

static enum xz_rc fill_cases(struct xz_db_conn *conn, void *arg, json_t **made, struct xz_err *err)
{
    const struct listing *listing = arg;

    return xz_cases_page(conn, listing->view, listing->filter, listing->page, made, err);
}

enum xz_rc xz_view_cases(const struct xz_desk_view *view, const struct xz_case_filter *filter,
                         const struct xz_page *page, struct xz_buf *out, struct xz_err *err)
{
    return xz_view_fill(view, fill_cases, &(struct listing){view, filter, page}, out, err);
}
