/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * evidence/group.h - what a baseline says of the group that somebody is held against: how many of
 * it reach which value. For showing, beside what was judged: of counts and amounts the judgement
 * knows the subject's own past as well, and is then more, or less, surprised than the group would
 * be.
 */
#ifndef XZ_EVIDENCE_GROUP_H
#define XZ_EVIDENCE_GROUP_H
#include "evidence/evidence.h"

struct xz_group {
    const struct xz_evidence_spec *spec;
    const struct xz_baseline *cell;
    double days; /* of the block that is counted; 1 where a baseline knows no time */
};

/* The group of a segment, as an alert names it; the block is the one of at_ms. False: the pack has
 * no baseline for it, or one of a family that is not drawn. */
bool xz_group_of(const struct xz_evidence_spec *spec, struct xz_str segment, int64_t at_ms,
                 struct xz_group *group);

/* Whether the values are whole numbers whose chances are those of a count. */
bool xz_group_counts(const struct xz_group *group);

/* ln P(X >= x), calibrated as p-values are; x on the scale of the kind: xz_evidence_kind_of(spec)
 * ->scale. 0 at and below 0. */
double xz_group_log_tail(const struct xz_group *group, double x);

/* The least x that is reached with probability exp(log_p) or less, within a thousandth; of counts a
 * whole number. XZ_GROUP_MAX where a tail never gets so thin. */
#define XZ_GROUP_MAX 1e15
double xz_group_value(const struct xz_group *group, double log_p);

/* Where on that scale a row of an alert lies. Scores are not in an alert: they are found from the
 * p-value, which is theirs. NaN when it cannot be told, or lies outside 0 .. XZ_GROUP_MAX. */
double xz_group_mark(const struct xz_group *group, double observed, double expected, double log_p);

#endif
