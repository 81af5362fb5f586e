/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "console/pem.h"

#include <errno.h>
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
