/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <limits.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"

int xz_cli_fail(const char *command, const struct xz_err *err)
{
    (void)fprintf(stderr, "xiezhi %s: %s%s%s\n", command, err->path, err->path[0] ? ": " : "",
                  err->msg);
    return XZ_EXIT_FAILED;
}

int xz_cli_usage(const char *command, const char *format, ...)
{
    va_list args;

    (void)fprintf(stderr, "xiezhi %s: ", command);
    va_start(args, format);
    (void)vfprintf(stderr, format, args);
    va_end(args);
    (void)fprintf(stderr, "\nTry: xiezhi %s --help\n", command);
    return XZ_EXIT_USAGE;
}

static bool is_pack(const char *dir)
{
    char file[PATH_MAX + 16];

    (void)snprintf(file, sizeof(file), "%s/pack.yaml", dir);
    return access(file, R_OK) == 0;
}

const char *xz_cli_pack_dir(const char *given)
{
    static char beside[PATH_MAX];
    static const char *const tails[] = {"/../" XZ_DEFAULT_PACK, "/../../" XZ_DEFAULT_PACK,
                                        "/../share/xiezhi/" XZ_DEFAULT_PACK};
    char program[PATH_MAX];
    ssize_t len;

    if (given != NULL && given[0] != '\0') {
        return given;
    }
    if (is_pack(XZ_DEFAULT_PACK)) {
        return XZ_DEFAULT_PACK;
    }
    len = readlink("/proc/self/exe", program, sizeof(program) - 1);
    if (len > 0) {
        char *slash;

        program[len] = '\0';
        slash = strrchr(program, '/');
        *slash = '\0';
        for (size_t i = 0; i < sizeof(tails) / sizeof(tails[0]); i++) {
            if ((size_t)snprintf(beside, sizeof(beside), "%s%s", program, tails[i]) <
                    sizeof(beside) &&
                is_pack(beside)) {
                return beside;
            }
        }
    }
    return XZ_DEFAULT_PACK;
}

static void say(void *arg, const struct xz_err *err)
{
    (void)arg;
    (void)fprintf(stderr, "%s: %s\n", err->path, err->msg);
}

enum xz_rc xz_cli_pack(const char *dir, struct xz_pack **pack, struct xz_err *err)
{
    return xz_pack_load(dir, xz_engine_schema(), say, NULL, pack, err);
}
