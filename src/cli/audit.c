/* SPDX-License-Identifier: GPL-3.0-or-later */
/* xiezhi audit: reads the console's audit chain from its beginning and says whether it is whole; or
 * shows each day's head, which somebody else keeps to compare with. */
#include "cases/audit.h"
#include "base/hash.h"
#include "base/time.h"
#include "cli/cli.h"
#include "cli/desk.h"

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

static int verify(const struct xz_config *config, struct xz_desk *desk)
{
    struct xz_audit_report report;
    struct xz_err err = {0};
    char head[65];

    (void)config;
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

static int heads(const struct xz_config *config, struct xz_desk *desk)
{
    struct xz_err err = {0};

    (void)config;
    return xz_desk_read(desk, read_heads, NULL, &err) == XZ_OK ? XZ_EXIT_OK
                                                               : xz_cli_fail("audit heads", &err);
}

int xz_cmd_audit(int argc, char **argv)
{
    static const struct xz_cli_verb verbs[] = {
        {"verify", verify, false}, {"heads", heads, false}, {NULL, NULL, false}};

    return xz_cli_desk("audit", help, verbs, argc, argv);
}
