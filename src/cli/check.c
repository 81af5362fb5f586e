/* SPDX-License-Identifier: GPL-3.0-or-later */
/* xiezhi check: says what is wrong with packs, reference files and a configuration, by file and
 * line, all of it, and changes nothing. */
#include <getopt.h>
#include <string.h>

#include "alert/alert.h"
#include "cli/cli.h"
#include "cli/service_options.h"
#include "console/console.h"

static const char help[] =
    "Usage: xiezhi check [OPTION]... [PACK]...\n"
    "Reads packs, reference files and a configuration as the service would, and says\n"
    "with file and line what is wrong and what to write instead. Changes nothing.\n"
    "Without PACK, checks the pack that the configuration names, else " XZ_DEFAULT_PACK ".\n"
    "\n"
    "  -c, --config FILE      a configuration file\n"
    "  -r, --reference DIR    institutions.csv, items.csv, diagnoses.csv\n"
    "      --set KEY=VALUE    as for xiezhi run\n"
    "  -h, --help             this text\n"
    "\n"
    "Exit status: 0 all is well, 1 mistakes were found, 2 wrong usage.\n";

static int mistakes;

static void show(void *arg, const struct xz_err *err)
{
    (void)arg;
    (void)printf("%s%s%s\n", err->path, err->path[0] ? ": " : "", err->msg);
}

static void say(void *arg, const struct xz_err *err)
{
    mistakes++;
    show(arg, err);
}

static void check_pack(const char *dir)
{
    struct xz_pack *pack = NULL;
    struct xz_err err = {0};
    size_t count, conclusive = 0, shadow = 0, fitted = 0;
    const struct xz_pattern *patterns;
    const int before = mistakes;

    if (xz_pack_load(dir, xz_engine_schema(), say, NULL, &pack, &err) != XZ_OK) {
        if (mistakes == before) {
            say(NULL, &err);
        }
        return;
    }
    patterns = xz_pack_patterns(pack, &count);
    for (size_t i = 0; i < count; i++) {
        conclusive += patterns[i].result == XZ_RESULT_CONCLUSIVE;
        shadow += patterns[i].shadow;
        for (size_t k = 0; k < patterns[i].evidence_count; k++) {
            if (xz_pack_baseline(&patterns[i].evidence[k], XZ_STR_NONE) != NULL) {
                fitted++;
            } else {
                (void)printf("%s: note: %s has no baseline and is not evaluated: run xiezhi fit\n",
                             patterns[i].file, patterns[i].evidence[k].key);
            }
        }
    }
    (void)printf("%s: %s %s, %zu patterns (%zu conclusive, %zu suspicious, %zu in shadow), "
                 "%zu baselines, sha256 %s\n",
                 dir, xz_pack_name(pack), xz_pack_version(pack), count, conclusive,
                 count - conclusive, shadow, fitted, xz_pack_sha256(pack));
    xz_pack_free(pack);
}

static void check_reference(const char *dir)
{
    struct xz_reference *reference = NULL;
    struct xz_err err = {0};

    if (xz_reference_load(dir, &reference, &err) != XZ_OK) {
        say(NULL, &err);
    } else {
        (void)printf("%s: reference files read\n", dir);
    }
    xz_reference_free(reference);
}

struct check {
    struct xz_cli_settings settings;
    struct xz_config config;
    const char *reference; /* of -r */
};

enum { OPT_SET = 256 };

/* Returns -1 to go on, else the exit code. */
static int options(struct check *check, int argc, char **argv)
{
    static const struct option longs[] = {{"config", required_argument, NULL, 'c'},
                                          {"reference", required_argument, NULL, 'r'},
                                          {"set", required_argument, NULL, OPT_SET},
                                          {"help", no_argument, NULL, 'h'},
                                          {NULL, 0, NULL, 0}};
    int opt;

    while ((opt = getopt_long(argc, argv, "c:r:h", longs, NULL)) != -1) {
        switch (opt) {
        case 'c':
            check->settings.file = optarg;
            break;
        case 'r':
            check->reference = optarg;
            break;
        case OPT_SET:
            check->settings.sets[check->settings.count++] = optarg;
            break;
        case 'h':
            (void)fputs(help, stdout);
            return XZ_EXIT_OK;
        default:
            return xz_cli_unknown("check", argv, longs);
        }
    }
    return -1;
}

/* What the command names, else what the configuration names, else the default. */
static void check_all(struct check *check, int count, char **packs)
{
    const struct xz_config *config = &check->config;

    mistakes += xz_config_check(&check->config, check->settings.file, check->settings.sets,
                                check->settings.count, show, NULL);
    xz_cli_settings_complete(&check->config);
    mistakes += xz_console_check(config, show, NULL);
    if (check->reference != NULL || config->reference[0] != '\0') {
        check_reference(check->reference != NULL ? check->reference : config->reference);
    }
    if (count == 0) {
        check_pack(xz_cli_pack_dir(config->pack));
    }
    for (int i = 0; i < count; i++) {
        check_pack(packs[i]);
    }
}

int xz_cmd_check(int argc, char **argv)
{
    struct check check = {0};
    int code;

    xz_cli_settings_init(&check.settings, argc);
    xz_config_init(&check.config);
    code = options(&check, argc, argv);
    if (code < 0) {
        check_all(&check, argc - optind, argv + optind);
        code = mistakes > 0 ? XZ_EXIT_FAILED : XZ_EXIT_OK;
    }
    xz_config_fini(&check.config);
    xz_cli_settings_fini(&check.settings);
    return code;
}
