/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cases/life.h"

#include <stddef.h>

const char *const xz_case_state_names[XZ_CASE_STATES] = {
    "new", "assigned", "investigating", "proposed", "returned", "approved", "closed", "appealed"};
const char *const xz_case_outcome_names[XZ_CASE_OUTCOMES] = {"", "confirmed", "false_positive",
                                                             "inconclusive", "right_to_ask"};
const char *const xz_case_appeal_names[XZ_CASE_APPEALS] = {"", "upheld", "reversed"};
const char *const xz_case_clock_names[XZ_CASE_CLOCKS] = {"ok", "soon", "breached"};
const char *const xz_case_condition_names[XZ_CASE_CONDITIONS] = {
    "art30_suspected", "art30_refused", "art41_established", "art31_heard", "care_secured"};
const char *const xz_verb_names[XZ_VERBS] = {"assign",   "start",  "release",  "propose",
                                             "approve",  "return", "close",    "appeal",
                                             "rereview", "snooze", "unsnooze", "extend"};

/* By whom, beyond the permission. */
enum who {
    WHO_ANY,
    WHO_OWNER,    /* who has it, or anybody when nobody has it: who then has it */
    WHO_ASSIGNER, /* oneself when nobody has it; an approver always */
    WHO_SECOND,   /* neither who proposed nor who has it */
    WHO_FRESH     /* nobody who had a part in it */
};

#define IN(state)       (1u << XZ_CASE_##state)
#define MAY(permission) (1u << XZ_MAY_##permission)
#define WORKABLE        (IN(NEW) | IN(ASSIGNED) | IN(INVESTIGATING) | IN(RETURNED))

static const struct rule {
    unsigned from, may; /* states; permissions, one of which it takes */
    enum who who;
    bool reason, work; /* needs one; ends idleness */
} rules[XZ_VERBS] = {
    [XZ_VERB_ASSIGN] = {WORKABLE | IN(APPROVED) | IN(APPEALED), MAY(WORK) | MAY(APPROVE),
                        WHO_ASSIGNER, false, false},
    [XZ_VERB_START] = {IN(NEW) | IN(ASSIGNED) | IN(RETURNED), MAY(WORK), WHO_OWNER, false, true},
    [XZ_VERB_RELEASE] = {WORKABLE & ~IN(NEW), MAY(WORK) | MAY(APPROVE), WHO_ANY, false, false},
    [XZ_VERB_PROPOSE] = {WORKABLE, MAY(WORK), WHO_OWNER, true, true},
    [XZ_VERB_APPROVE] = {IN(PROPOSED), MAY(APPROVE), WHO_SECOND, false, true},
    [XZ_VERB_RETURN] = {IN(PROPOSED), MAY(APPROVE), WHO_SECOND, true, true},
    [XZ_VERB_CLOSE] = {WORKABLE | IN(APPROVED), MAY(WORK), WHO_OWNER, true, true},
    [XZ_VERB_APPEAL] = {IN(CLOSED), MAY(WORK) | MAY(APPROVE), WHO_ANY, true, true},
    [XZ_VERB_REREVIEW] = {IN(APPEALED), MAY(WORK) | MAY(APPROVE), WHO_FRESH, true, true},
    [XZ_VERB_SNOOZE] = {WORKABLE, MAY(WORK), WHO_OWNER, true, false},
    [XZ_VERB_UNSNOOZE] = {WORKABLE, MAY(WORK) | MAY(APPROVE), WHO_ANY, false, false},
    [XZ_VERB_EXTEND] = {WORKABLE | IN(PROPOSED), MAY(APPROVE), WHO_ANY, true, false},
};

bool xz_case_may_suspend(unsigned conditions)
{
    const unsigned article30 = 1u << XZ_CONDITION_SUSPECTED | 1u << XZ_CONDITION_REFUSED;
    const unsigned article41 = 1u << XZ_CONDITION_ARTICLE41;
    const unsigned always = 1u << XZ_CONDITION_HEARD | 1u << XZ_CONDITION_CARE;

    return (conditions & always) == always &&
           ((conditions & article30) == article30 || (conditions & article41) != 0);
}

bool xz_case_is_open(const struct xz_case *c) { return c->state != XZ_CASE_CLOSED; }

static void set_clock(struct xz_case *c, const struct xz_calendar *calendar, int64_t from_ms,
                      int days)
{
    c->due_ms = xz_calendar_due_ms(calendar, from_ms, days);
    c->soon_ms = xz_calendar_due_ms(calendar, from_ms, days - XZ_SOON_DAYS);
}

static void set_worked(struct xz_case *c, const struct xz_calendar *calendar, int64_t now_ms)
{
    c->worked_ms = now_ms;
    c->idle_ms = xz_calendar_due_ms(calendar, now_ms, XZ_IDLE_DAYS);
    c->escalated_ms = 0;
}

