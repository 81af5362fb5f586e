/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * stream/config.h - the service's configuration: one table of properties with defaults, a YAML
 * file, and --set KEY=VALUE over it. Any key under `kafka.` goes to librdkafka as it is. A secret
 * may be read from a file (KEY_file) or the environment (KEY_env). An unknown key is an error with
 * the nearest name.
 */
#ifndef XZ_STREAM_CONFIG_H
#define XZ_STREAM_CONFIG_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/err.h"
#include "base/log.h"

#define XZ_KAFKA_PROPERTIES_MAX 64
#define XZ_EVENT_TOPICS_MAX     16

struct xz_kafka_property {
    char *name, *value;
    char *place; /* "file:line", or empty */
};

struct xz_config {
    struct xz_kafka_property kafka[XZ_KAFKA_PROPERTIES_MAX];
    size_t kafka_count;
    char *topics_events; /* comma separated */
    char *topics_observations, *topics_state, *topics_packs, *topics_alerts, *topics_rejects,
        *topics_dispositions;
    int64_t topics_partitions, topics_replication;
    char *group; /* prefix of the two consumer groups */
    char *state_dir, *pack, *reference, *roles, *alerts_format;
    int64_t state_cache_mb, checkpoint_ms, flush_ms, flush_bytes, max_ahead_ms, stop_within_ms;
    char *http_listen; /* host:port, empty: no HTTP */
    char *console_listen, *console_metrics, *console_database, *console_keys, *console_calendar;
    char *console_tls_certificate, *console_tls_key; /* files, or empty: no TLS */
    char *console_oidc_issuer, *console_oidc_audience, *console_oidc_key; /* empty: no OIDC */
    char *console_private_webhooks;                                       /* "yes" or "no" */
    char *console_trusted_proxies; /* of networks, or empty */
    int64_t console_rate, console_control_per_month;
    char *log_level, *log_format;
};

extern const char xz_version[]; /* of the program, for who asks */

void xz_config_init(struct xz_config *config); /* defaults */
void xz_config_fini(struct xz_config *config);
XZ_MUST enum xz_rc xz_config_load(struct xz_config *config, const char *file, struct xz_err *err);
XZ_MUST enum xz_rc xz_config_set(struct xz_config *config, const char *key_value,
                                 struct xz_err *err);
const char *xz_config_kafka(const struct xz_config *config, const char *name); /* or NULL */
struct xz_log_setup xz_config_log(const struct xz_config *config);

/* Told of each mistake, with its place in err->path. */
typedef void (*xz_mistake_fn)(void *arg, const struct xz_err *err);

/* librdkafka's properties, which only it knows: reports every mistake, returns how many. */
int xz_config_validate_all(const struct xz_config *config, xz_mistake_fn report, void *arg);
/* The first of them. */
XZ_MUST enum xz_rc xz_config_validate(const struct xz_config *config, struct xz_err *err);
/* Names of roles, comma separated: at least one, and no other. */
XZ_MUST enum xz_rc xz_config_check_roles(const char *roles, struct xz_err *err);
bool xz_config_has_role(const struct xz_config *config, const char *name);
bool xz_config_same(const struct xz_config *left, const struct xz_config *right);

/* Every key with default and meaning, as a commented YAML file. */
void xz_config_print(FILE *out);

/* For `xiezhi check`: reads file (may be NULL) and sets into config (already initialised), reports
 * every mistake, returns how many. What is right is in config. */
int xz_config_check(struct xz_config *config, const char *file, const char *const sets[],
                    size_t set_count, xz_mistake_fn report, void *arg);

#endif
