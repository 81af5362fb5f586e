/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/service_options.h"

#include <getopt.h>
#include <stdlib.h>

#include "base/mem.h"
#include "cli/cli.h"

enum { OPT_SET = 256, OPT_PRINT };

void xz_cli_settings_init(struct xz_cli_settings *settings, int argc)
{
    settings->file = NULL;
    settings->sets = xz_calloc((size_t)argc + 1, sizeof(settings->sets[0]));
    settings->count = 0;
}

void xz_cli_settings_fini(struct xz_cli_settings *settings) { free(settings->sets); }

int xz_cli_settings_apply(const struct xz_cli_settings *settings, const char *command,
                          struct xz_config *config)
{
    struct xz_err err = {0};

    if (settings->file != NULL && xz_config_load(config, settings->file, &err) != XZ_OK) {
        (void)xz_cli_fail(command, &err);
        return XZ_EXIT_USAGE;
    }
    for (size_t i = 0; i < settings->count; i++) {
        if (xz_config_set(config, settings->sets[i], &err) != XZ_OK) {
            return xz_cli_usage(command, "--set %s: %s", settings->sets[i], err.msg);
        }
    }
    return -1;
}

void xz_cli_settings_complete(struct xz_config *config)
{
    if (config->pack[0] == '\0') {
        free(config->pack);
        config->pack = xz_strdup(xz_cli_pack_dir(NULL));
    }
    if (config->console_calendar[0] == '\0') {
        free(config->console_calendar);
        config->console_calendar = xz_strdup(xz_cli_calendar());
    }
}

static int read_options(struct xz_cli_settings *settings, const char *command, const char *text,
                        bool prints, int argc, char **argv)
{
    static const struct option longs[] = {{"config", required_argument, NULL, 'c'},
                                          {"set", required_argument, NULL, OPT_SET},
                                          {"help", no_argument, NULL, 'h'},
                                          {"print-config", no_argument, NULL, OPT_PRINT},
                                          {NULL, 0, NULL, 0}};
    int opt;

    while ((opt = getopt_long(argc, argv, "c:h", longs, NULL)) != -1) {
        switch (opt) {
        case 'c':
            settings->file = optarg;
            break;
        case OPT_SET:
            settings->sets[settings->count++] = optarg;
            break;
        case 'h':
            (void)fputs(text, stdout);
            return XZ_EXIT_OK;
        case OPT_PRINT:
            if (!prints) {
                return xz_cli_usage(command, "xiezhi run has --print-config");
            }
            xz_config_print(stdout);
            return XZ_EXIT_OK;
        default:
            return xz_cli_unknown(command, argv, longs);
        }
    }
    return -1;
}

int xz_cli_service_options(const char *command, const char *text, bool prints, int argc,
                           char **argv, struct xz_config *config)
{
    struct xz_cli_settings settings;
    struct xz_err err = {0};
    int code;

    xz_cli_settings_init(&settings, argc);
    code = read_options(&settings, command, text, prints, argc, argv);
    if (code < 0) {
        code = xz_cli_settings_apply(&settings, command, config);
    }
    if (code < 0 && optind < argc) {
        code = xz_cli_usage(command, "\"%s\" is not expected here", argv[optind]);
    }
    if (code < 0 && xz_config_validate(config, &err) != XZ_OK) {
        (void)xz_cli_fail(command, &err);
        code = XZ_EXIT_USAGE;
    }
    if (code < 0) {
        xz_cli_settings_complete(config);
    }
    xz_cli_settings_fini(&settings);
    return code;
}
