/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cases/csv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/jsonw.h"
#include "cases/identity.h"
#include "cases/view_int.h"

#define BATCH           1000
#define CURSOR_MAX      64
#define BYTE_ORDER_MARK "\xEF\xBB\xBF"

static const char *const case_keys[] = {"id",
                                        "state",
                                        "outcome",
                                        "action",
                                        "region",
                                        "subject_kind",
                                        "subject",
                                        "subject_name",
                                        "patterns",
                                        "result_type",
                                        "severity",
                                        "alerts",
                                        "withdrawn",
                                        "amount_fen",
                                        "probability",
                                        "urgency",
                                        "rank",
                                        "clock",
                                        "due",
                                        "opened",
                                        "updated",
                                        "news",
                                        "escalated",
                                        "worked",
                                        "assignee_name",
                                        "lease_until",
                                        "snoozed_until",
                                        "extended",
                                        "appeal",
                                        "closed",
                                        "origin",
                                        "tags",
                                        NULL};
static const char *const alert_keys[] = {
    "alert_id", "rev",    "pattern",    "version",      "status",  "result_type", "severity",
    "score",    "region", "amount_fen", "subject_kind", "subject", "institution", "start",
    "end",      "events", "received",   "changed",      "case",    NULL};
static const char *const audit_keys[] = {"seq",     "at",     "actor", "action", "object",
                                         "purpose", "detail", "hash",  NULL};

/* ---- cells ---- */

/* What Excel, LibreOffice and WPS begin a formula with, in full width too, as people type it in
 * Chinese; a tab and an end of line are passed over. */
static bool is_formula(struct xz_str text)
{
    static const char *const begins[] = {"=",  "+",  "-",  "@",  "\t", "\r",
                                         "\n", "＝", "＋", "－", "＠"};

    for (size_t i = 0; i < sizeof(begins) / sizeof(begins[0]); i++) {
        if (xz_str_starts(text, xz_str_from(begins[i]))) {
            return true;
        }
    }
    return false;
}

static void put_text(struct xz_buf *line, struct xz_str text)
{
    bool quoted = is_formula(text);

    for (uint32_t i = 0; i < text.len; i++) {
        quoted |= strchr(",\"\r\n", text.ptr[i]) != NULL;
    }
    if (quoted) {
        xz_buf_u8(line, '"');
    }
    if (is_formula(text)) {
        xz_buf_u8(line, '\'');
    }
    for (uint32_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == '"') {
            xz_buf_u8(line, '"');
        }
        xz_buf_u8(line, (uint8_t)text.ptr[i]);
    }
    if (quoted) {
        xz_buf_u8(line, '"');
    }
}

static void put_words(struct xz_buf *line, const json_t *words)
{
    struct xz_buf text = {0};
    const json_t *word;
    size_t i;

    json_array_foreach(words, i, word)
    {
        xz_buf_printf(&text, "%s%s", i > 0 ? " " : "", json_string_value(word));
    }
    put_text(line, xz_buf_view(&text));
    xz_buf_fini(&text);
}

static void put_cell(struct xz_buf *line, const json_t *value)
{
    struct xz_jsonw number = xz_jsonw_of(line);
    char *text;

    switch (json_typeof(value)) {
    case JSON_STRING:
        put_text(line,
                 (struct xz_str){json_string_value(value), (uint32_t)json_string_length(value)});
        break;
    case JSON_INTEGER:
        xz_jsonw_int(&number, json_integer_value(value));
        break;
    case JSON_REAL:
        xz_jsonw_double(&number, json_real_value(value));
        break;
    case JSON_TRUE:
    case JSON_FALSE:
        xz_jsonw_bool(&number, json_is_true(value));
        break;
    case JSON_ARRAY:
        put_words(line, value);
        break;
    case JSON_OBJECT:
        text = json_dumps(value, JSON_COMPACT);
        put_text(line, xz_str_from(text));
        free(text);
        break;
    case JSON_NULL:
        break;
    }
}

/* ---- tables ---- */

struct table {
    const struct xz_desk_view *view;
    const char *name;
    const char *const *keys;
    const void *filter;
    enum xz_rc (*page)(struct xz_db_conn *conn, const struct table *table,
                       const struct xz_page *page, json_t **made, struct xz_err *err);
    char cursor[CURSOR_MAX]; /* of the next batch; empty: the first, or none is left */
    struct xz_buf *out;
    struct xz_csv_report *report;
};

static enum xz_rc page_of_cases(struct xz_db_conn *conn, const struct table *table,
                                const struct xz_page *page, json_t **made, struct xz_err *err)
{
    return xz_cases_page(conn, table->view, table->filter, page, made, err);
}

