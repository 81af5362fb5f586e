/* SPDX-License-Identifier: GPL-3.0-or-later */
/* console/limiter.h - how often somebody may ask: a bucket for each account or address. @thread any
 */
#ifndef XZ_CONSOLE_LIMITER_H
#define XZ_CONSOLE_LIMITER_H
#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

struct xz_limiter;

#define XZ_COST_LOGIN 5.0 /* requests: what it costs to sign in, or to try */

/* per_second > 0 requests on average, `burst` at once. */
struct xz_limiter *xz_limiter_new(double per_second, double burst);
void xz_limiter_free(struct xz_limiter *limiter);

/* May `who` ask once more? cost in requests; now_ms of xz_steady_ms, > 0. Two of whom the hashes
 * meet share a bucket. */
bool xz_limiter_take(struct xz_limiter *limiter, struct xz_str who, double cost, int64_t now_ms);

#endif
