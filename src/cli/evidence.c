/* SPDX-License-Identifier: GPL-3.0-or-later */
/* xiezhi evidence: reads an evidence pack of the console and says whether it is what was signed. */
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "cases/evidence.h"
#include "cli/cli.h"

static const char help[] =
    "Usage: xiezhi evidence [--key HEX] FILE\n"
    "Reads an evidence pack, as the console gives it out for a case, and finds whatever\n"
    "was changed, added, removed or put in another order since it was signed.\n"
    "\n"
    "      --key HEX          the public key that it must be signed by, 64 digits;\n"
    "                         without it, the pack's own is shown for you to compare\n"
    "  -h, --help             this text\n"
    "\n"
    "Exit status: 0 it is whole, 1 it is not or cannot be read, 2 wrong usage.\n";

enum { OPT_KEY = 256 };

static bool read_hex(const char *text, unsigned char key[static XZ_KEY_LEN])
{
    char back[2 * XZ_KEY_LEN + 1];

    for (size_t i = 0; i < XZ_KEY_LEN && strlen(text) == 2 * XZ_KEY_LEN; i++) {
        const char pair[3] = {text[2 * i], text[2 * i + 1], '\0'};

        key[i] = (unsigned char)strtoul(pair, NULL, 16);
    }
    xz_hex(key, XZ_KEY_LEN, back);
    return strcasecmp(back, text) == 0;
}

static bool read_file(const char *name, struct xz_buf *bytes)
{
    FILE *in = fopen(name, "rb");
    unsigned char piece[65536];
    size_t got;

    if (in == NULL) {
        (void)fprintf(stderr, "xiezhi evidence: %s: %s\n", name, strerror(errno));
        return false;
    }
    while (bytes->len <= XZ_EVIDENCE_BYTES_MAX && (got = fread(piece, 1, sizeof(piece), in)) > 0) {
        xz_buf_bytes(bytes, piece, got);
    }
    (void)fclose(in);
    return true;
}

static int verify(const char *name, const unsigned char *key)
{
    struct xz_evidence_report report;
    struct xz_buf bytes = {0};
    char hex[2 * XZ_KEY_LEN + 1];

    if (!read_file(name, &bytes)) {
        return XZ_EXIT_FAILED;
    }
    xz_evidence_verify(xz_buf_view(&bytes), key, &report);
    xz_buf_fini(&bytes);
    if (!report.intact) {
        (void)printf("not whole: %s\n", report.what);
        return XZ_EXIT_FAILED;
    }
    xz_hex(report.public_key, sizeof(report.public_key), hex);
    (void)printf("whole: case %lld, %zu files, signed by %s%s\n", (long long)report.case_id,
                 report.files, hex,
                 key != NULL ? "" : "\n(is this the key that its issuer made known?)");
    return XZ_EXIT_OK;
}

int xz_cmd_evidence(int argc, char **argv)
{
    static const struct option longs[] = {{"key", required_argument, NULL, OPT_KEY},
                                          {"help", no_argument, NULL, 'h'},
                                          {NULL, 0, NULL, 0}};
    unsigned char key[XZ_KEY_LEN] = {0};
    bool has_key = false;
    int opt;

    while ((opt = getopt_long(argc, argv, "h", longs, NULL)) != -1) {
        if (opt == 'h') {
            (void)fputs(help, stdout);
            return XZ_EXIT_OK;
        }
        if (opt != OPT_KEY) {
            return xz_cli_unknown("evidence", argv, longs);
        }
        has_key = read_hex(optarg, key);
        if (!has_key) {
            return xz_cli_usage("evidence", "--key: 64 hexadecimal digits are wanted");
        }
    }
    if (optind + 1 != argc) {
        return xz_cli_usage("evidence", "which FILE?");
    }
    return verify(argv[optind], has_key ? key : NULL);
}