static enum xz_rc page_of_alerts(struct xz_db_conn *conn, const struct table *table,
                                 const struct xz_page *page, json_t **made, struct xz_err *err)
{
    return xz_alerts_page(conn, table->view, table->filter, page, made, err);
}

static enum xz_rc page_of_audit(struct xz_db_conn *conn, const struct table *table,
                                const struct xz_page *page, json_t **made, struct xz_err *err)
{
    return xz_audit_page(conn, table->view, table->filter, page, made, err);
}

static void put_row(const struct table *table, const json_t *row, struct xz_buf *line)
{
    for (const char *const *key = table->keys; *key != NULL; key++) {
        if (key != table->keys) {
            xz_buf_u8(line, ',');
        }
        put_cell(line, json_object_get(row, *key));
    }
    xz_buf_bytes(line, "\r\n", 2);
}

static enum xz_rc put_batch(struct xz_db_conn *conn, void *arg, struct xz_err *err)
{
    struct table *table = arg;
    const size_t before = table->out->len, left = XZ_CSV_ROWS_MAX - table->report->rows;
    const struct xz_page page = {xz_str_from(table->cursor), left < BATCH ? (int)left : BATCH};
    struct xz_buf lines = {0};
    json_t *made = NULL, *items, *row;
    const char *next;
    size_t i;
    enum xz_rc rc = table->page(conn, table, &page, &made, err);

    items = json_object_get(made, "items");
    json_array_foreach(items, i, row) { put_row(table, row, &lines); }
    rc = rc == XZ_OK ? xz_identity_show(conn, xz_buf_view(&lines), table->out, err) : rc;
    if (rc == XZ_OK) {
        next = json_string_value(json_object_get(made, "next"));
        (void)snprintf(table->cursor, sizeof(table->cursor), "%s", next != NULL ? next : "");
        table->report->rows += json_array_size(items);
    } else {
        table->out->len = before;
    }
    json_decref(made);
    xz_buf_fini(&lines);
    return rc;
}

static enum xz_rc record(struct xz_db_conn *conn, void *arg, struct xz_err *err)
{
    const struct table *table = arg;
    char detail[64], action[32];

    (void)snprintf(action, sizeof(action), "%s.csv", table->name);
    (void)snprintf(detail, sizeof(detail), "{\"rows\":%zu}", table->report->rows);
    return xz_desk_audit(conn, table->view->actor, action, "table", xz_str_from(table->name),
                         detail, table->view->now_ms, err);
}

static enum xz_rc put_table(struct table *table, struct xz_err *err)
{
    const size_t before = table->out->len;
    enum xz_rc rc = XZ_OK;

    *table->report = (struct xz_csv_report){.rows = 0};
    xz_buf_printf(table->out, BYTE_ORDER_MARK);
    for (const char *const *key = table->keys; *key != NULL; key++) {
        xz_buf_printf(table->out, "%s%s", key != table->keys ? "," : "", *key);
    }
    xz_buf_printf(table->out, "\r\n");
    do {
        rc = xz_desk_read(table->view->desk, put_batch, table, err);
    } while (rc == XZ_OK && table->cursor[0] != '\0' && table->report->rows < XZ_CSV_ROWS_MAX);
    table->report->cut = table->cursor[0] != '\0';
    rc = rc == XZ_OK ? xz_desk_write(table->view->desk, record, table, err) : rc;
    if (rc != XZ_OK) {
        table->out->len = before; /* what was not recorded was not read */
    }
    return rc;
}

enum xz_rc xz_csv_cases(const struct xz_desk_view *view, const struct xz_case_filter *filter,
                        struct xz_buf *out, struct xz_csv_report *report, struct xz_err *err)
{
    return put_table(&(struct table){.view = view,
                                     .name = "cases",
                                     .keys = case_keys,
                                     .filter = filter,
                                     .page = page_of_cases,
                                     .out = out,
                                     .report = report},
                     err);
}

enum xz_rc xz_csv_alerts(const struct xz_desk_view *view, const struct xz_alert_filter *filter,
                         struct xz_buf *out, struct xz_csv_report *report, struct xz_err *err)
{
    return put_table(&(struct table){.view = view,
                                     .name = "alerts",
                                     .keys = alert_keys,
                                     .filter = filter,
                                     .page = page_of_alerts,
                                     .out = out,
                                     .report = report},
                     err);
}

enum xz_rc xz_csv_audit(const struct xz_desk_view *view, const struct xz_audit_filter *filter,
                        struct xz_buf *out, struct xz_csv_report *report, struct xz_err *err)
{
    return put_table(&(struct table){.view = view,
                                     .name = "audit",
                                     .keys = audit_keys,
                                     .filter = filter,
                                     .page = page_of_audit,
                                     .out = out,
                                     .report = report},
                     err);
}
