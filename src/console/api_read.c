/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What everybody reads: the overview, what happens, verdicts, health of the data. */
#include "console/api_int.h"
#include "console/health.h"
#include "console/server.h"

XZ_HANDLER(xz_api_overview)
{
    const struct xz_desk_view view = xz_view_of(console, request);
    struct xz_str region;
    int64_t days = 0;
    enum xz_rc rc = xz_read_region(request, &region, err);

    rc = rc == XZ_OK
             ? xz_request_number(xz_request_query(request, "days"), "days", 1, 366, 30, &days, err)
             : rc;
    return rc == XZ_OK ? xz_view_overview(&view, region, (int)days, &response->body, err) : rc;
}

XZ_HANDLER(xz_api_stream)
{
    const struct xz_desk_view view = xz_view_of(console, request);
    struct xz_str after = xz_request_header(request, "Last-Event-ID");
    enum xz_rc rc = XZ_OK;

    after = after.len > 0 ? after : xz_request_query(request, "after");
    if (after.len == 0) {
        rc = xz_view_newest(&view, &response->stream_after, err);
    } else if (!xz_change_mark_parse(after, &response->stream_after)) {
        rc = xz_err_reject(err, "invalid", "after", "a mark of a change, or its number");
    }
    rc = rc == XZ_OK ? xz_stream_take(console, request->actor.account, err) : rc;
    response->is_stream = rc == XZ_OK;
    return rc;
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
