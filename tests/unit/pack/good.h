/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The pack in data/good, and what its tests share. */
#ifndef XZ_TEST_PACK_GOOD_H
#define XZ_TEST_PACK_GOOD_H
#include <math.h>
#include <stdio.h>
#include <zstd.h>

#include "base/hash.h"
#include "pack/pack_int.h"
#include "sample.h"

#define GOOD "tests/unit/pack/data/good"

static inline struct xz_pack *load_good(void)
{
    struct xz_pack *pack = NULL;
    struct xz_err err = {0};

    if (xz_pack_load(GOOD, &sample_schema, NULL, NULL, &pack, &err) != XZ_OK) {
        fail_msg("%s: %s", err.path, err.msg);
    }
    return pack;
}

static inline const struct xz_pattern *pattern_of(const struct xz_pack *pack, const char *id)
{
    const struct xz_pattern *pattern = xz_pack_pattern(pack, xz_str_from(id));

    assert_non_null(pattern);
    return pattern;
}

static inline void near_to(double got, double want)
{
    if (!(fabs(got - want) < 1e-9)) {
        fail_msg("%.12g, want %.12g", got, want);
    }
}

static inline double first_param(const struct xz_evidence_spec *spec, const char *segment)
{
    const struct xz_baseline *cell = xz_pack_baseline(spec, xz_str_from(segment));

    assert_non_null(cell);
    return cell->params[0];
}

static inline void compress(const struct xz_buf *plain, struct xz_buf *archive)
{
    const size_t bound = ZSTD_compressBound(plain->len);
    size_t len;

    xz_buf_reserve(archive, bound);
    len = ZSTD_compress(archive->data, bound, plain->data, plain->len, 1);
    assert_false(ZSTD_isError(len));
    archive->len = len;
}

#endif
