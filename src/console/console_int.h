/* SPDX-License-Identifier: GPL-3.0-or-later */
/* console/console_int.h - what the parts of the console share. */
#ifndef XZ_CONSOLE_CONSOLE_INT_H
#define XZ_CONSOLE_CONSOLE_INT_H
#include <microhttpd.h>
#include <pthread.h>
#include <stdatomic.h>

#include "cases/view.h"
#include "console/console.h"
#include "console/request.h"

struct xz_catalogue;
struct xz_limiter;

struct xz_console {
    const struct xz_config *config;
    struct xz_metrics *metrics;
    struct xz_desk desk;
    struct xz_catalogue *catalogue; /* patterns, as people read of them */
    struct xz_limiter *limiter;
    struct MHD_Daemon *daemon;
    pthread_t feed, ticker;
    bool has_feed, has_ticker;
    char *tls_certificate, *tls_key; /* PEM, or NULL */
    struct xz_demo_account demo[XZ_DEMO_ACCOUNTS_MAX];
    _Atomic size_t demo_count;

    _Atomic bool ending, failed;
    _Atomic uint64_t next_request;
    _Atomic int streams;
    _Atomic int64_t fed_at_ms, feed_lag; /* when alerts were taken last; how many wait */
    _Atomic uint64_t taken, rejected;

    pthread_mutex_t lock; /* of `changes` */
    pthread_cond_t changed;
    uint64_t changes; /* counts up whenever something may have changed */
};

void xz_console_changed(struct xz_console *console); /* wakes those who listen */
/* Waits until something changes, or wait_ms. */
void xz_console_wait(struct xz_console *console, int wait_ms);

static inline struct xz_desk_view xz_view_of(const struct xz_console *console,
                                             const struct xz_request *request)
{
    return (struct xz_desk_view){&console->desk, &request->actor, request->now_ms};
}

#endif
