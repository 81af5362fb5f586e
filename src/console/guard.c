/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "console/guard.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "base/mem.h"

struct watched {
    enum xz_guard_phase phase;
    int socket;
    int64_t since_ms;
};

struct xz_guard {
    pthread_mutex_t lock;
    size_t count;
    struct watched items[];
};

struct xz_guard *xz_guard_new(size_t connections)
{
    struct xz_guard *guard = xz_calloc(1, sizeof(*guard) + connections * sizeof(guard->items[0]));

    guard->count = connections;
    (void)pthread_mutex_init(&guard->lock, NULL);
    return guard;
}

void xz_guard_free(struct xz_guard *guard)
{
    if (guard != NULL) {
        (void)pthread_mutex_destroy(&guard->lock);
        free(guard);
    }
}

int xz_guard_open(struct xz_guard *guard, int socket, int64_t now_ms)
{
    int number = -1;

    (void)pthread_mutex_lock(&guard->lock);
    for (size_t i = 0; number < 0 && i < guard->count; i++) {
        if (guard->items[i].phase == XZ_GUARD_FREE) {
            guard->items[i] = (struct watched){XZ_GUARD_WAITS, socket, now_ms};
            number = (int)i;
        }
    }
    (void)pthread_mutex_unlock(&guard->lock);
    return number;
}

void xz_guard_phase(struct xz_guard *guard, int number, enum xz_guard_phase phase, int64_t now_ms)
{
    if (number < 0) {
        return;
    }
    (void)pthread_mutex_lock(&guard->lock);
    guard->items[number].phase = phase;
    guard->items[number].since_ms = now_ms;
    (void)pthread_mutex_unlock(&guard->lock);
}

void xz_guard_close(struct xz_guard *guard, int number)
{
    xz_guard_phase(guard, number, XZ_GUARD_FREE, 0);
}

size_t xz_guard_sweep(struct xz_guard *guard, int64_t now_ms)
{
    static const int64_t limits_ms[XZ_GUARD_PHASES] = {[XZ_GUARD_WAITS] = XZ_GUARD_WAITS_MS,
                                                       [XZ_GUARD_RECEIVES] = XZ_GUARD_RECEIVES_MS,
                                                       [XZ_GUARD_ANSWERS] = XZ_GUARD_ANSWERS_MS};
    size_t ended = 0;

    (void)pthread_mutex_lock(&guard->lock);
    for (size_t i = 0; i < guard->count; i++) {
        struct watched *at = &guard->items[i];
        const int64_t limit_ms = limits_ms[at->phase];

        if (limit_ms > 0 && now_ms - at->since_ms > limit_ms) {
            (void)shutdown(at->socket, SHUT_RDWR);
            at->since_ms = now_ms; /* once is enough: its thread is on the way */
            ended++;
        }
    }
    (void)pthread_mutex_unlock(&guard->lock);
    return ended;
}
