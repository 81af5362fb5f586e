/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * pack/pack.h - a pack: patterns, code lists, region policies and baselines, loaded strictly and
 * whole, or not at all. A loaded pack never changes; its hash is in every alert.
 *
 * What variables an expression may use and which kinds of evidence exist is told by the engine
 * through a schema, so that this part knows no more than files.
 */
#ifndef XZ_PACK_PACK_H
#define XZ_PACK_PACK_H
#include "base/buf.h"
#include "base/err.h"
#include "base/yaml.h"
#include "event/event.h"
#include "pack/expr.h"

enum xz_subject { /* of a pattern and of an alert */
                  XZ_SUBJECT_INSURED,
                  XZ_SUBJECT_INSTITUTION,
                  XZ_SUBJECT_OPERATOR,
                  XZ_SUBJECT_DEVICE,
                  XZ_SUBJECT_DOCTOR,
                  XZ_SUBJECT_GIVER,
                  XZ_SUBJECT_PROXY,
                  XZ_SUBJECT_TRACE,
                  XZ_SUBJECT_GROUP,
                  XZ_SUBJECT_REGION,
                  XZ_SUBJECT_COUNT
};
extern const char *const xz_subject_names[XZ_SUBJECT_COUNT];

enum xz_result { XZ_RESULT_CONCLUSIVE, XZ_RESULT_SUSPICIOUS };
enum xz_severity { XZ_SEVERITY_LOW, XZ_SEVERITY_MEDIUM, XZ_SEVERITY_HIGH, XZ_SEVERITY_CRITICAL };
extern const char *const xz_severity_names[4];
enum xz_stage { XZ_STAGE_BEFORE, XZ_STAGE_DURING, XZ_STAGE_AFTER };

/* In which scope `when` of a pattern is judged. */
enum xz_pattern_scope {
    XZ_SCOPE_EVENT,  /* one event alone, with its lines and debits */
    XZ_SCOPE_HISTORY /* a record among its subject's others: may use person.*, and evidence */
};

struct xz_text { /* in the two languages; both are required */
    const char *zh, *en;
};

/* What stands in braces in `explain` and `counterfactual`; the alert part fills it in. */
#define XZ_PACK_FILLS 15
extern const char *const xz_pack_fills[XZ_PACK_FILLS]; /* "subject" "events" .. */

enum xz_family { /* what a baseline is made of; see stats/ and evidence/ */
                 XZ_FAMILY_NONE,
                 XZ_FAMILY_POLYA,
                 XZ_FAMILY_BETA_BINOMIAL,
                 XZ_FAMILY_LOG_NORMAL,
                 XZ_FAMILY_QUANTILES,
                 XZ_FAMILY_BETA
};
extern const char *const xz_family_names[]; /* "none" "polya" "beta_binomial" .. */

#define XZ_SEGMENT_DIMS_MAX 6

/* One cell of a fitted baseline. */
struct xz_baseline {
    const char *segment; /* "60-69|11|0|2101"; "" is the root, to which every cell falls back */
    uint32_t subjects;   /* how many it was fitted on, after shrinking toward its parent */
    uint32_t param_count;
    const double *params; /* by family */
};

struct xz_evidence_schema; /* of a kind; told by the engine */

struct xz_evidence_spec {
    const char *key; /* "T02.count.1d": names the baseline's rows */
    const struct xz_evidence_schema *kind;
    const char *measure; /* as written: "count", "distinct(institution)", "impossible_travel" */
    int64_t window_ms;   /* 0: the kind's own; a calendar month is XZ_WINDOW_MONTH */
    enum xz_family family;
    uint8_t
        by[XZ_SEGMENT_DIMS_MAX]; /* indices into xz_segment_dims, coarse ones last dropped first */
    uint8_t by_count;
    bool independent; /* declared so: multiplied instead of averaged */
    void *conf;       /* parameters that the kind parsed; freed by the kind */
    const struct xz_pack *pack;
};
#define XZ_WINDOW_MONTH INT64_C(-1)

