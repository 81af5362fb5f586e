/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stats/edetector.h"

#include "stats/tail_int.h"

double xz_edetector_step(double log_m, double log_e)
{
    const double factor = isnan(log_e) ? 0.0 : log_e;

    if (isinf(factor) && factor < 0.0) {
        return -INFINITY; /* also when M is infinite */
    }
    return xz_log_add(log_m, 0.0) + factor;
}
