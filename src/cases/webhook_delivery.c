/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From changes to deliveries, and what became of them. */
#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/time.h"
#include "cases/counter.h"
#include "cases/view_int.h"
#include "cases/webhook_int.h"

#define FAN_OUT_BATCH 500 /* changes looked at once */
#define ERROR_MAX     200 /* bytes */

/* Waits after the first, second .. try that failed: a day in all. */
static const int64_t waits_ms[XZ_WEBHOOK_TRIES - 1] = {
    5 * XZ_SECOND_MS,  30 * XZ_SECOND_MS, 2 * XZ_MINUTE_MS, 5 * XZ_MINUTE_MS,
    15 * XZ_MINUTE_MS, 30 * XZ_MINUTE_MS, XZ_HOUR_MS,       2 * XZ_HOUR_MS,
    4 * XZ_HOUR_MS,    6 * XZ_HOUR_MS,    10 * XZ_HOUR_MS};

enum xz_rc xz_webhook_deliver(struct xz_db_conn *conn, int64_t webhook, int64_t change_id,
                              int64_t now_ms, struct xz_err *err)
{
    int64_t id = 0;
    enum xz_rc rc = xz_counter_next(conn, "webhook_delivery", &id, err);

    return rc == XZ_OK ? xz_db_exec(conn,
                                    "INSERT INTO webhook_delivery (id, webhook, change_id, state, "
                                    "made_ms, due_ms, claimed_until_ms, tries, status, error) "
                                    "VALUES (?1, ?2, ?3, 'waiting', ?4, ?4, 0, 0, 0, '')",
                                    XZ_DB_ARGS(XZ_DB_INT(id), XZ_DB_INT(webhook),
                                               XZ_DB_INT(change_id), XZ_DB_INT(now_ms)),
                                    NULL, err)
                       : rc;
}

/* ---- fanning out ---- */

struct hook {
    int64_t id, change_id;
    bool of_alerts, of_cases;
    char region[8];
};

struct fanning {
    int64_t now_ms;
    struct hook hooks[XZ_WEBHOOKS_MAX];
    size_t hook_count;
    const struct hook *hook; /* the one that is looked at */
    int64_t changes[FAN_OUT_BATCH], last;
    size_t count, looked_at;
    bool more;
};

static bool take_hook(void *arg, const struct xz_db_row *row)
{
    struct fanning *fanning = arg;
    struct hook *hook = &fanning->hooks[fanning->hook_count++];
    const struct xz_str events = xz_db_text(row, 2);

    hook->id = xz_db_int(row, 0);
    hook->change_id = xz_db_int(row, 1);
    hook->of_alerts = xz_str_starts(events, XZ_STR("alert"));
    hook->of_cases = !xz_str_eq(events, XZ_STR("alert"));
    (void)snprintf(hook->region, sizeof(hook->region), XZ_STR_FMT, XZ_STR_ARG(xz_db_text(row, 3)));
    return fanning->hook_count < XZ_WEBHOOKS_MAX;
}

static bool take_change(void *arg, const struct xz_db_row *row)
{
    struct fanning *fanning = arg;
    const struct hook *hook = fanning->hook;
    const bool wanted =
        xz_str_eq(xz_db_text(row, 1), XZ_STR("alert")) ? hook->of_alerts : hook->of_cases;

    fanning->last = xz_db_int(row, 0);
    fanning->looked_at++;
    if (wanted && xz_str_starts(xz_db_text(row, 2), xz_str_from(hook->region))) {
        fanning->changes[fanning->count++] = fanning->last;
    }
    return fanning->looked_at < FAN_OUT_BATCH;
}

static enum xz_rc fan_out_one(struct xz_db_conn *conn, struct fanning *fanning, struct xz_err *err)
{
    const struct hook *hook = fanning->hook;
    int64_t waiting = 0;
    enum xz_rc rc = xz_row_int(
        conn, "SELECT COUNT(*) FROM webhook_delivery WHERE webhook = ?1 AND state = 'waiting'",
        XZ_DB_ARGS(XZ_DB_INT(hook->id)), &waiting, NULL, err);

