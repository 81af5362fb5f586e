/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stats/quality.h"

#include <math.h>
#include <stdlib.h>

static int descending(const void *left_ptr, const void *right_ptr)
{
    const struct xz_ranked *left = left_ptr, *right = right_ptr;

    return (left->score < right->score) - (left->score > right->score);
}

double xz_quality_auc(struct xz_ranked *items, size_t count)
{
    double guilty_above = 0.0, pairs = 0.0, guilty = 0.0;

    qsort(items, count, sizeof(items[0]), descending);
    for (size_t i = 0; i < count;) {
        double here_guilty = 0.0, here_innocent = 0.0;
        size_t k = i;

        for (; k < count && !(items[k].score < items[i].score); k++) {
            here_guilty += items[k].guilty;
            here_innocent += !items[k].guilty;
        }
        pairs += here_innocent * (guilty_above + 0.5 * here_guilty);
        guilty_above += here_guilty;
        i = k;
    }
    guilty = guilty_above;
    return guilty > 0.0 && guilty < (double)count ? pairs / (guilty * ((double)count - guilty))
                                                  : (double)NAN;
}

double xz_quality_average_precision(struct xz_ranked *items, size_t count)
{
    double seen = 0.0, found = 0.0, sum = 0.0;

    qsort(items, count, sizeof(items[0]), descending);
    for (size_t i = 0; i < count;) {
        double here = 0.0;
        size_t k = i;

        for (; k < count && !(items[k].score < items[i].score); k++) {
            here += items[k].guilty;
        }
        seen += (double)(k - i);
        found += here;
        sum += here * found / seen;
        i = k;
    }
    return found > 0.0 ? sum / found : (double)NAN;
}
