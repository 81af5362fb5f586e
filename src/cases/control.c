/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cases/control.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "cases/case_row.h"
#include "cases/change.h"
#include "cases/counter.h"
#include "cases/identity.h"
#include "cases/join.h"
#include "cases/mask.h"
#include "cases/row.h"

#define KIND_MAX 15 /* bytes */

struct drawing {
    const struct xz_desk *desk;
    const struct xz_control_draw *draw;
    int64_t now_ms;
    bool *opened;
    char subject[XZ_REF_MAX + 1];
    struct xz_case_row row;
};

static enum xz_rc count_drawn(struct xz_db_conn *conn, int64_t now_ms, int64_t *count,
                              struct xz_err *err)
{
    return xz_row_int(conn, "SELECT COUNT(*) FROM control_case WHERE month = ?1",
                      XZ_DB_ARGS(XZ_DB_INT(xz_month_of(now_ms))), count, NULL, err);
}

static enum xz_rc is_quota_left(struct xz_db_conn *conn, const struct drawing *drawing, bool *left,
                                struct xz_err *err)
{
    int64_t count = 0;
    const enum xz_rc rc = count_drawn(conn, drawing->now_ms, &count, err);

    *left = count < drawing->desk->control_per_month;
    return rc;
}

/* A person becomes a token. One who gets a number here was in no alert, and so becomes a case. */
static enum xz_rc name_subject(struct xz_db_conn *conn, struct drawing *drawing, struct xz_err *err)
{
    const struct xz_control_draw *draw = drawing->draw;
    struct xz_buf token = {0};
    int64_t person = 0;
    enum xz_rc rc = XZ_OK;

    if (!xz_kind_is_person(draw->subject_kind)) {
        (void)snprintf(drawing->subject, sizeof(drawing->subject), XZ_STR_FMT,
                       XZ_STR_ARG(draw->subject));
        return XZ_OK;
    }
    rc = xz_identity_of(conn, drawing->desk->keys, draw->subject, &person, err);
    xz_identity_token(person, &token);
    (void)snprintf(drawing->subject, sizeof(drawing->subject), "%.*s", (int)token.len,
                   (const char *)token.data);
    xz_buf_fini(&token);
    return rc;
}

/* Alerts are always of a case, so that its parties tell of both. */
static enum xz_rc was_quiet(struct xz_db_conn *conn, const struct drawing *drawing, bool *quiet,
                            struct xz_err *err)
{
    const struct xz_str kind = drawing->draw->subject_kind;
    const int64_t since_ms = drawing->now_ms - XZ_CONTROL_QUIET_DAYS * XZ_DAY_MS;
    int64_t cases = 0;
    const enum xz_rc rc =
        xz_row_int(conn,
                   "SELECT COUNT(*) FROM case_party p JOIN desk_case c ON c.id = p.case_id "
                   "WHERE p.kind = ?1 AND p.ref = ?2 AND (c.is_open = 1 OR c.updated_ms >= ?3 "
                   "OR c.news_ms >= ?3 OR p.ended_ms >= ?3)",
                   XZ_DB_ARGS(XZ_DB_TEXT(xz_kind_is_person(kind) ? XZ_STR("person") : kind),
                              XZ_DB_CSTR(drawing->subject), XZ_DB_INT(since_ms)),
                   &cases, NULL, err);

    *quiet = cases == 0;
    return rc;
}

static enum xz_rc put_parties(struct xz_db_conn *conn, const struct drawing *drawing,
                              struct xz_err *err)
{
    const struct xz_control_draw *draw = drawing->draw;
    const struct xz_alert_facts facts = {.subject_kind = drawing->row.subject_kind,
                                         .subject = drawing->row.subject,
                                         .started_ms = draw->at_ms,
                                         .ended_ms = draw->at_ms};
    json_t *like_alert = json_object(), *involved = json_array();
    enum xz_rc rc;

