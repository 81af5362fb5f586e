/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stream/config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/time.h"
#include "base/yaml.h"

enum kind { TEXT, NUMBER, DURATION };

static const struct property {
    const char *key;
    enum kind kind;
    size_t offset;
    const char *fallback, *help;
    int64_t min, max;    /* of a number, or of a duration in ms */
    const char *choices; /* of a text, or NULL: any; with bars between and around */
} properties[] = {
#define FIELD(member) offsetof(struct xz_config, member)
    {"topics.events", TEXT, FIELD(topics_events), "xiezhi.events",
     "where gateways write; several, comma separated", 0, 0, NULL},
    {"topics.observations", TEXT, FIELD(topics_observations), "xiezhi.observations",
     "internal: what detect reads", 0, 0, NULL},
    {"topics.state", TEXT, FIELD(topics_state), "xiezhi.state",
     "internal, compacted: state for moves", 0, 0, NULL},
    {"topics.packs", TEXT, FIELD(topics_packs), "xiezhi.packs", "compacted: packs by their hash", 0,
     0, NULL},
    {"topics.alerts", TEXT, FIELD(topics_alerts), "xiezhi.alerts", "what comes out", 0, 0, NULL},
    {"topics.rejects", TEXT, FIELD(topics_rejects), "xiezhi.rejects",
     "records that could not be read", 0, 0, NULL},
    {"topics.dispositions", TEXT, FIELD(topics_dispositions), "xiezhi.dispositions",
     "what investigators decided", 0, 0, NULL},
    {"topics.partitions", NUMBER, FIELD(topics_partitions), "4",
     "partitions of a topic that is created; never changed afterwards", 1, 1024, NULL},
    {"topics.replication", NUMBER, FIELD(topics_replication), "-1",
     "replicas of a topic that is created; -1: the broker's default", -1, 32, NULL},
    {"group", TEXT, FIELD(group), "xiezhi", "prefix of the consumer groups -ingest and -detect", 0,
     0, NULL},
    {"state.dir", TEXT, FIELD(state_dir), "state", "one RocksDB a partition lives here", 0, 0,
     NULL},
    {"state.cache_mb", NUMBER, FIELD(state_cache_mb), "512",
     "memory for entities, over all partitions", 16, 1 << 20, NULL},
    {"state.checkpoint", DURATION, FIELD(checkpoint_ms), "5s",
     "each partition is made durable so often", 100, 3600000, NULL},
    {"ingest.flush", DURATION, FIELD(flush_ms), "5ms", "an observation waits so long for others", 0,
     60000, NULL},
    {"ingest.flush_bytes", NUMBER, FIELD(flush_bytes), "262144", "or until so many are together",
     1024, 1 << 22, NULL},
    {"ingest.max_ahead", DURATION, FIELD(max_ahead_ms), "1d",
     "an event further ahead of the clock is a reject", 0, INT64_C(3162240000000), NULL},
    {"pack", TEXT, FIELD(pack), "",
     "activated if no pack is active; default models/medical-insurance", 0, 0, NULL},
    {"reference", TEXT, FIELD(reference), "",
     "folder with institutions.csv, items.csv, diagnoses.csv", 0, 0, NULL},
    {"roles", TEXT, FIELD(roles), "ingest,detect", "what this process does", 0, 0, NULL},
    {"alerts.format", TEXT, FIELD(alerts_format), "json", "json or protobuf", 0, 0,
     "|json|protobuf|"},
    {"http.listen", TEXT, FIELD(http_listen), "127.0.0.1:9464",
     "host:port of /metrics, /healthz, /readyz; empty: none", 0, 0, NULL},
    {"log.level", TEXT, FIELD(log_level), "info", "error, warn, info or debug", 0, 0,
     "|error|warn|info|debug|"},
    {"log.format", TEXT, FIELD(log_format), "logfmt", "logfmt or json", 0, 0, "|logfmt|json|"},
};
#define PROPERTIES (sizeof(properties) / sizeof(properties[0]))

