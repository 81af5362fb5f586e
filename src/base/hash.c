/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/hash.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

uint64_t xz_hash64(const void *data, size_t len, uint64_t seed)
{
    return XXH3_64bits_withSeed(len > 0 ? data : "", len, seed);
}

void xz_sha256(const void *data, size_t len, unsigned char digest[static 32])
{
    (void)SHA256(data, len, digest);
}

void xz_hmac_sha256(struct xz_str key, const void *data, size_t len,
                    unsigned char digest[static 32])
{
    (void)HMAC(EVP_sha256(), key.ptr, (int)key.len, data, len, digest, NULL);
}

void xz_hex(const unsigned char *data, size_t len, char *text)
{
    static const char digits[] = "0123456789abcdef";

    for (size_t i = 0; i < len; i++) {
        text[2 * i] = digits[data[i] >> 4];
        text[2 * i + 1] = digits[data[i] & 15];
    }
    text[2 * len] = '\0';
}

void xz_base32_id(const unsigned char digest[static 16], char text[static 27])
{
    static const char letters[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

    for (int i = 0; i < 26; i++) {
        unsigned value = 0;

        for (int bit = 0; bit < 5; bit++) { /* 130 bits for 128: two zeros stand in front */
            const int at = i * 5 + bit - 2;

            value = value << 1 | (at < 0 ? 0u : (unsigned)digest[at / 8] >> (7 - at % 8) & 1u);
        }
        text[i] = letters[value];
    }
    text[26] = '\0';
}
