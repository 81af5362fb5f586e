/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is done with a case: commands, one or many at once, and taking back. */
#include <string.h>

#include "base/time.h"
#include "cases/row.h"
#include "console/api_int.h"

#define BULK_MAX 200

/* ---- who and which version ---- */

enum xz_rc xz_read_on_case(const struct xz_request *request, struct xz_on_case *on,
                           struct xz_err *err)
{
    enum xz_rc rc;

    *on = (struct xz_on_case){.actor = &request->actor, .now_ms = request->now_ms};
    rc = xz_read_id(request, 0, "case", &on->case_id, err);
    return rc == XZ_OK ? xz_body_int(request, "version", 0, &on->version, err) : rc;
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

enum xz_rc xz_read_outcome(const struct xz_request *request, enum xz_case_outcome *outcome,
                           struct xz_err *err)
{
    int at = 0;
    const enum xz_rc rc =
        read_named(request, "outcome", xz_case_outcome_names, XZ_CASE_OUTCOMES, &at, err);

    *outcome = rc == XZ_OK ? (enum xz_case_outcome)at : XZ_OUTCOME_NONE;
    return rc;
}

static enum xz_rc read_conditions(const struct xz_request *request, unsigned *conditions,
                                  struct xz_err *err)
{
    const json_t *list = json_object_get(request->json, "conditions"), *item;
    size_t i;

    *conditions = 0;
    if (list != NULL && !json_is_null(list) && !json_is_array(list)) {
        return xz_err_reject(err, "invalid", "conditions", "not a list");
    }
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
    int appeal = 0;
    struct xz_str until;
    enum xz_rc rc;

    if (at < 0) {
        return xz_err_reject(err, "not_found", "", "there is no such command");
    }
    *command = (struct xz_command){.verb = (enum xz_verb)at};
    rc = xz_body_text(request, "reason", &command->text, err);
    rc = rc == XZ_OK ? xz_read_outcome(request, &command->outcome, err) : rc;
    rc = rc == XZ_OK
             ? read_named(request, "appeal", xz_case_appeal_names, XZ_CASE_APPEALS, &appeal, err)
             : rc;
    rc = rc == XZ_OK ? xz_body_int(request, "action", 0, &action, err) : rc;
    rc = rc == XZ_OK ? xz_body_int(request, "account", 0, &command->account, err) : rc;
    rc = rc == XZ_OK ? read_conditions(request, &command->conditions, err) : rc;
    rc = rc == XZ_OK ? xz_body_text(request, "until", &until, err) : rc;
    if (rc == XZ_OK && (action < 0 || action > XZ_ACTION_MAX)) {
        rc = xz_err_reject(err, "invalid", "action", "from 0 to %d", XZ_ACTION_MAX);
    }
    if (rc == XZ_OK && until.len > 0 && xz_time_parse(until, &command->until_ms, NULL) != XZ_OK) {
        rc = xz_err_reject(err, "invalid", "until", "not a time (RFC 3339)");
    }
    command->appeal = (enum xz_case_appeal)appeal;
    command->action = (int)action;
    return rc;
}

XZ_HANDLER(xz_api_case_do)
{
    struct xz_on_case on;
    struct xz_command command;
    enum xz_rc rc = xz_read_on_case(request, &on, err);

    rc = rc == XZ_OK ? read_command(request, request->params[1], &command, err) : rc;
    rc = rc == XZ_OK ? xz_work_do(&console->desk, &on, &command, err) : rc;
    return rc == XZ_OK ? xz_answer_case(console, request, on.case_id, response, err) : rc;
}

XZ_HANDLER(xz_api_case_next)
{
    int64_t id = 0;
    const enum xz_rc rc =
        xz_work_take_next(&console->desk, &request->actor, request->now_ms, &id, err);

    if (rc == XZ_OK && id == 0) {
        return xz_err_reject(err, "not_found", "", "there is no case to take");
    }
    return rc == XZ_OK ? xz_answer_case(console, request, id, response, err) : rc;
}

XZ_HANDLER(xz_api_case_undo)
{
    struct xz_on_case on;
    enum xz_rc rc = xz_read_on_case(request, &on, err);

    rc = rc == XZ_OK ? xz_work_undo(&console->desk, &on, err) : rc;
    return rc == XZ_OK ? xz_answer_case(console, request, on.case_id, response, err) : rc;
}

/* ---- many at once ---- */

/* One of them: what came of it goes into the list. */
static enum xz_rc do_one(struct xz_console *console, const struct xz_request *request,
                         int64_t case_id, const struct xz_command *command, json_t *results,
                         struct xz_err *err)
{
    const struct xz_on_case on = {
        .actor = &request->actor, .case_id = case_id, .now_ms = request->now_ms};
    const enum xz_rc rc = xz_work_do(&console->desk, &on, command, err);
    json_t *result = json_object();

    (void)json_object_set_new(result, "id", json_integer(case_id));
    (void)json_object_set_new(result, "ok", json_boolean(rc == XZ_OK));
    if (rc != XZ_OK) {
        (void)json_object_set_new(result, "code",
                                  json_string(rc == XZ_REJECT ? err->reason : "busy"));
        (void)json_object_set_new(result, "message",
                                  rc == XZ_REJECT ? xz_json_text(xz_str_from(err->msg))
                                                  : json_string("try again in a moment"));
    }
    (void)json_array_append_new(results, result);
    return rc == XZ_OK || rc == XZ_REJECT || rc == XZ_RETRY ? XZ_OK : rc;
}

static enum xz_rc check_ids(const json_t *ids, struct xz_err *err)
{
    const json_t *item;
    size_t i;
    bool right = json_array_size(ids) > 0 && json_array_size(ids) <= BULK_MAX;

    json_array_foreach(ids, i, item) { right = right && json_is_integer(item); }
    return right ? XZ_OK
                 : xz_err_reject(err, "invalid", "ids", "1 to %d numbers of cases", BULK_MAX);
}

XZ_HANDLER(xz_api_bulk)
{
    const json_t *ids = json_object_get(request->json, "ids"), *item;
    json_t *results = json_array();
    struct xz_command command;
    struct xz_str verb;
    size_t i;
    enum xz_rc rc = xz_body_text(request, "do", &verb, err);

    rc = rc == XZ_OK ? read_command(request, verb, &command, err) : rc;
    if (rc == XZ_REJECT && strcmp(err->reason, "not_found") == 0) {
        rc = xz_err_reject(err, "invalid", "do", "there is no such command");
    }
    rc = rc == XZ_OK ? check_ids(ids, err) : rc;
    json_array_foreach(ids, i, item)
    {
        rc = rc == XZ_OK
                 ? do_one(console, request, json_integer_value(item), &command, results, err)
                 : rc;
    }
    if (rc == XZ_OK) {
        xz_respond_json(response, json_pack("{s:O}", "results", results));
    }
    json_decref(results);
    return rc;
}
