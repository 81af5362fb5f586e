/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of kinds, segments, calendar blocks, and the step that most kinds share. */
#include "evidence/evidence_int.h"

#include <stdio.h>

static const struct xz_evidence_schema *const kinds[] = {
    &xz_kind_visits.schema,   &xz_kind_count.schema,    &xz_kind_sum.schema,
    &xz_kind_distinct.schema, &xz_kind_repeat.schema,   &xz_kind_tickets.schema,
    &xz_kind_amount.schema,   &xz_kind_travel.schema,   &xz_kind_drain.schema,
    &xz_kind_runs.schema,     &xz_kind_template.schema, &xz_kind_multiple.schema,
};

const struct xz_evidence_schema *const *xz_evidence_kinds(size_t *count)
{
    *count = sizeof(kinds) / sizeof(kinds[0]);
    return kinds;
}

/* ---- segments ---- */

static const char *age_band(int age)
{
    static const struct {
        int below;
        const char *name;
    } bands[] = {{6, "0-5"},    {18, "6-17"},  {40, "18-39"}, {60, "40-59"},
                 {70, "60-69"}, {80, "70-79"}, {1000, "80+"}};

    for (size_t i = 0; age >= 0 && i < sizeof(bands) / sizeof(bands[0]); i++) {
        if (age < bands[i].below) {
            return bands[i].name;
        }
    }
    return "?";
}

static bool chronic_so_far(const struct xz_view *view, uint32_t index)
{
    if (view->entity->before.chronic_ms != XZ_TIME_NONE) {
        return true;
    }
    for (uint32_t i = 0; i <= index; i++) {
        const uint16_t flags = view->entity->records[i]->flags;

        if ((flags & XZ_RECORD_CHRONIC) && !(flags & XZ_RECORD_UNDONE)) {
            return true;
        }
    }
    return false;
}

static const char *const institution_kinds[] = {
    "?",        "hospital",       "clinic", "village_clinic", "nursing_home", "internet_hospital",
    "pharmacy", "online_pharmacy"};

static size_t put(char *text, size_t len, struct xz_str value, uint32_t max)
{
    const uint32_t count = value.len < max ? value.len : max;

    if (len + count + 2 >= XZ_SEGMENT_MAX) {
        return len;
    }
    if (count > 0) {
        memcpy(text + len, value.ptr, count);
    } else {
        text[len] = '?';
    }
    return len + (count > 0 ? count : 1);
}

/* The place of the record before it that shows presence; travel's pair. */
static struct xz_str district_before(const struct xz_view *view, uint32_t index)
{
    for (uint32_t i = index; i-- > 0;) {
        if (view->matches(view, i)) {
            return xz_record_text(view->entity->records[i], XZ_TEXT_PLACE_ADMDVS);
        }
    }
    return XZ_STR_NONE;
}

static size_t put_pair(const struct xz_view *view, uint32_t index, char *text, size_t len)
{
    struct xz_str here = xz_record_text(view->entity->records[index], XZ_TEXT_PLACE_ADMDVS);
    struct xz_str there = district_before(view, index);

    if (xz_str_cmp(there, here) < 0) {
        const struct xz_str held = here;
        here = there;
        there = held;
    }
    len = put(text, len, here, 6);
    text[len++] = '-';
    return put(text, len, there, 6);
}

static size_t put_dim(enum xz_segment_dim dim, const struct xz_view *view, uint32_t index,
                      char *text, size_t len)
{
    const struct xz_record *record = view->entity->records[index];
    const bool at_place =
        view->entity->kind == XZ_ENTITY_INSTITUTION || view->entity->kind == XZ_ENTITY_OPERATOR;

    switch (dim) {
    case XZ_DIM_AGE_BAND:
        return put(text, len, xz_str_from(age_band(record->age_years)), 8);
    case XZ_DIM_PSN_TYPE:
        return put(text, len, xz_record_text(record, XZ_TEXT_PSN_TYPE), 2);
    case XZ_DIM_CHRONIC:
        return put(text, len, chronic_so_far(view, index) ? XZ_STR("1") : XZ_STR("0"), 1);
    case XZ_DIM_REGION:
        return put(text, len,
                   xz_record_text(record, at_place ? XZ_TEXT_PLACE_ADMDVS : XZ_TEXT_INSURED_ADMDVS),
                   4);
    case XZ_DIM_INSTITUTION_KIND:
        return put(text, len, xz_str_from(institution_kinds[record->institution_kind & 7]), 20);
    case XZ_DIM_MED_TYPE:
        return put(text, len, xz_record_text(record, XZ_TEXT_MED_TYPE), 2);
    case XZ_DIM_PAIR:
        return put_pair(view, index, text, len);
    default:
        return put(text, len, XZ_STR_NONE, 0);
    }
}

