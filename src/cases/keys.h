/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * cases/keys.h - the secrets of one store: a key that seals identities, one that finds them again,
 * and those that make pseudonyms, by version. They live in a file apart from the database: who has
 * one of the two has no names.
 *
 * The file is text, a line each: "seal HEX", "lookup HEX", "pseudonym N HEX", "sign HEX"; HEX is 32
 * bytes. The last signs what leaves the desk; files of early versions have none.
 *
 * A file is always written whole: what stands under its name was synced before, and is never half
 * of one.
 */
#ifndef XZ_CASES_KEYS_H
#define XZ_CASES_KEYS_H
#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/str.h"

#define XZ_KEY_LEN          32
#define XZ_KEY_VERSIONS_MAX 64

struct xz_keys;

/* Reads the file. XZ_CONFIG when it is not there, others may read it, or it is not such a file. */
XZ_MUST enum xz_rc xz_keys_load(const char *file, struct xz_keys **keys, struct xz_err *err);
/* Makes a file with new keys and version 1, readable by its owner alone. XZ_OK too where there is
 * one, which stays as it is: of several that make it at once, all read what the first made. */
XZ_MUST enum xz_rc xz_keys_make(const char *file, struct xz_err *err);
/* Adds a version to the file and to keys: new pseudonyms from now on. The file stays its owner's,
 * where a link leads it is followed. When it fails, file and keys are what they were. */
XZ_MUST enum xz_rc xz_keys_rotate(const char *file, struct xz_keys *keys, struct xz_err *err);
/* Adds the signing key where there is none yet. */
XZ_MUST enum xz_rc xz_keys_complete(const char *file, struct xz_keys *keys, struct xz_err *err);
void xz_keys_free(struct xz_keys *keys); /* and wipes them; NULL is fine */

/* What tells a key from others and is no secret: an HMAC of a fixed text under it. */
struct xz_key_print {
    char name[24]; /* as in the file: "seal", "pseudonym 2" */
    unsigned char digest[XZ_KEY_LEN];
};
#define XZ_KEY_PRINTS_MAX (XZ_KEY_VERSIONS_MAX + 3)
/* Of every key there is; how many. */
size_t xz_keys_prints(const struct xz_keys *keys, struct xz_key_print out[XZ_KEY_PRINTS_MAX]);

int xz_keys_version(const struct xz_keys *keys); /* the current one */

/* HMAC with SM3 (GB/T 32905) of kind and id: by which an identity is found. */
void xz_keys_lookup(const struct xz_keys *keys, struct xz_str kind, struct xz_str id,
                    unsigned char out[static 32]);
/* "P-" and 16 letters of base 32, of the same under the current version's key: 80 bits, so that two
 * of a hundred million people share one with probability 4e-9; the store would refuse the second.
 */
#define XZ_PSEUDONYM_LEN 18
void xz_keys_pseudonym(const struct xz_keys *keys, struct xz_str kind, struct xz_str id,
                       char out[static XZ_PSEUDONYM_LEN + 1]);

/* A new secret for who presents or signs with it: 256 bits as letters of the URL-safe base 64. */
#define XZ_SECRET_LEN 43
void xz_secret_new(char out[static XZ_SECRET_LEN + 1]);

/* AES-256-GCM: nonce, text, tag; bound to `about`, without which it does not open. */
#define XZ_SEAL_EXTRA 28
void xz_keys_seal(const struct xz_keys *keys, struct xz_str about, struct xz_str text,
                  unsigned char *out); /* text.len + XZ_SEAL_EXTRA bytes */
/* XZ_FATAL when it was changed or is of other keys. out has sealed.len - XZ_SEAL_EXTRA bytes. */
XZ_MUST enum xz_rc xz_keys_open(const struct xz_keys *keys, struct xz_str about,
                                struct xz_str sealed, char *out, struct xz_err *err);

/* Ed25519 (RFC 8032): over bytes, with the key of the file; and whether a signature is right. */
#define XZ_SIGNATURE_LEN 64
void xz_keys_sign(const struct xz_keys *keys, struct xz_str bytes,
                  unsigned char out[static XZ_SIGNATURE_LEN]);
void xz_keys_public(const struct xz_keys *keys, unsigned char out[static XZ_KEY_LEN]);
bool xz_signature_is_right(const unsigned char public_key[static XZ_KEY_LEN], struct xz_str bytes,
                           const unsigned char signature[static XZ_SIGNATURE_LEN]);

#endif
