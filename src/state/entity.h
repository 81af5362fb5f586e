/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * state/entity.h - what is remembered of one person, institution, operator, giver, proxy or drug
 * code: its history in event-time order, what was true before the history begins, and what its
 * detectors and episodes have come to.
 *
 * An entity belongs to one partition and so to one thread. Everything here is deterministic: the
 * same observations in the same order give the same bytes.
 */
#ifndef XZ_STATE_ENTITY_H
#define XZ_STATE_ENTITY_H
#include "base/buf.h"
#include "base/err.h"
#include "state/record.h"

enum xz_entity_kind { /* stored and routed by: never renumbered; ranks rise downward */
                      XZ_ENTITY_PERSON = 1,
                      XZ_ENTITY_INSTITUTION,
                      XZ_ENTITY_OPERATOR, /* id "fixmedins_code/opter" */
                      XZ_ENTITY_DEVICE,   /* id "fixmedins_code/dev_no" */
                      XZ_ENTITY_DOCTOR,
                      XZ_ENTITY_GIVER,
                      XZ_ENTITY_PROXY,
                      XZ_ENTITY_TRACE,
                      XZ_ENTITY_COUNT
};
extern const char *const xz_entity_kind_names[XZ_ENTITY_COUNT];

/* Routing, part of the wire format. */
uint64_t xz_entity_hash(enum xz_entity_kind kind, struct xz_str id);

/* What was true when the retained history begins: folded from records as they leave it. */
struct xz_background {
    int64_t base_ms; /* judgement begins here; older retained records are context for windows.
                        XZ_TIME_NONE: at the first record */
    int64_t death_ms, closed_ms;              /* or XZ_TIME_NONE */
    int64_t suspended_ms, suspended_until_ms; /* the last suspension that began */
    int64_t paused_ms, terminated_ms;         /* NONE when insured again */
    int64_t admitted_ms;                      /* an open stay, or NONE */
    struct xz_str admitted_at;                /* its institution; owned */
    int64_t first_ms;                         /* first record ever that stands and left */
    int64_t last_ms;        /* last use of the account that left; of an institution:
                               how far its panes are made */
    int64_t chronic_ms;     /* last record of a chronic disease that left */
    int64_t balance_fen;    /* last known, or XZ_FEN_NONE */
    int64_t deductible_fen; /* paid in deductible_year by records that left */
    int32_t deductible_year;
    uint32_t sales;   /* of a code: sales that left and were not returned */
    uint32_t evicted; /* records dropped by count, not by age */
};

/* State of one piece of evidence's e-detector; float, so that memory and disk agree. */
struct xz_detector {
    float log_m;       /* ln M over the closed blocks; -INFINITY at the start */
    float block_log_e; /* ln e of the block that is still open, as of its last record; or 0 */
    int32_t block;     /* number of the open block (month, day, or step); INT32_MIN at the start */
    uint32_t steps;    /* blocks closed so far; the top bit is the engine's */
};

enum xz_episode_status { XZ_EPISODE_OPEN = 1, XZ_EPISODE_CLOSED, XZ_EPISODE_WITHDRAWN };

/* An accusation in the making: what was published of it, so that a re-judgement can tell what
 * changed. Owned by the entity. */
struct xz_episode {
    char alert_id[27];
    char pattern[8];    /* pattern id */
    uint8_t status;     /* enum xz_episode_status, as last published */
    bool opened_late;   /* only late records support it: never published */
    uint32_t rev;       /* of the last publication; 0: none yet */
    uint32_t count;     /* events at the last publication */
    uint64_t first_key; /* record that began it */
    int64_t first_ms, last_ms;
    uint64_t digest;  /* of the content last published */
    uint64_t scratch; /* free for one judgement; not stored */
};

/* An undo that came before what it undoes. */
struct xz_pending_undo {
    struct xz_str setl_id, institution, msgid; /* owned; empty when not given */
    uint64_t key;                              /* of the reversal's own msgid */
    int64_t at_ms;
};

/* What a day of an institution amounts to, kept after its records have gone. */
struct xz_pane {
    int32_t day;
    uint32_t count;   /* settlements that were not undone */
    uint32_t persons; /* distinct, exact within the day */
    int64_t amount_fen, account_fen, fund_fen;
    uint32_t by_hour[24];
    uint32_t top_count; /* most frequent exact amount among distinct persons */
    int64_t top_amount_fen;
};

