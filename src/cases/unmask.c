/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cases/unmask.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cases/counter.h"
#include "cases/identity.h"
#include "cases/view_int.h"

static enum xz_rc check_may(const struct xz_actor *actor, enum xz_permission permission,
                            struct xz_err *err)
{
    return xz_actor_may(actor, permission)
               ? XZ_OK
               : xz_err_reject(err, "forbidden", "", "the role may not do that with identities");
}

static enum xz_rc check_reason(struct xz_str reason, struct xz_err *err)
{
    return reason.len >= XZ_UNMASK_REASON_MIN && reason.len <= XZ_UNMASK_REASON_MAX &&
                   !xz_str_is_blank(reason)
               ? XZ_OK
               : xz_err_reject(err, "invalid", "reason", "give a reason, %d to %d bytes",
                               XZ_UNMASK_REASON_MIN, XZ_UNMASK_REASON_MAX);
}

/* ---- people ---- */

#define UNKNOWN_REGION XZ_STR("-") /* of no account's regions but everywhere */

/* One who is in no case of the actor's, and one whom nobody knows: the answer is the same. */
static enum xz_rc no_person(struct xz_err *err)
{
    return xz_err_reject(err, "not_found", "people", "there is no such person in your cases");
}

/* The region of a case of this person that the actor sees, appended; "not_found" when there is
 * none. case_id 0: of any case. */
static enum xz_rc find_region(struct xz_db_conn *conn, const struct xz_actor *actor, int64_t person,
                              int64_t case_id, struct xz_buf *region, struct xz_err *err)
{
    struct xz_query query = {.count = 0};
    struct xz_buf token = {0};
    bool found = false;
    enum xz_rc rc;

    xz_identity_token(person, &token);
    xz_query_add(&query, "SELECT c.region FROM case_party p JOIN desk_case c ON c.id = p.case_id "
                         "WHERE p.kind = 'person' AND p.ref = ?1");
    (void)xz_query_bind(&query, XZ_DB_TEXT(xz_buf_view(&token)));
    if (case_id != 0) {
        xz_buf_printf(&query.sql, " AND c.id = ?%d", xz_query_bind(&query, XZ_DB_INT(case_id)));
    }
    xz_query_in_scope(&query, "c.region", actor);
    xz_buf_printf(&query.sql, " ORDER BY c.id DESC LIMIT 1%c", '\0');
    rc = xz_row_text(conn, (const char *)query.sql.data, query.args, query.count, region, &found,
                     err);
    xz_query_fini(&query);
    xz_buf_fini(&token);
    return rc == XZ_OK && !found ? no_person(err) : rc;
}

/* The person's pseudonym and id to the list, and the record of it. */
static enum xz_rc tell_person(struct xz_db_conn *conn, const struct xz_desk *desk,
                              const struct xz_actor *actor, int64_t person, const char *detail,
                              int64_t now_ms, json_t *people, struct xz_err *err)
{
    char pseudonym[XZ_PSEUDONYM_LEN + 1];
    struct xz_buf id = {0}, token = {0};
    enum xz_rc rc = xz_identity_pseudonym(conn, person, pseudonym, err);

    xz_identity_token(person, &token);
    rc = rc == XZ_OK ? xz_identity_reveal(conn, desk->keys, person, &id, err) : rc;
    rc = rc == XZ_OK ? xz_desk_audit(conn, actor, "person.unmask", "person", xz_buf_view(&token),
                                     detail, now_ms, err)
                     : rc;
    if (rc == XZ_OK) {
        json_t *told = json_object();

        (void)json_object_set_new(told, "pseudonym", json_string(pseudonym));
        (void)json_object_set_new(told, "id", xz_json_text(xz_buf_view(&id)));
        (void)json_array_append_new(people, told);
    }
    xz_buf_fini(&id);
    xz_buf_fini(&token);
    return rc;
}

/* {"reason":..,"case":..,"request":..}: the caller's. */
static char *detail_of(struct xz_str reason, int64_t case_id, int64_t request)
{
    json_t *detail = json_object();
    char *text;

    (void)json_object_set_new(detail, "reason", xz_json_text(reason));
    if (case_id != 0) {
        (void)json_object_set_new(detail, "case", json_integer(case_id));
    }
    if (request != 0) {
        (void)json_object_set_new(detail, "request", json_integer(request));
    }
    text = json_dumps(detail, JSON_COMPACT);
    json_decref(detail);
    return text;
}

