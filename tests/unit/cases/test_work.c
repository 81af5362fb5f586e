/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What people do at the desk: from taking a case to closing it, who may, and what is left behind.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <pthread.h>

#include "alerts.h"
#include "cases/audit.h"
#include "cases/case_row.h"
#include "cases/row.h"
#include "cases/verdict.h"
#include "cases/view.h"
#include "cases/work.h"

static struct xz_actor person(int64_t account, const char *name, unsigned roles)
{
    struct xz_actor actor = {.account = account, .roles = roles};

    (void)snprintf(actor.name, sizeof(actor.name), "%s", name);
    (void)snprintf(actor.purpose, sizeof(actor.purpose), "verification");
    return actor;
}
#define LI    person(1, "li", 1u << XZ_ROLE_INVESTIGATOR)
#define WANG  person(2, "wang", 1u << XZ_ROLE_INVESTIGATOR)
#define ZHAO  person(3, "zhao", 1u << XZ_ROLE_APPROVER)
#define BOTH  person(4, "sun", 1u << XZ_ROLE_INVESTIGATOR | 1u << XZ_ROLE_APPROVER)
#define WATCH person(5, "qian", 1u << XZ_ROLE_ANALYST)

/* A desk with so many cases, each of another institution, the later worth more. */
static struct xz_desk desk_with(const char *url, int cases)
{
    struct xz_desk desk = desk_opened(url);

    for (int i = 0; i < cases; i++) {
        char id[16], subject[16], events[32];
        struct said said = saying(id, "T09", "institution", subject);

        (void)snprintf(id, sizeof(id), "A%d", i);
        (void)snprintf(subject, sizeof(subject), "P%d", i);
        (void)snprintf(events, sizeof(events), "e%d:%d", i, 100000 * (i + 1));
        said.events = events;
        (void)bring(&desk, &said, 1, MONDAY_MS);
    }
    return desk;
}

static struct xz_case_row case_of(const struct xz_desk *desk, int64_t id)
{
    struct xz_db_conn *conn = NULL;
    struct xz_case_row row;
    struct xz_err err = {0};

    assert_int_equal(xz_db_take(desk->db, 1000, &conn, &err), XZ_OK);
    assert_int_equal(xz_case_load(conn, id, &row, &err), XZ_OK);
    xz_db_give(conn);
    return row;
}

static int64_t number(const struct xz_desk *desk, const char *sql)
{
    struct xz_db_conn *conn = NULL;
    struct xz_err err = {0};
    int64_t value = -1;

    assert_int_equal(xz_db_take(desk->db, 1000, &conn, &err), XZ_OK);
    assert_int_equal(xz_row_int(conn, sql, XZ_DB_NO_ARGS, &value, NULL, &err), XZ_OK);
    xz_db_give(conn);
    return value;
}

/* The reason of the refusal, or "" when it was done. */
static const char *doing(const struct xz_desk *desk, struct xz_actor actor, int64_t case_id,
                         struct xz_command command, int64_t now_ms)
{
    static struct xz_err err;
    const struct xz_on_case on = {.actor = &actor, .case_id = case_id, .now_ms = now_ms};
    enum xz_rc rc;

    err = (struct xz_err){0};
    rc = xz_work_do(desk, &on, &command, &err);
    if (rc != XZ_OK && rc != XZ_REJECT) {
        fail_msg("%s", err.msg);
    }
    return rc == XZ_OK ? "" : err.reason;
}

static struct xz_command saying_of(enum xz_verb verb, enum xz_case_outcome outcome, int action)
{
    return (struct xz_command){
        .verb = verb, .outcome = outcome, .action = action, .text = XZ_STR("because")};
}
#define PLAIN(verb) saying_of(XZ_VERB_##verb, XZ_OUTCOME_NONE, 0)

