/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Webhooks as they are kept; their deliveries are in webhook_delivery.c. */
#include "cases/webhook.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/time.h"
#include "cases/counter.h"
#include "cases/view_int.h"
#include "cases/webhook_int.h"

/* ---- adding ---- */

struct adding {
    const struct xz_desk *desk;
    const struct xz_actor *by;
    struct xz_str url, region;
    unsigned events;
    int64_t now_ms, *id;
    const char *secret;
};

/* http or https, a host, no user and password, nothing but what a URL is made of. */
static enum xz_rc check_url(struct xz_str url, struct xz_err *err)
{
    const bool https = xz_str_starts(url, XZ_STR("https://"));
    const uint32_t host = https ? 8 : 7;
    bool right = url.len > host && url.len <= XZ_WEBHOOK_URL_MAX &&
                 (https || xz_str_starts(url, XZ_STR("http://"))) &&
                 (isalnum((unsigned char)url.ptr[host]) || url.ptr[host] == '[');

    for (uint32_t i = 0; right && i < url.len; i++) {
        right = url.ptr[i] > ' ' && url.ptr[i] < 127 && strchr("\"<>\\^`{|}@", url.ptr[i]) == NULL;
    }
    return right ? XZ_OK
                 : xz_err_reject(err, "invalid", "url", "https://HOST/..., up to %d bytes",
                                 XZ_WEBHOOK_URL_MAX);
}

static enum xz_rc check_region(const struct adding *adding, struct xz_err *err)
{
    const struct xz_str region = adding->region;

    if (xz_access_regions_check(region, err) != XZ_OK || region.len > 6) {
        return xz_err_reject(err, "invalid", "region", "a beginning of an area code");
    }
    return xz_actor_sees(adding->by, region)
               ? XZ_OK
               : xz_err_reject(err, "invalid", "region", "a region of your own");
}

static void name_events(unsigned events, char text[static 16])
{
    (void)snprintf(text, 16, "%s%s%s", (events & XZ_WEBHOOK_ALERT) != 0 ? "alert" : "",
                   events == (XZ_WEBHOOK_ALERT | XZ_WEBHOOK_CASE) ? "," : "",
                   (events & XZ_WEBHOOK_CASE) != 0 ? "case" : "");
}

static enum xz_rc add_it(struct xz_db_conn *conn, void *arg, struct xz_err *err)
{
    const struct adding *adding = arg;
    unsigned char sealed[XZ_SECRET_LEN + XZ_SEAL_EXTRA];
    char events[16];
    int64_t count = 0;
    enum xz_rc rc =
        xz_row_int(conn, "SELECT COUNT(*) FROM webhook", XZ_DB_NO_ARGS, &count, NULL, err);

    if (rc == XZ_OK && count >= XZ_WEBHOOKS_MAX) {
        rc = xz_err_reject(err, "invalid", "", "at most %d webhooks", XZ_WEBHOOKS_MAX);
    }
    rc = rc == XZ_OK ? xz_counter_next(conn, "webhook", adding->id, err) : rc;
    name_events(adding->events, events);
    xz_keys_seal(adding->desk->keys, XZ_WEBHOOK_SEALED, xz_str_from(adding->secret), sealed);
    rc = rc == XZ_OK
             ? xz_db_exec(
                   conn,
                   "INSERT INTO webhook (id, url, events, region, secret, active, account, "
                   "created_ms, change_id, last_ok_ms, last_error, failures) SELECT ?1, ?2, ?3, "
                   "?4, ?5, 1, ?6, ?7, next, 0, '', 0 FROM counter WHERE name = 'change'",
                   XZ_DB_ARGS(XZ_DB_INT(*adding->id), XZ_DB_TEXT(adding->url), XZ_DB_CSTR(events),
                              XZ_DB_TEXT(adding->region),
                              XZ_DB_BLOB(((struct xz_str){(const char *)sealed, sizeof(sealed)})),
                              XZ_DB_INT(adding->by->account), XZ_DB_INT(adding->now_ms)),
                   NULL, err)
             : rc;
    return rc == XZ_OK ? xz_desk_audit_on(conn, adding->by, "webhook.add", "webhook", *adding->id,
                                          "", adding->now_ms, err)
                       : rc;
}

