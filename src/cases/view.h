/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * cases/view.h - what people see: each function appends a JSON value to out, with pseudonyms for
 * people, of what the actor's regions allow. Lists come in pages: {"items":[..],"next":CURSOR|null,
 * "as_of":TIME}; a cursor is an opaque text of this file. Times are RFC 3339, money is fen.
 *
 * All: XZ_REJECT "not_found" for what is not there or not the actor's to see, "invalid" with the
 * path of a filter that is wrong.
 */
#ifndef XZ_CASES_VIEW_H
#define XZ_CASES_VIEW_H
#include "cases/change.h"
#include "cases/desk.h"

#define XZ_PAGE_MAX 200

struct xz_desk_view {
    const struct xz_desk *desk;
    const struct xz_actor *actor;
    int64_t now_ms;
};

struct xz_page {
    struct xz_str cursor; /* empty: from the beginning */
    int limit;            /* 1 .. XZ_PAGE_MAX */
};

enum xz_case_sort { XZ_SORT_RANK, XZ_SORT_DUE, XZ_SORT_NEWS, XZ_SORT_AMOUNT, XZ_CASE_SORTS };
extern const char *const xz_case_sort_names[XZ_CASE_SORTS];

/* Empty and 0: any. */
struct xz_case_filter {
    struct xz_str state, region, pattern, clock, tag, result_type, severity, subject;
    struct xz_str assignee; /* "me", "none", or a number */
    struct xz_str open;     /* "no", "all"; else the open ones */
    struct xz_str snoozed;  /* "only", "all"; else those that are awake */
    struct xz_str origin;   /* "alert", "control" */
    bool escalated;         /* those alone that nobody worked on */
    enum xz_case_sort sort;
};
XZ_MUST enum xz_rc xz_view_cases(const struct xz_desk_view *view,
                                 const struct xz_case_filter *filter, const struct xz_page *page,
                                 struct xz_buf *out, struct xz_err *err);
/* One, whole: an audited reading. */
XZ_MUST enum xz_rc xz_view_case(const struct xz_desk_view *view, int64_t case_id,
                                struct xz_buf *out, struct xz_err *err);
/* A file's bytes; an audited reading. */
XZ_MUST enum xz_rc xz_view_file(const struct xz_desk_view *view, int64_t case_id, int64_t file_id,
                                struct xz_buf *name, struct xz_buf *content, struct xz_err *err);

struct xz_alert_filter {
    struct xz_str pattern, region, status, severity, result_type, subject;
    int64_t case_id, since_ms, until_ms; /* of receipt; 0: any */
};
XZ_MUST enum xz_rc xz_view_alerts(const struct xz_desk_view *view,
                                  const struct xz_alert_filter *filter, const struct xz_page *page,
                                  struct xz_buf *out, struct xz_err *err);
/* The contract's alert with case, place and time of receipt; an audited reading. */
XZ_MUST enum xz_rc xz_view_alert(const struct xz_desk_view *view, struct xz_str id,
                                 struct xz_buf *out, struct xz_err *err);

/* Changes after a mark, oldest first, each {"id","mark","kind","what","object","case","at"}, with
 * "alert" or "row" as of now; *last: the mark of the last that was looked at. When some of them are
 * gone (change.h), there was no such number yet, or it is another's in this store, one of the kind
 * "reset" stands for them all, under the newest number. */
XZ_MUST enum xz_rc xz_view_changes(const struct xz_desk_view *view,
                                   const struct xz_change_mark *after, int limit,
                                   struct xz_buf *out, struct xz_change_mark *last,
                                   struct xz_err *err);
/* One of them, as long as it is kept for somebody. */
XZ_MUST enum xz_rc xz_view_change(const struct xz_desk_view *view, int64_t id, struct xz_buf *out,
                                  struct xz_err *err);
/* The mark of the newest change. */
XZ_MUST enum xz_rc xz_view_newest(const struct xz_desk_view *view, struct xz_change_mark *newest,
                                  struct xz_err *err);

/* Sums of `days` days up to the newest with alerts; region: a beginning of admdvs, or empty. */
XZ_MUST enum xz_rc xz_view_overview(const struct xz_desk_view *view, struct xz_str region, int days,
                                    struct xz_buf *out, struct xz_err *err);

/* What became of closed cases, by "pattern", "region", "level" or "age": confirmed, refuted and
 * others, with the precision and its interval; and how often second looks agreed. */
XZ_MUST enum xz_rc xz_view_verdicts(const struct xz_desk_view *view, struct xz_str by,
                                    struct xz_buf *out, struct xz_err *err);

/* Records of the chain that lie within the actor's regions (audit_scope.h), newest first. Needs
 * XZ_MAY_READ_AUDIT, which the caller asks for. */
struct xz_audit_filter {
    struct xz_str actor, object, action;
    int64_t since_ms, until_ms;
};
XZ_MUST enum xz_rc xz_view_audit(const struct xz_desk_view *view,
                                 const struct xz_audit_filter *filter, const struct xz_page *page,
                                 struct xz_buf *out, struct xz_err *err);
XZ_MUST enum xz_rc xz_view_audit_heads(const struct xz_desk_view *view, struct xz_buf *out,
                                       struct xz_err *err);

/* Accounts whole, for XZ_MAY_ADMINISTER: those whose regions lie within the actor's; and the names
 * of the active ones with whom the actor shares a region. */
XZ_MUST enum xz_rc xz_view_accounts(const struct xz_desk_view *view, struct xz_buf *out,
                                    struct xz_err *err);
XZ_MUST enum xz_rc xz_view_colleagues(const struct xz_desk_view *view, struct xz_buf *out,
                                      struct xz_err *err);
/* Tokens of the same accounts that have not ended, for XZ_MAY_ADMINISTER; nothing by which one
 * could be presented. */
XZ_MUST enum xz_rc xz_view_tokens(const struct xz_desk_view *view, struct xz_buf *out,
                                  struct xz_err *err);

/* Versions of each pattern as their alerts came in, newest first, and what became of its closed
 * cases: {"items":[{"pattern","refuted","confirmed","history":[{"version","pack","first","last",
 * "alerts"}]}],"as_of"}. Of all regions: it says nothing of a person or a place. */
XZ_MUST enum xz_rc xz_view_patterns(const struct xz_desk_view *view, struct xz_buf *out,
                                    struct xz_err *err);

/* Cases and alerts by number, id, pseudonym, institution (also by a part of its name), operator or
 * device. */
XZ_MUST enum xz_rc xz_view_search(const struct xz_desk_view *view, struct xz_str words,
                                  struct xz_buf *out, struct xz_err *err);

#endif
