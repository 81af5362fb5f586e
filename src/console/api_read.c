/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is only read: overview, alerts, patterns, verdicts, health of the data, audit. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cases/audit.h"
#include "console/assets.h"
#include "console/catalogue.h"
#include "console/health.h"
#include "console/routes.h"
#include "console/server.h"

enum xz_rc xz_read_page(const struct xz_request *request, struct xz_page *page, struct xz_err *err)
{
    int64_t limit = 0;
    const enum xz_rc rc = xz_request_number(xz_request_query(request, "limit"), "limit", 1,
                                            XZ_PAGE_MAX, 50, &limit, err);

    *page = (struct xz_page){xz_request_query(request, "cursor"), (int)limit};
    return rc;
}

static enum xz_rc read_region(const struct xz_request *request, struct xz_str *region,
                              struct xz_err *err)
{
    *region = xz_request_query(request, "region");
    for (uint32_t i = 0; i < region->len; i++) {
        if (region->ptr[i] < '0' || region->ptr[i] > '9' || region->len > 6) {
            return xz_err_reject(err, "invalid", "region", "up to six digits");
        }
    }
    return XZ_OK;
}

static enum xz_rc read_time(const struct xz_request *request, const char *name, int64_t *time_ms,
                            struct xz_err *err)
{
    const struct xz_str text = xz_request_query(request, name);

    *time_ms = 0;
    return text.len == 0 || xz_time_parse(text, time_ms, NULL) == XZ_OK
               ? XZ_OK
               : xz_err_reject(err, "invalid", name, "not a time (RFC 3339) or a date");
}

XZ_HANDLER(xz_api_overview)
{
    const struct xz_desk_view view = xz_view_of(console, request);
    struct xz_str region;
    int64_t days = 0;
    enum xz_rc rc = read_region(request, &region, err);

    rc = rc == XZ_OK
             ? xz_request_number(xz_request_query(request, "days"), "days", 1, 366, 30, &days, err)
             : rc;
    return rc == XZ_OK ? xz_view_overview(&view, region, (int)days, &response->body, err) : rc;
}

XZ_HANDLER(xz_api_alerts)
{
    const struct xz_desk_view view = xz_view_of(console, request);
    struct xz_alert_filter filter = {.pattern = xz_request_query(request, "pattern"),
                                     .status = xz_request_query(request, "status"),
                                     .severity = xz_request_query(request, "severity"),
                                     .result_type = xz_request_query(request, "result_type"),
                                     .subject = xz_request_query(request, "subject")};
    struct xz_page page;
    enum xz_rc rc = xz_read_page(request, &page, err);

    rc = rc == XZ_OK ? read_region(request, &filter.region, err) : rc;
    rc = rc == XZ_OK ? read_time(request, "since", &filter.since_ms, err) : rc;
    rc = rc == XZ_OK ? read_time(request, "until", &filter.until_ms, err) : rc;
    rc = rc == XZ_OK ? xz_request_number(xz_request_query(request, "case"), "case", 1, INT64_MAX, 0,
                                         &filter.case_id, err)
                     : rc;
    return rc == XZ_OK ? xz_view_alerts(&view, &filter, &page, &response->body, err) : rc;
}

XZ_HANDLER(xz_api_alert)
{
    const struct xz_desk_view view = xz_view_of(console, request);

    return xz_view_alert(&view, request->params[0], &response->body, err);
}

XZ_HANDLER(xz_api_stream)
{
    const struct xz_desk_view view = xz_view_of(console, request);
    struct xz_str after = xz_request_header(request, "Last-Event-ID");
    int64_t newest = 0;
    enum xz_rc rc = xz_view_newest(&view, &newest, err);

    after = after.len > 0 ? after : xz_request_query(request, "after");
    rc = rc == XZ_OK
             ? xz_request_number(after, "after", 0, INT64_MAX, newest, &response->stream_after, err)
             : rc;
    if (rc == XZ_OK && ++console->streams > XZ_STREAMS_MAX) {
        console->streams--;
        return xz_err_reject(err, "rate_limited", "", "too many listeners: try again later");
    }
    response->is_stream = rc == XZ_OK;
    return rc;
}

XZ_HANDLER(xz_api_search)
{
    const struct xz_desk_view view = xz_view_of(console, request);

    return xz_view_search(&view, xz_request_query(request, "q"), &response->body, err);
}

XZ_HANDLER(xz_api_patterns)
{
    (void)request;
    (void)err;
    xz_respond_json(response, xz_catalogue_json(console->catalogue, console->metrics));
    return XZ_OK;
}

XZ_HANDLER(xz_api_verdicts)
{
    const struct xz_desk_view view = xz_view_of(console, request);
    const struct xz_str by = xz_request_query(request, "by");

    return xz_view_verdicts(&view, by.len > 0 ? by : XZ_STR("pattern"), &response->body, err);
}

XZ_HANDLER(xz_api_health)
{
    (void)err;
    xz_respond_json(response, xz_health_json(console, request->now_ms));
    return XZ_OK;
}

XZ_HANDLER(xz_api_openapi)
{
    (void)console;
    (void)request;
    (void)err;
    response->asset = xz_asset_find("/openapi.json");
    return XZ_OK;
}

/* ---- audit ---- */

XZ_HANDLER(xz_api_audit)
{
    const struct xz_desk_view view = xz_view_of(console, request);
    struct xz_audit_filter filter = {.actor = xz_request_query(request, "actor"),
                                     .object = xz_request_query(request, "object"),
                                     .action = xz_request_query(request, "action")};
    struct xz_page page;
    enum xz_rc rc = xz_read_page(request, &page, err);

    rc = rc == XZ_OK ? read_time(request, "since", &filter.since_ms, err) : rc;
    rc = rc == XZ_OK ? read_time(request, "until", &filter.until_ms, err) : rc;
    return rc == XZ_OK ? xz_view_audit(&view, &filter, &page, &response->body, err) : rc;
}

XZ_HANDLER(xz_api_audit_heads)
{
    const struct xz_desk_view view = xz_view_of(console, request);

    return xz_view_audit_heads(&view, &response->body, err);
}

XZ_HANDLER(xz_api_audit_verify)
{
    struct xz_audit_report report;
    const enum xz_rc rc = xz_audit_verify(console->desk.db, &report, err);

    (void)request;
    if (rc == XZ_OK) {
        xz_buf_printf(&response->body,
                      "{\"intact\":%s,\"checked\":%lld,\"first_bad\":%lld,\"what\":\"%s\"}",
                      report.first_bad == 0 ? "true" : "false", (long long)report.checked,
                      (long long)report.first_bad, report.what);
    }
    return rc;
}
