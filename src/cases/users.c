/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cases/users.h"

#include <argon2.h>
#include <inttypes.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/time.h"
#include "cases/audit.h"
#include "cases/counter.h"
#include "cases/row.h"

/* RFC 9106 asks for more memory where there is some to spare; this is the least that OWASP's sheet
 * of 2023 names, some 30 ms, so that a few logins at once do not take the machine. */
#define ARGON_PASSES  2
#define ARGON_KIB     19456
#define ARGON_LANES   1
#define ARGON_SALT    16
#define ARGON_HASH    32
#define ARGON_TEXT    128
#define REST_MAX_MS   (15 * XZ_MINUTE_MS)
#define SEEN_EVERY_MS XZ_MINUTE_MS /* a session's last sign of life is written so often */
#define WAIT_MS       10000

struct account {
    struct xz_actor actor;
    char password[ARGON_TEXT];
    bool found, active;
    int64_t failures, locked_until_ms;
};

static void must(bool right)
{
    if (!right) {
        abort(); /* a machine without randomness */
    }
}

static void copy(char *out, size_t size, struct xz_str text)
{
    (void)snprintf(out, size, XZ_STR_FMT, XZ_STR_ARG(text));
}

static enum xz_rc record(struct xz_db_conn *conn, struct xz_str by, const char *action,
                         int64_t account, int64_t now_ms, struct xz_err *err)
{
    struct xz_audit_record audit = {.at_ms = now_ms, .actor = by, .action = xz_str_from(action)};
    char object[40];

    (void)snprintf(object, sizeof(object), "account/%" PRId64, account);
    audit.object = xz_str_from(object);
    return xz_audit_append(conn, &audit, NULL, err);
}

static struct xz_str name_of(const struct xz_actor *by)
{
    return by != NULL ? xz_str_from(by->name) : XZ_STR(XZ_NAME_OPERATOR);
}

/* ---- passwords ---- */

static enum xz_rc check_password(struct xz_str password, struct xz_err *err)
{
    if (password.len < XZ_PASSWORD_MIN || password.len > XZ_PASSWORD_MAX) {
        return xz_err_reject(err, "invalid", "password", "a password has %d to %d bytes",
                             XZ_PASSWORD_MIN, XZ_PASSWORD_MAX);
    }
    return XZ_OK;
}

static enum xz_rc hash_password(struct xz_str password, char out[static ARGON_TEXT],
                                struct xz_err *err)
{
    unsigned char salt[ARGON_SALT];
    int code;

    must(RAND_bytes(salt, sizeof(salt)) == 1);
    code = argon2id_hash_encoded(ARGON_PASSES, ARGON_KIB, ARGON_LANES, password.ptr, password.len,
                                 salt, sizeof(salt), ARGON_HASH, out, ARGON_TEXT);
    return code == ARGON2_OK ? XZ_OK
                             : xz_err_set(err, XZ_RETRY, "argon2: %s", argon2_error_message(code));
}

/* The same work for a name that nobody has. */
static bool is_right(const struct account *account, struct xz_str password)
{
    struct xz_err ignored;
    char scratch[ARGON_TEXT];

    if (!account->found) {
        (void)hash_password(password, scratch, &ignored);
        return false;
    }
    return argon2id_verify(account->password, password.ptr, password.len) == ARGON2_OK;
}

/* ---- secrets ---- */

/* id: of a token; 0: a session. */
static enum xz_rc add_credential(struct xz_db_conn *conn, int64_t id, int64_t account,
                                 struct xz_str label, const char *secret, const char *csrf,
                                 int64_t now_ms, int64_t expires_ms, struct xz_err *err)
{
    unsigned char hash[32];

    xz_sha256(secret, strlen(secret), hash);
    return xz_db_exec(conn,
                      "INSERT INTO credential (hash, account, label, csrf, created_ms, seen_ms, "
                      "expires_ms, id) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
                      XZ_DB_ARGS(XZ_DB_BLOB(((struct xz_str){(const char *)hash, sizeof(hash)})),
                                 XZ_DB_INT(account), XZ_DB_TEXT(label), XZ_DB_CSTR(csrf),
                                 XZ_DB_INT(now_ms), XZ_DB_INT(now_ms), XZ_DB_INT(expires_ms),
                                 XZ_DB_INT(id)),
                      NULL, err);
}

static enum xz_rc end_credentials(struct xz_db_conn *conn, int64_t account, struct xz_err *err)
{
    return xz_db_exec(conn, "DELETE FROM credential WHERE account = ?1",
                      XZ_DB_ARGS(XZ_DB_INT(account)), NULL, err);
}

