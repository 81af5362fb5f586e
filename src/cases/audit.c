/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cases/audit.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/hash.h"
#include "base/time.h"
#include "cases/audit_scope.h"
#include "cases/counter.h"
#include "cases/row.h"

#define HASH_LEN 32
#define BATCH    1000
#define WAIT_MS  10000

static void hash_of(const unsigned char previous[static HASH_LEN], int64_t seq,
                    const struct xz_audit_record *record, struct xz_buf *scratch,
                    unsigned char hash[static HASH_LEN])
{
    xz_buf_clear(scratch);
    xz_buf_bytes(scratch, previous, HASH_LEN);
    xz_buf_u64(scratch, (uint64_t)seq);
    xz_buf_u64(scratch, (uint64_t)record->at_ms);
    xz_buf_str(scratch, record->actor);
    xz_buf_str(scratch, record->action);
    xz_buf_str(scratch, record->object);
    xz_buf_str(scratch, record->purpose);
    xz_buf_str(scratch, record->detail);
    xz_sha256(scratch->data, scratch->len, hash);
}

static bool take_hash(void *arg, const struct xz_db_row *row)
{
    const struct xz_str hash = xz_db_blob(row, 0);

    if (hash.len == HASH_LEN) {
        memcpy(arg, hash.ptr, HASH_LEN);
    }
    return true;
}

static enum xz_rc check_texts(const struct xz_audit_record *record, struct xz_err *err)
{
    const struct xz_str texts[] = {record->actor, record->action, record->object, record->purpose,
                                   record->detail};

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        if (texts[i].len > XZ_AUDIT_TEXT_MAX) {
            return xz_err_reject(err, "too_large", "", "a text of an audit record is too long");
        }
    }
    return XZ_OK;
}

enum xz_rc xz_audit_append(struct xz_db_conn *conn, const struct xz_audit_record *record,
                           int64_t *seq_out, struct xz_err *err)
{
    unsigned char previous[HASH_LEN] = {0}, hash[HASH_LEN];
    const struct xz_str hash_text = {(const char *)hash, HASH_LEN};
    struct xz_buf scratch = {0};
    int64_t seq = 0, scope = 0;
    enum xz_rc rc = check_texts(record, err);

    rc = rc == XZ_OK ? xz_counter_next(conn, "audit", &seq, err) : rc;
    rc = rc == XZ_OK ? xz_db_query(conn, "SELECT hash FROM audit WHERE seq = ?1",
                                   XZ_DB_ARGS(XZ_DB_INT(seq - 1)), take_hash, previous, err)
                     : rc;
    rc = rc == XZ_OK ? xz_audit_scope(conn, record, &scope, err) : rc;
    if (rc != XZ_OK) {
        return rc;
    }
    hash_of(previous, seq, record, &scratch, hash);
    xz_buf_fini(&scratch);
    rc = xz_db_exec(conn,
                    "INSERT INTO audit (seq, at_ms, actor, action, object, purpose, detail, hash, "
                    "scope) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
                    XZ_DB_ARGS(XZ_DB_INT(seq), XZ_DB_INT(record->at_ms), XZ_DB_TEXT(record->actor),
                               XZ_DB_TEXT(record->action), XZ_DB_TEXT(record->object),
                               XZ_DB_TEXT(record->purpose), XZ_DB_TEXT(record->detail),
                               XZ_DB_BLOB(hash_text), XZ_DB_INT(scope)),
                    NULL, err);
    rc = rc == XZ_OK ? xz_db_exec(conn,
                                  "INSERT INTO audit_head (day, seq, hash) VALUES (?1, ?2, ?3) "
                                  "ON CONFLICT (day) DO UPDATE SET seq = excluded.seq, "
                                  "hash = excluded.hash",
                                  XZ_DB_ARGS(XZ_DB_INT(xz_day_of(record->at_ms)), XZ_DB_INT(seq),
                                             XZ_DB_BLOB(hash_text)),
                                  NULL, err)
                     : rc;
    if (rc == XZ_OK && seq_out != NULL) {
        *seq_out = seq;
    }
    return rc;
}

/* ---- verifying ---- */

struct check {
    struct xz_audit_report *report;
    struct xz_buf scratch;
    int64_t seq;   /* of the last that was read */
    int64_t least; /* that there must be: others append while it is read */
};

static void found(struct xz_audit_report *report, int64_t seq, const char *what)
{
    if (report->first_bad == 0) {
        report->first_bad = seq > 0 ? seq : 1; /* 0 would say that nothing is */
        (void)snprintf(report->what, sizeof(report->what), "%s", what);
    }
}

/* SQLite stores any type in any column, and gives a text that was made a blob as the same bytes: to
 * a comparison it is another value. */
static bool has_kinds(const struct xz_db_row *row, const enum xz_db_kind *kinds, int count)
{
    for (int i = 0; i < count; i++) {
        if (xz_db_kind(row, i) != kinds[i]) {
            return false;
        }
    }
    return true;
}

