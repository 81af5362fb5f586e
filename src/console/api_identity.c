/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who a pseudonym is: one at once, several by the yes of a second person. */
#include "cases/unmask.h"
#include "console/api_int.h"

static enum xz_rc read_people(const struct xz_request *request,
                              struct xz_str people[static XZ_UNMASK_PEOPLE_MAX], size_t *count,
                              struct xz_err *err)
{
    const json_t *list = json_object_get(request->json, "people"), *item;
    size_t i;
    bool right;

    *count = json_array_size(list);
    right = *count > 0 && *count <= XZ_UNMASK_PEOPLE_MAX;
    json_array_foreach(list, i, item)
    {
        right = right && json_is_string(item);
        if (right) {
            people[i] =
                (struct xz_str){json_string_value(item), (uint32_t)json_string_length(item)};
        }
    }
    return right ? XZ_OK
                 : xz_err_reject(err, "invalid", "people", "1 to %d pseudonyms",
                                 XZ_UNMASK_PEOPLE_MAX);
}

XZ_HANDLER(xz_api_unmask)
{
    struct xz_str people[XZ_UNMASK_PEOPLE_MAX];
    struct xz_unmask ask = {.people = people};
    enum xz_rc rc = read_people(request, people, &ask.count, err);

    rc = rc == XZ_OK ? xz_body_text(request, "reason", &ask.reason, err) : rc;
    rc = rc == XZ_OK ? xz_body_int(request, "case", 0, &ask.case_id, err) : rc;
    return rc == XZ_OK ? xz_unmask_ask(&console->desk, &request->actor, &ask, request->now_ms,
                                       &response->body, err)
                       : rc;
}

XZ_HANDLER(xz_api_unmask_requests)
{
    const struct xz_desk_view view = xz_view_of(console, request);

    return xz_unmask_list(&view, &response->body, err);
}

XZ_HANDLER(xz_api_unmask_request)
{
    int64_t id = 0;
    const enum xz_rc rc = xz_read_id(request, 0, "request", &id, err);

    return rc == XZ_OK ? xz_unmask_read(&console->desk, &request->actor, id, request->now_ms,
                                        &response->body, err)
                       : rc;
}

XZ_HANDLER(xz_api_unmask_decide)
{
    struct xz_str reason;
    int64_t id = 0;
    bool grant = false;
    enum xz_rc rc = xz_read_id(request, 0, "request", &id, err);

    rc = rc == XZ_OK ? xz_body_bool(request, "grant", false, &grant, err) : rc;
    if (rc == XZ_OK && !json_is_boolean(json_object_get(request->json, "grant"))) {
        rc = xz_err_reject(err, "invalid", "grant", "true or false");
    }
    rc = rc == XZ_OK ? xz_body_text(request, "reason", &reason, err) : rc;
    rc = rc == XZ_OK ? xz_unmask_decide(&console->desk, &request->actor, id, grant, reason,
                                        request->now_ms, err)
                     : rc;
    if (rc == XZ_OK) {
        xz_respond_json(response, json_pack("{s:I, s:s}", "request", (json_int_t)id, "state",
                                            grant ? "granted" : "refused"));
    }
    return rc;
}