static void test_from_new_to_closed_with_a_second_person(void **state)
{
    struct xz_desk desk = desk_with(*state, 1);
    const struct xz_command propose = saying_of(XZ_VERB_PROPOSE, XZ_OUTCOME_CONFIRMED, 4);
    const int64_t at = MONDAY_MS;

    assert_string_equal(doing(&desk, LI, 1, PLAIN(ASSIGN), at), "");
    assert_string_equal(doing(&desk, WANG, 1, PLAIN(START), at), "conflict");
    assert_string_equal(doing(&desk, LI, 1, PLAIN(START), at), "");
    assert_string_equal(doing(&desk, LI, 1, saying_of(XZ_VERB_CLOSE, XZ_OUTCOME_CONFIRMED, 4), at),
                        "second_person_needed");
    assert_string_equal(doing(&desk, LI, 1, propose, at), "");
    assert_string_equal(doing(&desk, LI, 1, PLAIN(APPROVE), at), "forbidden");
    assert_string_equal(doing(&desk, ZHAO, 1, PLAIN(RETURN), at), "");
    assert_int_equal(case_of(&desk, 1).life.state, XZ_CASE_RETURNED);
    assert_string_equal(doing(&desk, LI, 1, propose, at), "");
    assert_string_equal(doing(&desk, ZHAO, 1, PLAIN(APPROVE), at), "");
    assert_string_equal(doing(&desk, LI, 1, PLAIN(CLOSE), at), "");
    assert_int_equal(case_of(&desk, 1).life.outcome, XZ_OUTCOME_CONFIRMED);
    assert_int_equal(number(&desk, "SELECT COUNT(*) FROM verdict WHERE outcome = 'confirmed'"), 1);
    assert_int_equal(number(&desk, "SELECT COUNT(*) FROM case_event WHERE what = 'propose'"), 2);
    xz_desk_close(&desk);
}

static void test_nobody_approves_what_is_his_own(void **state)
{
    struct xz_desk desk = desk_with(*state, 1);
    const int64_t at = MONDAY_MS;

    assert_string_equal(
        doing(&desk, BOTH, 1, saying_of(XZ_VERB_PROPOSE, XZ_OUTCOME_CONFIRMED, 6), at), "");
    assert_string_equal(doing(&desk, BOTH, 1, PLAIN(APPROVE), at), "second_person_needed");
    assert_string_equal(doing(&desk, ZHAO, 1, PLAIN(APPROVE), at), "");
    xz_desk_close(&desk);
}

static void test_a_suspension_needs_the_law(void **state)
{
    struct xz_desk desk = desk_with(*state, 1);
    struct xz_command propose = saying_of(XZ_VERB_PROPOSE, XZ_OUTCOME_CONFIRMED, 5);
    const int64_t at = MONDAY_MS;

    assert_string_equal(doing(&desk, LI, 1, propose, at), "invalid");
    propose.conditions = 1u << XZ_CONDITION_SUSPECTED | 1u << XZ_CONDITION_HEARD |
                         1u << XZ_CONDITION_CARE; /* suspicion alone does not do */
    assert_string_equal(doing(&desk, LI, 1, propose, at), "invalid");
    propose.conditions |= 1u << XZ_CONDITION_REFUSED;
    assert_string_equal(doing(&desk, LI, 1, propose, at), "");
    xz_desk_close(&desk);
}

static void test_a_decision_can_be_taken_back_for_a_while(void **state)
{
    struct xz_desk desk = desk_with(*state, 2);
    const struct xz_command close = saying_of(XZ_VERB_CLOSE, XZ_OUTCOME_FALSE_POSITIVE, 0);
    struct xz_actor li = LI, wang = WANG;
    struct xz_on_case on = {.actor = &li, .case_id = 1, .now_ms = MONDAY_MS + 5000};
    struct xz_err err = {0};

    assert_string_equal(doing(&desk, LI, 1, close, MONDAY_MS), "");
    assert_int_equal(number(&desk, "SELECT COUNT(*) FROM outbox"), 1);
    on.actor = &wang;
    assert_int_equal(xz_work_undo(&desk, &on, &err), XZ_REJECT);
    on.actor = &li;
    assert_int_equal(xz_work_undo(&desk, &on, &err), XZ_OK);
    assert_int_equal(case_of(&desk, 1).life.state, XZ_CASE_NEW);
    assert_int_equal(case_of(&desk, 1).life.assignee, 0);
    assert_int_equal(number(&desk, "SELECT COUNT(*) FROM outbox"), 0);
    assert_int_equal(number(&desk, "SELECT COUNT(*) FROM verdict"), 0);
    assert_int_equal(number(&desk, "SELECT SUM(cases) FROM sum_case WHERE state = 'closed'"), 0);
    assert_int_equal(xz_work_undo(&desk, &on, &err), XZ_REJECT); /* not twice */
    assert_string_equal(doing(&desk, LI, 2, close, MONDAY_MS), "");
    on.case_id = 2;
    on.now_ms = MONDAY_MS + XZ_UNDO_MS + 1;
    assert_int_equal(xz_work_undo(&desk, &on, &err), XZ_REJECT); /* too late */
    xz_desk_close(&desk);
}

