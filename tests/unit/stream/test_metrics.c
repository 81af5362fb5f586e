/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What /metrics says of the numbers that the roles keep, health, and the address it listens on. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "stream/metrics.h"

static int setup(void **state)
{
    struct xz_metrics *metrics = xz_calloc(1, sizeof(*metrics));

    xz_metrics_init(metrics);
    *state = metrics;
    return 0;
}

static int teardown(void **state)
{
    xz_metrics_fini(*state);
    free(*state);
    return 0;
}

/* Whether the text at now_ms holds this whole line. */
static bool says(struct xz_metrics *metrics, int64_t now_ms, const char *line)
{
    struct xz_buf text = {0};
    char wanted[256];
    bool found;

    (void)snprintf(wanted, sizeof(wanted), "\n%s\n", line);
    xz_metrics_text(metrics, now_ms, &text);
    xz_buf_u8(&text, '\0');
    found = strstr((const char *)text.data, wanted) != NULL;
    xz_buf_fini(&text);
    return found;
}

static void test_rejects_by_reason(void **state)
{
    struct xz_metrics *metrics = *state;

    xz_metrics_reject(metrics, "malformed");
    xz_metrics_reject(metrics, "bad_date");
    xz_metrics_reject(metrics, "malformed");
    assert_true(says(metrics, 0, "xiezhi_events_rejected_total 3"));
    assert_true(says(metrics, 0, "xiezhi_rejects_total{reason=\"malformed\"} 2"));
    assert_true(says(metrics, 0, "xiezhi_rejects_total{reason=\"bad_date\"} 1"));
}

/* More reasons than there is room for are in the sum, and overwrite nothing. */
static void test_reasons_at_the_limit(void **state)
{
    struct xz_metrics *metrics = *state;
    char reason[16];

    for (int i = 0; i < XZ_REASONS_MAX + 3; i++) {
        (void)snprintf(reason, sizeof(reason), "r%d", i);
        xz_metrics_reject(metrics, reason);
    }
    xz_metrics_reject(metrics, "r0");
    assert_int_equal(metrics->reason_count, XZ_REASONS_MAX);
    assert_int_equal(metrics->events_rejected, XZ_REASONS_MAX + 4);
    assert_true(says(metrics, 0, "xiezhi_rejects_total{reason=\"r0\"} 2"));
    assert_true(says(metrics, 0, "xiezhi_rejects_total{reason=\"r31\"} 1"));
    assert_false(says(metrics, 0, "xiezhi_rejects_total{reason=\"r32\"} 1"));
}

static void test_latency_is_cumulative(void **state)
{
    struct xz_metrics *metrics = *state;

    xz_metrics_latency(metrics, 1000);      /* at a bound: within */
    xz_metrics_latency(metrics, 1001);      /* just past it */
    xz_metrics_latency(metrics, -5);        /* clocks that differ */
    xz_metrics_latency(metrics, 900000000); /* past the last bound */
    assert_true(says(metrics, 0, "xiezhi_frame_latency_seconds_bucket{le=\"0.001\"} 2"));
    assert_true(says(metrics, 0, "xiezhi_frame_latency_seconds_bucket{le=\"0.002\"} 3"));
    assert_true(says(metrics, 0, "xiezhi_frame_latency_seconds_bucket{le=\"60\"} 3"));
    assert_true(says(metrics, 0, "xiezhi_frame_latency_seconds_bucket{le=\"+Inf\"} 4"));
    assert_true(says(metrics, 0, "xiezhi_frame_latency_seconds_count 4"));
    assert_true(says(metrics, 0, "xiezhi_frame_latency_seconds_sum 900.002"));
}

static void test_lag_has_an_age_only_while_records_wait(void **state)
{
    struct xz_metrics *metrics = *state;

    xz_metrics_lag(&metrics->lag_detect, 7, 10000, 12500);
    assert_true(says(metrics, 0, "xiezhi_detect_lag_records 7"));
    assert_true(says(metrics, 0, "xiezhi_detect_lag_seconds 2.5"));
    xz_metrics_lag(&metrics->lag_detect, 0, 10000, 99999);
    assert_true(says(metrics, 0, "xiezhi_detect_lag_records 0"));
    assert_true(says(metrics, 0, "xiezhi_detect_lag_seconds 0"));
}

static void test_ages(void **state)
{
    struct xz_metrics *metrics = *state;

    assert_true(says(metrics, 50000, "xiezhi_checkpoint_age_seconds 0")); /* there was none yet */
    metrics->checkpoint_at_ms = 40000;
    metrics->watermark_ms = 60000; /* events ahead of the clock have no age below nothing */
    assert_true(says(metrics, 50000, "xiezhi_checkpoint_age_seconds 10"));
    assert_true(says(metrics, 50000, "xiezhi_watermark_age_seconds 0"));
}

static void test_health(void **state)
{
    struct xz_metrics *metrics = *state;

    assert_null(xz_metrics_trouble(metrics, 1000000)); /* no role has begun */
    metrics->turned_ms[1] = 1000000;
    assert_null(xz_metrics_trouble(metrics, 1010000));
    assert_string_equal(xz_metrics_trouble(metrics, 1010001), "hangs");
    metrics->turned_ms[1] = 1010000;
    assert_null(xz_metrics_trouble(metrics, 1010001));
    metrics->failing = true;
    assert_string_equal(xz_metrics_trouble(metrics, 1010001), "role");
}

static void test_health_of_what_a_desk_needs(void **state)
{
    struct xz_metrics *metrics = *state;

    xz_metrics_answered(metrics, XZ_NEED_BROKER, true, 1000000);
    assert_null(xz_metrics_trouble(metrics, 1015000)); /* the store is not asked for */
    assert_string_equal(xz_metrics_trouble(metrics, 1015001), "broker"); /* nor it, for long */
    xz_metrics_answered(metrics, XZ_NEED_STORE, false, 1015001);
    assert_string_equal(xz_metrics_trouble(metrics, 1015001), "store");
    xz_metrics_answered(metrics, XZ_NEED_STORE, true, 1015002);
    xz_metrics_answered(metrics, XZ_NEED_BROKER, true, 1015002);
    assert_null(xz_metrics_trouble(metrics, 1015002));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_rejects_by_reason, setup, teardown),
        cmocka_unit_test_setup_teardown(test_reasons_at_the_limit, setup, teardown),
        cmocka_unit_test_setup_teardown(test_latency_is_cumulative, setup, teardown),
        cmocka_unit_test_setup_teardown(test_lag_has_an_age_only_while_records_wait, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_ages, setup, teardown),
        cmocka_unit_test_setup_teardown(test_health, setup, teardown),
        cmocka_unit_test_setup_teardown(test_health_of_what_a_desk_needs, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
