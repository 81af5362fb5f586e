/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who is told of changes by HTTP. */
#include "cases/webhook.h"
#include "console/api_int.h"
#include "console/post.h"

XZ_HANDLER(xz_api_webhooks)
{
    const struct xz_desk_view view = xz_view_of(console, request);

    return xz_webhook_list(&view, &response->body, err);
}

static enum xz_rc read_events(const struct xz_request *request, unsigned *events,
                              struct xz_err *err)
{
    const json_t *list = json_object_get(request->json, "events"), *item;
    size_t i;
    bool right = json_array_size(list) > 0;

    *events = 0;
    json_array_foreach(list, i, item)
    {
        const struct xz_str name = xz_str_from(json_string_value(item));
        const unsigned bit = xz_str_eq(name, XZ_STR("alert"))  ? XZ_WEBHOOK_ALERT
                             : xz_str_eq(name, XZ_STR("case")) ? XZ_WEBHOOK_CASE
                                                               : 0;

        right = right && bit != 0;
        *events |= bit;
    }
    return right ? XZ_OK : xz_err_reject(err, "invalid", "events", "some of alert, case");
}

XZ_HANDLER(xz_api_webhook_add)
{
    char secret[XZ_SECRET_LEN + 1];
    struct xz_str url, region;
    unsigned events = 0;
    int64_t id = 0;
    enum xz_rc rc = xz_body_text(request, "url", &url, err);

    rc = rc == XZ_OK ? xz_body_text(request, "region", &region, err) : rc;
    rc = rc == XZ_OK ? read_events(request, &events, err) : rc;
    if (rc == XZ_OK &&
        !xz_post_sends(url, strcmp(console->config->console_private_webhooks, "yes") == 0)) {
        rc = xz_err_reject(err, "invalid", "url",
                           "https://HOST/...; http is sent to private networks alone, where the "
                           "service is configured to");
    }
    rc = rc == XZ_OK ? xz_webhook_add(&console->desk, &request->actor, url, events, region,
                                      request->now_ms, &id, secret, err)
                     : rc;
    if (rc == XZ_OK) {
        xz_respond_json(response, json_pack("{s:I, s:s}", "id", (json_int_t)id, "secret", secret));
    }
    return rc;
}

XZ_HANDLER(xz_api_webhook_drop)
{
    int64_t id = 0;
    enum xz_rc rc = xz_read_id(request, 0, "webhook", &id, err);

    rc = rc == XZ_OK ? xz_webhook_drop(&console->desk, &request->actor, id, request->now_ms, err)
                     : rc;
    return rc == XZ_OK ? xz_api_webhooks(console, request, response, err) : rc;
}

XZ_HANDLER(xz_api_deliveries)
{
    const struct xz_desk_view view = xz_view_of(console, request);
    int64_t id = 0;
    const enum xz_rc rc = xz_read_id(request, 0, "webhook", &id, err);

    return rc == XZ_OK ? xz_webhook_deliveries(&view, id, &response->body, err) : rc;
}

XZ_HANDLER(xz_api_webhook_test)
{
    int64_t id = 0;
    enum xz_rc rc = xz_read_id(request, 0, "webhook", &id, err);

    rc = rc == XZ_OK ? xz_webhook_test(&console->desk, &request->actor, id, request->now_ms, err)
                     : rc;
    return rc == XZ_OK ? xz_api_deliveries(console, request, response, err) : rc;
}

XZ_HANDLER(xz_api_redeliver)
{
    int64_t id = 0, delivery = 0;
    enum xz_rc rc = xz_read_id(request, 0, "webhook", &id, err);

    rc = rc == XZ_OK ? xz_read_id(request, 1, "delivery", &delivery, err) : rc;
    rc = rc == XZ_OK ? xz_webhook_redeliver(&console->desk, &request->actor, id, delivery,
                                            request->now_ms, err)
                     : rc;
    return rc == XZ_OK ? xz_api_deliveries(console, request, response, err) : rc;
}
