/* SPDX-License-Identifier: GPL-3.0-or-later */
/* xiezhi user: accounts of the console, for who has the machine: the first one, and a forgotten
 * password. A password is read from the terminal or standard input, never from an argument. */
#include <getopt.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "cases/users.h"
#include "cli/cli.h"
#include "cli/service_options.h"
#include "console/console.h"

static const char help[] =
    "Usage: xiezhi user add NAME --roles ROLES [--regions CODES] [OPTION]...\n"
    "       xiezhi user password NAME [OPTION]...\n"
    "       xiezhi user list [OPTION]...\n"
    "Accounts of the console. add and password ask for the password, or read it from\n"
    "the first line of standard input.\n"
    "\n"
    "      --roles ROLES      some of analyst, investigator, approver, auditor, admin,\n"
    "                         feed; comma separated\n"
    "      --regions CODES    beginnings of area codes that the account sees,\n"
    "                         2101,2106; everything without it\n"
    "  -c, --config FILE      the service's configuration\n"
    "      --set KEY=VALUE    over the file, as for xiezhi run\n"
    "  -h, --help             this text\n";

struct user {
    struct xz_cli_settings settings;
    struct xz_config config;
    struct xz_desk desk;
    const char *verb, *name, *roles, *regions;
    unsigned role_bits;
    char password[XZ_PASSWORD_MAX + 2];
};

enum { OPT_SET = 256, OPT_ROLES, OPT_REGIONS };

static int options(struct user *user, int argc, char **argv)
{
    static const struct option longs[] = {{"config", required_argument, NULL, 'c'},
                                          {"set", required_argument, NULL, OPT_SET},
                                          {"roles", required_argument, NULL, OPT_ROLES},
                                          {"regions", required_argument, NULL, OPT_REGIONS},
                                          {"help", no_argument, NULL, 'h'},
                                          {NULL, 0, NULL, 0}};
    int opt;

    while ((opt = getopt_long(argc, argv, "c:h", longs, NULL)) != -1) {
        switch (opt) {
        case 'c':
            user->settings.file = optarg;
            break;
        case OPT_SET:
            user->settings.sets[user->settings.count++] = optarg;
            break;
        case OPT_ROLES:
            user->roles = optarg;
            break;
        case OPT_REGIONS:
            user->regions = optarg;
            break;
        case 'h':
            (void)fputs(help, stdout);
            return XZ_EXIT_OK;
        default:
            return xz_cli_unknown("user", argv, longs);
        }
    }
    user->verb = optind < argc ? argv[optind] : "";
    user->name = optind + 1 < argc ? argv[optind + 1] : NULL;
    if (strcmp(user->verb, "list") == 0) {
        return user->name == NULL ? -1 : xz_cli_usage("user", "list takes no name");
    }
    if (strcmp(user->verb, "add") != 0 && strcmp(user->verb, "password") != 0) {
        return xz_cli_usage("user", "add, password or list, not \"%s\"", user->verb);
    }
    if (user->name == NULL) {
        return xz_cli_usage("user", "%s: which NAME?", user->verb);
    }
    return user->roles != NULL || strcmp(user->verb, "add") != 0
               ? -1
               : xz_cli_usage("user", "add: --roles says what the account may do");
}

/* ---- the password ---- */

