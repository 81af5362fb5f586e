/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/engine.h - observe (event -> observations) and fold (entity, observation -> judgements).
 *
 * Pure: no clock, file, socket, thread, environment or random number; time is event time. The same
 * observations in the same frames give the same judgements and the same state, byte for byte.
 * One engine a partition.
 */
#ifndef XZ_ENGINE_ENGINE_H
#define XZ_ENGINE_ENGINE_H
#include "base/arena.h"
#include "base/buf.h"
#include "engine/judgement.h"
#include "event/event.h"
#include "state/cache.h"

/* ---- what patterns may say: scopes and evidence kinds, for the pack loader ---- */
const struct xz_pack_schema *xz_engine_schema(void);

/* ---- observations ---- */

enum xz_observation_op { /* wire format: never renumbered */
                         XZ_OBSERVATION_EVENT =
                             1, /* a whole event, for the person's gate (or a scan's code) */
                         XZ_OBSERVATION_ADD,  /* a derived record */
                         XZ_OBSERVATION_UNDO, /* the derived record with this key never was */
                         XZ_OBSERVATION_REDO  /* it was, after all */
};

struct xz_observation {
    uint8_t op;
    uint8_t kind;      /* enum xz_entity_kind */
    bool late;         /* derived: from what came behind the declared lateness */
    int64_t behind_ms; /* EVENT: how far behind the newest before it in its source; the pack that is
                          active where it is folded says whether that is late */
    struct xz_str key_sent, value_sent; /* EVENT: the record itself, where only history may show
                                           that it is a reject (reversals); else none */
    struct xz_str id;                   /* of the entity */
    struct xz_source source;            /* where the event's record stands in the log */
    struct xz_event *event;             /* EVENT; the fold fills in what the pack knows of it */
    struct xz_record *record;           /* ADD; owned: whoever takes it sets it to NULL */
    uint64_t key;                       /* UNDO, REDO: record key */
    int64_t at_ms;                      /* event time of what caused it */
};

/* The one observation of an event: to its person, or a scan without one to its code. Borrows.
 * newest_ms: of what its source told before it (xz_event_told_ms), or INT64_MIN. */
void xz_observe(struct xz_event *event, const struct xz_source *source, int64_t newest_ms,
                struct xz_observation *observation);
/* When the sender told of it, which lateness is measured by: a status that begins in the past, or
 * in the future, is told when it is sent. */
int64_t xz_event_told_ms(const struct xz_event *event);
/* Which entity's partition: hash(kind, id); the caller takes it modulo partitions. */
uint64_t xz_observation_route(const struct xz_observation *observation);

void xz_observation_encode(const struct xz_observation *observation, struct xz_buf *out);
/* Borrows from the reader's bytes, but for the record of ADD, which xz_engine_fold takes, or the
 * caller frees. On failure there is none. */
XZ_MUST enum xz_rc xz_observation_decode(struct xz_reader *reader, struct xz_arena *arena,
                                         struct xz_event *event_storage,
                                         struct xz_observation *observation, struct xz_err *err);

/* ---- fold ---- */

struct xz_engine_sinks {
    void *arg;
    /* A judgement to publish. Shadow patterns are not handed over, only counted. */
    void (*judged)(void *arg, const struct xz_judgement *judgement);
    /* An observation for another entity. Borrowed for the call, but for the record, which may be
     * taken. */
    void (*derived)(void *arg, struct xz_observation *observation);
    /* One piece of evidence was evaluated for the record at the tail, alarm or not: what `backtest`
     * ranks by. A record may be told of again when a history is walked anew. May be NULL. */
    void (*stepped)(void *arg, const struct xz_evidence_spec *spec, const struct xz_entity *entity,
                    const struct xz_record *record, const struct xz_step *step);
    /* An event that only its history shows to be wrong (a reversal whose setl_id and omsgid
     * disagree): a reject that the boundary could not see. May be NULL. */
    void (*rejected)(void *arg, const struct xz_observation *observation, const struct xz_err *err);
};

struct xz_engine_counts {
    uint64_t events, observations, duplicates, content_conflicts, retries, late, load;
    uint64_t reversals_applied, reversals_pending, reversals_repeated, reinstated;
    uint64_t evicted_by_count;
    uint64_t unbalanced; /* settlements whose money does not add up by their region's policy */
    uint64_t evaluated, not_evaluated;        /* evidence steps */
    uint64_t subject_months[XZ_ENTITY_COUNT]; /* calendar months in which a subject had a record */
};
struct xz_pattern_counts {
    const char *id;
    uint64_t opened, revised, closed, withdrawn, shadow_opened, suppressed_late;
    uint64_t cost_ns; /* of judging by it: of one judgement in XZ_COST_EVERY, times that */
};
#define XZ_COST_EVERY 64

struct xz_engine;

struct xz_engine_setup {
    struct xz_cache *cache;     /* borrowed */
    const struct xz_pack *pack; /* borrowed until another is set */
    struct xz_engine_sinks sinks;
    uint64_t (*now_ns)(
        void);         /* to tell what patterns cost; NULL: nothing is told. Never judged by */
    bool keep_history; /* nothing is let go: for fitting, which reads it all at the end */
};
struct xz_engine *xz_engine_new(const struct xz_engine_setup *setup);
void xz_engine_free(struct xz_engine *engine);

/* From the next observation on, another pack: at a control frame in the log. */
void xz_engine_set_pack(struct xz_engine *engine, const struct xz_pack *pack);

/* One observation, whose record it takes, whatever comes of it. XZ_FATAL when state does not
 * decode; XZ_RETRY when the store does not answer. */
XZ_MUST enum xz_rc xz_engine_fold(struct xz_engine *engine, struct xz_observation *observation,
                                  struct xz_err *err);
/* After the last observation of a frame (of an event, in `score`): institutions that were touched
 * are judged now, once. */
XZ_MUST enum xz_rc xz_engine_frame_end(struct xz_engine *engine, struct xz_err *err);

/* What the statistical patterns measure in one entity's whole history, for fitting. */
void xz_engine_collect(const struct xz_pack *pack, const struct xz_entity *entity,
                       xz_sample_fn sample, void *arg);

struct xz_engine_counts xz_engine_counts(const struct xz_engine *engine);
const struct xz_pattern_counts *xz_engine_pattern_counts(const struct xz_engine *engine,
                                                         size_t *count);

#endif
