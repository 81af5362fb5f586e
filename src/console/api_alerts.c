/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Alerts, as a list, as a table and one by one; and what is found by words. */
#include "cases/csv.h"
#include "console/api_int.h"

static enum xz_rc read_filter(const struct xz_request *request, struct xz_alert_filter *filter,
                              struct xz_err *err)
{
    enum xz_rc rc;

    *filter = (struct xz_alert_filter){.pattern = xz_request_query(request, "pattern"),
                                       .severity = xz_request_query(request, "severity"),
                                       .subject = xz_request_query(request, "subject")};
    rc = xz_read_choice(request, "status", "open|closed|withdrawn", &filter->status, err);
    rc = rc == XZ_OK ? xz_read_choice(request, "result_type", "conclusive|suspicious",
                                      &filter->result_type, err)
                     : rc;
    rc = rc == XZ_OK ? xz_read_region(request, &filter->region, err) : rc;
    rc = rc == XZ_OK ? xz_read_time(request, "since", &filter->since_ms, err) : rc;
    rc = rc == XZ_OK ? xz_read_time(request, "until", &filter->until_ms, err) : rc;
    return rc == XZ_OK ? xz_request_number(xz_request_query(request, "case"), "case", 1, INT64_MAX,
                                           0, &filter->case_id, err)
                       : rc;
}

XZ_HANDLER(xz_api_alerts)
{
    const struct xz_desk_view view = xz_view_of(console, request);
    struct xz_alert_filter filter;
    struct xz_page page;
    enum xz_rc rc = read_filter(request, &filter, err);

    rc = rc == XZ_OK ? xz_read_page(request, &page, err) : rc;
    return rc == XZ_OK ? xz_view_alerts(&view, &filter, &page, &response->body, err) : rc;
}

XZ_HANDLER(xz_api_alerts_csv)
{
    const struct xz_desk_view view = xz_view_of(console, request);
    struct xz_alert_filter filter;
    struct xz_csv_report report;
    enum xz_rc rc = read_filter(request, &filter, err);

    rc = rc == XZ_OK ? xz_csv_alerts(&view, &filter, &response->body, &report, err) : rc;
    xz_respond_csv(response, "alerts.csv");
    return rc;
}

XZ_HANDLER(xz_api_alert)
{
    const struct xz_desk_view view = xz_view_of(console, request);

    return xz_view_alert(&view, request->params[0], &response->body, err);
}

XZ_HANDLER(xz_api_search)
{
    const struct xz_desk_view view = xz_view_of(console, request);

    return xz_view_search(&view, xz_request_query(request, "q"), &response->body, err);
}
