/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cases/identity.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "cases/counter.h"

#define KIND         XZ_STR("person")
#define TOKEN        "~P"
#define SEALED_MAX   (XZ_PERSON_ID_MAX + XZ_SEAL_EXTRA)
#define WAIT_MS      10000
#define RENAME_BATCH 1000

struct number {
    int64_t value;
    bool found;
};

static bool take_number(void *arg, const struct xz_db_row *row)
{
    *(struct number *)arg = (struct number){xz_db_int(row, 0), true};
    return true;
}

static bool take_text(void *arg, const struct xz_db_row *row)
{
    const struct xz_str text = xz_db_text(row, 0);

    xz_buf_bytes(arg, text.ptr, text.len);
    return true;
}

static bool take_blob(void *arg, const struct xz_db_row *row)
{
    const struct xz_str bytes = xz_db_blob(row, 0);

    xz_buf_bytes(arg, bytes.ptr, bytes.len);
    return true;
}

static enum xz_rc not_found(struct xz_err *err)
{
    return xz_err_reject(err, "not_found", "", "there is no such person");
}

/* ---- coming in ---- */

static enum xz_rc insert(struct xz_db_conn *conn, const struct xz_keys *keys, struct xz_str id,
                         struct xz_str lookup, int64_t *person, struct xz_err *err)
{
    unsigned char sealed[SEALED_MAX];
    char pseudonym[XZ_PSEUDONYM_LEN + 1];
    enum xz_rc rc = xz_counter_next(conn, "identity", person, err);

    if (rc != XZ_OK) {
        return rc;
    }
    xz_keys_seal(keys, KIND, id, sealed);
    xz_keys_pseudonym(keys, KIND, id, pseudonym);
    return xz_db_exec(
        conn,
        "INSERT INTO identity (id, kind, lookup, sealed, pseudonym, key_version) "
        "VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        XZ_DB_ARGS(XZ_DB_INT(*person), XZ_DB_TEXT(KIND), XZ_DB_BLOB(lookup),
                   XZ_DB_BLOB(((struct xz_str){(const char *)sealed, id.len + XZ_SEAL_EXTRA})),
                   XZ_DB_CSTR(pseudonym), XZ_DB_INT(xz_keys_version(keys))),
        NULL, err);
}

enum xz_rc xz_identity_of(struct xz_db_conn *conn, const struct xz_keys *keys, struct xz_str id,
                          int64_t *person, struct xz_err *err)
{
    unsigned char digest[32];
    const struct xz_str lookup = {(const char *)digest, sizeof(digest)};
    struct number found = {0, false};
    enum xz_rc rc;

    if (id.len == 0 || id.len > XZ_PERSON_ID_MAX) {
        return xz_err_reject(err, "invalid", "", "an id of a person has 1 to %d bytes",
                             XZ_PERSON_ID_MAX);
    }
    xz_keys_lookup(keys, KIND, id, digest);
    rc = xz_db_query(conn, "SELECT id FROM identity WHERE lookup = ?1",
                     XZ_DB_ARGS(XZ_DB_BLOB(lookup)), take_number, &found, err);
    if (rc != XZ_OK || found.found) {
        *person = found.value;
        return rc;
    }
    return insert(conn, keys, id, lookup, person, err);
}

/* ---- going out ---- */

enum xz_rc xz_identity_pseudonym(struct xz_db_conn *conn, int64_t person,
                                 char out[static XZ_PSEUDONYM_LEN + 1], struct xz_err *err)
{
    struct xz_buf text = {0};
    enum xz_rc rc = xz_db_query(conn, "SELECT pseudonym FROM identity WHERE id = ?1",
                                XZ_DB_ARGS(XZ_DB_INT(person)), take_text, &text, err);

    if (rc == XZ_OK && text.len != XZ_PSEUDONYM_LEN) {
        rc = not_found(err);
    }
    if (rc == XZ_OK) {
        memcpy(out, text.data, XZ_PSEUDONYM_LEN);
        out[XZ_PSEUDONYM_LEN] = '\0';
    }
    xz_buf_fini(&text);
    return rc;
}

enum xz_rc xz_identity_find(struct xz_db_conn *conn, struct xz_str pseudonym, int64_t *person,
                            struct xz_err *err)
{
    struct number found = {0, false};
    enum xz_rc rc = xz_db_query(conn, "SELECT id FROM identity WHERE pseudonym = ?1",
                                XZ_DB_ARGS(XZ_DB_TEXT(pseudonym)), take_number, &found, err);

    *person = found.value;
    return rc == XZ_OK && !found.found ? not_found(err) : rc;
}

