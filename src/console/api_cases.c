/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The queue, as a list and as a table; one case; the filters that an account keeps. */
#include <stdio.h>

#include "cases/csv.h"
#include "cases/filters.h"
#include "console/api_int.h"

/* ---- the queue ---- */

static enum xz_rc read_sort(const struct xz_request *request, enum xz_case_sort *sort,
                            struct xz_err *err)
{
    struct xz_str name;
    const enum xz_rc rc = xz_read_choice(request, "sort", "rank|due|news|amount", &name, err);

    *sort = XZ_SORT_RANK;
    for (int i = 0; i < XZ_CASE_SORTS; i++) {
        *sort = xz_str_eq(name, xz_str_from(xz_case_sort_names[i])) ? (enum xz_case_sort)i : *sort;
    }
    return rc;
}

static enum xz_rc read_filter(const struct xz_request *request, struct xz_case_filter *filter,
                              struct xz_err *err)
{
    struct xz_str escalated = XZ_STR_NONE;
    enum xz_rc rc;

    *filter = (struct xz_case_filter){.pattern = xz_request_query(request, "pattern"),
                                      .clock = xz_request_query(request, "clock"),
                                      .tag = xz_request_query(request, "tag"),
                                      .severity = xz_request_query(request, "severity"),
                                      .subject = xz_request_query(request, "subject"),
                                      .assignee = xz_request_query(request, "assignee")};
    rc = xz_read_choice(request, "state",
                        "new|assigned|investigating|proposed|returned|approved|closed|appealed",
                        &filter->state, err);
    rc = rc == XZ_OK ? xz_read_choice(request, "result_type", "conclusive|suspicious",
                                      &filter->result_type, err)
                     : rc;
    rc = rc == XZ_OK ? xz_read_choice(request, "open", "no|all", &filter->open, err) : rc;
    rc = rc == XZ_OK ? xz_read_choice(request, "snoozed", "only|all", &filter->snoozed, err) : rc;
    rc =
        rc == XZ_OK ? xz_read_choice(request, "origin", "alert|control", &filter->origin, err) : rc;
    rc = rc == XZ_OK ? xz_read_choice(request, "escalated", "yes", &escalated, err) : rc;
    filter->escalated = escalated.len > 0;
    rc = rc == XZ_OK ? xz_read_region(request, &filter->region, err) : rc;
    return rc == XZ_OK ? read_sort(request, &filter->sort, err) : rc;
}

XZ_HANDLER(xz_api_cases)
{
    const struct xz_desk_view view = xz_view_of(console, request);
    struct xz_case_filter filter;
    struct xz_page page;
    enum xz_rc rc = read_filter(request, &filter, err);

    rc = rc == XZ_OK ? xz_read_page(request, &page, err) : rc;
    return rc == XZ_OK ? xz_view_cases(&view, &filter, &page, &response->body, err) : rc;
}

void xz_respond_csv(struct xz_response *response, const char *name)
{
    response->type = "text/csv; charset=utf-8";
    (void)snprintf(response->file, sizeof(response->file), "%s", name);
}

XZ_HANDLER(xz_api_cases_csv)
{
    const struct xz_desk_view view = xz_view_of(console, request);
    struct xz_case_filter filter;
    struct xz_csv_report report;
    enum xz_rc rc = read_filter(request, &filter, err);

    rc = rc == XZ_OK ? xz_csv_cases(&view, &filter, &response->body, &report, err) : rc;
    xz_respond_csv(response, "cases.csv");
    return rc;
}

/* ---- one ---- */

XZ_HANDLER(xz_api_case)
{
    int64_t id = 0;
    const enum xz_rc rc = xz_read_id(request, 0, "case", &id, err);

    return rc == XZ_OK ? xz_answer_case(console, request, id, response, err) : rc;
}

enum xz_rc xz_answer_case(struct xz_console *console, const struct xz_request *request,
                          int64_t case_id, struct xz_response *response, struct xz_err *err)
{
    const struct xz_desk_view view = xz_view_of(console, request);

    response->is_done = true;
    return xz_view_case(&view, case_id, &response->body, err);
}

/* ---- filters ---- */

XZ_HANDLER(xz_api_filters)
{
    const struct xz_desk_view view = xz_view_of(console, request);

    return xz_filter_list(&view, &response->body, err);
}

XZ_HANDLER(xz_api_filter_add)
{
    struct xz_str name, query;
    int64_t id = 0;
    enum xz_rc rc = xz_body_text(request, "name", &name, err);

    rc = rc == XZ_OK ? xz_body_text(request, "query", &query, err) : rc;
    rc = rc == XZ_OK ? xz_filter_add(&console->desk, &request->actor, name, query, request->now_ms,
                                     &id, err)
                     : rc;
    return rc == XZ_OK ? xz_api_filters(console, request, response, err) : rc;
}

XZ_HANDLER(xz_api_filter_drop)
{
    int64_t id = 0;
    enum xz_rc rc = xz_read_id(request, 0, "filter", &id, err);

    rc = rc == XZ_OK ? xz_filter_drop(&console->desk, &request->actor, id, request->now_ms, err)
                     : rc;
    return rc == XZ_OK ? xz_api_filters(console, request, response, err) : rc;
}
