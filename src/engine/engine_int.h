/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine/engine_int.h - what the files of engine/ share, and nobody else may include. */
#ifndef XZ_ENGINE_ENGINE_INT_H
#define XZ_ENGINE_ENGINE_INT_H
#include "engine/engine.h"

#include "base/arena.h"
#include "engine/boxes.h"

#define XZ_KINDS_MASK(kind) (1u << (kind))

/* ---- scopes: what `when` may speak of (scope_event.c, scope_history.c) ---- */

struct xz_event_scope_ctx {
    const struct xz_event *event;
    const struct xz_pack *pack;
    const struct xz_policy *policy;
};
struct xz_history_scope_ctx {
    const struct xz_entity *entity;
    uint32_t index;
    const struct xz_pack *pack;
};
const struct xz_scope *xz_event_scope(void);
const struct xz_scope *xz_history_scope(void);
#define XZ_RECORD_KINDS (XZ_RECORD_DEBIT + 1)
extern const char *const xz_record_kind_names[XZ_RECORD_KINDS]; /* [0] is none */

/* The region whose policy an event falls under: the place of insurance, of a link the giver's. */
struct xz_str xz_event_policy_region(const struct xz_event *event);
const struct xz_policy *xz_record_policy(const struct xz_pack *pack,
                                         const struct xz_record *record);
bool xz_event_in_person(const struct xz_event *event);

/* A policy's variables, the same in both scopes; slot counts from 0. */
enum {
    XZ_POLICY_RELATIONS,
    XZ_POLICY_NATIONAL_RELATIONS,
    XZ_POLICY_RECEIVER_SCHEMES,
    XZ_POLICY_LONG_LINK_SCHEMES,
    XZ_POLICY_CROSS_PROVINCE,
    XZ_POLICY_ALLOWED_PURPOSES,
    XZ_POLICY_FORBIDDEN_PURPOSES,
    XZ_POLICY_WITHDRAW_REASONS,
    XZ_POLICY_EMERGENCY_MED_TYPES,
    XZ_POLICY_THREE_SEGMENTS,
    XZ_POLICY_DEDUCTIBLE_ACTIVE,
    XZ_POLICY_DEDUCTIBLE_RETIRED,
    XZ_POLICY_TEMPORARY_LINK_USES,
    XZ_POLICY_SLOTS
};
extern const struct xz_var xz_policy_vars[XZ_POLICY_SLOTS]; /* slots 0.. to be shifted */
void xz_policy_load(const struct xz_policy *policy, unsigned slot, struct xz_value *value);

/* ---- context of a record among the others (context.c) ---- */

bool xz_context_dead(const struct xz_entity *entity, uint32_t index);
bool xz_context_suspended(const struct xz_entity *entity, uint32_t index);
bool xz_context_stopped(const struct xz_entity *entity, uint32_t index); /* paused or terminated */
bool xz_context_closed(const struct xz_entity *entity, uint32_t index);
bool xz_context_elsewhere(const struct xz_entity *entity, uint32_t index); /* in another's bed */
bool xz_context_claimed_before(const struct xz_entity *entity, uint32_t index);
int64_t xz_context_year_deductible(const struct xz_entity *entity, uint32_t index);
int64_t xz_context_link_uses(const struct xz_entity *entity, uint32_t index);
/* Which sale of its box a record of a code is, and in how many provinces the box was sold up to it;
 * 0 for a record that is no sale of its own. Net of returns (boxes.h). */
int64_t xz_context_sales(const struct xz_entity *entity, uint32_t index, int64_t *provinces);
/* Index of the sale of the box before it, or -1. */
int64_t xz_context_sale_before(const struct xz_entity *entity, uint32_t index);

/* ---- the engine's parts ---- */

/* A pack's patterns by the kind of entity that judges them. */
struct xz_judge_plan {
    const struct xz_pack *pack;
    struct xz_judge_kind {
        const struct xz_pattern **patterns;
        uint32_t count;
    } kinds[XZ_ENTITY_COUNT];
    const struct xz_pattern **gate; /* of event scope, for the person's gate */
    uint32_t gate_count;
    uint32_t derive; /* XZ_KINDS_MASK of kinds that some pattern judges */
};

/* pass.c: one pattern over an entity's records, from base to end. */
struct xz_found {                     /* an episode as the records tell it now */
    uint32_t first_index, last_index; /* members' range */
    int64_t opened_ms, last_ms;       /* the first and the last alarm, or breach */
    uint32_t member_count;
    float *weight; /* by index, 0: not a member; in the pass's arena */
    double log_e;  /* peak */
    struct xz_judged_evidence evidence[XZ_EVIDENCE_MAX];
    char segments[XZ_EVIDENCE_MAX][XZ_SEGMENT_MAX];
    uint32_t evidence_count;
};
struct xz_pass {
    struct xz_arena arena;
    struct xz_found *found;
    uint32_t found_count, found_cap;
    uint64_t *alarms; /* keys of the records at which the pattern alarmed, or which breach it */
    size_t alarm_count, alarm_cap;
    uint64_t evaluated, not_evaluated;
    const struct xz_engine_sinks *sinks; /* NULL: nobody is told of steps */
};
/* At this record the pattern alarmed before what came too late was applied. */
struct xz_alarm {
    const struct xz_entity *entity;
    const struct xz_pattern *pattern;
    uint64_t key;
};

