/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cases/desk.h - what the functions of case work share: the database, the keys, the calendar; and
 * the right to write. */
#ifndef XZ_CASES_DESK_H
#define XZ_CASES_DESK_H
#include "base/buf.h"
#include "cases/access.h"
#include "cases/calendar.h"
#include "cases/db.h"
#include "cases/keys.h"

struct xz_desk {
    struct xz_db *db;
    struct xz_keys *keys;
    struct xz_calendar *calendar;
    int64_t control_per_month; /* cases of the control sample; may be changed after opening */
    int64_t closed_people;     /* whose damaged identity kept them from a new pseudonym */
};

#define XZ_CONTROL_PER_MONTH 20

/* Opens and migrates the database, reads the key file, reads the calendar; store and keys are made
 * where there are none (keyring.h says when). Who still has a pseudonym of an older version gets
 * the one of now. Errors as of xz_db_open, xz_keyring_open and xz_calendar_load. */
XZ_MUST enum xz_rc xz_desk_open(const char *url, size_t connections, const char *key_file,
                                const char *calendar_file, struct xz_desk *desk,
                                struct xz_err *err);
enum xz_desk_visit {
    XZ_DESK_STORE = 1, /* the store must be there: neither it nor keys are made */
    XZ_DESK_KEYS = 2   /* the keys are wanted; without, desk->keys stays NULL */
};
/* The same for who only comes to look, or to change accounts: visit is of the above, together or
 * none. Nobody gets a new pseudonym. */
XZ_MUST enum xz_rc xz_desk_visit(const char *url, size_t connections, const char *key_file,
                                 const char *calendar_file, unsigned visit, struct xz_desk *desk,
                                 struct xz_err *err);
void xz_desk_close(struct xz_desk *desk); /* one that was never opened is fine, when zeroed */

#define XZ_DESK_WAIT_MS 10000 /* for a connection, and for another's transaction */

/* Runs work in a transaction; a write waits for all other writes, so that what it reads stays true
 * until it is done. What work returns decides: XZ_OK commits, anything else leaves nothing. */
typedef enum xz_rc (*xz_desk_fn)(struct xz_db_conn *conn, void *arg, struct xz_err *err);
XZ_MUST enum xz_rc xz_desk_write(const struct xz_desk *desk, xz_desk_fn work, void *arg,
                                 struct xz_err *err);
/* Runs work that only appends to the audit chain: it waits for others that append, not for those
 * who change cases. */
XZ_MUST enum xz_rc xz_desk_append(const struct xz_desk *desk, xz_desk_fn work, void *arg,
                                  struct xz_err *err);
XZ_MUST enum xz_rc xz_desk_read(const struct xz_desk *desk, xz_desk_fn work, void *arg,
                                struct xz_err *err);

/* Leaves an audit record of what actor (NULL: the program itself) did; object is "kind/id". */
XZ_MUST enum xz_rc xz_desk_audit(struct xz_db_conn *conn, const struct xz_actor *actor,
                                 const char *action, const char *kind, struct xz_str id,
                                 const char *detail, int64_t now_ms, struct xz_err *err);
XZ_MUST enum xz_rc xz_desk_audit_on(struct xz_db_conn *conn, const struct xz_actor *actor,
                                    const char *action, const char *kind, int64_t id,
                                    const char *detail, int64_t now_ms, struct xz_err *err);

/* A condition on the column for the regions that actor sees, as an SQL text over one parameter, and
 * that parameter: " AND (?7 = '' OR ?7 LIKE ...)". */
void xz_scope_sql(struct xz_buf *sql, const char *column, int parameter);
#define XZ_SCOPE_MAX (XZ_REGIONS_MAX + 2)
struct xz_str xz_scope_value(const struct xz_actor *actor, char text[static XZ_SCOPE_MAX]);

#endif
