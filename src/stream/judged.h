/* SPDX-License-Identifier: GPL-3.0-or-later */
/* stream/judged.h - which pack judged a published alert: what it is derived again with. */
#ifndef XZ_STREAM_JUDGED_H
#define XZ_STREAM_JUDGED_H
#include "stream/config.h"

/* That of the last revision in the alerts topic; empty when the topic does not hold the alert. */
XZ_MUST enum xz_rc xz_judged_by(const struct xz_config *config, const char *alert_id,
                                char sha256[static 65], struct xz_err *err);

#endif