static const struct property *property_of(struct xz_str key)
{
    for (size_t i = 0; i < PROPERTIES; i++) {
        if (xz_str_eq(key, xz_str_from(properties[i].key))) {
            return &properties[i];
        }
    }
    return NULL;
}

static char **text_at(struct xz_config *config, const struct property *property)
{
    return (char **)(void *)((char *)config + property->offset);
}

static int64_t *number_at(struct xz_config *config, const struct property *property)
{
    return (int64_t *)(void *)((char *)config + property->offset);
}

static bool is_choice(const struct property *property, const char *value)
{
    char wanted[64];

    (void)snprintf(wanted, sizeof(wanted), "|%s|", value);
    return strchr(value, '|') == NULL && strstr(property->choices, wanted) != NULL;
}

static enum xz_rc set_property(struct xz_config *config, const struct property *property,
                               struct xz_str value, struct xz_err *err)
{
    char *end = NULL;
    char *copy = xz_strndup(value.len ? value.ptr : "", value.len);
    enum xz_rc rc = XZ_OK;

    if (property->kind == TEXT && property->choices != NULL && !is_choice(property, copy)) {
        rc = xz_err_set(err, XZ_CONFIG, "%s: \"%s\" is none of %s", property->key, copy,
                        property->help);
        free(copy);
        return rc;
    }
    if (property->kind == TEXT) {
        free(*text_at(config, property));
        *text_at(config, property) = copy;
        return XZ_OK;
    }
    if (property->kind == DURATION) {
        int64_t span_ms = 0;

        rc = xz_duration_parse(value, &span_ms, err);
        if (rc == XZ_OK && (span_ms < property->min || span_ms > property->max)) {
            rc = xz_err_set(err, XZ_CONFIG, "%s: \"%s\" is not from %lld to %lld ms", property->key,
                            copy, (long long)property->min, (long long)property->max);
        }
        *number_at(config, property) = rc == XZ_OK ? span_ms : *number_at(config, property);
    } else {
        const long long number = strtoll(copy, &end, 10);

        if (value.len == 0 || *end != '\0' || number < property->min || number > property->max) {
            rc =
                xz_err_set(err, XZ_CONFIG, "%s: \"%s\" is not a whole number from %lld to %lld",
                           property->key, copy, (long long)property->min, (long long)property->max);
        } else {
            *number_at(config, property) = number;
        }
    }
    free(copy);
    return rc;
}

void xz_config_init(struct xz_config *config)
{
    memset(config, 0, sizeof(*config));
    for (size_t i = 0; i < PROPERTIES; i++) {
        (void)!set_property(config, &properties[i], xz_str_from(properties[i].fallback), NULL);
    }
    (void)!xz_config_set(config, "kafka.bootstrap.servers=127.0.0.1:9092", NULL);
}

void xz_config_fini(struct xz_config *config)
{
    for (size_t i = 0; i < PROPERTIES; i++) {
        if (properties[i].kind == TEXT) {
            free(*text_at(config, &properties[i]));
        }
    }
    for (size_t i = 0; i < config->kafka_count; i++) {
        free(config->kafka[i].name);
        free(config->kafka[i].value);
    }
    memset(config, 0, sizeof(*config));
}

static enum xz_rc set_kafka(struct xz_config *config, const char *name, struct xz_str value,
                            struct xz_err *err)
{
    struct xz_kafka_property *property = NULL;

    for (size_t i = 0; i < config->kafka_count && property == NULL; i++) {
        property = strcmp(config->kafka[i].name, name) == 0 ? &config->kafka[i] : NULL;
    }
    if (property == NULL) {
        if (config->kafka_count == XZ_KAFKA_PROPERTIES_MAX) {
            return xz_err_set(err, XZ_CONFIG, "more than %d kafka properties",
                              XZ_KAFKA_PROPERTIES_MAX);
        }
        property = &config->kafka[config->kafka_count++];
        property->name = xz_strdup(name);
        property->value = NULL;
    }
    free(property->value);
    property->value = xz_strndup(value.len ? value.ptr : "", value.len);
    return XZ_OK;
}

