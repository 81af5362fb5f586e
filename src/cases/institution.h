/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cases/institution.h - what institutions are called, and of which kind and level they are: a copy
 * of the contract's reference file, for lists and for precision by level. */
#ifndef XZ_CASES_INSTITUTION_H
#define XZ_CASES_INSTITUTION_H
#include "cases/desk.h"

/* Puts the rows of file in the place of those before; a file that is not there changes nothing.
 * XZ_CONFIG for a malformed row. */
XZ_MUST enum xz_rc xz_institution_load(const struct xz_desk *desk, const char *file,
                                       struct xz_err *err);

#endif