void xz_segment(const struct xz_evidence_spec *spec, const struct xz_view *view, uint32_t index,
                char text[static XZ_SEGMENT_MAX])
{
    size_t len = 0;

    for (uint8_t i = 0; i < spec->by_count; i++) {
        if (i > 0) {
            text[len++] = '|';
        }
        len = put_dim((enum xz_segment_dim)spec->by[i], view, index, text, len);
    }
    text[len] = '\0';
}

/* ---- blocks ---- */

static bool is_day(const struct xz_evidence_spec *spec)
{
    return spec->window_ms > 0 && spec->window_ms <= XZ_DAY_MS;
}

static bool is_quarter(const struct xz_evidence_spec *spec)
{
    return spec->window_ms > XZ_DAY_MS && spec->window_ms <= 10 * XZ_DAY_MS;
}

int32_t xz_block_of(const struct xz_evidence_spec *spec, int64_t at_ms)
{
    if (is_day(spec)) {
        return xz_day_of(at_ms);
    }
    if (is_quarter(spec)) {
        const struct xz_civil civil = xz_civil_of(at_ms);
        const int quarter = (civil.day - 1) / 7;

        return (civil.year * 12 + civil.month - 1) * 4 + (quarter < 3 ? quarter : 3);
    }
    return xz_month_of(at_ms);
}

int64_t xz_block_start_ms(const struct xz_evidence_spec *spec, int32_t block)
{
    if (is_day(spec)) {
        return xz_day_start_ms(block);
    }
    if (is_quarter(spec)) {
        return xz_month_start_ms(block / 4) + block % 4 * 7 * XZ_DAY_MS;
    }
    return xz_month_start_ms(block);
}

int64_t xz_block_end_ms(const struct xz_evidence_spec *spec, int32_t block)
{
    if (is_quarter(spec) && block % 4 == 3) {
        return xz_month_start_ms(block / 4 + 1);
    }
    return xz_block_start_ms(spec, block + 1);
}

void xz_members_of_block(const struct xz_evidence_spec *spec, const struct xz_view *view,
                         uint32_t index, const void *cursor, xz_member_fn add, void *arg)
{
    const int64_t start_ms =
        xz_block_start_ms(spec, xz_block_of(spec, view->entity->records[index]->at_ms));

    (void)cursor;
    for (uint32_t i = xz_entity_lower(view->entity, start_ms); i <= index; i++) {
        if (view->matches(view, i)) {
            add(arg, i, 1.0);
        }
    }
}

enum xz_record_text xz_argument_text(const struct xz_evidence_spec *spec)
{
    static const struct {
        const char *name;
        enum xz_record_text text;
    } names[] = {{"institution", XZ_TEXT_INSTITUTION}, {"insured", XZ_TEXT_PERSON},
                 {"operator", XZ_TEXT_OPERATOR},       {"device", XZ_TEXT_DEVICE},
                 {"receiver", XZ_TEXT_PARTNER},        {"district", XZ_TEXT_PLACE_ADMDVS}};
    const char *open = strchr(spec->measure, '(');

    for (size_t i = 0; open != NULL && i < sizeof(names) / sizeof(names[0]); i++) {
        if (strncmp(open + 1, names[i].name, strlen(names[i].name)) == 0) {
            return names[i].text;
        }
    }
    return XZ_TEXT_INSTITUTION;
}

