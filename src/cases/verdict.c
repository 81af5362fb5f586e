/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cases/verdict.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/jsonw.h"
#include "base/mem.h"
#include "cases/counter.h"
#include "cases/row.h"

bool xz_verdict_is_sampled(const struct xz_keys *keys, int64_t case_id)
{
    unsigned char digest[32];
    char id[24];

    (void)snprintf(id, sizeof(id), "%" PRId64, case_id);
    xz_keys_lookup(keys, XZ_STR("sample"), xz_str_from(id), digest);
    return ((unsigned)digest[0] << 8 | digest[1]) % 1000 < XZ_SAMPLE_PER_MILLE;
}

enum xz_rc xz_verdict_drop(struct xz_db_conn *conn, int64_t case_id, struct xz_err *err)
{
    enum xz_rc rc = xz_db_exec(conn,
                               "UPDATE sum_verdict SET cases = cases - 1 WHERE (pattern, outcome) "
                               "IN (SELECT pattern, outcome FROM verdict WHERE case_id = ?1)",
                               XZ_DB_ARGS(XZ_DB_INT(case_id)), NULL, err);

    rc = rc == XZ_OK ? xz_db_exec(conn, "DELETE FROM verdict WHERE case_id = ?1",
                                  XZ_DB_ARGS(XZ_DB_INT(case_id)), NULL, err)
                     : rc;

    rc = rc == XZ_OK ? xz_db_exec(conn,
                                  "DELETE FROM blind_review WHERE case_id = ?1 "
                                  "AND done_ms = 0",
                                  XZ_DB_ARGS(XZ_DB_INT(case_id)), NULL, err)
                     : rc;
    return rc == XZ_OK ? xz_db_exec(conn, "DELETE FROM outbox WHERE case_id = ?1",
                                    XZ_DB_ARGS(XZ_DB_INT(case_id)), NULL, err)
                       : rc;
}

struct ids {
    char (*items)[65];
    size_t count, cap;
};

static bool take_id(void *arg, const struct xz_db_row *row)
{
    struct ids *ids = arg;

    xz_array_reserve((void **)&ids->items, &ids->cap, ids->count + 1, sizeof(*ids->items));
    (void)snprintf(ids->items[ids->count++], sizeof(*ids->items), XZ_STR_FMT,
                   XZ_STR_ARG(xz_db_text(row, 0)));
    return true;
}

static void disposition_of(const char *alert, const struct xz_case_row *row,
                           const struct xz_actor *actor, struct xz_str note, int64_t now_ms,
                           struct xz_buf *out)
{
    const enum xz_case_outcome told =
        row->life.outcome == XZ_OUTCOME_RIGHT_TO_ASK ? XZ_OUTCOME_INCONCLUSIVE : row->life.outcome;
    struct xz_jsonw json = xz_jsonw_of(out);
    char at[XZ_TIME_TEXT_MAX];

    xz_buf_clear(out);
    xz_time_format(now_ms, at);
    xz_jsonw_object(&json);
    xz_jsonw_member_str(&json, "alert_id", xz_str_from(alert));
    xz_jsonw_member_str(&json, "outcome", xz_str_from(xz_case_outcome_names[told]));
    xz_jsonw_member_str(&json, "at", xz_str_from(at));
    xz_jsonw_member_str(&json, "by", xz_str_from(actor->name));
    xz_jsonw_member_str(&json, "note", note);
    xz_jsonw_end_object(&json);
}

static enum xz_rc put_dispositions(struct xz_db_conn *conn, const struct xz_case_row *row,
                                   const struct xz_actor *actor, struct xz_str note, int64_t now_ms,
                                   struct xz_err *err)
{
    struct ids ids = {0};
    struct xz_buf value = {0};
    enum xz_rc rc = xz_db_query(conn,
                                "SELECT id FROM alert WHERE case_id = ?1 "
                                "AND status <> 'withdrawn' ORDER BY seq",
                                XZ_DB_ARGS(XZ_DB_INT(row->life.id)), take_id, &ids, err);

