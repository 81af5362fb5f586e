/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cases/keys.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/hash.h"
#include "base/mem.h"

#define NONCE_LEN    12
#define TAG_LEN      16
#define LINE_MAX_LEN 128

struct xz_keys {
    unsigned char seal[XZ_KEY_LEN], lookup[XZ_KEY_LEN], sign[XZ_KEY_LEN];
    unsigned char pseudonym[XZ_KEY_VERSIONS_MAX + 1][XZ_KEY_LEN]; /* by version, from 1 */
    int version;
    bool has_seal, has_lookup, has_sign;
};

/* A generator without randomness, or a cipher that fails, is a broken machine. */
static void must(int result)
{
    if (result != 1) {
        abort();
    }
}

/* ---- the file ---- */

static bool hex_key(const char *text, unsigned char key[static XZ_KEY_LEN])
{
    for (size_t i = 0; i < XZ_KEY_LEN; i++) {
        unsigned value = 0;

        for (size_t d = 0; d < 2; d++) {
            const char *digits = "0123456789abcdef";
            const char *at = text[2 * i + d] != '\0' ? strchr(digits, text[2 * i + d]) : NULL;

            if (at == NULL) {
                return false;
            }
            value = value * 16 + (unsigned)(at - digits);
        }
        key[i] = (unsigned char)value;
    }
    return text[2 * XZ_KEY_LEN] == '\0' || text[2 * XZ_KEY_LEN] == '\n';
}

static bool read_line(struct xz_keys *keys, const char *line)
{
    if (line[0] == '\n' || line[0] == '#') {
        return true;
    }
    if (strncmp(line, "seal ", 5) == 0 && !keys->has_seal) {
        return keys->has_seal = hex_key(line + 5, keys->seal);
    }
    if (strncmp(line, "lookup ", 7) == 0 && !keys->has_lookup) {
        return keys->has_lookup = hex_key(line + 7, keys->lookup);
    }
    if (strncmp(line, "sign ", 5) == 0 && keys->has_sign) {
        return true; /* two processes found it missing: the first line counts for both */
    }
    if (strncmp(line, "sign ", 5) == 0) {
        return keys->has_sign = hex_key(line + 5, keys->sign);
    }
    if (strncmp(line, "pseudonym ", 10) == 0 && keys->version < XZ_KEY_VERSIONS_MAX) {
        char *end = NULL;
        const long version = strtol(line + 10, &end, 10);

        if (version == keys->version + 1 && *end == ' ' &&
            hex_key(end + 1, keys->pseudonym[version])) {
            keys->version++;
            return true;
        }
    }
    return false;
}

static enum xz_rc read_file(const char *file, FILE *in, struct xz_keys *keys, struct xz_err *err)
{
    char line[LINE_MAX_LEN];
    int number = 0;
    enum xz_rc rc = XZ_OK;

    while (rc == XZ_OK && fgets(line, sizeof(line), in) != NULL) {
        number++;
        if (!read_line(keys, line)) {
            rc = xz_err_config(err, file, number, "not a line of a key file%s",
                               strchr(line, '\n') == NULL
                                   ? ", which was cut short here: bring back its copy, or take "
                                     "this line out if it is what a failed rotation left"
                                   : "");
        }
    }
    OPENSSL_cleanse(line, sizeof(line));
    if (rc == XZ_OK && number == 0) {
        rc = xz_err_config(err, file, 0,
                           "is empty, keys are missing: bring back its copy; if there never was "
                           "one, take the file away and one is made");
    } else if (rc == XZ_OK && !(keys->has_seal && keys->has_lookup && keys->version > 0)) {
        rc = xz_err_config(err, file, 0, "a key is missing: seal, lookup or pseudonym 1");
    }
    return rc;
}

static void new_key(unsigned char key[static XZ_KEY_LEN]) { must(RAND_bytes(key, XZ_KEY_LEN)); }

static void put_key(struct xz_buf *text, const char *name,
                    const unsigned char key[static XZ_KEY_LEN])
{
    char hex[2 * XZ_KEY_LEN + 1];

    xz_hex(key, XZ_KEY_LEN, hex);
    xz_buf_printf(text, "%s %s\n", name, hex);
    OPENSSL_cleanse(hex, sizeof(hex));
}

