/* SPDX-License-Identifier: GPL-3.0-or-later */
/* stream/roles.h - the two roles of the service, each with a thread of its own. They share nothing
 * but the log, the metrics, and the flag that ends them. */
#ifndef XZ_STREAM_ROLES_H
#define XZ_STREAM_ROLES_H
#include <stdatomic.h>

#include "stream/config.h"
#include "stream/metrics.h"

struct xz_service_shared {
    const struct xz_config *config;
    struct xz_metrics *metrics;
    int32_t partitions; /* of observations */
    char cluster_id[64];
    _Atomic bool stop;       /* drain and end */
    _Atomic unsigned reload; /* counts SIGHUPs */
    struct xz_err failed;    /* of the role that failed first; under metrics' lock */
};

/* Runs until stop or failure. The return value is the class of what ended it. */
enum xz_rc xz_ingest_run(struct xz_service_shared *shared, struct xz_err *err);
enum xz_rc xz_detect_run(struct xz_service_shared *shared, struct xz_err *err);

#endif