static void test_the_appeal_is_heard_by_somebody_else(void **state)
{
    struct xz_desk desk = desk_with(*state, 1);
    struct xz_command reverse = PLAIN(REREVIEW);
    const int64_t at = MONDAY_MS;

    reverse.appeal = XZ_APPEAL_REVERSED;
    assert_string_equal(doing(&desk, LI, 1, saying_of(XZ_VERB_CLOSE, XZ_OUTCOME_CONFIRMED, 1), at),
                        "");
    assert_string_equal(doing(&desk, LI, 1, PLAIN(APPEAL), at), "");
    assert_string_equal(doing(&desk, LI, 1, reverse, at), "second_person_needed");
    assert_string_equal(doing(&desk, WANG, 1, reverse, at), "");
    assert_int_equal(case_of(&desk, 1).life.outcome, XZ_OUTCOME_FALSE_POSITIVE);
    assert_int_equal(number(&desk, "SELECT COUNT(*) FROM verdict WHERE outcome = 'false_positive'"),
                     1); /* it counts against the pattern now */
    assert_string_equal(doing(&desk, LI, 1, PLAIN(APPEAL), at), "conflict");
    xz_desk_close(&desk);
}

static void test_who_ever_decided_on_it_hears_no_appeal(void **state)
{
    struct xz_desk desk = desk_with(*state, 1);
    const struct xz_command propose = saying_of(XZ_VERB_PROPOSE, XZ_OUTCOME_CONFIRMED, 3);
    struct xz_command uphold = PLAIN(REREVIEW);
    const int64_t at = MONDAY_MS;

    uphold.appeal = XZ_APPEAL_UPHELD;
    assert_string_equal(doing(&desk, LI, 1, propose, at), ""); /* the first who proposed */
    assert_string_equal(doing(&desk, BOTH, 1, PLAIN(RETURN), at), "");
    assert_string_equal(doing(&desk, LI, 1, PLAIN(RELEASE), at), "");
    assert_string_equal(doing(&desk, BOTH, 1, propose, at), "");
    assert_string_equal(doing(&desk, ZHAO, 1, PLAIN(APPROVE), at), "");
    assert_string_equal(doing(&desk, BOTH, 1, PLAIN(CLOSE), at), "");
    assert_string_equal(doing(&desk, LI, 1, PLAIN(APPEAL), at), "");
    assert_string_equal(doing(&desk, LI, 1, uphold, at), "second_person_needed");
    assert_string_equal(doing(&desk, LI, 1, PLAIN(ASSIGN), at), "second_person_needed");
    assert_string_equal(doing(&desk, BOTH, 1, uphold, at), "second_person_needed");
    assert_string_equal(doing(&desk, WANG, 1, uphold, at), "");
    xz_desk_close(&desk);
}

/* The last thing that happened to a case. */
static void assert_last(const struct xz_desk *desk, int64_t case_id, const char *what)
{
    char sql[200];

    (void)snprintf(sql, sizeof(sql),
                   "SELECT COUNT(*) FROM case_event WHERE what = '%s' AND actor = 0 AND id = "
                   "(SELECT MAX(id) FROM case_event WHERE case_id = %" PRId64 ")",
                   what, case_id);
    assert_int_equal(number(desk, sql), 1);
}

