/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Random sequences of commands by random people against what must hold whatever they do: clocks,
 * leases, snoozing, four eyes. XZ_SEED=N runs another sequence. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/rng.h"
#include "cases/case_row.h"
#include "people.h"

static uint64_t seed(void)
{
    const char *given = getenv("XZ_SEED");
    const uint64_t number = given != NULL ? strtoull(given, NULL, 10) : 20260302;

    print_message("# seed %llu\n", (unsigned long long)number);
    return number;
}

/* ---- clocks ---- */

static struct xz_calendar *calendar(void)
{
    struct xz_calendar *loaded = NULL;
    struct xz_err err = {0};

    assert_int_equal(xz_calendar_load(CALENDAR, &loaded, &err), XZ_OK);
    return loaded;
}

/* Day by day, as one would on paper. */
static int64_t due_on_paper(const struct xz_calendar *days, int64_t from_ms, int working_days)
{
    int32_t day = xz_day_of(from_ms);

    for (int passed = 0; passed < working_days;) {
        day++;
        passed += xz_calendar_is_working(days, day) ? 1 : 0;
    }
    return xz_day_start_ms(day) + XZ_DAY_MS;
}

static void test_a_clock_ends_with_a_working_day(void **state)
{
    struct xz_calendar *days = calendar();
    struct xz_rng rng;

    (void)state;
    xz_rng_init(&rng, seed(), 1);
    for (int i = 0; i < 20000; i++) {
        const int64_t from_ms = xz_day_start_ms(xz_day_of_date(2024, 1, 1)) +
                                (int64_t)(xz_rng_unit(&rng) * 5 * 365 * (double)XZ_DAY_MS);
        const int count = (int)xz_rng_below(&rng, 40);
        const int64_t due_ms = xz_calendar_due_ms(days, from_ms, count);

        assert_int_equal(due_ms, due_on_paper(days, from_ms, count));
        assert_int_equal(due_ms, xz_day_start_ms(xz_day_of(due_ms))); /* a midnight */
        assert_true(count == 0 || xz_calendar_is_working(days, xz_day_of(due_ms - 1)));
        assert_int_equal(xz_calendar_between(days, from_ms, due_ms - 1), count);
        assert_true(due_ms > from_ms);
    }
    xz_calendar_free(days);
}

/* ---- one case ---- */

#define PEOPLE 5

static struct xz_actor somebody(int i)
{
    static const unsigned roles[PEOPLE] = {INVESTIGATOR, INVESTIGATOR, APPROVER, APPROVER,
                                           INVESTIGATOR | APPROVER};
    struct xz_actor actor = {.account = i + 1, .roles = roles[i]};

    (void)snprintf(actor.name, sizeof(actor.name), "p%d", i);
    return actor;
}

static struct xz_command anything(struct xz_rng *rng, int64_t now_ms)
{
    return (struct xz_command){
        .verb = (enum xz_verb)xz_rng_below(rng, XZ_VERBS),
        /* mostly what matters here: confirmed, and every action */
        .outcome = xz_rng_below(rng, 3) > 0
                       ? XZ_OUTCOME_CONFIRMED
                       : (enum xz_case_outcome)xz_rng_below(rng, XZ_CASE_OUTCOMES),
        .appeal = (enum xz_case_appeal)xz_rng_below(rng, XZ_CASE_APPEALS),
        .action = (int)xz_rng_below(rng, XZ_ACTION_MAX + 2),
        .conditions = xz_rng_below(rng, 1u << XZ_CASE_CONDITIONS),
        .account = xz_rng_below(rng, 4) == 0 ? 1 + xz_rng_below(rng, PEOPLE) : 0,
        .until_ms = now_ms + (int64_t)xz_rng_below(rng, 40) * XZ_DAY_MS,
        .text = xz_rng_below(rng, 8) == 0 ? XZ_STR_NONE : XZ_STR("because"),
    };
}

/* What an observer with pen and paper knows of a case. */
struct observer {
    int64_t proposed_by, approved_by; /* of the proposal that stands */
    struct xz_command proposal;
    int64_t opened_ms, appealed_ms;
    int extensions;    /* since it was opened or appealed */
    int64_t parts[16]; /* who decided something, ever */
    int returned;      /* by what came after a proposal or an approval */
    size_t part_count;
};