/* ---- asking ---- */

struct asking {
    const struct xz_desk *desk;
    const struct xz_actor *actor;
    const struct xz_unmask *ask;
    int64_t now_ms;
    json_t *answer;
    int64_t people[XZ_UNMASK_PEOPLE_MAX];
    struct xz_buf list, regions; /* "17,18", "210102,210103" */
};

static void add_word(struct xz_buf *list, struct xz_str word)
{
    struct xz_buf has = {0}, wanted = {0};

    xz_buf_printf(&has, ",%.*s,", (int)list->len, (const char *)list->data);
    xz_buf_printf(&wanted, "," XZ_STR_FMT ",", XZ_STR_ARG(word));
    if (memmem(has.data, has.len, wanted.data, wanted.len) == NULL) {
        xz_buf_printf(list, "%s" XZ_STR_FMT, list->len > 0 ? "," : "", XZ_STR_ARG(word));
    }
    xz_buf_fini(&has);
    xz_buf_fini(&wanted);
}

static enum xz_rc find_people(struct xz_db_conn *conn, struct asking *asking, struct xz_err *err)
{
    enum xz_rc rc = XZ_OK;

    for (size_t i = 0; rc == XZ_OK && i < asking->ask->count; i++) {
        struct xz_buf region = {0};
        char number[24];

        rc = xz_identity_find(conn, asking->ask->people[i], &asking->people[i], err);
        rc = rc == XZ_REJECT ? no_person(err) : rc;
        rc = rc == XZ_OK ? find_region(conn, asking->actor, asking->people[i], asking->ask->case_id,
                                       &region, err)
                         : rc;
        (void)snprintf(number, sizeof(number), "%" PRId64, asking->people[i]);
        add_word(&asking->list, xz_str_from(number));
        add_word(&asking->regions, region.len > 0 ? xz_buf_view(&region) : UNKNOWN_REGION);
        xz_buf_fini(&region);
    }
    return rc;
}

static enum xz_rc had_alone(struct xz_db_conn *conn, const struct asking *asking, int64_t *count,
                            struct xz_err *err)
{
    return xz_row_int(
        conn,
        "SELECT COUNT(*) FROM unmask_request WHERE account = ?1 AND asked_ms > ?2 "
        "AND second = 0 AND granted = 1",
        XZ_DB_ARGS(XZ_DB_INT(asking->actor->account), XZ_DB_INT(asking->now_ms - XZ_DAY_MS)), count,
        NULL, err);
}

static enum xz_rc put_request(struct xz_db_conn *conn, const struct asking *asking, bool alone,
                              int64_t *request, struct xz_err *err)
{
    enum xz_rc rc = xz_counter_next(conn, "unmask_request", request, err);

    return rc == XZ_OK
               ? xz_db_exec(conn,
                            "INSERT INTO unmask_request (id, account, account_name, people, "
                            "regions, reason, asked_ms, second, decided_ms, granted) "
                            "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 0, ?8, ?9)",
                            XZ_DB_ARGS(XZ_DB_INT(*request), XZ_DB_INT(asking->actor->account),
                                       XZ_DB_CSTR(asking->actor->name),
                                       XZ_DB_TEXT(xz_buf_view(&asking->list)),
                                       XZ_DB_TEXT(xz_buf_view(&asking->regions)),
                                       XZ_DB_TEXT(asking->ask->reason), XZ_DB_INT(asking->now_ms),
                                       XZ_DB_INT(alone ? asking->now_ms : 0), XZ_DB_INT(alone)),
                            NULL, err)
               : rc;
}

static enum xz_rc ask_it(struct xz_db_conn *conn, void *arg, struct xz_err *err)
{
    struct asking *asking = arg;
    const struct xz_unmask *ask = asking->ask;
    json_t *people = json_array();
    int64_t before = 0, request = 0;
    char *detail = NULL;
    bool alone;
    enum xz_rc rc = find_people(conn, asking, err);

