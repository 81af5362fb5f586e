/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What evidence kinds carry from step to step, kept with an entity while it is in memory. It can
 * always be computed again by a pass, and is never stored. */
#include <stdlib.h>

#include "base/mem.h"
#include "engine/engine_int.h"

struct scratch {
    struct xz_cursor_cell *cells;
    size_t count, cap;
    struct xz_boxes boxes; /* of a code */
    bool boxes_valid;
    struct xz_day_marks *marks; /* of a counter */
    size_t mark_count, mark_cap;
};

static void cell_drop(struct xz_cursor_cell *cell)
{
    const struct xz_evidence_kind *kind = xz_evidence_kind_of(cell->spec);

    if (kind->end != NULL) {
        kind->end(cell->cursor);
    }
    free(cell->cursor);
}

static void scratch_free(void *ptr)
{
    struct scratch *scratch = ptr;

    for (size_t i = 0; i < scratch->count; i++) {
        cell_drop(&scratch->cells[i]);
    }
    for (size_t i = 0; i < scratch->mark_count; i++) {
        free(scratch->marks[i].list);
    }
    free(scratch->marks);
    xz_boxes_fini(&scratch->boxes);
    free(scratch->cells);
    free(scratch);
}

static struct scratch *scratch_of(struct xz_entity *entity)
{
    if (entity->scratch == NULL) {
        entity->scratch = xz_calloc(1, sizeof(struct scratch));
        entity->scratch_free = scratch_free;
    }
    return entity->scratch;
}

struct xz_cursor_cell *xz_scratch_cell(struct xz_entity *entity,
                                       const struct xz_evidence_spec *spec)
{
    struct scratch *scratch = scratch_of(entity);
    struct xz_cursor_cell *cell;

    for (size_t i = 0; i < scratch->count; i++) {
        if (scratch->cells[i].spec == spec) {
            return &scratch->cells[i];
        }
    }
    xz_array_reserve((void **)&scratch->cells, &scratch->cap, scratch->count + 1,
                     sizeof(scratch->cells[0]));
    cell = &scratch->cells[scratch->count++];
    cell->spec = spec;
    cell->cursor = xz_calloc(1, xz_evidence_kind_of(spec)->cursor_size);
    cell->upto = UINT32_MAX;
    if (xz_evidence_kind_of(spec)->begin != NULL) {
        xz_evidence_kind_of(spec)->begin(cell->cursor);
    }
    return cell;
}

struct xz_day_marks *xz_scratch_day_marks(struct xz_entity *entity,
                                          const struct xz_pattern *pattern)
{
    struct scratch *scratch;

    if (!xz_keeps_days(entity->kind)) {
        return NULL;
    }
    scratch = scratch_of(entity);
    for (size_t i = 0; i < scratch->mark_count; i++) {
        if (scratch->marks[i].pattern == pattern) {
            return &scratch->marks[i];
        }
    }
    xz_array_reserve((void **)&scratch->marks, &scratch->mark_cap, scratch->mark_count + 1,
                     sizeof(scratch->marks[0]));
    scratch->marks[scratch->mark_count] = (struct xz_day_marks){.pattern = pattern};
    return &scratch->marks[scratch->mark_count++];
}

const struct xz_boxes *xz_scratch_boxes(struct xz_entity *entity)
{
    struct scratch *scratch = scratch_of(entity);

    if (!scratch->boxes_valid || scratch->boxes.count != entity->count) {
        xz_boxes_make(&scratch->boxes, entity);
        scratch->boxes_valid = true;
    }
    return &scratch->boxes;
}

void xz_scratch_invalidate(struct xz_entity *entity)
{
    struct scratch *scratch = entity->scratch;

    for (size_t i = 0; scratch != NULL && i < scratch->count; i++) {
        scratch->cells[i].upto = UINT32_MAX;
    }
    if (scratch != NULL) {
        scratch->boxes_valid = false;
    }
}

void xz_scratch_left(struct xz_entity *entity, uint32_t count)
{
    struct scratch *scratch = entity->scratch;

    for (size_t i = 0; scratch != NULL && i < scratch->count; i++) {
        struct xz_cursor_cell *cell = &scratch->cells[i];

        cell->upto =
            cell->upto == UINT32_MAX || cell->upto < count ? UINT32_MAX : cell->upto - count;
    }
}

void xz_scratch_weigh(struct xz_entity *entity)
{
    const struct scratch *scratch = entity->scratch;
    size_t bytes = sizeof(*scratch);

    if (scratch == NULL) {
        return;
    }
    bytes += scratch->cap * sizeof(scratch->cells[0]);
    for (size_t i = 0; i < scratch->count; i++) {
        const struct xz_evidence_kind *kind = xz_evidence_kind_of(scratch->cells[i].spec);

        bytes += kind->cursor_size;
        bytes += kind->bytes != NULL ? kind->bytes(scratch->cells[i].cursor) : 0;
    }
    for (size_t i = 0; i < scratch->mark_count; i++) {
        bytes += sizeof(scratch->marks[i]) + scratch->marks[i].cap * sizeof(struct xz_day_mark);
    }
    bytes +=
        scratch->boxes.count * (sizeof(scratch->boxes.nth[0]) + sizeof(scratch->boxes.previous[0]) +
                                sizeof(scratch->boxes.provinces[0]));
    xz_entity_scratch_weighs(entity, bytes);
}
