/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cases/work.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cases/case_row.h"
#include "cases/change.h"
#include "cases/review.h"
#include "cases/row.h"
#include "cases/verdict.h"
#include "cases/work_int.h"

/* ---- what every change shares ---- */

enum xz_rc xz_work_load(struct xz_db_conn *conn, const struct xz_on_case *on,
                        struct xz_case_row *row, struct xz_err *err)
{
    enum xz_rc rc = xz_case_load(conn, on->case_id, row, err);

    if (rc == XZ_OK && !xz_actor_sees(on->actor, xz_str_from(row->region))) {
        rc = xz_err_reject(err, "not_found", "", "there is no such case");
    }
    /* the answer to whatever is done is the case */
    rc = rc == XZ_OK ? xz_review_keep_blind(conn, on->actor, &row->life, err) : rc;
    if (rc == XZ_OK && on->version != 0 && on->version != row->life.version) {
        rc = xz_err_reject(err, "stale", "version",
                           "somebody changed the case meanwhile: look "
                           "again");
    }
    return rc;
}

enum xz_rc xz_work_tell(struct xz_db_conn *conn, const struct xz_on_case *on,
                        const struct xz_case_row *row, const char *what, struct xz_str text,
                        const char *detail, const char *undo, struct xz_err *err)
{
    char id[24], action[40];
    enum xz_rc rc;

    (void)snprintf(id, sizeof(id), "%" PRId64, on->case_id);
    (void)snprintf(action, sizeof(action), "case.%s", what);
    rc = xz_case_event(conn,
                       &(struct xz_case_event){.case_id = on->case_id,
                                               .at_ms = on->now_ms,
                                               .actor = on->actor,
                                               .what = what,
                                               .text = text,
                                               .detail = detail,
                                               .undo = undo},
                       err);
    rc = rc == XZ_OK ? xz_desk_audit(conn, on->actor, action, "case", xz_str_from(id), detail,
                                     on->now_ms, err)
                     : rc;
    return rc == XZ_OK ? xz_change_note(conn,
                                        &(struct xz_change){.at_ms = on->now_ms,
                                                            .case_id = on->case_id,
                                                            .kind = "case",
                                                            .what = what,
                                                            .object = xz_str_from(id),
                                                            .region = xz_str_from(row->region)},
                                        err)
                       : rc;
}

/* ---- taking back ---- */

/* The members of struct xz_case that a command may change and an undo restores. */
static const struct {
    const char *key;
    size_t offset;
    size_t size;
} remembered[] = {
#define MEMBER(name)                                                                               \
    {                                                                                              \
#name, offsetof(struct xz_case, name), sizeof(((struct xz_case *)0)->name)                 \
    }
    MEMBER(state),      MEMBER(outcome),   MEMBER(appeal),           MEMBER(action),
    MEMBER(conditions), MEMBER(extended),  MEMBER(sampled),          MEMBER(assignee),
    MEMBER(proposer),   MEMBER(approver),  MEMBER(closer),           MEMBER(due_ms),
    MEMBER(soon_ms),    MEMBER(idle_ms),   MEMBER(escalated_ms),     MEMBER(lease_until_ms),
    MEMBER(closed_ms),  MEMBER(worked_ms), MEMBER(snoozed_until_ms), MEMBER(clock),
};

static int64_t member_of(const struct xz_case *life, size_t i)
{
    const char *at = (const char *)life + remembered[i].offset;
    int64_t wide;
    int narrow;
    bool flag;

    if (remembered[i].size == sizeof(wide)) {
        memcpy(&wide, at, sizeof(wide));
        return wide;
    }
    if (remembered[i].size == sizeof(narrow)) {
        memcpy(&narrow, at, sizeof(narrow));
        return narrow;
    }
    memcpy(&flag, at, sizeof(flag));
    return flag;
}

static void set_member(struct xz_case *life, size_t i, int64_t value)
{
    char *at = (char *)life + remembered[i].offset;
    const int narrow = (int)value;
    const bool flag = value != 0;

    if (remembered[i].size == sizeof(value)) {
        memcpy(at, &value, sizeof(value));
    } else if (remembered[i].size == sizeof(narrow)) {
        memcpy(at, &narrow, sizeof(narrow));
    } else {
        memcpy(at, &flag, sizeof(flag));
    }
}

