/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is added to a case: notes, tags, links, files. */
#include <stdio.h>

#include "console/api_int.h"

XZ_HANDLER(xz_api_case_note)
{
    struct xz_on_case on;
    struct xz_str text;
    enum xz_rc rc = xz_read_on_case(request, &on, err);

    rc = rc == XZ_OK ? xz_body_text(request, "text", &text, err) : rc;
    rc = rc == XZ_OK ? xz_work_note(&console->desk, &on, text, err) : rc;
    return rc == XZ_OK ? xz_answer_case(console, request, on.case_id, response, err) : rc;
}

XZ_HANDLER(xz_api_case_tag)
{
    struct xz_on_case on;
    struct xz_str tag;
    bool off = false;
    enum xz_rc rc = xz_read_on_case(request, &on, err);

    rc = rc == XZ_OK ? xz_body_bool(request, "remove", false, &off, err) : rc;
    rc = rc == XZ_OK ? xz_body_text(request, "tag", &tag, err) : rc;
    rc = rc == XZ_OK ? xz_work_tag(&console->desk, &on, tag, !off, err) : rc;
    return rc == XZ_OK ? xz_answer_case(console, request, on.case_id, response, err) : rc;
}

XZ_HANDLER(xz_api_case_link)
{
    struct xz_on_case on;
    struct xz_str reason;
    int64_t other = 0;
    enum xz_rc rc = xz_read_on_case(request, &on, err);

    rc = rc == XZ_OK ? xz_body_int(request, "other", 0, &other, err) : rc;
    rc = rc == XZ_OK ? xz_body_text(request, "reason", &reason, err) : rc;
    rc = rc == XZ_OK ? xz_work_link(&console->desk, &on, other, reason, err) : rc;
    return rc == XZ_OK ? xz_answer_case(console, request, on.case_id, response, err) : rc;
}

/* ---- files ---- */

XZ_HANDLER(xz_api_case_file_add)
{
    struct xz_on_case on = {.actor = &request->actor, .now_ms = request->now_ms};
    int64_t file = 0;
    enum xz_rc rc = xz_read_id(request, 0, "case", &on.case_id, err);

    rc = rc == XZ_OK ? xz_work_file(&console->desk, &on, xz_request_query(request, "name"),
                                    request->body, &file, err)
                     : rc;
    return rc == XZ_OK ? xz_answer_case(console, request, on.case_id, response, err) : rc;
}

XZ_HANDLER(xz_api_case_file)
{
    const struct xz_desk_view view = xz_view_of(console, request);
    struct xz_buf name = {0};
    int64_t id = 0, file = 0;
    enum xz_rc rc = xz_read_id(request, 0, "case", &id, err);

    rc = rc == XZ_OK ? xz_read_id(request, 1, "file", &file, err) : rc;
    rc = rc == XZ_OK ? xz_view_file(&view, id, file, &name, &response->body, err) : rc;
    if (rc == XZ_OK) { /* whatever it is: a page never shows it, the reader saves it */
        response->type = "application/octet-stream";
        (void)snprintf(response->file, sizeof(response->file), "%.*s", (int)name.len,
                       (const char *)name.data);
    }
    xz_buf_fini(&name);
    return rc;
}
