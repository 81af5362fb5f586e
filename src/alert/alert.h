/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * alert/alert.h - a judgement as an alert of the contract: JSON or protobuf, explained in zh-CN
 * and en. Same judgement, same bytes. No clock: the times are the events'.
 */
#ifndef XZ_ALERT_ALERT_H
#define XZ_ALERT_ALERT_H
#include "base/buf.h"
#include "engine/judgement.h"

struct xz_alert_context {
    /* Name of the topic behind xz_source.topic; NULL result: the exhibit's source is left out. */
    const char *(*topic_name)(void *arg, uint16_t topic);
    void *arg;
};

void xz_alert_to_json(const struct xz_judgement *judgement, const struct xz_alert_context *context,
                      struct xz_buf *out); /* one line, no newline */
void xz_alert_to_protobuf(const struct xz_judgement *judgement,
                          const struct xz_alert_context *context, struct xz_buf *out);
/* Appends a published protobuf alert as the JSON it would have been. XZ_REJECT "malformed". */
XZ_MUST enum xz_rc xz_alert_json_of_protobuf(struct xz_str bytes, struct xz_buf *out,
                                             struct xz_err *err);

/* The two sentences of a judgement in one language ("zh-CN" or "en"), from the pattern's templates;
 * also what a terminal shows. Of one that is withdrawn: that it is, and why. */
void xz_alert_explanation(const struct xz_judgement *judgement, bool chinese, struct xz_buf *out);
void xz_alert_counterfactual(const struct xz_judgement *judgement, bool chinese,
                             struct xz_buf *out);

#endif