/* kafka.sasl.password_file: the first line of that file; kafka.sasl.password_env: a variable. */
static enum xz_rc set_secret(struct xz_config *config, const char *name, size_t stem, bool file,
                             const char *where, struct xz_err *err)
{
    char *key = xz_strndup(name, stem);
    char line[4096] = "";
    enum xz_rc rc = XZ_OK;

    if (file) {
        FILE *in = fopen(where, "rb");

        if (in == NULL || fgets(line, sizeof(line), in) == NULL) {
            rc = xz_err_config(err, where, 0, "the secret %s cannot be read: %s", key,
                               strerror(errno));
        }
        if (in != NULL) {
            (void)fclose(in);
        }
        line[strcspn(line, "\r\n")] = '\0';
    } else {
        const char *value = getenv(where);

        if (value == NULL) {
            rc = xz_err_set(err, XZ_CONFIG, "the secret %s: no variable %s in the environment", key,
                            where);
        } else {
            (void)snprintf(line, sizeof(line), "%s", value);
        }
    }
    rc = rc == XZ_OK ? set_kafka(config, key, xz_str_from(line), err) : rc;
    free(key);
    return rc;
}

static enum xz_rc unknown_key(struct xz_str key, struct xz_err *err)
{
    const char *names[PROPERTIES];
    const char *nearest;

    for (size_t i = 0; i < PROPERTIES; i++) {
        names[i] = properties[i].key;
    }
    nearest = xz_str_nearest(key, names, PROPERTIES);
    return xz_err_set(err, XZ_CONFIG, "unknown key \"" XZ_STR_FMT "\"%s%s%s", XZ_STR_ARG(key),
                      nearest ? "; did you mean \"" : "; xiezhi run --print-config lists all",
                      nearest ? nearest : "", nearest ? "\"?" : "");
}

static enum xz_rc set_key(struct xz_config *config, struct xz_str key, struct xz_str value,
                          struct xz_err *err)
{
    const struct property *property = property_of(key);
    char name[256], text[4096];
    size_t len;

    if (property != NULL) {
        return set_property(config, property, value, err);
    }
    if (!xz_str_starts(key, XZ_STR("kafka.")) || key.len - 6 >= sizeof(name) || key.len == 6) {
        return unknown_key(key, err);
    }
    len = key.len - 6;
    memcpy(name, key.ptr + 6, len);
    name[len] = '\0';
    (void)snprintf(text, sizeof(text), XZ_STR_FMT, XZ_STR_ARG(value));
    if (len > 5 && strcmp(name + len - 5, "_file") == 0) {
        return set_secret(config, name, len - 5, true, text, err);
    }
    if (len > 4 && strcmp(name + len - 4, "_env") == 0) {
        return set_secret(config, name, len - 4, false, text, err);
    }
    return set_kafka(config, name, value, err);
}

enum xz_rc xz_config_set(struct xz_config *config, const char *key_value, struct xz_err *err)
{
    const char *equals = strchr(key_value, '=');

    if (equals == NULL) {
        return xz_err_set(err, XZ_CONFIG, "\"%s\" is not KEY=VALUE", key_value);
    }
    return set_key(config, (struct xz_str){key_value, (uint32_t)(equals - key_value)},
                   xz_str_from(equals + 1), err);
}

/* Nested maps are keys with dots; both ways of writing may be mixed. */
static enum xz_rc load_map(struct xz_config *config, const struct xz_yaml *map, const char *prefix,
                           struct xz_err *err)
{
    for (size_t i = 0; i < map->count; i++) {
        const struct xz_yaml *item = &map->items[i];
        char key[512];
        struct xz_err why = {0};
        enum xz_rc rc;

        (void)snprintf(key, sizeof(key), "%s%s" XZ_STR_FMT, prefix, prefix[0] ? "." : "",
                       XZ_STR_ARG(item->key));
        if (item->type == XZ_YAML_MAP) {
            rc = load_map(config, item, key, err);
            if (rc != XZ_OK) {
                return rc;
            }
            continue;
        }
        if (item->type == XZ_YAML_LIST) {
            return xz_err_config(err, item->file, item->line, "%s: write a comma separated text",
                                 key);
        }
        rc = set_key(config, xz_str_from(key), item->text, &why);
        if (rc != XZ_OK) {
            return xz_err_config(err, item->file, item->line, "%s", why.msg);
        }
    }
    return XZ_OK;
}

