/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cases/idempotency.h"

#include "base/hash.h"
#include "base/time.h"

struct entry {
    const struct xz_idempotency *asked; /* at the beginning */
    int64_t account;
    struct xz_str key, answer;
    int64_t *status, answered;
    struct xz_buf *body;
    unsigned char digest[32];
    bool found, same;
};

static bool take_entry(void *arg, const struct xz_db_row *row)
{
    struct entry *entry = arg;
    const struct xz_str digest = {(const char *)entry->digest, sizeof(entry->digest)};
    const struct xz_str body = xz_db_text(row, 2);

    entry->found = true;
    entry->same = xz_str_eq(xz_db_blob(row, 0), digest);
    *entry->status = xz_db_int(row, 1);
    if (entry->same) {
        xz_buf_bytes(entry->body, body.ptr, body.len);
    }
    return false;
}

static enum xz_rc begin(struct xz_db_conn *conn, void *arg, struct xz_err *err)
{
    struct entry *entry = arg;
    const struct xz_idempotency *asked = entry->asked;
    enum xz_rc rc =
        xz_db_exec(conn, "DELETE FROM idempotency WHERE at_ms < ?1",
                   XZ_DB_ARGS(XZ_DB_INT(asked->now_ms - XZ_IDEMPOTENCY_KEEP_MS)), NULL, err);

    rc = rc == XZ_OK ? xz_db_query(conn,
                                   "SELECT request, status, body FROM idempotency "
                                   "WHERE account = ?1 AND key = ?2",
                                   XZ_DB_ARGS(XZ_DB_INT(entry->account), XZ_DB_TEXT(entry->key)),
                                   take_entry, entry, err)
                     : rc;
    if (rc == XZ_OK && entry->found && (!entry->same || *entry->status == 0)) {
        return xz_err_reject(err, "conflict", "Idempotency-Key",
                             entry->same ? "a request with this key is not answered yet"
                                         : "this key stands for another request");
    }
    if (rc == XZ_OK && entry->found) { /* what is told again is read again */
        return xz_desk_audit(conn, asked->actor, "answer.again", asked->kind, asked->id, "",
                             asked->now_ms, err);
    }
    if (rc != XZ_OK) {
        return rc;
    }
    *entry->status = 0;
    return xz_db_exec(conn,
                      "INSERT INTO idempotency (account, key, request, status, body, at_ms) "
                      "VALUES (?1, ?2, ?3, 0, '', ?4)",
                      XZ_DB_ARGS(XZ_DB_INT(entry->account), XZ_DB_TEXT(entry->key),
                                 XZ_DB_BLOB(((struct xz_str){(const char *)entry->digest,
                                                             sizeof(entry->digest)})),
                                 XZ_DB_INT(asked->now_ms)),
                      NULL, err);
}

/* Bound to what the account may see and do: an answer to who saw more is not given again. */
static void digest_of(const struct xz_idempotency *asked, unsigned char digest[static 32])
{
    struct xz_buf whole = {0};

    xz_buf_u64(&whole, asked->actor->roles);
    xz_buf_str(&whole, xz_str_from(asked->actor->regions));
    xz_buf_str(&whole, asked->request);
    xz_sha256(whole.data, whole.len, digest);
    xz_buf_fini(&whole);
}

enum xz_rc xz_idempotency_begin(const struct xz_desk *desk, const struct xz_idempotency *asked,
                                int64_t *status, struct xz_buf *body, struct xz_err *err)
{
    struct entry entry = {.account = asked->actor->account,
                          .key = asked->key,
                          .asked = asked,
                          .status = status,
                          .body = body};

    *status = 0;
    if (asked->key.len > XZ_IDEMPOTENCY_KEY_MAX) {
        return xz_err_reject(err, "invalid", "Idempotency-Key", "1 to %d bytes",
                             XZ_IDEMPOTENCY_KEY_MAX);
    }
    digest_of(asked, entry.digest);
    return xz_desk_write(desk, begin, &entry, err);
}

static enum xz_rc end(struct xz_db_conn *conn, void *arg, struct xz_err *err)
{
    const struct entry *entry = arg;

    if (entry->answered == 0) {
        return xz_db_exec(conn, "DELETE FROM idempotency WHERE account = ?1 AND key = ?2",
                          XZ_DB_ARGS(XZ_DB_INT(entry->account), XZ_DB_TEXT(entry->key)), NULL, err);
    }
    return xz_db_exec(conn,
                      "UPDATE idempotency SET status = ?3, body = ?4 "
                      "WHERE account = ?1 AND key = ?2",
                      XZ_DB_ARGS(XZ_DB_INT(entry->account), XZ_DB_TEXT(entry->key),
                                 XZ_DB_INT(entry->answered), XZ_DB_TEXT(entry->answer)),
                      NULL, err);
}

enum xz_rc xz_idempotency_end(const struct xz_desk *desk, int64_t account, struct xz_str key,
                              int64_t status, struct xz_str body, struct xz_err *err)
{
    struct entry entry = {.account = account, .key = key, .answered = status, .answer = body};

    return xz_desk_write(desk, end, &entry, err);
}