/* ---- accounts ---- */

static enum xz_rc no_account(struct xz_err *err)
{
    return xz_err_reject(err, "not_found", "", "there is no such account");
}

static enum xz_rc check_regions(const struct xz_actor *by, struct xz_str regions,
                                struct xz_err *err)
{
    const enum xz_rc rc = xz_access_regions_check(regions, err);

    return rc == XZ_OK && by != NULL && !xz_actor_covers(by, regions)
               ? xz_err_reject(err, "invalid", "regions", "regions within your own")
               : rc;
}

/* Is there this account, and may `by` administer it? */
static enum xz_rc check_account(struct xz_db_conn *conn, const struct xz_actor *by, int64_t account,
                                struct xz_err *err)
{
    struct xz_buf regions = {0};
    bool found = false;
    enum xz_rc rc = xz_row_text(conn, "SELECT regions FROM account WHERE id = ?1",
                                XZ_DB_ARGS(XZ_DB_INT(account)), &regions, &found, err);

    if (rc == XZ_OK && (!found || (by != NULL && !xz_actor_covers(by, xz_buf_view(&regions))))) {
        rc = no_account(err);
    }
    xz_buf_fini(&regions);
    return rc;
}

enum xz_rc xz_user_add(struct xz_db_conn *conn, const struct xz_actor *by, struct xz_str name,
                       struct xz_str password, unsigned roles, struct xz_str regions,
                       int64_t now_ms, int64_t *account, struct xz_err *err)
{
    char hash[ARGON_TEXT];
    enum xz_rc rc = check_password(password, err);

    rc = rc == XZ_OK ? xz_access_name_check(name, err) : rc;
    rc = rc == XZ_OK ? check_regions(by, regions, err) : rc;
    rc = rc == XZ_OK ? hash_password(password, hash, err) : rc;
    rc = rc == XZ_OK ? xz_counter_next(conn, "account", account, err) : rc;
    rc = rc == XZ_OK
             ? xz_db_exec(conn,
                          "INSERT INTO account (id, name, password, roles, regions, active, "
                          "failures, locked_until_ms, created_ms) "
                          "VALUES (?1, ?2, ?3, ?4, ?5, 1, 0, 0, ?6)",
                          XZ_DB_ARGS(XZ_DB_INT(*account), XZ_DB_TEXT(name), XZ_DB_CSTR(hash),
                                     XZ_DB_INT(roles), XZ_DB_TEXT(regions), XZ_DB_INT(now_ms)),
                          NULL, err)
             : rc;
    return rc == XZ_OK ? record(conn, name_of(by), "account.add", *account, now_ms, err) : rc;
}

enum xz_rc xz_user_set_password(struct xz_db_conn *conn, const struct xz_actor *by, int64_t account,
                                struct xz_str password, int64_t now_ms, struct xz_err *err)
{
    char hash[ARGON_TEXT];
    enum xz_rc rc = check_password(password, err);

    rc = rc == XZ_OK ? check_account(conn, by, account, err) : rc;
    rc = rc == XZ_OK ? hash_password(password, hash, err) : rc;
    rc = rc == XZ_OK ? xz_db_exec(conn,
                                  "UPDATE account SET password = ?1, failures = 0, "
                                  "locked_until_ms = 0 WHERE id = ?2",
                                  XZ_DB_ARGS(XZ_DB_CSTR(hash), XZ_DB_INT(account)), NULL, err)
                     : rc;
    rc = rc == XZ_OK ? end_credentials(conn, account, err) : rc;
    return rc == XZ_OK ? record(conn, name_of(by), "account.password", account, now_ms, err) : rc;
}

/* Of those who administer everything; `but`: one that is not counted. */
static enum xz_rc count_admins(struct xz_db_conn *conn, int64_t but, int64_t *count,
                               struct xz_err *err)
{
    return xz_row_int(conn,
                      "SELECT COUNT(*) FROM account WHERE active = 1 AND regions = '' "
                      "AND (roles & ?1) <> 0 AND id <> ?2",
                      XZ_DB_ARGS(XZ_DB_INT(1 << XZ_ROLE_ADMIN), XZ_DB_INT(but)), count, NULL, err);
}

/* The account stops being one of them: is there another? */
static enum xz_rc check_last_admin(struct xz_db_conn *conn, int64_t account, struct xz_err *err)
{
    int64_t all = 0, others = 0;
    enum xz_rc rc = count_admins(conn, 0, &all, err);

