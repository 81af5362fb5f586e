/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An e-detector per piece of evidence (stats/edetector.h): which e-value is of which block, closed
 * or still open, and what a block in which nothing came counts for.
 */
#include <math.h>

#include "engine/engine_int.h"
#include "stats/edetector.h"

/* Empty periods pull M toward a fixed point; after this many the rest changes nothing. */
#define EMPTY_MAX 24

static void close_block(struct xz_detector *detector, bool *reset)
{
    if (detector->block == INT32_MIN) {
        return;
    }
    detector->log_m =
        *reset ? -INFINITY : (float)xz_edetector_step(detector->log_m, detector->block_log_e);
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
                detector->log_m = (float)xz_edetector_step(
                    detector->log_m, kind->empty_log_e(spec, view, index, block - i));
            }
        }
        detector->block = block;
    }
    detector->block_log_e = (float)step->log_e;
    return xz_edetector_step(detector->log_m, detector->block_log_e);
}
