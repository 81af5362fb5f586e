/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * cases/webhook.h - who is told of changes over HTTP, and what became of each try. The sending is
 * not here: a sender claims what is due, sends it, and says how it went.
 *
 * Deliveries are made in the order of changes. Tries that failed come again later, so that an order
 * of arrival is not promised: each carries its change's number. A delivery arrives at least once
 * and has the same id each time. Functions with `by` leave an audit record, and need
 * XZ_MAY_ADMINISTER, which the caller asks for. One of a region that is not by's is "not_found".
 */
#ifndef XZ_CASES_WEBHOOK_H
#define XZ_CASES_WEBHOOK_H
#include "base/time.h"
#include "cases/view.h"

#define XZ_WEBHOOKS_MAX     50
#define XZ_WEBHOOK_URL_MAX  500   /* bytes */
#define XZ_WEBHOOK_TRIES    12    /* over a day, then it is given up */
#define XZ_WEBHOOK_CLAIM_MS 60000 /* a claim that was not settled ends then */
#define XZ_WEBHOOK_WAITING_MAX                                                                     \
    10000 /* of one webhook; further changes wait to become deliveries                             \
           */
#define XZ_WEBHOOK_KEEP_MS (7 * XZ_DAY_MS) /* those that are over, for the list */

#define XZ_WEBHOOK_ALERT 1u /* bits of events: of which kind of change it is told */
#define XZ_WEBHOOK_CASE  2u

/* From the newest change on. region: a beginning of admdvs within by's; "", everywhere, for who
 * sees that. secret: its key of signatures, told this once. XZ_REJECT "invalid". */
XZ_MUST enum xz_rc xz_webhook_add(const struct xz_desk *desk, const struct xz_actor *by,
                                  struct xz_str url, unsigned events, struct xz_str region,
                                  int64_t now_ms, int64_t *id,
                                  char secret[static XZ_SECRET_LEN + 1], struct xz_err *err);
/* With its deliveries. XZ_REJECT "not_found". */
XZ_MUST enum xz_rc xz_webhook_drop(const struct xz_desk *desk, const struct xz_actor *by,
                                   int64_t id, int64_t now_ms, struct xz_err *err);
/* A delivery of nothing, due now. */
XZ_MUST enum xz_rc xz_webhook_test(const struct xz_desk *desk, const struct xz_actor *by,
                                   int64_t id, int64_t now_ms, struct xz_err *err);
/* One that was done or given up, again from the beginning; "conflict" while it waits. */
XZ_MUST enum xz_rc xz_webhook_redeliver(const struct xz_desk *desk, const struct xz_actor *by,
                                        int64_t id, int64_t delivery, int64_t now_ms,
                                        struct xz_err *err);

/* {"items":[{"id","url","events","region","active","created","last_ok","last_error","failures"}],
 * "as_of"} */
XZ_MUST enum xz_rc xz_webhook_list(const struct xz_desk_view *view, struct xz_buf *out,
                                   struct xz_err *err);
/* The newest 200: {"items":[{"id","change","at","tries","state","status","error","next"}],"as_of"}
 */
XZ_MUST enum xz_rc xz_webhook_deliveries(const struct xz_desk_view *view, int64_t id,
                                         struct xz_buf *out, struct xz_err *err);

/* Makes deliveries of changes that came since; *more: call again. */
XZ_MUST enum xz_rc xz_webhook_fan_out(const struct xz_desk *desk, int64_t now_ms, bool *more,
                                      struct xz_err *err);
/* Drops what is over for longer than XZ_WEBHOOK_KEEP_MS. */
XZ_MUST enum xz_rc xz_webhook_sweep(const struct xz_desk *desk, int64_t now_ms, struct xz_err *err);

struct xz_webhook_claim {
    int64_t delivery, webhook, change_id, claimed_until_ms;
    int tries; /* with this one */
    char url[XZ_WEBHOOK_URL_MAX + 1];
    char secret[XZ_SECRET_LEN + 1];
    struct xz_buf body; /* {"delivery",..the change as in xz_view_changes}: as it stands now */
};
#define XZ_WEBHOOK_CLAIMS_MAX 32
/* Up to max (XZ_WEBHOOK_CLAIMS_MAX) that are due, oldest first. Until the claim ends nobody else
 * gets them. Each is given back by xz_webhook_claim_fini. */
XZ_MUST enum xz_rc xz_webhook_claim(const struct xz_desk *desk, int64_t now_ms, size_t max,
                                    struct xz_webhook_claim *claims, size_t *count,
                                    struct xz_err *err);
void xz_webhook_claim_fini(struct xz_webhook_claim *claim); /* wipes the secret */
/* How it went: status is that of HTTP, 0 for none; 2xx is done. error: for a person, without
 * secrets. XZ_REJECT "stale" when the claim has ended and somebody else has it, or it is dropped.
 */
XZ_MUST enum xz_rc xz_webhook_settle(const struct xz_desk *desk,
                                     const struct xz_webhook_claim *claim, int status,
                                     const char *error, int64_t now_ms, struct xz_err *err);
/* It was not tried, or cut off: due at once, and this does not count as a try. XZ_REJECT "stale" as
 * above. */
XZ_MUST enum xz_rc xz_webhook_release(const struct xz_desk *desk,
                                      const struct xz_webhook_claim *claim, struct xz_err *err);

#endif
