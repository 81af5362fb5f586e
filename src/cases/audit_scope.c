/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cases/audit_scope.h"

#include <inttypes.h>

#include "cases/counter.h"
#include "cases/row.h"

/* Kinds of objects that have a region of their own, and where it stands. */
static const struct {
    const char *kind, *sql;
    bool by_number;
} kinds[] = {
    {"case/", "SELECT region FROM desk_case WHERE id = ?1", true},
    {"review/", "SELECT region FROM desk_case WHERE id = ?1", true},
    {"account/", "SELECT regions FROM account WHERE id = ?1", true},
    {"alert/", "SELECT region FROM alert WHERE id = ?1 AND is_current = 1", false},
};

/* Of "17" and "17/3" the 17. */
static int64_t number_of(struct xz_str text)
{
    int64_t number = 0;

    for (uint32_t i = 0; i < text.len && i < 18 && text.ptr[i] >= '0' && text.ptr[i] <= '9'; i++) {
        number = number * 10 + (text.ptr[i] - '0');
    }
    return number;
}

/* *found: the object has regions of its own, which were appended. */
static enum xz_rc regions_of_object(struct xz_db_conn *conn, struct xz_str object,
                                    struct xz_buf *regions, bool *found, struct xz_err *err)
{
    *found = false;
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        const struct xz_str kind = xz_str_from(kinds[i].kind);
        const struct xz_str id = {object.ptr + kind.len, object.len - kind.len};

        if (xz_str_starts(object, kind)) {
            return xz_row_text(
                conn, kinds[i].sql,
                XZ_DB_ARGS(kinds[i].by_number ? XZ_DB_INT(number_of(id)) : XZ_DB_TEXT(id)), regions,
                found, err);
        }
    }
    return XZ_OK;
}

static enum xz_rc number_scope(struct xz_db_conn *conn, struct xz_str regions, int64_t *scope,
                               struct xz_err *err)
{
    bool found = false;
    enum xz_rc rc = xz_row_int(conn, "SELECT id FROM audit_scope WHERE regions = ?1",
                               XZ_DB_ARGS(XZ_DB_TEXT(regions)), scope, &found, err);

    if (rc != XZ_OK || found) {
        return rc;
    }
    rc = xz_counter_next(conn, "audit_scope", scope, err);
    return rc == XZ_OK ? xz_db_exec(conn, "INSERT INTO audit_scope (id, regions) VALUES (?1, ?2)",
                                    XZ_DB_ARGS(XZ_DB_INT(*scope), XZ_DB_TEXT(regions)), NULL, err)
                       : rc;
}

enum xz_rc xz_audit_scope(struct xz_db_conn *conn, const struct xz_audit_record *record,
                          int64_t *scope, struct xz_err *err)
{
    struct xz_buf regions = {0};
    bool found = false;
    enum xz_rc rc = regions_of_object(conn, record->object, &regions, &found, err);

    if (rc == XZ_OK && !found) {
        rc = xz_row_text(conn, "SELECT regions FROM account WHERE name = ?1",
                         XZ_DB_ARGS(XZ_DB_TEXT(record->actor)), &regions, NULL, err);
    }
    *scope = 0;
    if (rc == XZ_OK && regions.len > 0) {
        rc = number_scope(conn, xz_buf_view(&regions), scope, err);
    }
    xz_buf_fini(&regions);
    return rc;
}

/* ---- which are shown ---- */

struct finding {
    const struct xz_actor *actor;
    struct xz_buf *numbers;
};

static bool take_scope(void *arg, const struct xz_db_row *row)
{
    const struct finding *finding = arg;

    if (xz_actor_covers(finding->actor, xz_db_text(row, 1))) {
        xz_buf_printf(finding->numbers, "%" PRId64 ",", xz_db_int(row, 0));
    }
    return true;
}

enum xz_rc xz_audit_scopes(struct xz_db_conn *conn, const struct xz_actor *actor,
                           struct xz_buf *numbers, struct xz_err *err)
{
    struct finding finding = {actor, numbers};

    xz_buf_u8(numbers, ',');
    return xz_db_query(conn, "SELECT id, regions FROM audit_scope ORDER BY id", XZ_DB_NO_ARGS,
                       take_scope, &finding, err);
}
