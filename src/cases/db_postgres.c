/* SPDX-License-Identifier: GPL-3.0-or-later */
/* PostgreSQL through libpq. Values travel as text (blobs as hex), so that the server infers their
 * types; statements are prepared once a session under the number of their place. */
#include <errno.h>
#include <libpq-fe.h>
#include <math.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/buf.h"
#include "base/hash.h"
#include "base/mem.h"
#include "cases/db_int.h"
#include "cases/db_postgres_text.h"

#define GRACE_MS  2000 /* the server's own limit comes first: its connection then stays */
#define LOOK_MS   100  /* so soon an end of the process is seen */
#define ENDING_MS 1000

struct session {
    PGconn *handle;
    struct xz_db_shared *shared;
    int limit_ms;
    int64_t until_ms;                      /* of the monotonic clock: for what is being asked */
    uint64_t statements[XZ_DB_STATEMENTS]; /* hashes of what is prepared; open addressing */
    size_t statement_count;
    bool ended; /* it is not used again, whether or not the socket is closed yet */
    bool reads; /* the transaction may not write */
};

static int64_t now_ms(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

struct result {
    PGresult *rows;
    int at;
    struct xz_buf blob; /* the last one asked for */
};

static enum xz_rc away(struct session *session, const char *what, const char *why,
                       struct xz_err *err)
{
    const bool late = session->until_ms > 0 && !session->ended && now_ms() >= session->until_ms;

    session->ended = true;
    (void)xz_err_set(err, XZ_RETRY, "database: %s: %s", what, late ? "no answer in time" : why);
    if (!session->shared->ending) {
        xz_db_is_away(session->shared, err->msg);
    }
    return XZ_RETRY;
}

/* SQLSTATE tells the class; the server's own sentences may hold values and are not passed on. */
static enum xz_rc failed(struct session *session, const PGresult *result, const char *what,
                         struct xz_err *err)
{
    const char *state = result != NULL ? PQresultErrorField(result, PG_DIAG_SQLSTATE) : NULL;
    const char *constraint =
        result != NULL ? PQresultErrorField(result, PG_DIAG_CONSTRAINT_NAME) : NULL;

    if (state == NULL || PQstatus(session->handle) != CONNECTION_OK ||
        strncmp(state, "57P", 3) == 0) {
        return away(session, what, "the server is away", err);
    }
    if (strcmp(state, "25006") == 0 && !session->reads) { /* another server may take its place */
        return away(session, what, "it can only be read now", err);
    }
    if (strncmp(state, "40", 2) == 0 || strncmp(state, "08", 2) == 0 ||
        strncmp(state, "53", 2) == 0 || strncmp(state, "55", 2) == 0 ||
        strncmp(state, "57", 2) == 0 || strncmp(state, "58", 2) == 0) {
        (void)xz_err_set(err, XZ_RETRY, "database: %s: %s", what, state);
        return XZ_RETRY;
    }
    if (strncmp(state, "23", 2) == 0) {
        (void)xz_err_reject(err, "conflict", "", "database: constraint %s failed",
                            constraint != NULL ? constraint : state);
        return XZ_REJECT;
    }
    if (strncmp(state, "22", 2) == 0) {
        return xz_err_reject(err, "range", "", "database: %s: SQLSTATE %s", what, state);
    }
    if (strncmp(state, "28", 2) == 0 || strncmp(state, "3D", 2) == 0 ||
        strcmp(state, "42501") == 0) {
        (void)xz_err_set(err, XZ_CONFIG, "database: %s: no right to do that (%s)", what, state);
        return XZ_CONFIG;
    }
    (void)xz_err_set(err, XZ_FATAL, "database: %s: SQLSTATE %s", what, state);
    return XZ_FATAL;
}

static void close_session(void *arg)
{
    struct session *session = arg;

    PQfinish(session->handle);
    free(session);
}

/* ---- asking, for so long and no longer ---- */

/* Until the socket can do one of events, and what came is read. False: no more to hope for. */
static bool await(struct session *session, short events)
{
    for (;;) {
        struct pollfd on = {PQsocket(session->handle), events, 0};
        const int64_t now = now_ms();
        int ready;

        if (session->shared->ending && session->until_ms > now + ENDING_MS) {
            session->until_ms = now + ENDING_MS;
        }
        if (on.fd < 0 || now >= session->until_ms) {
            return false;
        }
        ready = poll(&on, 1,
                     session->until_ms - now < LOOK_MS ? (int)(session->until_ms - now) : LOOK_MS);
        if (ready > 0) {
            return (on.revents & ~POLLOUT) == 0 || PQconsumeInput(session->handle) == 1;
        }
        if (ready < 0 && errno != EINTR) {
            return false;
        }
    }
}

/* The last result of what was `sent`, the caller's; NULL when there is none, and the connection is
 * of no more use: what was asked is given up, and the server gives it up by its own limit. (A
 * request to cancel would wait for the server that does not answer.) */
static PGresult *answer(struct session *session, int sent)
{
    PGconn *handle = session->handle;
    PGresult *last = NULL, *next = NULL;
    bool alive = sent == 1;
    int left = 0;

    while (alive && (left = PQflush(handle)) == 1) {
        alive = await(session, POLLIN | POLLOUT);
    }
    alive = alive && left == 0;
    do {
        while (alive && PQisBusy(handle) == 1) {
            alive = await(session, POLLIN);
        }
        next = alive ? PQgetResult(handle) : NULL;
        if (next != NULL) {
            PQclear(last);
            last = next;
        }
    } while (next != NULL);
    if (!alive) {
        PQclear(last);
        last = NULL;
    }
    return last;
}

/* Before something is sent. */
static bool may_ask(struct session *session)
{
    session->until_ms = now_ms() + session->limit_ms + GRACE_MS;
    return !session->ended;
}

static enum xz_rc run_script(void *arg, const char *sql, struct xz_err *err)
{
    struct session *session = arg;
    PGresult *result = answer(session, may_ask(session) ? PQsendQuery(session->handle, sql) : 0);
    const ExecStatusType status = PQresultStatus(result);
    const enum xz_rc rc =
        status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK || status == PGRES_EMPTY_QUERY
            ? XZ_OK
            : failed(session, result, "script", err);

    PQclear(result);
    return rc;
}

static void ignore_notice(void *arg, const PGresult *result)
{
    (void)arg;
    (void)result;
}

static enum xz_rc allow(void *arg, int limit_ms, struct xz_err *err)
{
    struct session *session = arg;
    char sql[64];

    session->limit_ms = limit_ms;
    (void)snprintf(sql, sizeof(sql), "SET statement_timeout = %d", limit_ms);
    return run_script(session, sql, err);
}

/* What the operator says of these comes over them. A server that takes no notice of a connection
 * is given up after three seconds, one that answers none of what was sent after fifteen. */
static PGconn *connect_to(const char *url)
{
    static const char *const names[] = {
        "connect_timeout",  "keepalives",       "keepalives_idle", "keepalives_interval",
        "keepalives_count", "tcp_user_timeout", "dbname",          NULL};
    const char *const values[] = {"3", "1", "10", "5", "3", "15000", url, NULL};

    return PQconnectdbParams(names, values, 1);
}

/* A mistake in it is nothing that passes. */
static enum xz_rc check_url(const char *url, struct xz_err *err)
{
    char *why = NULL;
    PQconninfoOption *options = PQconninfoParse(url, &why);
    const bool fits = options != NULL;

    PQconninfoFree(options);
    if (!fits) {
        (void)xz_err_set(err, XZ_CONFIG, "database: %.*s", (int)strcspn(why ? why : "?", "\n"),
                         why ? why : "?");
    }
    PQfreemem(why);
    return fits ? XZ_OK : XZ_CONFIG;
}

static enum xz_rc set_up(struct session *session, struct xz_err *err)
{
    const enum xz_rc rc =
        run_script(session,
                   "SET client_encoding = 'UTF8'; SET bytea_output = 'hex';"
                   "SET extra_float_digits = 1; SET standard_conforming_strings = on",
                   err);

    return rc == XZ_OK ? allow(session, XZ_DB_LIMIT_MS, err) : rc;
}

static enum xz_rc open_session(const char *url, struct xz_db_shared *shared, void **out,
                               struct xz_err *err)
{
    struct session *session = NULL;
    enum xz_rc rc = check_url(url, err);

    if (rc != XZ_OK) {
        return rc;
    }
    session = xz_calloc(1, sizeof(*session));
    session->shared = shared;
    session->limit_ms = XZ_DB_LIMIT_MS;
    session->handle = connect_to(url);
    if (PQstatus(session->handle) != CONNECTION_OK) {
        const char *why = PQerrorMessage(session->handle);

        rc = xz_err_set(err, XZ_RETRY, "database: no connection: %.*s", (int)strcspn(why, "\n"),
                        why);
        xz_db_is_away(shared, err->msg);
    } else {
        (void)PQsetNoticeReceiver(session->handle, ignore_notice, NULL);
        (void)PQsetnonblocking(session->handle, 1);
        rc = set_up(session, err);
    }
    if (rc != XZ_OK) {
        close_session(session);
        return rc;
    }
    *out = session;
    return XZ_OK;
}

static bool is_usable(void *arg)
{
    struct session *session = arg;

    return !session->ended && PQstatus(session->handle) == CONNECTION_OK &&
           PQtransactionStatus(session->handle) == PQTRANS_IDLE;
}

static enum xz_rc prepare(struct session *session, const char *sql, char name[static 16],
                          struct xz_err *err)
{
    const uint64_t hash = xz_hash64(sql, strlen(sql), 0) | 1;
    size_t at = hash % XZ_DB_STATEMENTS;
    struct xz_buf text = {0};
    PGresult *result;
    enum xz_rc rc = XZ_OK;

    if (session->statement_count == XZ_DB_STATEMENTS - 1) { /* lists by filters are of many forms */
        rc = run_script(session, "DEALLOCATE ALL", err);
        if (rc != XZ_OK) {
            return rc;
        }
        memset(session->statements, 0, sizeof(session->statements));
        session->statement_count = 0;
    }
    while (session->statements[at] != 0 && session->statements[at] != hash) {
        at = (at + 1) % XZ_DB_STATEMENTS;
    }
    (void)snprintf(name, 16, "s%zu", at);
    if (session->statements[at] == hash) {
        return XZ_OK;
    }
    xz_pg_translate(sql, &text);
    result = answer(session, may_ask(session) ? PQsendPrepare(session->handle, name,
                                                              (const char *)text.data, 0, NULL)
                                              : 0);
    if (PQresultStatus(result) == PGRES_COMMAND_OK) {
        session->statements[at] = hash;
        session->statement_count++;
    } else {
        rc = failed(session, result, "statement", err);
    }
    PQclear(result);
    xz_buf_fini(&text);
    return rc;
}

static enum xz_rc send_statement(struct session *session, const char *name,
                                 const struct xz_db_value *args, size_t count, PGresult **result,
                                 struct xz_err *err)
{
    const char *values[XZ_DB_ARGS_MAX];
    size_t starts[XZ_DB_ARGS_MAX];
    struct xz_buf text = {0};
    enum xz_rc rc = XZ_OK;

    for (size_t i = 0; i < count && rc == XZ_OK; i++) {
        starts[i] = text.len;
        if (!xz_pg_put_value(&text, &args[i])) {
            rc = xz_err_reject(err, "invalid", "", "a text may not hold a NUL byte");
        }
    }
    if (rc == XZ_OK) {
        for (size_t i = 0; i < count; i++) {
            values[i] =
                args[i].kind == XZ_DB_KIND_NULL ? NULL : (const char *)text.data + starts[i];
        }
        *result =
            answer(session, may_ask(session)
                                ? PQsendQueryPrepared(session->handle, name, (int)count,
                                                      count > 0 ? values : NULL, NULL, NULL, 0)
                                : 0);
    }
    xz_buf_fini(&text);
    return rc;
}

static enum xz_rc run(void *arg, const char *sql, const struct xz_db_value *args, size_t count,
                      xz_db_row_fn visit, void *visit_arg, int64_t *changed, struct xz_err *err)
{
    struct session *session = arg;
    struct result result = {NULL, 0, {0}};
    const struct xz_db_row row = {&xz_db_postgres, &result};
    ExecStatusType status;
    char name[16];
    enum xz_rc rc = prepare(session, sql, name, err);

    rc = rc == XZ_OK ? send_statement(session, name, args, count, &result.rows, err) : rc;
    if (rc != XZ_OK) {
        return rc;
    }
    status = PQresultStatus(result.rows);
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) {
        rc = failed(session, result.rows, "statement", err);
    }
    if (rc == XZ_OK) {
        *changed = strtoll(PQcmdTuples(result.rows), NULL, 10);
        for (; visit != NULL && result.at < PQntuples(result.rows); result.at++) {
            if (!visit(visit_arg, &row)) {
                break;
            }
        }
    }
    PQclear(result.rows);
    xz_buf_fini(&result.blob);
    return rc;
}

