/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <inttypes.h>
#include <stdio.h>

#include "stream/kafka.h"

enum xz_rc xz_produce_reject(struct xz_producer *producer, const char *topic,
                             const struct xz_reject *reject, void *opaque, struct xz_err *err)
{
    char partition[16], offset[24], detail[640];
    struct xz_header headers[5];

    (void)snprintf(partition, sizeof(partition), "%" PRId32, reject->partition);
    (void)snprintf(offset, sizeof(offset), "%" PRId64, reject->offset);
    (void)snprintf(detail, sizeof(detail), "%s%s%s", reject->path, reject->path[0] ? ": " : "",
                   reject->message);
    headers[0] = (struct xz_header){"reason", xz_str_from(reject->reason)};
    headers[1] = (struct xz_header){"detail", xz_str_from(detail)};
    headers[2] = (struct xz_header){"source-topic", xz_str_from(reject->topic)};
    headers[3] = (struct xz_header){"source-partition", xz_str_from(partition)};
    headers[4] = (struct xz_header){"source-offset", xz_str_from(offset)};
    return xz_produce(producer, topic, RD_KAFKA_PARTITION_UA, reject->key, reject->value,
                      reject->tombstone, headers, 5, opaque, err);
}
