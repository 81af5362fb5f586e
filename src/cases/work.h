/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * cases/work.h - what people do at the desk. Each function is one transaction: the change, what
 * happened in the case's history, the audit record, and the word to those who listen.
 *
 * All: XZ_REJECT "not_found" for a case that is not there or not in the actor's regions, "stale"
 * when version is not that of the case (0: whatever it is), and what life.h refuses.
 */
#ifndef XZ_CASES_WORK_H
#define XZ_CASES_WORK_H
#include "cases/desk.h"
#include "cases/life.h"

struct xz_on_case {
    const struct xz_actor *actor;
    int64_t case_id, version, now_ms;
};

XZ_MUST enum xz_rc xz_work_do(const struct xz_desk *desk, const struct xz_on_case *on,
                              const struct xz_command *command, struct xz_err *err);

/* Gives actor the case that is worth most of those that nobody has and nobody snoozed, with a
 * lease; before it one of the control sample whose clock is about to break. *case_id 0: there is
 * none. Two who ask never get the same. */
XZ_MUST enum xz_rc xz_work_take_next(const struct xz_desk *desk, const struct xz_actor *actor,
                                     int64_t now_ms, int64_t *case_id, struct xz_err *err);

/* Takes the actor's last command on the case back, within XZ_UNDO_MS and before anybody else did
 * anything. "conflict" when there is nothing to take back. */
XZ_MUST enum xz_rc xz_work_undo(const struct xz_desk *desk, const struct xz_on_case *on,
                                struct xz_err *err);

XZ_MUST enum xz_rc xz_work_note(const struct xz_desk *desk, const struct xz_on_case *on,
                                struct xz_str text, struct xz_err *err);

#define XZ_TAG_MAX  40 /* bytes */
#define XZ_TAGS_MAX 20 /* of a case */
XZ_MUST enum xz_rc xz_work_tag(const struct xz_desk *desk, const struct xz_on_case *on,
                               struct xz_str tag, bool on_it, struct xz_err *err);

XZ_MUST enum xz_rc xz_work_link(const struct xz_desk *desk, const struct xz_on_case *on,
                                int64_t other, struct xz_str reason, struct xz_err *err);

#define XZ_FILE_BYTES_MAX (8u << 20)
#define XZ_FILES_MAX      50 /* of a case */
/* *file_id: its number. The SHA-256 stands in the history and in the audit record. */
XZ_MUST enum xz_rc xz_work_file(const struct xz_desk *desk, const struct xz_on_case *on,
                                struct xz_str name, struct xz_str content, int64_t *file_id,
                                struct xz_err *err);

/* What time does to cases, a batch of them; *more: call again. */
XZ_MUST enum xz_rc xz_work_tick(const struct xz_desk *desk, int64_t now_ms, bool *more,
                                struct xz_err *err);

#endif
