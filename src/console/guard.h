/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * console/guard.h - how long each connection has been at what it is at. The server's own time-out
 * begins anew with every byte: who sends one now and then would keep a connection for ever. What
 * takes too long is shut down; its thread sees the end of it. @thread any
 */
#ifndef XZ_CONSOLE_GUARD_H
#define XZ_CONSOLE_GUARD_H
#include <stddef.h>
#include <stdint.h>

enum xz_guard_phase {
    XZ_GUARD_FREE,
    XZ_GUARD_WAITS,    /* for a request, or for the rest of its headers */
    XZ_GUARD_RECEIVES, /* a body */
    XZ_GUARD_ANSWERS,
    XZ_GUARD_STREAMS, /* events; bounded by the stream itself */
    XZ_GUARD_PHASES
};

#define XZ_GUARD_WAITS_MS    (60 * INT64_C(1000))
#define XZ_GUARD_RECEIVES_MS (120 * INT64_C(1000))
#define XZ_GUARD_ANSWERS_MS  (300 * INT64_C(1000))

struct xz_guard;

struct xz_guard *xz_guard_new(size_t connections); /* how many there can be */
void xz_guard_free(struct xz_guard *guard);        /* NULL is fine */

/* now_ms: of xz_steady_ms. A connection begins; its number, or -1 when there are more than could
 * be. */
int xz_guard_open(struct xz_guard *guard, int socket, int64_t now_ms);
void xz_guard_phase(struct xz_guard *guard, int number, enum xz_guard_phase phase, int64_t now_ms);
void xz_guard_close(struct xz_guard *guard, int number); /* before the socket is closed */

/* Shuts down what takes too long; returns how many. */
size_t xz_guard_sweep(struct xz_guard *guard, int64_t now_ms);

#endif
