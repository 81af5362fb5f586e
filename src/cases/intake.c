/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cases/intake.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

#include "base/mem.h"
#include "cases/alert_facts.h"
#include "cases/alert_shape.h"
#include "cases/alert_store.h"
#include "cases/case_sum.h"
#include "cases/change.h"
#include "cases/counter.h"
#include "cases/join.h"
#include "cases/mask.h"
#include "cases/row.h"
#include "cases/work_int.h"

/* One alert on its way. */
struct arrival {
    const struct xz_intake_record *record;
    json_t *alert; /* people by their places in `people`; NULL when it is refused */
    struct xz_people people;
    struct xz_alert_facts facts;
    char why[100]; /* it is refused */

    /* Of one transaction. */
    json_t *numbered;
    struct xz_alert_known known; /* its row, if there is one */
    int64_t case_id;
    bool opens_case;
};

struct intake {
    const struct xz_desk *desk;
    struct xz_db_conn *conn;
    struct arrival *arrivals;
    size_t count, at; /* at: the one that is being applied */
    int64_t now_ms;
    struct xz_intake_report *report;
    struct xz_err *err;
};

static enum xz_rc tell_of_alert(struct intake *in, const struct arrival *arrival, const char *what)
{
    return xz_change_note(in->conn,
                          &(struct xz_change){
                              .at_ms = in->now_ms,
                              .case_id = arrival->case_id,
                              .kind = "alert",
                              .what = what,
                              .object = xz_str_from(arrival->facts.id),
                              .region = xz_str_from(arrival->facts.region),
                          },
                          in->err);
}

/* By the case's own region, which may be another than that of the alert that joins it. */
static enum xz_rc tell_of_case(struct intake *in, const struct arrival *arrival, const char *what)
{
    struct xz_buf region = {0};
    char id[24];
    enum xz_rc rc = xz_row_text(in->conn, "SELECT region FROM desk_case WHERE id = ?1",
                                XZ_DB_ARGS(XZ_DB_INT(arrival->case_id)), &region, NULL, in->err);

    (void)snprintf(id, sizeof(id), "%lld", (long long)arrival->case_id);
    rc = rc == XZ_OK ? xz_change_note(in->conn,
                                      &(struct xz_change){
                                          .at_ms = in->now_ms,
                                          .case_id = arrival->case_id,
                                          .kind = "case",
                                          .what = what,
                                          .object = xz_str_from(id),
                                          .region = xz_buf_view(&region),
                                      },
                                      in->err)
                     : rc;
    xz_buf_fini(&region);
    return rc;
}

static enum xz_rc note_event(struct intake *in, const struct arrival *arrival, int64_t case_id,
                             const char *what)
{
    char detail[200];

    (void)snprintf(detail, sizeof(detail), "{\"alert\":\"%s\",\"pattern\":\"%s\",\"rev\":%lld}",
                   arrival->facts.id, arrival->facts.pattern, (long long)arrival->facts.rev);
    return xz_case_event(
        in->conn,
        &(struct xz_case_event){
            .case_id = case_id, .at_ms = in->now_ms, .what = what, .detail = detail, .undo = ""},
        in->err);
}

/* ---- which case ---- */

static enum xz_rc open_case(struct intake *in, struct arrival *arrival)
{
    const struct xz_alert_facts *facts = &arrival->facts;
    struct xz_case_row row = {.probability = 0};
    enum xz_rc rc = xz_counter_next(in->conn, "case", &row.life.id, in->err);

    if (rc != XZ_OK) {
        return rc;
    }
    xz_case_open(&row.life, in->desk->calendar, in->now_ms);
    row.life.version = 0;
    row.updated_ms = in->now_ms;
    (void)snprintf(row.region, sizeof(row.region), "%s", facts->region);
    (void)snprintf(row.subject_kind, sizeof(row.subject_kind), "%s", facts->subject_kind);
    (void)snprintf(row.subject, sizeof(row.subject), "%s", facts->subject);
    arrival->case_id = row.life.id;
    arrival->opens_case = true;
    rc = xz_case_save(in->conn, NULL, &row, in->err);
    return rc == XZ_OK ? tell_of_case(in, arrival, "opened") : rc;
}

