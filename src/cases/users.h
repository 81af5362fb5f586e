/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * cases/users.h - accounts, sessions of browsers, tokens of machines. Passwords are kept by
 * argon2id (RFC 9106); what a session or a token presents is kept by its SHA-256 alone. After some
 * wrong passwords an account rests, longer each time. Each function leaves its audit record.
 */
#ifndef XZ_CASES_USERS_H
#define XZ_CASES_USERS_H
#include "cases/access.h"
#include "cases/db.h"
#include "cases/keys.h"

#define XZ_PASSWORD_MIN     10
#define XZ_PASSWORD_MAX     256
#define XZ_SESSION_MS       (12 * INT64_C(3600000)) /* a session ends then, */
#define XZ_SESSION_IDLE_MS  (60 * INT64_C(60000))   /* or when nothing came so long */
#define XZ_LOGIN_FREE_TRIES 5 /* wrong passwords before the account rests: 1 s, 2 s .. 15 min */

/* All but xz_user_login, xz_user_login_external and xz_user_of are in the caller's write
 * transaction. by: who does it, NULL for the operator at the command line. An account that does not
 * lie within the regions of by is "not_found", and so are its tokens; regions that do not are
 * "invalid". */
XZ_MUST enum xz_rc xz_user_add(struct xz_db_conn *conn, const struct xz_actor *by,
                               struct xz_str name, struct xz_str password, unsigned roles,
                               struct xz_str regions, int64_t now_ms, int64_t *account,
                               struct xz_err *err);
/* XZ_REJECT "not_found". Ends the account's sessions and tokens. */
XZ_MUST enum xz_rc xz_user_set_password(struct xz_db_conn *conn, const struct xz_actor *by,
                                        int64_t account, struct xz_str password, int64_t now_ms,
                                        struct xz_err *err);
/* "conflict" when nobody would be left to administer all regions. */
XZ_MUST enum xz_rc xz_user_set_access(struct xz_db_conn *conn, const struct xz_actor *by,
                                      int64_t account, unsigned roles, struct xz_str regions,
                                      bool active, int64_t now_ms, struct xz_err *err);

struct xz_session {
    char secret[XZ_SECRET_LEN + 1]; /* what the browser presents; told this once */
    char csrf[XZ_SECRET_LEN + 1];   /* what its writes carry besides */
};
/* XZ_REJECT "unauthenticated", the same for an unknown name, a wrong password and an account that
 * rests or is closed, and after the same work. Takes its own transactions. */
XZ_MUST enum xz_rc xz_user_login(struct xz_db *db, struct xz_str name, struct xz_str password,
                                 int64_t now_ms, struct xz_session *session, struct xz_actor *actor,
                                 struct xz_err *err);
/* The same for a name that an identity provider has proved: there is such an account, and it is
 * active. The caller has checked the proof. */
XZ_MUST enum xz_rc xz_user_login_external(struct xz_db *db, struct xz_str name, int64_t now_ms,
                                          struct xz_session *session, struct xz_actor *actor,
                                          struct xz_err *err);
/* A token for a machine, until expires_ms. */
XZ_MUST enum xz_rc xz_user_token(struct xz_db_conn *conn, const struct xz_actor *by,
                                 int64_t account, struct xz_str label, int64_t now_ms,
                                 int64_t expires_ms, char secret[static XZ_SECRET_LEN + 1],
                                 struct xz_err *err);
/* Ends one, by its number in xz_view_tokens. XZ_REJECT "not_found". */
XZ_MUST enum xz_rc xz_user_token_drop(struct xz_db_conn *conn, const struct xz_actor *by,
                                      int64_t token, int64_t now_ms, struct xz_err *err);
/* Who presents this secret; csrf is empty for a token. XZ_REJECT "unauthenticated". */
XZ_MUST enum xz_rc xz_user_of(struct xz_db *db, struct xz_str secret, int64_t now_ms,
                              struct xz_actor *actor, char csrf[static XZ_SECRET_LEN + 1],
                              struct xz_err *err);
/* The same, but no sign of life: a page that does nothing but listen grows idle. */
XZ_MUST enum xz_rc xz_user_is(struct xz_db *db, struct xz_str secret, int64_t now_ms,
                              struct xz_actor *actor, char csrf[static XZ_SECRET_LEN + 1],
                              struct xz_err *err);
XZ_MUST enum xz_rc xz_user_logout(struct xz_db_conn *conn, const struct xz_actor *by,
                                  struct xz_str secret, int64_t now_ms, struct xz_err *err);
/* Drops what has ended. */
XZ_MUST enum xz_rc xz_user_sweep(struct xz_db_conn *conn, int64_t now_ms, struct xz_err *err);

#endif
