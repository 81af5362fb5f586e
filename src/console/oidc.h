/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * console/oidc.h - who somebody is, by the word of another: an OpenID Connect id token, signed by
 * the issuer that the configuration names. It says a name and no more; what the name may do is the
 * account's. Another way to prove a name may stand in the place of this file. @thread any
 */
#ifndef XZ_CONSOLE_OIDC_H
#define XZ_CONSOLE_OIDC_H
#include "base/err.h"
#include "base/str.h"
#include "stream/config.h"

#define XZ_OIDC_TOKEN_MAX 16384 /* bytes */
#define XZ_OIDC_NAME_MAX  63

struct xz_oidc;

/* *oidc is NULL when the configuration names no issuer. XZ_CONFIG when its key cannot be read. */
XZ_MUST enum xz_rc xz_oidc_new(const struct xz_config *config, struct xz_oidc **oidc,
                               struct xz_err *err);
void xz_oidc_free(struct xz_oidc *oidc); /* NULL is fine */

/* The name that the token proves: preferred_username, or else sub. RS256 and ES256 by the issuer's
 * key; issuer, audience and times must fit. XZ_REJECT "unauthenticated", and why. */
XZ_MUST enum xz_rc xz_oidc_name(const struct xz_oidc *oidc, struct xz_str token, int64_t now_ms,
                                char name[static XZ_OIDC_NAME_MAX + 1], struct xz_err *err);

#endif
