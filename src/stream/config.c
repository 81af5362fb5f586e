/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stream/config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/time.h"
#include "base/yaml.h"
#include "stream/kafka.h"
#include "stream/network.h"

#define SECRET_MAX   ((size_t)1 << 20) /* bytes of a file */
#define NAME_MAX_LEN 199               /* of a topic or a group: names are made of it */
#define DIR_MAX_LEN  3800

#ifndef XZ_VERSION /* which the Makefile reads from VERSION */
#define XZ_VERSION "0.0.0"
#endif
const char xz_version[] = XZ_VERSION;

enum kind { TEXT, TOPICS, ROLES, NETWORKS, ADDRESS, NUMBER, DURATION };

static const struct property {
    const char *key;
    enum kind kind;
    size_t offset;
    const char *fallback, *help;
    int64_t min, max;    /* of a number, of a duration in ms, of the length of a text (0: any) */
    const char *choices; /* of a text, or NULL: any; with bars between and around */
} properties[] = {
#define FIELD(member) offsetof(struct xz_config, member)
    {"topics.events", TOPICS, FIELD(topics_events), "xiezhi.events",
     "where gateways write; several, comma separated", 1, NAME_MAX_LEN, NULL},
    {"topics.observations", TEXT, FIELD(topics_observations), "xiezhi.observations",
     "internal: what detect reads", 1, NAME_MAX_LEN, NULL},
    {"topics.state", TEXT, FIELD(topics_state), "xiezhi.state",
     "internal, compacted: state for moves", 1, NAME_MAX_LEN, NULL},
    {"topics.packs", TEXT, FIELD(topics_packs), "xiezhi.packs", "compacted: packs by their hash", 1,
     NAME_MAX_LEN, NULL},
    {"topics.alerts", TEXT, FIELD(topics_alerts), "xiezhi.alerts", "what comes out", 1,
     NAME_MAX_LEN, NULL},
    {"topics.rejects", TEXT, FIELD(topics_rejects), "xiezhi.rejects",
     "records that could not be read", 1, NAME_MAX_LEN, NULL},
    {"topics.dispositions", TEXT, FIELD(topics_dispositions), "xiezhi.dispositions",
     "what investigators decided", 1, NAME_MAX_LEN, NULL},
    {"topics.partitions", NUMBER, FIELD(topics_partitions), "4",
     "partitions of a topic that is created; never changed afterwards", 1, 1024, NULL},
    {"topics.replication", NUMBER, FIELD(topics_replication), "-1",
     "replicas of a topic that is created; -1: the broker's default", -1, 32, NULL},
    {"group", TEXT, FIELD(group), "xiezhi", "prefix of the consumer groups -ingest and -detect", 1,
     NAME_MAX_LEN, NULL},
    {"state.dir", TEXT, FIELD(state_dir), "state", "one RocksDB a partition lives here", 1,
     DIR_MAX_LEN, NULL},
    {"state.cache_mb", NUMBER, FIELD(state_cache_mb), "512",
     "memory for entities, over all partitions", 16, 1 << 20, NULL},
    {"state.checkpoint", DURATION, FIELD(checkpoint_ms), "2s",
     "each partition is made durable so often", 100, 3600000, NULL},
    {"ingest.flush", DURATION, FIELD(flush_ms), "5ms", "an observation waits so long for others", 0,
     60000, NULL},
    {"ingest.flush_bytes", NUMBER, FIELD(flush_bytes), "262144", "or until so many are together",
     1024, 1 << 22, NULL},
    {"ingest.max_ahead", DURATION, FIELD(max_ahead_ms), "1d",
     "an event further ahead of the clock is a reject", 0, INT64_C(3162240000000), NULL},
    {"pack", TEXT, FIELD(pack), "",
     "activated if no pack is active; default models/medical-insurance", 0, DIR_MAX_LEN, NULL},
    {"reference", TEXT, FIELD(reference), "",
     "folder with institutions.csv, items.csv, diagnoses.csv", 0, DIR_MAX_LEN, NULL},
    {"roles", ROLES, FIELD(roles), "ingest,detect", "what this process does", 0, 0, NULL},
    {"stop_within", DURATION, FIELD(stop_within_ms), "25s",
     "an end in order that takes longer, as with a broker that does not answer, is cut short", 1000,
     600000, NULL},
    {"alerts.format", TEXT, FIELD(alerts_format), "json", "json or protobuf", 0, 0,
     "|json|protobuf|"},
    {"http.listen", ADDRESS, FIELD(http_listen), "127.0.0.1:9464",
     "host:port of /metrics, /healthz, /readyz; empty: none", 0, 0, NULL},
    {"console.listen", ADDRESS, FIELD(console_listen), "127.0.0.1:9480",
     "host:port of the console and its API", 0, 0, NULL},
    {"console.metrics", TEXT, FIELD(console_metrics), "",
     "HOST:PORT of the engine's /metrics; empty: those of this process", 0, 255, NULL},
    {"console.database", TEXT, FIELD(console_database), "",
     "sqlite:FILE or what libpq takes; default sqlite:STATE.DIR/desk.db", 0, DIR_MAX_LEN, NULL},
    {"console.keys", TEXT, FIELD(console_keys), "",
     "file of the keys that hide people; made when missing; default STATE.DIR/desk.keys", 0,
     DIR_MAX_LEN, NULL},
    {"console.calendar", TEXT, FIELD(console_calendar), "",
     "working days; default models/calendar/cn.csv", 0, DIR_MAX_LEN, NULL},
    {"console.tls_certificate", TEXT, FIELD(console_tls_certificate), "",
     "PEM file; with console.tls_key the console speaks TLS", 0, DIR_MAX_LEN, NULL},
    {"console.tls_key", TEXT, FIELD(console_tls_key), "", "PEM file of its key", 0, DIR_MAX_LEN,
     NULL},
    {"console.oidc_issuer", TEXT, FIELD(console_oidc_issuer), "",
     "who signs OpenID Connect tokens; empty: local passwords alone", 0, 1000, NULL},
    {"console.oidc_audience", TEXT, FIELD(console_oidc_audience), "xiezhi",
     "for whom such a token must be", 1, 1000, NULL},
    {"console.oidc_key", TEXT, FIELD(console_oidc_key), "", "PEM file of the issuer's public key",
     0, DIR_MAX_LEN, NULL},
    {"console.private_webhooks", TEXT, FIELD(console_private_webhooks), "no",
     "yes or no: may webhooks go to private addresses", 0, 0, "|yes|no|"},
    {"console.trusted_proxies", NETWORKS, FIELD(console_trusted_proxies), "",
     "addresses or networks whose X-Forwarded-For is believed, comma separated", 0, 0, NULL},
    {"console.rate", NUMBER, FIELD(console_rate), "50", "requests a second of one account", 1,
     100000, NULL},
    {"console.control_per_month", NUMBER, FIELD(console_control_per_month), "20",
     "subjects without alerts that become control cases, a month", 0, 10000, NULL},
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

static bool is_text(const struct property *property) { return property->kind <= ADDRESS; }

static bool is_choice(const struct property *property, const char *value)
{
    char wanted[64];

    (void)snprintf(wanted, sizeof(wanted), "|%s|", value);
    return strchr(value, '|') == NULL && strstr(property->choices, wanted) != NULL;
}

static enum xz_rc check_length(const struct property *property, struct xz_str value,
                               struct xz_err *err)
{
    if ((int64_t)value.len < property->min ||
        (property->max > 0 && (int64_t)value.len > property->max)) {
        return xz_err_set(err, XZ_CONFIG, "%s: %u bytes are not from %lld to %lld", property->key,
                          value.len, (long long)property->min, (long long)property->max);
    }
    return XZ_OK;
}

/* Names, comma separated, each as long as a single one may be. */
static enum xz_rc check_topics(const struct property *property, const char *value,
                               struct xz_err *err)
{
    char *copy = xz_strdup(value);
    const char *names[XZ_EVENT_TOPICS_MAX + 1];
    const size_t count = xz_split_names(copy, names, XZ_EVENT_TOPICS_MAX + 1);
    enum xz_rc rc = XZ_OK;

    if (count == 0 || count > XZ_EVENT_TOPICS_MAX) {
        rc = xz_err_set(err, XZ_CONFIG, "%s: from 1 to %d names are wanted", property->key,
                        XZ_EVENT_TOPICS_MAX);
    }
    for (size_t i = 0; rc == XZ_OK && i < count; i++) {
        rc = check_length(property, xz_str_from(names[i]), err);
    }
    free(copy);
    return rc;
}

static enum xz_rc check_text(const struct property *property, const char *value, struct xz_err *err)
{
    struct xz_network networks[XZ_NETWORKS_MAX];
    struct sockaddr_storage address;
    size_t count;

    if (property->kind == TOPICS) {
        return check_topics(property, value, err);
    }
    if (property->kind == ROLES) {
        return xz_config_check_roles(value, err);
    }
    if (property->kind == ADDRESS && value[0] != '\0') {
        return xz_listen_parse(property->key, value, &address, err);
    }
    if (property->kind == NETWORKS) {
        return xz_networks_parse(property->key, value, networks, &count, err);
    }
    if (property->choices != NULL && !is_choice(property, value)) {
        return xz_err_set(err, XZ_CONFIG, "%s: \"%s\" is none of %s", property->key, value,
                          property->help);
    }
    return check_length(property, xz_str_from(value), err);
}

static enum xz_rc set_property(struct xz_config *config, const struct property *property,
                               struct xz_str value, struct xz_err *err)
{
    char *end = NULL;
    char *copy = xz_strndup(value.len ? value.ptr : "", value.len);
    enum xz_rc rc = XZ_OK;

    if (is_text(property)) {
        rc = check_text(property, copy, err);
        if (rc == XZ_OK) {
            free(*text_at(config, property));
            *text_at(config, property) = copy;
        } else {
            free(copy);
        }
        return rc;
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
        if (is_text(&properties[i])) {
            free(*text_at(config, &properties[i]));
        }
    }
    for (size_t i = 0; i < config->kafka_count; i++) {
        free(config->kafka[i].name);
        free(config->kafka[i].value);
        free(config->kafka[i].place);
    }
    memset(config, 0, sizeof(*config));
}

static enum xz_rc set_kafka(struct xz_config *config, const char *name, struct xz_str value,
                            const char *place, struct xz_err *err)
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
        property->place = NULL;
    }
    free(property->value);
    free(property->place);
    property->value = xz_strndup(value.len ? value.ptr : "", value.len);
    property->place = xz_strdup(place);
    return XZ_OK;
}

