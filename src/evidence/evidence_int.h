/* SPDX-License-Identifier: GPL-3.0-or-later */
/* evidence/evidence_int.h - what the kinds share; private to evidence/. */
#ifndef XZ_EVIDENCE_EVIDENCE_INT_H
#define XZ_EVIDENCE_EVIDENCE_INT_H
#include <math.h>
#include <stdlib.h>

#include "base/hash.h"
#include "base/mem.h"
#include "evidence/evidence.h"
#include "stats/distrib.h"
#include "stats/evalue.h"
#include "stats/polya.h"

extern const struct xz_evidence_kind xz_kind_visits, xz_kind_count, xz_kind_sum, xz_kind_distinct,
    xz_kind_repeat, xz_kind_tickets, xz_kind_amount, xz_kind_travel, xz_kind_drain, xz_kind_runs,
    xz_kind_template, xz_kind_multiple;

/* Calendar blocks by window: a day, a quarter of a month (7d), a month (anything longer). */
int32_t xz_block_of(const struct xz_evidence_spec *spec, int64_t at_ms);
int64_t xz_block_start_ms(const struct xz_evidence_spec *spec, int32_t block);
int64_t xz_block_end_ms(const struct xz_evidence_spec *spec, int32_t block);

/* The argument of "distinct(institution)" as a record's text. */
enum xz_record_text xz_argument_text(const struct xz_evidence_spec *spec);

/* `step` of the kinds that are held against an empirical tail (family quantiles): statistic, tail,
 * calibrated p, e by the calibrator. */
void xz_step_by_quantiles(const struct xz_evidence_spec *spec, const struct xz_view *view,
                          uint32_t index, void *cursor, struct xz_step *step);

/* Matching records of the block of `index`, up to it. */
void xz_members_of_block(const struct xz_evidence_spec *spec, const struct xz_view *view,
                         uint32_t index, const void *cursor, xz_member_fn add, void *arg);

/* A score is -ln of a chance; its baseline is of 1 over that chance, so that the Pareto tail of the
 * one is the exponential tail of the other. */
static inline double xz_of_score(double score) { return expm1(fmin(score, 600.0)); }

/* When the subject was first seen, by a record that stands: what was undone may be
 * there or not, by the order in which it came. XZ_TIME_NONE: never. */
int64_t xz_first_seen_ms(const struct xz_view *view);

static inline int64_t xz_fen_or_zero(int64_t fen) { return fen == XZ_FEN_NONE ? 0 : fen; }

#endif
