/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The configuration: what stands in a file or after --set arrives, and a mistake is told with its
 * place and remedy. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "stream/config.h"

static char path[] = "/tmp/xz-config-XXXXXX";

static void write_file(const char *text)
{
    FILE *out = fopen(path, "wb");

    assert_non_null(out);
    assert_true(fputs(text, out) >= 0);
    assert_int_equal(fclose(out), 0);
}

static int make_file(void **state)
{
    const int fd = mkstemp(path);

    (void)state;
    return fd < 0 ? -1 : close(fd);
}

static int remove_file(void **state)
{
    (void)state;
    return unlink(path);
}

static void test_defaults_are_the_contracts(void **state)
{
    struct xz_config config;

    (void)state;
    xz_config_init(&config);
    assert_string_equal(config.topics_events, "xiezhi.events");
    assert_string_equal(config.topics_observations, "xiezhi.observations");
    assert_string_equal(config.topics_state, "xiezhi.state");
    assert_string_equal(config.topics_packs, "xiezhi.packs");
    assert_string_equal(config.topics_alerts, "xiezhi.alerts");
    assert_string_equal(config.topics_rejects, "xiezhi.rejects");
    assert_string_equal(config.topics_dispositions, "xiezhi.dispositions");
    assert_string_equal(config.roles, "ingest,detect");
    assert_string_equal(config.alerts_format, "json");
    assert_int_equal(config.max_ahead_ms, 86400000);
    assert_string_equal(xz_config_kafka(&config, "bootstrap.servers"), "127.0.0.1:9092");
    assert_null(xz_config_kafka(&config, "sasl.username"));
    xz_config_fini(&config);
}

static void test_set_goes_over_the_file_in_both_ways_of_writing(void **state)
{
    struct xz_config config;
    struct xz_err err = {0};

    (void)state;
    write_file("kafka:\n  bootstrap.servers: b1:9092,b2:9092\n  security.protocol: SSL\n"
               "topics:\n  events: a,b\nstate.dir: /var/lib/xiezhi\nstate:\n  checkpoint: 2s\n"
               "roles: detect\n");
    xz_config_init(&config);
    assert_int_equal(xz_config_load(&config, path, &err), XZ_OK);
    assert_string_equal(xz_config_kafka(&config, "bootstrap.servers"), "b1:9092,b2:9092");
    assert_string_equal(xz_config_kafka(&config, "security.protocol"), "SSL");
    assert_string_equal(config.topics_events, "a,b");
    assert_string_equal(config.state_dir, "/var/lib/xiezhi");
    assert_int_equal(config.checkpoint_ms, 2000);
    assert_int_equal(xz_config_set(&config, "roles=ingest", &err), XZ_OK);
    assert_string_equal(config.roles, "ingest");
    assert_int_equal(xz_config_set(&config, "kafka.ssl.ca.location=/ca=1.pem", &err), XZ_OK);
    assert_string_equal(xz_config_kafka(&config, "ssl.ca.location"), "/ca=1.pem");
    assert_int_equal(xz_config_set(&config, "http.listen=", &err), XZ_OK);
    assert_string_equal(config.http_listen, "");
    xz_config_fini(&config);
}

static void mistake(const char *key_value, const char *word)
{
    struct xz_config config;
    struct xz_err err = {0};

    xz_config_init(&config);
    assert_int_equal(xz_config_set(&config, key_value, &err), XZ_CONFIG);
    if (strstr(err.msg, word) == NULL) {
        fail_msg("%s: \"%s\" does not say %s", key_value, err.msg, word);
    }
    xz_config_fini(&config);
}

static void test_mistakes_name_the_remedy(void **state)
{
    (void)state;
    mistake("topics.event=a", "topics.events");
    mistake("stat.dir=a", "state.dir");
    mistake("quite.another=1", "quite.another");
    mistake("kafka.=1", "kafka.");
    mistake("roles", "KEY=VALUE");
    mistake("topics.partitions=0", "from 1 to");
    mistake("topics.partitions=many", "many");
    mistake("topics.partitions=", "whole number");
    mistake("topics.partitions=4x", "4x");
    mistake("topics.partitions=99999999999999999999", "from 1 to");
    mistake("state.checkpoint=soon", "soon");
}

