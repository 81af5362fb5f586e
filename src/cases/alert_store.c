/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cases/alert_store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

#include "base/mem.h"
#include "base/time.h"
#include "cases/counter.h"
#include "cases/row.h"

#define BODY_LEVEL 6
#define BODY_MAX   (16u << 20) /* bytes of one that is read; older stores have larger ones */

/* ---- bodies ---- */

static void pack_body(const json_t *alert, struct xz_buf *out)
{
    char *text = json_dumps(alert, JSON_COMPACT);
    const size_t len = strlen(text), bound = ZSTD_compressBound(len);

    xz_buf_reserve(out, bound);
    out->len = ZSTD_compress(out->data, bound, text, len, BODY_LEVEL);
    free(text);
}

size_t xz_alert_body_bytes(struct xz_str stored)
{
    const unsigned long long size = ZSTD_getFrameContentSize(stored.ptr, stored.len);

    return size == ZSTD_CONTENTSIZE_ERROR || size == ZSTD_CONTENTSIZE_UNKNOWN || size > BODY_MAX
               ? 0
               : (size_t)size;
}

json_t *xz_alert_body(struct xz_str stored)
{
    const size_t size = xz_alert_body_bytes(stored);
    json_t *alert = NULL;
    char *text;

    if (size == 0) {
        return NULL;
    }
    text = xz_malloc(size);
    if (ZSTD_decompress(text, size, stored.ptr, stored.len) == size) {
        alert = json_loadb(text, size, 0, NULL);
    }
    free(text);
    return alert;
}

/* ---- sums ---- */

struct counted {
    const char *pattern, *region, *institution;
    bool conclusive;
    int64_t ended_ms, amount_fen;
};

static enum xz_rc add_sums(struct xz_db_conn *conn, const struct counted *c, int64_t sign,
                           struct xz_err *err)
{
    const int32_t day = xz_day_of(c->ended_ms);
    enum xz_rc rc = xz_db_exec(
        conn,
        "INSERT INTO sum_alert (day, pattern, region, result_type, alerts, amount_fen) "
        "VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (day, pattern, region, result_type) "
        "DO UPDATE SET alerts = sum_alert.alerts + excluded.alerts, "
        "amount_fen = sum_alert.amount_fen + excluded.amount_fen",
        XZ_DB_ARGS(XZ_DB_INT(day), XZ_DB_CSTR(c->pattern), XZ_DB_CSTR(c->region),
                   XZ_DB_CSTR(c->conclusive ? "conclusive" : "suspicious"), XZ_DB_INT(sign),
                   XZ_DB_INT(sign * c->amount_fen)),
        NULL, err);

    rc = rc == XZ_OK ? xz_db_exec(conn,
                                  "INSERT INTO sum_region_day (day, region, alerts, amount_fen) "
                                  "VALUES (?1, ?2, ?3, ?4) ON CONFLICT (day, region) DO UPDATE SET "
                                  "alerts = sum_region_day.alerts + excluded.alerts, "
                                  "amount_fen = sum_region_day.amount_fen + excluded.amount_fen",
                                  XZ_DB_ARGS(XZ_DB_INT(day), XZ_DB_CSTR(c->region), XZ_DB_INT(sign),
                                             XZ_DB_INT(sign * c->amount_fen)),
                                  NULL, err)
                     : rc;
    return rc != XZ_OK || c->institution[0] == '\0'
               ? rc
               : xz_db_exec(conn,
                            "INSERT INTO sum_institution_day (institution, day, alerts, "
                            "amount_fen) VALUES (?1, ?2, ?3, ?4) "
                            "ON CONFLICT (institution, day) DO UPDATE SET "
                            "alerts = sum_institution_day.alerts + excluded.alerts, "
                            "amount_fen = sum_institution_day.amount_fen + excluded.amount_fen",
                            XZ_DB_ARGS(XZ_DB_CSTR(c->institution), XZ_DB_INT(day), XZ_DB_INT(sign),
                                       XZ_DB_INT(sign * c->amount_fen)),
                            NULL, err);
}