static void test_what_comes_after_an_approval_was_not_approved(void **state)
{
    struct xz_desk desk = desk_with(*state, 1);
    const struct xz_command propose = saying_of(XZ_VERB_PROPOSE, XZ_OUTCOME_CONFIRMED, 3);
    struct said said = saying("B1", "T09", "institution", "P0");
    struct xz_actor zhao = ZHAO;
    const struct xz_on_case on = {.actor = &zhao, .case_id = 1, .now_ms = MONDAY_MS};
    struct xz_audit_report report;
    struct xz_err err = {0};
    const int64_t at = MONDAY_MS;

    assert_string_equal(doing(&desk, LI, 1, propose, at), "");
    assert_string_equal(doing(&desk, ZHAO, 1, PLAIN(APPROVE), at), "");
    said.events = "b1:900";
    (void)bring(&desk, &said, 1, at); /* a new alert of the same subject */
    assert_int_equal(case_of(&desk, 1).life.state, XZ_CASE_RETURNED);
    assert_last(&desk, 1, "unsettle");
    assert_int_equal(number(&desk, "SELECT COUNT(*) FROM audit WHERE action = 'case.unsettle' "
                                   "AND actor = 'system' AND object = 'case/1'"),
                     1);
    assert_int_equal(number(&desk, "SELECT COUNT(*) FROM change WHERE what = 'unsettle'"), 1);
    assert_int_equal(xz_work_undo(&desk, &on, &err), XZ_REJECT); /* nor by taking back */
    assert_string_equal(doing(&desk, LI, 1, PLAIN(CLOSE), at), "invalid");
    assert_string_equal(doing(&desk, LI, 1, saying_of(XZ_VERB_CLOSE, XZ_OUTCOME_CONFIRMED, 3), at),
                        "second_person_needed");
    assert_string_equal(doing(&desk, LI, 1, propose, at), "");
    said.rev = 2;
    said.events = "b1:900 b2:100";
    (void)bring(&desk, &said, 1, at); /* a revision with more, while it is proposed */
    assert_string_equal(doing(&desk, ZHAO, 1, PLAIN(APPROVE), at), "conflict");
    assert_last(&desk, 1, "unsettle");
    assert_string_equal(doing(&desk, LI, 1, propose, at), "");
    assert_string_equal(doing(&desk, ZHAO, 1, PLAIN(APPROVE), at), "");
    said.rev = 3;
    said.status = "closed";
    (void)bring(&desk, &said, 1, at); /* its episode ended: there is no more to see */
    assert_int_equal(case_of(&desk, 1).life.state, XZ_CASE_APPROVED);
    said.rev = 4;
    said.status = "withdrawn";
    (void)bring(&desk, &said, 1, at); /* less than was approved */
    assert_string_equal(doing(&desk, LI, 1, PLAIN(CLOSE), at), "");
    assert_int_equal(xz_audit_verify(desk.db, &report, &err), XZ_OK);
    assert_int_equal(report.first_bad, 0);
    xz_desk_close(&desk);
}

/* An appeal is heard on what was decided: what comes meanwhile is another case. */
static void test_nothing_joins_a_case_under_appeal(void **state)
{
    struct xz_desk desk = desk_with(*state, 1);
    struct said said = saying("A0", "T09", "institution", "P0"), another = said;

    assert_string_equal(
        doing(&desk, LI, 1, saying_of(XZ_VERB_CLOSE, XZ_OUTCOME_CONFIRMED, 1), MONDAY_MS), "");
    assert_string_equal(doing(&desk, LI, 1, PLAIN(APPEAL), MONDAY_MS), "");
    another.id = "B1";
    (void)bring(&desk, &another, 1, MONDAY_MS);
    said.rev = 2;
    said.events = "e0:100000 e1:7";
    (void)bring(&desk, &said, 1, MONDAY_MS);
    assert_int_equal(number(&desk, "SELECT COUNT(*) FROM alert WHERE case_id = 1"), 1);
    assert_int_equal(number(&desk, "SELECT COUNT(*) FROM alert WHERE case_id = 2"), 2);
    assert_int_equal(case_of(&desk, 1).life.state, XZ_CASE_APPEALED);
    xz_desk_close(&desk);
}