enum xz_rc xz_config_load(struct xz_config *config, const char *file, struct xz_err *err)
{
    struct xz_yaml_doc *doc = NULL;
    enum xz_rc rc = xz_yaml_load(file, &doc, err);

    if (rc == XZ_OK && xz_yaml_root(doc)->type != XZ_YAML_MAP) {
        rc = xz_err_config(err, file, 1, "keys with values are wanted");
    }
    rc = rc == XZ_OK ? load_map(config, xz_yaml_root(doc), "", err) : rc;
    xz_yaml_free(doc);
    return rc;
}

bool xz_config_same(const struct xz_config *left, const struct xz_config *right)
{
    bool same = left->kafka_count == right->kafka_count;

    for (size_t i = 0; i < PROPERTIES && same; i++) {
        const char *from = (const char *)left + properties[i].offset;
        const char *to = (const char *)right + properties[i].offset;

        same = properties[i].kind == TEXT ? strcmp(*(char *const *)(const void *)from,
                                                   *(char *const *)(const void *)to) == 0
                                          : memcmp(from, to, sizeof(int64_t)) == 0;
    }
    for (size_t i = 0; i < left->kafka_count && same; i++) {
        const char *value = xz_config_kafka(right, left->kafka[i].name);

        same = value != NULL && strcmp(value, left->kafka[i].value) == 0;
    }
    return same;
}

const char *xz_config_kafka(const struct xz_config *config, const char *name)
{
    for (size_t i = 0; i < config->kafka_count; i++) {
        if (strcmp(config->kafka[i].name, name) == 0) {
            return config->kafka[i].value;
        }
    }
    return NULL;
}

struct xz_log_setup xz_config_log(const struct xz_config *config)
{
    static const char *const levels[] = {"error", "warn", "info", "debug"};
    struct xz_log_setup setup = {XZ_LOG_INFO, XZ_LOG_LOGFMT, NULL};

    for (int i = 0; i < 4; i++) {
        if (strcmp(config->log_level, levels[i]) == 0) {
            setup.level = (enum xz_log_level)i;
        }
    }
    setup.format = strcmp(config->log_format, "json") == 0 ? XZ_LOG_JSON : XZ_LOG_LOGFMT;
    return setup;
}

void xz_config_print(FILE *out)
{
    (void)fprintf(out, "# Every key with its default. Keys with dots may be nested. Any librdkafka "
                       "property may\n# stand under kafka; a secret as KEY_file: PATH or KEY_env: "
                       "NAME.\nkafka.bootstrap.servers: 127.0.0.1:9092\n");
    for (size_t i = 0; i < PROPERTIES; i++) {
        (void)fprintf(out, "%s: %s # %s\n", properties[i].key,
                      properties[i].fallback[0] ? properties[i].fallback : "\"\"",
                      properties[i].help);
    }
}

int xz_config_check(const char *file, const char *const sets[], size_t set_count,
                    void (*report)(void *arg, const struct xz_err *err))
{
    struct xz_config config;
    struct xz_err err = {0};
    int mistakes = 0;

    xz_config_init(&config);
    if (file != NULL && xz_config_load(&config, file, &err) != XZ_OK) {
        report(NULL, &err);
        mistakes++;
    }
    for (size_t i = 0; i < set_count; i++) {
        memset(&err, 0, sizeof(err));
        if (xz_config_set(&config, sets[i], &err) != XZ_OK) {
            report(NULL, &err);
            mistakes++;
        }
    }
    memset(&err, 0, sizeof(err));
    if (mistakes == 0 && xz_config_validate(&config, &err) != XZ_OK) {
        report(NULL, &err);
        mistakes++;
    }
    xz_config_fini(&config);
    return mistakes;
}