    rc = rc == XZ_OK ? had_alone(conn, asking, &before, err) : rc;
    alone = ask->count == 1 && before < XZ_UNMASK_ALONE_MAX;
    rc = rc == XZ_OK ? put_request(conn, asking, alone, &request, err) : rc;
    detail = detail_of(ask->reason, ask->case_id, request);
    if (rc == XZ_OK && alone) {
        rc = tell_person(conn, asking->desk, asking->actor, asking->people[0], detail,
                         asking->now_ms, people, err);
        (void)json_object_set(asking->answer, "people", people);
    } else if (rc == XZ_OK) {
        rc = xz_desk_audit_on(conn, asking->actor, "unmask.ask", "unmask", request, detail,
                              asking->now_ms, err);
        (void)json_object_set_new(asking->answer, "request", json_integer(request));
    }
    json_decref(people);
    free(detail);
    return rc;
}

static void put_answer(json_t *answer, enum xz_rc rc, struct xz_buf *out)
{
    char *text = rc == XZ_OK ? json_dumps(answer, JSON_COMPACT) : NULL;

    if (text != NULL) {
        xz_buf_bytes(out, text, strlen(text));
    }
    free(text);
    json_decref(answer);
}

enum xz_rc xz_unmask_ask(const struct xz_desk *desk, const struct xz_actor *actor,
                         const struct xz_unmask *ask, int64_t now_ms, struct xz_buf *out,
                         struct xz_err *err)
{
    struct asking asking = {.desk = desk, .actor = actor, .ask = ask, .now_ms = now_ms};
    enum xz_rc rc = check_may(actor, XZ_MAY_UNMASK, err);

    rc = rc == XZ_OK ? check_reason(ask->reason, err) : rc;
    if (rc == XZ_OK && (ask->count == 0 || ask->count > XZ_UNMASK_PEOPLE_MAX)) {
        rc = xz_err_reject(err, "invalid", "people", "1 to %d people", XZ_UNMASK_PEOPLE_MAX);
    }
    if (rc != XZ_OK) {
        return rc;
    }
    asking.answer = json_object();
    rc = xz_desk_write(desk, ask_it, &asking, err);
    put_answer(asking.answer, rc, out);
    xz_buf_fini(&asking.list);
    xz_buf_fini(&asking.regions);
    return rc;
}

/* ---- requests ---- */

struct request {
    int64_t id, account, asked_ms, decided_ms;
    bool granted, found;
    struct xz_buf people, regions, reason;
};

static const char *state_of(const struct request *request, int64_t now_ms)
{
    if (request->decided_ms == 0) {
        return now_ms < request->asked_ms + XZ_UNMASK_WAIT_MS ? "waiting" : "expired";
    }
    if (!request->granted) {
        return "refused";
    }
    return now_ms < request->decided_ms + XZ_UNMASK_READ_MS ? "granted" : "expired";
}

static void append(struct xz_buf *buf, struct xz_str text)
{
    xz_buf_bytes(buf, text.ptr, text.len);
}

static bool take_request(void *arg, const struct xz_db_row *row)
{
    struct request *request = arg;

    request->found = true;
    request->id = xz_db_int(row, 0);
    request->account = xz_db_int(row, 1);
    request->asked_ms = xz_db_int(row, 2);
    request->decided_ms = xz_db_int(row, 3);
    request->granted = xz_db_int(row, 4) != 0;
    append(&request->people, xz_db_text(row, 5));
    append(&request->regions, xz_db_text(row, 6));
    append(&request->reason, xz_db_text(row, 7));
    return false;
}

static void request_fini(struct request *request)
{
    xz_buf_fini(&request->people);
    xz_buf_fini(&request->regions);
    xz_buf_fini(&request->reason);
}

static enum xz_rc load_request(struct xz_db_conn *conn, int64_t id, struct request *request,
                               struct xz_err *err)
{
    const enum xz_rc rc =
        xz_db_query(conn,
                    "SELECT id, account, asked_ms, decided_ms, granted, people, regions, reason "
                    "FROM unmask_request WHERE id = ?1 AND NOT (second = 0 AND granted = 1)",
                    XZ_DB_ARGS(XZ_DB_INT(id)), take_request, request, err);

    return rc == XZ_OK && !request->found
               ? xz_err_reject(err, "not_found", "", "there is no such request")
               : rc;
}

static bool sees_all(const struct xz_actor *actor, json_t *regions)
{
    const json_t *region;
    size_t i;
    bool all = true;

    json_array_foreach(regions, i, region)
    {
        all &= xz_actor_sees(actor, xz_str_from(json_string_value(region)));
    }
    return all;
}

