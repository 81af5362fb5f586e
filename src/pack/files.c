/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The files of a pack, from a folder. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/mem.h"
#include "pack/pack_int.h"

static bool ends_with(struct xz_str text, struct xz_str end)
{
    return text.len >= end.len && memcmp(text.ptr + text.len - end.len, end.ptr, end.len) == 0;
}

/* Letters, digits, - _ . only, not beginning with a dot: no path leaves the pack. */
static bool is_name(struct xz_str name)
{
    for (uint32_t i = 0; i < name.len; i++) {
        const char c = name.ptr[i];

        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
              c == '-' || c == '_' || (c == '.' && i > 0))) {
            return false;
        }
    }
    return name.len > 0;
}

static enum xz_pack_place place_of(struct xz_str path)
{
    static const struct {
        struct xz_str folder, end;
        enum xz_pack_place place;
    } places[] = {
        {{"patterns", 8}, {".yaml", 5}, XZ_PLACE_PATTERN},
        {{"codes", 5}, {".csv", 4}, XZ_PLACE_CODES},
        {{"regions", 7}, {".yaml", 5}, XZ_PLACE_REGION},
        {{"baselines", 9}, {".csv", 4}, XZ_PLACE_BASELINE},
        {{"baselines", 9}, {".yaml", 5}, XZ_PLACE_BASELINE},
    };
    const char *slash = path.len > 0 ? memchr(path.ptr, '/', path.len) : NULL;
    struct xz_str folder, name;

    if (slash == NULL) {
        if (!is_name(path)) {
            return XZ_PLACE_UNKNOWN;
        }
        return xz_str_eq(path, XZ_STR("pack.yaml")) ? XZ_PLACE_PACK
               : ends_with(path, XZ_STR(".md"))     ? XZ_PLACE_DOC
                                                    : XZ_PLACE_UNKNOWN;
    }
    folder = (struct xz_str){path.ptr, (uint32_t)(slash - path.ptr)};
    name = (struct xz_str){slash + 1, path.len - folder.len - 1};
    for (size_t i = 0; is_name(name) && i < sizeof(places) / sizeof(places[0]); i++) {
        if (xz_str_eq(folder, places[i].folder)) {
            if (ends_with(name, XZ_STR(".md"))) {
                return XZ_PLACE_DOC;
            }
            if (ends_with(name, places[i].end) && name.len > places[i].end.len) {
                return places[i].place;
            }
        }
    }
    return XZ_PLACE_UNKNOWN;
}

struct xz_str xz_file_stem(const struct xz_pack_file *file)
{
    const char *slash = strrchr(file->path, '/');
    const char *name = slash != NULL ? slash + 1 : file->path;
    const char *dot = strrchr(name, '.');

    return (struct xz_str){name, (uint32_t)(dot != NULL ? dot - name : (long)strlen(name))};
}

void xz_files_fini(struct xz_pack_files *files)
{
    for (size_t i = 0; i < files->count; i++) {
        free(files->files[i].owned);
        free(files->files[i].shown);
    }
    free(files->files);
    *files = (struct xz_pack_files){NULL, 0, 0, 0};
}

static bool refuse(const struct xz_pack_files *files, const char *shown, struct xz_str path,
                   struct xz_str bytes, struct xz_mistakes *mistakes)
{
    if (path.len >= XZ_PACK_PATH_MAX || place_of(path) == XZ_PLACE_UNKNOWN) {
        xz_mistake_at(mistakes, shown, 0,
                      "nothing reads this file; a pack has pack.yaml, patterns/*.yaml, "
                      "codes/*.csv, regions/*.yaml, baselines/*.csv, baselines/fitted.yaml and "
                      "*.md, with letters, digits, - and _ in their names");
        return true;
    }
    if (files->count >= XZ_PACK_FILES_MAX) {
        xz_mistake_at(mistakes, shown, 0, "a pack has at most %d files", XZ_PACK_FILES_MAX);
        return true;
    }
    if (bytes.len > XZ_PACK_BYTES_MAX - files->bytes) {
        xz_mistake_at(mistakes, shown, 0, "a pack has at most %zu MiB", XZ_PACK_BYTES_MAX >> 20);
        return true;
    }
    return false;
}