struct xz_entity {
    /* What a look-up reads stands first, so that it is in one line of the processor's cache. */
    uint64_t hash;
    enum xz_entity_kind kind;
    bool dirty, taken, stored, used; /* the cache's: changed, in a checkpoint on its way, on disk,
                                        asked for since placed */
    struct xz_str id;                /* owned; its bytes stand behind the struct */
    uint64_t key_bits; /* bit key >> 58 of every record there is, and of some that were */

    struct xz_record **records; /* by xz_record_order; owned */
    uint32_t count, cap;
    uint32_t lead;            /* slots before records[0] that removals have left free */
    uint32_t index_cap;       /* slots of index, a power of two; 0: none yet */
    struct xz_record **index; /* by key, open addressing; only for long histories */
    struct xz_background before;

    struct xz_pane *panes; /* by day; institutions only */
    uint32_t pane_count, pane_cap;

    /* Detectors by "T02.0" (pattern id, evidence number), so that a change of packs keeps what is
     * known. `base` stands before the first retained record, `tip` after the last one. */
    struct xz_entity_pattern {
        char id[8];
        struct xz_detector base, tip;
        uint32_t left; /* what it counts that left with the records before the history */
    } * patterns;
    uint32_t pattern_count, pattern_cap;

    struct xz_episode *episodes;
    uint32_t episode_count, episode_cap;
    struct xz_pending_undo *pending;
    uint32_t pending_count, pending_cap;
    struct xz_str *aliases; /* msgids of reversals applied, retries seen; small; owned */
    uint32_t alias_count, alias_cap;

    /* cache and checkpoint */
    size_t bytes;                    /* of memory, kept up to date by the functions below */
    size_t *total;                   /* the sum that bytes counts toward, or NULL; the cache's */
    struct xz_entity *newer, *older; /* LRU of the clean ones; the cache's */
    void *scratch; /* what the engine computed and can compute again; not stored */
    void (*scratch_free)(void *scratch);
    size_t scratch_bytes; /* part of bytes, as far as the engine tells */
    int64_t *dirty_parts; /* ascending: parts whose records changed since the last checkpoint */
    uint32_t dirty_part_count, dirty_part_cap;
};

struct xz_entity *xz_entity_new(enum xz_entity_kind kind, struct xz_str id);
void xz_entity_free(struct xz_entity *entity); /* NULL is fine */

/* Puts record (ownership moves in) at its place; returns the index. Marks its part dirty. */
uint32_t xz_entity_insert(struct xz_entity *entity, struct xz_record *record);
/* Index of the newest record with this key, or -1. Short histories are scanned from the newest,
 * longer ones have an index by key. */
int64_t xz_entity_find(const struct xz_entity *entity, uint64_t key);
/* First index with at_ms >= time_ms. */
uint32_t xz_entity_lower(const struct xz_entity *entity, int64_t time_ms);
void xz_entity_remove_first(struct xz_entity *entity); /* frees records[0]; marks its part dirty */
void xz_entity_touch(struct xz_entity *entity, uint32_t index); /* a flag of it was changed */
void xz_entity_clean(struct xz_entity *entity); /* forgets the dirty parts: they are durable */

/* The engine tells what scratch weighs now, so that it counts toward the cache's bound. */
void xz_entity_scratch_weighs(struct xz_entity *entity, size_t bytes);
void xz_entity_scratch_drop(struct xz_entity *entity); /* frees it, if there is any */

/* The detector slot of a pattern id, made when it is not there. Returns its index. */
uint32_t xz_entity_pattern_index(struct xz_entity *entity, const char *id);
/* The same, or NULL when it is not there. */
const struct xz_entity_pattern *xz_entity_pattern_find(const struct xz_entity *entity,
                                                       const char *id);
struct xz_episode *xz_entity_episode_add(struct xz_entity *entity); /* zeroed */
void xz_entity_episode_remove(struct xz_entity *entity, uint32_t index);
/* Copies. */
void xz_entity_pending_add(struct xz_entity *entity, const struct xz_pending_undo *undo);
void xz_entity_pending_remove(struct xz_entity *entity, uint32_t index);
bool xz_entity_alias_has(const struct xz_entity *entity, struct xz_str msgid);
void xz_entity_alias_add(struct xz_entity *entity, struct xz_str msgid); /* 64 at most: oldest go */
struct xz_pane *xz_entity_pane(struct xz_entity *entity, int32_t day);   /* made when not there */
void xz_entity_panes_forget(struct xz_entity *entity, int32_t before_day); /* older days go */
void xz_entity_set_admitted_at(struct xz_entity *entity, struct xz_str institution);

#endif