/* The dimensions a segment may have, as their names in YAML. The engine makes the values. */
enum xz_segment_dim {
    XZ_DIM_AGE_BAND,
    XZ_DIM_PSN_TYPE,
    XZ_DIM_CHRONIC,
    XZ_DIM_REGION,
    XZ_DIM_INSTITUTION_KIND,
    XZ_DIM_HOSP_LV,
    XZ_DIM_MED_TYPE,
    XZ_DIM_PAIR, /* of districts, for travel */
    XZ_DIM_COUNT
};
extern const char *const xz_segment_dims[XZ_DIM_COUNT];

#define XZ_EVIDENCE_MAX 6
struct xz_pattern {
    const char *id;   /* "T02", "R17" */
    const char *name; /* "card_velocity" */
    int version;
    struct xz_text title;
    enum xz_subject subject;
    enum xz_result result;
    enum xz_severity severity;
    enum xz_stage stage;
    enum xz_pattern_scope scope;
    bool shadow;          /* evaluated and counted, not published */
    struct xz_expr *when; /* boolean */
    uint32_t bodies;      /* bit b: may fire on body b; from `when`, to skip the rest fast */
    uint32_t records;     /* of history scope: bit k: may be true of a record of kind k */
    struct xz_evidence_spec *evidence;
    size_t evidence_count;
    double false_alarms;    /* declared, per `per` subject-months; 0 for conclusive ones */
    double alarm_per_month; /* false_alarms / per: the bound on false alarms a subject-month */
    double steps_per_month; /* mean steps of the detector a subject-month; fitted, else 31 */
    double log_threshold;   /* ln(1 / alpha), alpha = alarm_per_month / steps_per_month */
    int64_t quiet_ms;       /* an episode ends after this much without an alarm */
    const char *legal[8];   /* "条例-17" .. */
    size_t legal_count;
    uint8_t actions;                        /* bit n-1: A<n> */
    struct xz_text explain, counterfactual; /* templates, see alert/README.md */
    const char *file;                       /* in the pack */
};

/* Region policy: what differs by place. Sets hold the contract's words; see models/README.md. */
struct xz_policy {
    const char *admdvs_prefix;               /* "" is the default policy */
    const struct xz_set *relations;          /* allowed rlts of a receiver */
    const struct xz_set *national_relations; /* the close relatives of law */
    const struct xz_set *receiver_schemes;   /* insutype */
    const struct xz_set *long_link_schemes;  /* insutype of receivers of long links */
    const struct xz_set *cross_province;     /* "21-22": province pairs, both orders */
    const struct xz_set *allowed_purposes, *forbidden_purposes;
    const struct xz_set *withdraw_reasons; /* "1".."6" */
    const struct xz_set *emergency_med_types;
    bool fund_includes_account; /* fund_pay_sumamt contains acct_pay (domain 4.11 no. 3) */
    bool reject_unbalanced;     /* money that does not add up is a reject */
    bool three_segments;        /* R24 */
    int64_t deductible_active_fen, deductible_retired_fen; /* R24; -1: not declared */
    int64_t temporary_link_uses;                           /* 1 */
};

/* A code list's row with what the pack says of it, in the words of the reference files. */
struct xz_pack;

/* What the loader must be told by the engine. */
struct xz_pack_schema {
    const struct xz_scope *event_scope;   /* variables of XZ_SCOPE_EVENT */
    const struct xz_scope *history_scope; /* variables of XZ_SCOPE_HISTORY */
    const struct xz_evidence_schema *const *kinds;
    size_t kind_count;
    const char *const *record_names; /* by kind of record, what history_scope calls it */
    size_t record_name_count;
};

