/* SPDX-License-Identifier: GPL-3.0-or-later */
/* console/assets.h - the pages, in the program. The table is generated from what console/web built.
 */
#ifndef XZ_CONSOLE_ASSETS_H
#define XZ_CONSOLE_ASSETS_H
#include <stdbool.h>
#include <stddef.h>

struct xz_asset {
    const char *path; /* "/index.html" */
    const char *type, *etag;
    const unsigned char *bytes;
    size_t size;
    bool is_gzip;
};

extern const struct xz_asset xz_assets[]; /* ends with a NULL path */

/* "/" is the page itself. NULL: there is no such file. */
const struct xz_asset *xz_asset_find(const char *path);

#endif
