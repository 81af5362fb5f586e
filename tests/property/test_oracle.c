/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Random logs in any order within the lateness, with some events beyond it: every breach, every
 * window and every number shown is what a recount over all events comes to.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "harness.h"

#include "base/mem.h"
#include "base/time.h"
#include "engine/local.h"
#include "oracle.h"
#include "state/cache.h"

static struct xz_pack *pack;

static struct world_setup setup_of(uint64_t seed)
{
    struct world_setup setup = {
        .seed = seed,
        .people = 6 + (uint32_t)(seed % 3) * 8,
        .institutions = 5 + (uint32_t)(seed % 4) * 3,
        .days = 45,
        .tickets = 220,
        .bursts = 10,
        .lateness_ms = xz_pack_lateness_ms(pack),
        .partitions = 3,
        .late_permille = seed % 2 == 0 ? 30 : 0,
    };

    if (seed % 4 == 3) { /* sparse: accounts rest, and are emptied */
        setup.days = 200;
        setup.people = 40;
    }
    return setup;
}

/* Of the first `count` events to arrive. */
static void oracle_of(const struct world *world, uint32_t count, struct oracle *oracle)
{
    const struct xz_event **events = xz_calloc(world->count + 1, sizeof(*events));
    uint32_t *partitions = xz_calloc(world->count + 1, sizeof(*partitions));

    for (uint32_t i = 0; i < count; i++) {
        events[i] = &world->items[i].event;
        partitions[i] = world->items[i].partition;
    }
    oracle_init(oracle, events, partitions, count, world->setup.lateness_ms);
    free(events);
    free(partitions);
}

/* ---- breaches ---- */

struct breaches {
    struct oracle_breach *list;
    size_t count, cap;
};

static void add_breach(void *arg, const struct oracle_breach *breach)
{
    struct breaches *breaches = arg;

    xz_array_reserve((void **)&breaches->list, &breaches->cap, breaches->count + 1,
                     sizeof(breaches->list[0]));
    breaches->list[breaches->count] = *breach;
    breaches->list[breaches->count].serial = (uint32_t)breaches->count;
    breaches->count++;
}

static bool is_among(const struct breaches *breaches, const struct oracle_breach *breach)
{
    for (size_t i = 0; i < breaches->count; i++) {
        if (breaches->list[i].index == breach->index &&
            strcmp(breaches->list[i].pattern, breach->pattern) == 0 &&
            strcmp(breaches->list[i].subject, breach->subject) == 0) {
            return true;
        }
    }
    return false;
}

/* Breaches that were none until something came too late: they open nothing. */
static void find_muted(const struct world *world, const struct oracle *whole,
                       struct breaches *muted)
{
    for (uint32_t k = 0; k < world->count; k++) {
        struct breaches without = {0}, with = {0};
        struct oracle oracle;

        if (!whole->events[k].late) {
            continue;
        }
        oracle_of(world, k, &oracle);
        oracle_each_breach(&oracle, add_breach, &without);
        oracle_fini(&oracle);
        oracle_of(world, k + 1, &oracle);
        oracle_each_breach(&oracle, add_breach, &with);
        oracle_fini(&oracle);
        for (size_t i = 0; i < with.count; i++) {
            if (!is_among(&without, &with.list[i])) {
                add_breach(muted, &with.list[i]);
            }
        }
        free(without.list);
        free(with.list);
    }
}

static int by_episode(const void *left_ptr, const void *right_ptr)
{
    const struct oracle_breach *left = left_ptr, *right = right_ptr;
    int order = strcmp(left->pattern, right->pattern);

    order = order ? order : strcmp(left->subject, right->subject);
    if (order == 0 && left->at_ms != right->at_ms) {
        order = left->at_ms < right->at_ms ? -1 : 1;
    }
    return order ? order : (left->serial > right->serial) - (left->serial < right->serial);
}

static int by_text(const void *left, const void *right)
{
    return strcmp(*(char *const *)left, *(char *const *)right);
}

/* "T04 insured P00001: M000001 M000007", the members in order. */
static char *episode_line(const char *pattern, const char *subject, char **msgids, uint32_t count)
{
    struct xz_buf buf = {0};
    char *line;

    qsort(msgids, count, sizeof(msgids[0]), by_text);
    xz_buf_printf(&buf, "%s %s:", pattern, subject);
    for (uint32_t i = 0; i < count; i++) {
        xz_buf_printf(&buf, " %s", msgids[i]);
    }
    line = xz_strndup((const char *)buf.data, buf.len);
    xz_buf_fini(&buf);
    return line;
}

