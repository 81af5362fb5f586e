/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cases/case_sum.h"

#include <stdio.h>
#include <string.h>

#include "cases/money.h"

#define WAKES      1.2  /* times its worth */
#define GROUNDLESS 0.02 /* probability of a case whose alerts were all withdrawn */

struct sum {
    struct xz_case_row *row;
    struct xz_money money;
    bool all_readable;
    bool is_subject_there; /* does an alert that stands speak of the subject of the case? */
    char kind[sizeof(((struct xz_case_row *)0)->subject_kind)]; /* of the oldest that stands */
    char subject[XZ_REF_MAX + 1];
};

static void add_subject(struct sum *sum, struct xz_str kind, struct xz_str subject)
{
    if (sum->subject[0] == '\0') {
        (void)snprintf(sum->kind, sizeof(sum->kind), XZ_STR_FMT, XZ_STR_ARG(kind));
        (void)snprintf(sum->subject, sizeof(sum->subject), XZ_STR_FMT, XZ_STR_ARG(subject));
    }
    sum->is_subject_there |= xz_str_eq(subject, xz_str_from(sum->row->subject)) &&
                             xz_str_eq(kind, xz_str_from(sum->row->subject_kind));
}

static void add_pattern(struct xz_case_row *row, struct xz_str pattern)
{
    char wanted[24], has[XZ_PATTERNS_TEXT + 2];
    const size_t len = strlen(row->patterns);

    (void)snprintf(wanted, sizeof(wanted), "," XZ_STR_FMT ",", XZ_STR_ARG(pattern));
    (void)snprintf(has, sizeof(has), ",%s,", row->patterns);
    if (strstr(has, wanted) == NULL && len + pattern.len + 2 < sizeof(row->patterns)) {
        (void)snprintf(row->patterns + len, sizeof(row->patterns) - len, "%s" XZ_STR_FMT,
                       len > 0 ? "," : "", XZ_STR_ARG(pattern));
    }
}

static bool add_alert(void *arg, const struct xz_db_row *row)
{
    struct sum *sum = arg;
    struct xz_case_row *out = sum->row;
    const bool conclusive = xz_str_eq(xz_db_text(row, 2), XZ_STR("conclusive"));
    const enum xz_case_severity severity = (enum xz_case_severity)xz_db_int(row, 3);
    double probability;

    out->alerts++;
    if (xz_str_eq(xz_db_text(row, 1), XZ_STR("withdrawn"))) {
        out->withdrawn++;
        return true;
    }
    probability =
        xz_rank_probability(conclusive, xz_db_double(row, 4), xz_db_int(row, 6), xz_db_int(row, 7));
    add_pattern(out, xz_db_text(row, 0));
    add_subject(sum, xz_db_text(row, 8), xz_db_text(row, 9));
    out->conclusive |= conclusive;
    out->severity = severity > out->severity ? severity : out->severity;
    out->probability = probability > out->probability ? probability : out->probability;
    sum->all_readable &= xz_money_decode(xz_db_blob(row, 5), &sum->money);
    return true;
}

enum xz_rc xz_case_recount(struct xz_db_conn *conn, int64_t case_id, bool is_new, int64_t now_ms,
                           struct xz_err *err)
{
    struct xz_case_row before, after;
    struct sum sum = {.row = &after, .all_readable = true};
    double old_worth, worth;
    enum xz_rc rc = xz_case_load(conn, case_id, &before, err);

    if (rc != XZ_OK) {
        return rc;
    }
    after = before;
    after.patterns[0] = '\0';
    after.conclusive = false;
    after.severity = XZ_CASE_SEVERITY_LOW;
    after.alerts = after.withdrawn = 0;
    after.probability = 0;
    rc = xz_db_query(conn,
                     "SELECT a.pattern, a.status, a.result_type, a.severity, a.score, a.money, "
                     "COALESCE((SELECT cases FROM sum_verdict v WHERE v.pattern = a.pattern "
                     "AND v.outcome = 'confirmed'), 0), "
                     "COALESCE((SELECT cases FROM sum_verdict v WHERE v.pattern = a.pattern "
                     "AND v.outcome = 'false_positive'), 0), a.subject_kind, a.subject FROM alert "
                     "a WHERE a.case_id = ?1 ORDER BY a.seq",
                     XZ_DB_ARGS(XZ_DB_INT(case_id)), add_alert, &sum, err);
    if (rc == XZ_OK && !sum.all_readable) {
        rc = xz_err_set(err, XZ_FATAL, "the sums of an alert of case %lld cannot be read",
                        (long long)case_id);
    }
    after.amount_fen = xz_money_total_fen(&sum.money);
    xz_money_fini(&sum.money);
    if (after.alerts == after.withdrawn) { /* it goes on to say what it was about */
        (void)snprintf(after.patterns, sizeof(after.patterns), "%s", before.patterns);
        after.probability = GROUNDLESS;
    }
    if (xz_case_is_open(&before.life) && sum.subject[0] != '\0' && !sum.is_subject_there) {
        /* It accuses nobody of whom no alert stands. What is closed stays as it was decided. */
        (void)snprintf(after.subject_kind, sizeof(after.subject_kind), "%s", sum.kind);
        (void)snprintf(after.subject, sizeof(after.subject), "%s", sum.subject);
    }
    old_worth = xz_rank(before.probability, before.amount_fen, before.severity, XZ_CLOCK_OK, false);
    worth = xz_rank(after.probability, after.amount_fen, after.severity, XZ_CLOCK_OK, false);
    if (is_new || worth > WAKES * old_worth) {
        after.life.snoozed_until_ms = 0;
    }
    (void)xz_case_tick(&after.life, now_ms);
    after.life.version = before.life.version + 1;
    after.updated_ms = now_ms;
    after.news_ms = now_ms;
    return rc == XZ_OK ? xz_case_save(conn, &before, &after, err) : rc;
}