void xz_files_add(struct xz_pack_files *files, const char *folder, struct xz_str path,
                  struct xz_str bytes, char *owned, struct xz_mistakes *mistakes)
{
    struct xz_buf shown = {NULL, 0, 0};
    struct xz_pack_file *file;

    xz_buf_printf(&shown, "%s%s" XZ_STR_FMT, folder, folder[0] != '\0' ? "/" : "",
                  XZ_STR_ARG(path));
    xz_buf_u8(&shown, '\0');
    if (refuse(files, (const char *)shown.data, path, bytes, mistakes)) {
        xz_buf_fini(&shown);
        free(owned);
        return;
    }
    xz_array_reserve((void **)&files->files, &files->cap, files->count + 1, sizeof(*files->files));
    file = &files->files[files->count++];
    memset(file, 0, sizeof(*file));
    if (path.len > 0) {
        memcpy(file->path, path.ptr, path.len);
    }
    file->shown = (char *)shown.data;
    file->bytes = bytes;
    file->owned = owned;
    file->place = place_of(path);
    files->bytes += bytes.len;
}

static int by_path(const void *left, const void *right)
{
    return strcmp(((const struct xz_pack_file *)left)->path,
                  ((const struct xz_pack_file *)right)->path);
}

void xz_files_sort(struct xz_pack_files *files)
{
    if (files->count > 0) {
        qsort(files->files, files->count, sizeof(*files->files), by_path);
    }
}

static void read_one(struct xz_pack_files *files, const char *dir, const char *full,
                     const char *path, struct xz_mistakes *mistakes)
{
    struct xz_err err;
    char *bytes = NULL;
    size_t len = 0;

    if (place_of(xz_str_from(path)) == XZ_PLACE_UNKNOWN) {
        xz_files_add(files, dir, xz_str_from(path), XZ_STR_NONE, NULL, mistakes); /* says why */
        return;
    }
    if (xz_file_read(full, XZ_PACK_BYTES_MAX, &bytes, &len, &err) != XZ_OK) {
        xz_mistake(mistakes, &err);
        return;
    }
    xz_files_add(files, dir, xz_str_from(path), (struct xz_str){bytes, (uint32_t)len}, bytes,
                 mistakes);
}

/* `folder` is "" or one level below. Names that begin with a dot are an editor's or a mount's. */
static void read_folder(struct xz_pack_files *files, const char *dir, const char *folder,
                        struct xz_mistakes *mistakes)
{
    struct xz_buf full = {NULL, 0, 0};
    struct dirent *entry;
    DIR *open;

    xz_buf_printf(&full, "%s%s%s", dir, folder[0] != '\0' ? "/" : "", folder);
    xz_buf_u8(&full, '\0');
    open = opendir((const char *)full.data);
    if (open == NULL) {
        xz_mistake_at(mistakes, (const char *)full.data, 0, "cannot be opened: %s",
                      strerror(errno));
        xz_buf_fini(&full);
        return;
    }
    while ((entry = readdir(open)) != NULL) {
        const char *between = folder[0] != '\0' ? "/" : "";
        struct xz_buf path = {NULL, 0, 0};
        struct stat info;

        if (entry->d_name[0] == '.') {
            continue;
        }
        xz_buf_clear(&full);
        xz_buf_printf(&full, "%s/%s%s%s", dir, folder, between, entry->d_name);
        xz_buf_u8(&full, '\0');
        xz_buf_printf(&path, "%s%s%s", folder, between, entry->d_name);
        xz_buf_u8(&path, '\0');
        if (stat((const char *)full.data, &info) == 0 && S_ISDIR(info.st_mode) &&
            folder[0] == '\0') {
            read_folder(files, dir, entry->d_name, mistakes);
        } else {
            read_one(files, dir, (const char *)full.data, (const char *)path.data, mistakes);
        }
        xz_buf_fini(&path);
    }
    (void)closedir(open);
    xz_buf_fini(&full);
}

void xz_files_read(struct xz_pack_files *files, const char *dir, struct xz_mistakes *mistakes)
{
    read_folder(files, dir, "", mistakes);
    xz_files_sort(files);
}