/* Adds what is derived, takes away what is not shown; false when it is not the actor's to see. */
static bool show_request(json_t *row, const struct xz_actor *actor, int64_t now_ms)
{
    const struct request request = {
        .asked_ms = json_integer_value(json_object_get(row, "asked_ms")),
        .decided_ms = json_integer_value(json_object_get(row, "decided_ms")),
        .granted = json_is_true(json_object_get(row, "granted"))};
    const bool mine = json_integer_value(json_object_get(row, "account")) == actor->account;
    const char *state = state_of(&request, now_ms);
    const bool seen =
        mine || (strcmp(state, "waiting") == 0 && xz_actor_may(actor, XZ_MAY_APPROVE) &&
                 sees_all(actor, json_object_get(row, "regions")));
    static const char *const hidden[] = {"asked_ms", "decided_ms", "granted", "account", "regions"};

    (void)json_object_set_new(row, "mine", json_boolean(mine));
    (void)json_object_set_new(row, "state", json_string(state));
    (void)json_object_set_new(
        row, "people", json_integer((json_int_t)json_array_size(json_object_get(row, "people"))));
    (void)json_object_set_new(row, "asked", xz_json_time(request.asked_ms));
    for (size_t i = 0; i < sizeof(hidden) / sizeof(hidden[0]); i++) {
        (void)json_object_del(row, hidden[i]);
    }
    return seen;
}

static enum xz_rc fill_requests(struct xz_db_conn *conn, void *arg, json_t **made,
                                struct xz_err *err)
{
    static const struct xz_column columns[] = {
        {"id", XZ_COLUMN_INT},       {"asked_by", XZ_COLUMN_TEXT},  {"account", XZ_COLUMN_INT},
        {"people", XZ_COLUMN_WORDS}, {"regions", XZ_COLUMN_WORDS},  {"reason", XZ_COLUMN_TEXT},
        {"asked_ms", XZ_COLUMN_INT}, {"decided_ms", XZ_COLUMN_INT}, {"granted", XZ_COLUMN_BOOL}};
    const struct xz_desk_view *view = arg;
    json_t *rows = json_array(), *shown = json_array(), *row;
    size_t i;
    enum xz_rc rc = xz_rows_json(
        conn, XZ_COLUMNS(columns),
        "SELECT id, account_name, account, people, regions, reason, asked_ms, decided_ms, granted "
        "FROM unmask_request WHERE NOT (second = 0 AND granted = 1) AND (account = ?1 "
        "OR (decided_ms = 0 AND asked_ms > ?2)) ORDER BY id DESC LIMIT 200",
        XZ_DB_ARGS(XZ_DB_INT(view->actor->account), XZ_DB_INT(view->now_ms - XZ_UNMASK_WAIT_MS)),
        rows, err);

    json_array_foreach(rows, i, row)
    {
        if (show_request(row, view->actor, view->now_ms)) {
            (void)json_array_append(shown, row);
        }
    }
    json_decref(rows);
    *made = json_object();
    (void)json_object_set_new(*made, "items", shown);
    (void)json_object_set_new(*made, "as_of", xz_json_time(view->now_ms));
    return rc;
}

enum xz_rc xz_unmask_list(const struct xz_desk_view *view, struct xz_buf *out, struct xz_err *err)
{
    struct xz_desk_view copy = *view;
    const enum xz_rc rc = check_may(view->actor, XZ_MAY_UNMASK, err);

    return rc == XZ_OK ? xz_view_fill(view, fill_requests, &copy, out, err) : rc;
}

/* ---- deciding ---- */

struct deciding {
    const struct xz_actor *actor;
    int64_t request, now_ms;
    bool grant;
    struct xz_str reason;
};

static enum xz_rc check_decision(const struct deciding *deciding, const struct request *request,
                                 struct xz_err *err)
{
    json_t *regions = xz_json_words(xz_buf_view(&request->regions));
    const bool sees = sees_all(deciding->actor, regions);

    json_decref(regions);
    if (request->account == deciding->actor->account) {
        return xz_err_reject(err, "second_person_needed", "", "another person decides on it");
    }
    if (!sees) {
        return xz_err_reject(err, "not_found", "", "there is no such request");
    }
    return strcmp(state_of(request, deciding->now_ms), "waiting") == 0
               ? XZ_OK
               : xz_err_reject(err, "conflict", "state", "the request does not wait any more");
}

