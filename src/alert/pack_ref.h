/* SPDX-License-Identifier: GPL-3.0-or-later */
/* alert/pack_ref.h - which pack judged a published alert, read back from either of its forms. */
#ifndef XZ_ALERT_PACK_REF_H
#define XZ_ALERT_PACK_REF_H
#include "base/err.h"
#include "base/str.h"

/* XZ_REJECT when the bytes are no alert that names its pack; sha256 then stays as it is. */
XZ_MUST enum xz_rc xz_alert_pack_sha256(struct xz_str alert, char sha256[static 65],
                                        struct xz_err *err);

#endif