static enum xz_rc link_others(struct intake *in, const struct arrival *arrival,
                              const struct xz_join *join)
{
    enum xz_rc rc = XZ_OK;

    for (size_t i = 0; rc == XZ_OK && i < join->count; i++) {
        if (join->cases[i] != arrival->case_id) {
            rc = xz_case_link(in->conn, arrival->case_id, join->cases[i],
                              i == 0 && join->first_is_full ? XZ_STR("continues")
                                                            : XZ_STR("shares an episode"),
                              in->err);
        }
    }
    return rc;
}

static enum xz_rc find_case(struct intake *in, struct arrival *arrival)
{
    struct xz_join join;
    enum xz_rc rc = xz_join_find(in->conn, arrival->numbered, &arrival->facts, &join, in->err);

    if (rc == XZ_OK && join.count > 0 && !join.first_is_full) {
        arrival->case_id = join.cases[0];
    } else if (rc == XZ_OK) {
        rc = open_case(in, arrival);
    }
    rc = rc == XZ_OK ? link_others(in, arrival, &join) : rc;
    if (rc == XZ_OK && arrival->known.found && arrival->known.case_id != arrival->case_id) {
        rc = xz_case_link(in->conn, arrival->case_id, arrival->known.case_id,
                          XZ_STR("goes on after it was closed"), in->err);
    }
    return rc;
}

/* ---- a revision of an alert whose case is closed ---- */

/* The case stays as it was decided; it is told of what came after. */
static enum xz_rc tell_closed(struct intake *in, struct arrival *arrival)
{
    struct xz_case_row before, after;
    enum xz_rc rc = xz_case_load(in->conn, arrival->known.case_id, &before, in->err);

    if (rc != XZ_OK) {
        return rc;
    }
    after = before;
    after.life.version++;
    after.news_ms = in->now_ms;
    arrival->case_id = before.life.id;
    rc = xz_alert_seen(in->conn, &arrival->known, arrival->facts.rev, in->err);
    rc = rc == XZ_OK ? xz_case_save(in->conn, &before, &after, in->err) : rc;
    rc = rc == XZ_OK ? note_event(in, arrival, before.life.id,
                                  arrival->facts.is_withdrawn ? "withdrawn" : "revision")
                     : rc;
    return rc == XZ_OK ? tell_of_case(in, arrival, "news") : rc;
}

/* ---- applying ---- */

/* Does it say more than it did? That an episode has ended, with what was there, is no more. */
static bool says_more(const struct arrival *arrival)
{
    const struct xz_alert_known *known = &arrival->known;
    const struct xz_alert_facts *facts = &arrival->facts;

    return !facts->is_withdrawn && (!known->found || facts->events != known->events ||
                                    facts->amount_fen != known->amount_fen);
}

static enum xz_rc apply(struct intake *in, struct arrival *arrival)
{
    const bool is_new = !arrival->known.found;
    const bool goes_on = !is_new && arrival->known.case_is_closed;
    const char *what = arrival->facts.is_withdrawn ? "withdrawn" : is_new ? "new" : "revision";
    enum xz_rc rc = XZ_OK;

