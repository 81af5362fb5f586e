/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How many times the usual: one ticket's amount over the median of the subject's own tickets before
 * it. The median does not follow the few large ones that a card taken over leaves behind. What
 * multiples ordinary subjects reach is measured, whatever the shape of their amounts.
 */
#include "evidence/evidence_int.h"

#define PAST_MIN 8   /* fewer tickets make no usual amount */
#define PAST_MAX 256 /* the newest so many make it */

static int64_t amount_of(const struct xz_view *view, uint32_t index)
{
    return xz_fen_or_zero(view->entity->records[index]->amount_fen);
}

static int by_amount(const void *left_ptr, const void *right_ptr)
{
    const int64_t left = *(const int64_t *)left_ptr, right = *(const int64_t *)right_ptr;

    return (left > right) - (left < right);
}

/* Median in fen of the matching tickets before index; 0: there are too few. */
static double usual_fen(const struct xz_view *view, uint32_t index)
{
    int64_t past_fen[PAST_MAX];
    size_t count = 0, middle;

    for (uint32_t i = index; i-- > 0 && count < PAST_MAX;) {
        if (amount_of(view, i) > 0 && view->matches(view, i)) {
            past_fen[count++] = amount_of(view, i);
        }
    }
    if (count < PAST_MIN) {
        return 0.0;
    }
    qsort(past_fen, count, sizeof(past_fen[0]), by_amount);
    middle = count / 2;
    return count % 2 == 1 ? (double)past_fen[middle]
                          : 0.5 * (double)(past_fen[middle - 1] + past_fen[middle]);
}

static bool statistic_of(const struct xz_evidence_spec *spec, const struct xz_view *view,
                         uint32_t index, void *cursor, struct xz_statistic *statistic)
{
    const int64_t amount_fen = amount_of(view, index);
    const double usual = usual_fen(view, index);

    (void)spec;
    (void)cursor;
    if (amount_fen <= 0 || usual <= 0.0) {
        statistic->why_not = amount_fen <= 0 ? "no_amount" : "first_seen";
        return false;
    }
    statistic->value = statistic->observed = (double)amount_fen / usual;
    statistic->expected = NAN; /* the baseline's 99 % point */
    statistic->carries = true;
    statistic->window_start_ms = view->entity->records[index]->at_ms;
    return true;
}

static void members_of(const struct xz_evidence_spec *spec, const struct xz_view *view,
                       uint32_t index, const void *cursor, xz_member_fn add, void *arg)
{
    (void)spec;
    (void)view;
    (void)cursor;
    add(arg, index, 1.0);
}

const struct xz_evidence_kind xz_kind_multiple = {
    .schema = {.name = "multiple",
               .subjects =
                   1u << XZ_SUBJECT_INSURED | 1u << XZ_SUBJECT_OPERATOR | 1u << XZ_SUBJECT_PROXY,
               .families = 1u << XZ_FAMILY_QUANTILES},
    .block = XZ_BLOCK_STEP,
    .unit = "times",
    .step = xz_step_by_quantiles,
    .statistic = statistic_of,
    .members = members_of,
};