    if (draw->institution.len > 0) {
        (void)json_array_append_new(involved,
                                    json_pack("{s:s, s:o, s:s}", "kind", "institution", "id",
                                              xz_json_text(draw->institution), "role", "counter"));
    }
    (void)json_object_set_new(like_alert, "involved", involved);
    rc = xz_join_parties(conn, like_alert, &facts, drawing->row.life.id, err);
    json_decref(like_alert);
    return rc;
}

static enum xz_rc put_place(struct xz_db_conn *conn, const struct drawing *drawing,
                            struct xz_err *err)
{
    const struct xz_control_draw *draw = drawing->draw;

    return xz_db_exec(
        conn,
        "INSERT INTO control_case (case_id, month, drawn_ms, topic, part, place, at_ms, "
        "institution) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        XZ_DB_ARGS(XZ_DB_INT(drawing->row.life.id), XZ_DB_INT(xz_month_of(drawing->now_ms)),
                   XZ_DB_INT(drawing->now_ms), XZ_DB_TEXT(draw->topic), XZ_DB_INT(draw->partition),
                   XZ_DB_INT(draw->offset), XZ_DB_INT(draw->at_ms), XZ_DB_TEXT(draw->institution)),
        NULL, err);
}

static enum xz_rc tell(struct xz_db_conn *conn, const struct drawing *drawing, struct xz_err *err)
{
    const int64_t case_id = drawing->row.life.id, now_ms = drawing->now_ms;
    char id[24];
    enum xz_rc rc = xz_case_event(
        conn,
        &(struct xz_case_event){
            .case_id = case_id, .at_ms = now_ms, .what = "control", .detail = "", .undo = ""},
        err);

    (void)snprintf(id, sizeof(id), "%" PRId64, case_id);
    return rc == XZ_OK
               ? xz_change_note(conn,
                                &(struct xz_change){.at_ms = now_ms,
                                                    .case_id = case_id,
                                                    .kind = "case",
                                                    .what = "opened",
                                                    .object = xz_str_from(id),
                                                    .region = xz_str_from(drawing->row.region)},
                                err)
               : rc;
}

static enum xz_rc open_case(struct xz_db_conn *conn, struct drawing *drawing, struct xz_err *err)
{
    const struct xz_control_draw *draw = drawing->draw;
    const struct xz_str region =
        draw->institution_region.len > 0 ? draw->institution_region : draw->region;
    struct xz_case_row *row = &drawing->row;
    enum xz_rc rc;

    *row = (struct xz_case_row){.is_control = true, .probability = XZ_CONTROL_PROBABILITY};
    rc = xz_counter_next(conn, "case", &row->life.id, err);
    xz_case_open(&row->life, drawing->desk->calendar, drawing->now_ms);
    row->life.version = 1;
    row->updated_ms = row->news_ms = drawing->now_ms;
    (void)snprintf(row->region, sizeof(row->region), XZ_STR_FMT, XZ_STR_ARG(region));
    (void)snprintf(row->subject_kind, sizeof(row->subject_kind), XZ_STR_FMT,
                   XZ_STR_ARG(draw->subject_kind));
    (void)snprintf(row->subject, sizeof(row->subject), "%s", drawing->subject);
    rc = rc == XZ_OK ? xz_case_save(conn, NULL, row, err) : rc;
    rc = rc == XZ_OK ? put_parties(conn, drawing, err) : rc;
    rc = rc == XZ_OK ? put_place(conn, drawing, err) : rc;
    rc = rc == XZ_OK ? tell(conn, drawing, err) : rc;
    *drawing->opened = rc == XZ_OK;
    return rc;
}

static enum xz_rc draw_it(struct xz_db_conn *conn, void *arg, struct xz_err *err)
{
    struct drawing *drawing = arg;
    bool left = false, quiet = false;
    enum xz_rc rc = is_quota_left(conn, drawing, &left, err);

