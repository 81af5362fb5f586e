/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * evidence/evidence.h - kinds of evidence: what a general expression cannot say of a history.
 *
 * One kind is one C file and one line in the table of evidence.c. A kind looks at an entity's
 * records in event-time order, one step at a time, and says of each step what was observed, what
 * was expected of whom, and how improbable that is. It is pure: the same records give the same
 * steps, whether they are walked one by one as they arrive or again from the start.
 */
#ifndef XZ_EVIDENCE_EVIDENCE_H
#define XZ_EVIDENCE_EVIDENCE_H
#include "pack/pack.h"
#include "state/entity.h"
#include "stats/polya.h"

/* What a kind may see: the entity, and which of its records the pattern's `when` is true of. */
struct xz_view {
    const struct xz_entity *entity;
    const struct xz_pack *pack;
    const struct xz_pattern *pattern;
    /* `when` is true of record `index`, which is not undone. Cached by the caller; cheap. */
    bool (*matches)(const struct xz_view *view, uint32_t index);
    void *ctx; /* the caller's */
};

#define XZ_SEGMENT_MAX 96

/* Blocks are what a detector multiplies over. Within a block log_e is a running e-value: valid at
 * any time, folded into the detector for good when the next block begins. */
enum xz_block {
    XZ_BLOCK_STEP,   /* every step is a block of its own: `block` is ignored */
    XZ_BLOCK_PERIOD, /* calendar periods; empty ones count: see empty_log_e */
    XZ_BLOCK_ACTIVE  /* local days with at least one step; empty ones do not count */
};

/* How the statistic that a baseline describes relates to what a reader is shown. */
enum xz_scale {
    XZ_SCALE_VALUE, /* it is what was observed */
    XZ_SCALE_RATIO, /* what was observed, over what was expected */
    XZ_SCALE_SCORE  /* -ln of a chance under the subject's own model, which no reader is shown */
};

struct xz_step {
    bool evaluated;      /* false: there is not enough to say; the rest is then not set */
    const char *why_not; /* then: "no_baseline", "no_place", "no_balance", "first_seen" ..: a fixed
                            word, counted by the caller; NULL when there was nothing to evaluate */
    bool carries;        /* the record itself is part of what is improbable: it may raise an alarm
                            and joins the episode; false: it only passes by */
    double observed, expected;
    double log_p;            /* ln of the upper-tail p-value shown; calibrated; <= 0 */
    double log_e;            /* ln of the running e-value of this block, or of this step */
    int32_t block;           /* its number: month, period or day */
    int64_t window_start_ms; /* of what `observed` counts; its end is the record's time */
    const struct xz_baseline *baseline;
    char segment[XZ_SEGMENT_MAX];
};

struct xz_statistic {
    double value;
    double observed, expected; /* what a reader is shown for it */
    int32_t block;
    bool carries;
    int64_t window_start_ms;
    const char *why_not;
};

typedef void (*xz_member_fn)(void *arg, uint32_t index, double weight);

struct xz_evidence_kind {
    struct xz_evidence_schema schema; /* first: the loader hands it back in the spec */
    enum xz_block block;
    enum xz_scale scale;
    const char *unit;   /* "visits" "settlements" "km/h" "fen" "days" "share" ..; of `observed` */
    size_t cursor_size; /* of what is carried from step to step; 0: nothing is. A cursor begins anew
                           with each local day (schema.whole_days) and holds no index: so a walk may
                           begin at any day, and records may leave in front */
    void (*begin)(void *cursor);
    void (*end)(void *cursor); /* frees what step allocated; NULL when it allocates nothing */
    size_t (*bytes)(const void *cursor); /* how much that is, toward the cache's bound */

    /* Record `index` matches the pattern. Records before it have been stepped over in order (with
     * this cursor), but for those older than the pass. */
    void (*step)(const struct xz_evidence_spec *spec, const struct xz_view *view, uint32_t index,
                 void *cursor, struct xz_step *step);

    /* The raw statistic that the baseline's family describes, as of record `index` (within its
     * block: it never falls); false when there is none. What `step` tests and `fit` learns from. */
    bool (*statistic)(const struct xz_evidence_spec *spec, const struct xz_view *view,
                      uint32_t index, void *cursor, struct xz_statistic *statistic);

    /* How much of what it counts is in the first `upto` records, which are about to leave the
     * history: it is added to `left` of the entity's slot. NULL: nothing outlives its records. */
    uint32_t (*leaving)(const struct xz_evidence_spec *spec, const struct xz_view *view,
                        uint32_t upto);

    /* ln e of a period in which nothing matched; NULL: 0. `index` is the record that comes after.
     */
    double (*empty_log_e)(const struct xz_evidence_spec *spec, const struct xz_view *view,
                          uint32_t index, int32_t block);

    /* The records that make the step at `index` what it is, index itself included, oldest first,
     * with how much each weighs (any scale, > 0). Called right after step, with its cursor. */
    void (*members)(const struct xz_evidence_spec *spec, const struct xz_view *view, uint32_t index,
                    const void *cursor, xz_member_fn add, void *arg);
};

static inline const struct xz_evidence_kind *
xz_evidence_kind_of(const struct xz_evidence_spec *spec)
{
    return (const struct xz_evidence_kind *)spec->kind;
}

/* The name of an evidence's slot in an entity: "T02.0". */
void xz_evidence_slot(const struct xz_pattern *pattern, const struct xz_evidence_spec *spec,
                      char id[static 8]);

/* All kinds, for the pack loader's schema. */
const struct xz_evidence_schema *const *xz_evidence_kinds(size_t *count);

/* The values of dimensions `by` at a record, joined by "|", into text. Age bands: 0-5 6-17 18-39
 * 40-59 60-69 70-79 80+; psn_type: its first two digits; chronic: 0/1 (any chronic diagnosis in the
 * retained history up to the record); region: the first four digits of the place of insurance, or
 * of care for an institution; pair: the two districts, smaller first. Unknown is "?". */
void xz_segment(const struct xz_evidence_spec *spec, const struct xz_view *view, uint32_t index,
                char text[static XZ_SEGMENT_MAX]);

/* ln e of k matching records in a block of so many days, given the p-value of that count; what
 * `visits` and `count` use, and `fit` checks on held-out people. */
double xz_count_log_e(struct xz_polya polya, uint32_t k, double days, double log_p);

/* An institution's day is summed up for good once the newest is so many days past it: by then what
 * is in time has come, and so has every reversal that is told within XZ_UNDO_SOON_MS. A step may
 * look only at panes that old, or it would see more of them the later it is judged. */
#define XZ_UNDO_SOON_MS (7 * XZ_DAY_MS)
int32_t xz_pane_age_days(const struct xz_pack *pack);

/* What was told for one step when fitting: the raw statistic that the family describes. */
struct xz_sample {
    const struct xz_evidence_spec *spec;
    const char *segment;
    double statistic; /* count of a block, share, ln amount, speed ratio, run score .. */
    double exposure;  /* of counts: days of the block; else 1 */
    uint64_t subject; /* entity hash, to count subjects and to split fit from hold-out */
    int32_t block;
};

/* Fitting: a kind reports samples here, per finished block or step, when asked to collect. */
typedef void (*xz_sample_fn)(void *arg, const struct xz_sample *sample);

/* Walks an entity's whole retained history for one evidence and reports samples, without needing
 * any baseline. */
void xz_evidence_collect(const struct xz_evidence_spec *spec, const struct xz_view *view,
                         xz_sample_fn sample, void *arg);

#endif
