/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cases/desk.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "cases/audit.h"
#include "cases/identity.h"
#include "cases/keyring.h"
#include "cases/migrate.h"

#define OBJECT_MAX 300

void xz_desk_close(struct xz_desk *desk)
{
    xz_db_close(desk->db);
    xz_keys_free(desk->keys);
    xz_calendar_free(desk->calendar);
    *desk = (struct xz_desk){0};
}

/* ---- transactions ---- */

/* What a transaction is for. */
enum purpose { READS, APPENDS, WRITES };

static enum xz_rc transact(const struct xz_desk *desk, enum purpose purpose, xz_desk_fn work,
                           void *arg, struct xz_err *err)
{
    struct xz_db_conn *conn = NULL;
    enum xz_rc rc = xz_db_take(desk->db, XZ_DESK_WAIT_MS, &conn, err);

    rc = rc == XZ_OK ? xz_db_begin(conn, purpose != READS, err) : rc;
    if (rc == XZ_OK && purpose == WRITES) {
        rc = xz_db_exec(conn, "UPDATE counter SET next = next WHERE name = 'change'", XZ_DB_NO_ARGS,
                        NULL, err);
    }
    rc = rc == XZ_OK ? work(conn, arg, err) : rc;
    rc = rc == XZ_OK ? xz_db_commit(conn, err) : rc;
    xz_db_give(conn);
    return rc;
}

enum xz_rc xz_desk_write(const struct xz_desk *desk, xz_desk_fn work, void *arg, struct xz_err *err)
{
    return transact(desk, WRITES, work, arg, err);
}

enum xz_rc xz_desk_append(const struct xz_desk *desk, xz_desk_fn work, void *arg,
                          struct xz_err *err)
{
    return transact(desk, APPENDS, work, arg, err);
}

enum xz_rc xz_desk_read(const struct xz_desk *desk, xz_desk_fn work, void *arg, struct xz_err *err)
{
    return transact(desk, READS, work, arg, err);
}

/* ---- opening ---- */

struct opening {
    struct xz_desk *desk;
    const char *key_file;
    bool makes;
};

static enum xz_rc open_keys(struct xz_db_conn *conn, void *arg, struct xz_err *err)
{
    const struct opening *opening = arg;

    return xz_keyring_open(conn, opening->key_file, opening->makes, &opening->desk->keys, err);
}

enum xz_rc xz_desk_visit(const char *url, size_t connections, const char *key_file,
                         const char *calendar_file, unsigned visit, struct xz_desk *desk,
                         struct xz_err *err)
{
    const bool makes = (visit & XZ_DESK_STORE) == 0;
    struct opening opening = {desk, key_file, makes};
    enum xz_rc rc;

    *desk = (struct xz_desk){.control_per_month = XZ_CONTROL_PER_MONTH};
    rc = xz_calendar_load(calendar_file, &desk->calendar, err);
    if (rc == XZ_OK) {
        rc = makes ? xz_db_open(url, connections, &desk->db, err)
                   : xz_db_open_store(url, connections, &desk->db, err);
        if (rc != XZ_OK) {
            (void)xz_err_add(err, "console.database");
        }
    }
    rc = rc == XZ_OK ? xz_db_migrate(desk->db, xz_migrations, err) : rc;
    if (rc == XZ_OK && (visit & XZ_DESK_KEYS) != 0) {
        rc = xz_desk_write(desk, open_keys, &opening, err);
    }
    if (rc != XZ_OK) {
        xz_desk_close(desk);
    }
    return rc;
}

enum xz_rc xz_desk_open(const char *url, size_t connections, const char *key_file,
                        const char *calendar_file, struct xz_desk *desk, struct xz_err *err)
{
    struct xz_identity_renaming renaming = {0};
    enum xz_rc rc =
        xz_desk_visit(url, connections, key_file, calendar_file, XZ_DESK_KEYS, desk, err);

    if (rc == XZ_OK) {
        rc = xz_identity_rename_all(desk->db, desk->keys, &renaming, err);
        desk->closed_people = renaming.closed;
        if (rc != XZ_OK) {
            xz_desk_close(desk);
        }
    }
    return rc;
}

/* ---- what others hear of ---- */

enum xz_rc xz_desk_audit(struct xz_db_conn *conn, const struct xz_actor *actor, const char *action,
                         const char *kind, struct xz_str id, const char *detail, int64_t now_ms,
                         struct xz_err *err)
{
    char object[OBJECT_MAX];

    (void)snprintf(object, sizeof(object), "%s/" XZ_STR_FMT, kind, XZ_STR_ARG(id));
    return xz_audit_append(
        conn,
        &(struct xz_audit_record){
            .at_ms = now_ms,
            .actor = actor != NULL ? xz_str_from(actor->name) : XZ_STR(XZ_NAME_SYSTEM),
            .action = xz_str_from(action),
            .object = xz_str_from(object),
            .purpose = actor != NULL ? xz_str_from(actor->purpose) : XZ_STR_NONE,
            .detail = xz_str_from(detail),
        },
        NULL, err);
}

enum xz_rc xz_desk_audit_on(struct xz_db_conn *conn, const struct xz_actor *actor,
                            const char *action, const char *kind, int64_t id, const char *detail,
                            int64_t now_ms, struct xz_err *err)
{
    char text[24];

    (void)snprintf(text, sizeof(text), "%" PRId64, id);
    return xz_desk_audit(conn, actor, action, kind, xz_str_from(text), detail, now_ms, err);
}

/* ---- regions ---- */

void xz_scope_sql(struct xz_buf *sql, const char *column, int parameter)
{
    xz_buf_printf(sql, " AND (?%d = ''", parameter);
    for (int digits = 2; digits <= 6; digits++) {
        xz_buf_printf(sql, " OR ?%d LIKE '%%,' || substr(%s, 1, %d) || ',%%'", parameter, column,
                      digits);
    }
    xz_buf_printf(sql, ")");
}

struct xz_str xz_scope_value(const struct xz_actor *actor, char text[static XZ_SCOPE_MAX])
{
    if (actor->regions[0] == '\0') {
        return XZ_STR("");
    }
    (void)snprintf(text, XZ_SCOPE_MAX, ",%s,", actor->regions);
    return xz_str_from(text);
}
