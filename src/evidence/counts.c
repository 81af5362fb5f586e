/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How often: `visits` (an institution on a day counts once, however many tickets it took there) and
 * `count` (every matching record), over calendar blocks, against a Polya process whose rate is
 * shrunk from the segment to the subject.
 */
#include "evidence/evidence_int.h"

enum { PARAM_SHAPE, PARAM_RATE, PARAM_CAP, PARAMS };

/* Whether an earlier matching record was at this institution on this day. */
static bool same_visit_before(const struct xz_view *view, uint32_t index)
{
    const struct xz_record *record = view->entity->records[index];
    const int64_t day_ms = xz_day_start_ms(xz_day_of(record->at_ms));
    const struct xz_str institution = xz_record_text(record, XZ_TEXT_INSTITUTION);

    for (uint32_t i = index; i-- > 0 && view->entity->records[i]->at_ms >= day_ms;) {
        if (view->matches(view, i) &&
            xz_str_eq(xz_record_text(view->entity->records[i], XZ_TEXT_INSTITUTION), institution)) {
            return true;
        }
    }
    return false;
}

static uint32_t count_between(const struct xz_evidence_spec *spec, const struct xz_view *view,
                              uint32_t from, uint32_t to)
{
    const bool visits = xz_evidence_kind_of(spec) == &xz_kind_visits;
    uint32_t count = 0;

    for (uint32_t i = from; i < to; i++) {
        count += view->matches(view, i) && !(visits && same_visit_before(view, i));
    }
    return count;
}

/* The exact ratio over the whole block, as if nothing more came: it grows with k, so it is never
 * more than what the block will come to, and visits that come in bursts are not taken for a rate.
 * People whose habits change (an illness, dialysis) break the ratio's null now and then by a huge
 * factor; the calibrated tail of the count does not let it, and the lesser of two e-values is one.
 */
double xz_count_log_e(struct xz_polya polya, uint32_t k, double days, double log_p)
{
    return fmin(xz_polya_log_e(polya, k, days), xz_calibrate(log_p));
}

static uint32_t left_of(const struct xz_evidence_spec *spec, const struct xz_view *view)
{
    const struct xz_entity_pattern *slot;
    char id[8];

    if (view->entity->before.first_ms == XZ_TIME_NONE) {
        return 0; /* nothing did */
    }
    xz_evidence_slot(view->pattern, spec, id);
    slot = xz_entity_pattern_find(view->entity, id);
    return slot != NULL ? slot->left : 0;
}

static uint32_t leaving(const struct xz_evidence_spec *spec, const struct xz_view *view,
                        uint32_t upto)
{
    return count_between(spec, view, 0, upto);
}

/* What is believed of the subject when the block begins. */
static bool posterior(const struct xz_evidence_spec *spec, const struct xz_view *view,
                      uint32_t index, int64_t block_ms, struct xz_step *step,
                      struct xz_polya *polya)
{
    const uint32_t first = xz_entity_lower(view->entity, block_ms);
    const int64_t since_ms = xz_first_seen_ms(view);
    double known_days;

    xz_segment(spec, view, index, step->segment);
    step->baseline = xz_pack_baseline(spec, xz_str_from(step->segment));
    if (step->baseline == NULL || step->baseline->param_count < PARAMS) {
        step->why_not = "no_baseline";
        return false;
    }
    known_days = since_ms != XZ_TIME_NONE && since_ms < block_ms
                     ? (double)(block_ms - since_ms) / (double)XZ_DAY_MS
                     : 0.0;
    *polya = xz_polya_posterior(
        (struct xz_polya){step->baseline->params[PARAM_SHAPE], step->baseline->params[PARAM_RATE]},
        (double)left_of(spec, view) + (double)count_between(spec, view, 0, first), known_days,
        step->baseline->params[PARAM_CAP]);
    return true;
}

static bool statistic_of(const struct xz_evidence_spec *spec, const struct xz_view *view,
                         uint32_t index, void *cursor, struct xz_statistic *statistic)
{
    const int64_t at_ms = view->entity->records[index]->at_ms;

    (void)cursor;
    statistic->block = xz_block_of(spec, at_ms);
    statistic->window_start_ms = xz_block_start_ms(spec, statistic->block);
    statistic->value = (double)count_between(
        spec, view, xz_entity_lower(view->entity, statistic->window_start_ms), index + 1);
    statistic->observed = statistic->value;
    statistic->carries = true;
    return true;
}

static void step_of(const struct xz_evidence_spec *spec, const struct xz_view *view, uint32_t index,
                    void *cursor, struct xz_step *step)
{
    struct xz_statistic statistic = {0};
    struct xz_polya polya;
    double whole_days;
    uint32_t k;

    (void)statistic_of(spec, view, index, cursor, &statistic);
    if (!posterior(spec, view, index, statistic.window_start_ms, step, &polya)) {
        return;
    }
    k = (uint32_t)statistic.value;
    whole_days = (double)(xz_block_end_ms(spec, statistic.block) - statistic.window_start_ms) /
                 (double)XZ_DAY_MS;
    step->evaluated = true;
    step->observed = statistic.value;
    step->expected = xz_polya_mean(polya, whole_days);
    step->block = statistic.block;
    step->window_start_ms = statistic.window_start_ms;
    step->log_p =
        xz_pack_calibrate(spec, xz_negbin_log_tail(polya.shape, polya.rate, whole_days, k));
    step->log_e = xz_count_log_e(polya, k, whole_days, step->log_p);
    step->carries = step->log_e > 0.0;
}

static double empty_log_e(const struct xz_evidence_spec *spec, const struct xz_view *view,
                          uint32_t index, int32_t block)
{
    struct xz_step step = {0};
    struct xz_polya polya;
    const int64_t start_ms = xz_block_start_ms(spec, block);

    if (!posterior(spec, view, index, start_ms, &step, &polya)) {
        return 0.0;
    }
    return xz_count_log_e(
        polya, 0, (double)(xz_block_end_ms(spec, block) - start_ms) / (double)XZ_DAY_MS, 0.0);
}

#define SUBJECTS_WITH_HISTORY                                                                      \
    (1u << XZ_SUBJECT_INSURED | 1u << XZ_SUBJECT_OPERATOR | 1u << XZ_SUBJECT_GIVER |               \
     1u << XZ_SUBJECT_PROXY)

const struct xz_evidence_kind xz_kind_visits = {
    .schema = {.name = "visits",
               .subjects = 1u << XZ_SUBJECT_INSURED,
               .families = 1u << XZ_FAMILY_POLYA},
    .block = XZ_BLOCK_PERIOD,
    .unit = "visits",
    .step = step_of,
    .statistic = statistic_of,
    .leaving = leaving,
    .empty_log_e = empty_log_e,
    .members = xz_members_of_block,
};

const struct xz_evidence_kind xz_kind_count = {
    .schema = {.name = "count",
               .subjects = SUBJECTS_WITH_HISTORY,
               .families = 1u << XZ_FAMILY_POLYA},
    .block = XZ_BLOCK_PERIOD,
    .unit = "events",
    .step = step_of,
    .statistic = statistic_of,
    .leaving = leaving,
    .empty_log_e = empty_log_e,
    .members = xz_members_of_block,
};