    if (rc != XZ_OK || waiting + FAN_OUT_BATCH > XZ_WEBHOOK_WAITING_MAX) {
        return rc;
    }
    fanning->count = fanning->looked_at = 0;
    fanning->last = hook->change_id;
    rc = xz_db_query(conn, "SELECT id, kind, region FROM change WHERE id > ?1 ORDER BY id LIMIT ?2",
                     XZ_DB_ARGS(XZ_DB_INT(hook->change_id), XZ_DB_INT(FAN_OUT_BATCH)), take_change,
                     fanning, err);
    for (size_t i = 0; rc == XZ_OK && i < fanning->count; i++) {
        rc = xz_webhook_deliver(conn, hook->id, fanning->changes[i], fanning->now_ms, err);
    }
    fanning->more |= fanning->looked_at == FAN_OUT_BATCH;
    return rc == XZ_OK && fanning->looked_at > 0
               ? xz_db_exec(conn, "UPDATE webhook SET change_id = ?2 WHERE id = ?1",
                            XZ_DB_ARGS(XZ_DB_INT(hook->id), XZ_DB_INT(fanning->last)), NULL, err)
               : rc;
}

static enum xz_rc fan_out(struct xz_db_conn *conn, void *arg, struct xz_err *err)
{
    struct fanning *fanning = arg;
    enum xz_rc rc = xz_db_query(conn,
                                "SELECT w.id, w.change_id, w.events, w.region FROM webhook w "
                                "JOIN account a ON a.id = w.account "
                                "WHERE w.active = 1 AND a.active = 1 ORDER BY w.id",
                                XZ_DB_NO_ARGS, take_hook, fanning, err);

    for (size_t i = 0; rc == XZ_OK && i < fanning->hook_count; i++) {
        fanning->hook = &fanning->hooks[i];
        rc = fan_out_one(conn, fanning, err);
    }
    return rc;
}

enum xz_rc xz_webhook_fan_out(const struct xz_desk *desk, int64_t now_ms, bool *more,
                              struct xz_err *err)
{
    struct fanning fanning = {.now_ms = now_ms};
    const enum xz_rc rc = xz_desk_write(desk, fan_out, &fanning, err);

    *more = rc == XZ_OK && fanning.more;
    return rc;
}

static enum xz_rc sweep(struct xz_db_conn *conn, void *arg, struct xz_err *err)
{
    return xz_db_exec(conn,
                      "DELETE FROM webhook_delivery WHERE state <> 'waiting' AND made_ms < ?1",
                      XZ_DB_ARGS(XZ_DB_INT(*(const int64_t *)arg - XZ_WEBHOOK_KEEP_MS)), NULL, err);
}

enum xz_rc xz_webhook_sweep(const struct xz_desk *desk, int64_t now_ms, struct xz_err *err)
{
    return xz_desk_write(desk, sweep, &now_ms, err);
}

/* ---- claiming ---- */

struct claiming {
    const struct xz_desk *desk;
    int64_t now_ms;
    size_t max, count;
    struct xz_webhook_claim *claims;
    struct xz_actor actors[XZ_WEBHOOK_CLAIMS_MAX]; /* for whom each is read */
    struct xz_buf sealed[XZ_WEBHOOK_CLAIMS_MAX];
};

static bool take_due(void *arg, const struct xz_db_row *row)
{
    struct claiming *claiming = arg;
    struct xz_webhook_claim *claim = &claiming->claims[claiming->count];
    struct xz_actor *actor = &claiming->actors[claiming->count];
    struct xz_buf *sealed = &claiming->sealed[claiming->count++];
    const struct xz_str secret = xz_db_blob(row, 5);

    *claim = (struct xz_webhook_claim){.delivery = xz_db_int(row, 0),
                                       .webhook = xz_db_int(row, 1),
                                       .change_id = xz_db_int(row, 2),
                                       .tries = (int)xz_db_int(row, 3) + 1,
                                       .claimed_until_ms = claiming->now_ms + XZ_WEBHOOK_CLAIM_MS};
    (void)snprintf(claim->url, sizeof(claim->url), XZ_STR_FMT, XZ_STR_ARG(xz_db_text(row, 4)));
    *actor = (struct xz_actor){.account = xz_db_int(row, 7)};
    (void)snprintf(actor->regions, sizeof(actor->regions), XZ_STR_FMT,
                   XZ_STR_ARG(xz_db_text(row, 6)));
    xz_buf_bytes(sealed, secret.ptr, secret.len);
    return claiming->count < claiming->max;
}

