/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Many different cards at one counter, one after the other. A run is a chain of settlements of one
 * operator (device, if no operator is named) whose gaps stay under `gap`; its length counts
 * different cards. The score is -ln of the chance that the counter's own pace at that hour, learned
 * from the days that were settled, brings so many in that time (negative binomial, for a pace that
 * is itself only estimated). Gaps are heavy-tailed, so what that chance means is read off the
 * baseline: the highest scores of innocent days.
 */
#include "evidence/evidence_int.h"

#define COUNTERS_MAX 128
#define PERSONS_MAX  400
#define CARDS_MIN    4

struct run {
    uint64_t counter;
    int64_t first_ms, last_ms;
    uint64_t *person; /* different ones, as hashes */
    size_t persons, cap;
};

struct best {
    double score, persons, expected;
};

struct runs_cursor {
    int32_t day;
    struct run *runs; /* by counter; allocated as they are seen */
    uint32_t count;
    struct best best;
    uint32_t by_hour[24]; /* of the day so far, to know the pace of a counter with no past */
    int64_t run_start_ms; /* of the run that the last step belongs to */
    bool in_best;
};

struct runs_conf {
    int64_t gap_ms;
};

static enum xz_rc configure(const struct xz_yaml *node, void **conf_out, struct xz_err *err)
{
    struct runs_conf *conf = xz_calloc(1, sizeof(*conf));

    conf->gap_ms = 2 * XZ_MINUTE_MS;
    if (xz_yaml_duration(xz_yaml_get(node, "gap"), &conf->gap_ms, err) != XZ_OK) {
        free(conf);
        return XZ_CONFIG;
    }
    *conf_out = conf;
    return XZ_OK;
}

static void begin(void *cursor_ptr)
{
    struct runs_cursor *cursor = cursor_ptr;

    memset(cursor, 0, sizeof(*cursor));
    cursor->day = INT32_MIN;
}

static void end(void *cursor_ptr)
{
    struct runs_cursor *cursor = cursor_ptr;

    for (uint32_t i = 0; i < cursor->count; i++) {
        free(cursor->runs[i].person);
    }
    free(cursor->runs);
    cursor->runs = NULL;
    cursor->count = 0;
}

static size_t bytes_of(const void *cursor_ptr)
{
    const struct runs_cursor *cursor = cursor_ptr;
    size_t bytes = cursor->count * sizeof(cursor->runs[0]);

    for (uint32_t i = 0; i < cursor->count; i++) {
        bytes += cursor->runs[i].cap * sizeof(cursor->runs[i].person[0]);
    }
    return bytes;
}

static uint64_t counter_of(const struct xz_record *record)
{
    const struct xz_str who = xz_record_text(record, XZ_TEXT_OPERATOR);

    return xz_hash_str(who.len ? who : xz_record_text(record, XZ_TEXT_DEVICE));
}

static struct run *run_of(struct runs_cursor *cursor, uint64_t counter)
{
    struct run *oldest;

    for (uint32_t i = 0; i < cursor->count; i++) {
        if (cursor->runs[i].counter == counter) {
            return &cursor->runs[i];
        }
    }
    if (cursor->count < COUNTERS_MAX) {
        cursor->runs = xz_realloc(cursor->runs, (cursor->count + 1) * sizeof(cursor->runs[0]));
        oldest = &cursor->runs[cursor->count++];
        oldest->person = NULL;
    } else {
        oldest =
            &cursor->runs[0]; /* more counters than can be told apart: the one idle longest goes */
        for (uint32_t i = 1; i < cursor->count; i++) {
            oldest = cursor->runs[i].last_ms < oldest->last_ms ? &cursor->runs[i] : oldest;
        }
    }
    free(oldest->person);
    memset(oldest, 0, sizeof(*oldest));
    oldest->counter = counter;
    oldest->last_ms = INT64_MIN / 2;
    return oldest;
}

static void extend(struct run *run, const struct xz_record *record, int64_t gap_ms)
{
    const uint64_t person = xz_hash_str(xz_record_text(record, XZ_TEXT_PERSON));

    if (record->at_ms - run->last_ms > gap_ms) {
        run->first_ms = record->at_ms;
        run->persons = 0;
    }
    run->last_ms = record->at_ms;
    for (size_t i = 0; i < run->persons; i++) {
        if (run->person[i] == person) {
            return;
        }
    }
    if (run->persons < PERSONS_MAX) {
        xz_array_reserve((void **)&run->person, &run->cap, run->persons + 1,
                         sizeof(run->person[0]));
        run->person[run->persons++] = person;
    }
}