enum xz_rc xz_identity_reveal(struct xz_db_conn *conn, const struct xz_keys *keys, int64_t person,
                              struct xz_buf *out, struct xz_err *err)
{
    struct xz_buf sealed = {0};
    char id[XZ_PERSON_ID_MAX];
    enum xz_rc rc = xz_db_query(conn, "SELECT sealed FROM identity WHERE id = ?1",
                                XZ_DB_ARGS(XZ_DB_INT(person)), take_blob, &sealed, err);

    if (rc == XZ_OK && (sealed.len == 0 || sealed.len > SEALED_MAX)) {
        rc = not_found(err);
    }
    rc = rc == XZ_OK ? xz_keys_open(keys, KIND, xz_buf_view(&sealed), id, err) : rc;
    if (rc == XZ_OK) {
        xz_buf_bytes(out, id, sealed.len - XZ_SEAL_EXTRA);
    }
    xz_buf_fini(&sealed);
    return rc;
}

void xz_identity_token(int64_t person, struct xz_buf *out)
{
    xz_buf_printf(out, TOKEN "%" PRId64 "~", person);
}

uint32_t xz_identity_token_at(struct xz_str text, int64_t *person)
{
    uint32_t at = sizeof(TOKEN) - 1;

    if (!xz_str_starts(text, XZ_STR(TOKEN))) {
        return 0;
    }
    for (*person = 0; at < text.len && text.ptr[at] >= '0' && text.ptr[at] <= '9' && at < 20;
         at++) {
        *person = *person * 10 + (text.ptr[at] - '0');
    }
    return at > sizeof(TOKEN) - 1 && at < text.len && text.ptr[at] == '~' ? at + 1 : 0;
}

bool xz_identity_disarm(char *text, size_t len)
{
    bool found = false;

    for (size_t at = 0; at < len; at++) {
        int64_t person;

        if (xz_identity_token_at((struct xz_str){text + at, (uint32_t)(len - at)}, &person) > 0) {
            text[at + 1] = 'p';
            found = true;
        }
    }
    return found;
}

enum xz_rc xz_identity_show(struct xz_db_conn *conn, struct xz_str text, struct xz_buf *out,
                            struct xz_err *err)
{
    enum xz_rc rc = XZ_OK;

    while (rc == XZ_OK && text.len > 0) {
        const char *tilde = memchr(text.ptr, '~', text.len);
        const uint32_t plain = tilde != NULL ? (uint32_t)(tilde - text.ptr) : text.len;
        char pseudonym[XZ_PSEUDONYM_LEN + 1];
        int64_t person = 0;
        uint32_t len;

        xz_buf_bytes(out, text.ptr, plain);
        text = (struct xz_str){text.ptr + plain, text.len - plain};
        if (text.len == 0) {
            break;
        }
        len = xz_identity_token_at(text, &person);
        rc = len > 0 ? xz_identity_pseudonym(conn, person, pseudonym, err) : XZ_REJECT;
        if (rc == XZ_OK) {
            xz_buf_bytes(out, pseudonym, XZ_PSEUDONYM_LEN);
        } else if (rc == XZ_REJECT) {
            len = 1;
            xz_buf_u8(out, '~');
            rc = XZ_OK;
        }
        text = (struct xz_str){text.ptr + len, text.len - len};
    }
    return rc;
}

/* ---- everybody ---- */

struct batch {
    int64_t *people, *versions;
    size_t count;
};

static bool take_person(void *arg, const struct xz_db_row *row)
{
    struct batch *batch = arg;

    batch->people[batch->count] = xz_db_int(row, 0);
    batch->versions[batch->count++] = xz_db_int(row, 1);
    return true;
}

static struct batch batch_of(size_t max)
{
    return (struct batch){xz_calloc(max, sizeof(int64_t)), xz_calloc(max, sizeof(int64_t)), 0};
}

static void batch_free(struct batch *batch)
{
    free(batch->people);
    free(batch->versions);
}

static enum xz_rc check_one(struct xz_db_conn *conn, const struct xz_keys *keys, int64_t person,
                            struct xz_err *err)
{
    struct xz_buf id = {0}, stored = {0};
    unsigned char digest[32];
    enum xz_rc rc = xz_identity_reveal(conn, keys, person, &id, err);

