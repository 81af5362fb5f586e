/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * simulate/simulate.h - an insured region that never was: people, institutions, need, money, and on
 * wish the schemes of the catalogue with the truth about them.
 *
 * Events come one at a time in order of arrival: mostly event time, some seconds out of order, a
 * few days late, a few twice. Memory grows with people, not with events. Same configuration, same
 * bytes. What the figures rest on is in README.md.
 */
#ifndef XZ_SIMULATE_SIMULATE_H
#define XZ_SIMULATE_SIMULATE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/err.h"
#include "event/event.h"

#define XZ_SIMULATION_PEOPLE_MIN 200u
#define XZ_SIMULATION_PEOPLE_MAX 20000000u
#define XZ_SIMULATION_DAYS_MAX   3660u

/* Patterns a scheme can be simulated for, "T01" .. "R26"; bit i of `patterns` is name i. */
extern const char *const xz_simulation_patterns[];
extern const size_t xz_simulation_pattern_count;
#define XZ_SIMULATION_PATTERNS_ALL UINT64_MAX

enum xz_intensity { XZ_INTENSITY_BLATANT, XZ_INTENSITY_MEDIUM, XZ_INTENSITY_SUBTLE };
extern const char *const xz_intensity_names[3];

struct xz_simulation_config {
    uint64_t seed;          /* 1 */
    uint32_t people;        /* 20,000 */
    int32_t first_day;      /* 2026-03-01 */
    uint32_t days;          /* 60 */
    double activity;        /* 1: about 7.7 settlements a person-year; scales need, not schemes */
    bool lookalikes;        /* true: innocent behaviour that resembles a scheme */
    bool schemes;           /* true */
    uint64_t patterns;      /* all; which schemes */
    uint32_t instances;     /* 0: people / 10,000, at least 1; of each pattern and intensity */
    uint32_t scheme_days;   /* 0: days; all schemes again, by others, in every so many days */
    double late_share;      /* 0.004: between an hour and 7 days after the event */
    double stale_share;     /* 0.0001: 7 to 21 days after */
    double disorder_share;  /* 0.02: 1 to 120 s after */
    double duplicate_share; /* 0.002: the same bytes again, within minutes */
    double retry_share;     /* 0.0005: the same settlement again under a new msgid */
};

void xz_simulation_config_init(struct xz_simulation_config *config); /* the defaults above */

/* One event of a scheme. Strings live for the call. */
struct xz_simulation_truth {
    const char *scheme;       /* "T09-blatant-003": pattern, intensity, running number */
    const char *typology;     /* the pattern that should be alerted */
    const char *subject_kind; /* a kind of the contract */
    const char *subject_id;
    const char *msgid;
};
typedef void (*xz_simulation_truth_fn)(void *arg, const struct xz_simulation_truth *truth);

struct xz_simulation_counts {
    uint64_t events; /* returned so far; duplicates and retries included */
    uint64_t settlements, duplicates, retries, late, truths, dropped_intents;
};

struct xz_simulation;

/* XZ_CONFIG on a value out of range. */
XZ_MUST enum xz_rc xz_simulation_new(const struct xz_simulation_config *config,
                                     struct xz_simulation **simulation, struct xz_err *err);
void xz_simulation_free(struct xz_simulation *simulation); /* NULL is fine */

/* Called from within xz_simulation_next, once for every event of a scheme, before or when the event
 * itself comes out. */
void xz_simulation_on_truth(struct xz_simulation *simulation, xz_simulation_truth_fn fn, void *arg);

/* The next event in order of arrival; false at the end. What event points to is borrowed until the
 * next call. at_ms is set, enrichment and content_hash are not. */
bool xz_simulation_next(struct xz_simulation *simulation, struct xz_event *event);

/* When the event that came out last arrived: never decreases. */
int64_t xz_simulation_arrival_ms(const struct xz_simulation *simulation);

struct xz_simulation_counts xz_simulation_counts(const struct xz_simulation *simulation);

/* institutions.csv, items.csv and diagnoses.csv into dir, which must exist. XZ_FATAL if a file
 * cannot be written. */
XZ_MUST enum xz_rc xz_simulation_write_reference(const struct xz_simulation *simulation,
                                                 const char *dir, struct xz_err *err);

/* Runs 182 days of config's population without schemes and prints, for the insured of a long-term
 * outpatient programme (those whom data set cn-a08 describes), the quartiles of half-year
 * aggregates beside the published ones of class "normal". compare is the path of
 * quantiles_by_class.csv, or NULL to print only our own. */
XZ_MUST enum xz_rc xz_simulation_calibrate(const struct xz_simulation_config *config,
                                           const char *compare, FILE *out, struct xz_err *err);

#endif
