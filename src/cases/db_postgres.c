/* SPDX-License-Identifier: GPL-3.0-or-later */
/* PostgreSQL through libpq. Values travel as text (blobs as hex), so that the server infers their
 * types; statements are prepared once a session under the number of their place. */
#include <ctype.h>
#include <libpq-fe.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/hash.h"
#include "base/mem.h"
#include "cases/db_int.h"

struct session {
    PGconn *handle;
    uint64_t statements[XZ_DB_STATEMENTS]; /* hashes of what is prepared; open addressing */
    size_t statement_count;
    bool ended; /* the server has said so, whether or not the socket is closed yet */
};

struct result {
    PGresult *rows;
    int at;
    struct xz_buf blob; /* the last one asked for */
};

/* SQLSTATE tells the class; the server's own sentences may hold values and are not passed on. */
static enum xz_rc failed(struct session *session, const PGresult *result, const char *what,
                         struct xz_err *err)
{
    const char *state = result != NULL ? PQresultErrorField(result, PG_DIAG_SQLSTATE) : NULL;
    const char *constraint =
        result != NULL ? PQresultErrorField(result, PG_DIAG_CONSTRAINT_NAME) : NULL;

    if (state == NULL || PQstatus(session->handle) != CONNECTION_OK ||
        strncmp(state, "57P", 3) == 0) {
        session->ended = true;
        (void)xz_err_set(err, XZ_RETRY, "database: %s: the server is away", what);
        return XZ_RETRY;
    }
    if (strncmp(state, "40", 2) == 0 || strncmp(state, "08", 2) == 0 ||
        strncmp(state, "53", 2) == 0 || strncmp(state, "55", 2) == 0 ||
        strncmp(state, "57", 2) == 0) {
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

static enum xz_rc run_script(void *arg, const char *sql, struct xz_err *err)
{
    struct session *session = arg;
    PGresult *result = PQexec(session->handle, sql);
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

static enum xz_rc open_session(const char *url, void **out, struct xz_err *err)
{
    struct session *session = xz_calloc(1, sizeof(*session));
    enum xz_rc rc;

    session->handle = PQconnectdb(url);
    if (PQstatus(session->handle) != CONNECTION_OK) {
        const char *why = PQerrorMessage(session->handle);

        rc = xz_err_set(err, XZ_RETRY, "database: no connection: %.*s", (int)strcspn(why, "\n"),
                        why);
        close_session(session);
        return rc;
    }
    (void)PQsetNoticeReceiver(session->handle, ignore_notice, NULL);
    rc = run_script(session,
                    "SET client_encoding = 'UTF8'; SET bytea_output = 'hex';"
                    "SET extra_float_digits = 1; SET standard_conforming_strings = on",
                    err);
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

/* Outside quotes ?N becomes $N, and the plus of db.h goes. */
static void translate(const char *sql, struct xz_buf *out)
{
    bool quoted = false;

    for (; *sql != '\0'; sql++) {
        quoted ^= *sql == '\'';
        if (*sql != '+' || quoted || isalpha((unsigned char)sql[1]) == 0) {
            xz_buf_u8(out, (uint8_t)(*sql == '?' && !quoted ? '$' : *sql));
        }
    }
    xz_buf_u8(out, 0);
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
    translate(sql, &text);
    result = PQprepare(session->handle, name, (const char *)text.data, 0, NULL);
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

/* Appends a value as the server reads it, with a NUL; false when it has one inside. */
static bool put_value(struct xz_buf *out, const struct xz_db_value *value)
{
    switch (value->kind) {
    case XZ_DB_KIND_INT:
        xz_buf_printf(out, "%lld", (long long)value->integer);
        break;
    case XZ_DB_KIND_DOUBLE:
        xz_buf_printf(out, "%.17g", value->real);
        break;
    case XZ_DB_KIND_TEXT:
        if (value->bytes.len > 0 && memchr(value->bytes.ptr, '\0', value->bytes.len) != NULL) {
            return false;
        }
        xz_buf_bytes(out, value->bytes.ptr, value->bytes.len);
        break;
    case XZ_DB_KIND_BLOB:
        xz_buf_printf(out, "\\x");
        for (uint32_t i = 0; i < value->bytes.len; i++) {
            xz_buf_printf(out, "%02x", (unsigned char)value->bytes.ptr[i]);
        }
        break;
    case XZ_DB_KIND_NULL:
        break;
    }
    xz_buf_u8(out, 0);
    return true;
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
        if (!put_value(&text, &args[i])) {
            rc = xz_err_reject(err, "invalid", "", "a text may not hold a NUL byte");
        }
    }
    if (rc == XZ_OK) {
        for (size_t i = 0; i < count; i++) {
            values[i] =
                args[i].kind == XZ_DB_KIND_NULL ? NULL : (const char *)text.data + starts[i];
        }
        *result = PQexecPrepared(session->handle, name, (int)count, count > 0 ? values : NULL, NULL,
                                 NULL, 0);
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

static enum xz_rc begin(void *session, bool write, struct xz_err *err)
{
    return run_script(session, write ? "BEGIN" : "BEGIN READ ONLY", err);
}

static enum xz_rc commit(void *arg, struct xz_err *err)
{
    struct session *session = arg;

    /* COMMIT of a transaction that has failed is a ROLLBACK that succeeds. */
    if (PQtransactionStatus(session->handle) == PQTRANS_INERROR) {
        (void)xz_err_set(err, XZ_FATAL, "database: commit after an error");
        return XZ_FATAL;
    }
    return run_script(session, "COMMIT", err);
}

static void rollback(void *session)
{
    struct xz_err ignored;

    (void)run_script(session, "ROLLBACK", &ignored);
}

static bool column_is_null(const struct xz_db_row *row, int column)
{
    const struct result *result = row->of;

    return PQgetisnull(result->rows, result->at, column) != 0;
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
    .close = close_session,
    .is_usable = is_usable,
    .begin = begin,
    .commit = commit,
    .rollback = rollback,
    .run = run,
    .script = run_script,
    .is_null = column_is_null,
    .integer = column_integer,
    .real = column_real,
    .text = column_text,
    .blob = column_blob,
};
