/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The stream as a whole: deterministic, of the stated size and shape, in order of arrival. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <unistd.h>

#include "collect.h"
#include "event/codec.h"
#include "event/decode.h"
#include "event/field.h"
#include "event/reference.h"

static struct xz_simulation_config small(void)
{
    struct xz_simulation_config config;

    xz_simulation_config_init(&config);
    config.people = 4000;
    config.days = 40;
    return config;
}

static uint64_t hash_of(const struct xz_simulation_config *config, uint64_t *events)
{
    struct xz_simulation *sim = NULL;
    struct xz_err err = {0};
    struct xz_event event;
    struct xz_buf text = {0};
    uint64_t hash = 0;

    assert_int_equal(xz_simulation_new(config, &sim, &err), XZ_OK);
    while (xz_simulation_next(sim, &event)) {
        xz_buf_clear(&text);
        xz_event_to_json(&event, &text);
        hash = xz_hash64(text.data, text.len, hash);
    }
    *events = xz_simulation_counts(sim).events;
    xz_buf_fini(&text);
    xz_simulation_free(sim);
    return hash;
}

static void test_same_seed_same_bytes(void **state)
{
    struct xz_simulation_config config = small();
    uint64_t first_count, second_count, other_count;

    (void)state;
    const uint64_t first = hash_of(&config, &first_count);
    const uint64_t second = hash_of(&config, &second_count);
    config.seed = 2;
    const uint64_t other = hash_of(&config, &other_count);
    assert_true(first == second);
    assert_true(first_count == second_count);
    assert_true(first_count > 5000);
    assert_true(first != other);
}

static void test_every_event_keeps_the_contract(void **state)
{
    const struct xz_simulation_config config = small();
    struct xz_simulation *sim = NULL;
    struct xz_err err = {0};
    struct xz_event event;
    uint64_t seen[XZ_BODY_COUNT] = {0};

    (void)state;
    assert_int_equal(xz_simulation_new(&config, &sim, &err), XZ_OK);
    while (xz_simulation_next(sim, &event)) {
        const int64_t at_ms = event.at_ms;
        struct xz_err why = {0};
        const enum xz_rc rc = xz_event_check(&event, &xz_decode_limits_default, &why);
        if (rc != XZ_OK) {
            print_error("%s %s: %s\n", why.reason, why.path, why.msg);
        }
        assert_int_equal(rc, XZ_OK);
        assert_true(event.at_ms == at_ms);
        seen[event.body]++;
    }
    for (int body = XZ_BODY_SETTLEMENT; body < XZ_BODY_COUNT; body++) {
        assert_true(seen[body] > 0);
    }
    xz_simulation_free(sim);
}

/* What is written can be read back as the same event, in both forms. */
static void test_both_forms_read_back(void **state)
{
    const struct xz_simulation_config config = small();
    struct xz_simulation *sim = NULL;
    struct xz_err err = {0};
    struct xz_event event, back;
    struct xz_buf json = {0}, proto = {0}, again = {0};
    struct xz_arena arena;

    (void)state;
    xz_fields_init();
    xz_arena_init(&arena, 1u << 20);
    assert_int_equal(xz_simulation_new(&config, &sim, &err), XZ_OK);
    for (int i = 0; i < 5000 && xz_simulation_next(sim, &event); i++) {
        xz_buf_clear(&json);
        xz_buf_clear(&proto);
        xz_event_to_json(&event, &json);
        xz_event_to_protobuf(&event, &proto);
        xz_arena_reset(&arena);
        if (xz_event_decode(xz_buf_view(&json), XZ_FORMAT_JSON, &xz_decode_limits_default, &arena,
                            &back, &err) != XZ_OK) {
            fail_msg("%s %s: " XZ_STR_FMT, err.path, err.msg, XZ_STR_ARG(xz_buf_view(&json)));
        }
        xz_buf_clear(&again);
        xz_event_to_json(&back, &again);
        assert_true(xz_str_eq(xz_buf_view(&json), xz_buf_view(&again)));
        assert_int_equal(xz_event_decode(xz_buf_view(&proto), XZ_FORMAT_PROTOBUF,
                                         &xz_decode_limits_default, &arena, &back, &err),
                         XZ_OK);
        xz_buf_clear(&again);
        xz_event_to_json(&back, &again);
        assert_true(xz_str_eq(xz_buf_view(&json), xz_buf_view(&again)));
    }
    xz_buf_fini(&json);
    xz_buf_fini(&proto);
    xz_buf_fini(&again);
    xz_arena_fini(&arena);
    xz_simulation_free(sim);
}