static enum xz_rc know_institution(struct xz_db_conn *conn, const struct xz_alert_facts *facts,
                                   struct xz_err *err)
{
    return facts->institution[0] == '\0'
               ? XZ_OK
               : xz_db_exec(conn,
                            "INSERT INTO sum_institution (institution, region, lat, lon) "
                            "VALUES (?1, ?2, ?3, ?4) "
                            "ON CONFLICT (institution) DO NOTHING",
                            XZ_DB_ARGS(XZ_DB_CSTR(facts->institution), XZ_DB_CSTR(facts->region),
                                       XZ_DB_DOUBLE(facts->lat), XZ_DB_DOUBLE(facts->lon)),
                            NULL, err);
}

static enum xz_rc count(struct xz_db_conn *conn, const struct xz_alert_put *put, struct xz_err *err)
{
    const struct xz_alert_facts *facts = put->facts;
    const struct xz_alert_known *old =
        put->known != NULL && put->known->found ? put->known : put->replaced;
    enum xz_rc rc = know_institution(conn, facts, err);

    if (rc == XZ_OK && old != NULL && old->counted) {
        rc = add_sums(conn,
                      &(struct counted){old->pattern, old->region, old->institution,
                                        old->conclusive, old->ended_ms, old->amount_fen},
                      -1, err);
    }
    if (rc == XZ_OK && !facts->is_withdrawn) {
        rc = add_sums(conn,
                      &(struct counted){facts->pattern, facts->region, facts->institution,
                                        facts->conclusive, facts->ended_ms, facts->amount_fen},
                      1, err);
    }
    return rc;
}

/* ---- rows ---- */

static void copy(char *to, size_t size, struct xz_str text)
{
    (void)snprintf(to, size, XZ_STR_FMT, XZ_STR_ARG(text));
}

static bool take_known(void *arg, const struct xz_db_row *row)
{
    struct xz_alert_known *known = arg;

    known->found = true;
    known->seq = xz_db_int(row, 0);
    known->rev = xz_db_int(row, 1);
    known->case_id = xz_db_int(row, 2);
    known->case_is_closed = xz_db_int(row, 3) == 0;
    known->events = xz_db_int(row, 4);
    known->amount_fen = xz_db_int(row, 5);
    known->ended_ms = xz_db_int(row, 6);
    known->conclusive = xz_str_eq(xz_db_text(row, 7), XZ_STR("conclusive"));
    known->counted = !xz_str_eq(xz_db_text(row, 8), XZ_STR("withdrawn"));
    copy(known->pattern, sizeof(known->pattern), xz_db_text(row, 9));
    copy(known->region, sizeof(known->region), xz_db_text(row, 10));
    copy(known->institution, sizeof(known->institution), xz_db_text(row, 11));
    return false;
}

enum xz_rc xz_alert_find(struct xz_db_conn *conn, const char *id, struct xz_alert_known *known,
                         struct xz_err *err)
{
    *known = (struct xz_alert_known){.found = false};
    return xz_db_query(conn,
                       "SELECT a.seq, a.rev, a.case_id, "
                       "CASE WHEN c.state = 'appealed' THEN 0 ELSE c.is_open END, "
                       "a.events, a.amount_fen, "
                       "a.ended_ms, a.result_type, a.status, a.pattern, a.region, a.institution "
                       "FROM alert a JOIN desk_case c ON c.id = a.case_id "
                       "WHERE a.id = ?1 AND a.is_current = 1",
                       XZ_DB_ARGS(XZ_DB_CSTR(id)), take_known, known, err);
}

enum xz_rc xz_alert_seen(struct xz_db_conn *conn, const struct xz_alert_known *known, int64_t rev,
                         struct xz_err *err)
{
    return xz_db_exec(conn, "UPDATE alert SET rev = ?1 WHERE seq = ?2",
                      XZ_DB_ARGS(XZ_DB_INT(rev), XZ_DB_INT(known->seq)), NULL, err);
}

#define COLUMNS                                                                                    \
    "seq, id, is_current, rev, pattern, pattern_version, status, result_type, severity, score, "   \
    "amount_fen, region, subject_kind, subject, started_ms, ended_ms, events, changed_ms, topic, " \
    "part, place, institution, level, age_group, case_id, money, body"
