/* SPDX-License-Identifier: GPL-3.0-or-later */
/* stream/group.h - a role's consumer: a member of the role's group, whose partitions are read apart
 * from each other and whose offsets are committed by hand. */
#ifndef XZ_STREAM_GROUP_H
#define XZ_STREAM_GROUP_H
#include "stream/roles.h"

typedef void (*xz_error_fn)(rd_kafka_t *consumer, int code, const char *reason, void *arg);
typedef void (*xz_rebalance_fn)(rd_kafka_t *consumer, rd_kafka_resp_err_t code,
                                rd_kafka_topic_partition_list_t *list, void *arg);

struct xz_group_member {
    const char *role;          /* the group is called PREFIX-ROLE */
    const char *const *topics; /* borrowed for the call */
    size_t topic_count;
    xz_error_fn on_error;
    xz_rebalance_fn on_rebalance;
    void *arg; /* of both */
};

/* Opens the client and subscribes. *consumer is NULL, or the caller closes and destroys it,
 * whatever is returned. */
XZ_MUST enum xz_rc xz_group_join(const struct xz_service_shared *shared,
                                 const struct xz_group_member *member, rd_kafka_t **consumer,
                                 struct xz_err *err);

#endif
