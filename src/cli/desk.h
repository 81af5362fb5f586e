/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cli/desk.h - commands on the console's store that need no service: COMMAND VERB [OPTION]... */
#ifndef XZ_CLI_DESK_H
#define XZ_CLI_DESK_H
#include "cases/desk.h"
#include "stream/config.h"

struct xz_cli_verb {
    const char *name; /* "verify"; a list ends with NULL */
    int (*run)(const struct xz_config *config, struct xz_desk *desk); /* the exit code */
    bool needs_keys;
};

/* Reads the options that `xiezhi run` has, opens the desk that is there, runs the verb. The exit
 * code. */
int xz_cli_desk(const char *command, const char *text, const struct xz_cli_verb *verbs, int argc,
                char **argv);

#endif