struct xz_touched {
    struct xz_entity *entity;
    bool late;      /* all of it came too late; else none of it did */
    bool tail_only; /* all that came since the last judgement went to the tail, in order */
    uint32_t first; /* index of the first new one then */
};

struct xz_engine {
    struct xz_cache *cache;
    struct xz_judge_plan plan;
    bool keep_history;
    struct xz_engine_sinks sinks;
    struct xz_engine_counts counts;
    struct xz_pattern_counts *pattern_counts;
    size_t pattern_count;
    struct xz_touched *touched;
    size_t touched_count, touched_cap;
    struct xz_pass pass;
    uint64_t (*now_ns)(void);
    uint64_t turns; /* judgements and gates so far */
    bool late;      /* what is being folded, or judged, came too late */
    struct xz_alarm *before;
    size_t before_count, before_cap;
    struct xz_buf codes, debits, breaches; /* reused */
};

enum xz_entity_kind xz_subject_entity(enum xz_subject subject, enum xz_pattern_scope scope);
struct xz_pattern_counts *xz_engine_pattern_count(struct xz_engine *engine, const char *id);

/* A record was put in at: does it begin a month of its subject? */
void xz_engine_count_month(struct xz_engine *engine, const struct xz_entity *entity, uint32_t at);

/* What patterns cost: is this turn one that is timed? Then xz_cost_add after each pattern, *at_ns
 * going on from the time at its beginning. */
bool xz_cost_is_timed(struct xz_engine *engine, uint64_t *at_ns);
void xz_cost_add(struct xz_engine *engine, const struct xz_pattern *pattern, uint64_t *at_ns);

/* observe.c: the record of an event, as the person keeps it. Borrows from event and packed. */
void xz_record_of_event(const struct xz_event *event, const struct xz_observation *observation,
                        struct xz_buf *codes, struct xz_buf *debits, struct xz_record_draft *draft);

/* gate.c: the person's part: duplicates, reversals, event-scope patterns, derived observations. */
XZ_MUST enum xz_rc xz_gate_fold(struct xz_engine *engine, struct xz_entity *entity,
                                const struct xz_observation *observation, struct xz_err *err);
/* Recomputes which records of the entity are undone by the reversals known, tells the others of all
 * but the fresh one, which they do not know yet, and returns the lowest index that changed, or
 * UINT32_MAX. */
uint32_t xz_gate_apply_undos(struct xz_engine *engine, struct xz_entity *entity,
                             const struct xz_record *fresh);

/* derive.c */
void xz_derive_add(struct xz_engine *engine, const struct xz_record *record);
void xz_derive_undo(struct xz_engine *engine, const struct xz_record *record, bool undone,
                    int64_t reversal_ms);
void xz_derive_undo_time(struct xz_engine *engine, const struct xz_record *record, int64_t was_ms,
                         int64_t undone_ms); /* XZ_TIME_NONE: it was not, it is not */
void xz_derive_undo_boxes(struct xz_engine *engine, const struct xz_record *record, bool undone);
void xz_derive_undo_counters(struct xz_engine *engine, const struct xz_record *record, bool undone,
                             int64_t at_ms);
uint64_t xz_sale_key(const struct xz_record *record);
/* "institution/local"; the institution alone when local is absent. In buf. */
struct xz_str xz_local_id(struct xz_str institution, struct xz_str local, struct xz_buf *buf);

/* judge.c: judges what changed in an entity since `first` (an index; tail_only: nothing else moved)
 * and hands over what is new. When engine->late, an alarm that xz_judge_note did not see is muted:
 * it opens nothing, then or later, though an episode that is open there goes on with it. */
void xz_judge_note(struct xz_engine *engine, struct xz_entity *entity);
bool xz_judge_is_muted(const struct xz_entity *entity, const struct xz_pattern *pattern,
                       uint64_t key);
void xz_judge(struct xz_engine *engine, struct xz_entity *entity, uint32_t first, bool tail_only);
/* The base has moved and records have left: judges anew what there are episodes of. */
void xz_judge_left(struct xz_engine *engine, struct xz_entity *entity);

/* An episode lasts no longer than this; what goes on after it is another one. So a history that
 * must hold an episode as long as it goes on is bounded. */
static inline int64_t xz_episode_max_ms(enum xz_entity_kind kind)
{
    return kind == XZ_ENTITY_INSTITUTION || kind == XZ_ENTITY_DEVICE ? 14 * XZ_DAY_MS
                                                                     : 366 * XZ_DAY_MS;
}

/* How far back a history reaches. A code's holds a few sales at most, which may lie as far apart as
 * a box keeps. */
