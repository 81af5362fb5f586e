/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cases/archive.h"

#include <archive.h>
#include <archive_entry.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/time.h"

/* ---- names ---- */

static void put_name(const char *folder, struct xz_str name, unsigned number,
                     char out[static XZ_ARCHIVE_NAME_MAX + 1])
{
    size_t at = (size_t)snprintf(out, XZ_ARCHIVE_NAME_MAX + 1, "%s", folder);

    if (number > 1) {
        at += (size_t)snprintf(out + at, XZ_ARCHIVE_NAME_MAX + 1 - at, "%u-", number);
    }
    for (uint32_t i = 0; i < name.len && at < XZ_ARCHIVE_NAME_MAX; i++) {
        const unsigned char letter = (unsigned char)name.ptr[i];
        const bool plain =
            letter < 128 && (isalnum(letter) || (letter != '\0' && strchr("-_.+", letter) != NULL));

        out[at++] = (char)(plain ? letter : '_');
    }
    out[at] = '\0';
}

const struct xz_archive_file *xz_archive_find(const struct xz_archive *archive, const char *name)
{
    for (size_t i = 0; i < archive->count; i++) {
        if (strcmp(archive->files[i].name, name) == 0) {
            return &archive->files[i];
        }
    }
    return NULL;
}

struct xz_archive_file *xz_archive_add(struct xz_archive *archive, const char *folder,
                                       struct xz_str name)
{
    struct xz_archive_file *file;
    char unique[XZ_ARCHIVE_NAME_MAX + 1];
    unsigned number = 1;

    put_name(folder, name, number, unique);
    while (xz_archive_find(archive, unique) != NULL) {
        put_name(folder, name, ++number, unique);
    }
    xz_array_reserve((void **)&archive->files, &archive->cap, archive->count + 1,
                     sizeof(*archive->files));
    file = &archive->files[archive->count++];
    *file = (struct xz_archive_file){.bytes = {0}};
    memcpy(file->name, unique, sizeof(unique));
    return file;
}

void xz_archive_fini(struct xz_archive *archive)
{
    for (size_t i = 0; i < archive->count; i++) {
        xz_buf_fini(&archive->files[i].bytes);
    }
    free(archive->files);
    *archive = (struct xz_archive){0};
}

/* ---- packing ---- */

static la_ssize_t write_bytes(struct archive *tar, void *arg, const void *bytes, size_t len)
{
    (void)tar;
    xz_buf_bytes(arg, bytes, len);
    return (la_ssize_t)len;
}

static bool pack_file(struct archive *tar, const struct xz_archive_file *file, int64_t time_ms)
{
    struct archive_entry *entry = archive_entry_new();
    bool packed;

    archive_entry_set_pathname(entry, file->name);
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_entry_set_perm(entry, 0644);
    archive_entry_set_mtime(entry, (time_t)(time_ms / XZ_SECOND_MS), 0);
    archive_entry_set_size(entry, (la_int64_t)file->bytes.len);
    packed =
        archive_write_header(tar, entry) == ARCHIVE_OK &&
        archive_write_data(tar, file->bytes.data, file->bytes.len) == (la_ssize_t)file->bytes.len;
    archive_entry_free(entry);
    return packed;
}

enum xz_rc xz_archive_pack(const struct xz_archive *archive, int64_t time_ms, struct xz_buf *out,
                           struct xz_err *err)
{
    struct archive *tar = archive_write_new();
    bool packed = archive_write_set_format_ustar(tar) == ARCHIVE_OK &&
                  archive_write_set_bytes_in_last_block(tar, 1) == ARCHIVE_OK &&
                  archive_write_open2(tar, out, NULL, write_bytes, NULL, NULL) == ARCHIVE_OK;

    for (size_t i = 0; packed && i < archive->count; i++) {
        packed = pack_file(tar, &archive->files[i], time_ms);
    }
    packed = archive_write_close(tar) == ARCHIVE_OK && packed;
    (void)archive_write_free(tar);
    return packed ? XZ_OK : xz_err_set(err, XZ_FATAL, "the archive cannot be packed");
}

/* ---- unpacking ---- */

static bool read_file(struct archive *tar, struct archive_entry *entry, size_t left,
                      struct xz_archive *archive)
{
    const char *name = archive_entry_pathname(entry);
    const la_int64_t size = archive_entry_size(entry);
    struct xz_archive_file *file;

    if (archive_entry_filetype(entry) != AE_IFREG || name == NULL ||
        strlen(name) > XZ_ARCHIVE_NAME_MAX || size < 0 || (uint64_t)size > left ||
        archive->count == XZ_ARCHIVE_FILES_MAX || xz_archive_find(archive, name) != NULL) {
        return false;
    }
    file = xz_archive_add(archive, "", XZ_STR("-"));
    (void)snprintf(file->name, sizeof(file->name), "%s", name);
    xz_buf_reserve(&file->bytes, (size_t)size + 1);
    file->bytes.len = (size_t)size;
    return archive_read_data(tar, file->bytes.data, (size_t)size) == (la_ssize_t)size;
}

enum xz_rc xz_archive_unpack(struct xz_str bytes, size_t bytes_max, struct xz_archive *archive,
                             struct xz_err *err)
{
    struct archive *tar = archive_read_new();
    struct archive_entry *entry = NULL;
    size_t left = bytes_max;
    int code;
    bool read =
        archive_read_support_format_tar(tar) == ARCHIVE_OK &&
        archive_read_open_memory(tar, bytes.len > 0 ? bytes.ptr : "", bytes.len) == ARCHIVE_OK;

    while (read && (code = archive_read_next_header(tar, &entry)) != ARCHIVE_EOF) {
        read = code == ARCHIVE_OK && read_file(tar, entry, left, archive);
        left -= read ? archive->files[archive->count - 1].bytes.len : 0;
    }
    (void)archive_read_free(tar);
    return read ? XZ_OK : xz_err_reject(err, "invalid", "", "not an archive of this kind");
}
