/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Blind second looks: those that wait, what led to a case, the second opinion. */
#include "cases/review.h"
#include "console/api_int.h"

XZ_HANDLER(xz_api_reviews)
{
    const struct xz_desk_view view = xz_view_of(console, request);

    return xz_review_list(&view, &response->body, err);
}

XZ_HANDLER(xz_api_review)
{
    const struct xz_desk_view view = xz_view_of(console, request);
    int64_t id = 0;
    const enum xz_rc rc = xz_read_id(request, 0, "second look", &id, err);

    return rc == XZ_OK ? xz_review_read(&view, id, &response->body, err) : rc;
}

XZ_HANDLER(xz_api_review_give)
{
    enum xz_case_outcome outcome;
    struct xz_str reason;
    int64_t id = 0;
    bool agreed = false;
    enum xz_rc rc = xz_read_id(request, 0, "second look", &id, err);

    rc = rc == XZ_OK ? xz_read_outcome(request, &outcome, err) : rc;
    rc = rc == XZ_OK ? xz_body_text(request, "reason", &reason, err) : rc;
    rc = rc == XZ_OK ? xz_review_give(&console->desk, &request->actor, id, outcome, reason,
                                      request->now_ms, &agreed, err)
                     : rc;
    if (rc == XZ_OK) {
        xz_respond_json(response,
                        json_pack("{s:I, s:b}", "case", (json_int_t)id, "agreed", (int)agreed));
    }
    return rc;
}