static void strike(struct xz_case *c, int64_t now_ms)
{
    c->clock = !xz_case_is_open(c)    ? XZ_CLOCK_OK
               : now_ms >= c->due_ms  ? XZ_CLOCK_BREACHED
               : now_ms >= c->soon_ms ? XZ_CLOCK_SOON
                                      : XZ_CLOCK_OK;
}

void xz_case_open(struct xz_case *c, const struct xz_calendar *calendar, int64_t now_ms)
{
    c->opened_ms = now_ms;
    set_clock(c, calendar, now_ms, XZ_VERIFICATION_DAYS);
    set_worked(c, calendar, now_ms);
    strike(c, now_ms);
}

/* ---- what time does ---- */

static bool let_time_pass(struct xz_case *c, int64_t now_ms)
{
    const struct xz_case before = *c;

    if (c->lease_until_ms != 0 && now_ms >= c->lease_until_ms) {
        c->lease_until_ms = 0;
        c->assignee = 0;
        c->state = c->state == XZ_CASE_ASSIGNED ? XZ_CASE_NEW : c->state;
    }
    if (c->snoozed_until_ms != 0 && now_ms >= c->snoozed_until_ms) {
        c->snoozed_until_ms = 0;
    }
    if (xz_case_is_open(c) && c->escalated_ms == 0 && now_ms >= c->idle_ms) {
        c->escalated_ms = now_ms;
    }
    strike(c, now_ms);
    return c->lease_until_ms != before.lease_until_ms || c->clock != before.clock ||
           c->snoozed_until_ms != before.snoozed_until_ms || c->escalated_ms != before.escalated_ms;
}

bool xz_case_tick(struct xz_case *c, int64_t now_ms)
{
    const bool changed = let_time_pass(c, now_ms);

    c->version += changed;
    return changed;
}

/* ---- who and when ---- */

static bool may(const struct xz_actor *actor, unsigned permissions)
{
    for (unsigned permission = 0; permission < XZ_PERMISSIONS; permission++) {
        if ((permissions & 1u << permission) != 0 &&
            xz_actor_may(actor, (enum xz_permission)permission)) {
            return true;
        }
    }
    return false;
}

bool xz_verb_decides(enum xz_verb verb)
{
    return verb == XZ_VERB_PROPOSE || verb == XZ_VERB_APPROVE || verb == XZ_VERB_RETURN ||
           verb == XZ_VERB_CLOSE || verb == XZ_VERB_REREVIEW;
}

/* Who asks for something. */
struct asker {
    const struct xz_actor *actor;
    bool has_part;
};

/* The case names the last of each; those before them are known to who asks. */
static bool had_a_part(const struct xz_case *c, const struct asker *asker)
{
    const int64_t account = asker->actor->account;

    return asker->has_part || account == c->proposer || account == c->approver ||
           account == c->closer;
}

static enum xz_rc check_who(const struct xz_case *c, const struct asker *asker, enum who who,
                            struct xz_err *err)
{
    const struct xz_actor *actor = asker->actor;
    const int64_t account = actor->account;
    const bool mine = c->assignee == account, nobodys = c->assignee == 0;

    switch (who) {
    case WHO_OWNER:
        return mine || nobodys
                   ? XZ_OK
                   : xz_err_reject(err, "conflict", "assignee", "somebody else works on this case");
    case WHO_ASSIGNER:
        return mine || nobodys || xz_actor_may(actor, XZ_MAY_APPROVE)
                   ? XZ_OK
                   : xz_err_reject(err, "conflict", "assignee",
                                   "somebody has this case; an approver may reassign it");
    case WHO_SECOND:
        return account != c->proposer && !mine
                   ? XZ_OK
                   : xz_err_reject(err, "second_person_needed", "",
                                   "who proposed or has the case cannot decide on it");
    case WHO_FRESH:
        return !had_a_part(c, asker)
                   ? XZ_OK
                   : xz_err_reject(err, "second_person_needed", "",
                                   "who had a part in the decision cannot review it");
    case WHO_ANY:
        break;
    }
    return XZ_OK;
}

static enum xz_rc check_may(const struct xz_case *c, const struct asker *asker, enum xz_verb verb,
                            struct xz_err *err)
{
    const struct xz_actor *actor = asker->actor;
    const struct rule *rule = &rules[verb];

