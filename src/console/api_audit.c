/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The chain of records: searched, exported, verified. */
#include "base/hash.h"
#include "cases/audit.h"
#include "cases/csv.h"
#include "console/api_int.h"

static enum xz_rc read_filter(const struct xz_request *request, struct xz_audit_filter *filter,
                              struct xz_err *err)
{
    enum xz_rc rc;

    *filter = (struct xz_audit_filter){.actor = xz_request_query(request, "actor"),
                                       .object = xz_request_query(request, "object"),
                                       .action = xz_request_query(request, "action")};
    rc = xz_read_time(request, "since", &filter->since_ms, err);
    return rc == XZ_OK ? xz_read_time(request, "until", &filter->until_ms, err) : rc;
}

XZ_HANDLER(xz_api_audit)
{
    const struct xz_desk_view view = xz_view_of(console, request);
    struct xz_audit_filter filter;
    struct xz_page page;
    enum xz_rc rc = read_filter(request, &filter, err);

    rc = rc == XZ_OK ? xz_read_page(request, &page, err) : rc;
    return rc == XZ_OK ? xz_view_audit(&view, &filter, &page, &response->body, err) : rc;
}

XZ_HANDLER(xz_api_audit_csv)
{
    const struct xz_desk_view view = xz_view_of(console, request);
    struct xz_audit_filter filter;
    struct xz_csv_report report;
    enum xz_rc rc = read_filter(request, &filter, err);

    rc = rc == XZ_OK ? xz_csv_audit(&view, &filter, &response->body, &report, err) : rc;
    xz_respond_csv(response, "audit.csv");
    return rc;
}

XZ_HANDLER(xz_api_audit_heads)
{
    const struct xz_desk_view view = xz_view_of(console, request);

    return xz_view_audit_heads(&view, &response->body, err);
}

XZ_HANDLER(xz_api_audit_verify)
{
    struct xz_audit_report report;
    char head[65];
    const enum xz_rc rc = xz_audit_verify(console->desk.db, &report, err);

    (void)request;
    if (rc == XZ_OK) {
        xz_hex(report.head, sizeof(report.head), head);
        xz_respond_json(response,
                        json_pack("{s:b, s:I, s:I, s:s, s:s}", "intact", report.first_bad == 0,
                                  "checked", (json_int_t)report.checked, "first_bad",
                                  (json_int_t)report.first_bad, "what", report.what, "head", head));
    }
    return rc;
}
