/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "console/assets.h"

#include <string.h>

const struct xz_asset *xz_asset_find(const char *path)
{
    const char *wanted = strcmp(path, "/") == 0 ? "/index.html" : path;

    for (const struct xz_asset *asset = xz_assets; asset->path != NULL; asset++) {
        if (strcmp(asset->path, wanted) == 0) {
            return asset;
        }
    }
    return NULL;
}
