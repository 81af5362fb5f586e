/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stream/judged.h"

#include <strings.h>

#include "event/json_reader.h"
#include "proto/xiezhi.pb-c.h"
#include "stream/scan.h"

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

enum xz_rc xz_judged_pack(struct xz_str alert, char sha256[static 65], struct xz_err *err)
{
    const bool json = alert.len > 0 && alert.ptr[0] == '{'; /* no protobuf begins so: group 15 */

    return json ? from_json(alert, sha256, err) : from_protobuf(alert, sha256, err);
}

struct search {
    const char *alert_id;
    char *sha256;
    enum xz_rc rc;
    struct xz_err *err;
};

/* Revisions of an alert stand in one partition, in order: the last one stays. */
static bool on_alert(void *arg, const rd_kafka_message_t *message)
{
    struct search *search = arg;

    if (message->key_len == strlen(search->alert_id) &&
        strncasecmp(message->key, search->alert_id, message->key_len) == 0) {
        search->rc = xz_judged_pack((struct xz_str){message->payload, (uint32_t)message->len},
                                    search->sha256, search->err);
    }
    return search->rc == XZ_OK;
}

enum xz_rc xz_judged_by(const struct xz_config *config, const char *alert_id,
                        char sha256[static 65], struct xz_err *err)
{
    struct search search = {alert_id, sha256, XZ_OK, err};
    enum xz_rc rc;

    sha256[0] = '\0';
    rc = xz_scan(config, config->topics_alerts, 0, on_alert, &search, err);
    return rc == XZ_OK ? search.rc : rc;
}
