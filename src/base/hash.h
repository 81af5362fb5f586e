/* SPDX-License-Identifier: GPL-3.0-or-later */
/* base/hash.h - hashes: XXH3 for tables and routing (its values are part of the wire format: they
 * never change), SHA-256 for ids that others see. */
#ifndef XZ_BASE_HASH_H
#define XZ_BASE_HASH_H
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

uint64_t xz_hash64(const void *data, size_t len, uint64_t seed);
static inline uint64_t xz_hash_str(struct xz_str text) { return xz_hash64(text.ptr, text.len, 0); }

void xz_sha256(const void *data, size_t len, unsigned char digest[static 32]);
void xz_hmac_sha256(struct xz_str key, const void *data, size_t len,
                    unsigned char digest[static 32]);           /* RFC 2104 */
void xz_hex(const unsigned char *data, size_t len, char *text); /* 2 * len + 1 bytes */

/* 26 letters of Crockford's base 32 for the first 128 bits of digest, and a NUL: the look of an
 * alert id. */
void xz_base32_id(const unsigned char digest[static 16], char text[static 27]);

#endif