static bool read_password(char *out, size_t size)
{
    const bool terminal = isatty(STDIN_FILENO);
    struct termios before, silent;
    bool got;

    if (terminal && tcgetattr(STDIN_FILENO, &before) == 0) {
        silent = before;
        silent.c_lflag &= (tcflag_t)~ECHO;
        (void)fprintf(stderr, "Password (%d letters or more): ", XZ_PASSWORD_MIN);
        (void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
    }
    got = fgets(out, (int)size, stdin) != NULL;
    if (terminal) {
        (void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
        (void)fputc('\n', stderr);
    }
    if (got) {
        out[strcspn(out, "\r\n")] = '\0';
    }
    return got;
}

/* ---- what is done ---- */

static enum xz_rc add(struct xz_db_conn *conn, void *arg, struct xz_err *err)
{
    const struct user *user = arg;
    int64_t account = 0;
    enum xz_rc rc =
        xz_user_add(conn, NULL, xz_str_from(user->name), xz_str_from(user->password),
                    user->role_bits, xz_str_from(user->regions), xz_now_ms(), &account, err);

    return rc == XZ_REJECT && strcmp(err->reason, "conflict") == 0
               ? xz_err_reject(err, "conflict", "name", "there is an account %s already",
                               user->name)
               : rc;
}

static bool take_id(void *arg, const struct xz_db_row *row)
{
    *(int64_t *)arg = xz_db_int(row, 0);
    return false;
}

static enum xz_rc set_password(struct xz_db_conn *conn, void *arg, struct xz_err *err)
{
    const struct user *user = arg;
    int64_t account = 0;
    enum xz_rc rc = xz_db_query(conn, "SELECT id FROM account WHERE name = ?1",
                                XZ_DB_ARGS(XZ_DB_CSTR(user->name)), take_id, &account, err);

    return rc == XZ_OK ? xz_user_set_password(conn, NULL, account, xz_str_from(user->password),
                                              xz_now_ms(), err)
                       : rc;
}

static bool show(void *arg, const struct xz_db_row *row)
{
    const unsigned bits = (unsigned)xz_db_int(row, 1);
    const struct xz_str name = xz_db_text(row, 0), regions = xz_db_text(row, 2);
    const char *comma = "";

    (void)arg;
    (void)printf(XZ_STR_FMT "  ", XZ_STR_ARG(name));
    for (unsigned role = 0; role < XZ_ACCESS_ROLES; role++) {
        if ((bits & 1u << role) != 0) {
            (void)printf("%s%s", comma, xz_access_role_names[role]);
            comma = ",";
        }
    }
    (void)printf("  " XZ_STR_FMT "%s\n",
                 XZ_STR_ARG(regions.len > 0 ? regions : XZ_STR("everywhere")),
                 xz_db_int(row, 3) != 0 ? "" : "  closed");
    return true;
}

static enum xz_rc list(struct xz_db_conn *conn, void *arg, struct xz_err *err)
{
    return xz_db_query(conn, "SELECT name, roles, regions, active FROM account ORDER BY name",
                       XZ_DB_NO_ARGS, show, arg, err);
}

static int work(struct user *user)
{
    struct xz_err err = {0};
    const bool lists = strcmp(user->verb, "list") == 0;
    const bool adds = strcmp(user->verb, "add") == 0;
    enum xz_rc rc = XZ_OK;

    if (adds) {
        rc = xz_access_roles_parse(xz_str_from(user->roles), &user->role_bits, &err);
    }
    rc = rc == XZ_OK
             ? xz_console_desk_visit(&user->config, adds ? 0 : XZ_DESK_STORE, &user->desk, &err)
             : rc;
    if (rc == XZ_OK && !lists && !read_password(user->password, sizeof(user->password))) {
        return xz_cli_usage("user", "a password is wanted on standard input");
    }
    if (rc == XZ_OK) {
        rc = lists ? xz_desk_read(&user->desk, list, NULL, &err)
                   : xz_desk_write(&user->desk, adds ? add : set_password, user, &err);
    }
    if (rc != XZ_OK) {
        return xz_cli_fail("user", &err);
    }
    if (!lists) {
        (void)fprintf(stderr, "xiezhi user: %s may sign in with this password\n", user->name);
    }
    return XZ_EXIT_OK;
}

int xz_cmd_user(int argc, char **argv)
{
    struct user user = {.regions = ""};
    int code;

    xz_cli_settings_init(&user.settings, argc);
    xz_config_init(&user.config);
    code = options(&user, argc, argv);
    if (code < 0) {
        code = xz_cli_settings_apply(&user.settings, "user", &user.config);
    }
    if (code < 0) {
        xz_cli_settings_complete(&user.config);
        code = work(&user);
    }
    explicit_bzero(user.password, sizeof(user.password));
    xz_desk_close(&user.desk);
    xz_config_fini(&user.config);
    xz_cli_settings_fini(&user.settings);
    return code;
}
