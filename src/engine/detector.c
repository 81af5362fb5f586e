/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An e-detector per piece of evidence (Shin, Ramdas and Rinaldo 2024, the Shiryaev-Roberts form):
 * M <- (M + 1) * E, one factor a block; its mean time to a false alarm at 1/alpha is at least
 * 1/alpha blocks. Within an open block E is a running e-value, so no block has to close first.
 */
#include <math.h>

#include "engine/engine_int.h"

/* Empty periods pull M toward a fixed point; after this many the rest changes nothing. */
#define EMPTY_MAX 24

const struct xz_detector xz_detector_start = {-INFINITY, 0.0f, INT32_MIN, 0};

/* ln(M + 1) without overflow for large M. */
static double log_plus_one(double log_m)
{
    if (log_m == -INFINITY) {
        return 0.0;
    }
    return log_m > 0.0 ? log_m + log1p(exp(-log_m)) : log1p(exp(log_m));
}

static void close_block(struct xz_detector *detector, bool *reset)
{
    if (detector->block == INT32_MIN) {
        return;
    }
    detector->log_m =
        *reset ? -INFINITY : (float)(log_plus_one(detector->log_m) + detector->block_log_e);
    *reset = false;
    detector->block_log_e = 0.0f;
    detector->steps++;
}

double xz_detector_fold(struct xz_detector *detector, const struct xz_evidence_spec *spec,
                        const struct xz_view *view, uint32_t index, const struct xz_step *step,
                        bool *reset)
{
    const struct xz_evidence_kind *kind = xz_evidence_kind_of(spec);
    const int32_t block = kind->block == XZ_BLOCK_STEP ? detector->block + 1 : step->block;

    if (detector->block == INT32_MIN) {
        detector->block = kind->block == XZ_BLOCK_STEP ? 0 : step->block;
    } else if (block != detector->block) {
        int32_t empty = block - detector->block - 1;

        close_block(detector, reset);
        if (kind->empty_log_e != NULL) {
            empty = empty > EMPTY_MAX ? EMPTY_MAX : empty;
            for (int32_t i = empty; i > 0; i--) {
                detector->log_m = (float)(log_plus_one(detector->log_m) +
                                          kind->empty_log_e(spec, view, index, block - i));
            }
        }
        detector->block = block;
    }
    detector->block_log_e = (float)step->log_e;
    return log_plus_one(detector->log_m) + detector->block_log_e;
}

/* An average of e-detectors is one, under any dependence. */
double xz_detector_mean(const double *log_m, size_t count)
{
    double top = -INFINITY, sum = 0.0;

    for (size_t i = 0; i < count; i++) {
        top = log_m[i] > top ? log_m[i] : top;
    }
    if (top == -INFINITY) {
        return top;
    }
    for (size_t i = 0; i < count; i++) {
        sum += exp(log_m[i] - top);
    }
    return top + log(sum / (double)count);
}