static enum xz_rc decide_it(struct xz_db_conn *conn, void *arg, struct xz_err *err)
{
    const struct deciding *deciding = arg;
    struct request request = {.found = false};
    char *detail = detail_of(deciding->reason, 0, 0);
    enum xz_rc rc = load_request(conn, deciding->request, &request, err);

    rc = rc == XZ_OK ? check_decision(deciding, &request, err) : rc;
    rc = rc == XZ_OK
             ? xz_db_exec(conn,
                          "UPDATE unmask_request SET second = ?2, decided_ms = ?3, granted = ?4 "
                          "WHERE id = ?1",
                          XZ_DB_ARGS(XZ_DB_INT(deciding->request),
                                     XZ_DB_INT(deciding->actor->account),
                                     XZ_DB_INT(deciding->now_ms), XZ_DB_INT(deciding->grant)),
                          NULL, err)
             : rc;
    rc = rc == XZ_OK ? xz_desk_audit_on(conn, deciding->actor,
                                        deciding->grant ? "unmask.grant" : "unmask.refuse",
                                        "unmask", deciding->request, detail, deciding->now_ms, err)
                     : rc;
    request_fini(&request);
    free(detail);
    return rc;
}

enum xz_rc xz_unmask_decide(const struct xz_desk *desk, const struct xz_actor *actor,
                            int64_t request, bool grant, struct xz_str reason, int64_t now_ms,
                            struct xz_err *err)
{
    enum xz_rc rc = check_may(actor, XZ_MAY_UNMASK, err);

    rc = rc == XZ_OK ? check_may(actor, XZ_MAY_APPROVE, err) : rc;
    rc = rc == XZ_OK ? check_reason(reason, err) : rc;
    return rc == XZ_OK
               ? xz_desk_write(desk, decide_it,
                               &(struct deciding){actor, request, now_ms, grant, reason}, err)
               : rc;
}

/* ---- reading ---- */

struct reading {
    const struct xz_desk *desk;
    const struct xz_actor *actor;
    int64_t request, now_ms;
    json_t *answer;
};

static enum xz_rc tell_people(struct xz_db_conn *conn, const struct reading *reading,
                              const struct request *request, json_t *people, struct xz_err *err)
{
    json_t *numbers = xz_json_words(xz_buf_view(&request->people)), *number;
    char *detail = detail_of(xz_buf_view(&request->reason), 0, reading->request);
    size_t i;
    enum xz_rc rc = XZ_OK;

    json_array_foreach(numbers, i, number)
    {
        const int64_t person = strtoll(json_string_value(number), NULL, 10);
        struct xz_buf region = {0};

        /* the account's regions may be others by now */
        rc = rc == XZ_OK ? find_region(conn, reading->actor, person, 0, &region, err) : rc;
        rc = rc == XZ_OK ? tell_person(conn, reading->desk, reading->actor, person, detail,
                                       reading->now_ms, people, err)
                         : rc;
        xz_buf_fini(&region);
    }
    json_decref(numbers);
    free(detail);
    return rc;
}

static enum xz_rc read_it(struct xz_db_conn *conn, void *arg, struct xz_err *err)
{
    const struct reading *reading = arg;
    struct request request = {.found = false};
    json_t *people = json_array();
    const char *state;
    enum xz_rc rc = load_request(conn, reading->request, &request, err);

    if (rc == XZ_OK && request.account != reading->actor->account) {
        rc = xz_err_reject(err, "not_found", "", "there is no such request");
    }
    state = state_of(&request, reading->now_ms);
    if (rc == XZ_OK && strcmp(state, "granted") == 0) {
        rc = tell_people(conn, reading, &request, people, err);
    }
    (void)json_object_set_new(reading->answer, "state", json_string(state));
    (void)json_object_set_new(reading->answer, "people", people);
    request_fini(&request);
    return rc;
}

enum xz_rc xz_unmask_read(const struct xz_desk *desk, const struct xz_actor *actor, int64_t request,
                          int64_t now_ms, struct xz_buf *out, struct xz_err *err)
{
    struct reading reading = {desk, actor, request, now_ms, NULL};
    enum xz_rc rc = check_may(actor, XZ_MAY_UNMASK, err);

    if (rc != XZ_OK) {
        return rc;
    }
    reading.answer = json_object();
    rc = xz_desk_write(desk, read_it, &reading, err);
    put_answer(reading.answer, rc, out);
    return rc;
}