static void remember(const struct xz_case *before, int64_t version, struct xz_buf *undo)
{
    xz_buf_printf(undo, "{\"version\":%" PRId64, version);
    for (size_t i = 0; i < sizeof(remembered) / sizeof(remembered[0]); i++) {
        xz_buf_printf(undo, ",\"%s\":%" PRId64, remembered[i].key, member_of(before, i));
    }
    xz_buf_printf(undo, "}%c", '\0');
}

/* False: the case has gone on since, or the text is no such memory. */
static bool restore(const char *undo, struct xz_case *life)
{
    json_t *memory = json_loads(undo, 0, NULL);
    const bool fits = json_integer_value(json_object_get(memory, "version")) == life->version;

    for (size_t i = 0; fits && i < sizeof(remembered) / sizeof(remembered[0]); i++) {
        set_member(life, i, json_integer_value(json_object_get(memory, remembered[i].key)));
    }
    life->version += fits;
    json_decref(memory);
    return fits;
}

/* ---- commands ---- */

struct doing {
    const struct xz_desk *desk;
    const struct xz_on_case *on;
    const struct xz_command *command;
};

static bool take_account(void *arg, const struct xz_db_row *row)
{
    struct xz_actor *actor = arg;

    actor->account = xz_db_int(row, 0);
    actor->roles = (unsigned)xz_db_int(row, 1);
    (void)snprintf(actor->regions, sizeof(actor->regions), XZ_STR_FMT,
                   XZ_STR_ARG(xz_db_text(row, 2)));
    return false;
}

/* Somebody who is given a case must be able to work on it. */
static enum xz_rc check_assignee(struct xz_db_conn *conn, const struct doing *doing,
                                 const struct xz_case_row *row, struct xz_err *err)
{
    const int64_t account = doing->command->account;
    struct xz_actor other = {.account = 0};
    bool has_part = false;
    enum xz_rc rc;

    if (doing->command->verb != XZ_VERB_ASSIGN || account == 0 ||
        account == doing->on->actor->account) {
        return XZ_OK;
    }
    if (!xz_actor_may(doing->on->actor, XZ_MAY_APPROVE)) {
        return xz_err_reject(err, "forbidden", "account", "an approver assigns cases to others");
    }
    rc = xz_db_query(conn, "SELECT id, roles, regions FROM account WHERE id = ?1 AND active = 1",
                     XZ_DB_ARGS(XZ_DB_INT(account)), take_account, &other, err);
    if (rc == XZ_OK && (other.account == 0 || !xz_actor_may(&other, XZ_MAY_WORK) ||
                        !xz_actor_sees(&other, xz_str_from(row->region)))) {
        rc = xz_err_reject(err, "invalid", "account",
                           "that account cannot work on cases of this region");
    }
    rc = rc == XZ_OK ? xz_work_has_part(conn, &row->life, account, &has_part, err) : rc;
    if (rc == XZ_OK && row->life.state == XZ_CASE_APPEALED &&
        !xz_case_allows(&row->life, &other, has_part, XZ_VERB_REREVIEW, doing->on->now_ms)) {
        rc = xz_err_reject(err, "second_person_needed", "account",
                           "who had a part in the decision cannot review it");
    }
    return rc;
}

/* A detail of what was decided, for history and audit: never a person's data. */
static void describe(const struct xz_case *life, const struct xz_command *command, char *detail,
                     size_t size)
{
    (void)snprintf(detail, size,
                   "{\"state\":\"%s\",\"outcome\":\"%s\",\"action\":%d,\"conditions\":%u,"
                   "\"appeal\":\"%s\",\"assignee\":%" PRId64 ",\"until_ms\":%" PRId64 "}",
                   xz_case_state_names[life->state], xz_case_outcome_names[life->outcome],
                   life->action, life->conditions, xz_case_appeal_names[life->appeal],
                   life->assignee, command->until_ms);
}

