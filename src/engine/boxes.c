/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How often a box was sold, from all that its code's history holds (contract, "Sale of a box").
 *
 * A sale is known by its settlement. A scan that names one repeats its sale, wherever and whenever
 * it was made: the settlement says whether the box was split or taken back; where no settlement
 * lists the code, the first scan is the sale. A return takes back the sale that it names, or the
 * newest one before it. What is left is counted in order of time, once for the whole history.
 */
#include "engine/boxes.h"

#include <stdlib.h>

#include "base/hash.h"
#include "base/mem.h"

enum { MARK_REPEATS = 1, MARK_RETURNED = 2 };

#define PROVINCES 100

struct named { /* a record that names a settlement */
    uint64_t setl;
    uint32_t index;
};

static bool stands(const struct xz_record *record) { return !(record->flags & XZ_RECORD_UNDONE); }

static bool is_sale(const struct xz_record *record) { return record->detail == XZ_SCAN_SALE; }

/* A scan carries no med_type, which no settlement lacks. */
static bool is_of_settlement(const struct xz_record *record)
{
    return xz_record_text(record, XZ_TEXT_MED_TYPE).len > 0;
}

static int by_settlement(const void *left_ptr, const void *right_ptr)
{
    const struct named *left = left_ptr, *right = right_ptr;

    if (left->setl != right->setl) {
        return left->setl < right->setl ? -1 : 1;
    }
    return (left->index > right->index) - (left->index < right->index);
}

/* All that names one settlement, in order of time. True: a return takes back a sale of which
 * nothing is left here. */
static bool mark_group(const struct xz_entity *entity, const struct named *group, size_t count,
                       uint8_t *marks)
{
    bool settled = false, returned = false, sold = false, told = false;

    for (size_t i = 0; i < count; i++) {
        const struct xz_record *record = entity->records[group[i].index];

        sold = sold || is_sale(record);
        settled = settled || (is_sale(record) && is_of_settlement(record));
        returned = returned || (!is_sale(record) && stands(record));
    }
    for (size_t i = 0; i < count; i++) {
        const struct xz_record *record = entity->records[group[i].index];

        if (!is_sale(record)) {
            continue;
        }
        marks[group[i].index] |= returned ? MARK_RETURNED : 0;
        if (!is_of_settlement(record)) {
            marks[group[i].index] |= settled || told ? MARK_REPEATS : 0;
            told = told || stands(record);
        }
    }
    return returned && !sold;
}

static void mark_named(const struct xz_entity *entity, uint8_t *marks, struct xz_boxes *boxes)
{
    struct named *list = xz_calloc(entity->count + 1, sizeof(*list));
    size_t count = 0;

    for (uint32_t i = 0; i < entity->count; i++) {
        const struct xz_str setl = xz_record_text(entity->records[i], XZ_TEXT_SETL_ID);

        if (setl.len > 0) {
            list[count++] = (struct named){xz_hash_str(setl), i};
        }
    }
    qsort(list, count, sizeof(*list), by_settlement);
    for (size_t first = 0, end; first < count; first = end) {
        for (end = first + 1; end < count && list[end].setl == list[first].setl;) {
            end++;
        }
        boxes->claimed += mark_group(entity, list + first, end - first, marks);
    }
    free(list);
}

/* nth of what is sold and stays sold becomes 1, for now. Pieces of a split box come back too, and
 * then are not taken for a whole one. */
static void net(const struct xz_entity *entity, const uint8_t *marks, struct xz_boxes *boxes)
{
    uint32_t *stack = xz_calloc(entity->count + 1, sizeof(*stack)), depth = 0;
    bool split = false;

    for (uint32_t i = 0; i < entity->count; i++) {
        const struct xz_record *record = entity->records[i];

        if (!stands(record) || marks[i] != 0) {
            continue;
        }
        if (is_sale(record)) {
            split = split || (record->flags & XZ_RECORD_SPLIT) != 0;
            /* a scan cannot say that it sold a piece, but that box is open */
            boxes->nth[i] =
                !(record->flags & XZ_RECORD_SPLIT) && !(split && !is_of_settlement(record));
            stack[depth++] = i;
        } else if (xz_record_text(record, XZ_TEXT_SETL_ID).len == 0) {
            if (depth > 0) {
                boxes->nth[stack[--depth]] = 0;
            } else {
                boxes->claimed++;
            }
        }
    }
    free(stack);
}

static int province_of(const struct xz_record *record)
{
    const struct xz_str place = xz_record_text(record, XZ_TEXT_PLACE_ADMDVS);

    if (place.len < 2 || place.ptr[0] < '0' || place.ptr[0] > '9' || place.ptr[1] < '0' ||
        place.ptr[1] > '9') {
        return -1;
    }
    return (place.ptr[0] - '0') * 10 + (place.ptr[1] - '0');
}

static void number(const struct xz_entity *entity, struct xz_boxes *boxes)
{
    bool seen[PROVINCES] = {false};
    uint32_t previous = UINT32_MAX;

    boxes->total =
        entity->before.sales > boxes->claimed ? entity->before.sales - boxes->claimed : 0;
    for (uint32_t i = 0; i < entity->count; i++) {
        boxes->previous[i] = previous;
        if (boxes->nth[i] != 0) {
            const int province = province_of(entity->records[i]);

            boxes->nth[i] = ++boxes->total;
            boxes->here++;
            previous = i;
            if (province >= 0 && !seen[province]) {
                seen[province] = true;
                boxes->places++;
            }
        }
        boxes->provinces[i] = boxes->places;
    }
}

void xz_boxes_make(struct xz_boxes *boxes, const struct xz_entity *entity)
{
    uint8_t *marks = xz_calloc(entity->count + 1, 1);

    xz_boxes_fini(boxes);
    boxes->count = entity->count;
    boxes->nth = xz_calloc(entity->count + 1, sizeof(boxes->nth[0]));
    boxes->previous = xz_calloc(entity->count + 1, sizeof(boxes->previous[0]));
    boxes->provinces = xz_calloc(entity->count + 1, sizeof(boxes->provinces[0]));
    mark_named(entity, marks, boxes);
    net(entity, marks, boxes);
    number(entity, boxes);
    free(marks);
}

void xz_boxes_fini(struct xz_boxes *boxes)
{
    free(boxes->nth);
    free(boxes->previous);
    free(boxes->provinces);
    memset(boxes, 0, sizeof(*boxes));
}

uint32_t xz_boxes_of_one(const struct xz_entity *entity, int64_t *provinces)
{
    const struct xz_record *record = entity->records[0];
    const bool sold = stands(record) && is_sale(record) && !(record->flags & XZ_RECORD_SPLIT);

    *provinces = sold && province_of(record) >= 0;
    return sold ? entity->before.sales + 1 : 0;
}

void xz_boxes_leave(struct xz_entity *entity, uint32_t count)
{
    struct xz_boxes whole = {0}, rest = {0};
    uint32_t owed;

    xz_boxes_make(&whole, entity);
    for (uint32_t i = 0; i < count; i++) {
        xz_entity_remove_first(entity);
    }
    entity->before.sales = 0;
    xz_boxes_make(&rest, entity);
    owed = whole.total + rest.claimed;
    entity->before.sales = owed > rest.here ? owed - rest.here : 0;
    xz_boxes_fini(&whole);
    xz_boxes_fini(&rest);
}
