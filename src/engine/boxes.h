/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine/boxes.h - the sales of the box that a drug code is on, net of returns. */
#ifndef XZ_ENGINE_BOXES_H
#define XZ_ENGINE_BOXES_H
#include "state/entity.h"

struct xz_boxes {        /* by index of the record; made from one state of a code's history */
    uint32_t *nth;       /* which sale of the whole box it is, from 1; 0: no sale of its own */
    uint32_t *previous;  /* index of the sale before it; UINT32_MAX: none is left here */
    uint32_t *provinces; /* in which the box was sold, up to this record */
    uint32_t count;      /* records it was made from */
    uint32_t total;      /* sales, those that left the history included */
    uint32_t here;       /* sales, those that left not included */
    uint32_t claimed;    /* returns of what was sold before the history begins, if it was */
    uint32_t places;     /* provinces in all */
};

/* Nearly all codes have one record: its nth and provinces, without making any. */
uint32_t xz_boxes_of_one(const struct xz_entity *entity, int64_t *provinces);
/* From a code's records; boxes is zeroed or was made before. O(n log n). */
void xz_boxes_make(struct xz_boxes *boxes, const struct xz_entity *entity);
void xz_boxes_fini(struct xz_boxes *boxes);

/* The first `count` records leave a code's history: the number of sales stays as it was. */
void xz_boxes_leave(struct xz_entity *entity, uint32_t count);

#endif