static bool ends_with(const char *text, const char *tail)
{
    const size_t len = strlen(text), tail_len = strlen(tail);

    return len > tail_len && strcmp(text + len - tail_len, tail) == 0;
}

/* The first line of a secret's file; all of it when the property is one in PEM form. */
static enum xz_rc read_secret(const char *key, const char *where, struct xz_buf *out,
                              struct xz_err *err)
{
    FILE *in = fopen(where, "rb");
    const bool whole = ends_with(key, ".pem");
    int byte = EOF;

    if (in == NULL) {
        return xz_err_set(err, XZ_CONFIG, "the secret %s cannot be read from %s: %s", key, where,
                          strerror(errno));
    }
    while (out->len <= SECRET_MAX && (byte = getc(in)) != EOF && (whole || byte != '\n')) {
        xz_buf_u8(out, (uint8_t)byte);
    }
    if (ferror(in) || out->len == 0 || out->len > SECRET_MAX ||
        memchr(out->data, '\0', out->len) != NULL) {
        const char *what = ferror(in)              ? "it cannot be read"
                           : out->len == 0         ? "nothing is there"
                           : out->len > SECRET_MAX ? "it is longer than 1 MiB"
                                                   : "a zero byte is in it";

        (void)fclose(in);
        return xz_err_set(err, XZ_CONFIG, "the secret %s of %s: %s", key, where, what);
    }
    (void)fclose(in);
    if (!whole && out->data[out->len - 1] == '\r') {
        out->len--;
    }
    return XZ_OK;
}