static enum xz_rc begin(void *arg, bool write, struct xz_err *err)
{
    struct session *session = arg;

    session->reads = !write;
    return run_script(session, write ? "BEGIN" : "BEGIN READ ONLY", err);
}

static enum xz_rc end(struct session *session, const char *sql, struct xz_err *err)
{
    const enum xz_rc rc = run_script(session, sql, err);

    session->reads = false;
    return rc;
}

static enum xz_rc commit(void *arg, struct xz_err *err)
{
    struct session *session = arg;

    /* COMMIT of a transaction that has failed is a ROLLBACK that succeeds. */
    if (PQtransactionStatus(session->handle) == PQTRANS_INERROR) {
        (void)xz_err_set(err, XZ_FATAL, "database: commit after an error");
        return XZ_FATAL;
    }
    return end(session, "COMMIT", err);
}

static void rollback(void *session)
{
    struct xz_err ignored;

    (void)end(session, "ROLLBACK", &ignored);
}

/* The column's: here every value of one has it. The numbers are those of pg_type, which are fixed.
 */
static enum xz_db_kind column_kind(const struct xz_db_row *row, int column)
{
    const struct result *result = row->of;

    if (PQgetisnull(result->rows, result->at, column) != 0) {
        return XZ_DB_KIND_NULL;
    }
    switch (PQftype(result->rows, column)) {
    case 20: /* int8 */
    case 21: /* int2 */
    case 23: /* int4 */
        return XZ_DB_KIND_INT;
    case 700: /* float4 */
    case 701: /* float8 */
        return XZ_DB_KIND_DOUBLE;
    case 17: /* bytea */
        return XZ_DB_KIND_BLOB;
    default:
        return XZ_DB_KIND_TEXT;
    }
}

