/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * cases/life.h - the life of a case: what may be done with it, when, by whom, and what it is then.
 * Pure: a case, an actor, a command and the time in, a changed case or a refusal out.
 *
 *   new -> assigned -> investigating -> proposed -> approved -> closed
 *                          ^               |
 *                          '-- returned <--'       closed -> appealed -> closed (upheld, reversed)
 *
 * A proposal and an approval are of what there was to see: what comes to the case later returns it.
 * A confirmed case whose action is graded above A2 is closed only by way of proposed and approved,
 * and approved by one who neither proposed nor worked it. Time never approves or closes anything:
 * what nobody works on escalates.
 */
#ifndef XZ_CASES_LIFE_H
#define XZ_CASES_LIFE_H
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"
#include "base/time.h"
#include "cases/access.h"
#include "cases/calendar.h"

enum xz_case_state {
    XZ_CASE_NEW,
    XZ_CASE_ASSIGNED,
    XZ_CASE_INVESTIGATING,
    XZ_CASE_PROPOSED,
    XZ_CASE_RETURNED,
    XZ_CASE_APPROVED,
    XZ_CASE_CLOSED,
    XZ_CASE_APPEALED,
    XZ_CASE_STATES
};
extern const char *const xz_case_state_names[XZ_CASE_STATES];

enum xz_case_outcome {
    XZ_OUTCOME_NONE,
    XZ_OUTCOME_CONFIRMED,
    XZ_OUTCOME_FALSE_POSITIVE,
    XZ_OUTCOME_INCONCLUSIVE,
    XZ_OUTCOME_RIGHT_TO_ASK, /* nothing found, but it had to be asked */
    XZ_CASE_OUTCOMES
};
extern const char *const xz_case_outcome_names[XZ_CASE_OUTCOMES]; /* "" for none */

enum xz_case_appeal { XZ_APPEAL_NONE, XZ_APPEAL_UPHELD, XZ_APPEAL_REVERSED, XZ_CASE_APPEALS };
extern const char *const xz_case_appeal_names[XZ_CASE_APPEALS]; /* "" for none */

enum xz_case_clock { XZ_CLOCK_OK, XZ_CLOCK_SOON, XZ_CLOCK_BREACHED, XZ_CASE_CLOCKS };
extern const char *const xz_case_clock_names[XZ_CASE_CLOCKS];

#define XZ_ACTION_MAX       6 /* A1 .. A6; 0: none */
#define XZ_ACTION_ALONE_MAX 2 /* above it a second person decides */
#define XZ_ACTION_SUSPEND   5 /* needs every condition of the law */

/* What article 30 and 41 ask for before somebody's networked settlement is suspended. */
enum xz_case_condition {
    XZ_CONDITION_SUSPECTED, /* article 30: suspected of obtaining fund money by fraud, */
    XZ_CONDITION_REFUSED,   /* and refuses to help the investigation */
    XZ_CONDITION_ARTICLE41, /* or: an act of article 41 has been established */
    XZ_CONDITION_HEARD,     /* articles 31, 32: told of it, and heard */
    XZ_CONDITION_CARE,      /* emergency care is not cut off: fees prepaid, settled when cleared */
    XZ_CASE_CONDITIONS
};
extern const char *const xz_case_condition_names[XZ_CASE_CONDITIONS];
/* Do these (1u << enum xz_case_condition) allow a suspension? Article 30: suspected and refused, or
 * article 41: established; either way heard, and care secured. */
bool xz_case_may_suspend(unsigned conditions);

#define XZ_VERIFICATION_DAYS                                                                       \
    15                     /* working days of a clue's verification; one extension of as many */
#define XZ_SOON_DAYS     3 /* working days before the end, from which it is about to break */
#define XZ_IDLE_DAYS     5 /* working days without work, after which a case escalates */
#define XZ_LEASE_MS      (30 * XZ_MINUTE_MS) /* of one that was taken and not begun */
#define XZ_SNOOZE_MAX_MS (30 * XZ_DAY_MS)
#define XZ_UNDO_MS       (30 * XZ_SECOND_MS)
#define XZ_REASON_MIN    2 /* bytes */
#define XZ_REASON_MAX    4000

/* What changes in a life; the rest of a case is in case_row.h. Times 0: none. Accounts 0: nobody.
 */
struct xz_case {
    int64_t id, version;
    enum xz_case_state state;
    enum xz_case_outcome outcome;
    enum xz_case_appeal appeal;
    enum xz_case_clock clock;
    int action;
    unsigned conditions;
    bool extended, sampled;
    int64_t assignee, proposer, approver, closer;
    int64_t opened_ms, due_ms, soon_ms, idle_ms, escalated_ms, lease_until_ms, snoozed_until_ms,
        closed_ms, worked_ms;
};

bool xz_case_is_open(const struct xz_case *c); /* not closed */

/* Sets its clocks as of opened_ms, which is now. */
void xz_case_open(struct xz_case *c, const struct xz_calendar *calendar, int64_t now_ms);

enum xz_verb {
    XZ_VERB_ASSIGN, /* to account; to oneself when 0 */
    XZ_VERB_START,
    XZ_VERB_RELEASE,
    XZ_VERB_PROPOSE, /* outcome, action, conditions, text */
    XZ_VERB_APPROVE,
    XZ_VERB_RETURN,
    XZ_VERB_CLOSE, /* outcome and action, unless approved; text */
    XZ_VERB_APPEAL,
    XZ_VERB_REREVIEW, /* appeal: upheld or reversed; text */
    XZ_VERB_SNOOZE,   /* until_ms, text */
    XZ_VERB_UNSNOOZE,
    XZ_VERB_EXTEND,
    XZ_VERBS
};
extern const char *const xz_verb_names[XZ_VERBS];

struct xz_command {
    enum xz_verb verb;
    enum xz_case_outcome outcome;
    enum xz_case_appeal appeal;
    int action;
    unsigned conditions;
    int64_t account, until_ms;
    struct xz_str text; /* the reason */
};

/* Was it this verb that somebody did: then that person has a part in what came of the case, for
 * good, also when it was returned or taken back. */
bool xz_verb_decides(enum xz_verb verb);

/* Refuses (XZ_REJECT) with "forbidden" (the role may not), "conflict" (not in this state, or not by
 * this person now), "second_person_needed", "invalid" (path names what); on XZ_OK desk_case is
 * changed, its version one higher. has_part: the actor did something of xz_verb_decides to it,
 * ever. Whether the actor sees the region is the caller's question. */
XZ_MUST enum xz_rc xz_case_command(struct xz_case *desk_case, const struct xz_actor *actor,
                                   bool has_part, const struct xz_command *command,
                                   const struct xz_calendar *calendar, int64_t now_ms,
                                   struct xz_err *err);
/* Would it be refused for who and when? (Not for what it says.) */
bool xz_case_allows(const struct xz_case *desk_case, const struct xz_actor *actor, bool has_part,
                    enum xz_verb verb, int64_t now_ms);

/* What a proposal or an approval was of is not all there is any more: it is returned. True: it
 * changed; its version is one higher. */
bool xz_case_unsettle(struct xz_case *c);

/* What time does: a lease and a snooze end, a clock strikes, idleness escalates. True: it changed;
 * its version is one higher. */
bool xz_case_tick(struct xz_case *c, int64_t now_ms);

#endif
