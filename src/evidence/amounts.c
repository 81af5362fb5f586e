/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How large: `amount` of one ticket. Against the subject's own past (log_normal: a Student-t
 * predictive of ln amount, shrunk from the segment), or against everybody's (quantiles).
 */
#include "evidence/evidence_int.h"

enum { PARAM_LOCATION, PARAM_KAPPA, PARAM_SHAPE, PARAM_SCALE, PARAMS };

static int64_t amount_of(const struct xz_record *record)
{
    return record->amount_fen == XZ_FEN_NONE ? 0 : record->amount_fen;
}

static bool statistic_of(const struct xz_evidence_spec *spec, const struct xz_view *view,
                         uint32_t index, void *cursor, struct xz_statistic *statistic)
{
    const int64_t amount_fen = amount_of(view->entity->records[index]);

    (void)spec;
    (void)cursor;
    if (amount_fen <= 0) {
        statistic->why_not = "no_amount";
        return false;
    }
    statistic->value = statistic->observed = (double)amount_fen / 100.0;
    statistic->expected = NAN;
    statistic->carries = true;
    statistic->window_start_ms = view->entity->records[index]->at_ms;
    return true;
}

/* Normal-inverse-gamma posterior of ln amount from the matching records before index, weighted
 * against the segment's prior (Gelman et al. 2013, 3.3). What alarmed stays in: a subject that
 * always spends much is no surprise. */
static void own_past(const struct xz_view *view, uint32_t index, double prior[static PARAMS])
{
    double count = 0.0, mean = 0.0, squares = 0.0;
    const double location = prior[PARAM_LOCATION], kappa = prior[PARAM_KAPPA];

    for (uint32_t i = 0; i < index; i++) {
        if (view->matches(view, i) && amount_of(view->entity->records[i]) > 0) {
            const double x = log((double)amount_of(view->entity->records[i]) / 100.0);
            const double gap = x - mean;

            count += 1.0;
            mean += gap / count;
            squares += gap * (x - mean);
        }
    }
    prior[PARAM_LOCATION] = (kappa * location + count * mean) / (kappa + count);
    prior[PARAM_KAPPA] = kappa + count;
    prior[PARAM_SHAPE] += count / 2.0;
    prior[PARAM_SCALE] += 0.5 * squares + kappa * count * (mean - location) * (mean - location) /
                                              (2.0 * (kappa + count));
}

static void step_of(const struct xz_evidence_spec *spec, const struct xz_view *view, uint32_t index,
                    void *cursor, struct xz_step *step)
{
    struct xz_statistic statistic = {0};
    double belief[PARAMS];

    if (spec->family == XZ_FAMILY_QUANTILES) {
        xz_step_by_quantiles(spec, view, index, cursor, step);
        return;
    }
    if (!statistic_of(spec, view, index, cursor, &statistic)) {
        step->why_not = statistic.why_not;
        return;
    }
    xz_segment(spec, view, index, step->segment);
    step->baseline = xz_pack_baseline(spec, xz_str_from(step->segment));
    if (step->baseline == NULL || step->baseline->param_count < PARAMS) {
        step->why_not = "no_baseline";
        return;
    }
    memcpy(belief, step->baseline->params, sizeof(belief));
    own_past(view, index, belief);
    step->evaluated = true;
    step->carries = true;
    step->observed = statistic.value;
    step->expected = exp(belief[PARAM_LOCATION]);
    step->window_start_ms = statistic.window_start_ms;
    step->log_p = xz_pack_calibrate(
        spec, xz_log_normal_log_tail(belief[PARAM_LOCATION], belief[PARAM_KAPPA],
                                     belief[PARAM_SHAPE], belief[PARAM_SCALE], statistic.value));
    step->log_e = xz_calibrate(step->log_p);
}

static void members_of(const struct xz_evidence_spec *spec, const struct xz_view *view,
                       uint32_t index, const void *cursor, xz_member_fn add, void *arg)
{
    (void)spec;
    (void)view;
    (void)cursor;
    add(arg, index, 1.0);
}

const struct xz_evidence_kind xz_kind_amount = {
    .schema = {.name = "amount",
               .subjects =
                   1u << XZ_SUBJECT_INSURED | 1u << XZ_SUBJECT_OPERATOR | 1u << XZ_SUBJECT_PROXY,
               .families = 1u << XZ_FAMILY_LOG_NORMAL | 1u << XZ_FAMILY_QUANTILES},
    .block = XZ_BLOCK_STEP,
    .unit = "yuan",
    .step = step_of,
    .statistic = statistic_of,
    .members = members_of,
};