/* kafka.sasl.password_file: the first line of that file; kafka.sasl.password_env: a variable. */
static enum xz_rc set_secret(struct xz_config *config, const char *name, size_t stem, bool file,
                             const char *where, const char *place, struct xz_err *err)
{
    char *key = xz_strndup(name, stem);
    struct xz_buf secret = {0};
    const char *value;
    enum xz_rc rc = XZ_OK;

    if (file) {
        rc = read_secret(key, where, &secret, err);
    } else if ((value = getenv(where)) != NULL) {
        xz_buf_bytes(&secret, value, strlen(value));
    } else {
        rc = xz_err_set(err, XZ_CONFIG, "the secret %s: no variable %s in the environment", key,
                        where);
    }
    rc = rc == XZ_OK ? set_kafka(config, key, xz_buf_view(&secret), place, err) : rc;
    xz_buf_fini(&secret);
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
                          const char *place, struct xz_err *err)
{
    const struct property *property = property_of(key);
    char name[256];
    char *where;
    size_t len;
    enum xz_rc rc;

    if (property != NULL) {
        return set_property(config, property, value, err);
    }
    if (!xz_str_starts(key, XZ_STR("kafka.")) || key.len - 6 >= sizeof(name) || key.len == 6) {
        return unknown_key(key, err);
    }
    len = key.len - 6;
    memcpy(name, key.ptr + 6, len);
    name[len] = '\0';
    if (!ends_with(name, "_file") && !ends_with(name, "_env")) {
        return set_kafka(config, name, value, place, err);
    }
    where = xz_strndup(value.len ? value.ptr : "", value.len);
    rc = ends_with(name, "_file") ? set_secret(config, name, len - 5, true, where, place, err)
                                  : set_secret(config, name, len - 4, false, where, place, err);
    free(where);
    return rc;
}

