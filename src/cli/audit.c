/* SPDX-License-Identifier: GPL-3.0-or-later */
/* xiezhi audit: reads the console's audit chain from its beginning and says whether it is whole; or
 * shows each day's head, which somebody else keeps to compare with. */
#include <string.h>

#include "base/hash.h"
#include "base/time.h"
#include "cases/audit.h"
#include "cli/cli.h"
#include "cli/service_options.h"
#include "console/console.h"

static const char help[] =
    "Usage: xiezhi audit verify [-c CONFIG] [--set KEY=VALUE]...\n"
    "       xiezhi audit heads  [-c CONFIG] [--set KEY=VALUE]...\n"
    "verify reads the whole chain of audit records and finds any that was changed,\n"
    "removed or put elsewhere. heads shows the last record of each day and its hash:\n"
    "who keeps them outside finds out, too, when the whole chain was written anew.\n"
    "\n"
    "  -c, --config FILE      the service's configuration\n"
    "      --set KEY=VALUE    over the file, as for xiezhi run\n"
    "  -h, --help             this text\n"
    "\n"
    "Exit status: 0 the chain is whole, 1 it is not or cannot be read, 2 wrong usage.\n";

static int verify(const struct xz_desk *desk)
{
    struct xz_audit_report report;
    struct xz_err err = {0};
    char head[65];

    if (xz_audit_verify(desk->db, &report, &err) != XZ_OK) {
        return xz_cli_fail("audit verify", &err);
    }
    xz_hex(report.head, sizeof(report.head), head);
    if (report.first_bad != 0) {
        (void)printf("broken at record %lld: %s\n", (long long)report.first_bad, report.what);
        return XZ_EXIT_FAILED;
    }
    (void)printf("whole: %lld records, head %s\n", (long long)report.checked, head);
    return XZ_EXIT_OK;
}

static bool show_head(void *arg, const struct xz_db_row *row)
{
    char day[16], hex[65];
    const struct xz_str hash = xz_db_blob(row, 2);

    (void)arg;
    xz_date_format((int32_t)xz_db_int(row, 0), day);
    xz_hex((const unsigned char *)hash.ptr, hash.len <= 32 ? hash.len : 32, hex);
    (void)printf("%s  %lld  %s\n", day, (long long)xz_db_int(row, 1), hex);
    return true;
}

static enum xz_rc read_heads(struct xz_db_conn *conn, void *arg, struct xz_err *err)
{
    return xz_db_query(conn, "SELECT day, seq, hash FROM audit_head ORDER BY day", XZ_DB_NO_ARGS,
                       show_head, arg, err);
}

int xz_cmd_audit(int argc, char **argv)
{
    const char *verb = argc > 1 ? argv[1] : "";
    const bool verifies = strcmp(verb, "verify") == 0;
    struct xz_config config;
    struct xz_desk desk = {0};
    struct xz_err err = {0};
    int code;

    if (strcmp(verb, "--help") == 0 || strcmp(verb, "-h") == 0) {
        (void)fputs(help, stdout);
        return XZ_EXIT_OK;
    }
    if (!verifies && strcmp(verb, "heads") != 0) {
        return xz_cli_usage("audit", "verify or heads, not \"%s\"", verb);
    }
    xz_config_init(&config);
    code = xz_cli_service_options("audit", help, false, argc - 1, argv + 1, &config);
    if (code < 0 && xz_console_desk_open(&config, &desk, &err) != XZ_OK) {
        code = xz_cli_fail("audit", &err);
    }
    if (code < 0 && verifies) {
        code = verify(&desk);
    } else if (code < 0) {
        code = xz_desk_read(&desk, read_heads, NULL, &err) == XZ_OK ? XZ_EXIT_OK
                                                                    : xz_cli_fail("audit", &err);
    }
    xz_desk_close(&desk);
    xz_config_fini(&config);
    return code;
}