/* Gamma belief about settlements an hour, from the same hour of the panes; one counter's share is
 * not known, so the institution's pace stands for it, which can only excuse. */
static void pace_of(const struct xz_view *view, const struct runs_cursor *cursor, int hour,
                    double *shape, double *hours)
{
    const struct xz_entity *entity = view->entity;
    const int32_t until_day = cursor->day - xz_pane_age_days(view->pack);

    *shape = 2.0;
    *hours = 0.5; /* four an hour, weakly held */
    for (uint32_t i = 0; i < entity->pane_count; i++) {
        const struct xz_pane *pane = &entity->panes[i];

        if (pane->count > 0 && pane->day < until_day && pane->day >= cursor->day - 63) {
            *shape += (double)pane->by_hour[hour];
            *hours += 1.0;
        }
    }
    if (*hours < 1.0) { /* no past: the other hours of the day tell how busy a place it is */
        for (int i = 0; i < hour; i++) {
            *shape += (double)cursor->by_hour[i];
            *hours += cursor->by_hour[i] > 0 ? 1.0 : 0.0;
        }
    }
    if (*shape > 30.0) { /* hours differ from day to day by more than chance */
        *hours *= 30.0 / *shape;
        *shape = 30.0;
    }
}

static bool statistic_of(const struct xz_evidence_spec *spec, const struct xz_view *view,
                         uint32_t index, void *cursor_ptr, struct xz_statistic *statistic)
{
    const struct runs_conf *conf = spec->conf;
    const struct xz_record *record = view->entity->records[index];
    const int hour = xz_civil_of(record->at_ms).hour;
    struct runs_cursor *cursor = cursor_ptr;
    struct run *run;
    double shape, hours, span_hours, score = 0.0;

    if (xz_day_of(record->at_ms) != cursor->day) {
        end(cursor);
        begin(cursor);
        cursor->day = xz_day_of(record->at_ms);
    }
    cursor->by_hour[hour]++;
    run = run_of(cursor, counter_of(record));
    extend(run, record, conf->gap_ms);
    cursor->run_start_ms = run->first_ms;
    if (run->persons >= CARDS_MIN) {
        pace_of(view, cursor, hour, &shape, &hours);
        span_hours = (double)(run->last_ms - run->first_ms + conf->gap_ms) / (double)XZ_HOUR_MS;
        score = -xz_negbin_log_tail(shape, hours, span_hours, (uint32_t)run->persons - 1);
        if (score > cursor->best.score) {
            cursor->best = (struct best){score, (double)run->persons, shape / hours * span_hours};
        }
    }
    cursor->in_best = score > 0.0 && score >= 0.5 * cursor->best.score;
    statistic->value = xz_of_score(cursor->best.score);
    statistic->observed = cursor->best.persons;
    statistic->expected = cursor->best.expected;
    statistic->block = cursor->day;
    statistic->carries = cursor->in_best;
    statistic->window_start_ms = cursor->run_start_ms;
    return true;
}

static void members_of(const struct xz_evidence_spec *spec, const struct xz_view *view,
                       uint32_t index, const void *cursor_ptr, xz_member_fn add, void *arg)
{
    const struct runs_cursor *cursor = cursor_ptr;
    const uint64_t counter = counter_of(view->entity->records[index]);

    (void)spec;
    if (!cursor->in_best) {
        return;
    }
    for (uint32_t i = xz_entity_lower(view->entity, cursor->run_start_ms); i <= index; i++) {
        if (view->matches(view, i) && counter_of(view->entity->records[i]) == counter) {
            add(arg, i, 1.0);
        }
    }
}

static const char *const params[] = {"gap", NULL};

const struct xz_evidence_kind xz_kind_runs = {
    .schema = {.name = "runs",
               .subjects = 1u << XZ_SUBJECT_INSTITUTION,
               .families = 1u << XZ_FAMILY_QUANTILES,
               .whole_days = true,
               .params = params,
               .configure = configure,
               .conf_free = free},
    .block = XZ_BLOCK_ACTIVE,
    .scale = XZ_SCALE_SCORE,
    .unit = "cards",
    .cursor_size = sizeof(struct runs_cursor),
    .begin = begin,
    .end = end,
    .bytes = bytes_of,
    .step = xz_step_by_quantiles,
    .statistic = statistic_of,
    .members = members_of,
};