enum xz_rc xz_config_set(struct xz_config *config, const char *key_value, struct xz_err *err)
{
    const char *equals = strchr(key_value, '=');

    if (equals == NULL) {
        return xz_err_set(err, XZ_CONFIG, "\"%s\" is not KEY=VALUE", key_value);
    }
    return set_key(config, (struct xz_str){key_value, (uint32_t)(equals - key_value)},
                   xz_str_from(equals + 1), "", err);
}

/* ---- a file ---- */

struct loading {
    struct xz_config *config;
    xz_mistake_fn report;
    void *arg;
    int mistakes;
};

static void mistake(struct loading *loading, const struct xz_err *err)
{
    loading->mistakes++;
    loading->report(loading->arg, err);
}

static void load_item(struct loading *loading, const struct xz_yaml *item, const char *key)
{
    struct xz_err err = {0}, why = {0};
    char place[sizeof(err.path)];

    if (item->type == XZ_YAML_LIST) {
        (void)xz_err_config(&err, item->file, item->line, "%s: write a comma separated text", key);
        mistake(loading, &err);
        return;
    }
    (void)xz_err_config(&err, item->file, item->line, " ");
    (void)snprintf(place, sizeof(place), "%s", err.path);
    if (set_key(loading->config, xz_str_from(key), item->text, place, &why) != XZ_OK) {
        (void)xz_err_config(&err, item->file, item->line, "%s", why.msg);
        mistake(loading, &err);
    }
}

/* Nested maps are keys with dots; both ways of writing may be mixed. */
static void load_map(struct loading *loading, const struct xz_yaml *map, const char *prefix)
{
    for (size_t i = 0; i < map->count; i++) {
        const struct xz_yaml *item = &map->items[i];
        char key[512];

        (void)snprintf(key, sizeof(key), "%s%s" XZ_STR_FMT, prefix, prefix[0] ? "." : "",
                       XZ_STR_ARG(item->key));
        if (item->type == XZ_YAML_MAP) {
            load_map(loading, item, key);
        } else {
            load_item(loading, item, key);
        }
    }
}

static int load(struct xz_config *config, const char *file, xz_mistake_fn report, void *arg)
{
    struct loading loading = {config, report, arg, 0};
    struct xz_yaml_doc *doc = NULL;
    struct xz_err err = {0};
    enum xz_rc rc = xz_yaml_load(file, &doc, &err);

    if (rc == XZ_OK && xz_yaml_root(doc)->type != XZ_YAML_MAP) {
        rc = xz_err_config(&err, file, 1, "keys with values are wanted");
    }
    if (rc == XZ_OK) {
        load_map(&loading, xz_yaml_root(doc), "");
    } else {
        mistake(&loading, &err);
    }
    xz_yaml_free(doc);
    return loading.mistakes;
}

static void keep_first(void *arg, const struct xz_err *err)
{
    struct xz_err *first = arg;

    if (first->rc == XZ_OK) {
        *first = *err;
    }
}

enum xz_rc xz_config_load(struct xz_config *config, const char *file, struct xz_err *err)
{
    struct xz_err first = {0};

    if (load(config, file, keep_first, &first) > 0 && err != NULL) {
        *err = first;
    }
    return first.rc;
}

bool xz_config_same(const struct xz_config *left, const struct xz_config *right)
{
    bool same = left->kafka_count == right->kafka_count;

    for (size_t i = 0; i < PROPERTIES && same; i++) {
        const char *from = (const char *)left + properties[i].offset;
        const char *to = (const char *)right + properties[i].offset;

        same = is_text(&properties[i]) ? strcmp(*(char *const *)(const void *)from,
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

int xz_config_check(struct xz_config *config, const char *file, const char *const sets[],
                    size_t set_count, xz_mistake_fn report, void *arg)
{
    int mistakes = file != NULL ? load(config, file, report, arg) : 0;

    for (size_t i = 0; i < set_count; i++) {
        struct xz_err err = {0};

        if (xz_config_set(config, sets[i], &err) != XZ_OK) {
            (void)snprintf(err.path, sizeof(err.path), "--set %s", sets[i]);
            report(arg, &err);
            mistakes++;
        }
    }
    return mistakes + xz_config_validate_all(config, report, arg);
}
