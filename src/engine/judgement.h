/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/judgement.h - what the engine has come to about one episode: the matter of an alert,
 * before it is words. Everything is borrowed for the call that hands it over.
 */
#ifndef XZ_ENGINE_JUDGEMENT_H
#define XZ_ENGINE_JUDGEMENT_H
#include "evidence/evidence.h"

#define XZ_MEMBERS_MAX 200 /* listed in an alert; event_count counts all */

struct xz_member {
    const struct xz_record *record;
    double weight; /* shares of all members, sums to 1 over all of them, listed or not */
};

struct xz_judged_evidence {
    const struct xz_evidence_spec *spec; /* NULL: the breach of a conclusive pattern */
    const char *measure, *unit;
    double observed, expected;
    double log_p, log_e; /* NAN when conclusive */
    const char *segment;
    uint32_t subjects; /* of the baseline */
};

struct xz_judgement {
    const char *alert_id; /* 26 letters */
    uint32_t rev;         /* from 1 */
    enum xz_episode_status status;
    const struct xz_pattern *pattern;
    const struct xz_pack *pack;
    enum xz_subject subject_kind;
    struct xz_str subject_id;
    struct xz_str region;
    int64_t start_ms, end_ms;
    const struct xz_member *members; /* those that weigh most first; ties in event-time order */
    uint32_t member_count;           /* <= XZ_MEMBERS_MAX */
    uint32_t event_count;
    uint32_t persons; /* distinct among all events */
    const struct xz_judged_evidence *evidence;
    uint32_t evidence_count;
    double log_e;       /* of the detector at its highest in this episode; NAN when conclusive */
    double score;       /* 0..1 */
    int64_t amount_fen; /* account and fund money of all events */
    int64_t at_ms;      /* event time of the observation that caused this revision */
};

#endif
