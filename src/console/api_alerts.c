/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Alerts, as a list, as a table and one by one; and what is found by words. */
#include "cases/csv.h"
#include "console/api_int.h"
#include "console/catalogue.h"
#include "console/expected.h"
#include "console/original.h"

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

/* The pack that judged, NULL when the log has it no more. */
static enum xz_rc pack_of(struct xz_console *console, const json_t *alert,
                          const struct xz_pack **pack, struct xz_err *err)
{
    const char *text = json_string_value(json_object_get(json_object_get(alert, "pack"), "sha256"));
    const struct xz_str sha256 = xz_str_from(text != NULL ? text : "");
    enum xz_rc rc = XZ_OK;

    *pack = xz_catalogue_active(console->catalogue, sha256);
    if (*pack == NULL && sha256.len == 64 && (rc = xz_log_enter(console, err)) == XZ_OK) {
        rc = xz_catalogue_find(console->catalogue, sha256, pack, err);
        xz_log_leave(console);
    }
    return rc;
}

XZ_HANDLER(xz_api_expected)
{
    const struct xz_desk_view view = xz_view_of(console, request);
    const struct xz_pack *pack = NULL;
    struct xz_buf text = {0};
    json_t *alert = NULL;
    enum xz_rc rc = xz_view_alert(&view, request->params[0], &text, err);

    if (rc == XZ_OK) {
        alert = json_loadb((const char *)text.data, text.len, 0, NULL);
        rc = pack_of(console, alert, &pack, err);
    }
    if (rc == XZ_OK) {
        xz_respond_json(response, xz_expected_json(pack, alert));
    }
    json_decref(alert);
    xz_buf_fini(&text);
    return rc;
}

XZ_HANDLER(xz_api_search)
{
    const struct xz_desk_view view = xz_view_of(console, request);

    return xz_view_search(&view, xz_request_query(request, "q"), &response->body, err);
}
