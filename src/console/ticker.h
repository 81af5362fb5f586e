/* SPDX-License-Identifier: GPL-3.0-or-later */
/* console/ticker.h - the thread that lets time pass at the desk: clocks, leases, what has ended. */
#ifndef XZ_CONSOLE_TICKER_H
#define XZ_CONSOLE_TICKER_H
#include "console/console_int.h"

/* Goes on until console->ending. arg: the console. */
void *xz_console_ticker(void *arg);

#endif