struct lines {
    char **list;
    size_t count, cap;
};

static void add_line(struct lines *lines, char *line)
{
    xz_array_reserve((void **)&lines->list, &lines->cap, lines->count + 1, sizeof(char *));
    lines->list[lines->count++] = line;
}

static void lines_text(struct lines *lines, struct xz_buf *out)
{
    if (lines->count > 0) {
        qsort(lines->list, lines->count, sizeof(char *), by_text);
    }
    for (size_t i = 0; i < lines->count; i++) {
        xz_buf_printf(out, "%s\n", lines->list[i]);
        free(lines->list[i]);
    }
    free(lines->list);
}

/* Breaches of one pattern and subject that lie no further apart than it keeps quiet are one. */
static void expected_episodes(const struct oracle *oracle, const struct breaches *muted,
                              struct xz_buf *out)
{
    struct breaches breaches = {0};
    struct lines lines = {0};
    char *msgids[1024];

    oracle_each_breach(oracle, add_breach, &breaches);
    if (breaches.count > 0) {
        qsort(breaches.list, breaches.count, sizeof(breaches.list[0]), by_episode);
    }
    for (size_t i = 0, end; i < breaches.count; i = end) {
        const struct xz_pattern *pattern =
            xz_pack_pattern(pack, xz_str_from(breaches.list[i].pattern));
        uint32_t count = 0;

        assert_non_null(pattern);
        end = i + 1;
        if (is_among(muted, &breaches.list[i])) {
            continue;
        }
        if (breaches.list[i].before != UINT32_MAX) {
            const struct xz_str other = oracle->events[breaches.list[i].before].event->msgid;

            msgids[count++] = xz_strndup(other.ptr, other.len);
        }
        for (end = i; end < breaches.count && count < 1024; end++) {
            const struct oracle_breach *breach = &breaches.list[end];
            const struct xz_str msgid = oracle->events[breach->index].event->msgid;

            if (end > i && (strcmp(breach->pattern, breaches.list[i].pattern) != 0 ||
                            strcmp(breach->subject, breaches.list[i].subject) != 0 ||
                            breach->at_ms - breaches.list[end - 1].at_ms > pattern->quiet_ms)) {
                break;
            }
            msgids[count++] = xz_strndup(msgid.ptr, msgid.len);
        }
        add_line(&lines,
                 episode_line(breaches.list[i].pattern, breaches.list[i].subject, msgids, count));
        for (uint32_t k = 0; k < count; k++) {
            free(msgids[k]);
        }
    }
    lines_text(&lines, out);
    free(breaches.list);
}

static bool is_recounted(const char *pattern)
{
    for (size_t i = 0; oracle_breaches[i] != NULL; i++) {
        if (strcmp(oracle_breaches[i], pattern) == 0) {
            return true;
        }
    }
    return false;
}

static void heard_episodes(const struct hearing *hearing, struct xz_buf *out)
{
    struct lines lines = {0};

    for (size_t i = 0; i < hearing->count; i++) {
        const struct heard *heard = &hearing->alerts[i];

        if (heard->status != XZ_EPISODE_WITHDRAWN && is_recounted(heard->pattern)) {
            assert_int_equal(heard->event_count, heard->msgid_count);
            add_line(&lines, episode_line(heard->pattern, heard->subject, heard->msgids,
                                          heard->msgid_count));
        }
    }
    lines_text(&lines, out);
}

/* ---- measures ---- */

struct steps {
    struct oracle_step *list;
    size_t count, cap;
};

static void add_step(void *arg, const struct oracle_step *step)
{
    struct steps *steps = arg;

    xz_array_reserve((void **)&steps->list, &steps->cap, steps->count + 1, sizeof(steps->list[0]));
    steps->list[steps->count++] = *step;
}

/* The recount says this of the subject at some time of the alert's window. Runs and templates show
 * the best of the day so far, the rest what the window itself came to. */
