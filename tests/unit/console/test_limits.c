/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How often, how long, and where to: the limiter, the guard of connections, public addresses, the
 * pace of the control sample. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/time.h"
#include "cases/control.h"
#include "console/address.h"
#include "console/assets.h"
#include "console/control_draw.h"
#include "console/guard.h"
#include "console/limiter.h"

#define NOW_MS INT64_C(1772413200000)

static void test_limiter_gives_a_burst_and_then_a_rate(void **state)
{
    struct xz_limiter *limiter = xz_limiter_new(10, 20);
    int64_t now_ms = NOW_MS;

    (void)state;
    for (int i = 0; i < 20; i++) {
        assert_true(xz_limiter_take(limiter, XZ_STR("li"), 1, now_ms));
    }
    assert_false(xz_limiter_take(limiter, XZ_STR("li"), 1, now_ms));
    assert_true(xz_limiter_take(limiter, XZ_STR("wang"), 5, now_ms)); /* another's is another's */
    for (int i = 0; i < 50; i++) {
        now_ms += 100;
        assert_true(xz_limiter_take(limiter, XZ_STR("li"), 1, now_ms));
        assert_false(xz_limiter_take(limiter, XZ_STR("li"), 1, now_ms));
    }
    now_ms += XZ_DAY_MS; /* no more than a burst, however long nobody came */
    assert_true(xz_limiter_take(limiter, XZ_STR("li"), 20, now_ms));
    assert_false(xz_limiter_take(limiter, XZ_STR("li"), 1, now_ms));
    xz_limiter_free(limiter);
}

static void test_limiter_outlives_a_clock_that_goes_back(void **state)
{
    struct xz_limiter *limiter = xz_limiter_new(10, 20);

    (void)state;
    assert_true(xz_limiter_take(limiter, XZ_STR("li"), 19, NOW_MS));
    assert_true(xz_limiter_take(limiter, XZ_STR("li"), 1, NOW_MS - XZ_DAY_MS));
    assert_false(xz_limiter_take(limiter, XZ_STR("li"), 1, NOW_MS - 1));
    assert_true(xz_limiter_take(limiter, XZ_STR("li"), 1, NOW_MS + 100));
    assert_false(
        xz_limiter_take(limiter, XZ_STR("li"), 1, NOW_MS + 100)); /* and it gives no more */
    xz_limiter_free(limiter);
}

static bool is_open(int socket)
{
    char byte;

    return recv(socket, &byte, 1, MSG_DONTWAIT) < 0; /* nothing yet; 0 would be its end */
}

static void test_guard_ends_what_takes_too_long(void **state)
{
    static const int64_t limits_ms[] = {[XZ_GUARD_WAITS] = XZ_GUARD_WAITS_MS,
                                        [XZ_GUARD_RECEIVES] = XZ_GUARD_RECEIVES_MS,
                                        [XZ_GUARD_ANSWERS] = XZ_GUARD_ANSWERS_MS};
    struct xz_guard *guard = xz_guard_new(2);

    (void)state;
    for (enum xz_guard_phase phase = XZ_GUARD_WAITS; phase <= XZ_GUARD_ANSWERS; phase++) {
        int pair[2], other[2], number, second;

        assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
        assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, other), 0);
        number = xz_guard_open(guard, pair[0], NOW_MS);
        second = xz_guard_open(guard, other[0], NOW_MS);
        assert_true(number >= 0 && second >= 0 && number != second);
        assert_int_equal(xz_guard_open(guard, 0, NOW_MS), -1);
        xz_guard_phase(guard, number, phase, NOW_MS + 1000);
        xz_guard_phase(guard, second, XZ_GUARD_STREAMS, NOW_MS);
        assert_int_equal(xz_guard_sweep(guard, NOW_MS + 1000 + limits_ms[phase]), 0);
        assert_true(is_open(pair[1]));
        assert_int_equal(xz_guard_sweep(guard, NOW_MS + 1001 + limits_ms[phase]), 1);
        assert_false(is_open(pair[1]));
        assert_true(is_open(other[1]));
        assert_int_equal(xz_guard_sweep(guard, NOW_MS + 1002 + limits_ms[phase]), 0);
        xz_guard_close(guard, number);
        xz_guard_close(guard, second);
        assert_int_equal(xz_guard_sweep(guard, NOW_MS + XZ_DAY_MS), 0);
        for (int i = 0; i < 2; i++) {
            (void)close(pair[i]);
            (void)close(other[i]);
        }
    }
    xz_guard_phase(guard, -1, XZ_GUARD_WAITS, NOW_MS); /* one that nobody watches */
    xz_guard_free(guard);
}

