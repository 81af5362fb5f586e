/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The patterns: what the pack says of them, what the service counts, what the desk found out. */
#include <stdio.h>
#include <string.h>

#include "console/api_int.h"
#include "console/catalogue.h"
#include "console/numbers.h"
#include "stats/quality.h"

#define ALPHA 0.05 /* an interval that holds the rate nineteen times of twenty */

/* What the desk knows of a pattern; NULL: nothing yet. */
static const json_t *known_of(const json_t *known, const char *id)
{
    const json_t *item;
    size_t i;

    json_array_foreach(json_object_get(known, "items"), i, item)
    {
        if (strcmp(json_string_value(json_object_get(item, "pattern")), id) == 0) {
            return item;
        }
    }
    return NULL;
}

/* Refuted alarms for each month in which a subject was watched, beside what the pattern declares.
 */
static enum xz_rc add_realised(const struct xz_console *console, json_t *pattern,
                               const json_t *known, struct xz_err *err)
{
    const char *subject = json_string_value(json_object_get(pattern, "subject"));
    const int64_t refuted = json_integer_value(json_object_get(known, "refuted"));
    struct xz_interval interval;
    int64_t months = 0;
    const enum xz_rc rc = xz_exposure_of(console, subject, &months, err);

    if (rc != XZ_OK || months == 0) {
        (void)json_object_set_new(pattern, "realised", json_null());
        return rc;
    }
    interval = xz_poisson_interval((uint64_t)refuted, (double)months, ALPHA);
    (void)json_object_set_new(pattern, "realised",
                              json_pack("{s:I, s:I, s:f, s:f, s:f}", "refuted", (json_int_t)refuted,
                                        "subject_months", (json_int_t)months, "rate",
                                        (double)refuted / (double)months, "low", interval.low,
                                        "high", interval.high));
    return XZ_OK;
}

/* Of the service as it runs now; null when nobody tells. */
static json_t *cost_of(const char *numbers, const char *id)
{
    const double events = xz_numbers_value(numbers, "xiezhi_events_total", 0);
    char sample[100];
    double seconds;

    (void)snprintf(sample, sizeof(sample), "xiezhi_pattern_seconds_total{pattern=\"%s\"}", id);
    seconds = xz_numbers_value(numbers, sample, -1);
    return events > 0 && seconds >= 0 ? json_pack("{s:I, s:f}", "evaluated", (json_int_t)events,
                                                  "per_event_us", seconds * 1e6 / events)
                                      : json_null();
}

static enum xz_rc add_all(struct xz_console *console, json_t *all, const json_t *known,
                          const char *numbers, struct xz_err *err)
{
    json_t *pattern;
    size_t i;
    enum xz_rc rc = XZ_OK;

    json_array_foreach(json_object_get(all, "items"), i, pattern)
    {
        const char *id = json_string_value(json_object_get(pattern, "id"));
        const json_t *of = known_of(known, id);
        json_t *history = json_object_get(of, "history");

        rc = rc == XZ_OK ? add_realised(console, pattern, of, err) : rc;
        (void)json_object_set_new(pattern, "cost", cost_of(numbers, id));
        (void)json_object_set_new(pattern, "history",
                                  history != NULL ? json_incref(history) : json_array());
    }
    return rc;
}

XZ_HANDLER(xz_api_patterns)
{
    const struct xz_desk_view view = xz_view_of(console, request);
    struct xz_buf text = {0}, numbers = {0};
    json_t *known, *all = NULL;
    enum xz_rc rc = xz_view_patterns(&view, &text, err);

    (void)xz_numbers_read(console, request->now_ms, &numbers);
    xz_buf_u8(&numbers, 0);
    known = rc == XZ_OK ? json_loadb((const char *)text.data, text.len, 0, NULL) : NULL;
    rc = rc == XZ_OK ? xz_catalogue_json(console->catalogue, (const char *)numbers.data, &all, err)
                     : rc;
    rc = rc == XZ_OK ? add_all(console, all, known, (const char *)numbers.data, err) : rc;
    if (rc == XZ_OK) {
        xz_respond_json(response, json_incref(all));
    }
    json_decref(all);
    json_decref(known);
    xz_buf_fini(&text);
    xz_buf_fini(&numbers);
    return rc;
}