static bool had_a_part(const struct observer *seen, int64_t account)
{
    for (size_t i = 0; i < seen->part_count; i++) {
        if (seen->parts[i] == account) {
            return true;
        }
    }
    return false;
}

static void note_part(struct observer *seen, int64_t account)
{
    if (!had_a_part(seen, account)) {
        seen->parts[seen->part_count++] = account;
    }
}

static void check_closed(const struct observer *seen, const struct xz_case *before,
                         const struct xz_case *after, int64_t account)
{
    if (before->state == XZ_CASE_APPROVED) {
        assert_true(seen->proposed_by != 0 && seen->approved_by != 0);
        assert_int_not_equal(seen->proposed_by, seen->approved_by);
        assert_int_equal(after->outcome, seen->proposal.outcome);
        assert_int_equal(after->action, seen->proposal.action);
    } else { /* alone */
        assert_true(after->outcome != XZ_OUTCOME_CONFIRMED || after->action <= XZ_ACTION_ALONE_MAX);
        assert_true(before->assignee == account || before->assignee == 0);
    }
    assert_true(after->outcome != XZ_OUTCOME_NONE);
    assert_true(after->action <= XZ_ACTION_ALONE_MAX || after->outcome == XZ_OUTCOME_CONFIRMED);
}

static void observe(struct observer *seen, const struct xz_case *before,
                    const struct xz_case *after, const struct xz_command *command, int64_t account,
                    int64_t now_ms)
{
    switch (command->verb) {
    case XZ_VERB_PROPOSE:
        seen->proposed_by = account;
        seen->approved_by = 0;
        seen->proposal = *command;
        note_part(seen, account);
        break;
    case XZ_VERB_APPROVE:
        assert_int_not_equal(account, seen->proposed_by);
        assert_int_not_equal(account, before->assignee);
        seen->approved_by = account;
        note_part(seen, account);
        break;
    case XZ_VERB_RETURN:
        note_part(seen, account);
        break;
    case XZ_VERB_CLOSE:
        check_closed(seen, before, after, account);
        note_part(seen, account);
        break;
    case XZ_VERB_APPEAL:
        seen->appealed_ms = now_ms;
        seen->extensions = 0;
        break;
    case XZ_VERB_REREVIEW:
        assert_false(had_a_part(seen, account));
        assert_true(after->appeal != XZ_APPEAL_NONE);
        break;
    case XZ_VERB_EXTEND:
        assert_int_equal(++seen->extensions, 1);
        break;
    case XZ_VERB_SNOOZE:
        assert_true(after->snoozed_until_ms > now_ms);
        assert_true(after->snoozed_until_ms <= now_ms + XZ_SNOOZE_MAX_MS);
        break;
    default:
        break;
    }
}

static void check_always(const struct observer *seen, const struct xz_case *c,
                         const struct xz_calendar *days, int64_t now_ms)
{
    const int64_t from_ms = seen->appealed_ms != 0 ? seen->appealed_ms : seen->opened_ms;

    assert_int_equal(c->due_ms,
                     due_on_paper(days, from_ms, XZ_VERIFICATION_DAYS * (1 + seen->extensions)));
    assert_true(c->action != XZ_ACTION_SUSPEND || xz_case_may_suspend(c->conditions));
    assert_true(c->snoozed_until_ms == 0 ||
                (c->snoozed_until_ms > now_ms && c->snoozed_until_ms <= c->soon_ms));
    assert_true(c->lease_until_ms == 0 || (c->lease_until_ms > now_ms && c->assignee != 0));
    assert_int_equal(c->clock, c->state == XZ_CASE_CLOSED ? XZ_CLOCK_OK
                               : now_ms >= c->due_ms      ? XZ_CLOCK_BREACHED
                               : now_ms >= c->soon_ms     ? XZ_CLOCK_SOON
                                                          : XZ_CLOCK_OK);
    assert_true(c->state != XZ_CASE_CLOSED || c->snoozed_until_ms == 0);
}

