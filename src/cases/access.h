/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cases/access.h - who may do what, and where: one table of roles and permissions, and the regions
 * of an account. Pure. */
#ifndef XZ_CASES_ACCESS_H
#define XZ_CASES_ACCESS_H
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"

enum xz_access_role {
    XZ_ROLE_ANALYST,      /* sees the region, its alerts and cases */
    XZ_ROLE_INVESTIGATOR, /* works cases */
    XZ_ROLE_APPROVER,     /* the second person */
    XZ_ROLE_AUDITOR,      /* reads everything, changes nothing */
    XZ_ROLE_ADMIN,        /* accounts, tokens, webhooks; no case */
    XZ_ROLE_FEED,         /* a machine that reads */
    XZ_ACCESS_ROLES
};

enum xz_permission {
    XZ_MAY_READ,        /* overview, alerts, cases, patterns, health of the data */
    XZ_MAY_STREAM,      /* the live feed */
    XZ_MAY_WORK,        /* take, note, propose, snooze, tag, link */
    XZ_MAY_APPROVE,     /* approve, return, extend, a second person's yes */
    XZ_MAY_READ_RECORD, /* an original record from the log; an audited reading */
    XZ_MAY_UNMASK,      /* ask for a person's id */
    XZ_MAY_READ_AUDIT,  /* search and verify the chain */
    XZ_MAY_EXPORT,      /* tables, evidence packs */
    XZ_MAY_ADMINISTER,  /* accounts, tokens, webhooks, keys */
    XZ_PERMISSIONS
};

#define XZ_REGIONS_MAX 512 /* bytes of an account's list */

/* Who asks. */
struct xz_actor {
    int64_t account;
    char name[64];
    unsigned roles;               /* 1u << enum xz_access_role */
    char regions[XZ_REGIONS_MAX]; /* beginnings of admdvs, "2101,2106"; empty: everywhere */
    char purpose[32];             /* of a reading of a person's data */
};

bool xz_actor_may(const struct xz_actor *actor, enum xz_permission permission);
/* Is the region (admdvs) in the actor's? An unknown region, "", is everywhere's alone. */
bool xz_actor_sees(const struct xz_actor *actor, struct xz_str region);
/* Do all of an account's regions lie within the actor's? So whom it may administer; "", everywhere,
 * is everywhere's alone. */
bool xz_actor_covers(const struct xz_actor *actor, struct xz_str regions);
/* Is there a region that both the actor and an account of these regions see? */
bool xz_actor_meets(const struct xz_actor *actor, struct xz_str regions);

extern const char *const xz_access_role_names[XZ_ACCESS_ROLES];

/* "investigator,approver": XZ_REJECT "invalid" with the nearest name. At least one. */
XZ_MUST enum xz_rc xz_access_roles_parse(struct xz_str text, unsigned *roles, struct xz_err *err);
/* What the audit calls who has no account: nobody else may be called so. */
#define XZ_NAME_OPERATOR "operator" /* at the command line */
#define XZ_NAME_SYSTEM   "system"   /* the program by itself */
/* A name of an account: 1 to 63 bytes that can be seen, and that do not read like one of the two,
 * in any case or width. XZ_REJECT "invalid". */
XZ_MUST enum xz_rc xz_access_name_check(struct xz_str name, struct xz_err *err);
/* Digits, two to six, separated by commas; or nothing. XZ_REJECT "invalid". */
XZ_MUST enum xz_rc xz_access_regions_check(struct xz_str text, struct xz_err *err);

#endif
