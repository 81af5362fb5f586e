/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * cases/intake.h - alerts come in and become cases, each applied once: where the feed stands moves
 * in the same transaction.
 */
#ifndef XZ_CASES_INTAKE_H
#define XZ_CASES_INTAKE_H
#include "cases/desk.h"

struct xz_intake_record {
    const char *topic;
    int32_t partition;
    int64_t offset;
    struct xz_str value; /* an alert of the contract as JSON */
};

struct xz_intake_report {
    int64_t taken, revised, old, rejected; /* old: known in this revision or a newer one */
    char last_reject[200];                 /* why, for the log; without a person's id */
};

#define XZ_INTAKE_MAX 256 /* records of one call */

/* Applies the records in their order, in one transaction. What is no alert, and what the database
 * refuses for what it says, is counted and passed over: its record stays in the log. Records before
 * where the feed stands are passed over. Whatever the records are, XZ_FATAL is not their doing. */
XZ_MUST enum xz_rc xz_intake(const struct xz_desk *desk, const struct xz_intake_record *records,
                             size_t count, int64_t now_ms, struct xz_intake_report *report,
                             struct xz_err *err);

/* Where to read on: the offset after the last that was applied, 0 for a partition never seen. */
XZ_MUST enum xz_rc xz_intake_place(const struct xz_desk *desk, const char *topic, int32_t partition,
                                   int64_t *next, struct xz_err *err);

#endif