void xz_evidence_slot(const struct xz_pattern *pattern, const struct xz_evidence_spec *spec,
                      char id[static 8])
{
    size_t len = 0;

    memset(id, 0, 8);
    while (len < 5 && pattern->id[len] != '\0') {
        id[len] = pattern->id[len];
        len++;
    }
    id[len] = '.';
    id[len + 1] = (char)('0' + (spec - pattern->evidence) % 10);
}

int32_t xz_pane_age_days(const struct xz_pack *pack)
{
    return (int32_t)((xz_pack_lateness_ms(pack) + XZ_UNDO_SOON_MS + XZ_DAY_MS - 1) / XZ_DAY_MS) + 2;
}

int64_t xz_first_seen_ms(const struct xz_view *view)
{
    if (view->entity->before.first_ms != XZ_TIME_NONE) {
        return view->entity->before.first_ms;
    }
    for (uint32_t i = 0; i < view->entity->count; i++) {
        if (!(view->entity->records[i]->flags & XZ_RECORD_UNDONE)) {
            return view->entity->records[i]->at_ms;
        }
    }
    return XZ_TIME_NONE;
}

/* ---- the step against an empirical tail ---- */

void xz_step_by_quantiles(const struct xz_evidence_spec *spec, const struct xz_view *view,
                          uint32_t index, void *cursor, struct xz_step *step)
{
    struct xz_statistic statistic = {0};
    struct xz_quantiles quantiles;

    if (!xz_evidence_kind_of(spec)->statistic(spec, view, index, cursor, &statistic)) {
        step->why_not = statistic.why_not;
        return;
    }
    xz_segment(spec, view, index, step->segment);
    step->baseline = xz_pack_baseline(spec, xz_str_from(step->segment));
    if (step->baseline == NULL || step->baseline->param_count < 2) {
        step->why_not = "no_baseline";
        return;
    }
    quantiles = (struct xz_quantiles){step->baseline->params[0], step->baseline->params + 1,
                                      step->baseline->param_count - 1};
    step->evaluated = true;
    step->carries = statistic.carries;
    step->observed = statistic.observed;
    step->expected =
        isnan(statistic.expected) ? xz_quantiles_value(&quantiles, 0.01) : statistic.expected;
    step->block = statistic.block;
    step->window_start_ms = statistic.window_start_ms;
    step->log_p = xz_pack_calibrate(spec, xz_quantiles_log_tail(&quantiles, statistic.value));
    step->log_e = xz_calibrate(step->log_p);
}

/* ---- samples for fitting ---- */

void xz_evidence_collect(const struct xz_evidence_spec *spec, const struct xz_view *view,
                         xz_sample_fn sample, void *arg)
{
    const struct xz_evidence_kind *kind = xz_evidence_kind_of(spec);
    void *cursor = kind->cursor_size > 0 ? xz_calloc(1, kind->cursor_size) : NULL;
    struct xz_statistic now = {0};
    char segment[XZ_SEGMENT_MAX];
    struct xz_sample last = {
        .spec = spec, .segment = segment, .subject = view->entity->hash, .block = INT32_MIN};

    if (kind->begin != NULL) {
        kind->begin(cursor);
    }
    for (uint32_t i = 0; i < view->entity->count; i++) {
        now = (struct xz_statistic){0};
        if (!view->matches(view, i) || !kind->statistic(spec, view, i, cursor, &now)) {
            continue;
        }
        if (last.block != INT32_MIN && (kind->block == XZ_BLOCK_STEP || now.block != last.block)) {
            sample(arg, &last);
        }
        xz_segment(spec, view, i, segment);
        last.statistic = now.value;
        last.block = now.block;
        last.exposure =
            kind->block == XZ_BLOCK_PERIOD
                ? (double)(xz_block_end_ms(spec, now.block) - xz_block_start_ms(spec, now.block)) /
                      (double)XZ_DAY_MS
                : 1.0;
    }
    if (last.block != INT32_MIN) {
        sample(arg, &last);
    }
    if (kind->end != NULL) {
        kind->end(cursor);
    }
    free(cursor);
}
