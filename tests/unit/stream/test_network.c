/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Addresses and networks: what is one, what is in one, where to listen. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <string.h>

#include "base/buf.h"
#include "stream/config.h"
#include "stream/network.h"

static void test_where_to_listen(void **state)
{
    static const char *const wrong[] = {
        "",           "9464",           ":9464",         "localhost:9464", "127.0.0.1:",
        "127.0.0.1",  "127.0.0.1:0",    "::1:9464",      "127.0.0.1:x",    "127.0.0.1:65536",
        "1.2.3:9464", "127.0.0.1:12ab", "127.0.0.1:-1",  "[::1]",          "[::1]:",
        "[]:1",       "[::1:9464",      "[127.0.0.1]:1", "[::1]x:1",       "[::1]:0",
        "[::1]: 1",   "127.0.0.1:+1",   "[fe80::1%lo]:1"};
    struct sockaddr_storage address;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;

    (void)state;
    assert_int_equal(xz_listen_parse("k", "0.0.0.0:65535", &address, NULL), XZ_OK);
    memcpy(&v4, &address, sizeof(v4));
    assert_int_equal(v4.sin_family, AF_INET);
    assert_int_equal(ntohs(v4.sin_port), 65535);
    assert_int_equal(v4.sin_addr.s_addr, INADDR_ANY);
    assert_int_equal(xz_listen_parse("k", "[::1]:9480", &address, NULL), XZ_OK);
    memcpy(&v6, &address, sizeof(v6));
    assert_int_equal(v6.sin6_family, AF_INET6);
    assert_int_equal(ntohs(v6.sin6_port), 9480);
    assert_memory_equal(&v6.sin6_addr, &in6addr_loopback, sizeof(in6addr_loopback));
    assert_int_equal(xz_listen_parse("k", "[::]:1", &address, NULL), XZ_OK);
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        struct xz_err err = {0};

        if (xz_listen_parse("k", wrong[i], &address, &err) != XZ_CONFIG) {
            fail_msg("taken: %s", wrong[i]);
        }
        assert_int_equal(strncmp(err.msg, "k: ", 3), 0);
    }
}

static void test_an_address_is_the_same_however_it_came(void **state)
{
    struct sockaddr_in v4 = {.sin_family = AF_INET};
    struct xz_ip ip, other;
    char text[XZ_IP_TEXT_MAX];

    (void)state;
    v4.sin_addr.s_addr = htonl(0x7f000001);
    assert_true(xz_ip_of((const struct sockaddr *)&v4, &ip));
    assert_true(xz_ip_parse(XZ_STR("::ffff:127.0.0.1"), &other));
    assert_memory_equal(&ip, &other, sizeof(ip));
    assert_true(xz_ip_is_v4(&ip));
    xz_ip_text(&ip, text);
    assert_string_equal(text, "127.0.0.1");
    assert_true(xz_ip_parse(XZ_STR("2001:DB8::0:1"), &ip));
    assert_false(xz_ip_is_v4(&ip));
    xz_ip_text(&ip, text);
    assert_string_equal(text, "2001:db8::1");
    for (size_t i = 0; i < 8; i++) {
        static const char *const wrong[] = {"",      "x",        "1.2.3",   "1.2.3.4:5",
                                            "[::1]", "1.2.3.4 ", "unknown", "::1%lo"};

        assert_false(xz_ip_parse(xz_str_from(wrong[i]), &ip));
    }
    assert_false(xz_ip_parse((struct xz_str){"1.2.3.4\0", 8}, &ip));
}

static bool has(const char *list, const char *address)
{
    struct xz_network networks[XZ_NETWORKS_MAX];
    struct xz_err err = {0};
    struct xz_ip ip;
    size_t count = 0;
    bool found = false;

    assert_true(xz_ip_parse(xz_str_from(address), &ip));
    if (xz_networks_parse("k", list, networks, &count, &err) != XZ_OK) {
        fail_msg("%s", err.msg);
    }
    for (size_t i = 0; i < count; i++) {
        found = found || xz_network_has(&networks[i], &ip);
    }
    return found;
}

static void test_what_is_in_a_network(void **state)
{
    (void)state;
    assert_false(has("", "127.0.0.1"));
    assert_true(has("10.0.0.0/8", "10.255.0.1"));
    assert_false(has("10.0.0.0/8", "11.0.0.1"));
    assert_true(has("192.168.0.0/16,10.1.2.3", "10.1.2.3"));
    assert_false(has("192.168.0.0/16, 10.1.2.3", "10.1.2.4"));
    assert_true(has("10.0.0.128/25", "10.0.0.255"));
    assert_false(has("10.0.0.128/25", "10.0.0.127"));
    assert_true(has("0.0.0.0/0", "1.2.3.4"));
    assert_false(has("0.0.0.0/0", "::1")); /* IPv4 is not all of it */
    assert_true(has("::/0", "::1"));
    assert_true(has("2001:db8::/33", "2001:db8:7fff::1"));
    assert_false(has("2001:db8::/33", "2001:db8:8000::1"));
    assert_true(has("::1", "::1"));
    assert_false(has("::1", "::2"));
}

static void test_what_is_no_network_is_a_mistake(void **state)
{
    static const char *const wrong[] = {"x",         "10.0.0.0/33", "10.0.0.0/",      "10.0.0.0/-1",
                                        "::1/129",   "10.0.0.1/8",  "2001:db8::1/32", "10.0.0.0/8x",
                                        "localhost", "/8",          "10.0.0.0/8;::1", "::1/+1"};
    struct xz_network networks[XZ_NETWORKS_MAX];
    struct xz_buf many = {0};
    struct xz_config config;
    struct xz_err err = {0};
    size_t count = 1;

    (void)state;
    xz_config_init(&config);
    assert_string_equal(config.console_trusted_proxies, "");
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        xz_buf_clear(&many);
        xz_buf_printf(&many, "console.trusted_proxies=%s%c", wrong[i], '\0');
        if (xz_networks_parse("k", wrong[i], networks, &count, &err) != XZ_CONFIG ||
            xz_config_set(&config, (const char *)many.data, &err) != XZ_CONFIG) {
            fail_msg("taken: %s", wrong[i]);
        }
        assert_int_equal(count, 0);
        assert_non_null(strstr(err.msg, "console.trusted_proxies"));
    }
    xz_buf_clear(&many);
    for (int i = 0; i <= XZ_NETWORKS_MAX; i++) {
        assert_true(i == 0 || xz_networks_parse("k", (const char *)many.data, networks, &count,
                                                &err) == XZ_OK);
        many.len -= i > 0;
        xz_buf_printf(&many, "10.0.0.%d,%c", i, '\0');
    }
    assert_int_equal(xz_networks_parse("k", (const char *)many.data, networks, &count, &err),
                     XZ_CONFIG);
    assert_int_equal(xz_config_set(&config, "console.trusted_proxies=10.0.0.0/8, ::1", &err),
                     XZ_OK);
    xz_config_fini(&config);
    xz_buf_fini(&many);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_where_to_listen),
        cmocka_unit_test(test_an_address_is_the_same_however_it_came),
        cmocka_unit_test(test_what_is_in_a_network),
        cmocka_unit_test(test_what_is_no_network_is_a_mistake),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