static void test_volumes_and_hours_are_those_of_the_country(void **state)
{
    struct xz_simulation_config config;
    struct log log;
    double hours[24] = {0}, settlements = 0, shops = 0, stays = 0;

    (void)state;
    xz_simulation_config_init(&config);
    config.schemes = false;
    struct xz_simulation *sim = log_run(&log, &config);
    assert_non_null(sim);
    for (size_t i = 0; i < log.count; i++) {
        if (log.recs[i].body == XZ_BODY_SETTLEMENT) {
            settlements++;
            hours[xz_civil_of(log.recs[i].at_ms).hour]++;
            shops += strcmp(log.recs[i].med_type, "41") == 0;
            stays += log.recs[i].stay;
        }
    }
    const double a_year = settlements / config.people * 365 / config.days;
    print_message("settlements a person-year: %.2f, at pharmacies %.1f %%\n", a_year,
                  100 * shops / settlements);
    assert_true(a_year > 7.0 && a_year < 8.4);
    assert_true(shops / settlements > 0.38 && shops / settlements < 0.52);
    assert_true(stays / settlements > 0.015 && stays / settlements < 0.06);
    assert_true(hours[9] > 2 * hours[12]); /* the midday dip */
    assert_true(hours[15] > hours[12]);    /* the second peak */
    assert_true(hours[9] > hours[15]);
    double night = 0;
    for (int hour = 0; hour < 6; hour++) {
        night += hours[hour];
    }
    assert_true(night / settlements < 0.02);
    xz_simulation_free(sim);
    log_free(&log);
}

/* More spread than Poisson: the variance of visits over people is well above their mean. */
static void test_visits_are_over_dispersed(void **state)
{
    struct xz_simulation_config config;
    struct log log;
    double squares = 0, total = 0;

    (void)state;
    xz_simulation_config_init(&config);
    config.schemes = false;
    struct xz_simulation *sim = log_run(&log, &config);
    assert_non_null(sim);
    qsort(log.recs, log.count, sizeof(*log.recs), by_person);
    for (size_t i = 0, n = 0; i < log.count; i++) {
        n += log.recs[i].body == XZ_BODY_SETTLEMENT;
        total += log.recs[i].body == XZ_BODY_SETTLEMENT;
        if (i + 1 == log.count || log.recs[i + 1].person != log.recs[i].person) {
            squares += (double)(n * n);
            n = 0;
        }
    }
    const double mean = total / config.people;
    const double variance = squares / config.people - mean * mean;
    assert_true(variance > 2 * mean);
    xz_simulation_free(sim);
    log_free(&log);
}

/* Gaps at a shop are far from exponential: many more short ones than their mean would have. */
static void test_gaps_at_a_counter_have_a_heavy_tail(void **state)
{
    struct xz_simulation_config config;
    struct log log;
    double seconds = 0, gaps = 0, brief = 0;

    (void)state;
    xz_simulation_config_init(&config);
    config.schemes = config.lookalikes = false;
    struct xz_simulation *sim = log_run(&log, &config);
    assert_non_null(sim);
    int64_t *last_ms = xz_calloc(sim->site_count, sizeof(*last_ms));
    for (size_t i = 0; i < log.count; i++) {
        const struct rec *rec = &log.recs[i];
        if (rec->body != XZ_BODY_SETTLEMENT || sim->sites[rec->site].group != XZ_SIM_SHOP) {
            continue;
        }
        if (xz_day_of(last_ms[rec->site]) == xz_day_of(rec->at_ms)) {
            const double gap = (double)(rec->at_ms - last_ms[rec->site]) / XZ_SECOND_MS;
            seconds += gap;
            gaps++;
            brief += gap <= 120;
        }
        last_ms[rec->site] = rec->at_ms;
    }
    const double exponential = 1 - xz_sim_exp(-120 * gaps / seconds);
    print_message("gaps up to two minutes: %.3f, exponential %.3f\n", brief / gaps, exponential);
    assert_true(brief / gaps > 1.5 * exponential);
    free(last_ms);
    xz_simulation_free(sim);
    log_free(&log);
}

static void test_repeats_are_the_announced_ones(void **state)
{
    struct xz_simulation_config config = small();
    struct log log;

    (void)state;
    config.duplicate_share = 0.02;
    config.retry_share = 0.01;
    struct xz_simulation *sim = log_run(&log, &config);
    assert_non_null(sim);
    const struct xz_simulation_counts counts = xz_simulation_counts(sim);
    assert_true(log.repeats == counts.duplicates);
    assert_true(log.retries == counts.retries);
    assert_true(counts.duplicates > 50);
    assert_true(counts.retries > 10);
    assert_true(log.count + log.repeats + log.retries == counts.events);
    xz_simulation_free(sim);
    log_free(&log);
}

