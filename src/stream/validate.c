/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What of a configuration only its users can judge: roles, the address of HTTP, librdkafka's own
 * properties. */
#include <stdlib.h>

#include "base/mem.h"
#include "stream/kafka.h"
#include "stream/metrics.h"

bool xz_config_has_role(const struct xz_config *config, const char *name)
{
    char *names = xz_strdup(config->roles);
    const char *list[16];
    const size_t count = xz_split_names(names, list, 16);
    bool found = false;

    for (size_t i = 0; i < count; i++) {
        found = found || strcmp(list[i], name) == 0;
    }
    free(names);
    return found;
}

static enum xz_rc check_roles(const struct xz_config *config, struct xz_err *err)
{
    static const char *const known[] = {"ingest", "detect"};
    char *names = xz_strdup(config->roles);
    const char *list[16];
    const size_t count = xz_split_names(names, list, 16);
    enum xz_rc rc =
        count > 0 ? XZ_OK : xz_err_set(err, XZ_CONFIG, "roles: name ingest, detect, or both");

    for (size_t i = 0; i < count && rc == XZ_OK; i++) {
        if (strcmp(list[i], known[0]) != 0 && strcmp(list[i], known[1]) != 0) {
            rc = xz_err_set(err, XZ_CONFIG, "roles: no role \"%s\"; there are ingest and detect",
                            list[i]);
        }
    }
    free(names);
    return rc;
}

enum xz_rc xz_config_validate(const struct xz_config *config, struct xz_err *err)
{
    struct sockaddr_in address;
    rd_kafka_conf_t *conf = NULL;
    enum xz_rc rc = check_roles(config, err);

    if (rc == XZ_OK && config->http_listen[0] != '\0') {
        rc = xz_http_address(config->http_listen, &address, err);
    }
    rc = rc == XZ_OK ? xz_kafka_conf(config, NULL, &conf, err) : rc;
    if (conf != NULL) {
        rd_kafka_conf_destroy(conf);
    }
    return rc;
}
