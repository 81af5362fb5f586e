/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * console/control_draw.h - the thread that draws the control sample: now and then a random event of
 * the log, whose person is then somebody of whom, mostly, no alert speaks (cases/control.h). Drawn
 * by event: who has many is likelier.
 */
#ifndef XZ_CONSOLE_CONTROL_DRAW_H
#define XZ_CONSOLE_CONTROL_DRAW_H
#include "console/console_int.h"

/* How many should be drawn by now, in this month: evenly over its time, the first as it begins and
 * the last within it. Pure. */
int64_t xz_control_wanted(int64_t per_month, int64_t now_ms);
/* What an event says of its person; false when it has none. Strings are borrowed from event. */
struct xz_control_draw;
bool xz_control_of_event(const json_t *event, struct xz_control_draw *draw);

/* Until console->ending. arg: the console. */
void *xz_console_control(void *arg);

#endif