static void test_arrivals_are_in_order_and_some_are_late(void **state)
{
    const struct xz_simulation_config config = small();
    struct xz_simulation *sim = NULL;
    struct xz_err err = {0};
    struct xz_event event;
    int64_t last = 0;
    uint64_t late = 0, stale = 0, events = 0;

    (void)state;
    assert_int_equal(xz_simulation_new(&config, &sim, &err), XZ_OK);
    while (xz_simulation_next(sim, &event)) {
        const int64_t arrival = xz_simulation_arrival_ms(sim);
        assert_true(arrival >= last);
        assert_true(event.inf_time_ms <= arrival);
        last = arrival;
        if (event.channel == XZ_CHANNEL_LOAD) {
            continue; /* tells of the time before the log */
        }
        events++;
        late += arrival - event.inf_time_ms >= XZ_HOUR_MS;
        stale += arrival - event.inf_time_ms > 7 * XZ_DAY_MS;
        assert_true(arrival - event.inf_time_ms <= 22 * XZ_DAY_MS);
    }
    assert_true(late > events / 1000 && late < events / 100);
    assert_true(stale < late / 5);
    xz_simulation_free(sim);
}

static void test_wrong_configuration_is_refused(void **state)
{
    struct xz_simulation_config config = small();
    struct xz_simulation *sim = NULL;
    struct xz_err err = {0};

    (void)state;
    config.people = 10;
    assert_int_equal(xz_simulation_new(&config, &sim, &err), XZ_CONFIG);
    assert_string_not_equal(err.msg, "");
    config = small();
    config.days = 0;
    assert_int_equal(xz_simulation_new(&config, &sim, &err), XZ_CONFIG);
    config = small();
    config.late_share = -0.1;
    assert_int_equal(xz_simulation_new(&config, &sim, &err), XZ_CONFIG);
    config = small();
    config.activity = 0;
    assert_int_equal(xz_simulation_new(&config, &sim, &err), XZ_CONFIG);
    assert_null(sim);
}

static void test_smallest_and_shortest_region_works(void **state)
{
    struct xz_simulation_config config = small();
    uint64_t events;

    (void)state;
    config.people = XZ_SIMULATION_PEOPLE_MIN;
    config.days = 1;
    (void)hash_of(&config, &events);
    config.days = 5;
    (void)hash_of(&config, &events);
    assert_true(events > 0);
}

static void test_reference_files_tell_of_every_site(void **state)
{
    const struct xz_simulation_config config = small();
    struct xz_simulation *sim = NULL;
    struct xz_reference *reference = NULL;
    struct xz_err err = {0};
    char dir[] = "/tmp/xz-simulate-XXXXXX", path[128];
    static const char *const files[3] = {"institutions.csv", "items.csv", "diagnoses.csv"};

    (void)state;
    assert_non_null(mkdtemp(dir));
    assert_int_equal(xz_simulation_new(&config, &sim, &err), XZ_OK);
    assert_int_equal(xz_simulation_write_reference(sim, dir, &err), XZ_OK);
    if (xz_reference_load(dir, &reference, &err) != XZ_OK) {
        fail_msg("%s", err.msg);
    }
    for (size_t i = 0; i < sim->site_count; i++) {
        const struct xz_place *place =
            xz_reference_place(reference, xz_str_from(sim->sites[i].code));
        assert_non_null(place);
        assert_int_equal(place->kind, sim->sites[i].kind);
        assert_int_equal(place->lat_e6, sim->sites[i].lat_e6);
        assert_int_equal(place->open_min, sim->sites[i].open_min);
    }
    for (size_t i = 0; i < xz_sim_item_count; i++) {
        const struct xz_limits *item =
            xz_reference_item(reference, xz_str_from(xz_sim_items[i].code));
        assert_non_null(item);
        assert_int_equal(item->sex, xz_sim_items[i].sex);
        assert_int_equal(item->age_max, xz_sim_items[i].age_max);
        assert_true(item->list_price_fen == xz_sim_items[i].price_fen);
    }
    xz_reference_free(reference);
    xz_simulation_free(sim);
    for (int i = 0; i < 3; i++) {
        (void)snprintf(path, sizeof(path), "%s/%s", dir, files[i]);
        assert_int_equal(unlink(path), 0);
    }
    assert_int_equal(rmdir(dir), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_same_seed_same_bytes),
        cmocka_unit_test(test_every_event_keeps_the_contract),
        cmocka_unit_test(test_both_forms_read_back),
        cmocka_unit_test(test_volumes_and_hours_are_those_of_the_country),
        cmocka_unit_test(test_visits_are_over_dispersed),
        cmocka_unit_test(test_gaps_at_a_counter_have_a_heavy_tail),
        cmocka_unit_test(test_repeats_are_the_announced_ones),
        cmocka_unit_test(test_arrivals_are_in_order_and_some_are_late),
        cmocka_unit_test(test_wrong_configuration_is_refused),
        cmocka_unit_test(test_smallest_and_shortest_region_works),
        cmocka_unit_test(test_reference_files_tell_of_every_site),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