static bool is_public(const char *text)
{
    struct sockaddr_in v4 = {.sin_family = AF_INET};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};

    if (inet_pton(AF_INET, text, &v4.sin_addr) == 1) {
        return xz_address_is_public((const struct sockaddr *)&v4);
    }
    assert_int_equal(inet_pton(AF_INET6, text, &v6.sin6_addr), 1);
    return xz_address_is_public((const struct sockaddr *)&v6);
}

static void test_addresses_of_somebodys_network_are_not_public(void **state)
{
    static const char *const own[] = {"0.0.0.0",
                                      "0.1.2.3",
                                      "10.0.0.1",
                                      "10.255.255.255",
                                      "100.64.0.1",
                                      "100.127.255.255",
                                      "127.0.0.1",
                                      "127.255.255.254",
                                      "169.254.169.254",
                                      "172.16.0.1",
                                      "172.31.255.255",
                                      "192.0.0.1",
                                      "192.0.2.1",
                                      "192.168.0.1",
                                      "198.18.0.1",
                                      "198.19.255.255",
                                      "198.51.100.1",
                                      "203.0.113.1",
                                      "224.0.0.1",
                                      "239.1.1.1",
                                      "240.0.0.1",
                                      "255.255.255.255",
                                      "::",
                                      "::1",
                                      "::ffff:10.0.0.1",
                                      "::ffff:127.0.0.1",
                                      "::10.0.0.1",
                                      "64:ff9b::a00:1",
                                      "100::1",
                                      "fc00::1",
                                      "fd12:3456::1",
                                      "fe80::1",
                                      "fec0::1",
                                      "ff02::1",
                                      "2001:db8::1",
                                      "2001::1",
                                      "2002:a00:1::1",
                                      "3fff::1"};
    static const char *const anybodys[] = {
        "1.1.1.1",         "8.8.8.8",        "9.255.255.255", "11.0.0.1",        "100.63.255.255",
        "100.128.0.1",     "126.0.0.1",      "128.0.0.1",     "169.253.0.1",     "172.15.255.255",
        "172.32.0.1",      "192.0.1.1",      "192.167.1.1",   "198.17.1.1",      "198.20.0.1",
        "223.255.255.255", "::ffff:8.8.8.8", "2400:3200::1",  "2606:4700::1111", "2a00::1"};
    const struct sockaddr unix_one = {.sa_family = AF_UNIX};

    (void)state;
    for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++) {
        if (is_public(own[i])) {
            fail_msg("%s is taken for anybody's", own[i]);
        }
    }
    for (size_t i = 0; i < sizeof(anybodys) / sizeof(anybodys[0]); i++) {
        if (!is_public(anybodys[i])) {
            fail_msg("%s is taken for somebody's own", anybodys[i]);
        }
    }
    assert_false(xz_address_is_public(&unix_one));
}

/* By what somebody is rationed who comes from `peer`, with this X-Forwarded-For. */
static const char *rationed(const char *trusted, const char *peer, const char *forwarded)
{
    static char text[XZ_IP_TEXT_MAX];
    struct xz_network proxies[XZ_NETWORKS_MAX];
    struct xz_err err = {0};
    struct xz_ip ip;
    size_t count = 0;

    assert_true(xz_ip_parse(xz_str_from(peer), &ip));
    assert_int_equal(xz_networks_parse("k", trusted, proxies, &count, &err), XZ_OK);
    xz_address_key(xz_address_client(proxies, count, ip, xz_str_from(forwarded)), text);
    return text;
}