static enum xz_rc do_it(struct xz_db_conn *conn, void *arg, struct xz_err *err)
{
    const struct doing *doing = arg;
    const struct xz_on_case *on = doing->on;
    struct xz_case_row before, after;
    struct xz_buf undo = {0};
    char detail[256];
    bool has_part = false;
    enum xz_rc rc = xz_work_load(conn, on, &before, err);

    rc = rc == XZ_OK ? check_assignee(conn, doing, &before, err) : rc;
    rc =
        rc == XZ_OK ? xz_work_has_part(conn, &before.life, on->actor->account, &has_part, err) : rc;
    after = before;
    rc = rc == XZ_OK ? xz_case_command(&after.life, on->actor, has_part, doing->command,
                                       doing->desk->calendar, on->now_ms, err)
                     : rc;
    if (rc != XZ_OK) {
        return rc;
    }
    after.updated_ms = on->now_ms;
    if (after.life.state == XZ_CASE_CLOSED) {
        after.life.sampled |= xz_verdict_is_sampled(doing->desk->keys, on->case_id);
        rc = xz_verdict_put(conn, &after, on->actor, doing->command->text, on->now_ms, err);
    }
    remember(&before.life, after.life.version, &undo);
    describe(&after.life, doing->command, detail, sizeof(detail));
    rc = rc == XZ_OK ? xz_case_save(conn, &before, &after, err) : rc;
    rc = rc == XZ_OK ? xz_work_tell(conn, on, &after, xz_verb_names[doing->command->verb],
                                    doing->command->text, detail, (const char *)undo.data, err)
                     : rc;
    xz_buf_fini(&undo);
    return rc;
}

enum xz_rc xz_work_do(const struct xz_desk *desk, const struct xz_on_case *on,
                      const struct xz_command *command, struct xz_err *err)
{
    return xz_desk_write(desk, do_it, &(struct doing){desk, on, command}, err);
}

/* ---- undo ---- */

struct last_event {
    int64_t at_ms, actor;
    struct xz_buf undo;
};

static bool take_event(void *arg, const struct xz_db_row *row)
{
    struct last_event *last = arg;
    const struct xz_str undo = xz_db_text(row, 2);

    last->at_ms = xz_db_int(row, 0);
    last->actor = xz_db_int(row, 1);
    xz_buf_bytes(&last->undo, undo.ptr, undo.len);
    xz_buf_u8(&last->undo, 0);
    return false;
}

enum xz_rc xz_work_undoable(struct xz_db_conn *conn, const struct xz_case *life,
                            const struct xz_actor *actor, int64_t now_ms, int64_t *until_ms,
                            struct xz_case *as_it_was, struct xz_err *err)
{
    struct last_event last = {.at_ms = 0};
    const enum xz_rc rc = xz_db_query(conn,
                                      "SELECT at_ms, actor, undo FROM case_event "
                                      "WHERE case_id = ?1 ORDER BY id DESC LIMIT 1",
                                      XZ_DB_ARGS(XZ_DB_INT(life->id)), take_event, &last, err);

    *as_it_was = *life;
    *until_ms = 0;
    if (rc == XZ_OK && last.undo.len > 1 && last.actor == actor->account &&
        now_ms < last.at_ms + XZ_UNDO_MS && restore((const char *)last.undo.data, as_it_was)) {
        *until_ms = last.at_ms + XZ_UNDO_MS;
    }
    xz_buf_fini(&last.undo);
    return rc;
}

static enum xz_rc undo_it(struct xz_db_conn *conn, void *arg, struct xz_err *err)
{
    const struct xz_on_case *on = arg;
    struct xz_case_row before, after;
    int64_t until_ms = 0;
    enum xz_rc rc = xz_work_load(conn, on, &before, err);