    if (!may(actor, rule->may)) {
        return xz_err_reject(err, "forbidden", "", "the role may not %s a case",
                             xz_verb_names[verb]);
    }
    if ((rule->from & 1u << c->state) == 0) {
        return xz_err_reject(err, "conflict", "state", "a case that is %s: %s is not possible",
                             xz_case_state_names[c->state], xz_verb_names[verb]);
    }
    if (verb == XZ_VERB_RELEASE && c->assignee != actor->account &&
        !xz_actor_may(actor, XZ_MAY_APPROVE)) {
        return xz_err_reject(err, "conflict", "assignee", "it is not your case");
    }
    if (verb == XZ_VERB_APPEAL && c->appeal != XZ_APPEAL_NONE) {
        return xz_err_reject(err, "conflict", "appeal", "an appeal was decided already");
    }
    if (verb == XZ_VERB_EXTEND && c->extended) {
        return xz_err_reject(err, "conflict", "extended", "it was extended once already");
    }
    if (verb == XZ_VERB_UNSNOOZE && c->snoozed_until_ms == 0) {
        return xz_err_reject(err, "conflict", "snoozed_until", "it is not snoozed");
    }
    if (verb == XZ_VERB_ASSIGN && c->state == XZ_CASE_APPEALED) {
        return check_who(c, asker, WHO_FRESH, err);
    }
    return check_who(c, asker, rule->who, err);
}

bool xz_case_allows(const struct xz_case *desk_case, const struct xz_actor *actor, bool has_part,
                    enum xz_verb verb, int64_t now_ms)
{
    struct xz_case now = *desk_case;

    (void)let_time_pass(&now, now_ms);
    return check_may(&now, &(struct asker){actor, has_part}, verb, NULL) == XZ_OK;
}

/* ---- what it says ---- */

static bool needs_second(enum xz_case_outcome outcome, int action)
{
    return outcome == XZ_OUTCOME_CONFIRMED && action > XZ_ACTION_ALONE_MAX;
}

static enum xz_rc check_decision(const struct xz_command *command, struct xz_err *err)
{
    const bool confirmed = command->outcome == XZ_OUTCOME_CONFIRMED;

    if (command->outcome == XZ_OUTCOME_NONE) {
        return xz_err_reject(err, "invalid", "outcome", "say what came of it");
    }
    if (command->action < 0 || command->action > XZ_ACTION_MAX ||
        (confirmed && command->action == 0)) {
        return xz_err_reject(err, "invalid", "action", "a confirmed case has an action, A1 to A%d",
                             XZ_ACTION_MAX);
    }
    if (!confirmed && command->action > XZ_ACTION_ALONE_MAX) {
        return xz_err_reject(err, "invalid", "action",
                             "above A%d only what is confirmed may be acted on",
                             XZ_ACTION_ALONE_MAX);
    }
    if (command->action == XZ_ACTION_SUSPEND && !xz_case_may_suspend(command->conditions)) {
        return xz_err_reject(err, "invalid", "conditions",
                             "a suspension needs the conditions of article 30 or 41, a hearing, "
                             "and care secured");
    }
    return XZ_OK;
}

static enum xz_rc check_said(const struct xz_case *c, const struct xz_command *command,
                             int64_t now_ms, struct xz_err *err)
{
    const uint32_t len = command->text.len;
    const bool decides = command->verb == XZ_VERB_PROPOSE ||
                         (command->verb == XZ_VERB_CLOSE && c->state != XZ_CASE_APPROVED);

    if (len > XZ_REASON_MAX ||
        (rules[command->verb].reason && (len < XZ_REASON_MIN || xz_str_is_blank(command->text)))) {
        return xz_err_reject(err, "invalid", "reason", "give a reason, up to %d bytes",
                             XZ_REASON_MAX);
    }
    if (decides && check_decision(command, err) != XZ_OK) {
        return XZ_REJECT;
    }
    if (command->verb == XZ_VERB_CLOSE && c->state != XZ_CASE_APPROVED &&
        needs_second(command->outcome, command->action)) {
        return xz_err_reject(err, "second_person_needed", "action",
                             "above A%d it is proposed, and another person approves",
                             XZ_ACTION_ALONE_MAX);
    }
    if (command->verb == XZ_VERB_REREVIEW && command->appeal == XZ_APPEAL_NONE) {
        return xz_err_reject(err, "invalid", "appeal", "upheld or reversed");
    }
    if (command->verb == XZ_VERB_SNOOZE &&
        (command->until_ms <= now_ms || command->until_ms > now_ms + XZ_SNOOZE_MAX_MS ||
         command->until_ms > c->soon_ms)) {
        return xz_err_reject(err, "invalid", "until",
                             "up to %d days, and not into the last %d working days of its clock",
                             (int)(XZ_SNOOZE_MAX_MS / XZ_DAY_MS), XZ_SOON_DAYS);
    }
    return XZ_OK;
}

/* ---- doing it ---- */

