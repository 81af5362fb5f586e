/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * cases/unmask.h - who a pseudonym is. One person is told at once, to who may and says why; several
 * people, or more than XZ_UNMASK_ALONE_MAX single ones within a day, need the yes of a second
 * person and are then told to who asked. Every person told is an audit record, with the reason.
 *
 * Only people of cases in the actor's regions: any other is XZ_REJECT "not_found", the same for one
 * that nobody has ever seen. All: "forbidden" without XZ_MAY_UNMASK.
 */
#ifndef XZ_CASES_UNMASK_H
#define XZ_CASES_UNMASK_H
#include "base/time.h"
#include "cases/view.h"

#define XZ_UNMASK_PEOPLE_MAX 200
#define XZ_UNMASK_REASON_MIN 10 /* bytes */
#define XZ_UNMASK_REASON_MAX 500
#define XZ_UNMASK_ALONE_MAX  20              /* single people of an account, in 24 hours */
#define XZ_UNMASK_WAIT_MS    (7 * XZ_DAY_MS) /* a request that nobody decided expires */
#define XZ_UNMASK_READ_MS    XZ_DAY_MS       /* so long after a yes the people may be read */

struct xz_unmask {
    const struct xz_str *people; /* pseudonyms, each once */
    size_t count;
    struct xz_str reason;
    int64_t case_id; /* 0: any; else all are parties of this case */
};

/* {"people":[{"pseudonym","id"}]}, or {"request":ID} when it takes a second person. */
XZ_MUST enum xz_rc xz_unmask_ask(const struct xz_desk *desk, const struct xz_actor *actor,
                                 const struct xz_unmask *ask, int64_t now_ms, struct xz_buf *out,
                                 struct xz_err *err);
/* {"items":[{"id","asked_by","mine","people","reason","asked","state"}],"as_of"}: the actor's own,
 * and those of others that wait for one who may decide on them; newest first. */
XZ_MUST enum xz_rc xz_unmask_list(const struct xz_desk_view *view, struct xz_buf *out,
                                  struct xz_err *err);
/* Yes or no to another's request, with a reason. Needs XZ_MAY_APPROVE too, and the regions of all
 * its people; "second_person_needed" for one's own, "conflict" when it does not wait. */
XZ_MUST enum xz_rc xz_unmask_decide(const struct xz_desk *desk, const struct xz_actor *actor,
                                    int64_t request, bool grant, struct xz_str reason,
                                    int64_t now_ms, struct xz_err *err);
/* {"state","people":[{"pseudonym","id"}]} of one's own request; people only when it was granted and
 * the time is not over. */
XZ_MUST enum xz_rc xz_unmask_read(const struct xz_desk *desk, const struct xz_actor *actor,
                                  int64_t request, int64_t now_ms, struct xz_buf *out,
                                  struct xz_err *err);

#endif
