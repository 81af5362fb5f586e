/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a pattern's detectors stood at when each day of a counter began. A record that comes late,
 * or is undone, is walked again from its day, not from the base; and the base moves by taking the
 * mark of its day. Marks are made again by any pass from the base, and never stored.
 */
#include <stdlib.h>

#include "base/mem.h"
#include "engine/engine_int.h"

void xz_day_marks_clear(struct xz_day_marks *marks)
{
    marks->count = 0;
    marks->whole = true;
}

void xz_day_marks_put(struct xz_day_marks *marks, int32_t day, const struct xz_detector *detectors,
                      size_t count)
{
    struct xz_day_mark *mark;

    if (!marks->whole || (marks->count > 0 && marks->list[marks->count - 1].day >= day)) {
        return;
    }
    xz_array_reserve((void **)&marks->list, &marks->cap, marks->count + 1, sizeof(marks->list[0]));
    mark = &marks->list[marks->count++];
    mark->day = day;
    memcpy(mark->detectors, detectors, count * sizeof(detectors[0]));
}

const struct xz_day_mark *xz_day_marks_back_to(struct xz_day_marks *marks, int32_t day)
{
    size_t at = marks->count;

    while (at > 0 && marks->list[at - 1].day > day) {
        at--;
    }
    if (!marks->whole || at == 0) {
        return NULL;
    }
    marks->count = at - 1; /* what it stands for is about to be walked, and marked, again */
    return &marks->list[at - 1];
}

const struct xz_day_mark *xz_day_marks_from(struct xz_day_marks *marks, int32_t day)
{
    size_t gone = 0;

    while (gone < marks->count && marks->list[gone].day < day) {
        gone++;
    }
    marks->count -= gone;
    if (gone > 0 && marks->count > 0) {
        memmove(marks->list, marks->list + gone, marks->count * sizeof(marks->list[0]));
    }
    return marks->count > 0 ? &marks->list[0] : NULL;
}
