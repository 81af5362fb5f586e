/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as a pack's archive. The first byte says whether what follows is the archive itself or
 * what stands inside one, so that the loader behind the decompression is reached. */
#include <zstd.h>

#include "../unit/pack/sample.h"

#include "base/buf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void load(const void *bytes, size_t len)
{
    struct xz_pack *pack = NULL;
    struct xz_err err = {0};

    if (xz_pack_load_archive((struct xz_str){bytes, (uint32_t)len}, &sample_schema, NULL, NULL,
                             &pack, &err) != XZ_OK) {
        if (pack != NULL || err.msg[0] == '\0') {
            abort(); /* partly loaded, or refused without a word */
        }
    } else if (strlen(xz_pack_sha256(pack)) != 64 ||
               xz_pack_policy(pack, XZ_STR("310115")) == NULL) {
        abort();
    }
    xz_pack_free(pack);
    if (sample_conf_live != 0) {
        abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct xz_buf archive = {NULL, 0, 0};
    size_t len;

    if (size == 0) {
        return 0;
    }
    if (data[0] == 'Z') {
        load(data + 1, size - 1);
        return 0;
    }
    xz_buf_reserve(&archive, ZSTD_compressBound(size - 1));
    len = ZSTD_compress(archive.data, archive.cap, data + 1, size - 1, 1);
    if (!ZSTD_isError(len)) {
        load(archive.data, len);
    }
    xz_buf_fini(&archive);
    return 0;
}