#define VALUES                                                                                     \
    "?1, ?2, 1, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, "    \
    "?20, ?21, COALESCE((SELECT level FROM institution WHERE id = ?21), ''), ?22, ?23, ?24, ?25"

/* When alerts of which version of a pattern came in; alerts counts each id once, under the version
 * that opened it. */
static enum xz_rc note_version(struct xz_db_conn *conn, const struct xz_alert_put *put,
                               bool is_first, struct xz_err *err)
{
    const json_t *pack = json_object_get(put->alert, "pack");
    const char *sha256 = json_string_value(json_object_get(pack, "sha256"));

    return xz_db_exec(
        conn,
        "INSERT INTO pattern_seen (pattern, version, pack, first_ms, last_ms, alerts) "
        "VALUES (?1, ?2, ?3, ?4, ?4, ?5) ON CONFLICT (pattern, version, pack) DO UPDATE SET "
        "last_ms = excluded.last_ms, alerts = pattern_seen.alerts + excluded.alerts",
        XZ_DB_ARGS(XZ_DB_CSTR(put->facts->pattern), XZ_DB_INT(put->facts->pattern_version),
                   XZ_DB_CSTR(sha256), XZ_DB_INT(put->now_ms), XZ_DB_INT(is_first)),
        NULL, err);
}

enum xz_rc xz_alert_put(struct xz_db_conn *conn, const struct xz_alert_put *put, struct xz_err *err)
{
    const struct xz_alert_facts *facts = put->facts;
    const bool is_new = put->known == NULL || !put->known->found;
    struct xz_buf money = {0}, body = {0};
    int64_t seq = is_new ? 0 : put->known->seq;
    enum xz_rc rc = is_new ? xz_counter_next(conn, "alert", &seq, err) : XZ_OK;

    rc = rc == XZ_OK ? count(conn, put, err) : rc;
    rc = rc == XZ_OK ? note_version(conn, put, is_new && put->replaced == NULL, err) : rc;
    if (rc == XZ_OK && put->replaced != NULL) {
        rc = xz_db_exec(conn, "UPDATE alert SET is_current = 0 WHERE seq = ?1",
                        XZ_DB_ARGS(XZ_DB_INT(put->replaced->seq)), NULL, err);
    }
    if (rc != XZ_OK) {
        return rc;
    }
    xz_money_encode(&facts->money, &money);
    pack_body(put->alert, &body);
    rc = xz_db_exec(
        conn,
        is_new ? "INSERT INTO alert (" COLUMNS ", received_ms) VALUES (" VALUES ", ?17)"
               : "UPDATE alert SET (" COLUMNS ") = (" VALUES ") WHERE seq = ?1",
        XZ_DB_ARGS(
            XZ_DB_INT(seq), XZ_DB_CSTR(facts->id), XZ_DB_INT(facts->rev),
            XZ_DB_CSTR(facts->pattern), XZ_DB_INT(facts->pattern_version),
            XZ_DB_CSTR(facts->status), XZ_DB_CSTR(facts->conclusive ? "conclusive" : "suspicious"),
            XZ_DB_INT(facts->severity), XZ_DB_DOUBLE(facts->score), XZ_DB_INT(facts->amount_fen),
            XZ_DB_CSTR(facts->region), XZ_DB_CSTR(facts->subject_kind), XZ_DB_CSTR(facts->subject),
            XZ_DB_INT(facts->started_ms), XZ_DB_INT(facts->ended_ms), XZ_DB_INT(facts->events),
            XZ_DB_INT(put->now_ms), XZ_DB_CSTR(put->topic), XZ_DB_INT(put->partition),
            XZ_DB_INT(put->offset), XZ_DB_CSTR(facts->institution), XZ_DB_CSTR(facts->age_group),
            XZ_DB_INT(put->case_id), XZ_DB_BLOB(xz_buf_view(&money)),
            XZ_DB_BLOB(xz_buf_view(&body))),
        NULL, err);
    xz_buf_fini(&money);
    xz_buf_fini(&body);
    return rc;
}
