/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/desk.h"

#include <string.h>

#include "cli/cli.h"
#include "cli/service_options.h"
#include "console/console.h"

static int unknown(const char *command, const struct xz_cli_verb *verbs, const char *name)
{
    struct xz_buf names = {0};
    int code;

    for (const struct xz_cli_verb *verb = verbs; verb->name != NULL; verb++) {
        xz_buf_printf(&names, "%s%s", verb == verbs ? "" : " or ", verb->name);
    }
    code =
        xz_cli_usage(command, "" XZ_STR_FMT ", not \"%s\"", XZ_STR_ARG(xz_buf_view(&names)), name);
    xz_buf_fini(&names);
    return code;
}

int xz_cli_desk(const char *command, const char *text, const struct xz_cli_verb *verbs, int argc,
                char **argv)
{
    const char *name = argc > 1 ? argv[1] : "";
    const struct xz_cli_verb *verb = verbs;
    struct xz_config config;
    struct xz_desk desk = {0};
    struct xz_err err = {0};
    unsigned visit;
    int code;

    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0) {
        (void)fputs(text, stdout);
        return XZ_EXIT_OK;
    }
    while (verb->name != NULL && strcmp(verb->name, name) != 0) {
        verb++;
    }
    if (verb->name == NULL) {
        return unknown(command, verbs, name);
    }
    xz_config_init(&config);
    code = xz_cli_service_options(command, text, false, argc - 1, argv + 1, &config);
    visit = XZ_DESK_STORE | (verb->needs_keys ? XZ_DESK_KEYS : 0u);
    if (code < 0 && xz_console_desk_visit(&config, visit, &desk, &err) != XZ_OK) {
        code = xz_cli_fail(command, &err);
    }
    code = code < 0 ? verb->run(&config, &desk) : code;
    xz_desk_close(&desk);
    xz_config_fini(&config);
    return code;
}
