/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "console/pem.h"

#include <errno.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"

#define PEM_MAX ((size_t)1 << 20)

enum xz_rc xz_pem_read(const char *key, const char *file, char **out, struct xz_err *err)
{
    FILE *in = fopen(file, "rb");
    struct xz_buf text = {0};
    int byte = EOF;

    while (in != NULL && text.len <= PEM_MAX && (byte = getc(in)) != EOF) {
        xz_buf_u8(&text, (uint8_t)byte);
    }
    if (in == NULL || ferror(in) || text.len == 0 || text.len > PEM_MAX) {
        (void)xz_err_set(err, XZ_CONFIG, "%s: %s cannot be read as PEM: %s", key, file,
                         in == NULL ? strerror(errno) : "empty, or longer than 1 MiB");
    } else {
        *out = xz_strndup((const char *)text.data, text.len);
    }
    if (in != NULL) {
        (void)fclose(in);
    }
    xz_buf_fini(&text);
    return *out != NULL ? XZ_OK : XZ_CONFIG;
}

/* A key that wants a password is none that a service can read: nobody is there to ask. */
static int no_password(char *to, int max, int writing, void *arg)
{
    (void)writing;
    (void)arg;
    if (max > 0) {
        to[0] = '\0';
    }
    return -1;
}

enum xz_rc xz_pem_check_pair(const char *certificate, const char *key, struct xz_err *err)
{
    BIO *certificate_text = BIO_new_mem_buf(certificate, -1), *key_text = BIO_new_mem_buf(key, -1);
    X509 *x509 = PEM_read_bio_X509(certificate_text, NULL, no_password, NULL);
    EVP_PKEY *private_key = PEM_read_bio_PrivateKey(key_text, NULL, no_password, NULL);
    enum xz_rc rc = XZ_OK;

    if (x509 == NULL) {
        rc = xz_err_set(err, XZ_CONFIG, "console.tls_certificate: the file holds no certificate");
    } else if (private_key == NULL) {
        rc = xz_err_set(err, XZ_CONFIG,
                        "console.tls_key: the file holds no private key without a password");
    } else if (X509_check_private_key(x509, private_key) != 1) {
        rc = xz_err_set(err, XZ_CONFIG,
                        "console.tls_key: the key is not that of console.tls_certificate");
    } else if (X509_cmp_current_time(X509_get0_notAfter(x509)) < 0) {
        rc = xz_err_set(err, XZ_CONFIG, "console.tls_certificate: the certificate has expired");
    }
    ERR_clear_error();
    EVP_PKEY_free(private_key);
    X509_free(x509);
    BIO_free(key_text);
    BIO_free(certificate_text);
    return rc;
}
