/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A pack as bytes: "XZPACK1\n", the number of files, and of each its path and its bytes, in the
 * order of their paths; all of it compressed by zstd. The hash is over what is inside, so that it
 * does not depend on the library's version. An archive comes from the log and is not trusted: it is
 * expanded up to a limit, and its paths must be those of a pack, ascending.
 */
#include <stdlib.h>
#include <zstd.h>

#include "base/hash.h"
#include "base/mem.h"
#include "pack/pack_int.h"

#define MAGIC          "XZPACK1\n"
#define MAGIC_LEN      8
#define LEVEL          9
#define WINDOW_LOG_MAX 27 /* 128 MiB: zstd's own default for strangers */
/* The files, and what surrounds each of them. */
#define EXPANDED_MAX (XZ_PACK_BYTES_MAX + XZ_PACK_FILES_MAX * (XZ_PACK_PATH_MAX + 16) + 64)

void xz_files_serialise(const struct xz_pack_files *files, struct xz_buf *out)
{
    xz_buf_bytes(out, MAGIC, MAGIC_LEN);
    xz_buf_uvar(out, files->count);
    for (size_t i = 0; i < files->count; i++) {
        xz_buf_str(out, xz_str_from(files->files[i].path));
        xz_buf_str(out, files->files[i].bytes);
    }
}

void xz_files_deserialise(struct xz_pack_files *files, struct xz_str bytes,
                          struct xz_mistakes *mistakes)
{
    struct xz_reader reader = xz_reader_of(bytes.ptr, bytes.len);
    const struct xz_str magic = xz_read_bytes(&reader, MAGIC_LEN);
    struct xz_str before = XZ_STR_NONE;
    uint64_t count;

    if (!xz_str_eq(magic, XZ_STR(MAGIC))) {
        xz_mistake_at(mistakes, "archive", 0, "this is no archive of a pack");
        return;
    }
    count = xz_read_uvar(&reader);
    for (uint64_t i = 0; i < count && !reader.bad && files->count < XZ_PACK_FILES_MAX; i++) {
        const struct xz_str path = xz_read_str(&reader);
        const struct xz_str data = xz_read_str(&reader);

        if (reader.bad) {
            break;
        }
        if (i > 0 && xz_str_cmp(before, path) >= 0) {
            xz_mistake_at(mistakes, "archive", 0, "its files are not in the order of their paths");
            return;
        }
        before = path;
        xz_files_add(files, "", path, data, NULL, mistakes);
    }
    if (reader.bad || xz_reader_left(&reader) > 0 || count > XZ_PACK_FILES_MAX) {
        xz_mistake_at(mistakes, "archive", 0,
                      "it is cut off, has too many files, or more than files");
    }
}

enum xz_rc xz_archive_expand(struct xz_str archive, struct xz_buf *out, struct xz_err *err)
{
    ZSTD_DCtx *zstd = ZSTD_createDCtx();
    ZSTD_inBuffer in = {archive.ptr, archive.len, 0};
    size_t left = 1;
    enum xz_rc rc = XZ_OK;

    if (zstd == NULL) {
        return xz_err_set(err, XZ_RETRY, "archive: out of memory");
    }
    (void)ZSTD_DCtx_setParameter(zstd, ZSTD_d_windowLogMax, WINDOW_LOG_MAX);
    while (left != 0) { /* one frame; what follows it is refused below */
        const size_t had = out->len, ate = in.pos;
        ZSTD_outBuffer chunk;

        xz_buf_reserve(out, ZSTD_DStreamOutSize());
        chunk = (ZSTD_outBuffer){out->data + out->len, out->cap - out->len, 0};
        left = ZSTD_decompressStream(zstd, &chunk, &in);
        if (ZSTD_isError(left)) {
            rc = xz_err_config(err, "archive", 0, "cannot be decompressed: %s",
                               ZSTD_getErrorName(left));
            goto out;
        }
        out->len += chunk.pos;
        if (out->len > EXPANDED_MAX) {
            rc = xz_err_config(err, "archive", 0, "expands to more than %zu MiB",
                               XZ_PACK_BYTES_MAX >> 20);
            goto out;
        }
        if (out->len == had && in.pos == ate && left != 0) {
            rc = xz_err_config(err, "archive", 0, "is cut off");
            goto out;
        }
    }
    if (in.pos != in.size) {
        rc = xz_err_config(err, "archive", 0, "more bytes follow the archive");
    }
out:
    (void)ZSTD_freeDCtx(zstd);
    return rc;
}

enum xz_rc xz_pack_archive(const char *dir, struct xz_buf *out, char sha256[static 65],
                           struct xz_err *err)
{
    struct xz_pack_files files = {NULL, 0, 0, 0};
    struct xz_mistakes mistakes = {.err = err};
    struct xz_buf plain = {NULL, 0, 0};
    unsigned char digest[32];
    size_t bound, len;
    enum xz_rc rc = XZ_OK;

    xz_files_read(&files, dir, &mistakes);
    if (mistakes.count > 0) {
        rc = XZ_CONFIG;
        goto out;
    }
    xz_files_serialise(&files, &plain);
    bound = ZSTD_compressBound(plain.len);
    xz_buf_reserve(out, bound);
    len = ZSTD_compress(out->data + out->len, bound, plain.data, plain.len, LEVEL);
    if (ZSTD_isError(len)) {
        rc = xz_err_set(err, XZ_RETRY, "%s: cannot be compressed: %s", dir, ZSTD_getErrorName(len));
        goto out;
    }
    out->len += len;
    xz_sha256(plain.data, plain.len, digest);
    xz_hex(digest, sizeof(digest), sha256);
out:
    xz_buf_fini(&plain);
    xz_files_fini(&files);
    return rc;
}