static void test_mistakes_of_a_file_have_a_line(void **state)
{
    struct xz_config config;
    struct xz_err err = {0};

    (void)state;
    write_file("roles: detect\nstate:\n  dirr: x\n");
    xz_config_init(&config);
    assert_int_equal(xz_config_load(&config, path, &err), XZ_CONFIG);
    assert_non_null(strstr(err.path, ":3"));
    assert_non_null(strstr(err.msg, "state.dir"));
    write_file("topics:\n  events: [a, b]\n");
    assert_int_equal(xz_config_load(&config, path, &err), XZ_CONFIG);
    assert_non_null(strstr(err.path, ":2"));
    write_file("- a\n");
    assert_int_equal(xz_config_load(&config, path, &err), XZ_CONFIG);
    xz_config_fini(&config);
}

static void test_secrets_come_from_file_or_environment(void **state)
{
    struct xz_config config;
    struct xz_err err = {0};
    char set[128];

    (void)state;
    write_file("s3cret!\r\nsecond line\n");
    xz_config_init(&config);
    (void)snprintf(set, sizeof(set), "kafka.sasl.password_file=%s", path);
    assert_int_equal(xz_config_set(&config, set, &err), XZ_OK);
    assert_string_equal(xz_config_kafka(&config, "sasl.password"), "s3cret!");
    assert_null(xz_config_kafka(&config, "sasl.password_file"));
    assert_int_equal(setenv("XZ_TEST_SECRET", "from env", 1), 0);
    assert_int_equal(xz_config_set(&config, "kafka.sasl.password_env=XZ_TEST_SECRET", &err), XZ_OK);
    assert_string_equal(xz_config_kafka(&config, "sasl.password"), "from env");
    assert_int_equal(unsetenv("XZ_TEST_SECRET"), 0);
    assert_int_equal(xz_config_set(&config, "kafka.sasl.password_env=XZ_TEST_SECRET", &err),
                     XZ_CONFIG);
    assert_non_null(strstr(err.msg, "XZ_TEST_SECRET"));
    assert_int_equal(xz_config_set(&config, "kafka.sasl.password_file=/nowhere/it/is", &err),
                     XZ_CONFIG);
    assert_null(strstr(err.msg, "s3cret"));
    xz_config_fini(&config);
}

static void test_secrets_are_as_long_as_they_are(void **state)
{
    struct xz_config config;
    struct xz_err err = {0};
    char set[128], name[256];
    char *text = malloc(20001), *place;

    (void)state;
    assert_non_null(text);
    memset(text, 'x', 20000);
    text[20000] = '\0';
    write_file(text);
    xz_config_init(&config);
    (void)snprintf(set, sizeof(set), "kafka.sasl.password_file=%s", path);
    assert_int_equal(xz_config_set(&config, set, &err), XZ_OK);
    assert_string_equal(xz_config_kafka(&config, "sasl.password"), text);
    assert_int_equal(setenv("XZ_TEST_SECRET", text, 1), 0);
    assert_int_equal(xz_config_set(&config, "kafka.sasl.username_env=XZ_TEST_SECRET", &err), XZ_OK);
    assert_string_equal(xz_config_kafka(&config, "sasl.username"), text);
    assert_int_equal(unsetenv("XZ_TEST_SECRET"), 0);

    write_file("-----BEGIN-----\nkey\n-----END-----\n"); /* of PEM the first line is not enough */
    (void)snprintf(set, sizeof(set), "kafka.ssl.key.pem_file=%s", path);
    assert_int_equal(xz_config_set(&config, set, &err), XZ_OK);
    assert_string_equal(xz_config_kafka(&config, "ssl.key.pem"),
                        "-----BEGIN-----\nkey\n-----END-----\n");

    write_file("");
    assert_int_equal(xz_config_set(&config, set, &err), XZ_CONFIG);
    place = strstr(err.msg, path);
    assert_non_null(place);
    (void)snprintf(name, sizeof(name), "kafka.sasl.password_file: /nowhere/it/is\n");
    write_file(name);
    assert_int_equal(xz_config_load(&config, path, &err), XZ_CONFIG);
    assert_non_null(strstr(err.msg, "/nowhere/it/is"));
    assert_non_null(strstr(err.path, ":1"));
    xz_config_fini(&config);
    free(text);
}

static void test_names_that_would_be_cut_are_refused(void **state)
{
    char set[400], topics[200] = "topics.events=a";

    (void)state;
    (void)snprintf(set, sizeof(set), "topics.alerts=%0*d", 200, 1);
    mistake(set, "from 1 to 199");
    (void)snprintf(set, sizeof(set), "group=%0*d", 200, 1);
    mistake(set, "from 1 to 199");
    (void)snprintf(set, sizeof(set), "topics.events=a,%0*d", 200, 1);
    mistake(set, "from 1 to 199");
    for (int i = 0; i < XZ_EVENT_TOPICS_MAX; i++) {
        (void)snprintf(topics + strlen(topics), sizeof(topics) - strlen(topics), ",t%d", i);
    }
    mistake(topics, "from 1 to 16");
    mistake("topics.state=", "from 1 to 199");
    mistake("roles=ingest,judge", "judge");
    mistake("http.listen=everywhere", "HOST:PORT");
}

