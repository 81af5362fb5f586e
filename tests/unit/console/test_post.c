/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One delivery: answered, or cut off by who ends the service. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "console/post.h"

/* The other side: takes one delivery, and answers it, or says nothing and has the sender stopped.
 */
struct other {
    int socket;
    const char *answer; /* NULL: none */
    _Atomic bool stop;
    pthread_t thread;
    char url[64];
};

static void *take(void *arg)
{
    struct other *other = arg;
    const int taken = accept(other->socket, NULL, NULL);
    char bytes[4096];

    if (taken >= 0 && recv(taken, bytes, sizeof(bytes), 0) > 0 && other->answer != NULL) {
        (void)!write(taken, other->answer, strlen(other->answer));
    }
    other->stop = other->answer == NULL;
    while (taken >= 0 && recv(taken, bytes, sizeof(bytes), 0) > 0) { /* until the sender is gone */
    }
    (void)close(taken);
    return NULL;
}

static void begin(struct other *other, const char *answer)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof(at);

    *other = (struct other){.socket = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    other->answer = answer;
    assert_int_equal(bind(other->socket, (struct sockaddr *)&at, sizeof(at)), 0);
    assert_int_equal(listen(other->socket, 1), 0);
    assert_int_equal(getsockname(other->socket, (struct sockaddr *)&at, &len), 0);
    (void)snprintf(other->url, sizeof(other->url), "http://127.0.0.1:%d/x", ntohs(at.sin_port));
}

static int send_to(struct other *other, char error[static XZ_POST_ERROR_MAX])
{
    return xz_post(&(struct xz_post){.url = other->url,
                                     .secret = "secret",
                                     .event = "test",
                                     .delivery = 1,
                                     .body = XZ_STR("{}"),
                                     .private_allowed = true,
                                     .stop = &other->stop},
                   error);
}

static void test_a_delivery_is_answered(void **state)
{
    char error[XZ_POST_ERROR_MAX];
    struct other other;

    (void)state;
    begin(&other, "HTTP/1.1 503 no\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    assert_int_equal(pthread_create(&other.thread, NULL, take, &other), 0);
    assert_int_equal(send_to(&other, error), 503);
    assert_string_equal(error, "answered with 503");
    (void)pthread_join(other.thread, NULL);
    (void)close(other.socket);
    assert_int_equal(send_to(&other, error), 0); /* nobody listens there any more */
    assert_string_not_equal(error, "");
}

static void test_a_stop_does_not_wait_for_the_answer(void **state)
{
    char error[XZ_POST_ERROR_MAX];
    struct other other;

    (void)state;
    begin(&other, NULL);
    assert_int_equal(pthread_create(&other.thread, NULL, take, &other), 0);
    assert_int_equal(send_to(&other, error), XZ_POST_CUT_OFF); /* and not 0, after ten seconds */
    (void)pthread_join(other.thread, NULL);
    assert_int_equal(send_to(&other, error), XZ_POST_CUT_OFF); /* nor does it begin */
    (void)close(other.socket);
}

static void test_what_is_never_sent(void **state)
{
    (void)state;
    assert_true(xz_post_sends(XZ_STR("https://hub.example/x"), false));
    assert_false(xz_post_sends(XZ_STR("http://hub.example/x"), false));
    assert_true(xz_post_sends(XZ_STR("http://10.0.0.1/x"), true));
    assert_false(xz_post_sends(XZ_STR("ftp://hub.example/x"), true));
    assert_false(xz_post_sends(XZ_STR("https:"), true));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_never_sent),
        cmocka_unit_test(test_a_delivery_is_answered),
        cmocka_unit_test(test_a_stop_does_not_wait_for_the_answer),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
