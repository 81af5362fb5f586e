/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cli/explain_text.h - one revision of an alert as a page of text, with its arithmetic. */
#ifndef XZ_CLI_EXPLAIN_TEXT_H
#define XZ_CLI_EXPLAIN_TEXT_H
#include "base/buf.h"
#include "engine/judgement.h"

/* lang: "zh-CN", "en", or NULL for English with the sentences in both. Appends to out. */
void xz_explain_text(const struct xz_judgement *judgement, const char *lang, struct xz_buf *out);

#endif
