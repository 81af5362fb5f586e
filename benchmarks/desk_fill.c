/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Fills a desk's store as years of work would: alerts of made-up people and counters through the
 * intake, ten to a case; then a part of the cases closed by two accounts. Prints how long it took.
 *
 *   desk_fill DATABASE KEY_FILE CASES ALERTS CLOSED
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/rng.h"
#include "base/time.h"
#include "cases/intake.h"
#include "cases/users.h"
#include "cases/work.h"

#define EXHIBITS 4

static const char *const patterns[] = {"T01", "T02", "T11", "T04", "T05", "T03", "R10", "R25"};
static const char *const severities[] = {"low", "medium", "high", "critical"};

struct filling {
    struct xz_desk desk;
    struct xz_rng rng;
    int64_t cases, now_ms;
};

static double seconds(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static uint32_t below(struct filling *filling, uint32_t limit)
{
    return xz_rng_below(&filling->rng, limit);
}

static void put_exhibits(struct filling *filling, int64_t alert, const char *person,
                         int64_t start_ms, int64_t *sum_fen, struct xz_buf *out)
{
    char at[XZ_TIME_TEXT_MAX];

    *sum_fen = 0;
    for (int i = 0; i < EXHIBITS; i++) {
        const int64_t fen = 500 + (int64_t)below(filling, 60000);
        const unsigned institution = (unsigned)below(filling, 2000);

        *sum_fen += fen;
        xz_time_format(start_ms + i * 7 * XZ_MINUTE_MS, at);
        xz_buf_printf(out,
                      "%s{\"msgid\":\"M%" PRId64 "-%d\",\"at\":\"%s\",\"event\":\"settlement\","
                      "\"insured\":\"%s\",\"institution\":\"P2101%07u\",\"operator\":"
                      "\"P2101%07u/OP1\",\"place\":{\"admdvs\":\"210102\",\"lat\":%.4f,"
                      "\"lon\":%.4f},\"credential\":\"03\",\"amount_fen\":%" PRId64
                      ",\"account_fen\":%" PRId64 ",\"fund_fen\":0,\"balance_fen\":150000,"
                      "\"weight\":0.25,\"source\":{\"topic\":\"xiezhi.events\",\"partition\":0,"
                      "\"offset\":%" PRId64 "}}",
                      i > 0 ? "," : "", alert, i, at, person, institution, institution,
                      41.0 + (double)institution / 2000, 123.0 + (double)(institution % 97) / 97,
                      fen, fen, alert * EXHIBITS + i);
    }
}

static void put_alert(struct filling *filling, int64_t number, struct xz_buf *out)
{
    const int64_t subject = number % filling->cases;
    const int64_t start_ms = filling->now_ms - (int64_t)(1 + below(filling, 60)) * XZ_DAY_MS;
    const char *severity = severities[below(filling, 4)];
    struct xz_buf exhibits = {0};
    char person[32], start[XZ_TIME_TEXT_MAX], end[XZ_TIME_TEXT_MAX];
    int64_t sum_fen;

    (void)snprintf(person, sizeof(person), "21010000%09" PRId64, subject);
    put_exhibits(filling, number, person, start_ms, &sum_fen, &exhibits);
    xz_time_format(start_ms, start);
    xz_time_format(start_ms + XZ_HOUR_MS, end);
    xz_buf_printf(
        out,
        "{\"alert_id\":\"B%025" PRId64 "\",\"rev\":1,\"status\":\"closed\",\"pattern\":{\"id\":"
        "\"%s\",\"name\":\"made_up\",\"version\":1},\"result_type\":\"%s\",\"severity\":\"%s\","
        "\"action\":[\"A3\"],\"region\":\"21%02u%02u\",\"subject\":{\"kind\":\"insured\",\"id\":"
        "\"%s\"},\"involved\":[],\"window\":{\"start\":\"%s\",\"end\":\"%s\"},\"event_ids\":[],"
        "\"event_count\":%d,\"exhibits\":[" XZ_STR_FMT "],\"evidence\":[{\"measure\":\"count\","
        "\"observed\":4,\"expected\":1.2,\"unit\":\"settlements\",\"p_value\":1e-5,\"e_value\":"
        "2e4,\"baseline\":{\"segment\":\"60-69|12|1\",\"subjects\":912}}],\"score\":0.%u,"
        "\"e_value\":2e4,\"amount_fen\":%" PRId64 ",\"legal\":[\"条例-17\"],\"explanation\":"
        "{\"zh-CN\":\"%s 的卡\",\"en\":\"The card of %s\"},\"counterfactual\":{\"zh-CN\":\"\","
        "\"en\":\"\"},\"pack\":{\"name\":\"p\",\"version\":\"1\",\"sha256\":\"00\"}}",
        number, patterns[(subject + number / filling->cases) % 8],
        below(filling, 3) == 0 ? "conclusive" : "suspicious", severity,
        1 + (unsigned)(subject % 14), 1 + (unsigned)(subject % 9), person, start, end, EXHIBITS,
        XZ_STR_ARG(xz_buf_view(&exhibits)), 100 + (unsigned)below(filling, 899), sum_fen, person,
        person);
    xz_buf_fini(&exhibits);
}

static enum xz_rc fill(struct filling *filling, int64_t alerts, struct xz_err *err)
{
    struct xz_intake_record records[XZ_INTAKE_MAX];
    struct xz_buf texts[XZ_INTAKE_MAX] = {{0}};
    struct xz_intake_report report;
    enum xz_rc rc = XZ_OK;

    for (int64_t at = 0; rc == XZ_OK && at < alerts; at += XZ_INTAKE_MAX) {
        size_t count = 0;

        for (; count < XZ_INTAKE_MAX && at + (int64_t)count < alerts; count++) {
            xz_buf_clear(&texts[count]);
            put_alert(filling, at + (int64_t)count, &texts[count]);
            records[count] = (struct xz_intake_record){"filled", 0, at + (int64_t)count,
                                                       xz_buf_view(&texts[count])};
        }
        rc = xz_intake(&filling->desk, records, count, filling->now_ms, &report, err);
        if (rc == XZ_OK && report.taken != (int64_t)count) {
            rc = xz_err_set(err, XZ_FATAL, "%s", report.last_reject);
        }
        if (at % (XZ_INTAKE_MAX * 400) == 0) {
            (void)fprintf(stderr, "\r%" PRId64 " of %" PRId64 " alerts", at, alerts);
        }
    }
    for (size_t i = 0; i < XZ_INTAKE_MAX; i++) {
        xz_buf_fini(&texts[i]);
    }
    (void)fputc('\n', stderr);
    return rc;
}

static enum xz_rc close_some(struct filling *filling, int64_t closed, struct xz_err *err)
{
    static const enum xz_case_outcome outcomes[] = {XZ_OUTCOME_CONFIRMED, XZ_OUTCOME_FALSE_POSITIVE,
                                                    XZ_OUTCOME_INCONCLUSIVE,
                                                    XZ_OUTCOME_RIGHT_TO_ASK};
    const struct xz_actor actor = {
        .account = 1, .name = "filler", .roles = 1u << XZ_ROLE_INVESTIGATOR};
    enum xz_rc rc = XZ_OK;

    for (int64_t i = 0; rc == XZ_OK && i < closed; i++) {
        const struct xz_on_case on = {
            .actor = &actor, .case_id = 1 + i * filling->cases / closed, .now_ms = filling->now_ms};
        const struct xz_command command = {.verb = XZ_VERB_CLOSE,
                                           .outcome = outcomes[below(filling, 4)],
                                           .action = 1,
                                           .text = XZ_STR("made up")};

        rc = xz_work_do(&filling->desk, &on, &command, err);
    }
    return rc;
}

int main(int argc, char **argv)
{
    struct filling filling = {.now_ms = (int64_t)time(NULL) * 1000};
    struct xz_err err = {0};
    double began;
    enum xz_rc rc;

    if (argc != 6) {
        (void)fprintf(stderr, "usage: desk_fill DATABASE KEY_FILE CASES ALERTS CLOSED\n");
        return 2;
    }
    filling.cases = strtoll(argv[3], NULL, 10);
    xz_rng_init(&filling.rng, 1, 1);
    rc = xz_desk_open(argv[1], 2, argv[2], "models/calendar/cn.csv", &filling.desk, &err);
    began = seconds();
    rc = rc == XZ_OK ? fill(&filling, strtoll(argv[4], NULL, 10), &err) : rc;
    if (rc == XZ_OK) {
        (void)printf("alerts %.1f s\n", seconds() - began);
        began = seconds();
        rc = close_some(&filling, strtoll(argv[5], NULL, 10), &err);
        (void)printf("closed %.1f s\n", seconds() - began);
    }
    if (rc != XZ_OK) {
        (void)fprintf(stderr, "desk_fill: %s\n", err.msg);
    }
    xz_desk_close(&filling.desk);
    return rc == XZ_OK ? 0 : 1;
}
