/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * cases/identity.h - people as numbers. What comes in names a person by the id of the gateways;
 * what the store keeps is a token, ~P17~, and what is shown a pseudonym. The id itself stands
 * sealed in one table and comes back only by xz_identity_reveal, whose callers ask for a role and a
 * reason and leave an audit record.
 */
#ifndef XZ_CASES_IDENTITY_H
#define XZ_CASES_IDENTITY_H
#include "base/buf.h"
#include "cases/db.h"
#include "cases/keys.h"

#define XZ_PERSON_ID_MAX 128 /* bytes of an id; longer ones are an XZ_REJECT */

/* The number of a person, made when it is new. In the caller's write transaction. kind: insured,
 * giver, receiver, proxy, doctor are all "person" here, since one may be several. */
XZ_MUST enum xz_rc xz_identity_of(struct xz_db_conn *conn, const struct xz_keys *keys,
                                  struct xz_str id, int64_t *person, struct xz_err *err);

/* The pseudonym now. XZ_REJECT "not_found" when there is no such person. */
XZ_MUST enum xz_rc xz_identity_pseudonym(struct xz_db_conn *conn, int64_t person,
                                         char out[static XZ_PSEUDONYM_LEN + 1], struct xz_err *err);
/* Who has this pseudonym; XZ_REJECT "not_found" for one that nobody has, or no longer. */
XZ_MUST enum xz_rc xz_identity_find(struct xz_db_conn *conn, struct xz_str pseudonym,
                                    int64_t *person, struct xz_err *err);
/* The id itself, appended to out; console/original.c compares with it, and shows nothing of it. */
XZ_MUST enum xz_rc xz_identity_reveal(struct xz_db_conn *conn, const struct xz_keys *keys,
                                      int64_t person, struct xz_buf *out, struct xz_err *err);

/* Appends text with every token replaced by its pseudonym. A token of nobody stays as it is. */
XZ_MUST enum xz_rc xz_identity_show(struct xz_db_conn *conn, struct xz_str text, struct xz_buf *out,
                                    struct xz_err *err);
void xz_identity_token(int64_t person, struct xz_buf *out); /* appends ~P17~ */
/* The person of a token at the beginning of text, and the token's length; 0: there is none. */
uint32_t xz_identity_token_at(struct xz_str text, int64_t *person);
/* Makes what looks like a token no token, in place (~p17~). Whoever takes in what people write does
 * this first: shown, it would tell the pseudonym of anybody. True when there was one. */
bool xz_identity_disarm(char *text, size_t len);

/* Whether the oldest `max` people are sealed under these keys, and found by them. XZ_FATAL when one
 * is not. */
XZ_MUST enum xz_rc xz_identity_check(struct xz_db_conn *conn, const struct xz_keys *keys,
                                     size_t max, struct xz_err *err);

/* How far everybody's renaming came; zeroed at its beginning. */
struct xz_identity_renaming {
    int64_t version, person; /* the last that was looked at: its old version and number */
    int64_t renamed;
    int64_t closed; /* their sealed id was damaged and does not open: they keep their name */
    bool done;
};
/* Gives new pseudonyms to the next people, up to `max`, that have those of an older version, each
 * batch in a transaction of its own. May be begun again, whatever became of the last time. */
XZ_MUST enum xz_rc xz_identity_rename(struct xz_db *db, const struct xz_keys *keys, size_t max,
                                      struct xz_identity_renaming *renaming, struct xz_err *err);
/* Batch after batch, until it is done. */
XZ_MUST enum xz_rc xz_identity_rename_all(struct xz_db *db, const struct xz_keys *keys,
                                          struct xz_identity_renaming *renaming,
                                          struct xz_err *err);

#endif
