/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The queue, a case, and what is done with it. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/time.h"
#include "cases/work.h"
#include "console/routes.h"

#define BULK_MAX 200

/* ---- reading ---- */

XZ_HANDLER(xz_api_cases)
{
    const struct xz_desk_view view = xz_view_of(console, request);
    const struct xz_str sort = xz_request_query(request, "sort");
    struct xz_case_filter filter = {.state = xz_request_query(request, "state"),
                                    .region = xz_request_query(request, "region"),
                                    .pattern = xz_request_query(request, "pattern"),
                                    .clock = xz_request_query(request, "clock"),
                                    .tag = xz_request_query(request, "tag"),
                                    .result_type = xz_request_query(request, "result_type"),
                                    .severity = xz_request_query(request, "severity"),
                                    .subject = xz_request_query(request, "subject"),
                                    .assignee = xz_request_query(request, "assignee"),
                                    .open = xz_request_query(request, "open"),
                                    .snoozed = xz_request_query(request, "snoozed")};
    struct xz_page page;
    int found = sort.len == 0 ? XZ_SORT_RANK : XZ_CASE_SORTS;

    for (int i = 0; i < XZ_CASE_SORTS; i++) {
        found = xz_str_eq(sort, xz_str_from(xz_case_sort_names[i])) ? i : found;
    }
    if (found == XZ_CASE_SORTS) {
        return xz_err_reject(err, "invalid", "sort", "rank, due, news or amount");
    }
    filter.sort = (enum xz_case_sort)found;
    if (xz_read_page(request, &page, err) != XZ_OK) {
        return XZ_REJECT;
    }
    return xz_view_cases(&view, &filter, &page, &response->body, err);
}

static enum xz_rc read_id(const struct xz_request *request, int at, int64_t *id, struct xz_err *err)
{
    const enum xz_rc rc = xz_request_number(request->params[at], "id", 1, INT64_MAX, 0, id, err);

    return rc == XZ_OK ? rc : xz_err_reject(err, "not_found", "", "there is no such case");
}

XZ_HANDLER(xz_api_case)
{
    const struct xz_desk_view view = xz_view_of(console, request);
    int64_t id = 0;
    const enum xz_rc rc = read_id(request, 0, &id, err);

    return rc == XZ_OK ? xz_view_case(&view, id, &response->body, err) : rc;
}

/* ---- who and which version ---- */

static enum xz_rc read_on(const struct xz_request *request, struct xz_on_case *on,
                          struct xz_err *err)
{
    enum xz_rc rc;

    *on = (struct xz_on_case){.actor = &request->actor, .now_ms = request->now_ms};
    rc = read_id(request, 0, &on->case_id, err);
    return rc == XZ_OK ? xz_body_int(request, "version", 0, &on->version, err) : rc;
}

/* What the case is now: the answer to every change. */
static enum xz_rc answer_case(struct xz_console *console, const struct xz_request *request,
                              int64_t case_id, struct xz_response *response, struct xz_err *err)
{
    const struct xz_desk_view view = xz_view_of(console, request);

    return xz_view_case(&view, case_id, &response->body, err);
}

/* ---- commands ---- */

static int index_in(struct xz_str text, const char *const names[], int count)
{
    for (int i = 0; i < count; i++) {
        if (xz_str_eq(text, xz_str_from(names[i]))) {
            return i;
        }
    }
    return -1;
}

static enum xz_rc read_named(const struct xz_request *request, const char *name,
                             const char *const names[], int count, int *value, struct xz_err *err)
{
    struct xz_str text;
    enum xz_rc rc = xz_body_text(request, name, &text, err);

    *value = text.len > 0 ? index_in(text, names, count) : 0;
    return rc == XZ_OK && *value < 0 ? xz_err_reject(err, "invalid", name, "no such value") : rc;
}

static enum xz_rc read_conditions(const struct xz_request *request, unsigned *conditions,
                                  struct xz_err *err)
{
    const json_t *list = json_object_get(request->json, "conditions"), *item;
    size_t i;

