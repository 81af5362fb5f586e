/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * console/expected.h - the group that each row of an alert's evidence is held against, as a curve
 * to draw: how many of it reach which value, by the pack that judged.
 */
#ifndef XZ_CONSOLE_EXPECTED_H
#define XZ_CONSOLE_EXPECTED_H
#include <jansson.h>

#include "pack/pack.h"

/* {"items":[..],"pack":{"name","version","sha256"}}, an item for each row of alert["evidence"]:
 * null where the pack has no baseline for it, else {"measure","window_s","by":[],"family","scale",
 * "counts","segment","subjects","mark","chance","points":[[x, chance to reach x],..]}. "segment" is
 * the one that was taken: the alert's, or what it falls back to; "mark" is where the row lies, null
 * when that cannot be told. pack NULL: all are null, and so is "pack". The caller's. */
json_t *xz_expected_json(const struct xz_pack *pack, const json_t *alert);

#endif
