/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cases/alert_facts.h - what the desk needs to know of an alert (contract section 3). */
#ifndef XZ_CASES_ALERT_FACTS_H
#define XZ_CASES_ALERT_FACTS_H
#include <jansson.h>

#include "base/err.h"
#include "cases/case_row.h"
#include "cases/money.h"
#include "cases/rank.h"

extern const char *const xz_case_severity_names[4];

/* Strings are borrowed from the JSON value. */
struct xz_alert_facts {
    const char *id, *pattern, *status, *subject_kind, *subject;
    bool conclusive, is_withdrawn;
    enum xz_case_severity severity;
    int64_t rev, pattern_version, events, amount_fen, started_ms, ended_ms;
    double score;
    char region[8];                   /* digits; "" when it is not known */
    char institution[XZ_REF_MAX + 1]; /* of the subject or the first exhibit */
    double lat, lon;                  /* of it; 0, 0 when not known */
    char age_group[16];               /* "60-69", of a baseline; or "" */
    struct xz_money money;
};

/* Of what xz_alert_shape gave. XZ_REJECT "invalid" with the path of what no single member tells: a
 * window that ends before it begins, exhibits of more money than an alert may have. */
XZ_MUST enum xz_rc xz_alert_facts_read(const json_t *alert, struct xz_alert_facts *facts,
                                       struct xz_err *err);
void xz_alert_facts_fini(struct xz_alert_facts *facts);

#endif
