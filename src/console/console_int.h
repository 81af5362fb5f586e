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
#include "stream/network.h"

struct xz_catalogue;
struct xz_guard;
struct xz_limiter;
struct xz_oidc;

#define XZ_THREADS_MAX 8
#define XZ_STREAMS_MAX 64 /* of the connections; the others must go on being answered */

struct xz_console {
    const struct xz_config *config;
    struct xz_metrics *metrics;
    struct xz_desk desk;
    struct xz_catalogue *catalogue; /* patterns, as people read of them */
    struct xz_limiter *limiter;
    struct xz_guard *guard;
    struct xz_oidc *oidc; /* NULL: local passwords alone */
    struct MHD_Daemon *daemon;
    pthread_t threads[XZ_THREADS_MAX];
    size_t thread_count;
    char *tls_certificate, *tls_key;            /* PEM, or NULL */
    struct xz_network proxies[XZ_NETWORKS_MAX]; /* who is believed on X-Forwarded-For */
    size_t proxy_count;
    struct xz_demo_account demo[XZ_DEMO_ACCOUNTS_MAX];
    _Atomic size_t demo_count;

    _Atomic bool ending, failed;
    _Atomic uint64_t next_request;
    _Atomic int log_readers, logins; /* how many are at it now */
    _Atomic int64_t fed_at_ms,
        feed_lag; /* when alerts were taken last; how many wait, -1: unknown */
    _Atomic uint64_t taken, rejected;

    pthread_mutex_t hashing; /* held while a password is tried: it takes memory and a processor */
    pthread_mutex_t lock;    /* of what follows */
    pthread_cond_t changed;
    uint64_t changes;                  /* counts up whenever something may have changed */
    int64_t listeners[XZ_STREAMS_MAX]; /* accounts; 0: free */
};

void xz_console_changed(struct xz_console *console); /* wakes those who listen */
uint64_t xz_console_seen(struct xz_console *console);
/* Waits until something has changed since `seen`, or wait_ms. */
void xz_console_wait(struct xz_console *console, uint64_t seen, int wait_ms);

static inline void xz_console_pause(struct xz_console *console, int wait_ms)
{
    xz_console_wait(console, xz_console_seen(console), wait_ms);
}

static inline struct xz_desk_view xz_view_of(const struct xz_console *console,
                                             const struct xz_request *request)
{
    return (struct xz_desk_view){&console->desk, &request->actor, request->now_ms};
}

#endif
