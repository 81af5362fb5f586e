/* SPDX-License-Identifier: GPL-3.0-or-later */
/* alert/brief.h - the head of a published alert, read back from its protobuf form: what a list of
 * alerts shows. */
#ifndef XZ_ALERT_BRIEF_H
#define XZ_ALERT_BRIEF_H
#include "base/err.h"
#include "base/str.h"

/* Texts end with a NUL, are never NULL, and live until xz_alert_brief_fini. */
struct xz_alert_brief {
    const char *pattern, *result, *subject_kind, *subject_id;
    const char *explanation_zh, *explanation_en;
    uint32_t rev;
    int64_t window_end_ms;
    double score;
    char *const *event_ids;
    size_t event_id_count;
    void *held; /* what owns the texts */
};

/* XZ_REJECT when the bytes are no alert. */
XZ_MUST enum xz_rc xz_alert_brief_read(struct xz_str bytes, struct xz_alert_brief *brief,
                                       struct xz_err *err);
void xz_alert_brief_fini(struct xz_alert_brief *brief);

#endif