    after = before;
    rc = rc == XZ_OK ? xz_work_undoable(conn, &before.life, on->actor, on->now_ms, &until_ms,
                                        &after.life, err)
                     : rc;
    if (rc == XZ_OK && until_ms == 0) {
        rc = xz_err_reject(err, "conflict", "", "there is nothing of yours to take back");
    }
    if (rc != XZ_OK) {
        return rc;
    }
    after.updated_ms = on->now_ms;
    if (before.life.state == XZ_CASE_CLOSED && after.life.state != XZ_CASE_CLOSED) {
        rc = xz_verdict_drop(conn, on->case_id, err);
    }
    rc = rc == XZ_OK ? xz_case_save(conn, &before, &after, err) : rc;
    return rc == XZ_OK ? xz_work_tell(conn, on, &after, "undo", XZ_STR_NONE, "", "", err) : rc;
}

enum xz_rc xz_work_undo(const struct xz_desk *desk, const struct xz_on_case *on, struct xz_err *err)
{
    struct xz_on_case copy = *on;

    return xz_desk_write(desk, undo_it, &copy, err);
}

/* ---- take next ---- */

struct taking {
    const struct xz_desk *desk;
    const struct xz_actor *actor;
    int64_t now_ms, *case_id;
};

static enum xz_rc lease(struct xz_db_conn *conn, const struct taking *taking, struct xz_err *err)
{
    const struct xz_on_case on = {
        .actor = taking->actor, .case_id = *taking->case_id, .now_ms = taking->now_ms};
    const struct xz_command command = {.verb = XZ_VERB_ASSIGN};
    struct xz_case_row before, after;
    enum xz_rc rc = xz_work_load(conn, &on, &before, err);

    after = before;
    rc = rc == XZ_OK ? xz_case_command(&after.life, taking->actor, false, &command,
                                       taking->desk->calendar, taking->now_ms, err)
                     : rc;
    after.life.lease_until_ms = taking->now_ms + XZ_LEASE_MS;
    after.updated_ms = taking->now_ms;
    rc = rc == XZ_OK ? xz_case_save(conn, &before, &after, err) : rc;
    return rc == XZ_OK ? xz_work_tell(conn, &on, &after, "take", XZ_STR_NONE, "", "", err) : rc;
}

#define FREE                                                                                       \
    "SELECT id FROM desk_case WHERE +is_open = 1 AND state IN ('new', 'assigned', 'returned') "    \
    "AND (assignee = 0 OR (lease_until_ms > 0 AND lease_until_ms <= ?1)) "                         \
    "AND snoozed_until_ms <= ?1"

static enum xz_rc find_free(struct xz_db_conn *conn, const struct taking *taking,
                            const char *select, const char *order, struct xz_err *err)
{
    struct xz_buf sql = {0};
    char scope[XZ_SCOPE_MAX];
    enum xz_rc rc;

    xz_buf_printf(&sql, "%s", select);
    xz_scope_sql(&sql, "region", 2);
    xz_buf_printf(&sql, "%s LIMIT 1%c", order, '\0');
    rc = xz_row_int(
        conn, (const char *)sql.data,
        XZ_DB_ARGS(XZ_DB_INT(taking->now_ms), XZ_DB_TEXT(xz_scope_value(taking->actor, scope))),
        taking->case_id, NULL, err);
    xz_buf_fini(&sql);
    return rc;
}

/* First what the control sample has about to break, see control.h; then what is worth most. */
static enum xz_rc take_it(struct xz_db_conn *conn, void *arg, struct xz_err *err)
{
    const struct taking *taking = arg;
    enum xz_rc rc;

    if (!xz_actor_may(taking->actor, XZ_MAY_WORK)) {
        return xz_err_reject(err, "forbidden", "", "the role may not take a case");
    }
    *taking->case_id = 0;
    rc = find_free(conn, taking, FREE " AND origin = 'control' AND soon_ms <= ?1",
                   " ORDER BY soon_ms, id", err);
    if (rc == XZ_OK && *taking->case_id == 0) {
        rc = find_free(conn, taking, FREE, " ORDER BY rank DESC, id DESC", err);
    }
    return rc == XZ_OK && *taking->case_id != 0 ? lease(conn, taking, err) : rc;
}