    rc = rc == XZ_OK ? count_admins(conn, account, &others, err) : rc;
    return rc == XZ_OK && all > 0 && others == 0
               ? xz_err_reject(err, "conflict", "",
                               "nobody would be left to administer all regions")
               : rc;
}

enum xz_rc xz_user_set_access(struct xz_db_conn *conn, const struct xz_actor *by, int64_t account,
                              unsigned roles, struct xz_str regions, bool active, int64_t now_ms,
                              struct xz_err *err)
{
    const bool is_admin = active && regions.len == 0 && (roles & 1u << XZ_ROLE_ADMIN) != 0;
    enum xz_rc rc = check_regions(by, regions, err);

    rc = rc == XZ_OK ? check_account(conn, by, account, err) : rc;
    rc = rc == XZ_OK && !is_admin ? check_last_admin(conn, account, err) : rc;
    rc = rc == XZ_OK
             ? xz_db_exec(conn,
                          "UPDATE account SET roles = ?1, regions = ?2, active = ?3 WHERE id = ?4",
                          XZ_DB_ARGS(XZ_DB_INT(roles), XZ_DB_TEXT(regions), XZ_DB_INT(active),
                                     XZ_DB_INT(account)),
                          NULL, err)
             : rc;
    rc = rc == XZ_OK ? end_credentials(conn, account, err) : rc;
    return rc == XZ_OK ? record(conn, name_of(by), "account.access", account, now_ms, err) : rc;
}

/* ---- logging in ---- */

#define ACCOUNT_COLUMNS                                                                            \
    "a.id, a.name, a.password, a.roles, a.regions, a.active, a.failures, a.locked_until_ms"

static bool take_account(void *arg, const struct xz_db_row *row)
{
    struct account *account = arg;

    account->found = true;
    account->actor.account = xz_db_int(row, 0);
    copy(account->actor.name, sizeof(account->actor.name), xz_db_text(row, 1));
    copy(account->password, sizeof(account->password), xz_db_text(row, 2));
    account->actor.roles = (unsigned)xz_db_int(row, 3);
    copy(account->actor.regions, sizeof(account->actor.regions), xz_db_text(row, 4));
    account->active = xz_db_int(row, 5) != 0;
    account->failures = xz_db_int(row, 6);
    account->locked_until_ms = xz_db_int(row, 7);
    return true;
}

/* A reading transaction of its own, so that hashing holds nobody up. */
static enum xz_rc read_account(struct xz_db *db, struct xz_str name, struct account *account,
                               struct xz_err *err)
{
    struct xz_db_conn *conn = NULL;
    enum xz_rc rc = xz_db_take(db, WAIT_MS, &conn, err);

    rc = rc == XZ_OK
             ? xz_db_query(conn, "SELECT " ACCOUNT_COLUMNS " FROM account a WHERE a.name = ?1",
                           XZ_DB_ARGS(XZ_DB_TEXT(name)), take_account, account, err)
             : rc;
    xz_db_give(conn);
    return rc;
}

static enum xz_rc refused(struct xz_err *err)
{
    return xz_err_reject(err, "unauthenticated", "", "the name or the password is not right");
}

/* Counted in the database's own arithmetic: tries at the same moment all count. */
static enum xz_rc note_failure(struct xz_db_conn *conn, const struct account *account,
                               int64_t now_ms, struct xz_err *err)
{
    const int64_t more = account->failures + 1 - XZ_LOGIN_FREE_TRIES;
    int64_t rest_ms = 0;

    if (more >= 0) {
        rest_ms = more >= 10 ? REST_MAX_MS : XZ_SECOND_MS << more;
    }
    return xz_db_exec(
        conn, "UPDATE account SET failures = failures + 1, locked_until_ms = ?1 WHERE id = ?2",
        XZ_DB_ARGS(XZ_DB_INT(now_ms + rest_ms), XZ_DB_INT(account->actor.account)), NULL, err);
}

static enum xz_rc note_success(struct xz_db_conn *conn, const struct account *account,
                               struct xz_err *err)
{
    return xz_db_exec(conn, "UPDATE account SET failures = 0, locked_until_ms = 0 WHERE id = ?1",
                      XZ_DB_ARGS(XZ_DB_INT(account->actor.account)), NULL, err);
}

enum login {
    LOGIN_REFUSED,
    LOGIN_BY_PASSWORD,
    LOGIN_EXTERNAL /* says nothing about passwords that were tried */
};

