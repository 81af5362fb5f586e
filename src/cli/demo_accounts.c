/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/demo_accounts.h"

#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/hash.h"
#include "cases/users.h"
#include "stream/kafka.h"

extern char **environ;

#define ROLE(name) (1u << XZ_ROLE_##name)

static const struct {
    const char *name;
    unsigned roles;
} people[] = {{"investigator", ROLE(INVESTIGATOR) | ROLE(ANALYST)},
              {"colleague", ROLE(INVESTIGATOR) | ROLE(ANALYST)},
              {"approver", ROLE(APPROVER) | ROLE(ANALYST)},
              {"auditor", ROLE(AUDITOR)},
              {"admin", ROLE(ADMIN)}};
#define PEOPLE (sizeof(people) / sizeof(people[0]))

static char passwords[PEOPLE][33];

static enum xz_rc add_all(struct xz_db_conn *conn, void *arg, struct xz_err *err)
{
    enum xz_rc rc = XZ_OK;

    (void)arg;
    for (size_t i = 0; rc == XZ_OK && i < PEOPLE; i++) {
        int64_t account = 0;

        rc = xz_user_add(conn, NULL, xz_str_from(people[i].name), xz_str_from(passwords[i]),
                         people[i].roles, XZ_STR(""), xz_now_ms(), &account, err);
    }
    return rc;
}

enum xz_rc xz_demo_accounts_add(struct xz_console *console, struct xz_err *err)
{
    struct xz_demo_account accounts[PEOPLE];
    unsigned char random[16];
    enum xz_rc rc;

    for (size_t i = 0; i < PEOPLE; i++) {
        if (getrandom(random, sizeof(random), 0) != (ssize_t)sizeof(random)) {
            return xz_err_set(err, XZ_RETRY, "no random numbers yet");
        }
        xz_hex(random, sizeof(random), passwords[i]);
        accounts[i] = (struct xz_demo_account){people[i].name, passwords[i], people[i].roles};
    }
    rc = xz_desk_write(xz_console_desk(console), add_all, NULL, err);
    if (rc == XZ_OK) {
        xz_console_demo(console, accounts, PEOPLE);
    }
    return rc;
}

void xz_demo_open_browser(const char *listen)
{
    char url[128];
    char name[] = "xdg-open";
    char *const arguments[] = {name, url, NULL};
    pid_t pid;

    (void)snprintf(url, sizeof(url), "http://%s/", listen);
    if (getenv("DISPLAY") != NULL || getenv("WAYLAND_DISPLAY") != NULL) {
        (void)posix_spawnp(&pid, name, NULL, NULL, arguments, environ);
    }
}