    if (goes_on &&
        (arrival->facts.is_withdrawn || arrival->facts.events <= arrival->known.events)) {
        return tell_closed(in, arrival);
    }
    if (is_new || goes_on) {
        rc = find_case(in, arrival);
    } else {
        arrival->case_id = arrival->known.case_id;
    }
    rc = rc == XZ_OK
             ? xz_alert_put(in->conn,
                            &(struct xz_alert_put){.alert = arrival->numbered,
                                                   .facts = &arrival->facts,
                                                   .known = goes_on ? NULL : &arrival->known,
                                                   .replaced = goes_on ? &arrival->known : NULL,
                                                   .topic = arrival->record->topic,
                                                   .partition = arrival->record->partition,
                                                   .offset = arrival->record->offset,
                                                   .case_id = arrival->case_id,
                                                   .now_ms = in->now_ms},
                            in->err)
             : rc;
    rc = rc == XZ_OK ? xz_join_parties(in->conn, arrival->numbered, &arrival->facts,
                                       arrival->case_id, in->err)
                     : rc;
    rc = rc == XZ_OK
             ? xz_case_recount(in->conn, arrival->case_id, is_new || goes_on, in->now_ms, in->err)
             : rc;
    rc = rc == XZ_OK ? note_event(in, arrival, arrival->case_id, what) : rc;
    rc = rc == XZ_OK ? tell_of_alert(in, arrival, what) : rc;
    if (rc == XZ_OK && !arrival->opens_case) {
        rc = tell_of_case(in, arrival, "news");
    }
    if (rc == XZ_OK && says_more(arrival)) {
        rc = xz_work_unsettle(in->conn, arrival->case_id, in->now_ms, in->err);
    }
    in->report->taken += rc == XZ_OK && is_new;
    in->report->revised += rc == XZ_OK && !is_new;
    return rc;
}

/* The people of an alert have numbers, and it has them; its facts tell of its subject by that. */
static enum xz_rc number_people(struct intake *in, struct arrival *arrival)
{
    const enum xz_rc rc = xz_alert_number(in->conn, in->desk->keys, arrival->alert,
                                          &arrival->people, &arrival->numbered, in->err);

    arrival->facts.subject =
        json_string_value(json_object_get(json_object_get(arrival->numbered, "subject"), "id"));
    return rc;
}

/* The region of an alert is that of its newest event. Once told of, it stays with the pool that it
 * was told to: it neither leaves that one's cases nor shows them to others. */
static void keep_pool(struct arrival *arrival)
{
    const struct xz_alert_known *known = &arrival->known;
    const char *region = json_string_value(json_object_get(arrival->alert, "region"));

    if (known->found && !xz_str_eq(xz_pool_of(region), xz_pool_of(known->region))) {
        region = known->region;
    }
    (void)snprintf(arrival->facts.region, sizeof(arrival->facts.region), "%s", region);
}

static enum xz_rc take(struct intake *in, struct arrival *arrival)
{
    enum xz_rc rc = xz_alert_find(in->conn, arrival->facts.id, &arrival->known, in->err);

    arrival->opens_case = false;
    if (rc == XZ_OK && arrival->known.found && arrival->facts.rev <= arrival->known.rev) {
        in->report->old++;
        return XZ_OK;
    }
    keep_pool(arrival);
    rc = rc == XZ_OK ? number_people(in, arrival) : rc;
    rc = rc == XZ_OK ? apply(in, arrival) : rc;
    json_decref(arrival->numbered);
    arrival->numbered = NULL;
    return rc;
}

/* ---- places ---- */

static enum xz_rc read_place(struct xz_db_conn *conn, const char *topic, int32_t partition,
                             int64_t *next, struct xz_err *err)
{
    *next = 0;
    return xz_row_int(conn, "SELECT next FROM feed_place WHERE topic = ?1 AND part = ?2",
                      XZ_DB_ARGS(XZ_DB_CSTR(topic), XZ_DB_INT(partition)), next, NULL, err);
}

static enum xz_rc move_place(struct intake *in, const struct xz_intake_record *record)
{
    return xz_db_exec(in->conn,
                      "INSERT INTO feed_place (topic, part, next) VALUES (?1, ?2, ?3) "
                      "ON CONFLICT (topic, part) DO UPDATE SET next = excluded.next",
                      XZ_DB_ARGS(XZ_DB_CSTR(record->topic), XZ_DB_INT(record->partition),
                                 XZ_DB_INT(record->offset + 1)),
                      NULL, in->err);
}

static void count_refused(struct intake *in, const struct arrival *arrival)
{
    const struct xz_intake_record *record = arrival->record;

    in->report->rejected++;
    (void)snprintf(in->report->last_reject, sizeof(in->report->last_reject),
                   "%.60s[%d]@%lld: %.90s", record->topic, record->partition,
                   (long long)record->offset, arrival->why);
}

static enum xz_rc take_all(struct xz_db_conn *conn, void *arg, struct xz_err *err)
{
    struct intake *in = arg;
    enum xz_rc rc = XZ_OK;