/* Time ends leases and snoozes, strikes clocks, escalates; it decides nothing. */
static void check_tick(const struct xz_case *before, const struct xz_case *after, int64_t now_ms)
{
    const bool lease_ended = before->lease_until_ms != 0 && now_ms >= before->lease_until_ms;

    assert_true(after->state == before->state ||
                (lease_ended && before->state == XZ_CASE_ASSIGNED && after->state == XZ_CASE_NEW));
    assert_int_equal(after->assignee, lease_ended ? 0 : before->assignee);
    assert_true(after->outcome == before->outcome && after->action == before->action &&
                after->proposer == before->proposer && after->approver == before->approver &&
                after->closer == before->closer && after->due_ms == before->due_ms);
    assert_true(after->escalated_ms != 0 || !xz_case_is_open(after) || now_ms < after->idle_ms);
}

/* An alert joins, which nobody has seen yet. */
static void bring_news(struct observer *seen, struct xz_case *c)
{
    const struct xz_case before = *c;

    if (xz_case_unsettle(c)) {
        assert_true(before.state == XZ_CASE_PROPOSED || before.state == XZ_CASE_APPROVED);
        assert_int_equal(c->state, XZ_CASE_RETURNED);
        assert_int_equal(c->version, before.version + 1);
        seen->returned++;
    } else {
        assert_memory_equal(&before, c, sizeof(*c));
    }
    seen->proposed_by = seen->approved_by = 0;
}

static void live_once(struct xz_rng *rng, const struct xz_calendar *days, int *closed_above,
                      int *done, int *returned)
{
    int64_t now_ms = MONDAY_MS + (int64_t)xz_rng_below(rng, 300) * XZ_DAY_MS;
    struct xz_case c = {.id = 1, .version = 1}, before;
    struct observer seen = {.opened_ms = now_ms};

    xz_case_open(&c, days, now_ms);
    for (int step = 0; step < 60; step++) {
        const struct xz_actor actor = somebody((int)xz_rng_below(rng, PEOPLE));
        const struct xz_command command = anything(rng, now_ms);
        const bool has_part = had_a_part(&seen, actor.account);
        struct xz_err err = {0};
        enum xz_rc rc;

        if (xz_rng_below(rng, 3) == 0) {
            now_ms += (int64_t)xz_rng_below(rng, 4) * XZ_DAY_MS + xz_rng_below(rng, 100000);
        }
        before = c;
        (void)xz_case_tick(&c, now_ms);
        check_tick(&before, &c, now_ms);
        if (xz_rng_below(rng, 20) == 0 && c.state != XZ_CASE_APPEALED && xz_case_is_open(&c)) {
            bring_news(&seen, &c);
        }
        before = c;
        rc = xz_case_command(&c, &actor, has_part, &command, days, now_ms, &err);
        if (rc == XZ_OK) {
            assert_true(xz_case_allows(&before, &actor, has_part, command.verb, now_ms));
            assert_int_equal(c.version, before.version + 1);
            observe(&seen, &before, &c, &command, actor.account, now_ms);
            *done += 1;
            *closed_above += command.verb == XZ_VERB_CLOSE && c.action > XZ_ACTION_ALONE_MAX;
        } else {
            assert_int_equal(rc, XZ_REJECT);
            assert_memory_equal(&before, &c, sizeof(c));
        }
        if (rc == XZ_OK && command.verb == XZ_VERB_ASSIGN && xz_rng_below(rng, 2) == 0) {
            c.lease_until_ms = now_ms + XZ_LEASE_MS; /* as of who takes the next one */
        }
        check_always(&seen, &c, days, now_ms);
    }
    *returned += seen.returned;
}

static void test_four_eyes_whatever_people_do(void **state)
{
    struct xz_calendar *days = calendar();
    struct xz_rng rng;
    int closed_above = 0, done = 0, returned = 0;

    (void)state;
    xz_rng_init(&rng, seed(), 2);
    for (int i = 0; i < 20000; i++) {
        live_once(&rng, days, &closed_above, &done, &returned);
    }
    print_message("# %d commands done, %d cases closed above A%d\n", done, closed_above,
                  XZ_ACTION_ALONE_MAX);
    assert_true(closed_above > 100 && done > 100000); /* it did come to what it is about */
    assert_true(returned > 100);
    xz_calendar_free(days);
}

/* ---- a desk ---- */

#define DESK_CASES 6

/* Who has a case, as the people themselves know. */
struct held {
    int64_t by, until_ms; /* until 0: until it is given back */
    int64_t snoozed_until_ms;
    bool open;
};

struct office {
    struct xz_desk desk;
    struct xz_rng rng;
    struct xz_actor people[PEOPLE];
    struct held held[DESK_CASES + 1];
    int64_t now_ms;
    int alerts, taken, woken, undone;
};

