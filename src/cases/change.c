/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cases/change.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "cases/counter.h"
#include "cases/row.h"

enum xz_rc xz_change_note(struct xz_db_conn *conn, const struct xz_change *change,
                          struct xz_err *err)
{
    int64_t id = 0;
    enum xz_rc rc = xz_counter_next(conn, "change", &id, err);

    return rc == XZ_OK
               ? xz_db_exec(conn,
                            "INSERT INTO change (id, at_ms, kind, what, object, case_id, region) "
                            "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                            XZ_DB_ARGS(XZ_DB_INT(id), XZ_DB_INT(change->at_ms),
                                       XZ_DB_CSTR(change->kind), XZ_DB_CSTR(change->what),
                                       XZ_DB_TEXT(change->object), XZ_DB_INT(change->case_id),
                                       XZ_DB_TEXT(change->region)),
                            NULL, err)
               : rc;
}

/* ---- marks ---- */

void xz_change_mark_text(struct xz_change_mark mark, char text[static XZ_CHANGE_MARK_MAX])
{
    (void)snprintf(text, XZ_CHANGE_MARK_MAX, mark.tag != 0 ? "%" PRId64 "-%08" PRIx32 : "%" PRId64,
                   mark.id, mark.tag);
}

bool xz_change_mark_parse(struct xz_str text, struct xz_change_mark *mark)
{
    char copy[XZ_CHANGE_MARK_MAX], again[XZ_CHANGE_MARK_MAX];
    const char *dash;

    if (text.len == 0 || text.len >= sizeof(copy)) {
        return false;
    }
    memcpy(copy, text.ptr, text.len);
    copy[text.len] = '\0';
    dash = strchr(copy, '-');
    mark->id = strtoll(copy, NULL, 10);
    mark->tag = dash != NULL ? (uint32_t)strtoul(dash + 1, NULL, 16) : 0;
    xz_change_mark_text(*mark, again);
    return mark->id >= 0 && strcmp(copy, again) == 0; /* as we write it, and not otherwise */
}

struct xz_change_mark xz_change_mark_of(int64_t id, int64_t at_ms)
{
    char text[48];
    uint32_t tag;

    (void)snprintf(text, sizeof(text), "%" PRId64 " %" PRId64, id, at_ms);
    tag = (uint32_t)xz_hash_str(xz_str_from(text));
    return (struct xz_change_mark){id, tag != 0 ? tag : 1};
}

enum xz_rc xz_change_mark_find(struct xz_db_conn *conn, int64_t id, struct xz_change_mark *mark,
                               struct xz_err *err)
{
    int64_t at_ms = 0;
    bool found = false;
    const enum xz_rc rc = xz_row_int(conn, "SELECT at_ms FROM change WHERE id = ?1",
                                     XZ_DB_ARGS(XZ_DB_INT(id)), &at_ms, &found, err);

    *mark = found ? xz_change_mark_of(id, at_ms) : (struct xz_change_mark){id, 0};
    return rc;
}

/* ---- how long they are kept ---- */

struct sweeping {
    int64_t now_ms;
    bool *more;
};

/* The last change that may go: of the next XZ_CHANGES_SWEPT the one before the first that is young,
 * and none that a webhook in use was not told of. It is at least gone. */
static enum xz_rc find_last(struct xz_db_conn *conn, int64_t now_ms, int64_t gone, int64_t *last,
                            struct xz_err *err)
{
    int64_t told = 0;
    enum xz_rc rc =
        xz_row_int(conn,
                   "SELECT COALESCE(MIN(CASE WHEN at_ms >= ?3 THEN id - 1 END), MAX(id), ?1) "
                   "FROM (SELECT id, at_ms FROM change WHERE id > ?1 ORDER BY id LIMIT ?2) AS next",
                   XZ_DB_ARGS(XZ_DB_INT(gone), XZ_DB_INT(XZ_CHANGES_SWEPT),
                              XZ_DB_INT(now_ms - XZ_CHANGE_KEEP_MS)),
                   last, NULL, err);

    rc = rc == XZ_OK
             ? xz_row_int(conn,
                          "SELECT COALESCE(MIN(w.change_id), ?1) FROM webhook w JOIN account a "
                          "ON a.id = w.account WHERE w.active = 1 AND a.active = 1",
                          XZ_DB_ARGS(XZ_DB_INT(INT64_MAX)), &told, NULL, err)
             : rc;
    *last = *last < told ? *last : told;
    *last = *last > gone ? *last : gone;
    return rc;
}

static enum xz_rc sweep(struct xz_db_conn *conn, void *arg, struct xz_err *err)
{
    const struct sweeping *sweeping = arg;
    int64_t gone = 0, last = 0;
    enum xz_rc rc = xz_counter_get(conn, XZ_CHANGES_GONE, &gone, err);

    rc = rc == XZ_OK ? find_last(conn, sweeping->now_ms, gone, &last, err) : rc;
    if (rc != XZ_OK || last == gone) {
        return rc;
    }
    *sweeping->more = last - gone == XZ_CHANGES_SWEPT;
    /* a delivery is made of its change when it is sent */
    rc = xz_db_exec(conn,
                    "DELETE FROM change WHERE id <= ?1 AND id NOT IN "
                    "(SELECT change_id FROM webhook_delivery WHERE state <> 'done')",
                    XZ_DB_ARGS(XZ_DB_INT(last)), NULL, err);
    return rc == XZ_OK ? xz_counter_add(conn, XZ_CHANGES_GONE, last - gone, err) : rc;
}

enum xz_rc xz_change_sweep(const struct xz_desk *desk, int64_t now_ms, bool *more,
                           struct xz_err *err)
{
    bool is_more = false;
    const enum xz_rc rc = xz_desk_write(desk, sweep, &(struct sweeping){now_ms, &is_more}, err);

    *more = rc == XZ_OK && is_more;
    return rc;
}
