/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any text as a time, a date and a span: refused, or it comes back from its own text. */
#include "fuzz.h"

#include "base/time.h"

static void check_time(struct xz_str text)
{
    char said[XZ_TIME_TEXT_MAX];
    int64_t time_ms = 1, again_ms = 2;
    struct xz_err err = {0};
    struct xz_civil civil;

    if (xz_time_parse(text, &time_ms, &err) != XZ_OK) {
        MUST(time_ms == 1 && err.rc == XZ_REJECT && err.reason[0] != '\0');
        return;
    }
    xz_time_format(time_ms, said);
    MUST(xz_time_parse(xz_str_from(said), &again_ms, &err) == XZ_OK && again_ms == time_ms);
    civil = xz_civil_of(time_ms);
    MUST(civil.year >= 1899 && civil.year <= 2201 && civil.month >= 1 && civil.month <= 12);
    MUST(xz_day_of_date(civil.year, civil.month, civil.day) == xz_day_of(time_ms));
    MUST(xz_day_start_ms(xz_day_of(time_ms)) <= time_ms);
    MUST(xz_month_start_ms(xz_month_of(time_ms)) <= time_ms);
    MUST(xz_month_start_ms(xz_month_of(time_ms) + 1) > time_ms);
    MUST(xz_hour_of_week(time_ms) >= 0 && xz_hour_of_week(time_ms) < 168);
}

static void check_date(struct xz_str text)
{
    char said[16];
    int32_t day = 1, again = 2;
    struct xz_err err = {0};

    if (xz_date_parse(text, &day, &err) != XZ_OK) {
        MUST(day == 1 && err.rc == XZ_REJECT && err.reason[0] != '\0');
        return;
    }
    xz_date_format(day, said);
    MUST(xz_date_parse(xz_str_from(said), &again, &err) == XZ_OK && again == day);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct xz_str text = input_of(data, size);
    struct xz_err err = {0};
    int64_t span_ms = 0;

    check_time(text);
    check_date(text);
    MUST(xz_duration_parse(text, &span_ms, &err) != XZ_OK || span_ms >= 0);
    return 0;
}