static void bring_another(struct office *office, int64_t case_id)
{
    char id[16] = "", subject[16] = "", events[32];
    struct said said = saying(id, "T09", "institution", subject);

    (void)snprintf(id, sizeof(id), "A%d", office->alerts++);
    (void)snprintf(subject, sizeof(subject), "P%" PRId64, case_id);
    (void)snprintf(events, sizeof(events), "e%d:%d", office->alerts,
                   (int)(1000 + xz_rng_below(&office->rng, 1000000)));
    said.events = events;
    (void)bring(&office->desk, &said, 1, office->now_ms);
}

static struct xz_case_row case_of(const struct office *office, int64_t id)
{
    struct xz_db_conn *conn = NULL;
    struct xz_case_row row;
    struct xz_err err = {0};

    assert_int_equal(xz_db_take(office->desk.db, 1000, &conn, &err), XZ_OK);
    assert_int_equal(xz_case_load(conn, id, &row, &err), XZ_OK);
    xz_db_give(conn);
    return row;
}

static bool is_free(const struct office *office, int64_t id)
{
    const struct held *held = &office->held[id];

    return held->open &&
           (held->by == 0 || (held->until_ms != 0 && held->until_ms <= office->now_ms)) &&
           held->snoozed_until_ms <= office->now_ms;
}

static void take_next(struct office *office, const struct xz_actor *actor)
{
    struct xz_err err = {0};
    int64_t taken = 0;

    if (!xz_actor_may(actor, XZ_MAY_WORK)) {
        return;
    }
    assert_int_equal(xz_work_take_next(&office->desk, actor, office->now_ms, &taken, &err), XZ_OK);
    for (int64_t id = 1; id <= DESK_CASES; id++) {
        const enum xz_case_state now = case_of(office, id).life.state;

        if (id != taken && is_free(office, id) && now != XZ_CASE_INVESTIGATING) {
            assert_true(taken != 0); /* a free one was there */
        }
    }
    if (taken != 0) {
        assert_true(is_free(office, taken)); /* never one that another holds */
        office->held[taken] = (struct held){actor->account, office->now_ms + XZ_LEASE_MS, 0, true};
        office->taken++;
    }
}

/* The model follows what was done; who holds is then compared with the desk. */
static void follow(struct office *office, int64_t id, const struct xz_actor *actor,
                   const struct xz_command *command)
{
    struct held *held = &office->held[id];

    switch (command->verb) {
    case XZ_VERB_ASSIGN:
        held->by = command->account != 0 ? command->account : actor->account;
        break;
    case XZ_VERB_RELEASE:
        held->by = 0;
        break;
    case XZ_VERB_START:
        held->by = actor->account;
        break;
    case XZ_VERB_SNOOZE:
        held->by = actor->account;
        held->snoozed_until_ms = command->until_ms;
        break;
    case XZ_VERB_UNSNOOZE:
        held->snoozed_until_ms = 0;
        break;
    default:
        break;
    }
    held->until_ms = 0;
}

static void command_one(struct office *office, const struct xz_actor *actor, int64_t id)
{
    static const enum xz_verb verbs[] = {XZ_VERB_ASSIGN, XZ_VERB_RELEASE, XZ_VERB_START,
                                         XZ_VERB_SNOOZE, XZ_VERB_UNSNOOZE};
    struct xz_command command = {.verb = verbs[xz_rng_below(&office->rng, 5)],
                                 .until_ms = office->now_ms + 6 * XZ_HOUR_MS,
                                 .text = XZ_STR("because")};
    const bool held_by_other =
        !is_free(office, id) && office->held[id].by != actor->account && office->held[id].by != 0 &&
        (office->held[id].until_ms == 0 || office->held[id].until_ms > office->now_ms);
    const char *refused = doing(&office->desk, actor, id, command, office->now_ms);

    if (refused[0] == '\0') {
        const bool of_owner = command.verb == XZ_VERB_START || command.verb == XZ_VERB_SNOOZE;

        assert_false(of_owner && held_by_other);
        if (office->held[id].until_ms != 0 && office->held[id].until_ms <= office->now_ms) {
            office->held[id].by = 0;
        }
        follow(office, id, actor, &command);
    }
}

