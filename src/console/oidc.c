/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "console/oidc.h"

#include <errno.h>
#include <jansson.h>
#include <jwt.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "console/pem.h"

#define SKEW_S 60 /* that two clocks may differ */

struct xz_oidc {
    char *issuer, *audience, *key; /* PEM of a public key */
};

enum xz_rc xz_oidc_new(const struct xz_config *config, struct xz_oidc **out, struct xz_err *err)
{
    struct xz_oidc *oidc;
    enum xz_rc rc;

    *out = NULL;
    if (config->console_oidc_issuer[0] == '\0') {
        return XZ_OK;
    }
    oidc = xz_calloc(1, sizeof(*oidc));
    oidc->issuer = xz_strdup(config->console_oidc_issuer);
    oidc->audience = xz_strdup(config->console_oidc_audience);
    rc = config->console_oidc_key[0] != '\0'
             ? XZ_OK
             : xz_err_set(err, XZ_CONFIG,
                          "console.oidc_key: name the file of the key of console.oidc_issuer");
    rc = rc == XZ_OK ? xz_pem_read("console.oidc_key", config->console_oidc_key, &oidc->key, err)
                     : rc;
    if (rc == XZ_OK && strstr(oidc->key, "-----BEGIN PUBLIC KEY-----") == NULL) {
        rc = xz_err_set(err, XZ_CONFIG, "console.oidc_key: %s holds no public key (PEM)",
                        config->console_oidc_key);
    }
    if (rc != XZ_OK) {
        xz_oidc_free(oidc);
        return rc;
    }
    *out = oidc;
    return XZ_OK;
}

void xz_oidc_free(struct xz_oidc *oidc)
{
    if (oidc != NULL) {
        free(oidc->issuer);
        free(oidc->audience);
        free(oidc->key);
        free(oidc);
    }
}

static enum xz_rc refused(struct xz_err *err, const char *why)
{
    return xz_err_reject(err, "unauthenticated", "id_token", "%s", why);
}

/* A text, or one of a list of texts. */
static bool is_for(jwt_t *jwt, const char *audience)
{
    char *text = jwt_get_grants_json(jwt, "aud");
    json_t *aud = text != NULL ? json_loads(text, JSON_DECODE_ANY, NULL) : NULL, *one;
    bool is = json_is_string(aud) && strcmp(json_string_value(aud), audience) == 0;
    size_t i;

    json_array_foreach(aud, i, one)
    {
        is = is || (json_is_string(one) && strcmp(json_string_value(one), audience) == 0);
    }
    json_decref(aud);
    free(text);
    return is;
}

/* A time in seconds; false when it is not there, or no whole number. */
static bool time_of(jwt_t *jwt, const char *claim, int64_t *time_s)
{
    errno = 0;
    *time_s = jwt_get_grant_int(jwt, claim);
    return errno == 0;
}

static enum xz_rc check_times(jwt_t *jwt, int64_t now_s, struct xz_err *err)
{
    int64_t expires_s, issued_s, begins_s;

    if (!time_of(jwt, "exp", &expires_s) || expires_s <= now_s) {
        return refused(err, "the token has expired");
    }
    if (!time_of(jwt, "iat", &issued_s) || issued_s > now_s + SKEW_S) {
        return refused(err, "the token was issued in the future");
    }
    if (time_of(jwt, "nbf", &begins_s) && begins_s > now_s + SKEW_S) {
        return refused(err, "the token is not valid yet");
    }
    return XZ_OK;
}

static enum xz_rc check_claims(const struct xz_oidc *oidc, jwt_t *jwt, int64_t now_s,
                               struct xz_err *err)
{
    const jwt_alg_t alg = jwt_get_alg(jwt);
    const char *issuer = jwt_get_grant(jwt, "iss");

    /* The token may not choose: a public key, taken for the secret of an HMAC, is known to all. */
    if (alg != JWT_ALG_RS256 && alg != JWT_ALG_ES256) {
        return refused(err, "the token is signed neither by RS256 nor by ES256");
    }
    if (issuer == NULL || strcmp(issuer, oidc->issuer) != 0) {
        return refused(err, "the token is another issuer's");
    }
    if (!is_for(jwt, oidc->audience)) {
        return refused(err, "the token is meant for somebody else");
    }
    return check_times(jwt, now_s, err);
}

/* What a text claim says; NULL when it is not there, empty or too long for a name. */
static const char *name_in(jwt_t *jwt, const char *claim)
{
    const char *told = jwt_get_grant(jwt, claim);

    return told != NULL && told[0] != '\0' && strlen(told) <= XZ_OIDC_NAME_MAX ? told : NULL;
}

static enum xz_rc take_name(jwt_t *jwt, char name[static XZ_OIDC_NAME_MAX + 1], struct xz_err *err)
{
    const bool has_preferred = jwt_get_grant(jwt, "preferred_username") != NULL;
    const char *told = name_in(jwt, has_preferred ? "preferred_username" : "sub");

    if (told == NULL) {
        return refused(err, "the token names nobody");
    }
    memcpy(name, told, strlen(told) + 1);
    return XZ_OK;
}

enum xz_rc xz_oidc_name(const struct xz_oidc *oidc, struct xz_str token, int64_t now_ms,
                        char name[static XZ_OIDC_NAME_MAX + 1], struct xz_err *err)
{
    char *text;
    jwt_t *jwt = NULL;
    enum xz_rc rc;

    if (token.len == 0 || token.len > XZ_OIDC_TOKEN_MAX) {
        return refused(err, "no token");
    }
    text = xz_strndup(token.ptr, token.len);
    rc = jwt_decode(&jwt, text, (const unsigned char *)oidc->key, (int)strlen(oidc->key)) == 0
             ? check_claims(oidc, jwt, now_ms / 1000, err)
             : refused(err, "the token's signature is not the issuer's");
    rc = rc == XZ_OK ? take_name(jwt, name, err) : rc;
    jwt_free(jwt);
    free(text);
    return rc;
}
