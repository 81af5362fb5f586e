/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cases/meter.h - counters of the service as they stand over all the processes that it has been:
 * each begins again at 0 with its process, and the desk adds up what they grew. What was counted
 * between the last reading and a process's end is missing. */
#ifndef XZ_CASES_METER_H
#define XZ_CASES_METER_H
#include <jansson.h>

#include "cases/desk.h"

struct xz_meter_reading {
    char name[48];
    double value; /* of a counter: it only grows, or has begun again */
};

XZ_MUST enum xz_rc xz_meter_add(const struct xz_desk *desk, const struct xz_meter_reading *readings,
                                size_t count, struct xz_err *err);
/* {NAME: TOTAL}; the caller's. */
XZ_MUST enum xz_rc xz_meter_totals(const struct xz_desk *desk, json_t **totals, struct xz_err *err);

#endif
