/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stats/edetector.h"

#include <assert.h>
#include <math.h>

#include "stats/evalue.h"
#include "stats/tail_int.h"

void xz_edetector_init(struct xz_edetector *detector)
{
    *detector = (struct xz_edetector){.log_m = -INFINITY};
}

double xz_edetector_peek(const struct xz_edetector *detector, double log_e)
{
    const double factor = isnan(log_e) ? 0.0 : log_e;

    if (isinf(factor) && factor < 0.0) {
        return -INFINITY; /* also when M is infinite: what is impossible under the cause refutes it
                           */
    }
    return xz_log_add(detector->log_m, 0.0) + factor;
}

uint32_t xz_edetector_peek_start(const struct xz_edetector *detector)
{
    return detector->log_m < 0.0 ? detector->steps : detector->start;
}

void xz_edetector_fold(struct xz_edetector *detector, double log_e)
{
    const double log_m = xz_edetector_peek(detector, log_e);

    detector->start = xz_edetector_peek_start(detector);
    detector->log_m = log_m;
    detector->steps += detector->steps < UINT32_MAX;
}

double xz_edetector_threshold(double alpha)
{
    assert(alpha > 0.0 && alpha <= 1.0);
    return -log(alpha);
}

double xz_edetector_mean(const double *log_m, size_t count) { return xz_evalue_mean(log_m, count); }