enum xz_rc xz_webhook_add(const struct xz_desk *desk, const struct xz_actor *by, struct xz_str url,
                          unsigned events, struct xz_str region, int64_t now_ms, int64_t *id,
                          char secret[static XZ_SECRET_LEN + 1], struct xz_err *err)
{
    struct adding adding = {.desk = desk,
                            .by = by,
                            .url = url,
                            .region = region,
                            .events = events,
                            .now_ms = now_ms,
                            .secret = secret};
    enum xz_rc rc = check_url(url, err);

    adding.id = id;
    rc = rc == XZ_OK ? check_region(&adding, err) : rc;
    if (rc == XZ_OK && (events == 0 || (events & ~(XZ_WEBHOOK_ALERT | XZ_WEBHOOK_CASE)) != 0)) {
        rc = xz_err_reject(err, "invalid", "events", "alert, case");
    }
    if (rc != XZ_OK) {
        return rc;
    }
    xz_secret_new(secret);
    rc = xz_desk_write(desk, add_it, &adding, err);
    if (rc != XZ_OK) {
        memset(secret, 0, XZ_SECRET_LEN + 1);
    }
    return rc;
}

/* ---- what is done with one ---- */

struct changing {
    const struct xz_actor *by;
    int64_t id, delivery, now_ms;
};

/* Is there this one, and is its region by's? */
static enum xz_rc check_webhook(struct xz_db_conn *conn, const struct xz_actor *by, int64_t id,
                                struct xz_err *err)
{
    struct xz_buf region = {0};
    bool found = false;
    enum xz_rc rc = xz_row_text(conn, "SELECT region FROM webhook WHERE id = ?1",
                                XZ_DB_ARGS(XZ_DB_INT(id)), &region, &found, err);

    if (rc == XZ_OK && (!found || !xz_actor_sees(by, xz_buf_view(&region)))) {
        rc = xz_err_reject(err, "not_found", "", "there is no such webhook");
    }
    xz_buf_fini(&region);
    return rc;
}

static enum xz_rc drop_it(struct xz_db_conn *conn, void *arg, struct xz_err *err)
{
    const struct changing *changing = arg;
    enum xz_rc rc = check_webhook(conn, changing->by, changing->id, err);

    rc = rc == XZ_OK ? xz_db_exec(conn, "DELETE FROM webhook_delivery WHERE webhook = ?1",
                                  XZ_DB_ARGS(XZ_DB_INT(changing->id)), NULL, err)
                     : rc;
    rc = rc == XZ_OK ? xz_db_exec(conn, "DELETE FROM webhook WHERE id = ?1",
                                  XZ_DB_ARGS(XZ_DB_INT(changing->id)), NULL, err)
                     : rc;
    return rc == XZ_OK ? xz_desk_audit_on(conn, changing->by, "webhook.drop", "webhook",
                                          changing->id, "", changing->now_ms, err)
                       : rc;
}

enum xz_rc xz_webhook_drop(const struct xz_desk *desk, const struct xz_actor *by, int64_t id,
                           int64_t now_ms, struct xz_err *err)
{
    return xz_desk_write(desk, drop_it, &(struct changing){.by = by, .id = id, .now_ms = now_ms},
                         err);
}

static enum xz_rc test_it(struct xz_db_conn *conn, void *arg, struct xz_err *err)
{
    const struct changing *changing = arg;
    enum xz_rc rc = check_webhook(conn, changing->by, changing->id, err);

    rc = rc == XZ_OK ? xz_webhook_deliver(conn, changing->id, 0, changing->now_ms, err) : rc;
    return rc == XZ_OK ? xz_desk_audit_on(conn, changing->by, "webhook.test", "webhook",
                                          changing->id, "", changing->now_ms, err)
                       : rc;
}

enum xz_rc xz_webhook_test(const struct xz_desk *desk, const struct xz_actor *by, int64_t id,
                           int64_t now_ms, struct xz_err *err)
{
    return xz_desk_write(desk, test_it, &(struct changing){.by = by, .id = id, .now_ms = now_ms},
                         err);
}

static enum xz_rc redeliver_it(struct xz_db_conn *conn, void *arg, struct xz_err *err)
{
    const struct changing *changing = arg;
    int64_t waits = 0;
    bool found = false; /* with what it tells of: it is made anew */
    enum xz_rc rc = check_webhook(conn, changing->by, changing->id, err);