    *conditions = 0;
    json_array_foreach(list, i, item)
    {
        const int at = index_in(xz_str_from(json_string_value(item)), xz_case_condition_names,
                                XZ_CASE_CONDITIONS);

        if (at < 0) {
            return xz_err_reject(err, "invalid", "conditions", "no such condition");
        }
        *conditions |= 1u << at;
    }
    return XZ_OK;
}

static enum xz_rc read_command(const struct xz_request *request, struct xz_str verb,
                               struct xz_command *command, struct xz_err *err)
{
    const int at = index_in(verb, xz_verb_names, XZ_VERBS);
    int64_t action = 0;
    int outcome = 0, appeal = 0;
    struct xz_str until;
    enum xz_rc rc;

    if (at < 0) {
        return xz_err_reject(err, "not_found", "", "there is no such command");
    }
    *command = (struct xz_command){.verb = (enum xz_verb)at};
    rc = xz_body_text(request, "reason", &command->text, err);
    rc = rc == XZ_OK ? read_named(request, "outcome", xz_case_outcome_names, XZ_CASE_OUTCOMES,
                                  &outcome, err)
                     : rc;
    rc = rc == XZ_OK
             ? read_named(request, "appeal", xz_case_appeal_names, XZ_CASE_APPEALS, &appeal, err)
             : rc;
    rc = rc == XZ_OK ? xz_body_int(request, "action", 0, &action, err) : rc;
    rc = rc == XZ_OK ? xz_body_int(request, "account", 0, &command->account, err) : rc;
    rc = rc == XZ_OK ? read_conditions(request, &command->conditions, err) : rc;
    rc = rc == XZ_OK ? xz_body_text(request, "until", &until, err) : rc;
    if (rc == XZ_OK && until.len > 0 && xz_time_parse(until, &command->until_ms, NULL) != XZ_OK) {
        rc = xz_err_reject(err, "invalid", "until", "not a time (RFC 3339)");
    }
    command->outcome = (enum xz_case_outcome)outcome;
    command->appeal = (enum xz_case_appeal)appeal;
    command->action = action >= 0 && action <= XZ_ACTION_MAX ? (int)action : -1;
    return rc;
}

XZ_HANDLER(xz_api_case_do)
{
    struct xz_on_case on;
    struct xz_command command;
    enum xz_rc rc = read_on(request, &on, err);

    rc = rc == XZ_OK ? read_command(request, request->params[1], &command, err) : rc;
    rc = rc == XZ_OK ? xz_work_do(&console->desk, &on, &command, err) : rc;
    return rc == XZ_OK ? answer_case(console, request, on.case_id, response, err) : rc;
}

XZ_HANDLER(xz_api_case_next)
{
    int64_t id = 0;
    const enum xz_rc rc =
        xz_work_take_next(&console->desk, &request->actor, request->now_ms, &id, err);

    if (rc == XZ_OK && id == 0) {
        return xz_err_reject(err, "not_found", "", "there is no case to take");
    }
    return rc == XZ_OK ? answer_case(console, request, id, response, err) : rc;
}

XZ_HANDLER(xz_api_case_undo)
{
    struct xz_on_case on;
    enum xz_rc rc = read_on(request, &on, err);

    rc = rc == XZ_OK ? xz_work_undo(&console->desk, &on, err) : rc;
    return rc == XZ_OK ? answer_case(console, request, on.case_id, response, err) : rc;
}

/* One of many: what came of it goes into the list. */
static enum xz_rc do_one(struct xz_console *console, const struct xz_request *request,
                         const json_t *item, const struct xz_command *command, json_t *results)
{
    const struct xz_on_case on = {
        .actor = &request->actor, .case_id = json_integer_value(item), .now_ms = request->now_ms};
    struct xz_err err = {0};
    json_t *result = json_object();
    const enum xz_rc rc = xz_work_do(&console->desk, &on, command, &err);

    (void)json_object_set_new(result, "id", json_integer(on.case_id));
    (void)json_object_set_new(result, "ok", json_boolean(rc == XZ_OK));
    if (rc != XZ_OK) {
        (void)json_object_set_new(result, "code",
                                  json_string(rc == XZ_REJECT ? err.reason : "busy"));
        (void)json_object_set_new(result, "message",
                                  json_string(rc == XZ_REJECT ? err.msg : "try again in a moment"));
    }
    (void)json_array_append_new(results, result);
    return rc == XZ_FATAL ? rc : XZ_OK;
}

