/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * C11 threads as POSIX threads, to be preloaded: ThreadSanitizer knows the latter only. librdkafka
 * uses the former; without this its threads are unknown to the sanitizer, which then crashes, and
 * its locks order nothing, so that everything which goes through its queues looks like a race.
 */
#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <threads.h>

/* glibc's mtx_t and cnd_t are made to hold what they stand for. */
_Static_assert(sizeof(mtx_t) >= sizeof(pthread_mutex_t), "a mutex fits");
_Static_assert(sizeof(cnd_t) >= sizeof(pthread_cond_t), "a condition fits");

/* The C library's own names for parameters are reserved ones.
 * NOLINTBEGIN(readability-inconsistent-declaration-parameter-name) */
struct start {
    thrd_start_t function;
    void *arg;
};

static int outcome(int code)
{
    switch (code) {
    case 0:
        return thrd_success;
    case EBUSY:
        return thrd_busy;
    case ENOMEM:
        return thrd_nomem;
    case ETIMEDOUT:
        return thrd_timedout;
    default:
        return thrd_error;
    }
}

static void *run(void *arg)
{
    const struct start start = *(struct start *)arg;

    free(arg);
    return (void *)(intptr_t)start.function(start.arg);
}

int thrd_create(thrd_t *thread, thrd_start_t function, void *arg)
{
    struct start *start = malloc(sizeof(*start));
    int code;

    if (start == NULL) {
        return thrd_nomem;
    }
    *start = (struct start){function, arg};
    code = pthread_create(thread, NULL, run, start);
    if (code != 0) {
        free(start);
    }
    return outcome(code);
}

int thrd_join(thrd_t thread, int *result)
{
    void *value = NULL;
    const int code = pthread_join(thread, &value);

    if (code == 0 && result != NULL) {
        *result = (int)(intptr_t)value;
    }
    return outcome(code);
}

int thrd_detach(thrd_t thread) { return outcome(pthread_detach(thread)); }
void thrd_exit(int result) { pthread_exit((void *)(intptr_t)result); }

/* How an object comes to be and goes is hidden: who knows of it is told by atomic operations of the
 * library, which the sanitizer does not see. glibc's locks own nothing. */
int mtx_init(mtx_t *mutex, int type)
{
    static const pthread_mutex_t plain = PTHREAD_MUTEX_INITIALIZER;
    static const pthread_mutex_t recursive = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;

    memcpy(mutex, (type & mtx_recursive) != 0 ? &recursive : &plain, sizeof(plain));
    return thrd_success;
}

void mtx_destroy(mtx_t *mutex) { (void)mutex; }
int mtx_lock(mtx_t *mutex) { return outcome(pthread_mutex_lock((pthread_mutex_t *)mutex)); }
int mtx_trylock(mtx_t *mutex) { return outcome(pthread_mutex_trylock((pthread_mutex_t *)mutex)); }
int mtx_unlock(mtx_t *mutex) { return outcome(pthread_mutex_unlock((pthread_mutex_t *)mutex)); }

int cnd_init(cnd_t *condition)
{
    static const pthread_cond_t fresh = PTHREAD_COND_INITIALIZER;

    memcpy(condition, &fresh, sizeof(fresh));
    return thrd_success;
}

void cnd_destroy(cnd_t *condition) { (void)condition; }
int cnd_signal(cnd_t *condition)
{
    return outcome(pthread_cond_signal((pthread_cond_t *)condition));
}

int cnd_broadcast(cnd_t *condition)
{
    return outcome(pthread_cond_broadcast((pthread_cond_t *)condition));
}

int cnd_wait(cnd_t *condition, mtx_t *mutex)
{
    return outcome(pthread_cond_wait((pthread_cond_t *)condition, (pthread_mutex_t *)mutex));
}

int cnd_timedwait(cnd_t *restrict condition, mtx_t *restrict mutex,
                  const struct timespec *restrict until)
{
    return outcome(
        pthread_cond_timedwait((pthread_cond_t *)condition, (pthread_mutex_t *)mutex, until));
}
/* NOLINTEND(readability-inconsistent-declaration-parameter-name) */