static bool is_observed(const struct steps *steps, const struct heard *heard, const char *key,
                        double observed)
{
    const bool of_day = strcmp(heard->pattern, "T09") == 0 || strcmp(heard->pattern, "T12") == 0;
    const int64_t since_ms = of_day ? xz_day_start_ms(xz_day_of(heard->start_ms)) : heard->start_ms;

    for (size_t i = 0; i < steps->count; i++) {
        const struct oracle_step *step = &steps->list[i];

        if (step->at_ms >= since_ms && step->at_ms <= heard->end_ms &&
            strcmp(step->key, key) == 0 && strcmp(step->subject, heard->subject) == 0 &&
            fabs(step->value - observed) <= 1e-9 * fabs(observed)) {
            return true;
        }
    }
    return false;
}

static const struct oracle_event *event_named(const struct oracle *oracle, const char *msgid)
{
    for (uint32_t i = 0; i < oracle->count; i++) {
        if (oracle->events[i].accepted &&
            xz_str_eq(oracle->events[i].event->msgid, xz_str_from(msgid))) {
            return &oracle->events[i];
        }
    }
    return NULL;
}

static uint32_t check_observed(const struct oracle *oracle, const struct hearing *hearing)
{
    struct steps steps = {0};
    uint32_t checked = 0;

    oracle_each_step(oracle, add_step, &steps);
    for (size_t i = 0; i < hearing->count; i++) {
        const struct heard *heard = &hearing->alerts[i];

        if (heard->status == XZ_EPISODE_WITHDRAWN) {
            continue;
        }
        for (uint32_t k = 0; k < heard->msgid_count; k++) {
            const struct oracle_event *event = event_named(oracle, heard->msgids[k]);

            if (event == NULL || event->undone != (strcmp(heard->pattern, "T13") == 0)) {
                fail_msg("%s %s lists %s, which %s", heard->pattern, heard->subject,
                         heard->msgids[k], event == NULL ? "never stood" : "was taken back");
            }
        }
        for (uint32_t k = 0; k < heard->evidence_count; k++) {
            if (!is_observed(&steps, heard, heard->evidence[k].key, heard->evidence[k].observed)) {
                fail_msg("%s %s: %s observed %.17g, and no recount says so\n%s", heard->pattern,
                         heard->subject, heard->evidence[k].key, heard->evidence[k].observed,
                         heard->content);
            }
            checked++;
        }
    }
    free(steps.list);
    return checked;
}

static void test_alerts_agree_with_a_recount(void **state)
{
    uint32_t episodes = 0, observed = 0, silenced = 0;

    (void)state;
    for (uint64_t n = 0; n < harness_seeds.count; n++) {
        const struct world_setup setup = setup_of(harness_seeds.first + n);
        struct hearing hearing = {0};
        struct xz_buf expected = {0}, heard = {0};
        struct breaches muted = {0};
        struct oracle oracle;
        struct world world;
        char what[64];

        world_init(&world, &setup);
        (void)snprintf(what, sizeof(what), "seed %llu: expected, heard",
                       (unsigned long long)setup.seed);
        print_message("%s\n", what);
        oracle_of(&world, world.count, &oracle);
        find_muted(&world, &oracle, &muted);
        harness_run(&world, NULL, pack, 0, &hearing);
        expected_episodes(&oracle, &muted, &expected);
        silenced += (uint32_t)muted.count;
        heard_episodes(&hearing, &heard);
        harness_same_text(&expected, &heard, what);
        observed += check_observed(&oracle, &hearing);
        episodes += (uint32_t)hearing.count;
        xz_buf_fini(&expected);
        xz_buf_fini(&heard);
        free(muted.list);
        hearing_fini(&hearing);
        oracle_fini(&oracle);
        world_fini(&world);
    }
    print_message("%u episodes, %u numbers observed, %u breaches by what came too late\n", episodes,
                  observed, silenced);
    assert_true(episodes > 20 * harness_seeds.count);
    assert_true(observed > 5 * harness_seeds.count);
    assert_true(silenced > 0 || harness_seeds.count < 12);
}

/* ---- every window of every subject, alarm or not ---- */

struct collecting {
    struct lines lines;
    const struct xz_entity *entity;
};

static const char *const kind_words[XZ_ENTITY_COUNT] = {[XZ_ENTITY_PERSON] = "insured",
                                                        [XZ_ENTITY_INSTITUTION] = "institution",
                                                        [XZ_ENTITY_OPERATOR] = "operator"};

