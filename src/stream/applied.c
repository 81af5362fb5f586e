/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stream/applied.h"

#include <stdlib.h>

#include "base/mem.h"
#include "stream/marker.h"
#include "stream/scan.h"

#define TAIL 64 /* the marker is the last record of a checkpoint */

struct reading {
    struct xz_applied *applied;
    bool *found;
    enum xz_rc rc;
    struct xz_err *err;
};

static bool on_record(void *arg, const rd_kafka_message_t *message)
{
    struct reading *reading = arg;
    const struct xz_str key = {message->key, (uint32_t)message->key_len};
    struct xz_marker marker;
    struct xz_marks *marks;

    if (!xz_str_eq(key, XZ_MARKER_KEY) || message->partition >= reading->applied->partitions) {
        return true;
    }
    marks = &reading->applied->targets[message->partition];
    xz_marks_fini(marks);
    reading->rc = xz_marker_decode((struct xz_str){message->payload, (uint32_t)message->len},
                                   &marker, marks, reading->err);
    reading->found[message->partition] = true;
    return reading->rc == XZ_OK;
}

enum xz_rc xz_applied_read(const struct xz_config *config, int32_t partitions,
                           struct xz_applied *applied, struct xz_err *err)
{
    struct reading reading = {applied, NULL, XZ_OK, err};
    bool all = true;
    enum xz_rc rc;

    applied->targets = xz_calloc((size_t)partitions, sizeof(applied->targets[0]));
    applied->partitions = partitions;
    reading.found = xz_calloc((size_t)partitions, sizeof(reading.found[0]));
    rc = xz_scan(config, config->topics_state, TAIL, on_record, &reading, err);
    for (int32_t p = 0; p < partitions; p++) {
        all = all && reading.found[p];
    }
    if (rc == XZ_OK && reading.rc == XZ_OK && !all) { /* none yet, or behind much that was undone */
        rc = xz_scan(config, config->topics_state, 0, on_record, &reading, err);
    }
    free(reading.found);
    return rc == XZ_OK ? reading.rc : rc;
}

void xz_applied_fini(struct xz_applied *applied)
{
    for (int32_t p = 0; p < applied->partitions; p++) {
        xz_marks_fini(&applied->targets[p]);
    }
    free(applied->targets);
    applied->targets = NULL;
    applied->partitions = 0;
}

const struct xz_mark *xz_applied_of(const struct xz_applied *applied, int32_t target,
                                    const char *source)
{
    const struct xz_marks *marks = &applied->targets[target];

    for (size_t i = 0; i < marks->count; i++) {
        if (strcmp(marks->items[i].source, source) == 0) {
            return &marks->items[i];
        }
    }
    return NULL;
}
