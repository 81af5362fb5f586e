/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pack/set.h - how a frozen set of strings is made; what can be asked of one is in expr.h.
 * Strings are kept byte for byte: "011" and "11" are two members. */
#ifndef XZ_PACK_SET_H
#define XZ_PACK_SET_H
#include "pack/expr.h"

/* Copies. Empty strings are left out (absent is in no set), duplicates count once. count is at
 * most 2^30. */
struct xz_set *xz_set_new(const struct xz_str texts[], size_t count);
void xz_set_free(struct xz_set *set); /* NULL is fine */

/* Visits every member, in no stated order. */
void xz_set_each(const struct xz_set *set, void (*visit)(void *arg, struct xz_str text), void *arg);

#endif
