/* SPDX-License-Identifier: GPL-3.0-or-later */
/* console/webhooks.h - the threads that tell others of changes by HTTP. */
#ifndef XZ_CONSOLE_WEBHOOKS_H
#define XZ_CONSOLE_WEBHOOKS_H
#include "console/console_int.h"

/* Makes deliveries of changes and sends those that are due, until console->ending. There may be
 * several, here and in other processes: nobody sends what another has. arg: the console. */
void *xz_console_webhooks(void *arg);

#endif