static bool check_record(void *arg, const struct xz_db_row *row)
{
    static const enum xz_db_kind kinds[] = {XZ_DB_KIND_INT,  XZ_DB_KIND_INT,  XZ_DB_KIND_TEXT,
                                            XZ_DB_KIND_TEXT, XZ_DB_KIND_TEXT, XZ_DB_KIND_TEXT,
                                            XZ_DB_KIND_TEXT, XZ_DB_KIND_BLOB};
    struct check *check = arg;
    struct xz_audit_report *report = check->report;
    const struct xz_audit_record record = {
        .at_ms = xz_db_int(row, 1),
        .actor = xz_db_text(row, 2),
        .action = xz_db_text(row, 3),
        .object = xz_db_text(row, 4),
        .purpose = xz_db_text(row, 5),
        .detail = xz_db_text(row, 6),
    };
    const int64_t seq = xz_db_int(row, 0);
    const struct xz_str stored = xz_db_blob(row, 7);
    unsigned char hash[HASH_LEN];

    hash_of(report->head, check->seq + 1, &record, &check->scratch, hash);
    if (seq != check->seq + 1) {
        found(report, check->seq + 1, "the record is missing");
    } else if (!has_kinds(row, kinds, sizeof(kinds) / sizeof(kinds[0]))) {
        found(report, seq, "a value of the record was made another type");
    } else if (stored.len != HASH_LEN || memcmp(stored.ptr, hash, HASH_LEN) != 0) {
        found(report, seq, "the record was changed, or stands in another place");
    }
    memcpy(report->head, hash, HASH_LEN);
    check->seq = seq;
    report->checked++;
    return report->first_bad == 0;
}

/* The counter knows how many there are, and a head how the chain stood at the end of its day. */
static bool check_counter(void *arg, const struct xz_db_row *row)
{
    struct check *check = arg;

    if (check->seq < check->least || check->seq > xz_db_int(row, 0) ||
        xz_db_kind(row, 0) != XZ_DB_KIND_INT) {
        found(check->report, check->seq + 1, "records are missing at the end");
    }
    return true;
}

static bool check_head(void *arg, const struct xz_db_row *row)
{
    static const enum xz_db_kind kinds[] = {XZ_DB_KIND_INT, XZ_DB_KIND_INT, XZ_DB_KIND_BLOB,
                                            XZ_DB_KIND_INT, XZ_DB_KIND_BLOB};
    struct check *check = arg;

    if (!has_kinds(row, kinds, sizeof(kinds) / sizeof(kinds[0])) ||
        xz_day_of(xz_db_int(row, 3)) != xz_db_int(row, 1) ||
        !xz_str_eq(xz_db_blob(row, 2), xz_db_blob(row, 4))) {
        found(check->report, xz_db_int(row, 0), "a day's head is not what the chain was then");
    }
    return check->report->first_bad == 0;
}

/* Every day with a record has a head, and that is the last of them: it is written with it. */
static bool take_headless(void *arg, const struct xz_db_row *row)
{
    struct check *check = arg;

    found(check->report, xz_db_int(row, 0), "its day has no head, or that of another record");
    return false;
}

static enum xz_rc check_heads(struct xz_db_conn *conn, struct check *check, struct xz_err *err)
{
    const enum xz_rc rc = xz_db_query(conn,
                                      "SELECT h.seq, h.day, h.hash, a.at_ms, a.hash "
                                      "FROM audit_head h LEFT JOIN audit a ON a.seq = h.seq "
                                      "ORDER BY h.day",
                                      XZ_DB_NO_ARGS, check_head, check, err);

    return rc != XZ_OK || check->report->first_bad != 0
               ? rc
               : xz_db_query(conn,
                             "SELECT d.last FROM (SELECT (at_ms + ?1) / ?2 AS day, "
                             "MAX(seq) AS last FROM audit GROUP BY (at_ms + ?1) / ?2) AS d "
                             "LEFT JOIN audit_head h ON h.day = d.day AND h.seq = d.last "
                             "WHERE h.seq IS NULL ORDER BY d.last LIMIT 1",
                             XZ_DB_ARGS(XZ_DB_INT(-xz_day_start_ms(0)), XZ_DB_INT(XZ_DAY_MS)),
                             take_headless, check, err);
}

static enum xz_rc read_chain(struct xz_db_conn *conn, struct check *check, struct xz_err *err)
{
    static const char counter[] =
        "SELECT COALESCE((SELECT next FROM counter WHERE name = 'audit'), 0)";
    int64_t before = -1;
    enum xz_rc rc = xz_row_int(conn, counter, XZ_DB_NO_ARGS, &check->least, NULL, err);

    while (rc == XZ_OK && check->report->first_bad == 0 && check->seq != before) {
        before = check->seq;
        rc = xz_db_query(conn,
                         "SELECT seq, at_ms, actor, action, object, purpose, detail, hash "
                         "FROM audit WHERE seq > ?1 ORDER BY seq LIMIT ?2",
                         XZ_DB_ARGS(XZ_DB_INT(check->seq), XZ_DB_INT(BATCH)), check_record, check,
                         err);
    }
    if (rc == XZ_OK && check->report->first_bad == 0) {
        rc = xz_db_query(conn, counter, XZ_DB_NO_ARGS, check_counter, check, err);
    }
    if (rc == XZ_OK && check->report->first_bad == 0) {
        rc = check_heads(conn, check, err);
    }
    return rc;
}

enum xz_rc xz_audit_verify(struct xz_db *db, struct xz_audit_report *report, struct xz_err *err)
{
    struct check check = {.report = report};
    struct xz_db_conn *conn = NULL;
    enum xz_rc rc;

    memset(report, 0, sizeof(*report));
    rc = xz_db_take(db, WAIT_MS, &conn, err);
    rc = rc == XZ_OK ? xz_db_begin(conn, false, err) : rc;
    rc = rc == XZ_OK ? read_chain(conn, &check, err) : rc;
    xz_db_give(conn);
    xz_buf_fini(&check.scratch);
    return rc;
}
