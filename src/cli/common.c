/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <getopt.h>
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

#define OPTIONS_MAX 64

int xz_cli_unknown(const char *command, char *const argv[], const struct option *longs)
{
    const char *names[OPTIONS_MAX], *nearest;
    size_t count = 0;
    struct xz_str name = xz_str_from(argv[optind - 1]);

    for (; longs[count].name != NULL && count < OPTIONS_MAX; count++) {
        names[count] = longs[count].name;
        if (optopt != 0 && longs[count].val == optopt) {
            return xz_cli_usage(command, "--%s %s value", longs[count].name,
                                longs[count].has_arg ? "wants a" : "takes no");
        }
    }
    if (optopt != 0) { /* 0: a long one */
        return xz_cli_usage(command, "no option -%c", optopt);
    }
    while (name.len > 0 && name.ptr[0] == '-') {
        name = (struct xz_str){name.ptr + 1, name.len - 1};
    }
    name.len = (uint32_t)strcspn(name.ptr, "=");
    nearest = xz_str_nearest(name, names, count);
    return xz_cli_usage(command, "no option --" XZ_STR_FMT "%s%s%s", XZ_STR_ARG(name),
                        nearest != NULL ? "; did you mean --" : "", nearest != NULL ? nearest : "",
                        nearest != NULL ? "?" : "");
}

/* Does prefix/what exist, with "member" in it where it is a folder? The name is in out then. */
static bool is_there(const char *prefix, const char *what, const char *member, char out[PATH_MAX])
{
    char file[PATH_MAX + 16];

    if ((size_t)snprintf(out, PATH_MAX, "%s%s", prefix, what) >= PATH_MAX) {
        return false;
    }
    (void)snprintf(file, sizeof(file), "%s%s", out, member);
    return access(file, R_OK) == 0;
}

/* What the program brings along: here, or beside it, or where it was installed. */
static const char *brought(const char *what, const char *member, char out[PATH_MAX])
{
    static const char *const ways[] = {"/../", "/../../", "/../share/xiezhi/"};
    char program[PATH_MAX - 32], prefix[PATH_MAX];
    ssize_t len;

    if (is_there("", what, member, out)) {
        return out;
    }
    len = readlink("/proc/self/exe", program, sizeof(program) - 1);
    program[len > 0 ? len : 0] = '\0';
    if (strrchr(program, '/') != NULL) {
        *strrchr(program, '/') = '\0';
    }
    for (size_t i = 0; len > 0 && i < sizeof(ways) / sizeof(ways[0]); i++) {
        (void)snprintf(prefix, sizeof(prefix), "%s%s", program, ways[i]);
        if (is_there(prefix, what, member, out)) {
            return out;
        }
    }
    return what;
}

const char *xz_cli_pack_dir(const char *given)
{
    static char found[PATH_MAX];

    return given != NULL && given[0] != '\0' ? given
                                             : brought(XZ_DEFAULT_PACK, "/pack.yaml", found);
}

const char *xz_cli_calendar(void)
{
    static char found[PATH_MAX];

    return brought(XZ_DEFAULT_CALENDAR, "", found);
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
