/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * event/reference.h - the reference files of the contract: institutions, items, diagnoses.
 * A loaded set never changes; a reload makes a new one and the old is freed when unused.
 */
#ifndef XZ_EVENT_REFERENCE_H
#define XZ_EVENT_REFERENCE_H
#include "base/err.h"
#include "event/event.h"

struct xz_reference;

/* dir holds institutions.csv, items.csv, diagnoses.csv; each may be missing, dir NULL gives an
 * empty set. A malformed row is XZ_CONFIG with file, line and remedy. */
XZ_MUST enum xz_rc xz_reference_load(const char *dir, struct xz_reference **reference,
                                     struct xz_err *err);
/* The same from texts; one with a NULL pointer is a file that is missing. */
XZ_MUST enum xz_rc xz_reference_parse(struct xz_str institutions, struct xz_str items,
                                      struct xz_str diagnoses, struct xz_reference **reference,
                                      struct xz_err *err);
void xz_reference_free(struct xz_reference *reference); /* NULL is fine */

/* Lookups; NULL when the code is in no file. A diagnosis is found by its longest prefix. */
const struct xz_place *xz_reference_place(const struct xz_reference *reference, struct xz_str code);
const struct xz_limits *xz_reference_item(const struct xz_reference *reference, struct xz_str code);
const struct xz_limits *xz_reference_diagnosis(const struct xz_reference *reference,
                                               struct xz_str code);

struct xz_enrich_counts { /* what was looked up and not found */
    uint64_t institutions_unknown, items_unknown, diagnoses_unknown;
};

/* Copies what the files say into the event's enrichment. Strings are borrowed from the reference,
 * which must outlive the event. An item is looked up by med_list_codg, then hilist_code. */
void xz_event_enrich(struct xz_event *event, const struct xz_reference *reference,
                     struct xz_enrich_counts *counts);

#endif
