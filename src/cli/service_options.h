/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cli/service_options.h - -c CONFIG and --set KEY=VALUE, for the commands that talk to the broker.
 */
#ifndef XZ_CLI_SERVICE_OPTIONS_H
#define XZ_CLI_SERVICE_OPTIONS_H
#include "stream/config.h"

/* Reads them into config (already initialised); the default pack is filled in. Returns -1 to go on,
 * else the exit code. */
int xz_cli_service_options(const char *command, const char *text, int argc, char **argv,
                           struct xz_config *config);

#endif