    rc = rc == XZ_OK ? xz_db_query(conn, "SELECT lookup FROM identity WHERE id = ?1",
                                   XZ_DB_ARGS(XZ_DB_INT(person)), take_blob, &stored, err)
                     : rc;
    if (rc == XZ_OK) {
        xz_keys_lookup(keys, KIND, xz_buf_view(&id), digest);
        if (stored.len != sizeof(digest) || memcmp(stored.data, digest, sizeof(digest)) != 0) {
            rc = xz_err_set(err, XZ_FATAL, "an identity is found by another key");
        }
    }
    xz_buf_fini(&id);
    xz_buf_fini(&stored);
    return rc;
}

enum xz_rc xz_identity_check(struct xz_db_conn *conn, const struct xz_keys *keys, size_t max,
                             struct xz_err *err)
{
    struct batch batch = batch_of(max);
    enum xz_rc rc = xz_db_query(conn, "SELECT id, key_version FROM identity ORDER BY id LIMIT ?1",
                                XZ_DB_ARGS(XZ_DB_INT((int64_t)max)), take_person, &batch, err);

    for (size_t i = 0; rc == XZ_OK && i < batch.count; i++) {
        rc = check_one(conn, keys, batch.people[i], err);
    }
    batch_free(&batch);
    return rc;
}

/* One that does not open is counted and passed over: it may not keep everybody else from new names.
 */
static enum xz_rc rename_one(struct xz_db_conn *conn, const struct xz_keys *keys, int64_t person,
                             struct xz_identity_renaming *renaming, struct xz_err *err)
{
    struct xz_buf id = {0}, sealed = {0};
    char pseudonym[XZ_PSEUDONYM_LEN + 1], plain[XZ_PERSON_ID_MAX];
    enum xz_rc rc = xz_db_query(conn, "SELECT sealed FROM identity WHERE id = ?1",
                                XZ_DB_ARGS(XZ_DB_INT(person)), take_blob, &sealed, err);

    if (rc == XZ_OK && (sealed.len > SEALED_MAX ||
                        xz_keys_open(keys, KIND, xz_buf_view(&sealed), plain, NULL) != XZ_OK)) {
        renaming->closed++;
    } else if (rc == XZ_OK) {
        xz_buf_bytes(&id, plain, sealed.len - XZ_SEAL_EXTRA);
        xz_keys_pseudonym(keys, KIND, xz_buf_view(&id), pseudonym);
        rc = xz_db_exec(
            conn, "UPDATE identity SET pseudonym = ?1, key_version = ?2 WHERE id = ?3",
            XZ_DB_ARGS(XZ_DB_CSTR(pseudonym), XZ_DB_INT(xz_keys_version(keys)), XZ_DB_INT(person)),
            NULL, err);
        renaming->renamed += rc == XZ_OK;
    }
    xz_buf_fini(&sealed);
    xz_buf_fini(&id);
    return rc;
}

enum xz_rc xz_identity_rename(struct xz_db *db, const struct xz_keys *keys, size_t max,
                              struct xz_identity_renaming *renaming, struct xz_err *err)
{
    struct xz_identity_renaming next = *renaming;
    struct batch batch = batch_of(max);
    struct xz_db_conn *conn = NULL;
    enum xz_rc rc = xz_db_take(db, WAIT_MS, &conn, err);

    rc = rc == XZ_OK ? xz_db_begin(conn, true, err) : rc;
    rc = rc == XZ_OK
             ? xz_db_query(conn,
                           "SELECT id, key_version FROM identity WHERE key_version < ?1 "
                           "AND (key_version, id) > (?2, ?3) ORDER BY key_version, id LIMIT ?4",
                           XZ_DB_ARGS(XZ_DB_INT(xz_keys_version(keys)), XZ_DB_INT(next.version),
                                      XZ_DB_INT(next.person), XZ_DB_INT((int64_t)max)),
                           take_person, &batch, err)
             : rc;
    for (size_t i = 0; rc == XZ_OK && i < batch.count; i++) {
        next.version = batch.versions[i];
        next.person = batch.people[i];
        rc = rename_one(conn, keys, batch.people[i], &next, err);
    }
    rc = rc == XZ_OK ? xz_db_commit(conn, err) : rc;
    xz_db_give(conn);
    if (rc == XZ_OK) {
        next.done = batch.count < max;
        *renaming = next;
    }
    batch_free(&batch);
    return rc;
}

enum xz_rc xz_identity_rename_all(struct xz_db *db, const struct xz_keys *keys,
                                  struct xz_identity_renaming *renaming, struct xz_err *err)
{
    enum xz_rc rc = XZ_OK;

    *renaming = (struct xz_identity_renaming){0};
    while (rc == XZ_OK && !renaming->done) {
        rc = xz_identity_rename(db, keys, RENAME_BATCH, renaming, err);
    }
    return rc;
}
