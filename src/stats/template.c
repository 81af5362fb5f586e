/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stats/template.h"

#include "stats/distrib.h"
#include "stats/tail_int.h"

double xz_template_share(double seen, double total, double strength, double base_share)
{
    const double share = (seen + strength * base_share) / (total + strength);

    return share >= 0.0 && share <= 1.0 ? share : 1.0; /* an amount known to nobody excuses */
}

static bool in_domain(const struct xz_template *same)
{
    return same->share > 0.0 && same->share < 1.0 && same->concentration > 0.0 && same->top > 0 &&
           same->top <= same->settled;
}

static double log_tail(const struct xz_template *same)
{
    if (isinf(same->concentration)) {
        return xz_binomial_log_tail(same->settled, same->share, same->top);
    }
    return xz_beta_binomial_log_tail(same->settled, same->share * same->concentration,
                                     (1.0 - same->share) * same->concentration, same->top);
}

double xz_template_log_p(const struct xz_template *same, double amounts)
{
    if (!in_domain(same) || isnan(amounts)) {
        return 0.0;
    }
    return xz_tail_clamp(log_tail(same) + (amounts > 1.0 ? log(amounts) : 0.0));
}

double xz_template_log_p_weighted(const struct xz_template *same)
{
    return in_domain(same) ? xz_tail_clamp(log_tail(same) - log(same->share)) : 0.0;
}

double xz_template_expected(const struct xz_template *same)
{
    return same->share * (double)same->settled;
}
