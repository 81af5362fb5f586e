/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "alert/pack_ref.h"

#include "event/json_reader.h"
#include "proto/xiezhi.pb-c.h"

#define SHA256_LEN  64
#define ARENA_BYTES ((size_t)16 << 20)

static enum xz_rc no_alert(struct xz_err *err)
{
    return xz_err_reject(err, "malformed", "", "no alert that names its pack");
}

static enum xz_rc take(struct xz_str text, char sha256[static 65], struct xz_err *err)
{
    if (text.len != SHA256_LEN) {
        return no_alert(err);
    }
    memcpy(sha256, text.ptr, SHA256_LEN);
    sha256[SHA256_LEN] = '\0';
    return XZ_OK;
}

static enum xz_rc from_protobuf(struct xz_str bytes, char sha256[static 65], struct xz_err *err)
{
    Xiezhi__Alert *alert =
        xiezhi__alert__unpack(NULL, bytes.len, (const uint8_t *)(const void *)bytes.ptr);
    const bool named = alert != NULL && alert->pack != NULL && alert->pack->sha256 != NULL;
    const enum xz_rc rc =
        named ? take(xz_str_from(alert->pack->sha256), sha256, err) : no_alert(err);

    if (alert != NULL) {
        xiezhi__alert__free_unpacked(alert, NULL);
    }
    return rc;
}

/* Goes on to the value of this member of the object that the reader is in. */
static enum xz_rc find_member(struct xz_json_reader *json, const char *name,
                              enum xz_json_token *token, struct xz_err *err)
{
    enum xz_rc rc = xz_json_next(json, token, err);

    while (rc == XZ_OK && *token == XZ_JSON_KEY) {
        const bool found = xz_str_eq(json->text, xz_str_from(name));

        rc = xz_json_next(json, token, err);
        if (rc != XZ_OK || found) {
            return rc;
        }
        rc = xz_json_skip(json, *token, err);
        rc = rc == XZ_OK ? xz_json_next(json, token, err) : rc;
    }
    return rc == XZ_OK ? no_alert(err) : rc;
}

static enum xz_rc from_json(struct xz_str bytes, char sha256[static 65], struct xz_err *err)
{
    struct xz_arena arena;
    struct xz_json_reader json;
    enum xz_json_token token;
    enum xz_rc rc;

    xz_arena_init(&arena, ARENA_BYTES);
    json = xz_json_reader_of(bytes, &arena);
    rc = xz_json_next(&json, &token, err);
    if (rc == XZ_OK && token != XZ_JSON_OBJECT) {
        rc = no_alert(err);
    }
    rc = rc == XZ_OK ? find_member(&json, "pack", &token, err) : rc;
    if (rc == XZ_OK && token != XZ_JSON_OBJECT) {
        rc = no_alert(err);
    }
    rc = rc == XZ_OK ? find_member(&json, "sha256", &token, err) : rc;
    if (rc == XZ_OK) {
        rc = token == XZ_JSON_STRING ? take(json.text, sha256, err) : no_alert(err);
    }
    xz_arena_fini(&arena);
    return rc;
}

enum xz_rc xz_alert_pack_sha256(struct xz_str alert, char sha256[static 65], struct xz_err *err)
{
    const bool json = alert.len > 0 && alert.ptr[0] == '{'; /* no protobuf begins so: group 15 */

    return json ? from_json(alert, sha256, err) : from_protobuf(alert, sha256, err);
}
