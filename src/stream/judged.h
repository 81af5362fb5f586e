/* SPDX-License-Identifier: GPL-3.0-or-later */
/* stream/judged.h - which pack judged a published alert: what it is derived again with. */
#ifndef XZ_STREAM_JUDGED_H
#define XZ_STREAM_JUDGED_H
#include "base/str.h"
#include "stream/config.h"

/* The SHA-256 in an alert as it was published, JSON or protobuf; XZ_REJECT when it is none. */
XZ_MUST enum xz_rc xz_judged_pack(struct xz_str alert, char sha256[static 65], struct xz_err *err);

/* That of the last revision in the alerts topic; empty when the topic does not hold the alert. */
XZ_MUST enum xz_rc xz_judged_by(const struct xz_config *config, const char *alert_id,
                                char sha256[static 65], struct xz_err *err);

#endif
