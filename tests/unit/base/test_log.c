/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A line stays one line of its form, whatever the values hold. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/str.h"

static char written[16384];
static int kept = -1, ends[2];

static int64_t at_ms(void) { return 0; }

/* What comes on standard error from here on, until `told`, is kept. */
static void listen_as(enum xz_log_format format, int64_t (*now_ms)(void))
{
    xz_log_init(&(struct xz_log_setup){XZ_LOG_INFO, format, now_ms});
    assert_int_equal(pipe(ends), 0);
    kept = dup(STDERR_FILENO);
    assert_true(kept >= 0 && dup2(ends[1], STDERR_FILENO) >= 0);
}

static const char *told(void)
{
    ssize_t len;

    assert_true(dup2(kept, STDERR_FILENO) >= 0);
    (void)close(kept);
    (void)close(ends[1]);
    len = read(ends[0], written, sizeof(written) - 1);
    (void)close(ends[0]);
    assert_true(len >= 0);
    written[len] = '\0';
    return written;
}

static const char hostile[] =
    "socket \"/tmp/pg\" a=b\n level=error x=\"y\t\\ \xff\xc3\xa9 \x01%s%n";

static void test_logfmt_escapes_what_values_hold(void **state)
{
    (void)state;
    listen_as(XZ_LOG_LOGFMT, NULL);
    xz_log(XZ_LOG_WARN, "console", "feed", "rc=%s error=\"%s\" n=%d", "retry", hostile, -3);
    assert_string_equal(told(),
                        "level=warn module=console event=feed rc=retry error=\"socket "
                        "\\\"/tmp/pg\\\" a=b\\n level=error x=\\\"y\\t\\\\ \xef\xbf\xbd\xc3\xa9 "
                        "\\u0001%s%n\" n=-3\n");
}

static void test_json_escapes_what_values_hold(void **state)
{
    (void)state;
    listen_as(XZ_LOG_JSON, at_ms);
    xz_log(XZ_LOG_WARN, "console", "feed", "rc=%s error=\"%s\" n=%d", "retry", hostile, -3);
    assert_string_equal(
        told(),
        "{\"time\":\"1970-01-01T08:00:00+08:00\",\"level\":\"warn\",\"module\":"
        "\"console\",\"event\":\"feed\",\"rc\":\"retry\",\"error\":\"socket \\\"/tmp/pg\\\" "
        "a=b\\n level=error x=\\\"y\\t\\\\ \xef\xbf\xbd\xc3\xa9 \\u0001%s%n\",\"n\":"
        "\"-3\"}\n");
}

static void test_values_without_quotes_get_them_where_needed(void **state)
{
    (void)state;
    listen_as(XZ_LOG_LOGFMT, NULL);
    xz_log(XZ_LOG_INFO, "m", "e", "plain=%s forged=%s equal=%s empty=%s wide=%s call=\"%s %s\"",
           "/a:b,c", "x level=error", "a=b", "", "\xe5\x8c\xbb", "GET", "/x");
    assert_string_equal(told(), "level=info module=m event=e plain=/a:b,c forged=\"x level=error\" "
                                "equal=\"a=b\" empty= wide=\"\xe5\x8c\xbb\" call=\"GET /x\"\n");
}

static void test_numbers_and_texts_of_each_kind(void **state)
{
    const struct xz_str cut = {"abcdef", 3};

    (void)state;
    listen_as(XZ_LOG_LOGFMT, NULL);
    xz_log(XZ_LOG_INFO, "m", "e",
           "d=%d ld=%" PRId64 " lld=%lld u=%u lu=%" PRIu64 " zu=%zu cut=" XZ_STR_FMT
           " fixed=\"50%s\"",
           -1, INT64_MIN, (long long)INT64_MAX, 7u, UINT64_MAX, sizeof(cut), XZ_STR_ARG(cut), "!");
    assert_string_equal(told(), "level=info module=m event=e d=-1 ld=-9223372036854775808 "
                                "lld=9223372036854775807 u=7 lu=18446744073709551615 zu=16 cut=abc "
                                "fixed=\"50!\"\n");
}

static void test_a_long_value_is_cut_and_the_line_stays_whole(void **state)
{
    char text[5000];
    size_t len;

    (void)state;
    for (size_t i = 0; i + 3 < sizeof(text); i += 3) {
        memcpy(text + i, "\xe5\x8c\xbb", 4); /* 1024 is in the middle of a letter */
    }
    listen_as(XZ_LOG_JSON, NULL);
    xz_log(XZ_LOG_INFO, "m", "e", "text=\"%s\" after=%d", text, 1);
    len = strlen(told());
    assert_int_equal(len, strlen("{\"level\":\"info\",\"module\":\"m\",\"event\":\"e\",\"text\":"
                                 "\"\",\"after\":\"1\"}\n") +
                              1023);
    assert_null(strstr(written, "\xef\xbf\xbd"));
    assert_string_equal(written + len - strlen(",\"after\":\"1\"}\n"), ",\"after\":\"1\"}\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_logfmt_escapes_what_values_hold),
        cmocka_unit_test(test_json_escapes_what_values_hold),
        cmocka_unit_test(test_values_without_quotes_get_them_where_needed),
        cmocka_unit_test(test_numbers_and_texts_of_each_kind),
        cmocka_unit_test(test_a_long_value_is_cut_and_the_line_stays_whole),
    };

    return cmocka_run_group_tests_name("log", tests, NULL, NULL);
}