#define XZ_BOX_LIFE_MS (1096 * XZ_DAY_MS)
static inline int64_t xz_horizon_ms(const struct xz_pack *pack, enum xz_entity_kind kind)
{
    const int64_t horizon_ms = xz_pack_horizon_ms(pack);

    return kind == XZ_ENTITY_TRACE && horizon_ms < XZ_BOX_LIFE_MS ? XZ_BOX_LIFE_MS : horizon_ms;
}

/* history.c: sums up an institution's days that are settled for good; before it is judged. */
void xz_history_settle(struct xz_engine *engine, struct xz_entity *entity);

/* history.c: lets what is older than the horizon go, into the background. */
void xz_history_trim(struct xz_engine *engine, struct xz_entity *entity);

/* Whether the base moves by days: of counters, which keep few of them. */
static inline bool xz_keeps_days(enum xz_entity_kind kind)
{
    return kind == XZ_ENTITY_INSTITUTION || kind == XZ_ENTITY_DEVICE;
}

/* pass.c */
void xz_pass_init(struct xz_pass *pass);
/* since_ms: where nothing alarmed before it, nothing changed before it either, and the walk may
 * begin there; XZ_TIME_NONE: it begins at the base. */
void xz_pass_run(struct xz_pass *pass, const struct xz_pack *pack, const struct xz_pattern *pattern,
                 struct xz_entity *entity, int64_t since_ms);
/* Moves the detectors that stand at the base to base_ms; the base itself is the caller's. */
void xz_pass_base(struct xz_pass *pass, const struct xz_pack *pack,
                  const struct xz_pattern *pattern, struct xz_entity *entity, int64_t base_ms);
void xz_pass_fini(struct xz_pass *pass);
/* The first `upto` records are about to leave: what evidence counts of them stays. */
void xz_pass_leave(const struct xz_pack *pack, const struct xz_pattern *pattern,
                   struct xz_entity *entity, uint32_t upto);

/* What the detectors of a pattern stood at before the first record of a day (day_marks.c). */
struct xz_day_mark {
    int32_t day;
    struct xz_detector detectors[XZ_EVIDENCE_MAX];
};
struct xz_day_marks {
    const struct xz_pattern *pattern;
    struct xz_day_mark *list; /* by day: each day with a record that matches */
    size_t count, cap;
    bool whole; /* of all days since the base */
};
void xz_day_marks_clear(struct xz_day_marks *marks); /* a walk begins at the base */
void xz_day_marks_put(struct xz_day_marks *marks, int32_t day, const struct xz_detector *detectors,
                      size_t count);
/* The last mark not after the day; it and later ones are forgotten, but hold until the next put.
 * NULL: the walk has to begin at the base. */
const struct xz_day_mark *xz_day_marks_back_to(struct xz_day_marks *marks, int32_t day);
/* The first mark not before the day; earlier ones are forgotten. NULL: nothing came since. */
const struct xz_day_mark *xz_day_marks_from(struct xz_day_marks *marks, int32_t day);

/* Cursors of evidence kinds, kept with the entity between judgements (scratch.c). */
struct xz_cursor_cell {
    const struct xz_evidence_spec *spec;
    void *cursor;
    uint32_t upto; /* records stepped over; UINT32_MAX: not valid */
};
struct xz_cursor_cell *xz_scratch_cell(struct xz_entity *entity,
                                       const struct xz_evidence_spec *spec);
void xz_scratch_invalidate(struct xz_entity *entity);
/* Of an entity whose base moves by days; NULL for others. */
struct xz_day_marks *xz_scratch_day_marks(struct xz_entity *entity,
                                          const struct xz_pattern *pattern);
void xz_scratch_weigh(struct xz_entity *entity); /* tells the entity what it came to */
/* The first `count` records have left. Cursors begin anew each day and hold no index (evidence.h),
 * so they stay good. */
void xz_scratch_left(struct xz_entity *entity, uint32_t count);
/* Of a code: as of its records now. Holds until they change. */
const struct xz_boxes *xz_scratch_boxes(struct xz_entity *entity);

/* Detectors (detector.c): one step folded in; returns ln M as of now. *reset: an alarm was raised
 * in the open block, so that what follows starts afresh; taken back when that block closes. */
double xz_detector_fold(struct xz_detector *detector, const struct xz_evidence_spec *spec,
                        const struct xz_view *view, uint32_t index, const struct xz_step *step,
                        bool *reset);
/* The entity's slot for one evidence of a pattern. */
uint32_t xz_engine_detector_slot(struct xz_entity *entity, const struct xz_pattern *pattern,
                                 size_t evidence);

/* One record at the tail, without a pass. Returns true when a pass is needed: an alarm, or an open
 * episode that it may extend or end. */
bool xz_pass_tail(struct xz_engine *engine, const struct xz_pattern *pattern,
                  struct xz_entity *entity, uint32_t index);

bool xz_matches(const struct xz_pack *pack, const struct xz_pattern *pattern,
                const struct xz_entity *entity, uint32_t index);

#endif
