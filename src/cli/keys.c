/* SPDX-License-Identifier: GPL-3.0-or-later */
/* xiezhi keys: new pseudonyms for everybody, from a new key; or the key that evidence is signed by.
 */
#include <stdlib.h>

#include "base/hash.h"
#include "cases/identity.h"
#include "cases/keyring.h"
#include "cli/cli.h"
#include "cli/desk.h"
#include "console/console.h"

static const char help[] =
    "Usage: xiezhi keys rotate [-c CONFIG] [--set KEY=VALUE]...\n"
    "       xiezhi keys public [-c CONFIG] [--set KEY=VALUE]...\n"
    "rotate adds a version to the console's key file and gives everybody in the store a\n"
    "new pseudonym; the old ones find nobody any more. Start the service again then: it\n"
    "goes on with the old version until it does, and renames at its start whom it added\n"
    "meanwhile. When something failed, rotate again finishes that and adds no version.\n"
    "public prints the key by which evidence packs are signed, to be made known outside.\n"
    "\n"
    "  -c, --config FILE      the service's configuration\n"
    "      --set KEY=VALUE    over the file, as for xiezhi run\n"
    "  -h, --help             this text\n";

struct rotation {
    struct xz_desk *desk;
    char *file;
};

static enum xz_rc add_version(struct xz_db_conn *conn, void *arg, struct xz_err *err)
{
    const struct rotation *rotation = arg;

    return xz_keyring_rotate(conn, rotation->file, rotation->desk->keys, err);
}

static void tell_closed(const struct xz_identity_renaming *renaming)
{
    if (renaming->closed > 0) {
        (void)fprintf(stderr,
                      "xiezhi keys rotate: %lld people keep their pseudonym: their sealed identity "
                      "was damaged, or is of other keys\n",
                      (long long)renaming->closed);
    }
}

/* What an earlier rotation left undone is done first, and is all: who tries again after a failure
 * does not add one more version. */
static int rotate(const struct xz_config *config, struct xz_desk *desk)
{
    struct rotation rotation = {desk, xz_console_key_file(config)};
    struct xz_identity_renaming renaming;
    struct xz_err err = {0};
    enum xz_rc rc = xz_identity_rename_all(desk->db, desk->keys, &renaming, &err);
    const bool finished = rc == XZ_OK && renaming.renamed > 0;

    if (rc == XZ_OK && !finished) {
        rc = xz_desk_write(desk, add_version, &rotation, &err);
        rc = rc == XZ_OK ? xz_identity_rename_all(desk->db, desk->keys, &renaming, &err) : rc;
    }
    free(rotation.file);
    if (rc != XZ_OK) {
        return xz_cli_fail("keys rotate", &err);
    }
    tell_closed(&renaming);
    if (finished) {
        (void)printf("%lld people still had older pseudonyms: those of version %d are finished "
                     "now, and none was added; start the service again\n",
                     (long long)renaming.renamed, xz_keys_version(desk->keys));
    } else {
        (void)printf("pseudonyms are of version %d now; start the service again\n",
                     xz_keys_version(desk->keys));
    }
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
        {"rotate", rotate, true}, {"public", show_public, true}, {NULL, NULL, false}};

    return xz_cli_desk("keys", help, verbs, argc, argv);
}