static void test_what_nobody_works_on_escalates_and_is_never_closed(void **state)
{
    struct xz_desk desk = desk_with(*state, 1);
    struct xz_err err = {0};
    bool more = false;
    double rank;

    rank = (double)number(&desk, "SELECT CAST(rank AS BIGINT) FROM desk_case");
    assert_int_equal(xz_work_tick(&desk, MONDAY_MS + 6 * XZ_DAY_MS, &more, &err), XZ_OK);
    assert_int_equal(case_of(&desk, 1).life.escalated_ms, 0);
    assert_int_equal(xz_work_tick(&desk, MONDAY_MS + 8 * XZ_DAY_MS, &more, &err), XZ_OK);
    assert_int_not_equal(case_of(&desk, 1).life.escalated_ms, 0);
    assert_true((double)number(&desk, "SELECT CAST(rank AS BIGINT) FROM desk_case") > 1.9 * rank);
    assert_int_equal(xz_work_tick(&desk, MONDAY_MS + 400 * XZ_DAY_MS, &more, &err), XZ_OK);
    assert_int_equal(case_of(&desk, 1).life.clock, XZ_CLOCK_BREACHED);
    assert_int_equal(case_of(&desk, 1).life.state, XZ_CASE_NEW);
    assert_int_equal(number(&desk, "SELECT COUNT(*) FROM case_event WHERE what = 'escalated'"), 1);
    xz_desk_close(&desk);
}

static void test_a_snooze_ends_by_time_or_by_news(void **state)
{
    struct xz_desk desk = desk_with(*state, 1);
    struct xz_command snooze = PLAIN(SNOOZE);
    struct said more_of_it = saying("B", "T12", "institution", "P0");
    struct xz_err err = {0};
    bool more = false;

    snooze.until_ms = MONDAY_MS + 60 * XZ_DAY_MS;
    assert_string_equal(doing(&desk, LI, 1, snooze, MONDAY_MS), "invalid"); /* beyond its clock */
    snooze.until_ms = MONDAY_MS + 2 * XZ_DAY_MS;
    assert_string_equal(doing(&desk, LI, 1, snooze, MONDAY_MS), "");
    assert_int_equal(xz_work_tick(&desk, MONDAY_MS + XZ_DAY_MS, &more, &err), XZ_OK);
    assert_int_not_equal(case_of(&desk, 1).life.snoozed_until_ms, 0);
    assert_int_equal(xz_work_tick(&desk, MONDAY_MS + 3 * XZ_DAY_MS, &more, &err), XZ_OK);
    assert_int_equal(case_of(&desk, 1).life.snoozed_until_ms, 0);
    snooze.until_ms = MONDAY_MS + 5 * XZ_DAY_MS;
    assert_string_equal(doing(&desk, LI, 1, snooze, MONDAY_MS + 3 * XZ_DAY_MS), "");
    more_of_it.events = "e99:1";
    (void)bring(&desk, &more_of_it, 1, MONDAY_MS + 4 * XZ_DAY_MS);
    assert_int_equal(case_of(&desk, 1).life.snoozed_until_ms, 0);
    xz_desk_close(&desk);
}

static void test_a_lease_falls_back(void **state)
{
    struct xz_desk desk = desk_with(*state, 2);
    const struct xz_actor li = LI, wang = WANG, watch = WATCH;
    struct xz_err err = {0};
    int64_t first = 0, second = 0, third = 0;

    assert_int_equal(xz_work_take_next(&desk, &watch, MONDAY_MS, &first, &err), XZ_REJECT);
    assert_int_equal(xz_work_take_next(&desk, &li, MONDAY_MS, &first, &err), XZ_OK);
    assert_int_equal(first, 2); /* the one that is worth most */
    assert_int_equal(xz_work_take_next(&desk, &wang, MONDAY_MS, &second, &err), XZ_OK);
    assert_int_equal(second, 1);
    assert_int_equal(xz_work_take_next(&desk, &wang, MONDAY_MS, &third, &err), XZ_OK);
    assert_int_equal(third, 0);
    assert_string_equal(doing(&desk, WANG, 1, PLAIN(START), MONDAY_MS + 1000), "");
    assert_int_equal(xz_work_take_next(&desk, &wang, MONDAY_MS + XZ_LEASE_MS + 1, &third, &err),
                     XZ_OK);
    assert_int_equal(third, 2); /* not begun; the other was, and stays */
    assert_int_equal(case_of(&desk, 1).life.assignee, 2);
    xz_desk_close(&desk);
}

