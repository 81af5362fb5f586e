/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * cases/audit.h - what every change and every reading of a person's data leaves behind: a chain of
 * records, each with the hash of all before it. Whoever keeps a day's head can tell later whether
 * anything up to it was changed, removed or put in another order; the program finds it by itself.
 *
 * hash(n) = SHA-256 of hash(n - 1), n, the time, and each text with its length; hash(0) is zeros.
 */
#ifndef XZ_CASES_AUDIT_H
#define XZ_CASES_AUDIT_H
#include "cases/db.h"

#define XZ_AUDIT_TEXT_MAX 4096 /* bytes of one text; longer ones are an XZ_REJECT */

struct xz_audit_record {
    int64_t at_ms;
    struct xz_str actor;   /* the user's name; "system" for what the program does by itself */
    struct xz_str action;  /* "case.propose", "person.read" */
    struct xz_str object;  /* "case/17", "alert/01J..." */
    struct xz_str purpose; /* of a reading: verification, approval, audit, appeal, support */
    struct xz_str detail;  /* JSON, or empty */
};

/* In the caller's write transaction: the record stands if and only if the change does. *seq (NULL
 * is fine) is its number, from 1. Transactions that append wait for each other. */
XZ_MUST enum xz_rc xz_audit_append(struct xz_db_conn *conn, const struct xz_audit_record *record,
                                   int64_t *seq, struct xz_err *err);

struct xz_audit_report {
    int64_t checked;   /* records read */
    int64_t first_bad; /* the first that does not fit; 0: all do */
    char what[96];     /* what is wrong with it */
    unsigned char head[32];
};
/* Reads the chain from its beginning, a batch at a time. XZ_OK with first_bad 0: nothing was
 * changed, removed or reordered since it was written, nor made another type, and every day with
 * records has its head. */
XZ_MUST enum xz_rc xz_audit_verify(struct xz_db *db, struct xz_audit_report *report,
                                   struct xz_err *err);

#endif
