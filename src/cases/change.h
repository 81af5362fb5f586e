/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cases/change.h - what others are told of: changes with numbers, in the order in which they
 * happened, without gaps. Read by xz_view_changes, and made deliveries by webhook.h. */
#ifndef XZ_CASES_CHANGE_H
#define XZ_CASES_CHANGE_H
#include "base/time.h"
#include "cases/desk.h"

/* Tells those who listen. kind "alert" or "case"; in a write of xz_desk_write. */
struct xz_change {
    int64_t at_ms, case_id;
    const char *kind, *what; /* "alert", "new"; "case", "propose" */
    struct xz_str object, region;
};
XZ_MUST enum xz_rc xz_change_note(struct xz_db_conn *conn, const struct xz_change *change,
                                  struct xz_err *err);

/* Where a listener is: behind the change of this number, and which of that number it was. A store
 * that was put back gives its numbers once more, to others: the time tells them apart. */
struct xz_change_mark {
    int64_t id;
    uint32_t tag; /* 0: not known, the number is believed */
};
#define XZ_CHANGE_MARK_MAX 32 /* of the text, with its end */
/* "42", "42-0a1b2c3d": as it stands in a change, in Last-Event-ID and in `after`. */
void xz_change_mark_text(struct xz_change_mark mark, char text[static XZ_CHANGE_MARK_MAX]);
bool xz_change_mark_parse(struct xz_str text, struct xz_change_mark *mark);
struct xz_change_mark xz_change_mark_of(int64_t id, int64_t at_ms);
/* That of a number in the store; without a tag when the change is not there. */
XZ_MUST enum xz_rc xz_change_mark_find(struct xz_db_conn *conn, int64_t id,
                                       struct xz_change_mark *mark, struct xz_err *err);

#define XZ_CHANGE_KEEP_MS (30 * XZ_DAY_MS)
#define XZ_CHANGES_SWEPT  10000 /* at most, by one call */
/* Drops changes older than XZ_CHANGE_KEEP_MS, the oldest first, and none that a webhook in use has
 * yet to be told. *more: there is more to drop. */
XZ_MUST enum xz_rc xz_change_sweep(const struct xz_desk *desk, int64_t now_ms, bool *more,
                                   struct xz_err *err);

/* The counter of the newest that was dropped: of it and those before it nothing can be told, though
 * some stay for a delivery that waits. */
#define XZ_CHANGES_GONE "change_gone"

#endif