struct taker {
    const struct xz_desk *desk;
    struct xz_actor actor;
    int64_t got[64];
    int count;
};

static void *take_all(void *arg)
{
    struct taker *taker = arg;
    struct xz_err err = {0};
    int64_t id = 0;

    do {
        if (xz_work_take_next(taker->desk, &taker->actor, MONDAY_MS, &id, &err) != XZ_OK) {
            taker->count = -1;
            return NULL;
        }
        if (id != 0) {
            taker->got[taker->count++] = id;
        }
    } while (id != 0 && taker->count < 64);
    return NULL;
}

static void test_two_never_get_the_same(void **state)
{
    struct xz_desk desk = desk_with(*state, 12);
    struct taker takers[4];
    pthread_t threads[4];
    bool seen[13] = {false};
    int total = 0;

    for (int i = 0; i < 4; i++) {
        takers[i] =
            (struct taker){&desk, person(10 + i, "taker", 1u << XZ_ROLE_INVESTIGATOR), {0}, 0};
        assert_int_equal(pthread_create(&threads[i], NULL, take_all, &takers[i]), 0);
    }
    for (int i = 0; i < 4; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
        assert_true(takers[i].count >= 0);
        for (int k = 0; k < takers[i].count; k++) {
            assert_false(seen[takers[i].got[k]]);
            seen[takers[i].got[k]] = true;
            total++;
        }
    }
    assert_int_equal(total, 12);
    xz_desk_close(&desk);
}

static void test_what_cannot_be_seen_says_nothing(void **state)
{
    static const char *const blank[] = {"", "    ", "\t\n\r  ", "\u3000\u3000\u00a0\u200b\ufeff"};
    struct xz_desk desk = desk_with(*state, 2);
    const struct xz_actor li = LI;
    const struct xz_on_case on = {.actor = &li, .case_id = 1, .now_ms = MONDAY_MS};
    struct xz_err err = {0};
    int64_t file;

    for (size_t i = 0; i < sizeof(blank) / sizeof(blank[0]); i++) {
        const struct xz_str text = xz_str_from(blank[i]);
        struct xz_command command = saying_of(XZ_VERB_CLOSE, XZ_OUTCOME_INCONCLUSIVE, 0);

        command.text = text;
        assert_string_equal(doing(&desk, li, 1, command, MONDAY_MS), "invalid");
        assert_int_equal(xz_work_note(&desk, &on, text, &err), XZ_REJECT);
        assert_int_equal(xz_work_tag(&desk, &on, text, true, &err), XZ_REJECT);
        assert_int_equal(xz_work_link(&desk, &on, 2, text, &err), XZ_REJECT);
        assert_string_equal(err.path, "reason");
        assert_int_equal(xz_work_file(&desk, &on, text, XZ_STR("x"), &file, &err), XZ_REJECT);
    }
    assert_int_equal(xz_work_note(&desk, &on, XZ_STR("  好 "), &err), XZ_OK);
    xz_desk_close(&desk);
}

static void test_what_was_seen_must_still_be_so(void **state)
{
    struct xz_desk desk = desk_with(*state, 1);
    struct xz_actor li = LI, far = LI;
    struct xz_on_case on = {.actor = &li, .case_id = 1, .version = 1, .now_ms = MONDAY_MS};
    struct xz_err err = {0};

    assert_int_equal(xz_work_note(&desk, &on, XZ_STR("a note"), &err), XZ_OK);
    assert_int_equal(xz_work_note(&desk, &on, XZ_STR("another"), &err), XZ_REJECT);
    assert_string_equal(err.reason, "stale");
    (void)snprintf(far.regions, sizeof(far.regions), "3101,22");
    on = (struct xz_on_case){.actor = &far, .case_id = 1, .now_ms = MONDAY_MS};
    assert_int_equal(xz_work_note(&desk, &on, XZ_STR("another"), &err), XZ_REJECT);
    assert_string_equal(err.reason, "not_found");
    (void)snprintf(far.regions, sizeof(far.regions), "3101,2101");
    assert_int_equal(xz_work_note(&desk, &on, XZ_STR("another"), &err), XZ_OK);
    xz_desk_close(&desk);
}