    in->conn = conn;
    in->err = err;
    *in->report = (struct xz_intake_report){0};
    for (in->at = 0; rc == XZ_OK && in->at < in->count; in->at += rc == XZ_OK) {
        struct arrival *arrival = &in->arrivals[in->at];
        const struct xz_intake_record *record = arrival->record;
        int64_t next = 0;

        rc = read_place(conn, record->topic, record->partition, &next, err);
        if (rc != XZ_OK || record->offset < next) {
            continue;
        }
        if (arrival->why[0] != '\0') {
            count_refused(in, arrival);
        } else {
            rc = take(in, arrival);
        }
        rc = rc == XZ_OK ? move_place(in, record) : rc;
    }
    return rc;
}

/* ---- the records, before any transaction ---- */

static enum xz_rc read_alert(struct xz_str value, struct arrival *arrival, struct xz_err *err)
{
    json_t *given;
    enum xz_rc rc;

    if (value.len > XZ_ALERT_BYTES_MAX) {
        return xz_err_reject(err, "too_large", "", "an alert of %u bytes", value.len);
    }
    given = json_loadb(value.len > 0 ? value.ptr : "", value.len, JSON_REJECT_DUPLICATES, NULL);
    if (given == NULL) {
        return xz_err_reject(err, "invalid", "", "the record is not JSON");
    }
    rc = xz_alert_shape(given, &arrival->alert, err);
    json_decref(given);
    rc = rc == XZ_OK ? xz_alert_facts_read(arrival->alert, &arrival->facts, err) : rc;
    if (rc == XZ_OK) {
        xz_alert_mask(arrival->alert, &arrival->people);
    }
    return rc;
}

static void refuse(struct arrival *arrival, const struct xz_err *err)
{
    (void)snprintf(arrival->why, sizeof(arrival->why), "%.99s", err->msg);
}

static struct arrival *read_all(const struct xz_intake_record *records, size_t count)
{
    struct arrival *arrivals = xz_calloc(count, sizeof(*arrivals));

    for (size_t i = 0; i < count; i++) {
        struct xz_err err = {0};

        arrivals[i].record = &records[i];
        if (read_alert(records[i].value, &arrivals[i], &err) != XZ_OK) {
            refuse(&arrivals[i], &err);
        }
    }
    return arrivals;
}

enum xz_rc xz_intake(const struct xz_desk *desk, const struct xz_intake_record *records,
                     size_t count, int64_t now_ms, struct xz_intake_report *report,
                     struct xz_err *err)
{
    struct xz_err own = {0}, *told = err != NULL ? err : &own;
    struct intake in = {.desk = desk, .count = count, .now_ms = now_ms, .report = report};
    enum xz_rc rc = XZ_OK;

    *report = (struct xz_intake_report){0};
    if (count == 0) {
        return XZ_OK;
    }
    in.arrivals = read_all(records, count);
    /* What the database itself refuses is one record's fault: the others are applied without. */
    while ((rc = xz_desk_write(desk, take_all, &in, told)) == XZ_REJECT && in.at < count &&
           in.arrivals[in.at].why[0] == '\0') {
        refuse(&in.arrivals[in.at], told);
    }
    for (size_t i = 0; i < count; i++) {
        xz_alert_facts_fini(&in.arrivals[i].facts);
        xz_people_fini(&in.arrivals[i].people);
        json_decref(in.arrivals[i].alert);
    }
    free(in.arrivals);
    return rc == XZ_REJECT ? XZ_FATAL : rc;
}

struct place {
    const char *topic;
    int32_t partition;
    int64_t *next;
};

static enum xz_rc place_of(struct xz_db_conn *conn, void *arg, struct xz_err *err)
{
    const struct place *place = arg;

    return read_place(conn, place->topic, place->partition, place->next, err);
}

enum xz_rc xz_intake_place(const struct xz_desk *desk, const char *topic, int32_t partition,
                           int64_t *next, struct xz_err *err)
{
    return xz_desk_read(desk, place_of, &(struct place){topic, partition, next}, err);
}
