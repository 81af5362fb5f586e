/* SPDX-License-Identifier: GPL-3.0-or-later */
/* alert/alert_int.h - what the JSON and the protobuf form of an alert share. */
#ifndef XZ_ALERT_ALERT_INT_H
#define XZ_ALERT_ALERT_INT_H
#include <stdlib.h>

#include "alert/alert.h"

#define XZ_INVOLVED_MAX 64

struct xz_involved {
    const char *kind, *role;
    struct xz_str head, tail; /* the id: head, or head/tail */
};

/* Everyone that the listed events name, once each, but the subject; the weightiest event first. */
uint32_t xz_alert_involved(const struct xz_judgement *judgement,
                           struct xz_involved items[static XZ_INVOLVED_MAX]);
const char *xz_alert_status_word(enum xz_episode_status status);
const char *xz_alert_event_word(const struct xz_record *record);
double xz_alert_shown(double log_value); /* exp of it with four digits; NaN stays */
double xz_alert_rounded(double value);   /* six digits */

/* The group of a row of evidence in words: "aged 60-69" becomes of its parts what people say. */
void xz_segment_words(const struct xz_evidence_spec *spec, const char *segment, bool chinese,
                      struct xz_buf *out);

#endif