XZ_HANDLER(xz_api_bulk)
{
    const json_t *ids = json_object_get(request->json, "ids"), *item;
    json_t *results = json_array(), *all = json_object();
    struct xz_command command;
    struct xz_str verb;
    size_t i;
    enum xz_rc rc = xz_body_text(request, "do", &verb, err);

    rc = rc == XZ_OK ? read_command(request, verb, &command, err) : rc;
    if (rc == XZ_OK && (json_array_size(ids) == 0 || json_array_size(ids) > BULK_MAX)) {
        rc = xz_err_reject(err, "invalid", "ids", "1 to %d numbers of cases", BULK_MAX);
    }
    json_array_foreach(ids, i, item)
    {
        rc = rc == XZ_OK ? do_one(console, request, item, &command, results) : rc;
    }
    (void)json_object_set_new(all, "results", results);
    if (rc == XZ_OK) {
        xz_respond_json(response, all);
    } else {
        json_decref(all);
    }
    return rc;
}

/* ---- what is added ---- */

XZ_HANDLER(xz_api_case_note)
{
    struct xz_on_case on;
    struct xz_str text;
    enum xz_rc rc = read_on(request, &on, err);

    rc = rc == XZ_OK ? xz_body_text(request, "text", &text, err) : rc;
    rc = rc == XZ_OK ? xz_work_note(&console->desk, &on, text, err) : rc;
    return rc == XZ_OK ? answer_case(console, request, on.case_id, response, err) : rc;
}

XZ_HANDLER(xz_api_case_tag)
{
    struct xz_on_case on;
    struct xz_str tag;
    const bool off = json_is_true(json_object_get(request->json, "remove"));
    enum xz_rc rc = read_on(request, &on, err);

    rc = rc == XZ_OK ? xz_body_text(request, "tag", &tag, err) : rc;
    rc = rc == XZ_OK ? xz_work_tag(&console->desk, &on, tag, !off, err) : rc;
    return rc == XZ_OK ? answer_case(console, request, on.case_id, response, err) : rc;
}

XZ_HANDLER(xz_api_case_link)
{
    struct xz_on_case on;
    struct xz_str reason;
    int64_t other = 0;
    enum xz_rc rc = read_on(request, &on, err);

    rc = rc == XZ_OK ? xz_body_int(request, "other", 0, &other, err) : rc;
    rc = rc == XZ_OK ? xz_body_text(request, "reason", &reason, err) : rc;
    rc = rc == XZ_OK ? xz_work_link(&console->desk, &on, other, reason, err) : rc;
    return rc == XZ_OK ? answer_case(console, request, on.case_id, response, err) : rc;
}

/* ---- files ---- */

XZ_HANDLER(xz_api_case_file_add)
{
    struct xz_on_case on = {.actor = &request->actor, .now_ms = request->now_ms};
    int64_t file = 0;
    enum xz_rc rc = read_id(request, 0, &on.case_id, err);

    rc = rc == XZ_OK ? xz_work_file(&console->desk, &on, xz_request_query(request, "name"),
                                    request->body, &file, err)
                     : rc;
    return rc == XZ_OK ? answer_case(console, request, on.case_id, response, err) : rc;
}

XZ_HANDLER(xz_api_case_file)
{
    const struct xz_desk_view view = xz_view_of(console, request);
    struct xz_buf name = {0};
    int64_t id = 0, file = 0;
    enum xz_rc rc = read_id(request, 0, &id, err);

    rc = rc == XZ_OK ? read_id(request, 1, &file, err) : rc;
    rc = rc == XZ_OK ? xz_view_file(&view, id, file, &name, &response->body, err) : rc;
    if (rc == XZ_OK) { /* whatever it is: a page never shows it, the reader saves it */
        response->type = "application/octet-stream";
        (void)snprintf(response->file, sizeof(response->file), "%.*s", (int)name.len,
                       (const char *)name.data);
    }
    xz_buf_fini(&name);
    return rc;
}