static void test_kafka_properties_have_a_limit(void **state)
{
    struct xz_config config;
    struct xz_err err = {0};
    char set[64];

    (void)state;
    xz_config_init(&config);
    for (int i = 1; i < XZ_KAFKA_PROPERTIES_MAX; i++) { /* bootstrap.servers is one */
        (void)snprintf(set, sizeof(set), "kafka.property.%d=%d", i, i);
        assert_int_equal(xz_config_set(&config, set, &err), XZ_OK);
    }
    assert_int_equal(xz_config_set(&config, "kafka.one.more=1", &err), XZ_CONFIG);
    assert_int_equal(xz_config_set(&config, "kafka.property.1=2", &err), XZ_OK);
    assert_string_equal(xz_config_kafka(&config, "property.1"), "2");
    xz_config_fini(&config);
}

/* What --print-config prints is itself a configuration, with every value at its default. */
static void test_printed_configuration_is_one(void **state)
{
    struct xz_config config, fresh;
    struct xz_err err = {0};
    FILE *out = fopen(path, "wb");

    (void)state;
    assert_non_null(out);
    xz_config_print(out);
    assert_int_equal(fclose(out), 0);
    xz_config_init(&config);
    xz_config_init(&fresh);
    if (xz_config_load(&config, path, &err) != XZ_OK) {
        fail_msg("%s: %s", err.path, err.msg);
    }
    assert_string_equal(config.topics_alerts, fresh.topics_alerts);
    assert_string_equal(config.http_listen, fresh.http_listen);
    assert_string_equal(config.reference, fresh.reference);
    assert_int_equal(config.flush_ms, fresh.flush_ms);
    assert_int_equal(config.checkpoint_ms, fresh.checkpoint_ms);
    assert_int_equal(config.max_ahead_ms, fresh.max_ahead_ms);
    xz_config_fini(&config);
    xz_config_fini(&fresh);
}

struct told {
    int count;
    char places[8][96];
};

static void count_report(void *arg, const struct xz_err *err)
{
    struct told *told = arg;

    assert_string_not_equal(err->msg, "");
    (void)snprintf(told->places[told->count++], sizeof(told->places[0]), "%s", err->path);
}

static void test_check_tells_every_mistake(void **state)
{
    static const char *const sets[] = {"roles=detect", "nonsense=1", "topics.partitions=-1"};

    struct told told = {0};
    struct xz_config config;
    char place[128];

    (void)state;
    write_file("nothing.like.it: 1\nroles: judge\ntopics:\n  events: [a]\n  partitions: 7\n"
               "kafka:\n  no.such: 1\n  security.protocol: none\nhttp.listen: x\n");
    xz_config_init(&config);
    assert_int_equal(xz_config_check(&config, path, sets, 3, count_report, &told), 8);
    assert_int_equal(told.count, 8);
    (void)snprintf(place, sizeof(place), "%s:9", path);
    assert_string_equal(told.places[3], place); /* after lines 1, 2 and 4 */
    assert_string_equal(told.places[4], "--set nonsense=1");
    (void)snprintf(place, sizeof(place), "%s:7", path);
    assert_string_equal(told.places[6], place); /* librdkafka's come last */
    assert_int_equal(config.topics_partitions, 7);
    assert_string_equal(config.roles, "detect");
    xz_config_fini(&config);
    xz_config_init(&config);
    assert_int_equal(xz_config_check(&config, NULL, sets, 1, count_report, &told), 0);
    xz_config_fini(&config);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_defaults_are_the_contracts),
        cmocka_unit_test(test_set_goes_over_the_file_in_both_ways_of_writing),
        cmocka_unit_test(test_mistakes_name_the_remedy),
        cmocka_unit_test(test_mistakes_of_a_file_have_a_line),
        cmocka_unit_test(test_secrets_come_from_file_or_environment),
        cmocka_unit_test(test_secrets_are_as_long_as_they_are),
        cmocka_unit_test(test_names_that_would_be_cut_are_refused),
        cmocka_unit_test(test_kafka_properties_have_a_limit),
        cmocka_unit_test(test_printed_configuration_is_one),
        cmocka_unit_test(test_check_tells_every_mistake),
    };

    return cmocka_run_group_tests(tests, make_file, remove_file);
}