static int64_t column_integer(const struct xz_db_row *row, int column)
{
    const struct result *result = row->of;

    return strtoll(PQgetvalue(result->rows, result->at, column), NULL, 10);
}

static double column_real(const struct xz_db_row *row, int column)
{
    const struct result *result = row->of;

    return strtod(PQgetvalue(result->rows, result->at, column), NULL);
}

static struct xz_str column_text(const struct xz_db_row *row, int column)
{
    const struct result *result = row->of;

    return (struct xz_str){PQgetvalue(result->rows, result->at, column),
                           (uint32_t)PQgetlength(result->rows, result->at, column)};
}

static struct xz_str column_blob(const struct xz_db_row *row, int column)
{
    struct result *result = row->of;
    unsigned char *bytes;
    size_t len = 0;

    xz_buf_clear(&result->blob);
    bytes =
        PQunescapeBytea((const unsigned char *)PQgetvalue(result->rows, result->at, column), &len);
    if (bytes != NULL) {
        xz_buf_bytes(&result->blob, bytes, len);
        PQfreemem(bytes);
    }
    return xz_buf_view(&result->blob);
}

const struct xz_db_driver xz_db_postgres = {
    .open = open_session,
    .allow = allow,
    .close = close_session,
    .is_usable = is_usable,
    .begin = begin,
    .commit = commit,
    .rollback = rollback,
    .run = run,
    .script = run_script,
    .kind = column_kind,
    .integer = column_integer,
    .real = column_real,
    .text = column_text,
    .blob = column_blob,
};