static enum xz_rc note_login(struct xz_db *db, const struct account *account, enum login login,
                             const struct xz_session *session, int64_t now_ms, struct xz_err *err)
{
    static const char *const actions[] = {[LOGIN_REFUSED] = "session.refused",
                                          [LOGIN_BY_PASSWORD] = "session.begin",
                                          [LOGIN_EXTERNAL] = "session.oidc"};
    struct xz_db_conn *conn = NULL;
    enum xz_rc rc = xz_db_take(db, WAIT_MS, &conn, err);

    rc = rc == XZ_OK ? xz_db_begin(conn, true, err) : rc;
    if (rc == XZ_OK && login != LOGIN_EXTERNAL) {
        rc = login == LOGIN_BY_PASSWORD ? note_success(conn, account, err)
                                        : note_failure(conn, account, now_ms, err);
    }
    if (rc == XZ_OK && login != LOGIN_REFUSED) {
        rc = add_credential(conn, 0, account->actor.account, XZ_STR("session"), session->secret,
                            session->csrf, now_ms, now_ms + XZ_SESSION_MS, err);
    }
    rc = rc == XZ_OK ? record(conn, xz_str_from(account->actor.name), actions[login],
                              account->actor.account, now_ms, err)
                     : rc;
    rc = rc == XZ_OK ? xz_db_commit(conn, err) : rc;
    xz_db_give(conn);
    return rc;
}

enum xz_rc xz_user_login(struct xz_db *db, struct xz_str name, struct xz_str password,
                         int64_t now_ms, struct xz_session *session, struct xz_actor *actor,
                         struct xz_err *err)
{
    struct account account = {.found = false};
    bool right;
    enum xz_rc rc;

    memset(session, 0, sizeof(*session));
    if (password.len > XZ_PASSWORD_MAX) {
        return refused(err);
    }
    rc = read_account(db, name, &account, err);
    if (rc != XZ_OK) {
        return rc;
    }
    right = is_right(&account, password);
    if (!account.found || !account.active || now_ms < account.locked_until_ms) {
        return refused(err);
    }
    if (right) {
        xz_secret_new(session->secret);
        xz_secret_new(session->csrf);
    }
    rc = note_login(db, &account, right ? LOGIN_BY_PASSWORD : LOGIN_REFUSED, session, now_ms, err);
    if (rc != XZ_OK) {
        memset(session, 0, sizeof(*session));
        return rc;
    }
    *actor = account.actor;
    return right ? XZ_OK : refused(err);
}

enum xz_rc xz_user_login_external(struct xz_db *db, struct xz_str name, int64_t now_ms,
                                  struct xz_session *session, struct xz_actor *actor,
                                  struct xz_err *err)
{
    struct account account = {.found = false};
    enum xz_rc rc = read_account(db, name, &account, err);

    memset(session, 0, sizeof(*session));
    if (rc == XZ_OK && (!account.found || !account.active)) {
        rc = refused(err);
    }
    if (rc != XZ_OK) {
        return rc;
    }
    xz_secret_new(session->secret);
    xz_secret_new(session->csrf);
    rc = note_login(db, &account, LOGIN_EXTERNAL, session, now_ms, err);
    if (rc != XZ_OK) {
        memset(session, 0, sizeof(*session));
        return rc;
    }
    *actor = account.actor;
    return XZ_OK;
}

/* ---- tokens ---- */

enum xz_rc xz_user_token(struct xz_db_conn *conn, const struct xz_actor *by, int64_t account,
                         struct xz_str label, int64_t now_ms, int64_t expires_ms,
                         char secret[static XZ_SECRET_LEN + 1], struct xz_err *err)
{
    int64_t id = 0;
    enum xz_rc rc = check_account(conn, by, account, err);

    rc = rc == XZ_OK ? xz_counter_next(conn, "token", &id, err) : rc;
    xz_secret_new(secret);
    rc = rc == XZ_OK ? add_credential(conn, id, account, label, secret, "", now_ms, expires_ms, err)
                     : rc;
    return rc == XZ_OK ? record(conn, name_of(by), "token.add", account, now_ms, err) : rc;
}

enum xz_rc xz_user_token_drop(struct xz_db_conn *conn, const struct xz_actor *by, int64_t token,
                              int64_t now_ms, struct xz_err *err)
{
    int64_t account = 0;
    bool found = false;
    enum xz_rc rc = xz_row_int(conn, "SELECT account FROM credential WHERE id = ?1 AND id > 0",
                               XZ_DB_ARGS(XZ_DB_INT(token)), &account, &found, err);

    rc = rc == XZ_OK && found ? check_account(conn, by, account, err) : rc;
    if ((rc == XZ_OK && !found) || rc == XZ_REJECT) { /* the same for another region's */
        rc = xz_err_reject(err, "not_found", "", "there is no such token");
    }
    rc = rc == XZ_OK ? xz_db_exec(conn, "DELETE FROM credential WHERE id = ?1",
                                  XZ_DB_ARGS(XZ_DB_INT(token)), NULL, err)
                     : rc;
    return rc == XZ_OK ? record(conn, name_of(by), "token.drop", account, now_ms, err) : rc;
}

