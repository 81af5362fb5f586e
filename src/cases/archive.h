/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cases/archive.h - files with names as one tar in memory: the same files and time, the same bytes.
 */
#ifndef XZ_CASES_ARCHIVE_H
#define XZ_CASES_ARCHIVE_H
#include "base/buf.h"
#include "base/err.h"

#define XZ_ARCHIVE_FILES_MAX 4096
#define XZ_ARCHIVE_NAME_MAX  90 /* bytes, ASCII */

struct xz_archive_file {
    char name[XZ_ARCHIVE_NAME_MAX + 1];
    struct xz_buf bytes;
};

struct xz_archive {
    struct xz_archive_file *files;
    size_t count, cap;
};

/* A file of that name, empty, valid until the next is added. Letters, digits and "-_.+" of the name
 * stay, others become "_", a long one is cut, and one that is there already gets a number before
 * it. folder: "" or "alerts/". */
struct xz_archive_file *xz_archive_add(struct xz_archive *archive, const char *folder,
                                       struct xz_str name);
const struct xz_archive_file *xz_archive_find(const struct xz_archive *archive, const char *name);
void xz_archive_fini(struct xz_archive *archive);

/* Appends the tar, in the order in which files were added. */
XZ_MUST enum xz_rc xz_archive_pack(const struct xz_archive *archive, int64_t time_ms,
                                   struct xz_buf *out, struct xz_err *err);
/* Reads one; XZ_REJECT "invalid" for what xz_archive_pack would not have made: links, folders,
 * other names, more or larger files. */
XZ_MUST enum xz_rc xz_archive_unpack(struct xz_str bytes, size_t bytes_max,
                                     struct xz_archive *archive, struct xz_err *err);

#endif