static void check_held(struct office *office)
{
    for (int64_t id = 1; id <= DESK_CASES; id++) {
        struct held *held = &office->held[id];
        const struct xz_case_row row = case_of(office, id);
        const bool ended =
            row.life.lease_until_ms != 0 && row.life.lease_until_ms <= office->now_ms;

        if (held->until_ms != 0 && held->until_ms <= office->now_ms) {
            held->by = 0;
            held->until_ms = 0;
        }
        held->snoozed_until_ms =
            held->snoozed_until_ms <= office->now_ms ? 0 : held->snoozed_until_ms;
        assert_int_equal(ended ? 0 : row.life.assignee, held->by);
        assert_int_equal(row.life.snoozed_until_ms <= office->now_ms ? 0
                                                                     : row.life.snoozed_until_ms,
                         held->snoozed_until_ms);
    }
}

/* A case that sleeps, when there is one, so that many are woken; else this one. */
static int64_t asleep_or(const struct office *office, int64_t id)
{
    for (int64_t other = 1; other <= DESK_CASES; other++) {
        if (office->held[other].snoozed_until_ms > office->now_ms) {
            return other;
        }
    }
    return id;
}

static void test_nobody_holds_what_another_holds(void **state)
{
    struct office office = {.desk = desk_opened(*state), .now_ms = MONDAY_MS};
    struct xz_err err = {0};
    bool more;

    xz_rng_init(&office.rng, seed(), 3);
    for (int i = 0; i < PEOPLE; i++) {
        const struct xz_actor model = somebody(i);

        office.people[i] = person(&office.desk, model.name, model.roles, "");
    }
    for (int64_t id = 1; id <= DESK_CASES; id++) {
        bring_another(&office, id);
        office.held[id].open = true;
    }
    for (int step = 0; step < 400; step++) {
        const struct xz_actor *actor = &office.people[xz_rng_below(&office.rng, PEOPLE)];
        int64_t id = 1 + xz_rng_below(&office.rng, DESK_CASES);

        office.now_ms += (int64_t)xz_rng_below(&office.rng, 12) * XZ_MINUTE_MS;
        switch (xz_rng_below(&office.rng, 6)) {
        case 0:
        case 1:
            take_next(&office, actor);
            break;
        case 2:
            id = asleep_or(&office, id);
            office.woken += office.held[id].snoozed_until_ms > office.now_ms;
            office.held[id].snoozed_until_ms = 0; /* news wakes */
            bring_another(&office, id);
            break;
        case 3:
            more = true;
            while (more) {
                assert_int_equal(xz_work_tick(&office.desk, office.now_ms, &more, &err), XZ_OK);
            }
            break;
        default:
            command_one(&office, actor, id);
            break;
        }
        check_held(&office);
    }
    print_message("# %d taken, %d woken\n", office.taken, office.woken);
    assert_true(office.taken > 10 && office.woken > 0);
    assert_chain_whole(&office.desk);
    xz_desk_close(&office.desk);
}

/* What would be next in its life, so that sequences come to an end now and then. */
static enum xz_verb next_verb(enum xz_case_state state)
{
    switch (state) {
    case XZ_CASE_PROPOSED:
        return XZ_VERB_APPROVE;
    case XZ_CASE_APPROVED:
        return XZ_VERB_CLOSE;
    case XZ_CASE_CLOSED:
        return XZ_VERB_APPEAL;
    case XZ_CASE_APPEALED:
        return XZ_VERB_REREVIEW;
    default:
        return XZ_VERB_PROPOSE;
    }
}

