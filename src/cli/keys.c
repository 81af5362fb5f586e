/* SPDX-License-Identifier: GPL-3.0-or-later */
/* xiezhi keys: new pseudonyms for everybody, from a new key; or the key that evidence is signed by.
 */
#include <stdlib.h>

#include "base/hash.h"
#include "cases/identity.h"
#include "cli/cli.h"
#include "cli/desk.h"
#include "console/console.h"

#define BATCH 1000

static const char help[] =
    "Usage: xiezhi keys rotate [-c CONFIG] [--set KEY=VALUE]...\n"
    "       xiezhi keys public [-c CONFIG] [--set KEY=VALUE]...\n"
    "rotate adds a version to the console's key file and gives everybody in the store a\n"
    "new pseudonym; the old ones find nobody any more. Start the service again then: it\n"
    "goes on with the old version until it does. public prints the key by which\n"
    "evidence packs are signed, to be made known outside.\n"
    "\n"
    "  -c, --config FILE      the service's configuration\n"
    "      --set KEY=VALUE    over the file, as for xiezhi run\n"
    "  -h, --help             this text\n";

static int rotate(const struct xz_config *config, struct xz_desk *desk)
{
    struct xz_err err = {0};
    bool left = true;
    char *file = xz_console_key_file(config);
    enum xz_rc rc = xz_keys_rotate(file, desk->keys, &err);

    free(file);
    while (rc == XZ_OK && left) {
        rc = xz_identity_rename(desk->db, desk->keys, BATCH, &left, &err);
    }
    if (rc != XZ_OK) {
        return xz_cli_fail("keys rotate", &err);
    }
    (void)printf("pseudonyms are of version %d now; start the service again\n",
                 xz_keys_version(desk->keys));
    return XZ_EXIT_OK;
}

static int show_public(const struct xz_config *config, struct xz_desk *desk)
{
    unsigned char key[XZ_KEY_LEN];
    char hex[2 * XZ_KEY_LEN + 1];

    (void)config;
    xz_keys_public(desk->keys, key);
    xz_hex(key, sizeof(key), hex);
    (void)printf("%s\n", hex);
    return XZ_EXIT_OK;
}

int xz_cmd_keys(int argc, char **argv)
{
    static const struct xz_cli_verb verbs[] = {
        {"rotate", rotate}, {"public", show_public}, {NULL, NULL}};

    return xz_cli_desk("keys", help, verbs, argc, argv);
}