    for (size_t i = 0; rc == XZ_OK && i < ids.count; i++) {
        int64_t id = 0;

        disposition_of(ids.items[i], row, actor, note, now_ms, &value);
        rc = xz_counter_next(conn, "outbox", &id, err);
        rc = rc == XZ_OK
                 ? xz_db_exec(conn,
                              "INSERT INTO outbox (id, case_id, due_ms, alert, value) "
                              "VALUES (?1, ?2, ?3, ?4, ?5)",
                              XZ_DB_ARGS(XZ_DB_INT(id), XZ_DB_INT(row->life.id),
                                         XZ_DB_INT(now_ms + XZ_UNDO_MS), XZ_DB_CSTR(ids.items[i]),
                                         XZ_DB_TEXT(xz_buf_view(&value))),
                              NULL, err)
                 : rc;
    }
    xz_buf_fini(&value);
    free(ids.items);
    return rc;
}

enum xz_rc xz_verdict_put(struct xz_db_conn *conn, const struct xz_case_row *row,
                          const struct xz_actor *actor, struct xz_str note, int64_t now_ms,
                          struct xz_err *err)
{
    const char *outcome = xz_case_outcome_names[row->life.outcome];
    enum xz_rc rc = xz_verdict_drop(conn, row->life.id, err);

    rc = rc == XZ_OK ? xz_db_exec(conn,
                                  "INSERT INTO verdict (case_id, pattern, outcome, region, level, "
                                  "age_group, at_ms) SELECT ?1, pattern, ?2, ?3, MAX(level), "
                                  "MAX(age_group), ?4 FROM alert WHERE case_id = ?1 "
                                  "AND status <> 'withdrawn' GROUP BY pattern",
                                  XZ_DB_ARGS(XZ_DB_INT(row->life.id), XZ_DB_CSTR(outcome),
                                             XZ_DB_CSTR(row->region), XZ_DB_INT(now_ms)),
                                  NULL, err)
                     : rc;
    rc = rc == XZ_OK ? xz_db_exec(conn,
                                  "INSERT INTO sum_verdict (pattern, outcome, cases) "
                                  "SELECT pattern, outcome, 1 FROM verdict WHERE case_id = ?1 "
                                  "ON CONFLICT (pattern, outcome) DO UPDATE SET "
                                  "cases = sum_verdict.cases + 1",
                                  XZ_DB_ARGS(XZ_DB_INT(row->life.id)), NULL, err)
                     : rc;
    if (rc == XZ_OK && row->life.sampled && row->life.appeal == XZ_APPEAL_NONE) {
        rc = xz_db_exec(conn,
                        "INSERT INTO blind_review (case_id, first, second, reviewer, asked_ms, "
                        "done_ms) VALUES (?1, ?2, '', 0, ?3, 0) ON CONFLICT (case_id) DO NOTHING",
                        XZ_DB_ARGS(XZ_DB_INT(row->life.id), XZ_DB_CSTR(outcome), XZ_DB_INT(now_ms)),
                        NULL, err);
    }
    return rc == XZ_OK ? put_dispositions(conn, row, actor, note, now_ms, err) : rc;
}

/* ---- on their way ---- */

struct taking {
    int64_t holder, now_ms;
    size_t max, count;
    struct xz_disposition *items;
};

void xz_disposition_fini(struct xz_disposition *item) { xz_buf_fini(&item->value); }

static bool take_item(void *arg, const struct xz_db_row *row)
{
    struct taking *taking = arg;
    struct xz_disposition *item = &taking->items[taking->count++];
    const struct xz_str value = xz_db_text(row, 2);

    *item = (struct xz_disposition){.id = xz_db_int(row, 0)};
    (void)snprintf(item->alert_id, sizeof(item->alert_id), XZ_STR_FMT,
                   XZ_STR_ARG(xz_db_text(row, 1)));
    xz_buf_bytes(&item->value, value.ptr, value.len);
    return taking->count < taking->max;
}