/* ---- who is it ---- */

struct presented {
    struct account account;
    char csrf[XZ_SECRET_LEN + 1];
    int64_t seen_ms;
};

static bool take_presented(void *arg, const struct xz_db_row *row)
{
    struct presented *presented = arg;

    copy(presented->csrf, sizeof(presented->csrf), xz_db_text(row, 8));
    presented->seen_ms = xz_db_int(row, 9);
    return take_account(&presented->account, row);
}

static enum xz_rc identify(struct xz_db *db, struct xz_str secret, int64_t now_ms,
                           bool is_sign_of_life, struct xz_actor *actor,
                           char csrf[static XZ_SECRET_LEN + 1], struct xz_err *err)
{
    struct presented presented = {.seen_ms = 0};
    unsigned char digest[32];
    const struct xz_str hash = {(const char *)digest, sizeof(digest)};
    struct xz_db_conn *conn = NULL;
    bool idle;
    enum xz_rc rc = xz_db_take(db, WAIT_MS, &conn, err);

    xz_sha256(secret.ptr, secret.len, digest);
    rc = rc == XZ_OK ? xz_db_query(conn,
                                   "SELECT " ACCOUNT_COLUMNS ", c.csrf, c.seen_ms "
                                   "FROM credential c JOIN account a ON a.id = c.account "
                                   "WHERE c.hash = ?1 AND c.expires_ms > ?2",
                                   XZ_DB_ARGS(XZ_DB_BLOB(hash), XZ_DB_INT(now_ms)), take_presented,
                                   &presented, err)
                     : rc;
    idle = presented.csrf[0] != '\0' && now_ms - presented.seen_ms > XZ_SESSION_IDLE_MS;
    if (rc == XZ_OK && (!presented.account.found || !presented.account.active || idle)) {
        rc = xz_err_reject(err, "unauthenticated", "", "log in first");
    }
    if (rc == XZ_OK && is_sign_of_life && now_ms - presented.seen_ms > SEEN_EVERY_MS) {
        rc = xz_db_exec(conn, "UPDATE credential SET seen_ms = ?1 WHERE hash = ?2",
                        XZ_DB_ARGS(XZ_DB_INT(now_ms), XZ_DB_BLOB(hash)), NULL, err);
    }
    xz_db_give(conn);
    if (rc == XZ_OK) {
        *actor = presented.account.actor;
        memcpy(csrf, presented.csrf, sizeof(presented.csrf));
    }
    return rc;
}

enum xz_rc xz_user_of(struct xz_db *db, struct xz_str secret, int64_t now_ms,
                      struct xz_actor *actor, char csrf[static XZ_SECRET_LEN + 1],
                      struct xz_err *err)
{
    return identify(db, secret, now_ms, true, actor, csrf, err);
}

enum xz_rc xz_user_is(struct xz_db *db, struct xz_str secret, int64_t now_ms,
                      struct xz_actor *actor, char csrf[static XZ_SECRET_LEN + 1],
                      struct xz_err *err)
{
    return identify(db, secret, now_ms, false, actor, csrf, err);
}

enum xz_rc xz_user_logout(struct xz_db_conn *conn, const struct xz_actor *by, struct xz_str secret,
                          int64_t now_ms, struct xz_err *err)
{
    unsigned char digest[32];
    enum xz_rc rc;

    xz_sha256(secret.ptr, secret.len, digest);
    rc = xz_db_exec(conn, "DELETE FROM credential WHERE hash = ?1",
                    XZ_DB_ARGS(XZ_DB_BLOB(((struct xz_str){(const char *)digest, sizeof(digest)}))),
                    NULL, err);
    return rc == XZ_OK ? record(conn, name_of(by), "session.end", by->account, now_ms, err) : rc;
}

enum xz_rc xz_user_sweep(struct xz_db_conn *conn, int64_t now_ms, struct xz_err *err)
{
    return xz_db_exec(conn, "DELETE FROM credential WHERE expires_ms <= ?1",
                      XZ_DB_ARGS(XZ_DB_INT(now_ms)), NULL, err);
}
