/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A desk on a test's database, and alerts to bring to it. */
#ifndef XZ_TESTS_CASES_ALERTS_H
#define XZ_TESTS_CASES_ALERTS_H
#include <inttypes.h>
#include <string.h>

#include "base/buf.h"
#include "base/time.h"
#include "cases/desk.h"
#include "cases/intake.h"
#include "databases.h"

#define CALENDAR "models/calendar/cn.csv"
/* A Monday in a month without holidays, 09:00. */
#define MONDAY_MS (xz_day_start_ms(xz_day_of_date(2026, 3, 2)) + 9 * XZ_HOUR_MS)

static inline struct xz_desk desk_opened(const char *url)
{
    struct xz_desk desk;
    struct xz_err err = {0};
    char keys[64];

    (void)snprintf(keys, sizeof(keys), "%s/%u.keys", databases_dir, databases_count);
    assert_int_equal(xz_desk_open(url, 4, keys, CALENDAR, &desk, &err), XZ_OK);
    return desk;
}

/* What an alert of a test says; the rest is made up. */
struct said {
    const char *id, *pattern, *kind, *subject, *status, *result, *severity, *region;
    const char *involved; /* JSON members of a list */
    const char *events;   /* "e1:5000 e2:300": msgids and fen */
    int rev;
    int64_t start_ms, end_ms;
    double score;
};

static inline struct said saying(const char *id, const char *pattern, const char *kind,
                                 const char *subject)
{
    return (struct said){.id = id,
                         .pattern = pattern,
                         .kind = kind,
                         .subject = subject,
                         .status = "open",
                         .result = "suspicious",
                         .severity = "high",
                         .region = "210102",
                         .involved = "",
                         .events = "e1:5000",
                         .rev = 1,
                         .start_ms = MONDAY_MS - XZ_DAY_MS,
                         .end_ms = MONDAY_MS - XZ_DAY_MS + XZ_HOUR_MS,
                         .score = 0.8};
}

static inline void put_exhibits(const struct said *said, struct xz_buf *out, int64_t *sum,
                                int *count)
{
    const char *at = said->events;
    char msgid[64], time[XZ_TIME_TEXT_MAX];
    long fen;
    int used;

    xz_time_format(said->start_ms, time);
    while (sscanf(at, " %63[^:]:%ld%n", msgid, &fen, &used) == 2) {
        xz_buf_printf(out,
                      "%s{\"msgid\":\"%s\",\"at\":\"%s\",\"event\":\"settlement\","
                      "\"institution\":\"P1\",\"account_fen\":%ld,\"fund_fen\":0,"
                      "\"amount_fen\":%ld,\"place\":{\"lat\":41.8,\"lon\":123.4}}",
                      *count > 0 ? "," : "", msgid, time, fen, fen);
        *sum += fen;
        ++*count;
        at += used;
    }
}

static inline void alert_of(const struct said *said, struct xz_buf *out)
{
    struct xz_buf exhibits = {0};
    char start[XZ_TIME_TEXT_MAX], end[XZ_TIME_TEXT_MAX];
    int64_t sum = 0;
    int count = 0;

    put_exhibits(said, &exhibits, &sum, &count);
    xz_time_format(said->start_ms, start);
    xz_time_format(said->end_ms, end);
    xz_buf_printf(
        out,
        "{\"alert_id\":\"%s\",\"rev\":%d,\"status\":\"%s\",\"pattern\":{\"id\":\"%s\","
        "\"name\":\"x\",\"version\":1},\"result_type\":\"%s\",\"severity\":\"%s\","
        "\"action\":[\"A4\"],\"region\":\"%s\",\"subject\":{\"kind\":\"%s\",\"id\":\"%s\"},"
        "\"involved\":[%s],\"window\":{\"start\":\"%s\",\"end\":\"%s\"},\"event_count\":%d,"
        "\"exhibits\":[%.*s],\"evidence\":[{\"measure\":\"visits\",\"baseline\":"
        "{\"segment\":\"60-69|12|1\",\"subjects\":9}}],\"score\":%g,\"amount_fen\":%" PRId64
        ",\"pack\":{\"name\":\"p\",\"version\":\"1.0.0\",\"sha256\":\"abc123\"}"
        ",\"explanation\":{\"zh-CN\":\"%s\",\"en\":\"%s did it\"}}",
        said->id, said->rev, said->status, said->pattern, said->result, said->severity,
        said->region, said->kind, said->subject, said->involved, start, end, count,
        (int)exhibits.len, (const char *)exhibits.data, said->score, sum, said->subject,
        said->subject);
    xz_buf_fini(&exhibits);
}

/* Brings alerts, each as the next record of the topic "alerts". */
static inline struct xz_intake_report bring(const struct xz_desk *desk, const struct said *said,
                                            size_t count, int64_t now_ms)
{
    struct xz_intake_record records[16];
    struct xz_intake_report report;
    struct xz_buf texts[16] = {{0}};
    struct xz_err err = {0};
    int64_t next = 0;

    assert_true(count <= 16);
    assert_int_equal(xz_intake_place(desk, "alerts", 0, &next, &err), XZ_OK);
    for (size_t i = 0; i < count; i++) {
        alert_of(&said[i], &texts[i]);
        records[i] =
            (struct xz_intake_record){"alerts", 0, next + (int64_t)i, xz_buf_view(&texts[i])};
    }
    if (xz_intake(desk, records, count, now_ms, &report, &err) != XZ_OK) {
        fail_msg("%s", err.msg);
    }
    for (size_t i = 0; i < count; i++) {
        xz_buf_fini(&texts[i]);
    }
    return report;
}

#endif
