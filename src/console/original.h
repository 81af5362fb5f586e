/* SPDX-License-Identifier: GPL-3.0-or-later */
/* console/original.h - original records of the log, as the events that they are. */
#ifndef XZ_CONSOLE_ORIGINAL_H
#define XZ_CONSOLE_ORIGINAL_H
#include <jansson.h>

#include "console/console_int.h"
#include "stream/records.h"

/* The event as the contract's JSON, in whichever form it was sent; with names. The caller's.
 * XZ_REJECT as of xz_event_decode when it is none. */
XZ_MUST enum xz_rc xz_original_event(const struct xz_log_record *record, json_t **event,
                                     struct xz_err *err);

/* An alert is input too: what it names leads to events, and to no other topic. */
bool xz_is_event_topic(const struct xz_config *config, const char *topic);
/* Where an exhibit's source says that its record stands; the topic is borrowed. False when it is no
 * place of an event, or its numbers are none. */
bool xz_original_place(const struct xz_config *config, const json_t *source,
                       struct xz_log_place *place);
/* Is it the event of that msgid? In msgid people are pseudonyms, in the event (which was not masked
 * yet) ids; on XZ_OK the event has it as msgid does. XZ_REJECT "not_found" for another. */
XZ_MUST enum xz_rc xz_original_check(struct xz_db_conn *conn, const struct xz_keys *keys,
                                     json_t *event, struct xz_str msgid, struct xz_err *err);

/* Few ask the log at once: XZ_RETRY when it is enough of them. */
XZ_MUST enum xz_rc xz_log_enter(struct xz_console *console, struct xz_err *err);
void xz_log_leave(struct xz_console *console);

#endif