/* One kind of evidence as the loader sees it; evidence/ embeds it at the start of its own table. */
struct xz_evidence_schema {
    const char *name; /* of `measure:`, without its argument: "count", "distinct", "runs" */
    const char *const *arguments; /* allowed ones in brackets, ends with NULL; NULL: takes none */
    uint32_t subjects;            /* bit s: may be used by patterns of subject s */
    uint32_t families;            /* bit f: may have this baseline family */
    bool whole_days;              /* windows must be whole days */
    const char *const *params;    /* extra keys it reads from the evidence's YAML, ends with NULL */
    XZ_MUST enum xz_rc (*configure)(const struct xz_yaml *node, void **conf, struct xz_err *err);
    void (*conf_free)(void *conf);
};

/* Loads and checks a pack. All mistakes are found: errors after the first are passed to `report`
 * (may be NULL), the first is in err. XZ_CONFIG on any. */
typedef void (*xz_report_fn)(void *arg, const struct xz_err *err);
XZ_MUST enum xz_rc xz_pack_load(const char *dir, const struct xz_pack_schema *schema,
                                xz_report_fn report, void *arg, struct xz_pack **pack,
                                struct xz_err *err);
void xz_pack_free(struct xz_pack *pack); /* NULL is fine */

/* A pack as bytes (its files, sorted by path, zstd), to be kept in the log; the hash is over the
 * files, not over the compression. */
XZ_MUST enum xz_rc xz_pack_archive(const char *dir, struct xz_buf *out, char sha256[static 65],
                                   struct xz_err *err);
XZ_MUST enum xz_rc xz_pack_load_archive(struct xz_str archive, const struct xz_pack_schema *schema,
                                        xz_report_fn report, void *arg, struct xz_pack **pack,
                                        struct xz_err *err);

const char *xz_pack_name(const struct xz_pack *pack);
const char *xz_pack_version(const struct xz_pack *pack);
const char *xz_pack_sha256(const struct xz_pack *pack);   /* 64 hex digits */
int64_t xz_pack_lateness_ms(const struct xz_pack *pack);  /* pack.yaml, default 7 d */
int64_t xz_pack_horizon_ms(const struct xz_pack *pack);   /* default 90 d */
uint32_t xz_pack_history_max(const struct xz_pack *pack); /* default 512 */
const struct xz_pattern *xz_pack_patterns(const struct xz_pack *pack, size_t *count);
const struct xz_pattern *xz_pack_pattern(const struct xz_pack *pack,
                                         struct xz_str id); /* or NULL */

/* The policy of the longest prefix of admdvs that has one; never NULL. */
const struct xz_policy *xz_pack_policy(const struct xz_pack *pack, struct xz_str admdvs);

/* The national word for a relation code ("spouse"), by the pack's relation table; a word of the
 * contract maps to itself; unknown codes give the absent string. */
struct xz_str xz_pack_relation(const struct xz_pack *pack, struct xz_str rlts);

/* What the pack's own lists say of a code (codes/items.csv, codes/diagnoses.csv, same columns as
 * the reference files); NULL when nothing. */
const struct xz_limits *xz_pack_item(const struct xz_pack *pack, struct xz_str code);
const struct xz_limits *xz_pack_diagnosis(const struct xz_pack *pack, struct xz_str code);

const struct xz_set *xz_pack_codes(const struct xz_pack *pack, struct xz_str list); /* or NULL */

/* The class of a med_type as policies know it: itself if a code list or policy names it, else, of
 * four digits and more, its first two. */
struct xz_str xz_pack_med_type(const struct xz_pack *pack, struct xz_str med_type);

/* The cell for a segment, given as its dimensions' values joined by "|"; falls back by dropping
 * dimensions from the right, down to the root. NULL when the evidence has no baseline at all. */
const struct xz_baseline *xz_pack_baseline(const struct xz_evidence_spec *spec,
                                           struct xz_str segment);

/* Calibration of an evidence's p-values: ln p to ln p', as fitted; identity when there is none. */
double xz_pack_calibrate(const struct xz_evidence_spec *spec, double log_p);

#endif