static enum xz_rc claim_one(struct xz_db_conn *conn, const struct claiming *claiming, size_t i,
                            struct xz_err *err)
{
    struct xz_webhook_claim *claim = &claiming->claims[i];
    const struct xz_str sealed = xz_buf_view(&claiming->sealed[i]);
    enum xz_rc rc =
        sealed.len == XZ_SECRET_LEN + XZ_SEAL_EXTRA
            ? xz_keys_open(claiming->desk->keys, XZ_WEBHOOK_SEALED, sealed, claim->secret, err)
            : xz_err_set(err, XZ_FATAL, "the secret of a webhook is cut short");

    return rc == XZ_OK
               ? xz_db_exec(conn,
                            "UPDATE webhook_delivery SET claimed_until_ms = ?2, tries = ?3 "
                            "WHERE id = ?1",
                            XZ_DB_ARGS(XZ_DB_INT(claim->delivery),
                                       XZ_DB_INT(claim->claimed_until_ms), XZ_DB_INT(claim->tries)),
                            NULL, err)
               : rc;
}

static enum xz_rc claim_due(struct xz_db_conn *conn, void *arg, struct xz_err *err)
{
    struct claiming *claiming = arg;
    enum xz_rc rc = xz_db_query(
        conn,
        "SELECT d.id, d.webhook, d.change_id, d.tries, w.url, w.secret, w.region, w.account "
        "FROM webhook_delivery d JOIN webhook w ON w.id = d.webhook JOIN account a "
        "ON a.id = w.account WHERE d.state = 'waiting' AND w.active = 1 AND a.active = 1 "
        "AND d.due_ms <= ?1 AND d.claimed_until_ms <= ?1 ORDER BY d.due_ms, d.id LIMIT ?2",
        XZ_DB_ARGS(XZ_DB_INT(claiming->now_ms), XZ_DB_INT((int64_t)claiming->max)), take_due,
        claiming, err);

    for (size_t i = 0; rc == XZ_OK && i < claiming->count; i++) {
        rc = claim_one(conn, claiming, i, err);
    }
    return rc;
}

/* The change as it is shown to who sees the webhook's region, with the delivery's id. */
static enum xz_rc put_body(const struct claiming *claiming, size_t i, struct xz_err *err)
{
    struct xz_webhook_claim *claim = &claiming->claims[i];
    const struct xz_desk_view view = {claiming->desk, &claiming->actors[i], claiming->now_ms};
    json_t *change = NULL, *body = json_object();
    struct xz_buf text = {0};
    char *made;
    enum xz_rc rc = XZ_OK;

    (void)json_object_set_new(body, "delivery", json_integer(claim->delivery));
    if (claim->change_id == 0) {
        (void)json_object_set_new(body, "kind", json_string("test"));
        (void)json_object_set_new(body, "at", xz_json_time(claiming->now_ms));
    } else {
        rc = xz_view_change(&view, claim->change_id, &text, err);
        change = rc == XZ_OK ? json_loadb((const char *)text.data, text.len, 0, NULL) : NULL;
        (void)json_object_update(body, change);
        rc = rc == XZ_REJECT ? XZ_OK : rc; /* it is not there for who sees the webhook's region */
    }
    made = json_dumps(body, JSON_COMPACT);
    xz_buf_bytes(&claim->body, made, strlen(made));
    free(made);
    json_decref(change);
    json_decref(body);
    xz_buf_fini(&text);
    return rc;
}

enum xz_rc xz_webhook_claim(const struct xz_desk *desk, int64_t now_ms, size_t max,
                            struct xz_webhook_claim *claims, size_t *count, struct xz_err *err)
{
    struct claiming claiming = {.desk = desk,
                                .now_ms = now_ms,
                                .max = max < XZ_WEBHOOK_CLAIMS_MAX ? max : XZ_WEBHOOK_CLAIMS_MAX,
                                .claims = claims};
    enum xz_rc rc = max > 0 ? xz_desk_write(desk, claim_due, &claiming, err) : XZ_OK;

    for (size_t i = 0; rc == XZ_OK && i < claiming.count; i++) {
        rc = put_body(&claiming, i, err);
    }
    for (size_t i = 0; i < claiming.count; i++) {
        xz_buf_fini(&claiming.sealed[i]);
        if (rc != XZ_OK) { /* they are claimed in vain, and come again */
            xz_webhook_claim_fini(&claims[i]);
        }
    }
    *count = rc == XZ_OK ? claiming.count : 0;
    return rc;
}

