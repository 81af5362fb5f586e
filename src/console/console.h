/* SPDX-License-Identifier: GPL-3.0-or-later */
/* console/console.h - the desk as a service: alerts from Kafka into the store, dispositions back,
 * HTTP for people and machines. */
#ifndef XZ_CONSOLE_CONSOLE_H
#define XZ_CONSOLE_CONSOLE_H
#include "cases/desk.h"
#include "stream/config.h"
#include "stream/kafka.h"
#include "stream/metrics.h"

struct xz_console;

/* Opens the store and starts what config->roles names: `cases` keeps the desk, `console` answers
 * HTTP. metrics: of the service in this process, which from now on tell also whether store and
 * broker answer. Both are borrowed until it is stopped. XZ_CONFIG when something an operator gave
 * does not fit. */
XZ_MUST enum xz_rc xz_console_start(const struct xz_config *config, struct xz_metrics *metrics,
                                    struct xz_console **console, struct xz_err *err);
void xz_console_stop(struct xz_console *console); /* NULL is fine */

/* The desk that config names, made where it is missing. xz_desk_close closes it. */
XZ_MUST enum xz_rc xz_console_desk_open(const struct xz_config *config, struct xz_desk *desk,
                                        struct xz_err *err);
/* The same, as xz_desk_visit: of enum xz_desk_visit. */
XZ_MUST enum xz_rc xz_console_desk_visit(const struct xz_config *config, unsigned visit,
                                         struct xz_desk *desk, struct xz_err *err);
/* What of the desk's part of config can be told before it runs: certificate and key, OpenID
 * Connect, the calendar (which must be named). Changes nothing; returns how many mistakes were
 * reported. */
int xz_console_check(const struct xz_config *config, xz_mistake_fn report, void *arg);
/* Where config says that the keys are; the caller's. */
char *xz_console_key_file(const struct xz_config *config);
const struct xz_desk *xz_console_desk(const struct xz_console *console);

/* An account that anybody may enter, since what it shows is made up: the page of a demo offers it.
 */
struct xz_demo_account {
    const char *name, *password;
    unsigned roles; /* 1u << enum xz_access_role */
};
#define XZ_DEMO_ACCOUNTS_MAX 8
/* Before the first visitor. The strings are borrowed until the console is stopped. */
void xz_console_demo(struct xz_console *console, const struct xz_demo_account *accounts,
                     size_t count);
bool xz_console_alive(const struct xz_console *console); /* no thread has given up */

#endif
