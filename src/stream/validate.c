/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What of a configuration only its users can judge: roles, and librdkafka's own properties. */
#include <stdlib.h>

#include "base/mem.h"
#include "stream/kafka.h"

#define ROLES_MAX 16

bool xz_config_has_role(const struct xz_config *config, const char *name)
{
    char *names = xz_strdup(config->roles);
    const char *list[ROLES_MAX];
    const size_t count = xz_split_names(names, list, ROLES_MAX);
    bool found = false;

    for (size_t i = 0; i < count; i++) {
        found = found || strcmp(list[i], name) == 0;
    }
    free(names);
    return found;
}

enum xz_rc xz_config_check_roles(const char *roles, struct xz_err *err)
{
    static const char *const known[] = {"ingest", "detect", "cases", "console"};
    char *names = xz_strdup(roles);
    const char *list[ROLES_MAX];
    const size_t count = xz_split_names(names, list, ROLES_MAX);
    enum xz_rc rc = count > 0 ? XZ_OK
                              : xz_err_set(err, XZ_CONFIG,
                                           "roles: name some of ingest, detect, cases, console");

    for (size_t i = 0; i < count && rc == XZ_OK; i++) {
        bool found = false;

        for (size_t k = 0; k < sizeof(known) / sizeof(known[0]); k++) {
            found = found || strcmp(list[i], known[k]) == 0;
        }
        if (!found) {
            rc = xz_err_set(err, XZ_CONFIG,
                            "roles: no role \"%s\"; there are ingest, detect, cases, console",
                            list[i]);
        }
    }
    free(names);
    return rc;
}

int xz_config_validate_all(const struct xz_config *config, xz_mistake_fn report, void *arg)
{
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    int mistakes = 0;

    for (size_t i = 0; i < config->kafka_count; i++) {
        const struct xz_kafka_property *property = &config->kafka[i];
        struct xz_err err = {0};
        char text[256];

        if (rd_kafka_conf_set(conf, property->name, property->value, text, sizeof(text)) !=
            RD_KAFKA_CONF_OK) {
            (void)xz_err_config(&err, property->place, 0, "kafka.%s: %s", property->name, text);
            report(arg, &err);
            mistakes++;
        }
    }
    rd_kafka_conf_destroy(conf);
    return mistakes;
}

static void keep_first(void *arg, const struct xz_err *err)
{
    struct xz_err *first = arg;

    if (first->rc == XZ_OK) {
        *first = *err;
    }
}

enum xz_rc xz_config_validate(const struct xz_config *config, struct xz_err *err)
{
    struct xz_err first = {0};

    if (xz_config_validate_all(config, keep_first, &first) > 0) {
        *err = first;
    }
    return first.rc;
}
