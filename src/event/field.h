/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * event/field.h - one table of all fields: the decoders, the CSV mapping, the compact codec and
 * the expression compiler read it, so that a field has one name, one type and one home.
 */
#ifndef XZ_EVENT_FIELD_H
#define XZ_EVENT_FIELD_H
#include "event/event.h"

enum xz_field_type {
    XZ_FIELD_STR,   /* struct xz_str */
    XZ_FIELD_FEN,   /* int64_t fen; JSON: yuan with at most two decimals */
    XZ_FIELD_E4,    /* int64_t, four decimals */
    XZ_FIELD_E6,    /* int64_t, six decimals */
    XZ_FIELD_INT,   /* int64_t */
    XZ_FIELD_TIME,  /* int64_t ms */
    XZ_FIELD_DATE,  /* int32_t day */
    XZ_FIELD_FLAG,  /* int8_t 0, 1, -1 absent */
    XZ_FIELD_ENUM,  /* uint8_t, 0 absent; names in `names` */
    XZ_FIELD_INT8,  /* int8_t, 0 absent (enrichment) */
    XZ_FIELD_I16,   /* int16_t, -1 absent (enrichment) */
    XZ_FIELD_I32,   /* int32_t, INT32_MIN or -1 absent (enrichment) */
    XZ_FIELD_STRS,  /* const struct xz_str * + uint32_t count (drug_trac_codg) */
    XZ_FIELD_LINES, /* settlement.lines */
    XZ_FIELD_DEBITS /* settlement.mulaid_debits */
};

enum xz_field_group { /* where the field stands */
                      XZ_GROUP_ENVELOPE,
                      XZ_GROUP_SETTLEMENT,
                      XZ_GROUP_REVERSAL,
                      XZ_GROUP_MULAID_LINK,
                      XZ_GROUP_ACCOUNT_MOVEMENT,
                      XZ_GROUP_CREDENTIAL,
                      XZ_GROUP_PERSON_STATUS,
                      XZ_GROUP_TRACE_SCAN,
                      XZ_GROUP_AGNTERINFO, /* offsets in struct xz_event; an object of its own in
                                              JSON */
                      XZ_GROUP_LINE,       /* offsets in struct xz_line */
                      XZ_GROUP_DEBIT,      /* offsets in struct xz_debit */
                      XZ_GROUP_COUNT
};

#define XZ_FIELD_REQUIRED 1u
#define XZ_FIELD_ENRICHED 2u /* set by enrichment, never read from a sender */

struct xz_field {
    uint16_t id;   /* of the compact codec: never reused, never renumbered */
    uint8_t group; /* enum xz_field_group */
    uint8_t type;  /* enum xz_field_type */
    uint8_t flags;
    uint16_t offset;  /* in struct xz_event, xz_line or xz_debit */
    const char *name; /* the contract's; of enrichment "place.kind", "item.sex", "diagnosis.sex" */
    const char *const *names; /* of XZ_FIELD_ENUM, and of XZ_FIELD_STR with a closed list: index 0
                               * is absence's place, ends with NULL */
};

extern const struct xz_field xz_fields[];
extern const size_t xz_field_count;

/* By the contract's name or an accepted alias (domain.md 4.11, snake and camel case); NULL when
 * unknown. Hot: one probe of a table made at first use of xz_fields_init. */
const struct xz_field *xz_field_find(enum xz_field_group group, struct xz_str name);
void xz_fields_init(void); /* once, before threads; idempotent */

#endif