static bool says(struct xz_str value, const char *part)
{
    return memmem(value.ptr, value.len, part, strlen(part)) != NULL;
}

/* How many it gets; what it got, in items[0]. */
static size_t takes(const struct xz_desk *desk, int64_t holder, int64_t now_ms,
                    struct xz_disposition items[static 10])
{
    struct xz_err err = {0};
    size_t count = 99;

    if (xz_disposition_take(desk, holder, now_ms, 10, items, &count, &err) != XZ_OK) {
        fail_msg("%s", err.msg);
    }
    for (size_t i = 1; i < count; i++) {
        xz_disposition_fini(&items[i]);
    }
    return count;
}

#define FINAL_MS (MONDAY_MS + XZ_UNDO_MS)

static void test_a_disposition_leaves_when_it_is_final(void **state)
{
    struct xz_desk desk = desk_with(*state, 1);
    struct xz_disposition items[10];
    struct xz_err err = {0};

    assert_string_equal(
        doing(&desk, LI, 1, saying_of(XZ_VERB_CLOSE, XZ_OUTCOME_RIGHT_TO_ASK, 0), MONDAY_MS), "");
    assert_int_equal(takes(&desk, 7, MONDAY_MS + 1000, items), 0);
    assert_int_equal(takes(&desk, 7, FINAL_MS, items), 1);
    assert_string_equal(items[0].alert_id, "A0");
    assert_true(says(xz_buf_view(&items[0].value), "\"outcome\":\"inconclusive\""));
    assert_int_equal(xz_disposition_drop(&desk, &items[0].id, 1, &err), XZ_OK);
    xz_disposition_fini(&items[0]);
    assert_int_equal(takes(&desk, 7, FINAL_MS, items), 0);
    xz_desk_close(&desk);
}

static void test_of_two_senders_one_sends(void **state)
{
    struct xz_desk desk = desk_with(*state, 1);
    struct xz_disposition items[10];
    struct xz_err err = {0};

    assert_string_equal(
        doing(&desk, LI, 1, saying_of(XZ_VERB_CLOSE, XZ_OUTCOME_RIGHT_TO_ASK, 0), MONDAY_MS), "");
    assert_int_equal(takes(&desk, 7, FINAL_MS, items), 1);
    xz_disposition_fini(&items[0]);
    assert_int_equal(takes(&desk, 8, FINAL_MS + XZ_OUTBOX_HOLD_MS - 1, items), 0);
    assert_int_equal(takes(&desk, 7, FINAL_MS + XZ_OUTBOX_HOLD_MS - 1, items), 1); /* holds on */
    xz_disposition_fini(&items[0]);
    assert_int_equal(takes(&desk, 8, FINAL_MS + XZ_OUTBOX_HOLD_MS, items), 0);
    assert_int_equal(takes(&desk, 8, FINAL_MS + 2 * XZ_OUTBOX_HOLD_MS, items), 1); /* 7 is dead */
    xz_disposition_fini(&items[0]);
    assert_int_equal(takes(&desk, 7, FINAL_MS + 2 * XZ_OUTBOX_HOLD_MS, items), 0);
    assert_int_equal(xz_disposition_leave(&desk, 7, &err), XZ_OK); /* not 7's to leave */
    assert_int_equal(takes(&desk, 7, FINAL_MS + 2 * XZ_OUTBOX_HOLD_MS, items), 0);
    assert_int_equal(takes(&desk, 7, FINAL_MS, items), 1); /* a clock was set back */
    xz_disposition_fini(&items[0]);
    assert_int_equal(xz_disposition_leave(&desk, 7, &err), XZ_OK);
    assert_int_equal(takes(&desk, 8, FINAL_MS, items), 1);
    xz_disposition_fini(&items[0]);
    xz_desk_close(&desk);
}