static void put_keys(struct xz_buf *text, const struct xz_keys *keys)
{
    char name[32];

    xz_buf_printf(text, "# Keys of a case store. Without them its identities cannot be read.\n");
    put_key(text, "seal", keys->seal);
    put_key(text, "lookup", keys->lookup);
    for (int version = 1; version <= keys->version; version++) {
        (void)snprintf(name, sizeof(name), "pseudonym %d", version);
        put_key(text, name, keys->pseudonym[version]);
    }
    if (keys->has_sign) {
        put_key(text, "sign", keys->sign);
    }
}

static bool write_all(int out, const uint8_t *data, size_t len)
{
    for (size_t done = 0; done < len;) {
        const ssize_t wrote = write(out, data + done, len - done);

        if (wrote < 0 && errno != EINTR) {
            return false;
        }
        done += wrote > 0 ? (size_t)wrote : 0;
    }
    return true;
}

/* A name counts only once its folder is synced. */
static bool sync_folder(const char *file)
{
    char *folder = xz_strdup(file);
    char *slash = strrchr(folder, '/');
    int opened, why;
    bool synced;

    if (slash != NULL) {
        slash[slash == folder ? 1 : 0] = '\0';
    }
    opened = open(slash != NULL ? folder : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    synced = opened >= 0 && fsync(opened) == 0;
    why = errno;
    if (opened >= 0) {
        (void)close(opened);
    }
    free(folder);
    errno = why;
    return synced;
}

/* The keys in a file beside `file`, under a name of its own (the caller's), for the owner of what
 * stands there now. False with errno. */
static bool write_beside(const char *file, const struct xz_keys *keys, char **beside)
{
    struct xz_buf name = {0}, text = {0};
    struct stat stat_of;
    bool written = false;
    int out, why;

    xz_buf_printf(&name, "%s.XXXXXX%c", file, '\0');
    *beside = (char *)name.data;
    put_keys(&text, keys);
    out = mkostemp(*beside, O_CLOEXEC); /* its owner's alone */
    if (out >= 0) {
        written = (stat(file, &stat_of) != 0 ? errno == ENOENT
                                             : fchown(out, stat_of.st_uid, stat_of.st_gid) == 0) &&
                  write_all(out, text.data, text.len) && fsync(out) == 0;
    }
    why = errno;
    if (out >= 0) {
        (void)close(out);
    }
    if (out >= 0 && !written) {
        (void)unlink(*beside);
    }
    OPENSSL_cleanse(text.data, text.len);
    xz_buf_fini(&text);
    errno = why;
    return written;
}

/* Identities sealed with a lost key are lost: written and synced before it has the name. */
static enum xz_rc replace_file(const char *file, const struct xz_keys *keys, struct xz_err *err)
{
    char *place = realpath(file, NULL), *beside = NULL;
    const bool written = place != NULL && write_beside(place, keys, &beside);
    const bool named = written && rename(beside, place) == 0;
    const int why = errno;

    if (written && !named) {
        (void)unlink(beside);
    }
    /* From here on it counts; should the folder not be synced, a crash may bring the old one back,
     * and who comes next is told which key that lacks. */
    if (named) {
        (void)sync_folder(place);
    }
    free(beside);
    free(place);
    return named ? XZ_OK
                 : xz_err_config(err, file, 0, "the keys cannot be written: %s; it is as it was",
                                 strerror(why));
}

enum xz_rc xz_keys_make(const char *file, struct xz_err *err)
{
    struct xz_keys *keys = xz_calloc(1, sizeof(*keys));
    char *beside = NULL;
    bool made;
    int why;

    new_key(keys->seal);
    new_key(keys->lookup);
    new_key(keys->pseudonym[1]);
    new_key(keys->sign);
    keys->version = 1;
    keys->has_sign = true;
    made = write_beside(file, keys, &beside);
    if (made) {
        made = (link(beside, file) == 0 || errno == EEXIST) && sync_folder(file);
        why = errno;
        (void)unlink(beside);
        errno = why;
    }
    why = errno;
    free(beside);
    xz_keys_free(keys);
    return made ? XZ_OK
                : xz_err_config(err, file, 0, "the keys cannot be written: %s", strerror(why));
}

enum xz_rc xz_keys_load(const char *file, struct xz_keys **out, struct xz_err *err)
{
    struct xz_keys *keys = xz_calloc(1, sizeof(*keys));
    FILE *in = fopen(file, "re");
    struct stat stat_of;
    enum xz_rc rc;

    if (in == NULL) {
        rc = xz_err_config(err, file, 0, "cannot be read: %s", strerror(errno));
    } else if (fstat(fileno(in), &stat_of) != 0 || (stat_of.st_mode & 077) != 0) {
        rc = xz_err_config(err, file, 0, "others than its owner may read it: chmod 600");
    } else {
        rc = read_file(file, in, keys, err);
    }
    if (in != NULL) {
        (void)fclose(in);
    }
    if (rc != XZ_OK) {
        xz_keys_free(keys);
        return rc;
    }
    *out = keys;
    return XZ_OK;
}

enum xz_rc xz_keys_rotate(const char *file, struct xz_keys *keys, struct xz_err *err)
{
    enum xz_rc rc;

    if (keys->version == XZ_KEY_VERSIONS_MAX) {
        return xz_err_config(err, file, 0, "no more than %d versions", XZ_KEY_VERSIONS_MAX);
    }
    new_key(keys->pseudonym[++keys->version]);
    rc = replace_file(file, keys, err);
    keys->version -= rc != XZ_OK;
    return rc;
}

enum xz_rc xz_keys_complete(const char *file, struct xz_keys *keys, struct xz_err *err)
{
    enum xz_rc rc = XZ_OK;

    if (!keys->has_sign) {
        new_key(keys->sign);
        keys->has_sign = true;
        rc = replace_file(file, keys, err);
        keys->has_sign = rc == XZ_OK;
    }
    return rc;
}

void xz_keys_free(struct xz_keys *keys)
{
    if (keys != NULL) {
        OPENSSL_cleanse(keys, sizeof(*keys));
        free(keys);
    }
}

int xz_keys_version(const struct xz_keys *keys) { return keys->version; }

/* ---- secrets of others ---- */

void xz_secret_new(char out[static XZ_SECRET_LEN + 1])
{
    static const char letters[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    unsigned char bits[33] = {0};

    must(RAND_bytes(bits, 32));
    for (int i = 0; i < XZ_SECRET_LEN; i++) {
        const int bit = i * 6;
        const unsigned pair = (unsigned)bits[bit / 8] << 8 | bits[bit / 8 + 1];

        out[i] = letters[pair >> (10 - bit % 8) & 63u];
    }
    out[XZ_SECRET_LEN] = '\0';
    OPENSSL_cleanse(bits, sizeof(bits));
}

/* ---- names for people ---- */

static void hmac(const unsigned char key[static XZ_KEY_LEN], struct xz_str kind, struct xz_str id,
                 unsigned char out[static 32])
{
    struct xz_buf text = {0};
    unsigned len = 0;

    xz_buf_str(&text, kind); /* with its length: "a" and "bc" are not "ab" and "c" */
    xz_buf_str(&text, id);
    must(HMAC(EVP_sm3(), key, XZ_KEY_LEN, text.data, text.len, out, &len) != NULL && len == 32);
    xz_buf_fini(&text);
}

void xz_keys_lookup(const struct xz_keys *keys, struct xz_str kind, struct xz_str id,
                    unsigned char out[static 32])
{
    hmac(keys->lookup, kind, id, out);
}

void xz_keys_pseudonym(const struct xz_keys *keys, struct xz_str kind, struct xz_str id,
                       char out[static XZ_PSEUDONYM_LEN + 1])
{
    unsigned char digest[32];
    char letters[27];

    hmac(keys->pseudonym[keys->version], kind, id, digest);
    xz_base32_id(digest, letters);
    (void)snprintf(out, XZ_PSEUDONYM_LEN + 1, "P-%.16s", letters + 10);
}

static size_t put_print(const char *name, const unsigned char key[static XZ_KEY_LEN],
                        struct xz_key_print *out)
{
    *out = (struct xz_key_print){0};
    (void)snprintf(out->name, sizeof(out->name), "%s", name);
    hmac(key, XZ_STR("key print"), xz_str_from(name), out->digest); /* of no kind of people */
    return 1;
}

size_t xz_keys_prints(const struct xz_keys *keys, struct xz_key_print out[XZ_KEY_PRINTS_MAX])
{
    size_t count = put_print("seal", keys->seal, &out[0]);
    char name[24];

    count += put_print("lookup", keys->lookup, &out[count]);
    for (int version = 1; version <= keys->version; version++) {
        (void)snprintf(name, sizeof(name), "pseudonym %d", version);
        count += put_print(name, keys->pseudonym[version], &out[count]);
    }
    if (keys->has_sign) {
        count += put_print("sign", keys->sign, &out[count]);
    }
    return count;
}

/* ---- sealing ---- */

void xz_keys_seal(const struct xz_keys *keys, struct xz_str about, struct xz_str text,
                  unsigned char *out)
{
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    int len = 0;

    must(context != NULL);
    must(RAND_bytes(out, NONCE_LEN));
    must(EVP_EncryptInit_ex(context, EVP_aes_256_gcm(), NULL, keys->seal, out));
    must(EVP_EncryptUpdate(context, NULL, &len, (const unsigned char *)about.ptr, (int)about.len));
    must(EVP_EncryptUpdate(context, out + NONCE_LEN, &len, (const unsigned char *)text.ptr,
                           (int)text.len));
    must(EVP_EncryptFinal_ex(context, out + NONCE_LEN + text.len, &len));
    must(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_GET_TAG, TAG_LEN, out + NONCE_LEN + text.len));
    EVP_CIPHER_CTX_free(context);
}

enum xz_rc xz_keys_open(const struct xz_keys *keys, struct xz_str about, struct xz_str sealed,
                        char *out, struct xz_err *err)
{
    const unsigned char *bytes = (const unsigned char *)sealed.ptr;
    unsigned char tag[TAG_LEN];
    EVP_CIPHER_CTX *context;
    int len = 0, opened;

    if (sealed.len < XZ_SEAL_EXTRA) {
        return xz_err_set(err, XZ_FATAL, "a sealed identity is cut short");
    }
    memcpy(tag, bytes + sealed.len - TAG_LEN, TAG_LEN);
    context = EVP_CIPHER_CTX_new();
    must(context != NULL);
    must(EVP_DecryptInit_ex(context, EVP_aes_256_gcm(), NULL, keys->seal, bytes));
    must(EVP_DecryptUpdate(context, NULL, &len, (const unsigned char *)about.ptr, (int)about.len));
    must(EVP_DecryptUpdate(context, (unsigned char *)out, &len, bytes + NONCE_LEN,
                           (int)(sealed.len - XZ_SEAL_EXTRA)));
    must(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_SET_TAG, TAG_LEN, tag));
    opened = EVP_DecryptFinal_ex(context, (unsigned char *)out + len, &len);
    EVP_CIPHER_CTX_free(context);
    return opened == 1 ? XZ_OK
                       : xz_err_set(err, XZ_FATAL,
                                    "a sealed identity was changed, or is sealed with other keys");
}