static bool is_score(const char *key) /* a statistic that is no plain count or measure */
{
    return strncmp(key, "T09", 3) == 0 || strncmp(key, "T12", 3) == 0;
}

static char *window_line(const char *key, const char *subject, int32_t block, double value)
{
    char line[256];

    (void)snprintf(line, sizeof(line), "%s %s %d %.9g", key, subject, block, value);
    return xz_strdup(line);
}

static void add_sample(void *arg, const struct xz_sample *sample)
{
    struct collecting *collecting = arg;
    const bool per_step =
        strncmp(sample->spec->key, "T01", 3) == 0 || strncmp(sample->spec->key, "T11", 3) == 0;
    char subject[96];

    if (is_score(sample->spec->key)) {
        return;
    }
    (void)snprintf(subject, sizeof(subject), "%s " XZ_STR_FMT, kind_words[collecting->entity->kind],
                   XZ_STR_ARG(collecting->entity->id));
    add_line(&collecting->lines, window_line(sample->spec->key, subject,
                                             per_step ? 0 : sample->block, sample->statistic));
}

static enum xz_rc collect_entity(void *arg, struct xz_entity *entity, struct xz_err *err)
{
    struct collecting *collecting = arg;

    (void)err;
    collecting->entity = entity;
    if (kind_words[entity->kind] != NULL) {
        xz_engine_collect(pack, entity, add_sample, collecting);
    }
    return XZ_OK;
}

static void collected_windows(const struct world *world, struct xz_buf *out)
{
    struct hearing hearing = {0};
    const struct xz_local_setup setup = {
        .pack = pack,
        .sinks = {.arg = &hearing, .judged = hearing_judged},
        .keep_history = true,
    };
    struct xz_local *local = xz_local_new(&setup);
    struct collecting collecting = {0};
    struct xz_err err = {0};

    for (uint32_t i = 0; i < world->count; i++) {
        struct xz_event event = world->items[i].event;

        assert_int_equal(xz_local_event(local, &event, &world->items[i].source, &err), XZ_OK);
    }
    assert_int_equal(xz_cache_each(xz_local_cache(local), collect_entity, &collecting, &err),
                     XZ_OK);
    lines_text(&collecting.lines, out);
    xz_local_free(local);
    hearing_fini(&hearing);
}

/* The last step of each window; of travel and drain, every step. */
static void recounted_windows(const struct oracle *oracle, struct xz_buf *out)
{
    struct steps steps = {0};
    struct lines lines = {0};

    oracle_each_step(oracle, add_step, &steps);
    for (size_t i = 0; i < steps.count; i++) {
        const struct oracle_step *step = &steps.list[i];
        bool last = true;

        for (size_t k = i + 1; last && k < steps.count && step->block != 0; k++) {
            last = steps.list[k].block != step->block ||
                   strcmp(steps.list[k].key, step->key) != 0 ||
                   strcmp(steps.list[k].subject, step->subject) != 0;
        }
        if (last && !is_score(step->key)) {
            add_line(&lines, window_line(step->key, step->subject, step->block, step->statistic));
        }
    }
    lines_text(&lines, out);
    free(steps.list);
}

static void test_windows_agree_with_a_recount(void **state)
{
    (void)state;
    for (uint64_t n = 0; n < harness_seeds.count; n++) {
        const struct world_setup setup = setup_of(harness_seeds.first + n);
        struct xz_buf expected = {0}, collected = {0};
        struct oracle oracle;
        struct world world;
        char what[64];

        world_init(&world, &setup);
        (void)snprintf(what, sizeof(what), "seed %llu: recounted, measured",
                       (unsigned long long)setup.seed);
        print_message("%s\n", what);
        oracle_of(&world, world.count, &oracle);
        recounted_windows(&oracle, &expected);
        collected_windows(&world, &collected);
        assert_true(expected.len > 1000);
        harness_same_text(&expected, &collected, what);
        xz_buf_fini(&expected);
        xz_buf_fini(&collected);
        oracle_fini(&oracle);
        world_fini(&world);
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_alerts_agree_with_a_recount),
        cmocka_unit_test(test_windows_agree_with_a_recount),
    };
    int failed;

    harness_arguments(argc, argv, 12);
    pack = harness_pack();
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    xz_pack_free(pack);
    return failed;
}
