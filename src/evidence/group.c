/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "evidence/group.h"

#include "evidence/evidence_int.h"

enum { POLYA_SHAPE, POLYA_RATE, POLYA_PARAMS };
enum { NORMAL_LOCATION, NORMAL_KAPPA, NORMAL_SHAPE, NORMAL_SCALE, NORMAL_PARAMS };

static uint32_t params_of(enum xz_family family)
{
    switch (family) {
    case XZ_FAMILY_POLYA:
        return POLYA_PARAMS;
    case XZ_FAMILY_LOG_NORMAL:
        return NORMAL_PARAMS;
    case XZ_FAMILY_QUANTILES:
        return 2;
    case XZ_FAMILY_NONE:
    case XZ_FAMILY_BETA_BINOMIAL:
    case XZ_FAMILY_BETA:
        break;
    }
    return UINT32_MAX;
}

bool xz_group_of(const struct xz_evidence_spec *spec, struct xz_str segment, int64_t at_ms,
                 struct xz_group *group)
{
    const int32_t block = xz_block_of(spec, at_ms);

    *group = (struct xz_group){spec, xz_pack_baseline(spec, segment), 1.0};
    if (group->cell == NULL || group->cell->param_count < params_of(spec->family)) {
        return false;
    }
    if (xz_evidence_kind_of(spec)->block == XZ_BLOCK_PERIOD) {
        group->days =
            (double)(xz_block_end_ms(spec, block) - xz_block_start_ms(spec, block)) / XZ_DAY_MS;
    }
    return true;
}

bool xz_group_counts(const struct xz_group *group)
{
    return group->spec->family == XZ_FAMILY_POLYA;
}

static double statistic_of(const struct xz_group *group, double x)
{
    return xz_evidence_kind_of(group->spec)->scale == XZ_SCALE_SCORE ? xz_of_score(x) : x;
}

double xz_group_log_tail(const struct xz_group *group, double x)
{
    const double *params = group->cell->params;
    double log_p = 0.0;

    if (!(x > 0.0)) {
        return 0.0;
    }
    switch (group->spec->family) {
    case XZ_FAMILY_POLYA:
        log_p = xz_negbin_log_tail(params[POLYA_SHAPE], params[POLYA_RATE], group->days,
                                   (uint32_t)fmin(ceil(x), (double)UINT32_MAX));
        break;
    case XZ_FAMILY_LOG_NORMAL:
        log_p = xz_log_normal_log_tail(params[NORMAL_LOCATION], params[NORMAL_KAPPA],
                                       params[NORMAL_SHAPE], params[NORMAL_SCALE], x);
        break;
    case XZ_FAMILY_QUANTILES: {
        const struct xz_quantiles quantiles = {params[0], params + 1, group->cell->param_count - 1};

        log_p = xz_quantiles_log_tail(&quantiles, statistic_of(group, x));
        break;
    }
    case XZ_FAMILY_NONE:
    case XZ_FAMILY_BETA_BINOMIAL:
    case XZ_FAMILY_BETA:
        break; /* xz_group_of lets none through */
    }
    return xz_pack_calibrate(group->spec, log_p);
}

double xz_group_value(const struct xz_group *group, double log_p)
{
    double low = 0.0, high = 1.0;

    while (xz_group_log_tail(group, high) > log_p) {
        low = high;
        high *= 2.0;
        if (high > XZ_GROUP_MAX) {
            return XZ_GROUP_MAX;
        }
    }
    while (high - low > 1e-3 * high + 1e-9) {
        const double middle = 0.5 * (low + high);

        if (xz_group_log_tail(group, middle) > log_p) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return xz_group_counts(group) ? ceil(high) : high;
}

static double within(double x) { return x >= 0.0 && x <= XZ_GROUP_MAX ? x : NAN; }

double xz_group_mark(const struct xz_group *group, double observed, double expected, double log_p)
{
    switch (xz_evidence_kind_of(group->spec)->scale) {
    case XZ_SCALE_VALUE:
        return within(observed);
    case XZ_SCALE_RATIO:
        return expected > 0.0 ? within(observed / expected) : NAN;
    case XZ_SCALE_SCORE:
        break;
    }
    return isnan(log_p) ? NAN : xz_group_value(group, log_p);
}
