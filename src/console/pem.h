/* SPDX-License-Identifier: GPL-3.0-or-later */
/* console/pem.h - files of keys and certificates that the configuration names. */
#ifndef XZ_CONSOLE_PEM_H
#define XZ_CONSOLE_PEM_H
#include "base/err.h"

/* The file's text, terminated; the caller's. XZ_CONFIG with the key that names it. */
XZ_MUST enum xz_rc xz_pem_read(const char *key, const char *file, char **out, struct xz_err *err);

/* Is certificate one, is key one, and is it that certificate's? XZ_CONFIG with the key of the
 * configuration that is wrong, and what is. */
XZ_MUST enum xz_rc xz_pem_check_pair(const char *certificate, const char *key, struct xz_err *err);

#endif
