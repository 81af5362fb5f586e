/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "console/health.h"

#include <stdlib.h>
#include <string.h>

#include "base/time.h"
#include "console/numbers.h"

/* "xiezhi_NAME VALUE" into service, xiezhi_rejects_total{reason="R"} into rejects. */
static void read_line(char *line, json_t *service, json_t *rejects)
{
    static const char reason[] = "xiezhi_rejects_total{reason=\"";
    char *space = strrchr(line, ' ');

    if (line[0] == '#' || space == NULL || strncmp(line, "xiezhi_", 7) != 0) {
        return;
    }
    *space = '\0';
    if (strncmp(line, reason, sizeof(reason) - 1) == 0) {
        char *name = line + sizeof(reason) - 1;

        name[strcspn(name, "\"")] = '\0';
        (void)json_object_set_new(rejects, name, json_real(strtod(space + 1, NULL)));
    } else if (strchr(line, '{') == NULL) {
        (void)json_object_set_new(service, line + 7, json_real(strtod(space + 1, NULL)));
    }
}

static json_t *service_json(struct xz_console *console, int64_t now_ms, json_t *rejects)
{
    struct xz_buf text = {0};
    json_t *service = NULL;

    if (xz_numbers_read(console, now_ms, &text)) {
        char *line, *end;

        service = json_object();
        xz_buf_u8(&text, 0);
        for (line = (char *)text.data; (end = strchr(line, '\n')) != NULL; line = end + 1) {
            *end = '\0';
            read_line(line, service, rejects);
        }
    }
    xz_buf_fini(&text);
    return service != NULL ? service : json_null();
}

/* ---- all of it ---- */

static json_t *time_json(int64_t at_ms)
{
    char text[XZ_TIME_TEXT_MAX];

    if (at_ms == 0) {
        return json_null();
    }
    xz_time_format(at_ms, text);
    return json_string(text);
}

const char *xz_health_trouble(const struct xz_console *console)
{
    return console->failed ? "feed" : xz_metrics_trouble(console->metrics, xz_steady_ms());
}

/* How far the feed gets: how an engine beside it fares is told by its own numbers. */
static json_t *feed_json(const struct xz_console *console)
{
    const char *trouble = xz_health_trouble(console);
    const bool ok =
        trouble == NULL || strcmp(trouble, "role") == 0 || strcmp(trouble, "hangs") == 0;
    const int64_t lag = console->feed_lag;

    return json_pack("{s:o, s:o, s:I, s:I, s:b, s:s?}", "lag",
                     ok && lag >= 0 ? json_integer((json_int_t)lag) : json_null(), "fed_at",
                     time_json(console->fed_at_ms), "taken", (json_int_t)console->taken, "rejected",
                     (json_int_t)console->rejected, "ok", (int)ok, "trouble", ok ? NULL : trouble);
}

bool xz_health_calendar_ends(const struct xz_console *console, int64_t now_ms)
{
    const int32_t until = xz_calendar_until(console->desk.calendar);

    return until == XZ_DAY_NONE || until - xz_day_of(now_ms) < XZ_CALENDAR_WARN_DAYS;
}

static json_t *calendar_json(const struct xz_console *console, int64_t now_ms)
{
    const int32_t until = xz_calendar_until(console->desk.calendar);
    char date[16];

    if (until != XZ_DAY_NONE) {
        xz_date_format(until, date);
    }
    return json_pack("{s:s?, s:b}", "until", until != XZ_DAY_NONE ? date : NULL, "ends",
                     (int)xz_health_calendar_ends(console, now_ms));
}

json_t *xz_health_json(struct xz_console *console, int64_t now_ms)
{
    json_t *rejects = json_object();
    json_t *service = service_json(console, now_ms, rejects);
    json_t *watermark =
        time_json(1000 * (int64_t)json_real_value(json_object_get(service, "watermark_seconds")));

    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o}", "as_of", time_json(now_ms), "feed",
                     feed_json(console), "watermark", watermark, "service", service, "rejects",
                     rejects, "calendar", calendar_json(console, now_ms));
}
