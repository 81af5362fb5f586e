/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cases/keyring.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cases/desk.h"
#include "cases/identity.h"

#define SAMPLE 16 /* people whose seals tell whose keys a store of before there were prints has */

/* What the store says of the keys at hand. */
struct compared {
    struct xz_key_print prints[XZ_KEY_PRINTS_MAX];
    bool known[XZ_KEY_PRINTS_MAX]; /* to the store */
    size_t count, stored;
    char differs[24], missing[24]; /* a key of the store that is another here, or not here */
};

static bool compare(void *arg, const struct xz_db_row *row)
{
    struct compared *compared = arg;
    const struct xz_str name = xz_db_text(row, 0), digest = xz_db_blob(row, 1);
    char *wrong = compared->missing;

    compared->stored++;
    for (size_t i = 0; i < compared->count; i++) {
        const struct xz_key_print *print = &compared->prints[i];

        if (xz_str_eq(name, xz_str_from(print->name))) {
            compared->known[i] = digest.len == sizeof(print->digest) &&
                                 memcmp(digest.ptr, print->digest, digest.len) == 0;
            wrong = compared->known[i] ? NULL : compared->differs;
        }
    }
    if (wrong != NULL) {
        (void)snprintf(wrong, sizeof(compared->missing), XZ_STR_FMT, XZ_STR_ARG(name));
    }
    return true;
}

static enum xz_rc compare_all(struct xz_db_conn *conn, const struct xz_keys *keys, const char *file,
                              struct compared *compared, struct xz_err *err)
{
    enum xz_rc rc;

    *compared = (struct compared){0};
    compared->count = xz_keys_prints(keys, compared->prints);
    rc = xz_db_query(conn, "SELECT name, print FROM key_print", XZ_DB_NO_ARGS, compare, compared,
                     err);
    if (rc == XZ_OK && compared->differs[0] != '\0') {
        rc = xz_err_config(err, file, 0,
                           "console.keys: not the keys of this store (%s is another): bring back "
                           "the store's own file from its copy; all processes of a store share one",
                           compared->differs);
    } else if (rc == XZ_OK && compared->missing[0] != '\0') {
        rc = xz_err_config(err, file, 0,
                           "console.keys: an older copy of this store's keys, without %s: bring "
                           "the newest here; all processes of a store share one file",
                           compared->missing);
    }
    return rc;
}

/* ---- the store ---- */

static int64_t now_ms(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static enum xz_rc record(struct xz_db_conn *conn, const char *name, struct xz_err *err)
{
    static const char pseudonym[] = "pseudonym ";

    return strncmp(name, pseudonym, sizeof(pseudonym) - 1) == 0
               ? xz_desk_audit(conn, NULL, "keys.rotate", "keys",
                               xz_str_from(name + sizeof(pseudonym) - 1), "", now_ms(), err)
               : XZ_OK;
}

/* A store's first keys are no rotation, and leave no record. */
static enum xz_rc tell_store(struct xz_db_conn *conn, const struct compared *compared,
                             struct xz_err *err)
{
    enum xz_rc rc = XZ_OK;

    for (size_t i = 0; rc == XZ_OK && i < compared->count; i++) {
        const struct xz_key_print *print = &compared->prints[i];
        const struct xz_str digest = {(const char *)print->digest, sizeof(print->digest)};

        if (!compared->known[i]) {
            rc = xz_db_exec(conn, "INSERT INTO key_print (name, print) VALUES (?1, ?2)",
                            XZ_DB_ARGS(XZ_DB_CSTR(print->name), XZ_DB_BLOB(digest)), NULL, err);
            rc = rc == XZ_OK && compared->stored > 0 ? record(conn, print->name, err) : rc;
        }
    }
    return rc;
}

/* What the store holds that needs its keys. */
struct held {
    bool prints, secrets; /* secrets: people, and what webhooks sign with */
};

static bool take_held(void *arg, const struct xz_db_row *row)
{
    *(struct held *)arg = (struct held){xz_db_int(row, 0) != 0, xz_db_int(row, 1) != 0};
    return false;
}

static enum xz_rc find_file(const char *file, const struct held *held, bool make,
                            struct xz_err *err)
{
    if (access(file, F_OK) == 0 || errno != ENOENT) {
        return XZ_OK;
    }
    if (held->prints || held->secrets) {
        return xz_err_config(err, file, 0,
                             "console.keys: the file is not there, and this store has its keys "
                             "already: bring it back from its copy, or name the file that the "
                             "store's other processes use; without it nobody in the store has a "
                             "name again. None was made");
    }
    return make ? xz_keys_make(file, err)
                : xz_err_config(err, file, 0,
                                "console.keys: the file is not there; xiezhi run makes it");
}

static enum xz_rc check_people(struct xz_db_conn *conn, const struct xz_keys *keys,
                               const char *file, struct xz_err *err)
{
    const enum xz_rc rc = xz_identity_check(conn, keys, SAMPLE, err);

    return rc == XZ_FATAL
               ? xz_err_config(err, file, 0,
                               "console.keys: these keys do not open who is in this store: bring "
                               "back the store's own file from its copy; all processes of a store "
                               "share one")
               : rc;
}

/* ---- both ---- */

enum xz_rc xz_keyring_open(struct xz_db_conn *conn, const char *file, bool make,
                           struct xz_keys **out, struct xz_err *err)
{
    struct compared compared;
    struct xz_keys *keys = NULL;
    struct held held = {false, false};
    enum xz_rc rc = xz_db_query(conn,
                                "SELECT (SELECT COUNT(*) FROM key_print), "
                                "(SELECT COUNT(*) FROM (SELECT id FROM identity LIMIT 1) AS i) + "
                                "(SELECT COUNT(*) FROM (SELECT id FROM webhook LIMIT 1) AS w)",
                                XZ_DB_NO_ARGS, take_held, &held, err);

    rc = rc == XZ_OK ? find_file(file, &held, make, err) : rc;
    rc = rc == XZ_OK ? xz_keys_load(file, &keys, err) : rc;
    rc = rc == XZ_OK && !held.prints ? check_people(conn, keys, file, err) : rc;
    rc = rc == XZ_OK ? compare_all(conn, keys, file, &compared, err) : rc;
    rc = rc == XZ_OK ? xz_keys_complete(file, keys, err) : rc;
    rc = rc == XZ_OK ? compare_all(conn, keys, file, &compared, err) : rc;
    rc = rc == XZ_OK ? tell_store(conn, &compared, err) : rc;
    if (rc != XZ_OK) {
        xz_keys_free(keys);
        return rc;
    }
    *out = keys;
    return XZ_OK;
}

enum xz_rc xz_keyring_rotate(struct xz_db_conn *conn, const char *file, struct xz_keys *keys,
                             struct xz_err *err)
{
    struct compared compared;
    enum xz_rc rc = compare_all(conn, keys, file, &compared, err); /* another may have been first */

    rc = rc == XZ_OK ? xz_keys_rotate(file, keys, err) : rc;
    rc = rc == XZ_OK ? compare_all(conn, keys, file, &compared, err) : rc;
    return rc == XZ_OK ? tell_store(conn, &compared, err) : rc;
}
