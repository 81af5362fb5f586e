/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cli/demo_accounts.h - who works at the desk of a demo, and the browser that shows it. */
#ifndef XZ_CLI_DEMO_ACCOUNTS_H
#define XZ_CLI_DEMO_ACCOUNTS_H
#include "console/console.h"

/* One account for each kind of work, with a password of this run; the page offers them. */
XZ_MUST enum xz_rc xz_demo_accounts_add(struct xz_console *console, struct xz_err *err);

/* Shows http://listen/ where there is a desktop; nothing happens elsewhere. */
void xz_demo_open_browser(const char *listen);

#endif