    if (rc != XZ_OK || !left) {
        return rc;
    }
    rc = name_subject(conn, drawing, err);
    rc = rc == XZ_OK ? was_quiet(conn, drawing, &quiet, err) : rc;
    return rc == XZ_OK && quiet ? open_case(conn, drawing, err) : rc;
}

enum xz_rc xz_control_draw(const struct xz_desk *desk, const struct xz_control_draw *draw,
                           int64_t now_ms, bool *opened, struct xz_err *err)
{
    struct drawing drawing = {.desk = desk, .draw = draw, .now_ms = now_ms, .opened = opened};
    enum xz_rc rc = xz_access_regions_check(draw->region, err);

    *opened = false;
    rc = rc == XZ_OK ? xz_access_regions_check(draw->institution_region, err) : rc;
    if (rc == XZ_OK &&
        (draw->subject.len == 0 || draw->subject.len > XZ_REF_MAX || draw->subject_kind.len == 0 ||
         draw->subject_kind.len > KIND_MAX || draw->institution.len > XZ_REF_MAX ||
         draw->region.len > 6 || draw->institution_region.len > 6)) {
        rc = xz_err_reject(err, "invalid", "subject", "a draw names a subject of the contract");
    }
    return rc == XZ_OK ? xz_desk_write(desk, draw_it, &drawing, err) : rc;
}

struct counting {
    int64_t now_ms, *drawn;
};

static enum xz_rc count(struct xz_db_conn *conn, void *arg, struct xz_err *err)
{
    const struct counting *counting = arg;

    return count_drawn(conn, counting->now_ms, counting->drawn, err);
}

enum xz_rc xz_control_drawn(const struct xz_desk *desk, int64_t now_ms, int64_t *drawn,
                            struct xz_err *err)
{
    *drawn = 0;
    return xz_desk_read(desk, count, &(struct counting){now_ms, drawn}, err);
}

/* ---- where it was drawn ---- */

struct looking {
    const struct xz_actor *actor;
    int64_t case_id;
    struct xz_control_place *place;
    bool found;
};

static bool take_place(void *arg, const struct xz_db_row *row)
{
    struct looking *looking = arg;

    (void)snprintf(looking->place->topic, sizeof(looking->place->topic), XZ_STR_FMT,
                   XZ_STR_ARG(xz_db_text(row, 0)));
    looking->place->partition = (int32_t)xz_db_int(row, 1);
    looking->place->offset = xz_db_int(row, 2);
    looking->found = xz_db_kind(row, 1) == XZ_DB_KIND_INT && xz_db_kind(row, 2) == XZ_DB_KIND_INT &&
                     looking->place->partition == xz_db_int(row, 1) &&
                     xz_actor_sees(looking->actor, xz_db_text(row, 3));
    return false;
}

static enum xz_rc find_place(struct xz_db_conn *conn, void *arg, struct xz_err *err)
{
    struct looking *looking = arg;
    const enum xz_rc rc =
        xz_db_query(conn,
                    "SELECT k.topic, k.part, k.place, c.region FROM control_case k "
                    "JOIN desk_case c ON c.id = k.case_id WHERE k.case_id = ?1",
                    XZ_DB_ARGS(XZ_DB_INT(looking->case_id)), take_place, looking, err);

    return rc == XZ_OK && !looking->found
               ? xz_err_reject(err, "not_found", "", "there is no such case of the control sample")
               : rc;
}

enum xz_rc xz_control_place(const struct xz_desk *desk, const struct xz_actor *actor,
                            int64_t case_id, struct xz_control_place *place, struct xz_err *err)
{
    struct xz_control_place found = {.topic = ""};
    struct looking looking = {.actor = actor, .case_id = case_id, .place = &found};
    const enum xz_rc rc = xz_desk_read(desk, find_place, &looking, err);

    if (rc == XZ_OK) {
        *place = found;
    }
    return rc;
}