enum xz_rc xz_work_take_next(const struct xz_desk *desk, const struct xz_actor *actor,
                             int64_t now_ms, int64_t *case_id, struct xz_err *err)
{
    return xz_desk_write(desk, take_it, &(struct taking){desk, actor, now_ms, case_id}, err);
}

/* ---- time ---- */

#define TICK_BATCH 40 /* in one transaction, which others wait for */

struct ticking {
    int64_t now_ms, cases[TICK_BATCH];
    size_t count;
};

static bool take_due(void *arg, const struct xz_db_row *row)
{
    struct ticking *ticking = arg;

    ticking->cases[ticking->count++] = xz_db_int(row, 0);
    return ticking->count < TICK_BATCH;
}

static enum xz_rc tick_one(struct xz_db_conn *conn, int64_t case_id, int64_t now_ms,
                           struct xz_err *err)
{
    struct xz_case_row before, after;
    const char *what;
    char id[24];
    enum xz_rc rc = xz_case_load(conn, case_id, &before, err);

    after = before;
    if (rc != XZ_OK || !xz_case_tick(&after.life, now_ms)) {
        return rc;
    }
    what = after.life.escalated_ms != before.life.escalated_ms       ? "escalated"
           : after.life.clock != before.life.clock                   ? "clock"
           : after.life.lease_until_ms != before.life.lease_until_ms ? "lease_ended"
                                                                     : "woke";
    after.updated_ms = now_ms;
    (void)snprintf(id, sizeof(id), "%" PRId64, case_id);
    rc = xz_case_save(conn, &before, &after, err);
    rc = rc == XZ_OK
             ? xz_case_event(
                   conn,
                   &(struct xz_case_event){
                       .case_id = case_id, .at_ms = now_ms, .what = what, .detail = "", .undo = ""},
                   err)
             : rc;
    return rc == XZ_OK ? xz_change_note(conn,
                                        &(struct xz_change){.at_ms = now_ms,
                                                            .case_id = case_id,
                                                            .kind = "case",
                                                            .what = what,
                                                            .object = xz_str_from(id),
                                                            .region = xz_str_from(after.region)},
                                        err)
                       : rc;
}

static enum xz_rc find_due(struct xz_db_conn *conn, void *arg, struct xz_err *err)
{
    struct ticking *ticking = arg;

    return xz_db_query(
        conn,
        "SELECT id FROM desk_case WHERE lease_until_ms > 0 AND lease_until_ms <= ?1 "
        "UNION SELECT id FROM desk_case WHERE snoozed_until_ms > 0 AND snoozed_until_ms <= ?1 "
        "UNION SELECT id FROM desk_case WHERE is_open = 1 AND clock = 0 AND soon_ms <= ?1 "
        "UNION SELECT id FROM desk_case WHERE is_open = 1 AND clock = 1 AND due_ms <= ?1 "
        "UNION SELECT id FROM desk_case WHERE is_open = 1 AND escalated_ms = 0 AND idle_ms <= ?1 "
        "LIMIT 40",
        XZ_DB_ARGS(XZ_DB_INT(ticking->now_ms)), take_due, ticking, err);
}

static enum xz_rc tick_batch(struct xz_db_conn *conn, void *arg, struct xz_err *err)
{
    const struct ticking *ticking = arg;
    enum xz_rc rc = XZ_OK;

    for (size_t i = 0; rc == XZ_OK && i < ticking->count; i++) {
        rc = tick_one(conn, ticking->cases[i], ticking->now_ms, err);
    }
    return rc;
}

enum xz_rc xz_work_tick(const struct xz_desk *desk, int64_t now_ms, bool *more, struct xz_err *err)
{
    struct ticking ticking = {.now_ms = now_ms};
    enum xz_rc rc = xz_desk_read(desk, find_due, &ticking, err);

    /* Most of the time there is nothing, and nobody waits. What changed since is looked at again.
     */
    rc = rc == XZ_OK && ticking.count > 0 ? xz_desk_write(desk, tick_batch, &ticking, err) : rc;
    *more = rc == XZ_OK && ticking.count == TICK_BATCH;
    return rc;
}
