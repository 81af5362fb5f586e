/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "console/limiter.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/hash.h"
#include "base/mem.h"

#define BUCKETS 4096 /* a power of two */

struct bucket {
    double left;
    int64_t at_ms; /* 0: full */
};

struct xz_limiter {
    double per_ms, burst;
    pthread_mutex_t lock;
    struct bucket buckets[BUCKETS];
};

struct xz_limiter *xz_limiter_new(double per_second, double burst)
{
    struct xz_limiter *limiter = xz_calloc(1, sizeof(*limiter));

    limiter->per_ms = per_second / 1000;
    limiter->burst = burst;
    (void)pthread_mutex_init(&limiter->lock, NULL);
    return limiter;
}

void xz_limiter_free(struct xz_limiter *limiter)
{
    if (limiter != NULL) {
        (void)pthread_mutex_destroy(&limiter->lock);
        free(limiter);
    }
}

bool xz_limiter_take(struct xz_limiter *limiter, struct xz_str who, double cost, int64_t now_ms)
{
    struct bucket *bucket = &limiter->buckets[xz_hash_str(who) % BUCKETS];
    int64_t passed_ms;
    double left;
    bool may;

    (void)pthread_mutex_lock(&limiter->lock);
    /* two who read the clock at once may come in the other order */
    passed_ms = now_ms > bucket->at_ms ? now_ms - bucket->at_ms : 0;
    left = bucket->at_ms == 0 ? limiter->burst : bucket->left + (double)passed_ms * limiter->per_ms;
    left = left > limiter->burst ? limiter->burst : left;
    may = left >= cost;
    bucket->left = may ? left - cost : left;
    bucket->at_ms += bucket->at_ms == 0 ? now_ms : passed_ms;
    (void)pthread_mutex_unlock(&limiter->lock);
    return may;
}