static void test_a_closed_case_stays_and_a_new_one_goes_on(void **state)
{
    struct xz_desk desk = desk_with(*state, 1);
    struct said said = saying("A0", "T09", "institution", "P0");

    assert_string_equal(
        doing(&desk, LI, 1, saying_of(XZ_VERB_CLOSE, XZ_OUTCOME_CONFIRMED, 1), MONDAY_MS), "");
    said.rev = 2;
    said.status = "closed";
    said.events = "e0:100000";
    (void)bring(&desk, &said, 1, MONDAY_MS); /* nothing new in it */
    assert_int_equal(number(&desk, "SELECT COUNT(*) FROM desk_case"), 1);
    said.rev = 3;
    said.events = "e0:100000 e1:7";
    (void)bring(&desk, &said, 1, MONDAY_MS);
    assert_int_equal(number(&desk, "SELECT COUNT(*) FROM desk_case"), 2);
    assert_int_equal(case_of(&desk, 1).amount_fen, 100000); /* as it was decided on */
    assert_int_equal(case_of(&desk, 2).amount_fen, 100007);
    assert_int_equal(number(&desk, "SELECT COUNT(*) FROM case_link"), 1);
    assert_int_equal(number(&desk, "SELECT SUM(alerts) FROM sum_alert"), 1);
    xz_desk_close(&desk);
}

static void test_every_change_is_in_the_chain(void **state)
{
    struct xz_desk desk = desk_with(*state, 1);
    const struct xz_actor li = LI;
    const struct xz_on_case on = {.actor = &li, .case_id = 1, .now_ms = MONDAY_MS};
    const struct xz_desk_view view = {&desk, &li, MONDAY_MS};
    struct xz_audit_report report;
    struct xz_err err = {0};
    struct xz_buf out = {0};
    int64_t file = 0;

    assert_int_equal(xz_work_tag(&desk, &on, XZ_STR("ring"), true, &err), XZ_OK);
    assert_int_equal(xz_work_tag(&desk, &on, XZ_STR("ring"), false, &err), XZ_OK);
    assert_int_equal(xz_work_tag(&desk, &on, XZ_STR("a,b"), true, &err), XZ_REJECT);
    assert_int_equal(xz_work_file(&desk, &on, XZ_STR("x.txt"), XZ_STR("bytes"), &file, &err),
                     XZ_OK);
    assert_int_equal(xz_work_link(&desk, &on, 1, XZ_STR("itself"), &err), XZ_REJECT);
    assert_int_equal(xz_view_case(&view, 1, &out, &err), XZ_OK);
    assert_int_equal(number(&desk, "SELECT COUNT(*) FROM audit"), 4);
    assert_int_equal(number(&desk, "SELECT COUNT(*) FROM audit WHERE action = 'case.read' "
                                   "AND actor = 'li' AND purpose = 'verification'"),
                     1);
    assert_int_equal(xz_audit_verify(desk.db, &report, &err), XZ_OK);
    assert_int_equal(report.first_bad, 0);
    xz_buf_fini(&out);
    xz_desk_close(&desk);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH(test_from_new_to_closed_with_a_second_person),
        ON_BOTH(test_nobody_approves_what_is_his_own),
        ON_BOTH(test_a_suspension_needs_the_law),
        ON_BOTH(test_a_decision_can_be_taken_back_for_a_while),
        ON_BOTH(test_the_appeal_is_heard_by_somebody_else),
        ON_BOTH(test_who_ever_decided_on_it_hears_no_appeal),
        ON_BOTH(test_what_comes_after_an_approval_was_not_approved),
        ON_BOTH(test_nothing_joins_a_case_under_appeal),
        ON_BOTH(test_what_nobody_works_on_escalates_and_is_never_closed),
        ON_BOTH(test_a_snooze_ends_by_time_or_by_news),
        ON_BOTH(test_a_lease_falls_back),
        ON_BOTH(test_two_never_get_the_same),
        ON_BOTH(test_what_cannot_be_seen_says_nothing),
        ON_BOTH(test_what_was_seen_must_still_be_so),
        ON_BOTH(test_a_disposition_leaves_when_it_is_final),
        ON_BOTH(test_of_two_senders_one_sends),
        ON_BOTH(test_a_closed_case_stays_and_a_new_one_goes_on),
        ON_BOTH(test_every_change_is_in_the_chain),
    };

    return cmocka_run_group_tests(tests, databases_start, databases_stop);
}