/* ---- signing ---- */

void xz_keys_sign(const struct xz_keys *keys, struct xz_str bytes,
                  unsigned char out[static XZ_SIGNATURE_LEN])
{
    EVP_PKEY *key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, keys->sign, XZ_KEY_LEN);
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    size_t len = XZ_SIGNATURE_LEN;

    must(key != NULL && context != NULL);
    must(EVP_DigestSignInit(context, NULL, NULL, NULL, key));
    must(EVP_DigestSign(context, out, &len, (const unsigned char *)bytes.ptr, bytes.len));
    EVP_MD_CTX_free(context);
    EVP_PKEY_free(key);
}

void xz_keys_public(const struct xz_keys *keys, unsigned char out[static XZ_KEY_LEN])
{
    EVP_PKEY *key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, keys->sign, XZ_KEY_LEN);
    size_t len = XZ_KEY_LEN;

    must(key != NULL);
    must(EVP_PKEY_get_raw_public_key(key, out, &len));
    EVP_PKEY_free(key);
}

bool xz_signature_is_right(const unsigned char public_key[static XZ_KEY_LEN], struct xz_str bytes,
                           const unsigned char signature[static XZ_SIGNATURE_LEN])
{
    EVP_PKEY *key = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, public_key, XZ_KEY_LEN);
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    bool right;

    must(context != NULL);
    right = key != NULL && EVP_DigestVerifyInit(context, NULL, NULL, NULL, key) == 1 &&
            EVP_DigestVerify(context, signature, XZ_SIGNATURE_LEN, (const unsigned char *)bytes.ptr,
                             bytes.len) == 1;
    EVP_MD_CTX_free(context);
    EVP_PKEY_free(key);
    return right;
}