    rc = rc == XZ_OK
             ? xz_row_int(conn,
                          "SELECT CASE WHEN state = 'waiting' THEN 1 ELSE 0 END "
                          "FROM webhook_delivery d WHERE id = ?1 AND webhook = ?2 AND "
                          "(change_id = 0 OR EXISTS (SELECT 1 FROM change c "
                          "WHERE c.id = d.change_id))",
                          XZ_DB_ARGS(XZ_DB_INT(changing->delivery), XZ_DB_INT(changing->id)),
                          &waits, &found, err)
             : rc;
    if (rc == XZ_OK && !found) {
        rc = xz_err_reject(err, "not_found", "", "there is no such delivery");
    } else if (rc == XZ_OK && waits != 0) {
        rc = xz_err_reject(err, "conflict", "", "the delivery waits already");
    }
    rc = rc == XZ_OK
             ? xz_db_exec(conn,
                          "UPDATE webhook_delivery SET state = 'waiting', due_ms = ?2, tries = 0, "
                          "claimed_until_ms = 0 WHERE id = ?1",
                          XZ_DB_ARGS(XZ_DB_INT(changing->delivery), XZ_DB_INT(changing->now_ms)),
                          NULL, err)
             : rc;
    return rc == XZ_OK ? xz_desk_audit_on(conn, changing->by, "webhook.redeliver", "webhook",
                                          changing->id, "", changing->now_ms, err)
                       : rc;
}

enum xz_rc xz_webhook_redeliver(const struct xz_desk *desk, const struct xz_actor *by, int64_t id,
                                int64_t delivery, int64_t now_ms, struct xz_err *err)
{
    return xz_desk_write(desk, redeliver_it, &(struct changing){by, id, delivery, now_ms}, err);
}

/* ---- lists ---- */

static enum xz_rc fill_list(struct xz_db_conn *conn, void *arg, json_t **made, struct xz_err *err)
{
    static const struct xz_column columns[] = {
        {"id", XZ_COLUMN_INT},       {"url", XZ_COLUMN_TEXT},        {"events", XZ_COLUMN_WORDS},
        {"region", XZ_COLUMN_TEXT},  {"active", XZ_COLUMN_BOOL},     {"created", XZ_COLUMN_TIME},
        {"last_ok", XZ_COLUMN_TIME}, {"last_error", XZ_COLUMN_TEXT}, {"failures", XZ_COLUMN_INT}};
    const struct xz_desk_view *view = arg;
    struct xz_query query = {.count = 0};
    json_t *rows = json_array();
    enum xz_rc rc;

    xz_query_add(&query, "SELECT id, url, events, region, active, created_ms, last_ok_ms, "
                         "last_error, failures FROM webhook WHERE id > 0");
    xz_query_in_scope(&query, "region", view->actor);
    xz_query_add(&query, " ORDER BY id");
    rc = xz_query_rows(&query, conn, XZ_COLUMNS(columns), rows, err);
    xz_query_fini(&query);
    *made = json_object();
    (void)json_object_set_new(*made, "items", rows);
    (void)json_object_set_new(*made, "as_of", xz_json_time(view->now_ms));
    return rc;
}

enum xz_rc xz_webhook_list(const struct xz_desk_view *view, struct xz_buf *out, struct xz_err *err)
{
    struct xz_desk_view copy = *view;

    return xz_view_fill(view, fill_list, &copy, out, err);
}

struct listing {
    const struct xz_desk_view *view;
    int64_t id;
};

static enum xz_rc fill_deliveries(struct xz_db_conn *conn, void *arg, json_t **made,
                                  struct xz_err *err)
{
    static const struct xz_column columns[] = {{"id", XZ_COLUMN_INT},     {"change", XZ_COLUMN_ID},
                                               {"at", XZ_COLUMN_TIME},    {"tries", XZ_COLUMN_INT},
                                               {"state", XZ_COLUMN_TEXT}, {"status", XZ_COLUMN_ID},
                                               {"error", XZ_COLUMN_TEXT}, {"next", XZ_COLUMN_TIME}};
    const struct listing *listing = arg;
    json_t *rows = json_array();
    enum xz_rc rc = check_webhook(conn, listing->view->actor, listing->id, err);

    rc = rc == XZ_OK
             ? xz_rows_json(conn, XZ_COLUMNS(columns),
                            "SELECT id, change_id, made_ms, tries, state, status, error, "
                            "CASE WHEN state = 'waiting' THEN due_ms ELSE 0 END "
                            "FROM webhook_delivery WHERE webhook = ?1 ORDER BY id DESC LIMIT 200",
                            XZ_DB_ARGS(XZ_DB_INT(listing->id)), rows, err)
             : rc;
    *made = json_object();
    (void)json_object_set_new(*made, "items", rows);
    (void)json_object_set_new(*made, "as_of", xz_json_time(listing->view->now_ms));
    return rc;
}

enum xz_rc xz_webhook_deliveries(const struct xz_desk_view *view, int64_t id, struct xz_buf *out,
                                 struct xz_err *err)
{
    return xz_view_fill(view, fill_deliveries, &(struct listing){view, id}, out, err);
}
