/* SPDX-License-Identifier: GPL-3.0-or-later */
/* stream/roles.h - the two roles of the service, each with a thread of its own. They share nothing
 * but the log, the metrics, and the flag that ends them. */
#ifndef XZ_STREAM_ROLES_H
#define XZ_STREAM_ROLES_H
#include <stdatomic.h>

#include "stream/config.h"
#include "stream/kafka.h"
#include "stream/metrics.h"

/* The last is nobody's role: where there is no engine, it makes the topics when the broker comes.
 */
enum xz_role { XZ_ROLE_DETECT, XZ_ROLE_INGEST, XZ_ROLE_TOPICS, XZ_ROLES };

struct xz_service_shared {
    const struct xz_config *config;
    struct xz_metrics *metrics;
    int32_t partitions; /* of observations */
    char cluster_id[64];
    _Atomic bool stop;              /* drain and end */
    _Atomic bool failed;            /* a role ended for good */
    _Atomic unsigned reload;        /* counts SIGHUPs */
    _Atomic bool down[XZ_ROLES];    /* without a broker, or about to try again */
    _Atomic bool suspect[XZ_ROLES]; /* its client met an error: is the broker there? */
};

/* Tells health that the role has no broker or is about to try again, or is well. */
void xz_role_set_down(struct xz_service_shared *shared, enum xz_role role, bool down);
/* An error of the role's client, as librdkafka tells it: it goes on by itself, or says so again. */
void xz_role_on_error(struct xz_service_shared *shared, enum xz_role role, int code,
                      const char *reason);
/* Serves the role's group for up to wait_ms; rebalances happen in here. While the brokers are gone
 * health is red, and they are asked for once in a while. */
void xz_role_serve(struct xz_service_shared *shared, enum xz_role role, rd_kafka_t *consumer,
                   int wait_ms);

/* Runs until stop or failure; the return value is the class of what ended it. After XZ_RETRY it may
 * be run again: it begins where things are durable. */
enum xz_rc xz_ingest_run(struct xz_service_shared *shared, struct xz_err *err);
enum xz_rc xz_detect_run(struct xz_service_shared *shared, struct xz_err *err);

#endif
