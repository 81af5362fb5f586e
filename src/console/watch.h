/* SPDX-License-Identifier: GPL-3.0-or-later */
/* console/watch.h - the thread that asks the broker: whether it answers, and which pack is active.
 */
#ifndef XZ_CONSOLE_WATCH_H
#define XZ_CONSOLE_WATCH_H
#include "console/console_int.h"

/* Goes on until console->ending. A broker that is away holds up nobody but this thread. arg: the
 * console. */
void *xz_console_watch(void *arg);

#endif
