/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * tests/property/oracle.h - a log recounted from scratch: slow, obvious, and independent of the
 * engine. It is given every event in order of arrival and looks at all of them for each answer.
 *
 * What it shares with the engine is what is written down elsewhere: the contract, the wording of
 * the shipped patterns, the order of equal times (by the hash of the msgid, state/record.h) and the
 * published arithmetic of travel and drain (evidence/travel.c, drain.c).
 */
#ifndef XZ_TEST_PROPERTY_ORACLE_H
#define XZ_TEST_PROPERTY_ORACLE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "event/event.h"

struct oracle_event {
    const struct xz_event *event;
    uint64_t key;      /* order among equal times */
    bool accepted;     /* no duplicate, no retry */
    uint32_t repeats;  /* index of the accepted one that it repeats; else its own */
    bool late;         /* beyond the lateness when it came */
    bool undone;       /* reversed, or refunded whole */
    int64_t undone_ms; /* when it was taken back: the first time that did it */
};

struct oracle {
    struct oracle_event *events; /* in order of arrival */
    uint32_t count;
    uint32_t *by_time; /* indices of accepted ones by (at_ms, key) */
    uint32_t accepted;
};

/* events: in order of arrival; borrowed. */
#define ORACLE_PARTITIONS_MAX 16
void oracle_init(struct oracle *oracle, const struct xz_event *const *events,
                 const uint32_t *partitions, uint32_t count, int64_t lateness_ms);
void oracle_fini(struct oracle *oracle);

/* ---- breaches ---- */

struct oracle_breach {
    char pattern[8];
    char subject[96]; /* "insured P00001" */
    int64_t at_ms;
    uint32_t index;  /* into events */
    uint32_t serial; /* for who collects them */
    uint32_t before; /* what it takes two of: the other one; UINT32_MAX: it is one by itself */
};

/* Calls found for every breach, per pattern and subject in order of time. Patterns recounted here;
 * others are not spoken of: */
extern const char *const oracle_breaches[];
void oracle_each_breach(const struct oracle *oracle,
                        void (*found)(void *arg, const struct oracle_breach *breach), void *arg);

/* ---- measures ---- */

struct oracle_step { /* what a measure came to with one more record of its subject */
    const char *key; /* of the evidence: "T02.visits.month" */
    char subject[96];
    int64_t at_ms;
    int32_t block;    /* its calendar block, or the number of the step */
    double value;     /* as a reader is shown it */
    double statistic; /* as the baseline holds it; the same but for travel */
};

void oracle_each_step(const struct oracle *oracle,
                      void (*step)(void *arg, const struct oracle_step *step), void *arg);

#endif