static void decide(struct xz_case *c, const struct xz_command *command)
{
    c->outcome = command->outcome;
    c->action = command->action;
    c->conditions = command->action == XZ_ACTION_SUSPEND ? command->conditions : 0;
}

static void close_it(struct xz_case *c, int64_t now_ms)
{
    c->state = XZ_CASE_CLOSED;
    c->closed_ms = now_ms;
    c->snoozed_until_ms = 0;
    c->escalated_ms = 0;
}

static void assign(struct xz_case *c, const struct xz_actor *actor,
                   const struct xz_command *command)
{
    c->assignee = command->account != 0 ? command->account : actor->account;
    c->state = c->state == XZ_CASE_NEW ? XZ_CASE_ASSIGNED : c->state;
}

static void release(struct xz_case *c)
{
    c->assignee = 0;
    c->state = c->state == XZ_CASE_RETURNED ? c->state : XZ_CASE_NEW;
}

static void appeal(struct xz_case *c, const struct xz_calendar *calendar, int64_t now_ms)
{
    c->state = XZ_CASE_APPEALED;
    c->assignee = 0;
    c->extended = false;
    set_clock(c, calendar, now_ms, XZ_VERIFICATION_DAYS);
}

static void rereview(struct xz_case *c, const struct xz_actor *actor,
                     const struct xz_command *command, int64_t now_ms)
{
    c->appeal = command->appeal;
    c->assignee = actor->account;
    if (command->appeal == XZ_APPEAL_REVERSED) {
        c->outcome = XZ_OUTCOME_FALSE_POSITIVE;
        c->action = 0;
        c->conditions = 0;
    }
    close_it(c, now_ms);
}

static void apply(struct xz_case *c, const struct xz_actor *actor, const struct xz_command *command,
                  const struct xz_calendar *calendar, int64_t now_ms)
{
    switch (command->verb) {
    case XZ_VERB_ASSIGN:
        assign(c, actor, command);
        break;
    case XZ_VERB_START:
        c->state = XZ_CASE_INVESTIGATING;
        break;
    case XZ_VERB_RELEASE:
        release(c);
        break;
    case XZ_VERB_PROPOSE:
        decide(c, command);
        c->state = XZ_CASE_PROPOSED;
        c->proposer = actor->account;
        c->snoozed_until_ms = 0;
        break;
    case XZ_VERB_APPROVE:
        c->state = XZ_CASE_APPROVED;
        c->approver = actor->account;
        break;
    case XZ_VERB_RETURN:
        c->state = XZ_CASE_RETURNED;
        break;
    case XZ_VERB_CLOSE:
        if (c->state != XZ_CASE_APPROVED) {
            decide(c, command);
        }
        c->closer = actor->account;
        close_it(c, now_ms);
        break;
    case XZ_VERB_APPEAL:
        appeal(c, calendar, now_ms);
        break;
    case XZ_VERB_REREVIEW:
        rereview(c, actor, command, now_ms);
        break;
    case XZ_VERB_SNOOZE:
        c->snoozed_until_ms = command->until_ms;
        c->idle_ms = command->until_ms > c->idle_ms ? command->until_ms : c->idle_ms;
        break;
    case XZ_VERB_UNSNOOZE:
        c->snoozed_until_ms = 0;
        break;
    case XZ_VERB_EXTEND:
        c->extended = true;
        set_clock(c, calendar, c->opened_ms, 2 * XZ_VERIFICATION_DAYS);
        break;
    case XZ_VERBS:
        break;
    }
}

enum xz_rc xz_case_command(struct xz_case *desk_case, const struct xz_actor *actor, bool has_part,
                           const struct xz_command *command, const struct xz_calendar *calendar,
                           int64_t now_ms, struct xz_err *err)
{
    struct xz_case c = *desk_case;
    enum xz_rc rc;

    (void)let_time_pass(&c, now_ms);
    rc = check_may(&c, &(struct asker){actor, has_part}, command->verb, err);
    rc = rc == XZ_OK ? check_said(&c, command, now_ms, err) : rc;
    if (rc != XZ_OK) {
        return rc;
    }
    if (rules[command->verb].who == WHO_OWNER) {
        c.assignee = actor->account;
    }
    c.lease_until_ms = 0;
    apply(&c, actor, command, calendar, now_ms);
    if (rules[command->verb].work) {
        set_worked(&c, calendar, now_ms);
    }
    strike(&c, now_ms);
    c.version++;
    *desk_case = c;
    return XZ_OK;
}

bool xz_case_unsettle(struct xz_case *c)
{
    if (c->state != XZ_CASE_PROPOSED && c->state != XZ_CASE_APPROVED) {
        return false;
    }
    c->state = XZ_CASE_RETURNED;
    c->version++;
    return true;
}
