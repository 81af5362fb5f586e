/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "console/expected.h"

#include <math.h>
#include <string.h>

#include "base/time.h"
#include "evidence/group.h"

#define CURVE_POINTS 64
#define CURVE_COUNTS 200     /* counts are shown one by one up to here */
#define LOG_CHANCE   (-11.5) /* how far a curve is drawn at least: 1 in 100,000 */

struct row { /* of evidence, as an alert tells it */
    const char *measure, *segment;
    double observed, expected, log_p;
    int64_t at_ms; /* in the block that was counted last */
};

static bool read_row(const json_t *evidence, int64_t at_ms, struct row *row)
{
    const json_t *baseline = json_object_get(evidence, "baseline");
    const double p = json_number_value(json_object_get(evidence, "p_value"));

    row->measure = json_string_value(json_object_get(evidence, "measure"));
    row->segment = json_string_value(json_object_get(baseline, "segment"));
    row->observed = json_number_value(json_object_get(evidence, "observed"));
    row->expected = json_number_value(json_object_get(evidence, "expected"));
    row->log_p = p > 0.0 ? log(p) : NAN;
    row->at_ms = at_ms;
    return row->measure != NULL && row->segment != NULL;
}

/* How far what the group says of the row is from what the alert says. A pattern may ask the same
 * measure of two windows, and an alert does not name the window. */
static double distance_of(const struct xz_group *group, const struct row *row)
{
    const double mark = xz_group_mark(group, row->observed, row->expected, row->log_p);
    const double gap = fabs(xz_group_log_tail(group, mark) - row->log_p);

    return isnan(gap) ? HUGE_VAL : gap;
}

static bool find_group(const struct xz_pattern *pattern, const struct row *row,
                       struct xz_group *nearest)
{
    double least = HUGE_VAL;
    bool found = false;

    for (size_t i = 0; i < pattern->evidence_count; i++) {
        struct xz_group group;

        if (strcmp(pattern->evidence[i].measure, row->measure) == 0 &&
            xz_group_of(&pattern->evidence[i], xz_str_from(row->segment), row->at_ms, &group) &&
            (!found || distance_of(&group, row) < least)) {
            *nearest = group;
            least = distance_of(&group, row);
            found = true;
        }
    }
    return found;
}

/* ---- the curve ---- */

static void add_point(json_t *points, const struct xz_group *group, double x)
{
    (void)json_array_append_new(points, json_pack("[f, f]", x, exp(xz_group_log_tail(group, x))));
}

/* From 0 to a little beyond the mark, and at least to what hardly anybody reaches. */
static json_t *curve_of(const struct xz_group *group, double mark)
{
    const bool counts = xz_group_counts(group);
    const double rare =
        xz_group_value(group, fmax(LOG_CHANCE, xz_group_log_tail(group, XZ_GROUP_MAX)));
    const double upto = fmax(rare, isnan(mark) ? 0.0 : mark * 1.1);
    const double last = counts ? ceil(upto) + 1.0 : upto;
    const double every = counts ? ceil(last / CURVE_COUNTS) : 0.0;
    json_t *points = json_array();

    if (counts) {
        for (double x = 0.0; x <= last; x += every) {
            add_point(points, group, x);
        }
    } else { /* dense where most are, as far as a tail goes */
        for (int i = 0; i <= CURVE_POINTS; i++) {
            add_point(points, group, expm1(log1p(last) * i / CURVE_POINTS));
        }
    }
    return points;
}

static json_t *item_of(const struct xz_group *group, const struct row *row)
{
    static const char *const scales[] = {
        [XZ_SCALE_VALUE] = "value", [XZ_SCALE_RATIO] = "ratio", [XZ_SCALE_SCORE] = "score"};
    const struct xz_evidence_spec *spec = group->spec;
    const double mark = xz_group_mark(group, row->observed, row->expected, row->log_p);
    json_t *by = json_array();

    for (size_t d = 0; d < spec->by_count; d++) {
        (void)json_array_append_new(by, json_string(xz_segment_dims[spec->by[d]]));
    }
    return json_pack(
        "{s:s, s:I, s:o, s:s, s:s, s:b, s:s, s:I, s:o, s:o, s:o}", "measure", spec->measure,
        "window_s", (json_int_t)(spec->window_ms > 0 ? spec->window_ms / 1000 : 0), "by", by,
        "family", xz_family_names[spec->family], "scale", scales[xz_evidence_kind_of(spec)->scale],
        "counts", xz_group_counts(group), "segment", group->cell->segment, "subjects",
        (json_int_t)group->cell->subjects, "mark", isfinite(mark) ? json_real(mark) : json_null(),
        "chance", isfinite(mark) ? json_real(exp(xz_group_log_tail(group, mark))) : json_null(),
        "points", curve_of(group, mark));
}

json_t *xz_expected_json(const struct xz_pack *pack, const json_t *alert)
{
    const char *end = json_string_value(json_object_get(json_object_get(alert, "window"), "end"));
    const char *id = json_string_value(json_object_get(json_object_get(alert, "pattern"), "id"));
    const struct xz_pattern *pattern =
        pack != NULL && id != NULL ? xz_pack_pattern(pack, xz_str_from(id)) : NULL;
    json_t *items = json_array();
    const json_t *evidence;
    int64_t at_ms = 0;
    size_t i;

    if (end == NULL || xz_time_parse(xz_str_from(end), &at_ms, NULL) != XZ_OK) {
        pattern = NULL; /* an alert is input: one without its window has no block */
    }
    json_array_foreach(json_object_get(alert, "evidence"), i, evidence)
    {
        struct xz_group group;
        struct row row;
        const bool known =
            pattern != NULL && read_row(evidence, at_ms, &row) && find_group(pattern, &row, &group);

        (void)json_array_append_new(items, known ? item_of(&group, &row) : json_null());
    }
    return pack == NULL ? json_pack("{s:o, s:n}", "items", items, "pack")
                        : json_pack("{s:o, s:{s:s, s:s, s:s}}", "items", items, "pack", "name",
                                    xz_pack_name(pack), "version", xz_pack_version(pack), "sha256",
                                    xz_pack_sha256(pack));
}