static void test_a_trusted_proxy_says_who_asks(void **state)
{
    (void)state;
    assert_string_equal(rationed("", "10.0.0.1", "1.2.3.4"), "10.0.0.1");
    assert_string_equal(rationed("10.0.0.2", "10.0.0.1", "1.2.3.4"), "10.0.0.1");
    assert_string_equal(rationed("10.0.0.0/8", "10.0.0.1", ""), "10.0.0.1");
    assert_string_equal(rationed("10.0.0.0/8", "10.0.0.1", "1.2.3.4"), "1.2.3.4");
    /* what stands before the last is what that one said */
    assert_string_equal(rationed("10.0.0.0/8", "10.0.0.1", "9.9.9.9, 1.2.3.4"), "1.2.3.4");
    assert_string_equal(rationed("10.0.0.0/8", "10.0.0.1", "9.9.9.9,\t1.2.3.4 "), "1.2.3.4");
    /* unless that is a trusted one too */
    assert_string_equal(rationed("10.0.0.0/8", "10.0.0.1", "8.8.8.8,9.9.9.9,10.0.0.7"), "9.9.9.9");
    assert_string_equal(rationed("10.0.0.0/8", "10.0.0.1", "10.0.0.8, 10.0.0.7"), "10.0.0.8");
    /* who says what is no address is the last that is known */
    for (size_t i = 0; i < 6; i++) {
        static const char *const odd[] = {"unknown",  "1.2.3.4:80", ",",
                                          "1.2.3.4,", "x, y",       "[::1]"};

        assert_string_equal(rationed("10.0.0.0/8", "10.0.0.1", odd[i]), "10.0.0.1");
    }
    assert_string_equal(rationed("10.0.0.0/8", "10.0.0.1", "9.9.9.9, x, 10.0.0.7"), "10.0.0.7");
    /* IPv4 is itself on a socket of both, and IPv6 is its network */
    assert_string_equal(rationed("10.0.0.1", "::ffff:10.0.0.1", "::ffff:1.2.3.4"), "1.2.3.4");
    assert_string_equal(rationed("::1", "::1", "2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::");
    assert_string_equal(rationed("", "2001:db8:1:2:aaaa::", "1.2.3.4"), "2001:db8:1:2::");
}

static void test_control_sample_is_spread_over_the_month(void **state)
{
    const int64_t begins_ms = xz_month_start_ms(xz_month_of(NOW_MS));
    const int64_t ends_ms = xz_month_start_ms(xz_month_of(NOW_MS) + 1);
    int64_t before = 0;

    (void)state;
    assert_int_equal(xz_control_wanted(20, begins_ms), 0);
    for (int64_t at_ms = begins_ms; at_ms < ends_ms; at_ms += XZ_HOUR_MS) {
        const int64_t wanted = xz_control_wanted(20, at_ms);

        assert_true(wanted == before || wanted == before + 1);
        before = wanted;
    }
    assert_int_equal(before, 20);
    assert_int_equal(xz_control_wanted(1, begins_ms + 1), 1);
    assert_int_equal(xz_control_wanted(0, NOW_MS), 0);
}

static void test_control_sample_takes_the_person_of_an_event(void **state)
{
    json_t *sale =
        json_loads("{\"msgid\":\"m\",\"inf_time\":\"2026-03-01 09:15:02\",\"insuplc_admdvs\":"
                   "\"210100\",\"mdtrtarea_admvs\":\"210102\",\"fixmedins_code\":\"P1\","
                   "\"settlement\":{\"psn_no\":\"77\"}}",
                   0, NULL);
    json_t *scan =
        json_loads("{\"msgid\":\"m\",\"inf_time\":\"2026-03-01 09:15:02\",\"trace_scan\":"
                   "{\"drug_trac_codg\":\"8\"}}",
                   0, NULL);
    struct xz_control_draw draw;

    (void)state;
    assert_true(xz_control_of_event(sale, &draw));
    assert_true(xz_str_eq(draw.subject, XZ_STR("77")) && xz_str_eq(draw.region, XZ_STR("210100")));
    assert_true(xz_str_eq(draw.institution, XZ_STR("P1")));
    assert_true(xz_str_eq(draw.institution_region, XZ_STR("210102")));
    assert_true(draw.at_ms > 0);
    assert_false(xz_control_of_event(scan, &draw));
    json_decref(sale);
    json_decref(scan);
}

static void test_assets_are_found_by_path(void **state)
{
    (void)state;
    assert_non_null(xz_asset_find("/openapi.json"));
    assert_false(xz_asset_find("/openapi.json")->is_gzip);
    assert_null(xz_asset_find("/no-such-page"));
    assert_null(xz_asset_find(""));
    assert_ptr_equal(xz_asset_find("/"), xz_asset_find("/index.html"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_limiter_gives_a_burst_and_then_a_rate),
        cmocka_unit_test(test_limiter_outlives_a_clock_that_goes_back),
        cmocka_unit_test(test_guard_ends_what_takes_too_long),
        cmocka_unit_test(test_addresses_of_somebodys_network_are_not_public),
        cmocka_unit_test(test_a_trusted_proxy_says_who_asks),
        cmocka_unit_test(test_control_sample_is_spread_over_the_month),
        cmocka_unit_test(test_control_sample_takes_the_person_of_an_event),
        cmocka_unit_test(test_assets_are_found_by_path),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
