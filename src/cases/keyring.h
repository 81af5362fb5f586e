/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * cases/keyring.h - which key file is a store's. The store keeps a print of each key from the first
 * time that it is opened with keys; from then on whoever comes with others, with an older copy, or
 * with none is refused: what two key files seal in one store, neither can read.
 */
#ifndef XZ_CASES_KEYRING_H
#define XZ_CASES_KEYRING_H
#include "cases/db.h"
#include "cases/keys.h"

/* Reads the store's key file, in the caller's write transaction, under which others wait. Where
 * there is none it is made, if `make` and the store never had keys. A store of before there were
 * prints takes those keys as its own that open its oldest people. A version of which the store does
 * not know yet is taken with a record in the audit. XZ_CONFIG says which file is wanted. */
XZ_MUST enum xz_rc xz_keyring_open(struct xz_db_conn *conn, const char *file, bool make,
                                   struct xz_keys **keys, struct xz_err *err);
/* Adds a version to the file and to the store, with its record. Should the transaction fail after
 * that, the next who opens the store brings it the version. */
XZ_MUST enum xz_rc xz_keyring_rotate(struct xz_db_conn *conn, const char *file,
                                     struct xz_keys *keys, struct xz_err *err);

#endif
