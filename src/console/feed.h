/* SPDX-License-Identifier: GPL-3.0-or-later */
/* console/feed.h - the thread between Kafka and the desk: alerts in, dispositions out. */
#ifndef XZ_CONSOLE_FEED_H
#define XZ_CONSOLE_FEED_H
#include "console/console_int.h"

/* Goes on until console->ending; what does not go now is tried again. A mistake that waiting does
 * not mend sets console->failed. arg: the console. */
void *xz_console_feed(void *arg);

#endif
