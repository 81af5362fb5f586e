/* SPDX-License-Identifier: GPL-3.0-or-later */
/* stats/quality.h - how well a ranking tells the guilty from the innocent. */
#ifndef XZ_STATS_QUALITY_H
#define XZ_STATS_QUALITY_H
#include <stdbool.h>
#include <stddef.h>

struct xz_ranked {
    double score;
    bool guilty;
};

/* Area under the ROC curve, ties counted half; NAN without both classes. Sorts the items. */
double xz_quality_auc(struct xz_ranked *items, size_t count);

/* Average precision: mean over the guilty of the precision at their rank; items of one score are one
 * step (Davis and Goadrich 2006). Sorts the items. */
double xz_quality_average_precision(struct xz_ranked *items, size_t count);

#endif
