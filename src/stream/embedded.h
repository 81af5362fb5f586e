/* SPDX-License-Identifier: GPL-3.0-or-later */
/* stream/embedded.h - a broker in this process (librdkafka's mock cluster), for the demo. It keeps
 * only the last 5 MB or 100,000 records of a partition: for paced streams. */
#ifndef XZ_STREAM_EMBEDDED_H
#define XZ_STREAM_EMBEDDED_H
#include "stream/config.h"

struct xz_embedded;

/* Starts it, creates the topics of config, and points config to it. */
XZ_MUST enum xz_rc xz_embedded_start(struct xz_config *config, struct xz_embedded **broker,
                                     struct xz_err *err);
void xz_embedded_stop(struct xz_embedded *broker); /* NULL is fine */

#endif
