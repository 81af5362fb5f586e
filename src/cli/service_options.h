/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cli/service_options.h - -c CONFIG and --set KEY=VALUE: collected while options are read, applied
 * afterwards, so that --set is over the file wherever it stands. */
#ifndef XZ_CLI_SERVICE_OPTIONS_H
#define XZ_CLI_SERVICE_OPTIONS_H
#include "stream/config.h"

struct xz_cli_settings {
    const char *file;  /* of -c, or NULL */
    const char **sets; /* of --set, in order; room for argc */
    size_t count;
};

void xz_cli_settings_init(struct xz_cli_settings *settings, int argc);
void xz_cli_settings_fini(struct xz_cli_settings *settings);

/* The file, then --set, into config (already initialised). Returns -1 to go on, else the exit
 * code; the mistake is told. */
int xz_cli_settings_apply(const struct xz_cli_settings *settings, const char *command,
                          struct xz_config *config);

/* Fills in what the program brings along: the pack, the calendar. */
void xz_cli_settings_complete(struct xz_config *config);

/* Reads the options of a command that has no others into config (already initialised); what
 * the program brings along is filled in. prints: --print-config is one. Returns -1 to go on, else
 * the exit code. */
int xz_cli_service_options(const char *command, const char *text, bool prints, int argc,
                           char **argv, struct xz_config *config);

#endif