void xz_webhook_claim_fini(struct xz_webhook_claim *claim)
{
    OPENSSL_cleanse(claim->secret, sizeof(claim->secret));
    xz_buf_fini(&claim->body);
    *claim = (struct xz_webhook_claim){.delivery = 0};
}

/* ---- settling ---- */

struct settling {
    const struct xz_webhook_claim *claim;
    int status;
    struct xz_str error;
    int64_t now_ms;
};

/* Who changed no row had no claim any more. */
static enum xz_rc check_held(enum xz_rc rc, int64_t changed, struct xz_err *err)
{
    return rc == XZ_OK && changed == 0
               ? xz_err_reject(err, "stale", "", "the claim on the delivery has ended")
               : rc;
}

static enum xz_rc settle_it(struct xz_db_conn *conn, void *arg, struct xz_err *err)
{
    const struct settling *settling = arg;
    const struct xz_webhook_claim *claim = settling->claim;
    const bool done = settling->status >= 200 && settling->status <= 299;
    const bool last = claim->tries >= XZ_WEBHOOK_TRIES;
    const int64_t due_ms =
        done || last ? settling->now_ms : settling->now_ms + waits_ms[claim->tries - 1];
    int64_t changed = 0;
    enum xz_rc rc = xz_db_exec(
        conn,
        "UPDATE webhook_delivery SET state = ?3, status = ?4, error = ?5, due_ms = ?6, "
        "claimed_until_ms = 0 WHERE id = ?1 AND claimed_until_ms = ?2 AND state = 'waiting' "
        "AND tries = ?7",
        XZ_DB_ARGS(XZ_DB_INT(claim->delivery), XZ_DB_INT(claim->claimed_until_ms),
                   XZ_DB_CSTR(done   ? "done"
                              : last ? "given_up"
                                     : "waiting"),
                   XZ_DB_INT(settling->status), XZ_DB_TEXT(settling->error), XZ_DB_INT(due_ms),
                   XZ_DB_INT(claim->tries)),
        &changed, err);

    rc = check_held(rc, changed, err);
    if (rc != XZ_OK) {
        return rc;
    }
    return done ? xz_db_exec(conn,
                             "UPDATE webhook SET last_ok_ms = ?2, last_error = '', failures = 0 "
                             "WHERE id = ?1",
                             XZ_DB_ARGS(XZ_DB_INT(claim->webhook), XZ_DB_INT(settling->now_ms)),
                             NULL, err)
                : xz_db_exec(conn,
                             "UPDATE webhook SET last_error = ?2, failures = failures + 1 "
                             "WHERE id = ?1",
                             XZ_DB_ARGS(XZ_DB_INT(claim->webhook), XZ_DB_TEXT(settling->error)),
                             NULL, err);
}

enum xz_rc xz_webhook_settle(const struct xz_desk *desk, const struct xz_webhook_claim *claim,
                             int status, const char *error, int64_t now_ms, struct xz_err *err)
{
    struct settling settling = {claim, status, xz_str_from(error), now_ms};

    if (settling.error.len > ERROR_MAX) { /* not in the middle of a letter */
        settling.error.len = ERROR_MAX;
        while ((error[settling.error.len] & 0xC0) == 0x80) {
            settling.error.len--;
        }
    }
    return xz_desk_write(desk, settle_it, &settling, err);
}

static enum xz_rc release_it(struct xz_db_conn *conn, void *arg, struct xz_err *err)
{
    const struct xz_webhook_claim *claim = arg;
    int64_t changed = 0;
    const enum xz_rc rc =
        xz_db_exec(conn,
                   "UPDATE webhook_delivery SET claimed_until_ms = 0, tries = tries - 1 "
                   "WHERE id = ?1 AND claimed_until_ms = ?2 AND state = 'waiting' AND tries = ?3",
                   XZ_DB_ARGS(XZ_DB_INT(claim->delivery), XZ_DB_INT(claim->claimed_until_ms),
                              XZ_DB_INT(claim->tries)),
                   &changed, err);

    return check_held(rc, changed, err);
}

enum xz_rc xz_webhook_release(const struct xz_desk *desk, const struct xz_webhook_claim *claim,
                              struct xz_err *err)
{
    return xz_desk_write(desk, release_it, (void *)(uintptr_t)claim, err);
}
