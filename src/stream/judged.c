/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stream/judged.h"

#include <strings.h>

#include "alert/pack_ref.h"
#include "stream/scan.h"

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
        search->rc = xz_alert_pack_sha256((struct xz_str){message->payload, (uint32_t)message->len},
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
