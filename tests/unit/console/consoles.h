/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A console without server, threads and broker, on a store of its own; and requests to ask it. */
#ifndef XZ_TESTS_CONSOLE_CONSOLES_H
#define XZ_TESTS_CONSOLE_CONSOLES_H
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/time.h"
#include "cases/users.h"
#include "console/catalogue.h"
#include "console/console_int.h"
#include "console/limiter.h"
#include "console/server.h"
#include "event/field.h"

#define CONSOLE_NOW_MS INT64_C(1772413200000) /* 2026-03-02 09:00 */

struct test_console {
    struct xz_config config;
    struct xz_metrics metrics;
    struct xz_console console;
    char dir[64];
    char tokens[XZ_ACCESS_ROLES][XZ_SECRET_LEN + 1]; /* of a machine with the role */
};

struct test_header {
    const char *name, *value;
};
struct test_headers {
    const struct test_header *items;
    size_t count;
};

static inline const char *test_find(void *arg, enum xz_source_kind kind, const char *name)
{
    const struct test_headers *headers = arg;

    for (size_t i = 0; kind == XZ_SOURCE_HEADER && i < headers->count; i++) {
        if (strcmp(headers->items[i].name, name) == 0) {
            return headers->items[i].value;
        }
    }
    return NULL;
}

static inline enum xz_rc test_add_machines(struct xz_db_conn *conn, void *arg, struct xz_err *err)
{
    struct test_console *test = arg;
    enum xz_rc rc = XZ_OK;

    for (unsigned role = 0; rc == XZ_OK && role < XZ_ACCESS_ROLES; role++) {
        int64_t account = 0;

        rc = xz_user_add(conn, NULL, xz_str_from(xz_access_role_names[role]),
                         XZ_STR("correct horse battery"), 1u << role, XZ_STR(""), CONSOLE_NOW_MS,
                         &account, err);
        rc = rc == XZ_OK ? xz_user_token(conn, NULL, account, XZ_STR("test"), CONSOLE_NOW_MS,
                                         CONSOLE_NOW_MS + XZ_DAY_MS, test->tokens[role], err)
                         : rc;
    }
    return rc;
}

/* False when something could not be made. */
static inline bool test_console_open(struct test_console *test, const char *below)
{
    struct xz_err err = {0};
    char set[128];
    bool opened;

    memset(test, 0, sizeof(*test));
    (void)snprintf(test->dir, sizeof(test->dir), "%s/xz-console-XXXXXX", below);
    if (mkdtemp(test->dir) == NULL) {
        return false;
    }
    xz_fields_init();
    xz_config_init(&test->config);
    (void)snprintf(set, sizeof(set), "state.dir=%s", test->dir);
    opened =
        xz_config_set(&test->config, set, &err) == XZ_OK &&
        xz_config_set(&test->config, "http.listen=", &err) == XZ_OK &&
        xz_config_set(&test->config, "console.calendar=models/calendar/cn.csv", &err) == XZ_OK &&
        xz_console_desk_open(&test->config, &test->console.desk, &err) == XZ_OK &&
        xz_desk_write(&test->console.desk, test_add_machines, test, &err) == XZ_OK;
    if (!opened) {
        (void)fprintf(stderr, "%s\n", err.msg);
        return false;
    }
    xz_metrics_init(&test->metrics);
    test->console.metrics = &test->metrics;
    test->console.config = &test->config;
    test->console.limiter = xz_limiter_new(1e9, 1e9);
    test->console.catalogue = xz_catalogue_new(&test->config);
    (void)pthread_mutex_init(&test->console.lock, NULL);
    (void)pthread_mutex_init(&test->console.hashing, NULL);
    (void)pthread_cond_init(&test->console.changed, NULL);
    return true;
}

static inline void test_console_close(struct test_console *test)
{
    static const char *const files[] = {"desk.db", "desk.db-wal", "desk.db-shm", "desk.keys"};
    char path[128];

    xz_desk_close(&test->console.desk);
    xz_limiter_free(test->console.limiter);
    xz_catalogue_free(test->console.catalogue);
    xz_metrics_fini(&test->metrics);
    xz_config_fini(&test->config);
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        (void)snprintf(path, sizeof(path), "%s/%s", test->dir, files[i]);
        (void)unlink(path);
    }
    (void)rmdir(test->dir);
}

/* Asks as the server would. The caller frees response->body. */
static inline void test_ask(struct test_console *test, const char *method, const char *target,
                            const struct test_headers *headers, struct xz_str body,
                            struct xz_response *response)
{
    struct xz_request request = {.source = {test_find, (void *)(uintptr_t)headers},
                                 .method = method,
                                 .target = target,
                                 .body = body,
                                 .now_ms = CONSOLE_NOW_MS,
                                 .id = "r1",
                                 .address = "127.0.0.1"};

    memset(response, 0, sizeof(*response));
    xz_dispatch(&test->console, &request, response);
    if (response->is_stream) {
        xz_stream_give(&test->console, request.actor.account);
    }
    xz_request_fini(&request);
}

#endif