/* Most of the time there is nothing to send, or another sends: that is seen without a write. */
static enum xz_rc look(struct xz_db_conn *conn, void *arg, struct xz_err *err)
{
    const struct taking *taking = arg;
    int64_t due = 0;
    const enum xz_rc rc = xz_row_int(
        conn,
        "SELECT COUNT(*) FROM (SELECT id FROM outbox WHERE due_ms <= ?1 AND NOT EXISTS "
        "(SELECT id FROM outbox_holder WHERE holder <> ?2 AND until_ms > ?1 AND until_ms <= ?3) "
        "LIMIT 1) due",
        XZ_DB_ARGS(XZ_DB_INT(taking->now_ms), XZ_DB_INT(taking->holder),
                   XZ_DB_INT(taking->now_ms + XZ_OUTBOX_HOLD_MS)),
        &due, NULL, err);

    return rc == XZ_OK && due == 0 ? xz_err_reject(err, "nothing", "", "nothing is due") : rc;
}

/* Longer than that nobody can hold it, unless a clock was set back. */
static enum xz_rc hold(struct xz_db_conn *conn, const struct taking *taking, int64_t *held,
                       struct xz_err *err)
{
    const int64_t until_ms = taking->now_ms + XZ_OUTBOX_HOLD_MS;

    return xz_db_exec(
        conn,
        "INSERT INTO outbox_holder (id, holder, until_ms) VALUES (1, ?1, ?2) "
        "ON CONFLICT (id) DO UPDATE SET holder = ?1, until_ms = ?2 "
        "WHERE outbox_holder.holder = ?1 OR outbox_holder.until_ms <= ?3 "
        "OR outbox_holder.until_ms > ?2",
        XZ_DB_ARGS(XZ_DB_INT(taking->holder), XZ_DB_INT(until_ms), XZ_DB_INT(taking->now_ms)), held,
        err);
}

static enum xz_rc take_items(struct xz_db_conn *conn, void *arg, struct xz_err *err)
{
    struct taking *taking = arg;
    int64_t held = 0;
    const enum xz_rc rc = hold(conn, taking, &held, err);

    return rc != XZ_OK || held == 0
               ? rc
               : xz_db_query(
                     conn,
                     "SELECT id, alert, value FROM outbox WHERE due_ms <= ?1 ORDER BY id LIMIT ?2",
                     XZ_DB_ARGS(XZ_DB_INT(taking->now_ms), XZ_DB_INT((int64_t)taking->max)),
                     take_item, taking, err);
}

enum xz_rc xz_disposition_take(const struct xz_desk *desk, int64_t holder, int64_t now_ms,
                               size_t max, struct xz_disposition *items, size_t *count,
                               struct xz_err *err)
{
    struct taking taking = {holder, now_ms, max, 0, items};
    enum xz_rc rc = xz_desk_read(desk, look, &taking, err);

    rc = rc == XZ_OK ? xz_desk_write(desk, take_items, &taking, err) : rc;
    for (size_t i = 0; rc != XZ_OK && i < taking.count; i++) {
        xz_disposition_fini(&items[i]);
    }
    *count = rc == XZ_OK ? taking.count : 0;
    return rc == XZ_REJECT ? XZ_OK : rc;
}

struct dropping {
    const int64_t *ids;
    size_t count;
};

static enum xz_rc drop_items(struct xz_db_conn *conn, void *arg, struct xz_err *err)
{
    const struct dropping *dropping = arg;
    enum xz_rc rc = XZ_OK;

    for (size_t i = 0; rc == XZ_OK && i < dropping->count; i++) {
        rc = xz_db_exec(conn, "DELETE FROM outbox WHERE id = ?1",
                        XZ_DB_ARGS(XZ_DB_INT(dropping->ids[i])), NULL, err);
    }
    return rc;
}

enum xz_rc xz_disposition_drop(const struct xz_desk *desk, const int64_t *ids, size_t count,
                               struct xz_err *err)
{
    struct dropping dropping = {ids, count};

    return count > 0 ? xz_desk_write(desk, drop_items, &dropping, err) : XZ_OK;
}

static enum xz_rc leave(struct xz_db_conn *conn, void *arg, struct xz_err *err)
{
    return xz_db_exec(conn, "DELETE FROM outbox_holder WHERE holder = ?1",
                      XZ_DB_ARGS(XZ_DB_INT(*(const int64_t *)arg)), NULL, err);
}

enum xz_rc xz_disposition_leave(const struct xz_desk *desk, int64_t holder, struct xz_err *err)
{
    return xz_desk_write(desk, leave, &holder, err);
}