/* With taking back between; by what the desk itself keeps. */
static void test_four_eyes_also_when_things_are_taken_back(void **state)
{
    struct office office = {.desk = desk_opened(*state), .now_ms = MONDAY_MS};
    const struct xz_actor *last_actor = &office.people[0];
    int64_t last_id = 1;
    int closed_above = 0;

    xz_rng_init(&office.rng, seed(), 4);
    for (int i = 0; i < PEOPLE; i++) {
        const struct xz_actor model = somebody(i);

        office.people[i] = person(&office.desk, model.name, model.roles, "");
    }
    for (int64_t id = 1; id <= 3; id++) {
        bring_another(&office, id);
    }
    for (int step = 0; step < 1000; step++) {
        const struct xz_actor *actor = &office.people[xz_rng_below(&office.rng, PEOPLE)];
        const uint32_t cases = (uint32_t)number(&office.desk, "SELECT COUNT(*) FROM desk_case");
        const int64_t id = 1 + xz_rng_below(&office.rng, cases < 4 ? cases : 4);
        struct xz_command command = anything(&office.rng, office.now_ms);

        office.now_ms += xz_rng_below(&office.rng, 10000);
        if (xz_rng_below(&office.rng, 12) == 0) {
            bring_another(&office, 1 + xz_rng_below(&office.rng, 3));
        }
        if (xz_rng_below(&office.rng, 4) == 0) {
            const struct xz_on_case on = {
                .actor = last_actor, .case_id = last_id, .now_ms = office.now_ms};
            const struct xz_case before = case_of(&office, last_id).life;
            struct xz_err err = {0};

            if (xz_work_undo(&office.desk, &on, &err) == XZ_OK) {
                office.undone++;
                assert_true(before.version < case_of(&office, last_id).life.version);
            }
        } else {
            command.account = 0;
            command.conditions |= 1u << XZ_CONDITION_HEARD | 1u << XZ_CONDITION_CARE;
            if (xz_rng_below(&office.rng, 3) > 0) {
                command.appeal = XZ_APPEAL_UPHELD;
                command.verb = next_verb(case_of(&office, id).life.state);
                command.outcome = XZ_OUTCOME_CONFIRMED;
                command.action = 3 + (int)xz_rng_below(&office.rng, 4);
            }
            if (doing(&office.desk, actor, id, command, office.now_ms)[0] == '\0') {
                last_actor = actor;
                last_id = id;
            }
        }
        assert_int_equal(
            number(&office.desk,
                   "SELECT COUNT(*) FROM desk_case WHERE state IN ('approved', 'closed') "
                   "AND outcome = 'confirmed' AND action > 2 AND (proposer = 0 OR approver = 0 "
                   "OR proposer = approver)"),
            0);
        assert_int_equal(/* what was approved is all there is */
                         number(&office.desk,
                                "SELECT COUNT(*) FROM desk_case c JOIN case_event e "
                                "ON e.case_id = c.id WHERE c.state IN ('approved', 'closed') "
                                "AND c.outcome = 'confirmed' AND c.action > 2 AND e.what = 'new' "
                                "AND e.id > (SELECT MAX(a.id) FROM case_event a "
                                "WHERE a.case_id = c.id AND a.what = 'approve')"),
                         0);
        assert_int_equal(/* who hears an appeal decided nothing of it before */
                         number(&office.desk,
                                "SELECT COUNT(*) FROM case_event e JOIN case_event b "
                                "ON b.case_id = e.case_id AND b.actor = e.actor AND b.id < e.id "
                                "WHERE e.what = 'rereview' AND b.what IN ('propose', 'approve', "
                                "'return', 'close')"),
                         0);
        assert_int_equal(/* a verdict stands exactly while it is closed */
                         number(&office.desk,
                                "SELECT COUNT(*) FROM desk_case c WHERE (c.state = 'closed') <> "
                                "EXISTS (SELECT 1 FROM verdict v WHERE v.case_id = c.id) "
                                "AND c.state <> 'appealed'"),
                         0);
    }
    closed_above = (int)number(&office.desk, "SELECT COUNT(*) FROM case_event WHERE what = 'close' "
                                             "AND detail LIKE '%\"outcome\":\"confirmed\"%' "
                                             "AND detail NOT LIKE '%\"action\":1%' "
                                             "AND detail NOT LIKE '%\"action\":2%'");
    print_message("# %d taken back, %d closed above A2\n", office.undone, closed_above);
    assert_true(office.undone > 5 && closed_above > 0);
    assert_true(number(&office.desk, "SELECT COUNT(*) FROM case_event WHERE what = 'unsettle'") >
                0);
    assert_true(number(&office.desk, "SELECT COUNT(*) FROM case_event WHERE what = 'rereview'") >
                0);
    assert_chain_whole(&office.desk);
    xz_desk_close(&office.desk);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_clock_ends_with_a_working_day),
        cmocka_unit_test(test_four_eyes_whatever_people_do),
        ON_BOTH(test_nobody_holds_what_another_holds),
        ON_BOTH(test_four_eyes_also_when_things_are_taken_back),
    };

    return cmocka_run_group_tests(tests, databases_start, databases_stop);
}
